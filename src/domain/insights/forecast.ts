/**
 * When a track is expected at each station that is still ahead: from how long its way usually takes, and from what is known to come first (the end of a soak,
 * a window, an RC that is expected, the storefront's own next move, a pause of the robot). A forecast moves nothing and is stored nowhere.
 *
 * - No station is before the one in front of it, and none is in the past: what should have happened is expected now.
 * - Seen later, with all else the same, nothing is expected earlier.
 * - Where nothing tells when a station is reached, it and all behind it are left out.
 */
import { dayAndTime } from '../calendar/words.ts';
import { windowState } from '../calendar/windows.ts';
import { isOfTime, passes } from '../criteria/criterion.ts';
import type { Verdict } from '../criteria/criterion.ts';
import type { StorefrontState } from '../facts.ts';
import { stationOf } from '../names.ts';
import { windowOf } from '../policy/track-policy.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import { firstPercent, pendingSteps, startsOnApproval, storefrontsOf } from '../release/can.ts';
import type { PlannedTimes } from '../release/release.ts';
import { modeFor } from '../release/robot.ts';
import { percentStep } from '../release/track.ts';
import type { RobotPause, Stage, Step, Track } from '../release/track.ts';
import { compileRollout } from '../rollout/steps.ts';
import { inWords, latest, msBetween, plusMinutes, plusMs } from '../time.ts';
import type { Instant } from '../time.ts';
import { lengthsOf, usualInWords, usualOf } from './history.ts';
import type { History, PastTrack, Usual } from './history.ts';

/** What decides when a station is reached: how long it took before, the calendar, something that is due, a window, the robot, or the storefront. */
export type ForecastBy = 'past' | 'planned' | 'due' | 'window' | 'robot' | 'storefront';

/** `station` as `stationOf` names it. `because` in words, without a stop: `review usually takes 14 h (median of 8)`. */
export type ForecastStation = { station: string; at: Instant; by: ForecastBy; because: string };

/** `finish`: when it reaches everyone, `lateMs` against the plan (negative: early; null: no plan); null when nothing tells. */
export type Forecast = {
  stations: readonly ForecastStation[];
  finish: { at: Instant; lateMs: number | null; because: string } | null;
};

/** A release candidate that is queued or building. */
export type ComingBuild = { number: string; candidate: number | null; startedAt: Instant | null; expectedAt: Instant | null };

/**
 * What a forecast is made from. `verdicts`: as last judged. `storefronts`: as last read, of this version and platform.
 * `paused`: the pause of the robot that stands now, the app's or the track's. `coming`: the newest RC on its way.
 */
export type ForecastQuestion = {
  track: Track;
  policy: TrackPolicy;
  planned: PlannedTimes;
  verdicts: readonly Verdict[];
  storefronts: readonly Pick<StorefrontState, 'storefront' | 'nextMove'>[];
  paused: RobotPause | null;
  coming: ComingBuild | null;
  history: History;
  now: Instant;
};

const MS_PER_MINUTE = 60_000;
const MINUTES_PER_DAY = 1440;
/** An estimate is told to five minutes, which also keeps it still while seconds pass. */
const ESTIMATE_MS = 5 * MS_PER_MINUTE;

type Reason = Pick<ForecastStation, 'at' | 'by' | 'because'>;

/** A station ahead. `rank` orders it against stages; `past`: the stretch before it on other tracks' ways; `milestone`: its planned time, `after` that of the one before. */
type Leg = {
  station: string;
  step: Step;
  rank: number;
  stage: Stage;
  share: number | null;
  previousShare: number | null;
  words: string;
  past: (track: PastTrack) => readonly [Instant | undefined, Instant | undefined];
  milestone: keyof PlannedTimes | null;
  after: keyof PlannedTimes | null;
};

/** A leg with where it begins. `current`: the track is on it now. */
type Walk = ForecastQuestion & { leg: Leg; from: Instant; current: boolean };

const BRANCHED = 1;
const CHOSEN = 2;
const SUBMITTED = 3;
const ROLLING = 4;
const EVERYONE = 5;

const rankOf: Readonly<Record<Stage, number>> = {
  planned: 0,
  developing: 0,
  stabilising: BRANCHED,
  candidate: CHOSEN,
  'in-review': SUBMITTED,
  'store-approved': SUBMITTED,
  'rolling-out': ROLLING,
  halted: ROLLING,
  released: EVERYONE,
  completed: EVERYONE,
  canceled: EVERYONE,
  superseded: EVERYONE,
};

