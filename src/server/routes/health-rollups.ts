import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { healthReceipt } from '#api/health-rollups.ts';
import { problemOf } from '#api/problem.ts';
import { appById } from '#db/views/apps.ts';
import { healthSourcesOf, quarantineOf, totalsOf } from '#db/views/health-rollups.ts';
import { quarantineRights } from '#domain/health/rollup.ts';
import type { QuarantineReason } from '#domain/health/rollup.ts';
import type { Instant } from '#domain/time.ts';
import { createDsn, dsnsOf, revokeDsn } from '../auth/dsns.ts';
import type { At, Handlers, Room } from '../context.ts';
import { notFound, orRefuse, ProblemAnswer, refuse } from '../errors.ts';
import { opened } from '../sentry.ts';

/** Rows that are stored by one commit. */
const IN_BATCH = 10_000;
const LONGEST_LINE = 65_536;
/** A list is read whole before its first row is stored; lines are stored as they come. */
const MOST_BYTES = { list: 16_000_000, lines: 64_000_000 } as const;
/** Requests that are worked on at the same time. Those beyond are asked to come again: what is accepted is durable, and nothing piles up in between. */
const AT_ONCE = 8;
const SHOWN_ROWS = 100;

type Receipt = z.output<typeof healthReceipt>;
type Row = { row: number; value: unknown };
type Batch = readonly Row[];

export function rollupHandlers(
  room: Room,
): Handlers<
  'reportHealth' | 'reportMetrics' | 'getHealth' | 'listHealthSources' | 'listHealthQuarantine' | 'listDsns' | 'createDsn' | 'revokeDsn'
> {
  let open = 0;
  const requireApp = async (app: string): Promise<void> => {
    if ((await appById(room.db, app)) === null) notFound(`app "${app}"`, 'see GET /api/apps');
  };

  async function take(app: string, source: string, completeUntil: Instant | null, batches: AsyncIterable<Batch>): Promise<Receipt> {
    const sum: Receipt = { accepted: 0, unchanged: 0, other: 0, quarantined: 0, rows: [] };
    let last: Batch | null = null;
    const store = async (rows: Batch, isLast: boolean): Promise<void> => {
      const { accepted, unchanged, other, quarantined } = orRefuse(
        // what is complete is complete once all of it is stored
        await room.engine.reportHealth(app, { source, rows, completeUntil: isLast ? completeUntil : null }),
      );
      sum.accepted += accepted;
      sum.unchanged += unchanged;
      sum.other += other;
      sum.quarantined += quarantined.length;
      sum.rows.push(...quarantined.slice(0, SHOWN_ROWS - sum.rows.length));
    };
    // one batch is stored while the next one is read: two at most are held
    let storing = Promise.resolve();
    for await (const batch of batches) {
      await storing;
      if (last !== null) {
        storing = store(last, false);
        // it is waited for in the next turn, and an error is told there
        storing.catch(() => undefined);
      }
      last = batch;
    }
    await storing;
    await store(last ?? [], true);
    return sum;
  }

  return {
    reportHealth: async ({ params, query }, at) => {
      await requireApp(params.app);
      if (open >= AT_ONCE)
        throw new ProblemAnswer(
          problemOf(
            'too-many-requests',
            `${AT_ONCE} requests with roll-ups are being stored`,
            'the same request again in a second: nothing of it was stored',
          ),
          { 'retry-after': '1' },
        );
      open += 1;
      try {
        return await take(params.app, query.source, query.completeUntil ?? null, batchesOf(at));
      } finally {
        open -= 1;
      }
    },
    reportMetrics: async ({ params }, at) => {
      await requireApp(params.app);
      const type = (at.request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
      if (type !== 'application/json')
        refuse(
          'not-this-format',
          `the body is announced as ${type === '' ? 'nothing' : type}`,
          'OTLP in its JSON encoding, announced as application/json: OTEL_EXPORTER_OTLP_PROTOCOL=http/json',
        );
      const heard = orRefuse(await room.engine.hearMetrics(params.app, await opened(at.request)));
      if (heard.is === 'busy')
        throw new ProblemAnswer(
          problemOf(
            'too-many-requests',
            'more metrics wait than can be stored at once',
            'the same request again later: nothing of it was taken',
          ),
          { 'retry-after': '5' },
        );
      const { rejected, because } = heard;
      return because === null ? {} : { partialSuccess: { rejectedDataPoints: String(rejected), errorMessage: because } };
    },
    getHealth: async ({ params, query }) => {
      await requireApp(params.app);
      const asked = { ...params, from: query.from ?? null, until: query.until ?? null, dimension: query.dimension ?? null };
      return { items: await totalsOf(room.db, asked) };
    },
    listHealthSources: async ({ params }) => {
      await requireApp(params.app);
      return { items: await healthSourcesOf(room.db, params.app) };
    },
    listHealthQuarantine: async ({ params, query }) => {
      await requireApp(params.app);
      const items = await quarantineOf(room.db, params.app, query.limit);
      return { items: items.map((each) => ({ ...each, wouldBeRight: rightOf(each.reason) })) };
    },
    listDsns: async ({ params }) => {
      await requireApp(params.app);
      return { items: await dsnsOf(room.accounts.pool, params.app) };
    },
    createDsn: async ({ params, body }, at) => {
      const app = (await appById(room.db, params.app)) ?? notFound(`app "${params.app}"`, 'see GET /api/apps');
      if (!app.platforms.includes(body.platform))
        refuse('invalid-input', `the app has no platform "${body.platform}"`, `one of ${app.platforms.join(', ')}`);
      const { dsn, key } = await createDsn(room.accounts.pool, { ...body, app: params.app }, at.stamp(), {
        at: at.now,
        recordedAt: room.clock.now(),
      });
      const base = new URL(room.publicUrl ?? `${at.request.protocol}://${at.request.host}`);
      return { ...dsn, dsn: `${base.protocol}//${key}@${base.host}${base.pathname.replace(/\/$/, '')}/${dsn.project}` };
    },
    revokeDsn: async ({ params }, at) => {
      const found = await revokeDsn(room.accounts.pool, params, at.stamp(), { at: at.now, recordedAt: room.clock.now() });
      if (found === null) notFound(`DSN ${params.project}`, `see GET /api/apps/${params.app}/dsns`);
      return null;
    },
  };
}

function rightOf(reason: string): string | null {
  return Object.hasOwn(quarantineRights, reason) ? quarantineRights[reason as QuarantineReason] : null;
}

function batchesOf({ request }: At): AsyncIterable<Batch> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const body = request.body as Readable | undefined;
  if (body === undefined || body === null)
    refuse('not-json', 'there is no body', 'roll-ups as JSON, or a line each as application/x-ndjson');
  if (type === 'application/x-ndjson' || type === 'application/ndjson') return lines(body);
  if (type === 'application/json') return list(body);
  refuse(
    'not-json',
    `the body is announced as ${type === '' ? 'nothing' : type}`,
    'application/json, or application/x-ndjson with a roll-up on each line',
  );
}

