/** Other people's words inside our sentences. */

/** The words as the end of a sentence: with one full stop, whether they brought one or not. */
export function fullStop(words: string): string {
  const trimmed = words.trim();
  return /[.?!…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
