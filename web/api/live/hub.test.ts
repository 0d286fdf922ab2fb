import { beforeEach, describe, expect, test } from 'vitest';
import type { ControlRoom, ControlRoomPatch } from '#api/control-room.ts';
import { createHub } from './hub.ts';
import type { Hub } from './hub.ts';
import type { LineHandlers } from './line.ts';
import type { News, Told } from './news.ts';

/* Lines are opened here that tell what a test has them tell, and note how often they are asked anew, and from where. */

type Opened = LineHandlers & { app: string; asked: number[]; isClosed: boolean };
type Tab = { heard: Told[]; tell: (told: Told) => void };

const SECOND_MS = 1_000;
let nowMs = 0;
let lines: Opened[] = [];
let hub: Hub;

beforeEach(() => {
  nowMs = 1_000_000;
  lines = [];
  hub = createHub(
    (app, handlers) => {
      const line = { ...handlers, app, asked: [handlers.version()], isClosed: false };
      lines.push(line);
      return {
        again: () => void line.asked.push(handlers.version()),
        wake: () => undefined,
        close: () => {
          line.isClosed = true;
        },
      };
    },
    () => nowMs,
  );
});

function come(version: number, { app = 'music', who = 'maja', at = '2024-10-01T12:00:00.000Z', isSeen = true } = {}): Tab {
  const heard: Told[] = [];
  const tab = { heard, tell: (told: Told) => void heard.push(told) };
  hub.hear(tab, { is: 'come', app, who, version, at, isSeen });
  return tab;
}

const lineOf = (app = 'music'): Opened => {
  const line = lines.findLast((each) => each.app === app);
  if (line === undefined) throw new Error(`no line of ${app}`);
  return line;
};
const open = (): string[] => lines.filter(({ isClosed }) => !isClosed).map(({ app }) => app);
const patch = (from: number, version: number): News => ({ is: 'patch', patch: { from, version } as ControlRoomPatch });
const snapshot = (version: number): News => ({ is: 'snapshot', room: { version } as ControlRoom });
/** What a tab was told to show: patches as `4-5`, the whole as `=5`. */
const shown = ({ heard }: Tab): string[] =>
  heard.flatMap((told) => {
    if (told.is !== 'news') return [];
    const { news } = told;
    return news.is === 'patch' ? [`${news.patch.from}-${news.patch.version}`] : news.is === 'snapshot' ? [`=${news.room.version}`] : [];
  });

describe('the tabs of one browser', () => {
  test('share one line, and a change reaches each of them once', () => {
    const tabs = [4, 4, 4, 4, 4, 4, 4, 4].map((version) => come(version));
    expect(lineOf().take(patch(4, 5))).toBe(true);
    expect(open()).toEqual(['music']);
    expect(lineOf().asked).toEqual([4]);
    for (const tab of tabs) expect(shown(tab)).toEqual(['4-5']);
  });

  test('hear on when the one that came first closes, and the line ends with the last of them', () => {
    const [first, second] = [come(4), come(4)];
    hub.hear(first, { is: 'bye' });
    lineOf().take(patch(4, 5));
    expect([shown(first), shown(second), open()]).toEqual([[], ['4-5'], ['music']]);
    hub.hear(second, { is: 'bye' });
    expect(open()).toEqual([]);
  });

  test('are told at once how long ago the line was heard, since when the database is away, and how fresh the sources are', () => {
    come(4);
    lineOf().take({ is: 'heard', at: null });
    lineOf().take({ is: 'sources', news: { at: '2024-10-01T12:00:05.000Z', sources: [] } });
    nowMs += 9 * SECOND_MS;
    lineOf().take({ is: 'database', news: { awaySince: '2024-10-01T12:00:09.000Z' } });
    nowMs += SECOND_MS;
    const told = (tab: Tab): unknown => tab.heard.map((each) => (each.is === 'news' ? [each.news.is, each.agoMs / SECOND_MS] : each.is));
    expect(told(come(4))).toEqual(['here', ['heard', 1], ['sources', 10], ['database', 0]]);
    // what a page shows that was made later is not overwritten
    expect(told(come(4, { at: '2024-10-01T12:00:06.000Z' }))).not.toContainEqual(['sources', 10]);
  });

  test('that come with an older version have the stream asked from there, and the others hear nothing twice', () => {
    const ahead = come(7);
    const behind = come(5);
    expect(lineOf().asked).toEqual([7, 5]);
    for (const news of [patch(5, 6), patch(6, 7), patch(7, 8)]) expect(lineOf().take(news)).toBe(true);
    expect([shown(ahead), shown(behind)]).toEqual([['7-8'], ['5-6', '6-7', '7-8']]);
  });

  test('that stand between two patches have the whole told, and nobody else has', () => {
    const [even, odd] = [come(5), come(6)];
    // as the line says it when it is told that something is missing
    expect(lineOf().take(patch(5, 7))).toBe(false);
    expect(lineOf().version()).toBe(6);
    lineOf().take(snapshot(7));
    lineOf().take(patch(7, 8));
    expect([shown(even), shown(odd)]).toEqual([
      ['5-7', '7-8'],
      ['=7', '7-8'],
    ]);
  });

  test('that could not follow are asked for from what they show', () => {
    const [one, other] = [come(4), come(4)];
    lineOf().take(patch(4, 5));
    hub.hear(one, { is: 'behind', version: 4 });
    expect(lineOf().asked).toEqual([4, 4]);
    lineOf().take(patch(4, 5));
    expect([shown(one), shown(other)]).toEqual([['4-5', '4-5'], ['4-5']]);
  });

  test('that show what was taken out and made anew have the whole told, and it is asked for once', () => {
    const old = come(100);
    lineOf().begun(3);
    const fresh = come(3);
    expect(lineOf().asked).toEqual([100, 3]);
    lineOf().begun(3);
    expect(lineOf().asked).toEqual([100, 3, 100]);
    lineOf().begun(3);
    expect(lineOf().asked).toHaveLength(3);
    lineOf().take(snapshot(3));
    expect([shown(old), shown(fresh)]).toEqual([['=3'], ['=3']]);
  });

  test('are told when they may not see it any more, and the line is let go', () => {
    const tabs = [come(4), come(4)];
    lineOf().take({ is: 'refused' });
    for (const { heard } of tabs) expect(heard.at(-1)).toEqual({ is: 'news', news: { is: 'refused' }, agoMs: 0 });
    expect(open()).toEqual([]);
  });

  test('that stand for two persons have no line in common, and each asks who is signed in', () => {
    const before = come(4, { who: 'maja' });
    expect(before.heard).toEqual([{ is: 'here' }]);
    const after = come(4, { who: 'tomas' });
    for (const { heard } of [before, after]) expect(heard).toContainEqual({ is: 'news', news: { is: 'who' }, agoMs: 0 });
    expect(open()).toEqual(['music', 'music']);
  });
});

