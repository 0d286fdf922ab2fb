import { describe, expect, test } from 'vitest';
import { firstVersion, pageAt, pagesOf, titleAt } from './navigation.ts';

type Known = Parameters<typeof pagesOf>[0];
const app = {
  id: 'music',
  name: 'Music app',
  timezone: 'UTC',
  platforms: ['ios'],
  robotPaused: null,
  sample: false,
  clock: { speed: 1, until: null },
} as const;
const release = (version: string, part: 'current' | 'upcoming' | 'watched' | 'ended'): Known['releases'][number] => ({
  version,
  part,
  kind: 'regular',
  base: null,
  manager: null,
  bornAt: '2024-09-20T09:00:00.000Z',
  planned: { branch: null, candidate: null, submit: null, start: null, finish: null },
  imported: false,
  tracks: [],
  bigFeature: null,
  channel: null,
  watchUntil: null,
});
const room = (parts: readonly Known['releases'][number][], counts: Partial<Known['counts']> = {}): Known => ({
  app: { ...app, platforms: [...app.platforms] },
  releases: [...parts],
  counts: { withoutTeam: 0, nominated: 0, signOffs: {}, cherryPicks: 0, ...counts },
});
const nobody = { roles: [], teams: [] } as const;

describe('the navigation', () => {
  test('pages of a version lead to the current release, else to the upcoming one', () => {
    expect(firstVersion([release('8.9.3', 'upcoming'), release('8.9.2', 'current')])).toBe('8.9.2');
    expect(firstVersion([release('8.9.1', 'watched'), release('8.9.3', 'upcoming')])).toBe('8.9.3');
    expect(firstVersion([])).toBeNull();
  });

  test('an app without a release has no page of a version', () => {
    const ids = pagesOf(room([]), nobody).map(({ id }) => id);
    expect(ids).not.toContain('builds');
    expect(ids).toEqual(expect.arrayContaining(['room', 'releases', 'bugs', 'activity', 'audit', 'settings']));
  });

  test("bugs without a team are the release manager's; sign-offs are the teams' own", () => {
    const known = room([release('8.9.2', 'current')], { withoutTeam: 7, signOffs: { player: 1, search: 2 } });
    const countOf = (id: string, me: Parameters<typeof pagesOf>[1]) => pagesOf(known, me).find((page) => page.id === id)?.count;
    expect(countOf('bugs', { roles: ['release-manager'], teams: [] })).toEqual({ value: 7, what: 'without a team', isMine: true });
    expect(countOf('bugs', { roles: ['member'], teams: ['player'] })?.isMine).toBe(false);
    expect(countOf('sign-offs', { roles: ['member'], teams: ['player'] })).toEqual({ value: 3, what: 'open', isMine: true });
    expect(countOf('sign-offs', { roles: ['member'], teams: ['car-mode'] })?.isMine).toBe(false);
  });

  test('nothing to count is not counted', () => {
    expect(pagesOf(room([release('8.9.2', 'current')], { signOffs: { player: 0 } }), nobody).every(({ count }) => count === null)).toBe(
      true,
    );
  });

  test.each([
    ['/music', 'room'],
    ['/music/8.9.2/ios/blocking-bugs', 'room'],
    ['/music/releases', 'releases'],
    ['/music/8.9.2', 'releases'],
    ['/music/8.9.2/ios', 'releases'],
    ['/music/8.9.2/builds', 'builds'],
    ['/music/bugs/PLAY-1', 'bugs'],
    ['/settings/policy', 'settings'],
    ['/music/set-up', 'settings'],
    ['/podcasts/bugs', null],
  ])('%s belongs to %s', (path, page) => {
    expect(pageAt(path, 'music')).toBe(page);
  });
});

describe('the title of an address', () => {
  const pages = pagesOf(room([release('8.9.2', 'current')]), { roles: ['viewer'], teams: [] });
  const at = (path: string): string | null => {
    const found = titleAt(path, { app: 'music', pages });
    return found === null ? null : [...found.above.map(({ text }) => text), found.text].join(' / ');
  };

  test.each([
    ['/music', 'Control room'],
    ['/music/8.9.2/ios/no-blocking-bugs', 'Control room'],
    ['/music/releases', 'Releases'],
    ['/music/8.9.2', 'Releases / 8.9.2'],
    ['/music/8.9.2/ios', 'Releases / 8.9.2 / iOS'],
    ['/music/8.9.2/sign-offs', 'Releases / 8.9.2 / Sign-offs'],
    ['/music/bugs', 'Bugs & triage'],
    ['/music/bugs/PLAY-4412', 'Bugs & triage / PLAY-4412'],
    ['/music/profile', 'My profile'],
    ['/settings/policy', 'Settings / Process and policy'],
    ['/music/set-up', 'Settings / Set-up'],
    ['/podcasts', null],
  ])('%s is %s', (path, title) => {
    expect(at(path)).toBe(title);
  });

  test('a hotfix that is current does not take the place of the train', () => {
    const releases = [{ ...release('8.9.1.1', 'current'), kind: 'hotfix' as const }, release('8.9.2', 'current')];
    expect(firstVersion(releases)).toBe('8.9.2');
  });
});