/** The forecast of a track; null for one that has ended. Of a halted rollout nothing is foretold: a person resumes it, or nobody does. */
export function forecast(question: ForecastQuestion): Forecast | null {
  const { track, planned, now } = question;
  if (track.stage === 'completed' || track.stage === 'canceled' || track.stage === 'superseded') return null;
  if (track.stage === 'released')
    return { stations: [], finish: finishAt(track.reached.released ?? track.since, planned, 'everyone has it') };
  if (track.stage === 'halted') return { stations: [], finish: null };
  const stations: ForecastStation[] = [];
  let from = beganAt(track);
  // nothing comes before the stretch began, also where a clock was set back since
  let floor = latest(upTo(now, MS_PER_MINUTE), from) ?? from;
  for (const [place, leg] of legsAhead(question).entries()) {
    const reason = arrival({ ...question, leg, from, current: place === 0 });
    if (reason === null) break;
    const at = latest(reason.at, floor) ?? floor;
    const again = track.reached[leg.stage] !== undefined && leg.rank <= SUBMITTED ? 'again: ' : '';
    stations.push({ station: leg.station, at, by: reason.by, because: `${again}${reason.because}` });
    from = at;
    floor = at;
  }
  const last = stations.at(-1);
  return { stations, finish: last?.station === '100%' ? finishAt(last.at, planned, last.because) : null };
}

function finishAt(at: Instant, planned: PlannedTimes, because: string): NonNullable<Forecast['finish']> {
  const lateMs = planned.finish === null ? null : Math.trunc(msBetween(planned.finish, at) / MS_PER_MINUTE) * MS_PER_MINUTE;
  return { at, lateMs, because };
}

/** When the stretch began that the track is on. */
function beganAt(track: Track): Instant {
  return track.stage === 'rolling-out' ? track.percentSince : track.since;
}

/* ---- the way ---- */

function legsAhead({ track, policy }: ForecastQuestion): readonly Leg[] {
  const rank = rankOf[track.stage];
  const percent = track.stage === 'rolling-out' ? track.percent : 0;
  return legsOf(policy).filter((leg) => leg.rank > rank || (leg.share !== null && rank === ROLLING && leg.share > percent));
}

/** The stations of a process in order. Where it leaves a stage out, the stretch runs on to the next. */
function legsOf(policy: TrackPolicy): readonly Leg[] {
  const legs: Leg[] = [
    {
      ...stageLeg('stabilising', 'cut', 'branch', 'development'),
      after: null,
      past: ({ reached }) => [reached.developing ?? reached.planned, reached.stabilising],
    },
  ];
  let stage: Stage = 'stabilising';
  let milestone: keyof PlannedTimes = 'branch';
  const add = (to: 'candidate' | 'in-review', step: Step, planned: 'candidate' | 'submit', words: string): void => {
    if (!policy.stages.includes(to)) return;
    const before = stage;
    legs.push({ ...stageLeg(to, step, planned, words), after: milestone, past: ({ reached }) => [reached[before], reached[to]] });
    stage = to;
    milestone = planned;
  };
  add('candidate', 'candidate', 'candidate', 'from the branch to the final RC');
  add(
    'in-review',
    'submit',
    'submit',
    policy.stages.includes('candidate') ? 'from the final RC to submission' : 'from the branch to submission',
  );
  for (const [place, share] of policy.rollout.entries()) {
    const previousShare = policy.rollout[place - 1] ?? null;
    const before = stage;
    const shareMilestone = share === 100 ? 'finish' : place === 0 ? 'start' : null;
    legs.push({
      station: stationOf('rolling-out', share),
      step: percentStep(share),
      rank: ROLLING,
      stage: share === 100 ? 'released' : 'rolling-out',
      share,
      previousShare,
      words: previousShare === null ? 'review' : `from ${previousShare}% to ${share}%`,
      past: (track) => [
        previousShare === null ? track.reached[before] : shareAt(track, previousShare, policy),
        shareAt(track, share, policy),
      ],
      milestone: shareMilestone,
      after: shareMilestone === null ? null : milestone,
    });
    if (shareMilestone !== null) milestone = shareMilestone;
  }
  return legs;
}

function stageLeg(stage: 'stabilising' | 'candidate' | 'in-review', step: Step, milestone: keyof PlannedTimes, words: string) {
  return { station: stationOf(stage, null), step, rank: rankOf[stage], stage, share: null, previousShare: null, words, milestone };
}

/** When a past track reached a share. Of those written before shares were kept, the first and the last are known from its stages. */
function shareAt({ percents, reached }: PastTrack, share: number, policy: TrackPolicy): Instant | undefined {
  const found = percents.find(({ percent }) => percent === share)?.at;
  if (found !== undefined) return found;
  if (share === 100) return reached.released;
  return share === firstPercent(policy) ? reached['rolling-out'] : undefined;
}

