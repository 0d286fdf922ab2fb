import { describe, expect, test } from 'vitest';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import { handle } from '../api.ts';
import type { CallName } from './calls.ts';
import { find } from './calls.ts';
import { findListing } from './levers.ts';
import type { LeverInput } from './levers.ts';
import { compareNumbers } from './rules.ts';
import type { Release } from './state.ts';
import { createWorld } from './world.ts';

const BEGINS = '2024-09-30T09:20:00.000Z';

/** A listing of music in one storefront, spoken to as a client would: one call, no second look. */
function listing(storefront: StorefrontKind) {
  const world = createWorld({ machineTime: () => BEGINS });
  const at = { storefront, app: 'music', platform: 'phone' };
  let keys = 0;
  const pull = (lever: LeverInput) => world.pull(lever);
  pull({ lever: 'clock', set: BEGINS });
  const post = (path: string, body: Record<string, unknown>): unknown => {
    keys += 1;
    const reply = handle(world, {
      method: 'POST',
      path: `/v1/storefronts/${storefront}/music/phone/releases${path}`,
      query: new URLSearchParams(),
      body: { key: `k${keys}`, ...body },
    });
    return typeof reply.body === 'object' && reply.body !== null && 'code' in reply.body ? reply.body.code : reply.status;
  };
  return {
    world,
    at,
    pull,
    submit: (version: string, build: string, percent: number | null = storefront === 'google-play' ? 1 : null) =>
      post('', { version, build, percent }),
    call: (name: Exclude<CallName, 'submit'>, version: string, percent: number | null = null) => post(`/${version}/${name}`, { percent }),
    approve: (version: string) => pull({ lever: 'approve', ...at, version }),
    reject: (version: string, kind: 'binary' | 'metadata') => pull({ lever: 'reject', ...at, version, kind, why: 'no' }),
    byHand: (deed: Extract<LeverInput, { lever: 'console' }>['do'], version: string, percent?: number) =>
      pull({ lever: 'console', ...at, version, do: deed, percent, who: 'Ada' }),
    passDays: (days: number) => pull({ lever: 'clock', advanceMs: days * 86_400_000 }),
    see(version: string): Release {
      const there = findListing(world.state(), at);
      const release = there && find(there, version);
      if (!release) throw new Error(`${version} is not there`);
      return release;
    },
  };
}

