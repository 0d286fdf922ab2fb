/**
 * What a password must be: long, and none that an attacker tries first. No rules of composition, no change by the calendar.
 * NIST SP 800-63B-4 §3.1.1.2 (15 characters where the password is the only factor, blocklist, no composition rules) and OWASP ASVS 5 §6.2.
 */

/** Characters, as a person counts them. */
export const passwordLeast = 15;
/** Longer ones are refused, not cut. */
export const passwordMost = 256;

/** The shape that passwords are compared and hashed in, so that one typed on another keyboard is the same. */
export function normalPassword(password: string): string {
  return password.normalize('NFKC');
}

/** How many characters a password has: not bytes, not halves of surrogate pairs. */
export function passwordLength(password: string): number {
  return Array.from(normalPassword(password)).length;
}

/** Whose password it is to be: their own name and address are the first guesses. */
export type PasswordOwner = { name: string; email: string };
/** Whether a word, in small letters, is on the list of passwords that were found in breaches. */
export type IsKnown = (word: string) => boolean;

/** Why a password is refused, and what would be right; null when it is good. */
export function passwordFault(password: string, owner: PasswordOwner, isKnown: IsKnown): { because: string; wouldBeRight: string } | null {
  const length = passwordLength(password);
  const another = 'several words that have nothing to do with each other, or what a password manager makes';
  if (length < passwordLeast)
    return {
      because: `the password has ${length} character${length === 1 ? '' : 's'}; it needs at least ${passwordLeast}`,
      wouldBeRight: another,
    };
  if (length > passwordMost)
    return { because: `the password has ${length} characters; at most ${passwordMost} are taken`, wouldBeRight: 'a shorter one' };
  const small = normalPassword(password).toLowerCase();
  const unit = repeatedUnit(small);
  if (unit.length <= 4) return { because: 'the password is a few characters over and over', wouldBeRight: another };
  if (isRun(small)) return { because: 'the password is a run of neighbouring characters', wouldBeRight: another };
  for (const word of new Set([small, unit, coreOf(small), coreOf(unit)])) {
    if (word !== '' && isKnown(word))
      return {
        because: 'the password, or the word that it is made of, is on the list of those that were found in breaches',
        wouldBeRight: another,
      };
  }
  const own = ownWords(owner).find((word) => isMostly(small, word));
  return own === undefined
    ? null
    : { because: `the password is little more than "${own}", which others know of you`, wouldBeRight: another };
}

/** The shortest text that repeated makes the whole: `abcabcabc` → `abc`; the whole where nothing repeats. */
function repeatedUnit(text: string): string {
  for (let size = 1; size <= text.length / 2; size += 1) {
    const unit = text.slice(0, size);
    if (unit.repeat(Math.ceil(text.length / size)).slice(0, text.length) === text) return unit;
  }
  return text;
}

/** `abcdefghijklmno`, `987654321098765`: each character beside the one before it, all the same way, digits around the end of the row. */
function isRun(text: string): boolean {
  const steps = Array.from(text)
    .slice(1)
    .map((character, index) => (character.codePointAt(0) ?? 0) - (text.codePointAt(index) ?? 0));
  return [1, -1].some((way) => steps.every((step) => step === way || step === -9 * way));
}

/** The word within: without digits and signs before and behind it. `!!Password2024!!` → `password`. */
function coreOf(text: string): string {
  return text.replace(/^[^\p{L}]+/u, '').replace(/[^\p{L}]+$/u, '');
}

/** What others know of a person, in small letters, from four characters on. */
function ownWords({ name, email }: PasswordOwner): string[] {
  const [local = '', domain = ''] = email.toLowerCase().split('@');
  const whole = [email.toLowerCase(), local, name.toLowerCase().replaceAll(/\s+/g, ''), domain.split('.')[0] ?? '', 'signalbox'];
  return [...new Set(whole)].filter((word) => word.length >= 4).toSorted((a, b) => b.length - a.length);
}

/** Whether a text without this word has fewer than eight characters left: the word, with padding. */
function isMostly(text: string, word: string): boolean {
  return text.includes(word) && Array.from(text.replaceAll(word, '')).length < 8;
}
