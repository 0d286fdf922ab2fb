import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Actor } from '#domain/roles.ts';
import { plusMs } from '#domain/time.ts';
import { testDatabase } from '../../test/setup/database.ts';
import { createEngine } from './engine.ts';
import type { Result } from './types.ts';

const lind: Actor = { kind: 'person', id: 'p', name: 'M. Lind', roles: ['admin', 'release-manager'], teams: [] };
const player: Actor = { kind: 'integration', id: 'story', name: 'Story' };

const MACHINE = '2026-11-23T10:00:00.000Z';
const OCTOBER = '2024-10-01T12:20:00.000Z';
const MINUTE = 60_000;

const policyOf = (app: string) => `app: ${app}
timezone: Europe/Stockholm
process: light
platforms: { android: { storefronts: [google-play], rollout: [100] } }
before submit: [{ manual: ready }]
before start: []
robot: { cut: auto, submit: auto, start: auto, raise: auto, halt: auto }
`;

let base: Awaited<ReturnType<typeof testDatabase>>;
let machine = MACHINE;
const turn = (ms: number) => {
  machine = plusMs(machine, ms);
};
const make = (owner: string) =>
  createEngine({
    connection: base,
    integrations: [],
    clock: { now: () => machine },
    owner,
    secret: 'a secret for the tests, of enough length',
    dataDir: '/nowhere',
    sweepEveryMs: 3_600_000,
  });
let engine: ReturnType<typeof make>;

function must<T>(answer: Result<T>): T {
  if (!answer.ok) throw new Error(`${answer.because}; ${'wouldBeRight' in answer ? answer.wouldBeRight : ''}`);
  return answer;
}

/** When a cut was ordered in the app, by its own time. */
async function cutOrdered(app: string): Promise<string | null> {
  const row = await base.db
    .selectFrom('journal')
    .select('at')
    .where('app', '=', app)
    .where('kind', '=', 'action-ordered')
    .orderBy('seq')
    .executeTakeFirst();
  return row?.at ?? null;
}

/** An app whose robot cuts on branch day, with a release whose branch day comes in an hour of the app's own time. */
async function appWith(id: string, clock?: { at: string; speed: number }): Promise<void> {
  const own = clock === undefined ? {} : { sample: true, clock };
  must(await engine.createApp({ id, name: id, timezone: 'Europe/Stockholm', platforms: ['android'], policy: policyOf(id), ...own }, lind));
  const branch = plusMs(engine.clock.appNow(id), 60 * MINUTE);
  must(
    await engine.planRelease(
      { app: id, version: '1.0.0', kind: 'regular', platforms: ['android'], startsAt: 'developing', planned: { branch } },
      lind,
    ),
  );
}

beforeAll(async () => {
  base = await testDatabase();
  engine = make('first');
});
afterAll(async () => {
  await engine.stop();
  await base.close();
});

describe('three apps on one engine, each in its own time', () => {
  test('one stands in October, one runs at ten minutes a second, one has the machine’s time', async () => {
    await appWith('standing', { at: OCTOBER, speed: 0 });
    await appWith('fast', { at: OCTOBER, speed: 600 });
    await appWith('real');
    await engine.settle();
    turn(5999);
    await engine.settle();
    expect(['standing', 'fast', 'real'].map((app) => engine.clock.appNow(app))).toEqual([
      OCTOBER,
      plusMs(OCTOBER, 5999 * 600),
      plusMs(MACHINE, 5999),
    ]);
    expect(await Promise.all(['standing', 'fast', 'real'].map(cutOrdered))).toEqual([null, null, null]);
  });

  test('what is due in the fast one is done at its own hour, and nothing in the others', async () => {
    turn(1);
    await engine.settle();
    expect(await Promise.all(['standing', 'fast', 'real'].map(cutOrdered))).toEqual([null, '2024-10-01T13:20:00.000Z', null]);
  });

  test('what is due in the real one is done at the machine’s hour', async () => {
    turn(60 * MINUTE - 6000);
    await engine.settle();
    expect(await Promise.all(['standing', 'real'].map(cutOrdered))).toEqual([null, plusMs(MACHINE, 60 * MINUTE)]);
  });

  test('a standing clock does not wake the engine, however long the machine runs', async () => {
    const before = await base.db.selectFrom('tracks').select('planned_at').where('app', '=', 'standing').executeTakeFirstOrThrow();
    turn(30 * 24 * 60 * MINUTE);
    const due = await base.db.selectFrom('due').select('key').where('app', '=', 'standing').where('kind', '=', 'track').execute();
    expect(due).toEqual([]);
    await engine.settle();
    expect(await cutOrdered('standing')).toBeNull();
    expect(before.planned_at).toBe(OCTOBER);
  });

  test('a clock that leaps does at once what the skipped time made due, at the time it leapt to', async () => {
    must(await engine.setClock('standing', { at: '2024-10-01T15:00:00.000Z' }, player));
    expect(engine.clock.appNow('standing')).toBe('2024-10-01T15:00:00.000Z');
    await engine.settle();
    expect(await cutOrdered('standing')).toBe('2024-10-01T15:00:00.000Z');
  });

  test('the journal holds each app’s own time, and its chains and seals are whole', async () => {
    expect(await engine.verifyAudit()).toMatchObject({ ok: true, problems: [] });
  });
});

