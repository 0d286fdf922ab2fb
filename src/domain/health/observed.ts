/** What an app's own SDK tells, one thing at a time, before it is rolled up: sessions, and crashes and ANRs of people. */
import { audiences } from '../facts.ts';
import type { Audience } from '../facts.ts';
import { doubtOfTime, hourOf, isSegment, WHOLE } from './rollup.ts';
import type { Known, QuarantineReason, Rollup } from './rollup.ts';

/** Where it happened, as the SDK says it. */
export type Origin = { version: string; build: string | null; environment: string | null };

/**
 * - `usage`: sessions that began, and time that was used, of one person (null: of nobody known).
 * - `hit`: a crash or an ANR of one person, with what tells it from others.
 * `id`: by which it is known when it is sent again; null: by the envelope that it came in.
 */
export type Observed =
  | { is: 'usage'; id: string | null; origin: Origin; atMs: number; sessions: number; hours: number; who: string | null }
  | {
      is: 'hit';
      what: 'crashes' | 'anrs';
      id: string | null;
      origin: Origin;
      atMs: number;
      who: string | null;
      segments: readonly string[];
      fingerprint: string;
      title: string;
      flow: string | null;
      frames: readonly string[];
      /** Where each frame is in the code, with its line: `SignUp/EmailField.swift:118`; null where it does not say. */
      code?: readonly (string | null)[];
    };

/** Something of an envelope that was not read. */
export type Unread = { reason: QuarantineReason; because: string; sample: unknown };

/** Where an observation counts, or why it does not. */
export type Place = Pick<Rollup, 'platform' | 'version' | 'build' | 'audience' | 'bucketMs'>;

export function placeOf(
  observed: Observed,
  platform: string,
  known: Known,
): { ok: true; place: Place } | { ok: false; reason: QuarantineReason; because: string } {
  const { origin, atMs } = observed;
  const { version, build } = origin;
  const audience = audienceOf(origin.environment);
  if (audience === null)
    return { ok: false, reason: 'not-an-audience', because: `the environment is ${JSON.stringify(origin.environment)}` };
  if (known.versions.get(platform)?.has(version) !== true)
    return { ok: false, reason: 'unknown-version', because: `${platform} has no release ${JSON.stringify(version)}` };
  if (build !== null && !/^[0-9A-Za-z.+_-]{1,64}$/.test(build))
    return { ok: false, reason: 'bad-build', because: `build is ${JSON.stringify(build)}` };
  const doubt = doubtOfTime(atMs, known.nowMs);
  if (doubt !== null) return { ok: false, ...doubt };
  return { ok: true, place: { platform, version, build, audience, bucketMs: hourOf(atMs) } };
}

/** SDKs say `production` when nobody has said anything else. */
function audienceOf(environment: string | null): Audience | null {
  return environment === null ? 'production' : (audiences.find((audience) => audience === environment.toLowerCase()) ?? null);
}

/** The segments that somebody belongs to, the whole first. */
export function segmentsOf(observed: Observed): string[] {
  return [WHOLE, ...(observed.is === 'hit' ? new Set(observed.segments.filter(isSegment)) : [])];
}
