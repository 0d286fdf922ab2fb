import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ownersCommand } from './owners.ts';
import { heardFrom } from './testing.ts';
import type { Heard } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'signalbox-owners-'));
const file = join(folder, 'CODEOWNERS');
writeFileSync(file, '* @all\n!x @y\n/ios/ @ios\n');
afterAll(() => rmSync(folder, { recursive: true }));

const run = (args: string[], input = ''): Promise<Heard> =>
  heardFrom((io) => ownersCommand(io, { standardInput: async () => input, environment: {}, now: () => 0 }), args);

describe('signalbox owners', () => {
  test('answers for the paths of the call, or those on standard input, in their order', async () => {
    const answer = [
      { path: 'ios/a.swift', answer: [{ section: null, rule: '/ios/', owners: ['@ios'] }] },
      { path: 'b', answer: [{ section: null, rule: '*', owners: ['@all'] }] },
    ];
    expect(JSON.parse((await run(['--codeowners', file, '--json', 'ios/a.swift', 'b'])).out.join(''))).toEqual(answer);
    expect(JSON.parse((await run(['--codeowners', file, '--json'], 'ios/a.swift\nb\n')).out.join(''))).toEqual(answer);
  });

  test('names what the host would pass over, where it stands', async () => {
    expect((await run(['--codeowners', file, 'b'])).err).toEqual([expect.stringContaining(`${file}:2: passed over:`)]);
  });

  test.each([
    [['--codeowners', '/nowhere/CODEOWNERS', 'a'], 'cannot be read'],
    [['--codeowners', file], 'no path is given'],
    [['--codeowners', '-'], 'standard input is for paths'],
  ])('refuses %j', async (args, because) => {
    const { err, code } = await run(args);
    expect(code).toBe(2);
    expect(err.join(' ')).toContain(because);
  });
});
