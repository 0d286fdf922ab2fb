import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, ProblemError } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

/* Triage, sign-offs, builds and changes over HTTP, on one release of two platforms with a blocker and a cherry-pick. */

let room: TestServer;
let client: Client;
const app = { app: 'music' };
const release = { app: 'music', version: '8.9.2' };
const ios = { ...release, platform: 'ios' };

const POLICY = `
app: music
timezone: Europe/Stockholm
platforms:
  ios: { storefronts: [app-store-connect], rollout: [1, 100] }
  android: { storefronts: [google-play], rollout: [1, 100] }
kinds:
  regular: { process: weekly-mobile }
robot: { cut: manual, candidate: manual, submit: manual, start: manual, raise: manual, halt: auto, tag: manual }
bugs: { critical-flows: [signup] }
teams:
  player: { owns: ["player/**"], channel: "#player", testing: manual }
  search: { owns: ["search/**"], testing: manual }
  home: { owns: ["home/**"], testing: { opted-out: "nothing of it changed" } }
`;

const cut = 'a'.repeat(40);
const fix = 'b'.repeat(40);
const head = 'c'.repeat(40);

async function refusal(work: Promise<unknown>): Promise<{ code: string; status: number; right: string | null }> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemError)) throw new Error(`it was not refused: ${String(error)}`);
  return error.problem;
}

const bug = (key: string, more: object = {}) => ({
  key,
  title: `Something about ${key}`,
  state: 'open' as const,
  versions: ['8.9.2'],
  platforms: ['ios'],
  revision: 1,
  ...more,
});
const build = (number: string, candidate: number, commit: string, more: object = {}) => ({
  platform: 'ios',
  version: '8.9.2',
  number,
  candidate,
  commit,
  branch: 'release/8.9.2',
  state: 'succeeded' as const,
  revision: 1,
  ...more,
});

beforeAll(async () => {
  room = await testServer();
  client = createClient({ baseUrl: room.url, key: room.admin });
  await client.createApp({
    body: { id: 'music', name: 'Music', platforms: ['ios', 'android'], timezone: 'Europe/Stockholm', policy: POLICY },
  });
  await client.planRelease({ params: app, body: { version: '8.9.2', platforms: ['ios', 'android'] } });
  await client.planRelease({ params: app, body: { version: '8.9.3' } });
  await client.planRelease({ params: app, body: { version: '7.0.0', platforms: ['ios'] } });
  await client.giveCommand({
    params: { ...app, version: '7.0.0', platform: 'ios' },
    body: { command: { do: 'cancel', reason: 'It is of the past.' } },
  });
  await room.engine.settle();
  const { db } = room.database;
  // the branch and its commits as a code host tells them: no fact of HTTP carries them
  const at = '2024-09-27T09:00:00.000Z';
  await db
    .insertInto('branches')
    .values({
      app: 'music',
      source: 'git',
      key: 'release/8.9.2',
      revision: 1,
      arrival: 1,
      name: 'release/8.9.2',
      head,
      trunk: false,
      version: '8.9.2',
      platforms: [],
      at,
      recorded_at: at,
      payload: JSON.stringify({ name: 'release/8.9.2', head, trunk: false, version: '8.9.2', platforms: [], cut: null }),
    })
    .execute();
  const commits = [
    [cut, 'Cut', 'version-bump'],
    [fix, 'Keep the session (#88213)', 'change'],
    [head, 'Update translations', 'translations'],
  ] as const;
  await db
    .insertInto('commits')
    .values(
      commits.map(([sha, subject, category], position) => ({
        app: 'music',
        branch: 'release/8.9.2',
        position,
        sha,
        at,
        subject,
        author: 'A. Osei',
        category,
        origin: null,
      })),
    )
    .execute();
  await db
    .insertInto('containments')
    .values({
      app: 'music',
      source: 'git',
      key: 'k',
      revision: 1,
      arrival: 2,
      branch: 'release/8.9.2',
      head,
      commit: cut,
      missing: [fix, head],
      at,
      recorded_at: at,
      payload: JSON.stringify({ branch: 'release/8.9.2', head, commit: cut, missing: [fix, head] }),
    })
    .execute();
  for (const platform of ['ios', 'android'])
    await client.giveCommand({ params: { ...release, platform }, body: { command: { do: 'cut', branch: 'release/8.9.2', at: cut } } });
  await db.updateTable('tracks').set({ stage: 'stabilising' }).where('version', '=', '8.9.2').execute();
  for (const platform of ['ios', 'android'])
    await db
      .updateTable('tracks')
      .set({
        state: JSON.stringify({
          ...(await db.selectFrom('tracks').select('state').where('id', '=', `music/8.9.2/${platform}`).executeTakeFirstOrThrow()).state,
          stage: 'stabilising',
          since: at,
          cut: { branch: 'release/8.9.2', sha: cut, at, inferred: false },
        }) as never,
      })
      .where('id', '=', `music/8.9.2/${platform}`)
      .execute();
  await client.reportBugs({
    params: app,
    body: {
      items: [
        bug('PLAY-1', { severity: 'critical', nominated: true }),
        bug('PLAY-2', { team: 'player' }),
        bug('PLAY-3', { versions: ['8.9.3'] }),
        bug('PLAY-4', { flow: 'signup', reportedAt: '2024-09-28T09:00:00.000Z' }),
        bug('PLAY-5', { team: 'player', nominated: true, fixedBy: [fix] }),
        bug('PLAY-6', { versions: ['7.0.0'], team: 'search' }),
        bug('PLAY-100%', { title: 'Stops at 100% of the song' }),
      ],
    },
  });
  await client.reportBuilds({
    params: app,
    body: { items: [build('1046', 1, cut), build('1047', 2, head, { startedAt: '2024-09-30T09:00:00Z' })] },
  });
  await client.reportTestRuns({
    params: app,
    body: {
      platform: 'ios',
      version: '8.9.2',
      build: '1047',
      suite: 'unit',
      state: 'failed',
      attempts: 2,
      passed: 10,
      failed: 1,
      revision: 1,
    },
  });
  await room.engine.settle();
}, 60_000);
afterAll(() => room.close());

