import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Freeze, Window } from '../policy/track-policy.ts';
import { plusMs } from '../time.ts';
import { daysInWords, searchedDays, windowInWords, windowState } from './windows.ts';
import { isLocalDate, isTimeZone, wallTime } from './zone.ts';

const workdays: Window = { days: [1, 2, 3, 4], from: 8 * 60, to: 17 * 60 };
const everyDay = [1, 2, 3, 4, 5, 6, 7];
const stockholm = 'Europe/Stockholm';
const endOfYear: Freeze = { from: '2024-12-20', to: '2025-01-06', why: 'end of year' };

const ask = (window: Window | 'any' | undefined, now: string, timezone = stockholm, freezes: readonly Freeze[] = []) =>
  windowState({ window, freezes, timezone, now });

describe('a window of hours and days', () => {
  test('is open inside its hours and says when it closes', () => {
    // Tuesday 14:20 in Stockholm is 12:20 UTC in summer time
    expect(ask(workdays, '2024-10-01T12:20:00.000Z')).toEqual({
      open: true,
      because: 'Open until Tue 1 Oct 2024 17:00. The window is Mon–Thu 08:00–17:00 Europe/Stockholm.',
      opensAt: null,
      closesAt: '2024-10-01T15:00:00.000Z',
    });
  });
  test('is open at its first minute and closed at its last', () => {
    expect(ask(workdays, '2024-10-01T06:00:00.000Z').open).toBe(true);
    expect(ask(workdays, '2024-10-01T05:59:59.999Z')).toMatchObject({ open: false, opensAt: '2024-10-01T06:00:00.000Z' });
    expect(ask(workdays, '2024-10-01T14:59:59.999Z').open).toBe(true);
    expect(ask(workdays, '2024-10-01T15:00:00.000Z')).toMatchObject({ open: false, opensAt: '2024-10-02T06:00:00.000Z' });
  });
  test('waits over the weekend', () => {
    expect(ask(workdays, '2024-10-03T15:00:00.000Z')).toEqual({
      open: false,
      because: 'Closed now: opens Mon 7 Oct 2024 08:00 Europe/Stockholm. The window is Mon–Thu 08:00–17:00.',
      opensAt: '2024-10-07T06:00:00.000Z',
      closesAt: null,
    });
  });
  test('over midnight belongs to the day on which it begins', () => {
    const night: Window = { days: [4], from: 22 * 60, to: 4 * 60 };
    expect(ask(night, '2024-10-03T19:59:00.000Z')).toMatchObject({ open: false, opensAt: '2024-10-03T20:00:00.000Z' });
    expect(ask(night, '2024-10-04T01:59:00.000Z')).toMatchObject({ open: true, closesAt: '2024-10-04T02:00:00.000Z' });
    expect(ask(night, '2024-10-03T01:00:00.000Z').open).toBe(false);
  });
  test('until midnight on one day goes on into a window from midnight on the next', () => {
    const whole: Window = { days: [2, 3], from: 0, to: 1440 };
    expect(ask(whole, '2024-10-01T10:00:00.000Z')).toMatchObject({ open: true, closesAt: '2024-10-02T22:00:00.000Z' });
  });
  test('that is any, absent, or every minute of the week stays open', () => {
    for (const window of ['any', undefined, { days: everyDay, from: 0, to: 1440 }] as const) {
      expect(ask(window, '2024-10-01T10:00:00.000Z')).toEqual({ open: true, because: 'Open at any time.', opensAt: null, closesAt: null });
    }
  });
  test('without days or without hours never opens and says so', () => {
    expect(ask({ days: [], from: 480, to: 1020 }, '2024-10-01T10:00:00.000Z')).toMatchObject({ open: false, opensAt: null });
    const empty = ask({ days: everyDay, from: 480, to: 480 }, '2024-10-01T10:00:00.000Z');
    expect(empty).toEqual({
      open: false,
      because: 'Closed now: never opens in the next 400 days. The window 08:00–08:00 is empty.',
      opensAt: null,
      closesAt: null,
    });
  });
});

