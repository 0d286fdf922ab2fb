/** Is a rate — crashes, ANRs, anything that happens to people — under its limit, and no worse than it was before? (health.md §1) */
import { z } from 'zod';
import { dayAndTime, soon } from '../../calendar/words.ts';
import { duration } from '../../duration.ts';
import type { Gate } from '../../health/gate.ts';
import { ALLOWED_RATIO } from '../../health/ratio.ts';
import { platformName } from '../../names.ts';
import { inWords, plusMinutes } from '../../time.ts';
import type { Criterion, Evidence, Finding, JudgeAt } from '../criterion.ts';
import { green, red, unknown, yellow } from '../finding.ts';
import {
  comparisons,
  feedsWho,
  hoursMore,
  metricName,
  ofWhom,
  quantityOf,
  rated,
  rateForPeople,
  rateInWords,
  rateQuestions,
  settles,
  unitOf,
  usageForPeople,
  usageInWords,
} from '../rate.ts';
import type { Rated } from '../rate.ts';
import { checkLimit, enoughShape, limitShape, metric, usageShape } from '../rate-settings.ts';
import { capital, count, names, releaseManager } from '../words.ts';

const settings = z
  .strictObject({
    metric: metric
      .default('crashes')
      .describe('What is counted: crashes, anrs, or a metric of your own by its name. People count, once each.'),
    ...limitShape,
    'no-worse-than': z
      .enum(comparisons)
      .default('last-3-at-same-age')
      .describe('Which earlier releases it is held against, hour by hour at the same age since they reached this audience; or nothing.'),
    ratio: z
      .number({ error: 'a ratio of 1 or more, such as 1.25' })
      .min(1, 'a ratio of 1 or more, such as 1.25')
      .max(100)
      .default(ALLOWED_RATIO)
      .describe('How many times the rate of those it may have.'),
    ...enoughShape,
    'when-too-early': z
      .union([z.literal('hold'), z.strictObject({ 'pass-after': duration })], { error: 'hold, or { pass-after: 7d }' })
      .default('hold')
      .describe(
        'What too little usage means: hold, or { pass-after: 7d }: it passes after so long as too small to tell, where nothing speaks against it.',
      ),
    ...usageShape,
  })
  .superRefine(checkLimit);
export type RateBelowSettings = z.infer<typeof settings>;
type At = JudgeAt<RateBelowSettings>;

export const rateBelow: Criterion<RateBelowSettings> = {
  kind: 'rate-below',
  title: 'Rate',
  asks: 'People affected per unit of use are under the limit with certainty, and no more than before at the same age. Red stays until a person clears it or another build comes.',
  settings,
  needs: [],
  waivable: true,
  health: {
    asks: (at) => rateQuestions(at.settings, at),
    source: ({ settings: { source }, track }) =>
      typeof source === 'object' && source !== null ? (source[track.platform] ?? null) : source,
  },
  judge,
};

function judge(at: At): Finding {
  const found = rated(at.settings, at);
  if (found === null) return noLimit(at);
  const { gate } = found;
  // nothing told is not zero; but where no hour of use is told whole yet, no metric of it can be
  if (gate === null) return found.isUsed && !found.isTold ? notTold(at, found) : nothingYet(at, found);
  switch (gate.colour) {
    case 'red':
      return over(at, found, gate);
    case 'green':
      return under(at, found, gate);
    case 'unknown':
      return broken(at, found, gate);
    case 'yellow':
      return waiting(at, found, gate);
    default:
      return gate.colour satisfies never;
  }
}

/* ---- what every finding of a rate carries ---- */

type Measured = Pick<Finding, 'value' | 'limit' | 'limitIs' | 'range' | 'sample' | 'baseline' | 'rate'> & { evidence: readonly Evidence[] };

function measured(at: At, found: Rated, gate: Gate): Measured {
  const { limit, numbers } = found;
  return {
    ...(gate.value === null ? {} : { value: quantityOf(gate.value, limit) }),
    limit: quantityOf(limit.amount, limit),
    limitIs: 'at-most',
    ...(gate.upper === null ? {} : { range: [rateForPeople(gate.lower), rateForPeople(gate.upper)] as const }),
    sample: { amount: usageForPeople(gate.exposure), unit: limit.of },
    ...(gate.baseline === null ? {} : { baseline: quantityOf(gate.baseline.value, limit) }),
    rate: numbers,
    evidence: evidenceOf(at, found, gate),
  };
}

