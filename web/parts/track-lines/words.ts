/** The words of the track diagram: under stations, in front of trains, at the end of lines. */
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import type { CellState } from '#domain/cell-state.ts';
import { ON_PLAN_MS } from '#domain/insights/lateness.ts';
import type { Instant } from '#domain/time.ts';
import { dayText, dayTimeText, stationTimeText } from '../../util/time.ts';
import { isBack, placeInWords } from './stations.ts';
import type { Station } from './stations.ts';

type Release = ControlRoom['releases'][number];

const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 60 * MS_PER_MINUTE;
const MS_PER_DAY = 24 * MS_PER_HOUR;

/** A length in its one telling unit: `55 min`, `26 h`, `3 d`. */
export function coarseLength(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / MS_PER_MINUTE);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** A length in two units: `49 m`, `6 h 15 m`, `2 d 18 h`. */
export function fineLength(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / MS_PER_MINUTE));
  if (minutes < 60) return `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} m`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Of what is ahead, minutes tell nothing from two hours on: `1 h 20 m`, `27 h`, `2 d 18 h`. */
function lengthAhead(ms: number): string {
  const hours = Math.floor(ms / (60 * MS_PER_MINUTE));
  return hours >= 2 && hours < 48 ? `${hours} h` : fineLength(ms);
}

/** `26 h late`, `55 min early`, `on plan`. */
export function lateInWords(lateMs: number): string {
  if (Math.abs(lateMs) < ON_PLAN_MS) return 'on plan';
  return `${coarseLength(lateMs)} ${lateMs > 0 ? 'late' : 'early'}`;
}

/** Under a platform's name: `1%, 6 h 15 m`; `Branched, back for a fix`, which needs no length. */
export function placeLine(track: TrackHead, now: Instant, zone: string): string {
  if (track.pending?.is === 'halting') return 'Halting, order sent';
  if (track.pending?.is === 'resuming') return 'Resuming, order sent';
  const place = track.stage === 'store-approved' ? 'Approved' : placeInWords(track);
  if (isBack(track) || track.stage === 'planned') return place;
  const ms = Date.parse(now) - Date.parse(track.since);
  if (track.stage === 'canceled' || track.stage === 'superseded' || track.stage === 'completed')
    return `${place} ${dayText(track.since, now, zone)}`;
  return `${place}, ${fineLength(ms)}`;
}

/** What stands under a station. `forms`: from the longest to the shortest. `because`: why a forecast says so. */
export type StationWords = { forms: readonly string[]; spoken: string; because: string | null; isForecast: boolean };

export function stationWords(station: Station, track: TrackHead, now: Instant, zone: string): StationWords {
  const { isPassed, isHere, reachedAt, forecast } = station;
  const none = { because: null, isForecast: false };
  if (isHere && isBack(track) && track.back !== null) {
    const at = stationTimeText(track.back.at, now, zone, true);
    return { ...none, forms: [`Back ${at}`, 'Back'], spoken: `here, back ${at}`, because: sentence(track.back.why) };
  }
  if (isPassed) {
    if (reachedAt === null) return { ...none, forms: [''], spoken: isHere ? 'here' : 'passed' };
    const at = stationTimeText(reachedAt, now, zone);
    return { ...none, forms: [at, stationTimeText(reachedAt, now, zone, true), ''], spoken: `${isHere ? 'here since' : 'passed'} ${at}` };
  }
  if (forecast === null) return { ...none, forms: [''], spoken: 'ahead, no forecast' };
  const at = stationTimeText(forecast.at, now, zone, station.isAgain);
  const again = station.isAgain ? [`~ ${at} again`] : [];
  return {
    forms: [...again, `~ ${at}`, stationTimeText(forecast.at, now, zone, true), ''],
    spoken: `forecast ${at}${station.isAgain ? ' again' : ''}`,
    because: sentence(forecast.because),
    isForecast: true,
  };
}

