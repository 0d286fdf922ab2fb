/** Bugs and triage: every bug gets a team and a decision. */
import { useEffect, useRef } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { TriageLine } from '#api/triage.ts';
import { platformName } from '#domain/names.ts';
import { Key } from '../../ui/Button.tsx';
import { Icon, platformIcon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { triageQuery } from '../../api/queries.ts';
import { useKeys } from '../../hooks/useKeys.ts';
import { useNarrow } from '../../hooks/useMedia.ts';
import { useReadAgain } from '../../hooks/useReadAgain.ts';
import { useSoughtWords } from '../../hooks/useSoughtWords.ts';
import { Empty, Failed, Loading, More } from '../../parts/lists/ListPage.tsx';
import { inTitle, useAppTime, useRoom } from '../../parts/room.ts';
import { shortLength } from '../../util/time.ts';
import { BugView } from './BugView.tsx';
import { useSentOnLeaving } from './pending.ts';
import { teamTitle } from '../../parts/lists/team-title.ts';
import { emptyText, groupsOf, lineState, neighbour, tabs } from './triage-model.ts';
import type { Tab } from './triage-model.ts';
import styles from './bugs.module.css';

export default function BugsPage() {
  const { room } = useRoom();
  const app = room.app.id;
  const params = useParams({ strict: false });
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const isNarrow = useNarrow();
  const tab: Tab = search.tab ?? 'no-team';
  const { version, platform, team } = search;
  const sought = {
    tab,
    ...(version === undefined ? {} : { version }),
    ...(platform === undefined ? {} : { platform }),
    ...(team === undefined ? {} : { team }),
    ...(search.search === undefined ? {} : { search: search.search }),
  };
  const list = useInfiniteQuery(triageQuery(app, sought));
  useReadAgain(room.version, list);
  const lines = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const counts = list.data?.pages.at(-1)?.counts ?? null;
  const teams = list.data?.pages.at(-1)?.teams ?? [];
  // beside the list one is always open; on a phone the list comes first
  const selected = params.bug ?? (isNarrow ? null : (lines[0]?.key ?? null));
  const isFiltered = version !== undefined || platform !== undefined || team !== undefined || search.search !== undefined;
  const filters = {
    ...(search.tab === undefined ? {} : { tab: search.tab }),
    ...(version === undefined ? {} : { version }),
    ...(platform === undefined ? {} : { platform }),
    ...(team === undefined ? {} : { team }),
    ...(search.search === undefined ? {} : { search: search.search }),
  };
  const go = (bug: string | null): void => {
    if (bug !== null) void navigate({ to: '/$app/bugs/$bug', params: { app, bug }, search: filters });
  };
  useSentOnLeaving();
  useKeys({ j: () => go(neighbour(lines, selected, 1)), k: () => go(neighbour(lines, selected, -1)) });
  const current = room.releases.find(({ part }) => part === 'current')?.version ?? null;
  const parts = new Map(room.releases.map((release) => [release.version, release.part]));
  const showsList = !isNarrow || params.bug === undefined;
  const empty = emptyText(tab, version ?? null, isFiltered);
  return (
    <div className={styles.page} data-open={params.bug === undefined ? undefined : true}>
      <title>{`Bugs & triage · ${inTitle(room.app)} · Signalbox`}</title>
      <h1 className="sr-only">Bugs &amp; triage</h1>
      {showsList ? (
        <section className={styles.queue} aria-label="Bugs">
          <nav className={styles.tabs} aria-label="Inbox">
            {tabs.map(({ id, label }) => (
              <Link
                key={id}
                to="/$app/bugs"
                params={{ app }}
                search={{ ...filters, tab: id }}
                aria-current={id === tab ? 'page' : undefined}
              >
                {label} {counts === null ? null : <i className="figures">{counts[id].toLocaleString('en')}</i>}
              </Link>
            ))}
          </nav>
          <Filters teams={teams} />
          {list.isError ? (
            <div className={styles.pad}>
              <Failed error={list.error} what="the bugs" again={() => void list.refetch()} isOld={list.data !== undefined} />
            </div>
          ) : null}
          {list.data === undefined && !list.isError ? (
            <div className={styles.pad}>
              <Loading what="the bugs" />
            </div>
          ) : null}
          {list.data !== undefined && lines.length === 0 ? (
            <div className={styles.pad}>
              <Empty title={tab === 'no-team' && !isFiltered && current !== null ? `No bugs of ${current} without a team.` : empty.title}>
                {empty.more}
              </Empty>
            </div>
          ) : null}
          {groupsOf(lines, parts).map(({ release, title, lines: own }) => (
            <div key={release ?? ''} className={styles.group}>
              <h2>
                <span>{title}</span>
                <span className="figures">{own.length}</span>
              </h2>
              <ul>
                {own.map((line) => (
                  <li key={line.key}>
                    <Line line={line} isOn={line.key === selected} app={app} filters={filters} />
                  </li>
                ))}
              </ul>
            </div>
          ))}
          <div className={styles.pad}>
            <More
              hasMore={list.hasNextPage}
              isReading={list.isFetchingNextPage}
              onMore={() => void list.fetchNextPage()}
              what="more bugs"
            />
          </div>
        </section>
      ) : null}
      {isNarrow && params.bug !== undefined ? (
        <Link to="/$app/bugs" params={{ app }} search={filters} className={styles.back}>
          <Icon name="back" /> All bugs of this tab
        </Link>
      ) : null}
      {selected === null ? (
        isNarrow ? null : (
          <div className={styles.nothing}>
            <p>{lines.length === 0 && list.data !== undefined ? 'No bug to look at.' : ''}</p>
          </div>
        )
      ) : (
        <BugView key={selected} bug={selected} teamsInUse={teams} />
      )}
      <div className={styles.keys} aria-hidden="true">
        <span>
          <Key>J</Key> <Key>K</Key> next, previous
        </span>
        <span>
          <Key>1</Key> <Key>2</Key> <Key>3</Key> team
        </span>
        <span>
          <Key>B</Key> <Key>N</Key> <Key>F</Key> <Key>I</Key> decide
        </span>
        <span>
          <Key>U</Key> undo
        </span>
        <span>
          <Key>?</Key> all keys
        </span>
      </div>
    </div>
  );
}

type FilterValues = { tab?: Tab; version?: string; platform?: string; team?: string; search?: string };

function Line({ line, isOn, app, filters }: { line: TriageLine; isOn: boolean; app: string; filters: FilterValues }) {
  const now = useAppTime(60_000);
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (isOn) link.current?.scrollIntoView({ block: 'nearest' });
  }, [isOn]);
  const { lamp, words } = lineState(line);
  const first = line.platforms[0];
  return (
    <Link
      ref={link}
      to="/$app/bugs/$bug"
      params={{ app, bug: line.key }}
      search={filters}
      className={styles.line}
      aria-current={isOn ? 'true' : undefined}
    >
      <Lamp state={lamp} silent />
      <span className={styles.name}>{line.title}</span>
      <span className={styles.age}>
        <span className="sr-only">, since </span>
        {shortLength(Math.max(0, Date.parse(now) - Date.parse(line.since)))}
      </span>
      <span className={styles.about}>
        {first === undefined ? null : <Icon name={platformIcon(first)} size={14} />}
        <span>{line.platforms.length === 0 ? 'All platforms' : line.platforms.map(platformName).join(', ')}</span>
        <span>{line.key}</span>
        <span className={styles.words} data-lamp={lamp}>
          {words}
        </span>
        <span className={styles.owner}>{line.team === null ? 'no team' : teamTitle(line.team)}</span>
      </span>
    </Link>
  );
}

