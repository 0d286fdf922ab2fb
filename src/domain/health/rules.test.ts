import { expect, test } from 'vitest';
import { trackPolicy } from '../policy/compile.ts';
import { parsePolicy } from '../policy/document.ts';
import { musicPolicy } from '../policy/sample.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import { healthRules, limitsOf, rateRuleOf, sourceOf } from './rules.ts';

const limitOf = (...asked: Parameters<typeof limitsOf>) => limitsOf(...asked)[0] ?? null;

function policyOf(platform: string): TrackPolicy {
  const read = parsePolicy(musicPolicy);
  if (!read.ok) throw new Error('the sample policy does not read');
  return trackPolicy(read.policy, { platform, kind: 'regular', revision: 1 });
}

/** A policy that says nothing of health but what halts a rollout, and the criterion that does. */
function alone(platform: string): { policy: TrackPolicy; crashRate: TrackPolicy['haltsWhileRollingOut'][number] } {
  const policy = policyOf(platform);
  const [crashRate] = policy.haltsWhileRollingOut;
  if (crashRate === undefined) throw new Error('nothing halts');
  return { policy: { ...policy, before: {}, watchWhile: {} }, crashRate };
}

test('what a policy says of health is told once for each criterion: what it holds, what it halts, and when it is watched', () => {
  const rules = healthRules(policyOf('android'));
  expect(rules.map(({ instance, holds, halts, watchedWhile }) => ({ instance, holds, halts, watchedWhile }))).toEqual([
    { instance: 'crash-rate', holds: ['submit', '100%'], halts: true, watchedWhile: ['released'] },
    { instance: 'anr-rate', holds: ['submit', '100%'], halts: true, watchedWhile: ['released'] },
  ]);
  expect(healthRules(policyOf('ios')).map(({ instance }) => instance)).toEqual(['crash-rate']);
});

test('a policy without a limit on a rate has none, and of several the tightest counts', () => {
  const { policy, crashRate } = alone('ios');
  expect(limitOf({ ...policy, haltsWhileRollingOut: [] }, 'crashes')).toBeNull();
  const limited = (id: string, limit: number) => ({
    ...crashRate,
    id,
    kind: 'rate-below',
    settings: { metric: 'crashes', 'limit-per-1000-hours': limit },
  });
  const two = { ...policy, haltsWhileRollingOut: [limited('wide', 0.4), limited('tight', 0.25)] };
  expect(limitOf(two, 'crashes')).toEqual({
    limit: 0.25,
    unit: 1000,
    of: 'h',
    exposure: 'consumption',
    instance: 'tight',
    title: crashRate.title,
  });
  expect(limitOf(two, 'anrs')).toBeNull();
});

test('a limit may differ by platform and audience, and one by sessions is shown where there is none by use', () => {
  const { policy, crashRate } = alone('ios');
  const held = (settings: object) => ({
    ...policy,
    haltsWhileRollingOut: [{ ...crashRate, id: 'held', kind: 'rate-below', settings: { metric: 'crashes', ...settings } }],
  });
  const byPlatform = held({ 'limit-per-1000-hours': { android: 0.4, ios: 0.3 }, 'by-audience': { beta: { 'times-limit': 2 } } });
  expect(limitOf(byPlatform, 'crashes')?.limit).toBe(0.3);
  expect(limitOf(byPlatform, 'crashes', 'beta')?.limit).toBe(0.6);
  expect(limitOf(held({ 'limit-per-1000-hours': { android: 0.4 } }), 'crashes')).toBeNull();
  expect(limitOf(held({ 'limit-per-1000-units': 5, unit: 'orders' }), 'crashes')).toMatchObject({ limit: 5, of: 'orders' });
  const bySessions = held({ 'limit-per-1000-sessions': 2, 'no-worse-than': 'nothing', ratio: 1.25 });
  expect(limitOf(bySessions, 'crashes')).toMatchObject({ limit: 2, of: 'sessions', exposure: 'sessions' });
  const [instance] = bySessions.haltsWhileRollingOut;
  const [byUse] = held({ 'limit-per-1000-hours': 9 }).haltsWhileRollingOut;
  const both = { ...policy, haltsWhileRollingOut: [instance, byUse].flatMap((each) => each ?? []) };
  expect(limitsOf(both, 'crashes').map(({ limit, exposure }) => [limit, exposure])).toEqual([
    [9, 'consumption'],
    [2, 'sessions'],
  ]);
  expect(rateRuleOf(both, 'crashes', 'production', 'sessions')?.limit.limit).toBe(2);
  expect(healthRules(bySessions).find(({ instance }) => instance === 'held')).toMatchObject({
    limit: 2,
    of: 'sessions',
    baseline: null,
    ratio: null,
    halts: true,
  });
});

test('the source that is shown of a metric is the one that its criterion believes, where it names one for the platform', () => {
  const { policy, crashRate } = alone('android');
  const rate = (id: string, settings: object) => ({
    ...crashRate,
    id,
    kind: 'rate-below',
    settings: { metric: 'crashes', 'limit-per-1000-hours': 0.4, ...settings },
  });
  const by = (...instances: ReturnType<typeof rate>[]) => sourceOf({ ...policy, haltsWhileRollingOut: instances }, 'crashes');
  expect(by(rate('crash-rate', {}))).toBeNull();
  expect(by(rate('crash-rate', { source: 'warehouse' }))).toBe('warehouse');
  expect(by(rate('crash-rate', { source: { android: 'vitals', ios: 'warehouse' } }))).toBe('vitals');
  expect(by(rate('crash-rate', { source: { ios: 'warehouse' } }))).toBeNull();
  // the limit that is drawn decides, not one beside it
  expect(by(rate('wide', { source: 'warehouse' }), rate('tight', { 'limit-per-1000-hours': 0.2 }))).toBeNull();
  expect(by(rate('sessions', { 'limit-per-1000-hours': undefined, 'limit-per-1000-sessions': 5, source: 'warehouse' }))).toBe('warehouse');
  expect(
    by(rate('hours', {}), rate('sessions', { 'limit-per-1000-hours': undefined, 'limit-per-1000-sessions': 5, source: 'warehouse' })),
  ).toBeNull();
  expect(sourceOf({ ...policy, haltsWhileRollingOut: [rate('crash-rate', { source: 'warehouse' })] }, 'anrs')).toBeNull();
});
