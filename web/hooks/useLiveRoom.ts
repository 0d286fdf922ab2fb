import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { applyPatch } from '#api/patch.ts';
import type { ControlRoom, ControlRoomPatch } from '#api/control-room.ts';
import type { Instant } from '#domain/time.ts';
import { controlRoomQuery, sessionQuery } from '../api/queries.ts';
import { codeOf } from '../api/client.ts';
import { watchControlRoom } from '../api/live/watch.ts';
import type { Watcher } from '../api/live/watch.ts';
import { keptAtMs } from '../util/kept.ts';
import { changedCells } from './changed-cells.ts';

export type Reading = { appMs: number; browserMs: number };

/** The app's time when the browser's clock shows `browserMs`: at speed 0 it stands, at N it passes N times as fast, as far as it is let run. */
export function appTime({ appMs, browserMs: readAt }: Reading, { speed, until }: ControlRoom['app']['clock'], browserMs: number): number {
  const ahead = appMs + (browserMs - readAt) * speed;
  return until === null ? ahead : Math.max(appMs, Math.min(ahead, Date.parse(until)));
}

export type Live = {
  /** When the server was last heard, by the browser's clock. */
  heardAtMs: number;
  /** Whether this page has heard the server at all: one that was kept from before has not. */
  isHeard: boolean;
  /** The server lives, and its database has not answered since then, by the machine's clock. */
  databaseAwaySince: Instant | null;
  /** What the app's clock showed, and what the browser's showed then. The app may live in another time than its viewer, and at another speed. */
  clock: Reading;
  /** Cells that the last patches changed for the eye, and the version that did: what gets the underline. */
  changed: ReadonlyMap<string, number>;
};

/** How long a changed cell keeps its mark. */
const CHANGED_FOR_MS = 1_500;

/** The control room of an app, kept true by its stream for the person of this id. What was shown stays shown, with its age, when the line breaks. */
export function useLiveRoom(app: string, who: string): { room: ControlRoom | undefined; error: unknown; live: Live } {
  const cache = useQueryClient();
  const query = useQuery(controlRoomQuery(app));
  // what is gone is not shown on as if it only were not live
  const room = codeOf(query.error) === 'not-found' ? undefined : query.data;
  const [live, setLive] = useState<Omit<Live, 'clock'> & { clock: Reading | null }>(() => ({
    heardAtMs: keptAtMs() ?? Date.now(),
    isHeard: keptAtMs() === null,
    databaseAwaySince: null,
    clock: null,
    changed: new Map(),
  }));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isReady = room !== undefined;

  const heard = (at: Instant | null, agoMs: number): void =>
    setLive((old) => {
      const heardAtMs = Date.now() - agoMs;
      return {
        ...old,
        heardAtMs: Math.max(old.heardAtMs, heardAtMs),
        isHeard: true,
        // beats, patches and a new line come only while it answers
        databaseAwaySince: null,
        clock: at === null ? old.clock : { appMs: Date.parse(at), browserMs: heardAtMs },
      };
    });

  const mark = (changed: readonly string[], version: number): void => {
    if (changed.length === 0) return;
    setLive((old) => ({ ...old, changed: new Map([...old.changed, ...changed.map((key) => [key, version] as const)]) }));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setLive((old) => ({ ...old, changed: new Map() })), CHANGED_FOR_MS);
  };

  const { queryKey } = controlRoomQuery(app);

  /** Whether the patch follows on what is shown. */
  const patch = (news: ControlRoomPatch): boolean => {
    const before = cache.getQueryData(queryKey);
    if (before === undefined) return false;
    const after = applyPatch(before, news);
    if (after === null) return false;
    // one that is older than what is shown changes nothing, and tells nothing of the app's time
    if (after === before) {
      heard(null, 0);
      return true;
    }
    heard(news.at, 0);
    cache.setQueryData(queryKey, after);
    mark(changedCells(before.cells, news.cells), news.version);
    return true;
  };

  const take: Watcher['take'] = useEffectEvent((news, agoMs) => {
    switch (news.is) {
      case 'heard':
        heard(news.at, agoMs);
        return true;
      case 'patch':
        return patch(news.patch);
      case 'snapshot': {
        heard(news.room.at, agoMs);
        const before = cache.getQueryData(queryKey);
        cache.setQueryData(queryKey, news.room);
        if (before !== undefined) mark(changedCells(before.cells, news.room.cells), news.room.version);
        return true;
      }
      case 'sources':
        heard(news.news.at, agoMs);
        cache.setQueryData(queryKey, (before) => (before === undefined ? undefined : { ...before, sources: news.news.sources }));
        return true;
      case 'database':
        setLive((old) => ({ ...old, isHeard: true, databaseAwaySince: news.news.awaySince }));
        return true;
      case 'who':
        void cache.invalidateQueries({ queryKey: sessionQuery.queryKey });
        return true;
    }
  });

  // who is signed out, or is another by now, leaves with the session that is read
  const isGone = useEffectEvent(async () => {
    await Promise.all([cache.invalidateQueries({ queryKey: sessionQuery.queryKey }), cache.refetchQueries({ queryKey })]);
    return codeOf(cache.getQueryState(queryKey)?.error) !== null;
  });

  const shown = useEffectEvent(() => {
    const { version, at } = cache.getQueryData(queryKey) ?? { version: 0, at: '' };
    return { version, at };
  });

  useEffect(
    () =>
      isReady
        ? watchControlRoom(app, who, { shown: () => shown(), take: (news, agoMs) => take(news, agoMs), isGone: () => isGone() })
        : undefined,
    [app, who, isReady],
  );

  // until the stream has told the app's time, the snapshot tells it
  const clock = live.clock ?? { appMs: room === undefined ? query.dataUpdatedAt : Date.parse(room.at), browserMs: query.dataUpdatedAt };
  return { room, error: query.error, live: { ...live, clock } };
}