/* ---- one leg ---- */

function arrival(walk: Walk): Reason | null {
  switch (walk.leg.step) {
    case 'cut':
      return cutAt(walk);
    case 'candidate':
      return chosenAt(walk);
    case 'submit':
      return submittedAt(walk);
    default:
      return walk.leg.previousShare === null ? startedAt(walk) : raisedAt(walk);
  }
}

/** The robot cuts at the planned time and not before; nobody is late for a day that has none. */
function cutAt(walk: Walk): Reason | null {
  const { planned, policy, now } = walk;
  if (planned.branch === null) return inWindow(walk, usually(walk));
  const day = dayAndTime(planned.branch, policy.timezone, now);
  if (planned.branch > now) return inWindow(walk, robotFree(walk, { at: planned.branch, by: 'planned', because: `branch day is ${day}` }));
  return inWindow(walk, robotFree(walk, nowBecause(walk, 'due', `branch day was ${day}`)));
}

function chosenAt(walk: Walk): Reason | null {
  const coming = comingAt(walk);
  const isAgain = walk.track.reached.candidate !== undefined && walk.current;
  if (!isAgain) return last(usually(walk) ?? dueOf(walk) ?? asPlanned(walk), coming);
  return coming ?? newBuild(walk);
}

/** When the RC on its way is done; the final candidate cannot be chosen before. */
function comingAt(walk: Walk): Reason | null {
  const { coming, current, policy, now } = walk;
  if (coming === null || !current) return null;
  const name = coming.candidate === null ? `build ${coming.number}` : `RC ${coming.candidate}`;
  const expected = coming.expectedAt;
  if (expected !== null) {
    const when = dayAndTime(expected, policy.timezone, now);
    if (expected <= now) return nowBecause(walk, 'due', `${name} was expected ${when}`);
    return { at: upTo(expected, ESTIMATE_MS), by: 'due', because: `${name} is expected ${when}` };
  }
  const began = coming.startedAt ?? now;
  const usual = usualBuild(walk, Math.max(0, msBetween(began, now)));
  if (usual === null) return null;
  return {
    at: upTo(plusMs(began, usual.ms), ESTIMATE_MS),
    by: 'past',
    because: `${name} is building, and a build usually takes ${usualInWords(usual)}`,
  };
}

function newBuild(walk: Walk): Reason {
  const usual = usualBuild(walk, 0);
  if (usual === null) return nowBecause(walk, 'robot', 'as soon as a new RC passes; nothing tells how long that takes');
  return { at: upTo(plusMs(walk.now, usual.ms), ESTIMATE_MS), by: 'past', because: `a new RC usually takes ${usualInWords(usual)}` };
}

function usualBuild({ history, track }: Walk, elapsedMs: number): Usual | null {
  return usualOf(history.builds, track.platform, elapsedMs);
}

function submittedAt(walk: Walk): Reason | null {
  const { track, policy, current } = walk;
  const open = current && track.stage === 'candidate' && isOpen(walk) && modeFor({ policy }, track, 'submit') === 'auto';
  const reason = open ? nowBecause(walk, 'robot', 'every criterion is met') : (usually(walk) ?? dueOf(walk) ?? asPlanned(walk));
  if (reason === null) return null;
  const free = robotFree(walk, reason);
  // what starts on approval is judged before submission, its window with it
  return startsOnApproval(policy) ? inWindow(walk, inWindow(walk, free), percentStep(firstPercent(policy))) : inWindow(walk, free);
}

/** The first share: the storefront's review, then the window, where it publishes on our word. */
function startedAt(walk: Walk): Reason | null {
  const { track, policy, leg } = walk;
  const approved =
    walk.current && track.stage === 'store-approved' ? nowBecause(walk, 'robot', 'the storefront has approved it') : approvedAt(walk);
  if (approved === null) return null;
  if (startsOnApproval(policy)) return approved;
  const pressed = modeFor({ policy }, track, leg.step) === 'auto' ? approved : afterAPerson(walk, approved);
  return inWindow(walk, robotFree(walk, last(pressed, walk.current && track.stage === 'store-approved' ? dueOf(walk) : null) ?? pressed));
}

function approvedAt(walk: Walk): Reason | null {
  const { policy, history, track, from } = walk;
  if (!storefrontsOf(policy).some(({ can }) => can.reviews))
    return { at: from, by: 'robot', because: 'it needs no review, and the robot starts it' };
  const lengths = lengthsOf(history, track, ({ reached }) => [reached['in-review'], reached['store-approved']]);
  const review = startsOnApproval(policy) ? null : usualOf(lengths, track.platform, elapsed(walk));
  return (review === null ? null : after(walk, review)) ?? usually(walk) ?? dueOf(walk) ?? asPlanned(walk);
}

