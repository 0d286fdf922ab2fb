/** Did a rate rise late, after days on which nothing was wrong? A total forgives; this does not (health.md §1.5). */
import { z } from 'zod';
import { dayInWords } from '../../calendar/words.ts';
import { lateOnset as onset } from '../../health/late-onset.ts';
import { ALPHA_RED, expectedAtLimit } from '../../health/one-rate.ts';
import { HOUR_MS, hourOf } from '../../health/rollup.ts';
import { seriesOf, totalOf } from '../../health/told.ts';
import type { HourOfHealth } from '../../health/evidence.ts';
import type { Criterion, Finding, JudgeAt, RateNumbers } from '../criterion.ts';
import { green, red, unknown, yellow } from '../finding.ts';
import { countingOf, feedsWho, metricName, ofWhom, quantityOf, rateInWords, unitOf, usageForPeople, usageInWords } from '../rate.ts';
import { checkLimit, limitOf, limitShape, metric, usageShape } from '../rate-settings.ts';
import { answerTo, ownQuestion, usageOf, watermarkOf } from '../usage-of.ts';
import { capital, count, releaseManager } from '../words.ts';

const settings = z
  .strictObject({
    metric: metric.default('crashes').describe('What is counted: crashes, anrs, or a metric of your own by its name.'),
    ...limitShape,
    'alpha-red': z
      .number({ error: 'a probability between 0 and 1' })
      .gt(0, 'a probability between 0 and 1')
      .lt(1, 'a probability between 0 and 1')
      .default(ALPHA_RED)
      .describe('How probable it may be that it ever stops a release that sits exactly on its limit.'),
    ...usageShape,
  })
  .superRefine(checkLimit);
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const lateOnset: Criterion<Settings> = {
  kind: 'late-onset',
  title: 'Late rise',
  asks: 'On no day since it reached its audience did the rate rise over its limit and stay there. Red stays until a person clears it or another build comes.',
  settings,
  needs: [],
  waivable: true,
  health: {
    asks: (at) => [ownQuestion(at, usageOf(at.settings, at), usageOf(at.settings, at).since)],
    source: (at) => usageOf(at.settings, at).source,
  },
  judge,
};

const DAY_HOURS = 24;

/** Days since the count began, the first not whole; each with what came and what was due. */
function daysOf(hours: readonly HourOfHealth[], fromMs: number, { amount, per }: { amount: number; per: number }, dispersion: number) {
  const days = new Map<number, HourOfHealth[]>();
  for (const hour of hours) {
    const day = Math.floor((hour.hourMs - fromMs) / (DAY_HOURS * HOUR_MS));
    days.set(day, [...(days.get(day) ?? []), hour]);
  }
  return [...days]
    .toSorted(([a], [b]) => a - b)
    .map(([day, of]) => {
      const { affected, exposure } = totalOf(of);
      return {
        beganMs: fromMs + day * DAY_HOURS * HOUR_MS,
        hours: of,
        count: affected / dispersion,
        expected: expectedAtLimit(amount, exposure / dispersion, per),
      };
    });
}

