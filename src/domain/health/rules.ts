/** What a policy says of release health: which criteria about rates and usage stand where, under which limit, and what a red of theirs does. */
import { z } from 'zod';
import { criterionOf } from '../criteria/index.ts';
import type { Instance } from '../criteria/instance.ts';
import type { Stage, Step } from '../release/track.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import { RATE_UNIT } from './series.ts';

/** Kinds of criteria that are about health; `reported` is how a source of the user's own tells a colour of it. */
const healthKinds: readonly string[] = ['rate-below', 'enough-usage', 'no-bad-segment', 'late-onset', 'reported'];

/** A limit on a rate: at most `limit` affected people per `unit` of use. `instance`: the criterion that holds it. */
export type RateLimit = { limit: number; unit: number; instance: string; title: string };

/** What is read of a rate criterion's settings, as far as they have it. */
const rateSettings = z.looseObject({
  metric: z.string().optional(),
  'limit-per-1000-hours': z.number().positive().nullable().optional(),
  'no-worse-than': z.string().nullable().optional(),
  ratio: z.number().nullable().optional(),
  audience: z.string().nullable().optional(),
});

export type HealthRule = {
  instance: string;
  title: string;
  kind: string;
  /** One sentence: what its kind asks. */
  asks: string;
  metric: string | null;
  limit: number | null;
  /** What the limit is counted by: 1,000 units of use. */
  unit: number;
  /** `last-3-at-same-age` */
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
    if (healthKinds.includes(instance.kind)) rules.set(instance.id, more(rules.get(instance.id) ?? ruleOf(instance)));
  };
  for (const [step, instances] of entriesOf(policy.before))
    for (const each of instances) put(each, (rule) => ({ ...rule, holds: [...rule.holds, step] }));
  for (const each of policy.haltsWhileRollingOut) put(each, (rule) => ({ ...rule, halts: true }));
  for (const [stage, instances] of entriesOf(policy.watchWhile))
    for (const each of instances) put(each, (rule) => ({ ...rule, watchedWhile: [...rule.watchedWhile, stage] }));
  return [...rules.values()];
}

function ruleOf({ id, kind, title, settings, required, informing, waivable }: Instance): HealthRule {
  const read = rateSettings.safeParse(settings);
  const said = read.success ? read.data : {};
  return {
    instance: id,
    title,
    kind,
    asks: criterionOf(kind)?.asks ?? '',
    metric: said.metric ?? null,
    limit: said['limit-per-1000-hours'] ?? null,
    unit: RATE_UNIT,
    baseline: said['no-worse-than'] ?? null,
    ratio: said.ratio ?? null,
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

/** The limit under which a policy holds the rate of a metric; the tightest where there are several. Null: it has none. */
export function limitOf(policy: TrackPolicy, metric: string): RateLimit | null {
  const limits = healthRules(policy).flatMap((rule): RateLimit[] =>
    rule.limit !== null && rule.metric === metric
      ? [{ limit: rule.limit, unit: rule.unit, instance: rule.instance, title: rule.title }]
      : [],
  );
  return limits.toSorted((a, b) => a.limit / a.unit - b.limit / b.unit)[0] ?? null;
}
