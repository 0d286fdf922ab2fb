import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '#engine/engine.ts';
import { testDatabase } from '../setup/database.ts';
import type { TestDatabase } from '../setup/database.ts';
import { astrid, ci, integrations, must } from './room.ts';

const bundle = fileURLToPath(new URL('../../../shared/data/bundles/pocket-casts-android.bundle', import.meta.url));
const now = '2026-08-24T10:00:00.000Z';
const policy = `
app: pocket-casts
process: light
versions: { scheme: semver, parts: 2, hotfix: { android: third-part } }
platforms: { android: { storefronts: [google-play], rollout: [1, 100] } }
`;

describe.skipIf(!existsSync(bundle))('a real repository (skipped where ../shared/data/bundles is missing)', () => {
  let base: TestDatabase;
  let engine: ReturnType<typeof createEngine>;
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-pocket-casts-'));
  beforeAll(async () => {
    base = await testDatabase();
    engine = createEngine({
      connection: base,
      secret: 'a secret of this test, and of nothing else',
      dataDir: folder,
      integrations,
      clock: { now: () => now },
      owner: 'first',
    });
    must(await engine.createApp({ id: 'pocket-casts', name: 'Pocket Casts', timezone: 'UTC', platforms: ['android'], policy }, astrid));
    must(await engine.connect({ app: 'pocket-casts', integration: 'git', settings: { repo: bundle }, serves: [] }, astrid));
  });
  afterAll(async () => {
    await engine.stop();
    await base.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('its past releases are completed ones with their times, and the live branch is the current release', async () => {
    const lines: string[] = [];
    const imported = must(await engine.importHistory('pocket-casts', astrid, (line) => lines.push(line)));
    await engine.settle();
    expect(imported.releases).toBeGreaterThan(20);
    expect(lines.at(-1)).toContain('releases with');
    const tracks = await base.db.selectFrom('tracks').select(['version', 'stage', 'state']).where('app', '=', 'pocket-casts').execute();
    const live = tracks.filter(({ stage }) => !['completed', 'superseded'].includes(stage));
    expect(live.map(({ version, stage }) => [version, stage]).toSorted((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1))).toEqual([
      ['8.19', 'stabilising'],
      ['8.20', 'developing'],
    ]);
    const known = live.find(({ version }) => version === '8.19');
    expect(known?.state).toMatchObject({
      cut: { branch: 'release/8.19', sha: '0cbb3300edca0d294c3a6cd9fa7e90b256ae235c', at: '2026-08-17T10:40:09.000Z', inferred: true },
    });
    const completed = tracks.find(({ version }) => version === '8.18');
    expect(new Set(Object.keys(completed?.state.reached ?? {}))).toEqual(new Set(['stabilising', 'released', 'completed']));
  });

  test('the commits of the live branch are there, and what an RC lacks of them is worked out', async () => {
    const commits = await base.db
      .selectFrom('commits')
      .select(['sha', 'category'])
      .where('branch', '=', 'release/8.19')
      .orderBy('position')
      .execute();
    expect(commits).toHaveLength(6);
    expect(commits.at(-1)?.sha).toBe('95f55021e420e6d88632642c67c6edd599bd77ae');
    const build = {
      platform: 'android',
      version: '8.19',
      number: '9471',
      kind: 'release-candidate' as const,
      state: 'succeeded' as const,
      commit: '577486ba96ef11ee477ba2e5ab0e351a14ee8099',
    };
    must(
      await engine.report([{ kind: 'build', app: 'pocket-casts', source: 'ci', key: '9471', revision: 1, at: now, payload: build }], ci),
    );
    await engine.settle();
    const verdict = must(await engine.plan('pocket-casts/8.19/android')).plan.verdicts.find(
      ({ instance }) => instance === 'latest-build-complete',
    );
    expect(verdict).toMatchObject({ colour: 'red' });
    const [missing] = await base.db.selectFrom('containments').select('missing').execute();
    expect(missing?.missing).toContain('95f55021e420e6d88632642c67c6edd599bd77ae');
  });

  test('importing again adds nothing, and the audit holds', async () => {
    expect(must(await engine.importHistory('pocket-casts', astrid))).toEqual({ ok: true, releases: 0, tracks: 0, inferred: 0 });
    expect(await engine.verifyAudit()).toMatchObject({ ok: true });
  });
});
