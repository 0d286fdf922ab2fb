import type { TrackHead } from '#api/control-room.ts';

/** What a step does, for its button: `Submit 8.9.2`, `Go to 100%`. */
export function stepAct(is: 'submit' | 'start' | 'raise' | 'cut', track: TrackHead): string {
  if (is === 'submit') return `Submit ${track.candidate === null ? track.version : `build ${track.candidate.build}`}`;
  if (is === 'cut') return `Cut the branch of ${track.version}`;
  return is === 'start' ? `Start at ${track.next ?? ''}` : `Raise to ${track.next ?? ''}`;
}

/** Stands in for a reason while the effect is shown and the reason is still being written. Nothing is stored, and nothing says it. */
export const PREVIEW_REASON = 'Shown before the decision, not a reason yet.';
