/**
 * The stream of an app: patches of its control room as server-sent events. A patch is made once, by reading the view after a commit, and written as it is to all
 * who watch. Its id is the app's version. Who comes back with `Last-Event-ID` gets the patches in between; over a gap
 * the whole snapshot, on which the next patch follows: one that was fetched beside the stream stands at a version of its own, between two patches as like as not.
 * While the database does not answer, viewers are told since when, and no beat says that what they see is true.
 * That a source was read once more, or grew old, is no commit and raises no version: it is told beside the patches, at most every few seconds and without an id.
 */
import type { ServerResponse } from 'node:http';
import type { ControlRoom, DatabaseNews, SourcesNews } from '#api/control-room.ts';
import { diffControlRoom } from '#api/patch.ts';
import { sourcesOf } from '#db/views/apps.ts';
import type { Watcher } from './auth/access.ts';
import { versionsOf } from '#db/views/health.ts';
import { nowOf } from './context.ts';
import type { Room } from './context.ts';
import { snapshotOf } from './snapshot.ts';

export type Streams = {
  /** Adds a viewer who has the version `after` (null: who has none yet). Answers null when there is no such app. */
  open(app: string, after: number | null, raw: ServerResponse, watcher: Watcher): Promise<boolean>;
  /** Ends the streams of those who may not watch any more; done at each sign of life too. */
  check(): Promise<void>;
  /** Ends all streams. */
  close(): void;
  /** Since when the database has not answered, by the machine's clock; null: it does. */
  awaySince(): string | null;
  /** Viewers now, for health and tests. */
  viewers(): number;
};

export type StreamOptions = Pick<Room, 'db' | 'clock' | 'engine' | 'log' | 'policies'> & {
  /** Of these watchers those who may not watch any more. */
  mayWatch: (watchers: readonly Watcher[]) => Promise<readonly Watcher[]>;
  heartbeatMs?: number;
  /** Patches kept of each app, for who comes back. */
  keepPatches?: number;
  /** A viewer who has not taken this much of what was sent before is dropped; they come back and resume. */
  bufferLimitBytes?: number;
  /** How long the patches of an app that nobody watches are still made. */
  keepIdleMs?: number;
  /** Between two looks at how fresh the sources are. */
  sourcesMs?: number;
  /** Changes within this span become one patch. */
  gatherMs?: number;
};

type Kept = { from: number; version: number; text: string; bytes: number };
type Hub = {
  app: string;
  viewers: Map<ServerResponse, Watcher>;
  patches: Kept[];
  last: ControlRoom | null;
  /** The sources as its viewers were told of them last. */
  toldSources: string | null;
  working: Promise<void> | null;
  again: boolean;
  idleSince: number;
};

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  connection: 'keep-alive',
  // a proxy that gathers answers would hold the events back
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
};

