import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { backUp } from '#db/backup/backup.ts';
import { restore } from '#db/backup/restore.ts';
import { connect } from '#db/connect.ts';
import type { Connection } from '#db/connect.ts';
import { sealKey } from '#db/journal.ts';
import { liveObjectsByKey } from '#integrations/sandbox/world/world.ts';
import type { Engine } from '#engine/types.ts';
import { astrid, must, readyToSubmit, room, SECRET } from './room.ts';
import type { Room } from './room.ts';

let at: Room;
const connections: Connection[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.close();
  await at.close();
});

const key = sealKey(SECRET);
const file = (): string => join(at.folder, 'backup.tar.gz');
const take = () => backUp({ url: at.base.url, file: file(), overwrite: false, key, product: '0.1.0', now: at.clock.now() });
const submissions = () => at.world.state().listings[0]?.releases.find(({ version }) => version === '1.1.0')?.submissions ?? [];

/** What was there is gone, the backup takes its place, and a new process works on it. */
async function bringBack(robotGoesOn: boolean): Promise<Engine> {
  const wish = { replace: true, otherSecret: false, brokenJournal: false, robotGoesOn };
  await restore({ ...wish, url: at.base.url, file: file(), key, now: at.clock.now() });
  const connection = await connect({ url: at.base.url, applicationName: 'signalbox-test' });
  connections.push(connection);
  return at.another('after the restore', { connection });
}

async function stageNow(): Promise<string> {
  const { rows } = await at.base.pool.query<{ stage: string }>(`select stage from tracks where id = 'music/1.1.0/android'`);
  return rows[0]?.stage ?? '';
}

async function until(engine: Engine, stage: string): Promise<void> {
  for (let turns = 0; turns < 30 && (await stageNow()) !== stage; turns++) {
    at.clock.turn(10_000);
    await engine.settle();
  }
  expect(await stageNow()).toBe(stage);
}

describe('an older backup, after the world has moved on,', () => {
  test('adopts what the storefront says and doubles nothing; the robot waits for a person', async () => {
    at = await room();
    must(await at.command({ do: 'pause-robot', scope: 'app', reason: 'we ship on Monday', until: '2024-10-02T09:00:00.000Z' }));
    await readyToSubmit(at);
    expect(await at.stage()).toBe('stabilising');
    await take();
    // What the backup does not know: it was submitted, and people receive it.
    must(await at.command({ do: 'unpause-robot', scope: 'app', reason: 'Monday' }));
    await at.engine.settle();
    expect(await at.stage()).toBe('in-review');
    at.world.pull({ lever: 'approve', app: 'music', platform: 'android', storefront: 'google-play', version: '1.1.0' });
    await until(at.engine, 'rolling-out');

    const engine = await bringBack(false);
    await until(engine, 'rolling-out');
    at.clock.turn(600_000);
    await engine.settle();
    const plan = must(await engine.plan(at.track));
    expect(plan.plan.robot.is).toBe('paused');
    expect(await stageNow()).toBe('rolling-out');
    must(await engine.command(at.track, { do: 'unpause-robot', scope: 'app', reason: 'we have looked' }, astrid));
    await until(engine, 'released');
    expect(submissions()).toHaveLength(1);
    expect([...liveObjectsByKey(at.world.state()).values()].every((n) => n === 1)).toBe(true);
    expect(await engine.verifyAudit()).toMatchObject({ ok: true });
  });

  test('looks for an order that was on its way, and finds it done', async () => {
    at = await room();
    const connection = await connect({ url: at.base.url, applicationName: 'signalbox-test' });
    const dying = at.another('dying', { connection, fetch: () => new Promise<Response>(() => undefined) });
    must(await at.command({ do: 'pause-robot', scope: 'app', reason: 'not yet', until: null }));
    await readyToSubmit(at);
    must(await at.command({ do: 'unpause-robot', scope: 'app', reason: 'now' }));
    dying.settle().catch(() => undefined);
    const ordered = () => at.base.db.selectFrom('outbox').select(['key', 'state']).where('kind', '=', 'ensure-submission').execute();
    await expect.poll(async () => (await ordered()).length, { timeout: 20_000 }).toBe(1);
    const [order] = await ordered();
    await take();
    await connection.close();
    await at.base.db.updateTable('leases').set({ until: '2000-01-01T00:00:00.000Z' }).execute();
    await at.engine.settle();
    expect(submissions()).toHaveLength(1);

    const engine = await bringBack(true);
    const { rows } = await at.base.pool.query(`select key, in_doubt from outbox where kind = 'ensure-submission'`);
    expect(rows).toEqual([{ key: order?.key, in_doubt: true }]);
    await until(engine, 'in-review');
    expect(submissions()).toHaveLength(1);
    const { rows: open } = await at.base.pool.query(
      `select key from outbox where kind = 'ensure-submission' and state in ('ordered', 'trying', 'waiting')`,
    );
    expect(open).toEqual([]);
  });
});