describe('setting a clock', () => {
  test('moves what was due to its new place', async () => {
    await appWith('paced', { at: OCTOBER, speed: 1 });
    await engine.settle();
    must(await engine.setClock('paced', { speed: 3600 }, player));
    await engine.settle();
    turn(1000);
    await engine.settle();
    expect(await cutOrdered('paced')).toBe('2024-10-01T13:20:00.000Z');
  });

  test('keeps the time at which it was when only the speed changes', async () => {
    must(await engine.setClock('paced', { at: '2024-10-02T00:00:00.000Z', speed: 60 }, player));
    turn(1000);
    must(await engine.setClock('paced', { speed: 0 }, player));
    turn(MINUTE);
    expect(engine.clock.appNow('paced')).toBe('2024-10-02T00:01:00.000Z');
  });

  test('goes into the journal as a person’s word, and not as the turn of a player', async () => {
    const told = async () =>
      (await base.db.selectFrom('journal').select('event').where('app', '=', 'paced').where('kind', '=', 'clock-set').execute()).map(
        ({ event }) => event,
      );
    expect(await told()).toEqual([]);
    must(await engine.setClock('paced', { at: '2024-10-02T06:00:00.000Z' }, lind));
    expect(await told()).toEqual([
      { is: 'clock-set', from: { at: '2024-10-02T00:01:00.000Z', speed: 0 }, to: { at: '2024-10-02T06:00:00.000Z', speed: 0 } },
    ]);
  });

  test('raises the app’s version and tells the streams', async () => {
    const heard: string[] = [];
    const stop = engine.onChange(({ app, kinds }) => heard.push(`${app} ${kinds.join()}`));
    const { version } = must(await engine.setClock('paced', { at: '2024-10-02T07:00:00.000Z' }, player));
    stop();
    expect(heard).toEqual(['paced app']);
    const row = await base.db.selectFrom('apps').select('version').where('id', '=', 'paced').executeTakeFirstOrThrow();
    expect(row.version).toBe(version);
  });

  test.each([
    ['real', { speed: 10 }, 'not-allowed', 'real is a real app'],
    ['nowhere', { speed: 10 }, 'not-found', 'there is no app'],
    ['paced', {}, 'invalid', 'neither a time nor a speed'],
    ['paced', { speed: -1 }, 'invalid', '-1 is no speed'],
    ['paced', { speed: Number.NaN }, 'invalid', 'NaN is no speed'],
    ['paced', { speed: 100_001 }, 'invalid', '100001 is no speed'],
    ['paced', { at: 'yesterday' }, 'invalid', '"yesterday" is no instant'],
    ['paced', { at: '2024-10-01T00:00:00.000Z' }, 'conflict', 'its journal has an entry of 2024-10-02T06:00:00.000Z'],
  ] as const)('of %s to %o is refused as %s', async (app, to, code, because) => {
    const answer = await engine.setClock(app, to, lind);
    expect(answer).toMatchObject({ ok: false, code });
    expect(answer.ok ? '' : answer.because).toContain(because);
  });

  test('of an app that is read anew after it was taken out and made again is that of the new one', async () => {
    const wanted = { id: 'again', name: 'Again', timezone: 'UTC', platforms: ['android'], sample: true };
    must(await engine.createApp({ ...wanted, clock: { at: OCTOBER, speed: 0 } }, lind));
    for (const day of ['02', '03', '04']) must(await engine.setClock('again', { at: `2024-10-${day}T00:00:00.000Z` }, player));
    must(await engine.removeSample('again', lind));
    expect(engine.clock.appNow('again')).toBe(machine);
    must(await engine.createApp({ ...wanted, clock: { at: OCTOBER, speed: 0 } }, lind));
    expect(engine.clock.appNow('again')).toBe(OCTOBER);
  });

  test('is no way to make a real app with a clock of its own', async () => {
    const wanted = { id: 'other', name: 'Other', timezone: 'UTC', platforms: ['android'], clock: { at: OCTOBER, speed: 0 } };
    expect(await engine.createApp(wanted, lind)).toMatchObject({ ok: false, code: 'not-allowed' });
    expect(await engine.createApp({ ...wanted, sample: true, clock: { at: OCTOBER, speed: -3 } }, lind)).toMatchObject({
      ok: false,
      code: 'invalid',
    });
    expect(await base.db.selectFrom('apps').select('id').where('id', '=', 'other').execute()).toEqual([]);
  });
});

