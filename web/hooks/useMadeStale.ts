import { useEffect, useRef } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { ControlRoom } from '#api/control-room.ts';

/** Has read again what new entries of an app's journal make stale. Give it the room of one app for as long as it is there. */
export function useMadeStale(room: ControlRoom | undefined): void {
  const cache = useQueryClient();
  const seen = useRef<ControlRoom['activity'] | null>(null);
  const app = room?.app.id;
  const activity = room?.activity;
  useEffect(() => {
    if (app === undefined || activity === undefined) return;
    const before = seen.current;
    seen.current = activity;
    if (before === null || before === activity) return;
    // no part of a first view
    import('../api/made-stale.ts').then(
      ({ linesSince, madeStale }) => {
        for (const name of madeStale(linesSince(before, activity)))
          void cache.invalidateQueries({ queryKey: name === 'apps' ? [name] : [name, app] });
      },
      // what cannot be told apart is all read again; the room is kept by its stream
      () => void cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'control-room' }),
    );
  }, [app, activity, cache]);
}
