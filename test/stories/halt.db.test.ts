import { afterEach, describe, expect, test } from 'vitest';
import type { Command } from '#domain/release/commands.ts';
import { sandboxTools } from '#integrations/sandbox/in-process.ts';
import { astrid, lightPolicy, must, readyToSubmit, room } from './room.ts';
import type { Room } from './room.ts';

let at: Room;
afterEach(() => at.close());

const listing = { app: 'music', platform: 'android', storefront: 'google-play' } as const;
const release = () => at.world.state().listings[0]?.releases.find(({ version }) => version === '1.1.0');

async function rollingOut(policy?: string): Promise<void> {
  at = await room({ policy });
  await readyToSubmit(at);
  at.world.pull({ lever: 'approve', ...listing, version: '1.1.0' });
  at.clock.turn(20_000);
  await at.engine.settle();
  expect(await at.stage()).toBe('rolling-out 1%');
}

async function actions(): Promise<[string, string, number][]> {
  const rows = await at.base.db.selectFrom('outbox').select(['kind', 'state', 'attempts']).orderBy('recorded_at').orderBy('key').execute();
  return rows.filter(({ kind }) => kind.startsWith('ensure-')).map(({ kind, state, attempts }) => [kind, state, attempts]);
}

describe('halting', () => {
  test('a person halts at 1% and resumes; halted is shown when the storefront says so', async () => {
    await rollingOut();
    const ordered = must(await at.command({ do: 'halt', reason: 'crashes in playback' }));
    expect(ordered.track).toMatchObject({ stage: 'rolling-out', halting: { by: 'Astrid' } });
    await at.engine.settle();
    expect(await at.stage()).toBe('halted 1%');
    expect(release()?.state).toBe('halted');
    at.clock.turn(3_600_000);
    await at.engine.settle();
    expect(await at.stage(), 'nothing resumes by itself').toBe('halted 1%');
    must(await at.command({ do: 'resume', reason: 'it was the network of the test lab' }));
    await at.engine.settle();
    expect(await at.stage()).toBe('rolling-out 1%');
  });

  test('a critical blocker halts the rollout by itself, once', async () => {
    await rollingOut(
      lightPolicy.replace(
        'windows: any',
        'windows: any\nbugs: { critical-flows: [playback] }\nhalts-while-rolling-out: [{ no-blocking-bugs: critical }]',
      ),
    );
    await at.report('bug', 'PLAY-1', {
      key: 'PLAY-1',
      title: 'No sound',
      state: 'open',
      platforms: ['android'],
      versions: ['1.1.0'],
      team: 'player',
      flow: 'playback',
      severity: 'critical',
      nominated: true,
      fixedBy: [],
      verifiedOn: [],
    });
    await at.engine.settle();
    must(
      await at.command({
        do: 'decide-bug',
        bug: 'PLAY-1',
        decision: 'blocker',
        reason: 'nobody hears anything',
        risk: null,
        impact: null,
        workaround: null,
      }),
    );
    await at.engine.settle();
    expect(await at.stage()).toBe('halted 1%');
    expect((await actions()).filter(([kind]) => kind === 'ensure-halted')).toEqual([['ensure-halted', 'done', 1]]);
  });

  test('a halt overtakes a raise that waits for its next try, and the raise is void', async () => {
    await rollingOut();
    at.world.pull({ lever: 'fault', on: 'google-play', calls: 'writes', what: 'error-before', times: 1 });
    at.clock.turn(70_000);
    await at.engine.settle();
    expect((await actions()).at(-1)).toEqual(['ensure-rollout', 'waiting', 1]);
    must(await at.command({ do: 'halt', reason: 'something is wrong' }));
    await at.engine.settle();
    expect(await at.stage()).toBe('halted 1%');
    expect((await actions()).slice(-2).toSorted((a, b) => (a[0] < b[0] ? -1 : 1))).toEqual([
      ['ensure-halted', 'done', 1],
      ['ensure-rollout', 'void', 1],
    ]);
    expect(release()).toMatchObject({ state: 'halted', percent: 1 });
  });

  test('a halt does not wait for a reading that fails', async () => {
    await rollingOut();
    at.world.pull({ lever: 'fault', on: 'google-play', calls: 'reads', what: 'error-before', times: 1 });
    must(await at.command({ do: 'halt', reason: 'something is wrong' }));
    await at.engine.settle();
    expect(release()?.state).toBe('halted');
  });
});

