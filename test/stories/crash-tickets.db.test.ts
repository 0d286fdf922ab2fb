import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '#db/connect.ts';
import { crashGroupsOf, groupChoices, unfinishedTickets } from '#db/views/crash-groups.ts';
import { ticketOrderOf } from '#domain/health/crash-groups.ts';
import { sandboxTools } from '#integrations/sandbox/in-process.ts';
import type { Observed } from '#domain/health/observed.ts';
import { astrid, lightPolicy, must, room } from './room.ts';
import type { Room } from './room.ts';

/* The one ticket of a crash group and release line: made once, kept up to date, opened again when the crash is back, and never a second one. */

let at: Room;
const policy = lightPolicy.replace(
  'player: { testing: manual }',
  'player: { owns: ["file-1.txt"], testing: manual }\n  social: { testing: { opted-out: they have no tests } }',
);
beforeAll(async () => {
  at = await room({ policy });
  // a release in which nobody crashed
  await hear('1.0.0', '100', 'none', [], 20_000, 7);
});
afterAll(() => at.close());

const everything = {
  app: 'music',
  platform: null,
  version: null,
  severity: null,
  novelty: null,
  team: null,
  search: null,
  after: null,
  limit: 50,
} as const;
/** The tickets of a group, as the tracker has them. */
const tickets = (fingerprint: string) =>
  at.world
    .state()
    .items.filter(({ payload }) => String(payload['reference']).includes(fingerprint.padEnd(16, '0')))
    .map(({ key, payload }) => ({ ...payload, key }) as { key: string; text: string });
const groupId = async (fingerprint: string): Promise<number> =>
  (
    await at.base.db
      .selectFrom('crash_groups')
      .select('id')
      .where('fingerprint', '=', fingerprint.padEnd(32, '0'))
      .executeTakeFirstOrThrow()
  ).id;
const people = (from: number, count: number) => Array.from({ length: count }, (_, n) => `p${from + n}`);

/** What an SDK tells: people who crash in sign-up, and hours of use. */
async function hear(
  version: string,
  build: string,
  fingerprint: string,
  who: readonly string[],
  hours: number,
  daysAgo = 0,
): Promise<void> {
  const atMs = Date.parse(at.clock.now()) - daysAgo * 86_400_000;
  const origin = { version, build, environment: 'production' };
  const observed: Observed[] = [
    { is: 'usage', id: `${version} ${build} ${at.clock.now()}`, origin, atMs, sessions: 10, hours, who: null },
    ...who.map((each, n): Observed => ({
      is: 'hit',
      what: 'crashes',
      id: `${fingerprint} ${build} ${each} ${n} ${at.clock.now()}`,
      origin,
      atMs,
      who: each,
      segments: ['country=SE'],
      fingerprint: fingerprint.padEnd(32, '0'),
      title: `Fault ${fingerprint}`,
      flow: 'sign-up',
      frames: ['EmailFieldController applyAutofill'],
      code: ['file-1.txt:118'],
    })),
  ];
  expect(await at.engine.hearHealth({ app: 'music', platform: 'android', observed, unread: [], bytes: Buffer.from('x') })).toBe('heard');
  at.clock.turn(3000);
}

