/** How many Sentry envelopes are taken in a second, each acknowledged when it is durable, and what of the server's processor one takes. */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import type { Bench, Figure } from './figure.ts';
import { APP, withApp } from './server.ts';

const ENVELOPES = 12_000;
const AT_ONCE = 128;
/** Ticks of the kernel's clock in a second, by which /proc counts. */
const TICKS = 100;

export const bench: Bench = {
  title: 'Sentry envelopes',
  run: (say) =>
    withApp(async ({ client, url, pid }) => {
      const { dsn, project } = await client.createDsn({ params: { app: APP }, body: { platform: 'android', name: 'bench' } });
      const path = `/api/${project}/envelope/?sentry_key=${new URL(dsn).username}`;
      const pool = new Pool(url, { connections: AT_ONCE });
      say(`${ENVELOPES} envelopes, ${AT_ONCE} at a time`);
      let left = ENVELOPES;
      const one = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          const { statusCode, body } = await pool.request({ path, method: 'POST', body: envelopeOf(left) });
          await body.dump();
          if (statusCode !== 200) throw new Error(`an envelope was answered with ${statusCode}`);
        }
      };
      const before = cpuSeconds(pid);
      const began = performance.now();
      await Promise.all(Array.from({ length: AT_ONCE }, one));
      const seconds = (performance.now() - began) / 1000;
      const cpu = cpuSeconds(pid) - before;
      await pool.close();
      return [
        {
          what: `envelopes with a session each, every tenth with a crash, ${AT_ONCE} at a time`,
          value: ENVELOPES / seconds,
          unit: '/s',
          note: 'goal ≥ 2,000',
        },
        { what: "the server's processor for one envelope, without PostgreSQL", value: (cpu / ENVELOPES) * 1e6, unit: 'µs', atMost: 200 },
      ] satisfies Figure[];
    }),
};

function envelopeOf(at: number): string {
  const now = new Date().toISOString();
  const attrs = { release: 'io.example.music@8.9.2+89214', environment: 'production' };
  const lines = [
    '{}',
    '{"type":"session"}',
    JSON.stringify({
      sid: `s${at}`,
      did: `d${at % 5000}`,
      init: true,
      started: now,
      timestamp: now,
      status: 'exited',
      duration: 600,
      attrs,
    }),
  ];
  if (at % 10 === 0)
    lines.push(
      '{"type":"event"}',
      JSON.stringify({
        event_id: `e${at}`,
        timestamp: now,
        level: 'fatal',
        ...attrs,
        user: { id: `d${at % 5000}` },
        contexts: { os: { name: 'Android', version: '14' }, device: { model: `Model ${at % 50}` } },
        exception: { values: [{ type: `Error${at % 40}`, value: 'x', mechanism: { handled: false } }] },
      }),
    );
  return lines.join('\n');
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
