/** What the control room foretells, from tracks as they are stored. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, ProblemError } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { aTrack } from '#domain/criteria/testing.ts';
import { musicPolicy } from '#domain/policy/sample.ts';
import type { Track } from '#domain/release/track.ts';
import { plusMinutes } from '#domain/time.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

let room: TestServer;
let client: Client;
const HOUR = 60;
const DAY = 24 * HOUR;
const app = { app: 'music' };
const now = new Date().toISOString();
const planned = (branch: string) => ({
  branch,
  candidate: plusMinutes(branch, 3 * DAY),
  submit: plusMinutes(branch, 3 * DAY + 5 * HOUR),
  start: plusMinutes(branch, 4 * DAY),
  finish: plusMinutes(branch, 5 * DAY),
});

/** Puts a track where the test wants it: what a release lived through is stored as its state. */
async function store(track: Track): Promise<void> {
  await room.database.db
    .updateTable('tracks')
    .set({ stage: track.stage, state: JSON.stringify(track), ended: track.stage === 'completed' })
    .where('id', '=', track.id)
    .execute();
}

/** A finished track: its review took `reviewHours`. */
function finished(version: string, platform: string, reviewHours: number): Track {
  const cut = plusMinutes(now, -30 * DAY);
  const candidate = plusMinutes(cut, 3 * DAY);
  const submitted = plusMinutes(candidate, 2 * HOUR);
  const started = plusMinutes(submitted, reviewHours * HOUR);
  return aTrack('completed', {
    version,
    platform,
    reached: {
      developing: plusMinutes(cut, -7 * DAY),
      stabilising: cut,
      candidate,
      'in-review': submitted,
      'rolling-out': started,
      'store-approved': started,
      released: plusMinutes(started, DAY),
    },
  });
}

beforeAll(async () => {
  room = await testServer();
  client = createClient({ baseUrl: room.url, key: room.admin });
  await client.createApp({
    body: { id: 'music', name: 'Music', timezone: 'Europe/Stockholm', platforms: ['android', 'ios', 'desktop'], policy: musicPolicy },
  });
  for (const [place, version] of ['8.8.0', '8.8.1', '8.8.2'].entries()) {
    await client.planRelease({ params: app, body: { version } });
    await room.engine.settle();
    for (const platform of ['android', 'ios', 'desktop']) await store(finished(version, platform, 13 + place));
  }
  await client.planRelease({ params: app, body: { version: '8.9.2', planned: planned(plusMinutes(now, -6 * DAY)) } });
  await client.planRelease({
    params: app,
    body: { version: '8.9.3', startsAt: 'developing', planned: planned(plusMinutes(now, 20 * HOUR)) },
  });
  await room.engine.settle();
  const cut = { branch: 'release/8.9.2', sha: 'c0ffee0000', at: plusMinutes(now, -6 * DAY), inferred: false };
  const since = plusMinutes(now, -2 * HOUR);
  await store(aTrack('in-review', { platform: 'ios', since, submittedAt: since, cut }));
  await store(aTrack('stabilising', { platform: 'android', since: cut.at, cut }));
  await store(
    aTrack('rolling-out', {
      platform: 'desktop',
      since: plusMinutes(now, -3 * HOUR),
      percentSince: plusMinutes(now, -3 * HOUR),
      startedAt: plusMinutes(now, -3 * HOUR),
      cut,
    }),
  );
});
afterAll(() => room.close());

const head = async (platform: string, version = '8.9.2') => {
  const { tracks } = await client.getControlRoom({ params: app });
  const found = tracks.find((track) => track.id === `music/${version}/${platform}`);
  if (found === undefined) throw new Error(`${version} on ${platform} is not in the room`);
  return found;
};

