/**
 * The robot's mind: from the state of the world to what happens next. Level-triggered and pure; the same world gives the same plan, and planning again
 * on a world in which the plan was carried out adds nothing.
 */
import type { Action } from '../actions.ts';
import { isWorse, type Evidence, type Verdict } from '../criteria/criterion.ts';
import { holding, judgeTrack } from '../criteria/verdicts.ts';
import type { ActionState, Waiver } from '../facts.ts';
import { platformName } from '../names.ts';
import { earliest, type Instant } from '../time.ts';
import { fullStop } from '../words.ts';
import { adopt, lateIn, seenOf } from './adopt.ts';
import { asCandidate, newestBuilt, unfit } from './candidates.ts';
import { nextStep, stepsOf } from './can.ts';
import type { Event, RecordEvent, TrackEvent } from './events.ts';
import { evolve, noteKey } from './evolve.ts';
import { lateOrder } from './late.ts';
import { askedAgainAt, isOpen, keyFor, order, orderedEvent, robot, serves, wish, type Wish } from './orders.ts';
import { fleetWideVerdicts, permitted } from './permitted.ts';
import { haltWishes, holdNow, modeFor, modeOf, pauseOf, shareNow, stopNow, wishesForStep, wishesWhileHalted } from './robot.ts';
import { robotState, stepPhrase } from './sentence.ts';
import { candidateOf, haltingOf, hasEnded, mayBeLive, percentStep, type Step, type Track } from './track.ts';
import type { Plan, Question, World } from './world.ts';

/** The robot's plan for one track now. */
export function plan(world: World): Plan {
  const { track: adopted, events: adoptions } = adopt(world);
  const waived = endWaivers(world, adopted);
  const seen: World = waived.world;
  const chosen = chooseCandidate(seen, adopted);
  const events: Event[] = [...adoptions, ...waived.events, ...chosen.events];
  let { track, verdicts } = chosen;
  for (const event of newReds(track, verdicts)) {
    events.push(event);
    track = evolve(track, event, seen.now, robot.name);
  }

  const stopping = stopNow(seen, track, verdicts, adoptions);
  const wishes: Wish[] = [];
  const questions: Question[] = [];
  if (stopping && mayBeLive(track)) {
    if (seen.policy.robot.halt === 'auto' || stopping.isOrdered === true) {
      if (!haltingOf(track) && stopping.wishes.length > 0) {
        const ordered: TrackEvent = { is: 'halt-ordered', key: stopping.wishes[0]?.prefix ?? '', why: stopping.why };
        events.push(ordered);
        // a storefront that already stands still needs no read-back of its own
        const stopped = adopt({ ...seen, track: evolve(track, ordered, seen.now, robot.name) });
        events.push(...stopped.events);
        ({ track } = stopped);
        if (track.stage === 'halted') verdicts = judgeTrack(seen, track);
        wishes.push(wish.page(track, `halt:${seen.track.halts + 1}`, stopping.page, 'the robot halted a rollout'));
      }
    } else {
      const percent = shareNow(seen, track);
      if (!haltingOf(track) && percent !== null)
        questions.push(
          ask(
            seen,
            track,
            percentStep(percent),
            `Halt ${track.version} on ${platformName(track.platform)} at ${percent}%? ${stopping.why}`,
            verdicts,
          ),
        );
    }
  }
  const halting = mayBeLive(track) ? haltingOf(track) : null;
  if (halting) wishes.push(...haltWishes(seen, track, halting.why));
  wishes.push(...wishesWhileHalted(seen, track));

  wishes.push(...incidents(seen, track, verdicts));
  const hold = holdNow(seen, track, verdicts);
  wishes.push(...hold.wishes, ...messages(seen, track, events));
  const step = nextStep(track, seen.policy);
  const advance = step === null ? null : advanceNow(seen, track, verdicts, step);
  if (advance) {
    wishes.push(...advance.wishes);
    events.push(...advance.events);
    questions.push(...advance.questions);
    for (const event of advance.events) track = evolve(track, event, seen.now, robot.name);
  }

  const actions = wishes.flatMap((wished) => {
    const key = keyFor(seen, wished, { again: isUndone(seen, track, wished) });
    return key === null ? [] : [order(wished, key, robot, seen.now)];
  });
  const voids = voidsOf(seen, track, verdicts, wishes);
  events.push(...verdictChanges(seen, verdicts), ...newlyHeld(seen, verdicts, step), ...actions.map(orderedEvent));
  return {
    track,
    verdicts,
    events,
    actions,
    voids,
    questions,
    next: step,
    robot: robotState(withActions(seen, actions, voids), track, verdicts),
    lookAgainAt: lookAgain(seen, track, verdicts, wishes, hold.nextAt, step),
  };
}

