/** Has every team that must sign signed this candidate? */
import { z } from 'zod';
import { dayAndTime, soon } from '../../calendar/words.ts';
import { dayOf, momentOf } from '../../calendar/zone.ts';
import { duration } from '../../duration.ts';
import type { Build, SignOff } from '../../facts.ts';
import type { Team } from '../../policy/track-policy.ts';
import { candidateOf } from '../../release/track.ts';
import { earliest, plusMinutes } from '../../time.ts';
import type { Instant } from '../../time.ts';
import { buildEvidence, candidatesOf, isOnItsWay, spokenOf } from '../candidates.ts';
import type { Candidates, Spoken } from '../candidates.ts';
import type { Criterion, Evidence, Finding, JudgeAt } from '../criterion.ts';
import { green, red, whoOr, yellow } from '../finding.ts';
import { capital, count, names, rcInFull, rcName, releaseManager, sourceWho, teamName, teamWho } from '../words.ts';

/** Teams whose words stand in the sentence; the others are counted. */
const MOST_TOLD = 3;

const settings = z.strictObject({
  'again-on-new-candidate': z
    .enum(['all', 'none'])
    .default('all')
    .describe(
      'Which teams are asked again when another build is to ship: `all`, or `none`: then a team’s word on any build of this version counts.',
    ),
  within: duration
    .nullable()
    .default(null)
    .describe('How long teams have from the choice of the candidate. Not set: until the planned submission, where the calendar names one.'),
});
type Settings = z.infer<typeof settings>;
/** What a team's word is read from. */
export type At = JudgeAt<Settings>;

export const signedOff: Criterion<Settings> = {
  kind: 'signed-off',
  title: 'Team sign-offs',
  asks: 'Every team that must sign has signed the final candidate (the newest RC, until one is chosen), or is opted out by the policy.',
  settings,
  shorthand: 'within',
  needs: [],
  waivable: true,
  judge,
};

/** What one team said, as it counts for the build that is to ship. */
type Word = { team: string; is: 'signed' | 'rejected' | 'waiting'; words: string; signOff: SignOff | null };

function judge(at: At): Finding {
  const { signing, optedOut } = teamsOf(at);
  if (signing.length === 0) return nobodySigns(at, optedOut);
  const rcs = candidatesOf(at.track, at.facts);
  const spoken = spokenOf(at.track, at.step, rcs);
  if (spoken === null) return nothingToSign(at, signing, rcs);
  const said = signing.map((team) => wordOf(at, team, spoken));
  const told = toldOf(at, said, optedOut, spoken);
  const rejected = said.filter((word) => word.is === 'rejected');
  const waiting = said.filter((word) => word.is === 'waiting');
  if (rejected.length > 0) {
    return red({
      ...told,
      clause: `${capital(rejected[0]?.words ?? '')}${rejected.length > 1 ? `, and ${rejected.length - 1} more` : ''}`,
      because: `${clauses(rejected)}${waiting.length === 0 ? '' : `; ${count(waiting.length, 'team')} ${waiting.length === 1 ? 'has' : 'have'} not signed`}.`,
      turnsGreen: `when ${names(rejected.map((word) => teamName(word.team)))} ${rejected.length === 1 ? 'signs' : 'sign'} ${rcName(spoken)} or a newer candidate${waiting.length === 0 ? '' : ', and every other team has signed'}`,
      who: whoOr(
        rejected.map((word) => teamWho(word.team, `signs when what it found is mended`, at.policy)),
        releaseManager('asks the teams', at.release),
      ),
    });
  }
  if (waiting.length > 0) return stillWaiting(at, waiting, spoken, told);
  if (spoken.newer !== null && at.settings['again-on-new-candidate'] === 'all') return newerComes(at, spoken, spoken.newer, told);
  return green({
    ...told,
    clause: lastClause(at, said),
    because: `Every team that must sign has signed ${rcInFull(spoken)}${lastOf(at, said)}${optedOutWords(optedOut)}.`,
  });
}

function stillWaiting(at: At, waiting: readonly Word[], spoken: Spoken, told: Told): Finding {
  const { dueAt } = told;
  const isOver = dueAt !== null && dueAt <= at.now;
  const one = waiting.length === 1;
  const were = one ? (isOver ? 'was' : 'is') : isOver ? 'were' : 'are';
  const due = dueAt === null ? '' : ` ${one ? 'It' : 'They'} ${were} due at ${dayAndTime(dueAt, at.policy.timezone, at.now)}.`;
  const finding = {
    ...told,
    clause: waitingClause(at, waiting),
    because: `${clauses(waiting)}.${due}`,
    turnsGreen: `when ${names(waiting.map((word) => teamName(word.team)))} ${waiting.length === 1 ? 'signs' : 'sign'} ${rcName(spoken)}`,
    who: whoOr(
      waiting.map((word) => teamWho(word.team, `signs ${rcName(spoken)}`, at.policy)),
      releaseManager('asks the teams', at.release),
    ),
  };
  return isOver ? red(finding) : yellow({ ...finding, looksAgainAt: earliest(dueAt, told.looksAgainAt) });
}

