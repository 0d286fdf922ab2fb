/** The robot's sentence, always in this shape: verb + step + when + names of what is missing. */
import { waitsForTime, rowsHolding } from '../criteria/rows.ts';
import { holding } from '../criteria/verdicts.ts';
import type { Verdict } from '../criteria/criterion.ts';
import type { ActionState } from '../facts.ts';
import { dayAndTime } from '../calendar/words.ts';
import { platformName } from '../names.ts';
import type { RobotMode } from '../policy/track-policy.ts';
import { reviewersOf } from '../rollout/storefronts.ts';
import { fullStop } from '../words.ts';
import { latest, type Instant } from '../time.ts';
import { firstPercent, nextStep, pendingSteps } from './can.ts';
import { isOpen } from './orders.ts';
import { haltingVerdicts } from './permitted.ts';
import { modeFor, pauseOf, shareNow } from './robot.ts';
import { hasEnded, percentStep, type Step, type Track } from './track.ts';
import type { RobotState, World } from './world.ts';

/** The step as a verb phrase: `submit 8.9.2`, `roll out to 100%`. */
export function stepPhrase(step: Step, world: Pick<World, 'policy' | 'release'>): string {
  if (step === 'cut') return `cut the branch of ${world.release.version}`;
  if (step === 'candidate') return `choose the final candidate of ${world.release.version}`;
  if (step === 'submit') return `submit ${world.release.version}`;
  return Number.parseFloat(step) === firstPercent(world.policy) ? `start ${world.release.version} at ${step}` : `roll out to ${step}`;
}

const effectPhrases: Readonly<Record<string, string>> = {
  'ensure-branch': 'cut the branch',
  'ensure-tag': 'tag the release',
  'ensure-submission': 'submit',
  'ensure-withdrawn': 'withdraw the submission',
  'ensure-rollout': 'change the rollout',
  'ensure-held': 'hold the rollout',
  'ensure-halted': 'halt the rollout',
  'ensure-ticket': 'file a ticket',
  announce: 'tell the channel',
  page: 'page',
};

/** The step with the platform it is taken on: `submit iOS 8.9.2`, `roll out to 100%`. */
function stepOnPlatform(step: Step, world: World): string {
  const { version } = world.release;
  return step === 'cut'
    ? stepPhrase(step, world)
    : stepPhrase(step, world).replace(version, `${platformName(world.track.platform)} ${version}`);
}

/** `roll out to 100%` → `Rolls out to 100%`. */
function does(phrase: string): string {
  const [verb = '', ...rest] = phrase.split(' ');
  return [`${verb.charAt(0).toUpperCase()}${verb.slice(1)}s`, ...rest].join(' ');
}

/**
 * How the robot stands towards a track, and its sentence. `missing` are the rows of the control room that hold the step; what only time opens is told as a
 * time (`at Wed 08:05`) and is not among them.
 */
export function robotState(world: World, track: Track, verdicts: readonly Verdict[]): RobotState {
  const step = nextStep(track, world.policy);
  const missing = step === null ? [] : missingRows(world, track, verdicts);
  const state = (is: RobotState['is'], sentence: string, short: string = sentence): RobotState => ({
    is,
    sentence,
    short,
    willStop: willStop(world, track, verdicts),
    missing,
  });

  const failed = world.facts.actions.findLast((action) => action.state === 'refused' && stillMatters(action, track, world));
  if (failed)
    return state(
      'failed',
      `Could not ${effectPhrases[failed.kind] ?? failed.kind}: ${fullStop(failed.outcome ?? 'refused')} A person must look.`,
    );
  if (hasEnded(track)) return state('resting', `Nothing is ahead: ${fullStop(track.why)}`);
  const busy = world.facts.actions.find((action) => isOpen(action) && action.kind !== 'announce' && action.kind !== 'page');
  if (busy) return state('acting', busySentence(busy, world));
  if (track.stage === 'halted') {
    return state(
      'resting',
      track.resuming
        ? `Resuming at ${track.percent}%: sent, waiting for the storefront to show it.`
        : `Halted at ${track.percent}% by ${track.by}. The robot never resumes; a release manager does.`,
    );
  }
  if (track.stage === 'released')
    return state('resting', `Watches ${track.version} until ${dayAndTime(track.watchUntil, world.app.timezone, world.now)}.`);
  if (step === null) return state('resting', 'Nothing is ahead.');
  const pause = pauseOf(world, track);
  if (pause) {
    const until = pause.until ? ` until ${dayAndTime(pause.until, world.app.timezone, world.now)}` : '';
    return state('paused', `Paused by ${pause.by}${until}: ${fullStop(pause.why)} It goes on observing, holding and halting.`);
  }
  return ahead(world, track, step, verdicts, missing, state);
}

