import { useSyncExternalStore } from 'react';
import { read, write } from '../util/storage.ts';

export type Theme = 'system' | 'dark' | 'light';
export type Density = 'comfortable' | 'compact';

const listeners = new Set<() => void>();
const system = matchMedia('(prefers-color-scheme: light)');

/** The wish is kept in this browser; theme.js applies it before the first paint. */
function apply(): void {
  const theme = wanted();
  document.documentElement.dataset['theme'] = theme === 'system' ? (system.matches ? 'light' : 'dark') : theme;
  document.documentElement.dataset['density'] = wantedDensity();
  for (const listener of listeners) listener();
}

function wanted(): Theme {
  const kept = read('theme');
  return kept === 'dark' || kept === 'light' ? kept : 'system';
}

function wantedDensity(): Density {
  return read('density') === 'compact' ? 'compact' : 'comfortable';
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  system.addEventListener('change', apply);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) system.removeEventListener('change', apply);
  };
}

/** The theme that was chosen, and what is shown of it. */
export function useTheme(): { theme: Theme; shown: 'dark' | 'light'; setTheme: (theme: Theme) => void; toggle: () => void } {
  const theme = useSyncExternalStore(subscribe, wanted);
  const shown = useSyncExternalStore(subscribe, () => (document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark'));
  const setTheme = (next: Theme): void => {
    write('theme', next === 'system' ? null : next);
    apply();
  };
  return { theme, shown, setTheme, toggle: () => setTheme(shown === 'dark' ? 'light' : 'dark') };
}

/** Comfortable rows show the reason; compact rows leave it to the inspector. */
export function useDensity(): { density: Density; toggle: () => void } {
  const density = useSyncExternalStore(subscribe, wantedDensity);
  return {
    density,
    toggle: () => {
      write('density', density === 'compact' ? null : 'compact');
      apply();
    },
  };
}
