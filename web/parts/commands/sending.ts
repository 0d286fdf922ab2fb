import { say } from '../shell/announce.ts';

/** Why a button is off while its form is under way. */
export const SENDING = 'It is being sent';

/** What closes a dialog with a form. Not while it is under way: a refusal would be told to nobody. */
export function closing(isSending: boolean, onClose: () => void): () => void {
  return () => (isSending ? say(`${SENDING}: what comes of it is told here.`) : onClose());
}
