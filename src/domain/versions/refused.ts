/** Why a version or a build number was not taken. The codes are stable: the API and the command line pass them on. */
export type RefusalCode =
  | 'empty'
  | 'whitespace'
  | 'not-ascii'
  | 'too-long'
  | 'negative'
  | 'not-a-number'
  | 'leading-zero'
  | 'part-too-large'
  | 'wrong-part-count'
  | 'pre-release'
  | 'not-in-pattern'
  | 'bad-pattern'
  | 'bad-date'
  | 'bad-scheme'
  | 'mixed-schemes'
  | 'unknown-part'
  | 'no-next'
  | 'no-hotfix'
  | 'taken'
  | 'storefront'
  | 'not-higher'
  | 'already-used'
  | 'not-this-version'
  | 'too-large';

/** A "no" as a value: `was` is a sentence of what was wrong, `wouldBeRight` of what would have been right. */
export type Refused = { kind: 'refused'; code: RefusalCode; was: string; wouldBeRight: string };

/** Builds the value of a "no"; both sentences are shown to people as they stand. */
export function refuse(code: RefusalCode, was: string, wouldBeRight: string): Refused {
  return { kind: 'refused', code, was, wouldBeRight };
}

/** Tells a "no" from any answer of this room. */
export function isRefused(answer: unknown): answer is Refused {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'refused';
}

/** The answers that are no refusals, in their order. */
export function accepted<T>(answers: readonly (T | Refused)[]): T[] {
  return answers.flatMap((answer) => (isRefused(answer) ? [] : [answer]));
}

const quotedCharacters = 40;

/**
 * A stranger's text as a message may show it: in quotes, cut at 40 characters, everything but printable ASCII
 * escaped, because messages end in terminals and logs, where a control or direction character is an attack.
 */
export function quote(text: string): string {
  const shown = text.length > quotedCharacters ? `${text.slice(0, quotedCharacters)}…` : text;
  let safe = '';
  for (const character of shown) {
    if (character === '"' || character === '\\') safe += `\\${character}`;
    else if ((character >= ' ' && character <= '~') || character === '…') safe += character;
    else safe += `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  }
  return `"${safe}"`;
}
