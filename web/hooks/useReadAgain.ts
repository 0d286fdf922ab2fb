import { useEffect, useRef } from 'react';

/**
 * Has a list read again with each version of what it is made of, mostly the app's, as many pages of it as are open: they stay shown, and what has the focus keeps it. One read at a time: what changes while
 * one is under way is read after it. Its query is stale at once, so that one that comes back is read again too.
 */
export function useReadAgain(version: number | string, { isFetching, refetch }: { isFetching: boolean; refetch: () => unknown }): void {
  const read = useRef(version);
  useEffect(() => {
    if (isFetching || read.current === version) return;
    read.current = version;
    void refetch();
  }, [version, isFetching, refetch]);
}
