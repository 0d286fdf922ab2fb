/** Cursors of pages: opaque to callers, a small list of words to us. */
import { refuse } from './errors.ts';

/** The cursor that stands for these words. */
export function cursorOf(...words: readonly string[]): string {
  return Buffer.from(JSON.stringify(words)).toString('base64url');
}

/** The words of a cursor; null where none was sent. Each must pass `isRight`; a cursor that was not made here is refused. */
export function wordsOf(cursor: string | undefined, ...isRight: readonly ((word: string) => boolean)[]): string[] | null {
  if (cursor === undefined) return null;
  let words: unknown;
  try {
    words = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    words = null;
  }
  if (
    !Array.isArray(words) ||
    words.length !== isRight.length ||
    !words.every((word, at) => typeof word === 'string' && word.length <= 300 && !word.includes('\0') && isRight[at]?.(word) === true)
  ) {
    refuse('bad-cursor', 'the cursor was not made by this list', 'send the `next` of the page before, or no cursor for the first page');
  }
  return words as string[];
}

export const isNumber = (word: string): boolean => /^\d{1,15}$/.test(word);
export const isInstant = (word: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(word) && !Number.isNaN(Date.parse(word));
export const isWord = (): boolean => true;

/** One page out of one row more than it may hold, and the cursor of the next. */
export function page<T>(rows: readonly T[], limit: number, cursor: (last: T) => string): { items: T[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursor(last) : null };
}