describe('a halt is sent whatever else hangs', () => {
  /** A storefront some of whose calls get no answer until they are broken off; `hung` counts them. */
  function hanging(isHung: (method: string, url: string) => boolean) {
    const real = sandboxTools(at.world);
    const seen = { hung: 0, brokenOff: 0 };
    const send: typeof fetch = async (input, init) => {
      if (!isHung(init?.method ?? 'GET', typeof input === 'string' ? input : '')) return real(input, init);
      seen.hung += 1;
      return new Promise<Response>((_, reject) => {
        init?.signal?.addEventListener('abort', () => {
          seen.brokenOff += 1;
          reject(new Error('aborted'));
        });
      });
    };
    return { send, seen };
  }

  test('a raise that hangs in its lane is broken off for the halt, is in doubt, and is void when the halt is through', async () => {
    await rollingOut();
    const { send, seen } = hanging((method, url) => method === 'POST' && /\/(raise|complete)$/.test(url));
    const engine = at.another('second', { fetch: send });
    at.clock.turn(70_000);
    const working = engine.settle();
    await expect.poll(() => seen.hung, { timeout: 30_000 }).toBe(1);
    must(await engine.command(at.track, { do: 'halt', reason: 'crashes in playback' }, astrid));
    await working;
    await engine.settle();
    expect(seen).toEqual({ hung: 1, brokenOff: 1 });
    expect(await at.stage()).toBe('halted 1%');
    expect(release()).toMatchObject({ state: 'halted', percent: 1 });
    expect((await actions()).slice(-2).toSorted((a, b) => (a[0] < b[0] ? -1 : 1))).toEqual([
      ['ensure-halted', 'done', 1],
      ['ensure-rollout', 'void', 1],
    ]);
  });

  test('an order that was lost on its way and arrives after a later halt does not let the rollout go on: it is halted again', async () => {
    await rollingOut();
    const real = sandboxTools(at.world);
    let arrive: (() => Promise<Response>) | null = null;
    const send: typeof fetch = async (input, init) => {
      if (arrive !== null || typeof input !== 'string' || !input.endsWith('/resume')) return real(input, init);
      arrive = () => real(input, { ...init, signal: null });
      throw new Error('the network is gone');
    };
    const engine = at.another('second', { fetch: send });
    const give = async (command: Command): Promise<string> => {
      must(await engine.command(at.track, command, astrid));
      await engine.settle();
      at.clock.turn(20_000);
      await engine.settle();
      return at.stage();
    };
    expect(await give({ do: 'halt', reason: 'crashes in playback' })).toBe('halted 1%');
    expect(await give({ do: 'resume', reason: 'it was the network of the lab' })).toBe('rolling-out 1%');
    expect(await give({ do: 'halt', reason: 'it crashes all the same' })).toBe('halted 1%');
    await (arrive as (() => Promise<Response>) | null)?.();
    expect(release()?.state).toBe('rolling-out');
    at.clock.turn(70_000);
    await engine.settle();
    at.clock.turn(20_000);
    await engine.settle();
    expect([await at.stage(), release()?.state]).toEqual(['halted 1%', 'halted']);
    const told = await at.base.db.selectFrom('journal').select(['kind', 'event']).where('track', '=', at.track).orderBy('seq').execute();
    const moves = told.map(({ kind }) => kind).filter((kind) => /^(?:halt|resum)/.test(kind));
    const once = ['halt-ordered', 'halted'];
    expect(moves).toEqual([...once, 'resume-ordered', 'resumed', ...once, 'resumed', ...once]);
    const late = told.findLast(({ kind }) => kind === 'resumed')?.event;
    expect(late).toMatchObject({ byStorefront: true, late: `${at.track}:resume:1:google-play` });
  });

  test('a transaction that holds the app is ended, and one of the lane’s readings that hangs is not waited for', async () => {
    await rollingOut();
    let reads = 0;
    // the first is the look before the halt; the adapter's own comes after it
    const { send } = hanging((method) => method === 'GET' && (reads += 1) === 1);
    const engine = at.another('second', { fetch: send });
    const holder = await at.base.pool.connect();
    holder.on('error', () => undefined);
    await holder.query('begin');
    await holder.query("update apps set name = name where id = 'music'");
    must(await engine.command(at.track, { do: 'halt', reason: 'crashes in playback' }, astrid));
    await expect(holder.query('commit')).rejects.toThrow(/terminat|not queryable/);
    holder.release(true);
    await engine.settle();
    expect(reads).toBeGreaterThan(0);
    expect(release()?.state).toBe('halted');
  });
});

