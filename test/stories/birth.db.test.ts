/** The next release begins when one is cut: three platforms of one app, and the repository that is cut. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createEngine } from '#engine/engine.ts';
import type { Fact } from '#domain/facts.ts';
import type { NewRelease } from '#engine/types.ts';
import { testDatabase } from '../setup/database.ts';
import type { TestDatabase } from '../setup/database.ts';
import { astrid, ci, handClock, integrations, must, repository } from './room.ts';
import type { HandClock, Repository } from './room.ts';

const FRIDAY = '2024-09-27T07:00:00.000Z';

const policyWith = (branch: string, more = '') => `
app: music
timezone: Europe/Stockholm
code: { release-branch: "${branch}" }
cycle: { cadence: weekly, branch: Friday 09:00, submit: Monday 17:00, start: Tuesday 09:00, finish: Wednesday 09:00${more} }
versions: { scheme: semver, next: patch, hotfix: { android: fourth-part } }
process: light
platforms:
  android: { storefronts: [google-play], rollout: [100] }
  ios: { storefronts: [app-store-connect], rollout: [100] }
  desktop: { storefronts: [update-feed], rollout: [100] }
before submit: [{ manual: ready }]
before start: []
robot: { cut: manual }
`;

type Place = {
  base: TestDatabase;
  clock: HandClock;
  repo: Repository;
  engine: ReturnType<typeof createEngine>;
  another(owner: string): ReturnType<typeof createEngine>;
  plan(version: string, more?: Partial<NewRelease>): Promise<void>;
  /** Stages of a version by platform; empty where there is no such release. */
  stages(version: string): Promise<Record<string, string>>;
  close(): Promise<void>;
};
let at: Place | null = null;
afterEach(async () => {
  await at?.close();
  at = null;
});

