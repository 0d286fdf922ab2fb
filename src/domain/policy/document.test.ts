import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePolicy, type Problem } from './document.ts';
import { musicPolicy } from './sample.ts';

/** The faults of a text, each as `line:column because → would be right`. */
function faults(text: string): string[] {
  const parsed = parsePolicy(text);
  return parsed.ok
    ? []
    : parsed.problems.map(({ line, column, because, wouldBeRight }) => `${line}:${column} ${because} → ${wouldBeRight}`);
}

function problems(text: string): readonly Problem[] {
  const parsed = parsePolicy(text);
  return parsed.ok ? [] : parsed.problems;
}

/** The one fault of a text. */
function fault(text: string): string {
  const all = faults(text);
  expect(all).toHaveLength(1);
  return all[0] ?? '';
}

describe('a policy that is in order', () => {
  test('is read with every default filled in', () => {
    const parsed = parsePolicy(musicPolicy);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.policy).toMatchObject({
      policy: 1,
      app: 'music',
      timezone: 'Europe/Stockholm',
      process: 'weekly-mobile',
      'hold-before-own-move': 30,
      cycle: { cadence: 1, branch: { weekday: 5, minute: 540 }, freezes: [{ from: '2024-12-20', to: '2025-01-06', why: 'end of year' }] },
      windows: { start: { days: [1, 2, 3, 4], from: 480, to: 1020 } },
    });
  });
  test('may be empty: then everything is as the defaults say', () => {
    expect(parsePolicy('')).toMatchObject({ ok: true, policy: { process: 'weekly-mobile', timezone: 'UTC' } });
  });
  test('may be JSON, indented with tabs', () => {
    expect(parsePolicy('{\n\t"process": "light",\n\t"before submit": ["signed-off", {"soaked": "1m"}]\n}')).toMatchObject({
      ok: true,
      policy: { process: 'light', before: { submit: ['signed-off', { soaked: '1m' }] } },
    });
  });
  test('is plain data that survives a database', () => {
    const parsed = parsePolicy(musicPolicy);
    expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
  });
  test('may repeat itself by aliases', () => {
    expect(faults('before 1%: &first [window-open, no-blocking-bugs]\nbefore 100%: *first\n')).toEqual([]);
  });
});

describe('text that is no policy', () => {
  test('names the line of a syntax error', () => {
    expect(problems('app: music\nbefore submit: [signed-off\nwatch: 7d\n')[0]).toMatchObject({ line: 3 });
  });
  test('refuses a key that stands twice', () => {
    expect(fault('watch: 7d\nwatch: 8d\n')).toBe('2:1 this key stands here for the second time → each key once: join the two');
  });
  test('refuses a list, a word, a number', () => {
    for (const text of ['- a\n', 'hello', '42']) expect(problems(text)).toHaveLength(1);
  });
  test('refuses a second document, tags and odd keys', () => {
    expect(fault('watch: 7d\n---\nwatch: 8d\n')).toMatch(/^2:1 a second document begins here/);
    expect(fault('watch: !!js/function 7d\n')).toMatch(/^1:8 Unresolved tag/);
    expect(fault('? [a, b]\n: c\n')).toMatch(/a key is empty, a list or a map/);
  });
  test('refuses an alias bomb, an alias of nothing, and an alias in itself', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefg'.split('').map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdef'[at]}`).join(',')}]`),
    ].join('\n');
    expect(fault(bomb)).toContain('aliases repeat each other so often');
    expect(fault('watch: *nothing\n')).toContain('Unresolved alias');
    expect(problems('teams: &t { player: *t }\n').length).toBeGreaterThan(0);
  });
  test('refuses a document of more than a tenth of a megabyte and one that is nested without end', () => {
    expect(fault(`# ${'x'.repeat(100_001)}`)).toContain('at most 100000');
    expect(fault('['.repeat(90_000))).toContain('more than 100 brackets are open');
    expect(problems('- '.repeat(20_000)).length).toBeGreaterThan(0);
  });
});

test('what stood there is repeated as far as anybody reads it', () => {
  expect(fault(`watch: !${'x'.repeat(5000)} 7d\n`).length).toBeLessThan(300);
  for (const each of faults(`code: { tag: "{version} ${'x'.repeat(5000)}" }\n`)) expect(each.length).toBeLessThan(300);
});