const keys = (items: readonly { key: string }[]): string[] => items.map(({ key }) => key);

describe('the triage inbox', () => {
  test('holds the bugs without a team, current release first, likely blockers first, then what waits longest', async () => {
    const { items, counts } = await client.getTriage({ params: app, query: { tab: 'no-team' } });
    expect(keys(items)).toEqual(['PLAY-4', 'PLAY-1', 'PLAY-100%', 'PLAY-3']);
    expect(items.map(({ likelihood }) => likelihood)).toEqual(['likely', 'likely', 'unlikely', 'unlikely']);
    expect(items.map(({ release: of }) => of)).toEqual(['8.9.2', '8.9.2', '8.9.2', '8.9.3']);
    expect(counts).toEqual({ 'no-team': 4, nominated: 2, blockers: 0, watching: 1, all: 7 });
  });

  test('filters by version, platform, team and words, and counts what it shows', async () => {
    expect(keys((await client.getTriage({ params: app, query: { tab: 'all', version: '8.9.3' } })).items)).toEqual(['PLAY-3']);
    expect((await client.getTriage({ params: app, query: { tab: 'all', platform: 'android' } })).items).toEqual([]);
    expect(keys((await client.getTriage({ params: app, query: { tab: 'all', team: 'search' } })).items)).toEqual(['PLAY-6']);
    const found = await client.getTriage({ params: app, query: { tab: 'no-team', search: '100%' } });
    expect(keys(found.items)).toEqual(['PLAY-100%']);
    expect(found.counts.all).toBe(1);
  });

  test('gives every bug once over its pages', async () => {
    for (const tab of ['all', 'no-team'] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const { items, next } = await client.getTriage({
          params: app,
          query: { tab, limit: 2, ...(cursor === undefined ? {} : { cursor }) },
        });
        seen.push(...keys(items));
        cursor = next ?? undefined;
      } while (cursor !== undefined);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBe(tab === 'all' ? 7 : 4);
    }
  });

  test('refuses a cursor that it did not make, and an app that is none', async () => {
    expect(await refusal(client.getTriage({ params: app, query: { tab: 'all', cursor: 'x' } }))).toMatchObject({ code: 'bad-cursor' });
    expect(await refusal(client.getTriage({ params: { app: 'chess' } }))).toMatchObject({ code: 'not-found' });
    expect(await refusal(client.getBug({ params: { ...app, bug: 'PLAY-404' } }))).toMatchObject({ code: 'not-found' });
  });

  test('a blocker stands among the blockers with its life, until it is verified on what ships', async () => {
    await client.giveCommand({
      params: ios,
      body: { command: { do: 'decide-bug', bug: 'PLAY-5', decision: 'blocker', reason: 'The session is lost.' } },
    });
    expect(keys((await client.getTriage({ params: app, query: { tab: 'blockers' } })).items)).toEqual(['PLAY-5']);
    const before = await client.getBug({ params: { ...app, bug: 'PLAY-5' } });
    expect(before.tracks.map(({ track, uncleared }) => [track, uncleared])).toEqual([['music/8.9.2/ios', true]]);
    expect(before.tracks[0]?.life).toEqual([
      { station: 'open', reached: true, on: null },
      { station: 'fix-merged', reached: true, on: null },
      { station: 'in-build', reached: true, on: 'RC 2' },
      { station: 'verified', reached: false, on: null },
    ]);
    expect(before.teams).toContainEqual({ id: 'player', channel: '#player' });
    await client.reportBugs({
      params: app,
      body: bug('PLAY-5', { team: 'player', nominated: true, fixedBy: [fix], verifiedOn: ['1047'], revision: 2 }),
    });
    await room.engine.settle();
    const after = await client.getBug({ params: { ...app, bug: 'PLAY-5' } });
    expect(after.tracks[0]).toMatchObject({ uncleared: false, stands: 'is verified on RC 2' });
    expect((await client.getTriage({ params: app, query: { tab: 'blockers' } })).items).toEqual([]);
  });
});

