/** One release of an app of many platforms, made ready in an engine of this process: the sandbox takes it, and the robot rolls it out. */
import type { Connection } from '#db/connect.ts';
import type { Fact, FactKind } from '#domain/facts.ts';
import type { Actor } from '#domain/roles.ts';
import type { Engine, Result } from '#engine/types.ts';
import type { World } from '#integrations/sandbox/world/world.ts';

export const app = 'bench';
const head = 'a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1';
export const admin: Actor = { kind: 'person', id: 'bench', name: 'Bench', roles: ['admin', 'release-manager', 'member'], teams: [] };
export const now = (): string => new Date().toISOString();

export async function prepare(engine: Engine, world: World, platforms: readonly string[], policy: string): Promise<void> {
  for (const platform of platforms)
    world.pull({ lever: 'listing', app, platform, storefront: 'google-play', reviewAfterMinutes: 0, firstReleaseMustBeFull: false });
  must(await engine.createApp({ id: app, name: 'Bench', timezone: 'UTC', platforms: [...platforms], policy }, admin));
  const settings = { url: 'http://127.0.0.1:4811' };
  must(await engine.connect({ app, integration: 'sandbox', settings, serves: ['storefront:google-play'] }, admin));
  must(await engine.planRelease({ app, version: '1.0.0', kind: 'regular', platforms: [...platforms], startsAt: 'developing' }, admin));
  const cut = { sha: head, at: now() };
  must(await engine.report([fact('branch', 'release/1.0.0', { name: 'release/1.0.0', head, version: '1.0.0', cut })], admin));
  const builds = platforms.map((platform, index) =>
    fact('build', `build-${platform}`, {
      platform,
      version: '1.0.0',
      number: String(1000 + index),
      kind: 'release-candidate',
      state: 'succeeded',
      commit: head,
    }),
  );
  must(await engine.report(builds, admin));
}

export async function stages({ db }: Connection): Promise<string[]> {
  return (await db.selectFrom('tracks').select('stage').where('version', '=', '1.0.0').execute()).map(({ stage }) => stage);
}

export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it did not come to this: ${what}`);
    await new Promise((done) => setTimeout(done, 2));
  }
}

export function fact(kind: FactKind, key: string, payload: object): Fact {
  return { kind, app, source: 'ci', key, revision: 1, at: now(), payload } as Fact;
}

export function must<T>(result: Result<T>): void {
  if (!result.ok) throw new Error(`${result.because} (${result.wouldBeRight})`);
}
