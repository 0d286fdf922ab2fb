import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { AnalysedVersion, Analysis } from '#domain/history/analysis.ts';
import { analyseRepository } from './analyse.ts';
import { place, removePlaces } from './testing.ts';

const bundles = fileURLToPath(new URL('../../../../shared/data/bundles/', import.meta.url));
const names = ['mattermost-mobile', 'pocket-casts-android'];
const present = names.every((name) => existsSync(`${bundles}${name}.bundle`));

const FIELDS = [
  'version',
  'train',
  'kind',
  'status',
  'tag',
  'tag_date',
  'sha',
  'release_branch',
  'cut_sha',
  'cut_date',
  'cut_method',
  'base_version',
  'builds',
  'commits_after_cut',
  'commits_after_last_build',
  'branch_hours',
  'trunk_commits_since_previous_cut',
  'lead_time_hours',
  'backported',
  'anomalies',
] as const satisfies (keyof AnalysedVersion)[];

const HOURS_APART = 0.1;

/** Strings and ids exactly, hours within 0.1, lists as sets. */
function same(one: unknown, other: unknown, field: string): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    const set = (list: readonly unknown[]) => list.map((entry) => JSON.stringify(entry)).sort();
    return JSON.stringify(set(one)) === JSON.stringify(set(other));
  }
  if (typeof one === 'number' && typeof other === 'number')
    return field.endsWith('_hours') ? Math.abs(one - other) <= HOURS_APART : one === other;
  if (one !== null && other !== null && typeof one === 'object' && typeof other === 'object') {
    const keys = Object.keys({ ...one, ...other });
    return keys.every((key) =>
      same((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key], key === 'n' ? key : field),
    );
  }
  return one === other;
}

const say = (line: string) => void process.stdout.write(`${line}\n`);

test.runIf(process.env['CI'] !== undefined)(
  'in CI the bundles with their expected figures are there, beside the repository in shared/data/bundles',
  () => {
    expect(names.filter((name) => existsSync(`${bundles}${name}.bundle`))).toEqual(names);
  },
);

describe.skipIf(!present)('releases read off a real repository (skipped where ../shared/data/bundles is missing)', () => {
  afterAll(removePlaces);

  test.each(names)('%s: at least 99 of 100 fields are as expected', async (name) => {
    const expected = (JSON.parse(readFileSync(`${bundles}${name}.bundle.json`, 'utf8')) as { versions: AnalysedVersion[] }).versions;
    const analysis: Analysis = await analyseRepository({ repo: `${bundles}${name}.bundle`, dataDir: place() });

    expect(analysis.versions.map((version) => version.version)).toEqual(expected.map((version) => version.version));
    const shares = FIELDS.map((field) => {
      const wrong = expected.filter((version, at) => !same(version[field], analysis.versions[at]?.[field], field));
      for (const version of wrong) {
        const found = analysis.versions.find((other) => other.version === version.version)?.[field];
        say(`${name} ${version.version} ${field}: expected ${JSON.stringify(version[field])}, found ${JSON.stringify(found)}`);
      }
      return { field, percent: (100 * (expected.length - wrong.length)) / expected.length };
    });
    say(`${name}: ${shares.map(({ field, percent }) => `${field} ${percent.toFixed(1)} %`).join(', ')}`);
    expect(shares.filter(({ percent }) => percent < 99)).toEqual([]);
  });

  test.each(names)('%s: every version has exactly the public fields', async (name) => {
    const analysis = await analyseRepository({ repo: `${bundles}${name}.bundle`, dataDir: place() });
    for (const version of analysis.versions) expect(Object.keys(version).sort()).toEqual([...FIELDS].sort());
  });

  test('what was left out is said, with the reason', async () => {
    const analysis = await analyseRepository({ repo: `${bundles}pocket-casts-android.bundle`, dataDir: place() });
    expect(analysis.left_out).toEqual([
      { version: '7.69', tag: '7.69', because: 'its branch point lies before the first commit that the repository holds' },
    ]);
  });
});