describe('troubles on the way out', () => {
  test('an answer that never came is looked up before it is asked again: one object in the storefront', async () => {
    at = await room();
    at.world.pull({ lever: 'fault', on: 'google-play', calls: 'writes', what: 'error-after', times: 1 });
    await readyToSubmit(at);
    expect((await actions())[0]?.[0]).toBe('ensure-submission');
    at.clock.turn(20_000);
    await at.engine.settle();
    expect(await at.stage()).toBe('in-review');
    expect(release()?.submissions).toHaveLength(1);
  });

  test('pauses between tries grow, and the action goes on when the storefront is back', async () => {
    at = await room();
    at.world.pull({ lever: 'fault', on: 'google-play', calls: 'all', what: 'error-before', times: 1000 });
    await readyToSubmit(at);
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) {
      const row = await at.base.db
        .selectFrom('outbox')
        .select(['state', 'next_try_at', 'outcome'])
        .where('kind', '=', 'ensure-submission')
        .executeTakeFirstOrThrow();
      expect(row.state).toBe('waiting');
      const wait = Date.parse(row.next_try_at ?? '') - Date.parse(at.clock.now());
      waits.push(wait);
      at.clock.turn(wait);
      await at.engine.settle();
    }
    expect(waits[3]).toBeGreaterThan(waits[0] ?? 0);
    at.world.pull({ lever: 'clear-faults' });
    at.clock.turn(300_000);
    await at.engine.settle();
    expect(await at.stage()).toBe('in-review');
  });

  test('without a connection the action is refused with what would help, and a person can have it tried again', async () => {
    at = await room({ connectSandbox: false });
    await readyToSubmit(at);
    const submission = () =>
      at.base.db.selectFrom('outbox').select(['key', 'state', 'outcome']).where('kind', '=', 'ensure-submission').executeTakeFirstOrThrow();
    const row = await submission();
    expect(row).toMatchObject({ state: 'refused' });
    expect(row.outcome).toContain('not connected: connect google-play');
    expect(await at.base.db.selectFrom('questions').select(['kind', 'closed_at']).execute()).toEqual([
      { kind: 'refused', closed_at: null },
    ]);
    must(await at.engine.connect({ app: 'music', integration: 'sandbox', settings: {}, serves: ['storefront:google-play'] }, astrid));
    await at.engine.settle();
    must(await at.command({ do: 'retry-action', key: row.key }));
    await at.engine.settle();
    expect(await submission()).toMatchObject({ state: 'done' });
    expect(await at.stage()).toBe('in-review');
    expect((await at.base.db.selectFrom('questions').select('closed_at').executeTakeFirstOrThrow()).closed_at).not.toBeNull();
  });

  test('an expired key asks a person and is not tried again by itself', async () => {
    at = await room();
    at.world.pull({ lever: 'fault', on: 'google-play', calls: 'writes', what: 'key-expired', times: 1 });
    await readyToSubmit(at);
    at.clock.turn(3_600_000);
    await at.engine.settle();
    expect(await actions()).toEqual([['ensure-submission', 'refused', 1]]);
    const { text } = await at.base.db.selectFrom('questions').select('text').where('kind', '=', 'refused').executeTakeFirstOrThrow();
    expect(text).toContain('lets us not in');
  });
});