describe('the control room', () => {
  test('foretells a review by how long it took in past releases of this platform', async () => {
    const { forecast } = await head('ios');
    expect(forecast?.stations.map(({ station }) => station)).toEqual(['1%', '100%']);
    expect(forecast?.stations[0]?.because).toMatch(/^review usually takes 14 h \(median of 3\)$|^window opens /);
    expect(forecast?.stations[1]?.because).toMatch(/^soak ends |^window opens /);
  });

  test('says of a track how late its forecast is, and of one on trunk nothing before its branch day', async () => {
    const late = await head('ios');
    expect(late.lateMs).toBe(late.forecast?.finish?.lateMs);
    expect(late.lateMs).toBeGreaterThan(0);
    expect((await head('ios', '8.9.3')).lateMs).toBeNull();
  });

  test('has the same forecast on the page of the track', async () => {
    const track = await client.getTrack({ params: { app: 'music', version: '8.9.2', platform: 'ios' } });
    expect(track.forecast).toEqual((await head('ios')).forecast);
  });

  test('tells in the explanation of a track when it is expected to reach everyone', async () => {
    const { sentences } = await client.explainTrack({ params: { app: 'music', version: '8.9.2', platform: 'ios' }, query: {} });
    expect(sentences.at(-1)).toMatch(/^Expected at 100% \w{3} .*\d\d:\d\d, .* behind plan: /);
  });

  test('says when each share was first reached, also of tracks that were stored before it was kept', async () => {
    expect((await head('desktop')).percents).toEqual([{ percent: 1, at: plusMinutes(now, -3 * HOUR) }]);
  });

  test('expects the RC that is on its way when CI expects it', async () => {
    const expectedAt = plusMinutes(now, 4 * DAY);
    await client.reportBuilds({
      params: app,
      body: {
        platform: 'android',
        version: '8.9.2',
        number: '1049',
        state: 'building',
        candidate: 4,
        commit: 'abcdef1234',
        at: now,
        revision: 1,
        expectedAt,
      },
    });
    const { forecast } = await head('android');
    expect(forecast?.stations[0]?.because).toMatch(/^RC 4 is expected /);
  });

  test('warns of two branches from a day before, with the tracks that are late for it', async () => {
    const { twoBranches } = await client.getControlRoom({ params: app });
    expect(twoBranches).toHaveLength(1);
    expect(twoBranches[0]).toMatchObject({ version: '8.9.2', next: '8.9.3', branchAt: plusMinutes(now, 20 * HOUR) });
    expect(twoBranches[0]?.tracks.map(({ platform }) => platform)).toEqual(['android', 'ios', 'desktop']);
    expect(twoBranches[0]?.ways.map(({ is }) => is)).toEqual(['fix-by', 'cancel', 'delay-next', 'cancel-next']);
  });

  test('counts by team the words that are owed before submission', async () => {
    const { counts, cells } = await client.getControlRoom({ params: app });
    const asked = cells.filter((cell) => cell.kind === 'signed-off' && cell.track.includes('8.9.2'));
    expect(asked.length).toBeGreaterThan(0);
    // no RC of android is built, so there is nothing to sign yet; the others are submitted
    expect(counts.signOffs).toEqual({});
    await client.reportBuilds({
      params: app,
      body: {
        platform: 'android',
        version: '8.9.2',
        number: '1048',
        state: 'succeeded',
        candidate: 3,
        commit: 'abcdef1233',
        at: now,
        revision: 1,
      },
    });
    await room.engine.settle();
    expect((await client.getControlRoom({ params: app })).counts.signOffs).toEqual({ player: 1, identity: 1 });
    await client.giveCommand({
      params: { app: 'music', version: '8.9.2', platform: 'android' },
      body: { command: { do: 'sign-off', team: 'player', state: 'signed', build: '1048' } },
    });
    await room.engine.settle();
    expect((await client.getControlRoom({ params: app })).counts.signOffs).toEqual({ identity: 1 });
  });

  test('counts bugs without a team, nominations and cherry-picks that wait for an answer', async () => {
    expect((await client.getControlRoom({ params: app })).counts).toMatchObject({ withoutTeam: 0, nominated: 0, cherryPicks: 0 });
    const bug = { title: 'Playback stops', state: 'open' as const, at: now, revision: 1 };
    await client.reportBugs({
      params: app,
      body: {
        items: [
          { ...bug, key: 'PLAY-1', versions: ['8.9.2'] },
          { ...bug, key: 'PLAY-2', versions: ['8.9.2'], team: 'player', nominated: true },
          { ...bug, key: 'PLAY-3', versions: ['8.8.0'] },
          { ...bug, key: 'PLAY-4', versions: ['8.9.2'], state: 'closed' as const },
        ],
      },
    });
    await client.giveCommand({
      params: { app: 'music', version: '8.9.2', platform: 'android' },
      body: { command: { do: 'ask-cherry-pick', commit: 'abcdef1234', title: 'Keep playing', risk: 'touches playback only' } },
    });
    expect((await client.getControlRoom({ params: app })).counts).toMatchObject({ withoutTeam: 1, nominated: 1, cherryPicks: 1 });
    await client.giveCommand({
      params: { app: 'music', version: '8.9.2', platform: 'android' },
      body: { command: { do: 'decide-bug', bug: 'PLAY-2', decision: 'not-a-blocker', reason: 'only a wording' } },
    });
    await client.giveCommand({
      params: { app: 'music', version: '8.9.2', platform: 'android' },
      body: { command: { do: 'assign-bug', bug: 'PLAY-1', team: 'player' } },
    });
    expect((await client.getControlRoom({ params: app })).counts).toMatchObject({ withoutTeam: 0, nominated: 0 });
  });
});

