import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { astrid, must, readyToSubmit, room } from './room.ts';
import type { Room } from './room.ts';

describe('a light release on a storefront that starts on approval', () => {
  let at: Room;
  beforeAll(async () => {
    at = await room();
  });
  afterAll(() => at.close());

  test('the history of the repository is there: a completed release, a live branch, the next version on trunk', async () => {
    const tracks = await at.base.db.selectFrom('tracks').select(['id', 'stage', 'state']).orderBy('id').execute();
    expect(tracks.map(({ id, stage }) => [id, stage])).toEqual([
      ['music/1.0.0/android', 'completed'],
      ['music/1.1.0/android', 'stabilising'],
      ['music/1.2.0/android', 'developing'],
    ]);
    expect(tracks[1]?.state).toMatchObject({ cut: { branch: 'release/1.1.0', inferred: true } });
    const commits = await at.base.db.selectFrom('commits').select('subject').execute();
    expect(commits.map(({ subject }) => subject)).toEqual(['Mend shuffling (#4)']);
  });

  test('importing again adds nothing', async () => {
    expect(must(await at.engine.importHistory('music', astrid))).toMatchObject({ releases: 0, tracks: 0 });
  });

  test('with a whole build, green tests and the sign-off the robot submits', async () => {
    await readyToSubmit(at);
    expect(await at.stage()).toBe('in-review');
    expect(at.world.state().listings[0]?.releases).toMatchObject([{ version: '1.1.0', build: '110', state: 'in-review', percent: 0 }]);
  });

  test('approval starts the rollout, and the robot raises it after the soak', async () => {
    at.world.pull({ lever: 'approve', app: 'music', platform: 'android', storefront: 'google-play', version: '1.1.0' });
    at.clock.turn(20_000);
    await at.engine.settle();
    expect(await at.stage()).toBe('rolling-out 1%');
    at.clock.turn(70_000);
    await at.engine.settle();
    expect(await at.stage()).toBe('released');
    expect(at.world.state().listings[0]?.releases[0]).toMatchObject({ state: 'released', percent: 100 });
  });

  test('after the watch the release is completed', async () => {
    at.clock.turn(3_700_000);
    await at.engine.settle();
    expect(await at.stage()).toBe('completed');
  });

  test('each effect was ordered once and done once, and the audit holds', async () => {
    const rows = await at.base.db
      .selectFrom('outbox')
      .select(['kind', 'state', 'attempts'])
      .where('kind', 'in', ['ensure-submission', 'ensure-rollout', 'ensure-halted'])
      .orderBy('ordered_at')
      .execute();
    expect(rows).toEqual([
      { kind: 'ensure-submission', state: 'done', attempts: 1 },
      { kind: 'ensure-rollout', state: 'done', attempts: 1 },
    ]);
    expect(await at.engine.verifyAudit()).toMatchObject({ ok: true, problems: [] });
  });
});