/** A halt that was done and that an order of ours has undone before it was read back is sent again at once; once, and then as any order whose effect does not show. */
function isUndone(world: World, track: Track, { prefix, effect }: Wish): boolean {
  if (effect.kind !== 'ensure-halted') return false;
  const [sent, ...more] = world.facts.actions.filter((action) => serves(action, { prefix }));
  const state = seenOf(world).find(({ kind }) => kind === effect.storefront)?.state;
  if (sent?.state !== 'done' || more.length > 0 || !state || state.at < (sent.endedAt ?? sent.orderedAt)) return false;
  return lateOrder(world.facts.actions, track, state, track.halts) !== null;
}

/* ---- health ---- */

/** Reds of health that are new: each stays until a person clears it, or another build comes. */
function newReds(track: Track, verdicts: readonly Verdict[]): readonly TrackEvent[] {
  return verdicts.flatMap(({ instance, title, because, rate }): TrackEvent[] => {
    const key = rate?.latch ?? null;
    return key === null || Object.hasOwn(track.noted, key) ? [] : [{ is: 'red-latched', instance, title, key, because }];
  });
}

/** Every version does it: operations are paged once, and the rollout is held and not halted. */
function incidents(world: World, track: Track, verdicts: readonly Verdict[]): readonly Wish[] {
  if (shareNow(world, track) === null) return [];
  return fleetWideVerdicts(world, verdicts).map(({ title, because, rate }) =>
    wish.page(
      track,
      `fleet-wide:${rate?.latch ?? title}`,
      `Fleet-wide incident, seen with ${track.version} on ${platformName(track.platform)}: ${title}. ${because} The robot holds the rollout where it is.`,
      'a fleet-wide incident: every version does it',
    ),
  );
}

/* ---- waivers end by themselves ---- */

function endWaivers(world: World, track: Track): { world: World; events: readonly RecordEvent[] } {
  if (!world.facts.waivers.some((waiver) => waiver.state === 'active' || waiver.state === 'asked')) return { world, events: [] };
  const verdicts = judgeTrack(world, track);
  const events: RecordEvent[] = [];
  const waivers = world.facts.waivers.map((waiver) => {
    if (waiver.state !== 'active' && waiver.state !== 'asked') return waiver;
    const why = endOf(waiver, world, track, verdicts);
    if (why === null) return waiver;
    events.push({ is: 'waiver-ended', waiver: waiver.id, instance: waiver.instance, why });
    return { ...waiver, state: 'ended' as const, ended: { at: world.now, why } };
  });
  return events.length === 0 ? { world, events } : { world: { ...world, facts: { ...world.facts, waivers } }, events };
}

