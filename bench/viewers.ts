/** From the acceptance of a fact to the patch at each of 2,000 viewers of one app's stream, who are in a thread of their own; and what they cost the server in memory. */
import { once } from 'node:events';
import http from 'node:http';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { percentile } from './figure.ts';
import type { Bench } from './figure.ts';
import { APP, memoryOf, withApp } from './server.ts';

const VIEWERS = 2000;
const FACTS = 40;

type Orders = { url: string; key: string; viewers: number };
/** Of one version: the moments, by the machine's clock, at which its patch or a later one arrived. */
type Heard = { is: 'open' } | { is: 'heard'; version: number; at: readonly number[] };

export const bench: Bench = {
  title: 'the stream with many viewers',
  run: (say) =>
    withApp(async ({ client, key, url, pid }) => {
      const before = memoryOf(pid).node;
      say(`${VIEWERS} viewers come`);
      const viewers = new Worker(new URL(import.meta.url), { workerData: { url, key, viewers: VIEWERS } satisfies Orders });
      await next(viewers, 'open');
      const withThem = memoryOf(pid).node;
      say(`${FACTS} facts`);
      const delays: number[] = [];
      for (let fact = 0; fact < FACTS; fact++) {
        const { version } = await client.reportTestRuns({
          params: { app: APP },
          body: { platform: 'ios', version: '8.9.2', build: '1', suite: 'smoke', state: 'passed', attempts: 1, passed: fact, key: 'smoke' },
        });
        const accepted = performance.timeOrigin + performance.now();
        viewers.postMessage(version);
        const { at } = await next(viewers, 'heard');
        delays.push(...at.map((moment) => Math.max(0, moment - accepted)));
      }
      await viewers.terminate();
      return [
        { what: `fact accepted → patch at ${VIEWERS} viewers, p50`, value: percentile(delays, 0.5), unit: 'ms' },
        { what: `fact accepted → patch at ${VIEWERS} viewers, p95`, value: percentile(delays, 0.95), unit: 'ms', atMost: 1000 },
        { what: `fact accepted → patch at the last of ${VIEWERS} viewers, of all facts`, value: percentile(delays, 1), unit: 'ms' },
        { what: `memory of the server with ${VIEWERS} viewers`, value: withThem, unit: 'MB', note: `${before} MB without them` },
      ];
    }),
};

async function next<Is extends Heard['is']>(viewers: Worker, is: Is): Promise<Extract<Heard, { is: Is }>> {
  const [heard] = (await once(viewers, 'message')) as [Heard];
  if (heard.is !== is) throw new Error(`${heard.is} came out of turn`);
  return heard as Extract<Heard, { is: Is }>;
}

if (!isMainThread && parentPort !== null) watch(workerData as Orders, parentPort);

/** Opens the streams, and tells of each version that is asked for when every viewer had it. */
function watch({ url, key, viewers }: Orders, port: NonNullable<typeof parentPort>): void {
  const agent = new http.Agent({ maxSockets: Infinity });
  const seen: { version: number; at: number }[] = Array.from({ length: viewers }, () => ({ version: -1, at: 0 }));
  let wanted: number | null = null;
  let opened = 0;
  const tell = (): void => {
    if (wanted === null) return;
    const least = wanted;
    if (seen.some(({ version }) => version < least)) return;
    port.postMessage({ is: 'heard', version: least, at: seen.map(({ at }) => at) } satisfies Heard);
    wanted = null;
  };
  port.on('message', (version: number) => {
    wanted = version;
    tell();
  });
  const open = (viewer: number): void => {
    http.get(`${url}/api/apps/${APP}/stream`, { agent, headers: { authorization: `Bearer ${key}` } }, (answer) => {
      if (answer.statusCode !== 200) throw new Error(`viewer ${viewer} was answered ${answer.statusCode}`);
      opened += 1;
      if (opened < viewers) open(opened);
      else port.postMessage({ is: 'open' } satisfies Heard);
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        const events = `${rest}${chunk}`.split('\n\n');
        rest = events.pop() ?? '';
        const at = performance.timeOrigin + performance.now();
        for (const event of events) {
          const id = /^id: (\d+)$/m.exec(event)?.[1];
          const line = seen[viewer];
          if (id === undefined || line === undefined || Number(id) <= line.version) continue;
          // the first that is new enough counts; a later one says no more
          if (wanted === null || line.version < wanted) line.at = at;
          line.version = Number(id);
        }
        tell();
      });
    });
  };
  open(0);
}
