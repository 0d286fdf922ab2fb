/** Did today's nightly build pass, and reach its audience? */
import { z } from 'zod';
import { dayAndTime, soon } from '../../calendar/words.ts';
import { dayOf, localDate, momentOf } from '../../calendar/zone.ts';
import { duration } from '../../duration.ts';
import { audiences } from '../../facts.ts';
import type { Build, Distribution, TestRun } from '../../facts.ts';
import { platformName } from '../../names.ts';
import { earliest, inWords, msBetween, plusMinutes } from '../../time.ts';
import type { Instant } from '../../time.ts';
import { isOnItsWay } from '../candidates.ts';
import type { Criterion, Evidence, Finding, JudgeAt } from '../criterion.ts';
import { latestTo } from '../distributions.ts';
import { green, red, unknown, yellow } from '../finding.ts';
import { latestOfSuites } from '../test-runs.ts';
import { begunAt, capital, count, names, releaseManager, sourceWho } from '../words.ts';

const MINUTES_PER_HOUR = 60;

const settings = z.strictObject({
  due: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of the day such as 09:00')
    .default('09:00')
    .describe(
      'The time of the day, in the app’s zone, at which today’s nightly should have passed and reached its audience. Until then yesterday’s still counts.',
    ),
  limit: duration.prefault('36h').describe('How old the newest nightly that passed may be before it is Stop.'),
  audience: z
    .enum([...audiences, 'none'])
    .default('employees')
    .describe('Whom a nightly must have reached; `none` where nightlies are only built and tested.'),
  suites: z
    .array(z.string().trim().min(1).max(200))
    .max(200)
    .default([])
    .describe('The suites that must pass on it. None: every suite that reports, and a build without a report counts as passed.'),
});
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const nightlyFresh: Criterion<Settings> = {
  kind: 'nightly-fresh',
  title: 'Nightly on trunk',
  asks: 'Today’s nightly build of trunk passed and reached its audience.',
  settings,
  shorthand: 'limit',
  needs: ['build'],
  waivable: true,
  judge,
};

/** How far a nightly has come. `words` follows its name in a sentence. */
type Progress = { is: 'good' | 'on-its-way' | 'failed'; words: string; evidence: readonly Evidence[]; source: string };

function judge(at: At): Finding {
  const nightlies = at.facts.nightlies
    .filter((build) => build.platform === at.track.platform && build.kind === 'nightly')
    .toSorted((a, b) => (begunAt(a) < begunAt(b) ? -1 : 1));
  const newest = nightlies.at(-1);
  if (newest === undefined) {
    return unknown({
      headline: 'No nightly yet',
      because: `No nightly build of trunk is known for ${platformName(at.track.platform)}.`,
      turnsGreen: `when a nightly has passed${reachedWords(at)}`,
      who: [releaseManager('has the nightly set up', at.release)],
    });
  }
  const progress = progressOf(at, newest);
  const lastGood = nightlies.findLast((build) => progressOf(at, build).is === 'good') ?? null;
  if (progress.is === 'failed') return failed(at, newest, progress, lastGood);
  const tooOld = tooOldFrom(at, lastGood ?? newest);
  if (tooOld <= at.now) return stale(at, newest, progress, lastGood);
  const today = localDate(at.now, at.policy.timezone);
  const isToday = localDate(begunAt(newest), at.policy.timezone) >= today;
  if (progress.is === 'good' && isToday) return fresh(at, newest, progress, tooOld);
  return awaited(at, newest, progress, lastGood, tooOld);
}

/** Today's nightly passed. Tomorrow at the due time it is yesterday's. */
function fresh(at: At, newest: Build, progress: Progress, tooOld: Instant): Finding {
  return green({
    headline: freshHeadline(at, newest),
    aside: newest.number === '' ? null : `build ${newest.number}`,
    clause: capital(progress.words),
    because: `${nightlyName(at, newest)} ${progress.words}.`,
    evidence: progress.evidence,
    looksAgainAt: earliest(dueOn(at, 1), tooOld),
  });
}

