import { describe, expect, it } from 'vitest';
import { machineTimeFor, speedOf, timeBy } from './clock.ts';
import type { AppClock } from './release.ts';

const machine = '2026-11-23T10:00:00.000Z';
const oct = '2024-10-01T12:20:00.000Z';
const clock = (speed: number): AppClock => ({ at: oct, when: machine, speed });

describe('an app’s own clock', () => {
  it('is the machine’s where the app has none', () => {
    expect(timeBy(null, machine)).toBe(machine);
    expect(machineTimeFor(null, oct)).toBe(oct);
    expect(speedOf(null)).toBe(1);
  });

  it('stands at speed 0, and what is still to come never comes', () => {
    expect(timeBy(clock(0), '2026-12-31T00:00:00.000Z')).toBe(oct);
    expect(machineTimeFor(clock(0), '2024-10-01T12:20:00.001Z')).toBeNull();
    expect(machineTimeFor(clock(0), oct)).toBe(machine);
  });

  it('runs ten minutes in a second at speed 600', () => {
    expect(timeBy(clock(600), '2026-11-23T10:00:01.000Z')).toBe('2024-10-01T12:30:00.000Z');
    expect(machineTimeFor(clock(600), '2024-10-01T12:30:00.000Z')).toBe('2026-11-23T10:00:01.000Z');
  });

  it('stands at the moment until which it is let run, and what comes after that waits for the next turn', () => {
    const until = '2024-10-01T12:30:00.000Z';
    const held: AppClock = { ...clock(600), until };
    expect(timeBy(held, '2026-11-23T10:00:00.500Z')).toBe('2024-10-01T12:25:00.000Z');
    expect(timeBy(held, '2026-11-23T10:10:00.000Z')).toBe(until);
    expect(machineTimeFor(held, until)).toBe('2026-11-23T10:00:01.000Z');
    expect(machineTimeFor(held, '2024-10-01T12:30:00.001Z')).toBeNull();
  });

  it('does not go back when the machine’s time is turned back', () => {
    expect(timeBy(clock(600), '2026-11-23T09:59:00.000Z')).toBe(oct);
  });

  it.each([0.1, 0.3, 1, 7, 60, 600, 99_999.5])('says a machine’s time that is not too early, at speed %d', (speed) => {
    for (const ahead of [1, 3, 599, 600, 601, 12_345_678]) {
      const at = new Date(Date.parse(oct) + ahead).toISOString();
      const due = machineTimeFor(clock(speed), at);
      expect(due === null ? null : timeBy(clock(speed), due) >= at).toBe(true);
    }
  });
});
