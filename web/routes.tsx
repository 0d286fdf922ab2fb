/** The addresses. App slug first; versions begin with a digit and never clash with the pages of an app. */
import { createRootRoute, createRoute, createRouter, Outlet } from '@tanstack/react-router';
import type { HealthSearch } from './pages/health/search.ts';
import { pages } from './pages/index.ts';
import { Broken, NothingHere } from './parts/Broken.tsx';

export type RoomSearch = {
  /** Rows that pass everywhere are hidden. */
  only?: 'exceptions';
  /** Which part a phone shows. */
  view?: 'needs' | 'activity';
};

export type SignOffsSearch = {
  /** Only teams that owe a word. */
  show?: 'open' | undefined;
  teams?: 'mine' | undefined;
};

const signOffsSearch = (search: Record<string, unknown>): SignOffsSearch => ({
  ...(search['show'] === 'open' ? { show: 'open' } : {}),
  ...(search['teams'] === 'mine' ? { teams: 'mine' } : {}),
});

const bugTabs = ['no-team', 'nominated', 'blockers', 'watching', 'all'] as const;

export type BugsSearch = {
  tab?: (typeof bugTabs)[number] | undefined;
  version?: string | undefined;
  platform?: string | undefined;
  team?: string | undefined;
  search?: string | undefined;
};

// a version such as 8 comes as a number
const wordIn = (value: unknown): string | undefined =>
  (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value).slice(0, 200) : undefined;

const bugsSearch = (search: Record<string, unknown>): BugsSearch => {
  const tab = bugTabs.find((each) => each === search['tab']);
  const words = (['version', 'platform', 'team', 'search'] as const).flatMap((name) => {
    const word = wordIn(search[name]);
    return word === undefined ? [] : [[name, word] as const];
  });
  return { ...(tab === undefined ? {} : { tab }), ...Object.fromEntries(words) };
};

type GroupWords = Partial<Record<'platform' | 'version' | 'among' | 'severity' | 'novelty' | 'team' | 'ticket' | 'search', string>>;
type HealthWords = Partial<Record<keyof HealthSearch, string>>;

// the pages of health know what there is to choose from; a first view has no use for it
const anyWords = (search: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) => {
      const word = wordIn(value);
      return word === undefined ? [] : [[name, word] as const];
    }),
  );
const crashGroupsSearch: (search: Record<string, unknown>) => GroupWords = anyWords;
const healthSearch: (search: Record<string, unknown>) => HealthWords = anyWords;
// its charts as a table
const trackSearch: (search: Record<string, unknown>) => Partial<Record<'as', string>> = anyWords;

export type JournalSearch = {
  track?: string | undefined;
  /** Who acts: a person, a key, the robot, an integration. */
  by?: string | undefined;
  /** The id of one of them. */
  actor?: string | undefined;
  kind?: string | undefined;
};

const journalSearch = (search: Record<string, unknown>): JournalSearch =>
  Object.fromEntries(
    (['track', 'by', 'actor', 'kind'] as const).flatMap((name) => {
      const word = wordIn(search[name]);
      return word === undefined ? [] : [[name, word] as const];
    }),
  );

export type AuditSearch = JournalSearch & {
  /** `instance`: what concerns people and keys, and belongs to no app. */
  of?: 'instance' | undefined;
  text?: string | undefined;
  /** Days, the first and the last of them shown: `2024-10-01`. */
  from?: string | undefined;
  to?: string | undefined;
};

const auditSearch = (search: Record<string, unknown>): AuditSearch => ({
  ...journalSearch(search),
  ...(search['of'] === 'instance' ? { of: 'instance' } : {}),
  ...Object.fromEntries(
    (['text', 'from', 'to'] as const).flatMap((name) => {
      const word = wordIn(search[name]);
      return word === undefined || (name !== 'text' && !/^\d{4}-\d\d-\d\d$/.test(word)) ? [] : [[name, word] as const];
    }),
  ),
});

const root = createRootRoute({ component: Outlet, notFoundComponent: NothingHere, errorComponent: Broken });

