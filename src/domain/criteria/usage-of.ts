/** Whose usage speaks for a track: the audience of its stage, the build that counts, since when, and what it is held against. */
import { audiences } from '../facts.ts';
import type { Audience } from '../facts.ts';
import type { HealthQuestion } from '../health/told.ts';
import type { HealthAnswer } from '../health/health-facts.ts';
import { keyOfQuestion } from '../health/told.ts';
import { HOUR_MS, hourOf } from '../health/rollup.ts';
import type { Sibling } from '../release/release.ts';
import { candidateOf, cutOf } from '../release/track.ts';
import type { Track } from '../release/track.ts';
import { latest } from '../time.ts';
import type { Instant } from '../time.ts';
import { candidatesOf } from './candidates.ts';
import type { JudgeAt } from './criterion.ts';

/** `by-stage`: nightlies are judged by alpha, release candidates by beta, what ships by production. */
export const audienceChoices = ['by-stage', ...audiences] as const;
export const pools = ['build', 'version', 'version-before-rollout'] as const;
export type Pool = (typeof pools)[number];

export type UsageSettings = {
  audience: (typeof audienceChoices)[number];
  pool: Pool;
  source: string | Readonly<Record<string, string>> | null;
};

/** `build` null: all builds of the version together. `since`: when this audience began to receive what is counted. */
export type Usage = { audience: Audience; build: string | null; since: Instant; source: string | null };

type At = Pick<JudgeAt<unknown>, 'track' | 'release' | 'facts' | 'siblings' | 'now'>;

/** Whether users receive it: also where one of several storefronts is live before the others. */
function isLive(track: Track): boolean {
  switch (track.stage) {
    case 'rolling-out':
    case 'halted':
    case 'released':
    case 'completed':
      return true;
    case 'in-review':
    case 'store-approved':
      return (track.liveIn?.length ?? 0) > 0;
    case 'planned':
    case 'developing':
    case 'stabilising':
    case 'candidate':
    case 'canceled':
    case 'superseded':
      return false;
    default:
      return track satisfies never;
  }
}

function audienceOfStage(track: Track): Audience {
  if (isLive(track)) return 'production';
  return track.stage === 'planned' || track.stage === 'developing' ? 'alpha' : 'beta';
}

/** When this audience began to receive the version, as its stages tell. */
function begunFor(audience: Audience, { track, release }: Pick<At, 'track' | 'release'>): Instant {
  if (audience === 'production') {
    if ('startedAt' in track) return track.startedAt;
    return track.reached['rolling-out'] ?? track.since;
  }
  const developed = track.reached.developing ?? release.bornAt;
  return audience === 'beta' ? (track.reached.stabilising ?? cutOf(track)?.at ?? developed) : developed;
}

export function usageOf(settings: UsageSettings, at: Pick<At, 'track' | 'release' | 'facts'>): Usage {
  const { track } = at;
  const audience = settings.audience === 'by-stage' ? audienceOfStage(track) : settings.audience;
  const begun = begunFor(audience, at);
  const source =
    typeof settings.source === 'object' && settings.source !== null ? (settings.source[track.platform] ?? null) : settings.source;
  const isPooled = settings.pool === 'version' || (settings.pool === 'version-before-rollout' && !isLive(track));
  // nightlies are a new build every day: before the cut the version is what is judged
  const none = { audience, build: null, since: begun, source };
  if (isPooled || track.stage === 'planned' || track.stage === 'developing') return none;
  const ready = candidatesOf(track, at.facts).ready;
  const build = candidateOf(track)?.build ?? ready?.number ?? null;
  if (build === null) return none;
  const built = at.facts.builds.find(({ number }) => number === build);
  // what a source tells of the version alone is of this build from when there was one
  return { audience, build, since: latest(begun, built?.finishedAt ?? built?.at) ?? begun, source };
}

/** The stage in which a release began to reach an audience. */
const firstStage = { employees: 'developing', alpha: 'developing', beta: 'stabilising', production: 'rolling-out' } as const;

/** Earlier releases on this platform that were with everyone before this began, the newest first: fixed from the beginning on. */
export function earlierReleases({ track, siblings }: Pick<At, 'track' | 'siblings'>, usage: Usage): { version: string; since: Instant }[] {
  return siblings
    .filter(
      (other) =>
        other.platform === track.platform &&
        other.order < 0 &&
        isComparable(other, track) &&
        (other.reached.released ?? '9') <= usage.since,
    )
    .toSorted((a, b) => b.order - a.order)
    .flatMap((other) => {
      const since = other.reached[firstStage[usage.audience]];
      return since === undefined ? [] : [{ version: other.version, since }];
    });
}

function isComparable(other: Sibling, track: Track): boolean {
  return other.kind === 'regular' || track.kind !== 'regular';
}

type Asked = Pick<HealthQuestion, 'segmentsOf'>;

/** The hours, or the segments' days, of this version since `from`. */
export function ownQuestion({ track, now }: At, usage: Usage, from: Instant, { segmentsOf }: Asked = { segmentsOf: null }): HealthQuestion {
  return {
    platform: track.platform,
    version: track.version,
    build: usage.build,
    audience: usage.audience,
    source: usage.source,
    fromMs: hourOf(Date.parse(from)),
    untilMs: Date.parse(now) + HOUR_MS,
    segmentsOf,
  };
}

/** The same of an earlier release, up to the age that this one has reached. */
export function earlierQuestion(
  { track, now }: At,
  usage: Usage,
  earlier: { version: string; since: Instant },
  { segmentsOf }: Asked = { segmentsOf: null },
): HealthQuestion {
  const fromMs = hourOf(Date.parse(earlier.since));
  const age = Math.max(0, Date.parse(now) - Date.parse(usage.since));
  return {
    platform: track.platform,
    version: earlier.version,
    build: null,
    audience: usage.audience,
    source: usage.source,
    fromMs,
    untilMs: fromMs + age + 2 * HOUR_MS,
    segmentsOf,
    // how many segments are tested is fixed when ours begins
    ...(segmentsOf === null ? {} : { seenUntilMs: hourOf(Date.parse(usage.since)) }),
  };
}

/** What else users have meanwhile: the release before this one, in the same hours. Null before the rollout, and where there is none. */
export function alongsideQuestion(at: At, usage: Usage, from: Instant): HealthQuestion | null {
  const [before] = earlierReleases(at, usage);
  if (usage.audience !== 'production' || before === undefined) return null;
  return { ...ownQuestion(at, usage, from), version: before.version, build: null };
}

/** The answer to a question; nothing where nothing was told. */
export function answerTo({ facts }: Pick<At, 'facts'>, question: HealthQuestion): HealthAnswer {
  return facts.health.answers[keyOfQuestion(question)] ?? [];
}

/** Up to when everything was told: the least of the feeds that speak here. Null where one of them has told nothing. */
export function watermarkOf({ facts, track }: Pick<At, 'facts' | 'track'>, answers: readonly HealthAnswer[]): number | null {
  const sources = new Set(answers.flatMap((answer) => answer.map(({ source }) => source)));
  let least: number | null = null;
  for (const { source, platform, watermark } of facts.health.feeds) {
    if (platform !== track.platform || !sources.has(source) || watermark === null) continue;
    least = Math.min(least ?? Infinity, Date.parse(watermark));
  }
  return least;
}