describe('the sign-offs of a release', () => {
  test('are a row for each team and a column for each track', async () => {
    const matrix = await client.getSignOffMatrix({ params: release });
    expect(matrix.columns.map(({ platform, signed, of, optedOut }) => [platform, signed, of, optedOut])).toEqual([
      ['ios', 0, 2, 1],
      ['android', 0, 2, 1],
    ]);
    expect(matrix.columns[0]?.build).toEqual({ number: '1047', candidate: 2, final: false });
    expect(matrix.items.map(({ team, cells }) => [team, cells.map((cell) => cell?.state)])).toEqual([
      ['player', ['pending', 'pending']],
      ['search', ['pending', 'pending']],
      ['home', ['opted-out', 'opted-out']],
    ]);
  });

  test('a word on an older RC is shown as asked again, and counts no more', async () => {
    await client.giveCommand({ params: ios, body: { command: { do: 'sign-off', team: 'player', state: 'signed', build: '1046' } } });
    await client.giveCommand({ params: ios, body: { command: { do: 'sign-off', team: 'search', state: 'signed' } } });
    const matrix = await client.getSignOffMatrix({ params: release });
    expect(matrix.columns[0]).toMatchObject({ signed: 1, of: 2 });
    expect(matrix.items[0]?.cells[0]).toMatchObject({ state: 'signed', askedAgain: true, on: { number: '1046', candidate: 1 } });
    expect(matrix.items[1]?.cells[0]).toMatchObject({ state: 'signed', askedAgain: false });
  });

  test('come in pages of teams, and only those who owe a word when so asked', async () => {
    const first = await client.getSignOffMatrix({ params: release, query: { limit: 1 } });
    expect(first.items.map(({ team }) => team)).toEqual(['player']);
    const rest = await client.getSignOffMatrix({ params: release, query: { cursor: first.next ?? '' } });
    expect(rest.items.map(({ team }) => team)).toEqual(['search', 'home']);
    const open = await client.getSignOffMatrix({ params: release, query: { only: 'open' } });
    expect(open.items.map(({ team }) => team)).toEqual(['player', 'search']);
    expect(await refusal(client.getSignOffMatrix({ params: { app: 'music', version: '1.0.0' } }))).toMatchObject({ code: 'not-found' });
  });
});

