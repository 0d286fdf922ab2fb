import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextBranchDay } from '../calendar/cycle.ts';
import { releaseKinds } from '../release/track.ts';
import { cycleOf, instancesIn, platformsMissing, trackPolicy } from './compile.ts';
import { defaultPolicy, policyDefaults } from './defaults.ts';
import { parsePolicy, type PolicyDocument } from './document.ts';
import { neededStages, processes, type ProcessName, processNames, stagesOfEveryProcess } from './processes.ts';
import { policyReference } from './reference.ts';
import { musicPolicy } from './sample.ts';

function read(text: string): PolicyDocument {
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, null, 1));
  return parsed.policy;
}

const rules = (text: string, platform = 'android', kind: (typeof releaseKinds)[number] = 'regular') =>
  trackPolicy(read(text), { platform, kind, revision: 7 });
const ids = (list: readonly { id: string }[] | undefined) => (list ?? []).map(({ id }) => id);

describe('the processes of ours', () => {
  test('compile for every platform and kind of release, with something that halts and without a criterion twice in a list', () => {
    for (const process of processNames) {
      for (const kind of releaseKinds) {
        for (const platform of ['android', 'ios', 'desktop', 'tv']) {
          const policy = rules(`process: ${process}\nplatforms: { android: {}, ios: {}, desktop: {}, tv: {} }\n`, platform, kind);
          for (const stage of [...neededStages, ...stagesOfEveryProcess]) expect(policy.stages).toContain(stage);
          expect(ids(policy.haltsWhileRollingOut)).toContain('no-blocking-bugs-critical');
          expect(ids(policy.before['1%'])).toContain('no-blocking-bugs');
          for (const list of Object.values(policy.before)) expect(new Set(ids(list)).size).toBe(list?.length);
          expect(policy.rows.flatMap(({ instances }) => instances).toSorted()).toEqual([...new Set(ids(instancesIn(policy)))].toSorted());
        }
      }
    }
  });
  test('light has no planned, candidate and store-approved stage', () => {
    expect(rules('process: light').stages).toEqual([
      'developing',
      'stabilising',
      'in-review',
      'rolling-out',
      'halted',
      'released',
      'completed',
      'canceled',
      'superseded',
    ]);
    const { before } = rules('process: light');
    expect(ids(before.submit)).toEqual(['latest-build-complete', 'tests-passed', 'no-blocking-bugs', 'signed-off', 'listing-free']);
    expect(ids(before['1%'])).toEqual(['window-open', 'no-blocking-bugs']);
    expect(ids(before['100%'])).toEqual(['soaked-24h', 'no-blocking-bugs']);
    expect(before.candidate).toBeUndefined();
  });
  test('take in the rates that the policy declares', () => {
    const policy = rules('process: light\ncriteria: { crash-rate: { is: rate-below, limit-per-1000-hours: 0.4 } }\n');
    expect(ids(policy.before['100%'])).toEqual(['soaked-24h', 'no-blocking-bugs', 'crash-rate']);
    expect(ids(policy.haltsWhileRollingOut)).toEqual(['no-blocking-bugs-critical', 'crash-rate']);
    expect(policy.rows).toContainEqual({ title: 'Health', instances: ['crash-rate'] });
  });
  test('a policy that was saved when custom was called reported says the same', () => {
    const policy = rules('process: light\ncriteria: { ramp: { is: reported, fresh-for: 1h } }\nbefore submit: [{ every: reported }]\n');
    expect(policy.before.submit).toMatchObject([{ id: 'ramp', kind: 'custom', waivable: true, settings: { 'fresh-for': 60 } }]);
    // it stood for health, and goes on to halt in its row
    expect(policy.rows).toContainEqual({ title: 'Health', instances: ['ramp'] });
    expect(ids(policy.haltsWhileRollingOut)).toEqual(['no-blocking-bugs-critical', 'ramp']);
    expect(ids(rules('process: light\ncriteria: { ramp: { is: custom } }\n').haltsWhileRollingOut)).toEqual(['no-blocking-bugs-critical']);
  });
  test('a hotfix follows the hotfix process, or light where regular releases do', () => {
    expect(rules('', 'android', 'hotfix')).toMatchObject({ process: 'hotfix', signOffs: 'affected-teams', robot: { submit: 'ask' } });
    expect(rules('process: light', 'android', 'hotfix')).toMatchObject({ process: 'light' });
    expect(rules('process: light', 'android', 'replacement')).toMatchObject({ process: 'light' });
  });
});

