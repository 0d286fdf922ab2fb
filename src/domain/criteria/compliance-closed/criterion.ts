/** Is every compliance check of this track closed? */
import { z } from 'zod';
import { dayAndTime } from '../../calendar/words.ts';
import type { Check } from '../../facts.ts';
import { platformName } from '../../names.ts';
import { earliest } from '../../time.ts';
import type { Instant } from '../../time.ts';
import type { Criterion, Evidence, Finding, JudgeAt, Who } from '../criterion.ts';
import { green, red, whoOr, yellow } from '../finding.ts';
import { capital, count, names, releaseManager, teamName, teamWho } from '../words.ts';

const settings = z.strictObject({
  'at-least': z
    .int()
    .min(0)
    .max(1000)
    .default(1)
    .describe(
      'How many checks there must be for this track: fewer, and it waits for them to be opened. 0: a track without a check is clear.',
    ),
});
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const complianceClosed: Criterion<Settings> = {
  kind: 'compliance-closed',
  title: 'Compliance checks',
  asks: 'Every compliance check of this track is closed.',
  settings,
  shorthand: 'at-least',
  needs: ['check'],
  waivable: true,
  judge,
};

function judge(at: At): Finding {
  const { track, facts, settings: of, now } = at;
  const checks = facts.checks.filter((check) => check.version === track.version && check.platform === track.platform);
  const failed = checks.filter((check) => check.state === 'failed');
  const open = checks.filter((check) => check.state === 'open');
  const closed = checks.length - failed.length - open.length;
  const all = Math.max(checks.length, of['at-least']);
  const evidence = [...failed, ...open, ...checks.filter((check) => check.state === 'closed')].map(checkEvidence);
  const told = {
    headline: `${closed} of ${all} verified`,
    evidence,
    ...(all === 0 ? {} : { value: { amount: closed, unit: `of ${count(all, 'check')}` }, progress: closed / all }),
  };
  const overdue = open.filter((check) => isOver(dueOf(at, check), now));
  if (failed.length > 0 || overdue.length > 0) return stopped(at, failed, overdue, open, told);
  if (open.length > 0) return waiting(at, open, told);
  if (checks.length < of['at-least']) return notOpened(at, checks.length, told);
  if (checks.length === 0)
    return green({
      ...told,
      headline: 'No check',
      because: `${track.version} on ${platformName(track.platform)} has no compliance check, and the policy asks for none.`,
    });
  const one = checks.length === 1;
  return green({
    ...told,
    clause: one ? 'The check is verified' : 'All checks are verified',
    because: `${one ? checkName(checks[0]) : `All ${checks.length} compliance checks of ${track.version} on ${platformName(track.platform)}`} ${one ? 'is' : 'are'} closed.`,
  });
}

type Told = Pick<Finding, 'headline' | 'evidence' | 'value' | 'progress'>;

function stopped(at: At, failed: readonly Check[], overdue: readonly Check[], open: readonly Check[], told: Told): Finding {
  const words: string[] = [];
  if (failed.length > 0) words.push(`${names(failed.map(checkName))} failed.`);
  if (overdue.length > 0)
    words.push(
      `${names(overdue.map((check) => `${check.key} (${check.title}; due ${dueWords(at, check)})`))} ${overdue.length === 1 ? 'is' : 'are'} still open.`,
    );
  const wanted = [...failed, ...open];
  return red({
    ...told,
    headline: failed.length > 0 ? `${failed.length} failed` : `${overdue.length} past due`,
    aside: told.headline,
    clause: openClause(failed.length > 0 ? failed : overdue),
    because: words.join(' '),
    turnsGreen: `when ${names(wanted.map((check) => check.key))} ${wanted.length === 1 ? 'is' : 'are'} closed`,
    who: owners(at, [...failed, ...overdue]),
    dueAt: earliest(...open.map((check) => dueOf(at, check))),
  });
}

function waiting(at: At, open: readonly Check[], told: Told): Finding {
  const dueAt = earliest(...open.map((check) => dueOf(at, check)));
  const due = dueAt === null ? '' : `; the first is due ${dayAndTime(dueAt, at.policy.timezone, at.now)}`;
  return yellow({
    ...told,
    clause: openClause(open),
    because: `${names(open.map(checkName))} ${open.length === 1 ? 'is' : 'are'} open${open.length === 1 ? due.replace('the first', 'it') : due}.`,
    turnsGreen: `when ${names(open.map((check) => check.key))} ${open.length === 1 ? 'is' : 'are'} closed`,
    who: owners(at, open),
    dueAt,
    looksAgainAt: dueAt,
  });
}

function notOpened(at: At, found: number, told: Told): Finding {
  const wanted = at.settings['at-least'];
  return yellow({
    ...told,
    headline: found === 0 ? 'No check yet' : `${found} of ${wanted} opened`,
    because: `${found === 0 ? 'No compliance check is' : `Only ${count(found, 'compliance check')} ${found === 1 ? 'is' : 'are'}`} known for ${at.track.version} on ${platformName(at.track.platform)}, and the policy asks for ${count(wanted, 'check')}.`,
    turnsGreen: `when ${count(wanted, 'check')} of this track ${wanted === 1 ? 'is' : 'are'} opened and closed`,
    who: [releaseManager('opens the compliance checks', at.release)],
    dueAt: at.release.planned.finish,
  });
}

/** `Royalties, ads · Data Integrity`: which are open, and whose they are. */
function openClause(checks: readonly Check[]): string {
  const titles = checks.map((check, place) => (place === 0 ? capital(shortTitle(check)) : shortTitle(check)));
  const teams = [...new Set(checks.flatMap((check) => (check.team === null ? [] : teamName(check.team))))];
  const told = titles.length > 3 ? [...titles.slice(0, 2), `${titles.length - 2} more`] : titles;
  return `${told.join(', ')}${teams.length === 0 ? '' : ` · ${names(teams)}`}`;
}

/** A title with a long tail says most before its first comma or colon. */
function shortTitle(check: Check): string {
  return check.title.split(/[,:;(]/u)[0]?.trim() ?? check.title;
}

/** A check is due when its ticket says so, else when the full rollout is planned. */
function dueOf(at: At, check: Check): Instant | null {
  return check.dueAt ?? at.release.planned.finish;
}

function dueWords(at: At, check: Check): string {
  const due = dueOf(at, check);
  return due === null ? 'at no time' : dayAndTime(due, at.policy.timezone, at.now);
}

function isOver(due: Instant | null, now: Instant): boolean {
  return due !== null && due <= now;
}

function owners(at: At, checks: readonly Check[]): readonly [Who, ...Who[]] {
  const manager = releaseManager('has the checks closed', at.release);
  return whoOr(
    checks.map((check) =>
      check.team === null ? releaseManager(`has ${check.key} closed`, at.release) : teamWho(check.team, `closes ${check.key}`, at.policy),
    ),
    manager,
  );
}

function checkName(check: Check | undefined): string {
  return check === undefined ? 'The check' : `${check.key} (${check.title})`;
}

function checkEvidence(check: Check): Evidence {
  return { kind: 'check', label: `${check.key} ${check.title}, ${check.state}`, url: check.url ?? null, at: check.at };
}