/** Everyone has signed, and a newer RC is on its way or built: the words were about another build. */
function newerComes(at: At, spoken: Spoken, newer: Build, told: Told): Finding {
  const doing = isOnItsWay(newer) ? `is ${newer.state}` : 'was built after it';
  return yellow({
    ...told,
    clause: `Asked again on ${rcName(newer)}`,
    because: `Every team has signed ${rcInFull(spoken)}, but ${rcInFull(newer)} ${doing}, and its teams are asked again.`,
    turnsGreen: isOnItsWay(newer)
      ? `when ${rcName(newer)} is built and every team has signed it`
      : `when ${rcName(newer)} is chosen as the final candidate and every team has signed it`,
    who: isOnItsWay(newer)
      ? [sourceWho(newer.source, `finishes ${rcName(newer)}`)]
      : [releaseManager(`chooses ${rcName(newer)} as the final candidate`, at.release)],
    evidence: [...told.evidence, buildEvidence(newer)],
  });
}

type Told = Pick<Finding, 'headline' | 'aside' | 'value' | 'progress' | 'owedBy'> & {
  evidence: readonly Evidence[];
  dueAt: Instant | null;
  looksAgainAt: Instant | null;
};

function toldOf(at: At, said: readonly Word[], optedOut: readonly Team[], spoken: Spoken): Told {
  const signed = said.filter((word) => word.is === 'signed');
  const last = signed.toSorted((a, b) => ((a.signOff?.at ?? '') < (b.signOff?.at ?? '') ? -1 : 1)).at(-1);
  const shown = said.filter((word) => word.signOff !== null && (word.is !== 'signed' || word === last));
  return {
    headline: `${signed.length} of ${said.length}`,
    aside: optedOut.length === 0 ? null : `${optedOut.length} opted out`,
    value: { amount: signed.length, unit: `of ${count(said.length, 'team')}` },
    progress: signed.length / said.length,
    owedBy: said.filter((word) => word.is !== 'signed').map((word) => word.team),
    evidence: [...shown.flatMap(signOffEvidence), ...(spoken.build === null ? [] : [buildEvidence(spoken.build)])],
    dueAt: dueOf(at, spoken),
    looksAgainAt: earliest(...optedOut.map((team) => optOutEnds(team, at.policy.timezone))),
  };
}

function nobodySigns(at: At, optedOut: readonly Team[]): Finding {
  return green({
    headline: 'No team has to sign',
    because: optedOut.length === 0 ? 'The policy names no team that has to sign.' : `Every team is opted out${optedOutNames(optedOut)}.`,
    evidence: [{ kind: 'policy', label: `policy, revision ${at.policy.revision}`, url: null, at: null }],
    looksAgainAt: earliest(...optedOut.map((team) => optOutEnds(team, at.policy.timezone))),
  });
}

function nothingToSign(at: At, signing: readonly string[], rcs: Candidates): Finding {
  const coming = rcs.building;
  return yellow({
    headline: `0 of ${signing.length}`,
    clause: coming === null ? 'No RC to sign yet' : `${capital(rcName(coming))} is not built yet`,
    because:
      coming === null
        ? `No RC of ${at.track.version} is built yet, so there is nothing to sign.`
        : `${capital(rcInFull(coming))} is ${coming.state}; there is nothing to sign before it is built.`,
    turnsGreen: `when an RC is built and ${count(signing.length, 'team')} ${signing.length === 1 ? 'has' : 'have'} signed it`,
    who: coming === null ? [releaseManager('starts an RC', at.release)] : [sourceWho(coming.source, `finishes ${rcName(coming)}`)],
    value: { amount: 0, unit: `of ${count(signing.length, 'team')}` },
    progress: 0,
    evidence: coming === null ? [] : [buildEvidence(coming)],
    dueAt: at.release.planned.submit,
  });
}

/** The teams that must sign, and those whose tests stand in for them. Which teams a release affects is not known here yet, so all of them are asked. */
export function teamsOf(at: At): { signing: readonly string[]; optedOut: readonly Team[] } {
  const { teams, signOffs } = at.policy;
  const asked = typeof signOffs === 'string' ? teams.map((team) => team.id) : [...new Set(signOffs)];
  const optedOut = teams.filter((team) => asked.includes(team.id) && isOptedOut(team, at));
  return { signing: asked.filter((id) => !optedOut.some((team) => team.id === id)), optedOut };
}

function isOptedOut(team: Team, at: At): boolean {
  if (team.testing === 'manual') return false;
  const ends = optOutEnds(team, at.policy.timezone);
  return ends === null || at.now < ends;
}

/** When a team's opting out ends: at the end of the date that the policy names, or at its instant. Null when it has no end. */
export function optOutEnds(team: Team, timezone: string): Instant | null {
  if (team.testing === 'manual' || team.testing.until === null) return null;
  const { until } = team.testing;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(until)) return until;
  return new Date(momentOf(dayOf(until) + 1, 0, timezone)).toISOString();
}