const home = createRoute({ getParentRoute: () => root, path: '/', component: pages.home });
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: pages.signIn,
  validateSearch: (search: Record<string, unknown>): { to?: string; error?: string } => ({
    ...(typeof search['to'] === 'string' ? { to: search['to'] } : {}),
    ...(typeof search['error'] === 'string' ? { error: search['error'] } : {}),
  }),
});
const invitation = createRoute({ getParentRoute: () => root, path: '/invitation', component: pages.invitation });
const newPassword = createRoute({ getParentRoute: () => root, path: '/new-password', component: pages.newPassword });
const firstAdmin = createRoute({ getParentRoute: () => root, path: '/setup', component: pages.firstAdmin });
const newApp = createRoute({ getParentRoute: () => root, path: '/settings/apps/new', component: pages.newApp });

// of one app, which the address names beside; of the whole Signalbox, where the app is only the one that is around
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings/$page',
  component: pages.settings,
  validateSearch: (search: Record<string, unknown>): { app?: string } => {
    const app = wordIn(search['app']);
    return app === undefined ? {} : { app };
  },
});

const app = createRoute({ getParentRoute: () => root, path: '/$app', component: pages.app });
const setUp = createRoute({ getParentRoute: () => app, path: '/set-up', component: pages.setUp });
const room = createRoute({
  getParentRoute: () => app,
  id: 'room',
  component: pages.controlRoom,
  validateSearch: (search: Record<string, unknown>): RoomSearch => ({
    ...(search['only'] === 'exceptions' ? { only: 'exceptions' } : {}),
    ...(search['view'] === 'needs' || search['view'] === 'activity' ? { view: search['view'] } : {}),
  }),
});
// the selection is in the address; the room shows it
const selections = [
  createRoute({ getParentRoute: () => room, path: '/' }),
  createRoute({ getParentRoute: () => room, path: '/$version/$platform/$instance' }),
] as const;

// words of the app's own go before versions, which begin with a digit; and before platforms, which may not be called so
const appPages = [
  createRoute({ getParentRoute: () => app, path: '/releases', component: pages.releases }),
  createRoute({ getParentRoute: () => app, path: '/bugs', component: pages.bugs, validateSearch: bugsSearch }),
  createRoute({ getParentRoute: () => app, path: '/bugs/$bug', component: pages.bugs, validateSearch: bugsSearch }),
  createRoute({ getParentRoute: () => app, path: '/health/groups', component: pages.crashGroups, validateSearch: crashGroupsSearch }),
  createRoute({ getParentRoute: () => app, path: '/health/groups/$group', component: pages.crashGroup, validateSearch: crashGroupsSearch }),
  createRoute({ getParentRoute: () => app, path: '/activity', component: pages.activity, validateSearch: journalSearch }),
  createRoute({ getParentRoute: () => app, path: '/audit', component: pages.audit, validateSearch: auditSearch }),
  createRoute({ getParentRoute: () => app, path: '/health', component: pages.health, validateSearch: healthSearch }),
  createRoute({ getParentRoute: () => app, path: '/health/rules', component: pages.healthRules }),
  createRoute({ getParentRoute: () => app, path: '/health/sources', component: pages.healthSources }),
  createRoute({ getParentRoute: () => app, path: '/profile', component: pages.profile }),
  createRoute({ getParentRoute: () => app, path: '/$version', component: pages.release }),
  createRoute({ getParentRoute: () => app, path: '/$version/sign-offs', component: pages.signOffs, validateSearch: signOffsSearch }),
  createRoute({ getParentRoute: () => app, path: '/$version/builds', component: pages.builds }),
  createRoute({ getParentRoute: () => app, path: '/$version/changes', component: pages.changes }),
  createRoute({ getParentRoute: () => app, path: '/$version/$platform', component: pages.track, validateSearch: trackSearch }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    invitation,
    newPassword,
    firstAdmin,
    newApp,
    settings,
    app.addChildren([setUp, ...appPages, room.addChildren(selections)]),
  ]),
  scrollRestoration: false,
  defaultPreload: false,
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: NothingHere,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
