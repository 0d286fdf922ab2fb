/** Which pages there are for an app, and what stands beside their names. */
import type { ControlRoom } from '#api/control-room.ts';
import type { Me } from '../../api/authority.ts';
import { entryOf } from '#domain/entry.ts';
import { platformName } from '#domain/names.ts';
import type { IconName } from '../../ui/Icon.tsx';

export type PageLink = {
  id: 'room' | 'releases' | 'bugs' | 'sign-offs' | 'builds' | 'changes' | 'health' | 'activity' | 'audit' | 'settings' | 'profile';
  label: string;
  icon: IconName;
  /** Its address. */
  to: string;
  /** What its address says beside: the app, where that does not begin the address. */
  search?: { app: string };
  /** What is counted beside its name; null: nothing is. */
  count: { value: number; what: string; isMine: boolean } | null;
  part: 'main' | 'more' | 'own';
};

/** The pages of settings by the last word of their addresses, in their order. */
export const settingsNames = {
  apps: 'Apps',
  platforms: 'Platforms',
  policy: 'Process and policy',
  teams: 'Teams and on call',
  integrations: 'Integrations',
  notifications: 'Notifications',
  people: 'People',
  keys: 'Keys',
} as const;

/** The pages about health by the last word of their addresses. */
const healthNames = { groups: 'Crash groups', rules: 'Rules', sources: 'Sources' } as const;

type Known = Pick<ControlRoom, 'app' | 'releases' | 'counts'>;

/** The release that pages of one version show first: the current one, else the upcoming, else the newest there is. */
export function firstVersion(releases: Known['releases']): string | null {
  const train = releases.find(({ part, kind }) => part === 'current' && kind === 'regular');
  if (train !== undefined) return train.version;
  for (const part of ['current', 'upcoming', 'watched', 'ended'] as const) {
    const found = releases.find((release) => release.part === part);
    if (found !== undefined) return found.version;
  }
  return null;
}

/** The pages in the order of the navigation. A page of a version is there once a version is. */
export function pagesOf({ app, releases, counts }: Known, me: Pick<Me, 'roles' | 'teams'>): readonly PageLink[] {
  const base = `/${app.id}`;
  const version = firstVersion(releases);
  const isManager = me.roles.includes('release-manager');
  const open = Object.values(counts.signOffs).reduce((sum, count) => sum + count, 0);
  const mine = Object.entries(counts.signOffs).some(([team, count]) => count > 0 && me.teams.includes(team));
  const ofVersion = (name: string): string => `${base}/${version ?? ''}/${name}`;
  const link = (
    id: PageLink['id'],
    label: string,
    icon: IconName,
    to: string,
    part: PageLink['part'],
    count: PageLink['count'] = null,
  ): PageLink => ({ id, label, icon, to, part, count });
  return [
    link('room', 'Control room', 'room', base, 'main'),
    link('releases', 'Releases', 'tag', `${base}/releases`, 'main'),
    link(
      'bugs',
      'Bugs & triage',
      'bug',
      `${base}/bugs`,
      'main',
      counts.withoutTeam === 0 ? null : { value: counts.withoutTeam, what: 'without a team', isMine: isManager },
    ),
    ...(version === null
      ? []
      : [
          link(
            'sign-offs',
            'Sign-offs',
            'sign-off',
            ofVersion('sign-offs'),
            'main',
            open === 0 ? null : { value: open, what: 'open', isMine: mine },
          ),
          link('builds', 'Builds', 'build', ofVersion('builds'), 'main'),
          link('changes', 'Changes', 'changes', ofVersion('changes'), 'main'),
        ]),
    link('health', 'Health', 'health', `${base}/health`, 'main'),
    link('activity', 'Activity', 'clock', `${base}/activity`, 'more'),
    link('audit', 'Audit log', 'list', `${base}/audit`, 'more'),
    { ...link('settings', 'Settings', 'settings', '/settings/apps', 'more'), search: { app: app.id } },
    link('profile', 'My profile', 'person', `${base}/profile`, 'own'),
  ];
}

/** Which page an address belongs to: a track is a part of its release, a criterion of the room. */
export function pageAt(path: string, app: string): PageLink['id'] | null {
  const [, slug, first, second, third] = path.split('/');
  // settings belong to no app's address; setting an app up is the first of them
  if (slug === 'settings' || (slug === app && first === 'set-up')) return 'settings';
  if (slug !== app) return null;
  if (first === undefined || first === '') return 'room';
  if (first === 'releases' || first === 'bugs' || first === 'activity' || first === 'audit' || first === 'health' || first === 'profile')
    return first;
  if (second === 'sign-offs' || second === 'builds' || second === 'changes') return second;
  return third === undefined || third === '' ? 'releases' : 'room';
}

export type Crumb = { text: string; to: string; search?: { app: string } | undefined };

/** The title of the page at an address, and the pages above it: Releases / 8.9.2 / Android. Null where the address is of no page. */
export function titleAt(
  path: string,
  { app, pages }: { app: string; pages: readonly PageLink[] },
): { text: string; above: readonly Crumb[] } | null {
  const here = pages.find(({ id }) => id === pageAt(path, app));
  if (here === undefined) return null;
  const [, , first = '', second = ''] = path.split('/').map(decodeURIComponent);
  const releases: Crumb = { text: 'Releases', to: `/${app}/releases` };
  switch (here.id) {
    case 'bugs':
      return second === '' ? { text: here.label, above: [] } : { text: second, above: [{ text: here.label, to: here.to }] };
    case 'sign-offs':
    case 'builds':
    case 'changes':
      return { text: here.label, above: [releases, { text: first, to: `/${app}/${first}` }] };
    case 'releases':
      if (first === 'releases') return { text: here.label, above: [] };
      return second === ''
        ? { text: first, above: [releases] }
        : { text: platformName(second), above: [releases, { text: first, to: `/${app}/${first}` }] };
    case 'health': {
      const text = entryOf(healthNames, second);
      return text === undefined ? { text: here.label, above: [] } : { text, above: [{ text: here.label, to: here.to }] };
    }
    case 'room':
    case 'activity':
    case 'audit':
    case 'profile':
      return { text: here.label, above: [] };
    case 'settings': {
      const text = path.endsWith('/set-up') ? 'Set-up' : entryOf(settingsNames, first);
      return text === undefined
        ? { text: here.label, above: [] }
        : { text, above: [{ text: here.label, to: here.to, search: here.search }] };
    }
    default:
      return here.id satisfies never;
  }
}
