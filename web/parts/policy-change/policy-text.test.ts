import { describe, expect, test } from 'vitest';
import { sharesIn, withChanges, withValue } from './policy-text.ts';

const policy = `# Ours since 2024.
process: weekly-mobile
platforms:
  android: { storefronts: [google-play], rollout: [1, 100] } # the big one
  ios: { storefronts: [app-store-connect] }
  desktop:
    rollout:
      - 1
      - 100
    # stays where it is
    storefronts: [update-feed]
teams:
  player: { owns: ["**"], channel: "#player" }
`;

describe('a value that is written into a policy', () => {
  test('changes its own line and no other', () => {
    expect(withValue(policy, ['platforms', 'android', 'rollout'], [1, 10, 100])).toBe(
      policy.replace('rollout: [1, 100] }', 'rollout: [1, 10, 100] }'),
    );
  });

  test('goes between the braces where it was not said', () => {
    expect(withValue(policy, ['platforms', 'ios', 'rollout'], [5, 100])).toBe(
      policy.replace('[app-store-connect] }', '[app-store-connect], rollout: [5, 100] }'),
    );
  });

  test('takes the place of a list that stood on lines of its own, and leaves the comments', () => {
    const text = withValue(policy, ['platforms', 'desktop', 'rollout'], [100]);
    expect(text).toContain('# stays where it is\n    storefronts: [update-feed]');
    expect(text).toContain('[100]');
    expect(text).not.toContain('- 1');
  });

  test('becomes a line behind the last of a map', () => {
    expect(withValue(policy, ['teams', 'search'], { owns: ['search/**'], channel: '#search' })).toBe(
      `${policy}  search: { owns: [search/**], channel: "#search" }\n`,
    );
  });

  test('is there also where nothing was around it', () => {
    expect(withValue('process: light\nplatforms: { android: }\n', ['platforms', 'android', 'rollout'], [100])).toMatch(/rollout/);
    expect(withValue('process: light\n', ['teams', 'player'], { channel: '#player' })).toMatch(/teams:\s+player/);
    expect(withValue('{"process": "light", "platforms": {"ios": {}}}', ['platforms', 'ios', 'rollout'], [100])).toMatch(
      /"?rollout"?: \[ ?100 ?\]/,
    );
  });

  test('is taken out with its key', () => {
    const text = withValue(policy, ['teams', 'player'], undefined);
    expect(text).not.toContain('player');
    expect(text).toContain('# the big one');
  });

  test('leaves a text alone that cannot be read', () => {
    expect(withValue('a: [', ['a'], 1)).toBe('a: [');
  });
});

describe('what a form changes of a policy', () => {
  const began = { owns: ['**'], channel: '#player', testing: 'manual' };

  test('is what differs from what it began with: what another changed meanwhile stays as it is', () => {
    const meanwhile = policy.replace('owns: ["**"]', 'owns: [ios/**]');
    expect(withChanges(meanwhile, ['teams', 'player'], began, { ...began, channel: '#play' })).toBe(
      meanwhile.replace('channel: "#player"', 'channel: "#play"'),
    );
    expect(withChanges(policy, ['teams', 'player'], began, { ...began })).toBe(policy);
  });

  test('is taken out of its map, and what is around that stays as it was written', () => {
    const meanwhile = policy.replace('channel: "#player"', 'channel: "#player", testing: manual');
    expect(withChanges(meanwhile, ['teams', 'player'], began, { ...began, channel: undefined })).toBe(
      meanwhile.replace(/player: .*\}/, 'player: { owns: ["**"], testing: manual }'),
    );
  });

  test('reaches into a map within it: the day until which a team is opted out stays', () => {
    const optedOut = policy.replace('channel: "#player"', 'testing: { opted-out: tests cover it, until: 2025-03-01 }');
    const before = { testing: { 'opted-out': 'tests cover it' } };
    expect(withChanges(optedOut, ['teams', 'player'], before, { testing: { 'opted-out': 'robots cover it' } })).toBe(
      optedOut.replace('tests cover it', 'robots cover it'),
    );
  });

  test('that is not there yet is a line of its own', () => {
    expect(withChanges(policy, ['teams', 'search'], {}, { owns: ['search/**'], channel: undefined })).toBe(
      `${policy}  search: { owns: [search/**] }\n`,
    );
  });
});

test.each([
  ['1, 10, 100', [1, 10, 100]],
  ['1% 100%', [1, 100]],
  ['0.5 100', [0.5, 100]],
  ['one', null],
  ['', null],
])('shares are read as people write them: %o', (text, shares) => {
  expect(sharesIn(text)).toEqual(shares);
});
