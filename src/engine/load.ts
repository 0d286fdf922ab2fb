/** From what is stored to the world that a decision is made from. */
import { healthTold } from '#db/health/told.ts';
import { storedWorlds } from '#db/world.ts';
import type { LastSaid, StoredWorld } from '#db/world.ts';
import type { Db } from '#db/transaction.ts';
import type { PolicyDocument } from '#domain/policy/document.ts';
import { healthQuestions } from '#domain/criteria/verdicts.ts';
import { keyOfQuestion } from '#domain/health/told.ts';
import { progressOf } from '#domain/changes/picks.ts';
import { candidateOf, hasEnded, percentOf } from '#domain/release/track.ts';
import type { Track } from '#domain/release/track.ts';
import { timeBy } from '#domain/release/clock.ts';
import type { AppClock, Sibling } from '#domain/release/release.ts';
import type { World } from '#domain/release/world.ts';
import type { Instant } from '#domain/time.ts';
import { compare, isRefused } from '#domain/versions/index.ts';
import type { Context } from './context.ts';
import type { Rules } from './policy-book.ts';

/** A world with what a commit must find unchanged. */
export type Loaded = { world: World; revision: number; policyRevision: number; clock: AppClock | null; said: LastSaid };

/**
 * The world of a track now, or null when there is no such track. In a transaction it is what the transaction sees.
 *
 * @param rules for a policy that is not saved yet
 */
export async function loadWorld(context: Context, db: Db, id: string, rules?: Rules): Promise<Loaded | null> {
  return (await loadWorlds(context, db, [id], rules))[0] ?? null;
}

/** The worlds of some tracks of one app, as of one moment; those that are not there are left out. */
export async function loadWorlds(context: Context, db: Db, ids: readonly string[], rules?: Rules): Promise<Loaded[]> {
  const all = await storedWorlds(db, ids);
  const [first] = all;
  if (first === undefined) return [];
  context.clock.learn(first.app.id, first.appVersion, first.clock);
  const inForce = rules ?? (await context.policies.rulesOf(db, first.app.id, first.policyRevision));
  const now = timeBy(first.clock, context.clock.now());
  const ranks = ranksOf([first.track, ...first.others], inForce.document.versions);
  const worlds = all.map((stored) => worldFrom(stored, inForce, now, ranks));
  return withHealth(db, first.app.id, worlds);
}

/** What the roll-ups tell is asked for by the criteria that want it: where there is none, nothing is read. */
async function withHealth(db: Db, app: string, loaded: Loaded[]): Promise<Loaded[]> {
  const questions = new Map(
    loaded
      .flatMap(({ world }) => (hasEnded(world.track) ? [] : healthQuestions(world)))
      .map((question) => [keyOfQuestion(question), question]),
  );
  if (questions.size === 0) return loaded;
  const health = await healthTold(db, app, [...questions.values()]);
  return loaded.map((each) => ({ ...each, world: { ...each.world, facts: { ...each.world.facts, health } } }));
}

function worldFrom(stored: StoredWorld, inForce: Rules, now: Instant, ranks: Ranks): Loaded {
  const { app, track, policyRevision, clock, said } = stored;
  const policy = inForce.of(track.platform, track.kind);
  const world: World = {
    app,
    release: stored.release,
    track,
    siblings: stored.others.map((other) => siblingOf(other, track, ranks)),
    policy,
    facts: { ...stored.facts, cherryPicks: stored.facts.cherryPicks.map((pick) => progressOf(pick, track, stored.facts, policy)) },
    previous: stored.previous,
    now,
  };
  return { world, revision: stored.revision, policyRevision, clock, said };
}

type Scheme = PolicyDocument['versions'];

/** The place of each version of the app in their order. */
type Ranks = ReadonlyMap<string, number>;

function ranksOf(tracks: readonly Track[], scheme: Scheme): Ranks {
  const versions = [...new Set(tracks.map(({ version }) => version))].toSorted((a, b) => orderOf(scheme, a, b));
  return new Map(versions.map((version, place) => [version, place]));
}

function siblingOf(other: Track, track: Track, ranks: Ranks): Sibling {
  return {
    id: other.id,
    version: other.version,
    platform: other.platform,
    kind: other.kind,
    stage: other.stage,
    since: other.since,
    reached: other.reached,
    candidateBuild: candidateOf(other)?.build ?? null,
    candidateCommit: candidateOf(other)?.commit ?? null,
    percent: percentOf(other),
    order: (ranks.get(other.version) ?? 0) - (ranks.get(track.version) ?? 0),
  };
}

/** Whether `a` comes before (negative) or after `b`. Versions of an older scheme of the app, which this one cannot read, come in the order of their numbers. */
export function orderOf(scheme: Scheme, a: string, b: string): number {
  if (a === b) return 0;
  const order = compare(scheme, a, b);
  return isRefused(order) ? a.localeCompare(b, 'en', { numeric: true }) : order;
}
