/** What is told of an app by its stream, and what tabs and the worker that holds their streams say to each other. */
import type { ControlRoom, ControlRoomPatch, DatabaseNews, SourcesNews } from '#api/control-room.ts';
import type { Instant } from '#domain/time.ts';

/** What a page hears of its app, in the order in which it came. */
export type News =
  /** A sign of life. `at` is the app's time, where it was told. */
  | { is: 'heard'; at: Instant | null }
  | { is: 'patch'; patch: ControlRoomPatch }
  /** The whole anew: patches are missing in between. */
  | { is: 'snapshot'; room: ControlRoom }
  | { is: 'sources'; news: SourcesNews }
  | { is: 'database'; news: DatabaseNews }
  /** The one who is signed in may not see this any more, or it is gone: nothing more comes. */
  | { is: 'refused' }
  /** Somebody else may be signed in in this browser by now. */
  | { is: 'who' };

/** What the worker tells a tab. */
export type Told =
  /** News, and how long ago it was heard: 0 for what has just come. */
  | { is: 'news'; news: News; agoMs: number }
  /** The worker is there: asked for an answer, so that tabs which ended without a word are found. */
  | { is: 'here' }
  /** The tab was silent for too long, and has missed what came since: it comes anew. */
  | { is: 'missed' };

/** What a tab says to the worker. */
export type Said =
  /** It shows the app at a version, as of that moment of its time, to the person of this id; and whether it is seen just now. */
  | { is: 'come'; app: string; who: string; version: number; at: Instant; isSeen: boolean }
  | { is: 'seen'; isSeen: boolean }
  /** It could not follow: it shows this version. */
  | { is: 'behind'; version: number }
  /** The browser has a network again: a line of before is dead, and one that waits need not. */
  | { is: 'wake' }
  | { is: 'here' }
  | { is: 'bye' };
