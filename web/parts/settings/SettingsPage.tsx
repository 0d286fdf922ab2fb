/** The frame of a page of settings: what it controls, who may change it, the page, and what was done to it. */
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { meIn } from '../../api/authority.ts';
import { client, codeOf } from '../../api/client.ts';
import { appPeopleQuery } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { More } from '../lists/ListPage.tsx';
import { Moment } from '../Moment.tsx';
import page from '../Page.module.css';
import { inTitle, useMe, useRoom } from '../room.ts';
import { settingsNames } from '../shell/navigation.ts';
import { Loading, NotRead } from '../States.tsx';
import { maySet, settingsParts, whoSets } from './pages.ts';
import type { SettingsId } from './pages.ts';
import styles from './settings.module.css';

/** Whether one may change what this page controls, and in whose words one may not. */
export function useMaySet(id: SettingsId): { may: boolean; everywhere: boolean; because: string | null } {
  const { room, session } = useRoom();
  const me = useMe();
  const everywhere = meIn(session, '*');
  const may = maySet(id, me, everywhere);
  return { may, everywhere: everywhere.isAdmin, because: may ? null : `Only ${whoSets(id, room.app.name)} may do this` };
}

export function SettingsPage({ id, acts, children }: { id: SettingsId; acts?: ReactNode; children: ReactNode }) {
  const { room } = useRoom();
  const part = settingsParts[id];
  return (
    <>
      <title>{`${settingsNames[id]} · ${inTitle(room.app)} · Signalbox`}</title>
      <div className={styles.head}>
        <div>
          <h1>
            {settingsNames[id]} <span>of {part.of === 'app' ? room.app.name : 'this Signalbox'}</span>
          </h1>
          <p>{part.about}</p>
        </div>
        {acts === undefined ? null : <div className={styles.acts}>{acts}</div>}
      </div>
      <div className={page.columns}>
        <div className={page.stack}>{children}</div>
        <div className={page.stack}>
          <WhoMay id={id} />
          <History id={id} />
        </div>
      </div>
    </>
  );
}

/** Who may change it: those who lack the right read who has it. */
function WhoMay({ id }: { id: SettingsId }) {
  const { room } = useRoom();
  const { may } = useMaySet(id);
  const isOfApp = settingsParts[id].of === 'app';
  const admins = useQuery({ ...appPeopleQuery(room.app.id, 'admin'), enabled: isOfApp });
  // of a sample, somebody invented may be called as the one who made it
  const names = [...new Set(admins.data?.items.map(({ name }) => name))];
  return (
    <Panel title="Who may change it">
      <div className={styles.who}>
        <p>
          <Icon name={may ? 'check' : 'info'} />
          <span>{may ? 'You may.' : `You may read it. ${capital(whoSets(id, room.app.name))} may change it.`}</span>
        </p>
        {isOfApp && names.length > 0 ? <p className={styles.soft}>Admins: {names.join(', ')}.</p> : null}
        {id === 'policy' || id === 'platforms' || id === 'teams' ? (
          <p className={styles.soft}>
            {id === 'teams' ? 'Teams stand in the policy; rotas are set by admins. ' : ''}Release managers and the release team may propose
            another policy. Where the policy asks for a second person, somebody else of the release team, or an admin, approves it.
          </p>
        ) : null}
      </div>
    </Panel>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const SHOWN = 8;

/** What was done to it, out of the journal. What is of the whole Signalbox is for its admins to read. */
function History({ id }: { id: SettingsId }) {
  const { room } = useRoom();
  const { everywhere } = useMaySet(id);
  const { of, history } = settingsParts[id];
  const app = of === 'app' ? room.app.id : '*';
  const is = history.join(',');
  const mayRead = of === 'app' || everywhere;
  const list = useQuery({
    queryKey: ['settings-history', app, is],
    queryFn: () => client.listAudit({ query: { app, is, limit: SHOWN } }),
    enabled: mayRead,
  });
  const entries = list.data?.items ?? [];
  return (
    <Panel
      title="History"
      aside={
        <Link
          className="link"
          to="/$app/audit"
          params={{ app: room.app.id }}
          search={of === 'app' ? { kind: 'set-up' } : { of: 'instance' }}
        >
          Audit log
        </Link>
      }
    >
      {!mayRead ? (
        <p className={styles.note}>Admins of all apps read who changed people and keys.</p>
      ) : list.isError ? (
        <div className={styles.note}>
          <NotRead error={list.error} what="The history" again={() => void list.refetch()} />
        </div>
      ) : list.isPending ? (
        <Loading what="the history" rows={3} rowHeight={40} />
      ) : entries.length === 0 ? (
        <p className={styles.note}>Nothing was changed yet.</p>
      ) : (
        <ol className={styles.history}>
          {entries.map((entry) => (
            <li key={entry.id}>
              <p>
                <b>{entry.actor.name}</b> {entry.text}
              </p>
              <Moment at={entry.at} as="full" />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** A part of a page that is read: what stands there while it is, where it cannot be, and where one may not. */
export function Read<T>({
  list,
  what,
  rows = 4,
  children,
}: {
  list: { data: T | undefined; error: unknown; refetch: () => unknown };
  /** `the keys` */
  what: string;
  rows?: number;
  children: (data: T) => ReactNode;
}) {
  if (list.data !== undefined) return children(list.data);
  if (list.error === null) return <Loading what={what} rows={rows} rowHeight={46} />;
  if (codeOf(list.error) === 'not-permitted')
    return <EmptyState title="This is not shown to you">An admin of all apps reads and changes it.</EmptyState>;
  return <NotRead error={list.error} what={capital(what)} again={() => void list.refetch()} />;
}

type Page<T> = { items: readonly T[]; next: string | null };

/** A list that is read page by page: what stands there while it is read, where it is empty, and more of it on request. */
export function Paged<T>({
  list,
  what,
  more,
  none,
  children,
}: {
  list: {
    data: { pages: readonly Page<T>[] } | undefined;
    error: unknown;
    refetch: () => unknown;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => unknown;
  };
  what: string;
  /** `older messages` */
  more: string;
  none: ReactNode;
  children: (items: readonly T[]) => ReactNode;
}) {
  return (
    <>
      <Read list={list} what={what}>
        {({ pages }) => {
          const items = pages.flatMap((each) => each.items);
          return items.length === 0 ? none : children(items);
        }}
      </Read>
      {list.hasNextPage ? (
        <div className={styles.more}>
          <More hasMore isReading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} what={more} />
        </div>
      ) : null}
    </>
  );
}

/** What a list that is read page by page asks with: the cursor where there is one. */
export const cursorIn = (cursor: string | null): { cursor?: string } => (cursor === null ? {} : { cursor });

/** What every list that is read page by page says of its pages. */
export const byCursor = {
  initialPageParam: null as string | null,
  getNextPageParam: (last: { next: string | null }): string | null => last.next,
};