describe('the builds of a release', () => {
  test('are told with their tests, what they lack, and why one cannot be chosen', async () => {
    const { columns } = await client.getReleaseBuilds({ params: release });
    expect(columns.map(({ platform, items }) => [platform, items.map(({ number }) => number).toSorted()])).toEqual([
      ['ios', ['1046', '1047']],
      ['android', []],
    ]);
    const found = (number: string) => columns[0]?.items.find((each) => each.number === number);
    expect(found('1047')).toMatchObject({ candidate: 2, unfit: null, lacks: { codeCount: 0 }, verified: [{ key: 'PLAY-5' }] });
    expect(found('1047')?.testRuns).toMatchObject([{ suite: 'unit', state: 'failed', attempts: 2, passed: 10, failed: 1 }]);
    expect(found('1046')).toMatchObject({ lacks: { codeCount: 1, harmless: 1 } });
    expect(found('1046')?.unfit).toContain('lacks a commit');
  });

  test('go on in one column, and a cursor without its column is refused', async () => {
    const first = await client.getReleaseBuilds({ params: release, query: { platform: 'ios', limit: 1 } });
    const next = first.columns[0]?.next ?? '';
    const second = await client.getReleaseBuilds({ params: release, query: { platform: 'ios', limit: 1, cursor: next } });
    expect([...(first.columns[0]?.items ?? []), ...(second.columns[0]?.items ?? [])].map(({ number }) => number).toSorted()).toEqual([
      '1046',
      '1047',
    ]);
    expect(second.columns[0]?.next).toBeNull();
    expect(await refusal(client.getReleaseBuilds({ params: release, query: { cursor: next } }))).toMatchObject({ code: 'bad-cursor' });
    expect(await refusal(client.getReleaseBuilds({ params: release, query: { platform: 'tv' } }))).toMatchObject({ code: 'not-found' });
  });
});

describe('the changes of a release', () => {
  test('answer whether all that was asked for is in the latest build', async () => {
    await client.giveCommand({
      params: ios,
      body: { command: { do: 'ask-cherry-pick', commit: fix, title: 'Keep the session (#88213)', bug: 'PLAY-5', risk: 'small' } },
    });
    await client.giveCommand({
      params: ios,
      body: { command: { do: 'answer-cherry-pick', pick: 'music/8.9.2/ios:pick:1', answer: 'accepted', reason: 'It mends a blocker.' } },
    });
    await client.giveCommand({
      params: ios,
      body: { command: { do: 'ask-cherry-pick', commit: 'dddddddddd', title: 'A second one (#88300)', risk: 'small' } },
    });
    await client.giveCommand({
      params: ios,
      body: { command: { do: 'answer-cherry-pick', pick: 'music/8.9.2/ios:pick:2', answer: 'accepted', reason: 'It mends a blocker.' } },
    });
    await room.engine.settle();
    const changes = await client.getReleaseChanges({ params: release });
    expect(changes.tracks.map(({ platform, answer }) => [platform, answer])).toEqual([
      ['ios', '1 of 2 cherry-picks is in build 1047. Missing: #88300.'],
      ['android', 'No release candidate is built yet.'],
    ]);
    expect(changes.picks.map(({ name, state, inNewest }) => [name, state, inNewest])).toEqual([
      ['#88213', 'in-build', true],
      ['#88300', 'accepted', false],
    ]);
  });

  test('list the commits of the branch once for all its tracks, and mark what needs no new build', async () => {
    const { branches } = await client.getReleaseChanges({ params: release });
    expect(branches.map(({ name, tracks, total }) => [name, tracks.length, total])).toEqual([['release/8.9.2', 2, 3]]);
    expect(branches[0]?.items.map(({ category, ignored, pick }) => [category, ignored, pick])).toEqual([
      ['translations', true, null],
      ['change', false, '#88213'],
      ['version-bump', true, null],
    ]);
  });

  test('go on in one branch', async () => {
    const first = await client.getReleaseChanges({ params: release, query: { branch: 'release/8.9.2', limit: 2 } });
    const rest = await client.getReleaseChanges({
      params: release,
      query: { branch: 'release/8.9.2', cursor: first.branches[0]?.next ?? '' },
    });
    expect(rest.branches[0]?.items.map(({ sha }) => sha)).toEqual([cut]);
    expect(await refusal(client.getReleaseChanges({ params: release, query: { branch: 'nowhere' } }))).toMatchObject({ code: 'not-found' });
  });
});
