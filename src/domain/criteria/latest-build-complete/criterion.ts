/** Does the newest release candidate contain every commit of the release branch? */
import { z } from 'zod';
import { dayAndTime, soon } from '../../calendar/words.ts';
import { duration } from '../../duration.ts';
import type { Build } from '../../facts.ts';
import { cutOf } from '../../release/track.ts';
import { earliest, plusMinutes } from '../../time.ts';
import { begunAt, capital, commitName, count, names, rcInFull, rcName, releaseManager, sameCommit, sourceWho } from '../words.ts';
import { buildEvidence, candidatesOf, isOnItsWay, lacksOf, spokenOf } from '../candidates.ts';
import type { Candidates, Lacking, Lacks, Spoken } from '../candidates.ts';
import type { Criterion, Evidence, Finding, JudgeAt, Quantity } from '../criterion.ts';
import { green, red, unknown, yellow } from '../finding.ts';

const settings = z.strictObject({
  within: duration
    .prefault('0m')
    .describe(
      'How long a commit may be in no build, with none building, before it is Stop: until then it is Caution. Counted from the time of the commit.',
    ),
});
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const latestBuildComplete: Criterion<Settings> = {
  kind: 'latest-build-complete',
  title: 'Latest build is complete',
  asks: 'The newest release candidate contains every commit of the release branch; kinds of commits that the policy calls harmless need no new build.',
  settings,
  shorthand: 'within',
  needs: ['branch', 'build', 'containment'],
  waivable: false,
  judge,
};

function judge(at: At): Finding {
  const { track, facts, release } = at;
  if (cutOf(track) === null) {
    return yellow({
      headline: 'Not cut yet',
      because: `The release branch of ${track.version} is not cut yet, so no build can hold all of it.`,
      turnsGreen: 'when the branch is cut and an RC contains every commit of it',
      who: [releaseManager('cuts the branch', release)],
      dueAt: release.planned.branch,
    });
  }
  if (facts.branch === null) {
    return unknown({
      headline: 'Branch not read',
      because: `The head of ${branchName(at)} is not known, so nobody can say which commits a build lacks.`,
      turnsGreen: `when ${branchName(at)} can be read and an RC contains every commit of it`,
      who: [sourceWho('git', `reads ${branchName(at)}`)],
    });
  }
  const rcs = candidatesOf(track, facts);
  const spoken = spokenOf(track, at.step, rcs);
  return spoken === null ? beforeTheFirst(at, rcs) : aboutBuild(at, spoken);
}

/** No RC was built yet. */
function beforeTheFirst(at: At, rcs: Candidates): Finding {
  const { building, failed } = rcs;
  if (building !== null) {
    const lacks = lacksOf(building.commit, at.facts, at.policy);
    if (lacks === null) return notWorkedOut(at, building, [buildEvidence(building)]);
    if (lacks.code.length === 0) return onItsWay(at, building, null);
    return inNoBuild(
      at,
      lacks.code,
      `${capital(rcName(building))} is building without ${itOrThem(lacks.code)}, and no RC was built before.`,
      [buildEvidence(building)],
    );
  }
  if (failed !== null) {
    return red({
      headline: `${capital(rcName(failed))} failed`,
      because: `${capital(rcInFull(failed))} failed to build, no RC was built before it, and none is building.`,
      turnsGreen: `when an RC of ${branchName(at)} is built with every commit`,
      who: [releaseManager('has the RC mended and built again', at.release), sourceWho(failed.source, 'builds the RC again')],
      evidence: [buildEvidence(failed)],
    });
  }
  const code = at.facts.commits.filter((commit) => !at.policy.ignore.includes(commit.category));
  if (code.length > 0) return inNoBuild(at, code, 'No RC was built yet, and none is building.', []);
  return yellow({
    headline: 'No RC yet',
    because: `The branch ${branchName(at)} is cut and has no commits since, but no RC of it was built yet.`,
    turnsGreen: `when the first RC of ${branchName(at)} is built`,
    who: [releaseManager('starts the first RC', at.release)],
    evidence: [branchEvidence(at)],
    dueAt: at.release.planned.candidate,
  });
}

