/**
 * One line for all tabs of a browser that show the same app to the same person. It knows at which version each tab stands: a tab hears what follows on what it
 * shows, nothing twice, and where something is missing the stream is asked anew from there, by the rule that a single page has with its own stream.
 */
import type { Line, LineHandlers } from './line.ts';
import type { News, Said, Told } from './news.ts';
import { placesOf } from './places.ts';

/** Tabs are asked at each so manieth turn whether they are there. */
const ASKED_EVERY_TURNS = 3;
/** A tab that has not answered for this long ended without a word, or stands still: what is told to it would only pile up. */
const GONE_AFTER_MS = 60_000;

type Tab = { tell: (told: Told) => void };
type Member = { version: number; isSeen: boolean; seenAtMs: number; answeredAtMs: number };
type Room = {
  app: string;
  who: string;
  members: Map<Tab, Member>;
  line: Line | null;
  /** The version at which the line stands: what it told last, or was asked from. */
  at: number;
  /** When the line was heard last; null: not yet. */
  heardAtMs: number | null;
  /** What was said last of the database; null: it answers. */
  away: News | null;
  /** What was said last of the sources, and when: it is told beside the versions. */
  sources: (Extract<News, { is: 'sources' }> & { heardAtMs: number }) | null;
};

export type Hub = {
  hear: (tab: Tab, said: Said) => void;
  /** Time has passed: called every `TURN_MS`. */
  turn: () => void;
};

/**
 * @param open opens the stream of an app
 * @param nowMs the browser's clock
 */
export function createHub(open: (app: string, handlers: LineHandlers) => Line, nowMs: () => number): Hub {
  const rooms = new Map<string, Room>();
  const roomOf = new Map<Tab, Room>();
  let turn = 0;

  const tell = (tab: Tab, news: News, agoMs = 0): void => tab.tell({ is: 'news', news, agoMs });
  const tellAll = (room: Room, news: News): void => {
    for (const tab of room.members.keys()) tell(tab, news);
  };

  /** The one who is furthest behind has the stream asked from there; whoever is ahead of it is told nothing twice. */
  const lowest = (room: Room): number => Math.min(...[...room.members.values()].map(({ version }) => version));

  /** Tells each tab what it lacks. Answers false where a patch does not follow on what one of them shows. */
  const take = (room: Room, news: News): boolean => {
    room.heardAtMs = nowMs();
    switch (news.is) {
      case 'patch': {
        room.away = null;
        room.at = news.patch.version;
        let isWhole = true;
        for (const [tab, member] of room.members) {
          if (news.patch.version <= member.version) continue;
          if (news.patch.from === member.version) {
            member.version = news.patch.version;
            tell(tab, news);
          } else isWhole = false;
        }
        return isWhole;
      }
      case 'snapshot':
        room.away = null;
        room.at = news.room.version;
        for (const [tab, member] of room.members) {
          if (member.version === news.room.version) continue;
          member.version = news.room.version;
          tell(tab, news);
        }
        return true;
      case 'database':
        room.away = news.news.awaySince === null ? null : news;
        tellAll(room, news);
        return true;
      case 'refused': {
        const tabs = [...room.members.keys()];
        for (const tab of tabs) tell(tab, news);
        for (const tab of tabs) leave(tab);
        return true;
      }
      case 'heard':
        room.away = null;
        tellAll(room, news);
        return true;
      case 'sources':
        room.sources = { ...news, heardAtMs: nowMs() };
        tellAll(room, news);
        return true;
      case 'who':
        tellAll(room, news);
        return true;
    }
  };

  const handlersOf = (room: Room): LineHandlers => ({
    version: () => {
      room.at = lowest(room);
      return room.at;
    },
    begun: (version) => {
      // a version above the app's own is of a world that was taken out and made anew: asked from there, the stream tells the whole
      const highest = Math.max(...[...room.members.values()].map((member) => member.version));
      if (highest <= version || highest === room.at) return;
      for (const member of room.members.values()) member.version = highest;
      room.line?.again();
    },
    take: (news) => take(room, news),
  });

  /** Gives the lines to those whose turn it is. */
  const place = (): void => {
    const wanting = [...rooms].map(([key, { members }]) => ({
      key,
      isSeen: [...members.values()].some(({ isSeen }) => isSeen),
      seenAtMs: Math.max(...[...members.values()].map(({ seenAtMs }) => seenAtMs)),
    }));
    const placed = placesOf(wanting, turn);
    for (const [key, room] of rooms) {
      if (placed.has(key)) room.line ??= open(room.app, handlersOf(room));
      else {
        room.line?.close();
        room.line = null;
      }
    }
  };

  const leave = (tab: Tab): void => {
    const room = roomOf.get(tab);
    if (room === undefined) return;
    roomOf.delete(tab);
    room.members.delete(tab);
    if (room.members.size > 0) return;
    room.line?.close();
    rooms.delete(keyOf(room));
  };

  const come = (tab: Tab, { app, who, version, at, isSeen }: Extract<Said, { is: 'come' }>): void => {
    leave(tab);
    const key = keyOf({ app, who });
    const room: Room = rooms.get(key) ?? {
      app,
      who,
      members: new Map(),
      line: null,
      at: version,
      heardAtMs: null,
      away: null,
      sources: null,
    };
    rooms.set(key, room);
    roomOf.set(tab, room);
    room.members.set(tab, { version, isSeen, seenAtMs: isSeen ? nowMs() : 0, answeredAtMs: nowMs() });
    tab.tell({ is: 'here' });
    // one browser has one session: tabs that stand for two persons ask whose it is
    const others = [...rooms.values()].filter((other) => other.who !== who);
    if (others.length > 0) for (const each of [room, ...others]) tellAll(each, { is: 'who' });
    if (room.heardAtMs !== null) tell(tab, { is: 'heard', at: null }, nowMs() - room.heardAtMs);
    if (room.sources !== null && room.sources.news.at > at) {
      const { heardAtMs, ...news } = room.sources;
      tell(tab, news, nowMs() - heardAtMs);
    }
    if (room.away !== null) tell(tab, room.away);
    if (room.line !== null && version !== room.at) room.line.again();
    place();
  };

  return {
    hear(tab, said) {
      const room = roomOf.get(tab);
      if (said.is === 'come') return come(tab, said);
      const member = room?.members.get(tab);
      if (room === undefined || member === undefined) {
        if (said.is !== 'bye') tab.tell({ is: 'missed' });
        return;
      }
      member.answeredAtMs = nowMs();
      switch (said.is) {
        case 'seen':
          member.isSeen = said.isSeen;
          member.seenAtMs = nowMs();
          place();
          return;
        case 'behind':
          member.version = said.version;
          room.line?.again();
          return;
        case 'wake':
          room.line?.wake();
          return;
        case 'here':
          return;
        case 'bye':
          leave(tab);
          place();
      }
    },
    turn() {
      turn += 1;
      if (turn % ASKED_EVERY_TURNS === 0) {
        for (const [tab, room] of roomOf) {
          const silentMs = nowMs() - (room.members.get(tab)?.answeredAtMs ?? 0);
          if (silentMs <= GONE_AFTER_MS) {
            tab.tell({ is: 'here' });
            continue;
          }
          // after the machine slept every tab was silent: one that lives comes anew at once
          tab.tell({ is: 'missed' });
          leave(tab);
        }
      }
      place();
    },
  };
}

const keyOf = ({ app, who }: { app: string; who: string }): string => `${app} ${who}`;
