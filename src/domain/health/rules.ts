/** What a policy says of release health: which criteria about rates and usage stand where, under which limit, and what a red of theirs does. */
import { z } from 'zod';
import { criterionOf } from '../criteria/index.ts';
import type { Instance } from '../criteria/instance.ts';
import type { Audience } from '../facts.ts';
import type { Stage, Step } from '../release/track.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import type { RuleWaits } from './plan.ts';
import { RATE_UNIT } from './series.ts';
import type { ExposureOf } from './told.ts';
import { RATE_DEFAULTS } from './verdict.ts';

/** Kinds of criteria that are about health. */
const healthKinds: readonly string[] = ['rate-below', 'enough-usage', 'no-bad-segment', 'late-onset'];

/** A limit on a rate: at most `limit` affected people per `unit` of `of`: `h`, what the app counts its use by, or `sessions`. `instance`: the criterion that holds it. */
export type RateLimit = { limit: number; unit: number; of: string; exposure: ExposureOf; instance: string; title: string };

/** A limit with what its rule waits for until it tells. */
export type RateRule = { limit: RateLimit; waits: RuleWaits };

const amount = z.union([z.number().positive(), z.record(z.string(), z.number().positive())]).nullish();

/** What is read of a criterion's settings, as far as its kind has them. A limit is a number, or one for each platform. */
const healthSettings = z.looseObject({
  metric: z.string().optional(),
  'limit-per-1000-hours': amount,
  'limit-per-1000-sessions': amount,
  'limit-per-1000-units': amount,
  unit: z.string().optional(),
  'by-audience': z
    .record(z.string(), z.looseObject({ 'times-limit': z.number().optional(), 'min-hours': z.number().optional() }))
    .optional(),
  'min-hours': z.number().optional(),
  'reports-late-by': z.number().optional(),
  'healthy-at': z.number().optional(),
  power: z.number().optional(),
  'alpha-green': z.number().optional(),
  'no-worse-than': z.string().nullish(),
  ratio: z.number().nullish(),
  audience: z.string().nullish(),
  source: z.union([z.string(), z.record(z.string(), z.string())]).nullish(),
});
type HealthSettings = z.infer<typeof healthSettings>;

export type HealthRule = {
  instance: string;
  title: string;
  kind: string;
  /** One sentence: what its kind asks. */
  asks: string;
  metric: string | null;
  limit: number | null;
  /** What the limit is counted by: 1,000 of `of`. */
  unit: number;
  /** `h`, `sessions`, or what the app counts its use by. */
  of: string;
  /** `last-3-at-same-age`; null: nothing */
  baseline: string | null;
  ratio: number | null;
  audience: string | null;
  /** Steps that it stands before: while it is not green, they are held. */
  holds: readonly Step[];
  /** Whether a red of it halts a rollout. */
  halts: boolean;
  /** Stages in which it is only watched. */
  watchedWhile: readonly Stage[];
  required: boolean;
  informing: boolean;
  waivable: boolean;
};

/** The criteria about health of a platform's process, in the order in which the process comes to them. */
export function healthRules(policy: TrackPolicy): HealthRule[] {
  const rules = new Map<string, HealthRule>();
  const put = (instance: Instance, more: (rule: HealthRule) => HealthRule): void => {
    if (healthKinds.includes(instance.kind)) rules.set(instance.id, more(rules.get(instance.id) ?? ruleOf(instance, policy.platform)));
  };
  for (const [step, instances] of entriesOf(policy.before))
    for (const each of instances) put(each, (rule) => ({ ...rule, holds: [...rule.holds, step] }));
  for (const each of policy.haltsWhileRollingOut) put(each, (rule) => ({ ...rule, halts: true }));
  for (const [stage, instances] of entriesOf(policy.watchWhile))
    for (const each of instances) put(each, (rule) => ({ ...rule, watchedWhile: [...rule.watchedWhile, stage] }));
  return [...rules.values()];
}

function settingsOf({ settings }: Instance): HealthSettings {
  const read = healthSettings.safeParse(settings);
  return read.success ? read.data : {};
}

/** The limit in the settings, and what it is counted by; null where there is none for this platform. */
function limitIn(said: HealthSettings, platform: string): { limit: number; of: string; exposure: ExposureOf } | null {
  for (const [written, of, exposure] of [
    [said['limit-per-1000-hours'], 'h', 'consumption'],
    [said['limit-per-1000-units'], said.unit ?? 'units', 'consumption'],
    [said['limit-per-1000-sessions'], 'sessions', 'sessions'],
  ] as const) {
    const limit = typeof written === 'object' && written !== null ? written[platform] : written;
    if (limit !== undefined && limit !== null) return { limit, of, exposure };
  }
  return null;
}

