/**
 * Orders of ours that were broken off and arrive all the same, after the halt for which they were broken off: a rollout that is live again because of one was not
 * resumed by anybody.
 */
import type { ActionState, StorefrontState } from '../facts.ts';
import { candidateOf, percentStep, type Track } from './track.ts';

/** What a storefront shows that goes out to users, as a share; null where nobody new receives it. */
function liveShare({ state, percent }: StorefrontState): number | null {
  if (state === 'released') return 100;
  return state === 'rolling-out' ? percent : null;
}

/** Whether a try of it was sent and never answered: that one may still arrive. Of an order that has its answer, an earlier try. */
function hasUnanswered({ inDoubt, state, attempts }: ActionState): boolean {
  return inDoubt === true && attempts > (state === 'done' || state === 'refused' ? 1 : 0);
}

/**
 * The order of ours whose late arrival explains that a storefront is live although it was halted; null when none does.
 *
 * Where the storefront's object carries the key of what was done to it last, that tells. Where it has no place for one, an order to go to this very share tells it: a person
 * who resumes in the storefront's console at that share cannot be told from it, so the safe side is taken, once (`halts`).
 *
 * @param halts how many halts there had been when it was ordered: one explains the first halt after it and no later one
 */
export function lateOrder(actions: readonly ActionState[], track: Track, state: StorefrontState, halts: number): ActionState | null {
  const share = liveShare(state);
  const build = candidateOf(track)?.build;
  if (share === null || build === undefined || halts < 0) return null;
  const raises = `${track.id}:rollout:${build}:`;
  const thisShare = `${raises}${percentStep(share)}:`;
  const inTime = `:${halts}:${state.storefront}`;
  const resumes = `${track.id}:resume:${halts}:${state.storefront}`;
  const isOfThatTime = (key: string): boolean => {
    const [prefix = ''] = key.split('#');
    return prefix === resumes || (prefix.startsWith(raises) && prefix.endsWith(inTime));
  };
  const leadsHere = (key: string): boolean =>
    state.actionKey === null
      ? key.startsWith(thisShare) || (key.startsWith(resumes) && share <= (shareOf(track) ?? 0))
      : key === state.actionKey;
  return (
    actions.find(
      (action) => action.kind === 'ensure-rollout' && hasUnanswered(action) && isOfThatTime(action.key) && leadsHere(action.key),
    ) ?? null
  );
}

function shareOf(track: Track): number | null {
  return 'percent' in track ? track.percent : null;
}
