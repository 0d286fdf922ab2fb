import type { z } from 'zod';
import { createHash } from 'node:crypto';
import type { receipts, bugReport, buildReport, checkReport, colourReport, distributionReport, testRunReport } from '#api/facts.ts';
import type { Fact, FactKind } from '#domain/facts.ts';
import { appById } from '#db/views/apps.ts';
import type { At, Handlers, Room } from '../context.ts';
import { notFound, orRefuse } from '../errors.ts';

type Reports = {
  build: z.output<typeof buildReport>;
  'test-run': z.output<typeof testRunReport>;
  distribution: z.output<typeof distributionReport>;
  bug: z.output<typeof bugReport>;
  check: z.output<typeof checkReport>;
  report: z.output<typeof colourReport>;
};
type Kind = keyof Reports & FactKind;
type Receipts = z.output<typeof receipts>;

/** Who is taken to speak where the caller does not say. */
const sources: Readonly<Record<Kind, string>> = {
  build: 'ci',
  'test-run': 'ci',
  distribution: 'ci',
  bug: 'tracker',
  check: 'tracker',
  report: 'report',
};

/** The key of a thing, from the parts that tell it from others of its kind. */
const keys: { [K in Kind]: (report: Reports[K]) => string } = {
  build: ({ platform, version, number }) => `${platform}/${version}/${number}`,
  'test-run': ({ platform, version, build, suite }) => `${platform}/${version}/${build}/${suite}`,
  distribution: ({ platform, version, build, audience }) => `${platform}/${version}/${build}/${audience}`,
  bug: ({ key }) => key,
  check: ({ key, platform, version }) => `${key}@${platform}/${version}`,
  report: ({ platform, version, instance }) => `${platform}/${version}/${instance}`,
};

/** The longest key that is kept as it is; a longer one is kept by its hash. */
const KEY_MAX = 300;

function factOf<K extends Kind>(app: string, kind: K, report: Reports[K], now: string, arrivedMs: number): Fact {
  const { source, key, revision, at, ...payload } = report;
  const own = kind === 'bug' || kind === 'check' ? undefined : key;
  const made = own ?? keys[kind](report);
  return {
    kind,
    app,
    source: source ?? sources[kind],
    key: made.length <= KEY_MAX ? made : createHash('sha256').update(made).digest('hex'),
    // the moment of the report in milliseconds: later reports win, and a repeated one has a caller's key to be known by
    revision: revision ?? arrivedMs,
    at: at ?? now,
    payload: kind === 'bug' || kind === 'check' ? { ...payload, key } : payload,
  } as unknown as Fact;
}

export function factHandlers(
  room: Room,
): Handlers<'reportBuilds' | 'reportTestRuns' | 'reportDistributions' | 'reportBugs' | 'reportChecks' | 'reportColours' | 'reportMany'> {
  const report = async (app: string, facts: readonly Fact[], at: At): Promise<Receipts> => {
    if ((await appById(room.db, app)) === null) notFound(`app "${app}"`, 'see GET /api/apps');
    const result = orRefuse(
      await room.engine.report(facts, at.actor(app), at.idempotency),
      at.idempotency.idempotencyKey === undefined ? {} : { conflict: 'key-reused' },
    );
    return {
      version: result.version,
      accepted: result.receipts.filter(({ accepted, duplicate }) => accepted && !duplicate).length,
      duplicates: result.receipts.filter(({ duplicate }) => duplicate).length,
      refused: result.receipts.filter(({ accepted, duplicate }) => !accepted && !duplicate).length,
      receipts: result.receipts.map(({ index, accepted, duplicate, because, wouldBeRight }) => ({
        index,
        accepted,
        duplicate,
        because: because ?? null,
        wouldBeRight: wouldBeRight ?? null,
      })),
    };
  };

  const each =
    <K extends Kind>(kind: K) =>
    async ({ params, body }: { params: { app: string }; body: Reports[K] | { items: Reports[K][] } }, at: At): Promise<Receipts> => {
      const items = 'items' in body ? body.items : [body];
      return report(
        params.app,
        items.map((item) => factOf(params.app, kind, item, at.now, Date.parse(room.clock.now()))),
        at,
      );
    };

  return {
    reportBuilds: each('build'),
    reportTestRuns: each('test-run'),
    reportDistributions: each('distribution'),
    reportBugs: each('bug'),
    reportChecks: each('check'),
    reportColours: each('report'),
    reportMany: async ({ params, body }, at) =>
      report(
        params.app,
        body.items.map((item) => factOf(params.app, item.kind, item.report, at.now, Date.parse(room.clock.now()))),
        at,
      ),
  };
}
