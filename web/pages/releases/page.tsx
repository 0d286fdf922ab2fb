/** The releases of an app: what went out and how, what is under way, and which trains are coming. */
import { useState } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { inWords } from '#domain/time.ts';
import { may, whoMay } from '../../api/authority.ts';
import { client, troubleOf } from '../../api/client.ts';
import { useReadAgain } from '../../hooks/useReadAgain.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectField } from '../../ui/Field.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { Moment } from '../../parts/Moment.tsx';
import page from '../../parts/Page.module.css';
import { PlanDialog } from '../../parts/releases/PlanDialog.tsx';
import type { PlanWish } from '../../parts/releases/PlanDialog.tsx';
import { trackOf, useMe, useRoom } from '../../parts/room.ts';
import { lateInWords } from '../../parts/track-lines/words.ts';
import { haltsInWords, lengthOf, outcomeOf } from './list-model.ts';
import { Trains } from './Trains.tsx';
import styles from './releases.module.css';

const states = [
  { value: 'all', label: 'All' },
  { value: 'current', label: 'Under way' },
  { value: 'planned', label: 'Planned' },
  { value: 'ended', label: 'Past' },
] as const;
const kinds = [
  { value: 'all', label: 'All kinds' },
  { value: 'regular', label: 'Regular' },
  { value: 'hotfix', label: 'Hotfixes' },
  { value: 'replacement', label: 'Replacements' },
] as const;
type State = (typeof states)[number]['value'];
type Kind = (typeof kinds)[number]['value'];

const PER_PAGE = 25;