describe('a freeze', () => {
  test('closes a window that would be open and names its reason', () => {
    expect(ask(workdays, '2024-12-23T10:00:00.000Z', stockholm, [endOfYear])).toEqual({
      open: false,
      because: 'Frozen from Fri 20 Dec 2024 to Mon 6 Jan 2025: end of year. It opens Tue 7 Jan 2025 08:00 Europe/Stockholm.',
      opensAt: '2025-01-07T07:00:00.000Z',
      closesAt: null,
    });
  });
  test('holds a window of any time too, from its first midnight to its last', () => {
    expect(ask('any', '2024-12-19T22:59:59.999Z', stockholm, [endOfYear])).toMatchObject({
      open: true,
      closesAt: '2024-12-19T23:00:00.000Z',
    });
    expect(ask('any', '2024-12-19T23:00:00.000Z', stockholm, [endOfYear])).toMatchObject({
      open: false,
      opensAt: '2025-01-06T23:00:00.000Z',
    });
  });
  test('that follows on another is waited for as well', () => {
    const holiday: Freeze = { from: '2025-01-07', to: '2025-01-07', why: 'inventory' };
    expect(ask(workdays, '2024-12-23T10:00:00.000Z', stockholm, [holiday, endOfYear]).opensAt).toBe('2025-01-08T07:00:00.000Z');
  });
  test('cuts a window over midnight at midnight', () => {
    const night: Window = { days: everyDay, from: 22 * 60, to: 4 * 60 };
    expect(ask(night, '2024-12-19T22:30:00.000Z', stockholm, [endOfYear])).toMatchObject({
      open: true,
      closesAt: '2024-12-19T23:00:00.000Z',
    });
    expect(ask(night, '2024-12-20T10:00:00.000Z', stockholm, [endOfYear]).opensAt).toBe('2025-01-06T23:00:00.000Z');
  });
  test('without an end in sight never opens, and the search still ends', () => {
    const state = ask('any', '2024-12-23T10:00:00.000Z', stockholm, [{ from: '2024-01-01', to: '2099-12-31', why: 'sunset' }]);
    expect(state.opensAt).toBeNull();
    expect(state.because).toContain(`never opens in the next ${searchedDays} days`);
  });
});

