/** From the text of a policy to plain values, and from a path in them back to the line and column where it stands. */
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { type Fault, type Path, pathInWords, type Problem } from './problems.ts';

/** More characters than these are no policy: the longest one known has four hundred lines. The reader takes part of a second over so many. */
const LARGEST = 100_000;
/** Aliases may repeat this much before they are taken for an attack. */
const MOST_ALIASES = 100;
/** Nobody reads more faults than these at once. */
export const mostProblems = 200;
/** More brackets open at once than this mean nothing in a policy (brackets in comments and patterns count too). */
const DEEPEST = 100;

export type ReadText = { ok: true; value: unknown; place(fault: Fault): Problem } | { ok: false; problems: Problem[] };

/** Reads YAML (or JSON, which is YAML too). Refuses what is too large or too deep, syntax errors, doubled keys, several documents, tags, and alias bombs. */
export function readText(text: string): ReadText {
  if (text.length > LARGEST) {
    return refused(1, 1, `the document has ${text.length} characters`, `at most ${LARGEST}`);
  }
  const deep = tooDeep(text);
  if (deep)
    return refused(deep.line, deep.column, `more than ${DEEPEST} brackets are open here`, 'brackets that are closed, a few levels deep');
  try {
    return readDocument(text, parseDocument(text, { prettyErrors: false, uniqueKeys: false }));
  } catch (error) {
    return refused(1, 1, `the document cannot be read: ${error instanceof Error ? error.message : String(error)}`, 'YAML or JSON');
  }
}

function refused(line: number, column: number, because: string, wouldBeRight: string): ReadText {
  return { ok: false, problems: [{ line, column, path: '', because, wouldBeRight }] };
}

/** A quick look before the real reader, which takes seconds over a megabyte of open brackets. */
function tooDeep(text: string): { line: number; column: number } | null {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    if (depth > DEEPEST) return placeIn(text, at);
  }
  return null;
}

function readDocument(text: string, document: Document.Parsed): ReadText {
  const problems: Problem[] = [];
  const add = (offset: number, because: string, wouldBeRight: string) => {
    problems.push({ ...placeIn(text, offset), path: '', because, wouldBeRight });
  };
  for (const error of document.errors.slice(0, mostProblems)) add(error.pos[0], ...syntaxInWords(error.code, error.message));
  for (const warning of document.warnings.slice(0, mostProblems))
    add(warning.pos[0], short(warning.message), 'plain values: a policy has no tags');
  for (const offset of doubledKeys(document.contents, []).slice(0, mostProblems))
    add(offset, 'this key stands here for the second time', 'each key once: join the two');
  if (problems.length > 0) return { ok: false, problems };
  for (const fault of oddKeys(document.contents, []).slice(0, mostProblems)) add(fault.offset, fault.because, 'a key in plain words');
  if (problems.length > 0) return { ok: false, problems };
  const aliases = aliasTrouble(document);
  if (typeof aliases === 'string') return refused(1, 1, aliases, 'write the values out, or repeat less of them by aliases (*name)');
  return { ok: true, value: aliases.value, place: (fault) => placeOf(fault, document, text) };
}

function aliasTrouble(document: Document.Parsed): string | { value: unknown } {
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return /excessive alias/i.test(message) ? 'aliases repeat each other so often that the document would grow without end' : message;
  }
}

function syntaxInWords(code: string, message: string): [string, string] {
  const first = short(message.split('\n')[0] ?? message);
  switch (code) {
    case 'MULTIPLE_DOCS':
      return ['a second document begins here', 'one policy in one document, without ---'];
    case 'TAB_AS_INDENT':
      return ['a tab stands where the line is indented', 'spaces'];
    case 'BAD_INDENT':
      return [first, 'the same indent for the keys of one map, and brackets that are closed'];
    case 'MISSING_CHAR':
      return [first, 'the missing character'];
    default:
      return [first, 'YAML or JSON'];
  }
}

/** The reader repeats what stood there, however long it is. */
function short(message: string): string {
  return message.length > 200 ? `${message.slice(0, 200).toWellFormed()}…` : message;
}

/** Where keys stand for the second time. The reader itself compares each key of a map with all others, which takes it minutes over some ten thousand. */
function doubledKeys(node: unknown, found: number[]): number[] {
  if (isMap(node)) {
    const seen = new Set<unknown>();
    for (const { key, value } of node.items) {
      const name: unknown = isScalar(key) ? key.value : key;
      if (seen.has(name)) found.push(offsetOf(key) ?? offsetOf(node) ?? 0);
      seen.add(name);
      doubledKeys(value, found);
    }
  } else if (isSeq(node)) for (const item of node.items) doubledKeys(item, found);
  return found;
}

/** Keys that are no plain words: lists and maps as keys, empty ones. */
function oddKeys(node: unknown, found: { offset: number; because: string }[]): { offset: number; because: string }[] {
  if (isMap(node)) {
    for (const pair of node.items) {
      if (!isScalar(pair.key) || pair.key.value === null || pair.key.value === '') {
        found.push({ offset: offsetOf(pair.key) ?? offsetOf(node) ?? 0, because: 'a key is empty, a list or a map' });
      }
      oddKeys(pair.value, found);
    }
  } else if (isSeq(node)) for (const item of node.items) oddKeys(item, found);
  return found;
}

function offsetOf(node: unknown): number | null {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) && typeof node.range[0] === 'number'
    ? node.range[0]
    : null;
}

/** Line and column, from 1, of an offset. Worked out from the text, because the reader's own count stops where it gave up. */
function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, Math.min(offset, text.length));
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}

/** The line and column of a fault: its own value, else its key, else the nearest thing around it. */
function placeOf({ path, at = 'value', because, wouldBeRight }: Fault, document: Document.Parsed, text: string): Problem {
  return { ...placeIn(text, offsetAt(path, at, document)), path: pathInWords(path), because, wouldBeRight };
}

function offsetAt(path: Path, at: 'key' | 'value', document: Document.Parsed): number {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    const here: Node | undefined = isAlias(node) ? node.resolve(document) : (node as Node | undefined);
    if (isMap(here)) {
      const pair = here.items.find((each) => isScalar(each.key) && String(each.key.value) === String(part));
      if (!pair) return offset;
      offset = offsetOf(pair.key) ?? offset;
      if (at === 'key' && depth === path.length - 1) return offset;
      node = pair.value;
    } else if (isSeq(here) && typeof part === 'number') {
      node = here.items[part];
    } else return offset;
    offset = offsetOf(node) ?? offset;
  }
  return offset;
}
