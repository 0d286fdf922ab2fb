import { describe, expect, test } from 'vitest';
import { aTrack, sampleNow, samplePlan } from '../criteria/testing.ts';
import type { Forecast } from './forecast.ts';
import { behindPlan, latenessOf } from './lateness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ends = (lateMs: number | null): Forecast => ({ stations: [], finish: { at: sampleNow, lateMs, because: 'soak ends' } });
const nothing = { branch: null, candidate: null, submit: null, start: null, finish: null };

describe('how far a track is behind its plan', () => {
  test('is how much later than planned it is forecast to reach everyone', () => {
    expect(behindPlan(aTrack('stabilising'), samplePlan, ends(26 * HOUR), sampleNow)).toBe(26 * HOUR);
  });
  test('is nothing where the way makes up for a late step', () => {
    expect(latenessOf(aTrack('in-review'), samplePlan, sampleNow)).toBe(5 * HOUR + 20 * MINUTE);
    expect(behindPlan(aTrack('in-review'), samplePlan, ends(-55 * MINUTE), sampleNow)).toBeNull();
  });
  test('is nothing where an estimate is a few minutes out', () => {
    expect(behindPlan(aTrack('rolling-out'), samplePlan, ends(14 * MINUTE), sampleNow)).toBeNull();
    expect(behindPlan(aTrack('rolling-out'), samplePlan, ends(15 * MINUTE), sampleNow)).toBe(15 * MINUTE);
  });
  test('is of the first milestone that it has not passed, where nothing is foretold', () => {
    expect(behindPlan(aTrack('halted'), samplePlan, { stations: [], finish: null }, '2024-10-02T09:00:00.000Z')).toBe(2 * HOUR);
    expect(behindPlan(aTrack('candidate'), samplePlan, null, sampleNow)).toBe(21 * HOUR + 20 * MINUTE);
  });
  test('is, on trunk, how long branch day has passed: the rest of the plan is not its own yet', () => {
    expect(behindPlan(aTrack('developing'), samplePlan, ends(26 * HOUR), '2024-09-27T06:00:00.000Z')).toBeNull();
    expect(behindPlan(aTrack('developing'), samplePlan, ends(26 * HOUR), '2024-09-27T08:00:00.000Z')).toBe(HOUR);
  });
  test('is nothing without a plan, and nothing once everyone has it', () => {
    expect(behindPlan(aTrack('candidate'), nothing, ends(null), sampleNow)).toBeNull();
    for (const stage of ['released', 'completed', 'canceled', 'superseded'] as const)
      expect(behindPlan(aTrack(stage), samplePlan, ends(26 * HOUR), sampleNow)).toBeNull();
  });
});