describe('daylight saving', () => {
  const early: Window = { days: everyDay, from: 2 * 60, to: 4 * 60 };
  test('a window from 02:00 to 04:00 begins at 03:00 on the spring day in Stockholm, when the clocks jump', () => {
    expect(ask(early, '2024-03-30T12:00:00.000Z').opensAt).toBe('2024-03-31T01:00:00.000Z');
    expect(ask(early, '2024-03-31T01:30:00.000Z')).toMatchObject({ open: true, closesAt: '2024-03-31T02:00:00.000Z' });
  });
  test('a window inside the hour that is jumped over does not open on that day', () => {
    const gone: Window = { days: everyDay, from: 2 * 60 + 15, to: 2 * 60 + 45 };
    expect(ask(gone, '2024-03-30T12:00:00.000Z').opensAt).toBe('2024-04-01T00:15:00.000Z');
  });
  test('a window inside the hour that is repeated opens twice', () => {
    const twice: Window = { days: everyDay, from: 2 * 60, to: 2 * 60 + 30 };
    expect(ask(twice, '2024-10-27T00:00:00.000Z')).toMatchObject({ open: true, closesAt: '2024-10-27T00:30:00.000Z' });
    expect(ask(twice, '2024-10-27T00:30:00.000Z')).toMatchObject({ open: false, opensAt: '2024-10-27T01:00:00.000Z' });
    expect(ask(twice, '2024-10-27T01:30:00.000Z')).toMatchObject({ open: false, opensAt: '2024-10-28T01:00:00.000Z' });
  });
  test('a window over the repeated hour is open for three hours', () => {
    expect(ask(early, '2024-10-26T12:00:00.000Z').opensAt).toBe('2024-10-27T00:00:00.000Z');
    expect(ask(early, '2024-10-27T00:00:00.000Z').closesAt).toBe('2024-10-27T03:00:00.000Z');
  });
  test('New York changes on its own days', () => {
    expect(ask(early, '2024-03-10T00:00:00.000Z', 'America/New_York').opensAt).toBe('2024-03-10T07:00:00.000Z');
    expect(ask(workdays, '2024-03-10T12:00:00.000Z', 'America/New_York').opensAt).toBe('2024-03-11T12:00:00.000Z');
    expect(ask(workdays, '2024-03-08T12:00:00.000Z', 'America/New_York').opensAt).toBe('2024-03-11T12:00:00.000Z');
    expect(ask(workdays, '2024-11-03T12:00:00.000Z', 'America/New_York').opensAt).toBe('2024-11-04T13:00:00.000Z');
  });
  test('Lord Howe moves by half an hour', () => {
    // 6 Oct 2024: 02:00 becomes 02:30, from +10:30 to +11:00
    expect(ask(early, '2024-10-05T10:00:00.000Z', 'Australia/Lord_Howe')).toMatchObject({ opensAt: '2024-10-05T15:30:00.000Z' });
    expect(ask(early, '2024-10-05T15:30:00.000Z', 'Australia/Lord_Howe')).toMatchObject({
      open: true,
      closesAt: '2024-10-05T17:00:00.000Z',
    });
    // 7 Apr 2024: 02:00 becomes 01:30 again
    const repeated: Window = { days: everyDay, from: 90, to: 120 };
    expect(ask(repeated, '2024-04-06T14:30:00.000Z', 'Australia/Lord_Howe')).toMatchObject({
      open: true,
      closesAt: '2024-04-06T15:30:00.000Z',
    });
  });
  test('Kolkata has none, and half an hour of offset', () => {
    expect(ask(workdays, '2024-10-01T02:00:00.000Z', 'Asia/Kolkata')).toMatchObject({ open: false, opensAt: '2024-10-01T02:30:00.000Z' });
  });
  test('a day whose midnight is jumped over begins at one', () => {
    // Beirut, 31 March 2024: 00:00 becomes 01:00
    expect(ask({ days: [7], from: 0, to: 120 }, '2024-03-30T12:00:00.000Z', 'Asia/Beirut')).toMatchObject({
      opensAt: '2024-03-30T22:00:00.000Z',
    });
    expect(ask({ days: [7], from: 0, to: 120 }, '2024-03-30T22:00:00.000Z', 'Asia/Beirut')).toMatchObject({
      open: true,
      closesAt: '2024-03-30T23:00:00.000Z',
    });
  });
  test('a date that a zone left out has no window', () => {
    // Apia went from Thursday 29 to Saturday 31 December 2011
    expect(ask({ days: [5], from: 480, to: 1020 }, '2011-12-29T20:00:00.000Z', 'Pacific/Apia').opensAt).toBe('2012-01-05T18:00:00.000Z');
  });
});