/** An event as it goes over the wire. One without an id leaves where a viewer stands as it is. */
function eventText(name: string, id: number | null, data: unknown): string {
  return `event: ${name}\n${id === null ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

export function createStreams(options: StreamOptions): Streams {
  const {
    heartbeatMs = 15_000,
    keepPatches = 200,
    bufferLimitBytes = 1_000_000,
    keepIdleMs = 120_000,
    sourcesMs = 5000,
    gatherMs = 10,
  } = options;
  const keepBytes = 4 * bufferLimitBytes;
  const hubs = new Map<string, Hub>();
  let isClosed = false;

  const send = (hub: Hub, raw: ServerResponse, text: string): void => {
    if (raw.destroyed || raw.writableEnded) return void hub.viewers.delete(raw);
    if (raw.writableLength <= bufferLimitBytes) return void raw.write(text);
    options.log.info({ app: hub.app }, 'dropped a viewer who is too slow');
    hub.viewers.delete(raw);
    raw.destroy();
  };

  const keep = (hub: Hub, patch: Kept): void => {
    hub.patches.push(patch);
    let bytes = hub.patches.reduce((sum, each) => sum + each.bytes, 0);
    while (hub.patches.length > keepPatches || (bytes > keepBytes && hub.patches.length > 1)) bytes -= hub.patches.shift()?.bytes ?? 0;
  };

  /** The app is gone: whoever watches it comes back, and is told so. */
  const end = (hub: Hub): void => {
    hubs.delete(hub.app);
    for (const raw of hub.viewers.keys()) raw.end();
    hub.viewers.clear();
  };

  const readAgain = async (hub: Hub): Promise<void> => {
    if (isClosed) return;
    const next = await snapshotOf(options, hub.app);
    const { last } = hub;
    if (next === null) return end(hub);
    if (last !== null && next.version === last.version) return;
    hub.last = next;
    if (last === null) return;
    if (next.version < last.version) {
      // a sample that was taken out and made again: nothing leads there from what was shown before
      hub.patches = [];
      const whole = eventText('snapshot', next.version, next);
      for (const raw of hub.viewers.keys()) send(hub, raw, whole);
      return;
    }
    const patch = diffControlRoom(last, next);
    const text = eventText('patch', next.version, patch);
    if (patch.sources !== undefined) hub.toldSources = JSON.stringify(patch.sources);
    keep(hub, { from: last.version, version: next.version, text, bytes: text.length });
    for (const raw of hub.viewers.keys()) send(hub, raw, text);
  };

  /** One reading at a time; what changes meanwhile is read once more afterwards. */
  const refresh = (hub: Hub): Promise<void> => {
    if (hub.working !== null) {
      hub.again = true;
      return hub.working;
    }
    const work = async (): Promise<void> => {
      await new Promise((done) => setTimeout(done, gatherMs));
      do {
        hub.again = false;
        await readAgain(hub);
      } while (hub.again);
    };
    hub.working = work()
      .catch((error: unknown) => {
        // viewers keep what they have; without the snapshot that they built on, the next patch must not follow on
        options.log.error({ err: error, app: hub.app }, 'the stream could not read the control room');
      })
      .finally(() => {
        hub.working = null;
      });
    return hub.working;
  };

  /** Since when the database has not answered. */
  let awaySince: string | null = null;

  const tellAway = (): void => {
    const news: DatabaseNews = { awaySince };
    for (const hub of hubs.values()) for (const raw of hub.viewers.keys()) send(hub, raw, eventText('database', null, news));
  };

  /** What was told while nobody heard, or was lost on the way: seen by the versions. Whether the database answers is seen by the same. */
  const lookForMissed = async (): Promise<boolean> => {
    const watched = [...hubs.values()].filter(({ viewers }) => viewers.size > 0);
    try {
      const versions = await versionsOf(
        options.db,
        watched.map(({ app }) => app),
      );
      if (awaySince !== null) {
        options.log.info({ awaySince }, 'the database answers again');
        awaySince = null;
        tellAway();
      }
      for (const hub of watched) if ((versions.get(hub.app) ?? 0) > (hub.last?.version ?? 0)) void refresh(hub);
      return true;
    } catch (error) {
      if (awaySince === null) options.log.warn({ err: error }, 'the database does not answer: viewers are told');
      awaySince ??= options.clock.now();
      tellAway();
      return false;
    }
  };

  const stopHearing = options.engine.onGap(() => {
    if (!isClosed) for (const hub of hubs.values()) if (hub.viewers.size > 0) void refresh(hub);
  });

  const stopListening = options.engine.onChange((change) => {
    const hub = hubs.get(change.app);
    if (hub !== undefined && !isClosed) void refresh(hub);
  });

  const check = async (): Promise<void> => {
    try {
      const all = [...hubs.values()].flatMap((hub) => [...hub.viewers].map(([raw, watcher]) => ({ hub, raw, watcher })));
      const ended = new Set(await options.mayWatch(all.map(({ watcher }) => watcher)));
      for (const { hub, raw } of all.filter(({ watcher }) => ended.has(watcher))) {
        hub.viewers.delete(raw);
        raw.end();
      }
    } catch (error) {
      options.log.warn({ err: error }, 'the stream could not ask who may still watch');
    }
  };

  const beat = setInterval(() => {
    void check();
    const now = performance.now();
    for (const hub of hubs.values()) {
      // A beat says that what is shown is true.
      if (awaySince === null) for (const raw of hub.viewers.keys()) send(hub, raw, `: beat ${nowOf(options, hub.app)}\n\n`);
      if (hub.viewers.size > 0) hub.idleSince = now;
      else if (now - hub.idleSince > keepIdleMs) hubs.delete(hub.app);
    }
  }, heartbeatMs);
  beat.unref();

  /** Tells the viewers of an app how fresh its sources are, where that is news. */
  const tellSources = async (hub: Hub): Promise<void> => {
    const at = nowOf(options, hub.app);
    const sources = await sourcesOf(options.db, hub.app, at);
    const text = JSON.stringify(sources);
    if (text === hub.toldSources || isClosed) return;
    hub.toldSources = text;
    const news: SourcesNews = { at, sources };
    for (const raw of hub.viewers.keys()) send(hub, raw, eventText('sources', null, news));
  };

  let isTelling = false;
  const tellAllSources = async (): Promise<void> => {
    if (isTelling) return;
    isTelling = true;
    try {
      if (!(await lookForMissed())) return;
      for (const hub of hubs.values()) if (hub.viewers.size > 0) await tellSources(hub);
    } catch (error) {
      options.log.warn({ err: error }, 'the stream could not read how fresh the sources are');
    } finally {
      isTelling = false;
    }
  };
  const look = setInterval(() => void tellAllSources(), sourcesMs);
  look.unref();

  /** What a viewer who has `after` needs: nothing, the patches since, or the snapshot. */
  const catchUp = (hub: Hub, after: number | null, current: number): string => {
    if (after === null || after === current) return '';
    const first = hub.patches.findIndex((patch) => patch.from === after);
    if (after > current || first === -1) return eventText('snapshot', current, hub.last);
    return hub.patches
      .slice(first)
      .map(({ text }) => text)
      .join('');
  };

  return {
    check,
    async open(app, after, raw, watcher) {
      let hub = hubs.get(app);
      if (hub === undefined || hub.last === null) {
        const last = await snapshotOf(options, app);
        if (last === null) return false;
        // another viewer may have come while this one was waiting
        hub = hubs.get(app) ?? {
          app,
          viewers: new Map(),
          patches: [],
          last,
          toldSources: null,
          working: null,
          again: false,
          idleSince: performance.now(),
        };
        hub.last ??= last;
        hubs.set(app, hub);
      }
      // what was committed since the hub last read is in its snapshot before the viewer is told where it stands
      await refresh(hub);
      if (hubs.get(app) !== hub && !isClosed) return false;
      if (isClosed || raw.destroyed) return true;
      const found = hub;
      const current = hub.last?.version ?? 0;
      raw.writeHead(200, HEADERS);
      found.viewers.set(raw, watcher);
      // their snapshot may be older than what the others were told: all are told anew
      found.toldSources = null;
      raw.on('close', () => {
        found.viewers.delete(raw);
        found.idleSince = performance.now();
      });
      raw.on('error', () => found.viewers.delete(raw));
      send(
        found,
        raw,
        `retry: 2000\n\n${eventText('hello', after === current || after === null ? current : after, { version: current })}${catchUp(found, after, current)}`,
      );
      return true;
    },
    close() {
      isClosed = true;
      clearInterval(beat);
      clearInterval(look);
      stopListening();
      stopHearing();
      for (const hub of hubs.values()) for (const raw of hub.viewers.keys()) raw.end();
      hubs.clear();
    },
    awaySince: () => awaySince,
    viewers: () => [...hubs.values()].reduce((sum, { viewers }) => sum + viewers.size, 0),
  };
}
