/** The criteria frame: tracks are columns, criteria are rows. A real table; each cell is one link whose name is a sentence. */
import { useEffect, useRef } from 'react';
import { Link } from '@tanstack/react-router';
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import { platformName } from '#domain/names.ts';
import type { Instant } from '#domain/time.ts';
import { Icon, platformIcon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Progress, RangeMark } from '../../ui/Progress.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { classes } from '../../util/classes.ts';
import { agoText, shortLength } from '../../util/time.ts';
import { cellKey } from '../../hooks/useLiveRoom.ts';
import type { Live } from '../../hooks/useLiveRoom.ts';
import { useAppTime, useRoom, useZone } from '../room.ts';
import { cellAddress, headlineOf, limitText, secondLine, spokenCell } from './frame-model.ts';
import type { Band, Frame, FrameRow, Slot } from './frame-model.ts';
import styles from './CriteriaFrame.module.css';

export type Selection = { track: string | null; instance: string | null };

export function CriteriaFrame({ frame, selected, onlyExceptions }: { frame: Frame; selected: Selection; onlyExceptions: boolean }) {
  const now = useAppTime();
  const table = useRef<HTMLTableElement>(null);
  const columns = frame.platforms.length;
  useEffect(() => {
    const { current } = table;
    const move = (event: KeyboardEvent): void => moveIn(current, event);
    current?.addEventListener('keydown', move);
    return () => current?.removeEventListener('keydown', move);
  }, []);
  return (
    <div className={styles.scroll} data-many={columns > 4 || undefined}>
      <table ref={table} className={styles.frame} style={{ '--columns': columns } as never}>
        <caption className="sr-only">Criteria by track. Arrow keys move between the cells, Enter opens one.</caption>
        <colgroup>
          <col className={styles.first} />
          {frame.platforms.map((platform) => (
            <col key={platform} />
          ))}
        </colgroup>
        {frame.bands.map((band, at) => (
          <BandRows
            key={band.release.version}
            band={band}
            isFirst={at === 0}
            now={now}
            selected={selected}
            onlyExceptions={onlyExceptions}
          />
        ))}
      </table>
    </div>
  );
}

function BandRows({
  band,
  isFirst,
  now,
  selected,
  onlyExceptions,
}: {
  band: Band;
  isFirst: boolean;
  now: Instant;
  selected: Selection;
  onlyExceptions: boolean;
}) {
  const { live, room } = useRoom();
  const rows = onlyExceptions ? band.rows.filter(({ isQuiet }) => !isQuiet) : band.rows;
  const hasHeads = band.isWhole;
  const hidden = band.rows.length - rows.length;
  const head = (
    <tr>
      <th scope="col" aria-label={`Criteria of ${band.release.version}`}>
        <span className={styles.rowHead}>
          <b>
            {band.release.version} criteria {isFirst ? null : <Tag>{band.release.kind}</Tag>}
          </b>
          <span>What each track still needs</span>
        </span>
      </th>
      {band.tracks.map((track, at) => (
        <th scope="col" key={track?.id ?? at} className={styles.columnHead}>
          {track === null ? (
            <span className={styles.noTrack}>Not in {band.release.version}</span>
          ) : (
            <ColumnHead track={track} isSelected={selected.track === track.id && selected.instance === null} />
          )}
        </th>
      ))}
    </tr>
  );
  return (
    <>
      {isFirst ? <thead>{head}</thead> : null}
      <tbody>
        {hasHeads && !isFirst ? head : null}
        {hasHeads ? null : (
          <tr className={styles.group}>
            <th scope="rowgroup" colSpan={band.tracks.length + 1}>
              <b>{band.release.version}</b> {partInWords(band)}
            </th>
          </tr>
        )}
        {rows.map((row) => (
          <tr key={row.title}>
            <th scope="row">
              <span className={styles.rowHead}>
                <b>{row.title}</b>
                <Freshness row={row} sources={room.sources} now={now} />
              </span>
            </th>
            {row.slots.map((slot, at) => {
              const track = band.tracks[at];
              return (
                <td key={track?.id ?? at}>
                  {slot === null || track === null || track === undefined ? (
                    <span className={styles.empty}>
                      <span aria-hidden="true">–</span>
                      <span className="sr-only">No such criterion on this track</span>
                    </span>
                  ) : (
                    <CellLink slot={slot} track={track} row={row.title} now={now} selected={selected} live={live} />
                  )}
                </td>
              );
            })}
          </tr>
        ))}
        {hidden > 0 ? (
          <tr className={styles.group}>
            <th scope="rowgroup" colSpan={band.tracks.length + 1}>
              {hidden === 1 ? '1 row passes' : `${hidden} rows pass`} everywhere and {hidden === 1 ? 'is' : 'are'} hidden. Press{' '}
              <kbd>X</kbd> to show all.
            </th>
          </tr>
        ) : null}
      </tbody>
    </>
  );
}

function partInWords({ release, tracks }: Band): string {
  if (release.part === 'watched') return 'Released and watched';
  const stations = [...new Set(tracks.flatMap((track) => (track === null ? [] : [track.station.toLowerCase()])))];
  return `Upcoming · ${stations.join(', ')}`;
}

function ColumnHead({ track, isSelected }: { track: TrackHead; isSelected: boolean }) {
  return (
    <Link
      to="/$app/$version/$platform"
      params={{ app: track.app, version: track.version, platform: track.platform }}
      search={(old) => old}
      activeOptions={{ exact: true, includeSearch: false }}
      className={styles.columnLink}
      aria-current={isSelected ? 'true' : undefined}
      data-nav
    >
      <span className={styles.headLine}>
        <Icon name={platformIcon(track.platform)} size={20} />
        <b>{platformName(track.platform)}</b>
        {track.nextInWords === null ? null : <span className={styles.soft}>next: {track.nextInWords}</span>}
        <span className={classes(styles.soft, styles.end)}>
          {track.needed === 0 ? track.station : `${track.passing} of ${track.needed} pass`}
        </span>
      </span>
      <span className={styles.robot}>
        <Icon name="robot" />
        <RobotSentence track={track} />
      </span>
    </Link>
  );
}