/** Rows of a JSON value: one, a list, or a list in `items`. */
async function* list(body: Readable): AsyncGenerator<Batch> {
  const chunks: Buffer[] = [];
  for await (const chunk of counted(body, MOST_BYTES.list)) chunks.push(chunk);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    refuse('not-json', 'the body cannot be read as JSON', 'one JSON value: a roll-up, or a list of them');
  }
  const within = typeof value === 'object' && value !== null && 'items' in value ? value.items : value;
  const rows = Array.isArray(within) ? (within as unknown[]) : [within];
  for (let from = 0; from < rows.length; from += IN_BATCH)
    yield rows.slice(from, from + IN_BATCH).map((each, at) => ({ row: from + at, value: each }));
}

/** Rows of a stream, a line each; what follows waits until a batch is stored. Empty lines are no rows. */
async function* lines(body: Readable): AsyncGenerator<Batch> {
  let batch: Row[] = [];
  let rest = '';
  let row = 0;
  const decoder = new TextDecoder();
  const takeLine = (line: string): void => {
    if (line === '' || line === '\r') return;
    batch.push({ row, value: valueOf(line) });
    row += 1;
  };
  for await (const chunk of counted(body, MOST_BYTES.lines)) {
    const text = rest + decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n', from); end !== -1; end = text.indexOf('\n', from)) {
      takeLine(text.slice(from, end));
      from = end + 1;
      if (batch.length === IN_BATCH) {
        yield batch;
        batch = [];
      }
    }
    rest = text.slice(from);
    if (rest.length > LONGEST_LINE)
      refuse(
        'too-large',
        `row ${row} is longer than ${LONGEST_LINE} characters; the ${row} rows before it may be stored`,
        'one roll-up on each line',
      );
  }
  takeLine(rest + decoder.decode());
  yield batch;
}

/** What cannot be read is a row all the same: it is judged, counted and named like the others. */
function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line.slice(0, 1000);
  }
}

async function* counted(body: Readable, most: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > most)
      refuse(
        'too-large',
        `the body has more than ${most} bytes; of lines, those before may be stored`,
        'several requests; what was stored changes nothing when it is sent again',
      );
    yield chunk;
  }
}
