/** The journal: who or what did what, to what, why, on what evidence; each entry holds the hash of the one before it. */
import { useState } from 'react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { platformName } from '#domain/names.ts';
import { meIn } from '../../api/authority.ts';
import { client, troubleOf } from '../../api/client.ts';
import { useSoughtWords } from '../../hooks/useSoughtWords.ts';
import cards from '../../parts/CardTable.module.css';
import { Filters } from '../../parts/journal/Filters.tsx';
import { auditQueryOf, csvOf, detailsOf, instanceKinds, kinds } from '../../parts/journal/journal-model.ts';
import type { AuditFilter } from '../../parts/journal/journal-model.ts';
import { Older } from '../../parts/journal/Older.tsx';
import styles from '../../parts/journal/Journal.module.css';
import type { JournalEntry } from '../../parts/journal/types.ts';
import { Moment } from '../../parts/Moment.tsx';
import { useMe, useRoom, useZone } from '../../parts/room.ts';
import { say } from '../../parts/shell/announce.ts';
import { Loading, NotRead } from '../../parts/States.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { classes } from '../../util/classes.ts';

const PAGE = 100;
/** A file holds at most so many entries; the API gives the rest. */
const MOST_IN_A_FILE = 20_000;

function read(filter: AuditFilter, app: string, zone: string, limit: number, cursor: string | undefined) {
  return client.listAudit({ query: { ...auditQueryOf(filter, app, zone), limit, cursor } });
}

