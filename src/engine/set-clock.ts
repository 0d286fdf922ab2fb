/** Turning the clock of a sample app. A real app is never moved: its time is the machine's. */
import { appClockHead, appIds, raiseApp, setAppClock } from '#db/apps.ts';
import { appendEntries, lastEntryAt, signatureOf } from '#db/journal.ts';
import { moveReadings } from '#db/sources.ts';
import { unlessRefused } from '#db/transaction.ts';
import type { Tx } from '#db/transaction.ts';
import { speedOf, timeBy } from '#domain/release/clock.ts';
import type { AppClock } from '#domain/release/release.ts';
import type { AppEvent } from '#domain/release/events.ts';
import type { Actor } from '#domain/roles.ts';
import { msBetween } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import { wakeAll, wakeDueBy } from './bear.ts';
import { clockObjection } from './clock-objection.ts';
import { tell, tellAll } from './commit.ts';
import type { Context } from './context.ts';
import { noSuchApp, refuse } from './refuse.ts';
import { wakeUnits } from './unit.ts';
import type { Change, Result } from './types.ts';

export type ClockSet = Result<{ clock: AppClock; version: number }>;
type Wanted = { at?: Instant; speed?: number; until?: Instant };
/** `due`: only what the new time makes due is done. For a player that stands still between moments and tells itself which sources have news. */
export type ClockOptions = { wakes?: 'all' | 'due' };

/**
 * Turns an app's clock and makes all its tracks and sources due. A word of a person or a key goes into the journal; the turns of a player, which acts as the robot
 * or an integration, are the passing of time and do not.
 */
export async function setClock(context: Context, app: string, wanted: Wanted, by: Actor, options: ClockOptions = {}): Promise<ClockSet> {
  if (wanted.at === undefined && wanted.speed === undefined)
    return refuse('invalid', 'neither a time nor a speed is given', 'at, speed, or both');
  const wrong = clockObjection(wanted);
  if (wrong !== null) return wrong;
  const told: Change[] = [];
  let turned: ClockOptions['wakes'] = 'all';
  const answer = await unlessRefused(context.db, async (tx): Promise<ClockSet> => {
    const before = await appClockHead(tx, app);
    if (before === null) return noSuchApp(app, await appIds(tx));
    if (!before.sample)
      return refuse('not-allowed', `${app} is a real app: its time is the machine's`, 'an app that was made as sample data');
    const when = context.clock.now();
    const was = timeBy(before.clock, when);
    const at = wanted.at ?? was;
    const until = wanted.until === undefined ? {} : { until: wanted.until < at ? at : wanted.until };
    const clock: AppClock = { at, when, speed: wanted.speed ?? speedOf(before.clock), ...until };
    const last = await lastEntryAt(tx, app);
    if (last !== null && clock.at < last)
      return refuse('conflict', `it cannot be ${clock.at} for ${app}: its journal has an entry of ${last}`, `a time from ${last} on`);
    // At another pace everything is due at another moment of the machine; let on from where it was held, only what comes by the next hold.
    const isLetOn = clock.until !== undefined && before.clock?.until !== undefined && clock.speed === before.clock.speed;
    const isAtAnotherPace = clock.speed > 0 || clock.speed !== speedOf(before.clock);
    const wakes = isLetOn ? 'due' : isAtAnotherPace ? 'all' : (options.wakes ?? 'all');
    turned = wakes;
    return write(context, tx, { app, was, before: before.clock, clock, wakes }, by, told);
  });
  if (!answer.ok) return answer;
  context.clock.learn(app, answer.version, answer.clock);
  tellAll(context, told);
  if (turned === 'all') await wakeUnits(context, app);
  context.wake();
  return answer;
}

type Turn = { app: string; was: Instant; before: AppClock | null; clock: AppClock; wakes: 'all' | 'due' };

async function write(context: Context, tx: Tx, { app, was, before, clock, wakes }: Turn, by: Actor, told: Change[]): Promise<ClockSet> {
  const head = await raiseApp(tx, app);
  if (head === null) return noSuchApp(app, []);
  await setAppClock(tx, app, clock);
  await moveReadings(tx, app, msBetween(was, clock.at));
  if (wakes === 'all') await wakeAll(context, tx, app);
  else await wakeDueBy(context, tx, app, clock.until ?? clock.at);
  const isPlaying = by.kind === 'robot' || by.kind === 'integration';
  if (!isPlaying) {
    const event: AppEvent = { is: 'clock-set', from: { at: was, speed: speedOf(before) }, to: { at: clock.at, speed: clock.speed } };
    await appendEntries(tx, { app, track: null, seq: head.seq, hash: head.hash }, [{ actor: signatureOf(by), event, stageAfter: null }], {
      appVersion: head.version,
      at: clock.at,
      recordedAt: clock.when,
    });
  }
  const kinds = isPlaying ? (['app'] as const) : (['app', 'journal'] as const);
  await tell(context, tx, { app, version: head.version, tracks: [], kinds, at: clock.at }, told);
  return { ok: true, clock, version: head.version };
}