export default function ReleasesPage() {
  const { room } = useRoom();
  const me = useMe();
  const app = room.app.id;
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const [wish, setWish] = useState<PlanWish | null>(null);
  const state: State = states.find(({ value }) => value === search['state'])?.value ?? 'all';
  const kind: Kind = kinds.find(({ value }) => value === search['kind'])?.value ?? 'all';
  const choose = (part: { state?: State; kind?: Kind }): void => {
    const wanted = { state, kind, ...part };
    // what is not chosen is not in the address
    void navigate({
      to: '/$app/releases',
      params: { app },
      search: Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== 'all')) as never,
      replace: true,
    });
  };
  // the heads of live tracks tell that a release moved; a fact that moves none is no news to this list
  const moved = room.tracks.map(({ id, stage, percent }) => `${id} ${stage} ${percent ?? ''}`).join();
  const read = useInfiniteQuery({
    queryKey: ['releases', app, state, kind],
    queryFn: ({ pageParam }) =>
      client.listReleases({
        params: { app },
        query: { state, kind, limit: PER_PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: 0,
    placeholderData: (old) => old,
  });
  useReadAgain(moved, read);
  const lines = read.data?.pages.flatMap(({ items }) => items) ?? [];
  const bases = lines
    .filter(({ tracks }) => tracks.some(({ reached }) => reached['rolling-out'] !== undefined || reached['released'] !== undefined))
    .map(({ version }) => version);
  const lacks = may(me, 'plan-release') ? null : `only a ${whoMay('plan-release')} may do this`;
  const isFiltered = state !== 'all' || kind !== 'all';
  return (
    <>
      <header className={styles.head}>
        <h1>Releases</h1>
        <div className={styles.acts}>
          {lacks === null ? null : <p className={styles.soft}>To plan one: {lacks}.</p>}
          <Button look="primary" because={lacks} onClick={() => setWish({ kind: 'regular', base: null })}>
            Plan a release…
          </Button>
          <Button
            because={lacks ?? (bases.length === 0 ? 'nothing has gone out yet that a hotfix could mend' : null)}
            onClick={() => setWish({ kind: 'hotfix', base: bases[0] ?? null })}
          >
            Plan a hotfix…
          </Button>
        </div>
      </header>
      <div className={page.columns}>
        <div className={page.stack}>
          <search className={styles.filters}>
            <SelectField label="State" value={state} onChange={(event) => choose({ state: event.target.value as State })}>
              {states.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </SelectField>
            <SelectField label="Kind" value={kind} onChange={(event) => choose({ kind: event.target.value as Kind })}>
              {kinds.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </SelectField>
          </search>
          <Panel title="Releases" aside={read.data === undefined ? null : `${lines.length}${read.hasNextPage ? ' of more' : ''}`}>
            {read.isError ? <ProblemNote trouble={troubleOf(read.error)} /> : null}
            {read.data !== undefined && lines.length === 0 ? (
              <p className={styles.empty}>
                {isFiltered
                  ? 'No release is like that. Choose another state or kind.'
                  : 'There is no release yet. Import the history of the repository, or plan the first one.'}
              </p>
            ) : null}
            {lines.length === 0 ? null : <List lines={lines} />}
            {read.hasNextPage ? (
              <p className={styles.more}>
                <Button because={read.isFetchingNextPage ? 'They are being read' : null} onClick={() => void read.fetchNextPage()}>
                  Show {PER_PAGE} more
                </Button>
              </p>
            ) : null}
          </Panel>
        </div>
        <aside className={page.stack} aria-label="Coming trains">
          <Trains />
        </aside>
      </div>
      {wish === null ? null : <PlanDialog wish={wish} bases={bases} onClose={() => setWish(null)} />}
    </>
  );
}

type Line = Awaited<ReturnType<typeof client.listReleases>>['items'][number];

function List({ lines }: { lines: readonly Line[] }) {
  const { room } = useRoom();
  return (
    <table className={styles.table}>
      <thead className="sr-only-on-phone">
        <tr>
          <th scope="col">Version</th>
          <th scope="col">Tracks</th>
          <th scope="col">Branch to 100%</th>
          <th scope="col">Release manager</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.version}>
            <th scope="row">
              <Link to="/$app/$version" params={{ app: room.app.id, version: line.version }} className={styles.version}>
                {line.version}
              </Link>
              <span className={styles.tags}>
                {line.kind === 'regular' ? null : (
                  <Tag>
                    {line.kind}
                    {line.base === null ? '' : ` of ${line.base}`}
                  </Tag>
                )}
                {line.imported ? <Tag>imported</Tag> : null}
                {line.part === 'current' || line.part === 'watched' ? <Tag>{line.part}</Tag> : null}
              </span>
              {line.bigFeature === null ? null : <span className={styles.soft}>{line.bigFeature.name}</span>}
            </th>
            <td>
              <Outcomes line={line} />
            </td>
            <td>
              <Length line={line} />
            </td>
            <td>{line.manager ?? <span className={styles.soft}>nobody named</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Outcomes({ line }: { line: Line }) {
  const { room } = useRoom();
  const halts = haltsInWords(line.tracks);
  const at = (platform: string): number => {
    const found = room.app.platforms.indexOf(platform);
    return found === -1 ? room.app.platforms.length : found;
  };
  const tracks = line.tracks.toSorted((a, b) => at(a.platform) - at(b.platform));
  return (
    <ul className={styles.outcomes}>
      {tracks
        .map((track) => outcomeOf(track, trackOf(room, track.id)?.signal))
        .map((outcome) => (
          <li key={outcome.id}>
            <Lamp state={outcome.lamp} size={14} silent />
            <span>
              <Link
                to="/$app/$version/$platform"
                params={{ app: room.app.id, version: line.version, platform: outcome.platform }}
                className={styles.track}
              >
                {outcome.name}
              </Link>{' '}
              {outcome.text}
              {outcome.at === null ? null : (
                <>
                  , <Moment at={outcome.at} />
                </>
              )}
              {outcome.until === null ? null : (
                <>
                  , watched until <Moment at={outcome.until} />
                </>
              )}
              {outcome.signal === null ? '' : `, ${outcome.signal}`}
              {outcome.why === null ? '' : `: ${outcome.why}`}
            </span>
          </li>
        ))}
      {halts === null ? null : <li className={styles.halts}>{halts}</li>}
    </ul>
  );
}

function Length({ line }: { line: Line }) {
  const length = lengthOf(line);
  if (length === null) {
    const { branch, finish } = line.planned;
    if (branch === null && finish === null) return <span className={styles.soft}>no plan</span>;
    return (
      <span className={styles.soft}>
        {branch === null ? null : (
          <>
            branch <Moment at={branch} />
          </>
        )}
        {finish === null ? null : (
          <>
            , 100% <Moment at={finish} />
          </>
        )}{' '}
        planned
      </span>
    );
  }
  const { ms, plannedMs } = length;
  return (
    <>
      <span className={styles.figures}>{inWords(ms)}</span>
      <span className={styles.soft}>
        {plannedMs === null ? 'no plan' : `planned ${inWords(plannedMs)}, ${lateInWords(ms - plannedMs)}`}
      </span>
    </>
  );
}
