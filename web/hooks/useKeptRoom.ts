import { useEffect, useRef } from 'react';
import type { ControlRoom } from '#api/control-room.ts';
import type { Session } from '#api/session.ts';
import { keepAgain, keepRoom } from '../util/kept.ts';

const KEPT_EVERY_MS = 30_000;

/** Keeps the newest snapshot in this browser, now and then and when the page is left, for reading it without a line. */
export function useKeptRoom(room: ControlRoom | undefined, session: Session, isLive: boolean): void {
  useEffect(keepAgain, []);
  const newest = useRef({ room, session, kept: -1 });
  useEffect(() => {
    newest.current = { ...newest.current, room, session };
  }, [room, session]);
  useEffect(() => {
    if (!isLive) return undefined;
    const keep = (): void => {
      const { room: now, session: whose, kept } = newest.current;
      if (now === undefined || now.version === kept) return;
      newest.current.kept = now.version;
      // a full or forbidden storage keeps nothing; the page itself is not touched by that
      keepRoom(now.app.id, now, whose).catch(() => undefined);
    };
    const leave = (): void => {
      if (document.visibilityState === 'hidden') keep();
    };
    const first = setTimeout(keep, 2_000);
    const timer = setInterval(keep, KEPT_EVERY_MS);
    document.addEventListener('visibilitychange', leave);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
      document.removeEventListener('visibilitychange', leave);
    };
  }, [isLive]);
}
