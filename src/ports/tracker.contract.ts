/** The suite that every feed of facts passes: trackers, CI. Run by test/contracts.test.ts. */
import { afterEach, describe, expect, test } from 'vitest';
import { factPayloads } from '#domain/facts.ts';
import type { FactKind } from '#domain/facts.ts';
import type { FactsFeed } from './facts-feed.ts';
import { Trouble } from './trouble.ts';

/** A feed of an app whose source is empty, and levers for what happens there. */
export type FeedHarness = {
  feed: FactsFeed;
  app: string;
  /** The kinds that the integration says it brings. */
  kinds: readonly FactKind[];
  /** Something comes to be; answers its key. */
  begin: (app: string) => Promise<string>;
  /** The thing with this key changes. */
  change: (app: string, key: string) => Promise<void>;
  /** The source is emptied and begins anew. */
  startOver: () => Promise<void>;
  fail: (how: 'error' | 'no-answer' | 'too-many-calls' | 'key-expired' | 'nonsense') => Promise<void>;
  close: () => Promise<void>;
};

/** Describes the contract of a feed; `make` gives a fresh harness for each test. */
export function feedContract(name: string, make: () => Promise<FeedHarness>): void {
  describe(`${name} as a feed of facts`, () => {
    const open: FeedHarness[] = [];
    afterEach(async () => {
      await Promise.all(open.splice(0).map((harness) => harness.close()));
    });
    async function source(): Promise<FeedHarness> {
      const harness = await make();
      open.push(harness);
      return harness;
    }

    test('an empty source gives no facts, and a cursor to go on from', async () => {
      const { feed, app, begin } = await source();
      const first = await feed.changesSince(app, null);
      expect(first.facts).toEqual([]);
      const key = await begin(app);
      expect((await feed.changesSince(app, first.cursor)).facts.map((fact) => fact.key)).toEqual([key]);
    });

    test('without a cursor it gives all that is there, in our words', async () => {
      const { feed, app, kinds, begin } = await source();
      const keys = [await begin(app), await begin(app)];
      const { facts } = await feed.changesSince(app, null);
      expect(facts.map((fact) => fact.key)).toEqual(keys);
      for (const fact of facts) {
        expect(fact.app).toBe(app);
        expect(kinds).toContain(fact.kind);
        expect(fact.at).toBe(new Date(fact.at).toISOString());
        expect(factPayloads[fact.kind].safeParse(fact.payload).success).toBe(true);
      }
    });

    test('with its own cursor it gives only what changed, with a higher revision', async () => {
      const { feed, app, begin, change } = await source();
      const first = await begin(app);
      await begin(app);
      const before = await feed.changesSince(app, null);
      expect((await feed.changesSince(app, before.cursor)).facts).toEqual([]);
      await change(app, first);
      const after = await feed.changesSince(app, before.cursor);
      expect(after.facts.map((fact) => fact.key)).toEqual([first]);
      expect(after.facts[0]?.revision).toBeGreaterThan(before.facts[0]?.revision ?? Number.POSITIVE_INFINITY);
      expect((await feed.changesSince(app, after.cursor)).facts).toEqual([]);
    });

    test('the oldest change comes first', async () => {
      const { feed, app, begin, change } = await source();
      const first = await begin(app);
      const second = await begin(app);
      await change(app, first);
      expect((await feed.changesSince(app, null)).facts.map((fact) => fact.key)).toEqual([second, first]);
    });

    test('the facts of another app are not among them', async () => {
      const { feed, app, begin } = await source();
      await begin('another-app');
      const key = await begin(app);
      expect((await feed.changesSince(app, null)).facts.map((fact) => fact.key)).toEqual([key]);
    });

    test('many changes come whole and once', async () => {
      const { feed, app, begin } = await source();
      const keys: string[] = [];
      for (let i = 0; i < 1203; i++) keys.push(await begin(app));
      expect((await feed.changesSince(app, null)).facts.map((fact) => fact.key)).toEqual(keys);
    });

    test('a source that began anew is read from its beginning, and its revisions go on rising', async () => {
      const { feed, app, begin, startOver } = await source();
      await begin(app);
      const before = await feed.changesSince(app, null);
      await startOver();
      const key = await begin(app);
      const after = await feed.changesSince(app, before.cursor);
      expect(after.facts.map((fact) => fact.key)).toEqual([key]);
      expect(after.facts[0]?.revision).toBeGreaterThan(before.facts[0]?.revision ?? Number.POSITIVE_INFINITY);
    });

    test('a cursor that it cannot read means from the beginning', async () => {
      const { feed, app, begin } = await source();
      const key = await begin(app);
      expect((await feed.changesSince(app, 'not a cursor')).facts.map((fact) => fact.key)).toEqual([key]);
    });

    test.each([
      ['error', { cure: 'again' }],
      ['no-answer', { cure: 'again' }],
      ['too-many-calls', { cure: 'again', afterMs: 7000 }],
      ['key-expired', { cure: 'person' }],
      ['nonsense', { cure: 'again' }],
    ] as const)('%s is trouble, and nothing is lost by it', async (how, expected) => {
      const { feed, app, begin, fail } = await source();
      const key = await begin(app);
      await fail(how);
      const thrown: unknown = await feed.changesSince(app, null).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(Trouble);
      expect(thrown).toMatchObject({ ...expected, mayHaveHappened: false });
      expect((await feed.changesSince(app, null)).facts.map((fact) => fact.key)).toEqual([key]);
    });
  });
}
