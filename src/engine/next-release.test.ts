import { describe, expect, test } from 'vitest';
import { versionScheme } from '#domain/versions/index.ts';
import { partRaised } from './next-release.ts';

describe('the next version', () => {
  test.each([
    [['1.8.0', '1.9.0'], 'minor'],
    [['1.9.0', '2.0.0'], 'major'],
    [['8.18', '8.19'], 'minor'],
    [['8.9.1', '8.9.2'], 'patch'],
    [['1.0.0'], undefined],
  ])('after %j raises the %s', (versions, part) => {
    expect(partRaised(versionScheme.parse({ scheme: 'semver' }), versions)).toBe(part);
  });
  test('is as the policy says, where it says it', () => {
    expect(partRaised(versionScheme.parse({ scheme: 'semver', next: 'patch' }), ['1.8.0', '1.9.0'])).toBeUndefined();
  });
});
