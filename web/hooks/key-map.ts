/** Which key means what. Keys are named as they are at first; a viewer may lay any of them on another key. */

export type KeyMap = Readonly<Record<string, string>>;

/** What may be laid elsewhere, in the order of the help. `g` begins the ways to pages. */
export const remappable = [
  ['g', 'go to a page, with a second key'],
  ['x', 'only exceptions: hide rows that pass everywhere'],
  ['n', 'nudge whom the criterion waits for'],
  ['w', 'waive the criterion that is open or focused'],
  ['v', "change a bug's decision"],
  ['h', 'halt the rollout of the track that is open or focused'],
  ['o', 'open the source of the criterion'],
  ['y', 'copy the link to what is shown'],
  ['.', 'compact or comfortable rows'],
  ['l', 'dark or light'],
  ['j', 'the next line of a list'],
  ['k', 'the line before'],
  ['?', 'keys and words of this page'],
] as const satisfies readonly (readonly [string, string])[];

/** The ways to pages, after `g`. */
export const ways = [
  ['c', 'control room'],
  ['r', 'releases'],
  ['b', 'bugs and triage'],
  ['s', 'sign-offs'],
  ['d', 'builds'],
  ['h', 'changes'],
  ['q', 'health'],
  ['a', 'activity'],
  ['l', 'audit log'],
  ['p', 'my profile'],
] as const satisfies readonly (readonly [string, string])[];

/** What is said of a key where a page does not say more. */
export function sentenceOf(key: string): string | null {
  const [first, second] = key.split(' ');
  if (second !== undefined) return ways.find(([letter]) => letter === second)?.[1] ?? null;
  return remappable.find(([name]) => name === first)?.[1] ?? null;
}

/** The key that acts for one that is named so. */
export function keyFor(map: KeyMap, named: string): string {
  const [first = '', ...rest] = named.split(' ');
  return [map[first] ?? first, ...rest].join(' ');
}

/** What a pressed key means; null for one whose meaning was laid elsewhere and that has none now. */
export function meaningOf(map: KeyMap, pressed: string): string | null {
  const taken = Object.entries(map).find(([, chosen]) => chosen === pressed);
  if (taken !== undefined) return taken[0];
  return map[pressed] === undefined ? pressed : null;
}

/** Lays a key elsewhere: the new map, or why that key cannot be taken. */
export function remap(map: KeyMap, named: string, chosen: string): { map: KeyMap } | { because: string } {
  const key = chosen.toLowerCase();
  if (!remappable.some(([name]) => name === named)) return { because: `“${named}” stays where it is.` };
  if (Array.from(key).length !== 1 || key.trim() === '')
    return { because: 'One letter, figure or sign; keys with modifiers belong to the browser.' };
  if (/[0-9]/.test(key)) return { because: 'The figures open tracks and teams.' };
  const { [named]: _, ...rest } = map;
  const other = remappable.find(([name]) => name !== named && keyFor(rest, name) === key);
  if (other !== undefined) return { because: `“${key.toUpperCase()}” already acts: ${other[1]}.` };
  return { map: key === named ? rest : { ...rest, [named]: key } };
}

/** What was kept in the browser, as far as it is a map. */
export function parseKeyMap(kept: string | null): KeyMap {
  if (kept === null) return {};
  try {
    const read: unknown = JSON.parse(kept);
    if (typeof read !== 'object' || read === null) return {};
    let map: KeyMap = {};
    for (const [named, chosen] of Object.entries(read)) {
      const next = typeof chosen === 'string' ? remap(map, named, chosen) : { map };
      if ('map' in next) map = next.map;
    }
    return map;
  } catch {
    return {};
  }
}