/** The rows that hold the step. Where one criterion alone holds in a row, its own title says more: `ANRs`, not `ANRs, CPU, hangs`. */
function missingRows(world: World, track: Track, verdicts: readonly Verdict[]): readonly string[] {
  return rowsHolding(world.policy.rows, verdicts, pendingSteps(track, world.policy)).map(({ title, verdicts: [only, ...others] }) =>
    only !== undefined && others.length === 0 ? only.title : title,
  );
}

function ahead(
  world: World,
  track: Track,
  step: Step,
  verdicts: readonly Verdict[],
  missing: readonly string[],
  state: (is: RobotState['is'], sentence: string, short?: string) => RobotState,
): RobotState {
  const phrase = stepOnPlatform(step, world);
  const when = notBefore(world, track, verdicts);
  const at = when ? ` at ${dayAndTime(when, world.app.timezone, world.now)}` : '';
  const mode = modeFor(world, track, step);
  if (track.stage === 'in-review') return inReview(world, step, missing, state);
  const brief = stepShort(step, world);
  if (missing.length > 0)
    return state(mode === 'manual' ? 'manual' : 'holding', heldSentence(mode, phrase, at, missing), heldShort(mode, brief, at, missing));
  switch (mode) {
    case 'manual':
      return state(
        'manual',
        at === '' ? `Clear: a release manager can ${phrase} now.` : `A release manager can ${phrase}${at}: every criterion is met by then.`,
      );
    case 'ask':
      return at === ''
        ? state('asks', `Asks a release manager to ${phrase}: every criterion is met.`)
        : state('armed', `Will ask to ${phrase}${at}: every criterion is met by then.`);
    case 'shadow':
      return state('shadowing', `Would ${phrase}${at === '' ? ' now' : at}; it only watches this step.`);
    case 'auto':
      return state(
        'armed',
        step === 'cut' && at === '' && !world.release.planned.branch
          ? `Clear: waits for a person to ${phrase}; no branch day is planned.`
          : `Will ${phrase}${at}: every criterion is met${when === null ? '' : ' by then'}.`,
        at === '' ? undefined : `${does(brief)}${at}.`,
      );
    default:
      return mode satisfies never;
  }
}

/** Verb, step, when, and the names of what is missing. */
function heldSentence(mode: RobotMode, phrase: string, at: string, missing: readonly string[]): string {
  const names = missing.join(', ');
  const turn = missing.length === 1 ? '1 criterion turns green' : `${missing.length} criteria turn green`;
  const these = missing.length === 1 ? 'if this turns green' : 'if these turn green';
  switch (mode) {
    case 'manual':
      return `A release manager can ${phrase}${at} when ${turn}: ${names}.`;
    case 'ask':
      return `Will ask to ${phrase}${at} when ${turn}: ${names}. Next evaluation on any change.`;
    case 'shadow':
      return `Would ${phrase}${at} when ${turn}: ${names}; it only watches this step.`;
    case 'auto':
      return at === ''
        ? `Will ${phrase} when ${turn}: ${names}. Next evaluation on any change.`
        : `${does(phrase)}${at} ${these}: ${names}.`;
    default:
      return mode satisfies never;
  }
}

/** The same in the head of the track's own column: `Submits when these turn green: Team sign-offs`. */
function heldShort(mode: RobotMode, phrase: string, at: string, missing: readonly string[]): string {
  const turns = missing.length === 1 ? 'this turns' : 'these turn';
  const names = missing.join(', ');
  const when = `${at} ${at === '' ? 'when' : 'if'} ${turns} green: ${names}`;
  switch (mode) {
    case 'manual':
      return `A release manager can ${phrase}${when}`;
    case 'ask':
      return `Asks to ${phrase}${when}`;
    case 'shadow':
      return `Would ${phrase}${when}; it only watches`;
    case 'auto':
      return `${does(phrase)}${when}`;
    default:
      return mode satisfies never;
  }
}