describe('Google Play', () => {
  test('takes only whole version codes up to 2,100,000,000', () => {
    const play = listing('google-play');
    expect(play.submit('8.9.2', '8.9.2')).toBe('wrong-input');
    expect(play.submit('8.9.2', '0')).toBe('wrong-input');
    expect(play.submit('8.9.2', '2100000001')).toBe('wrong-input');
    expect(play.submit('8.9.2', '2100000000')).toBe(200);
  });

  test('needs a code above every one that it has seen, of whatever version', () => {
    const play = listing('google-play');
    play.submit('8.9.1', '1047');
    play.approve('8.9.1');
    expect(play.submit('8.9.2', '1047')).toBe('needs-higher-build');
    expect(play.submit('8.9.2', '999')).toBe('needs-higher-build');
    expect(play.submit('8.9.2', '1048')).toBe(200);
  });

  test('cannot stage the first release of a channel, where the listing says so', () => {
    const play = listing('google-play');
    play.pull({ lever: 'listing', ...play.at, firstReleaseMustBeFull: true });
    expect(play.submit('1.0.0', '1', 10)).toBe('first-release-not-staged');
    expect(play.submit('1.0.0', '1', 100)).toBe(200);
    play.approve('1.0.0');
    expect(play.submit('1.1.0', '2', 10)).toBe(200);
  });

  test('refuses a percentage that is lower, the same, or none', () => {
    const play = listing('google-play');
    play.submit('8.9.2', '1047', 20);
    play.approve('8.9.2');
    expect(play.call('raise', '8.9.2', 5)).toBe('lower-percentage');
    expect(play.call('raise', '8.9.2', 20)).toBe('same-state');
    expect(play.call('raise', '8.9.2', 0)).toBe('wrong-input');
    expect(play.call('raise', '8.9.2', 101)).toBe('wrong-input');
    expect(play.call('raise', '8.9.2')).toBe('wrong-input');
    expect(play.see('8.9.2').percent).toBe(20);
  });

  test('resumes at the same percentage or a higher one, never a lower', () => {
    const play = listing('google-play');
    play.submit('8.9.2', '1047', 20);
    play.approve('8.9.2');
    play.call('halt', '8.9.2');
    expect(play.call('raise', '8.9.2', 50)).toBe('halted');
    expect(play.call('resume', '8.9.2', 10)).toBe('lower-percentage');
    expect(play.call('resume', '8.9.2', 50)).toBe(200);
    expect(play.see('8.9.2')).toMatchObject({ state: 'rolling-out', percent: 50 });
  });

  test('keeps a fully released version for the rest while the next is staged, and replaces it when the next is full', () => {
    const play = listing('google-play');
    play.submit('8.9.1', '1040', 100);
    play.approve('8.9.1');
    play.submit('8.9.2', '1047', 1);
    play.approve('8.9.2');
    expect(play.see('8.9.1')).toMatchObject({ state: 'released', percent: 100 });
    play.call('raise', '8.9.2', 100);
    expect(play.see('8.9.1')).toMatchObject({ state: 'replaced', replaced: { by: '8.9.2', wasReleased: true } });
  });

  test('takes a staged version off at once when the next starts', () => {
    const play = listing('google-play');
    play.submit('8.9.1', '1040', 20);
    play.approve('8.9.1');
    play.submit('8.9.2', '1047', 1);
    expect(play.see('8.9.1').state).toBe('rolling-out');
    play.approve('8.9.2');
    expect(play.see('8.9.1').state).toBe('replaced');
    expect(play.call('resume', '8.9.1')).toBe('replaced');
  });

  test('takes no submission back over the API', () => {
    const play = listing('google-play');
    play.submit('8.9.2', '1047');
    expect(play.call('withdraw', '8.9.2')).toBe('cannot-withdraw');
  });

  test('under managed publishing it waits for a person in the console', () => {
    const play = listing('google-play');
    play.pull({ lever: 'listing', ...play.at, managedPublishing: true });
    play.submit('8.9.2', '1047', 5);
    play.approve('8.9.2');
    expect(play.see('8.9.2').state).toBe('approved');
    expect(play.call('start', '8.9.2', 5)).toBe('console-only');
    expect(play.byHand('publish', '8.9.2')).toMatchObject({ ok: true });
    expect(play.see('8.9.2')).toMatchObject({ state: 'rolling-out', percent: 5 });
  });

  test('has no phases to pause or complete', () => {
    const play = listing('google-play');
    play.submit('8.9.2', '1047', 5);
    play.approve('8.9.2');
    expect(play.call('pause', '8.9.2')).toBe('not-possible-here');
    expect(play.call('complete', '8.9.2')).toBe('not-possible-here');
  });
});

