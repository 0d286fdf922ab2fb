import { afterEach, describe, expect, test } from 'vitest';
import { connect } from '#db/connect.ts';
import { sandboxTools } from '#integrations/sandbox/in-process.ts';
import { must, readyToSubmit, room } from './room.ts';
import type { Room } from './room.ts';

let at: Room;
afterEach(() => at.close());

const submissions = () => at.world.state().listings[0]?.releases.find(({ version }) => version === '1.1.0')?.submissions ?? [];

describe('a server that is killed', () => {
  test('between the commit and the effect: another goes on, and the effect happens once', async () => {
    at = await room();
    // This process orders, and dies before it can perform: it never hears from the storefront.
    const connection = await connect({ url: at.base.url });
    const dying = at.another('dying', { connection, fetch: () => new Promise<Response>(() => undefined) });
    const commit = at.repo.head('release/1.1.0');
    await at.report('build', '110', {
      platform: 'android',
      version: '1.1.0',
      number: '110',
      kind: 'release-candidate',
      state: 'succeeded',
      commit,
    });
    await at.report('test-run', '110-smoke', {
      platform: 'android',
      version: '1.1.0',
      build: '110',
      suite: 'smoke',
      state: 'passed',
      attempts: 1,
    });
    must(await at.command({ do: 'sign-off', team: 'player', state: 'signed', note: null }));
    dying.settle().catch(() => undefined);
    await expect
      .poll(async () => (await at.base.db.selectFrom('outbox').select('key').where('kind', '=', 'ensure-submission').execute()).length, {
        timeout: 10_000,
      })
      .toBe(1);
    expect(submissions()).toHaveLength(0);
    await connection.close();
    // Its lease ends by the database's clock; a kill leaves it standing until then.
    await at.base.db.updateTable('leases').set({ until: '2000-01-01T00:00:00.000Z' }).execute();
    await at.engine.settle();
    expect(await at.stage()).toBe('in-review');
    expect(submissions()).toHaveLength(1);
  });

  test('after the effect and before its outcome was written: the same order again is harmless', async () => {
    at = await room();
    const real = sandboxTools(at.world);
    let killed = false;
    // The storefront took the submission; the process that asked was gone before the answer.
    const connection = await connect({ url: at.base.url });
    const dying = at.another('dying', {
      connection,
      fetch: async (input, init) => {
        const answer = await real(input, init);
        if (init?.method === 'POST') {
          killed = true;
          await new Promise(() => undefined);
        }
        return killed ? new Promise<Response>(() => undefined) : answer;
      },
    });
    const commit = at.repo.head('release/1.1.0');
    await at.report('build', '110', {
      platform: 'android',
      version: '1.1.0',
      number: '110',
      kind: 'release-candidate',
      state: 'succeeded',
      commit,
    });
    await at.report('test-run', '110-smoke', {
      platform: 'android',
      version: '1.1.0',
      build: '110',
      suite: 'smoke',
      state: 'passed',
      attempts: 1,
    });
    must(await at.command({ do: 'sign-off', team: 'player', state: 'signed', note: null }));
    dying.settle().catch(() => undefined);
    await expect.poll(() => killed, { timeout: 10_000 }).toBe(true);
    const row = await at.base.db
      .selectFrom('outbox')
      .select(['state', 'in_doubt', 'attempts'])
      .where('kind', '=', 'ensure-submission')
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ state: 'trying', in_doubt: true, attempts: 1 });
    await connection.close();
    await at.base.db.updateTable('leases').set({ until: '2000-01-01T00:00:00.000Z' }).execute();
    await at.engine.settle();
    expect(await at.stage()).toBe('in-review');
    expect(submissions()).toHaveLength(1);
  });

  test('two servers on one database double nothing', async () => {
    at = await room();
    const other = at.another('second');
    await Promise.all([at.engine.start(), other.start()]);
    try {
      const changes: number[] = [];
      other.onChange(({ version }) => changes.push(version));
      await readyToSubmit(at);
      // The loops run by themselves: a reading may be under way while the clock is turned, and come again after its own pause.
      const until = async (stage: string): Promise<void> => {
        for (let turns = 0; turns < 30 && (await at.stage()) !== stage; turns++) {
          at.clock.turn(10_000);
          await Promise.all([at.engine.settle(), other.settle()]);
        }
        expect(await at.stage()).toBe(stage);
      };
      await until('in-review');
      at.world.pull({ lever: 'approve', app: 'music', platform: 'android', storefront: 'google-play', version: '1.1.0' });
      await until('rolling-out 1%');
      await until('released');
      expect(submissions()).toHaveLength(1);
      const rows = await at.base.db
        .selectFrom('outbox')
        .select(['kind', 'state', 'attempts'])
        .where('kind', 'in', ['ensure-submission', 'ensure-rollout'])
        .execute();
      expect(rows.map(({ state, attempts }) => [state, attempts])).toEqual([
        ['done', 1],
        ['done', 1],
      ]);
      const starts = await at.base.db.selectFrom('journal').select('seq').where('kind', '=', 'rollout-started').execute();
      expect(starts).toHaveLength(1);
      expect(changes.length).toBeGreaterThan(3);
      expect(await at.engine.verifyAudit()).toMatchObject({ ok: true });
    } finally {
      await other.stop();
    }
  });
});
