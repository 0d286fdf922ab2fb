import { describe, expect, test } from 'vitest';
import type { Build, TrackFacts } from '../../facts.ts';
import { aBuild, aDistribution, aPolicy, aTestRun, aTrack, judged } from '../testing.ts';

const nightly = (number: string, at: string, overrides: Partial<Build> = {}): Build =>
  aBuild({ number, kind: 'nightly', version: '8.9.3', candidate: null, at, ...overrides });
const toEmployees = (build: string, overrides = {}) =>
  aDistribution({ build, version: '8.9.3', audience: 'employees', at: '2024-10-01T03:40:00.000Z', ...overrides });
const today = nightly('501', '2024-10-01T03:30:00.000Z');
const yesterday = nightly('500', '2024-09-30T03:30:00.000Z');
const on = (facts: Partial<TrackFacts>, now?: string, settings?: unknown, timezone = 'Europe/Stockholm') =>
  judged('nightly-fresh', {
    track: aTrack('developing', { version: '8.9.3' }),
    facts,
    settings,
    policy: aPolicy({ timezone }),
    ...(now === undefined ? {} : { now }),
  });

describe('nightly-fresh', () => {
  test('is clear when today’s nightly passed and reached its audience', () => {
    expect(on({ nightlies: [yesterday, today], distributions: [toEmployees('501')] })).toMatchObject({
      colour: 'green',
      headline: 'Distributed 05:40',
      because: 'Nightly 501 of Tue 05:30 passed and reached employees at Tue 05:40.',
      looksAgainAt: '2024-10-02T07:00:00.000Z',
    });
  });

  test('yesterday’s counts until today’s is due, in the app’s zone', () => {
    const facts = { nightlies: [yesterday], distributions: [toEmployees('500')] };
    expect(on(facts, '2024-10-01T06:59:00.000Z')).toMatchObject({
      colour: 'green',
      looksAgainAt: '2024-10-01T07:00:00.000Z',
      because: expect.stringContaining('today’s is due at 09:00') as string,
    });
    expect(on(facts, '2024-10-01T07:00:00.000Z')).toMatchObject({
      colour: 'yellow',
      headline: 'Nightly is late',
      looksAgainAt: '2024-10-01T15:30:00.000Z',
    });
    const inNewYork = { ...facts, nightlies: [nightly('500', '2024-09-30T09:30:00.000Z')] };
    expect(on(inNewYork, '2024-10-01T12:59:00.000Z', {}, 'America/New_York').colour).toBe('green');
    expect(on(inNewYork, '2024-10-01T13:00:00.000Z', {}, 'America/New_York').colour).toBe('yellow');
  });

  test('stops when the newest good one is older than the limit', () => {
    expect(on({ nightlies: [yesterday], distributions: [toEmployees('500')] }, '2024-10-01T15:30:00.000Z')).toMatchObject({
      colour: 'red',
      headline: 'Nightly is 36 h old',
    });
  });

  test('stops when today’s failed to build, failed a suite, or was not handed out', () => {
    expect(on({ nightlies: [yesterday, { ...today, state: 'failed' }] })).toMatchObject({ colour: 'red', headline: 'Nightly failed' });
    expect(on({ nightlies: [today], testRuns: [aTestRun({ build: '501', version: '8.9.3', state: 'failed' })] })).toMatchObject({
      colour: 'red',
      because: 'Nightly 501 of Tue 05:30 failed ui. No nightly before it was good.',
    });
    expect(on({ nightlies: [today], distributions: [toEmployees('501', { state: 'failed' })] }).colour).toBe('red');
  });

  test('a failed nightly that is built again waits, and is clear when the new one is out', () => {
    const failed = { ...today, state: 'failed' as const };
    const mended = nightly('502', '2024-10-01T08:00:00.000Z', { state: 'building' });
    expect(on({ nightlies: [yesterday, failed, mended], distributions: [toEmployees('500')] }, '2024-10-01T08:10:00.000Z')).toMatchObject({
      colour: 'yellow',
      headline: 'Nightly is late',
      because: expect.stringContaining('Nightly 502') as string,
    });
    expect(on({ nightlies: [failed, { ...mended, state: 'succeeded' }], distributions: [toEmployees('502')] }).colour).toBe('green');
  });

  test('is not there before it reached its audience, unless it has none', () => {
    expect(on({ nightlies: [today] })).toMatchObject({
      colour: 'yellow',
      because: expect.stringContaining('passed and has not reached employees yet') as string,
    });
    expect(on({ nightlies: [today] }, undefined, { audience: 'none' })).toMatchObject({
      colour: 'green',
      because: 'Nightly 501 of Tue 05:30 passed.',
    });
  });

  test('a suite that the policy names must have passed on it', () => {
    const settings = { audience: 'none', suites: ['ui'] };
    expect(on({ nightlies: [today] }, undefined, settings).colour).toBe('yellow');
    expect(on({ nightlies: [today], testRuns: [aTestRun({ build: '501', version: '8.9.3' })] }, undefined, settings).colour).toBe('green');
  });

  test('is unknown where no nightly was ever reported for the platform', () => {
    expect(on({ nightlies: [{ ...today, platform: 'android' }] })).toMatchObject({ colour: 'unknown', headline: 'No nightly yet' });
  });

  test('refuses a due time that no clock shows', () => {
    expect(() => on({}, undefined, { due: '25:00' })).toThrow('a time of the day such as 09:00');
  });
});
