/** What does an HTTP endpoint of the user's own say? */
import { z } from 'zod';
import { duration } from '../../duration.ts';
import type { CustomAnswer } from '../../facts.ts';
import type { Criterion, Finding, JudgeAt } from '../criterion.ts';
import { unknown } from '../finding.ts';
import { reportOf } from '../reports.ts';
import { findingOf } from '../stated.ts';
import type { Stated } from '../stated.ts';

const settings = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'the address of an endpoint, http:// or https://' })
    .max(2000)
    .describe('The endpoint that is asked. It answers with a colour and a reason.'),
  'fresh-for': duration.prefault('15m').describe('How old its last answer may be before it is Unknown.'),
});
type Settings = z.infer<typeof settings>;

export const custom: Criterion<Settings> = {
  kind: 'custom',
  title: 'Custom check',
  asks: 'An HTTP endpoint of the user’s own answers green.',
  settings,
  shorthand: 'url',
  needs: [],
  waivable: 'by-policy',
  judge,
};

function judge(at: JudgeAt<Settings>): Finding {
  const { facts, settings: of, instance, now } = at;
  const name = hostOf(of.url);
  const stated = newer(
    answerOf(facts.customAnswers, instance, name),
    reportOf(facts.reports, { instance, version: at.track.version, platform: at.track.platform }),
  );
  if (stated !== null) return findingOf(stated, of['fresh-for'], now, at.policy.timezone);
  return unknown({
    headline: 'No answer yet',
    because: `The endpoint of “${instance}” at ${name} has not answered yet.`,
    turnsGreen: `when ${name} answers green`,
    who: [{ kind: 'source', name, what: 'answers for the first time', contact: null }],
    evidence: [{ kind: 'policy', label: `policy, revision ${at.policy.revision}: ${name}`, url: null, at: null }],
  });
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
