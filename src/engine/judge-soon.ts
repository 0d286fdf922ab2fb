/** Has the crash groups of an app judged: in a moment, so that many crashes are judged at once. */
import { markDue } from '#db/due.ts';
import type { DueAt } from '#db/due.ts';
import type { Db } from '#db/transaction.ts';
import { plusMs } from '#domain/time.ts';
import type { Context } from './context.ts';
import { unitKey } from './unit.ts';

/** A crash is judged with those that come within so long after it. */
const SOON_MS = 2000;

export async function judgeSoon(context: Context, db: Db, app: string, inMs: number = SOON_MS): Promise<void> {
  await markDue(db, [judgedSoon(context, app, inMs)]);
}

/** When that is. */
export function judgedSoon(context: Context, app: string, inMs: number = SOON_MS): DueAt {
  return { kind: 'observe', key: unitKey({ app, what: 'crash-groups', which: '' }), app, at: plusMs(context.clock.now(), inMs) };
}