describe('properties of every window', () => {
  const zones = [
    'Europe/Stockholm',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'Asia/Beirut',
    'America/Havana',
    'Pacific/Apia',
    'UTC',
    'America/St_Johns',
  ] as const;
  const aWindow = fc.oneof(
    fc.constant('any' as const),
    fc.record({
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      from: fc.integer({ min: 0, max: 1439 }),
      to: fc.integer({ min: 1, max: 1440 }),
    }),
  );
  // both changes of the year are inside, in either hemisphere
  const aMoment = fc
    .integer({ min: Date.parse('2024-01-01T00:00:00.000Z'), max: Date.parse('2025-12-31T00:00:00.000Z') })
    .map((ms) => new Date(ms).toISOString());
  const aFreeze = fc
    .record({ start: fc.integer({ min: 0, max: 700 }), days: fc.integer({ min: 0, max: 20 }) })
    .map(({ start, days }): Freeze => {
      const date = (day: number) => new Date(Date.parse('2024-01-01T00:00:00.000Z') + day * 86_400_000).toISOString().slice(0, 10);
      return { from: date(start), to: date(start + days), why: 'freeze' };
    });
  const aQuestion = fc.record({
    window: aWindow,
    freezes: fc.array(aFreeze, { maxLength: 3 }),
    timezone: fc.constantFrom(...zones),
    now: aMoment,
  });

  test('it opens later than now, is open at that moment, and was not a millisecond before', () => {
    fc.assert(
      fc.property(aQuestion, (question) => {
        const state = windowState(question);
        if (state.open || state.opensAt === null) return;
        expect(state.opensAt > question.now).toBe(true);
        expect(windowState({ ...question, now: state.opensAt }).open).toBe(true);
        expect(windowState({ ...question, now: plusMs(state.opensAt, -1) }).open).toBe(false);
      }),
      { numRuns: 400 },
    );
  });
  test('it closes later than now, is closed at that moment, and was not a millisecond before', () => {
    fc.assert(
      fc.property(aQuestion, (question) => {
        const state = windowState(question);
        if (!state.open || state.closesAt === null) return;
        expect(state.closesAt > question.now).toBe(true);
        expect(windowState({ ...question, now: state.closesAt }).open).toBe(false);
        expect(windowState({ ...question, now: plusMs(state.closesAt, -1) }).open).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
  test('nothing opens between now and the moment it names', () => {
    fc.assert(
      fc.property(aQuestion, fc.double({ min: 0, max: 1, noNaN: true }), (question, share) => {
        const state = windowState(question);
        const until = state.opensAt ?? state.closesAt;
        if (until === null) return;
        const between = plusMs(question.now, Math.floor((Date.parse(until) - Date.parse(question.now) - 1) * share));
        expect(windowState({ ...question, now: between }).open).toBe(state.open);
      }),
      { numRuns: 400 },
    );
  });
  test('every window with a day and hours opens within a fortnight where nothing is frozen', () => {
    fc.assert(
      fc.property(aQuestion, (question) => {
        const state = windowState({ ...question, freezes: [] });
        if (question.window !== 'any' && question.window.from === question.window.to) return;
        expect(state.open || (state.opensAt !== null && state.opensAt < plusMs(question.now, 15 * 86_400_000))).toBe(true);
      }),
    );
  });
});

describe('words and names', () => {
  test('days read as a person would say them', () => {
    expect(daysInWords([1, 2, 3, 4])).toBe('Mon–Thu');
    expect(daysInWords([5, 1, 3])).toBe('Mon, Wed, Fri');
    expect(daysInWords([6, 7, 1])).toBe('Mon, Sat, Sun');
    expect(daysInWords(everyDay)).toBe('every day');
    expect(windowInWords({ days: [2], from: 0, to: 1440 })).toBe('Tue all day');
  });
  test('a zone is a name of the IANA database, not an offset', () => {
    expect(isTimeZone(stockholm)).toBe(true);
    expect(isTimeZone('UTC')).toBe(true);
    for (const wrong of ['Europe/Stokholm', '+02:00', '', 'CET CEST', '../etc']) expect(isTimeZone(wrong)).toBe(false);
  });
  test('a date must exist', () => {
    expect(isLocalDate('2024-02-29')).toBe(true);
    for (const wrong of ['2023-02-29', '2024-2-9', '2024-13-01', 'tomorrow']) expect(isLocalDate(wrong)).toBe(false);
  });
  test('the wall shows the weekday of the place', () => {
    expect(wallTime(Date.parse('2024-10-01T22:30:00.000Z'), stockholm)).toMatchObject({ weekday: 3, minute: 30 });
  });
});
