/** The settings: the app that they are about, the way to each page, and the page. */
import { lazy, Suspense } from 'react';
import type { ComponentType, LazyExoticComponent } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { appsQuery, sessionQuery } from '../../api/queries.ts';
import { useNarrow } from '../../hooks/useMedia.ts';
import { Broken, NothingHere, Plain } from '../../parts/Broken.tsx';
import plain from '../../parts/Plain.module.css';
import { useRoom } from '../../parts/room.ts';
import { settingsIds, settingsParts } from '../../parts/settings/pages.ts';
import type { SettingsId, SettingsPart } from '../../parts/settings/pages.ts';
import { LiveApp, ToSignIn } from '../../parts/shell/LiveApp.tsx';
import { settingsNames } from '../../parts/shell/navigation.ts';
import { SelectField } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { read } from '../../util/storage.ts';
import styles from './settings.module.css';

/** Each is loaded when it is first gone to. Not among the routes: a first view has no use for their names. */
const pages: Readonly<Record<SettingsId, LazyExoticComponent<ComponentType>>> = {
  apps: lazy(() => import('../settings-apps/page.tsx')),
  platforms: lazy(() => import('../settings-platforms/page.tsx')),
  policy: lazy(() => import('../settings-policy/page.tsx')),
  teams: lazy(() => import('../settings-teams/page.tsx')),
  integrations: lazy(() => import('../settings-integrations/page.tsx')),
  notifications: lazy(() => import('../settings-notifications/page.tsx')),
  people: lazy(() => import('../settings-people/page.tsx')),
  keys: lazy(() => import('../settings-keys/page.tsx')),
};

export default function SettingsPage() {
  const { app } = useSearch({ from: '/settings/$page' });
  const { page } = useParams({ from: '/settings/$page' });
  const id = settingsIds.find((each) => each === page);
  const Page = id === undefined ? NothingHere : pages[id];
  const session = useQuery(sessionQuery);
  const apps = useQuery({ ...appsQuery, enabled: app === undefined && session.data?.who !== null && session.data !== undefined });
  if (session.isError || apps.isError) return <Broken error={session.error ?? apps.error} />;
  if (session.data === undefined) return null;
  if (session.data.who === null) return <ToSignIn />;
  if (app !== undefined)
    return (
      <LiveApp key={app} app={app} session={session.data}>
        <div className={styles.settings}>
          <Ways />
          <div className={styles.page}>
            <Suspense>
              <Page />
            </Suspense>
          </div>
        </div>
      </LiveApp>
    );
  if (apps.data === undefined) return null;
  const last = apps.data.items.find(({ id }) => id === read('app')) ?? apps.data.items[0];
  if (last !== undefined) return <Navigate to="." search={{ app: last.id }} replace />;
  return (
    <Plain title="Settings" lead="There is no app yet, and settings are about one.">
      <p className={plain.lead}>
        <a className="link" href="/">
          Go to the start
        </a>
      </p>
    </Plain>
  );
}

/** The pages, those of the app and those of this Signalbox; on a phone, where nothing stands beside the page, the choice of the app too. */
function Ways() {
  const { room } = useRoom();
  const { page } = useParams({ from: '/settings/$page' });
  const of = (part: SettingsPart['of']) => settingsIds.filter((id) => settingsParts[id].of === part);
  const link = (id: (typeof settingsIds)[number]) => (
    <Link
      key={id}
      ref={page === id ? toTheMiddle : undefined}
      to="/settings/$page"
      params={{ page: id }}
      search={{ app: room.app.id }}
      aria-current={page === id ? 'page' : undefined}
    >
      <Icon name={settingsParts[id].icon} />
      {settingsNames[id]}
    </Link>
  );
  return (
    <nav aria-label="Settings" className={styles.ways}>
      <AppChoice />
      <div className={styles.row}>
        <h2>{room.app.name}</h2>
        {of('app').map(link)}
        <h2>This Signalbox</h2>
        {of('instance').map(link)}
      </div>
    </nav>
  );
}

/** On a phone the ways are one row that is wider than it: the page that is shown stands in its middle. */
function toTheMiddle(way: HTMLAnchorElement | null): void {
  const row = way?.parentElement;
  if (way && row) row.scrollLeft = way.offsetLeft - (row.clientWidth - way.offsetWidth) / 2;
}

function AppChoice() {
  const { room } = useRoom();
  const navigate = useNavigate();
  const isNarrow = useNarrow();
  const apps = useQuery({ ...appsQuery, enabled: isNarrow }).data?.items ?? [];
  if (!isNarrow || apps.length < 2) return null;
  return (
    <SelectField
      label="Settings of"
      value={room.app.id}
      onChange={(event) => void navigate({ to: '.', search: { app: event.target.value } })}
    >
      {apps.map(({ id, name, sample }) => (
        <option key={id} value={id}>
          {sample ? `${name} (sample)` : name}
        </option>
      ))}
    </SelectField>
  );
}
