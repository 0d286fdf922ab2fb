/** The criteria frame as data: which columns, which rows, and what stands in each cell. */
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import { cellStateNames } from '#domain/cell-state.ts';
import type { CellState } from '#domain/cell-state.ts';
import { isOfTime } from '#domain/criteria/criterion.ts';
import { platformName, stepInWords } from '#domain/names.ts';
import type { Step } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import { shortLength, spokenLength } from '../../util/time.ts';

type Release = ControlRoom['releases'][number];

/** A cell of the frame: the criteria of one row on one track. The first is the worst, and stands for the cell. */
export type Slot = { first: Cell; others: readonly Cell[] };
export type FrameRow = { title: string; sources: readonly string[]; slots: readonly (Slot | null)[]; isQuiet: boolean };
/** A release of the frame: its tracks in the order of the columns, and its rows. */
export type Band = {
  release: Release;
  tracks: readonly (TrackHead | null)[];
  rows: readonly FrameRow[];
  /** Shown with its heads and all its rows: a current release, or the first where none is current. */
  isWhole: boolean;
};
export type Frame = { platforms: readonly string[]; bands: readonly Band[] };

/** Worst first. A cell that holds stands before one that does not, whatever its colour. */
const order: readonly CellState[] = ['stop', 'unknown', 'caution', 'waived', 'clear', 'not-needed-yet', 'not-set-up'];

function worseFirst(a: Cell, b: Cell): number {
  return Number(b.holds !== null) - Number(a.holds !== null) || order.indexOf(a.state) - order.indexOf(b.state);
}

/** Whether nobody needs to look at a cell: it is clear, or counts for nothing now. */
const isQuietCell = ({ state }: Cell): boolean => state === 'clear' || state === 'not-needed-yet' || state === 'not-set-up';

/**
 * Whether a cell says no more than that time passes: it is told with the robot's deed, not as a row. What waits for no known moment, such as a window that
 * never opens, is out of the ordinary.
 */
function isOrdinaryTime(cell: Cell): boolean {
  return isOfTime(cell) && (isQuietCell(cell) || (cell.state === 'caution' && cell.dueAt !== null));
}

const cellsOfSlot = (slot: Slot | null): readonly Cell[] => (slot === null ? [] : [slot.first, ...slot.others]);

/** Whether a cell says something of a release in this part. What gates no share of the rollout was judged of a build, and is over once everyone has it. */
const telling: Readonly<Record<'upcoming' | 'watched', (cell: Cell) => boolean>> = {
  upcoming: ({ neededNow, setUp }) => neededNow && setUp,
  watched: (cell) => !isQuietCell(cell) && (cell.gates.length === 0 || cell.gates.some((gate) => gate.endsWith('%'))),
};

/**
 * The frame of an app. Current releases first, each with all of its rows; then upcoming ones with what their next step needs, such as nightlies; a release
 * that is only watched only where something is not clear.
 */
export function frameOf(room: ControlRoom): Frame {
  const heads = new Map(room.tracks.map((track) => [track.id, track]));
  const parts = ['current', 'upcoming', 'watched'] as const;
  const releases = parts.flatMap((part) => room.releases.filter((release) => release.part === part));
  const present = new Set(releases.flatMap(({ tracks }) => tracks.map((id) => heads.get(id)?.platform)));
  const platforms = [
    ...room.app.platforms.filter((platform) => present.has(platform)),
    ...[...present].filter((platform) => platform !== undefined && !room.app.platforms.includes(platform)),
  ] as string[];
  const cellsOf = Map.groupBy(room.cells, (cell) => cell.track);
  const bands = releases.flatMap((release, at): Band[] => {
    const tracks = platforms.map(
      (platform) => release.tracks.map((id) => heads.get(id)).find((track) => track?.platform === platform) ?? null,
    );
    const rows = room.rows.flatMap((row): FrameRow[] => {
      const slots = tracks.map((track) => slotOf(track === null ? [] : (cellsOf.get(track.id) ?? []), row.instances));
      const cells = slots.flatMap(cellsOfSlot);
      if (cells.every(isOrdinaryTime)) return [];
      return [{ title: row.title, sources: row.sources, slots, isQuiet: cells.every(isQuietCell) }];
    });
    const isWhole = at === 0 || release.part === 'current';
    if (isWhole) return [{ release, tracks, rows, isWhole }];
    const says = telling[release.part === 'watched' ? 'watched' : 'upcoming'];
    const shown = rows.filter(({ slots }) => slots.some((slot) => cellsOfSlot(slot).some(says)));
    return release.part === 'watched' && shown.length === 0 ? [] : [{ release, tracks, rows: shown, isWhole }];
  });
  return { platforms, bands };
}