function judge(at: At): Finding {
  const counting = countingOf(at.settings, at);
  const { usage, latch, countFromMs } = counting;
  const limit = limitOf(at.settings, at.track.platform, usage.audience);
  const what = metricName(at.settings.metric);
  if (limit === null)
    return unknown({
      headline: 'No limit',
      clause: 'The policy has no limit for this platform',
      because: `The policy has limits of “${at.instance}” for other platforms, and none for ${at.track.platform}.`,
      turnsGreen: 'when the policy says the limit for this platform and the rate stays under it',
      who: [{ kind: 'role', name: 'admin', what: 'writes the limit into the policy', contact: null }],
    });
  const answer = answerTo(at, ownQuestion(at, usage, usage.since));
  const watermarkMs = watermarkOf(at, [answer]);
  const series = seriesOf(answer, at.settings.metric, limit.exposure, watermarkMs ?? Number.NEGATIVE_INFINITY);
  const hours = series.hours.filter(({ hourMs }) => hourMs >= hourOf(countFromMs));
  const days = daysOf(hours, hourOf(countFromMs), limit, series.dispersion);
  const { logRestart, bestStart } = onset(days);
  const isOver = logRestart >= -Math.log(at.settings['alpha-red']);
  const since = bestStart === null ? undefined : days[bestStart - 1];
  const later = totalOf(since === undefined ? [] : days.slice((bestStart ?? 1) - 1).flatMap((day) => day.hours));
  const all = totalOf(hours);
  // what it is now speaks of the rise where there is one, and of all days where there is none
  const shown = isOver ? later : all;
  const value = shown.exposure === 0 ? null : (shown.affected / shown.exposure) * limit.per;
  const isRed = isOver || latch.redSince !== null;
  const numbers: RateNumbers = {
    metric: at.settings.metric,
    per: limit.per,
    of: limit.of,
    audience: usage.audience,
    build: usage.build,
    since: new Date(isOver && since !== undefined ? since.beganMs : countFromMs).toISOString(),
    toldUntil: watermarkMs === null ? null : new Date(watermarkMs).toISOString(),
    ...shown,
    users: series.users,
    value,
    lower: 0,
    upper: null,
    limit: limit.amount,
    warn: null,
    baseline: null,
    reason: isOver ? 'late-onset' : isRed ? 'latched' : all.exposure === 0 ? 'no-usage' : 'below-limit',
    exposureToGo: null,
    tellsAt: null,
    redSince: isRed ? (latch.redSince ?? at.now) : null,
    latch: isRed ? latch.key : null,
    isFleetWide: false,
    segments: [],
  };
  const told = {
    ...(value === null ? {} : { value: quantityOf(value, limit) }),
    limit: quantityOf(limit.amount, limit),
    limitIs: 'at-most' as const,
    sample: { amount: usageForPeople(shown.exposure), unit: limit.of },
    rate: numbers,
    evidence: [
      {
        kind: 'health' as const,
        label: `${count(days.length, 'day')} of ${ofWhom(counting, at)}: ${count(all.affected, 'person', 'people')} affected by ${what} in ${usageInWords(all.exposure)} ${limit.of}`,
        url: null,
        at: numbers.toldUntil,
      },
    ],
  };
  if (isRed) {
    const when = since === undefined ? 'before' : sinceWhen(at, since.beganMs);
    return red({
      ...told,
      headline: value === null ? 'Rose' : rateInWords(value),
      clause: isOver ? `Over the limit since ${when}` : 'Rose over the limit, and was not cleared',
      because: `${ofWhom(counting, at)}: ${what} rose over ${rateInWords(limit.amount)} ${unitOf(limit)}, most clearly since ${when}${value === null ? '' : `: ${rateInWords(value)} since then`}. It stays Stop until a person clears it with a reason, or another build comes.`,
      turnsGreen: 'when a person clears it with a reason, or another build comes',
      who: [releaseManager('finds what changed then, and clears it or has another build made', at.release)],
    });
  }
  if (watermarkMs !== null && all.exposure > 0 && !series.isTold)
    return unknown({
      ...told,
      headline: `No ${what} told`,
      clause: `No source tells of ${what}`,
      because: `Usage is told of ${ofWhom(counting, at)}, and no source tells of ${what}: nothing told is not zero.`,
      turnsGreen: `when a source tells of ${what} and they did not rise`,
      who: [feedsWho(at, usage, `tells of ${what}`)],
    });
  if (all.exposure === 0 || value === null)
    return yellow({
      ...told,
      headline: 'No usage yet',
      clause: 'Too early: nobody is known to have used it',
      because: `Nothing is told yet of ${ofWhom(counting, at)}.`,
      turnsGreen: `when it was used and ${what} did not rise`,
      who: [feedsWho(at, usage, 'tells of usage')],
    });
  return green({
    ...told,
    headline: rateInWords(value),
    clause: `No rise in ${count(days.length, 'day')}`,
    because: `${capital(what)} of ${ofWhom(counting, at)} rose over ${rateInWords(limit.amount)} ${unitOf(limit)} on none of ${count(days.length, 'day')}, and on none of the days together to the end.`,
  });
}

/** Of nightlies the one of that day: a first bisection for nothing. */
function sinceWhen(at: At, beganMs: number): string {
  const day = dayInWords(new Date(beganMs).toISOString(), at.policy.timezone, at.now);
  if (at.track.stage !== 'developing') return day;
  const endMs = beganMs + DAY_HOURS * HOUR_MS;
  const nightly = at.facts.nightlies.findLast(({ state, at: built }) => state === 'succeeded' && Date.parse(built) < endMs);
  return nightly === undefined ? day : `${day}, build ${nightly.number}`;
}
