/**
 * The geometry of the track diagram: where stations, Now, trains, signals and words go. Lengths are in pixels, from the left edge of the line's column.
 * Stations stand at their planned time with equal-looking spacing, so that the Now line is the plan: a train left of Now, whose next station is due, is late.
 */
import type { PlannedTimes } from '#domain/release/release.ts';
import type { Instant } from '#domain/time.ts';
import type { Station, StationKey } from './stations.ts';

/** A station of the axis: a place for a column head, which all tracks of the release share. */
export type Spot = { key: StationKey; name: string; x: number };
/** `anchors`: where a moment of the plan stands; both rise. Empty without a plan. */
export type Axis = { width: number; spots: readonly Spot[]; anchors: readonly { at: number; x: number }[] };

const order = ['main', 'branch', 'candidate', 'review'];
const rankOf = (key: StationKey): number => {
  const at = order.indexOf(key);
  return at === -1 ? order.length + Number.parseFloat(key) : at;
};

/** How much line leads to a station, before all is scaled to the width. */
const BEFORE: Readonly<Record<string, number>> = { branch: 16, candidate: 18, review: 15.5 };
const BEFORE_FIRST_SHARE = 15.5;
const BEFORE_SHARE = 12;
const BEFORE_ONLY_NEXT_SHARE = 24;
/** The first and the last station, in parts of the width; words under them need half their width to the edge. */
const FIRST_AT = 0.04;
const LAST_AT = 0.93;
const EDGE = 30;

/** The stations that any of the tracks has, in their order, spread over the width. */
export function spread(tracks: readonly (readonly Pick<Station, 'key' | 'name'>[])[], width: number): readonly Spot[] {
  const names = new Map(tracks.flat().map(({ key, name }) => [key, name]));
  const keys = [...names.keys()].toSorted((a, b) => rankOf(a) - rankOf(b));
  const shares = keys.filter((key) => key.endsWith('%'));
  const before = keys.map((key, at) => {
    if (at === 0) return 0;
    if (!key.endsWith('%')) return BEFORE[key] ?? BEFORE_SHARE;
    return key === shares[0] ? BEFORE_FIRST_SHARE : shares.length === 2 ? BEFORE_ONLY_NEXT_SHARE : BEFORE_SHARE;
  });
  const total = before.reduce((sum, part) => sum + part, 0);
  const first = Math.max(width * FIRST_AT, Math.min(EDGE, width / 4));
  const last = Math.min(width * LAST_AT, width - Math.min(EDGE, width / 4));
  let passed = 0;
  return keys.map((key, at) => {
    passed += before[at] ?? 0;
    return { key, name: names.get(key) ?? key, x: first + (total === 0 ? 0 : (passed / total) * (last - first)) };
  });
}

/** When the plan wants a release at a station of its axis; null where it does not say, as for shares between the first and the last. */
export function dueOf(spot: Spot, spots: readonly Spot[], planned: PlannedTimes, bornAt: Instant | null): Instant | null {
  switch (spot.key) {
    case 'main':
      return bornAt;
    case 'branch':
      return planned.branch;
    case 'candidate':
      return planned.candidate;
    case 'review':
      return planned.submit;
    default: {
      const shares = spots.filter(({ key }) => key.endsWith('%'));
      const isFirst = spot.key === shares[0]?.key;
      if (spot.key === shares.at(-1)?.key) return planned.finish ?? (isFirst ? planned.start : null);
      return isFirst ? planned.start : null;
    }
  }
}

/** The axis of a release. A planned time that is missing, or not after the one before it, gives no anchor: the line runs past it. */
export function axisOf(spots: readonly Spot[], planned: PlannedTimes, bornAt: Instant | null, width: number): Axis {
  const hasPlan = Object.values(planned).some((at) => at !== null);
  const anchors: { at: number; x: number }[] = [];
  for (const spot of hasPlan ? spots.toReversed() : []) {
    const at = dueOf(spot, spots, planned, bornAt);
    if (at === null) continue;
    const after = anchors[0];
    const ms = Date.parse(at);
    // told from the end: the birth of a release that was read out of history may be later than its branch
    if (after === undefined || ms < after.at) anchors.unshift({ at: ms, x: spot.x });
  }
  return { width, spots, anchors };
}