describe('very many faults', () => {
  test('are told up to two hundred, and do not take the longer the more they are', () => {
    expect(problems(Array.from({ length: 9_000 }, (_, at) => `k${at}: 1\n`).join(''))).toHaveLength(200);
    expect(problems('watch: 7d\n'.repeat(9_000))).toHaveLength(200);
  });
});

describe('a fault in a key', () => {
  test('an unknown key is named with the nearest one that is known', () => {
    expect(fault('timezon: UTC\n')).toMatch(/^1:1 there is no key "timezon" here → did you mean timezone\?/);
    expect(fault('cycle:\n  cadence: none\n  brunch: Friday 09:00\n')).toMatch(
      /^3:3 there is no key "brunch" here → did you mean branch\?/,
    );
    expect(fault('kinds: { hotfix: { window: any } }\n')).toMatch(/did you mean windows\?/);
  });
  test('a key that belongs to another prototype is no key', () => {
    for (const key of ['__proto__', 'constructor', 'toString']) expect(problems(`${key}: 1\n`).length).toBeGreaterThan(0);
    expect(problems('before submit: [constructor]\n')).toHaveLength(1);
    expect(problems('process: toString\n')).toHaveLength(1);
  });
  test('a newer grammar is refused with the reason', () => {
    expect(fault('policy: 2\n')).toBe(
      '1:9 the document is written in version 2 of the grammar, and this program reads version 1 → policy: 1, or a newer Signalbox',
    );
  });
  test('a time zone must be known', () => {
    expect(fault('timezone: Europe/Stokholm\n')).toBe(
      '1:11 there is no time zone "Europe/Stokholm" → a name of the IANA database such as Europe/Stockholm or UTC',
    );
  });
  test('a length of time needs its unit', () => {
    expect(fault('watch: 7\n')).toBe('1:8 7 cannot stand here → a length of time with its unit, such as 30m, 24h or 7d');
    expect(fault('watch: a week\n')).toContain('a length of time with its unit');
  });
  test('a platform may not be called as a page of a release is, or its track could not be gone to', () => {
    for (const name of ['sign-offs', 'builds', 'changes'])
      expect(fault(`platforms: { android: {}, ${name}: {} }\n`)).toContain('these are pages of a release → another name, such as android');
  });
  test('a robot mode must be one of four', () => {
    expect(fault('robot: { submit: automatic }\n')).toMatch(
      /^1:18 "automatic" is not one of those known → did you mean auto|manual, shadow, ask or auto/,
    );
  });
  test('halting is never switched off', () => {
    for (const mode of ['off', 'manual', 'shadow', 'false'])
      expect(fault(`robot: { halt: ${mode} }\n`)).toContain('halting is never switched off');
  });
  test('windows must have days and hours', () => {
    expect(fault('windows: { start: { days: Mon-Fry, hours: 08:00-17:00 } }\n')).toMatch(
      /^1:27 "Mon-Fry" cannot stand here → days such as Mon-Thu/,
    );
    expect(fault('windows: { start: { days: Mon-Fri, hours: 08:00-08:00 } }\n')).toContain('hours such as 08:00-17:00');
    expect(fault('windows: { start: always }\n')).toContain('any, or { days: Mon-Thu');
  });
  test('a freeze must not end before it begins, and its dates must exist', () => {
    expect(fault('cycle: { freezes: [{ from: 2025-01-06, to: 2024-12-20, why: end of year }] }\n')).toContain(
      'the freeze ends before it begins',
    );
    expect(fault('cycle: { freezes: [{ from: 2024-02-30, to: 2024-03-01, why: leap }] }\n')).toContain('a date that exists');
  });
  test('a cadence needs a branch day, and one of several weeks a day to count from', () => {
    expect(fault('cycle: { cadence: weekly }\n')).toContain('a cadence has no branch day');
    expect(fault('cycle: { cadence: every 2 weeks, branch: Friday 09:00 }\n')).toContain('nothing says in which of the weeks');
    expect(fault('cycle: { cadence: every 2 weeks, branch: Friday 09:00, starting: 2024-09-26 }\n')).toContain(
      'is not the weekday of branch',
    );
    expect(fault('cycle: { cadence: daily, branch: Friday 09:00 }\n')).toContain('weekly, every 2 weeks');
    expect(faults('cycle: { cadence: every 2 weeks, branch: Sunday 09:00, starting: 2024-09-29 }\n')).toEqual([]);
  });
  test('names of branches must differ by version and be names that git takes', () => {
    expect(fault('code: { tag: release }\n')).toContain('every release would have the same name');
    expect(fault('code: { release-branch: "release/{versoin}" }\n')).toContain('{versoin} stands for nothing');
    expect(fault('code: { tag: "v {version}" }\n')).toContain('git refuses');
    expect(fault('code: { tag: { androd: "v{version}" } }\n')).toMatch(/there is no platform "androd" → did you mean android/);
  });
  test('a password has no place in an address', () => {
    expect(fault('code: { repository: "https://me:hunter2@git.example.com/x.git" }\n')).not.toContain('hunter2');
  });
  test('a pattern for versions must be short and have named parts', () => {
    expect(fault(`versions: { scheme: pattern, pattern: "(?<major>${'\\\\d'.repeat(400)})" }\n`)).toMatch(/^1:/);
    expect(problems('versions: { scheme: pattern, pattern: "[" }\n').length).toBeGreaterThan(0);
    expect(fault('versions: { scheme: semvr }\n')).toContain('semver');
  });
});

