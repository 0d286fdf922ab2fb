/** Activity: what people, keys, the robot and integrations did, the newest first. Lines that come wait behind a button, so that the list never jumps. */
import { Link, useSearch } from '@tanstack/react-router';
import { useInfiniteQuery } from '@tanstack/react-query';
import { platformName } from '#domain/names.ts';
import type { ActivityLine } from '#api/verdict.ts';
import { client } from '../../api/client.ts';
import { Filters } from '../../parts/journal/Filters.tsx';
import { passes, queryOf } from '../../parts/journal/journal-model.ts';
import { Older } from '../../parts/journal/Older.tsx';
import styles from '../../parts/journal/Journal.module.css';
import { Moment } from '../../parts/Moment.tsx';
import { grouped, iconOf, Sentence } from '../../parts/rail/Activity.tsx';
import { useAppTime, useRoom, useZone } from '../../parts/room.ts';
import { Loading, NotRead } from '../../parts/States.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { clockTime, dayText } from '../../util/time.ts';

const PAGE = 100;

export default function ActivityPage() {
  const { room } = useRoom();
  const filter = useSearch({ from: '/$app/activity' });
  const app = room.app.id;
  const list = useInfiniteQuery({
    queryKey: ['activity', app, filter],
    queryFn: ({ pageParam }) => client.listActivity({ params: { app }, query: { ...queryOf(filter), limit: PAGE, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const lines = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const known = new Set(lines.map(({ id }) => id));
  const news = list.data === undefined ? [] : newer(room.activity, known).filter((line) => passes(line, filter, app));
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <div>
          <h1>Activity</h1>
          <p>
            What changed, by whom, in one feed.{' '}
            <Link className="link" to="/$app/audit" params={{ app }} search={filter}>
              The audit log
            </Link>{' '}
            has the same with its evidence.
          </p>
        </div>
      </div>
      <Filters filter={filter} known={lines.map(({ actor }) => actor)} />
      <div className={styles.panel}>
        <div className={styles.news} aria-live="polite">
          {news.length === 0 ? null : (
            <Button size="small" look="primary" onClick={() => void list.refetch()}>
              {news.length === room.activity.length ? `${news.length} or more new` : `${news.length} new`}
            </Button>
          )}
        </div>
        {list.isPending ? (
          <Loading what="activity" rows={12} rowHeight={32} />
        ) : list.isError && lines.length === 0 ? (
          <NotRead error={list.error} what="Activity" again={() => void list.refetch()} />
        ) : lines.length === 0 ? (
          <EmptyState title="Nothing here yet">
            {Object.keys(filter).length === 0 ? 'What happens to this app is told here.' : 'Nothing that happened fits the filter.'}
          </EmptyState>
        ) : (
          <Days lines={lines} />
        )}
        <Older list={list} shown={lines.length} />
      </div>
    </div>
  );
}

/** The lines at the top of the feed that the list does not have. */
function newer(feed: readonly ActivityLine[], known: ReadonlySet<string>): readonly ActivityLine[] {
  const end = feed.findIndex(({ id }) => known.has(id));
  return end === -1 ? feed : feed.slice(0, end);
}

function Days({ lines }: { lines: readonly ActivityLine[] }) {
  const now = useAppTime(60_000);
  const zone = useZone();
  const days = new Map<string, ActivityLine[]>();
  for (const line of lines) {
    const day = dayText(line.at, now, zone);
    days.set(day, [...(days.get(day) ?? []), line]);
  }
  return [...days].map(([day, each]) => (
    <section key={day} aria-label={day}>
      <h2 className={styles.day}>{day}</h2>
      <ol className={styles.feed}>
        {grouped(each).map(({ line, more }) => (
          <li key={line.id}>
            <time dateTime={line.at}>{clockTime(line.at, zone)}</time>
            <Icon name={iconOf(line)} />
            <Where track={line.track} />
            <div>
              <Sentence line={line} isPlaced={false} />
              {more === 0 ? null : <Others lines={each.slice(each.indexOf(line) + 1, each.indexOf(line) + 1 + more)} />}
            </div>
          </li>
        ))}
      </ol>
    </section>
  ));
}

/** The others of one cause, when asked for. */
function Others({ lines }: { lines: readonly ActivityLine[] }) {
  return (
    <details>
      <summary>and {lines.length} more like it</summary>
      <ul>
        {lines.map((line) => (
          <li key={line.id} style={{ display: 'block', padding: '2px 0' }}>
            <Moment at={line.at} /> <Sentence line={line} />
          </li>
        ))}
      </ul>
    </details>
  );
}

export function Where({ track }: { track: string | null }) {
  const [app, version, platform] = track?.split('/') ?? [];
  if (app === undefined || version === undefined || platform === undefined) return <span className={styles.where}>the app</span>;
  return (
    <span className={styles.where}>
      <Link to="/$app/$version/$platform" params={{ app, version, platform }}>
        {platformName(platform)} {version}
      </Link>
    </span>
  );
}