function endOf(waiver: Waiver, world: World, track: Track, verdicts: readonly Verdict[]): string | null {
  if (hasEnded(track)) return `the track is ${track.stage}`;
  if ('at' in waiver.until && waiver.until.at <= world.now) return 'its date came';
  if ('step' in waiver.until) {
    const steps = stepsOf(world.policy);
    const place = steps.findIndex((step) => 'step' in waiver.until && step === waiver.until.step);
    const next = nextStep(track, world.policy);
    const passed = next === null ? track.stage === 'released' : place >= 0 && steps.indexOf(next) > place;
    if (passed) return `the track reached ${waiver.until.step}`;
  }
  const build = candidateOf(track)?.build ?? newestBuilt(track, world)?.number ?? null;
  if (waiver.endsIf.includes('new-candidate') && build !== waiver.buildWhenAsked && build !== null)
    return `a new candidate came: build ${build}`;
  const verdict = verdicts.find((each) => each.instance === waiver.instance);
  if (verdict && waiver.endsIf.includes('worse-colour') && isWorse(verdict.colour, waiver.colourWhenAsked))
    return `it turned from ${waiver.colourWhenAsked} to ${verdict.colour}`;
  return null;
}

/* ---- the final candidate ---- */

/** Chooses the final candidate where the policy lets the robot, and judges the track as it then stands. */
function chooseCandidate(world: World, track: Track): { track: Track; verdicts: readonly Verdict[]; events: readonly TrackEvent[] } {
  const verdicts = judgeTrack(world, track);
  const stays = { track, verdicts, events: [] };
  if (track.stage !== 'stabilising' || pauseOf(world, track)) return stays;
  const build = newestBuilt(track, world);
  if (!build || unfit(build, { ...world, track }) !== null) return stays;
  // a process without the stage does not wait in it: its candidate is chosen by the step that ships it
  const waits = world.policy.stages.includes('candidate');
  const mode = waits ? world.policy.robot.candidate : world.policy.robot.submit;
  if (mode !== 'auto') return stays;
  const open = waits ? holding(verdicts, ['candidate']).length === 0 : permitted(world, track, verdicts, 'submit').ok;
  if (!open) return stays;
  const event: TrackEvent = { is: 'candidate-chosen', candidate: asCandidate(build, world.now, robot) };
  const moved = evolve(track, event, world.now, robot.name);
  return { track: moved, verdicts: judgeTrack(world, moved), events: [event] };
}

/* ---- the next step ---- */

type Advance = { wishes: readonly Wish[]; events: readonly TrackEvent[]; questions: readonly Question[] };

function advanceNow(world: World, track: Track, verdicts: readonly Verdict[], step: Step): Advance {
  const none: Advance = { wishes: [], events: [], questions: [] };
  if (haltingOf(track) || pauseOf(world, track) || !permitted(world, track, verdicts, step).ok || !isTimeFor(world, step)) return none;
  const wishes = wishesForStep(world, track, step, `every criterion before ${step} is met`);
  if (wishes.length === 0 && !(step === 'submit' && track.stage === 'stabilising')) return none;
  const mode = modeFor(world, track, step);
  switch (mode) {
    case 'manual':
      return none;
    case 'shadow':
      return track.noted[noteKey('shadow', step, track)]
        ? none
        : { ...none, events: [{ is: 'shadowed', step, note: `would ${stepPhrase(step, world)} now` }] };
    case 'ask': {
      const question = ask(
        world,
        track,
        step,
        `May the robot ${stepPhrase(step, world)} on ${platformName(track.platform)}? Every criterion is met.`,
        verdicts,
      );
      const asked = track.noted[noteKey('ask', step, track)] ? [] : [{ is: 'asked' as const, step, note: question.text }];
      return { wishes: [], events: asked, questions: [question] };
    }
    case 'auto':
      return { ...none, wishes };
    default:
      return mode satisfies never;
  }
}

/** The robot cuts on branch day and not before; a person may cut early. */
function isTimeFor(world: World, step: Step): boolean {
  return step !== 'cut' || (world.release.planned.branch !== null && world.release.planned.branch <= world.now);
}

function ask(world: World, track: Track, step: Step, text: string, verdicts: readonly Verdict[]): Question {
  const evidence: Evidence[] = verdicts.filter((verdict) => verdict.neededNow).flatMap((verdict) => verdict.evidence.slice(0, 1));
  const key = `${track.id}:ask:${step}:${candidateOf(track)?.build ?? '-'}`;
  return { key, step, text, evidence, to: 'release-manager', askedAt: track.noted[noteKey('ask', step, track)] ?? world.now };
}

