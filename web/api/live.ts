/** The stream of an app: connects, reads, and comes back with the version it has. */
import { addressOf } from './client.ts';
import type { ControlRoom, ControlRoomPatch, DatabaseNews, SourcesNews } from '#api/control-room.ts';
import type { Instant } from '#domain/time.ts';
import { createEventReader } from '../util/sse.ts';

/** Beats come every 15 s: without one for this long the line is dead, whatever the browser thinks. */
const SILENT_AFTER_MS = 35_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** An app that is not found so often in turn is gone: a sample that is made anew is away for a moment. */
const GONE_AFTER_TRIES = 4;

export type LiveHandlers = {
  /** The version that the page shows now: sent as `Last-Event-ID`. */
  version: () => number;
  /** Whether the patch follows on what the page shows. When it does not, the stream is asked anew from the version that is shown. */
  onPatch: (patch: ControlRoomPatch) => boolean;
  /** The whole room anew: patches are missing in between. */
  onSnapshot: (room: ControlRoom) => void;
  /** How fresh the sources are, where that is news. */
  onSources: (news: SourcesNews) => void;
  /** Since when the database has not answered; null: it answers again. */
  onDatabase: (news: DatabaseNews) => void;
  /** Anything came. `at` is the app's time, where it was told. */
  onHeard: (at: Instant | null) => void;
  /** The one who is signed in may not see this any more. */
  onRefused: (status: number) => void;
};

/** Watches an app until the answer is called. */
export function watchControlRoom(app: string, handlers: LiveHandlers): () => void {
  let stopped = false;
  let pauseMs = FIRST_PAUSE_MS;
  let notFound = 0;
  let attempt = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;

  const again = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      timer = null;
      void connect();
    }, pauseMs);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  };

  const connect = async (): Promise<void> => {
    attempt = new AbortController();
    const { signal } = attempt;
    let isInStep = true;
    let silence = setTimeout(() => attempt.abort(), SILENT_AFTER_MS);
    try {
      const version = handlers.version();
      const response = await fetch(addressOf('/api/apps/{app}/stream', { app }, { after: version }), {
        headers: { accept: 'text/event-stream', 'last-event-id': String(version) },
        signal,
      });
      notFound = response.status === 404 ? notFound + 1 : 0;
      if (response.status === 401 || response.status === 403 || notFound >= GONE_AFTER_TRIES) {
        stopped = true;
        handlers.onRefused(response.status);
        return;
      }
      if (!response.ok || response.body === null) return;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const read = createEventReader();
      while (isInStep) {
        const { done, value } = await reader.read();
        if (done || stopped) break;
        clearTimeout(silence);
        silence = setTimeout(() => attempt.abort(), SILENT_AFTER_MS);
        pauseMs = FIRST_PAUSE_MS;
        for (const event of read(value)) {
          if (event.is === 'comment') handlers.onHeard(/^beat (\S+)$/.exec(event.text)?.[1] ?? null);
          else if (event.name === 'snapshot') {
            const room = JSON.parse(event.data) as ControlRoom;
            handlers.onHeard(room.at);
            handlers.onSnapshot(room);
          } else if (event.name === 'patch') {
            const patch = JSON.parse(event.data) as ControlRoomPatch;
            handlers.onHeard(patch.at);
            isInStep = handlers.onPatch(patch);
            if (!isInStep) break;
          } else if (event.name === 'sources') {
            const news = JSON.parse(event.data) as SourcesNews;
            handlers.onHeard(news.at);
            handlers.onSources(news);
          } else if (event.name === 'database') handlers.onDatabase(JSON.parse(event.data) as DatabaseNews);
          else handlers.onHeard(null);
        }
      }
    } catch {
      // the line broke: what was shown stays with its age, and we come back
    } finally {
      clearTimeout(silence);
      attempt.abort();
      if (isInStep) again();
      else if (!stopped) void connect();
    }
  };

  const wake = (): void => {
    if (stopped) return;
    pauseMs = FIRST_PAUSE_MS;
    // the line of before is dead even where the browser has not seen it; one that waits need not wait on
    if (timer === null) return attempt.abort();
    clearTimeout(timer);
    timer = null;
    void connect();
  };
  globalThis.addEventListener('online', wake);
  void connect();
  return () => {
    stopped = true;
    if (timer !== null) clearTimeout(timer);
    attempt.abort();
    globalThis.removeEventListener('online', wake);
  };
}