/** 8.9.2 on trunk of three platforms, on the eve of its branch day. */
async function friday(policy: string, connectGit = true): Promise<Place> {
  const base = await testDatabase();
  const clock = handClock('2024-09-26T12:00:00.000Z');
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-birth-'));
  const repo = repository(join(folder, 'repository'));
  const another = (owner: string) =>
    createEngine({
      connection: base,
      secret: 'a secret of the stories, and of nobody else',
      dataDir: join(folder, 'data'),
      integrations,
      clock,
      owner,
      sweepEveryMs: 3_600_000,
    });
  const engine = another('first');
  const place: Place = {
    base,
    clock,
    repo,
    engine,
    another,
    async plan(version, more = {}) {
      must(await engine.planRelease({ app: 'music', version, kind: 'regular', platforms: ['android', 'ios', 'desktop'], ...more }, astrid));
      await engine.settle();
    },
    async stages(version) {
      const rows = await base.db.selectFrom('tracks').select(['platform', 'stage']).where('version', '=', version).execute();
      return Object.fromEntries(rows.map(({ platform, stage }) => [platform, stage]));
    },
    async close() {
      await engine.stop();
      await base.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  at = place;
  const platforms = ['android', 'ios', 'desktop'];
  must(await engine.createApp({ id: 'music', name: 'Music', timezone: 'Europe/Stockholm', platforms, policy }, astrid));
  if (connectGit)
    must(await engine.connect({ app: 'music', integration: 'git', settings: { repo: repo.path, trunk: 'main' }, serves: [] }, astrid));
  await place.plan('8.9.2', { startsAt: 'developing' });
  clock.turn(Date.parse(FRIDAY) - Date.parse(clock.now()));
  await engine.settle();
  return place;
}

const everywhere = (stage: string) => ({ android: stage, ios: stage, desktop: stage });
const minutes = (count: number) => count * 60_000;

/** The branch was cut by somebody; the repository is read on its schedule. */
async function cut(place: Place, branch: string): Promise<void> {
  place.repo.branch(branch, 'main');
  place.repo.commit(branch, `On ${branch}`);
  place.clock.turn(minutes(4));
  await place.engine.settle();
}

const chainOfApp = async (place: Place) =>
  (await place.base.db.selectFrom('journal').select(['event', 'actor']).where('chain', '=', 'app:music').orderBy('seq').execute()).filter(
    ({ event }) => event.is === 'release-begun',
  );

describe('a release that is cut', () => {
  test('platform by platform: the next begins with the first, and each platform develops it when its own is cut', async () => {
    const place = await friday(policyWith('release/{version}/{platform}'));
    expect(await place.stages('8.9.3')).toEqual({});
    await cut(place, 'release/8.9.2/android');
    expect(await place.stages('8.9.2')).toEqual({ ...everywhere('developing'), android: 'stabilising' });
    expect(await place.stages('8.9.3')).toEqual({ ...everywhere('planned'), android: 'developing' });
    await cut(place, 'release/8.9.2/ios');
    expect(await place.stages('8.9.3')).toEqual({ android: 'developing', ios: 'developing', desktop: 'planned' });
    await cut(place, 'release/8.9.2/desktop');
    expect(await place.stages('8.9.2')).toEqual(everywhere('stabilising'));
    expect(await place.stages('8.9.3')).toEqual(everywhere('developing'));
    const [begun, ...more] = await chainOfApp(place);
    expect(more).toEqual([]);
    expect(begun).toMatchObject({
      actor: { kind: 'robot' },
      event: { is: 'release-begun', version: '8.9.3', after: '8.9.2', cutOn: 'android', platforms: ['android', 'ios', 'desktop'] },
    });
  });

  test('by one branch for all: every platform is cut with it, and the next begins once, with the times of its train', async () => {
    const place = await friday(policyWith('release/{version}'));
    await cut(place, 'release/8.9.2');
    expect(await place.stages('8.9.2')).toEqual(everywhere('stabilising'));
    expect(await place.stages('8.9.3')).toEqual(everywhere('developing'));
    const release = await place.base.db.selectFrom('releases').selectAll().where('version', '=', '8.9.3').executeTakeFirstOrThrow();
    expect(release.kind).toBe('regular');
    expect(release.planned).toEqual({
      branch: '2024-10-04T07:00:00.000Z',
      candidate: null,
      submit: '2024-10-07T15:00:00.000Z',
      start: '2024-10-08T07:00:00.000Z',
      finish: '2024-10-09T07:00:00.000Z',
    });
    expect(await chainOfApp(place)).toHaveLength(1);
    expect(await place.stages('8.9.4')).toEqual({});
  });

  test('by one branch at different times, as it is reported for one platform after the other', async () => {
    const place = await friday(policyWith('release/{version}'), false);
    const report = async (platforms: string[], revision: number) => {
      const fact: Fact = {
        kind: 'branch',
        app: 'music',
        source: 'code',
        key: 'release/8.9.2',
        revision,
        at: place.clock.now(),
        payload: {
          name: 'release/8.9.2',
          head: 'a'.repeat(40),
          trunk: false,
          version: '8.9.2',
          platforms,
          cut: { sha: 'a'.repeat(40), at: place.clock.now(), inferred: false },
          headAt: place.clock.now(),
        },
      };
      const { receipts } = must(await place.engine.report([fact], ci));
      expect(receipts).toMatchObject([{ accepted: true }]);
      await place.engine.settle();
    };
    place.clock.turn(minutes(12));
    await report(['android'], 1);
    expect(await place.stages('8.9.2')).toEqual({ ...everywhere('developing'), android: 'stabilising' });
    expect(await place.stages('8.9.3')).toEqual({ ...everywhere('planned'), android: 'developing' });
    place.clock.turn(minutes(4));
    await report(['android', 'ios'], 2);
    place.clock.turn(minutes(4));
    await report(['android', 'ios', 'desktop'], 3);
    expect(await place.stages('8.9.2')).toEqual(everywhere('stabilising'));
    expect(await place.stages('8.9.3')).toEqual(everywhere('developing'));
    expect(await chainOfApp(place)).toHaveLength(1);
  });

  test('while two engines look at its platforms at the same moment: the next begins once', async () => {
    const place = await friday(policyWith('release/{version}'));
    const others = ['second', 'third'].map((owner) => place.another(owner));
    place.repo.branch('release/8.9.2', 'main');
    place.clock.turn(minutes(4));
    await Promise.all([place.engine, ...others].map((engine) => engine.settle()));
    await place.engine.settle();
    expect(await place.stages('8.9.3')).toEqual(everywhere('developing'));
    expect(await chainOfApp(place)).toHaveLength(1);
    const born = await place.base.db.selectFrom('journal').select('chain').where('kind', '=', 'born').execute();
    expect(born.filter(({ chain }) => chain.includes('8.9.3'))).toHaveLength(3);
    expect(await place.engine.verifyAudit()).toMatchObject({ ok: true, problems: [] });
    for (const other of others) await other.stop();
  });

  test('begins nothing beside what a person planned before: that starts developing', async () => {
    const place = await friday(policyWith('release/{version}'));
    await place.plan('9.0.0');
    expect(await place.stages('9.0.0')).toEqual(everywhere('planned'));
    await cut(place, 'release/8.9.2');
    expect(await place.stages('9.0.0')).toEqual(everywhere('developing'));
    expect(await place.stages('8.9.3')).toEqual({});
    expect(await chainOfApp(place)).toEqual([]);
  });

  test('begins nothing where the policy leaves it to a person, and begins it once the policy does not', async () => {
    const place = await friday(policyWith('release/{version}', ', next: by-hand'));
    await cut(place, 'release/8.9.2');
    expect(await place.stages('8.9.2')).toEqual(everywhere('stabilising'));
    expect(await place.stages('8.9.3')).toEqual({});
    must(await place.engine.savePolicy('music', policyWith('release/{version}'), astrid));
    await place.engine.settle();
    expect(await place.stages('8.9.3')).toEqual(everywhere('developing'));
  });

  test('begins nothing as a hotfix', async () => {
    const place = await friday(policyWith('release/{version}'));
    await cut(place, 'release/8.9.2');
    await place.plan('8.9.2.1', { kind: 'hotfix', base: '8.9.2', platforms: ['android'], startsAt: 'developing' });
    await cut(place, 'release/8.9.2.1');
    expect(await place.stages('8.9.2.1')).toEqual({ android: 'stabilising' });
    const versions = await place.base.db.selectFrom('releases').select('version').orderBy('version').execute();
    expect(versions.map(({ version }) => version)).toEqual(['8.9.2', '8.9.2.1', '8.9.3']);
  });

  test('begins the next again and again: each train has one behind it', async () => {
    const place = await friday(policyWith('release/{version}'));
    for (const version of ['8.9.2', '8.9.3', '8.9.4']) {
      await cut(place, `release/${version}`);
      place.clock.turn(minutes(7 * 24 * 60));
      await place.engine.settle();
    }
    expect(await place.stages('8.9.5')).toEqual(everywhere('developing'));
    expect((await chainOfApp(place)).map(({ event }) => ('version' in event ? event.version : null))).toEqual(['8.9.3', '8.9.4', '8.9.5']);
  });
});
