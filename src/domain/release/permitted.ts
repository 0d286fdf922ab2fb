/** The interlock: whether a step may be taken now, whoever asks. */
import { holding } from '../criteria/verdicts.ts';
import { passes, type Verdict } from '../criteria/criterion.ts';
import { platformName } from '../names.ts';
import { listingHolder, nextStep, pendingSteps } from './can.ts';
import type { Step, Track } from './track.ts';
import type { World } from './world.ts';

/** Verdicts that halt a rollout now: red, set up, and not waived. A fleet-wide incident halts nothing: it is not this release. */
export function haltingVerdicts(world: Pick<World, 'policy'>, verdicts: readonly Verdict[]): readonly Verdict[] {
  return againstRollingOut(world, verdicts).filter((verdict) => !isFleetWide(verdict));
}

/** Verdicts of the list that halts, which say that every version does the same. They hold the rollout where it stands. */
export function fleetWideVerdicts(world: Pick<World, 'policy'>, verdicts: readonly Verdict[]): readonly Verdict[] {
  return againstRollingOut(world, verdicts).filter(isFleetWide);
}

function againstRollingOut(world: Pick<World, 'policy'>, verdicts: readonly Verdict[]): readonly Verdict[] {
  const ids = world.policy.haltsWhileRollingOut.map((instance) => instance.id);
  return verdicts.filter((verdict) => ids.includes(verdict.instance) && verdict.colour === 'red' && !passes(verdict));
}

function isFleetWide({ rate }: Verdict): boolean {
  return rate?.isFleetWide === true;
}

export type Permission =
  | { ok: true }
  | {
      ok: false;
      code: 'criteria-not-met' | 'listing-held' | 'out-of-order';
      because: string;
      wouldBeRight: string;
      holding: readonly Verdict[];
    };

/** Whether this step may be taken: in its order, with every criterion that stands before it passed, and the listing free. */
export function permitted(world: World, track: Track, verdicts: readonly Verdict[], step: Step): Permission {
  const next = nextStep(track, world.policy);
  const steps = step === 'candidate' ? (['candidate'] as const) : pendingSteps(track, world.policy);
  const inOrder = step === next || (step === 'candidate' && track.stage === 'stabilising');
  if (!inOrder) {
    return {
      ok: false,
      code: 'out-of-order',
      because: `the next step of ${track.id} is ${next ?? 'none'}, not ${step}`,
      wouldBeRight: next ? `take ${next} first` : 'nothing is ahead of this track',
      holding: [],
    };
  }
  const holds = [...holding(verdicts, steps)];
  // what would halt the rollout never lets it grow, whatever stands before the next share
  if (track.stage === 'rolling-out') holds.push(...againstRollingOut(world, verdicts).filter((verdict) => !holds.includes(verdict)));
  if (holds.length > 0) {
    return {
      ok: false,
      code: 'criteria-not-met',
      because: `${holds.length === 1 ? '1 criterion is' : `${holds.length} criteria are`} not met: ${holds.map((verdict) => `${verdict.title} (${verdict.headline})`).join(', ')}`,
      wouldBeRight: holds.map((verdict) => `${verdict.title}: ${verdict.turnsGreen ?? 'green'}`).join('; '),
      holding: holds,
    };
  }
  const holder = step === 'submit' ? listingHolder(track, world.policy, world.siblings) : null;
  if (holder) {
    return {
      ok: false,
      code: 'listing-held',
      because: `${holder.version} holds the listing on ${platformName(track.platform)} (${holder.stage})`,
      wouldBeRight: `release or withdraw ${holder.version} first`,
      holding: [],
    };
  }
  return { ok: true };
}
