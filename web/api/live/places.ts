/**
 * Who has a line. A browser gives six connections to one server over HTTP/1.1, and every page needs some for what it asks: all tabs of a browser together hold a
 * few streams, each of one app.
 */

/** Lines at once. With one more of pages that still run an earlier build, half of the connections are left for questions. */
export const MOST_LINES = 3;
/** How long the last line stays at one app, where there are more apps than lines: seven apps are heard often enough to be live, and each long enough to catch up. */
export const TURN_MS = 4_000;

export type Wanting = {
  key: string;
  /** A tab of it is on the screen. */
  isSeen: boolean;
  /** When one was seen last. */
  seenAtMs: number;
};

/** Which have a line: all, where there are enough; else those on the screen and seen last, and in the last place one of the others at each turn. */
export function placesOf(wanting: readonly Wanting[], turn: number): ReadonlySet<string> {
  if (wanting.length <= MOST_LINES) return new Set(wanting.map(({ key }) => key));
  const byRank = wanting.toSorted((a, b) => Number(b.isSeen) - Number(a.isSeen) || b.seenAtMs - a.seenAtMs || (a.key < b.key ? -1 : 1));
  const kept = byRank.slice(0, MOST_LINES - 1);
  // the order of those who take turns is their own: a tab that is looked at moves nobody's turn
  const others = byRank.slice(MOST_LINES - 1).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return new Set([...kept, ...others.slice(turn % others.length).slice(0, 1)].map(({ key }) => key));
}
