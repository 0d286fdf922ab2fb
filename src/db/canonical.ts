/** One text for one value: the form that is hashed and signed. */
import { createHash } from 'node:crypto';

/**
 * JSON with the keys of objects in the order of their UTF-16 code units and nothing between tokens, after RFC 8785.
 * Takes what JSON can hold; fields that are `undefined` are left out, as JSON.stringify does.
 */
export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item)).join(',')}]`;
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`);
  return `{${fields.join(',')}}`;
}

/** Whether two values have one canonical text, without making it. */
export function alike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return canonical(a) === canonical(b);
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => alike(item, b[index]));
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  // every look compares the state of a track, and what it asks and says next: keys are gone through as they lie, without lists of them
  let fields = 0;
  for (const name in left) {
    if (!Object.hasOwn(left, name) || left[name] === undefined) continue;
    fields += 1;
    if (!Object.hasOwn(right, name) || right[name] === undefined || !alike(left[name], right[name])) return false;
  }
  for (const name in right) if (Object.hasOwn(right, name) && right[name] !== undefined) fields -= 1;
  return fields === 0;
}

/** The sha-256 of a text, in hexadecimal. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Why PostgreSQL cannot keep this value, in words with the path to it; null when it can. Its text and jsonb hold neither the character NUL nor half
 * of a surrogate pair.
 */
export function unstorable(value: unknown, path = ''): string | null {
  if (typeof value === 'string') {
    if (value.includes('\u0000')) return `${path || 'the text'} holds the character NUL`;
    return value.isWellFormed() ? null : `${path || 'the text'} holds half of a character (a lone surrogate)`;
  }
  if (value === null || typeof value !== 'object') return null;
  for (const [name, field] of Object.entries(value)) {
    const found =
      unstorable(name, `the name of a field${path && ` of ${path}`}`) ?? unstorable(field, path === '' ? name : `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}
