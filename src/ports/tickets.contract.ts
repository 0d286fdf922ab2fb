/** The suite that every tracker passes whose connection may write. Run by test/contracts.test.ts. */
import { afterEach, describe, expect, test } from 'vitest';
import type { TicketWanted, Tracker } from './tracker.ts';
import { Trouble } from './trouble.ts';

/** A tracker without tickets, and levers over it. */
export type TicketHarness = {
  tracker: Tracker;
  app: string;
  /** What stands in the tracker, oldest first. */
  tickets: (app: string) => Promise<readonly { key: string; title: string; team: string | null; state: 'open' | 'closed'; text: string }[]>;
  /** A person changes it in the tracker itself. */
  byHand: (app: string, key: string, change: { title?: string; team?: string; state?: 'open' | 'closed' }) => Promise<void>;
  fail: (how: 'error-before' | 'error-after' | 'no-answer' | 'too-many-calls' | 'key-expired' | 'lie') => Promise<void>;
  close: () => Promise<void>;
};

/** Describes the contract of a tracker's tickets; `make` gives a fresh harness for each test. */
export function ticketContract(name: string, make: () => Promise<TicketHarness>): void {
  describe(`${name} as a place for tickets`, () => {
    const open: TicketHarness[] = [];
    afterEach(async () => {
      await Promise.all(open.splice(0).map((harness) => harness.close()));
    });
    async function place() {
      const harness = await make();
      open.push(harness);
      const ensure = (change: Partial<TicketWanted> = {}) => {
        if (harness.tracker.ensureTicket === undefined) throw new Error(`${name} takes no tickets`);
        return harness.tracker.ensureTicket({
          app: harness.app,
          reference: 'crash:ios:8f21c:8.9.2',
          actionKey: 'music/8.9.2/ios:ticket:8f21c:1',
          title: 'Crash on sign-up',
          team: 'onboarding',
          text: '7 people hit',
          severity: 'critical',
          flow: 'signup',
          platforms: ['ios'],
          versions: ['8.9.2'],
          state: 'open',
          ...change,
        });
      };
      return { harness, ensure, all: () => harness.tickets(harness.app) };
    }

    test('a ticket comes to be with its words, and the feed tells of it by the same key', async () => {
      const { harness, ensure, all } = await place();
      const outcome = await ensure();
      expect(outcome).toMatchObject({ ok: true, already: false });
      expect(await all()).toMatchObject([{ title: 'Crash on sign-up', team: 'onboarding', state: 'open', text: '7 people hit' }]);
      const { facts } = await harness.tracker.changesSince(harness.app, null);
      expect(facts).toMatchObject([
        {
          kind: 'bug',
          key: outcome.ok ? outcome.ticket.key : '',
          payload: { team: 'onboarding', severity: 'critical', flow: 'signup', platforms: ['ios'], versions: ['8.9.2'] },
        },
      ]);
    });

    test('the same reference again is the same ticket; another is another', async () => {
      const { ensure, all } = await place();
      const first = await ensure();
      expect(await ensure()).toMatchObject({ ok: true, already: true, ticket: first.ok ? first.ticket : null });
      await ensure({ reference: 'crash:ios:8f21c:8.9.3' });
      expect(await all()).toHaveLength(2);
    });

    test('several tries at the same moment leave one ticket', async () => {
      const { ensure, all } = await place();
      for (const outcome of await Promise.all([ensure(), ensure(), ensure()])) expect(outcome).toMatchObject({ ok: true });
      expect(await all()).toHaveLength(1);
    });

    test.each(['error-before', 'error-after', 'no-answer'] as const)('after %s a second try leaves one ticket', async (how) => {
      const { harness, ensure, all } = await place();
      await harness.fail(how);
      const thrown: unknown = await ensure().catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(Trouble);
      expect(thrown).toMatchObject({ cure: 'again', mayHaveHappened: true });
      expect(await ensure()).toMatchObject({ ok: true });
      expect(await all()).toHaveLength(1);
    });

    test('what it says is changed, and what people made of it stays: its title, its team, that it is closed', async () => {
      const { harness, ensure, all } = await place();
      const made = await ensure();
      const key = made.ok ? made.ticket.key : '';
      await harness.byHand(harness.app, key, { title: 'Autofill crashes', team: 'identity', state: 'closed' });
      expect(await ensure({ text: '14 people hit', versions: ['8.9.2.1'], state: 'as-it-stands' })).toMatchObject({
        ok: true,
        already: false,
      });
      expect(await all()).toMatchObject([{ key, title: 'Autofill crashes', team: 'identity', state: 'closed', text: '14 people hit' }]);
      const { facts } = await harness.tracker.changesSince(harness.app, null);
      expect(facts[0]?.payload).toMatchObject({ versions: ['8.9.2', '8.9.2.1'] });
    });

    test('a closed one is open again when it is wanted open', async () => {
      const { harness, ensure, all } = await place();
      const made = await ensure();
      await harness.byHand(harness.app, made.ok ? made.ticket.key : '', { state: 'closed' });
      expect(await ensure()).toMatchObject({ ok: true, already: false });
      expect(await all()).toMatchObject([{ state: 'open' }]);
    });

    test('a ticket that is not there cannot be changed, and is not made by that', async () => {
      const { ensure, all } = await place();
      const outcome = await ensure({ state: 'as-it-stands' });
      expect(outcome).toMatchObject({ ok: false });
      expect(outcome.ok ? '' : outcome.wouldHelp).not.toBe('');
      expect(await all()).toEqual([]);
    });

    test('one that was only said to be made can be made still', async () => {
      const { harness, ensure, all } = await place();
      await harness.fail('lie');
      expect(await ensure()).toMatchObject({ ok: true });
      expect(await all()).toEqual([]);
      expect(await ensure()).toMatchObject({ ok: true, already: false });
      expect(await all()).toHaveLength(1);
    });

    test.each([
      ['too-many-calls', { cure: 'again', afterMs: 7000, mayHaveHappened: false }],
      ['key-expired', { cure: 'person', mayHaveHappened: false }],
    ] as const)('%s is trouble, with its cure', async (how, expected) => {
      const { harness, ensure } = await place();
      await harness.fail(how);
      const thrown: unknown = await ensure().catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(Trouble);
      expect(thrown).toMatchObject(expected);
    });

    test('a ticket without a title is refused, and the refusal says what would help', async () => {
      const { ensure, all } = await place();
      const outcome = await ensure({ title: '  ' });
      expect(outcome.ok).toBe(false);
      expect(outcome.ok ? '' : outcome.because).not.toBe('');
      expect(outcome.ok ? '' : outcome.wouldHelp).not.toBe('');
      expect(await all()).toEqual([]);
    });
  });
}
