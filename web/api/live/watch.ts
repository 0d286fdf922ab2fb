/**
 * How a page follows its app: by the worker that all tabs of this browser share. Where there is none, or it does not answer, by a stream of its own, which a page
 * that nobody sees gives up after a while.
 */
import type { Instant } from '#domain/time.ts';
import type { Line, openLine } from './line.ts';
import type { News, Said, Told } from './news.ts';

/** The worker answers at once; its script may have to be fetched first. */
const ANSWERS_WITHIN_MS = 10_000;
/** It asks every 12 s whether we are there: one that has not for this long has ended. */
const SILENT_AFTER_MS = 40_000;
/** A page that nobody sees keeps a stream of its own for this long. */
const UNSEEN_FOR_MS = 60_000;
/** What could not be begun, or was refused to one who may see it after all, is tried again after so long. */
const AGAIN_AFTER_MS = 10_000;

type Follower = {
  /** What the page shows: a version of the app, and of when it is, by the app's time. */
  shown: () => { version: number; at: Instant };
  /** Takes news that were heard `agoMs` ago. Whether they follow on what the page shows: where they do not, the stream is asked anew from the version that is shown. */
  take: (news: News, agoMs: number) => boolean;
};
export type Watcher = Pick<Follower, 'shown'> & {
  take: (news: Exclude<News, { is: 'refused' }>, agoMs: number) => boolean;
  /** The stream was refused: asks whether the app may be seen no more. False where nothing says so. */
  isGone: () => Promise<boolean>;
};

const isSeen = (): boolean => document.visibilityState === 'visible';

// no part of a first view where the worker is there
const loadLine = (): Promise<{ openLine: typeof openLine }> => import('./line.ts');

/** Watches an app for a person until the answer is called. `load` brings what a stream of the page's own needs. */
export function watchControlRoom(app: string, who: string, watcher: Watcher, load = loadLine): () => void {
  let leave: (() => void) | null = null;
  let isAlone = typeof SharedWorker === 'undefined';
  let timer: ReturnType<typeof setTimeout>;

  const follower: Follower = {
    shown: watcher.shown,
    take: (news, agoMs) => {
      if (news.is !== 'refused') return watcher.take(news, agoMs);
      void refused();
      return true;
    },
  };
  const refused = async (): Promise<void> => {
    const left = leave;
    if (!(await watcher.isGone()) && leave === left && left !== null) timer = setTimeout(come, AGAIN_AFTER_MS);
  };
  const come = (): void => {
    go();
    leave = isAlone ? alone(app, follower, load) : together(app, who, follower, lost);
  };
  const lost = (hasAnswered: boolean): void => {
    // a worker that ended is begun anew by whoever comes; one that never spoke would not
    isAlone = !hasAnswered;
    come();
  };
  const go = (): void => {
    clearTimeout(timer);
    leave?.();
    leave = null;
  };
  const back = (): void => {
    if (leave === null) come();
  };
  // a page that is kept for going back, or frozen, hears nothing: it would find a heap of old news
  const events = [
    [globalThis, 'pagehide', go],
    [globalThis, 'pageshow', back],
    [document, 'freeze', go],
    [document, 'resume', back],
  ] as const;
  for (const [place, name, listener] of events) place.addEventListener(name, listener);
  come();
  return () => {
    for (const [place, name, listener] of events) place.removeEventListener(name, listener);
    go();
  };
}

/** By the worker. `lost` is called once when it does not answer, with whether it ever did. */
function together(app: string, who: string, { shown, take }: Follower, lost: (hasAnswered: boolean) => void): () => void {
  let hasAnswered = false;
  let port: MessagePort | null = null;
  let timer: ReturnType<typeof setTimeout>;
  const say = (said: Said): void => port?.postMessage(said);
  const seen = (): void => say({ is: 'seen', isSeen: isSeen() });
  const wake = (): void => say({ is: 'wake' });
  const leave = (): void => {
    clearTimeout(timer);
    say({ is: 'bye' });
    port?.close();
    port = null;
    document.removeEventListener('visibilitychange', seen);
    globalThis.removeEventListener('online', wake);
  };
  const end = (): void => {
    if (port === null) return;
    leave();
    lost(hasAnswered);
  };
  const come = (): void => say({ is: 'come', app, who, ...shown(), isSeen: isSeen() });

  const hear = (told: Told): void => {
    hasAnswered = true;
    clearTimeout(timer);
    timer = setTimeout(end, SILENT_AFTER_MS);
    switch (told.is) {
      case 'news':
        // what is refused is told no more
        if (told.news.is === 'refused') leave();
        if (!take(told.news, told.agoMs)) say({ is: 'behind', version: shown().version });
        return;
      case 'here':
        return say({ is: 'here' });
      case 'missed':
        return come();
    }
  };

  try {
    const worker = new SharedWorker(new URL('worker.ts', import.meta.url), { type: 'module', name: 'signalbox' });
    worker.addEventListener('error', end);
    ({ port } = worker);
  } catch {
    // forbidden here
    timer = setTimeout(() => lost(false));
    return () => clearTimeout(timer);
  }
  timer = setTimeout(end, ANSWERS_WITHIN_MS);
  port.addEventListener('message', ({ data }: MessageEvent<Told>) => hear(data));
  port.start();
  document.addEventListener('visibilitychange', seen);
  globalThis.addEventListener('online', wake);
  come();
  return leave;
}

/** By a stream of the page's own. */
function alone(app: string, { shown, take }: Follower, load: typeof loadLine): () => void {
  let isOver = false;
  let line: Line | null = null;
  let timer: ReturnType<typeof setTimeout>;
  const open = async (): Promise<void> => {
    try {
      const code = await load();
      if (isOver || line !== null || !isSeen()) return;
      line = code.openLine(app, { version: () => shown().version, begun: () => undefined, take: (news) => take(news, 0) });
    } catch {
      clearTimeout(timer);
      if (!isOver) timer = setTimeout(look, AGAIN_AFTER_MS);
    }
  };
  const look = (): void => {
    clearTimeout(timer);
    if (isSeen()) void open();
    else
      timer = setTimeout(() => {
        line?.close();
        line = null;
      }, UNSEEN_FOR_MS);
  };
  const wake = (): void => (line === null ? look() : line.wake());
  document.addEventListener('visibilitychange', look);
  globalThis.addEventListener('online', wake);
  look();
  return () => {
    isOver = true;
    clearTimeout(timer);
    line?.close();
    document.removeEventListener('visibilitychange', look);
    globalThis.removeEventListener('online', wake);
  };
}