describe('App Store', () => {
  function live() {
    const store = listing('app-store-connect');
    store.submit('8.9.2', '4');
    store.approve('8.9.2');
    store.call('start', '8.9.2');
    return store;
  }

  test('counts builds anew for each version', () => {
    const store = live();
    expect(store.submit('8.9.3', '1')).toBe(200);
  });

  test('needs a version above the published one, and compares number by number', () => {
    const store = live();
    expect(store.submit('8.9.1', '9')).toBe('needs-higher-version');
    expect(store.submit('8.10.0', '1')).toBe(200);
  });

  test('reviews the next version while the one before is phasing, and replaces it when the next starts', () => {
    const store = live();
    store.submit('8.9.3', '1');
    store.approve('8.9.3');
    expect(store.see('8.9.2').state).toBe('rolling-out');
    store.call('start', '8.9.3');
    expect(store.see('8.9.2')).toMatchObject({ state: 'replaced', phase: null });
  });

  test('neither raises, halts, nor skips a phase', () => {
    const store = live();
    expect(store.call('raise', '8.9.2', 50)).toBe('advances-by-itself');
    expect(store.call('halt', '8.9.2')).toBe('not-possible-here');
    expect(store.see('8.9.2').percent).toBe(1);
  });

  test('keeps what is left of a day over a pause', () => {
    const store = live();
    store.passDays(0.75);
    store.call('pause', '8.9.2');
    store.passDays(3);
    store.call('resume', '8.9.2');
    store.passDays(0.2);
    expect(store.see('8.9.2').percent).toBe(1);
    store.passDays(0.05);
    expect(store.see('8.9.2').percent).toBe(2);
  });

  test('a pause by hand counts against the same budget', () => {
    const store = live();
    store.byHand('pause', '8.9.2');
    store.passDays(30);
    expect(store.see('8.9.2').state).toBe('rolling-out');
    expect(store.call('pause', '8.9.2')).toBe('budget-used-up');
  });

  test('completing or replacing a paused release ends its pause, and the days count', () => {
    const store = live();
    store.call('pause', '8.9.2');
    store.passDays(2);
    store.call('complete', '8.9.2');
    store.passDays(5);
    expect(store.see('8.9.2')).toMatchObject({ state: 'released', pausedSince: null, pausedMs: 2 * 86_400_000 });

    store.submit('8.9.3', '1');
    store.approve('8.9.3');
    store.call('start', '8.9.3');
    store.call('pause', '8.9.3');
    store.passDays(1);
    store.submit('8.9.4', '1');
    store.approve('8.9.4');
    store.call('start', '8.9.4');
    store.passDays(5);
    expect(store.see('8.9.3')).toMatchObject({ state: 'replaced', pausedSince: null, pausedMs: 86_400_000 });
  });

  test('a finished phased release is final', () => {
    const store = live();
    store.call('complete', '8.9.2');
    expect(store.see('8.9.2')).toMatchObject({ state: 'released', percent: 100 });
    expect(store.call('pause', '8.9.2')).toBe('final-state');
    expect(store.call('resume', '8.9.2')).toBe('final-state');
    expect(store.call('complete', '8.9.2')).toBe('same-state');
  });

  test('setting a state that it has is refused as such', () => {
    const store = live();
    expect(store.call('resume', '8.9.2')).toBe('same-state');
    store.call('pause', '8.9.2');
    expect(store.call('pause', '8.9.2')).toBe('same-state');
  });

  test('moves by the lever at once, and then a day later again', () => {
    const store = live();
    store.passDays(0.5);
    store.pull({ lever: 'advance', ...store.at });
    expect(store.see('8.9.2').percent).toBe(2);
    store.passDays(0.9);
    expect(store.see('8.9.2').percent).toBe(2);
    store.passDays(0.1);
    expect(store.see('8.9.2').percent).toBe(5);
  });

  test('a week away brings all the phases, each at its own time', () => {
    const store = live();
    store.passDays(30);
    const { history, state } = store.see('8.9.2');
    expect(state).toBe('released');
    expect(history.filter((line) => /offered|released/.test(line.what)).map((line) => [line.at, line.percent])).toEqual([
      ['2024-09-30T09:20:00.000Z', 1],
      ['2024-10-01T09:20:00.000Z', 2],
      ['2024-10-02T09:20:00.000Z', 5],
      ['2024-10-03T09:20:00.000Z', 10],
      ['2024-10-04T09:20:00.000Z', 20],
      ['2024-10-05T09:20:00.000Z', 50],
      ['2024-10-06T09:20:00.000Z', 100],
    ]);
  });
});

describe('Microsoft Store and update feed', () => {
  test('Microsoft Store halts a rollout, and not what everyone has', () => {
    const store = listing('microsoft-store');
    store.submit('8.9.2', '1047');
    store.approve('8.9.2');
    store.call('start', '8.9.2', 10);
    expect(store.call('halt', '8.9.2')).toBe(200);
    expect(store.call('resume', '8.9.2', 100)).toBe(200);
    expect(store.call('halt', '8.9.2')).toBe('cannot-halt-when-full');
  });

  test('a feed has no review, and goes back to the version before when the newest is halted', () => {
    const feed = listing('update-feed');
    feed.submit('8.9.1', 'a');
    feed.call('start', '8.9.1', 100);
    feed.submit('8.9.2', 'b');
    feed.call('start', '8.9.2', 100);
    expect(feed.see('8.9.1').state).toBe('replaced');
    feed.call('halt', '8.9.2');
    expect(feed.see('8.9.1').state).toBe('released');
    feed.call('resume', '8.9.2');
    expect([feed.see('8.9.1').state, feed.see('8.9.2').state]).toEqual(['replaced', 'released']);
  });
});