describe('several processes', () => {
  test('tell the same time of an app, also after one of them turned its clock', async () => {
    const second = make('second');
    await second.start();
    try {
      expect(second.clock.appNow('standing')).toBe(engine.clock.appNow('standing'));
      expect(second.clock.appNow('fast')).toBe(engine.clock.appNow('fast'));
      expect(second.clock.appNow('real')).toBe(machine);
      must(await engine.setClock('standing', { at: '2024-10-05T00:00:00.000Z' }, player));
      await vi.waitFor(() => expect(second.clock.appNow('standing')).toBe('2024-10-05T00:00:00.000Z'), 5000);
      must(await second.setClock('standing', { at: '2024-10-06T00:00:00.000Z', speed: 1 }, player));
      await engine.settle();
      expect(engine.clock.appNow('standing')).toBe('2024-10-06T00:00:00.000Z');
    } finally {
      await second.stop();
    }
  });

  test('that start anew find the clocks where they were', async () => {
    const again = make('again');
    await again.start();
    try {
      for (const app of ['standing', 'fast', 'paced', 'real']) expect(again.clock.appNow(app)).toBe(engine.clock.appNow(app));
      expect(again.clock.appNow('paced')).toBe('2024-10-02T07:00:00.000Z');
    } finally {
      await again.stop();
    }
  });

  test('that turn one clock at the same moment leave it at one of the two times, and both engines agree on which', async () => {
    const second = make('second');
    await second.settle();
    const answers = await Promise.all([
      engine.setClock('paced', { at: '2024-10-03T00:00:00.000Z' }, player),
      second.setClock('paced', { at: '2024-10-04T00:00:00.000Z' }, player),
    ]);
    expect(answers.every(({ ok }) => ok)).toBe(true);
    await engine.settle();
    await second.settle();
    expect(engine.clock.appNow('paced')).toBe(second.clock.appNow('paced'));
    await second.stop();
  });
});

describe('a clock that a player turns from moment to moment', () => {
  const plannedAt = async (app: string): Promise<string | null> =>
    (await base.db.selectFrom('tracks').select('planned_at').where('app', '=', app).executeTakeFirstOrThrow()).planned_at;

  test('wakes only what waits for a time that has come: nothing half an hour before branch day, the cut on it', async () => {
    await appWith('stepped', { at: OCTOBER, speed: 0 });
    await engine.settle();
    const waits = await base.db.selectFrom('tracks').select('look_again_at').where('app', '=', 'stepped').executeTakeFirstOrThrow();
    const before = await plannedAt('stepped');
    must(await engine.setClock('stepped', { at: plusMs(OCTOBER, 1000) }, player, { wakes: 'due' }));
    await engine.settle('stepped');
    expect(waits.look_again_at === null || waits.look_again_at > plusMs(OCTOBER, 1000)).toBe(true);
    expect(await plannedAt('stepped')).toBe(before);
    const branchDay = plusMs(OCTOBER, 60 * MINUTE);
    must(await engine.setClock('stepped', { at: branchDay }, player, { wakes: 'due' }));
    await engine.settle('stepped');
    expect(await cutOrdered('stepped')).toBe(branchDay);
  });

  test('wakes everything where it begins to run, whatever is asked for', async () => {
    const at = plusMs(OCTOBER, 61 * MINUTE);
    must(await engine.setClock('stepped', { at, speed: 1 }, player, { wakes: 'due' }));
    await engine.settle('stepped');
    expect(await plannedAt('stepped')).toBe(at);
  });

  test('has a source read when it says that there is news', async () => {
    await engine.readAgain('stepped', ['git', 'google-play']);
    const due = await base.db
      .selectFrom('due')
      .select('key')
      .where('app', '=', 'stepped')
      .where('kind', '=', 'observe')
      .where('at', '<=', machine)
      .execute();
    expect(due.map(({ key }) => key)).toEqual(expect.arrayContaining(['stepped|git|', 'stepped|storefront|google-play']));
    await engine.settle('stepped');
  });
});
