import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { sandboxTools } from '#integrations/sandbox/in-process.ts';
import { astrid, lightPolicy, must, readyToSubmit, room } from './room.ts';
import type { Room } from './room.ts';

let at: Room;
afterEach(async () => {
  await at.close();
  vi.restoreAllMocks();
});

/** One look at a repository serves all questions for two seconds of this process's own clock: it is put past them in place of waiting. */
function theLookIsOver(): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 2100);
}

const onAppStore = lightPolicy.replace('google-play', 'app-store-connect');
const release = () =>
  at.world
    .state()
    .listings.flatMap(({ releases }) => releases)
    .find(({ version }) => version === '1.1.0');

async function kinds(): Promise<string[]> {
  const rows = await at.base.db.selectFrom('outbox').select(['kind', 'state']).orderBy('ordered_at').orderBy('key').execute();
  return rows.filter(({ kind }) => kind.startsWith('ensure-') && kind !== 'ensure-tag').map(({ kind, state }) => `${kind} ${state}`);
}

describe('a storefront that publishes on our word and advances by itself', () => {
  test('is started, held before its own next phase, and completed after the soak', async () => {
    at = await room({ policy: onAppStore.replace('soaked: 1m', 'soaked: 30h') });
    await readyToSubmit(at);
    expect(await at.stage()).toBe('in-review');
    at.world.pull({ lever: 'approve', app: 'music', platform: 'android', storefront: 'app-store-connect', version: '1.1.0' });
    at.clock.turn(60_000);
    await at.engine.settle();
    expect(await at.stage()).toBe('rolling-out 1%');
    // Its own next phase comes a day later, and is held half an hour before; the soak of 30 hours is not over then.
    at.clock.turn(23.6 * 3_600_000);
    await at.engine.settle();
    expect(release()).toMatchObject({ state: 'paused', percent: 1 });
    at.clock.turn(5 * 3_600_000);
    await at.engine.settle();
    expect(release()).toMatchObject({ state: 'paused', percent: 1 });
    expect(await at.stage()).toBe('rolling-out 1%');
    at.clock.turn(2.5 * 3_600_000);
    await at.engine.settle();
    at.clock.turn(60_000);
    await at.engine.settle();
    expect(await at.stage()).toBe('released');
    expect(release()).toMatchObject({ state: 'released', percent: 100 });
  });

  test('that rejects the binary sends the track back, and the next build goes out', async () => {
    at = await room({ policy: onAppStore });
    await readyToSubmit(at);
    at.world.pull({
      lever: 'reject',
      app: 'music',
      platform: 'android',
      storefront: 'app-store-connect',
      version: '1.1.0',
      kind: 'binary',
      why: 'it crashes at launch',
    });
    at.clock.turn(60_000);
    await at.engine.settle();
    expect(await at.stage()).toBe('stabilising');
    at.clock.turn(60_000);
    await readyToSubmit(at, '111');
    expect(await at.stage()).toBe('in-review');
    expect(release()?.submissions.map(({ build }) => build)).toEqual(['110', '111']);
  });
});

describe('the repository', () => {
  test('a new commit on the release branch makes the build incomplete, and a build of it whole again', async () => {
    at = await room({ policy: lightPolicy.replace('submit: auto', 'submit: manual') });
    await readyToSubmit(at);
    const verdict = async () =>
      must(await at.engine.plan(at.track)).plan.verdicts.find(({ instance }) => instance === 'latest-build-complete');
    expect(await verdict()).toMatchObject({ colour: 'green' });
    at.repo.commit('release/1.1.0', 'Mend lyrics (#6)');
    theLookIsOver();
    at.clock.turn(60_000);
    await at.engine.settle();
    expect(await verdict()).toMatchObject({ colour: 'red' });
    await readyToSubmit(at, '111');
    expect(await verdict()).toMatchObject({ colour: 'green' });
  });

  test('a person cuts a release: the branch is made in the repository and found there', async () => {
    at = await room();
    must(await at.engine.connect({ app: 'music', integration: 'git', settings: { repo: at.repo.path, write: true }, serves: [] }, astrid));
    const first = await at.base.db
      .selectFrom('connections')
      .select('id')
      .where('integration', '=', 'git')
      .orderBy('at')
      .executeTakeFirstOrThrow();
    must(await at.engine.disconnect(first.id, astrid));
    const answer = await at.engine.command('music/1.2.0/android', { do: 'cut' }, astrid);
    must(answer);
    await at.engine.settle();
    at.clock.turn(120_000);
    theLookIsOver();
    await at.engine.settle();
    expect(at.repo.head('release/1.2.0')).toBe(at.repo.head('main'));
    const track = await at.base.db
      .selectFrom('tracks')
      .select(['stage', 'state'])
      .where('id', '=', 'music/1.2.0/android')
      .executeTakeFirstOrThrow();
    expect(track.stage).toBe('stabilising');
  });
});