describe('a fault in a rollout', () => {
  test('shares must rise and end in 100', () => {
    expect(fault('platforms: { android: { rollout: [10, 5, 100] } }\n')).toBe('1:39 5 follows 10 → shares that rise from step to step');
    expect(fault('platforms: { android: { rollout: [1, 50] } }\n')).toBe(
      '1:38 the rollout ends at 50% → 100 as the last step: [1, 50, 100]',
    );
    expect(fault('platforms: { android: { rollout: [0, 100] } }\n')).toContain('a share above 0');
    expect(problems('platforms: { android: { rollout: [] } }\n').length).toBeGreaterThan(0);
  });
  test('a storefront must be able to show its shares', () => {
    expect(fault('platforms: { ios: { rollout: [1, 25, 100] } }\n')).toBe(
      '1:34 App Store cannot show 25%: it advances by itself, a phase a day (on ios) → shares out of 1, 2, 5, 10, 20, 50, 100',
    );
  });
  test('a storefront must be known', () => {
    expect(fault('platforms: { android: { storefronts: [gogle-play] } }\n')).toMatch(
      /^1:39 "gogle-play" is not one of those known → did you mean google-play\?/,
    );
  });
  test('criteria cannot stand before a share that is no step of it', () => {
    expect(fault('before 7%: [no-blocking-bugs]\n')).toMatch(/^1:1 7% is no step of the rollout → .*1%.*100%/);
    expect(faults('platforms: { android: { rollout: [7, 100] }, ios: {} }\nbefore 7%: [no-blocking-bugs]\n')).toEqual([]);
    expect(fault('platforms:\n  android: { rollout: [7, 100] }\n  ios: { before 7%: [no-blocking-bugs] }\n')).toMatch(
      /^3:10 7% is no step/,
    );
  });
  test('two lists before one share contradict each other', () => {
    expect(fault('before start: [window-open]\nbefore 1%: [no-blocking-bugs]\n')).toContain('two lists of criteria stand before 1%');
  });
  test('before what must be said', () => {
    expect(fault('before: [no-blocking-bugs]\n')).toMatch(/^1:1 this does not say before which step/);
    expect(fault('before submission: [no-blocking-bugs]\n')).toMatch(/^1:1 there is no step "submission" → did you mean submit\?/);
  });
});

describe('a fault in a process', () => {
  test('it must exist', () => {
    expect(fault('process: weekly\n')).toMatch(/^1:10 there is no process "weekly" → .*weekly-mobile, light, desktop or hotfix/);
    expect(fault('kinds: { hotfix: { process: { android: hotfx } } }\n')).toMatch(/did you mean hotfix\?/);
  });
  test('it cannot leave out what makes a track', () => {
    expect(fault('processes:\n  tiny: { like: light, stages: [developing, rolling-out, released] }\nprocess: tiny\n')).toBe(
      '2:32 the process leaves out stabilising → a process with at least developing, stabilising, rolling-out, released',
    );
    expect(
      faults('processes:\n  tiny: { like: light, stages: [developing, stabilising, rolling-out, released] }\nprocess: tiny\n'),
    ).toEqual([]);
  });
  test('its stages stand in the order of a track’s life', () => {
    expect(fault('processes: { odd: { stages: [developing, stabilising, released, rolling-out] } }\n')).toContain(
      'rolling-out stands after released',
    );
  });
  test('it cannot be like itself, nor take the name of one of ours', () => {
    expect(faults('processes: { a: { like: b }, b: { like: a } }\n').every((each) => each.includes('like itself in the end'))).toBe(true);
    expect(fault('processes: { light: { like: desktop } }\n')).toContain('light is a process of ours');
  });
  test('criteria before a candidate need a process that has one', () => {
    expect(fault('process: light\nbefore candidate: [tests-passed]\n')).toMatch(/^2:1 light has no stage candidate → before submit/);
  });
});

