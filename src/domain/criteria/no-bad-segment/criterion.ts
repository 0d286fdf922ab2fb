/** Is one segment — a country, a system, a device family, an arm — far worse than it was, though the whole is well? (health.md §3) */
import { z } from 'zod';
import type { Bucket } from '../../health/ratio.ts';
import { dimensionOf } from '../../health/rollup.ts';
import { againstOtherArms, ARM_PLACES, scan, SCAN } from '../../health/scan.ts';
import { SEEN_BEFORE } from '../../health/health-facts.ts';
import type { HealthAnswer, ToldSegmentDay } from '../../health/health-facts.ts';
import type { Criterion, Finding, JudgeAt, RateNumbers } from '../criterion.ts';
import { green, red, yellow } from '../finding.ts';
import { comparisons, countingOf, feedsWho, metricName, ofWhom, usageInWords } from '../rate.ts';
import { metric, usageShape } from '../rate-settings.ts';
import { answerTo, earlierQuestion, earlierReleases, ownQuestion, watermarkOf } from '../usage-of.ts';
import { count, names, releaseManager } from '../words.ts';

const settings = z.strictObject({
  metric: metric.default('crashes').describe('What is counted: crashes, anrs, or a metric of your own by its name.'),
  ratio: z
    .number({ error: 'a ratio above 1, such as 2' })
    .gt(1, 'a ratio above 1, such as 2')
    .max(100)
    .default(SCAN.allowedRatio)
    .describe('From how many times its own earlier rate on a segment is bad.'),
  'no-worse-than': z
    .enum(comparisons)
    .exclude(['nothing'])
    .default('last-3-at-same-age')
    .describe('Which earlier releases each segment is held against, day by day at the same age.'),
  'min-affected': z
    .int({ error: 'a whole number of people' })
    .min(1)
    .max(1_000_000)
    .default(3)
    .describe('So many people of a segment must be affected before it is named.'),
  'alpha-red': z
    .number({ error: 'a probability between 0 and 1' })
    .gt(0, 'a probability between 0 and 1')
    .lt(1, 'a probability between 0 and 1')
    .default(SCAN.alpha)
    .describe('How probable it may be that it ever names a harmless segment.'),
  ...usageShape,
});
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const noBadSegment: Criterion<Settings> = {
  kind: 'no-bad-segment',
  title: 'Segments',
  asks: 'No country, system, device family or arm is far worse than it was in earlier releases at the same age. Red stays until a person clears it or another build comes.',
  settings,
  needs: [],
  waivable: true,
  health: { asks: questions, source: (at) => countingOf(at.settings, at).usage.source },
  judge,
};

const RELEASES = { 'last-3-at-same-age': 3, 'last-1-at-same-age': 1, 'last-6-at-same-age': 6 } as const;

function questions(at: At) {
  const { usage } = countingOf(at.settings, at);
  const segmentsOf = at.settings.metric;
  return [
    ownQuestion(at, usage, usage.since, { segmentsOf }),
    ...earlierReleases(at, usage)
      .slice(0, RELEASES[at.settings['no-worse-than']])
      .map((earlier) => earlierQuestion(at, usage, earlier, { segmentsOf })),
  ];
}

const ARM = 'arm';

type Found = { segment: string; buckets: Bucket[]; affected: number; exposure: number; ratio: number | null };

/**
 * Segments that the baseline had when ours began, whose number is fixed with that; of an experiment, the first arms against each other. `places`: K, the number that the promise of the scan rests on.
 */
function segmentsOf(own: readonly ToldSegmentDay[], base: readonly ToldSegmentDay[]): { segments: Found[]; places: number } {
  const isArm = ({ segment }: ToldSegmentDay): boolean => dimensionOf(segment) === ARM;
  const known = new Set(base.filter((each) => each.day === SEEN_BEFORE && !isArm(each)).map(({ segment }) => segment));
  const [ours, theirs] = [bySegmentAndDay(own), bySegmentAndDay(base)];
  const ofBaseline = [...known].map((segment): Found => {
    const days = theirs.get(segment);
    const buckets = [...(ours.get(segment) ?? [])].map(([day, mine]): Bucket => {
      const there = days?.get(day) ?? nothing;
      return { newCount: mine.affected, newExposure: mine.exposure, baseCount: there.affected, baseExposure: there.exposure };
    });
    return found(segment, buckets);
  });
  return { segments: [...ofBaseline, ...armsOf(bySegmentAndDay(own.filter(isArm)))], places: known.size + ARM_PLACES };
}

