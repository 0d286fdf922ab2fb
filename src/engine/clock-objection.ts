/** What can be wrong with a clock that is wanted for an app. */
import { FASTEST } from '#domain/release/clock.ts';
import type { Instant } from '#domain/time.ts';
import { refuse } from './refuse.ts';
import type { EngineRefusal } from './types.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** What is wrong with a time or a speed in itself; null when nothing is. */
export function clockObjection({ at, speed }: { at?: Instant; speed?: number }): EngineRefusal | null {
  if (at !== undefined && (!INSTANT.test(at) || Number.isNaN(Date.parse(at))))
    return refuse('invalid', `"${at}" is no instant`, 'UTC with milliseconds: 2024-10-01T12:20:00.000Z');
  if (speed !== undefined && !(speed >= 0 && speed <= FASTEST))
    return refuse('invalid', `${speed} is no speed of a clock`, `0, where it stands, to ${FASTEST}; 1 is as fast as the machine's`);
  return null;
}
