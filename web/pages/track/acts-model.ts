/** What a person may do on a track now, and why not: from the same tables that the server asks. */
import type { TrackHead } from '#api/control-room.ts';
import { haltable, stageAllows } from '#domain/release/can.ts';
import { capabilities, storefrontKinds } from '#domain/rollout/storefronts.ts';
import { may, whoMay } from '../../api/authority.ts';
import type { Me } from '../../api/authority.ts';

export type StepKind = 'submit' | 'start' | 'raise' | 'cut';
export type ActKind = StepKind | 'halt' | 'resume' | 'withdraw' | 'cancel';
/** `because`: why it cannot be done now; null where it can. */
export type Act = { is: ActKind; label: string; because: string | null };

/** The command that takes the next step; null where the world takes it, or nothing is ahead. */
export function stepKind(track: Pick<TrackHead, 'next' | 'stage'>): StepKind | null {
  if (track.next === null) return null;
  if (track.next === 'cut') return 'cut';
  if (track.next === 'submit') return 'submit';
  if (track.stage === 'store-approved') return 'start';
  return track.stage === 'rolling-out' ? 'raise' : null;
}

/** `2 criteria hold this: ANR rate, ITGC reporting`; null where nothing holds the next step. */
export function heldBecause(track: Pick<TrackHead, 'signal' | 'robot' | 'pending'>): string | null {
  if (track.pending?.is === 'halting') return 'the rollout is being halted';
  if (track.robot.is === 'acting') return 'it is being done: the order was sent';
  const { count } = track.signal;
  if (count === 0) return null;
  const names = track.robot.missing.length === 0 ? '' : `: ${track.robot.missing.join(', ')}`;
  return `${count === 1 ? '1 criterion holds this' : `${count} criteria hold this`}${names}`;
}

function label(is: ActKind, track: TrackHead): string {
  switch (is) {
    case 'cut':
      return 'Cut the branch…';
    case 'submit':
      return track.candidate === null ? 'Submit…' : `Submit build ${track.candidate.build}…`;
    case 'start':
      return `Start at ${track.next ?? ''}…`;
    case 'raise':
      return `Roll out to ${track.next ?? ''}…`;
    case 'halt':
      return 'Halt rollout';
    case 'resume':
      return 'Resume…';
    case 'withdraw':
      return 'Withdraw…';
    case 'cancel':
      return 'Cancel release…';
    default:
      return is satisfies never;
  }
}

/** What the stage and the storefronts allow at all: the rest is absent. */
function fits(is: ActKind, track: TrackHead): boolean {
  if (!stageAllows(track.stage, is)) return false;
  const can = track.storefronts.flatMap(({ kind }) => {
    const known = storefrontKinds.find((each) => each === kind);
    return known === undefined ? [] : [capabilities[known]];
  });
  if (is === 'halt')
    return (
      haltable(track.stage, track.storefronts) && can.some(({ halt }) => (track.stage === 'released' ? halt.at100 : halt.whileRollingOut))
    );
  if (is === 'withdraw') return can.some(({ withdraw }) => withdraw);
  return true;
}

/** The acts of a track in the order of the page: its step, the halt or the way out of one, then what ends it. */
export function actsOf(track: TrackHead, me: Me): readonly Act[] {
  const step = stepKind(track);
  const kinds: readonly ActKind[] = [...(step === null ? [] : [step]), 'halt', 'resume', 'withdraw', 'cancel'];
  return kinds
    .filter((is) => fits(is, track))
    .map((is) => {
      const lacks = may(me, is) ? null : `only a ${whoMay(is)} may do this`;
      const waits =
        is === 'halt' && track.pending?.is === 'halting'
          ? 'the halt was sent and waits to be read back'
          : is === 'resume' && track.pending?.is === 'resuming'
            ? 'the order to resume was sent and waits to be read back'
            : null;
      return { is, label: label(is, track), because: lacks ?? waits ?? (is === step ? heldBecause(track) : null) };
    });
}