/** The step in the track's own column, where platform and version stand above it: `submit`, `start 1%`, `roll out to 100%`. */
function stepShort(step: Step, world: Pick<World, 'policy'>): string {
  if (step === 'cut') return 'cut the branch';
  if (step === 'candidate') return 'choose the final candidate';
  if (step === 'submit') return 'submit';
  return Number.parseFloat(step) === firstPercent(world.policy) ? `start ${step}` : `roll out to ${step}`;
}

/** While the storefront reviews, nothing is to be done; what is not met by then holds the start, where it starts on our word. */
function inReview(
  world: World,
  step: Step,
  missing: readonly string[],
  state: (is: RobotState['is'], sentence: string, short?: string) => RobotState,
): RobotState {
  const review = `Waits for ${reviewersOf(world.policy.storefronts)}`;
  const phrase = stepOnPlatform(step, world);
  const brief = stepShort(step, world);
  if (missing.length === 0) return state('armed', `${review}, then will ${phrase}.`, `${review}, then ${does(brief).toLowerCase()}.`);
  const these = missing.length === 1 ? 'if this turns green' : 'if these turn green';
  return state('holding', `${review}, then will ${phrase} ${these}: ${missing.join(', ')}.`, heldShort('auto', brief, '', missing));
}

/** `resume at 1%`, `roll out to 100%`: a share is said where it is known, since that is what a person who asks for it wants to read. */
function orderPhrase({ kind, step }: ActionState, world: World): string {
  const { track } = world;
  if (kind === 'ensure-rollout' && track.stage === 'halted') return `resume at ${track.percent}%`;
  if (kind === 'ensure-rollout' && step !== null) return stepPhrase(percentStep(Number.parseFloat(step)), world);
  return effectPhrases[kind] ?? kind;
}

function busySentence(action: ActionState, world: World): string {
  const phrase = orderPhrase(action, world);
  if (action.state === 'waiting') {
    const again = action.nextTryAt ? `, tries again at ${dayAndTime(action.nextTryAt, world.app.timezone, world.now)}` : '';
    return `Tries to ${phrase}: ${action.outcome ?? 'no answer yet'}${again}.`;
  }
  return action.state === 'trying' ? `Sent: ${phrase}. Waits for the answer.` : `About to ${phrase}.`;
}

/** Refusals that were answered by a later move of the track are history. */
function stillMatters(action: ActionState, track: Track, world: World): boolean {
  if (action.kind === 'announce' || action.kind === 'page' || action.kind === 'ensure-tag') return false;
  const later = world.facts.actions.some(
    (other) => other.kind === action.kind && other.orderedAt > action.orderedAt && other.state !== 'void',
  );
  return !later && (action.endedAt ?? action.orderedAt) >= track.since;
}

/** The moment before which time alone keeps the step closed, when everything else is met by then. */
function notBefore(world: World, track: Track, verdicts: readonly Verdict[]): Instant | null {
  const step = nextStep(track, world.policy);
  if (step === 'cut')
    return world.release.planned.branch !== null && world.release.planned.branch > world.now ? world.release.planned.branch : null;
  const timed = holding(verdicts, pendingSteps(track, world.policy)).filter(waitsForTime);
  return latest(...timed.map((verdict) => verdict.looksAgainAt));
}

function willStop(world: World, track: Track, verdicts: readonly Verdict[]): string | null {
  if (shareNow(world, track) === null) return null;
  const watched = world.policy.haltsWhileRollingOut.map((instance) => instance.title);
  if (watched.length === 0) return null;
  const red = haltingVerdicts(world, verdicts).map((verdict) => verdict.title);
  const byWhom = world.policy.robot.halt === 'auto' ? 'the rollout is halted' : 'a release manager is asked to halt the rollout';
  if (red.length > 0) return `${red.join(', ')} ${red.length === 1 ? 'is' : 'are'} red: ${byWhom}.`;
  const does = world.policy.robot.halt === 'auto' ? 'Halts the rollout' : 'Asks a release manager to halt the rollout';
  return `${does} the moment ${watched.length === 1 ? 'this turns' : 'one of these turns'} red: ${watched.join(', ')}.`;
}