describe('the plan of a release', () => {
  const next = { app: 'music', version: '8.9.3' };
  const problemOf = async (asked: Promise<unknown>) => {
    const error = await asked.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ProblemError)) throw new Error('it was not refused');
    return error.problem;
  };

  test('is moved with a reason, and the warning of two branches goes with it', async () => {
    const branch = plusMinutes(now, 3 * DAY);
    const answer = await client.replanRelease({ params: next, body: { planned: { branch }, reason: '8.9.2 ends first' } });
    expect(answer).toMatchObject({ changed: true, planned: { branch, candidate: plusMinutes(now, 20 * HOUR + 3 * DAY) } });
    const { releases, twoBranches } = await client.getControlRoom({ params: app });
    expect(releases.find(({ version }) => version === '8.9.3')?.planned.branch).toBe(branch);
    expect(twoBranches).toEqual([]);
    const { items } = await client.listAudit({ query: { app: 'music', is: 'release-replanned', limit: 1 } });
    expect(items[0]?.event).toMatchObject({ from: { branch: plusMinutes(now, 20 * HOUR) }, to: { branch }, why: '8.9.2 ends first' });
    const { problems } = await client.verifyAudit({ query: { app: 'music' } });
    expect(problems.filter((problem) => !/music\/8\./.test(problem))).toEqual([]);
  });

  test('that is given again changes nothing', async () => {
    const { planned: there } = await client.replanRelease({ params: next, body: { planned: {}, reason: 'no change' } });
    expect(await client.replanRelease({ params: next, body: { planned: there, reason: 'the same' } })).toEqual({
      changed: false,
      planned: there,
    });
  });

  test('has its milestones in order', async () => {
    const problem = await problemOf(client.replanRelease({ params: next, body: { planned: { finish: now }, reason: 'too early' } }));
    expect(problem.detail).toMatch(/^finish is planned for .*, before start/);
  });

  test('has no other branch day once it has branched, and none at all of a release that has ended or is not there', async () => {
    const move = (version: string) =>
      client.replanRelease({ params: { app: 'music', version }, body: { planned: { branch: now }, reason: 'later' } });
    expect(await problemOf(move('8.9.2'))).toMatchObject({
      code: 'wrong-stage',
      detail: expect.stringContaining('has branched on') as string,
    });
    expect(await problemOf(move('8.8.0'))).toMatchObject({ code: 'wrong-stage', detail: '8.8.0 has ended' });
    expect(await problemOf(move('1.0.0'))).toMatchObject({ code: 'not-found' });
  });

  test('is moved by release managers alone', async () => {
    const member = createClient({ baseUrl: room.url, key: await room.keyFor({ roles: ['member'], scopes: ['read', 'command'] }) });
    const problem = await problemOf(member.replanRelease({ params: next, body: { planned: {}, reason: 'I would like to' } }));
    expect(problem.code).toBe('not-permitted');
  });
});
