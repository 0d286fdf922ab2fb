/** Crash groups of an app, the worst first: how bad, whether new, whose, and whether there is a ticket. */
import { useRef } from 'react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { CrashGroupLine } from '#api/crash-groups.ts';
import { platformName } from '#domain/names.ts';
import { ticketDeeds } from '#domain/health/crash-groups.ts';
import { severityLevels } from '#domain/health/severity.ts';
import { may, whoMay } from '../../api/authority.ts';
import { troubleOf } from '../../api/client.ts';
import { crashGroups, crashGroupsQuery } from '../../api/crash-groups-client.ts';
import { useKeys } from '../../hooks/useKeys.ts';
import { useReadAgain } from '../../hooks/useReadAgain.ts';
import { useSoughtWords } from '../../hooks/useSoughtWords.ts';
import { Severity } from '../../parts/crash-groups/Severity.tsx';
import {
  decisionInWords,
  impactInWords,
  noveltyMeanings,
  noveltyNames,
  ownerInWords,
  people,
  ticketInWords,
  unfinishedInWords,
} from '../../parts/crash-groups/words.ts';
import { HealthPage } from '../../parts/health-tabs/HealthPage.tsx';
import { Empty, Failed, Loading, More, Platform } from '../../parts/lists/ListPage.tsx';
import { teamTitle } from '../../parts/lists/team-title.ts';
import { Moment } from '../../parts/Moment.tsx';
import { useMe, useRoom } from '../../parts/room.ts';
import { say } from '../../parts/shell/announce.ts';
import { crashGroupsSearch, groupSearch } from '../../parts/crash-groups/search.ts';
import type { CrashGroupsSearch } from '../../parts/crash-groups/search.ts';
import { Button, Key } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import styles from './crash-groups.module.css';