describe('a crash group that is worth a ticket', () => {
  test('gets one, for the team whose code it is; it is nominated, updated, and opened again when it is back on a later build', async () => {
    const ticket = () => tickets('8f21c')[0] ?? { key: '', text: '' };
    await hear('1.1.0', '110', '8f21c', people(0, 7), 2000);
    await at.engine.settle();
    expect(tickets('8f21c')).toHaveLength(1);
    expect(ticket()).toMatchObject({
      title: 'Crash on Android: Fault 8f21c',
      team: 'player',
      severity: 'critical',
      flow: 'sign-up',
      versions: ['1.1.0'],
    });
    expect(ticket().text).toContain('S1, new: 7 people hit');
    // it is a bug like any other by now, and people are asked to decide
    const { key } = ticket();
    const bug = await at.base.db.selectFrom('bugs').select(['bug', 'team']).executeTakeFirstOrThrow();
    expect(bug).toEqual({ bug: key, team: 'player' });
    const decided = await at.base.db.selectFrom('bug_decisions').select(['bug', 'nominated', 'decision']).execute();
    expect(decided).toMatchObject([{ bug: key, nominated: { name: 'Robot' }, decision: null }]);

    // the same people again are no news; as many others are
    await hear('1.1.0', '110', '8f21c', people(0, 7), 10);
    await at.engine.settle();
    expect(ticket().text).toContain('7 people hit');
    await hear('1.1.0', '110', '8f21c', people(7, 9), 10);
    await at.engine.settle();
    expect(ticket().text).toContain('16 people hit');

    // closed by people, old builds go on crashing: that is no regression
    at.world.pull({ lever: 'bug', app: 'music', key, set: { state: 'closed' } });
    at.clock.turn(60_000);
    await at.engine.settle();
    at.clock.turn(3000);
    await at.engine.settle();
    await hear('1.1.0', '110', '8f21c', people(20, 30), 10);
    await at.engine.settle();
    expect(ticket()).toMatchObject({ state: 'closed' });

    // on a later build it is
    await hear('1.1.0', '111', '8f21c', people(60, 4), 100);
    await at.engine.settle();
    expect(ticket()).toMatchObject({ state: 'open' });
    expect(ticket().text).toContain('back after it was mended');
    at.clock.turn(60_000);
    await at.engine.settle();
    expect(ticket()).toMatchObject({ state: 'open' });
    expect(tickets('8f21c')).toHaveLength(1);
    const journal = await at.base.db.selectFrom('journal').select('event').where('track', '=', at.track).orderBy('seq').execute();
    expect(journal.map(({ event }) => event).filter(({ is }) => is === 'crash-group-judged')).toMatchObject([
      { from: null, to: 'S1', novelty: 'new' },
      { from: 'S1', to: 'S1', novelty: 'regressed' },
    ]);
  });

  test('says what triage decided of its ticket and, where its code has no owner, whose the ticket is', async () => {
    const { key } = tickets('8f21c')[0] ?? { key: '' };
    const shown = async () => (await crashGroupsOf(at.base.db, { ...everything, ticket: null, search: 'Fault 8f21c' }))[0]?.triage;
    expect(await shown()).toEqual({ team: 'player', decision: null });
    must(await at.engine.command(at.track, { do: 'assign-bug', bug: key, team: 'social', reason: 'they know it' }, astrid, {}));
    const word = { risk: null, impact: null, workaround: null };
    must(
      await at.engine.command(
        at.track,
        { do: 'decide-bug', bug: key, decision: 'not-a-blocker', reason: 'mended in 1.2', ...word },
        astrid,
        {},
      ),
    );
    await at.engine.settle();
    expect(await shown()).toMatchObject({ team: 'social', decision: { is: 'not-a-blocker', reason: 'mended in 1.2', by: astrid.name } });
    // the owner by path goes before; of one without it, the ticket's team is asked for
    const of = async (team: string) => (await crashGroupsOf(at.base.db, { ...everything, ticket: null, team })).map(({ title }) => title);
    expect(await of('player')).toContain('Fault 8f21c');
    expect(await of('social')).not.toContain('Fault 8f21c');
    await at.base.db
      .updateTable('crash_groups')
      .set({ owner: null })
      .where('id', '=', await groupId('8f21c'))
      .execute();
    expect(await of('social')).toEqual(['Fault 8f21c']);
    expect((await groupChoices(at.base.db, 'music')).teams).toContain('social');
  });

  test('has one ticket, whatever is killed: the tracker took it, and whoever asked died before the answer', async () => {
    await hear('1.1.0', '110', 'dead', people(100, 20), 100);
    const real = sandboxTools(at.world);
    const connection = await connect({ url: at.base.url });
    const dying = at.another('dying', {
      connection,
      fetch: async (input, init) => {
        const answer = await real(input, init);
        return init?.method === 'POST' ? new Promise<Response>(() => undefined) : answer;
      },
    });
    dying.settle().catch(() => undefined);
    await expect.poll(() => tickets('dead').length, { timeout: 10_000 }).toBe(1);
    await connection.close();
    await at.base.db.updateTable('leases').set({ until: '2000-01-01T00:00:00.000Z' }).execute();
    at.clock.turn(3000);
    await at.engine.settle();
    expect(tickets('dead')).toHaveLength(1);
    const kept = at.base.db
      .selectFrom('crash_tickets')
      .select(['ticket', 'state'])
      .where('crash_group', '=', await groupId('dead'));
    expect(await kept.execute()).toEqual([{ ticket: tickets('dead')[0]?.key, state: 'open' }]);
  });

  test('of devices that crash everywhere gets its ticket and holds nothing', async () => {
    const groups = ['a1', 'b2', 'c3'];
    for (const group of groups) await hear('1.1.0', '110', group, [...people(200, 40), ...people(200, 40)], 10);
    await at.engine.settle();
    const ids = await Promise.all(groups.map(groupId));
    const judged = at.base.db.selectFrom('crash_judgements').select(['level', 'grave', 'noise']).where('crash_group', 'in', ids);
    expect(await judged.execute()).toEqual(groups.map(() => ({ level: 'S1', grave: false, noise: 1 })));
    const keys = groups.flatMap((group) => tickets(group).map(({ key }) => key));
    expect(keys).toHaveLength(3);
    expect(await at.base.db.selectFrom('bug_decisions').selectAll().where('bug', 'in', keys).execute()).toEqual([]);
  });

  test('gets none by itself where the policy leaves it to people; one of them asks, and all who ask get the same', async () => {
    must(await at.engine.savePolicy('music', `${policy}\ncrash-groups: { tickets: manual }\n`, astrid));
    await hear('1.1.0', '110', 'feed', people(300, 40), 10);
    await at.engine.settle();
    expect(tickets('feed')).toHaveLength(0);
    const id = await groupId('feed');
    expect(must(await at.engine.decideGroup('music', id, { is: 'not-worth-a-ticket', reason: 'one rooted phone' }, astrid)).changed).toBe(
      true,
    );
    expect(await at.engine.makeGroupTicket('music', id, null, astrid)).toMatchObject({ ok: false, code: 'conflict' });
    must(await at.engine.decideGroup('music', id, { is: 'undecided', reason: 'two more phones' }, astrid));
    const asked = await Promise.all([1, 2, 3].map(() => at.engine.makeGroupTicket('music', id, null, astrid)));
    expect(asked.filter((answer) => answer.ok && answer.ordered)).toHaveLength(1);
    await at.engine.settle();
    expect(tickets('feed')).toHaveLength(1);
    expect(await at.engine.makeGroupTicket('music', id, '1.1.0', astrid)).toMatchObject({
      ok: true,
      ordered: false,
      ticket: { state: 'open' },
    });
    expect(await at.engine.makeGroupTicket('music', id, '9.9.9', astrid)).toMatchObject({ ok: false, code: 'not-found' });
  });

  test('that the tracker did not take is listed with why and when it is tried next, and people have it tried again', async () => {
    const shown = async (ticket: 'refused' | 'waiting') =>
      (await crashGroupsOf(at.base.db, { ...everything, ticket })).map(({ title, ticket: its }) => ({
        title,
        order: ticketOrderOf(its?.order ?? null, { hasTracker: true }),
      }));
    const ask = async (fingerprint: string) => must(await at.engine.makeGroupTicket('music', await groupId(fingerprint), null, astrid));
    const fail = (what: 'key-expired' | 'error-after', times = 1) =>
      at.world.pull({ lever: 'fault', on: 'tracker', calls: 'writes', what, times });
    for (const fingerprint of ['aa1', 'bb2']) await hear('1.1.0', '110', fingerprint, people(400, 40), 10);
    await at.engine.settle();

    // one is refused, and stays so
    fail('key-expired');
    await ask('aa1');
    await at.engine.settle();
    expect(await shown('refused')).toMatchObject([
      { title: 'Fault aa1', order: { state: 'refused', does: 'open', attempts: 1, because: expect.stringContaining('key') as string } },
    ]);
    at.clock.turn(3_600_000);
    await at.engine.settle();
    expect(tickets('aa1')).toHaveLength(0);

    // one was taken, and no answer came; the other, which is asked for again, comes after it
    fail('error-after');
    await ask('bb2');
    await at.engine.settle();
    expect(await shown('waiting')).toMatchObject([{ title: 'Fault bb2', order: { attempts: 1, nextTryAt: expect.any(String) as string } }]);
    expect(await ask('aa1')).toMatchObject({ ordered: true });
    await at.engine.settle();
    const waiting = await shown('waiting');
    expect(waiting.map(({ title }) => title).toSorted()).toEqual(['Fault aa1', 'Fault bb2']);
    expect(waiting.find(({ title }) => title === 'Fault aa1')?.order?.because).toContain('the ticket before it is not through');
    expect(await unfinishedTickets(at.base.db, 'music')).toEqual({ refused: 0, waiting: 2 });

    // all at once, and at once
    expect(must(await at.engine.retryGroupTickets('music', astrid))).toMatchObject({ ordered: 1, left: false });
    await at.engine.settle();
    expect(await unfinishedTickets(at.base.db, 'music')).toEqual({ refused: 0, waiting: 0 });
    expect([tickets('aa1').length, tickets('bb2').length]).toEqual([1, 1]);
  });

  test('that could not be brought up to date is so when people ask', async () => {
    must(await at.engine.savePolicy('music', policy, astrid));
    at.world.pull({ lever: 'fault', on: 'tracker', calls: 'writes', what: 'key-expired', times: 1 });
    await hear('1.1.0', '110', 'aa1', people(500, 60), 10);
    await at.engine.settle();
    expect(await unfinishedTickets(at.base.db, 'music')).toEqual({ refused: 1, waiting: 0 });
    expect(tickets('aa1')[0]?.text).toContain('40 people hit');
    expect(must(await at.engine.retryGroupTickets('music', astrid))).toMatchObject({ ordered: 1 });
    await at.engine.settle();
    expect(tickets('aa1')[0]?.text).toContain('100 people hit');
    expect(await unfinishedTickets(at.base.db, 'music')).toEqual({ refused: 0, waiting: 0 });
  });
});
