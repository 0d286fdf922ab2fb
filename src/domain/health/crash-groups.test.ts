import { describe, expect, test } from 'vitest';
import {
  isNoise,
  isWorthTelling,
  judgeGroup,
  noveltyOf,
  releaseLineOf,
  segmentWithin,
  shownLevel,
  ticketStep,
  ticketOrderOf,
} from './crash-groups.ts';
import type { GroupInAudience, Told, TicketOrderRow } from './crash-groups.ts';
import { flowWeight } from './severity.ts';

const day = (newCount: number, newExposure: number, baseCount: number, baseExposure: number) => ({
  newCount,
  newExposure,
  baseCount,
  baseExposure,
});

describe('whether a crash group was seen before', () => {
  test.each([
    ['is new where nobody had it in the releases before', [day(7, 2000, 0, 20_000)], 0, 'new'],
    ['cannot be told where there is no release before', [day(7, 2000, 0, 0)], 0, 'known'],
    ['cannot be told from one person', [day(1, 2000, 0, 2000)], 0, 'known'],
    ['is worse at three times the rate', [day(60, 2000, 200, 20_000)], 200, 'worse'],
    ['is unchanged at the same rate', [day(40, 2000, 400, 20_000)], 400, 'unchanged'],
    [
      'is unchanged although the share of the new version moves',
      [day(40, 2000, 400, 20_000), day(400, 20_000, 40, 2000)],
      440,
      'unchanged',
    ],
  ])('%s', (_, buckets, baseEver, novelty) => {
    expect(noveltyOf({ buckets, baseEver, wasMended: false })).toBe(novelty);
  });

  test('what was mended and is back has regressed, however few it hits', () => {
    expect(noveltyOf({ buckets: [day(1, 9, 0, 0)], baseEver: 0, wasMended: true })).toBe('regressed');
  });
});

describe('a crash group on a version', () => {
  const production: GroupInAudience = {
    audience: 'production',
    users: 7,
    crashes: 9,
    exposure: 2000,
    buckets: [day(7, 2000, 0, 20_000)],
    baseEver: 0,
  };
  const employee: GroupInAudience = { audience: 'employees', users: 1, crashes: 1, exposure: 30, buckets: [], baseEver: 0 };

  test('is as bad as in its worst audience', () => {
    const both = judgeGroup({ flow: 'signup', audiences: [{ ...production, exposure: 1e6, buckets: [] }, employee], wasMended: false });
    expect(both).toMatchObject({ audience: 'employees', level: 'S1', ticket: true });
    expect(judgeGroup({ flow: 'signup', audiences: [production], wasMended: false })).toMatchObject({
      audience: 'production',
      novelty: 'new',
      level: 'S1',
      levelLower: 'S1',
      isGrave: true,
    });
  });

  test('is not grave for a lucky pair of early crashes, and gets no ticket outside our own people', () => {
    expect(
      judgeGroup({ flow: 'signup', audiences: [{ ...production, users: 2, crashes: 2, exposure: 100 }], wasMended: false }),
    ).toMatchObject({
      level: 'S1',
      isGrave: false,
      ticket: false,
    });
  });

  test('has no severity where nothing was told of use', () => {
    expect(judgeGroup({ flow: null, audiences: [{ ...production, exposure: 0 }], wasMended: false })).toBeNull();
  });

  test('weighs what the policy says, however the app writes the flow', () => {
    expect(flowWeight('Sign-Up')).toBe(5);
    expect(flowWeight('after logout')).toBe(0.3);
    expect(flowWeight('audiobooks')).toBe(1);
    expect(flowWeight('audiobooks', { other: 1, Audiobooks: 3 })).toBe(3);
    expect(flowWeight('constructor')).toBe(1);
  });

  test('is noise above four fifths of its crashes', () => {
    expect([null, 0.8, 0.81].map(isNoise)).toEqual([false, false, true]);
  });
});

describe('a severity that is shown', () => {
  const at = (hour: number) => new Date(Date.UTC(2024, 9, 1, hour)).toISOString();

  test('goes up at once and down after a day below', () => {
    expect(shownLevel({ level: 'S3', belowSince: null }, 'S1', at(0))).toEqual({ level: 'S1', belowSince: null });
    const below = shownLevel({ level: 'S1', belowSince: null }, 'S3', at(0));
    expect(below).toEqual({ level: 'S1', belowSince: at(0) });
    expect(shownLevel(below, 'S3', at(23))).toEqual(below);
    expect(shownLevel(below, 'S1', at(23))).toEqual({ level: 'S1', belowSince: null });
    expect(shownLevel(below, 'S4', at(24))).toEqual({ level: 'S4', belowSince: null });
  });

  test('is told when it or its novelty changes, and not where nobody minds', () => {
    expect(isWorthTelling(null, { level: 'S4', novelty: 'new' })).toBe(false);
    expect(isWorthTelling(null, { level: 'S3', novelty: 'known' })).toBe(true);
    expect(isWorthTelling({ level: 'S3', novelty: 'known' }, { level: 'S3', novelty: 'known' })).toBe(false);
    expect(isWorthTelling({ level: 'S3', novelty: 'known' }, { level: 'S3', novelty: 'worse' })).toBe(true);
    expect(isWorthTelling({ level: 'S3', novelty: 'known' }, { level: 'S4', novelty: 'known' })).toBe(true);
  });
});