function evidenceOf(at: At, found: Rated, gate: Gate): Evidence[] {
  const { numbers, limit } = found;
  const own: Evidence = {
    kind: 'health',
    label: `${count(gate.affected, 'person', 'people')} affected by ${metricName(numbers.metric)} in ${usageInWords(gate.exposure)} ${limit.of}, told until ${
      numbers.toldUntil === null ? 'never' : dayAndTime(numbers.toldUntil, at.policy.timezone, at.now)
    }`,
    url: null,
    at: numbers.toldUntil,
    ...(numbers.build === null ? {} : { build: numbers.build }),
  };
  if (gate.baseline === null) return [own];
  return [
    own,
    {
      kind: 'health',
      label: `${names(found.versions)} at the same age: ${rateInWords(gate.baseline.value)} ${unitOf(limit)}, of ${usageInWords(gate.baseline.exposure)} ${limit.of}`,
      url: null,
      at: null,
    },
  ];
}

function headlineOf({ value }: Gate): string {
  return value === null ? 'No usage yet' : rateInWords(value);
}

/** `0.21 to 0.27` */
function rangeOf(gate: Gate): string {
  return gate.upper === null ? `${rateInWords(gate.lower)} or more` : `${rateInWords(gate.lower)} to ${rateInWords(gate.upper)}`;
}

/** The sentence that every reason begins with: what was counted, in what, and between what it lies. */
function seenIn(at: At, found: Rated, gate: Gate): string {
  const { limit, numbers } = found;
  const rate = gate.value === null ? 'no' : rateInWords(gate.value);
  return `${ofWhom(found, at)}: ${rate} affected by ${metricName(numbers.metric)} ${unitOf(limit)}, ${count(gate.affected, 'person', 'people')} in ${usageInWords(gate.exposure)} ${limit.of}; the limit is ${rateInWords(limit.amount)}`;
}

/* ---- the findings, by colour ---- */

function under(at: At, found: Rated, gate: Gate): Finding {
  return green({
    ...measured(at, found, gate),
    headline: headlineOf(gate),
    clause: briefly(beforeOf(found, gate), found) ?? `${rangeOf(gate)}: the whole range is under the limit`,
    because: `${seenIn(at, found, gate)}. The range is ${rangeOf(gate)}, all of it under the limit.${beforeSentence(found, gate)}`,
  });
}

/** `8.9.1 at this age: 0.24` */
function beforeOf({ versions }: Rated, { baseline }: Gate): string | null {
  return baseline === null ? null : `${names(versions)} at this age: ${rateInWords(baseline.value)}`;
}

/** Where it stands in few words: several releases are counted, and named in the sentence. */
function briefly(before: string | null, { versions }: Rated): string | null {
  return before === null || versions.length < 2 ? before : before.replace(names(versions), `The last ${versions.length}`);
}

function beforeSentence(found: Rated, gate: Gate): string {
  const before = beforeOf(found, gate);
  return before === null ? '' : ` ${capital(before)}.`;
}

function over(at: At, found: Rated, gate: Gate): Finding {
  const { limit, numbers, latch } = found;
  const stays = ' It stays Stop until a person clears it with a reason, or another build comes.';
  const cleared = `when a person clears it with a reason, or another build than ${numbers.build ?? 'these'} is under the limit`;
  const told = {
    ...measured(at, found, gate),
    headline: headlineOf(gate),
    turnsGreen: cleared,
    who: [releaseManager('finds the cause, and clears it or has another build made', at.release)] as const,
  };
  if (gate.isFleetWide)
    return red({
      ...told,
      clause: 'Fleet-wide incident: what users had before does the same',
      because: `${seenIn(at, found, gate)}. What users had before has the same in the same hours, so it is a fleet-wide incident and not this release: the rollout is held, and not halted.${stays}`,
      turnsGreen: 'when the incident is over and a person clears it with a reason',
      who: [releaseManager('has operations end the incident, and clears it', at.release)],
    });
  if (gate.reason === 'latched') {
    const since = latch.redSince === null ? '' : ` at ${soon(latch.redSince, at.policy.timezone, at.now)}`;
    return red({
      ...told,
      clause: `Was over${since}, and was not cleared`,
      because: `${seenIn(at, found, gate)}. It was certainly over${since}.${stays}`,
    });
  }
  if (gate.reason === 'worse-than-before')
    return red({
      ...told,
      clause: `Worse than ${beforeOf(found, gate) ?? 'before'}`,
      because: `${seenIn(at, found, gate)}. It is more than ${rateInWords(at.settings.ratio)} times the rate of ${names(found.versions)} at the same age, with certainty.${beforeSentence(found, gate)}${stays}`,
    });
  return red({
    ...told,
    clause: 'The whole range is over the limit',
    because: `${seenIn(at, found, gate)}. The range is ${rangeOf(gate)}, all of it over ${rateInWords(limit.amount)}.${beforeSentence(found, gate)}${stays}`,
  });
}

