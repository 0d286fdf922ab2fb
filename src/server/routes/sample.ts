/** Sample data: made, moved and taken out again. */
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { sampleLine } from '#api/sample.ts';
import { sent } from '../context.ts';
import type { Handlers, Room } from '../context.ts';
import { refuse } from '../errors.ts';
import type { SampleRefusal, SampleService, SampleStands } from '../sample.ts';

type Line = z.input<typeof sampleLine>;
type Answer = ({ ok: true } & SampleStands) | SampleRefusal;

export function sampleHandlers(room: Room): Handlers<'getSample' | 'makeSample' | 'moveSample' | 'removeSample'> {
  const service = (): SampleService =>
    room.sample ?? refuse('not-found', 'this server plays no samples', 'a server that was started as `signalbox serve`');

  /** Tells the progress as it comes; the work goes on when the caller goes away. */
  async function telling(reply: FastifyReply, work: (say: (text: string) => void) => Promise<Answer>): Promise<typeof sent> {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    raw.on('error', () => {});
    const say = (line: Line): void => {
      if (!raw.destroyed) raw.write(`${JSON.stringify(line)}\n`);
    };
    try {
      const answer = await work((text) => say({ is: 'progress', text }));
      if (answer.ok) {
        const { ok: _, ...sample } = answer;
        say({ is: 'done', text: `${sample.app} stands at ${sample.at}`, sample });
      } else say({ is: 'refused', text: answer.because, code: answer.code, right: answer.wouldBeRight });
    } catch (error) {
      room.log.error({ err: error }, 'a sample could not be played');
      say({
        is: 'refused',
        text: 'something went wrong in the server',
        code: 'trouble',
        right: 'try again; the log of the server has the cause',
      });
    }
    raw.end();
    return sent;
  }

  return {
    getSample: async () => {
      const { variants, moments, ...times } = service().story();
      return { ...times, variants: [...variants], moments: [...moments], samples: [...service().all()] };
    },
    makeSample: async ({ body }, at) => {
      const samples = service();
      const actor = at.actor(null);
      return telling(at.reply, (say) => samples.make(body, actor, say));
    },
    moveSample: async ({ params, body }, at) => {
      const samples = service();
      const actor = at.actor(params.app);
      return telling(at.reply, (say) => samples.move(params.app, body, actor, say));
    },
    removeSample: async ({ params }, at) => {
      const answer = await service().remove(params.app, at.actor(params.app));
      if (!answer.ok) refuse(answer.code === 'invalid' ? 'invalid-input' : answer.code, answer.because, answer.wouldBeRight);
      return null;
    },
  };
}