type Day = { affected: number; exposure: number };
const nothing: Day = { affected: 0, exposure: 0 };

/** What all sources, and all releases, tell of a day together. */
function bySegmentAndDay(told: readonly ToldSegmentDay[]): Map<string, Map<number, Day>> {
  const sums = new Map<string, Map<number, Day>>();
  for (const { segment, day, affected, exposure } of told) {
    if (day === SEEN_BEFORE) continue;
    const days = sums.get(segment) ?? new Map<number, Day>();
    const there = days.get(day) ?? nothing;
    sums.set(segment, days.set(day, { affected: there.affected + affected, exposure: there.exposure + exposure }));
  }
  return sums;
}

/** Each arm against all the others. Those that have a place came first: one that comes later takes it from none, and is among the others alone. */
function armsOf(ofOwn: ReadonlyMap<string, ReadonlyMap<number, Day>>): Found[] {
  if (ofOwn.size < 2) return [];
  const arms = [...ofOwn]
    .map(([segment, days]) => ({ segment, days, first: Math.min(...days.keys()) }))
    .toSorted((a, b) => a.first - b.first || a.segment.localeCompare(b.segment, 'en'));
  const days = [...new Set(arms.flatMap((arm) => [...arm.days.keys()]))];
  const byDay = days.map((day) =>
    againstOtherArms(
      arms.map((arm) => {
        const there = arm.days.get(day) ?? nothing;
        return { newCount: there.affected, newExposure: there.exposure, baseCount: 0, baseExposure: 0 };
      }),
    ),
  );
  return arms.slice(0, ARM_PLACES).map(({ segment }, place) =>
    found(
      segment,
      byDay.flatMap((ofDay) => ofDay[place] ?? []),
    ),
  );
}

function found(segment: string, buckets: Bucket[]): Found {
  const sum = (pick: (bucket: Bucket) => number): number => buckets.reduce((total, bucket) => total + pick(bucket), 0);
  const affected = sum(({ newCount }) => newCount);
  const exposure = sum(({ newExposure }) => newExposure);
  const base = sum(({ baseCount }) => baseCount) / sum(({ baseExposure }) => baseExposure);
  const ratio = affected / exposure / base;
  return { segment, buckets, affected, exposure, ratio: Number.isFinite(ratio) ? ratio : null };
}

/** How many times one person may be among the affected, by the source of which that is most (health.md §1.4). */
function dispersionOf(answers: readonly HealthAnswer[]): number {
  return answers.flat().reduce((most, { dispersion }) => Math.max(most, dispersion ?? 1), 1);
}

function spread({ newCount, baseCount, ...used }: Bucket, dispersion: number): Bucket {
  return { newCount: newCount / dispersion, baseCount: baseCount / dispersion, ...used };
}

