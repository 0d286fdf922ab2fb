/** The criteria frame as data: which columns, which rows, and what stands in each cell. */
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import { cellStateNames } from '#domain/cell-state.ts';
import type { CellState } from '#domain/cell-state.ts';
import { platformName, stepInWords } from '#domain/names.ts';
import type { Step } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import { spokenLength } from '../../util/time.ts';

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

/** What is judged of a release that is not yet under way: what is only watched, such as nightlies, and what its next step needs. */
const isWatched = (slot: Slot | null): boolean =>
  slot !== null && slot.first.setUp && (slot.first.gates.length === 0 || slot.first.holds !== null);

/**
 * The frame of an app. Current releases first, each with all of its rows; then upcoming ones with the rows that say something; a release that is only
 * watched only where something is not clear.
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
      const cells = slots.flatMap((slot) => (slot === null ? [] : [slot.first, ...slot.others]));
      if (cells.length === 0) return [];
      return [{ title: row.title, sources: row.sources, slots, isQuiet: cells.every(isQuietCell) }];
    });
    const isWhole = at === 0 || release.part === 'current';
    if (isWhole) return [{ release, tracks, rows, isWhole }];
    const telling = rows.filter(({ isQuiet, slots }) => !isQuiet || (release.part === 'upcoming' && slots.some(isWatched)));
    return release.part === 'watched' && telling.length === 0 ? [] : [{ release, tracks, rows: telling, isWhole }];
  });
  return { platforms, bands };
}

function slotOf(cells: readonly Cell[], instances: readonly string[]): Slot | null {
  const [first, ...others] = instances.flatMap((instance) => cells.find((cell) => cell.instance === instance) ?? []).toSorted(worseFirst);
  return first === undefined ? null : { first, others };
}

/** `limit 0.25`, `min 250,000 h`; null where there is none. The headline says the value itself. */
export function limitText(cell: Pick<Cell, 'limit'>): string | null {
  if (cell.limit === null) return null;
  const { amount, unit } = cell.limit;
  // a unit in words is said by the headline already; a short one such as `h` belongs to its number
  return `limit ${amount.toLocaleString('en-US')}${unit.length > 0 && unit.length < 4 ? ` ${unit}` : ''}`;
}

/** The second line of a cell: why, in one clause, and who can turn it green. */
export function secondLine({ first, others }: Slot): string {
  if (first.waiver?.state === 'active') return `${first.waiver.askedBy}: ${first.waiver.reason}`;
  if (first.waiver?.state === 'asked') return `Waiver asked by ${first.waiver.askedBy}, waits for approval`;
  if (first.state !== 'clear') return first.because;
  const told = others.filter(({ state, headline }) => state === 'clear' && headline !== first.headline).map(({ headline }) => headline);
  return told.length > 0 ? told.join(' · ') : first.because;
}

/** How a cell's state is named where it has no verdict of its own to show. */
export function headlineOf(cell: Cell): string {
  if (cell.state === 'waived') return 'Waived';
  if (cell.state === 'not-set-up') return 'Not set up';
  if (cell.state === 'not-needed-yet') {
    const [step] = cell.gates;
    return step === undefined ? 'Not needed yet' : `Not needed until ${stepInWords(step as Step)}`;
  }
  return cell.headline;
}

/** The name of a cell for a screen reader: `iOS, Blocking bugs: Stop, 1 open, limit 0, for 17 hours, Player. Holds submission.` */
export function spokenCell(track: Pick<TrackHead, 'platform' | 'version'>, row: string, slot: Slot, now: Instant): string {
  const { first } = slot;
  const limit = limitText(first);
  const who = first.state === 'clear' ? null : (first.who[0]?.name ?? null);
  const since = spokenLength(Date.parse(now) - Date.parse(first.since));
  const told = [headlineOf(first), limit, `for ${since}`, who].filter((part) => part !== null && part !== '');
  const holds = first.holds === null ? '' : ` Holds ${stepInWords(first.holds as Step)}.`;
  const others =
    slot.others.length === 0 ? '' : ` ${slot.others.map((cell) => `${cell.title}: ${cellStateNames[cell.state]}`).join(', ')}.`;
  return `${platformName(track.platform)} ${track.version}, ${row}: ${cellStateNames[first.state]}, ${told.join(', ')}.${holds}${others}`;
}

/** The address of a cell: `/music/8.9.2/ios/blocking-bugs`. */
export function cellAddress(cell: Pick<Cell, 'track' | 'instance'>): string {
  return `/${cell.track}/${encodeURIComponent(cell.instance)}`;
}