function Filters({ teams }: { teams: readonly string[] }) {
  const { room } = useRoom();
  const search = useSearch({ strict: false });
  const { bug } = useParams({ strict: false });
  const navigate = useNavigate();
  const set = (part: Partial<FilterValues>): void => {
    const next = Object.fromEntries(Object.entries({ ...search, ...part }).filter(([, value]) => value !== undefined && value !== ''));
    // what is open stays open, and the field in which one types stays where it is
    if (bug === undefined) void navigate({ to: '/$app/bugs', params: { app: room.app.id }, search: next, replace: true });
    else void navigate({ to: '/$app/bugs/$bug', params: { app: room.app.id, bug }, search: next, replace: true });
  };
  const [text, setText] = useSoughtWords(search.search ?? '', (words) => set({ search: words }));
  const versions = room.releases.map(({ version }) => version);
  const named = teams.includes(search.team ?? '') || search.team === undefined ? teams : [...teams, search.team];
  return (
    <search className={styles.filters} aria-label="Filter the bugs">
      <input
        type="search"
        aria-label="Words in the title or key"
        placeholder="Title or key"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
      />
      <select aria-label="Version" value={search.version ?? ''} onChange={(event) => set({ version: event.target.value })}>
        <option value="">Every version</option>
        {(search.version === undefined || versions.includes(search.version) ? versions : [...versions, search.version]).map((version) => (
          <option key={version}>{version}</option>
        ))}
      </select>
      <select aria-label="Platform" value={search.platform ?? ''} onChange={(event) => set({ platform: event.target.value })}>
        <option value="">Every platform</option>
        {room.app.platforms.map((platform) => (
          <option key={platform} value={platform}>
            {platformName(platform)}
          </option>
        ))}
      </select>
      <select aria-label="Team" value={search.team ?? ''} onChange={(event) => set({ team: event.target.value })}>
        <option value="">Every team</option>
        {named.map((team) => (
          <option key={team} value={team}>
            {teamTitle(team)}
          </option>
        ))}
      </select>
    </search>
  );
}
