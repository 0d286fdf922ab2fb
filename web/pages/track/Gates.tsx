/** The gate list: what stands before the next step, what holds it first; the gates of other steps are closed until they are wanted. */
import { Link } from '@tanstack/react-router';
import type { Cell } from '#api/verdict.ts';
import { cellStateNames } from '#domain/cell-state.ts';
import { Button } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { shortLength } from '../../util/time.ts';
import { may, whoMay } from '../../api/authority.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { headlineOf, limitText } from '../../parts/frame/frame-model.ts';
import { stopsToClear } from '../../parts/rate/rate-words.ts';
import { paramsOf, useAppTime, useMe, useRoom } from '../../parts/room.ts';
import { gatesOf, timeInWords } from './gates-model.ts';
import type { Entry, Gate } from './gates-model.ts';
import type { Shown } from './shown.ts';
import styles from './gates.module.css';

export function Gates({ track, cells, more }: Shown) {
  const { room } = useRoom();
  const gates = gatesOf(track, cells, room.tracks.some(({ id }) => id === track.id) ? room.rows : (more?.rows ?? []));
  const [first, ...others] = gates;
  const isOpen = first?.isNext === true;
  const closed = isOpen ? others : gates;
  return (
    <Panel
      title={isOpen ? first.title : 'Criteria'}
      aside={isOpen ? <span>{first.counted === 0 ? 'nothing stands before it' : `${first.passing} of ${first.counted} pass`}</span> : null}
    >
      {isOpen ? <List gate={first} track={track} /> : null}
      {gates.length === 0 ? (
        <p className={styles.none}>{track.ended === null ? 'Nothing is judged of this track now.' : 'Nothing is judged any more.'}</p>
      ) : null}
      {closed.map((gate) => (
        <details key={gate.title} className={styles.more} open={gate.isNext}>
          <summary>
            {gate.title}
            <span>{gate.counted === 0 ? `${gate.others.length + gate.ofTime.length}` : `${gate.passing} of ${gate.counted} pass`}</span>
          </summary>
          <List gate={gate} track={track} />
        </details>
      ))}
    </Panel>
  );
}

function List({ gate, track }: { gate: Gate; track: Shown['track'] }) {
  return (
    <ul className={styles.list}>
      {gate.holding.map((entry) => (
        <Criterion key={entry.cell.instance} entry={entry} track={track} holds />
      ))}
      {gate.others.map((entry) => (
        <Criterion key={entry.cell.instance} entry={entry} track={track} holds={false} />
      ))}
      {gate.ofTime.map((cell) => (
        <OfTime key={cell.instance} cell={cell} track={track} />
      ))}
    </ul>
  );
}

/** Nobody has anything to do for it: a time, without a tint, that counts nowhere. */
function OfTime({ cell, track }: { cell: Cell; track: Shown['track'] }) {
  return (
    <li className={styles.row}>
      <Lamp state={cell.passes ? cell.state : 'not-needed-yet'} silent />
      <div>
        <Link to="/$app/$version/$platform/$instance" params={{ ...paramsOf(track), instance: cell.instance }} className={styles.link}>
          {cell.title}
        </Link>
        <span className={styles.value}>: {timeInWords(cell)}</span>
        <Waived cell={cell} />
      </div>
    </li>
  );
}

function Criterion({ entry: { title, cell, others, counts }, track, holds }: { entry: Entry; track: Shown['track']; holds: boolean }) {
  const now = useAppTime(60_000);
  const limit = limitText(cell);
  return (
    <li className={styles.row} data-holds={holds ? cell.state : undefined}>
      <Lamp state={cell.state} silent />
      <div>
        <Link
          to="/$app/$version/$platform/$instance"
          params={{ ...paramsOf(track), instance: cell.instance }}
          className={styles.link}
          data-strong={holds || undefined}
        >
          {title}
          <span className="sr-only">: {cellStateNames[cell.state]}</span>
        </Link>{' '}
        <span className={styles.value}>
          {headlineOf(cell)}
          {limit === null || cell.state === 'not-needed-yet' ? '' : `, ${limit}`}
          {cell.setUp && !counts ? ', shown only' : ''}
        </span>
        {holds ? <p>{shortly(cell)}</p> : null}
        {holds
          ? others
              .filter((other) => other.holds !== null)
              .map((other) => (
                <p key={other.instance}>
                  {other.title}: {other.headline}
                </p>
              ))
          : null}
        {holds ? <Tickets cells={[cell, ...others.filter((other) => other.holds !== null)]} /> : null}
        <Waived cell={cell} />
        <Stops cells={[cell, ...others]} track={track} />
      </div>
      <span className={styles.since}>
        {holds ? 'for ' : ''}
        {shortLength(Date.parse(now) - Date.parse(cell.since))}
      </span>
    </li>
  );
}

/** Why, briefly: of a rate the numbers stand in its chart and, in a whole sentence, where it is looked at by itself. */
function shortly({ rate, clause, because }: Cell): string {
  return (rate ?? null) === null ? because : `${clause}.`;
}

/** What stays Stop until a person clears it, and who may. */
function Stops({ cells, track }: { cells: readonly Cell[]; track: Shown['track'] }) {
  const me = useMe();
  const ask = useAsk();
  const stops = stopsToClear(cells, track.stage);
  if (stops.length === 0) return null;
  if (!may(me, 'clear-red')) return <p>It stays until a {whoMay('clear-red')} clears it.</p>;
  return (
    <div className={styles.acts}>
      {stops.map((cell) => (
        <Button key={cell.instance} size="small" onClick={() => ask({ is: 'clear-red', track, cell })}>
          {stops.length === 1 ? 'Clear this stop…' : `Clear the stop of ${cell.title}…`}
        </Button>
      ))}
    </div>
  );
}

/** The checks that were judged, where their tracker says an address. */
function Tickets({ cells }: { cells: readonly Cell[] }) {
  const found = new Map(
    cells.flatMap(({ evidence }) =>
      evidence.flatMap(({ kind, label, url }) => (kind === 'check' && url !== null ? [[url, label] as const] : [])),
    ),
  );
  if (found.size === 0) return null;
  return (
    <ul className={styles.tickets} aria-label="Tickets">
      {[...found].map(([url, label]) => (
        <li key={url}>
          <a className="link" href={url} rel="noreferrer" target="_blank">
            {label}
          </a>
        </li>
      ))}
    </ul>
  );
}

function Waived({ cell: { waiver } }: { cell: Cell }) {
  if (waiver?.state === 'active')
    return (
      <p>
        Waived by {waiver.askedBy}: {waiver.reason}
      </p>
    );
  return waiver?.state === 'asked' ? <p>A waiver was asked for by {waiver.askedBy} and waits for approval.</p> : null;
}
