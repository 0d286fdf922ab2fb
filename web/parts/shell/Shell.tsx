/** What stands around every page of an app: navigation, search, the live badge, the clock, the theme, and the bars that say what is not as usual. */
import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import { useBrowserTime } from '../../hooks/useNow.ts';
import { appTime } from '../../hooks/useLiveRoom.ts';
import { useNarrow } from '../../hooks/useMedia.ts';
import { useTheme } from '../../hooks/useTheme.ts';
import type { Theme } from '../../hooks/useTheme.ts';
import { IconButton, Key } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { clockTime, headerClock, shortLength, zonesText } from '../../util/time.ts';
import { useAppTime, useRoom, useZone } from '../room.ts';
import type { Crumb } from './navigation.ts';
import { Announcements } from './Announcements.tsx';
import { PausedBar } from './Bars.tsx';
import { SideNav, TabBar } from './Navigation.tsx';
import { PersonMenu } from './PersonMenu.tsx';
import { SampleTag } from './SampleTag.tsx';
import styles from './Shell.module.css';

/** Quiet for this long: the line is being made again. Beats come every 15 s. */
const RECONNECTING_AFTER_MS = 20_000;
const NOT_LIVE_AFTER_MS = 60_000;

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function Shell({
  title,
  crumbs,
  onHelp,
  onSearch,
  children,
}: {
  title: string;
  crumbs: readonly Crumb[];
  onHelp: () => void;
  onSearch: () => void;
  children: ReactNode;
}) {
  const isNarrow = useNarrow();
  return (
    <div className={styles.app}>
      <a href="#main" className={styles.skip}>
        Skip to the content
      </a>
      {isNarrow ? null : <SideNav />}
      <div className={styles.main}>
        <header className={styles.top}>
          <div className={styles.title}>
            <span className={styles.phoneLogo}>
              <Icon name="logo" size={20} />
            </span>
            {crumbs.map(({ text, to, search = {} }) => (
              <Fragment key={to}>
                <Link to={to} search={search} className={styles.crumb}>
                  {text}
                </Link>
                <span aria-hidden="true" className={styles.crumb}>
                  /
                </span>
              </Fragment>
            ))}
            <b className={styles.pageName}>{title}</b>
            <SampleTag />
          </div>
          <span className={styles.space} />
          <button type="button" className={styles.search} aria-label="Search or run a command" aria-haspopup="dialog" onClick={onSearch}>
            <Icon name="search" />
            <span>Search or run a command</span>
            <Key>{isApple ? '⌘K' : 'Ctrl K'}</Key>
          </button>
          <LiveBadge />
          <Clock />
          <ThemeMenu />
          <IconButton label="Keys and help" onClick={onHelp} className={styles.help}>
            <Icon name="keyboard" />
          </IconButton>
          {isNarrow ? <PersonMenu /> : null}
        </header>
        <NotLiveBar />
        <PausedBar />
        <main id="main" tabIndex={-1} className={styles.content}>
          {children}
        </main>
        {isNarrow ? <TabBar /> : null}
      </div>
      <Announcements />
    </div>
  );
}

function useQuiet(): { quietMs: number; state: 'live' | 'reconnecting' | 'not-live' } {
  const { live } = useRoom();
  const quietMs = Math.max(0, useBrowserTime(1_000) - live.heardAtMs);
  if (live.databaseAwaySince !== null) return { quietMs, state: 'not-live' };
  return { quietMs, state: quietMs < RECONNECTING_AFTER_MS ? 'live' : quietMs < NOT_LIVE_AFTER_MS ? 'reconnecting' : 'not-live' };
}

function LiveBadge() {
  const { quietMs, state } = useQuiet();
  return (
    <span className={styles.live} data-live={state}>
      <i aria-hidden="true" />
      {state === 'live' ? (
        <span>
          Live<span className={styles.liveAge}> · {shortLength(quietMs)} ago</span>
        </span>
      ) : state === 'reconnecting' ? (
        'Reconnecting'
      ) : (
        'Not live'
      )}
    </span>
  );
}

function NotLiveBar() {
  const { room, live } = useRoom();
  const zone = useZone();
  const { state } = useQuiet();
  if (state !== 'not-live') return null;
  if (live.databaseAwaySince !== null)
    return (
      <output className={styles.amberBar}>
        <span>
          The database has not answered since {clockTime(new Date(appTime(live.clock, room.app.clock, live.heardAtMs)).toISOString(), zone)}
          . What is shown is as of then, and nothing can be changed; it goes on by itself when the database is back.
        </span>
      </output>
    );
  return (
    <output className={styles.amberBar}>
      <span>
        Not live since {clockTime(new Date(appTime(live.clock, room.app.clock, live.heardAtMs)).toISOString(), zone)}. What is shown may be
        old; every action is checked again by the server.
      </span>
    </output>
  );
}

function Clock() {
  const { room } = useRoom();
  const now = useAppTime(1_000);
  const zone = useZone();
  return (
    // the words of all zones are reached by the keyboard too
    <time className={styles.clock} dateTime={now.slice(0, 16)} data-tip={zonesText(now, room.app.timezone, zone)} tabIndex={0}>
      {headerClock(now, zone)}
    </time>
  );
}

function ThemeMenu() {
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
