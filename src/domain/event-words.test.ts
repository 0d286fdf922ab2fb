import { describe, expect, test } from 'vitest';
import { eventInWords, lineInWords } from './event-words.ts';

describe('events in words', () => {
  test('a halt says at which share and why', () => {
    expect(eventInWords({ is: 'halted', percent: 1, why: 'crashes on start', by: 'Robot' })).toBe(
      'halted the rollout at 1%: crashes on start',
    );
  });

  test('a move of the storefront is not taken for ours', () => {
    expect(eventInWords({ is: 'percent-observed', percent: 5, byStorefront: true })).toBe('reached 5% by the storefront itself');
  });

  test('an event that this page has no words for is still told by its name and its reason', () => {
    expect(eventInWords({ is: 'policy-saved', revision: 3 })).toBe('policy saved: 3');
    expect(eventInWords({ is: 'something-new' })).toBe('something new');
  });

  test('a line names the track and who it was', () => {
    expect(lineInWords('M. Lind', { version: '8.9.2', platform: 'ios' }, { is: 'submitted', candidate: { build: '1049' } })).toBe(
      'iOS 8.9.2: submitted build 1049 (M. Lind)',
    );
  });
});
