/** Markets, systems, devices and arms of a version beside each other: what each saw, and which of them a scan names (health.md §3). */
import { againstOtherArms, ARM_PLACES, SCAN, scan } from './scan.ts';
import type { Bucket } from './ratio.ts';
import { RATE_UNIT, rateRange } from './series.ts';
import { rateOf } from './one-rate.ts';

/** The dimension whose values are arms of an experiment: each is held against the others, and not against earlier releases. */
const ARM = 'arm';

/** Fewer people than these name no segment, whatever the evidence. */
const LEAST_PEOPLE = 3;

/** What one step saw of one segment. `age`: which step since the rollout began. `segment` without its dimension: `BR`. */
export type SegmentSeen = { segment: string; age: number; affected: number; exposure: number; users: number };

/**
 * One segment. `users`: of its busiest hour. `share`: of the use of all segments of the dimension, 0 to 1. `baseRate`: of earlier releases, or of the other arms, at the same ages.
 * `logE`: the evidence that it is more than twice as bad, natural; null where there is nothing to hold it against. `named`: it may be acted upon. `listed`: worth a look.
 */
export type SegmentRow = {
  segment: string;
  affected: number;
  exposure: number;
  share: number;
  users: number;
  rate: number | null;
  lower: number | null;
  upper: number | null;
  baseRate: number | null;
  logE: number | null;
  named: boolean;
  listed: boolean;
};

/**
 * The segments of one dimension: those that are named first, then the most used.
 *
 * @param known those that the baseline had when ours began: how many are scanned is fixed by then. Of an experiment it is fixed by the places that arms have.
 */
export function segmentsOf(
  dimension: string,
  ours: readonly SegmentSeen[],
  base: readonly SegmentSeen[],
  known: ReadonlySet<string> = new Set(base.map(({ segment }) => segment)),
): SegmentRow[] {
  const names = [...new Set(ours.map(({ segment }) => segment))];
  const all = ours.reduce((sum, { exposure }) => sum + exposure, 0);
  const buckets = dimension === ARM ? bucketsOfArms(names, ours) : bucketsOfSameAge(names, ours, base);
  const scanned = (dimension === ARM ? firstArms(ours) : names.filter((name) => known.has(name))).filter((name) =>
    (buckets.get(name) ?? []).some(({ baseExposure }) => baseExposure > 0),
  );
  const found = scan(
    scanned.map((name) => ({ name, buckets: buckets.get(name) ?? [] })),
    SCAN,
    dimension === ARM ? ARM_PLACES : known.size,
  );
  const rows = names.map((segment): SegmentRow => {
    const seen = ours.filter((each) => each.segment === segment);
    const sum = (pick: (each: SegmentSeen) => number): number => seen.reduce((total, each) => total + pick(each), 0);
    const [affected, exposure] = [sum((each) => each.affected), sum((each) => each.exposure)];
    const place = scanned.indexOf(segment);
    const isEnough = affected >= LEAST_PEOPLE;
    return {
      segment,
      affected,
      exposure,
      share: all > 0 ? exposure / all : 0,
      users: Math.max(0, ...seen.map(({ users }) => users)),
      ...rateRange(affected, exposure),
      baseRate: baseRateOf(buckets.get(segment) ?? []),
      logE: found.logE[place] ?? null,
      named: isEnough && found.named.includes(place),
      listed: isEnough && found.listed.includes(place),
    };
  });
  return rows.toSorted(
    (a, b) =>
      Number(b.named) - Number(a.named) ||
      Number(b.listed) - Number(a.listed) ||
      b.exposure - a.exposure ||
      a.segment.localeCompare(b.segment, 'en'),
  );
}

/** The arms that came first, as many as have a place. */
function firstArms(ours: readonly SegmentSeen[]): string[] {
  const first = new Map<string, number>();
  for (const { segment, age } of ours) first.set(segment, Math.min(first.get(segment) ?? Infinity, age));
  return [...first]
    .toSorted(([a, one], [b, other]) => one - other || a.localeCompare(b, 'en'))
    .slice(0, ARM_PLACES)
    .map(([segment]) => segment);
}

function baseRateOf(buckets: readonly Bucket[]): number | null {
  const exposure = buckets.reduce((sum, { baseExposure }) => sum + baseExposure, 0);
  const count = buckets.reduce((sum, { baseCount }) => sum + baseCount, 0);
  return exposure > 0 ? rateOf(count, exposure, RATE_UNIT) : null;
}

type Counted = { count: number; exposure: number };

function byPlace(seen: readonly SegmentSeen[]): Map<string, Counted> {
  const sums = new Map<string, Counted>();
  for (const { segment, age, affected, exposure } of seen) {
    const place = `${age} ${segment}`;
    const there = sums.get(place) ?? { count: 0, exposure: 0 };
    sums.set(place, { count: there.count + affected, exposure: there.exposure + exposure });
  }
  return sums;
}

const nothing: Counted = { count: 0, exposure: 0 };

function bucketsOfSameAge(names: readonly string[], ours: readonly SegmentSeen[], base: readonly SegmentSeen[]): Map<string, Bucket[]> {
  const [now, then] = [byPlace(ours), byPlace(base)];
  const ages = [...new Set(ours.map(({ age }) => age))];
  return new Map(
    names.map((name) => [
      name,
      ages.map((age): Bucket => {
        const mine = now.get(`${age} ${name}`) ?? nothing;
        const theirs = then.get(`${age} ${name}`) ?? nothing;
        return { newCount: mine.count, newExposure: mine.exposure, baseCount: theirs.count, baseExposure: theirs.exposure };
      }),
    ]),
  );
}

function bucketsOfArms(names: readonly string[], ours: readonly SegmentSeen[]): Map<string, Bucket[]> {
  const now = byPlace(ours);
  const byName = new Map<string, Bucket[]>(names.map((name) => [name, []]));
  for (const age of new Set(ours.map((each) => each.age))) {
    const arms = names.map((name): Bucket => {
      const mine = now.get(`${age} ${name}`) ?? nothing;
      return { newCount: mine.count, newExposure: mine.exposure, baseCount: 0, baseExposure: 0 };
    });
    for (const [at, bucket] of againstOtherArms(arms).entries()) byName.get(names[at] ?? '')?.push(bucket);
  }
  return byName;
}
