/** Triage as it is shown: lists under their releases, what a button will do, and what a decision changes. */
import { decisionNames } from '../../parts/lists/decision-names.ts';
import type { TrackHead } from '#api/control-room.ts';
import type { BugDetail, TriageLine } from '#api/triage.ts';
import type { PlanView } from '#api/tracks.ts';
import type { Cell } from '#api/verdict.ts';
import type { CellState } from '#domain/cell-state.ts';
import type { BugDecision } from '#domain/facts.ts';
import { platformName } from '#domain/names.ts';

export const tabs = [
  { id: 'no-team', label: 'No team' },
  { id: 'nominated', label: 'Nominated' },
  { id: 'blockers', label: 'Blockers' },
  { id: 'watching', label: 'Watching' },
  { id: 'all', label: 'All' },
] as const;
export type Tab = (typeof tabs)[number]['id'];

/** What it means that a tab is empty; with filters it is said of them. */
export function emptyText(tab: Tab, version: string | null, isFiltered: boolean): { title: string; more: string } {
  if (isFiltered) return { title: 'No bug here is as the filters ask.', more: 'Take a filter away to see more.' };
  const of = version === null ? '' : ` of ${version}`;
  switch (tab) {
    case 'no-team':
      return { title: `No bugs${of} without a team.`, more: 'Nothing to route.' };
    case 'nominated':
      return { title: `No bug${of} waits for a decision.`, more: 'Nothing to decide.' };
    case 'blockers':
      return { title: `No blocker${of} is open.`, more: 'No bug holds a release.' };
    case 'watching':
      return { title: `No open bug${of} is watched.`, more: 'Bugs with a team that hold nothing stand here.' };
    case 'all':
      return { title: 'No bug was reported.', more: 'The bug tracker tells them, or CI reports them.' };
    default:
      return tab satisfies never;
  }
}

const likelihoodNames = { blocker: 'Blocker', likely: 'Likely blocker', may: 'May block', unlikely: 'Unlikely' } as const;
const likelihoodLamps = { blocker: 'stop', likely: 'stop', may: 'caution', unlikely: 'not-needed-yet' } as const;

/** What stands beside a bug in the list: how near it is to blocking, or what was decided. */
export function lineState(line: TriageLine): { lamp: CellState; words: string } {
  if (line.state === 'closed' && line.likelihood !== 'blocker') return { lamp: 'clear', words: 'Closed' };
  const last = line.decisions.filter(({ version }) => version === line.release).at(-1);
  if (line.likelihood !== 'blocker' && last !== undefined)
    return { lamp: last.is === 'ask' ? 'caution' : 'clear', words: last.is === 'blocker' ? 'Blocker, verified' : decisionNames[last.is] };
  return { lamp: likelihoodLamps[line.likelihood], words: likelihoodNames[line.likelihood] };
}

export type Group = { release: string | null; title: string; lines: readonly TriageLine[] };

/** Lines under the release they are listed under, in the order in which they came. `parts`: the part of each release that is alive. */
export function groupsOf(lines: readonly TriageLine[], parts: ReadonlyMap<string, string>): readonly Group[] {
  const found = new Map<string | null, TriageLine[]>();
  for (const line of lines) found.set(line.release, [...(found.get(line.release) ?? []), line]);
  return [...found].map(([release, own]) => ({ release, title: groupTitle(release, parts), lines: own }));
}

function groupTitle(release: string | null, parts: ReadonlyMap<string, string>): string {
  if (release === null) return 'Earlier versions';
  const part = parts.get(release);
  if (part === 'current') return `${release}, current. Answer these first`;
  if (part === 'upcoming') return `${release}, on main`;
  return part === 'watched' ? `${release}, watched` : release;
}

export type Draft = { team: string | null; decision: BugDecision | 'nominate' | null; tracks: readonly string[]; reason: string };

/** The tracks of a bug on which it can be decided: alive, and in the room. */
export function decidableTracks(bug: BugDetail, heads: readonly TrackHead[]): readonly TrackHead[] {
  return bug.tracks.flatMap(({ track, ended }) => heads.find(({ id }) => id === track && !ended) ?? []);
}

