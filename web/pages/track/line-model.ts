/** The line of one track with its real durations: stations at equal distances, how long each stretch took, and how each time lies to the plan. */
import type { TrackHead } from '#api/control-room.ts';
import { msBetween } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import { stationsOf } from '../../parts/track-lines/stations.ts';
import type { Station } from '../../parts/track-lines/stations.ts';
import { fineLength, lateInWords } from '../../parts/track-lines/words.ts';

/** `at`: reached, forecast or planned; null where nobody knows. `delta`: against the plan, in words. */
export type LineStation = {
  station: Station;
  left: number;
  at: Instant | null;
  is: 'reached' | 'forecast' | 'planned' | 'unknown';
  delta: string | null;
};
export type Stretch = { left: number; text: string };
export type Line = { stations: readonly LineStation[]; stretches: readonly Stretch[]; doneTo: number; train: number; hasEnded: boolean };

const FIRST = 9;
const LAST = 91;

/** Main is behind a track that has branched: its line begins where its branch does. */
export function lineOf(track: TrackHead, now: Instant): Line {
  const all = stationsOf(track);
  const hasBranched = all.some(({ key, isPassed }) => key === 'branch' && isPassed);
  const shown = hasBranched ? all.filter(({ key }) => key !== 'main') : all;
  const left = (index: number): number => FIRST + (shown.length < 2 ? 0 : (index / (shown.length - 1)) * (LAST - FIRST));
  const stations = shown.map((station, index): LineStation => ({ station, left: left(index), ...timeOf(asFirst(station, track)) }));
  const stretches = stations.flatMap(({ station, at, is }, index): Stretch[] => {
    const next = stations[index + 1];
    if (is !== 'reached' || at === null || next?.at === undefined || next.at === null || next.is !== 'reached') return [];
    const ms = msBetween(at, next.at);
    // what was reached again after a way back has no stretch to tell
    return ms < 0 || station.isAgain ? [] : [{ left: (left(index) + left(index + 1)) / 2, text: fineLength(ms) }];
  });
  const here = Math.max(
    0,
    shown.findLastIndex(({ isPassed }) => isPassed),
  );
  const hasEnded = track.stage === 'canceled' || track.stage === 'superseded';
  const [from, to] = [stations[here], stations[here + 1]];
  const part = hasEnded || from === undefined || to === undefined ? 0 : partBetween(from.at, to.is === 'reached' ? null : to.at, now);
  // the train keeps clear of both stations, so that their names can be read
  const train = to === undefined || from === undefined ? left(here) : from.left + (to.left - from.left) * part;
  return { stations, stretches, doneTo: train, train, hasEnded };
}

/** How far a train is on its way from one time to the next, 0 to 0.6: behind its time it waits before the station. */
function partBetween(from: Instant | null, to: Instant | null, now: Instant): number {
  if (from === null || to === null) return 0;
  const whole = msBetween(from, to);
  return whole <= 0 ? 0.6 : Math.min(0.6, Math.max(0, msBetween(from, now) / whole));
}

/** A track that went back keeps the time at which its branch was first cut: the note under the line tells when it came back. */
function asFirst(station: Station, track: TrackHead): Station {
  const first = track.reached['stabilising'];
  return station.key === 'branch' && station.isHere && track.back !== null && first !== undefined
    ? { ...station, reachedAt: first }
    : station;
}

function timeOf({ isPassed, reachedAt, forecast, plannedAt }: Station): Pick<LineStation, 'at' | 'is' | 'delta'> {
  if (isPassed)
    return reachedAt === null
      ? { at: null, is: 'unknown', delta: null }
      : { at: reachedAt, is: 'reached', delta: plannedAt === null ? null : lateInWords(msBetween(plannedAt, reachedAt)) };
  if (forecast !== null)
    return {
      at: forecast.at,
      is: 'forecast',
      delta: plannedAt === null ? 'forecast' : `forecast, ${lateInWords(msBetween(plannedAt, forecast.at))}`,
    };
  return plannedAt === null ? { at: null, is: 'unknown', delta: null } : { at: plannedAt, is: 'planned', delta: 'planned' };
}
