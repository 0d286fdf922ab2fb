/** The title of a page, which the page itself sets: in the header, and in the tab. */
import { useEffect, useSyncExternalStore } from 'react';

export type Crumb = { text: string; to: string };
type Title = { text: string; crumbs: readonly Crumb[] };

let titles: readonly { id: symbol; title: Title }[] = [];
const listeners = new Set<() => void>();

function tell(next: typeof titles): void {
  titles = next;
  for (const listener of listeners) listener();
}

/** Sets the title of the page while it is shown; `crumbs` are the pages above it, with their addresses. */
export function usePageTitle(text: string, crumbs: readonly Crumb[] = []): void {
  const key = JSON.stringify([text, crumbs]);
  useEffect(() => {
    const [words, above] = JSON.parse(key) as [string, readonly Crumb[]];
    const id = Symbol(words);
    tell([...titles, { id, title: { text: words, crumbs: above } }]);
    return () => tell(titles.filter((each) => each.id !== id));
  }, [key]);
}

/** What the page has set; null where it has set nothing. */
export function useSetTitle(): Title | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => titles.at(-1)?.title ?? null,
  );
}