function wordOf(at: At, team: string, spoken: Spoken): Word {
  const mine = at.facts.signOffs.filter((signOff) => signOff.team === team).toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const signOff = mine.at(-1) ?? null;
  const name = teamName(team);
  if (signOff === null || signOff.state === 'pending') {
    const earlier = mine.findLast((each) => each.state === 'signed');
    return {
      team,
      is: 'waiting',
      words: `${name} has not signed${earlier === undefined ? '' : ` again since ${buildName(at, earlier.build)}`}`,
      signOff,
    };
  }
  if (signOff.state === 'testing') return { team, is: 'waiting', words: `${name} is testing`, signOff };
  const when = dayAndTime(signOff.at, at.policy.timezone, at.now);
  const note = signOff.note === null || signOff.note.trim() === '' ? '' : ` (${signOff.note.trim().replace(/\.$/, '')})`;
  if (signOff.state === 'withdrawn') return { team, is: 'waiting', words: `${name} withdrew its sign-off ${when}${note}`, signOff };
  const verb = signOff.state === 'signed' ? 'signed' : 'rejected';
  const counts = at.settings['again-on-new-candidate'] === 'none' || signOff.build === spoken.number;
  if (counts) return { team, is: signOff.state, words: `${name} ${verb} ${buildName(at, signOff.build)} ${when}${note}`, signOff };
  return { team, is: 'waiting', words: `${name} ${verb} ${buildName(at, signOff.build)} and is asked again on ${rcName(spoken)}`, signOff };
}

/** Who has not signed, in one clause: `Car mode withdrew at 10:20`, `Search and 3 more have not signed`. */
function waitingClause(at: At, waiting: readonly Word[]): string {
  const told = waiting.findLast((word) => word.signOff?.state === 'withdrawn') ?? waiting[0];
  if (told === undefined) return 'Nobody is asked';
  const name = teamName(told.team);
  if (waiting.length > 1) {
    const others = waiting.length - 1;
    return told.signOff?.state === 'withdrawn'
      ? `${name} withdrew, ${others} more to sign`
      : `${names(waiting.map((word) => teamName(word.team)))} ${waiting.length === 1 ? 'has' : 'have'} not signed`;
  }
  if (told.signOff?.state === 'withdrawn') return `${name} withdrew at ${soon(told.signOff.at, at.policy.timezone, at.now)}`;
  return told.signOff?.state === 'testing' ? `${name} is testing` : `${name} has not signed`;
}

/** `Last: Search, Mon 10:58`. */
function lastClause(at: At, said: readonly Word[]): string {
  const words = lastOf(at, said);
  return words === '' ? 'Everyone has signed' : capital(words.replace(/^; last/, 'last:'));
}

/** What some teams said, as a sentence without its stop. */
function clauses(said: readonly Word[]): string {
  const told = said.slice(0, MOST_TOLD).map((word) => word.words);
  if (said.length > MOST_TOLD)
    told.push(
      `${count(said.length - MOST_TOLD, 'more team')} ${said.length === MOST_TOLD + 1 ? 'has' : 'have'} not signed: ${names(said.slice(MOST_TOLD).map((word) => teamName(word.team)))}`,
    );
  return capital(told.join('; '));
}

function buildName(at: At, number: string | null): string {
  if (number === null) return 'no build in particular';
  const build = at.facts.builds.find(
    (each) => each.number === number && each.version === at.track.version && each.platform === at.track.platform,
  );
  const chosen = candidateOf(at.track);
  if (build !== undefined) return rcName(build);
  return rcName({ number, candidate: chosen?.build === number ? chosen.candidate : null });
}

export function dueOf(at: At, spoken: Spoken): Instant | null {
  const { within } = at.settings;
  if (within === null) return at.release.planned.submit;
  const asked = spoken.final ? candidateOf(at.track)?.chosenAt : (spoken.build?.finishedAt ?? spoken.build?.at);
  return asked === undefined ? at.release.planned.submit : plusMinutes(asked, within);
}

function lastOf(at: At, said: readonly Word[]): string {
  const last = said
    .map((word) => word.signOff)
    .toSorted((a, b) => ((a?.at ?? '') < (b?.at ?? '') ? -1 : 1))
    .at(-1);
  return last ? `; last ${teamName(last.team)}, ${dayAndTime(last.at, at.policy.timezone, at.now)}` : '';
}

function optedOutWords(optedOut: readonly Team[]): string {
  return optedOut.length === 0
    ? ''
    : `; ${count(optedOut.length, 'team')} ${optedOut.length === 1 ? 'is' : 'are'} opted out${optedOutNames(optedOut)}`;
}

function optedOutNames(optedOut: readonly Team[]): string {
  return `: ${names(optedOut.map((team) => `${teamName(team.id)}${team.testing === 'manual' ? '' : ` (${team.testing.optedOut})`}`))}`;
}

function signOffEvidence(word: Word): readonly Evidence[] {
  const { signOff } = word;
  if (signOff === null) return [];
  const on = signOff.build === null ? '' : ` on build ${signOff.build}`;
  return [{ kind: 'sign-off', label: `${teamName(word.team)} ${signOff.state}${on}, by ${signOff.by}`, url: null, at: signOff.at }];
}