function aboutBuild(at: At, spoken: Spoken): Finding {
  const lacks = lacksOf(spoken.commit, at.facts, at.policy);
  const { newer } = spoken;
  if (newer !== null) return withNewer(at, spoken, newer, lacks);
  if (at.track.rejectedBuilds.includes(spoken.number)) return rejected(at, spoken);
  if (lacks === null) return notWorkedOut(at, spoken, evidenceOf(at, spoken));
  if (lacks.code.length === 0) return complete(at, spoken, lacks);
  if (isWithStorefront(at)) return shipped(at, spoken, lacks);
  const failed = spoken.failedNewer;
  const then = failed === null ? 'none is building' : `${rcInFull(failed)}, which came after it, failed to build`;
  return inNoBuild(
    at,
    lacks.code,
    `${capital(rcInFull(spoken))} lacks ${itOrThem(lacks.code)}, and ${then}.`,
    evidenceOf(at, spoken),
    spoken,
    lacks,
  );
}

/** A newer RC exists: on its way, or built beside the final candidate. */
function withNewer(at: At, spoken: Spoken, newer: Build, lacks: Lacks | null): Finding {
  const newerLacks = lacksOf(newer.commit, at.facts, at.policy);
  const evidence = [...evidenceOf(at, spoken), buildEvidence(newer)];
  const missing = lacks?.code ?? null;
  if (newerLacks === null && (missing === null || missing.length > 0)) return notWorkedOut(at, newer, evidence);
  const inNeither = (newerLacks?.code ?? []).filter(
    (commit) => missing === null || missing.some((other) => sameCommit(other.sha, commit.sha)),
  );
  if (inNeither.length > 0) {
    const doing = isOnItsWay(newer) ? 'is building without' : 'was built without';
    return inNoBuild(
      at,
      inNeither,
      `${capital(rcName(newer))} ${doing} ${itOrThem(inNeither)}, and no other RC has ${itOrThem(inNeither)}.`,
      evidence,
      spoken,
      lacks,
    );
  }
  if (isOnItsWay(newer)) return onItsWay(at, newer, { spoken, lacks });
  return yellow({
    headline: `${capital(rcName(newer))} is newer`,
    clause: `Choose it, or stay with ${rcName(spoken)}`,
    because: `${capital(rcInFull(newer))} was built after the final candidate ${rcInFull(spoken)}${missing === null || missing.length === 0 ? '' : `, which lacks ${named(missing)}`}.`,
    turnsGreen: `when ${rcName(newer)} is chosen as the final candidate`,
    who: [releaseManager(`chooses ${rcName(newer)} as the final candidate`, at.release)],
    evidence,
    ...measured(at, lacks),
  });
}

function complete(at: At, spoken: Spoken, lacks: Lacks): Finding {
  const failed = spoken.failedNewer;
  const told = {
    headline: `${capital(rcName(spoken))}${spoken.candidate === null ? '' : `, build ${spoken.number}`}`,
    aside: picksIn(at, lacks),
    clause: `Has every commit of ${branchName(at)}`,
    because: `${capital(rcInFull(spoken))} contains every commit of ${branchName(at)}${harmlessWords(lacks)}.`,
    evidence: evidenceOf(at, spoken),
    ...measured(at, lacks),
  };
  if (failed === null) return green(told);
  const also = `${capital(rcInFull(failed))} came after it and failed to build.`;
  if (spoken.final) return green({ ...told, because: `${told.because} ${also}` });
  return yellow({
    ...told,
    headline: `${capital(rcName(failed))} failed`,
    aside: null,
    clause: `${capital(rcName(spoken))} before it has every commit`,
    because: `${also} ${told.because}`,
    turnsGreen: `when an RC after ${rcName(failed)} is built with every commit`,
    who: [releaseManager('has the RC built again', at.release), sourceWho(failed.source, 'builds the RC again')],
    evidence: [...told.evidence, buildEvidence(failed)],
  });
}