describe('a tab that is not heard any more', () => {
  const turns = (count: number): void => {
    for (let turn = 0; turn < count; turn++) {
      nowMs += 4 * SECOND_MS;
      hub.turn();
    }
  };

  test('is asked whether it is there, and let go after a minute of silence, and its line with it', () => {
    const tab = come(4);
    turns(3);
    expect(tab.heard.filter(({ is }) => is === 'here')).toHaveLength(2);
    hub.hear(tab, { is: 'here' });
    turns(15);
    expect(open()).toEqual(['music']);
    turns(3);
    expect(open()).toEqual([]);
  });

  test('is told that it has missed something when it speaks again, and comes anew', () => {
    const tab = come(4);
    turns(18);
    hub.hear(tab, { is: 'here' });
    expect(tab.heard.at(-1)).toEqual({ is: 'missed' });
    hub.hear(tab, { is: 'come', app: 'music', who: 'maja', version: 4, at: '2024-10-01T12:00:00.000Z', isSeen: true });
    expect(open()).toEqual(['music']);
  });
});

describe('after the machine slept', () => {
  test('every tab is told at once that it has missed something, and those that live are back with one line', () => {
    const [one, other] = [come(4), come(4)];
    nowMs += 3_600 * SECOND_MS;
    for (let turn = 0; turn < 3; turn++) hub.turn();
    for (const { heard } of [one, other]) expect(heard.at(-1)).toEqual({ is: 'missed' });
    hub.hear(one, { is: 'come', app: 'music', who: 'maja', version: 4, at: '2024-10-01T12:00:00.000Z', isSeen: true });
    expect(open()).toEqual(['music']);
    lineOf().take(patch(4, 5));
    expect([shown(one), shown(other)]).toEqual([['4-5'], []]);
  });
});

describe('seven tabs of seven apps', () => {
  test('have three lines together; one that is looked at has its line at once, from where it stands', () => {
    const tabs = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((app, at) => come(at, { app, isSeen: app === 'a' }));
    expect(open()).toHaveLength(3);
    nowMs += SECOND_MS;
    const [a, , , , , , g] = tabs;
    if (a === undefined || g === undefined) throw new Error('seven came');
    hub.hear(a, { is: 'seen', isSeen: false });
    hub.hear(g, { is: 'seen', isSeen: true });
    expect(open()).toHaveLength(3);
    expect(open()).toContain('g');
    expect(lineOf('g').asked).toEqual([6]);
  });

  test('are each heard within as many turns as there are apps', () => {
    for (const app of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) come(1, { app, isSeen: app === 'a' });
    for (let turn = 0; turn < 7; turn++) hub.turn();
    expect(new Set(lines.map(({ app }) => app)).size).toBe(7);
    expect(open()).toHaveLength(3);
  });
});