/** `Distributed 05:40`, or what else a good nightly is. */
function freshHeadline(at: At, build: Build): string {
  const { audience } = at.settings;
  if (audience === 'none') return `Nightly ${build.number} passed`;
  const reached = latestTo(at.facts.distributions, { version: build.version, platform: build.platform, build: build.number, audience });
  return reached === null ? `Nightly ${build.number}` : `Distributed ${soon(reached.at, at.policy.timezone, at.now)}`;
}

/** Today's is not there yet: fine until the due time while yesterday's was good, late after it. */
function awaited(at: At, newest: Build, progress: Progress, lastGood: Build | null, tooOld: Instant): Finding {
  const dueAt = dueOn(at, 0);
  const dueWords = `today’s is due at ${at.settings.due}`;
  if (at.now < dueAt && lastGood !== null && isFromYesterday(at, lastGood)) {
    const good = progressOf(at, lastGood);
    const coming = newest === lastGood ? '' : `; ${nightlyName(at, newest)} ${progress.words}`;
    return green({
      headline: freshHeadline(at, lastGood),
      aside: dueWords,
      clause: capital(good.words),
      because: `${nightlyName(at, lastGood)} ${good.words}${coming}; ${dueWords}.`,
      evidence: [...good.evidence, ...(newest === lastGood ? [] : progress.evidence)],
      dueAt,
      looksAgainAt: earliest(dueAt, tooOld),
    });
  }
  const isLate = dueAt <= at.now;
  const before =
    lastGood === null ? 'No nightly before it was good.' : newest === lastGood ? '' : ` The last good one is ${nightlyName(at, lastGood)}.`;
  return yellow({
    headline: isLate ? 'Nightly is late' : 'Nightly on its way',
    aside: `due ${at.settings.due}`,
    clause: capital(progress.words),
    because: `${nightlyName(at, newest)} ${progress.words}; ${isLate ? `today’s was due at ${at.settings.due}` : dueWords}.${before === '' ? '' : ` ${before.trim()}`}`,
    turnsGreen: `when today’s nightly has passed${reachedWords(at)}`,
    who: [sourceWho(progress.source, 'builds, tests and hands out the nightly')],
    evidence: progress.evidence,
    dueAt,
    looksAgainAt: earliest(isLate ? null : dueAt, tooOld, nextMidnight(at)),
  });
}

function failed(at: At, newest: Build, progress: Progress, lastGood: Build | null): Finding {
  const before =
    lastGood === null
      ? 'No nightly before it was good'
      : `The last good one is ${nightlyName(at, lastGood)}, ${inWords(msBetween(begunAt(lastGood), at.now))} old`;
  return red({
    headline: 'Nightly failed',
    aside: lastGood === null ? 'none before it' : `last good ${soon(begunAt(lastGood), at.policy.timezone, at.now)}`,
    clause: capital(progress.words),
    because: `${nightlyName(at, newest)} ${progress.words}. ${before}.`,
    turnsGreen: `when a newer nightly has passed${reachedWords(at)}`,
    who: [
      releaseManager('has trunk mended and the nightly built again', at.release),
      sourceWho(progress.source, 'builds the nightly again'),
    ],
    evidence: progress.evidence,
  });
}

function stale(at: At, newest: Build, progress: Progress, lastGood: Build | null): Finding {
  const reference = lastGood ?? newest;
  const limit = inWords(at.settings.limit * 60_000);
  const age = inWords(msBetween(begunAt(reference), at.now));
  const also = newest === reference ? '' : ` ${capital(nightlyName(at, newest))} ${progress.words}.`;
  return red({
    headline: `Nightly is ${age} old`,
    clause: capital(progress.words),
    because: `${nightlyName(at, reference)} ${lastGood === null ? progress.words : 'is the last good one'}; it is ${age} old and the limit is ${limit}.${also}`,
    turnsGreen: `when a newer nightly has passed${reachedWords(at)}`,
    who: [releaseManager('has the nightly built again', at.release), sourceWho(progress.source, 'builds the nightly')],
    evidence: progress.evidence,
    value: { amount: Math.round(msBetween(begunAt(reference), at.now) / 360_000) / 10, unit: 'h old' },
    limit: { amount: at.settings.limit / MINUTES_PER_HOUR, unit: 'h' },
  });
}