export default function CrashGroupsPage() {
  const { room } = useRoom();
  const app = room.app.id;
  const sought = crashGroupsSearch(useSearch({ from: '/$app/health/groups' }));
  const list = useInfiniteQuery(crashGroupsQuery(app, sought));
  useReadAgain(room.version, list);
  const groups = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const newest = list.data?.pages.at(-1);
  const rows = useRef<HTMLTableSectionElement>(null);
  const step = (by: 1 | -1): void => {
    const links = [...(rows.current?.querySelectorAll<HTMLAnchorElement>('a[data-group]') ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    const next = at === -1 ? (by === 1 ? 0 : links.length - 1) : Math.max(0, Math.min(links.length - 1, at + by));
    links[next]?.focus();
    links[next]?.scrollIntoView({ block: 'nearest' });
  };
  useKeys({ j: { says: 'Next crash group', act: () => step(1) }, k: { says: 'Crash group before', act: () => step(-1) } });
  const isFiltered = Object.keys(sought).length > 0;
  return (
    <HealthPage current="groups" about="Crash groups">
      <p className={styles.lead}>{leadOf(newest?.total ?? null)}</p>
      <Filters
        key={app}
        sought={sought}
        versions={newest?.versions ?? []}
        teams={newest?.teams ?? []}
        platforms={newest?.platforms ?? room.app.platforms}
      />
      <Unfinished tickets={newest?.tickets ?? null} sought={sought} />
      {list.isError ? (
        <Failed error={list.error} what="the crash groups" again={() => void list.refetch()} isOld={list.data !== undefined} />
      ) : null}
      {list.data === undefined && !list.isError ? <Loading what="the crash groups" /> : null}
      {list.data !== undefined && groups.length === 0 ? (
        isFiltered ? (
          <Empty title="No crash group fits the filter.">Take a part of it away, or look at all of them.</Empty>
        ) : (
          <Empty title="No crash was told of yet.">
            Crashes come by a DSN that the app’s own Sentry SDK is given. Those with one fingerprint are a crash group, and stand here with
            how bad they are and whose code it is.
          </Empty>
        )
      ) : null}
      {groups.length === 0 ? null : (
        <div className={styles.panel}>
          <table className={styles.table}>
            <caption className="sr-only">Crash groups, the worst first</caption>
            <thead className="sr-only-on-phone">
              <tr>
                <th scope="col">Severity</th>
                <th scope="col">Crash</th>
                <th scope="col">Change</th>
                <th scope="col">People hit</th>
                <th scope="col">By version</th>
                <th scope="col">Owner</th>
                <th scope="col">Ticket</th>
                <th scope="col">Last</th>
              </tr>
            </thead>
            <tbody ref={rows}>
              {groups.map((group) => (
                <Row key={group.id} group={group} app={app} sought={sought} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More
        hasMore={list.hasNextPage}
        isReading={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
        what="more crash groups"
      />
      <p className={styles.keys} aria-hidden="true">
        <Key>J</Key> <Key>K</Key> next, previous <Key>↵</Key> open
      </p>
    </HealthPage>
  );
}

function leadOf(total: number | null): string {
  const what =
    'Crashes with one fingerprint, judged by the people whom they hit: what each would cost at everyone, and the least that the numbers say.';
  return total === null || total === 0 ? what : `${what} ${total.toLocaleString('en')} are known.`;
}

/** Tickets that the tracker refused, or that are not filed yet: how many, those alone, and all of them once more. */
function Unfinished({ tickets, sought }: { tickets: { refused: number; waiting: number } | null; sought: CrashGroupsSearch }) {
  const { room } = useRoom();
  const me = useMe();
  const queries = useQueryClient();
  const app = room.app.id;
  const again = useMutation({
    mutationFn: () => crashGroups.retryCrashTickets({ params: { app } }),
    onSuccess: ({ ordered, left }) => {
      say(
        ordered === 0
          ? 'No ticket was refused any more.'
          : `${ordered} ${ordered === 1 ? 'ticket is' : 'tickets are'} tried again${left ? '; there are more' : ''}.`,
      );
      void queries.invalidateQueries({ queryKey: ['crash-groups', app] });
    },
  });
  const words = tickets === null ? null : unfinishedInWords(tickets);
  if (tickets === null || words === null) return null;
  const which = tickets.refused > 0 ? 'refused' : 'waiting';
  return (
    <section className={styles.unfinished} data-refused={tickets.refused > 0 || undefined} aria-label="Tickets that are not filed">
      <Lamp state={tickets.refused > 0 ? 'stop' : 'caution'} silent size={14} />
      <p>
        {words}{' '}
        {sought.ticket === which ? null : (
          <Link to="/$app/health/groups" params={{ app }} search={{ ticket: which }} className="link">
            {which === 'refused' ? 'Show what was refused' : 'Show what waits'}
          </Link>
        )}
      </p>
      <Button
        size="small"
        because={may(me, 'report-bug') ? (again.isPending ? 'They are being tried' : null) : `${whoMay('report-bug')} may`}
        onClick={() => again.mutate()}
      >
        Try all again
      </Button>
      {again.isError ? <ProblemNote trouble={troubleOf(again.error)} /> : null}
    </section>
  );
}

function Row({ group, app, sought }: { group: CrashGroupLine; app: string; sought: CrashGroupsSearch }) {
  const { judgement, flow, ticket } = group;
  const owner = ownerInWords(group);
  const decision = decisionInWords(group);
  const novelty = judgement?.novelty ?? null;
  return (
    <tr>
      <td className={styles.severity}>
        <Severity judgement={judgement} />
      </td>
      <td className={styles.crash}>
        <Link
          to="/$app/health/groups/$group"
          params={{ app, group: String(group.id) }}
          search={groupSearch(sought)}
          className={styles.title}
          data-group={group.id}
        >
          {group.title}
        </Link>
        <span className={styles.about}>
          <Platform platform={group.platform} /> <span>{group.version}</span>
          {flow === null ? null : <span>in {flow}</span>}
        </span>
      </td>
      <td className={styles.novelty} data-novelty={novelty ?? undefined} title={novelty === null ? undefined : noveltyMeanings[novelty]}>
        {novelty === null ? '–' : noveltyNames[novelty]}
      </td>
      <td className={styles.people}>
        <b className="figures">{group.users.toLocaleString('en')}</b>
        <span className="sr-only"> people</span>
        <span className={styles.soft}>{judgement === null ? '' : `${impactInWords(judgement.impact)} of 1 M a day`}</span>
      </td>
      <td className={styles.versions}>
        <Versions versions={group.versions} shown={group.version} />
      </td>
      <td className={styles.owner}>
        <span className={owner.team === null ? styles.soft : undefined} title={owner.because ?? undefined}>
          {owner.words}
        </span>
      </td>
      <td className={styles.ticket}>
        {ticket?.key === null || ticket === null ? (
          <span className={styles.soft} data-state={ticket?.order?.state}>
            {ticketInWords(group)}
          </span>
        ) : (
          <Link to="/$app/bugs/$bug" params={{ app, bug: ticket.key }} className="link">
            {ticketInWords(group)}
          </Link>
        )}
        {decision === null || ticket === null ? null : (
          <span className={styles.order} title={decision.because}>
            {decision.words}
          </span>
        )}
        <TicketOrder group={group} />
      </td>
      <td className={styles.last}>
        <Moment at={group.lastAt} as="ago" />
      </td>
    </tr>
  );
}

/** Below the ticket: what of it was refused or waits, and when it is tried next; why stands where the pointer rests, and on the group's page. */
function TicketOrder({ group: { ticket } }: { group: CrashGroupLine }) {
  const order = ticket?.order ?? null;
  if (ticket === null || order === null) return null;
  const { state, nextTryAt, because, does } = order;
  const became = { refused: 'was refused', trying: 'is under way', waiting: 'waits' }[state];
  return (
    <span className={styles.order} title={because ?? undefined}>
      {ticket.key === null ? null : <span data-state={state}>{`${ticketDeeds[does]} ${became}`}</span>}
      {nextTryAt === null ? null : (
        <span>
          next try <Moment at={nextTryAt} />
        </span>
      )}
      {because === null ? null : <span className={styles.because}>{because}</span>}
    </span>
  );
}

/** People by version as bars, the oldest first; the one that the line is about stands out. */
function Versions({ versions, shown }: { versions: CrashGroupLine['versions']; shown: string }) {
  const most = Math.max(1, ...versions.map(({ users }) => users));
  const words = versions.map(({ version, users }) => `${version}: ${people(users)}`).join(', ');
  return (
    <span title={words}>
      <span className="sr-only">{words}</span>
      <span className={styles.bars} aria-hidden="true">
        {versions.map(({ version, users }) => (
          <i key={version} data-shown={version === shown || undefined} style={{ height: `${Math.max(8, (users / most) * 100)}%` }} />
        ))}
      </span>
    </span>
  );
}

function Filters({
  sought,
  versions,
  teams,
  platforms,
}: {
  sought: CrashGroupsSearch;
  versions: readonly string[];
  teams: readonly string[];
  platforms: readonly string[];
}) {
  const { room } = useRoom();
  const navigate = useNavigate();
  const set = (part: { [Name in keyof CrashGroupsSearch]?: string }): void => {
    const next = Object.fromEntries(Object.entries({ ...sought, ...part }).filter(([, value]) => value !== '')) as CrashGroupsSearch;
    void navigate({ to: '/$app/health/groups', params: { app: room.app.id }, search: next, replace: true });
  };
  const [text, setText] = useSoughtWords(sought.search ?? '', (search) => set({ search }));
  const withOwn = (known: readonly string[], own: string | undefined): readonly string[] =>
    own === undefined || known.includes(own) ? known : [...known, own];
  return (
    <search className={styles.filters} aria-label="Filter the crash groups">
      <input
        type="search"
        aria-label="Words in the title"
        placeholder="Words in the title"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
      />
      <Select label="Platform" every="Every platform" value={sought.platform} onChange={(platform) => set({ platform })}>
        {withOwn(platforms, sought.platform).map((platform) => [platform, platformName(platform)])}
      </Select>
      <Select label="Version" every="Every version" value={sought.version} onChange={(version) => set({ version })}>
        {withOwn(versions, sought.version).map((version) => [version, version])}
      </Select>
      <Select label="Severity" every="Every severity" value={sought.severity} onChange={(severity) => set({ severity })}>
        {severityLevels.slice(0, 3).map((level) => [level, level === 'S1' ? level : `${level} and worse`])}
      </Select>
      <Select label="Change" every="New or not" value={sought.novelty} onChange={(novelty) => set({ novelty })}>
        {(['new', 'regressed', 'worse', 'known', 'unchanged'] as const).map((novelty) => [novelty, noveltyNames[novelty]])}
      </Select>
      <Select label="Owner" every="Every owner" value={sought.team} onChange={(team) => set({ team })}>
        {[
          ...withOwn(teams, sought.team === 'none' ? undefined : sought.team).map((team) => [team, teamTitle(team)] as const),
          ['none', 'No owner'] as const,
        ]}
      </Select>
      <Select label="Ticket" every="With and without ticket" value={sought.ticket} onChange={(ticket) => set({ ticket })}>
        {[
          ['open', 'Open ticket'],
          ['closed', 'Closed ticket'],
          ['refused', 'Refused ticket'],
          ['waiting', 'Ticket that waits'],
          ['none', 'No ticket'],
          ['not-wanted', 'Worth no ticket'],
        ]}
      </Select>
    </search>
  );
}

function Select({
  label,
  every,
  value,
  onChange,
  children,
}: {
  label: string;
  every: string;
  value: string | undefined;
  onChange: (value: string) => void;
  children: readonly (readonly [value: string, words: string] | readonly string[])[];
}) {
  return (
    <select aria-label={label} value={value ?? ''} onChange={(event) => onChange(event.target.value)}>
      <option value="">{every}</option>
      {children.map(([option, words]) => (
        <option key={option} value={option}>
          {words}
        </option>
      ))}
    </select>
  );
}