function broken(at: At, found: Rated, gate: Gate): Finding {
  const usual = gate.baseline === null ? '' : ` ${names(found.versions)} had ${rateInWords(gate.baseline.value)} at this age.`;
  return unknown({
    ...measured(at, found, gate),
    headline: headlineOf(gate),
    clause: `${capital(reporting(found))} looks broken`,
    because: `${seenIn(at, found, gate)}.${usual} That is too good to be true: ${reporting(found)} looks broken.`,
    turnsGreen: `when ${reporting(found)} works again and the whole range is under the limit`,
    who: [feedsWho(at, found.usage, 'tells what happens to people again')],
  });
}

function reporting({ numbers }: Rated): string {
  return numbers.metric === 'crashes' ? 'crash reporting' : `the reporting of ${metricName(numbers.metric)}`;
}

function waiting(at: At, found: Rated, gate: Gate): Finding {
  const small = tooSmall(at, found, gate);
  if (small !== null) return small;
  const { numbers } = found;
  const more = hoursMore(found, at);
  const when = settles(found, at);
  const told = {
    ...measured(at, found, gate),
    headline: headlineOf(gate),
    who: [feedsWho(at, found.usage, 'tells of more usage')] as const,
    looksAgainAt: looksAgainAt(at, found),
  };
  const seen = seenIn(at, found, gate);
  const needs = neededUsage(found);
  switch (gate.reason) {
    case 'borderline': {
      const course = numbers.exposureToGo?.expected === null ? 'not on course to clear it' : when === null ? needs : `settles ${when}`;
      return yellow({
        ...told,
        clause: `Range crosses the limit, ${course}`,
        because: `${seen}. The range is ${rangeOf(gate)} and the limit lies in it: it cannot be told yet; ${course}.`,
        turnsGreen: `when the whole range is under ${rateInWords(found.limit.amount)} ${unitOf(found.limit)}${when === null ? '' : `, ${when}`}`,
      });
    }
    case 'exposure': {
      const crosses = gate.upper !== null && gate.lower > 0;
      const course = numbers.exposureToGo?.expected === null ? 'not on course to clear it' : (more ?? needs);
      return yellow({
        ...told,
        clause: crosses && when !== null ? `Range crosses the limit, settles ${when}` : `Too early: ${course}`,
        because: `${seen}. The range is ${rangeOf(gate)}; that is too little usage to tell: ${course}.`,
        turnsGreen: `when enough was used and the whole range is under ${rateInWords(found.limit.amount)} ${unitOf(found.limit)}${when === null ? '' : `, ${when}`}`,
      });
    }
    case 'users':
      return yellow({
        ...told,
        clause: `Too early: ${usageInWords(gate.users)} of ${usageInWords(minUsers(at, found))} people`,
        because: `${seen}. Only ${usageInWords(gate.users)} people have used it; ${usageInWords(minUsers(at, found))} must have before it is clear.`,
        turnsGreen: `when ${usageInWords(minUsers(at, found))} people have used it and the whole range is under the limit`,
      });
    case 'wall-clock':
      return yellow({
        ...told,
        clause: `Too early: ${more ?? 'less than a day old'}`,
        because: `${seen}. The range is under the limit, and less than a whole day of it was seen.`,
        turnsGreen: `when a day of usage is under the limit${when === null ? '' : `, ${when}`}`,
      });
    case 'late-reports':
      return yellow({
        ...told,
        clause: `Under the limit so far, settles ${when ?? 'when late reports have come'}`,
        because: `${seen}. The range is under the limit, but reports come up to ${inWords(at.settings['reports-late-by'] * 60_000)} late, and what is older does not suffice yet.`,
        turnsGreen: `when what was used ${inWords(at.settings['reports-late-by'] * 60_000)} ago suffices${when === null ? '' : `, ${when}`}`,
      });
    case 'above-warn':
      return yellow({
        ...told,
        clause: `Over ${rateInWords(numbers.warn ?? found.limit.amount)}, from where on it is watched`,
        because: `${seen}. It is under the limit and over ${rateInWords(numbers.warn ?? found.limit.amount)}, from where on the policy wants it seen.`,
        turnsGreen: `when the rate falls under ${rateInWords(numbers.warn ?? found.limit.amount)} ${unitOf(found.limit)}`,
      });
    case 'no-usage':
    case 'above-limit':
    case 'worse-than-before':
    case 'latched':
    case 'reporting-broken':
    case 'below-limit':
      return nothingYet(at, found);
    default:
      return gate.reason satisfies never;
  }
}

