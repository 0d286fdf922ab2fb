import { useState } from 'react';

/** A part of a list, and where the next part begins; null: that was all. */
type Part<Item> = { items: readonly Item[]; next: string | null };

/**
 * A list whose first part is kept true by the stream, and whose older parts are read when they are asked for: `read` answers the part that begins at a cursor.
 * What has moved into the first part meanwhile is shown once, by its `id`.
 */
export function useOlder<Item>(first: Part<Item>, id: (item: Item) => string, read: (cursor: string) => Promise<Part<Item> | undefined>) {
  const [older, setOlder] = useState<Part<Item> | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isReading, setReading] = useState(false);
  const seen = new Set(first.items.map(id));
  const next = older === null ? first.next : older.next;
  const readOn = async (): Promise<void> => {
    if (next === null) return;
    setReading(true);
    setError(null);
    try {
      const part = await read(next);
      setOlder({ items: [...(older?.items ?? []), ...(part?.items ?? [])], next: part?.next ?? null });
    } catch (thrown) {
      setError(thrown);
    } finally {
      setReading(false);
    }
  };
  return {
    items: [...first.items, ...(older?.items ?? []).filter((item) => !seen.has(id(item)))],
    hasMore: next !== null,
    isReading,
    error,
    readOn: () => void readOn(),
  };
}
