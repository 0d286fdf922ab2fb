import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { birth } from '#domain/release/birth.ts';
import { testDatabase } from '../../test/setup/database.ts';
import type { TestDatabase } from '../../test/setup/database.ts';
import { insertApp, insertRelease, raiseApp } from './apps.ts';
import { appendEntries, seal, sealFault, sealKey, sealsAfter, verifyJournal } from './journal.ts';
import type { Chain } from './journal.ts';
import { insertTrack } from './tracks.ts';
import { inTransaction } from './transaction.ts';

const at = '2024-10-01T09:00:00.000Z';
const key = sealKey('the secret of this instance');
const astrid = { kind: 'person' as const, id: 'astrid', name: 'Astrid' };
const id = 'music/8.9.2/ios';

let base: TestDatabase;
let head: Chain;

/** Each entry in a commit of its own. */
async function write(...reasons: string[]): Promise<void> {
  for (const reason of reasons) {
    head = await inTransaction(base.db, async (tx) => {
      const raised = await raiseApp(tx, 'music');
      const event = { is: 'bug-nominated' as const, bug: 'PLAY-1', reason };
      return appendEntries(tx, head, [{ actor: astrid, event, stageAfter: 'developing' }], {
        appVersion: raised?.version ?? 0,
        at,
        recordedAt: at,
      });
    });
  }
}

beforeEach(async () => {
  base = await testDatabase();
  const track = birth({ app: 'music', version: '8.9.2', platform: 'ios', kind: 'regular', at, stage: 'developing' });
  await inTransaction(base.db, async (tx) => {
    await insertApp(tx, { id: 'music', name: 'Music', timezone: 'UTC', platforms: ['ios'], robotPaused: null }, at, at);
    const planned = { branch: null, candidate: null, submit: null, start: null, finish: null };
    await insertRelease(
      tx,
      { app: 'music', version: '8.9.2', kind: 'regular', base: null, bornAt: at, manager: null, planned, imported: false },
      at,
    );
    await insertTrack(tx, track, 1, at, at);
  });
  head = { app: 'music', track: id, seq: 0, hash: '' };
  await write('no sound', 'no sound on old phones', 'no sound after a call', 'ä “quoted” \u2028 👩‍🚀');
});
afterEach(() => base.close());

const problems = async (): Promise<string> => (await verifyJournal(base.db, key)).problems.join('\n');

describe('the audit', () => {
  test('holds for what was written', async () => {
    expect(await verifyJournal(base.db, key)).toEqual({ ok: true, chains: 1, entries: 4, seals: 0, problems: [] });
    await seal(base.db, key, at, at);
    expect(await verifyJournal(base.db, key)).toMatchObject({ ok: true, seals: 1 });
  });

  test.each([
    ['a changed reason', sql`update journal set event = jsonb_set(event, '{reason}', '"never mind"') where seq = 2`, 'entry 2'],
    ['another person', sql`update journal set actor = jsonb_set(actor, '{name}', '"Bob"') where seq = 3`, 'entry 3'],
    ['another time', sql`update journal set at = at + interval '1 minute' where seq = 1`, 'entry 1'],
    ['an entry that was taken out', sql`delete from journal where seq = 2`, 'entry 2 is missing'],
    ['entries that were taken off the end', sql`delete from journal where seq = 4`, 'ends at entry 3'],
    ['all entries taken away', sql`delete from journal`, 'all 4 entries are gone'],
    ['entries that changed places', sql`update journal set seq = 7 - seq - 2 + 100 where seq in (2, 3)`, 'entry 2 is missing'],
    ['a head that was moved', sql`update tracks set journal_seq = 3`, 'its head is at entry 3'],
  ])('tells %s', async (_, tampering, words) => {
    await tampering.execute(base.db);
    expect(await problems()).toContain(`track:${id}`);
    expect(await problems()).toContain(words);
  });

  test('tells only the first broken entry of a chain', async () => {
    await sql`update journal set event = jsonb_set(event, '{reason}', '"never mind"') where seq in (1, 2, 3)`.execute(base.db);
    expect((await verifyJournal(base.db, key)).problems).toHaveLength(1);
  });

  test('a chain that was written anew, hashes and head included, does not fit the seal', async () => {
    await seal(base.db, key, at, at);
    await sql`delete from journal`.execute(base.db);
    await sql`update tracks set journal_seq = 0, journal_hash = ''`.execute(base.db);
    head = { app: 'music', track: id, seq: 0, hash: '' };
    await write('all was well', 'all was well', 'all was well', 'all was well');
    expect(await problems()).toContain('is not the one that seal 1 signed');
  });

  test('without a seal such a chain cannot be told: that is what seals are for', async () => {
    await sql`delete from journal`.execute(base.db);
    await sql`update tracks set journal_seq = 0, journal_hash = ''`.execute(base.db);
    head = { app: 'music', track: id, seq: 0, hash: '' };
    await write('all was well');
    expect(await problems()).toBe('');
  });
});

describe('seals', () => {
  test('cover what moved since the last one, and nothing is sealed twice', async () => {
    const first = await seal(base.db, key, at, at);
    expect(first?.heads).toEqual([{ chain: `track:${id}`, seq: 4, hash: head.hash }]);
    expect(await seal(base.db, key, at, at)).toBeNull();
    await write('and another');
    expect(await seal(base.db, key, at, at)).toMatchObject({ seq: 2, prev: first?.hash, heads: [{ seq: 5 }] });
    expect(await problems()).toBe('');
  });

  test('can be checked by whoever exported them', async () => {
    await seal(base.db, key, at, at);
    const [exported] = await sealsAfter(base.db, 0, 10);
    expect(exported && sealFault(exported, '')).toBeNull();
    expect(exported && sealFault({ ...exported, heads: [] }, '')).toContain('was changed');
    expect(
      exported && sealFault({ ...exported, signature: exported.signature.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A')) }, ''),
    ).toContain('wrong signature');
  });

  test('a changed, missing or forged seal is told', async () => {
    await seal(base.db, key, at, at);
    await write('more');
    await seal(base.db, sealKey('the secret of somebody else'), at, at);
    expect(await problems()).toContain('not this instance');
    await sql`update seals set heads = '[]' where seq = 1`.execute(base.db);
    expect(await problems()).toContain('seal 1 was changed after it was signed');
    await sql`delete from seals where seq = 1`.execute(base.db);
    expect(await problems()).toContain('seal 1 is missing');
  });
});
