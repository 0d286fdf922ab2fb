/**
 * The signal-box panel: each track of the current releases as a line that leaves main at its branch, with its train at the station where it stands and the
 * signal in front of it. The stations of a line are a real list, so that what the eye sees is what a reader hears.
 */
import { Link } from '@tanstack/react-router';
import type { TrackHead } from '#api/control-room.ts';
import { platformName } from '#domain/names.ts';
import type { Instant } from '#domain/time.ts';
import { useWidth } from '../../hooks/useWidth.ts';
import { Icon, platformIcon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { clockTime, dayText, dayTimeText, stationTimeText } from '../../util/time.ts';
import { paramsOf, useAppTime, useRoom, useZone } from '../room.ts';
import { axisOf, connectors, dueOf, fitLabels, mainTrainX, placeSignal, runOf, spread, textWidth, trainWidth, xOf } from './diagram.ts';
import type { Axis, Run, Spot } from './diagram.ts';
import { sceneOf } from './scene.ts';
import type { Base, Group } from './scene.ts';
import { stationsOf } from './stations.ts';
import type { Station } from './stations.ts';
import { endWords, mainWords, nameForms, partInWords, placeLine, plannedForms, signalWords, stationWords, trainName } from './words.ts';
import styles from './TrackDiagram.module.css';

/** Heights in pixels, as the stylesheet has them. */
const HEAD = 45;
const ROW = 56;
const ROW_LINE = 23;
const BASE_LINE = 16.5;
/** What a buffer stop takes in front of a train, and as much behind it. */
const BUFFER_ROOM = 44;
/** The part of the panel that a label at either end may hang over. */
const OVERHANG = 16;

/** What the parts of a group share. */
type Frame = { axis: Axis; nowX: number | null; now: Instant; zone: string };

export function TrackDiagram() {
  const { room } = useRoom();
  const now = useAppTime();
  const [measure, width] = useWidth();
  const groups = sceneOf(room);
  if (groups.length === 0) return null;
  return (
    <section className={styles.panel} aria-label="Track diagram">
      {/* as wide as every line is: what the geometry is reckoned with */}
      <div className={styles.measure} aria-hidden="true">
        <i ref={measure} />
      </div>
      {groups.map((group) => (
        <GroupLines key={group.release.version} group={group} width={width ?? 0} now={now} />
      ))}
    </section>
  );
}

function GroupLines({ group, width, now }: { group: Group; width: number; now: Instant }) {
  const { room } = useRoom();
  const { release, tracks, base } = group;
  const zone = useZone();
  const lines = tracks.map((track) => ({ track, stations: named(stationsOf(track), base), train: trainName(track) }));
  const spots = spread(lines.length > 0 ? lines.map(({ stations }) => stations) : onMain(group, room.tracks), width);
  const axis = axisOf(spots, release.planned, release.bornAt, width);
  const frame: Frame = { axis, nowX: xOf(now, axis), now, zone };
  const runs = lines.map(({ track, stations, train }) =>
    runOf({ stage: track.stage, stations, trainWidth: trainWidth(train, track.stage === 'halted') }, axis, now),
  );
  const isAlone = tracks.length === 0;
  return (
    <section className={styles.group} aria-label={`${release.version}, ${partInWords(release).toLowerCase()}`}>
      <div className={styles.head}>
        <div className={styles.lab}>
          <h2>{release.version}</h2>
          <Tag>{partInWords(release)}</Tag>
        </div>
        <Heads frame={frame} group={group} />
        <div className={styles.end} aria-hidden="true">
          <b>100% forecast</b>
          <span>against the plan</span>
        </div>
      </div>
      <div className={styles.body}>
        <Connectors runs={runs} axis={axis} />
        <NowLine frame={frame} height={isAlone ? HEAD : tracks.length * ROW} />
        {isAlone ? null : (
          <ul>
            {lines.map(({ track, stations, train }, at) => {
              const run = runs[at];
              return run === undefined ? null : (
                <TrackRow key={track.id} track={track} train={train} stations={stations} run={run} frame={frame} />
              );
            })}
          </ul>
        )}
        <BaseRow base={base} frame={frame} isAlone={isAlone} />
      </div>
    </section>
  );
}

/** A hotfix does not begin on main: its first station is what it is made from. */
function named(stations: readonly Station[], base: Base): readonly Station[] {
  return base.is === 'main' ? stations : stations.map((each) => (each.key === 'main' ? { ...each, name: `From ${base.version}` } : each));
}

/** The stations of a release that is on main alone. */
function onMain({ release }: Group, tracks: readonly TrackHead[]): readonly (readonly Station[])[] {
  return tracks.filter(({ version }) => version === release.version).map(stationsOf);
}

const percent = (x: number, { width }: Axis): string => `${width === 0 ? 0 : (x / width) * 100}%`;

/** Whether the Now line would run through a text that is centred at `x`: then it stops there. */
function isOver(nowX: number | null, x: number, text: string | undefined, size: number): true | undefined {
  return nowX !== null && text !== undefined && Math.abs(nowX - x) < textWidth(text, size) / 2 + 4 ? true : undefined;
}

function Heads({ frame: { axis, nowX, now, zone }, group: { release, base } }: { frame: Frame; group: Group }) {
  const { width, spots } = axis;
  const plannedOf = (spot: Spot): readonly string[] => {
    if (spot.key !== 'main') return plannedForms(dueOf(spot, spots, release.planned, release.bornAt), now, zone);
    if (base.is === 'release') return [''];
    const born = dayText(release.bornAt, now, zone);
    return [`from ${born}`, born, ''];
  };
  const fit = (forms: (spot: Spot) => readonly string[], size: number): readonly string[] =>
    fitLabels(
      spots.map((spot) => ({ x: spot.x, forms: forms(spot) })),
      { width, size, overhang: OVERHANG },
    );
  const names = fit(({ name }) => nameForms(name), 12);
  const times = fit(plannedOf, 11);
  return (
    <div className={styles.heads} aria-hidden="true">
      {spots.map((spot, at) => (
        <span key={spot.key} className={styles.stop} style={{ left: percent(spot.x, axis) }}>
          <b data-near-now={isOver(nowX, spot.x, names[at], 12)}>{names[at]}</b>
          <span data-near-now={isOver(nowX, spot.x, times[at], 11)}>{times[at]}</span>
        </span>
      ))}
    </div>
  );
}

function Connectors({ runs, axis }: { runs: readonly Run[]; axis: Axis }) {
  const [main, branch] = [axis.spots.find(({ key }) => key === 'main'), axis.spots.find(({ key }) => key === 'branch')];
  if (main === undefined || branch === undefined || runs.length === 0) return null;
  const height = runs.length * ROW + BASE_LINE;
  const ways = connectors(
    runs.map((_, at) => at * ROW + ROW_LINE),
    height,
    main.x,
    branch.x,
  );
  return (
    <svg className={styles.connectors} width={axis.width} height={height} viewBox={`0 0 ${axis.width} ${height}`} aria-hidden="true">
      {/* what was passed is drawn over what was not */}
      {ways
        .map((way, at) => ({ way, isPassed: runs[at]?.hasBranched === true }))
        .toSorted((a, b) => Number(a.isPassed) - Number(b.isPassed))
        .map(({ way: { from, bend, to }, isPassed }) => (
          <path
            key={to.join()}
            data-passed={isPassed || undefined}
            d={`M${from.join(' ')}L${bend.join(' ')}L${to.join(' ')}H${branch.x}`}
          />
        ))}
    </svg>
  );
}

function NowLine({ frame: { nowX, axis, now, zone }, height }: { frame: Frame; height: number }) {
  if (nowX === null || axis.width === 0) return null;
  return (
    <div className={styles.now} style={{ height: height + HEAD }}>
      <i style={{ left: percent(nowX, axis) }} />
      <span style={{ left: percent(nowX, axis) }}>Now {clockTime(now, zone)}</span>
    </div>
  );
}

type RowProps = { track: TrackHead; train: string; stations: readonly Station[]; run: Run; frame: Frame };

function TrackRow({ track, train, stations, run, frame }: RowProps) {
  const { axis, now, zone } = frame;
  const isHalted = track.stage === 'halted';
  const name = `${platformName(track.platform)} ${track.version}`;
  const place = placeLine(track, now, zone);
  const end = endWords(track, now, zone);
  const link = { to: '/$app/$version/$platform', params: paramsOf(track) } as const;
  return (
    <li className={styles.row}>
      <Link {...link} className={styles.label}>
        <Icon name={platformIcon(track.platform)} size={20} />
        <span>
          <b>
            {platformName(track.platform)}
            <span className="sr-only"> {track.version}:</span>
          </b>
          <span data-tip={place}>{place}</span>
        </span>
      </Link>
      <div className={styles.line}>
        <Link {...link} className={styles.whole} tabIndex={-1} aria-hidden="true" />
        <Rails run={run} axis={axis} stage={track.stage} width={trainWidth(train, isHalted)} />
        <Stations track={track} stations={stations} frame={frame} />
        <Link
          {...link}
          className={styles.train}
          data-halted={isHalted || undefined}
          data-empty={train === 'planned' || undefined}
          style={{ left: percent(run.trainX, axis) }}
          aria-label={`${isHalted ? 'Halted train' : 'Train'} ${train} of ${name}: ${place}`}
        >
          <span>{train}</span>
        </Link>
        <Signal track={track} run={run} stations={stations} frame={frame} width={trainWidth(train, isHalted)} />
      </div>
      <div className={styles.end}>
        <b data-late={end.isLate || undefined}>
          {end.because === null ? (
            <Said words={end.title} spoken={end.spoken} />
          ) : (
            <button type="button" className={styles.why} aria-label={end.spoken} data-tip={end.because}>
              {end.title}
            </button>
          )}
        </b>
        <span aria-hidden="true" data-late={end.isLate || undefined} data-tip={end.note}>
          {end.note}
        </span>
      </div>
    </li>
  );
}

/** Words for the eye, with those for the ear beside them. */
function Said({ words, spoken }: { words: string; spoken: string }) {
  return (
    <>
      <span aria-hidden="true">{words}</span>
      <span className="sr-only">{spoken}</span>
    </>
  );
}

function Rails({ run, axis, stage, width }: { run: Run; axis: Axis; stage: TrackHead['stage']; width: number }) {
  const span = (from: number, to: number) => ({ left: percent(from, axis), width: percent(Math.max(0, to - from), axis) });
  return (
    <span aria-hidden="true">
      <i className={styles.rail} style={span(run.from, run.to)} />
      {run.hasBranched ? <i className={styles.done} style={span(run.from, run.passedTo)} /> : null}
      {run.late === null ? null : <i className={styles.late} style={span(run.late.from, run.late.to)} />}
      {stage === 'canceled' ? (
        <i className={styles.buffer} style={{ left: `calc(${percent(run.to, axis)} + ${width / 2 + 12}px)` }} />
      ) : null}
    </span>
  );
}

function Stations({ track, stations, frame }: { track: TrackHead; stations: readonly Station[]; frame: Frame }) {
  const { axis, nowX, now, zone } = frame;
  const hasEnded = track.stage === 'canceled' || track.stage === 'superseded';
  // beyond the end of a line there is nothing; before its branch a track is on main, which has a line of its own
  const shown = stations.filter(({ key, isPassed, isHere }) => (!hasEnded || isPassed) && (key !== 'main' || isHere));
  const placed = shown.flatMap((station) => {
    const x = axis.spots.find(({ key }) => key === station.key)?.x;
    return x === undefined ? [] : [{ station, x, words: stationWords(station, track, now, zone) }];
  });
  const labels = fitLabels(
    // the end of the line says when all is done
    placed.map(({ station, x, words }) => ({ x, forms: isUnlabelled(station, stations) ? [''] : words.forms })),
    { width: axis.width, size: 11, overhang: 8 },
  );
  return (
    <ol className={styles.stations} aria-label={`Stations of ${platformName(track.platform)} ${track.version}`}>
      {placed.map(({ station, x, words }, at) => {
        const text = labels[at] ?? '';
        const planned = station.plannedAt === null ? '' : `, planned ${dayTimeText(station.plannedAt, now, zone)}`;
        const spoken = `${station.name}: ${words.spoken}${planned}`;
        return (
          <li
            key={station.key}
            style={{ left: percent(x, axis) }}
            data-passed={station.isPassed || undefined}
            data-here={station.isHere || undefined}
          >
            {station.key === 'main' ? null : <i aria-hidden="true" />}
            <span className={styles.time} data-near-now={isOver(nowX, x, text, 11)}>
              {words.because === null || text === '' ? (
                <Said words={text} spoken={words.because === null ? spoken : `${spoken}. ${words.because}`} />
              ) : (
                <button type="button" className={styles.why} aria-label={spoken} data-tip={words.because}>
                  {text}
                </button>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** The end of the line says when all is done; a track that is on main has no station there of its own. */
function isUnlabelled(station: Station, stations: readonly Station[]): boolean {
  return station.key === 'main' || (station === stations.at(-1) && !station.isPassed);
}

function Signal({
  track,
  run,
  stations,
  frame,
  width,
}: {
  track: TrackHead;
  run: Run;
  stations: readonly Station[];
  frame: Frame;
  width: number;
}) {
  const { axis, now, zone } = frame;
  const words = signalWords(track, now, zone);
  if (words === null) return null;
  const replaced = track.successor;
  const forms = replaced === null ? words.forms : [`Replaced by ${replaced}`, replaced];
  const hasEnded = words.looks === 'ended';
  const xs = stations.flatMap(({ key }) => axis.spots.find((spot) => spot.key === key)?.x ?? []);
  const place = placeSignal(
    { trainX: run.trainX, trainWidth: width + (track.stage === 'canceled' ? BUFFER_ROOM : 0), forms },
    hasEnded ? [] : xs,
    axis.width,
  );
  const full = forms[0] ?? '';
  const style = {
    ...(place.side === 'right' ? { left: percent(place.x, axis) } : { right: percent(axis.width - place.x, axis) }),
    maxWidth: `${place.maxWidth}px`,
  };
  if (replaced !== null)
    return (
      <Link
        to="/$app/$version/$platform"
        params={{ ...paramsOf(track), version: replaced }}
        className={styles.replaced}
        style={style}
        aria-label={full}
        data-tip={full}
      >
        {place.text}
      </Link>
    );
  return (
    <span className={styles.signal} data-looks={words.looks} style={style} data-tip={place.text === full ? undefined : full}>
      {words.lamp === null ? null : <Lamp state={words.lamp} size={14} silent />}
      <span aria-hidden="true">{place.text}</span>
      <span className="sr-only">{words.looks === 'ended' ? full : `Signal: ${full}`}</span>
    </span>
  );
}

/** The line below: main with the train of the upcoming release, or the release that a hotfix is made from. */
function BaseRow({ base, frame, isAlone }: { base: Base; frame: Frame; isAlone: boolean }) {
  if (base.is === 'release') return <BaseRelease base={base} frame={frame} />;
  if (base.upcoming === null) return <EmptyMain frame={frame} isLast={base.isLast} />;
  return <Upcoming release={base.upcoming} frame={frame} isAlone={isAlone} />;
}

function Upcoming({
  release,
  frame,
  isAlone,
}: {
  release: NonNullable<Extract<Base, { is: 'main' }>['upcoming']>;
  frame: Frame;
  isAlone: boolean;
}) {
  const { room } = useRoom();
  const { axis, now, zone } = frame;
  const tracks = room.tracks.filter(({ version }) => version === release.version);
  const isPlanned = tracks.every(({ stage }) => stage === 'planned');
  const words = mainWords(release, now, zone);
  const train = isPlanned ? 'planned' : 'nightly';
  const width = trainWidth(train, false);
  const own = new Map(tracks.flatMap(stationsOf).map((station) => [station.key, station]));
  const shares = axis.spots.filter(({ key }) => key.endsWith('%'));
  const placed = axis.spots.flatMap((spot) => {
    const station = own.get(spot.key);
    return station === undefined ? [] : [{ spot, station }];
  });
  const trainX = isPlanned
    ? (axis.spots[0]?.x ?? 0)
    : mainTrainX({ bornAt: release.bornAt, branch: release.planned.branch }, axis.spots, now, width);
  const labels = fitLabels(
    placed.map(({ spot, station }) => {
      if (spot.key === 'main') return { x: spot.x, forms: isAlone ? [''] : [dayText(release.bornAt, now, zone), ''] };
      const at = station.plannedAt ?? (spot === shares.at(-1) ? release.planned.finish : null);
      return { x: spot.x, forms: isAlone ? [''] : plannedForms(at, now, zone) };
    }),
    { width: axis.width, size: 11, overhang: 8 },
  );
  const link = { to: '/$app/$version', params: { app: room.app.id, version: release.version } } as const;
  return (
    <div className={styles.base}>
      <Link {...link} className={styles.label}>
        <span>
          <b>
            {isAlone ? 'Main' : release.version} {isAlone ? null : <Tag>{partInWords(release)}</Tag>}
          </b>
          <span data-tip={words.place}>{words.place}</span>
        </span>
      </Link>
      <div className={styles.line}>
        <Link {...link} className={styles.whole} tabIndex={-1} aria-hidden="true" />
        <MainRail axis={axis} passedTo={isPlanned ? 0 : trainX} />
        <ol className={styles.stations} aria-label={`Planned stations of ${release.version}`}>
          {placed.map(({ spot, station }, at) => (
            <li key={spot.key} style={{ left: percent(spot.x, axis) }} data-passed={(spot.key === 'main' && !isPlanned) || undefined}>
              <i aria-hidden="true" />
              <span className={styles.time}>
                <Said
                  words={labels[at] ?? ''}
                  spoken={
                    spot.key === 'main'
                      ? `On main since ${dayText(release.bornAt, now, zone)}`
                      : `${station.name}: ${station.plannedAt === null ? 'no planned time' : `planned ${dayTimeText(station.plannedAt, now, zone)}`}`
                  }
                />
              </span>
            </li>
          ))}
        </ol>
        <Link
          {...link}
          className={styles.train}
          data-empty={isPlanned || undefined}
          style={{ left: percent(trainX, axis) }}
          aria-label={`Train ${train} of ${release.version}: ${words.place}`}
        >
          <span>{train}</span>
        </Link>
      </div>
      <div className={styles.end}>
        <b>
          <Said words={words.title} spoken={`100% planned ${words.title}`} />
        </b>
        <span data-late={words.isLate || undefined}>{words.note}</span>
      </div>
    </div>
  );
}

function MainRail({ axis, passedTo }: { axis: Axis; passedTo: number }) {
  const last = axis.spots.at(-1)?.x ?? 0;
  return (
    <span aria-hidden="true">
      <i className={styles.rail} style={{ left: 0, width: percent(last, axis) }} />
      <i className={styles.done} style={{ left: 0, width: percent(passedTo, axis) }} />
    </span>
  );
}

/** Main with no release on it: shown, because the lines come from it. */
function EmptyMain({ frame: { axis }, isLast }: { frame: Frame; isLast: boolean }) {
  return (
    <div className={styles.base}>
      <div className={styles.label}>
        <span>
          <b>Main</b>
          {isLast ? <span>No next release is planned</span> : null}
        </span>
      </div>
      <div className={styles.line}>
        <MainRail axis={axis} passedTo={axis.spots[0]?.x ?? 0} />
        <ol className={styles.stations} aria-hidden="true">
          <li style={{ left: percent(axis.spots[0]?.x ?? 0, axis) }} data-passed>
            <i />
          </li>
        </ol>
      </div>
      <div className={styles.end} />
    </div>
  );
}

function BaseRelease({ base, frame: { axis, now, zone } }: { base: Extract<Base, { is: 'release' }>; frame: Frame }) {
  const { room } = useRoom();
  const released = base.tracks.flatMap(({ reached }) => reached['released'] ?? []).toSorted()[0] ?? null;
  const isOut = base.tracks.length === 0 || base.tracks.every(({ stage }) => stage === 'released' || stage === 'completed');
  const x = axis.spots[0]?.x ?? 0;
  const place = !isOut ? 'Not at 100% on all platforms' : base.release?.part === 'watched' ? 'At 100%, watched' : 'At 100%';
  return (
    <div className={styles.base}>
      <Link to="/$app/$version" params={{ app: room.app.id, version: base.version }} className={styles.label}>
        <span>
          <b>{base.version}</b>
          <span data-tip={place}>{place}</span>
        </span>
      </Link>
      <div className={styles.line}>
        <span aria-hidden="true">
          <i className={styles.done} style={{ left: 0, width: percent(x, axis) }} />
        </span>
        <ol className={styles.stations} aria-label={`The line that ${base.version} ended on`}>
          <li style={{ left: percent(x, axis) }} data-passed>
            <i aria-hidden="true" />
            <span className={styles.time}>
              <Said
                words={released === null ? '100%' : `100% ${stationTimeText(released, now, zone)}`}
                spoken={released === null ? '100%' : `100% since ${dayText(released, now, zone)}`}
              />
            </span>
          </li>
        </ol>
      </div>
      <div className={styles.end} />
    </div>
  );
}
