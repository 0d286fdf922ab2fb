import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canReach, compileRollout, stepAfter, stepAt } from './steps.ts';
import { storefrontKinds } from './storefronts.ts';

describe('a rollout on a storefront', () => {
  test('[1, 100] on the App Store is day 1, pause, complete', () => {
    expect(compileRollout([1, 100], 'app-store-connect')).toEqual({
      ok: true,
      steps: [
        { percent: 1, how: 'own-phases', passes: [], thenPause: true },
        { percent: 100, how: 'complete', passes: [], thenPause: false },
      ],
    });
  });
  test('[1, 20, 100] on the App Store goes through 2, 5 and 10% by itself', () => {
    expect(compileRollout([1, 20, 100], 'app-store-connect')).toMatchObject({
      ok: true,
      steps: [{}, { percent: 20, passes: [2, 5, 10], thenPause: true }, {}],
    });
  });
  test('a share that the App Store cannot show is refused with those it can', () => {
    expect(compileRollout([1, 25, 100], 'app-store-connect')).toEqual({
      ok: false,
      percent: 25,
      because: 'App Store cannot show 25%: it advances by itself, a phase a day',
      wouldBeRight: 'shares out of 1, 2, 5, 10, 20, 50, 100',
    });
  });
  test('Google Play takes any rising share on our word', () => {
    expect(compileRollout([0.5, 12.5, 100], 'google-play')).toEqual({
      ok: true,
      steps: [
        { percent: 0.5, how: 'command', passes: [], thenPause: false },
        { percent: 12.5, how: 'command', passes: [], thenPause: false },
        { percent: 100, how: 'complete', passes: [], thenPause: false },
      ],
    });
  });
  test('all at once is one step everywhere', () => {
    for (const storefront of storefrontKinds)
      expect(compileRollout([100], storefront)).toEqual({
        ok: true,
        steps: [{ percent: 100, how: 'complete', passes: [], thenPause: false }],
      });
  });
  test('shares that fall, repeat, or do not end in 100 are no rollout', () => {
    for (const rollout of [[], [1], [10, 5, 100], [1, 1, 100], [0, 100], [100, 120]])
      expect(compileRollout(rollout, 'google-play').ok).toBe(false);
  });
});

describe('the next step', () => {
  test('is the next share, also when the storefront stands between two', () => {
    expect(stepAfter([1, 10, 100], 1)).toBe(10);
    expect(stepAfter([1, 10, 100], 5)).toBe(10);
    expect(stepAfter([1, 10, 100], 100)).toBeNull();
    expect(stepAt([1, 10, 100], 5)).toBe(1);
    expect(stepAt([1, 10, 100], 0.5)).toBeNull();
  });
  test('can be reached upwards only', () => {
    expect(canReach({ storefront: 'google-play', from: 10, to: 5 })).toMatchObject({
      ok: false,
      wouldBeRight: 'halt the rollout, or a share above the present one',
    });
    expect(canReach({ storefront: 'google-play', from: 10, to: 10 })).toEqual({ ok: true });
    expect(canReach({ storefront: 'app-store-connect', from: 2, to: 25 })).toMatchObject({
      ok: false,
      wouldBeRight: 'one of the phases ahead: 5, 10, 20, 50, 100',
    });
    expect(canReach({ storefront: 'app-store-connect', from: 2, to: 100 })).toEqual({ ok: true });
    for (const to of [0, -1, 101, Number.NaN]) expect(canReach({ storefront: 'update-feed', from: 0, to }).ok).toBe(false);
  });
  test('of any compiled rollout can be reached from the one before it', () => {
    fc.assert(
      fc.property(fc.subarray([1, 2, 5, 10, 20, 50]), fc.constantFrom(...storefrontKinds), (shares, storefront) => {
        const compiled = compileRollout([...shares, 100], storefront);
        if (!compiled.ok) throw new Error(compiled.because);
        const stations = compiled.steps.flatMap(({ passes, percent }) => [...passes, percent]);
        for (const [at, to] of stations.entries()) expect(canReach({ storefront, from: stations[at - 1] ?? 0, to })).toEqual({ ok: true });
        expect(stations).toEqual(stations.toSorted((a, b) => a - b));
        expect(compiled.steps.map(({ percent }) => percent)).toEqual([...shares, 100]);
      }),
    );
  });
});
