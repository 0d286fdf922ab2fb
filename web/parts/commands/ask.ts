/** What a page may ask a person about: which dialog, on what. Opened from the inspector, from a list, or by a key. */
import { createContext, useContext } from 'react';
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import type { Cell, WaiverView } from '#api/verdict.ts';

export type Ask =
  | { is: 'waive'; track: TrackHead; cell: Cell }
  | { is: 'clear-red'; track: TrackHead; cell: Cell }
  | { is: 'revoke-waiver'; track: TrackHead; waiver: WaiverView }
  | { is: 'approve-waiver'; track: TrackHead; waiver: WaiverView }
  | { is: 'halt' | 'resume' | 'cancel' | 'withdraw' | 'submit' | 'start' | 'raise' | 'cut'; track: TrackHead }
  | { is: 'choose-candidate'; track: TrackHead; build: { number: string; commit: string; candidate: number | null } }
  | { is: 'decide-bug'; track: TrackHead; bug: { key: string; title: string } }
  | { is: 'assign-bug'; track: TrackHead; bug: { key: string; title: string } }
  | {
      is: 'sign-off';
      track: TrackHead;
      team: string;
      state: 'signed' | 'rejected' | 'withdrawn' | 'testing';
      /** The build that the word is about, where the page shows another than the final candidate. */
      build?: { number: string; candidate: number | null };
    }
  | { is: 'approve'; track: TrackHead; cell: Cell; answer: 'approved' | 'refused' }
  | { is: 'tick'; track: TrackHead; cell: Cell; answer: 'done' | 'refused' }
  | { is: 'pause-robot'; track: TrackHead; scope: 'app' | 'track' }
  | { is: 'unpause-robot'; track: TrackHead; scope: 'app' | 'track' }
  | { is: 'retry-action'; track: TrackHead; key: string; text: string }
  | { is: 'nudge'; track: TrackHead; whom: string; instance: string | null; team: string | null }
  | { is: 'nominate-bug'; track: TrackHead; bug: { key: string; title: string } | null }
  | { is: 'ask-cherry-pick'; track: TrackHead }
  | { is: 'correct'; track: TrackHead }
  | { is: 'post-update'; release: ControlRoom['releases'][number] }
  | { is: 'delay-release'; release: ControlRoom['releases'][number]; byMs: number }
  | { is: 'answer-cherry-pick'; track: TrackHead; pick: string; text: string };

const AskContext = createContext<((ask: Ask) => void) | null>(null);
export const AskProvider = AskContext.Provider;

/** Opens the dialog of a command. */
export function useAsk(): (ask: Ask) => void {
  const ask = useContext(AskContext);
  if (ask === null) throw new Error('useAsk outside of an app');
  return ask;
}
