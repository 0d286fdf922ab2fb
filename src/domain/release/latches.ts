/** Reds that stay: what a rate has once shown of a build stays so, until a person clears it or another build comes (health.md §1.6). */
import type { Instant } from '../time.ts';
import type { Track } from './track.ts';

/** What a red is of: another build, or another audience, is judged anew. `build` null: all builds of the version. */
export type RedOf = { instance: string; audience: string; build: string | null };

/** Under which name a track has it noted that it is red. */
export function redKey({ instance, audience, build }: RedOf): string {
  return `red:${instance}:${audience}:${build ?? 'version'}`;
}

function clearedKey(key: string): string {
  return `cleared:${key}`;
}

/** Since when it stays red, and since when it is counted anew because a person cleared it. */
export function latchOf(track: Pick<Track, 'noted'>, of: RedOf): { key: string; redSince: Instant | null; clearedAt: Instant | null } {
  const key = redKey(of);
  return { key, redSince: track.noted[key] ?? null, clearedAt: track.noted[clearedKey(key)] ?? null };
}

/** The track's notes once it is red. */
export function withRed(noted: Track['noted'], key: string, at: Instant): Track['noted'] {
  return { ...noted, [key]: at };
}

/** The track's notes once a person has cleared it. */
export function withoutRed(noted: Track['noted'], key: string, at: Instant): Track['noted'] {
  return { ...Object.fromEntries(Object.entries(noted).filter(([name]) => name !== key)), [clearedKey(key)]: at };
}