describe('the ticket of a group', () => {
  const told: Told = { level: 'S2', novelty: 'new', users: 7, crashes: 9, versions: ['8.9.2'], team: 'player' };
  const now = { isWorth: true, isMuted: false, cameBack: false, told };
  const open = { state: 'open' as const, told, isBusy: false };
  const does = (ticket: Parameters<typeof ticketStep>[0], more: Partial<typeof now> = {}) =>
    ticketStep(ticket, { ...now, ...more })?.do ?? null;

  test('is opened where the group is worth it and nobody decided otherwise', () => {
    expect(does(null)).toBe('open');
    expect(does(null, { isWorth: false })).toBeNull();
    expect(does(null, { isMuted: true })).toBeNull();
  });

  test.each([
    ['nothing new', {}, null],
    ['another severity', { level: 'S1' as const }, 'update'],
    ['a hotfix that has it too', { versions: ['8.9.2', '8.9.2.1'] }, 'update'],
    ['a few more people', { users: 9 }, null],
    ['twice as many', { users: 14 }, 'update'],
    ['an owner that was found', { team: 'player' }, null],
  ])('of which there is %s', (_, change, step) => {
    expect(does(open, { told: { ...told, ...change } })).toBe(step);
  });

  test('waits for the order that is under way', () => {
    expect(does({ ...open, isBusy: true }, { told: { ...told, level: 'S1' } })).toBeNull();
  });

  test('that was closed is opened again when the crash is back, and stays closed while old builds crash', () => {
    expect(does({ ...open, state: 'closed' }, { told: { ...told, users: 99 } })).toBeNull();
    expect(does({ ...open, state: 'closed' }, { cameBack: true })).toBe('reopen');
  });

  test('that the tracker refused is asked for again by people alone', () => {
    expect(does({ ...open, state: 'refused' })).toBeNull();
  });

  describe('tells how what was ordered of it stands', () => {
    const row: TicketOrderRow = {
      state: 'waiting',
      does: 'open',
      at: '2024-10-01T12:00:00.000Z',
      attempts: 1,
      inDoubt: false,
      outcome: 'the tracker is full',
      nextTryAt: '2024-10-01T12:01:00.000Z',
      before: null,
    };
    const of = (change: Partial<TicketOrderRow>, hasTracker = true) => ticketOrderOf({ ...row, ...change }, { hasTracker });

    test('nothing where it is done', () => {
      expect([ticketOrderOf(null, { hasTracker: true }), of({ state: 'done' }), of({ state: 'void' })]).toEqual([null, null, null]);
    });

    test('a refusal asks for a person, and says what to mend', () => {
      const refused = of({ state: 'refused', outcome: 'no such project' });
      expect(refused).toMatchObject({ state: 'refused', because: 'no such project', nextTryAt: null });
      expect(refused?.whatToDo).toBe('mend what the tracker names, then try again');
      expect(of({ state: 'refused' }, false)?.whatToDo).toContain('connect a tracker');
    });

    test('what waits for its next try says when that is, and what becomes of a doubt', () => {
      expect(of({})).toMatchObject({ state: 'waiting', because: 'the tracker is full', nextTryAt: '2024-10-01T12:01:00.000Z' });
      expect(of({})?.whatToDo).toContain('tried again by itself');
      expect(of({ inDoubt: true })?.whatToDo).toContain('never a second one');
      expect(of({ state: 'trying', nextTryAt: null })).toMatchObject({ state: 'trying', whatToDo: null });
    });

    test('what waits for its turn says what holds the one before it', () => {
      const first = { state: 'ordered', attempts: 0, outcome: null, nextTryAt: null } as const;
      expect(of(first)).toMatchObject({ state: 'waiting', because: null, nextTryAt: null, whatToDo: null });
      expect(of({ ...first, before: { outcome: 'the tracker is full', nextTryAt: '2024-10-01T12:01:00.000Z' } })).toMatchObject({
        because: 'the ticket before it is not through: the tracker is full',
        nextTryAt: '2024-10-01T12:01:00.000Z',
      });
    });
  });

  test('is shared by a release and its hotfixes', () => {
    const baseOf = new Map([
      ['8.9.2', null],
      ['8.9.2.1', '8.9.2'],
      ['8.9.2.2', '8.9.2.1'],
      ['a', 'b'],
      ['b', 'a'],
    ]);
    expect(['8.9.2', '8.9.2.2', '8.9.3', 'a'].map((version) => releaseLineOf(version, baseOf))).toEqual(['8.9.2', '8.9.2', '8.9.3', 'a']);
  });
});

test('a million devices are twenty and the others', () => {
  const known = new Set<string>(['country=SE']);
  for (let n = 0; n < 1000; n++) known.add(segmentWithin(known, `device=Phone ${n}`));
  expect(known.size).toBe(22);
  expect(segmentWithin(known, 'device=Phone 3')).toBe('device=Phone 3');
  expect(segmentWithin(known, 'device=Phone 999')).toBe('device=other');
  expect(segmentWithin(known, 'country=BR')).toBe('country=BR');
});