/** A storefront rejected the build itself: whatever it contains, it is never sent again. */
function rejected(at: At, spoken: Spoken): Finding {
  return red({
    headline: `${capital(rcName(spoken))} was rejected`,
    because: `${capital(rcInFull(spoken))} was rejected by a storefront and is not sent again, and no newer RC is building.`,
    turnsGreen: `when an RC after ${rcName(spoken)} is built with every commit`,
    who: [releaseManager('has the cause mended and starts a new RC', at.release)],
    evidence: evidenceOf(at, spoken),
  });
}

/** From the review on, later commits are only shown: they are not in the shipped build. */
function shipped(at: At, spoken: Spoken, lacks: Lacks): Finding {
  const { code } = lacks;
  return green({
    headline: `${capital(rcName(spoken))}, build ${spoken.number}`,
    aside: count(code.length, 'later commit'),
    clause: `Shipped without ${named(code)}`,
    because: `${capital(rcInFull(spoken))} is with the storefront; ${named(code)} came to ${branchName(at)} later and ${code.length === 1 ? 'is' : 'are'} not in the shipped build${harmlessWords(lacks)}.`,
    evidence: evidenceOf(at, spoken),
    ...measured(at, lacks),
  });
}

function onItsWay(at: At, building: Build, before: { spoken: Spoken; lacks: Lacks | null } | null): Finding {
  const { timezone } = at.policy;
  const expected = building.expectedAt ?? null;
  const state = building.state === 'queued' ? 'queued' : 'building';
  const since = ` ${state === 'queued' ? 'has been queued' : 'has been building'} since ${dayAndTime(begunAt(building), timezone, at.now)}`;
  const isLate = expected !== null && expected <= at.now;
  const ready =
    expected === null
      ? ''
      : isLate
        ? `; it was expected at ${dayAndTime(expected, timezone, at.now)} and is late`
        : ` and is expected at ${dayAndTime(expected, timezone, at.now)}`;
  const code = before?.lacks?.code ?? [];
  const figures = measured(at, before?.lacks ?? null);
  const firstOf = figures.value && code.length > 0 ? `${figures.value.amount} ${figures.value.unit} are in a build. ` : '';
  const withThem = code.length > 0 ? ` with ${named(code)}` : '';
  return yellow({
    headline: `${capital(rcName(building))} ${state}`,
    aside: expected === null ? null : isLate ? `due ${soon(expected, timezone, at.now)}` : `ready ~${soon(expected, timezone, at.now)}`,
    clause:
      figures.value && code.length > 0
        ? `${figures.value.amount} ${figures.value.unit} are in a build`
        : `${state === 'queued' ? 'Queued' : 'Building'} since ${soon(begunAt(building), timezone, at.now)}`,
    because: `${firstOf}${capital(rcInFull(building))}${withThem}${since}${ready}.`,
    turnsGreen: `when ${rcName(building)} is built${before?.spoken.final === true ? ' and chosen as the final candidate' : ''}`,
    who: [sourceWho(building.source, `finishes ${rcName(building)}`)],
    evidence: [...(before === null ? [branchEvidence(at)] : evidenceOf(at, before.spoken)), buildEvidence(building)],
    dueAt: expected,
    looksAgainAt: isLate ? null : expected,
    ...figures,
  });
}

function notWorkedOut(at: At, build: { number: string; candidate: number | null }, evidence: readonly Evidence[]): Finding {
  return unknown({
    headline: 'Not worked out yet',
    because: `Which commits of ${branchName(at)} are in ${rcInFull(build)} is not worked out yet for its present head.`,
    turnsGreen: `when the repository was read and ${rcName(build)} contains every commit`,
    who: [sourceWho(at.facts.branch?.source ?? 'git', `compares ${rcName(build)} with ${branchName(at)}`)],
    evidence,
  });
}

type InNoBuild = readonly { sha: string; subject: string | null }[];

