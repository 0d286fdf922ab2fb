/** Has the minimum time in a stage, or at a share of the rollout, passed? */
import { z } from 'zod';
import { dayAndTime } from '../../calendar/words.ts';
import { duration } from '../../duration.ts';
import { platformName } from '../../names.ts';
import { percentOfStep } from '../../release/track.ts';
import type { Stage, Step } from '../../release/track.ts';
import { inWords, minutesBetween, plusMinutes } from '../../time.ts';
import type { Instant } from '../../time.ts';
import type { Criterion, Evidence, Finding, JudgeAt } from '../criterion.ts';
import { green, yellow } from '../finding.ts';
import { capital } from '../words.ts';

const settings = z.strictObject({
  for: duration.prefault('24h').describe('The time that must pass in the stage, or at the share of the rollout, before the step.'),
});
type Settings = z.infer<typeof settings>;
type At = JudgeAt<Settings>;

export const soaked: Criterion<Settings> = {
  kind: 'soaked',
  title: 'Soak',
  asks: 'The track has been in its stage, or at its share of the rollout, for a minimum time.',
  settings,
  shorthand: 'for',
  needs: [],
  waivable: true,
  judge,
};

/** The stages in which a soak before each step runs. Before a later share of the rollout it runs at the share before it. */
const stagesBefore: Readonly<Record<'cut' | 'candidate' | 'submit' | 'first', readonly Stage[]>> = {
  cut: ['planned', 'developing'],
  candidate: ['stabilising', 'candidate'],
  submit: ['stabilising', 'candidate'],
  first: ['stabilising', 'candidate', 'in-review', 'store-approved'],
};

function judge(at: At): Finding {
  const { now, settings: of, policy } = at;
  const limit = { amount: hours(of.for), unit: 'h' };
  const wanted = inWords(of.for * 60_000);
  const begun = begunAt(at);
  if (begun === null) {
    return yellow({
      headline: 'Not begun',
      aside: `of ${wanted}`,
      clause: `Begins when ${beginsWhen(at)}`,
      because: `The soak of ${wanted} begins when ${beginsWhen(at)}.`,
      turnsGreen: `when ${wanted} have passed since ${beginsWhen(at)}`,
      who: [{ kind: 'robot', name: 'Robot', what: 'waits for the soak to begin', contact: null }],
      evidence: [trackEvidence(at, at.track.since)],
      value: { amount: 0, unit: 'h' },
      limit,
      progress: 0,
    });
  }
  const passed = Math.max(0, minutesBetween(begun, now));
  const value = { amount: hours(passed), unit: 'h' };
  const where = placeOf(at);
  const ends = plusMinutes(begun, of.for);
  const evidence = [trackEvidence(at, begun)];
  if (ends <= now) {
    return green({
      headline: `${wanted} soaked`,
      aside: '',
      clause: `${capital(where)} for ${inWords(passed * 60_000)}`,
      because: `${at.track.version} on ${platformName(at.track.platform)} has been ${where} for ${inWords(passed * 60_000)}; the minimum is ${wanted}.`,
      evidence,
      value,
      limit,
      progress: 1,
    });
  }
  const until = dayAndTime(ends, policy.timezone, now);
  return yellow({
    headline: `${inWords(passed * 60_000)} of ${wanted}`,
    aside: '',
    clause: `Has passed at ${until}`,
    because: `${at.track.version} on ${platformName(at.track.platform)} has been ${where} since ${dayAndTime(begun, policy.timezone, now)}; the minimum of ${wanted} has passed at ${until}.`,
    turnsGreen: `when ${wanted} have passed, at ${until}`,
    who: [{ kind: 'robot', name: 'Robot', what: `waits until ${until}`, contact: null }],
    evidence,
    value,
    limit,
    progress: of.for === 0 ? 1 : passed / of.for,
    dueAt: ends,
    looksAgainAt: ends,
  });
}

/** Since when the soak before the step runs, or null while it has not begun. */
function begunAt({ track, step, policy }: At): Instant | null {
  if (step === null) return track.stage === 'rolling-out' ? track.percentSince : track.since;
  const percent = percentOfStep(step);
  const before = percent === null ? null : shareBefore(percent, policy.rollout);
  if (before === null) return stagesBefore[stepName(step)].includes(track.stage) ? track.since : null;
  if (track.stage === 'rolling-out') return track.percent >= before ? track.percentSince : null;
  return track.stage === 'released' ? track.since : null;
}

/** The share of the rollout that comes before `percent`; null when `percent` is the first. */
function shareBefore(percent: number, rollout: readonly number[]): number | null {
  return rollout.findLast((share) => share < percent) ?? null;
}

function stepName(step: Step): 'cut' | 'candidate' | 'submit' | 'first' {
  return step === 'cut' || step === 'candidate' || step === 'submit' ? step : 'first';
}

function beginsWhen({ track, step, policy }: At): string {
  const percent = step === null ? null : percentOfStep(step);
  const before = percent === null ? null : shareBefore(percent, policy.rollout);
  if (before !== null) return track.stage === 'halted' ? `${before}% is rolling out again` : `${before}% is reached`;
  return step === 'cut' ? 'development begins' : 'the branch is cut';
}

function placeOf({ track }: At): string {
  switch (track.stage) {
    case 'rolling-out':
      return `at ${track.percent}%`;
    case 'developing':
      return 'on trunk';
    case 'stabilising':
      return 'on its branch';
    case 'candidate':
      return 'a final candidate';
    case 'in-review':
      return 'in review';
    case 'store-approved':
      return 'approved';
    case 'planned':
    case 'halted':
    case 'released':
    case 'completed':
    case 'canceled':
    case 'superseded':
      return track.stage;
    default:
      return track satisfies never;
  }
}

/** Minutes as hours, to a tenth: a quantity for people, never a base for a decision. */
function hours(minutes: number): number {
  return Math.round(minutes / 6) / 10;
}

function trackEvidence({ track }: At, at: Instant): Evidence {
  return { kind: 'track', label: `${track.version} on ${platformName(track.platform)}, ${track.stage}`, url: null, at };
}
