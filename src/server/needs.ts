/** What waits for a person, ranked: what holds a late track, what holds a track, what is due soon, what is to be watched. */
import type { Need, TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import type { StoredQuestion, StoredRoom } from '#db/views/control-room.ts';
import { capital } from '#domain/criteria/words.ts';
import { platformName } from '#domain/names.ts';
import type { TrackPolicy } from '#domain/policy/track-policy.ts';
import type { TrackCommandKind } from '#domain/release/commands.ts';
import type { Step } from '#domain/release/track.ts';
import { earliest } from '#domain/time.ts';

const ranks: readonly Need['rank'][] = ['holds-a-late-track', 'holds-a-track', 'due-soon', 'watch'];

const worstFirst = ['red', 'unknown', 'yellow', 'green'] as const;

/** The command with which a person answers a criterion of a kind; others are waived where they can be. */
const commandFor: Readonly<Record<string, TrackCommandKind>> = {
  'signed-off': 'sign-off',
  'no-blocking-bugs': 'decide-bug',
  'triage-empty': 'assign-bug',
  'approved-by': 'approve',
  manual: 'tick',
};

/** @param policies of the tracks, by their ids */
export function needsOf(
  stored: StoredRoom,
  heads: readonly TrackHead[],
  cells: readonly Cell[],
  policies: ReadonlyMap<string, TrackPolicy>,
): Need[] {
  const byId = new Map(heads.map((head) => [head.id, head]));
  const holdsRank = (track: string): Need['rank'] => ((byId.get(track)?.lateMs ?? null) === null ? 'holds-a-track' : 'holds-a-late-track');
  const needs: Need[] = [
    ...cells
      .filter((cell) => !isSaidByAnother(cell, cells) && isOwed(cell, byId.get(cell.track), policies.get(cell.track)))
      .flatMap((cell) => needOfCell(cell, byId.get(cell.track), holdsRank(cell.track))),
    ...stored.questions.map((question) => needOfQuestion(question, byId.get(question.track), holdsRank(question.track))),
    ...stored.waivers.map(({ track, waiver }): Need => ({
      id: `waiver ${waiver.id}`,
      rank: holdsRank(track),
      kind: 'waiver',
      track,
      instance: waiver.instance,
      title: `Waiver of ${cells.find(({ track: of, instance }) => of === track && instance === waiver.instance)?.title ?? waiver.instance}`,
      text: `${waiver.askedBy} asks: ${waiver.reason}`,
      who: 'release team',
      dueAt: null,
      since: waiver.askedAt,
      command: 'approve-waiver',
      target: waiver.id,
    })),
    ...stored.picks.map(({ track, pick }): Need => ({
      id: `pick ${pick.id}`,
      rank: 'watch',
      kind: 'cherry-pick',
      track,
      instance: null,
      title: `Cherry-pick: ${pick.title}`,
      text: `${pick.askedBy} asks for ${pick.commit.slice(0, 10)}. Risk: ${pick.risk}`,
      who: 'release manager',
      dueAt: null,
      since: pick.askedAt,
      command: 'answer-cherry-pick',
      target: pick.id,
    })),
  ];
  const dueOf = (need: Need): string => need.dueAt ?? '9999';
  const colours = new Map(cells.map((cell) => [`cell ${cell.track} ${cell.instance}`, cell.colour]));
  const gravity = ({ id, kind }: Need): number => worstFirst.indexOf(kind === 'action-refused' ? 'red' : (colours.get(id) ?? 'yellow'));
  const ranked = needs.toSorted(
    (a, b) =>
      ranks.indexOf(a.rank) - ranks.indexOf(b.rank) ||
      gravity(a) - gravity(b) ||
      (dueOf(a) < dueOf(b) ? -1 : dueOf(a) > dueOf(b) ? 1 : a.since < b.since ? -1 : 1),
  );
  const bugsOf = new Map(cells.map((cell) => [`cell ${cell.track} ${cell.instance}`, cell.value?.amount ?? 0]));
  return triageTogether(ranked, (need) => ({ version: byId.get(need.track ?? '')?.version ?? '', bugs: bugsOf.get(need.id) ?? 0 }));
}

/** Bugs without a team are one errand, on however many tracks: they are said once, where the most urgent of them stands. */
export function triageTogether(needs: readonly Need[], of: (need: Need) => { version: string; bugs: number }): Need[] {
  const triage = needs.filter(({ kind, command }) => kind === 'criterion' && command === 'assign-bug');
  const [first] = triage;
  if (first === undefined || triage.length === 1) return [...needs];
  const byVersion = Map.groupBy(triage.map(of), ({ version }) => version);
  const counts = [...byVersion].map(([version, all]) => ({ version, bugs: all.reduce((sum, { bugs }) => sum + bugs, 0) }));
  const together: Need = {
    ...first,
    id: 'triage',
    kind: 'bug',
    track: null,
    instance: null,
    title: `${counts.reduce((sum, { bugs }) => sum + bugs, 0)} bugs have no team`,
    text: `${counts.map(({ version, bugs }) => `${bugs} of ${version}`).join(', ')}.`,
    dueAt: earliest(...triage.map(({ dueAt }) => dueAt)),
    since: earliest(...triage.map(({ since }) => since)) ?? first.since,
    target: null,
  };
  return needs.flatMap((need) => (need === first ? [together] : triage.includes(need) ? [] : [need]));
}

/** A narrower instance of a kind (blockers in critical flows) says nothing that the one which holds the step does not say. */
function isSaidByAnother(cell: Cell, cells: readonly Cell[]): boolean {
  if (cell.holds !== null) return false;
  return cells.some(
    (other) => other.track === cell.track && other.kind === cell.kind && other.instance !== cell.instance && other.holds !== null,
  );
}

/** What is to be done, as a line of a list: `Car mode sign-off`, `2 ITGC checks`, `Verify PLAY-4412 on RC 4`. */
function titleOf(cell: Cell): string {
  const [first] = cell.who;
  const left = cell.value === null ? null : leftOf(cell.value.unit, cell.value.amount);
  switch (cell.kind) {
    case 'signed-off':
      return cell.who.filter(({ kind }) => kind === 'team').length === 1 && first !== undefined
        ? `${first.name} sign-off`
        : left === null
          ? cell.title
          : `${left} team sign-offs`;
    case 'no-blocking-bugs':
      return first === undefined ? `${cell.title}: ${cell.headline}` : capital(imperative(first.what));
    case 'compliance-closed':
      return left === null || left === 0 ? `${cell.title}: ${cell.headline}` : `${cell.title}: ${left} open`;
    case 'triage-empty':
      return `${cell.value?.amount ?? ''} ${cell.value?.amount === 1 ? 'bug has' : 'bugs have'} no team`.trim();
    default:
      return cell.colour === 'unknown'
        ? `${cell.title}: ${cell.headline.charAt(0).toLowerCase()}${cell.headline.slice(1)}`
        : `${cell.title}: ${cell.headline}`;
  }
}

/** `25` of `of 26 teams`: 1 is left. Null where the unit counts nothing. */
function leftOf(unit: string, done: number): number | null {
  const all = /^of (\d+)/.exec(unit)?.[1];
  return all === undefined ? null : Number(all) - done;
}

/** `mends PLAY-4412 and verifies it on RC 4` as what one is asked to do: `mend PLAY-4412 and verify it on RC 4`. */
export function imperative(deed: string): string {
  return deed.replaceAll(/(?<=^|, | and )(\w+?)(ies|es|s)(?= )/g, (_, stem: string, end: string) => {
    if (stem === 'ha') return 'have';
    if (end === 'ies') return `${stem}y`;
    return end === 'es' && !/(?:ch|sh|ss|x|o)$/.test(stem) ? `${stem}e` : stem;
  });
}

function whoOf(cell: Cell, who: Cell['who'][number]): string {
  const others = cell.who.filter(({ kind, name }) => kind === who.kind && name !== who.name).length;
  const name = who.contact === null || who.contact.startsWith('#') || who.kind !== 'role' ? who.name : `${who.name} ${who.contact}`;
  return others === 0 ? name : `${name} and ${others} more`;
}

/** A track that has arrived owes nothing for steps that are behind it: what is watched while it is out is told, and that alone. One that ended owes nothing. */
export function isOwed(
  cell: Pick<Cell, 'instance'>,
  head: Pick<TrackHead, 'stage'> | undefined,
  policy: Pick<TrackPolicy, 'watchWhile'> | undefined,
): boolean {
  if (head === undefined || head.stage === 'completed' || head.stage === 'canceled' || head.stage === 'superseded') return false;
  if (head.stage !== 'released') return true;
  return policy?.watchWhile.released?.some(({ id }) => id === cell.instance) ?? false;
}

/** A criterion waits for a person when somebody but the robot or a machine can turn it green. */
function needOfCell(cell: Cell, head: TrackHead | undefined, holds: Need['rank']): Need[] {
  const who =
    cell.who.find(({ kind }) => kind === 'team' || kind === 'role' || kind === 'person') ??
    (cell.colour === 'unknown' ? cell.who[0] : undefined);
  if (head === undefined || who === undefined || cell.passes || cell.state === 'clear') return [];
  // what only watches is told when it is red, or when it is a person's own to do
  if (cell.holds === null && cell.colour !== 'red' && (cell.kind !== 'triage-empty' || cell.state !== 'caution')) return [];
  const rank =
    cell.holds === null
      ? 'watch'
      : cell.colour === 'yellow' && holds === 'holds-a-track'
        ? cell.dueAt === null
          ? 'watch'
          : 'due-soon'
        : holds;
  const command =
    commandFor[cell.kind] ?? (cell.kind === 'compliance-closed' || cell.colour === 'unknown' ? 'nudge' : cell.waivable ? 'waive' : null);
  return [
    {
      id: `cell ${cell.track} ${cell.instance}`,
      rank,
      kind: 'criterion',
      track: cell.track,
      instance: cell.instance,
      title: titleOf(cell),
      text: cell.because,
      who: whoOf(cell, who),
      dueAt: cell.dueAt,
      since: cell.since,
      command,
      target: cell.instance,
    },
  ];
}

function commandOfStep(step: Step | null, head: TrackHead | undefined): TrackCommandKind | null {
  if (step === null) return null;
  if (step === 'cut' || step === 'submit') return step;
  if (step === 'candidate') return 'choose-candidate';
  return head !== undefined && `${head.rollout[0] ?? 100}%` === step ? 'start' : 'raise';
}

function needOfQuestion(question: StoredQuestion, head: TrackHead | undefined, rank: Need['rank']): Need {
  const isRefusal = question.kind === 'refused';
  return {
    id: `question ${question.key}`,
    rank,
    kind: isRefusal ? 'action-refused' : 'question',
    track: question.track,
    instance: null,
    title: head === undefined ? question.track : `${platformName(head.platform)} ${head.version}`,
    text: question.text,
    who: 'release manager',
    dueAt: null,
    since: question.askedAt,
    command: isRefusal ? 'retry-action' : commandOfStep(question.step, head),
    target: isRefusal ? question.key : question.step,
  };
}
