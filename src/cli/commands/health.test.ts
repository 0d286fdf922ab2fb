import { describe, expect, test } from 'vitest';
import { healthCommand } from './health.ts';
import { heardFrom } from './testing.ts';
import type { Heard } from './testing.ts';

const run = (args: string[], input = ''): Promise<Heard> =>
  heardFrom(
    (io) =>
      healthCommand(io, { standardInput: async () => input, environment: {} }, async (file) => {
        if (file === 'missing') throw new Error('ENOENT');
        return file === 'broken'
          ? { ok: false, because: 'item 1 says no type', atByte: 3, right: 'a type' }
          : { ok: true, found: { bytes: 2, envelope: { items: [] } } };
      }),
    args,
  );

async function judge(input: unknown): Promise<unknown> {
  const { out } = await run(['judge'], JSON.stringify(input));
  return JSON.parse(out[0] ?? '');
}

describe('signalbox health judge', () => {
  test('answers one case with one, and a list with a list in its order', async () => {
    const one = { kind: 'coverage', inputs: { affectedFraction: 0.001, confidence: 0.95 } };
    expect(await judge(one)).toEqual({ kind: 'coverage', outputs: { users: 2995 } });
    expect(await judge([one, { kind: 'power-red', inputs: { badRatio: 5, power: 0.9 } }])).toMatchObject([
      { kind: 'coverage' },
      { kind: 'power-red', outputs: { minCount: 11 } },
    ]);
  });

  test.each([
    [{ kind: 'one-sample', inputs: { count: -1, exposure: 1, limit: 1 } }, 'bad-input', /count: /],
    [{ kind: 'one-sample', inputs: { count: 1, exposure: 1, limit: 1, untis: 2 } }, 'bad-input', /untis.*unit/],
    [{ kind: 'two-smaple', inputs: {} }, 'unknown-kind', /two-smaple.*known: one-sample/],
    [{ inputs: {} }, 'not-a-case', /kind/],
    [7, 'not-a-case', /a case is/],
  ])('answers %j with an error that says what would be right, and still judges the others', async (wrong, code, message) => {
    const [error, fine] = (await judge([wrong, { kind: 'adjuster', inputs: { logE: [0] } }])) as [unknown, unknown];
    expect(error).toMatchObject({ error: { code } });
    expect(JSON.stringify(error)).toMatch(message);
    expect(fine).toMatchObject({ kind: 'adjuster' });
  });

  test('says what does not exist as null', async () => {
    const none = { kind: 'one-sample', inputs: { count: 0, exposure: 0, limit: 1 } };
    expect(await judge(none)).toMatchObject({ outputs: { rateLower: 0, rateUpper: null, isRed: false, isGreen: false } });
    const silent = { kind: 'two-sample-fixed-share', inputs: { newCount: 0, newExposure: 0, baseCount: 4, baseExposure: 100 } };
    expect(await judge(silent)).toMatchObject({ outputs: { nullShare: null, logEAbove: 0, isRed: false } });
  });

  test('compares an arm with the sum of the other arms', async () => {
    const arm = (name: string, newCount: number): object => ({ name, newCount, newExposure: 1000 });
    const inputs = { segments: [arm('arm-a', 60), arm('arm-b', 5), arm('arm-c', 5)], armsCompareWith: 'the other arm' };
    expect(await judge({ kind: 'segment-scan', inputs })).toMatchObject({ outputs: { bonferroni: [0] } });
  });

  test('refuses what is no JSON with 2, and tells with 1 that a case could not be judged', async () => {
    const broken = await run(['judge'], '{');
    expect(broken.code).toBe(2);
    expect(broken.err.join('\n')).toContain('is no JSON');
    const empty = await run(['judge'], '');
    expect(empty.code).toBe(2);
    expect(empty.err.join('\n')).toContain('it is empty');
    expect(await run(['judge'], '{"kind":"x"}')).toMatchObject({ code: 1 });
  });
});

describe('signalbox health simulate', () => {
  test('shows at the limit what looking often costs the rules of others and not ours, the same for the same seed', async () => {
    const args = ['simulate', '--runs', '25', '--horizon', '100', '--seed', '7', '--json'];
    const { out } = await run(args);
    const { red } = JSON.parse(out[0] ?? '') as { red: { trueRatio: number; rule: string; everRed: number }[] };
    const everRed = (rule: string): number => red.find((row) => row.trueRatio === 1 && row.rule === rule)?.everRed ?? -1;
    expect(everRed('evidence, alpha 0.01')).toBeLessThan(0.1);
    expect(everRed('rate over limit, from 10 due')).toBeGreaterThan(0.7);
    expect((await run(args)).out).toEqual(out);
  });

  test('prints tables, and refuses what is no number of runs', async () => {
    const { out, code } = await run(['simulate', '--runs', '5', '--horizon', '20']);
    expect(out[0]).toMatch(/^5 runs at each rate/);
    expect(code).toBe(0);
    expect(await run(['simulate', '--runs', 'many'])).toMatchObject({ code: 2 });
  });
});

describe('signalbox health envelope', () => {
  test('prints what was found, on one line for a program', async () => {
    expect((await run(['envelope', '--json', 'a.envelope'])).out).toEqual(['{"bytes":2,"envelope":{"items":[]}}']);
  });

  test.each([
    ['broken', 1, 'broken, byte 3: item 1 says no type; right would be a type'],
    ['missing', 2, 'missing cannot be read: ENOENT'],
  ])('says why %s is refused', async (file, code, words) => {
    const heard = await run(['envelope', file]);
    expect(heard.code).toBe(code);
    expect(heard.err.join('')).toContain(words);
  });
});