/* ---- open actions that no longer hold ---- */

/** Open actions that nothing wants any more, with why. A halt in flight is void only when nothing is left to halt. */
function voidsOf(world: World, track: Track, verdicts: readonly Verdict[], wishes: readonly Wish[]): Plan['voids'] {
  const voids: { key: string; why: string }[] = [];
  for (const action of world.facts.actions) {
    if (!isOpen(action) || wishes.some((wished) => serves(action, wished))) continue;
    const why = whyVoid(world, track, verdicts, action);
    if (why !== null) voids.push({ key: action.key, why });
  }
  return voids;
}

function whyVoid(world: World, track: Track, verdicts: readonly Verdict[], action: ActionState): string | null {
  switch (action.kind) {
    case 'announce':
    case 'page':
    case 'ensure-tag':
      return null;
    case 'ensure-withdrawn':
      return track.stage === 'canceled' || track.stage === 'in-review' || track.stage === 'store-approved'
        ? null
        : `the track is ${track.stage}`;
    case 'ensure-halted':
      return mayBeLive(track) ? null : `the track is ${track.stage}: nothing is left to halt`;
    case 'ensure-held':
      return 'the storefront needs no holding any more';
    case 'ensure-rollout':
      if (action.key.startsWith(`${track.id}:resume:`))
        return track.stage === 'halted' && track.resuming ? null : `the track is ${track.stage}`;
      return stepVoid(world, track, verdicts, action);
    default:
      return stepVoid(world, track, verdicts, action);
  }
}

/** An order to advance holds as long as the step is next and permitted; a person's order also where the policy leaves the step to people. */
function stepVoid(world: World, track: Track, verdicts: readonly Verdict[], action: ActionState): string | null {
  const step = nextStep(track, world.policy);
  if (step === null || action.step !== step) return `the next step is ${step ?? 'none'} now`;
  const permission = permitted(world, track, verdicts, step);
  if (!permission.ok) return permission.because;
  if (haltingOf(track)) return 'the rollout is being halted';
  if (action.orderedBy === 'robot' && pauseOf(world, track)) return 'the robot is paused';
  if (action.orderedBy === 'robot' && modeOf(world, step) !== 'auto') return `the policy says ${modeOf(world, step)} for this step now`;
  // a person may name another branch or commit than the policy would
  if (step === 'cut') return null;
  const still = wishesForStep(world, track, step, '').some((wished) => serves(action, wished));
  return still ? null : 'the storefront already shows it, or another build is to ship';
}

/* ---- what is told ---- */

function messages(world: World, track: Track, events: readonly Event[]): readonly Wish[] {
  const wishes: Wish[] = [];
  const name = `${world.app.name} ${track.version} on ${platformName(track.platform)}`;
  for (const event of events) {
    switch (event.is) {
      case 'cut':
        wishes.push(wish.announcement(track, 'cut', `${name}: the release branch ${event.cut.branch} is cut.`));
        break;
      case 'went-back':
        wishes.push(wish.announcement(track, `went-back:${track.since}`, `${name} went back to stabilising: ${fullStop(event.why)}`));
        break;
      case 'submitted':
        wishes.push(wish.announcement(track, `submitted:${track.submissions}`, `${name}: build ${event.candidate.build} is submitted.`));
        break;
      case 'rejected':
        wishes.push(
          wish.page(
            track,
            `rejected:${track.submissions}`,
            `${name} was rejected: ${fullStop(event.why)}`,
            'a storefront rejected a release',
          ),
        );
        break;
      case 'rollout-started':
        wishes.push(wish.announcement(track, `rollout:${event.percent}:${track.halts}`, `${name} is live at ${event.percent}%.`));
        break;
      case 'percent-observed':
        wishes.push(wish.announcement(track, `rollout:${event.percent}:${track.halts}`, `${name} is at ${event.percent}%.`));
        break;
      case 'resumed':
        // halted again once for an order of ours; the second time it may be a person, whom only a person can ask
        if (event.byStorefront && event.late === undefined && lateIn(world, track, seenOf(world), track.halts - 2) !== null)
          wishes.push(
            wish.page(
              track,
              `live-again:${track.halts}`,
              `${name} is live again at ${event.percent}% after it was halted twice. An order of ours that was broken off may have done it, or a person in the storefront’s console: halt it, or say that it may go on.`,
              'a halted rollout went on and nobody here resumed it',
            ),
          );
        break;
      case 'halted':
        wishes.push(
          wish.announcement(
            track,
            `halted:${track.halts}`,
            `${name} is halted at ${event.percent}% by ${event.by}: ${fullStop(event.why)}`,
          ),
        );
        break;
      case 'released': {
        wishes.push(wish.announcement(track, 'released', `${name} is released to everyone.`));
        const { tag } = world.policy.code;
        const candidate = candidateOf(track);
        if (tag && candidate && world.policy.robot.tag === 'auto')
          wishes.push(
            wish.tag(track, tag.replaceAll('{version}', track.version).replaceAll('{platform}', track.platform), candidate.commit),
          );
        break;
      }
      default:
        break;
    }
  }
  return wishes;
}