/** The robot's sentence with the names of what is missing set strong. */
export function RobotSentence({ track }: { track: Pick<TrackHead, 'robot'> }) {
  const { sentence, missing } = track.robot;
  const at = missing.length === 0 ? -1 : sentence.indexOf(missing.join(', '));
  if (at === -1) return <span>{sentence}</span>;
  const end = at + missing.join(', ').length;
  return (
    <span>
      {sentence.slice(0, at)}
      <b>{sentence.slice(at, end)}</b>
      {sentence.slice(end)}
    </span>
  );
}

/** Where a row's facts come from and how old they are: amber past half of the limit. */
function Freshness({ row, sources, now }: { row: FrameRow; sources: ControlRoom['sources']; now: Instant }) {
  const zone = useZone();
  const cells = row.slots.flatMap((slot) => (slot === null ? [] : [slot.first, ...slot.others]));
  if (cells.length > 0 && cells.every(({ setUp }) => !setUp)) return <span>Not connected, set up</span>;
  if (cells.length > 0 && cells.every(({ informing }) => informing)) return <span>Watch only</span>;
  const read = cells.flatMap(({ readAt }) => readAt ?? []).toSorted()[0];
  if (row.sources.length === 0 || read === undefined) return <span>Signalbox, live</span>;
  const isAgeing = sources.some(
    ({ source, state }) => row.sources.includes(source) && state !== 'fresh' && state !== 'pushes' && state !== 'not-connected',
  );
  return (
    <span className={isAgeing ? styles.ageing : undefined} title={row.sources.join(', ')}>
      {row.sources.length > 1 ? `${row.sources.length} sources` : row.sources.join(', ')}, {agoText(read, now, zone)}
    </span>
  );
}

function CellLink({
  slot,
  track,
  row,
  now,
  selected,
  live,
}: {
  slot: Slot;
  track: TrackHead;
  row: string;
  now: Instant;
  selected: Selection;
  live: Live;
}) {
  const { first, others } = slot;
  const isSelected = selected.track === track.id && [first, ...others].some(({ instance }) => instance === selected.instance);
  const change = Math.max(...[first, ...others].map((cell) => live.changed.get(cellKey(cell)) ?? 0));
  const limit = limitText(first);
  const isHeld = first.holds !== null;
  return (
    <Link
      to="/$app/$version/$platform/$instance"
      params={{ app: track.app, version: track.version, platform: track.platform, instance: first.instance }}
      search={(old) => old}
      activeOptions={{ exact: true, includeSearch: false }}
      className={classes(styles.cell, isHeld && styles.hold, isSelected && styles.selected)}
      data-state={first.state}
      data-address={cellAddress(first)}
      data-nav
      aria-current={isSelected ? 'true' : undefined}
      aria-label={spokenCell(track, row, slot, now)}
    >
      <Lamp state={first.state} silent />
      <span className={styles.value}>
        <em>{headlineOf(first)}</em>
        {first.state === 'waived' ? (
          <small>
            <span className={styles.trueLamp}>
              <Lamp state={colourState[first.colour]} size={12} silent />
            </span>
            {first.headline}
          </small>
        ) : limit === null ? null : (
          <small>{limit}</small>
        )}
      </span>
      <span className={styles.extra}>
        <Extra slot={slot} />
      </span>
      <span className={styles.second}>
        <span className={styles.why}>{secondLine(slot)}</span>
        {first.setUp && first.state !== 'not-needed-yet' ? (
          <span className={styles.since}>for {shortLength(Date.parse(now) - Date.parse(first.since))}</span>
        ) : null}
      </span>
      {change > 0 ? <i key={change} className={styles.changed} data-changed /> : null}
    </Link>
  );
}

const colourState = { green: 'clear', yellow: 'caution', red: 'stop', unknown: 'unknown' } as const;

function Extra({ slot: { first } }: { slot: Slot }) {
  if (first.range !== null && first.limit !== null && first.value !== null && first.range.length === 2)
    return (
      <RangeMark
        range={[first.range[0] ?? 0, first.range[1] ?? 0]}
        limit={first.limit.amount}
        value={first.value.amount}
        tone={first.state}
      />
    );
  if (first.progress !== null && first.state === 'caution')
    return <Progress value={first.progress} tone={/building|queued|running|on its way/i.test(first.headline) ? 'run' : 'warn'} />;
  return null;
}

/** Arrow keys between the links of the table: left and right in a row, up and down in a column. */
function moveIn(table: HTMLTableElement | null, event: KeyboardEvent): void {
  if (table === null || event.altKey || event.ctrlKey || event.metaKey) return;
  const from = (event.target as HTMLElement).closest('td, th');
  const row = from?.closest('tr');
  if (from === null || from === undefined || row === null || row === undefined) return;
  const rows = [...table.rows];
  let [at, column] = [rows.indexOf(row), [...row.cells].indexOf(from as HTMLTableCellElement)];
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  for (;;) {
    at += step[0] ?? 0;
    column += step[1] ?? 0;
    const cell = rows[at]?.cells[column];
    if (rows[at] === undefined || (cell === undefined && step[1] !== 0)) return;
    const link = cell?.querySelector<HTMLElement>('[data-nav]');
    if (link) return link.focus();
  }
}
