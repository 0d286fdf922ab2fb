/** Reporting: how CI, trackers and scripts tell Signalbox what happened. One thing at a time, or many. */
import { z } from 'zod';
import { bugFact, buildFact, checkFact, distributionFact, reportFact, testRunFact } from '#domain/facts.ts';
import { route } from './route.ts';
import { appParams, BULK_MAX, momentIn } from './words.ts';

const envelope = {
  source: z.string().trim().min(1).max(100).optional().meta({
    description:
      'Who says so: `ci`, `tracker`. Decides freshness. `ci` for builds, tests and distributions, `tracker` for bugs and checks, `report` for colours when not said',
  }),
  key: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .optional()
    .meta({ description: "The source's own key of the thing; made from its parts when not said" }),
  revision: z
    .int()
    .min(0)
    .optional()
    .meta({ description: 'Rises with every change at the source; the highest wins. The moment of the report when not said' }),
  at: momentIn.optional().meta({ description: 'When it was so; now when not said' }),
};

export const buildReport = buildFact.extend(envelope).strict().meta({ id: 'BuildReport' });
export const testRunReport = testRunFact.extend(envelope).strict().meta({ id: 'TestRunReport' });
export const distributionReport = distributionFact.extend(envelope).strict().meta({ id: 'DistributionReport' });
export const bugReport = bugFact
  .extend({ ...envelope, key: bugFact.shape.key })
  .strict()
  .meta({ id: 'BugReport' });
export const checkReport = checkFact
  .extend({ ...envelope, key: checkFact.shape.key })
  .strict()
  .meta({ id: 'CheckReport' });
export const colourReport = reportFact.extend(envelope).strict().meta({ id: 'ColourReport' });

const mixed = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('build'), report: buildReport }),
  z.strictObject({ kind: z.literal('test-run'), report: testRunReport }),
  z.strictObject({ kind: z.literal('distribution'), report: distributionReport }),
  z.strictObject({ kind: z.literal('bug'), report: bugReport }),
  z.strictObject({ kind: z.literal('check'), report: checkReport }),
  z.strictObject({ kind: z.literal('report'), report: colourReport }),
]);

export const receipts = z
  .object({
    version: z.int(),
    accepted: z.int(),
    duplicates: z.int(),
    refused: z.int(),
    receipts: z.array(
      z.object({
        index: z.int(),
        accepted: z.boolean(),
        duplicate: z.boolean(),
        because: z.string().nullable(),
        wouldBeRight: z.string().nullable(),
      }),
    ),
  })
  .meta({
    id: 'Receipts',
    description: 'What became of each report, in the order of the request. A batch is stored without those that were refused.',
  });

function many<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item).min(1).max(BULK_MAX) });
}

function reporting<const Id extends string, const P extends string, T extends z.ZodType>(id: Id, path: P, what: string, item: T) {
  return route({
    id,
    method: 'post',
    path,
    summary: `Report ${what}`,
    tag: 'reporting',
    who: 'report',
    params: appParams,
    body: z.union([many(item), item]),
    idempotent: true,
    answers: { 200: receipts },
    bodyLimitBytes: 5_000_000,
  });
}

export const factRoutes = [
  reporting('reportBuilds', '/api/apps/{app}/builds', 'a build, or up to 1,000', buildReport),
  reporting('reportTestRuns', '/api/apps/{app}/test-runs', 'a run of a test suite, or up to 1,000', testRunReport),
  reporting('reportDistributions', '/api/apps/{app}/distributions', 'a distribution to an audience, or up to 1,000', distributionReport),
  reporting('reportBugs', '/api/apps/{app}/bugs', 'a bug, or up to 1,000', bugReport),
  reporting('reportChecks', '/api/apps/{app}/checks', 'a compliance check, or up to 1,000', checkReport),
  reporting('reportColours', '/api/apps/{app}/reports', 'a colour for a criterion of kind custom, or up to 1,000', colourReport),
  route({
    id: 'reportMany',
    method: 'post',
    path: '/api/apps/{app}/facts',
    summary: 'Report up to 1,000 things of any kind',
    tag: 'reporting',
    who: 'report',
    params: appParams,
    body: many(mixed),
    idempotent: true,
    answers: { 200: receipts },
    bodyLimitBytes: 5_000_000,
  }),
] as const;
