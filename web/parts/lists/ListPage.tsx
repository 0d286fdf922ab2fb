/** What the pages with lists of a release share: the head with its picker, the states that are not a list, and the next page of one. */
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import { platformName } from '#domain/names.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon, platformIcon } from '../../ui/Icon.tsx';
import { codeOf, troubleOf } from '../../api/client.ts';
import { inTitle, useRoom } from '../room.ts';
import { Loading as Rows, NotRead } from '../States.tsx';
import styles from './ListPage.module.css';

type To = '/$app/$version/sign-offs' | '/$app/$version/builds' | '/$app/$version/changes';

const parts = { current: 'current', upcoming: 'on main', watched: 'watched', ended: 'ended' } as const;

/** A page of one release: its name, the other releases that are alive, and what is said of it at once. */
export function ReleasePage({
  title,
  version,
  to,
  lead,
  children,
}: {
  title: string;
  version: string;
  to: To;
  lead?: ReactNode;
  children: ReactNode;
}) {
  const { room } = useRoom();
  const releases = room.releases.some((release) => release.version === version)
    ? room.releases
    : [...room.releases, { version, part: null }];
  return (
    <div className={styles.page}>
      <title>{`${title} of ${version} · ${inTitle(room.app)} · Signalbox`}</title>
      <div className={styles.head}>
        <h1>
          {title} <span className={styles.soft}>of</span>{' '}
          <Link to="/$app/$version" params={{ app: room.app.id, version }} className={styles.version}>
            {version}
          </Link>
        </h1>
        <nav aria-label="Releases" className={styles.picker}>
          {releases.map((release) => (
            <Link
              key={release.version}
              to={to}
              params={{ app: room.app.id, version: release.version }}
              aria-current={release.version === version ? 'page' : undefined}
            >
              <b>{release.version}</b> {release.part === null ? '' : parts[release.part]}
            </Link>
          ))}
        </nav>
      </div>
      {lead === undefined ? null : <div className={styles.lead}>{lead}</div>}
      {children}
    </div>
  );
}

/** While a list is read for the first time, in a box of its own. */
export function Loading({ what }: { what: string }) {
  return (
    <div className={styles.box}>
      <Rows what={what} rows={4} />
    </div>
  );
}

/** A list could not be read. What was shown before is kept by the caller, with this above it. */
export function Failed({ error, what, again, isOld = false }: { error: unknown; what: string; again: () => void; isOld?: boolean }) {
  if (codeOf(error) === 'not-found')
    return (
      <Empty title={`${capital(troubleOf(error).detail)}.`}>
        The address names something that is not here. Go on with one of those that are listed.
      </Empty>
    );
  return (
    <div className={styles.box}>
      <NotRead error={error} what={capital(what)} again={again} isOld={isOld} />
    </div>
  );
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Nothing to show, and what that means. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p>{title}</p>
      {children === undefined ? null : <div>{children}</div>}
    </div>
  );
}

export function More({ hasMore, isReading, onMore, what }: { hasMore: boolean; isReading: boolean; onMore: () => void; what: string }) {
  if (!hasMore) return null;
  return (
    <p className={styles.more}>
      <Button onClick={onMore} because={isReading ? 'They are being read' : null}>
        {isReading ? 'Reading…' : `Show ${what}`}
      </Button>
    </p>
  );
}

/** A platform with its glyph, never the glyph alone. */
export function Platform({ platform }: { platform: string }) {
  return (
    <span className={styles.platform}>
      <Icon name={platformIcon(platform)} size={14} />
      {platformName(platform)}
    </span>
  );
}

/** A link to another system, or its words where there is no address. */
export function Out({ url, children }: { url: string | null; children: ReactNode }) {
  if (url === null) return <>{children}</>;
  return (
    <a className="link" href={url} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}

/** Reads on while there is more: for lists that are looked at whole. */
export function useWhole(list: {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isError: boolean;
  fetchNextPage: () => unknown;
}): void {
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage]);
}