function slotOf(cells: readonly Cell[], instances: readonly string[]): Slot | null {
  const [first, ...others] = instances.flatMap((instance) => cells.find((cell) => cell.instance === instance) ?? []).toSorted(worseFirst);
  return first === undefined ? null : { first, others };
}

/** `limit 0.25`, `min 171,000 h`; null where there is none. The headline says the value itself. */
export function limitText(cell: Pick<Cell, 'limit' | 'limitIs'>): string | null {
  if (cell.limit === null) return null;
  const { amount, unit } = cell.limit;
  // a unit in words is said by the headline already; a short one such as `h` belongs to its number
  const suffix = unit.length > 0 && unit.length < 4 ? ` ${unit}` : '';
  return `${cell.limitIs === 'at-least' ? 'min' : 'limit'} ${figure(amount)}${suffix}`;
}

/** A figure as a cell shows it: rates keep two places, so that they stand under each other. */
export function figure(amount: number): string {
  const isRate = !Number.isInteger(amount) && Math.abs(amount) < 10;
  return amount.toLocaleString('en-US', isRate ? { minimumFractionDigits: 2, maximumFractionDigits: 3 } : {});
}

/** What stands softly behind the headline; null where nothing does. */
export function asideOf(cell: Pick<Cell, 'aside' | 'limit' | 'limitIs' | 'state'>): string | null {
  if (cell.state === 'not-needed-yet' || cell.state === 'not-set-up') return null;
  const aside = cell.aside ?? limitText(cell);
  return aside === '' ? null : aside;
}

/** The second line of a cell: why, in one clause. Where all is fine, the figures of the others in its row: that they are fine too, the lamp says. */
export function secondLine({ first, others }: Slot, track?: Pick<TrackHead, 'rollout' | 'stage'>): string {
  if (first.waiver?.state === 'active') return `${initialed(first.waiver.askedBy)}: ${first.waiver.reason}`;
  if (first.waiver?.state === 'asked') return `Waiver asked by ${initialed(first.waiver.askedBy)}, waits for approval`;
  if (first.state === 'not-set-up') return `Connect a source of it`;
  if (first.state === 'not-needed-yet') {
    if (track?.stage === 'halted') return 'Judged again when the rollout goes on';
    return track === undefined || first.gates.length === 0 ? first.clause : startsWith(first.gates);
  }
  if (first.state !== 'clear') return first.clause;
  const told = others
    .filter(({ state, headline }) => state === 'clear' && headline !== first.headline && /\d/.test(headline))
    .map(({ headline }) => headline);
  return told.length > 0 ? told.join(' · ') : first.clause;
}

/** `Maja Lind` → `M. Lind`. */
function initialed(name: string): string {
  const [given, ...rest] = name.split(' ');
  return rest.length === 0 || given === undefined || given.endsWith('.') ? name : `${given.charAt(0)}. ${rest.join(' ')}`;
}

function startsWith(gates: readonly string[]): string {
  const [gate = ''] = gates;
  return gate.endsWith('%') ? 'Starts with the rollout' : `Judged before ${stepInWords(gate as Step)}`;
}

/** From when on a step's criteria count: when the step before it is behind. */
function neededFrom(gate: string, rollout: readonly number[]): string {
  const steps = ['cut', 'candidate', 'submit', ...rollout.map((percent) => `${percent}%`)];
  const before = steps[steps.indexOf(gate) - 1];
  if (before === undefined) return stepInWords(gate as Step);
  return before === 'cut' || before === 'candidate' ? 'the branch is cut' : stepInWords(before as Step);
}

/** How a cell's state is named where it has no verdict of its own to show. */
export function headlineOf(cell: Cell, track: Pick<TrackHead, 'rollout' | 'stage'> | null = null): string {
  if (cell.state === 'waived') return 'Waived';
  if (cell.state === 'not-set-up') return 'Not set up';
  if (cell.state === 'not-needed-yet') {
    if (track?.stage === 'halted') return 'Not needed while halted';
    const [step] = cell.gates;
    return step === undefined
      ? 'Not needed yet'
      : `Not needed until ${track === null || track.rollout.length === 0 ? stepInWords(step as Step) : neededFrom(step, track.rollout)}`;
  }
  return cell.headline;
}