function verdictChanges(world: World, verdicts: readonly Verdict[]): readonly RecordEvent[] {
  return verdicts.flatMap((verdict) => {
    const before = world.previous.find((each) => each.instance === verdict.instance);
    if (before ? before.colour === verdict.colour : verdict.colour === 'green' || !verdict.neededNow) return [];
    return [
      {
        is: 'verdict-changed' as const,
        instance: verdict.instance,
        title: verdict.title,
        from: before?.colour ?? null,
        to: verdict.colour,
        because: verdict.because,
        clause: verdict.clause,
      },
    ];
  });
}

/** Told once when a step that was clear is held again. */
function newlyHeld(world: World, verdicts: readonly Verdict[], step: Step | null): readonly RecordEvent[] {
  if (step === null || world.previous.length === 0) return [];
  const wasHeld = world.previous.some((verdict) => verdict.neededNow && !verdict.passes);
  const by = verdicts.filter((verdict) => verdict.holds !== null).map((verdict) => verdict.title);
  return wasHeld || by.length === 0 ? [] : [{ is: 'held', step, by }];
}

/* ---- when to look again ---- */

function lookAgain(
  world: World,
  track: Track,
  verdicts: readonly Verdict[],
  wishes: readonly Wish[],
  holdAt: Instant | null,
  step: Step | null,
): Instant | null {
  const ahead = (at: Instant | null | undefined): Instant | null => (at && at > world.now ? at : null);
  const pause = pauseOf(world, track);
  return earliest(
    ...verdicts.map((verdict) => ahead(verdict.looksAgainAt)),
    ...world.facts.waivers.map((waiver) => (waiver.state === 'active' && 'at' in waiver.until ? ahead(waiver.until.at) : null)),
    ...wishes.map((wished) => ahead(askedAgainAt(world, wished))),
    ahead(holdAt),
    ahead(pause?.until),
    step === 'cut' ? ahead(world.release.planned.branch) : null,
    track.stage === 'released' ? ahead(track.watchUntil) : null,
  );
}

/** The world with what this plan orders and voids, so that the robot's sentence speaks of it. */
function withActions(world: World, actions: readonly Action[], voids: Plan['voids']): World {
  const gone = new Set(voids.map(({ key }) => key));
  const known = world.facts.actions.filter((action) => !gone.has(action.key));
  const fresh = actions.map((action): ActionState => ({
    key: action.key,
    kind: action.effect.kind,
    step: action.step,
    orderedBy: 'robot',
    state: 'ordered',
    attempts: 0,
    orderedAt: action.orderedAt,
    endedAt: null,
    nextTryAt: null,
    outcome: null,
  }));
  return { ...world, facts: { ...world.facts, actions: [...known, ...fresh] } };
}