/** Where a moment stands on the axis; null without a plan to place it by. Past the ends it goes on as fast as the stretch beside, up to the edge. */
export function xOf(at: Instant, { anchors, width }: Axis): number | null {
  const ms = Date.parse(at);
  const [first] = anchors;
  if (first === undefined) return null;
  if (anchors.length === 1) return first.x;
  const next = anchors.findIndex((anchor) => anchor.at >= ms);
  const to = Math.max(1, next === -1 ? anchors.length - 1 : next);
  const [a, b] = [anchors[to - 1] ?? first, anchors[to] ?? first];
  const x = a.x + ((ms - a.at) / (b.at - a.at)) * (b.x - a.x);
  return Math.min(width - 2, Math.max(2, x));
}

/** What of a track's line is drawn how. `from`–`to` is the whole line. */
export type Run = {
  from: number;
  to: number;
  /** Passed up to here: drawn bright. */
  passedTo: number;
  trainX: number;
  /** The stretch from the train to Now, where the train ought to be further on. */
  late: { from: number; to: number } | null;
  /** Whether it has left main: then its connector is a line that was passed. */
  hasBranched: boolean;
};

/** How far behind its station a train stands that waits for its start with the store's approval: the station is passed, the next not reached. */
const APPROVED_PAST = 40;

type Running = { stage: string; stations: readonly Station[]; trainWidth: number };

export function runOf({ stage, stations, trainWidth }: Running, axis: Axis, now: Instant): Run {
  const xAt = (key: StationKey | undefined): number => axis.spots.find((spot) => spot.key === key)?.x ?? axis.spots[0]?.x ?? 0;
  const here = stations.findIndex(({ isHere }) => isHere);
  const next = stations[here + 1];
  const hasBranched = stations.some(({ key, isPassed }) => key === 'branch' && isPassed);
  const at = xAt(stations[Math.max(0, here)]?.key);
  const gap = next === undefined ? 0 : xAt(next.key) - at;
  // on main it waits before its branch, where the line to come begins: main itself has room for one train
  const beforeBranch = xAt('branch') - STATION_CLEAR - trainWidth / 2;
  const trainX = !hasBranched ? beforeBranch : stage === 'store-approved' ? at + Math.min(APPROVED_PAST, gap * 0.4) : at;
  const hasEnded = stage === 'canceled' || stage === 'superseded';
  const from = hasBranched ? xAt('branch') : beforeBranch;
  const nowX = xOf(now, axis);
  const due = stations.slice(here + 1).find(({ plannedAt }) => plannedAt !== null)?.plannedAt ?? null;
  const isLate = !hasEnded && stage !== 'completed' && nowX !== null && nowX > trainX && due !== null && due < now;
  return {
    from,
    to: hasEnded ? trainX : xAt(stations.at(-1)?.key),
    passedTo: Math.max(from, trainX),
    trainX,
    late: isLate ? { from: trainX, to: nowX } : null,
    hasBranched,
  };
}

/** Where the train of main stands: as far between its birth and its branch as the time is, and never upon a station. */
export function mainTrainX(
  upcoming: { bornAt: Instant; branch: Instant | null },
  spots: readonly Spot[],
  now: Instant,
  trainWidth: number,
): number {
  const from = spots.find(({ key }) => key === 'main')?.x ?? 0;
  const to = spots.find(({ key }) => key === 'branch')?.x ?? from;
  const [born, branch, at] = [upcoming.bornAt, upcoming.branch ?? upcoming.bornAt, now].map((each) => Date.parse(each)) as [
    number,
    number,
    number,
  ];
  const part = branch > born ? Math.min(1, Math.max(0, (at - born) / (branch - born))) : 0.5;
  const clear = trainWidth / 2 + STATION_CLEAR;
  return Math.min(Math.max(from + part * (to - from), from + clear), Math.max(from + clear, to - clear));
}

/** How much room a station's ring takes, and the gap beside it. */
const STATION_CLEAR = 12;
const STATION_HALF = 8;
/** From the edge of a train to the signal in front of it. */
const SIGNAL_GAP = 6;
/** Lamp, gap and padding of a signal, beside its words. */
export const SIGNAL_FRAME = 32;
const SIGNAL_MIN = 56;

export type SignalPlace = { side: 'right' | 'left'; x: number; text: string; maxWidth: number };

/**
 * The signal in front of a train, behind it where the line is at its end. The longest form of its words that leaves every station free, or else hides one
 * of those ahead wholly (never cut in half, and never the last); where none does, the shortest, which never runs out of the line's column.
 */