/** The next step as the head of a column names it: `Submit`, `100%`. */
export function nextShort(next: string): string {
  const names: Readonly<Record<string, string>> = { cut: 'Branch', candidate: 'Final RC', submit: 'Submit' };
  return names[next] ?? next;
}

/** The words of a row's head under its title: what it is measured in, or where it is read; `isAged` says whether an age belongs behind it. */
export function rowSource(cells: readonly Cell[]): { text: string; isAged: boolean } {
  if (cells.length > 0 && cells.every(({ setUp }) => !setUp)) return { text: 'Not connected, set up', isAged: false };
  const units = new Set(cells.flatMap(({ limit, range }) => (limit === null || range === null || limit.unit.length < 4 ? [] : limit.unit)));
  const [unit] = units;
  if (unit !== undefined && units.size === 1) return { text: unit, isAged: true };
  if (cells.length > 0 && cells.every(({ gates, informing }) => informing || gates.length === 0))
    return { text: 'Watch only', isAged: true };
  const names = [...new Set(cells.flatMap(({ sourceNames }) => sourceNames))];
  if (names.length === 0) return { text: 'Signalbox, live', isAged: false };
  return { text: names.length > 2 ? `${names.slice(0, 1).join(', ')} and ${names.length - 1} more` : names.join(', '), isAged: true };
}

/**
 * The age of what a row was read from, and whether one reading is past half of its limit: the oldest of what is asked again and again; where all of it is told
 * to us, the last word.
 */
export function rowAge(cells: readonly Cell[], now: Instant): { readAt: Instant | null; isAgeing: boolean } {
  const readings = (which: readonly Cell[]): readonly Instant[] => which.flatMap(({ readAt }) => readAt ?? []).toSorted();
  const asked = readings(cells.filter(({ freshForMinutes }) => freshForMinutes !== null));
  const isAgeing = cells.some(
    ({ readAt, freshForMinutes }) =>
      readAt !== null && freshForMinutes !== null && Date.parse(now) - Date.parse(readAt) > (freshForMinutes * 60_000) / 2,
  );
  return { readAt: asked[0] ?? readings(cells).at(-1) ?? null, isAgeing };
}

/** `22 s ago`, `2 min ago`, `3 h ago`. */
export function ageText(readAt: Instant, now: Instant): string {
  return `${shortLength(Date.parse(now) - Date.parse(readAt)).replace(/ m$/, ' min')} ago`;
}

/** The name of a cell for a screen reader: `iOS, Blocking bugs: Stop, 1 open, limit 0, for 17 hours, Player. Holds submission.` */
export function spokenCell(
  track: Pick<TrackHead, 'platform' | 'version' | 'rollout' | 'stage'>,
  row: string,
  slot: Slot,
  now: Instant,
): string {
  const { first } = slot;
  const who = first.state === 'clear' ? null : (first.who[0]?.name ?? null);
  const since = spokenLength(Date.parse(now) - Date.parse(first.since));
  const isQuiet = first.state === 'not-needed-yet' || first.state === 'not-set-up';
  const told = [headlineOf(first, track), asideOf(first), isQuiet ? null : `for ${since}`, isQuiet ? null : who].filter(
    (part) => part !== null && part !== '',
  );
  const waived = first.state === 'waived' ? ` ${cellStateNames[trueStates[first.colour]]} without the waiver, ${first.headline}.` : '';
  const holds = first.holds === null ? '' : ` Holds ${stepInWords(first.holds as Step)}.`;
  const others =
    slot.others.length === 0 ? '' : ` ${slot.others.map((cell) => `${cell.title}: ${cellStateNames[cell.state]}`).join(', ')}.`;
  return `${platformName(track.platform)} ${track.version}, ${row}: ${cellStateNames[first.state]}, ${told.join(', ')}.${waived}${holds}${others}`;
}

/** The lamp of a colour, where a waiver stands before it. */
export const trueStates = { green: 'clear', yellow: 'caution', red: 'stop', unknown: 'unknown' } as const;

/** The address of a cell: `/music/8.9.2/ios/blocking-bugs`. */
export function cellAddress(cell: Pick<Cell, 'track' | 'instance'>): string {
  return `/${cell.track}/${encodeURIComponent(cell.instance)}`;
}