function judge(at: At): Finding {
  const counting = countingOf(at.settings, at);
  const { usage, latch, countFromMs } = counting;
  const [ownAsked, ...earlierAsked] = questions(at);
  const own = ownAsked === undefined ? [] : answerTo(at, ownAsked);
  const earlier = earlierAsked.map((asked) => answerTo(at, asked));
  const watermarkMs = watermarkOf(at, [own, ...earlier]);
  const firstDay = Math.floor((countFromMs - Date.parse(usage.since)) / 86_400_000);
  const { segments, places } = segmentsOf(
    own.flatMap(({ days }) => days).filter(({ day }) => day >= firstDay),
    earlier.flatMap((answer) => answer.flatMap(({ days }) => days)),
  );
  const what = metricName(at.settings.metric);
  const dispersion = dispersionOf([own, ...earlier]);
  const { named, listed } = scan(
    segments.map(({ segment, buckets }) => ({ name: segment, buckets: buckets.map((bucket) => spread(bucket, dispersion)) })),
    { ...SCAN, allowedRatio: at.settings.ratio, alpha: at.settings['alpha-red'] },
    places,
  );
  const seenOften = (places: readonly number[]): Found[] =>
    places
      .flatMap((place) => segments[place] ?? [])
      .filter(({ affected }) => affected >= at.settings['min-affected'])
      // the tightest first: of overlapping ones the smallest says most
      .toSorted((a, b) => a.exposure - b.exposure);
  const bad = seenOften(named);
  const watched = seenOften(listed).filter((each) => !bad.includes(each));
  const isRed = bad.length > 0 || latch.redSince !== null;
  const shown = [...bad, ...watched];
  const [worst] = shown;
  const numbers: RateNumbers = {
    metric: at.settings.metric,
    per: 1000,
    of: 'of use',
    audience: usage.audience,
    build: usage.build,
    since: new Date(countFromMs).toISOString(),
    toldUntil: watermarkMs === null ? null : new Date(watermarkMs).toISOString(),
    affected: worst?.affected ?? 0,
    count: worst?.affected ?? 0,
    exposure: worst?.exposure ?? 0,
    users: 0,
    value: null,
    lower: 0,
    upper: null,
    limit: null,
    warn: null,
    baseline: null,
    reason: bad.length > 0 ? 'bad-segment' : isRed ? 'latched' : segments.length === 0 ? 'no-usage' : 'below-limit',
    exposureToGo: null,
    tellsAt: null,
    redSince: isRed ? (latch.redSince ?? at.now) : null,
    latch: isRed ? latch.key : null,
    isFleetWide: false,
    segments: shown.slice(0, 20).map(({ segment, affected, exposure, ratio }) => ({
      segment,
      affected,
      exposure,
      ratio,
      isNamed: bad.some((each) => each.segment === segment),
    })),
  };
  const told = {
    value: { amount: bad.length, unit: 'segments' },
    limit: { amount: 0, unit: 'segments' },
    sample: { amount: segments.length, unit: 'segments' },
    rate: numbers,
    evidence: shown.slice(0, 5).map((each) => ({
      kind: 'health' as const,
      label: `${each.segment}: ${count(each.affected, 'person', 'people')} affected by ${what} in ${usageInWords(each.exposure)}${timesOf(each)}`,
      url: null,
      at: numbers.toldUntil,
    })),
  };
  if (isRed) {
    const which = bad.length === 0 ? 'A segment' : names(bad.map(({ segment }) => segment));
    const remedy =
      bad[0] !== undefined && dimensionOf(bad[0].segment) === ARM ? 'turns the flag off for this arm' : 'finds what is different there';
    return red({
      ...told,
      headline: bad.length === 0 ? 'Not cleared' : which,
      clause:
        bad[0] === undefined
          ? 'A segment was far worse, and was not cleared'
          : `${count(bad[0].affected, 'person', 'people')} affected${timesOf(bad[0])}`,
      because: `Of ${ofWhom(counting, at)}, ${which} ${bad.length > 1 ? 'are' : 'is'} far worse than before: more than ${at.settings.ratio} times the rate of ${what}, with certainty, among ${allowedFor(places)}. It stays Stop until a person clears it with a reason, or another build comes.`,
      turnsGreen: 'when a person clears it with a reason, or another build comes',
      who: [releaseManager(remedy, at.release)],
    });
  }
  if (segments.every(({ buckets }) => buckets.every(({ newExposure, baseExposure }) => newExposure === 0 || baseExposure === 0)))
    return yellow({
      ...told,
      headline: 'Nothing to compare',
      clause: segments.length === 0 ? 'No earlier release has told of segments' : 'No segment is known to have been used yet',
      because: `Segments of ${ofWhom(counting, at)} cannot be held against earlier ones yet: ${segments.length === 0 ? 'no earlier release has told of any' : 'none of them is known to have been used'}.`,
      turnsGreen: `when segments are told of and none has more than ${at.settings.ratio} times its earlier rate of ${what}`,
      who: [feedsWho(at, usage, 'tells of segments')],
    });
  if (worst !== undefined)
    return yellow({
      ...told,
      headline: `${watched.length} to look at`,
      clause: `${worst.segment}${timesOf(worst)}: not certain yet`,
      because: `Of ${ofWhom(counting, at)}, ${names(watched.map(({ segment }) => segment))} ${watched.length > 1 ? 'stand' : 'stands'} out for ${what} among ${allowedFor(places)}. One in ten of such a list is harmless; it is not certain yet.`,
      turnsGreen: 'when no segment stands out any more',
      who: [releaseManager('looks at what is different there', at.release)],
    });
  return green({
    ...told,
    headline: 'None stands out',
    clause: `${segments.length} segments looked at`,
    because: `None of ${segments.length} segments of ${ofWhom(counting, at)} has more than ${at.settings.ratio} times its earlier rate of ${what}.`,
  });
}

/** The number that the promise of the scan rests on: places, of which arms may leave some empty. */
function allowedFor(places: number): string {
  const known = places - ARM_PLACES;
  const arms = `${ARM_PLACES} places for arms of an experiment`;
  return known === 0 ? arms : `${places} that may be looked at: ${count(known, 'segment', 'segments')} of earlier releases and ${arms}`;
}

function timesOf({ ratio }: Found): string {
  return ratio === null ? '' : `, ${ratio.toPrecision(2)} times as before`;
}