export default function AuditPage() {
  const { room } = useRoom();
  const filter = useSearch({ from: '/$app/audit' });
  const zone = useZone();
  const app = room.app.id;
  const isOfInstance = filter.of === 'instance';
  const list = useInfiniteQuery({
    queryKey: ['audit', app, filter, zone],
    queryFn: ({ pageParam }) => read(filter, app, zone, PAGE, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const entries = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const newest = room.activity[0]?.id;
  const isBehind =
    Object.keys(filter).length === 0 && entries.length > 0 && newest !== undefined && !entries.some(({ id }) => id === newest);
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <div>
          <h1>Audit log</h1>
          <p>Entries are only ever added. Each holds the hash of the one before it in its chain, so a change to any of them shows.</p>
        </div>
        <Files filter={filter} />
      </div>
      <Verify />
      <Filters
        filter={filter}
        known={entries.map(({ actor }) => actor)}
        among={isOfInstance ? instanceKinds : kinds}
        hasTracks={!isOfInstance}
      >
        <MoreFilters filter={filter} />
      </Filters>
      <div className={styles.panel}>
        <div className={styles.news} aria-live="polite">
          {isBehind ? (
            <Button size="small" look="primary" onClick={() => void list.refetch()}>
              New entries
            </Button>
          ) : null}
        </div>
        {list.isPending ? (
          <Loading what="the audit log" rows={12} rowHeight={38} />
        ) : list.isError && entries.length === 0 ? (
          <NotRead error={list.error} what="The audit log" again={() => void list.refetch()} />
        ) : entries.length === 0 ? (
          <EmptyState title="No entry">No entry fits the filter.</EmptyState>
        ) : (
          <div className={cards.scroll}>
            <table className={classes(cards.table, styles.table)}>
              <caption className="sr-only">Entries of the journal, the newest first</caption>
              <thead className="sr-only-on-phone">
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Who</th>
                  <th scope="col">Track</th>
                  <th scope="col">What, and on what evidence</th>
                  <th scope="col">Hash</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <Entry key={entry.id} entry={entry} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        <Older list={list} shown={entries.length} />
      </div>
    </div>
  );
}

function Entry({ entry }: { entry: JournalEntry }) {
  const [app, version, platform] = entry.track?.split('/') ?? [];
  const { actor } = entry;
  return (
    <tr>
      <td>
        <Moment at={entry.at} as="full" />
      </td>
      <td>
        {actor.name === '' ? actor.id : actor.name}
        <div className={styles.kind}>{actor.kind === 'key' ? 'API key' : actor.kind}</div>
      </td>
      <td>
        {app === undefined || version === undefined || platform === undefined ? (
          <span className={styles.kind}>{entry.app === null ? 'this Signalbox' : 'the app'}</span>
        ) : (
          <Link className="link" to="/$app/$version/$platform" params={{ app, version, platform }}>
            {platformName(platform)} {version}
          </Link>
        )}
      </td>
      <td className={styles.entry}>
        <What entry={entry} />
      </td>
      <td>
        <code title={entry.hash}>{entry.hash.slice(0, 10)}</code>
      </td>
    </tr>
  );
}

/** What happened, and on what evidence once it is opened. */
function What({ entry }: { entry: JournalEntry }) {
  const { actor } = entry;
  return (
    <details>
      <summary>{entry.text}</summary>
      <dl className={styles.details}>
        <dt>event</dt>
        <dd>
          <code>{String(entry.event['is'])}</code>
        </dd>
        {detailsOf(entry.event).map(({ name, value }) => (
          <Detail key={name} name={name} value={value} />
        ))}
        <Detail name={actor.kind === 'key' ? 'with the key' : 'who'} value={`${actor.kind} ${actor.id}`} />
        {actor.actsFor === undefined ? null : <Detail name="for the person" value={actor.actsFor} />}
        {actor.address === undefined ? null : <Detail name="from" value={actor.address} />}
        <Detail name="recorded" value={entry.recordedAt} />
        <Detail name="chain" value={`${entry.chain}, entry ${entry.seq}`} />
        <Detail name="hash" value={entry.hash} />
        <Detail name="hash before it" value={entry.previous ?? 'none: it is the first of its chain'} />
      </dl>
    </details>
  );
}

function Detail({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** Words, days, and whether it is about the app or about people and keys, which admins of all apps read. */
function MoreFilters({ filter }: { filter: AuditFilter }) {
  const { session } = useRoom();
  const navigate = useNavigate();
  const set = (part: AuditFilter): void => {
    void navigate({ to: '.', search: (old: AuditFilter) => ({ ...old, ...part }), replace: true });
  };
  const word = (value: string): string | undefined => (value === '' ? undefined : value);
  const [text, setText] = useSoughtWords(filter.text ?? '', (words) => set({ text: word(words) }));
  return (
    <>
      {meIn(session, '*').isAdmin ? (
        <SelectField
          label="About"
          value={filter.of ?? ''}
          onChange={(event) =>
            set({ of: event.target.value === 'instance' ? 'instance' : undefined, track: undefined, kind: undefined, actor: undefined })
          }
        >
          <option value="">This app</option>
          <option value="instance">People and keys</option>
        </SelectField>
      ) : null}
      <TextField label="Words" type="search" value={text} maxLength={200} onChange={(event) => setText(event.target.value)} />
      <TextField label="From" type="date" value={filter.from ?? ''} onChange={(event) => set({ from: word(event.target.value) })} />
      <TextField label="To" type="date" value={filter.to ?? ''} onChange={(event) => set({ to: word(event.target.value) })} />
    </>
  );
}

/** The whole of what the filter shows, as a file. */
function Files({ filter }: { filter: AuditFilter }) {
  const { room } = useRoom();
  const zone = useZone();
  const app = room.app.id;
  const [busy, setBusy] = useState<'csv' | 'json' | null>(null);
  const save = async (form: 'csv' | 'json'): Promise<void> => {
    setBusy(form);
    try {
      const all: JournalEntry[] = [];
      let cursor: string | undefined;
      do {
        // each page is asked for by the end of the one before it
        const page = await read(filter, app, zone, 200, cursor);
        all.push(...page.items);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined && all.length < MOST_IN_A_FILE);
      const text = form === 'csv' ? csvOf(all) : JSON.stringify(all, null, 2);
      const name = `${filter.of === 'instance' ? 'signalbox' : app}-audit.${form}`;
      handOut(name, text, form === 'csv' ? 'text/csv' : 'application/json');
      say(
        cursor === undefined
          ? `${all.length} entries are in ${name}.`
          : `The newest ${all.length} entries are in ${name}; the API gives the older ones.`,
      );
    } catch (error) {
      say(`The file was not made: ${troubleOf(error).detail}.`);
    } finally {
      setBusy(null);
    }
  };
  const because = busy === null ? null : 'The entries are being read';
  return (
    <div className={styles.acts}>
      <Button size="small" because={because} onClick={() => void save('csv')}>
        {busy === 'csv' ? 'Reading…' : 'Export CSV'}
      </Button>
      <Button size="small" because={because} onClick={() => void save('json')}>
        {busy === 'json' ? 'Reading…' : 'Export JSON'}
      </Button>
    </div>
  );
}

function handOut(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Checks every chain and seal on the server; an admin may. */
function Verify() {
  const { room } = useRoom();
  const me = useMe();
  const check = useMutation({ mutationFn: () => client.verifyAudit({ query: { app: room.app.id } }) });
  if (!me.isAdmin) return <p className={styles.kind}>An admin can have every chain and seal checked.</p>;
  return (
    <div className={styles.result}>
      {check.data === undefined ? null : <Lamp state={check.data.ok ? 'clear' : 'stop'} />}
      <output style={{ flex: 1 }}>
        {check.data === undefined
          ? 'Whether every chain and seal holds is computed anew when you ask.'
          : check.data.ok
            ? `All ${check.data.entries} entries in ${check.data.chains} chains hold, and so ${check.data.seals === 1 ? 'does the seal' : `do ${check.data.seals} seals`}.`
            : `The journal does not hold: ${check.data.problems.join('; ')}`}
        <ProblemNote trouble={check.error === null ? null : troubleOf(check.error)} />
      </output>
      <Button size="small" because={check.isPending ? 'They are being checked' : null} onClick={() => check.mutate()}>
        {check.isPending ? 'Checking…' : 'Check the chains'}
      </Button>
    </div>
  );
}
