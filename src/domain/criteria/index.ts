/** The list of criteria, and the way from an instance of a policy to what it says. */
import type { z } from 'zod';
import type { FactKind } from '../facts.ts';
import type { HealthQuestion } from '../health/told.ts';
import type { Criterion, Finding, JudgeAt } from './criterion.ts';
import type { Instance } from './instance.ts';
import { approvedBy } from './approved-by/criterion.ts';
import { buildDistributed } from './build-distributed/criterion.ts';
import { complianceClosed } from './compliance-closed/criterion.ts';
import { custom } from './custom/criterion.ts';
import { enoughUsage } from './enough-usage/criterion.ts';
import { lateOnset } from './late-onset/criterion.ts';
import { latestBuildComplete } from './latest-build-complete/criterion.ts';
import { listingFree } from './listing-free/criterion.ts';
import { manual } from './manual/criterion.ts';
import { nightlyFresh } from './nightly-fresh/criterion.ts';
import { noBadSegment } from './no-bad-segment/criterion.ts';
import { noBlockingBugs } from './no-blocking-bugs/criterion.ts';
import { rateBelow } from './rate-below/criterion.ts';
import { signedOff } from './signed-off/criterion.ts';
import { soaked } from './soaked/criterion.ts';
import { testsPassed } from './tests-passed/criterion.ts';
import { triageEmpty } from './triage-empty/criterion.ts';
import { windowOpen } from './window-open/criterion.ts';

/** Every kind of criterion, in the order of the domain's table. Whoever adds one writes its folder and one line here. */
export const criteria: readonly Criterion<unknown>[] = [
  latestBuildComplete,
  testsPassed,
  nightlyFresh,
  buildDistributed,
  noBlockingBugs,
  triageEmpty,
  signedOff,
  rateBelow,
  enoughUsage,
  lateOnset,
  noBadSegment,
  listingFree,
  complianceClosed,
  soaked,
  windowOpen,
  approvedBy,
  custom,
  manual,
];

const byKind: ReadonlyMap<string, Criterion<unknown>> = new Map(criteria.map((criterion) => [criterion.kind, criterion]));

/** The criterion of a kind, or null where there is none of that name. */
export function criterionOf(kind: string): Criterion<unknown> | null {
  return byKind.get(kind) ?? null;
}

/** Settings as read, or what was wrong with them; each issue's path is the path within the settings. */
export type ReadSettings = { ok: true; settings: unknown } | { ok: false; issues: readonly z.core.$ZodIssue[] };

/**
 * The settings of a criterion as a policy writes them: a mapping, nothing at all, or the bare value of the kind's shorthand
 * (`{ soaked: 24h }` is `{ soaked: { for: 24h } }`). Defaults are filled in.
 */
export function readSettings(criterion: Criterion<unknown>, written: unknown): ReadSettings {
  const read = criterion.settings.safeParse(inFull(criterion, written));
  return read.success ? { ok: true, settings: read.data } : { ok: false, issues: read.error.issues };
}

function inFull(criterion: Criterion<unknown>, written: unknown): unknown {
  if (written === undefined || written === null) return {};
  const isMapping = typeof written === 'object' && !Array.isArray(written);
  return isMapping || criterion.shorthand === undefined ? written : { [criterion.shorthand]: written };
}

/** What a policy says of an instance beside its settings. What is left out: the kind is its id, it holds, and its waivability is the kind's. */
export type WrittenInstance = {
  id: string;
  kind?: string;
  title?: string;
  settings?: unknown;
  required?: boolean;
  informing?: boolean;
  freshForMinutes?: number | null;
  waivable?: boolean;
};

/** An instance ready to be judged. Throws on an unknown kind or on settings that are no good: a policy is checked before it comes here. */
export function parseInstance(written: WrittenInstance): Instance {
  const kind = written.kind ?? written.id;
  const criterion = knownCriterion(kind);
  const read = readSettings(criterion, written.settings);
  if (!read.ok)
    throw new Error(`${written.id}: ${read.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`).join('; ')}`);
  return {
    id: written.id,
    kind,
    title: written.title ?? criterion.title,
    settings: read.settings,
    required: written.required ?? false,
    informing: written.informing ?? false,
    freshForMinutes: written.freshForMinutes ?? null,
    waivable: criterion.waivable === 'by-policy' ? (written.waivable ?? false) : criterion.waivable,
  };
}

/** What an instance says of a track now. Its settings were parsed when the policy was read and are not parsed again. Throws on an unknown kind. */
export function judge(instance: Instance, at: Omit<JudgeAt<unknown>, 'settings' | 'instance'>): Finding {
  return knownCriterion(instance.kind).judge({ ...at, settings: settingsOf(instance), instance: instance.id });
}

type Unsettled = Omit<JudgeAt<unknown>, 'settings' | 'instance'>;

/** What an instance asks of the roll-ups; null where it is not about health. The first question is that of its own usage. */
export function healthQuestionsOf(instance: Instance, at: Unsettled): readonly HealthQuestion[] | null {
  const { health } = knownCriterion(instance.kind);
  return health === undefined ? null : health.asks({ ...at, settings: settingsOf(instance), instance: instance.id });
}

/** The kinds of fact whose source must be alive for an instance. */
export function needsOf(instance: Instance): readonly FactKind[] {
  const criterion = knownCriterion(instance.kind);
  return [...criterion.needs, ...(criterion.alsoNeeds?.(settingsOf(instance)) ?? [])];
}

/** The one source of roll-ups that an instance believes; null: all. */
export function healthSourceOf(instance: Instance, at: Unsettled): string | null {
  const { health } = knownCriterion(instance.kind);
  return health === undefined ? null : health.source({ ...at, settings: settingsOf(instance), instance: instance.id });
}

/** The policy's `fresh-for` of an instance is also the age up to which a kind believes the one answer it has, where it has such a setting. */
function settingsOf({ settings, freshForMinutes }: Instance): unknown {
  if (freshForMinutes === null || typeof settings !== 'object' || settings === null || !('fresh-for' in settings)) return settings;
  return { ...settings, 'fresh-for': freshForMinutes };
}

function knownCriterion(kind: string): Criterion<unknown> {
  const criterion = criterionOf(kind);
  if (criterion === null)
    throw new Error(`there is no criterion of kind "${kind}" (known: ${criteria.map((each) => each.kind).join(', ')})`);
  return criterion;
}
