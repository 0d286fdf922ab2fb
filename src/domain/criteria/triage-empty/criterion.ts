/** Does every open bug of the version have an owner? */
import { z } from 'zod';
import { dayAndTime } from '../../calendar/words.ts';
import { duration } from '../../duration.ts';
import type { Bug } from '../../facts.ts';
import { platformName } from '../../names.ts';
import { earliest, inWords, msBetween, plusMinutes } from '../../time.ts';
import type { Instant } from '../../time.ts';
import { bugEvidence, concerns } from '../bugs.ts';
import type { Criterion, Finding, JudgeAt } from '../criterion.ts';
import { green, red, yellow } from '../finding.ts';
import { names, releaseManager } from '../words.ts';

const settings = z.strictObject({
  within: duration.prefault('4h').describe('How long a bug may wait for a team before it is Stop.'),
});
type Settings = z.infer<typeof settings>;

export const triageEmpty: Criterion<Settings> = {
  kind: 'triage-empty',
  title: 'Unassigned bugs',
  asks: 'Every open bug of this version has a team that owns it.',
  settings,
  shorthand: 'within',
  needs: ['bug'],
  waivable: true,
  judge,
};

function judge(at: JudgeAt<Settings>): Finding {
  const { track, facts, now, release, policy, settings: of } = at;
  const ownerless = facts.bugs.filter((bug) => bug.team === null && bug.state === 'open' && concerns(bug, track));
  const measure = { value: { amount: ownerless.length, unit: 'without a team' }, limit: { amount: 0, unit: 'without a team' } };
  const [first] = ownerless.toSorted((a, b) => (waitsSince(a) < waitsSince(b) ? -1 : 1));
  if (first === undefined) {
    return green({
      ...measure,
      headline: 'None',
      aside: '',
      clause: 'All reports have a team',
      because: `Every open bug of ${track.version} on ${platformName(track.platform)} has a team.`,
    });
  }
  const dueAt = plusMinutes(waitsSince(first), of.within);
  const isOver = dueAt <= now;
  const one = ownerless.length === 1;
  const longest = `${one ? 'It' : first.key} has waited ${inWords(msBetween(waitsSince(first), now))}`;
  const limit = `the limit is ${inWords(of.within * 60_000)}`;
  const told = {
    ...measure,
    headline: `${ownerless.length} without a team`,
    aside: '',
    clause: isOver ? `Longest for ${inWords(msBetween(waitsSince(first), now))}` : one ? 'Could become a blocker' : 'Could become blockers',
    because: `${names(ownerless.map(bugName))} ${one ? 'has' : 'have'} no team. ${longest}; ${limit}${isOver ? '' : `, which ends at ${dayAndTime(dueAt, policy.timezone, now)}`}.`,
    turnsGreen: `when ${names(ownerless.map((bug) => bug.key))} ${one ? 'has' : 'have'} a team`,
    who: [releaseManager(`gives ${names(ownerless.map((bug) => bug.key))} a team`, release)] as const,
    evidence: ownerless.map(bugEvidence),
    dueAt,
  };
  return isOver
    ? red(told)
    : yellow({ ...told, looksAgainAt: earliest(...ownerless.map((bug) => plusMinutes(waitsSince(bug), of.within))) });
}

function waitsSince(bug: Bug): Instant {
  return bug.ownerlessSince ?? bug.reportedAt ?? bug.at;
}

function bugName(bug: Bug): string {
  return `${bug.key} (${bug.title})`;
}
