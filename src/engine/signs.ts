/** Signs of life of this process, for the others on the same database: who gives none for a few seconds is taken to be gone, and its work is done by others. */
import { hostname } from 'node:os';
import { giveSign, sayGoodbye } from '#db/servers.ts';
import type { ServerState } from '#db/schema.ts';
import type { Instant } from '#domain/time.ts';
import type { Context } from './context.ts';

const EVERY_MS = 1000;

export type Signs = { start(): Promise<void>; stop(): Promise<void> };

export function createSigns(
  context: Context,
  about: () => { version: string; address: string | null; startedAt: Instant; state: ServerState },
): Signs {
  let timer: NodeJS.Timeout | null = null;
  let giving: Promise<void> | null = null;

  function give(): Promise<void> {
    giving ??= giveSign(context.urgentDb, {
      owner: context.owner,
      host: hostname(),
      pid: process.pid,
      at: context.clock.now(),
      ...about(),
    }).finally(() => {
      giving = null;
    });
    return giving;
  }

  return {
    async start() {
      await give();
      timer ??= setInterval(() => {
        give().catch((error: unknown) => context.log.debug({ err: error }, 'no sign of life could be given'));
      }, EVERY_MS);
    },
    async stop() {
      if (timer === null) return;
      clearInterval(timer);
      timer = null;
      await giving?.catch(() => undefined);
      await sayGoodbye(context.urgentDb, context.owner);
    },
  };
}
