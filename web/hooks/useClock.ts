/** How this viewer reads times: in which zone, and with 24 hours or as their language does. Kept in this browser. */
import { useSyncExternalStore } from 'react';
import { read, write } from '../util/storage.ts';
import { isZone, showHours } from '../util/time.ts';

/** `home`: the zone of the release; `browser`: the machine's; else a zone of the IANA list. */
export type ZoneWish = 'home' | 'browser' | (string & {});
export type Hours = '24' | 'locale';

const listeners = new Set<() => void>();

function wantedZone(): ZoneWish {
  const kept = read('zone');
  if (kept === null || kept === 'browser') return 'browser';
  return kept === 'home' || isZone(kept) ? kept : 'browser';
}

const wantedHours = (): Hours => (read('hours') === 'locale' ? 'locale' : '24');

showHours(wantedHours());

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  showHours(wantedHours());
  for (const listener of listeners) listener();
}

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zone that a wish means for an app whose releases live in `home`. */
export function zoneOf(wish: ZoneWish, home: string): string {
  return wish === 'home' ? home : wish === 'browser' ? browserZone() : wish;
}

/** The wishes, and how to change them. */
export function useClock(): { zone: ZoneWish; setZone: (zone: ZoneWish) => void; hours: Hours; setHours: (hours: Hours) => void } {
  const zone = useSyncExternalStore(subscribe, wantedZone);
  const hours = useSyncExternalStore(subscribe, wantedHours);
  return {
    zone,
    setZone: (next) => {
      write('zone', next === 'browser' ? null : next);
      tell();
    },
    hours,
    setHours: (next) => {
      write('hours', next === '24' ? null : next);
      tell();
    },
  };
}