/** `iOS`, `iOS and Android 8.9.3`: platforms, with the version where they are of several. */
export function tracksText(tracks: readonly Pick<TrackHead, 'platform' | 'version'>[]): string {
  const isOne = new Set(tracks.map(({ version }) => version)).size <= 1;
  const names = tracks.map(({ platform, version }) => (isOne ? platformName(platform) : `${platformName(platform)} ${version}`));
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

const acts: Readonly<Record<BugDecision | 'nominate', (on: string) => string>> = {
  'fall-back': (on) => `fall back on ${on}`,
  blocker: (on) => `mark as blocker on ${on}`,
  'not-a-blocker': (on) => `mark as no blocker on ${on}`,
  ask: (on) => `ask for more on ${on}`,
  nominate: (on) => `nominate as blocker on ${on}`,
};

/** What the one button will do: `Assign to Onboarding, mark as blocker on iOS`. Null where there is nothing to do. */
export function actText(
  draft: Draft,
  current: string | null,
  tracks: readonly TrackHead[],
  teamName: (id: string) => string,
): string | null {
  const on = tracks.filter(({ id }) => draft.tracks.includes(id));
  const parts = [
    draft.team === null || draft.team === current ? null : `assign to ${teamName(draft.team)}`,
    draft.decision === null || on.length === 0 ? null : acts[draft.decision](tracksText(on)),
  ].filter((part) => part !== null);
  if (parts.length === 0) return null;
  const text = parts.join(', ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** What is still missing before the button does it; null when nothing is. */
export function missingOf(draft: Draft, current: string | null, tracks: readonly TrackHead[]): string | null {
  const assigns = draft.team !== null && draft.team !== current;
  if (!assigns && draft.decision === null) return 'Choose a team or a decision.';
  if (draft.decision !== null && !tracks.some(({ id }) => draft.tracks.includes(id))) return 'Choose a track for the decision.';
  if (draft.decision !== null && draft.reason.trim() === '') return 'Say why: the reason is kept and read by teams.';
  return null;
}

/** What a decision changes on a track, from the robot's plan after it: `iOS goes from 1 to 2 open blockers.` */
export function effectText(plan: PlanView, track: TrackHead, cellsNow: readonly Cell[]): string {
  const name = platformName(track.platform);
  const now = cellsNow.filter((cell) => cell.track === track.id);
  const blockers = (cells: readonly Pick<Cell, 'kind' | 'value'>[]): number =>
    Math.max(0, ...cells.filter(({ kind }) => kind === 'no-blocking-bugs').map(({ value }) => value?.amount ?? 0));
  const holds = (cells: readonly Pick<Cell, 'holds'>[]): number => cells.filter((cell) => cell.holds !== null).length;
  const [before, after] = [blockers(now), blockers(plan.cells)];
  const [heldBefore, heldAfter] = [holds(now), holds(plan.cells)];
  const bugs =
    before === after
      ? `${name} stays at ${after} open ${after === 1 ? 'blocker' : 'blockers'}`
      : `${name} goes from ${before} to ${after} open ${after === 1 ? 'blocker' : 'blockers'}`;
  const held =
    heldBefore === heldAfter
      ? heldAfter === 0
        ? 'nothing holds it'
        : `${heldAfter} ${heldAfter === 1 ? 'criterion holds' : 'criteria hold'} it as before`
      : `${heldAfter === 0 ? 'nothing' : heldAfter} ${heldAfter === 1 ? 'criterion holds' : heldAfter === 0 ? 'holds' : 'criteria hold'} it then`;
  const back = plan.stage === track.stage ? '' : ` It goes to ${plan.stage.replaceAll('-', ' ')}.`;
  return `${bugs}; ${held}.${back}`;
}

/** The line before or after the one that is selected; the first when none is. */
export function neighbour(lines: readonly TriageLine[], selected: string | null, by: 1 | -1): string | null {
  const at = lines.findIndex(({ key }) => key === selected);
  if (at === -1) return lines[by === 1 ? 0 : lines.length - 1]?.key ?? null;
  return lines[Math.min(lines.length - 1, Math.max(0, at + by))]?.key ?? null;
}

/** Where a blocker is on its life, in words: `In RC 4`. */
export const stationNames = { open: 'Open', 'fix-merged': 'Fix merged', 'in-build': 'In a build', verified: 'Verified' } as const;
