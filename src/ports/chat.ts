/** What we ask of a chat or a pager: that a message is there once. */
import type { Outcome } from './outcome.ts';

export type Chat = {
  /** The message with this key stands in the app's channel, once. */
  ensureMessage(message: { app: string; channel: string | null; key: string; text: string; urgent: boolean }): Promise<Outcome>;
};