/** A person starts it: as long after the approval as they usually take. */
function afterAPerson({ history, track }: Walk, approved: Reason): Reason {
  const usual = usualOf(
    lengthsOf(history, track, ({ reached }) => [reached['store-approved'], reached['rolling-out']]),
    track.platform,
  );
  return usual === null ? approved : { ...approved, at: upTo(plusMs(approved.at, usual.ms), ESTIMATE_MS) };
}

/** A later share. Where the robot raises, the soak and the window decide; where a person does, how long they usually take. */
function raisedAt(walk: Walk): Reason | null {
  const { policy, track, leg, now, from } = walk;
  const known = last(soakEnds(walk), ownMove(walk), dueOf(walk));
  const byRobot = modeFor({ policy }, track, leg.step) === 'auto';
  const isFresh = known !== null && (!walk.current || known.at > now);
  if (byRobot && (isFresh || (walk.current && isOpen(walk))))
    return inWindow(walk, robotFree(walk, withHeld(walk, known ?? nowBecause(walk, 'robot', 'every criterion is met'))));
  const usual = usually(walk);
  const reason =
    last(known, usual) ??
    (byRobot ? { at: from, by: 'robot' as const, because: 'the robot raises it as soon as its criteria are met' } : asPlanned(walk));
  return reason === null ? null : inWindow(walk, robotFree(walk, withHeld(walk, reason)));
}

/* ---- what is known to come ---- */

function soakEnds({ policy, leg, from, verdicts, current, now }: Walk): Reason | null {
  const minutes = (policy.before[leg.step] ?? [])
    .filter(({ kind, informing, id }) => kind === 'soaked' && !informing && !(current && isWaived(verdicts, id)))
    .map(({ settings }) => minutesIn(settings));
  if (minutes.length === 0) return null;
  const ends = plusMinutes(from, Math.max(...minutes));
  return { at: ends, by: 'due', because: `soak ${ends <= now ? 'ended' : 'ends'} ${dayAndTime(ends, policy.timezone, now)}` };
}

/** The minutes of a `soaked` instance; its settings were parsed when the policy was read. */
function minutesIn(settings: unknown): number {
  const length = typeof settings === 'object' && settings !== null && 'for' in settings ? settings.for : 0;
  return typeof length === 'number' ? length : 0;
}

function isWaived(verdicts: readonly Verdict[], instance: string): boolean {
  return verdicts.some((verdict) => verdict.instance === instance && verdict.waiver?.state === 'active');
}

/** Storefronts that take their phases by themselves, a day each, get to a share below 100 % in their own time. */
function ownMove({ policy, leg, from, current, storefronts, now }: Walk): Reason | null {
  const { share } = leg;
  if (share === null || share === 100) return null;
  const moves = storefrontsOf(policy).flatMap(({ kind, can }): Reason[] => {
    if (can.advances !== 'by-itself') return [];
    const compiled = compileRollout(policy.rollout, kind);
    const days = compiled.ok ? (compiled.steps.find(({ percent }) => percent === share)?.passes.length ?? 0) + 1 : 1;
    const next = current ? storefronts.findLast(({ storefront }) => storefront === kind)?.nextMove : null;
    const at = next
      ? plusMinutes(next.at, next.percent >= share ? 0 : (days - 1) * MINUTES_PER_DAY)
      : plusMinutes(from, days * MINUTES_PER_DAY);
    return [{ at, by: 'storefront', because: `${can.name} takes its next phase by itself ${dayAndTime(at, policy.timezone, now)}` }];
  });
  return last(...moves);
}

/** The latest due time in front of the step among what does not pass. What is past its due time tells nothing any more. */
function dueOf({ verdicts, leg, policy, now, from }: Walk): Reason | null {
  const open = verdicts.filter((verdict) => verdict.gates.includes(leg.step) && !passes(verdict) && !isOfTime(verdict));
  const due = open
    .filter((verdict) => verdict.dueAt && verdict.dueAt > now)
    .toSorted((a, b) => ((a.dueAt ?? '') < (b.dueAt ?? '') ? 1 : -1))[0];
  if (!due?.dueAt) return null;
  const at = latest(due.dueAt, from) ?? due.dueAt;
  return { at, by: 'due', because: `${due.title} is due ${dayAndTime(due.dueAt, policy.timezone, now)}` };
}

