/** Was it used enough for its rates to be told? (health.md §2) */
import { z } from 'zod';
import { platformName } from '../../names.ts';
import type { Criterion, Finding, JudgeAt, RateNumbers } from '../criterion.ts';
import { green, unknown, yellow } from '../finding.ts';
import type { Instance } from '../instance.ts';
import { feedsWho, ofWhom, rated, rateQuestions, settles, usageForPeople, usageInWords } from '../rate.ts';
import type { Rated } from '../rate.ts';
import { rateBelow } from '../rate-below/criterion.ts';
import type { RateBelowSettings } from '../rate-below/criterion.ts';
import { names } from '../words.ts';

const settings = z.strictObject({
  of: z
    .array(z.string().min(1).max(100), { error: 'a list of criteria of kind rate-below, such as [crash-rate]' })
    .min(1)
    .max(20)
    .optional()
    .describe('The rates that must be told, by their ids. Left out, every rate-below of this track that counts crashes or anrs.'),
  'min-exposure': z
    .number({ error: 'an amount of use' })
    .min(0)
    .max(1e12)
    .default(0)
    .describe('The least that must have been used in any case, in the unit of use of those rates: hours, orders.'),
});
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const enoughUsage: Criterion<Settings> = {
  kind: 'enough-usage',
  title: 'Enough usage',
  asks: 'It was used so much that a healthy release is told to be so: the required usage is reached, or the rates are clear already.',
  settings,
  needs: [],
  waivable: true,
  health: {
    asks: (at) => ratesOf(at).flatMap((rate) => rateQuestions(rate.settings, rate)),
    source: (at) => {
      const [first] = ratesOf(at);
      return first === undefined ? null : (rateBelow.health?.source(first) ?? null);
    },
  },
  judge,
};

/** The rates of this track that must be told, each as its own criterion judges it. */
function ratesOf(at: At): JudgeAt<RateBelowSettings>[] {
  const { policy, settings: of } = at;
  const all = new Map<string, Instance>();
  for (const list of [...Object.values(policy.before), policy.haltsWhileRollingOut, ...Object.values(policy.watchWhile)])
    for (const instance of list ?? []) if (instance.kind === rateBelow.kind) all.set(instance.id, instance);
  return [...all.values()].flatMap((instance) => {
    // read by the schema of its kind when the policy was; an instance does not carry its type
    const read = instance.settings as RateBelowSettings;
    const isMeant = of.of === undefined ? ['crashes', 'anrs'].includes(read.metric) : of.of.includes(instance.id);
    return isMeant ? [{ ...at, settings: read, instance: instance.id }] : [];
  });
}

type Counted = { rate: Rated; have: number; need: number };

function judge(at: At): Finding {
  const counted = ratesOf(at).flatMap((each): Counted[] => {
    const rate = rated(each.settings, each);
    if (rate === null) return [];
    const need = Math.max(rate.requiredExposure, at.settings['min-exposure']);
    return [{ rate, have: rate.gate?.exposure ?? 0, need }];
  });
  // the one that is furthest from being told
  const [first] = counted.toSorted((a, b) => a.have / a.need - b.have / b.need);
  if (first === undefined) return nothingToTell(at);
  const { rate, have, need } = first;
  const unit = rate.limit.of;
  const numbers: RateNumbers = { ...rate.numbers, reason: 'enough-usage', redSince: null, latch: null };
  const told = {
    value: { amount: usageForPeople(have), unit },
    limit: { amount: usageForPeople(need), unit },
    limitIs: 'at-least' as const,
    progress: need === 0 ? 1 : Math.min(1, have / need),
    headline: `${usageInWords(have)} ${unit}`,
    rate: numbers,
    evidence: [
      { kind: 'health' as const, label: `${usageInWords(have)} ${unit} of ${ofWhom(rate, at)}`, url: null, at: numbers.toldUntil },
    ],
  };
  const isShown = have >= at.settings['min-exposure'] && counted.every((each) => each.rate.gate?.colour === 'green');
  if (have >= need || isShown)
    return green({
      ...told,
      progress: 1,
      clause: have >= need ? `${usageInWords(need)} ${unit} needed` : 'Its rates are clear already',
      because:
        have >= need
          ? `${ofWhom(rate, at)}: ${usageInWords(have)} ${unit} were used, and ${usageInWords(need)} ${unit} are enough to tell its rates.`
          : `${ofWhom(rate, at)}: ${usageInWords(have)} ${unit} were used, and its rates are clear already: that is enough.`,
    });
  const missing = need - have;
  const pace = rate.gate?.exposurePerHour ?? 0;
  const hours = pace === 0 ? null : missing / pace;
  const when = hours === null ? null : settles({ numbers: { ...numbers, tellsAt: afterHours(numbers.toldUntil, hours) } }, at);
  return yellow({
    ...told,
    clause: when === null ? `${usageInWords(missing)} ${unit} more are needed` : `Reached ${when}`,
    because: `${ofWhom(rate, at)}: ${usageInWords(have)} ${unit} were used; ${usageInWords(need)} ${unit} are needed to tell its rates.`,
    turnsGreen: `when ${usageInWords(need)} ${unit} were used, or its rates are clear before${when === null ? '' : `; ${when} at this pace`}`,
    who: [feedsWho(at, rate.usage, 'tells of more usage')],
  });
}

function afterHours(from: string | null, hours: number): string | null {
  return from === null || hours > 24 * 365 ? null : new Date(Date.parse(from) + hours * 3_600_000).toISOString();
}

function nothingToTell(at: At): Finding {
  const wanted = at.settings.of === undefined ? 'a rate-below on crashes or anrs' : names(at.settings.of);
  return unknown({
    headline: 'Nothing to tell',
    clause: 'No rate says how much is enough',
    because: `“${at.instance}” asks how much usage it takes to tell the rates of ${at.track.version} on ${platformName(at.track.platform)}, and the policy judges ${wanted} nowhere here.`,
    turnsGreen: `when the policy judges ${wanted} here`,
    who: [{ kind: 'role', name: 'admin', what: 'lists a rate in the policy', contact: null }],
    evidence: [{ kind: 'policy', label: `policy, revision ${at.policy.revision}`, url: null, at: null }],
  });
}
