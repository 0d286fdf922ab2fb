/** How a release changes, once it is settled that it may: used by calls over the API, by hand, and by the storefront itself. */
import { msBetween, plusMs } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import { DAY_MS, rulesOf } from './rules.ts';
import type { Listing, Release } from './state.ts';

/** Who moves it: `signalbox` over the API with a key, a person by hand, or the storefront itself. */
export type Mover = { by: string; key: string | null; at: Instant };

const HISTORY_KEPT = 200;

/** Writes down what was done, and leaves the action's key on the object. */
export function note(release: Release, what: string, mover: Mover): void {
  if (mover.key !== null) release.key = mover.key;
  release.history.push({ at: mover.at, by: mover.by, what, state: release.state, percent: release.percent, key: mover.key });
  if (release.history.length > HISTORY_KEPT) release.history.splice(0, release.history.length - HISTORY_KEPT);
}

function settleSubmission(release: Release, fate: 'approved' | 'rejected' | 'withdrawn'): void {
  const last = release.submissions.at(-1);
  if (last) last.fate = fate;
  release.reviewEndsAt = null;
}

export function approve(listing: Listing, release: Release, mover: Mover): void {
  settleSubmission(release, 'approved');
  release.state = 'approved';
  note(release, 'approved', mover);
  if (!rulesOf[listing.storefront].liveOnApproval || listing.managedPublishing) return;
  offer(listing, release, release.submissions.at(-1)?.percent ?? 100, mover);
}

export function reject(release: Release, kind: 'binary' | 'metadata', why: string, mover: Mover): void {
  settleSubmission(release, 'rejected');
  release.state = 'rejected';
  release.rejection = { kind, why };
  note(release, `rejected: ${why}`, mover);
}

export function withdraw(release: Release, mover: Mover): void {
  settleSubmission(release, 'withdrawn');
  release.state = 'withdrawn';
  note(release, 'withdrawn', mover);
}

/** Offers it to `percent` of the users: starts, raises, and takes the place of others as the storefront's rules say. */
export function offer(listing: Listing, release: Release, percent: number, mover: Mover): void {
  const isFull = percent >= 100;
  release.startedAt ??= mover.at;
  release.percent = percent;
  release.state = isFull ? 'released' : 'rolling-out';
  if (isFull) release.phase = null;
  note(release, isFull ? 'released to everyone' : `offered to ${percent}%`, mover);
  replaceOthers(listing, release, isFull, mover);
}

function replaceOthers(listing: Listing, release: Release, isFull: boolean, mover: Mover): void {
  const rules = rulesOf[listing.storefront];
  for (const other of listing.releases) {
    if (other === release) continue;
    const isStaged = other.state === 'rolling-out' || other.state === 'paused' || other.state === 'halted';
    const isReleased = other.state === 'released';
    if (!isStaged && !(isReleased && (isFull || rules.replacesReleasedAtOnce))) continue;
    closePause(other, mover.at);
    other.replaced = { by: release.version, wasReleased: isReleased };
    other.state = 'replaced';
    other.phase = null;
    note(other, `replaced by ${release.version}`, { ...mover, key: null });
  }
}

export function halt(listing: Listing, release: Release, mover: Mover): void {
  release.state = 'halted';
  note(release, `halted at ${release.percent}%`, mover);
  if (!rulesOf[listing.storefront].rollsBack) return;
  for (const other of listing.releases) {
    if (other.replaced?.by !== release.version || !other.replaced.wasReleased) continue;
    other.replaced = null;
    other.state = 'released';
    note(other, `served again because ${release.version} was halted`, { ...mover, key: null });
  }
}

/** Starts the first of the daily phases. */
export function startPhases(listing: Listing, release: Release, mover: Mover): void {
  release.phase = { index: 0, dueAt: plusMs(mover.at, DAY_MS), remainingMs: null };
  offer(listing, release, rulesOf[listing.storefront].phases?.[0] ?? 100, mover);
}

/** Takes the next of the daily phases; the last is everyone. */
export function nextPhase(listing: Listing, release: Release, mover: Mover): void {
  if (release.phase === null) return;
  const index = release.phase.index + 1;
  release.phase = { index, dueAt: plusMs(mover.at, DAY_MS), remainingMs: null };
  offer(listing, release, rulesOf[listing.storefront].phases?.[index] ?? 100, mover);
}

/** Stops the daily phases; the rest of the present day is kept for later. */
export function pause(release: Release, mover: Mover): void {
  const dueAt = release.phase?.dueAt ?? mover.at;
  if (release.phase) release.phase = { ...release.phase, dueAt: null, remainingMs: Math.max(0, msBetween(mover.at, dueAt)) };
  release.pausedSince = mover.at;
  release.state = 'paused';
  note(release, `paused at ${release.percent}%`, mover);
}

export function goOn(release: Release, mover: Mover): void {
  closePause(release, mover.at);
  if (release.phase) release.phase = { ...release.phase, dueAt: plusMs(mover.at, release.phase.remainingMs ?? DAY_MS), remainingMs: null };
  release.state = 'rolling-out';
  note(release, `goes on at ${release.percent}%`, mover);
}

/** Ends a pause and counts it. */
export function closePause(release: Release, at: Instant): void {
  if (release.pausedSince !== null) release.pausedMs += Math.max(0, msBetween(release.pausedSince, at));
  release.pausedSince = null;
}

/** Milliseconds that it has stood paused in total, the present pause included. */
export function pausedMsAt(release: Release, now: Instant): number {
  return release.pausedMs + (release.pausedSince === null ? 0 : Math.max(0, msBetween(release.pausedSince, now)));
}
