/** The sandbox's chat: a message with a key stands once. */
import { done, refused } from '#ports/outcome.ts';
import type { Chat } from '#ports/chat.ts';
import type { SandboxClient } from './client.ts';
import { postedSchema } from './schema.ts';

export function sandboxChat(client: SandboxClient, nameAt: (app: string) => string): Chat {
  return {
    async ensureMessage({ app, channel, key, text, urgent }) {
      // The sandbox keeps one message for each key, as chats with an idempotency key do, so no look is needed before.
      const answered = await client.post(['apps', nameAt(app), 'messages'], { channel, key, text, urgent }, postedSchema);
      if (!answered.ok) return refused(answered.refusal.message, answered.refusal.help);
      const { message, already } = answered.value;
      return done(already ? `stands in ${message.channel} already` : `posted to ${message.channel}`, already);
    },
  };
}