describe('the policy of music', () => {
  test('narrows criteria to their platforms', () => {
    expect(ids(rules(musicPolicy, 'android').before.submit)).toContain('anr-rate');
    expect(ids(rules(musicPolicy, 'ios').before.submit)).not.toContain('anr-rate');
  });
  test('gives each platform its storefronts, its tag and its steps', () => {
    expect(rules(musicPolicy, 'desktop')).toMatchObject({
      revision: 7,
      platform: 'desktop',
      storefronts: ['microsoft-store', 'update-feed'],
      rollout: [1, 100],
      code: { releaseBranch: 'release/{version}', tag: 'v{version}' },
    });
    expect(rules(musicPolicy, 'android').code.tag).toBe('android-{version}');
  });
  test('carries settings and titles into the instances', () => {
    const found = rules(musicPolicy).before.submit?.find(({ id }) => id === 'crash-rate');
    expect(found).toMatchObject({
      kind: 'rate-below',
      title: 'Crash rate',
      required: true,
      settings: { metric: 'crashes', 'limit-per-1000-hours': { android: 0.4, ios: 0.3, desktop: 0.15 }, 'reports-late-by': 720 },
      freshForMinutes: 30,
      informing: false,
      waivable: true,
    });
    expect(rules(musicPolicy).before['100%']?.[0]).toMatchObject({ id: 'soaked-24h', kind: 'soaked', settings: { for: 1440 } });
  });
  test('counts holidays as freezes and says who is opted out', () => {
    const policy = rules(musicPolicy);
    expect(policy.freezes).toContainEqual({ from: '2024-06-06', to: '2024-06-06', why: 'national day' });
    expect(policy.teams).toContainEqual({
      id: 'identity',
      owns: ['CODEOWNERS'],
      channel: null,
      testing: { optedOut: 'automated tests cover sign-in', until: '2025-03-01' },
    });
  });
  test('has a hotfix of its own, that still halts on the crash rate', () => {
    const hotfix = rules(musicPolicy, 'ios', 'hotfix');
    expect(ids(hotfix.before.submit)).not.toContain('build-distributed');
    expect(ids(hotfix.haltsWhileRollingOut)).toContain('crash-rate');
    expect(hotfix.windows.start).toBe('any');
    expect(hotfix.robot.submit).toBe('ask');
  });
  test('cuts on Fridays, and not over the end of the year', () => {
    const policy = read(musicPolicy);
    expect(nextBranchDay({ cycle: cycleOf(policy), timezone: policy.timezone, after: '2024-12-14T00:00:00.000Z' })).toBe('2025-01-10');
  });
});

describe('what overrides what', () => {
  test('a share by its number comes before what it is, and a kind before a platform before the top', () => {
    const text = `before start: [manual]
before raise: [approved-by]
platforms:
  android: { rollout: [1, 5, 10, 100], before 5%: [signed-off] }
kinds:
  replacement: { before start: [tests-passed] }
`;
    const regular = rules(text).before;
    expect([ids(regular['1%']), ids(regular['5%']), ids(regular['10%'])]).toEqual([['manual'], ['signed-off'], ['approved-by']]);
    expect(ids(rules(text, 'android', 'replacement').before['1%'])).toEqual(['tests-passed']);
    expect(ids(rules(text, 'android', 'hotfix').before['1%'])).toEqual(['window-open', 'no-blocking-bugs']);
  });
  test('a rollout in one step has the criteria of its start', () => {
    expect(ids(rules('platforms: { android: { rollout: [100] } }').before['100%'])).toEqual(['window-open', 'no-blocking-bugs']);
  });
  test('an empty list takes away the criteria of the process', () => {
    expect(rules('before submit: []').before.submit).toEqual([]);
  });
  test('the more careful robot mode holds for hotfixes too', () => {
    expect(rules('robot: { submit: manual, tag: manual }', 'android', 'hotfix').robot).toMatchObject({
      submit: 'manual',
      tag: 'manual',
      start: 'ask',
    });
    expect(rules('robot: { submit: manual }\nkinds: { hotfix: { robot: { submit: auto } } }', 'android', 'hotfix').robot.submit).toBe(
      'auto',
    );
    expect(rules('robot: { halt: ask }', 'android', 'hotfix').robot.halt).toBe('ask');
  });
  test('a process of the policy’s own starts from one of ours', () => {
    const text =
      'processes:\n  tiny: { like: light, stages: [developing, stabilising, rolling-out, released], before submit: [tests-passed], watch: 1d }\nprocess: tiny\n';
    expect(rules(text)).toMatchObject({
      process: 'tiny',
      watchMinutes: 1440,
      stages: ['developing', 'stabilising', 'rolling-out', 'halted', 'released', 'completed', 'canceled', 'superseded'],
    });
    expect(ids(rules(text).before.submit)).toEqual(['tests-passed']);
    expect(ids(rules(text).before['1%'])).toEqual(['window-open', 'no-blocking-bugs']);
    expect(rules(text, 'ios', 'hotfix').process).toBe('light');
  });
  test('one platform may have a process of its own', () => {
    const text = 'platforms: { android: {}, desktop: { process: desktop } }\n';
    expect([rules(text).process, rules(text, 'desktop').process]).toEqual(['weekly-mobile', 'desktop']);
  });
  test('freezes hold hotfixes unless the policy lets them go', () => {
    const text = 'cycle: { freezes: [{ from: 2024-12-20, to: 2025-01-06, why: end of year }] }\n';
    expect(rules(text, 'android', 'hotfix').freezes).toHaveLength(1);
    expect(rules(`${text}kinds: { hotfix: { freezes: ignore } }\n`, 'android', 'hotfix').freezes).toEqual([]);
  });
  test('an entry with settings of its own is another criterion', () => {
    const text =
      'platforms: { android: { rollout: [1, 10, 100] } }\nbefore 10%: [{ soaked: 1h }]\nbefore 100%: [{ soaked: 24h }, { soaked: { for: 2d } }]\n';
    const { before } = rules(text);
    expect([...(before['10%'] ?? []), ...(before['100%'] ?? [])].map(({ id, title, settings }) => ({ id, title, settings }))).toEqual([
      { id: 'soaked-1h', title: 'Soak (1h)', settings: { for: 60 } },
      { id: 'soaked-24h', title: 'Soak (24h)', settings: { for: 1440 } },
      { id: 'soaked-2d', title: 'Soak (2d)', settings: { for: 2880 } },
    ]);
  });
});

