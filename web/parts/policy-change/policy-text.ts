/** Writing a part of a policy into its text: only what is meant to change changes, with the comments and the writing of the rest as they were. */
import { isMap, isNode, parseDocument, stringify } from 'yaml';
import type { Document, YAMLMap } from 'yaml';

type Path = readonly [string, ...string[]];

/** The text with a value at a place; undefined takes the key out. A text that cannot be read is left as it is: its faults are told where it is checked. */
export function withValue(text: string, path: Path, value: unknown): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  const wanted = parseDocument(text);
  if (value === undefined) wanted.deleteIn(path);
  else setIn(wanted, path, value);
  const expected = JSON.stringify(wanted.toJS());
  const spliced = value === undefined ? null : splice(text, document, path, value);
  // what was put in by hand must read as what was meant; else the whole is written anew
  if (spliced !== null && reads(spliced) === expected) return spliced;
  return wanted.toString({ lineWidth: 0 });
}

type Values = Readonly<Record<string, unknown>>;

const isValues = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The text with what somebody changed of a map: of `now`, the values that are not as they were when its form began. What the form did not touch stays as the text has it, for
 * another may have changed it since. An undefined value takes its key out.
 */
export function withChanges(text: string, path: Path, began: Values, now: Values): string {
  const changed = Object.entries(now).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(began[key]));
  const there = parseDocument(text).getIn(path, true);
  if (isMap(there) && changed.every(([, value]) => value !== undefined))
    return changed.reduce((written, [key, value]) => {
      const before = began[key];
      return isValues(value) && isValues(before)
        ? withChanges(written, [...path, key], before, value)
        : withValue(written, [...path, key], value);
    }, text);
  // what goes out of a map has no place of its own in the text: the map is written anew, and nothing around it
  const values = isMap(there) ? (there.toJSON() as Values) : {};
  const left = Object.entries({ ...values, ...Object.fromEntries(changed) }).filter(([, value]) => value !== undefined);
  return withValue(text, path, Object.fromEntries(left));
}

function reads(text: string): string | null {
  const document = parseDocument(text);
  return document.errors.length > 0 ? null : JSON.stringify(document.toJS());
}

/** Places on the way that hold nothing become maps. */
function setIn(document: Document, path: Path, value: unknown): void {
  for (let depth = 1; depth < path.length; depth += 1) {
    const way = path.slice(0, depth);
    if (!isMap(document.getIn(way, true))) document.setIn(way, document.createNode({}));
  }
  document.setIn(path, document.createNode(value));
}

/** The value put into the text at its place; null where there is no place that it could be put without writing what is around it. */
function splice(text: string, document: Document, path: Path, value: unknown): string | null {
  const written = inline(value);
  const old = document.getIn(path, true);
  const range = isNode(old) ? (old.range ?? null) : null;
  if (range !== null) {
    const [from, to] = range;
    if (from === to) return null;
    const end = text.slice(from, to).endsWith('\n') ? '\n' : '';
    return `${text.slice(0, from)}${written}${end}${text.slice(to)}`;
  }
  const parent = document.getIn(path.slice(0, -1), true);
  const key = path.at(-1) ?? '';
  return isMap(parent) ? added(text, parent, `${inline(key)}: ${written}`) : null;
}

/** One more line, or one more entry between the braces, behind the last of a map. */
function added(text: string, map: YAMLMap, entry: string): string | null {
  const first = map.items[0];
  const last = map.items.at(-1);
  const end = isNode(last?.value) ? last.value.range?.[1] : undefined;
  const begin = isNode(first?.key) ? first.key.range?.[0] : undefined;
  if (end === undefined || begin === undefined) return null;
  if (map.flow === true) return `${text.slice(0, end)}, ${entry}${text.slice(end)}`;
  const line = text.lastIndexOf('\n', begin - 1) + 1;
  const indent = text.slice(line, begin);
  if (indent.trim() !== '') return null;
  const next = text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1;
  const at = next === 0 ? text.length : next;
  const gap = at > 0 && text[at - 1] !== '\n' ? '\n' : '';
  return `${text.slice(0, at)}${gap}${indent}${entry}\n${text.slice(at)}`;
}

/** A value on one line: `[1, 10, 100]`, `{ owns: [ios/**] }`. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${inline(key)}: ${inline(each)}`)
      .join(', ')} }`;
  return typeof value === 'string' && /[,[\]{}]/.test(value) ? JSON.stringify(value) : stringify(value, { lineWidth: 0 }).trim();
}

/** `1, 10 100%` → 1, 10, 100; null where a word is no number. */
export function sharesIn(text: string): readonly number[] | null {
  const words = text.split(/[\s,%]+/).filter((word) => word !== '');
  const shares = words.map(Number);
  return words.length === 0 || shares.some((share) => !Number.isFinite(share)) ? null : shares;
}
