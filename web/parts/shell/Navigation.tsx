/** The ways to the pages: beside the page, and on a phone under it. */
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { roleName } from '#domain/roles.ts';
import { appsQuery } from '../../api/queries.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { classes } from '../../util/classes.ts';
import { useMe, useRoom } from '../room.ts';
import { pageAt, pagesOf } from './navigation.ts';
import type { PageLink } from './navigation.ts';
import { PersonMenu } from './PersonMenu.tsx';
import styles from './Shell.module.css';

/** The pages of the app, and which of them this is. */
export function usePages(): { pages: readonly PageLink[]; here: PageLink['id'] | null } {
  const { room } = useRoom();
  const me = useMe();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return { pages: pagesOf(room, me), here: pageAt(path, room.app.id) };
}

export function SideNav() {
  const me = useMe();
  const { pages, here } = usePages();
  const role = (['release-manager', 'admin', 'release-team', 'member', 'viewer'] as const).find((each) => me.roles.includes(each));
  const of = (part: PageLink['part']): readonly PageLink[] => pages.filter((page) => page.part === part);
  return (
    <aside className={styles.side} aria-label="Signalbox">
      <div className={styles.brand}>
        <Icon name="logo" size={20} />
        <span>Signalbox</span>
      </div>
      <AppSwitch />
      <nav aria-label="Main" className={styles.nav}>
        {of('main').map((page) => (
          <NavLink key={page.id} page={page} isHere={page.id === here} />
        ))}
        <hr />
        {of('more').map((page) => (
          <NavLink key={page.id} page={page} isHere={page.id === here} />
        ))}
      </nav>
      <div className={styles.me}>
        <PersonMenu />
        <div>
          <b>{me.name}</b>
          <span>{role === undefined ? 'viewer' : roleName(role)}</span>
        </div>
      </div>
    </aside>
  );
}

function NavLink({ page, isHere }: { page: PageLink; isHere: boolean }) {
  const { label, icon, to, count, search = {} } = page;
  return (
    <Link
      to={to}
      search={search}
      activeOptions={{ exact: true, includeSearch: false }}
      activeProps={{}}
      aria-current={isHere ? 'page' : undefined}
      aria-label={nameOf(page) ?? label}
      data-tip={label}
      data-tip-side="right"
    >
      <Icon name={icon} />
      <span>{label}</span>
      {count === null ? null : (
        <i className={styles.count} data-mine={count.isMine || undefined}>
          {count.value}
        </i>
      )}
    </Link>
  );
}

/** The name of a link with what is counted: the number alone would say nothing. */
function nameOf({ label, count }: PageLink): string | undefined {
  return count === null ? undefined : `${label}: ${count.value} ${count.what}${count.isMine ? ', yours' : ''}`;
}

const tabs: readonly { id: PageLink['id']; label: string; icon: 'room' | 'bug' | 'sign-off' | 'list' }[] = [
  { id: 'room', label: 'Room', icon: 'room' },
  { id: 'bugs', label: 'Triage', icon: 'bug' },
  { id: 'sign-offs', label: 'Sign-offs', icon: 'sign-off' },
  { id: 'activity', label: 'Activity', icon: 'list' },
];

/** The four pages that a phone needs at hand; the others are in the menu of the person. */
export function TabBar() {
  const { pages, here } = usePages();
  return (
    <nav className={styles.tabs} aria-label="Main">
      {tabs.map(({ id, label, icon }) => {
        const page = pages.find((each) => each.id === id);
        if (page === undefined) return null;
        return (
          <Link
            key={id}
            to={page.to}
            activeOptions={{ exact: true, includeSearch: false }}
            activeProps={{}}
            aria-current={id === here ? 'page' : undefined}
            aria-label={nameOf({ ...page, label })}
          >
            <Icon name={icon} size={20} />
            <span>
              {label}
              {page.count === null ? null : <i data-mine={page.count.isMine || undefined}> {page.count.value}</i>}
            </span>
          </Link>
        );
      })}
    </nav>
  );
}

function AppSwitch() {
  const { room } = useRoom();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const here = path.startsWith('/settings/') ? 'settings' : null;
  const me = useMe();
  const navigate = useNavigate();
  const apps = useQuery(appsQuery).data?.items ?? [];
  const shown = (
    <>
      <span className={styles.appLetter} aria-hidden="true">
        {room.app.name.charAt(0).toUpperCase()}
      </span>
      <b>{room.app.name}</b>
      {room.app.sample ? <Tag>Sample</Tag> : null}
    </>
  );
  const items = [
    ...apps.map((app) => ({
      key: app.id,
      label: app.sample ? `${app.name} (sample)` : app.name,
      checked: app.id === room.app.id,
      // who sets one app up after the other stays on the page that one is at
      onSelect: () =>
        void (here === 'settings' ? navigate({ to: '.', search: { app: app.id } }) : navigate({ to: '/$app', params: { app: app.id } })),
    })),
    ...(me.isAdmin ? [{ key: '+', label: 'New app…', onSelect: () => void navigate({ to: '/settings/apps/new' }) }] : []),
  ];
  if (items.length < 2) return <div className={classes(styles.appSwitch, room.app.sample && styles.isSample)}>{shown}</div>;
  return (
    <Menu
      className={classes(styles.appSwitch, room.app.sample && styles.isSample)}
      label={`App: ${room.app.name}${room.app.sample ? ', sample data' : ''}. Choose another`}
      button={
        <>
          {shown}
          <Icon name="chevron" />
        </>
      }
      items={items}
    />
  );
}
