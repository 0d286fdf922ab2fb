import { describe, expect, test } from 'vitest';
import type { Build, TestRun } from '../../facts.ts';
import { aBuild, aTestRun, aTrack, judged } from '../testing.ts';

const on = (testRuns: readonly TestRun[], builds: readonly Build[] = [aBuild()], settings?: unknown) =>
  judged('tests-passed', { track: aTrack('stabilising'), step: 'candidate', facts: { builds, testRuns }, settings });

describe('tests-passed', () => {
  test('is clear when every suite passed on the newest RC, with the number of tests', () => {
    expect(on([aTestRun({ passed: 18_000 }), aTestRun({ suite: 'unit', passed: 412 })])).toMatchObject({
      colour: 'green',
      headline: '18,412 tests passed',
      because: 'Suites ui and unit passed on RC 3 (build 1047).',
    });
  });

  test('stops when a suite failed, naming it and how many tests', () => {
    expect(on([aTestRun({ state: 'failed', failed: 3 }), aTestRun({ suite: 'unit' })])).toMatchObject({
      colour: 'red',
      headline: '1 suite failed',
      because: 'Suite ui (3 tests) failed on RC 3 (build 1047).',
    });
  });

  test('waits while a suite is running, or has not reported', () => {
    expect(on([aTestRun({ state: 'running' })])).toMatchObject({ colour: 'yellow', headline: 'Tests running' });
    expect(on([])).toMatchObject({ colour: 'yellow', headline: 'No result yet' });
    expect(on([aTestRun()], [aBuild()], { suites: ['ui', 'e2e'] })).toMatchObject({
      colour: 'yellow',
      because: 'Suite e2e has not reported on RC 3 (build 1047) yet.',
      value: { amount: 1, unit: 'of 2 suites' },
    });
  });

  test('waits on a pass that needed a retry, unless the policy lets it pass', () => {
    expect(on([aTestRun({ attempts: 2 })])).toMatchObject({ colour: 'yellow', headline: 'Passed on a retry' });
    expect(on([aTestRun({ attempts: 2 })], [aBuild()], { 'on-retry': 'pass' })).toMatchObject({
      colour: 'green',
      because: 'Suite ui passed on RC 3 (build 1047), ui on a retry.',
    });
  });

  test('minds only the blocking suites where the policy names them', () => {
    expect(on([aTestRun(), aTestRun({ suite: 'experimental', state: 'failed' })], [aBuild()], ['ui']).colour).toBe('green');
  });

  test('takes the last word of a suite', () => {
    const failed = aTestRun({ state: 'failed' });
    expect(on([failed, aTestRun({ at: '2024-09-30T09:30:00.000Z' })]).colour).toBe('green');
    expect(on([aTestRun({ at: '2024-09-30T07:30:00.000Z' }), failed]).colour).toBe('red');
  });

  test('does not take runs of another build, version or platform', () => {
    expect(on([aTestRun({ build: '1041' }), aTestRun({ version: '8.9.1' }), aTestRun({ platform: 'android' })]).headline).toBe(
      'No result yet',
    );
  });

  test('returns to Caution as soon as a newer RC is building', () => {
    expect(on([aTestRun()], [aBuild(), aBuild({ number: '1049', candidate: 4, state: 'queued' })])).toMatchObject({
      colour: 'yellow',
      headline: 'RC 4 queued',
    });
  });

  test('speaks of the final candidate after it was chosen, and of a newer RC beside it until it is submitted', () => {
    const facts = { builds: [aBuild(), aBuild({ number: '1049', candidate: 4 })], testRuns: [aTestRun()] };
    expect(judged('tests-passed', { track: aTrack('candidate'), step: 'submit', facts })).toMatchObject({
      colour: 'yellow',
      headline: 'RC 4 is newer',
    });
    expect(judged('tests-passed', { track: aTrack('rolling-out'), step: '100%', facts }).colour).toBe('green');
  });

  test('says that nothing can be tested while there is no RC, or the newest failed to build', () => {
    expect(on([], [])).toMatchObject({ colour: 'yellow', headline: 'No RC yet' });
    expect(on([aTestRun()], [aBuild(), aBuild({ number: '1048', candidate: 4, state: 'failed' })])).toMatchObject({
      colour: 'yellow',
      headline: 'RC 4 was not built',
    });
  });
});
