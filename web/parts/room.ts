/** The room that a page stands in: the snapshot, how live it is, who looks at it, and the app's time. */
import { createContext, useContext } from 'react';
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import type { Session } from '#api/session.ts';
import type { Instant } from '#domain/time.ts';
import { meIn } from '../api/authority.ts';
import type { Me } from '../api/authority.ts';
import { useClock, zoneOf } from '../hooks/useClock.ts';
import { appTime } from '../hooks/useLiveRoom.ts';
import type { Live } from '../hooks/useLiveRoom.ts';
import { useBrowserTime } from '../hooks/useNow.ts';

export type RoomValue = { room: ControlRoom; live: Live; session: Session };

const RoomContext = createContext<RoomValue | null>(null);
export const RoomProvider = RoomContext.Provider;

export function useRoom(): RoomValue {
  const value = useContext(RoomContext);
  if (value === null) throw new Error('useRoom outside of an app');
  return value;
}

/** An app as the title of a tab names it: nobody takes a sample for real. */
export function inTitle({ name, sample }: ControlRoom['app']): string {
  return sample ? `${name} (sample)` : name;
}

/** Whether there is an app around: an error page asks. */
export function useIsInApp(): boolean {
  return useContext(RoomContext) !== null;
}

export function useMe(): Me {
  const { session, room } = useRoom();
  return meIn(session, room.app.id);
}

/** The app's clock, again every `everyMs`. It stands where the app's does, and runs as fast. */
export function useAppTime(everyMs = 5_000): Instant {
  const { live, room } = useRoom();
  return new Date(appTime(live.clock, room.app.clock, useBrowserTime(everyMs))).toISOString();
}

/** The zone that this viewer reads times in. The plan itself lives in `room.app.timezone`. */
export function useZone(): string {
  const { room } = useRoom();
  return zoneOf(useClock().zone, room.app.timezone);
}

export function trackOf(room: ControlRoom, id: string): TrackHead | null {
  return room.tracks.find((track) => track.id === id) ?? null;
}

/** The parts of a track's name, as the routes of the API take them. */
export function paramsOf(track: Pick<TrackHead, 'app' | 'version' | 'platform'>): { app: string; version: string; platform: string } {
  const { app, version, platform } = track;
  return { app, version, platform };
}
