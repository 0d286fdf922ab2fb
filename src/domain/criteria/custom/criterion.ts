/** What does a tool of the user's own say: an HTTP endpoint that is asked, or one that states it by itself? */
import { z } from 'zod';
import { duration } from '../../duration.ts';
import type { CustomAnswer } from '../../facts.ts';
import { platformName } from '../../names.ts';
import type { Criterion, Finding, JudgeAt } from '../criterion.ts';
import { unknown } from '../finding.ts';
import { reportOf } from '../reports.ts';
import { findingOf } from '../stated.ts';
import type { Stated } from '../stated.ts';

const settings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'the address of an endpoint, http:// or https://' })
    .max(2000)
    .optional()
    .describe(
      'The endpoint that is asked. It answers with a colour and a reason. Left out, your own tool states it: signalbox report colour.',
    ),
  'fresh-for': duration
    .nullable()
    .default(null)
    .describe(
      'How old its last answer may be before it is Unknown. Left out: 15m of an endpoint; what a tool states holds until the next.',
    ),
});
type Settings = z.infer<typeof settings>;

export const custom: Criterion<Settings> = {
  kind: 'custom',
  title: 'Custom check',
  asks: 'An HTTP endpoint of the user’s own answers green, or a tool of the user’s own states it.',
  settings,
  shorthand: 'url',
  needs: [],
  // an endpoint is asked; what is stated comes from a source of its own
  alsoNeeds: ({ url }) => (url === undefined ? ['report'] : []),
  waivable: 'by-policy',
  judge,
};

const ENDPOINT_FRESH_FOR_MINUTES = 15;

function judge(at: JudgeAt<Settings>): Finding {
  const { facts, settings: of, instance, now } = at;
  const name = of.url === undefined ? 'its tool' : hostOf(of.url);
  const stated = newer(
    answerOf(facts.customAnswers, instance, name),
    reportOf(facts.reports, { instance, version: at.track.version, platform: at.track.platform, before: versionBefore(at) }),
  );
  const freshFor = of['fresh-for'] ?? (of.url === undefined ? null : ENDPOINT_FRESH_FOR_MINUTES);
  if (stated !== null) return findingOf(stated, freshFor, now, at.policy.timezone);
  if (of.url === undefined) return nothingStated(at);
  return unknown({
    headline: 'No answer yet',
    because: `The endpoint of “${instance}” at ${name} has not answered yet.`,
    turnsGreen: `when ${name} answers green`,
    who: [{ kind: 'source', name, what: 'answers for the first time', contact: null }],
    evidence: [{ kind: 'policy', label: `policy, revision ${at.policy.revision}: ${name}`, url: null, at: null }],
  });
}

function nothingStated({ instance, track, policy }: JudgeAt<Settings>): Finding {
  return unknown({
    headline: 'Nothing stated',
    clause: 'No tool has stated it yet',
    because: `Nothing has been stated for “${instance}” of ${track.version} on ${platformName(track.platform)}.`,
    turnsGreen: `when a tool of yours states green for “${instance}”`,
    who: [{ kind: 'source', name: 'its tool', what: 'states it for the first time', contact: null }],
    evidence: [{ kind: 'policy', label: `policy, revision ${policy.revision}`, url: null, at: null }],
  });
}

/** The version that went before on this platform, as its baseline is named. */
function versionBefore({ siblings, track }: JudgeAt<Settings>): string | null {
  const earlier = siblings.filter(({ platform, order }) => platform === track.platform && order < 0);
  return earlier.toSorted((a, b) => b.order - a.order)[0]?.version ?? null;
}

/** Its last answer; an endpoint may also push the same as a report. */
function answerOf(answers: readonly CustomAnswer[], instance: string, name: string): Stated | null {
  let last: CustomAnswer | null = null;
  for (const each of answers) if (each.instance === instance && (last === null || last.at <= each.at)) last = each;
  if (last === null) return null;
  const { colour, because, turnsGreen, at, url } = last;
  return {
    colour,
    because,
    turnsGreen,
    at,
    name,
    evidence: { kind: 'report', label: `${instance}: ${colour}, by ${name}`, url, at, source: name },
  };
}

function newer(one: Stated | null, other: Stated | null): Stated | null {
  if (one === null || other === null) return one ?? other;
  return one.at >= other.at ? one : other;
}

/** The host of an address without the name and password that may stand before it. */
function hostOf(url: string): string {
  const [, host] = /^https?:\/\/(?:[^/?#]*@)?([^/?#]+)/i.exec(url) ?? [];
  return host ?? 'the endpoint';
}
