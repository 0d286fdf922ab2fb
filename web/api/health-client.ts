/** The routes that the pages about health call: apart from the others, because a first view has no use for them. */
import { queryOptions } from '@tanstack/react-query';
import { clientOf } from './client.ts';

const routes = {
  getHealthSeries: ['get', '/api/apps/{app}/health/series'],
  getHealthSegments: ['get', '/api/apps/{app}/health/segments'],
  getHealthRules: ['get', '/api/apps/{app}/health/rules'],
  getHealthPlan: ['get', '/api/apps/{app}/health/plan'],
  listHealthSources: ['get', '/api/apps/{app}/health/sources'],
  listHealthQuarantine: ['get', '/api/apps/{app}/health/quarantine'],
  listDsns: ['get', '/api/apps/{app}/dsns'],
  createDsn: ['post', '/api/apps/{app}/dsns'],
  revokeDsn: ['delete', '/api/apps/{app}/dsns/{project}'],
} as const;

export const health = clientOf(routes);

export type HealthSeries = Awaited<ReturnType<typeof health.getHealthSeries>>;
export type HealthLine = HealthSeries['items'][number];
export type HealthSegments = Awaited<ReturnType<typeof health.getHealthSegments>>;
export type HealthPlan = Awaited<ReturnType<typeof health.getHealthPlan>>;
export type PlatformHealthRules = Awaited<ReturnType<typeof health.getHealthRules>>['items'][number];

type SeriesAsked = NonNullable<Parameters<typeof health.getHealthSeries>[0]['query']>;
type SegmentsAsked = NonNullable<Parameters<typeof health.getHealthSegments>[0]['query']>;
type PlanAsked = NonNullable<Parameters<typeof health.getHealthPlan>[0]['query']>;

/** Roll-ups move no revision of a track: they are read again by the clock while somebody looks; lines and segments with every change of the app too, rules and plans with that of the policy (`made-stale.ts`). */
const EVERY_MS = 60_000;

export const seriesQuery = (app: string, query: SeriesAsked, version: number) =>
  queryOptions({
    queryKey: ['health-series', app, query, version],
    queryFn: () => health.getHealthSeries({ params: { app }, query }),
    placeholderData: (old) => (old?.platform === query.platform && old.metric === (query.metric ?? 'crashes') ? old : undefined),
    refetchInterval: EVERY_MS,
  });

export const segmentsQuery = (app: string, query: SegmentsAsked, version: number) =>
  queryOptions({
    queryKey: ['health-segments', app, query, version],
    queryFn: () => health.getHealthSegments({ params: { app }, query }),
    placeholderData: (old) => (old?.dimension === query.dimension && old?.version === query.version ? old : undefined),
    refetchInterval: EVERY_MS,
  });

export const rulesQuery = (app: string) =>
  queryOptions({ queryKey: ['health-rules', app], queryFn: () => health.getHealthRules({ params: { app } }) });

export const healthPlanQuery = (app: string, query: PlanAsked) =>
  queryOptions({
    queryKey: ['health-plan', app, query],
    queryFn: () => health.getHealthPlan({ params: { app }, query }),
    placeholderData: (old) => (old?.platform === query.platform ? old : undefined),
    refetchInterval: EVERY_MS,
  });

export const healthSourcesQuery = (app: string) =>
  queryOptions({
    queryKey: ['health-sources', app],
    queryFn: () => health.listHealthSources({ params: { app } }),
    refetchInterval: EVERY_MS,
  });

export const quarantineQuery = (app: string) =>
  queryOptions({
    queryKey: ['health-quarantine', app],
    queryFn: () => health.listHealthQuarantine({ params: { app }, query: { limit: 200 } }),
    refetchInterval: EVERY_MS,
  });

export const DSNS = 'dsns';

export const dsnsQuery = (app: string) => queryOptions({ queryKey: [DSNS, app], queryFn: () => health.listDsns({ params: { app } }) });
