/** The triage inbox: which bugs of live releases wait for what, and which of them first. */
import type { BugDecision } from '../facts.ts';
import { flowAmong } from '../flows.ts';
import type { Instant } from '../time.ts';

export const triageTabs = ['no-team', 'nominated', 'blockers', 'watching', 'all'] as const;
export type TriageTab = (typeof triageTabs)[number];

export const likelihoods = ['blocker', 'likely', 'may', 'unlikely'] as const;
/** How near a bug is to blocking a release: it does, it likely will, it may, it is unlikely to. */
export type Likelihood = (typeof likelihoods)[number];

/** A bug as triage looks at it. `decisions` are those of live tracks; `uncleared`: it is a blocker of a live track and not verified there. */
export type TriageBug = {
  key: string;
  state: 'open' | 'closed';
  team: string | null;
  nominated: boolean;
  severity: 'low' | 'medium' | 'high' | 'critical' | null;
  flow: string | null;
  /** Versions in which it was seen. */
  versions: readonly string[];
  since: Instant;
  decisions: readonly BugDecision[];
  uncleared: boolean;
};

/** A release that is alive, the one that matters first in front. */
export type LiveRelease = { version: string; part: 'current' | 'upcoming' | 'watched' | 'ended' };

/** The tabs a bug stands in. All but `all` hold only what a live release has to do with. */
export function tabsOf(bug: TriageBug, live: readonly LiveRelease[]): readonly TriageTab[] {
  if (!live.some(({ version }) => bug.versions.includes(version))) return ['all'];
  const tabs: TriageTab[] = ['all'];
  const isOpen = bug.state === 'open';
  if (isOpen && bug.team === null) tabs.push('no-team');
  if (waitsForDecision(bug)) tabs.push('nominated');
  // a blocker that the tracker calls closed still holds until its fix is verified
  if (bug.uncleared) tabs.push('blockers');
  if (isOpen && bug.team !== null && !waitsForDecision(bug) && !bug.uncleared) tabs.push('watching');
  return tabs;
}

/** A nomination waits until it is decided; one that was asked about goes on waiting. */
function waitsForDecision(bug: TriageBug): boolean {
  if (bug.decisions.includes('ask')) return true;
  return bug.state === 'open' && bug.nominated && bug.decisions.length === 0;
}

/** @param criticalFlows flows of the app that the policy calls critical */
export function likelihoodOf(bug: Omit<TriageBug, 'key' | 'since' | 'versions'>, criticalFlows: readonly string[]): Likelihood {
  if (bug.uncleared) return 'blocker';
  const isSettled = bug.decisions.length > 0 && bug.decisions.every((decision) => decision === 'not-a-blocker' || decision === 'fall-back');
  if (isSettled || bug.state === 'closed') return 'unlikely';
  const isCritical = bug.severity === 'critical' || (flowAmong(bug.flow, criticalFlows) !== undefined && bug.severity !== 'low');
  if (isCritical) return 'likely';
  return bug.nominated || bug.severity === 'high' ? 'may' : 'unlikely';
}

const partOrder: readonly LiveRelease['part'][] = ['current', 'upcoming', 'watched', 'ended'];

/** Live releases in the order in which their bugs are answered: current, upcoming, watched; the order given within each. */
export function inOrderOfNeed(live: readonly LiveRelease[]): readonly LiveRelease[] {
  return live.toSorted((a, b) => partOrder.indexOf(a.part) - partOrder.indexOf(b.part));
}

/** The release under which a bug is listed: the first live one in which it was seen; null for one of the past. */
export function releaseOf(bug: Pick<TriageBug, 'versions'>, live: readonly LiveRelease[]): LiveRelease | null {
  return inOrderOfNeed(live).find(({ version }) => bug.versions.includes(version)) ?? null;
}

/** Current release first, likely blockers first, then what waits longest; bugs of the past at the end. */
export function inOrderOfTriage<T extends TriageBug>(
  bugs: readonly T[],
  live: readonly LiveRelease[],
  criticalFlows: readonly string[],
): readonly T[] {
  const ordered = inOrderOfNeed(live);
  const rank = new Map(bugs.map((bug) => [bug, likelihoods.indexOf(likelihoodOf(bug, criticalFlows))]));
  const place = (bug: T): number => {
    const at = ordered.findIndex(({ version }) => bug.versions.includes(version));
    return at === -1 ? ordered.length : at;
  };
  return bugs.toSorted(
    (a, b) =>
      place(a) - place(b) ||
      (rank.get(a) ?? 0) - (rank.get(b) ?? 0) ||
      compare(a.since, b.since) ||
      a.key.localeCompare(b.key, 'en', { numeric: true }),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