function ruleOf(instance: Instance, platform: string): HealthRule {
  const { id, kind, title, required, informing, waivable } = instance;
  const said = settingsOf(instance);
  const limit = limitIn(said, platform);
  const baseline = said['no-worse-than'] ?? null;
  return {
    instance: id,
    title,
    kind,
    asks: criterionOf(kind)?.asks ?? '',
    metric: said.metric ?? null,
    limit: limit?.limit ?? null,
    unit: RATE_UNIT,
    of: limit?.of ?? 'h',
    baseline: baseline === 'nothing' ? null : baseline,
    ratio: baseline === 'nothing' ? null : (said.ratio ?? null),
    audience: said.audience ?? null,
    holds: [],
    halts: false,
    watchedWhile: [],
    required,
    informing,
    waivable,
  };
}

/** A policy's table leaves out what it has nothing for. */
function entriesOf<K extends string, V>(table: Readonly<Partial<Record<K, readonly V[]>>>): [K, readonly V[]][] {
  return Object.entries<readonly V[] | undefined>(table).flatMap(([key, values]): [K, readonly V[]][] =>
    // an object's keys are those of its type here: the tables are made by the compiler of policies
    values === undefined ? [] : [[key as K, values]],
  );
}

const instancesOf = (policy: TrackPolicy): readonly Instance[] => [
  ...entriesOf(policy.before).flatMap(([, each]) => each),
  ...policy.haltsWhileRollingOut,
  ...entriesOf(policy.watchWhile).flatMap(([, each]) => each),
];

/**
 * The source that is believed of a metric, so that what is shown is what is judged: that of the criterion whose limit is shown, else the first that a criterion of the metric
 * names. Null: all sources together.
 */
export function sourceOf(
  policy: TrackPolicy,
  metric: string,
  audience: Audience = 'production',
  exposure: ExposureOf | null = null,
): string | null {
  const held = rateRuleOf(policy, metric, audience, exposure)?.limit.instance;
  const sources = instancesOf(policy).flatMap((instance) => {
    const { metric: judged, source = null } = settingsOf(instance);
    if (!healthKinds.includes(instance.kind) || judged !== metric) return [];
    return [{ id: instance.id, source: typeof source === 'object' ? (source?.[policy.platform] ?? null) : source }];
  });
  const own = sources.find(({ id }) => id === held);
  return own === undefined ? (sources.find(({ source }) => source !== null)?.source ?? null) : own.source;
}

/** The limits under which a policy holds the rate of a metric: the tightest by use, and the tightest by sessions. What is shown where nobody chooses comes first. */
export function limitsOf(policy: TrackPolicy, metric: string, audience?: Audience): readonly RateLimit[] {
  return (['consumption', 'sessions'] as const).flatMap((exposure) => rateRuleOf(policy, metric, audience, exposure)?.limit ?? []);
}

/**
 * The rule under which a policy holds the rate of a metric, as it is for an audience; the tightest where there are several. Null: it has none. Rates by use and by sessions cannot be
 * held against each other: `exposure` says by which; null: by use where there is one, else by sessions.
 */
export function rateRuleOf(
  policy: TrackPolicy,
  metric: string,
  audience: Audience = 'production',
  exposure: ExposureOf | null = null,
): RateRule | null {
  if (exposure === null) return rateRuleOf(policy, metric, audience, 'consumption') ?? rateRuleOf(policy, metric, audience, 'sessions');
  const rules = instancesOf(policy).flatMap((instance): RateRule[] => {
    const said = settingsOf(instance);
    const found = limitIn(said, policy.platform);
    if (instance.kind !== 'rate-below' || said.metric !== metric || found === null || found.exposure !== exposure) return [];
    const here = said['by-audience']?.[audience];
    return [
      {
        limit: {
          limit: found.limit * (here?.['times-limit'] ?? 1),
          unit: RATE_UNIT,
          of: found.of,
          exposure: found.exposure,
          instance: instance.id,
          title: instance.title,
        },
        waits: {
          healthyAt: said['healthy-at'] ?? RATE_DEFAULTS.designRatio,
          alphaGreen: said['alpha-green'] ?? RATE_DEFAULTS.alphaGreen,
          power: said.power ?? RATE_DEFAULTS.power,
          lateReportsHours: (said['reports-late-by'] ?? 0) / 60,
          minHours: here?.['min-hours'] ?? said['min-hours'] ?? RATE_DEFAULTS.minWallClockHours,
        },
      },
    ];
  });
  return rules.toSorted((a, b) => a.limit.limit - b.limit.limit)[0] ?? null;
}
