/** The keys of a page. One listener serves all who register; the newest who knows a key gets it. */
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { read, write } from '../util/storage.ts';
import { meaningOf, parseKeyMap } from './key-map.ts';
import type { KeyMap } from './key-map.ts';

/** What a key does; `says` in the help, where the words of `key-map.ts` do not fit. */
type Act = (() => void) | { says: string; act: () => void };
/** Named as keys are at first: `x`, `Escape`, `g b` (one after the other). */
export type Keys = Readonly<Record<string, Act>>;

/** How long the second key of two may take. */
const SECOND_WITHIN_MS = 1_500;

const listeners = new Set<() => void>();
const isOn = (): boolean => read('keys') !== 'off';

let parsed: { kept: string | null; map: KeyMap } = { kept: null, map: {} };
function keyMap(): KeyMap {
  const kept = read('key-map');
  if (kept !== parsed.kept) parsed = { kept, map: parseKeyMap(kept) };
  return parsed.map;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}

/** Whether single keys act. A viewer can turn them off (WCAG 2.1.4): voice control may type letters. */
export function useSingleKeys(): { on: boolean; set: (on: boolean) => void } {
  const on = useSyncExternalStore(subscribe, isOn);
  return {
    on,
    set: (next) => {
      write('keys', next ? null : 'off');
      tell();
    },
  };
}

/** Where this viewer laid keys. */
export function useKeyMap(): { map: KeyMap; set: (map: KeyMap) => void } {
  const map = useSyncExternalStore(subscribe, keyMap);
  return {
    map,
    set: (next) => {
      write('key-map', Object.keys(next).length === 0 ? null : JSON.stringify(next));
      tell();
    },
  };
}

type Registered = { readonly current: Keys };
const registered: Registered[] = [];

/** The keys that act on the page now, the newest first, each once: what the help lists. */
export function keysNow(): readonly { key: string; says: string | null }[] {
  const found = new Map<string, string | null>();
  for (const { current } of registered.toReversed())
    for (const [key, act] of Object.entries(current)) if (!found.has(key)) found.set(key, typeof act === 'function' ? null : act.says);
  return [...found].map(([key, says]) => ({ key, says }));
}

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));

let first: { key: string; at: number } | null = null;

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
  if (document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null) return;
  const isSingle = event.key.length === 1;
  if (isSingle && !isOn()) return;
  const pressed = isSingle ? event.key.toLowerCase() : event.key;
  const began = first !== null && event.timeStamp - first.at < SECOND_WITHIN_MS ? first.key : null;
  first = null;
  // the second of two keys is a letter of a page's name: it stays where it is
  const named = began === null ? meaningOf(keyMap(), pressed) : `${began} ${pressed}`;
  if (named === null) return;
  for (const { current } of registered.toReversed()) {
    const keys = current;
    const act = keys[named];
    if (act !== undefined) {
      event.preventDefault();
      return typeof act === 'function' ? act() : act.act();
    }
    if (Object.keys(keys).some((key) => key.startsWith(`${named} `))) {
      event.preventDefault();
      first = { key: named, at: event.timeStamp };
      return;
    }
  }
}

/** Registers keys of a page. They never fire in a field, in a dialog, or with a modifier. */
export function useKeys(keys: Keys): void {
  const mine = useRef(keys);
  useLayoutEffect(() => {
    mine.current = keys;
  });
  useEffect(() => {
    if (registered.length === 0) document.addEventListener('keydown', onKey);
    registered.push(mine);
    return () => {
      registered.splice(registered.indexOf(mine), 1);
      if (registered.length === 0) document.removeEventListener('keydown', onKey);
    };
  }, []);
}
