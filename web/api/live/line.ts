/** One stream of an app: connects, reads, and comes back with the version it is asked from. */
import type { ControlRoom, ControlRoomPatch, DatabaseNews, SourcesNews } from '#api/control-room.ts';
import { addressOf } from '../address.ts';
import { createEventReader } from '../../util/sse.ts';
import type { News } from './news.ts';

/** Beats come every 15 s: without one for this long the line is dead, whatever the browser thinks. */
const SILENT_AFTER_MS = 35_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** An app that is not found so often in turn, a moment after each other, is gone: a sample that is made anew is away for a moment. */
const GONE_AFTER_TRIES = 4;
const NOT_FOUND_PAUSE_MS = 1000;
const REFUSALS: readonly number[] = [401, 403, 404];

/** Whether Signalbox itself says no. What stands in front of it may too, while it is brought up anew: that is trouble which passes. */
async function isOurs(response: Response): Promise<boolean> {
  const problem = (await response.json().catch(() => null)) as { type?: unknown } | null;
  return String(problem?.type).startsWith('urn:signalbox:problem:');
}

export type LineHandlers = {
  /** From which version the stream is asked: sent as `Last-Event-ID`. */
  version: () => number;
  /** The stream has begun, and the app stands at this version. */
  begun: (version: number) => void;
  /** Takes what came. Whether it follows on what was told before: where it does not, the stream is asked anew at once. */
  take: (news: News) => boolean;
};

export type Line = {
  /** Asks anew at once, from the version that it is asked from now. One that waits for the server waits on. */
  again: () => void;
  /** There is a network again. */
  wake: () => void;
  close: () => void;
};

/** Opens a stream that is kept until it is closed, or refused. */
export function openLine(app: string, { version, begun, take }: LineHandlers): Line {
  let stopped = false;
  let pauseMs = FIRST_PAUSE_MS;
  let notFound = 0;
  let attempt = new AbortController();
  let timer: ReturnType<typeof setTimeout> | null = null;
  /** The next try does not wait. */
  let isAtOnce = false;

  const later = (): void => {
    if (stopped) return;
    timer = setTimeout(
      () => {
        timer = null;
        void connect();
      },
      notFound > 0 ? NOT_FOUND_PAUSE_MS : pauseMs,
    );
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  };

  /** Whether what comes next follows on this. */
  const read = (event: ReturnType<ReturnType<typeof createEventReader>>[number]): boolean => {
    if (event.is === 'comment') return take({ is: 'heard', at: /^beat (\S+)$/.exec(event.text)?.[1] ?? null });
    switch (event.name) {
      case 'snapshot':
        return take({ is: 'snapshot', room: JSON.parse(event.data) as ControlRoom });
      case 'patch':
        return take({ is: 'patch', patch: JSON.parse(event.data) as ControlRoomPatch });
      case 'sources':
        return take({ is: 'sources', news: JSON.parse(event.data) as SourcesNews });
      case 'database':
        return take({ is: 'database', news: JSON.parse(event.data) as DatabaseNews });
      case 'hello':
        begun((JSON.parse(event.data) as { version: number }).version);
        return take({ is: 'heard', at: null });
      default:
        return take({ is: 'heard', at: null });
    }
  };

  const connect = async (): Promise<void> => {
    attempt = new AbortController();
    const { signal } = attempt;
    isAtOnce = false;
    let silence = setTimeout(() => attempt.abort(), SILENT_AFTER_MS);
    try {
      const after = version();
      const response = await fetch(addressOf('/api/apps/{app}/stream', { app }, { after }), {
        headers: { accept: 'text/event-stream', 'last-event-id': String(after) },
        signal,
      });
      const isNo = REFUSALS.includes(response.status) && (await isOurs(response));
      notFound = isNo && response.status === 404 ? notFound + 1 : 0;
      if (isNo && (response.status !== 404 || notFound >= GONE_AFTER_TRIES)) {
        stopped = true;
        take({ is: 'refused' });
        return;
      }
      if (!response.ok || response.body === null) return;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const events = createEventReader();
      while (!isAtOnce) {
        const { done, value } = await reader.read();
        if (done || stopped) break;
        clearTimeout(silence);
        silence = setTimeout(() => attempt.abort(), SILENT_AFTER_MS);
        pauseMs = FIRST_PAUSE_MS;
        for (const event of events(value)) {
          if (!read(event)) isAtOnce = true;
          // the taker may have closed the line, or asked it anew
          if (isAtOnce || stopped) break;
        }
      }
    } catch {
      // the line broke: what was shown stays with its age, and we come back
    } finally {
      clearTimeout(silence);
      attempt.abort();
      if (!isAtOnce) later();
      else if (!stopped) void connect();
    }
  };

  void connect();
  return {
    again() {
      if (stopped || timer !== null) return;
      isAtOnce = true;
      attempt.abort();
    },
    wake() {
      if (stopped) return;
      pauseMs = FIRST_PAUSE_MS;
      // the line of before is dead even where the browser has not seen it; one that waits need not wait on
      if (timer === null) return attempt.abort();
      clearTimeout(timer);
      timer = null;
      void connect();
    },
    close() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      attempt.abort();
    },
  };
}
