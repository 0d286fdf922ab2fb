import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cycle } from './cycle.ts';
import { nextBranchDay, plannedTimes } from './cycle.ts';
import { readCadence, readDays, readHours, readMilestone } from './spans.ts';
import { localDate } from './zone.ts';

const timezone = 'Europe/Stockholm';
const weekly: Cycle = {
  weeks: 1,
  starting: null,
  branch: { weekday: 5, minute: 540, weeksLater: 0 },
  candidate: { weekday: 1, minute: 720, weeksLater: 0 },
  submit: { weekday: 1, minute: 1020, weeksLater: 0 },
  start: { weekday: 2, minute: 540, weeksLater: 0 },
  finish: { weekday: 3, minute: 540, weeksLater: 0 },
  closed: [],
  whenClosed: 'skip',
};

describe('the weekly train', () => {
  test('music 8.9.2 has the planned times of its story', () => {
    expect(plannedTimes({ cycle: weekly, timezone, branchDay: '2024-09-27' })).toEqual({
      branch: '2024-09-27T07:00:00.000Z',
      candidate: '2024-09-30T10:00:00.000Z',
      submit: '2024-09-30T15:00:00.000Z',
      start: '2024-10-01T07:00:00.000Z',
      finish: '2024-10-02T07:00:00.000Z',
    });
  });
  test('nine in the morning stays nine when the clocks change between branch and rollout', () => {
    const planned = plannedTimes({ cycle: weekly, timezone, branchDay: '2024-10-25' });
    expect(planned.branch).toBe('2024-10-25T07:00:00.000Z');
    expect(planned.start).toBe('2024-10-29T08:00:00.000Z');
  });
  test('a milestone may stand a week later', () => {
    const slow: Cycle = { ...weekly, submit: { weekday: 1, minute: 1020, weeksLater: 1 } };
    expect(plannedTimes({ cycle: slow, timezone, branchDay: '2024-09-27' })).toMatchObject({
      submit: '2024-10-07T15:00:00.000Z',
      start: '2024-10-08T07:00:00.000Z',
    });
  });
  test('a milestone on a holiday moves to the next open day and those after it follow', () => {
    const cycle: Cycle = { ...weekly, closed: [{ from: '2024-09-30', to: '2024-10-02', why: 'off-site' }] };
    expect(plannedTimes({ cycle, timezone, branchDay: '2024-09-27' })).toMatchObject({
      candidate: '2024-10-03T10:00:00.000Z',
      submit: '2024-10-07T15:00:00.000Z',
    });
  });
  test('milestones that the cycle does not name are not planned', () => {
    expect(plannedTimes({ cycle: { ...weekly, candidate: null, finish: null }, timezone, branchDay: '2024-09-27' })).toMatchObject({
      candidate: null,
      finish: null,
      start: '2024-10-01T07:00:00.000Z',
    });
  });
});