describe('a fault in a criterion', () => {
  test('one that nobody defined is named with those that are known', () => {
    expect(fault('before submit: [signed-off, crash-rate]\n')).toMatch(
      /^1:29 no criterion is called "crash-rate" → .*signed-off.*rate-below.*defined under criteria/,
    );
    expect(fault('before submit: [no-blocking-bug]\n')).toMatch(/did you mean no-blocking-bugs\?/);
  });
  test('its kind must be known', () => {
    expect(fault('criteria: { crash-rate: { is: rate-belo } }\n')).toMatch(
      /^1:31 there is no kind of criterion "rate-belo" → did you mean rate-below\?/,
    );
    expect(fault('criteria: { crash-rate: { required: true } }\n')).toMatch(/nothing says of which kind it is/);
  });
  test('what a later release brings says so, and what can stand in', () => {
    for (const kind of ['features-ready', 'store-listing-ready', 'tickets-closed']) {
      expect(fault(`criteria: { mine: { is: ${kind} } }\n`)).toMatch(/not in this release: .* comes later → custom can stand in/);
      expect(fault(`before submit: [${kind}]\n`)).toMatch(/not in this release/);
    }
  });
  test('its settings are checked where they stand', () => {
    expect(fault('criteria:\n  triage: { is: triage-empty, within: soon }\nbefore submit: [triage]\n')).toMatch(
      /^2:39 "soon" is no length of time → /,
    );
    expect(fault('before submit:\n  - { soaked: 24 }\n')).toMatch(/^2:15 24 cannot stand here → a length of time/);
    expect(fault('before submit: [{ approved-by: { role: boss } }]\n')).toMatch(
      /^1:40 "boss" is not one of those known → release-manager, release-team or admin/,
    );
    expect(fault('before submit: [{ approved-by: boss }]\n')).toMatch(/^1:32 "boss"/);
    expect(fault('before submit: [{ soaked: { fro: 24h } }]\n')).toMatch(/^1:29 there is no key "fro" here → did you mean for\?/);
    expect(fault('criteria:\n  crash-rate: { is: rate-below }\nbefore submit: [crash-rate]\n')).toMatch(
      /^2:15 it has no limit → write one of limit-per-1000-hours/,
    );
    expect(fault('criteria: { c: { is: rate-below, limit-per-1000-hours: 1, limit-per-1000-sessions: 2 } }\n')).toMatch(
      /it has 2 limits.*write one of them/,
    );
    expect(fault('criteria: { c: { is: rate-below, limit-per-1000-hours: { android: 1 } } }\n')).toMatch(/c has no limit for ios/);
    expect(fault('criteria: { c: { is: late-onset, limit-per-1000-hours: { android: 1, iso: 1 }, platforms: [android] } }\n')).toMatch(
      /there is no platform "iso" → did you mean ios/,
    );
    expect(fault('criteria: { c: { is: rate-below, limit-per-1000-hours: -1 } }\n')).toMatch(/^1:56 -1 is too little → a number above 0/);
    expect(fault('before submit: [{ listing-free: soon }]\n')).toMatch(/^1:33 listing-free cannot be settled in one word/);
  });
  test('it stands once in a list, and alone in its entry', () => {
    expect(fault('before submit: [signed-off, signed-off]\n')).toMatch(/^1:29 signed-off stands in this list twice/);
    expect(fault('before submit: [{ soaked: 24h, signed-off: 1h }]\n')).toContain('one criterion in each entry');
    expect(fault('before submit: [{ }]\n')).toContain('this entry is empty');
  });
  test('only kinds that leave it to the policy say whether they are waivable', () => {
    expect(fault('before submit: [{ no-blocking-bugs: { waivable: true } }]\n')).toMatch(/no-blocking-bugs can never be waived/);
    expect(fault('criteria: { t: { is: tests-passed, waivable: false } }\n')).toMatch(/^1:46 tests-passed can always be waived/);
    expect(faults('criteria: { legal: { is: manual, waivable: true } }\nbefore submit: [legal]\n')).toEqual([]);
  });
  test('it is narrowed to platforms that exist', () => {
    expect(fault('criteria: { anr: { is: manual, platforms: [andriod] } }\n')).toMatch(
      /^1:44 there is no platform "andriod" → did you mean android\?/,
    );
  });
});

