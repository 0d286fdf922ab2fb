import { useSyncExternalStore } from 'react';

type Media = { subscribe: (listener: () => void) => () => void; isSo: () => boolean };

/** A media query that a component follows. */
function media(query: string): Media {
  return {
    subscribe: (listener) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    isSo: () => matchMedia(query).matches,
  };
}

const narrow = media('(width < 768px)');
const low = media('(height < 1080px)');

/** Whether the page is as narrow as a phone, or zoomed until it is: then the frame becomes cards. */
export function useNarrow(): boolean {
  return useSyncExternalStore(narrow.subscribe, narrow.isSo);
}

/** Whether the window is so low that the lists beside the frame are cut shorter, to be seen at once with it. */
export function useLow(): boolean {
  return useSyncExternalStore(low.subscribe, low.isSo);
}
