/** Policies of simulated apps: drawn from a seed, and changed in mid-flight. */
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import type { Chance } from './chance.ts';

export type PlatformPlan = { storefronts: readonly StorefrontKind[]; rollout: readonly number[] };

export type PolicyPlan = {
  process: 'light' | 'weekly-mobile';
  platforms: Readonly<Record<string, PlatformPlan>>;
  soakMinutes: number;
  watchMinutes: number;
  submit: 'auto' | 'ask' | 'manual' | 'shadow';
  start: 'auto' | 'ask' | 'manual';
  raise: 'auto' | 'ask' | 'manual';
  halt: 'auto' | 'ask';
  freshForMinutes: number | null;
  testing: 'manual' | 'opted-out';
  /** Whether a rate of crashes, told by roll-ups, halts what goes out; or holds its steps too. */
  rate: 'none' | 'halts' | 'holds';
};

/** @param inParts one of its platforms ships on several storefronts */
export function drawPolicy(chance: Chance, inParts = false): PolicyPlan {
  const android: PlatformPlan = {
    storefronts: ['google-play'],
    rollout: chance.pick([
      [1, 100],
      [5, 20, 100],
      [10, 100],
    ]),
  };
  const ios: PlatformPlan = {
    storefronts: ['app-store-connect'],
    rollout: chance.pick([
      [1, 100],
      [1, 10, 100],
    ]),
  };
  const desktop: PlatformPlan = {
    storefronts: inParts
      ? ['microsoft-store', 'update-feed']
      : chance.pick<readonly StorefrontKind[]>([['microsoft-store', 'update-feed'], ['update-feed'], ['microsoft-store']]),
    rollout: chance.pick([
      [1, 100],
      [10, 50, 100],
    ]),
  };
  const drawn = chance.weighted<Record<string, PlatformPlan>>([
    [4, { android }],
    [4, { ios }],
    [3, { desktop }],
    [3, { android, ios }],
    [2, { android, desktop }],
    [2, { ios, desktop }],
    [1, { android, ios, desktop }],
  ]);
  const platforms = inParts && drawn['desktop'] === undefined ? { desktop } : drawn;
  return {
    process: chance.percent(60) ? 'light' : 'weekly-mobile',
    platforms,
    ...drawChanging(chance),
    rate: chance.weighted([
      [4, 'none'],
      [4, 'halts'],
      [2, 'holds'],
    ] as const),
  };
}

function drawChanging(chance: Chance): Omit<PolicyPlan, 'process' | 'platforms' | 'rate'> {
  return {
    soakMinutes: chance.pick([20, 60, 120]),
    watchMinutes: chance.pick([60, 180]),
    submit: chance.weighted([
      [8, 'auto'],
      [1, 'ask'],
      [1, 'manual'],
      [1, 'shadow'],
    ] as const),
    start: chance.weighted([
      [8, 'auto'],
      [1, 'ask'],
      [1, 'manual'],
    ] as const),
    raise: chance.weighted([
      [8, 'auto'],
      [1, 'ask'],
      [1, 'manual'],
    ] as const),
    halt: chance.percent(85) ? 'auto' : 'ask',
    freshForMinutes: chance.pick([null, null, 360]),
    testing: chance.percent(60) ? 'opted-out' : 'manual',
  };
}

/** The policy with other words on what may change while releases are under way. */
export function changedPolicy(plan: PolicyPlan, chance: Chance): PolicyPlan {
  return { ...plan, ...drawChanging(chance) };
}

/** The criterion that is judged from roll-ups: what it has once shown of a build stays. */
export const RATE = 'crashes-told';

export function policyText(plan: PolicyPlan): string {
  const platforms = Object.entries(plan.platforms)
    .map(([name, { storefronts, rollout }]) => `  ${name}: { storefronts: [${storefronts.join(', ')}], rollout: [${rollout.join(', ')}] }`)
    .join('\n');
  const [halts, holds] = [plan.rate === 'none' ? '' : `, ${RATE}`, plan.rate === 'holds' ? `, ${RATE}` : ''];
  const rate = `{ is: rate-below, limit-per-1000-hours: 1, no-worse-than: nothing, min-users: 0, min-hours: 0, reports-late-by: 1m, when-too-early: { pass-after: ${plan.soakMinutes}m } }`;
  return `
app: app
process: ${plan.process}
platforms:
${platforms}
criteria:
  crash-rate: { is: custom, waivable: true${plan.freshForMinutes === null ? '' : `, fresh-for: ${plan.freshForMinutes}m`} }${plan.rate === 'none' ? '' : `\n  ${RATE}: ${rate}`}
before submit: [latest-build-complete, tests-passed, no-blocking-bugs, signed-off, listing-free]
before start: [no-blocking-bugs]
before raise: [{ soaked: ${plan.soakMinutes}m }, no-blocking-bugs, crash-rate${holds}]
before finish: [{ soaked: ${plan.soakMinutes}m }, no-blocking-bugs, crash-rate${holds}]
halts-while-rolling-out: [{ no-blocking-bugs: critical }, crash-rate${halts}]
bugs: { critical-flows: [playback] }
robot: { submit: ${plan.submit}, start: ${plan.start}, raise: ${plan.raise}, halt: ${plan.halt} }
windows: any
watch: ${plan.watchMinutes}m
teams:
  player: { testing: ${plan.testing === 'manual' ? 'manual' : '{ opted-out: automated tests cover it }'} }
`;
}