describe('a platform that the policy does not have', () => {
  test('is refused by name, and can be asked for before', () => {
    expect(() => rules('', 'windows-phone')).toThrow('the policy has no platform "windows-phone" (known: android, ios)');
    expect(platformsMissing(read(''), ['android', 'desktop'])).toEqual(['desktop']);
    expect(platformsMissing(read(''), ['constructor'])).toEqual(['constructor']);
  });
});

describe('the policy of a new app', () => {
  test('is in order for every process and set of platforms', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<ProcessName>(...processNames),
        fc.uniqueArray(fc.constantFrom('android', 'ios', 'desktop', 'tv', 'on', '0x1', 'null', '1e3', 'constructor'), { minLength: 1 }),
        fc.constantFrom('Europe/Stockholm', 'Asia/Kolkata', 'UTC'),
        (process, platforms, timezone) => {
          const policy = read(defaultPolicy('music', { process, platforms, timezone }));
          expect(policy).toMatchObject({ app: 'music', process, timezone });
          expect(Object.keys(policy.platforms).toSorted()).toEqual(platforms.toSorted());
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('the printed defaults', () => {
  test('read back to the rules of a policy that says nothing but its process', () => {
    for (const process of processNames) {
      const printed = read(policyDefaults(process));
      const silent = read(`process: ${process}\n`);
      for (const platform of ['android', 'ios']) {
        for (const kind of ['regular', 'replacement'] as const) {
          const at = { platform, kind, revision: 1 };
          expect(trackPolicy(printed, at)).toEqual(trackPolicy(silent, at));
        }
      }
    }
  });
  test('take in the rates that the policy declares of its own', () => {
    const text = policyDefaults('light').replace('criteria: {}', 'criteria: { crash-rate: { is: rate-below, limit-per-1000-hours: 0.4 } }');
    expect(ids(rules(text).haltsWhileRollingOut)).toContain('crash-rate');
  });
  test('name every key, each with a sentence', () => {
    const text = policyDefaults();
    for (const key of Object.keys(read(''))) expect(text).toMatch(new RegExp(`^${key}`, 'm'));
    const lines = text.split('\n');
    for (const [at, line] of lines.entries()) {
      if (!/^[a-z-]+:/.test(line)) continue;
      expect(lines[at - 1]).toMatch(/^# \S/);
    }
  });
});

describe('the reference page', () => {
  test('tells of every key, criterion, process and storefront, with no sentence missing', () => {
    const page = policyReference();
    for (const name of [...Object.keys(processes), 'no-blocking-bugs', 'window-open', 'google-play', 'hold-before-own-move', 'opted-out'])
      expect(page).toContain(name);
    for (const row of page.split('\n').filter((line) => line.startsWith('| `'))) expect(row).not.toMatch(/\| +\|$/);
  });
});