export function placeSignal(
  { trainX, trainWidth, forms }: { trainX: number; trainWidth: number; forms: readonly string[] },
  stations: readonly number[],
  width: number,
): SignalPlace {
  const right = trainX + trainWidth / 2 + SIGNAL_GAP;
  const left = trainX - trainWidth / 2 - SIGNAL_GAP;
  const side =
    width - right < SIGNAL_MIN + SIGNAL_GAP || (stations.length > 0 && stations.every((x) => x <= trainX + 1)) ? 'left' : 'right';
  const start = side === 'right' ? right : left;
  const most = side === 'right' ? width - right : left;
  // stations in front of the signal's beginning, by their distance from it
  const ahead = stations
    .map((x) => (side === 'right' ? x - right : left - x))
    .filter((distance) => distance > -STATION_HALF)
    .toSorted((a, b) => a - b);
  const [next, second] = ahead;
  const fits = (long: number): boolean => {
    if (long > most) return false;
    if (next === undefined || long <= next - STATION_CLEAR) return true;
    return second !== undefined && long >= next + STATION_HALF && long <= second - STATION_CLEAR;
  };
  const lengths = forms.map((form) => Math.ceil(textWidth(form, 11)) + SIGNAL_FRAME);
  const found = lengths.findIndex(fits);
  const at = found === -1 ? forms.length - 1 : found;
  // reckoned widths are near, not exact: only the edge cuts words off
  return { side, x: start, text: forms[at] ?? '', maxWidth: Math.max(SIGNAL_MIN, most) };
}

/** Where a connector begins (on main), bends, and meets the line. All connectors of a diagram share one diagonal. */
export type Connector = { from: readonly [number, number]; bend: readonly [number, number]; to: readonly [number, number] };

const BEND_HEIGHT = 9;
const BEND_WIDTH = 17;
const BEFORE_STATION = 28;
const STEEPEST = 0.5;

/** @param rows the heights of the lines; @param base the height of main, below them. */
export function connectors(rows: readonly number[], base: number, fromX: number, branchX: number): readonly Connector[] {
  const top = Math.min(...rows);
  const climb = base - top - BEND_HEIGHT;
  const room = Math.max(BEND_WIDTH, branchX - Math.min(BEFORE_STATION, (branchX - fromX) / 4) - BEND_WIDTH - fromX);
  const lean = climb <= 0 ? 0 : Math.min(STEEPEST, room / climb);
  return rows.map((y) => {
    const bendX = fromX + lean * Math.max(0, base - y - BEND_HEIGHT);
    return { from: [fromX, base], bend: [bendX, Math.min(base, y + BEND_HEIGHT)], to: [Math.min(branchX, bendX + BEND_WIDTH), y] };
  });
}

/** The longest form of each label that keeps clear of its neighbours and of the edges; the last form where none does. `overhang`: over the left edge. */
export function fitLabels(
  labels: readonly { x: number; forms: readonly string[] }[],
  { width, size, gap = 6, overhang = 0 }: { width: number; size: number; gap?: number; overhang?: number },
): readonly string[] {
  return labels.map(({ x, forms }, at) => {
    const before = labels[at - 1];
    const after = labels[at + 1];
    const left = before === undefined ? 2 * (x + overhang) : x - before.x - gap;
    const right = after === undefined ? 2 * (width - x) : after.x - x - gap;
    const room = Math.min(left, right);
    return forms.find((form) => textWidth(form, size) <= room) ?? forms.at(-1) ?? '';
  });
}

/** Widths of Inter's letters in parts of the size; figures are tabular. */
const widths: readonly (readonly [RegExp, number])[] = [
  [/[ .,:;'’|il]/, 0.28],
  [/[fjrt()\-/]/, 0.37],
  [/[mw]/, 0.86],
  [/[MW%@…]/, 0.92],
  [/[A-Z~]/, 0.69],
  [/\d/, 0.62],
];
const OTHER_WIDTH = 0.57;

/** About how wide a text is, on the safe side. */
export function textWidth(text: string, size: number): number {
  let sum = 0;
  for (const letter of text) sum += widths.find(([letters]) => letters.test(letter))?.[1] ?? OTHER_WIDTH;
  return sum * size;
}

/** How wide a train with this text is: its face is monospaced. */
export function trainWidth(text: string, isHalted: boolean): number {
  return text.length * 6.3 + 14 + (isHalted ? 14 : 0);
}
