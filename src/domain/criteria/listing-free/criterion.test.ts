import { describe, expect, test } from 'vitest';
import { aPolicy, aRelease, aSibling, aStorefrontState, aTrack, judged, samplePlan } from '../testing.ts';

const on = (at: Partial<Parameters<typeof judged>[1]>) => judged('listing-free', { track: aTrack('candidate'), step: 'submit', ...at });
const before = '2024-09-30T12:00:00.000Z';

describe('listing-free', () => {
  test('is clear when no other release is in the works there', () => {
    expect(on({ siblings: [aSibling()] })).toMatchObject({ colour: 'green', headline: 'Free' });
    expect(on({ facts: { storefronts: [aStorefrontState({ state: 'in-review' })] } }).colour).toBe('green');
  });

  test('stops where the storefront takes one version in the works and another holds it, and says which', () => {
    expect(on({ siblings: [aSibling({ stage: 'in-review' })] })).toMatchObject({
      colour: 'red',
      headline: 'Held by 8.9.1',
      because: '8.9.1 is in review on App Store.',
    });
    expect(on({ facts: { storefronts: [aStorefrontState({ version: '8.9.1', state: 'draft' })] } })).toMatchObject({
      colour: 'red',
      because: '8.9.1 is a draft on App Store.',
    });
  });

  test('waits where it will be free in time: approved, or in review before the planned submission', () => {
    expect(on({ siblings: [aSibling({ stage: 'store-approved' })] })).toMatchObject({
      colour: 'yellow',
      because: expect.stringContaining('It is free as soon as that release starts') as string,
    });
    const release = aRelease({ planned: samplePlan });
    expect(on({ siblings: [aSibling({ stage: 'in-review' })], release, now: before })).toMatchObject({
      colour: 'yellow',
      looksAgainAt: samplePlan.submit,
    });
    expect(on({ siblings: [aSibling({ stage: 'in-review' })], release }).colour).toBe('red');
  });

  test('believes the storefront before our own tracks', () => {
    const storefronts = [aStorefrontState({ version: '8.9.1', state: 'released' })];
    expect(on({ siblings: [aSibling({ stage: 'in-review' })], facts: { storefronts } }).colour).toBe('green');
  });

  test('a rejected version of another release stays in the works until a person acts', () => {
    expect(
      on({
        facts: { storefronts: [aStorefrontState({ version: '8.9.1', state: 'rejected' })] },
        release: aRelease({ planned: samplePlan }),
        now: before,
      }).colour,
    ).toBe('red');
  });

  test('a rollout under way there is no obstacle, and another platform never is', () => {
    expect(
      on({ siblings: [aSibling({ stage: 'rolling-out', percent: 10 }), aSibling({ platform: 'android', stage: 'in-review' })] }).colour,
    ).toBe('green');
  });

  test('on Google Play a new release takes the place of an older one, and says so', () => {
    const policy = aPolicy({ storefronts: ['google-play'] });
    expect(on({ policy, siblings: [aSibling({ stage: 'rolling-out', percent: 10 })] })).toMatchObject({
      colour: 'green',
      headline: 'Replaces 8.9.1',
      because: '8.9.1 is rolling out on Google Play; a new release takes its place there.',
    });
  });

  test('a newer version in the listing stops an older one everywhere', () => {
    const siblings = [aSibling({ version: '8.9.3', stage: 'rolling-out', order: 1 })];
    expect(on({ policy: aPolicy({ storefronts: ['google-play'] }), siblings })).toMatchObject({
      colour: 'red',
      because: expect.stringContaining('newer version than 8.9.2') as string,
    });
  });

  test('an update feed holds nothing', () => {
    expect(
      on({ policy: aPolicy({ storefronts: ['update-feed'] }), siblings: [aSibling({ version: '8.9.3', stage: 'in-review', order: 1 })] })
        .colour,
    ).toBe('green');
  });
});
