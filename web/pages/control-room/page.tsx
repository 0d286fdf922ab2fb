/** The control room: what is wrong, where each track is, what holds it, and what happens next, on one page. */
import { lazy, Suspense, useEffect } from 'react';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { haltable } from '#domain/release/can.ts';
import { platformName } from '#domain/names.ts';
import { may } from '../../api/authority.ts';
import { useKeys } from '../../hooks/useKeys.ts';
import { useDensity, useTheme } from '../../hooks/useTheme.ts';
import { useNarrow } from '../../hooks/useMedia.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { CriteriaFrame } from '../../parts/frame/CriteriaFrame.tsx';
import { frameOf } from '../../parts/frame/frame-model.ts';
import type { Frame } from '../../parts/frame/frame-model.ts';
import { useHelp } from '../../parts/help/help.ts';
import { Activity } from '../../parts/rail/Activity.tsx';
import { Legend } from '../../parts/rail/Legend.tsx';
import { NeedsPerson } from '../../parts/rail/NeedsPerson.tsx';
import { paramsOf, trackOf, useMe, useRoom } from '../../parts/room.ts';
import { say } from '../../parts/shell/announce.ts';
import { TrackDiagram } from '../../parts/track-lines/TrackDiagram.tsx';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { whenIdle } from '../../util/idle.ts';
import styles from './control-room.module.css';
import { PageHead } from './PageHead.tsx';

// no part of the first view: it comes when the browser has nothing else to do, or when a criterion is opened
const loadInspector = () => import('../../parts/inspector/Inspector.tsx');
const Inspector = lazy(async () => ({ default: (await loadInspector()).Inspector }));

// where two releases would want the same place, which is seldom
const TwoBranches = lazy(async () => ({ default: (await import('./TwoBranches.tsx')).TwoBranches }));

// what a phone shows in place of the table
const TrackCards = lazy(async () => ({ default: (await import('../../parts/phone/TrackCards.tsx')).TrackCards }));

/** What is still to be loaded says so to whoever waits for the page. */
const comes = <span data-comes hidden />;

export default function ControlRoomPage() {
  const { room } = useRoom();
  const frame = frameOf(room);
  const { version, platform, instance } = useParams({ strict: false });
  const search = useSearch({ from: '/$app/room' });
  const navigate = useNavigate();
  const isNarrow = useNarrow();
  const track = version === undefined || platform === undefined ? null : trackOf(room, `${room.app.id}/${version}/${platform}`);
  const selected = { track: track?.id ?? null, instance: instance ?? null };
  const close = (): void => {
    const address = document.querySelector<HTMLElement>('[data-nav][aria-current]');
    void navigate({ to: '/$app', params: { app: room.app.id }, search });
    // the focus goes back to what was open
    address?.focus();
  };
  useRoomKeys({ frame, selected, close });
  useEffect(() => whenIdle(() => void loadInspector()), []);
  const inspector = version === undefined ? null : <Inspected frame={frame} selected={selected} onClose={close} />;
  const isEmpty = frame.bands.length === 0;
  const twoBranches =
    room.twoBranches.length === 0 ? null : (
      <Suspense fallback={comes}>
        <TwoBranches />
      </Suspense>
    );
  return (
    <>
      <PageHead />
      {isEmpty ? (
        <NoRelease />
      ) : isNarrow ? (
        <div className={styles.phone}>
          {inspector === null && search.view === undefined ? twoBranches : null}
          {inspector ??
            (search.view === 'needs' ? (
              <NeedsPerson />
            ) : search.view === 'activity' ? (
              <Activity />
            ) : (
              <Suspense fallback={comes}>
                <TrackCards frame={frame} />
              </Suspense>
            ))}
          {inspector === null && search.view === undefined ? <Legend /> : null}
        </div>
      ) : (
        <div className={styles.columns}>
          <div className={styles.stack}>
            <TrackDiagram />
            {twoBranches}
            <CriteriaFrame frame={frame} selected={selected} onlyExceptions={search.only === 'exceptions'} tools={<OnlyExceptions />} />
          </div>
          <aside className={styles.rail} aria-label={inspector === null ? 'What needs a person' : 'Inspector'}>
            {inspector ?? <NeedsPerson />}
            <Activity />
            <Legend />
          </aside>
        </div>
      )}
    </>
  );
}

/** Hides the rows that pass everywhere; the key `X` does the same. */
function OnlyExceptions() {
  const search = useSearch({ from: '/$app/room' });
  const navigate = useNavigate();
  const isOnly = search.only === 'exceptions';
  return (
    <button
      type="button"
      className={styles.only}
      aria-pressed={isOnly}
      data-tip="Hide the rows that pass everywhere: X"
      onClick={() => void navigate({ to: '.', search: (old) => ({ ...old, only: isOnly ? undefined : ('exceptions' as const) }) })}
    >
      <Icon name="filter" size={14} /> Only exceptions
    </button>
  );
}