/** Under a column head: `Mon 30, 12:00`, shorter where there is little room. */
export function plannedForms(at: Instant | null, now: Instant, zone: string): readonly string[] {
  return at === null ? [''] : [dayTimeText(at, now, zone), dayTimeText(at, now, zone).split(',')[0] ?? '', ''];
}

/** The names of stations, from the longest to the shortest. */
export function nameForms(name: string): readonly string[] {
  const short: Readonly<Record<string, string>> = { 'On main': 'Main', Branched: 'Branch', 'Final RC': 'RC', 'In review': 'Review' };
  const found = short[name];
  return found === undefined ? [name] : [name, found];
}

/** The end of a line: when it reaches everyone, and how that compares with the plan. */
export type EndWords = { title: string; note: string; isLate: boolean; because: string | null; spoken: string };

export function endWords(track: TrackHead, now: Instant, zone: string): EndWords {
  const quiet = { isLate: false, because: null };
  const said = (title: string, note: string): EndWords => ({ ...quiet, title, note, spoken: note === '' ? title : `${title}, ${note}` });
  switch (track.stage) {
    case 'canceled':
      return { ...said('Canceled', ''), because: track.ended === null ? null : sentence(track.ended) };
    case 'superseded':
      return { ...said('Superseded', ''), because: track.ended === null ? null : sentence(track.ended) };
    case 'completed':
      return said('Completed', dayText(track.since, now, zone));
    case 'released': {
      const since = `since ${stationTimeText(track.reached['released'] ?? track.since, now, zone)}`;
      return said(
        'At 100%',
        track.watchUntil === null || track.watchUntil < now ? since : `watched until ${weekdayOf(track.watchUntil, now, zone)}`,
      );
    }
    default:
      return forecastEnd(track, now, zone);
  }
}

function forecastEnd(track: TrackHead, now: Instant, zone: string): EndWords {
  const finish = track.forecast?.finish ?? null;
  if (finish === null) {
    const { lateMs } = track;
    const planned = track.planned.finish;
    const late = lateMs === null ? null : `${coarseLength(lateMs)} late`;
    const title = 'No forecast';
    const note = late ?? (planned === null ? 'no plan' : `planned ${stationTimeText(planned, now, zone)}`);
    return { title, note, isLate: late !== null, because: null, spoken: `${title}, ${note}` };
  }
  const last = track.forecast?.stations.at(-1);
  // a next move that the robot or the storefront has set for itself is no guess
  const isSet = track.forecast?.stations.length === 1 && (last?.by === 'robot' || last?.by === 'storefront');
  const isLate = finish.lateMs !== null && finish.lateMs >= ON_PLAN_MS;
  const at = stationTimeText(finish.at, now, zone);
  const note = finish.lateMs === null ? 'no plan' : lateInWords(finish.lateMs);
  return { title: isSet ? at : `~ ${at}`, note, isLate, because: sentence(finish.because), spoken: `100% forecast ${at}, ${note}` };
}

const weekdayOf = (at: Instant, now: Instant, zone: string): string => {
  const days = (Date.parse(at) - Date.parse(now)) / MS_PER_DAY;
  return days < 6 ? (stationTimeText(at, now, zone).split(' ')[0] ?? '') : stationTimeText(at, now, zone);
};

/** What stands in front of a train. `looks`: its form and colour; `forms`: from the longest to the shortest. */
export type SignalWords = {
  looks: 'held' | 'waits' | 'blind' | 'clear' | 'stands' | 'ended';
  lamp: CellState | null;
  forms: readonly string[];
};

const lamps = { held: 'stop', waits: 'caution', blind: 'unknown', clear: 'clear' } as const;

