/** What stands around every page of an app: navigation, the live badge, the clock, the theme, and the bars that say what is not as usual. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { appsQuery, queryClient } from '../../api/queries.ts';
import { roleName } from '#domain/roles.ts';
import { useTheme } from '../../hooks/useTheme.ts';
import type { Theme } from '../../hooks/useTheme.ts';
import { Icon } from '../../ui/Icon.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { IconButton } from '../../ui/Button.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { clockTime, headerClock, momentText, shortLength, zonesText } from '../../util/time.ts';
import { appTime } from '../../hooks/useLiveRoom.ts';
import { TipLayer } from '../../ui/TipLayer.tsx';
import { useAppTime, useMe, useRoom, useZone } from '../room.ts';
import { useBrowserTime } from '../../hooks/useNow.ts';
import { useSay } from './announce.ts';
import styles from './Shell.module.css';

/** Quiet for this long: the line is being made again. Beats come every 15 s. */
const RECONNECTING_AFTER_MS = 20_000;
const NOT_LIVE_AFTER_MS = 60_000;
/** The summary is announced at most this often. */
const ANNOUNCE_EVERY_MS = 30_000;

export function Shell({ title, onHelp, children }: { title: string; onHelp: () => void; children: ReactNode }) {
  const { room, live } = useRoom();
  const zone = useZone();
  const quietMs = Math.max(0, useBrowserTime(1_000) - live.heardAtMs);
  const state = quietMs < RECONNECTING_AFTER_MS ? 'live' : quietMs < NOT_LIVE_AFTER_MS ? 'reconnecting' : 'not-live';
  return (
    <div className={styles.app}>
      <a href="#main" className={styles.skip}>
        Skip to the content
      </a>
      <SideNav />
      <div className={styles.main}>
        <header className={styles.top}>
          <div className={styles.title}>
            <span className={styles.phoneLogo}>
              <Icon name="logo" size={20} />
            </span>
            <b className={styles.pageName}>{title}</b>
            <b className={styles.appName}>{room.app.name}</b>
          </div>
          <span className={styles.space} />
          <span className={styles.live} data-live={state}>
            <i aria-hidden="true" />
            {state === 'live' ? `Live · ${shortLength(quietMs)} ago` : state === 'reconnecting' ? 'Reconnecting' : 'Not live'}
          </span>
          <Clock />
          <ThemeMenu />
          <IconButton label="Keys and help" onClick={onHelp} className={styles.help}>
            <Icon name="keyboard" />
          </IconButton>
          <span className={styles.phoneOnly}>
            <PersonMenu />
          </span>
        </header>
        {state === 'not-live' ? (
          <output className={styles.amberBar}>
            Not live since {clockTime(new Date(appTime(live.clock, room.app.clock.speed, live.heardAtMs)).toISOString(), zone)}. What is
            shown may be old; every action is checked again by the server.
          </output>
        ) : null}
        {room.app.robotPaused === null ? null : <PausedBar />}
        <main id="main" tabIndex={-1} className={styles.content}>
          {children}
        </main>
      </div>
      <Announcements />
      <TipLayer />
    </div>
  );
}

function Clock() {
  const { room } = useRoom();
  const now = useAppTime(1_000);
  const zone = useZone();
  return (
    <time className={styles.clock} dateTime={now.slice(0, 16)} data-tip={zonesText(now, room.app.timezone, zone)}>
      {headerClock(now, zone)}
    </time>
  );
}

function PausedBar() {
  const { room } = useRoom();
  const now = useAppTime();
  const zone = useZone();
  const pause = room.app.robotPaused;
  if (pause === null) return null;
  return (
    <output className={styles.pausedBar}>
      <Icon name="pause" />
      <span>
        <b>The robot is paused</b> by {pause.by}
        {pause.until === null ? '' : ` until ${momentText(pause.until, now, zone)}`}: {pause.why} It still watches, holds and halts.
      </span>
    </output>
  );
}