function Inspected({
  frame,
  selected,
  onClose,
}: {
  frame: Frame;
  selected: { track: string | null; instance: string | null };
  onClose: () => void;
}) {
  const { room } = useRoom();
  const track = selected.track === null ? null : trackOf(room, selected.track);
  if (track === null)
    return (
      <section className={styles.missing}>
        <p>This track is not in the room: its release may have ended.</p>
        <Button onClick={onClose}>Back to the room</Button>
      </section>
    );
  if (selected.instance === null) return null;
  const cell = room.cells.find((each) => each.track === track.id && each.instance === selected.instance);
  if (cell === undefined)
    return (
      <section className={styles.missing}>
        <p>
          {platformName(track.platform)} {track.version} has no criterion “{selected.instance}” now. The policy names them.
        </p>
        <Button onClick={onClose}>Back to the room</Button>
      </section>
    );
  const row = frame.bands
    .flatMap(({ rows }) => rows)
    .find(({ slots }) => slots.some((slot) => slot !== null && [slot.first, ...slot.others].includes(cell)));
  const slot = row?.slots.find((each) => each !== null && [each.first, ...each.others].includes(cell));
  const others = slot === undefined || slot === null ? [] : [slot.first, ...slot.others].filter((each) => each !== cell);
  return (
    <Suspense fallback={comes}>
      <Inspector
        key={`${track.id} ${cell.instance}`}
        track={track}
        cell={cell}
        row={row?.title ?? cell.title}
        others={others}
        onClose={onClose}
      />
    </Suspense>
  );
}

function NoRelease() {
  const { room } = useRoom();
  const open = room.setUp.filter(({ done }) => !done);
  return (
    <section className={styles.none}>
      <h2>No release yet</h2>
      <p>
        Import the history of the repository, or plan a release: <code>npm run signalbox -- release plan {room.app.id}/1.0.0</code>. Then
        this page shows what holds each track.
      </p>
      {open.length === 0 ? null : (
        <p>
          Still to connect: {open.map(({ title }) => title.toLowerCase()).join(', ')}.{' '}
          <Link className="link" to="/$app/set-up" params={{ app: room.app.id }}>
            Go to the set-up
          </Link>
        </p>
      )}
    </section>
  );
}

/** The keys of the room, on the cell that has the focus, or else on what is open. */
function useRoomKeys({
  frame,
  selected,
  close,
}: {
  frame: Frame;
  selected: { track: string | null; instance: string | null };
  close: () => void;
}): void {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const help = useHelp();
  const theme = useTheme();
  const density = useDensity();
  const navigate = useNavigate();
  const [tracks] = frame.bands.map((band) => band.tracks.filter((track) => track !== null));
  const aimed = (): { track: ReturnType<typeof trackOf>; cell: (typeof room.cells)[number] | undefined } => {
    const address = document.activeElement?.getAttribute('data-address');
    const cell =
      address === null || address === undefined
        ? room.cells.find((each) => each.track === selected.track && each.instance === selected.instance)
        : room.cells.find((each) => `/${each.track}/${encodeURIComponent(each.instance)}` === address);
    const id = cell?.track ?? selected.track;
    return { track: id === null ? null : trackOf(room, id), cell };
  };
  const numbers = Object.fromEntries(
    (tracks ?? [])
      .slice(0, 9)
      .map((track, at) => [
        String(at + 1),
        () => void navigate({ to: '/$app/$version/$platform', params: paramsOf(track), search: (old) => old }),
      ]),
  );
  useKeys({
    ...numbers,
    Escape: () => {
      if (selected.track !== null) close();
    },
    x: () =>
      void navigate({ to: '.', search: (old) => ({ ...old, only: old.only === 'exceptions' ? undefined : ('exceptions' as const) }) }),
    l: theme.toggle,
    '.': density.toggle,
    '?': help,
    w: () => {
      const { track, cell } = aimed();
      if (track === null || cell === undefined) return say('Focus or open a criterion first, then W waives it.');
      if (!cell.waivable || cell.state === 'clear' || !may(me, 'ask-waiver')) return say(`${cell.title} is not to be waived now.`);
      ask({ is: 'waive', track, cell });
    },
    h: () => {
      const { track } = aimed();
      const only = (tracks ?? []).filter((each) => haltable(each.stage, each.storefronts));
      const found = track ?? (only.length === 1 ? (only[0] ?? null) : null);
      if (found === null) return say('Open a track first, then H halts its rollout.');
      if (!haltable(found.stage, found.storefronts))
        return say(`${platformName(found.platform)} ${found.version} is not rolling out; there is nothing to halt.`);
      if (!may(me, 'halt')) return say('A member of any team may halt; you are none.');
      ask({ is: 'halt', track: found });
    },
    o: () => {
      const url = aimed().cell?.evidence.find((evidence) => evidence.url !== null)?.url;
      if (url === undefined || url === null) return say('No source with an address: open a criterion first.');
      globalThis.open(url, '_blank', 'noopener');
    },
  });
}
