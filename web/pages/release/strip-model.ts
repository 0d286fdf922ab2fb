/**
 * The two weeks of a release as days: the week before its branch with the nightlies of each platform, the week from its branch to everyone, and the week
 * in which it is watched. Days are the app's own; today is marked.
 */
import type { ReleaseDetail, Nightly } from '#api/releases.ts';
import type { CellState } from '#domain/cell-state.ts';
import type { PlannedTimes } from '#domain/release/release.ts';
import type { Stage } from '#domain/release/track.ts';
import { latest } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';

/** `text`: what the lamp says in words: `failed at 05:30, mended at 10:10`. `note`: what stands beside it for all to see: `mended 10:10`. */
export type DayLamp = { platform: string; state: CellState; text: string; note: string | null };
/** `reached` of `of` tracks have reached it; null `at`: nothing is planned for it. */
export type Milestone = { name: string; at: Instant; reached: number; of: number };
/** `date`: `2024-09-27`, of the app's own calendar. */
export type Day = { date: string; isToday: boolean; isPast: boolean; lamps: readonly DayLamp[]; milestones: readonly Milestone[] };
export type Strip = {
  nightlies: readonly Day[];
  release: readonly Day[];
  watch: { from: Instant; until: Instant | null; isOn: boolean } | null;
};

const WEEK = 7;
const MS_PER_DAY = 86_400_000;

/** Days since 1970 of the date that the calendar of a zone shows at a moment. */
export function dayIn(at: Instant, zone: string): number {
  const [day, month, year] = new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
    .format(new Date(at))
    .split('/');
  return Math.round(Date.parse(`${year}-${month}-${day}T00:00:00.000Z`) / MS_PER_DAY);
}

const milestones: readonly { key: keyof PlannedTimes; name: string; stages: readonly Stage[] }[] = [
  { key: 'branch', name: 'Branch', stages: ['stabilising'] },
  { key: 'candidate', name: 'Final RC', stages: ['candidate'] },
  { key: 'submit', name: 'Submit', stages: ['in-review'] },
  { key: 'start', name: 'First share', stages: ['rolling-out', 'released'] },
  { key: 'finish', name: '100%', stages: ['released'] },
];

/** Null where nothing says when it branches: a hotfix has no train. `clock` writes a time of day. */
export function stripOf(
  release: Pick<ReleaseDetail, 'planned' | 'heads' | 'watchUntil'>,
  nightlies: readonly Nightly[],
  { now, zone, clock }: { now: Instant; zone: string; clock: (at: Instant) => string },
): Strip | null {
  const branch = release.planned.branch ?? release.heads.flatMap(({ reached }) => reached['stabilising'] ?? []).toSorted()[0] ?? null;
  if (branch === null) return null;
  const branchDay = dayIn(branch, zone);
  const today = dayIn(now, zone);
  const platforms = release.heads.map(({ platform }) => platform);
  const byDay = Map.groupBy(nightlies, ({ at }) => dayIn(at, zone));
  const day = (number: number, hasNightlies: boolean): Day => ({
    date: new Date(number * MS_PER_DAY).toISOString().slice(0, 10),
    isToday: number === today,
    isPast: number < today,
    lamps: hasNightlies ? platforms.map((platform) => lampOf(platform, byDay.get(number) ?? [], number - today, clock)) : [],
    milestones: milestonesOn(number, release, zone),
  });
  const days = (from: number, hasNightlies: boolean): Day[] => Array.from({ length: WEEK }, (_, at) => day(from + at, hasNightlies));
  const out = latest(...release.heads.map(({ reached }) => reached['released'] ?? null));
  const until = release.watchUntil ?? null;
  return {
    nightlies: days(branchDay - WEEK, true),
    release: days(branchDay, false),
    watch: out === null ? null : { from: out, until, isOn: until !== null && until > now },
  };
}

/** The last nightly of the day decides; one that was mended says so. */
function lampOf(platform: string, all: readonly Nightly[], fromToday: number, clock: (at: Instant) => string): DayLamp {
  const own = all.filter((each) => each.platform === platform).toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const last = own.at(-1);
  if (last === undefined)
    return fromToday < 0
      ? { platform, state: 'not-set-up', text: 'no nightly was reported', note: null }
      : { platform, state: 'not-needed-yet', text: fromToday === 0 ? 'not built yet today' : 'still to come', note: null };
  const failed = own.find(hasFailed);
  const state = stateOf(last);
  // a day on which it failed is not a day like the others, though it ended well
  if (state === 'clear' && failed !== undefined) {
    const at = clock(last.at);
    return { platform, state: 'caution', text: `failed at ${clock(failed.at)}, mended at ${at}`, note: `mended ${at}` };
  }
  return { platform, state, text: wordsOf(last, clock(last.at)), note: null };
}

const hasFailed = ({ state, tests }: Nightly): boolean => state === 'failed' || tests === 'failed';

function stateOf(nightly: Nightly): CellState {
  if (hasFailed(nightly)) return 'stop';
  // partial progress is never green: tests that were not reported are not passed
  return nightly.state === 'succeeded' && nightly.tests === 'passed' ? 'clear' : 'caution';
}

function wordsOf(nightly: Nightly, at: string): string {
  if (nightly.state === 'failed') return `failed at ${at}`;
  if (nightly.state !== 'succeeded') return `${nightly.state} since ${at}`;
  const tests = { none: 'its tests were not reported', running: 'its tests run', passed: 'passed', failed: 'its tests failed' }[
    nightly.tests
  ];
  return `built at ${at}, ${tests}${nightly.reached.length === 0 ? '' : `, reached ${nightly.reached.join(', ')}`}`;
}

function milestonesOn(number: number, { planned, heads }: Pick<ReleaseDetail, 'planned' | 'heads'>, zone: string): Milestone[] {
  return milestones.flatMap(({ key, name, stages }): Milestone[] => {
    const at = planned[key];
    if (at === null || dayIn(at, zone) !== number) return [];
    // a track whose process leaves a stage out has passed it with the one after
    const of = heads.filter((head) => head.stages.length === 0 || stages.some((stage) => head.stages.includes(stage)));
    return [{ name, at, reached: of.filter(({ reached }) => stages.some((stage) => reached[stage] !== undefined)).length, of: of.length }];
  });
}
