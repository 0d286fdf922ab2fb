/** One line about what an action just did: shown for a while, and read out. */
import { useSyncExternalStore } from 'react';

type Said = { id: number; text: string };

const SHOWN_FOR_MS = 6_000;

let current: Said | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(next: Said | null): void {
  current = next;
  for (const listener of listeners) listener();
}

export function say(text: string): void {
  clearTimeout(timer);
  set({ id: (current?.id ?? 0) + 1, text });
  timer = setTimeout(() => set(null), SHOWN_FOR_MS);
}

export function useSay(): Said | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
