/**
 * How many Sentry envelopes are taken in a second, each acknowledged when it is durable, and what of the processor one takes: in the server (all its threads, user and system),
 * and in its PostgreSQL. A server that has just begun compiles its own code meanwhile, in threads of its own, for some 16,000 envelopes: its first ones are told apart.
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';
import type { Bench, Figure } from './figure.ts';
import { APP, descendantsOf, withApp } from './server.ts';

const FIRST = 4000;
/** Of each of the two spans after them. */
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
      const send = async (from: number, count: number): Promise<Took> => {
        let left = count;
        const one = async (): Promise<void> => {
          while (left > 0) {
            left -= 1;
            const { statusCode, body } = await pool.request({ path, method: 'POST', body: envelopeOf(from + left) });
            await body.dump();
            if (statusCode !== 200) throw new Error(`an envelope was answered with ${statusCode}`);
          }
        };
        const before = processorOf(pid);
        const began = performance.now();
        await Promise.all(Array.from({ length: AT_ONCE }, one));
        const seconds = (performance.now() - began) / 1000;
        const { server, postgres } = processorOf(pid);
        return {
          perSecond: count / seconds,
          serverUs: ((server - before.server) / count) * 1e6,
          postgresUs: ((postgres - before.postgres) / count) * 1e6,
        };
      };
      say(`${FIRST}, and then twice ${ENVELOPES} envelopes, ${AT_ONCE} at a time`);
      const first = await send(0, FIRST);
      const next = await send(FIRST, ENVELOPES);
      const then = await send(FIRST + ENVELOPES, ENVELOPES);
      const early = (of: (took: Took) => number): string =>
        `the first ${FIRST} of the server ${of(first).toFixed(0)}, the next ${ENVELOPES} ${of(next).toFixed(0)}`;
      await pool.close();
      return [
        {
          what: `envelopes with a session each, every tenth with a crash, ${AT_ONCE} at a time`,
          value: then.perSecond,
          unit: '/s',
          note: `goal ≥ 2,000; ${early(({ perSecond }) => perSecond)}`,
        },
        {
          what: "the server's processor for one envelope, without PostgreSQL",
          value: then.serverUs,
          unit: 'µs',
          atMost: 200,
          note: early(({ serverUs }) => serverUs),
        },
        {
          what: "PostgreSQL's processor for one envelope",
          value: then.postgresUs,
          unit: 'µs',
          note: early(({ postgresUs }) => postgresUs),
        },
      ] satisfies Figure[];
    }),
};

type Took = { perSecond: number; serverUs: number; postgresUs: number };

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

/** Seconds of the processor, in every thread of the server, and in the processes that it started. */
function processorOf(pid: number): { server: number; postgres: number } {
  const [server = 0] = secondsOf(pid);
  const postgres = descendantsOf(pid).reduce((sum, child) => {
    const [own = 0, ended = 0] = secondsOf(child);
    return sum + own + ended;
  }, 0);
  return { server, postgres };
}

/** Of a process, and of those below it that have ended. */
function secondsOf(pid: number): number[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [Number(fields[11]) + Number(fields[12]), Number(fields[13]) + Number(fields[14])].map((ticks) => ticks / TICKS);
}