function progressOf(at: At, build: Build): Progress {
  const { facts, settings: of } = at;
  const runs = latestOfSuites(facts.testRuns, { version: build.version, platform: build.platform, build: build.number }).filter(
    (run) => of.suites.length === 0 || of.suites.includes(run.suite),
  );
  const reached =
    of.audience === 'none'
      ? null
      : latestTo(facts.distributions, { version: build.version, platform: build.platform, build: build.number, audience: of.audience });
  const evidence = [nightlyEvidence(build), ...runs.map(runEvidence), ...(reached === null ? [] : [distributionEvidence(reached)])];
  const told = (is: Progress['is'], words: string, source = build.source): Progress => ({ is, words, evidence, source });
  if (build.state === 'failed') return told('failed', 'failed to build');
  if (isOnItsWay(build)) return told('on-its-way', `is ${build.state}`);
  const broken = runs.filter((run) => run.state === 'failed');
  if (broken.length > 0) return told('failed', `failed ${names(broken.map((run) => run.suite))}`, broken[0]?.source);
  if (reached?.state === 'failed')
    return told('failed', `passed, but was not handed to ${of.audience}: the distribution failed`, reached.source);
  const silent = of.suites.filter((suite) => !runs.some((run) => run.suite === suite));
  const running = [...runs.filter((run) => run.state === 'running').map((run) => run.suite), ...silent];
  if (running.length > 0)
    return told('on-its-way', `is built, and ${names(running)} ${running.length === 1 ? 'has' : 'have'} not passed yet`);
  if (of.audience === 'none') return told('good', 'passed');
  if (reached?.state === 'delivered')
    return told(
      'good',
      `passed and reached ${of.audience}${reached.people === undefined ? '' : `, ${count(reached.people, 'person', 'people')},`} at ${clockOf(at, reached.at)}`,
    );
  return told('on-its-way', `passed and has not reached ${of.audience} yet`, reached?.source);
}

/** The due time of today (0), tomorrow (1), in the app's zone. */
function dueOn(at: At, days: number): Instant {
  const [hour, minute] = at.settings.due.split(':').map(Number);
  return instantOf(at, days, (hour ?? 0) * MINUTES_PER_HOUR + (minute ?? 0));
}

function nextMidnight(at: At): Instant {
  return instantOf(at, 1, 0);
}

function instantOf(at: At, days: number, minuteOfDay: number): Instant {
  const { timezone } = at.policy;
  return new Date(momentOf(dayOf(localDate(at.now, timezone)) + days, minuteOfDay, timezone)).toISOString();
}

function isFromYesterday(at: At, build: Build): boolean {
  const { timezone } = at.policy;
  return dayOf(localDate(begunAt(build), timezone)) >= dayOf(localDate(at.now, timezone)) - 1;
}

function tooOldFrom(at: At, build: Build): Instant {
  return plusMinutes(begunAt(build), at.settings.limit);
}

function reachedWords(at: At): string {
  return at.settings.audience === 'none' ? '' : ` and reached ${at.settings.audience}`;
}

function nightlyName(at: At, build: Build): string {
  return `Nightly ${build.number} of ${dayAndTime(begunAt(build), at.policy.timezone, at.now)}`;
}

function clockOf(at: At, moment: Instant): string {
  return dayAndTime(moment, at.policy.timezone, at.now);
}

function nightlyEvidence(build: Build): Evidence {
  return { kind: 'build', label: `nightly ${build.number}, ${build.state}`, url: build.url ?? null, at: build.at };
}

function runEvidence(run: TestRun): Evidence {
  return { kind: 'test-run', label: `${run.suite} on nightly ${run.build}, ${run.state}`, url: run.url ?? null, at: run.at };
}

function distributionEvidence(found: Distribution): Evidence {
  return {
    kind: 'distribution',
    label: `nightly ${found.build} to ${found.audience}, ${found.state}`,
    url: found.url ?? null,
    at: found.at,
  };
}