export function ThemeMenu() {
  const { theme, shown, setTheme } = useTheme();
  const names: Readonly<Record<Theme, string>> = { system: 'As the system', dark: 'Dark', light: 'Light' };
  return (
    <Menu
      className={styles.iconButton}
      label={`Theme: ${names[theme].toLowerCase()}`}
      button={<Icon name={shown === 'dark' ? 'moon' : 'sun'} />}
      items={(['system', 'dark', 'light'] as const).map((each) => ({
        key: each,
        label: names[each],
        checked: each === theme,
        onSelect: () => setTheme(each),
      }))}
    />
  );
}

function PersonMenu() {
  const me = useMe();
  const navigate = useNavigate();
  const signOut = async (): Promise<void> => {
    await client.signOut();
    queryClient.clear();
    await navigate({ to: '/sign-in' });
  };
  return (
    <Menu
      className={styles.person}
      label={`${me.name}: sign out`}
      button={<Avatar name={me.name} />}
      items={[{ key: 'out', label: 'Sign out', onSelect: () => void signOut() }]}
    />
  );
}

function Avatar({ name }: { name: string }) {
  const letters = name
    .split(/\s+/)
    .map((part) => part.charAt(0))
    .join('')
    .slice(0, 2)
    .toUpperCase();
  return (
    <span className={styles.avatar} aria-hidden="true">
      {letters}
    </span>
  );
}

const pages: readonly { to: '/$app' | '/$app/set-up'; label: string; icon: IconName }[] = [
  { to: '/$app', label: 'Control room', icon: 'room' },
  { to: '/$app/set-up', label: 'Set-up', icon: 'plug' },
];

function SideNav() {
  const { room } = useRoom();
  const me = useMe();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const isSetUp = path === `/${room.app.id}/set-up`;
  const role = (['release-manager', 'admin', 'release-team', 'member', 'viewer'] as const).find((each) => me.roles.includes(each));
  return (
    <aside className={styles.side} aria-label="Signalbox">
      <div className={styles.brand}>
        <Icon name="logo" size={20} />
        <span>Signalbox</span>
      </div>
      <AppSwitch />
      <nav aria-label="Main" className={styles.nav}>
        {pages.map(({ to, label, icon }) => {
          const isHere = (to === '/$app/set-up') === isSetUp;
          return (
            <Link
              key={to}
              to={to}
              params={{ app: room.app.id }}
              activeOptions={{ exact: true }}
              aria-current={isHere ? 'page' : undefined}
              title={label}
            >
              <Icon name={icon} />
              <span>{label}</span>
            </Link>
          );
        })}
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

function AppSwitch() {
  const { room } = useRoom();
  const me = useMe();
  const navigate = useNavigate();
  const apps = useQuery(appsQuery).data?.items ?? [];
  const shown = (
    <>
      <span className={styles.appLetter} aria-hidden="true">
        {room.app.name.charAt(0).toUpperCase()}
      </span>
      <b>{room.app.name}</b>
    </>
  );
  const items = [
    ...apps.map((app) => ({
      key: app.id,
      label: app.name,
      checked: app.id === room.app.id,
      onSelect: () => void navigate({ to: '/$app', params: { app: app.id } }),
    })),
    ...(me.isAdmin ? [{ key: '+', label: 'New app…', onSelect: () => void navigate({ to: '/settings/apps/new' }) }] : []),
  ];
  if (items.length < 2) return <div className={styles.appSwitch}>{shown}</div>;
  return (
    <Menu
      className={styles.appSwitch}
      label={`App: ${room.app.name}. Choose another`}
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

/** The summary for screen readers, politely and not more than once in 30 s, and what an action just did. */
function Announcements() {
  const { room } = useRoom();
  const [summary, setSummary] = useState(room.summary.text);
  const said = useSay();
  useEffect(() => {
    if (summary === room.summary.text) return undefined;
    const timer = setTimeout(() => setSummary(room.summary.text), ANNOUNCE_EVERY_MS);
    return () => clearTimeout(timer);
  }, [summary, room.summary.text]);
  return (
    <>
      <p className="sr-only" aria-live="polite">
        {summary}
      </p>
      <output className={styles.toasts}>
        {said === null ? null : (
          <span key={said.id} className={styles.toast}>
            {said.text}
          </span>
        )}
      </output>
    </>
  );
}