/** Commits are in no build and none is building: red, or yellow for as long as the policy lets a commit wait. */
function inNoBuild(
  at: At,
  code: InNoBuild,
  then: string,
  evidence: readonly Evidence[],
  spoken: Spoken | null = null,
  lacks: Lacks | null = null,
): Finding {
  const until = waitsUntil(at, code);
  const isOver = until === null || until <= at.now;
  const told = {
    headline: `${count(code.length, 'commit')} in no build`,
    clause: spoken === null ? `No RC has ${named(code)}` : `${capital(rcName(spoken))} lacks ${named(code)}`,
    because: `${code.length === 1 ? 'Commit' : 'Commits'} ${named(code)} ${code.length === 1 ? 'is' : 'are'} in no build. ${then}${isOver ? '' : ` A build may take until ${dayAndTime(until, at.policy.timezone, at.now)} to begin.`}`,
    turnsGreen: `when an RC with ${code.length === 1 ? 'this commit' : 'these commits'} is built${spoken?.final === true ? ' and chosen as the final candidate' : ''}`,
    who: [releaseManager(`starts an RC of ${branchName(at)}`, at.release)] as const,
    evidence: evidence.length > 0 ? evidence : [branchEvidence(at)],
    dueAt: until,
    ...measured(at, lacks),
  };
  return isOver ? red(told) : yellow({ ...told, looksAgainAt: until });
}

/** When the first of these commits has waited for too long; null when the policy lets none wait. */
function waitsUntil(at: At, code: InNoBuild): string | null {
  const { within } = at.settings;
  if (within === 0) return null;
  const times = code.map((commit) => at.facts.commits.find((each) => sameCommit(each.sha, commit.sha))?.at ?? null);
  const first = times.includes(null) ? null : earliest(...times);
  return first === null ? null : plusMinutes(first, within);
}

/** How many of the commits that matter are in the build: `11 of 12 picks`. */
function measured(at: At, lacks: Lacks | null): { value?: Quantity; progress?: number } {
  if (lacks === null) return {};
  const listed = at.facts.commits.filter((commit) => !at.policy.ignore.includes(commit.category)).length;
  const unlisted = lacks.code.filter((commit) => commit.subject === null).length;
  const all = listed + unlisted;
  if (all === 0) return {};
  const held = Math.max(0, all - lacks.code.length);
  return { value: { amount: held, unit: `of ${count(all, 'pick')}` }, progress: held / all };
}

/** `all 11 picks in`, where there are any. */
function picksIn(at: At, lacks: Lacks): string | null {
  const { value } = measured(at, lacks);
  if (value === undefined) return null;
  return value.amount === 1 ? '1 pick in' : `all ${value.amount} picks in`;
}

function harmlessWords(lacks: Lacks): string {
  if (lacks.harmless.length === 0) return '';
  const one = lacks.harmless.length === 1;
  return `; ${count(lacks.harmless.length, 'commit')} of a kind that needs no new build ${one ? 'is' : 'are'} not in it: ${named(lacks.harmless)}`;
}

function named(commits: InNoBuild): string {
  return names(commits.map((commit) => commitName(commit)));
}

function itOrThem(commits: readonly Lacking[]): string {
  return commits.length === 1 ? 'it' : 'them';
}

function isWithStorefront(at: At): boolean {
  const { stage } = at.track;
  return stage !== 'stabilising' && stage !== 'candidate';
}

function branchName(at: At): string {
  return at.facts.branch?.name ?? cutOf(at.track)?.branch ?? 'the release branch';
}

function branchEvidence(at: At): Evidence {
  const { branch } = at.facts;
  return {
    kind: 'branch',
    label: branch === null ? branchName(at) : `${branch.name} at ${branch.head.slice(0, 7)}`,
    url: null,
    at: branch?.headAt ?? branch?.at ?? null,
  };
}

function evidenceOf(at: At, spoken: Spoken): readonly Evidence[] {
  if (spoken.build !== null) return [branchEvidence(at), buildEvidence(spoken.build)];
  return [branchEvidence(at), { kind: 'decision', label: `final candidate ${rcInFull(spoken)}`, url: null, at: null }];
}