describe('the next branch day', () => {
  test('is this Friday before nine and the next one after', () => {
    expect(nextBranchDay({ cycle: weekly, timezone, after: '2024-09-27T06:59:59.000Z' })).toBe('2024-09-27');
    expect(nextBranchDay({ cycle: weekly, timezone, after: '2024-09-27T07:00:00.000Z' })).toBe('2024-10-04');
  });
  test('comes every other week, counted from the day that was named', () => {
    const fortnightly: Cycle = { ...weekly, weeks: 2, starting: '2024-09-27' };
    expect(nextBranchDay({ cycle: fortnightly, timezone, after: '2024-09-28T00:00:00.000Z' })).toBe('2024-10-11');
    expect(nextBranchDay({ cycle: fortnightly, timezone, after: '2024-08-01T00:00:00.000Z' })).toBe('2024-08-02');
  });
  test('is left out when it is frozen', () => {
    const frozen: Cycle = { ...weekly, closed: [{ from: '2024-12-20', to: '2025-01-06', why: 'end of year' }] };
    expect(nextBranchDay({ cycle: frozen, timezone, after: '2024-12-14T00:00:00.000Z' })).toBe('2025-01-10');
  });
  test('moves to the next open day when the cycle says so', () => {
    const moved: Cycle = { ...weekly, whenClosed: 'next-day', closed: [{ from: '2024-12-20', to: '2024-12-22', why: 'inventory' }] };
    expect(nextBranchDay({ cycle: moved, timezone, after: '2024-12-14T00:00:00.000Z' })).toBe('2024-12-23');
    expect(nextBranchDay({ cycle: moved, timezone, after: '2024-12-21T00:00:00.000Z' })).toBe('2024-12-23');
  });
  test('does not come where there is no cadence, or the freeze has no end', () => {
    expect(nextBranchDay({ cycle: { ...weekly, weeks: null }, timezone, after: '2024-12-14T00:00:00.000Z' })).toBeNull();
    const sunset: Cycle = { ...weekly, closed: [{ from: '2024-01-01', to: '2099-12-31', why: 'sunset' }] };
    expect(nextBranchDay({ cycle: sunset, timezone, after: '2024-12-14T00:00:00.000Z' })).toBeNull();
  });
});

test('the milestones of any branch day stand in order, each on an open day', () => {
  const day = fc
    .integer({ min: 0, max: 700 })
    .map((n) => new Date(Date.parse('2024-01-01T00:00:00.000Z') + n * 86_400_000).toISOString().slice(0, 10));
  const closed = fc.array(day, { maxLength: 20 }).map((days) => days.map((date) => ({ from: date, to: date, why: 'holiday' })));
  fc.assert(
    fc.property(
      closed,
      day,
      fc.constantFrom(timezone, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'),
      (holidays, after, zone) => {
        const cycle: Cycle = { ...weekly, closed: holidays };
        const branchDay = nextBranchDay({ cycle, timezone: zone, after: `${after}T00:00:00.000Z` });
        if (branchDay === null) throw new Error('a holiday now and then leaves a Friday');
        const { branch, candidate, submit, start, finish } = plannedTimes({ cycle, timezone: zone, branchDay });
        const all = [branch, candidate, submit, start, finish].map(String);
        expect(all).toEqual(all.toSorted());
        expect(branch && branch > `${after}T00:00:00.000Z`).toBe(true);
        for (const at of all) expect(holidays.map(({ from }) => from)).not.toContain(localDate(at, zone));
      },
    ),
  );
});

describe('written days and hours', () => {
  test('are read as people write them', () => {
    expect(readDays('Mon-Thu')).toEqual([1, 2, 3, 4]);
    expect(readDays('Sat-Mon')).toEqual([1, 6, 7]);
    expect(readDays('Monday, wed')).toEqual([1, 3]);
    expect(readHours('08:00-17:00')).toEqual({ from: 480, to: 1020 });
    expect(readHours('22:00 – 04:00')).toEqual({ from: 1320, to: 240 });
    expect(readMilestone('Friday 09:00')).toEqual({ weekday: 5, minute: 540, weeksLater: 0 });
    expect(readMilestone('Mon 17:00 +1w')).toEqual({ weekday: 1, minute: 1020, weeksLater: 1 });
    expect(readCadence('every 2 weeks')).toBe(2);
  });
  test('are refused when they mean nothing', () => {
    for (const text of ['Mun', '', 'Mon-', 'Mon-Tue-Wed', '1-5']) expect(readDays(text)).toBeNull();
    for (const text of ['08:00', '8-17', '25:00-26:00', '08:00-08:00', '08:60-09:00', '24:00-08:00', ''])
      expect(readHours(text)).toBeNull();
    for (const text of ['Friday', '09:00', 'Friday 9', 'Friday 24:00', 'Friday 09:00 +1d']) expect(readMilestone(text)).toBeNull();
    for (const text of ['daily', 'every 0 weeks', 'every 53 weeks', 'every week']) expect(readCadence(text)).toBeNull();
  });
});
