import { describe, expect, test } from 'vitest';
import type { BuildInFull } from '#api/release-lists.ts';
import { kindTitle, lacksText, newestCandidate, stagesOf, suiteText } from './build-model.ts';

const build = (part: Partial<BuildInFull> = {}) =>
  ({
    kind: 'release-candidate',
    state: 'succeeded',
    candidate: 3,
    url: null,
    testRuns: [],
    distributions: [],
    stores: [],
    lacks: { code: [], codeCount: 0, harmless: 0 },
    ...part,
  }) as unknown as BuildInFull;
const run = (part: Partial<BuildInFull['testRuns'][number]> = {}): BuildInFull['testRuns'][number] => ({
  suite: 'unit',
  state: 'passed',
  attempts: 1,
  passed: null,
  failed: null,
  at: '2024-10-01T12:00:00.000Z',
  url: null,
  ...part,
});
const tests = (...testRuns: BuildInFull['testRuns']) => stagesOf(build({ testRuns })).find(({ name }) => name === 'Tests');

describe('the line of a build', () => {
  test('shows the worst of its suites, and never a clear lamp for a pass on a retry', () => {
    expect(tests(run(), run({ suite: 'ui', state: 'failed' }))).toMatchObject({ state: 'stop', words: 'ui failed' });
    expect(tests(run(), run({ suite: 'ui', state: 'running' }))).toMatchObject({ state: 'caution', words: 'ui running' });
    expect(tests(run({ attempts: 2 }))).toMatchObject({ state: 'caution', words: 'passed, unit on a retry' });
    expect(tests(run())).toMatchObject({ state: 'clear' });
    expect(tests()).toMatchObject({ state: 'not-needed-yet', words: 'no test was reported' });
  });

  test('has the audiences it was meant for, in their order, and the stores that have it', () => {
    const to = (audience: string, state: BuildInFull['distributions'][number]['state']) => ({
      audience,
      state,
      people: 5200,
      at: '2024-10-01T12:00:00.000Z',
      dueAt: null,
      url: null,
    });
    const stages = stagesOf(
      build({
        distributions: [to('beta', 'in-progress'), to('employees', 'delivered')],
        stores: [{ name: 'google-play', state: 'halted', percent: 1, url: null }],
      }),
    );
    expect(stages.map(({ name, state, words }) => [name, state, words])).toEqual([
      ['Build', 'clear', 'is built'],
      ['Tests', 'not-needed-yet', 'no test was reported'],
      ['Employees', 'clear', 'delivered, 5,200 people'],
      ['Beta', 'caution', 'on its way, 5,200 people'],
      ['Google Play', 'stop', 'halted at 1%'],
    ]);
  });
});

describe('the words of a build', () => {
  test('tell what it lacks, and that nothing tells', () => {
    expect(lacksText(build())).toBeNull();
    expect(lacksText(build({ lacks: { code: [], codeCount: 2, harmless: 1 } }))).toBe(
      'Lacks 2 commits of the branch, and 1 that needs no new build',
    );
    expect(lacksText(build({ lacks: { code: [], codeCount: 0, harmless: 2 } }))).toBe('Lacks only 2 that need no new build');
    expect(lacksText(build({ lacks: null }))).toContain('not known');
    expect(lacksText(build({ lacks: null, kind: 'nightly' }))).toBeNull();
  });

  test('tell the figures of a suite', () => {
    expect(suiteText(run({ passed: 18_412, failed: 0 }))).toBe('18,412 passed');
    expect(suiteText(run({ passed: 10, failed: 2, state: 'failed', attempts: 2 }))).toBe('2 of 12 failed, 2 attempts');
    expect(suiteText(run({ state: 'running' }))).toBe('running');
    expect(suiteText(run({ state: 'failed', passed: 10, failed: 0 }))).toBe('10 passed, failed');
  });

  test('name its kind', () => {
    expect([kindTitle(build()), kindTitle(build({ candidate: null })), kindTitle(build({ kind: 'nightly' }))]).toEqual([
      'RC 3',
      'Release candidate',
      'Nightly',
    ]);
  });
});

test('the newest RC is the first that is no nightly, and there may be none', () => {
  const of = (kind: BuildInFull['kind'], number: string) => ({ kind, number });
  expect(newestCandidate([of('nightly', '9'), of('release-candidate', '8'), of('release-candidate', '7')])).toBe('8');
  expect(newestCandidate([of('nightly', '9')])).toBeNull();
});