describe('halting', () => {
  test('always has a criterion that can halt', () => {
    expect(fault('halts-while-rolling-out: []\n')).toMatch(
      /^1:26 nothing would halt a regular, hotfix or replacement release on android or ios/,
    );
    expect(fault('criteria: { c: { is: manual, informing: true } }\nhalts-while-rolling-out: [c]\n')).toContain('nothing would halt');
    expect(
      faults('criteria: { c: { is: manual, platforms: [android] } }\nhalts-while-rolling-out: [c]\n').every((each) =>
        each.includes('on ios'),
      ),
    ).toBe(true);
  });
  test('does not rest on a criterion that never turns red', () => {
    expect(fault('halts-while-rolling-out: [window-open, no-blocking-bugs]\n')).toMatch(/^1:27 window-open never turns red/);
  });
});

describe('names in rows, waivers, sign-offs and watches', () => {
  test('must be of something', () => {
    expect(fault('rows: [{ Bugs: [no-blocking-bugz] }]\n')).toMatch(
      /^1:17 no criterion is called "no-blocking-bugz" → did you mean no-blocking-bugs/,
    );
    expect(fault('rows: [{ Bugs: [no-blocking-bugs] }, { Bugs: [signed-off] }]\n')).toContain('a row is called "Bugs" already');
    expect(fault('waivers: { second-approver: [complaince-closed] }\n')).toMatch(/did you mean compliance-closed\?/);
    expect(fault('teams: { player: {} }\nsign-offs: [players]\n')).toMatch(/^2:13 there is no team "players" → did you mean player\?/);
    expect(fault('process: light\nwatch-while: { store-approved: [triage-empty] }\n')).toMatch(/light has no stage store-approved/);
  });
});

describe('whatever is written', () => {
  /** Every faulty document says where, why and what would be right; none throws. */
  function isAnswered(text: string): void {
    const parsed = parsePolicy(text);
    if (parsed.ok) return;
    expect(parsed.problems.length).toBeGreaterThan(0);
    const lines = text.split('\n');
    for (const { line, column, because, wouldBeRight } of parsed.problems) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
      expect(because.trim()).not.toBe('');
      expect(wouldBeRight.trim()).not.toBe('');
    }
  }
  const at = fc.nat({ max: musicPolicy.length });
  test('a policy with a piece cut out or pasted in is answered with located faults', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('[', ']', '{', '}', ': ', '\n', '  ', '"', '&a ', '*a', '- ', '# ', '%', 'before ', '\t', '!!', '|', '100'),
    );
    fc.assert(
      fc.property(at, fc.nat({ max: 40 }), piece, (from, length, pasted) =>
        isAnswered(musicPolicy.slice(0, from) + pasted + musicPolicy.slice(from + length)),
      ),
      { numRuns: 400 },
    );
  });
  test('a policy with words exchanged is answered with located faults', () => {
    const words = [...new Set(musicPolicy.match(/[\w%.-]+/g))];
    fc.assert(
      fc.property(fc.constantFrom(...words), fc.constantFrom(...words), (from, to) => isAnswered(musicPolicy.replaceAll(from, to))),
      { numRuns: 300 },
    );
  });
  test('any JSON under any key is answered with located faults', () => {
    const keys = [
      'policy',
      'app',
      'timezone',
      'process',
      'code',
      'cycle',
      'versions',
      'platforms',
      'kinds',
      'processes',
      'criteria',
      'before submit',
      'halts-while-rolling-out',
      'watch-while',
      'robot',
      'windows',
      'sign-offs',
      'watch',
      'rows',
      'bugs',
      'waivers',
      'teams',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => isAnswered(JSON.stringify({ [key]: value }, null, 1))),
      { numRuns: 400 },
    );
  });
});