/** Not before the window opens. Null when it never does: then nothing tells. */
function inWindow({ policy, verdicts, current, leg, now }: Walk, reason: Reason | null, step: Step = leg.step): Reason | null {
  if (reason === null) return null;
  const asked = (policy.before[step] ?? []).some(
    ({ kind, id, informing }) => kind === 'window-open' && !informing && !(current && isWaived(verdicts, id)),
  );
  if (!asked) return reason;
  const at = latest(reason.at, now) ?? now;
  const { timezone, freezes } = policy;
  const state = windowState({ window: policy.windows[windowOf(step, policy.rollout)], freezes, timezone, now: at });
  if (state.open) return reason;
  if (state.opensAt === null) return null;
  return { at: state.opensAt, by: 'window', because: `window opens ${dayAndTime(state.opensAt, timezone, now)}` };
}

/** Not before the robot's pause ends. A pause without an end is said, and guessed at by nobody. */
function robotFree({ paused, policy, now }: Walk, reason: Reason): Reason {
  if (paused === null) return reason;
  if (paused.until === null) return { ...reason, because: `${reason.because}, if the robot’s pause has ended` };
  if (paused.until <= reason.at) return reason;
  return { at: paused.until, by: 'robot', because: `the robot is paused until ${dayAndTime(paused.until, policy.timezone, now)}` };
}

/* ---- what is usual, and what is planned ---- */

function elapsed({ current, from, now }: Walk): number {
  return current ? Math.max(0, msBetween(from, now)) : 0;
}

/** As long after the beginning of the stretch as it took before; null where too few past tracks tell. */
function usually(walk: Walk): Reason | null {
  const { history, track, leg } = walk;
  const usual = usualOf(lengthsOf(history, track, leg.past), track.platform, elapsed(walk));
  return usual === null ? null : after(walk, usual);
}

function after(walk: Walk, usual: Usual): Reason {
  const { leg, from } = walk;
  if (walk.current && elapsed(walk) > 0 && usual.ms <= elapsed(walk))
    return nowBecause(walk, 'past', `${leg.words} has taken longer than in ${usual.count} past tracks`);
  return { at: upTo(plusMs(from, usual.ms), ESTIMATE_MS), by: 'past', because: `${leg.words} usually takes ${usualInWords(usual)}` };
}

/** The planned time; where that cannot be kept any more, as long after the stretch began as the plan gives it. */
function asPlanned({ planned, leg, from, policy, now }: Walk): Reason | null {
  const wanted = leg.milestone === null ? null : planned[leg.milestone];
  if (wanted === null) return null;
  const few = 'too few past tracks tell more';
  if (wanted > from && wanted > now)
    return { at: wanted, by: 'planned', because: `planned for ${dayAndTime(wanted, policy.timezone, now)}; ${few}` };
  const before = leg.after === null ? null : planned[leg.after];
  const planMs = before === null ? 0 : Math.max(0, msBetween(before, wanted));
  const at = upTo(plusMs(from, planMs), ESTIMATE_MS);
  return {
    at,
    by: 'planned',
    because: planMs === 0 ? `it was planned for ${dayAndTime(wanted, policy.timezone, now)}` : `planned to take ${inWords(planMs)}; ${few}`,
  };
}

/* ---- small ones ---- */

function nowBecause({ from, now }: Walk, by: ForecastBy, because: string): Reason {
  return { at: latest(from, now) ?? now, by, because };
}

/** The last of what must have come; the first named among equals. */
function last(...reasons: (Reason | null)[]): Reason | null {
  let found: Reason | null = null;
  for (const reason of reasons) if (reason !== null && (found === null || reason.at > found.at)) found = reason;
  return found;
}

/** Criteria that hold the track now, those of time aside. */
function heldBy({ track, policy, verdicts }: Walk): number {
  const pending = pendingSteps(track, policy);
  return verdicts.filter((verdict) => !isOfTime(verdict) && !passes(verdict) && verdict.gates.some((gate) => pending.includes(gate)))
    .length;
}

function isOpen(walk: Walk): boolean {
  return walk.verdicts.length > 0 && heldBy(walk) === 0 && walk.paused === null;
}

function withHeld(walk: Walk, reason: Reason): Reason {
  const count = walk.current ? heldBy(walk) : 0;
  if (count === 0) return reason;
  return { ...reason, because: `${reason.because}, if ${count === 1 ? '1 criterion turns' : `${count} criteria turn`} green` };
}

/** The first whole multiple of `ms` at or after `at`. */
function upTo(at: Instant, ms: number): Instant {
  return new Date(Math.ceil(Date.parse(at) / ms) * ms).toISOString();
}
