/** The suite that every chat adapter passes. Run by test/contracts.test.ts. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Chat } from './chat.ts';
import { Trouble } from './trouble.ts';

/** A chat without messages, and levers over it. */
export type ChatHarness = {
  chat: Chat;
  app: string;
  /** What stands in the app's channels, oldest first. */
  messages: (app: string) => Promise<readonly { channel: string; text: string; urgent: boolean }[]>;
  fail: (how: 'error-before' | 'error-after' | 'no-answer' | 'too-many-calls' | 'key-expired' | 'lie') => Promise<void>;
  close: () => Promise<void>;
};

/** Describes the contract of a chat; `make` gives a fresh harness for each test. */
export function chatContract(name: string, make: () => Promise<ChatHarness>): void {
  describe(`${name} as a chat`, () => {
    const open: ChatHarness[] = [];
    afterEach(async () => {
      await Promise.all(open.splice(0).map((harness) => harness.close()));
    });
    async function channel() {
      const harness = await make();
      open.push(harness);
      const say = (text: string, key = text) =>
        harness.chat.ensureMessage({ app: harness.app, channel: 'releases', key, text, urgent: false });
      const texts = async () => (await harness.messages(harness.app)).map((message) => message.text);
      return { harness, say, texts };
    }

    test('a message stands in the channel that was named, with its urgency', async () => {
      const { harness } = await channel();
      const outcome = await harness.chat.ensureMessage({
        app: harness.app,
        channel: 'on-call',
        key: 'k',
        text: '8.9.2 is halted at 1%',
        urgent: true,
      });
      expect(outcome).toMatchObject({ ok: true, already: false });
      expect(await harness.messages(harness.app)).toMatchObject([{ channel: 'on-call', text: '8.9.2 is halted at 1%', urgent: true }]);
    });

    test('without a channel it stands in one of the app', async () => {
      const { harness } = await channel();
      expect(await harness.chat.ensureMessage({ app: harness.app, channel: null, key: 'k', text: 'hello', urgent: false })).toMatchObject({
        ok: true,
      });
      expect((await harness.messages(harness.app))[0]?.channel).toBeTruthy();
    });

    test('the same key again is the same message', async () => {
      const { say, texts } = await channel();
      expect(await say('8.9.2 is at 1%', 'at-1')).toMatchObject({ ok: true, already: false });
      expect(await say('8.9.2 is at 1% now', 'at-1')).toMatchObject({ ok: true, already: true });
      expect(await say('8.9.2 is at 100%', 'at-100')).toMatchObject({ ok: true, already: false });
      expect(await texts()).toEqual(['8.9.2 is at 1%', '8.9.2 is at 100%']);
    });

    test('several tries at the same moment leave one message', async () => {
      const { say, texts } = await channel();
      for (const outcome of await Promise.all([say('once'), say('once'), say('once')])) expect(outcome).toMatchObject({ ok: true });
      expect(await texts()).toEqual(['once']);
    });

    test.each(['error-before', 'error-after', 'no-answer'] as const)('after %s a second try leaves one message', async (how) => {
      const { harness, say, texts } = await channel();
      await harness.fail(how);
      const thrown: unknown = await say('once').catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(Trouble);
      expect(thrown).toMatchObject({ cure: 'again', mayHaveHappened: true });
      expect(await say('once')).toMatchObject({ ok: true });
      expect(await texts()).toEqual(['once']);
    });

    test('a message that was only said to be posted can be posted still', async () => {
      const { harness, say, texts } = await channel();
      await harness.fail('lie');
      expect(await say('once')).toMatchObject({ ok: true });
      expect(await texts()).toEqual([]);
      expect(await say('once')).toMatchObject({ ok: true, already: false });
      expect(await texts()).toEqual(['once']);
    });

    test.each([
      ['too-many-calls', { cure: 'again', afterMs: 7000, mayHaveHappened: false }],
      ['key-expired', { cure: 'person', mayHaveHappened: false }],
    ] as const)('%s is trouble, with its cure', async (how, expected) => {
      const { harness, say } = await channel();
      await harness.fail(how);
      const thrown: unknown = await say('once').catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(Trouble);
      expect(thrown).toMatchObject(expected);
    });

    test('a message without words is refused, and the refusal says what would help', async () => {
      const { say, texts } = await channel();
      const outcome = await say('  ', 'empty');
      expect(outcome.ok).toBe(false);
      expect(outcome.ok ? '' : outcome.because).not.toBe('');
      expect(outcome.ok ? '' : outcome.wouldHelp).not.toBe('');
      expect(await texts()).toEqual([]);
    });
  });
}
