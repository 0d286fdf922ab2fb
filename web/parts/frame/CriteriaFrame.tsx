/** The criteria frame: tracks are columns, criteria are rows. A real table; each cell is one link whose name is a sentence. */
import { memo, useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { Link } from '@tanstack/react-router';
import type { TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import { platformName } from '#domain/names.ts';
import type { Instant } from '#domain/time.ts';
import { Icon, platformIcon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Progress, RangeMark } from '../../ui/Progress.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { classes } from '../../util/classes.ts';
import { dayText, shortLength } from '../../util/time.ts';
import { cellKey } from '../../hooks/changed-cells.ts';
import { may } from '../../api/authority.ts';
import { paramsOf, useAppTime, useMe, useRoom, useZone } from '../room.ts';
import {
  ageText,
  asideOf,
  cellAddress,
  headlineOf,
  nextShort,
  rowAge,
  rowSource,
  secondLine,
  spokenCell,
  trueStates,
} from './frame-model.ts';
import type { Band, Frame, FrameRow, Slot } from './frame-model.ts';
import styles from './CriteriaFrame.module.css';

export type Selection = { track: string | null; instance: string | null };

/** `tools`: what acts on the frame as a whole; it stands in the head of its first column. */
export function CriteriaFrame({
  frame,
  selected,
  onlyExceptions,
  tools = null,
}: {
  frame: Frame;
  selected: Selection;
  onlyExceptions: boolean;
  tools?: ReactNode;
}) {
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
    <div className={styles.scroll}>
      <table ref={table} className={styles.frame} style={{ '--columns': columns } as never}>
        <caption className="sr-only">Criteria by track. Arrow keys, Home and End move between the cells, Enter opens one.</caption>
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
            tools={at === 0 ? tools : null}
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
  tools,
}: {
  band: Band;
  isFirst: boolean;
  now: Instant;
  selected: Selection;
  onlyExceptions: boolean;
  tools: ReactNode;
}) {
  const { live } = useRoom();
  const me = useMe();
  const zone = useZone();
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
        {tools === null ? null : <div className={styles.tools}>{tools}</div>}
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
              <b>{band.release.version}</b>&ensp;{partInWords(band, now, zone)}
            </th>
          </tr>
        )}
        {rows.map((row) => (
          <tr key={row.title} data-slim={!band.isWhole || undefined}>
            <th scope="row">
              <span className={styles.rowHead}>
                <b>{row.title}</b>
                {band.isWhole ? <Freshness row={row} now={now} /> : null}
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
                    <CellLink
                      slot={slot}
                      track={track}
                      spoken={spokenCell(track, row.title, slot, now)}
                      since={shortLength(Date.parse(now) - Date.parse(slot.first.since))}
                      isSelected={
                        selected.track === track.id && [slot.first, ...slot.others].some(({ instance }) => instance === selected.instance)
                      }
                      change={Math.max(...[slot.first, ...slot.others].map((cell) => live.changed.get(cellKey(cell)) ?? 0))}
                      isMine={slot.first.kind === 'triage-empty' && slot.first.state !== 'clear' && may(me, 'assign-bug')}
                      isSlim={!band.isWhole}
                    />
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

/** `Upcoming · on main · Friday is branch day · Big feature: AI playlist, moved from 8.9.2` */
function partInWords({ release, tracks }: Band, now: Instant, zone: string): string {
  const stations = [...new Set(tracks.flatMap((track) => (track === null ? [] : [track.station.toLowerCase()])))];
  if (release.part === 'watched')
    return ['Released and watched', release.watchUntil === null ? null : `until ${dayText(release.watchUntil, now, zone)}`]
      .filter((part) => part !== null)
      .join(' ');
  const { branch } = release.planned;
  const feature = release.bigFeature;
  return [
    release.kind === 'regular' ? 'Upcoming' : `Upcoming ${release.kind}`,
    stations.join(', '),
    branch !== null && branch > now ? `${branchDay(branch, now, zone)} is branch day` : null,
    feature === null ? null : `Big feature: ${feature.name}${feature.note === null ? '' : `, ${feature.note}`}`,
  ]
    .filter((part) => part !== null && part !== '')
    .join(' · ');
}

const WEEKDAYS: Readonly<Record<string, string>> = {
  Mon: 'Monday',
  Tue: 'Tuesday',
  Wed: 'Wednesday',
  Thu: 'Thursday',
  Fri: 'Friday',
  Sat: 'Saturday',
  Sun: 'Sunday',
};

/** `Friday` within a week, `Fri 11 Oct` after. */
function branchDay(at: Instant, now: Instant, zone: string): string {
  const day = dayText(at, now, zone);
  return Date.parse(at) - Date.parse(now) < 6 * 86_400_000 ? (WEEKDAYS[day.slice(0, 3)] ?? day) : day;
}

const ColumnHead = memo(function ColumnHead({ track, isSelected }: { track: TrackHead; isSelected: boolean }) {
  return (
    <Link
      to="/$app/$version/$platform"
      params={paramsOf(track)}
      activeOptions={{ exact: true, includeSearch: false }}
      className={styles.columnLink}
      aria-current={isSelected ? 'true' : undefined}
      data-nav
    >
      <span className={styles.headLine}>
        <Icon name={platformIcon(track.platform)} size={20} />
        <b>{platformName(track.platform)}</b>
        {track.next === null ? null : (
          <span className={styles.soft}>
            <span className={styles.label}>next: </span>
            {nextShort(track.next)}
          </span>
        )}
        <span className={classes(styles.soft, styles.end)}>
          {track.needed === 0 ? track.station : `${track.passing} of ${track.needed} pass`}
        </span>
      </span>
      <span className={styles.robot}>
        <Icon name="robot" />
        <RobotSentence track={{ robot: { ...track.robot, sentence: track.robot.short } }} />
      </span>
    </Link>
  );
});

/** The robot's sentence with the names of what is missing set strong. */
export function RobotSentence({ track }: { track: { robot: Pick<TrackHead['robot'], 'sentence' | 'missing'> } }) {
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
function Freshness({ row, now }: { row: FrameRow; now: Instant }) {
  const cells = row.slots.flatMap((slot) => (slot === null ? [] : [slot.first, ...slot.others]));
  const { text, isAged } = rowSource(cells);
  const { readAt, isAgeing } = rowAge(cells, now);
  if (!isAged || readAt === null) return <span>{text}</span>;
  const names = [...new Set(cells.flatMap(({ sourceNames }) => sourceNames))].join(', ');
  return (
    <span className={isAgeing ? styles.ageing : undefined} title={isAgeing ? `${names}: past half of the time it is fresh for` : names}>
      {text}, {ageText(readAt, now)}
    </span>
  );
}

type CellProps = {
  slot: Slot;
  track: TrackHead;
  spoken: string;
  since: string;
  isSelected: boolean;
  change: number;
  isMine: boolean;
  isSlim: boolean;
};

/** A patch gives new cells only where something changed; the others keep what is drawn. */
const CellLink = memo(DrawnCell, (a, b) => {
  const { slot: oldSlot, track: oldTrack, ...old } = a;
  const { slot, track, ...fresh } = b;
  return (
    oldTrack.id === track.id &&
    oldTrack.rollout.length === track.rollout.length &&
    oldSlot.first === slot.first &&
    oldSlot.others.length === slot.others.length &&
    oldSlot.others.every((cell, at) => cell === slot.others[at]) &&
    (Object.keys(fresh) as (keyof typeof fresh)[]).every((key) => old[key] === fresh[key])
  );
});

function DrawnCell({ slot, track, spoken, since, isSelected, change, isMine, isSlim }: CellProps) {
  const { first } = slot;
  const aside = asideOf(first);
  const clause = secondLine(slot, track);
  return (
    <Link
      to="/$app/$version/$platform/$instance"
      params={{ ...paramsOf(track), instance: first.instance }}
      search={(old) => old}
      activeOptions={{ exact: true, includeSearch: false }}
      className={classes(styles.cell, first.holds !== null && styles.hold, isSelected && styles.selected, isSlim && styles.slim)}
      data-state={first.state}
      data-address={cellAddress(first)}
      data-nav
      aria-current={isSelected ? 'true' : undefined}
      aria-label={spoken}
    >
      <Lamp state={first.state} silent />
      <span className={styles.value}>
        <em>{headlineOf(first, track)}</em>
        {first.state === 'waived' ? (
          <small>
            <span className={styles.trueLamp}>
              <Lamp state={trueStates[first.colour]} size={12} silent />
            </span>
            {[first.headline, aside].filter((part) => part !== null).join(', ')}
          </small>
        ) : aside === null ? null : (
          <small>{aside}</small>
        )}
      </span>
      <span className={styles.extra}>
        <Extra cell={first} />
      </span>
      <span className={styles.second}>
        <span className={styles.why}>
          {clause}
          {isMine ? ' · yours' : ''}
        </span>
        {first.setUp && first.state !== 'not-needed-yet' ? <span className={styles.since}>for {since}</span> : null}
      </span>
      {change > 0 ? <i key={change} className={styles.changed} data-changed /> : null}
    </Link>
  );
}

function Extra({ cell }: { cell: Cell }) {
  const { range, limit, limitIs, value, progress, state } = cell;
  if (range !== null && limit !== null && value !== null && range.length === 2 && limitIs === 'at-most')
    return <RangeMark range={[range[0] ?? 0, range[1] ?? 0]} limit={limit.amount} value={value.amount} tone={state} />;
  if (progress === null || state === 'not-needed-yet') return null;
  if (limitIs === 'at-least' && limit !== null) return <Progress value={progress} tone={state === 'clear' ? 'plain' : 'warn'} />;
  if (state !== 'caution') return null;
  return <Progress value={progress} tone={/building|queued|running|on its way/i.test(cell.headline) ? 'run' : 'warn'} />;
}

/** Arrow keys between the links of the table: left and right in a row, up and down in a column. */
function moveIn(table: HTMLTableElement | null, event: KeyboardEvent): void {
  if (table === null || event.altKey || event.ctrlKey || event.metaKey) return;
  const from = (event.target as HTMLElement).closest('td, th');
  const row = from?.closest('tr');
  if (from === null || from === undefined || row === null || row === undefined) return;
  const rows = [...table.rows];
  let [at, column] = [rows.indexOf(row), [...row.cells].indexOf(from as HTMLTableCellElement)];
  if (event.key === 'Home' || event.key === 'End') {
    const links = [...row.querySelectorAll<HTMLElement>('[data-nav]')];
    event.preventDefault();
    return (event.key === 'Home' ? links[0] : links.at(-1))?.focus();
  }
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
