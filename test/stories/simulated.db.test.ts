/** What the simulation found, each as a story of its own with the seed that showed it (of the simulation as it was then). */
import { afterEach, describe, expect, test } from 'vitest';
import { actionOf, noteTry } from '#db/outbox.ts';
import { takeLease } from '#db/leases.ts';
import { sandboxTools } from '#integrations/sandbox/in-process.ts';
import { plusMs } from '#domain/time.ts';
import { astrid, BEGINS, lightPolicy, must, readyToSubmit, room } from './room.ts';
import type { HandClock, Room } from './room.ts';

let at: Room;
afterEach(() => at.close());

const listing = { app: 'music', platform: 'android', storefront: 'google-play' } as const;
const release = () => at.world.state().listings[0]?.releases.find(({ version }) => version === '1.1.0');

async function rollingOut(): Promise<void> {
  at = await room();
  await readyToSubmit(at);
  at.world.pull({ lever: 'approve', ...listing, version: '1.1.0' });
  at.clock.turn(20_000);
  await at.engine.settle();
  expect(await at.stage()).toBe('rolling-out 1%');
}

/** A clock on which every question takes a moment, as on every machine. */
function movingClock(): HandClock {
  let now = BEGINS;
  return {
    now: () => (now = plusMs(now, 1)),
    turn: (ms) => void (now = plusMs(now, ms)),
  };
}

describe('the journal', () => {
  test('tells of a birth at the moment at which the track’s first stage began (seed 1)', async () => {
    at = await room({ clock: movingClock() });
    must(await at.engine.planRelease({ app: 'music', version: '2.0.0', kind: 'regular', platforms: ['android'] }, astrid));
    const id = 'music/2.0.0/android';
    const track = await at.base.db.selectFrom('tracks').select('state').where('id', '=', id).executeTakeFirstOrThrow();
    const born = await at.base.db
      .selectFrom('journal')
      .select('at')
      .where('track', '=', id)
      .where('kind', '=', 'born')
      .executeTakeFirstOrThrow();
    expect(born.at).toBe(track.state.since);
  });
});

describe('a source that nobody could read for hours', () => {
  test('turns what was Unknown back when it speaks again, also where it has no news (seed 1)', async () => {
    at = await room({ policy: lightPolicy.replace('submit: auto', 'submit: manual') });
    await readyToSubmit(at);
    const colour = async () =>
      (
        await at.base.db
          .selectFrom('verdicts')
          .select('colour')
          .where('track', '=', at.track)
          .where('instance', '=', 'listing-free')
          .executeTakeFirstOrThrow()
      ).colour;
    expect(await colour()).toBe('green');
    at.clock.turn(3 * 3_600_000);
    await at.engine.settle();
    expect(await colour()).toBe('green');
  });
});

describe('a reading of a storefront', () => {
  test('that was long on its way never stands above one that was asked for later', async () => {
    await rollingOut();
    const real = sandboxTools(at.world);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((done) => (letGo = done));
    let asked = false;
    const slow = at.another('slow', {
      fetch: async (input, init) => {
        const answer = await real(input, init);
        // the first one only: all else goes on
        if (!asked && String(input instanceof Request ? input.url : input).endsWith('/releases')) {
          asked = true;
          await held;
        }
        return answer;
      },
    });
    at.clock.turn(20_000);
    const reading = slow.settle();
    await expect.poll(() => asked, { timeout: 10_000 }).toBe(true);
    await at.base.db.deleteFrom('leases').execute();
    at.clock.turn(1000);
    must(await at.command({ do: 'halt', reason: 'crashes in playback' }));
    await at.engine.settle();
    // the other process may be the one that halts it
    await expect.poll(() => at.stage(), { timeout: 20_000 }).toBe('halted 1%');
    letGo();
    await reading;
    await at.engine.settle();
    expect(await at.stage()).toBe('halted 1%');
    const resumed = await at.base.db.selectFrom('journal').select('seq').where('kind', '=', 'resumed').execute();
    expect(resumed).toEqual([]);
  });

  test('by a process whose clock is behind is heard', async () => {
    at = await room();
    await readyToSubmit(at);
    expect(await at.stage()).toBe('in-review');
    at.world.pull({ lever: 'approve', ...listing, version: '1.1.0' });
    const behind = at.another('behind', { clock: { now: () => plusMs(at.clock.now(), -600_000) } });
    await behind.readAgain('music', ['google-play']);
    await behind.settle();
    expect(await at.stage()).toBe('rolling-out 1%');
  });
});

describe('an order to resume', () => {
  test('that the storefront said was done, and was not, can be given again', async () => {
    await rollingOut();
    must(await at.command({ do: 'halt', reason: 'crashes in playback' }));
    await at.engine.settle();
    at.world.pull({ lever: 'fault', on: 'google-play', calls: 'writes', what: 'lie', times: 1 });
    must(await at.command({ do: 'resume', reason: 'the cause is off' }));
    await at.engine.settle();
    expect(await at.stage()).toBe('halted 1%');
    const resume = { do: 'resume', reason: 'the cause is still off' } as const;
    expect(await at.command(resume)).toMatchObject({ ok: false, code: 'waits-for-read-back' });
    at.clock.turn(301_000);
    must(await at.command(resume));
    await at.engine.settle();
    expect(await at.stage()).toBe('rolling-out 1%');
    expect(release()?.state).toBe('rolling-out');
  });
});

describe('a try', () => {
  test('begins only while the lane is this process’s, and never before a halt that is ready in it', async () => {
    await rollingOut();
    at.world.pull({ lever: 'fault', on: 'google-play', calls: 'writes', what: 'error-before', times: 1 });
    at.clock.turn(70_000);
    await at.engine.settle();
    const { db } = at.base;
    const raise = await db.selectFrom('outbox').select(['key', 'lane']).where('state', '=', 'waiting').executeTakeFirstOrThrow();
    const lease = `lane:${raise.lane}`;
    const tries = (owner: string) => noteTry(db, raise.key, { lease, owner, now: at.clock.now() });
    expect(await tries('someone')).toBe(false);
    expect(await takeLease(db, lease, 'someone', 60)).toBe(true);
    const halt = (await actionOf(db, raise.key))?.action;
    await db
      .insertInto('outbox')
      .values({
        key: 'a-halt',
        app: 'music',
        track: at.track,
        lane: raise.lane,
        urgent: true,
        state: 'ordered',
        step: null,
        kind: 'ensure-halted',
        action: JSON.stringify(halt),
        ordered_at: at.clock.now(),
        next_try_at: null,
        ended_at: null,
        outcome: null,
        recorded_at: at.clock.now(),
      })
      .execute();
    expect(await tries('someone')).toBe(false);
    await db.updateTable('outbox').set({ state: 'done' }).where('key', '=', 'a-halt').execute();
    const revision = async () =>
      (await db.selectFrom('tracks').select('revision').where('id', '=', at.track).executeTakeFirstOrThrow()).revision;
    const before = await revision();
    expect(await tries('someone')).toBe(true);
    expect(await revision(), 'who decided as if nothing were sent decides anew').toBe(before + 1);
  });
});