export function signalWords(track: TrackHead, now: Instant, zone: string): SignalWords | null {
  const { signal, stage, pending } = track;
  if (stage === 'canceled' || stage === 'superseded')
    return { looks: 'ended', lamp: null, forms: [upperFirst(track.ended ?? placeInWords(track))] };
  if (pending?.is === 'halting') return { looks: 'waits', lamp: 'caution', forms: ['Halting, sent', 'Halting'] };
  if (pending?.is === 'resuming') return { looks: 'waits', lamp: 'caution', forms: ['Resuming, sent', 'Resuming'] };
  const own = signal.is === 'none' ? null : signal.text;
  if (stage === 'halted') {
    if (signal.is === 'none' || signal.is === 'clear') return { looks: 'stands', lamp: null, forms: ['Halted'] };
    return { looks: signal.is, lamp: lamps[signal.is], forms: [`Halted, ${lowerFirst(signal.text)}`, 'Halted'] };
  }
  if (stage === 'store-approved') {
    const next = nextMove(track, now, zone);
    if (signal.is === 'none' || signal.is === 'clear')
      return { looks: 'clear', lamp: 'clear', forms: [...(next === null ? [] : [`Approved, ${next}`]), 'Approved'] };
    return { looks: signal.is, lamp: lamps[signal.is], forms: [`Approved, ${lowerFirst(signal.text)}`, signal.text] };
  }
  if (own === null || signal.is === 'none') return null;
  if (signal.is === 'clear') {
    const [, at] = nextMoveAt(track, now, zone) ?? [];
    // the robot moves it: when is a part of the signal
    const isRobots = track.robot.is === 'armed' || track.robot.is === 'acting';
    const long = own === 'Clear' && at !== undefined && isRobots ? [`Clear, robot moves at ${at}`, `Clear, ${at}`] : [];
    return { looks: 'clear', lamp: 'clear', forms: [...long, own, ...(own === 'Clear' ? [] : ['Clear'])] };
  }
  // what is counted or named may be dropped for room; the state is not
  const short = { held: `Held by ${signal.count}`, waits: `Waits for ${signal.count}`, blind: 'Blind' }[signal.is];
  return { looks: signal.is, lamp: lamps[signal.is], forms: own === short ? [own] : [own, short] };
}

function nextMoveAt(track: TrackHead, now: Instant, zone: string): [string, string] | null {
  const next = track.forecast?.stations[0];
  return next === undefined ? null : [next.station, stationTimeText(next.at, now, zone, true)];
}

/** `1% at 09:00` */
function nextMove(track: TrackHead, now: Instant, zone: string): string | null {
  const next = nextMoveAt(track, now, zone);
  return next === null ? null : `${next[0]} at ${next[1]}`;
}

/** What stands on a train: its build, or what there is before one. */
export function trainName({ train, stage, version }: Pick<TrackHead, 'train' | 'stage' | 'version'>): string {
  if (train !== null) return train;
  return stage === 'planned' ? 'planned' : stage === 'developing' ? 'nightly' : version;
}

/** Which of its life a release is in, for its tag. */
export function partInWords({ part, kind }: Pick<Release, 'part' | 'kind'>): string {
  if (kind === 'hotfix') return 'Hotfix';
  if (kind === 'replacement') return 'Replacement';
  return { current: 'Current', upcoming: 'Upcoming', watched: 'Watched', ended: 'Ended' }[part];
}

/** The release on main: `On main, day 5 of 7`, and what its end says: `branches in 2 d 18 h`. */
export function mainWords(release: Release, now: Instant, zone: string): { place: string; title: string; note: string; isLate: boolean } {
  const { bornAt, planned } = release;
  const [born, at] = [Date.parse(bornAt), Date.parse(now)];
  const branch = planned.branch === null ? null : Date.parse(planned.branch);
  const days = branch === null ? 0 : Math.round((branch - born) / MS_PER_DAY);
  const day = Math.floor((at - born) / MS_PER_DAY) + 1;
  const title = planned.finish === null ? 'No plan' : dayTimeText(planned.finish, now, zone);
  if (branch === null) return { place: 'On main', title, note: 'no branch time', isLate: false };
  const isLate = branch < at;
  return {
    place: days >= 1 && day >= 1 && day <= days ? `On main, day ${day} of ${days}` : 'On main',
    title,
    note: isLate ? `branch was due ${fineLength(at - branch)} ago` : `branches in ${lengthAhead(branch - at)}`,
    isLate,
  };
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string): string => {
  const large = upperFirst(text);
  return /[.!?]$/.test(large) ? large : `${large}.`;
};
