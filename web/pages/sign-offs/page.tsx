/** Sign-offs: every team's word on every track of a release. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { platformName } from '#domain/names.ts';
import { Button } from '../../ui/Button.tsx';
import { CheckField } from '../../ui/Field.tsx';
import { Icon, platformIcon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { isOf } from '../../api/authority.ts';
import { signOffMatrixQuery } from '../../api/queries.ts';
import { useNarrow } from '../../hooks/useMedia.ts';
import { useReadAgain } from '../../hooks/useReadAgain.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { Empty, Failed, Loading, ReleasePage, useWhole } from '../../parts/lists/ListPage.tsx';
import { teamTitle } from '../../parts/lists/team-title.ts';
import { Moment } from '../../parts/Moment.tsx';
import { trackOf, useMe, useRoom } from '../../parts/room.ts';
import { actsOf, buildTitle, countText, inOrder, lampOf, owes, whyNoActs, wordTitle } from './matrix-model.ts';
import type { Column, Row, Word } from './matrix-model.ts';
import { NudgeButton, NudgeTeam } from './NudgeButton.tsx';
import styles from './sign-offs.module.css';

export default function SignOffsPage() {
  const { app, version } = useParams({ from: '/$app/$version/sign-offs' });
  const { show, teams } = useSearch({ from: '/$app/$version/sign-offs' });
  const navigate = useNavigate({ from: '/$app/$version/sign-offs' });
  const { room } = useRoom();
  const me = useMe();
  const isNarrow = useNarrow();
  const list = useInfiniteQuery(signOffMatrixQuery({ app, version }, 'all'));
  useWhole(list);
  useReadAgain(room.version, list);
  const columns = list.data?.pages.at(-1)?.columns ?? [];
  const all = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const shown = inOrder(all, me).filter((row) => (show !== 'open' || row.cells.some(owes)) && (teams !== 'mine' || isOf(me, row.team)));
  const why = list.data === undefined ? null : whyNoActs(columns, all, me);
  return (
    <ReleasePage title="Sign-offs" version={version} to="/$app/$version/sign-offs" lead={why === null ? undefined : <p>{why}</p>}>
      {list.isError ? (
        <Failed error={list.error} what="the sign-offs" again={() => void list.refetch()} isOld={list.data !== undefined} />
      ) : null}
      {list.data === undefined && !list.isError ? <Loading what="the sign-offs" /> : null}
      {list.data !== undefined && all.length === 0 ? (
        <Empty title={`No team signs ${version}.`}>
          The policy names no teams.{' '}
          <Link to="/$app/set-up" params={{ app }} className="link">
            See the set-up
          </Link>
          .
        </Empty>
      ) : null}
      {all.length === 0 ? null : (
        <>
          <div className={styles.filters}>
            <CheckField
              label="Only open ones"
              checked={show === 'open'}
              onChange={(event) =>
                void navigate({ search: (old) => ({ ...old, show: event.target.checked ? 'open' : undefined }), replace: true })
              }
            />
            <CheckField
              label="Only my teams"
              checked={teams === 'mine'}
              onChange={(event) =>
                void navigate({ search: (old) => ({ ...old, teams: event.target.checked ? 'mine' : undefined }), replace: true })
              }
            />
            <span className={styles.soft}>
              {shown.length === all.length ? `${all.length} teams` : `${shown.length} of ${all.length} teams`}
            </span>
          </div>
          {isNarrow ? <Cards columns={columns} rows={shown} /> : <Matrix columns={columns} rows={shown} version={version} />}
          {shown.length === 0 ? (
            <Empty
              title={teams === 'mine' ? 'None of your teams is among these.' : 'No team owes a word. Everyone who must sign has signed.'}
            />
          ) : null}
        </>
      )}
    </ReleasePage>
  );
}

function Matrix({ columns, rows, version }: { columns: readonly Column[]; rows: readonly Row[]; version: string }) {
  return (
    // a wide matrix is scrolled in its own frame, by the keyboard too
    <section className={styles.scroll} tabIndex={0} aria-label={`Sign-offs of ${version}, teams by tracks`}>
      <table className={styles.matrix}>
        <thead>
          <tr>
            <th scope="col">Team</th>
            {columns.map((column) => (
              <th scope="col" key={column.track}>
                <ColumnHead column={column} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.team}>
              <TeamHead row={row} />
              {columns.map((column, at) => (
                <td key={column.track} data-lamp={row.cells[at] ? lampOf(row.cells[at]) : undefined}>
                  <Cell word={row.cells[at] ?? null} column={column} team={row.team} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ColumnHead({ column }: { column: Column }) {
  return (
    <div className={styles.column}>
      <span className={styles.platform}>
        <Icon name={platformIcon(column.platform)} />
        {platformName(column.platform)}
        <b className="figures">{countText(column)}</b>
      </span>
      <span className={styles.soft}>
        {column.build === null
          ? 'nothing to sign yet'
          : `${column.build.final ? 'final candidate ' : ''}${buildTitle(column.build)}, build ${column.build.number}`}
        {column.newer === null ? null : <>; {buildTitle(column.newer)} is newer</>}
        {column.dueAt === null ? null : (
          <>
            , due <Moment at={column.dueAt} />
          </>
        )}
      </span>
      <NudgeButton column={column} />
    </div>
  );
}

function TeamHead({ row }: { row: Row }) {
  const me = useMe();
  return (
    <th scope="row">
      <span className={styles.team}>
        {teamTitle(row.team)}
        {me.teams.includes(row.team) ? <span className={styles.mine}>your team</span> : null}
      </span>
      {row.channel === null ? null : <span className={styles.soft}>{row.channel}</span>}
    </th>
  );
}

function Cell({ word, column, team }: { word: Word | null; column: Column; team: string }) {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const track = trackOf(room, column.track);
  if (word === null) return <span className={styles.soft}>does not sign {platformName(column.platform)}</span>;
  const acts = track === null ? [] : actsOf(word, column, team, me);
  return (
    <div className={styles.cell}>
      <Lamp state={lampOf(word, column.build !== null)} silent size={14} />
      <div>
        <span className={styles.word} data-lamp={lampOf(word, column.build !== null)}>
          {wordTitle(word)}
        </span>
        {word.by === null && word.note === null && word.until === null ? null : (
          <span className={styles.more}>
            {word.by}
            {word.at === null ? null : (
              <>
                {word.by === null ? '' : ', '}
                <Moment at={word.at} />
              </>
            )}
            {word.note === null ? null : (
              <>
                {word.by === null ? '' : ': '}
                {word.note}
              </>
            )}
            {word.until === null ? null : (
              <>
                , until <Moment at={word.until} />
              </>
            )}
          </span>
        )}
        {word.late && track !== null && !isOf(me, team) ? <NudgeTeam column={column} team={team} /> : null}
        {acts.length === 0 || track === null ? null : (
          // what is signed is rarely taken back: that it can be stands aside
          <span className={styles.acts} data-aside={word.state === 'signed' && !word.askedAgain ? '' : undefined}>
            {acts.map(({ state, label }) => (
              <Button
                key={state}
                size="small"
                look={state === 'withdrawn' ? 'ghost' : 'plain'}
                onClick={() => ask({ is: 'sign-off', track, team, state, ...(column.build === null ? {} : { build: column.build }) })}
              >
                {label}
                <span className="sr-only">
                  {' '}
                  for {teamTitle(team)} on {platformName(column.platform)}
                </span>
              </Button>
            ))}
          </span>
        )}
      </div>
    </div>
  );
}

/** On a phone each track is a card with its teams below each other: what is open first. */
function Cards({ columns, rows }: { columns: readonly Column[]; rows: readonly Row[] }) {
  return (
    <div className={styles.cards}>
      {columns.map((column, at) => (
        <section key={column.track} className={styles.card} aria-label={platformName(column.platform)}>
          <h2>
            <ColumnHead column={column} />
          </h2>
          <ul>
            {rows
              .filter((row) => (row.cells[at] ?? null) !== null)
              .map((row) => (
                <li key={row.team}>
                  <b>{teamTitle(row.team)}</b>
                  <Cell word={row.cells[at] ?? null} column={column} team={row.team} />
                </li>
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
