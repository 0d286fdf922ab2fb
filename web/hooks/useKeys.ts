import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { read, write } from '../util/storage.ts';

export type Keys = Readonly<Record<string, () => void>>;

const listeners = new Set<() => void>();
const isOn = (): boolean => read('keys') !== 'off';

/** Whether single keys act. A viewer can turn them off (WCAG 2.1.4): voice control may type letters. */
export function useSingleKeys(): { on: boolean; set: (on: boolean) => void } {
  const on = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, isOn);
  return {
    on,
    set: (next) => {
      write('keys', next ? null : 'off');
      for (const listener of listeners) listener();
    },
  };
}

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));

/** Single keys of a page. They never fire in a field, in a dialog, or with a modifier. */
export function useKeys(keys: Keys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
    if (document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act === undefined || (event.key.length === 1 && !isOn())) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}
