import { useSyncExternalStore } from 'react';

const query = matchMedia('(width < 768px)');

/** Whether the page is as narrow as a phone, or zoomed until it is: then the frame becomes cards. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      query.addEventListener('change', listener);
      return () => query.removeEventListener('change', listener);
    },
    () => query.matches,
  );
}