function minUsers(at: At, { usage }: Rated): number {
  return at.settings['by-audience'][usage.audience]?.['min-users'] ?? at.settings['min-users'];
}

function neededUsage({ numbers, limit }: Rated): string {
  const togo = numbers.exposureToGo;
  return togo === null ? 'more usage is needed' : `about ${usageInWords(togo.expected ?? togo.certain)} ${limit.of} of use more`;
}

/** The moment from which on it is too small to tell, where the policy lets it pass then. */
function passesAt(at: At, { numbers }: Rated): string | null {
  const { 'when-too-early': early } = at.settings;
  return early === 'hold' ? null : plusMinutes(numbers.since, early['pass-after']);
}

function looksAgainAt(at: At, found: Rated): string | null {
  const passes = passesAt(at, found);
  return passes !== null && passes > at.now ? passes : null;
}

/** What too little usage means, where the policy lets it pass after a soak: only where nothing that was seen speaks against it. */
function tooSmall(at: At, found: Rated, gate: Gate): Finding | null {
  const passes = passesAt(at, found);
  const isEarly = gate.reason === 'exposure' || gate.reason === 'users' || gate.reason === 'wall-clock' || gate.reason === 'late-reports';
  if (passes === null || passes > at.now || !isEarly || gate.affected > Math.max(1, gate.all.expected)) return null;
  return green({
    ...measured(at, found, gate),
    rate: { ...found.numbers, reason: 'too-small-to-tell' },
    headline: headlineOf(gate),
    clause: 'Too small to tell: passed after its soak',
    because: `${seenIn(at, found, gate)}. That is too small to tell, and the policy lets it pass since ${dayAndTime(passes, at.policy.timezone, at.now)}.`,
  });
}

function nothingYet(at: At, found: Rated): Finding {
  const { numbers, limit, isBegun } = found;
  return yellow({
    headline: isBegun ? 'No whole hour yet' : 'No usage yet',
    clause: isBegun ? 'Too early: its first hour goes on' : 'Too early: nobody is known to have used it',
    because: `${isBegun ? 'No hour is told to its end' : 'Nothing is told'} yet of ${ofWhom(found, at)}.`,
    turnsGreen: `when enough was used and the whole range is under ${rateInWords(limit.amount)} ${unitOf(limit)}`,
    who: [feedsWho(at, found.usage, 'tells of usage')],
    limit: quantityOf(limit.amount, limit),
    rate: numbers,
    looksAgainAt: looksAgainAt(at, found),
  });
}

function notTold(at: At, found: Rated): Finding {
  const what = metricName(found.numbers.metric);
  return unknown({
    headline: `No ${what} told`,
    clause: `No source tells of ${what}`,
    because: `Usage is told of ${ofWhom(found, at)}, and no source tells of ${what}: nothing told is not zero.`,
    turnsGreen: `when a source tells of ${what} and the whole range is under the limit`,
    who: [feedsWho(at, found.usage, `tells of ${what}`)],
    limit: quantityOf(found.limit.amount, found.limit),
    rate: found.numbers,
  });
}

function noLimit(at: At): Finding {
  const platform = platformName(at.track.platform);
  return unknown({
    headline: 'No limit',
    clause: `The policy has no limit for ${platform}`,
    because: `The policy has limits of “${at.instance}” for other platforms, and none for ${platform}.`,
    turnsGreen: `when the policy says the limit for ${platform} and the rate is under it`,
    who: [{ kind: 'role', name: 'admin', what: 'writes the limit into the policy', contact: null }],
    evidence: [{ kind: 'policy', label: `policy, revision ${at.policy.revision}`, url: null, at: null }],
  });
}