describe('a criterion that asks an endpoint', () => {
  test('turns with its answers, and Unknown when it falls silent', async () => {
    let colour = 'yellow';
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (colour === 'broken') response.writeHead(500).end();
      else
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ colour, because: `the licence desk says ${colour}`, turnsGreen: 'the desk agrees' }));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/licences`;
    try {
      at = await room({
        policy: `${lightPolicy.replace('before submit: [', 'before submit: [licences, ')}criteria:\n  licences: { is: custom, url: "${url}", fresh-for: 15m }\n`,
      });
      const world = sandboxTools(at.world);
      const engine = at.another('asks', {
        fetch: (input, init) =>
          String(input instanceof Request ? input.url : input).startsWith(url) ? fetch(input, init) : world(input, init),
      });
      const verdict = async () => must(await engine.plan(at.track)).plan.verdicts.find(({ instance }) => instance === 'licences');
      const later = async (minutes: number) => {
        at.clock.turn(minutes * 60_000);
        await engine.settle();
      };
      await later(6);
      expect(await verdict()).toMatchObject({ colour: 'yellow', because: 'The licence desk says yellow.' });
      expect(asked).toContain('/licences?app=music&version=1.1.0&platform=android&criterion=licences');
      colour = 'green';
      await later(6);
      expect(await verdict()).toMatchObject({ colour: 'green' });
      colour = 'broken';
      await later(6);
      expect(await verdict()).toMatchObject({ colour: 'green' });
      await later(30);
      expect(await verdict()).toMatchObject({ colour: 'unknown' });
    } finally {
      server.close();
    }
  });
});

describe('a tracker', () => {
  test('that told of a release before Signalbox had it is heard again when the release is planned', async () => {
    at = await room();
    at.world.pull({ lever: 'bug', app: 'music', key: 'PLAY-7', set: { title: 'No sound', versions: ['2.0.0'], platforms: ['android'] } });
    at.clock.turn(60_000);
    await at.engine.settle();
    const bugs = () => at.base.db.selectFrom('bugs').select('bug').execute();
    expect(await bugs()).toEqual([]);
    must(await at.engine.planRelease({ app: 'music', version: '2.0.0', kind: 'regular', platforms: ['android'] }, astrid));
    await at.engine.settle();
    expect(await bugs()).toEqual([{ bug: 'PLAY-7' }]);
  });
});

describe('a source that cannot be read', () => {
  test('is told with its error, turns what needs it Unknown when it is too old, and comes back', async () => {
    at = await room({ policy: lightPolicy.replace('submit: auto', 'submit: manual') });
    await readyToSubmit(at);
    at.world.pull({ lever: 'fault', on: 'google-play', calls: 'all', what: 'error-before', times: 10_000 });
    const verdict = async () => must(await at.engine.plan(at.track)).plan.verdicts.find(({ instance }) => instance === 'listing-free');
    const source = async () => (await at.engine.sources('music')).find((each) => each.source === 'google-play');
    expect(await verdict()).toMatchObject({ colour: 'green' });
    // Only tracks that ship are read, so a fault shows when one does: here the whole source is asked by hand of the schedule.
    must(await at.command({ do: 'submit' }));
    await at.engine.settle();
    expect((await source())?.error).toContain('sandbox failed');
    at.world.pull({ lever: 'clear-faults' });
    at.clock.turn(300_000);
    await at.engine.settle();
    expect(await source()).toMatchObject({ error: null, connected: true });
    expect(await at.stage()).toBe('in-review');
    expect((await kinds()).filter((kind) => kind.startsWith('ensure-submission'))).toEqual(['ensure-submission done']);
  });
});
