import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Fact } from '#domain/facts.ts';
import { testDatabase } from '../../test/setup/database.ts';
import type { TestDatabase } from '../../test/setup/database.ts';
import { ensureFactPartition, storeFacts } from './facts.ts';
import { inTransaction } from './transaction.ts';

const ci = { kind: 'key' as const, id: 'ci', name: 'CI' };
let base: TestDatabase;
beforeAll(async () => {
  base = await testDatabase();
});
afterAll(() => base.close());

function aBuild(key: string, revision: number, state: 'building' | 'succeeded' | 'failed', source = 'ci'): Fact {
  const payload = { platform: 'ios', version: '8.9.2', number: key, kind: 'release-candidate' as const, state, commit: 'abcdef1' };
  return { kind: 'build', app: 'music', source, key, revision, at: '2024-10-01T09:00:00.000Z', payload };
}

async function store(facts: readonly Fact[], recordedAt = '2024-10-01T09:00:00.000Z'): Promise<boolean[]> {
  await ensureFactPartition(base.db, recordedAt);
  return inTransaction(base.db, (tx) => storeFacts(tx, facts, ci, recordedAt));
}

async function stateOf(key: string): Promise<string | undefined> {
  return (await base.db.selectFrom('builds').select('state').where('key', '=', key).executeTakeFirst())?.state;
}

describe('the current table', () => {
  test('the highest revision wins, in whatever order they arrive', async () => {
    expect(await store([aBuild('1', 5, 'succeeded')])).toEqual([true]);
    expect(await store([aBuild('1', 4, 'building')])).toEqual([true]);
    expect(await stateOf('1')).toBe('succeeded');
    expect((await base.db.selectFrom('facts').select('revision').where('key', '=', '1').execute()).length).toBe(2);
  });

  test('a tie goes to the later arrival', async () => {
    await store([aBuild('2', 1, 'building')]);
    await store([aBuild('2', 1, 'failed')]);
    expect(await stateOf('2')).toBe('failed');
  });

  test('the same fact again is none', async () => {
    expect(await store([aBuild('3', 1, 'building'), aBuild('3', 1, 'building')])).toEqual([true, false]);
    expect(await store([aBuild('3', 1, 'building')], '2024-11-15T09:00:00.000Z'), 'nor in another month').toEqual([false]);
  });

  test('several revisions in one batch leave the highest, ties the last', async () => {
    await store([aBuild('4', 2, 'building'), aBuild('4', 3, 'failed'), aBuild('4', 3, 'succeeded'), aBuild('4', 1, 'building')]);
    expect(await stateOf('4')).toBe('succeeded');
  });

  test('two sources of one thing have a row each', async () => {
    await store([aBuild('5', 1, 'building', 'ci'), aBuild('5', 1, 'failed', 'other')]);
    expect(
      (await base.db.selectFrom('builds').select('source').where('key', '=', '5').orderBy('source').execute()).map(({ source }) => source),
    ).toEqual(['ci', 'other']);
  });

  test('a bug is without an owner since it first was', async () => {
    const bug = (revision: number, team: string | null, at: string): Fact => ({
      kind: 'bug',
      app: 'music',
      source: 'tracker',
      key: 'PLAY-1',
      revision,
      at,
      payload: {
        key: 'PLAY-1',
        title: 'No sound',
        state: 'open',
        platforms: [],
        versions: ['8.9.2'],
        team,
        flow: null,
        severity: null,
        nominated: false,
        fixedBy: [],
        verifiedOn: [],
      },
    });
    const since = async () => (await base.db.selectFrom('bugs').select('ownerless_since').executeTakeFirstOrThrow()).ownerless_since;
    await store([bug(1, null, '2024-10-01T09:00:00.000Z')]);
    await store([bug(2, null, '2024-10-01T11:00:00.000Z')]);
    expect(await since()).toBe('2024-10-01T09:00:00.000Z');
    await store([bug(3, 'player', '2024-10-01T12:00:00.000Z')]);
    expect(await since()).toBeNull();
    await store([bug(4, null, '2024-10-01T13:00:00.000Z')]);
    expect(await since()).toBe('2024-10-01T13:00:00.000Z');
  });
});

describe('the log of facts', () => {
  test('gets a partition for each month in which facts arrive, also from several processes at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => ensureFactPartition(base.db, '2031-02-28T23:59:59.999Z')));
    await store([aBuild('6', 1, 'building')], '2031-02-28T23:59:59.999Z');
    await store([aBuild('6', 2, 'succeeded')], '2031-03-01T00:00:00.000Z');
    const { rows } = await sql<{
      partition: string;
    }>`select tableoid::regclass::text as partition from facts where key = '6' order by revision`.execute(base.db);
    expect(rows.map(({ partition }) => partition)).toEqual(['facts_2031_02', 'facts_2031_03']);
  });

  test('takes a thousand facts in one batch', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => aBuild(`many-${index}`, 1, 'succeeded'));
    expect((await store(many)).every(Boolean)).toBe(true);
    expect(await stateOf('many-999')).toBe('succeeded');
  });
});