describe('levers', () => {
  test('a review ends by itself when its time has passed, and not before', () => {
    const store = listing('app-store-connect');
    store.pull({ lever: 'reviews', afterMinutes: 60 });
    store.submit('8.9.2', '4');
    store.pull({ lever: 'clock', advanceMs: 59 * 60_000 });
    expect(store.see('8.9.2').state).toBe('in-review');
    store.pull({ lever: 'clock', advanceMs: 60_000 });
    expect(store.see('8.9.2').state).toBe('approved');
  });

  test('a listing may have a review time of its own', () => {
    const play = listing('google-play');
    play.pull({ lever: 'reviews', afterMinutes: 60 });
    play.pull({ lever: 'listing', ...play.at, reviewAfterMinutes: null });
    play.submit('8.9.2', '1047');
    play.passDays(3);
    expect(play.see('8.9.2').state).toBe('in-review');
  });

  test('the clock does not go back behind what has happened', () => {
    const play = listing('google-play');
    play.submit('8.9.2', '1047');
    expect(play.pull({ lever: 'clock', set: '2024-09-29T00:00:00.000Z' })).toMatchObject({ ok: false, code: 'wrong-input' });
    expect(play.world.now()).toBe(BEGINS);
    play.pull({ lever: 'reset' });
    expect(play.pull({ lever: 'clock', set: '2024-09-29T00:00:00.000Z' })).toMatchObject({ ok: true });
  });

  test('a clock can run on from a time that was set', () => {
    let machine = '2030-01-01T00:00:00.000Z';
    const world = createWorld({ machineTime: () => machine });
    world.pull({ lever: 'clock', set: '2024-10-01T12:20:00.000Z', runs: true });
    machine = '2030-01-01T00:00:05.000Z';
    expect(world.now()).toBe('2024-10-01T12:20:05.000Z');
  });

  test('a lever on what is not there says what is', () => {
    const play = listing('google-play');
    play.submit('8.9.2', '1047');
    expect(play.approve('8.9.9')).toMatchObject({ ok: false, wouldHelp: 'there: 8.9.2 in-review' });
    expect(play.pull({ lever: 'advance', ...play.at })).toMatchObject({ ok: false });
  });

  test('a build that CI calls failed or unfinished is not accepted, one that CI does not know is', () => {
    const play = listing('google-play');
    const build = { app: 'music', platform: 'phone', version: '8.9.2', number: '1047' };
    play.pull({ lever: 'build-start', ...build, commit: 'a1b2c3d4' });
    expect(play.submit('8.9.2', '1047')).toBe('build-not-ready');
    play.pull({ lever: 'build-finish', ...build, state: 'failed' });
    expect(play.submit('8.9.2', '1047')).toBe('build-not-ready');
    play.pull({ lever: 'build-finish', ...build, state: 'succeeded' });
    expect(play.submit('8.9.2', '1047')).toBe(200);
  });

  test('every write call is in the audit list, whatever became of it', () => {
    const play = listing('google-play');
    play.submit('8.9.2', '1047');
    play.submit('8.9.2', '1048');
    play.pull({ lever: 'fault', what: 'lie' });
    play.call('halt', '8.9.2');
    play.pull({ lever: 'fault', what: 'timeout-before' });
    play.call('halt', '8.9.2');
    expect(play.world.state().writes.map((write) => [write.call, write.key, write.outcome])).toEqual([
      ['submit', 'k1', 'done'],
      ['submit', 'k2', 'refused'],
      ['halt', 'k3', 'lied'],
      ['halt', 'k4', 'failed-before'],
    ]);
  });

  test('an answer stays what it was when the world goes on', () => {
    const { world, submit, reject } = listing('google-play');
    submit('8.9.2', '1047');
    const reply = handle(world, {
      method: 'GET',
      path: '/v1/storefronts/google-play/music/phone/releases',
      query: new URLSearchParams(),
      body: undefined,
    });
    const before = JSON.stringify(reply.body);
    reject('8.9.2', 'binary');
    expect(JSON.stringify(reply.body)).toBe(before);
  });

  test('faults wear off after as many calls as they were set for', () => {
    const play = listing('google-play');
    play.pull({ lever: 'fault', what: 'error-before', times: 2, on: 'google-play' });
    expect([play.submit('8.9.2', '1047'), play.submit('8.9.2', '1047'), play.submit('8.9.2', '1047')]).toEqual([
      'internal-error',
      'internal-error',
      200,
    ]);
    expect(play.world.state().faults).toEqual([]);
  });
});

describe('numbers with dots', () => {
  test.each([
    ['8.10', '8.9.2', 1],
    ['8.9', '8.9.0', 0],
    ['1.0.0', '1.0.0.1', -1],
    ['903480001', '903480002', -1],
    ['99999999999999999999', '100000000000000000000', -1],
  ])('%s against %s', (a, b, expected) => {
    expect(compareNumbers(a, b)).toBe(expected);
    expect(compareNumbers(b, a)).toBe(expected === 0 ? 0 : -expected);
  });
});
