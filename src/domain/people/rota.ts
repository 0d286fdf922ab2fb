/** Who is on call: people who take turns, handed over at one local time, and days on which someone stands in. */
import { z } from 'zod';
import { instantIn } from '../moment.ts';
import type { Instant } from '../time.ts';
import { dayOf, isLocalDate, momentOf, wallTime } from '../calendar/zone.ts';

/** A rota as it is kept: `people` take turns of `days` days each, the first of them from `from` on, handed over at `at` (local time of the app). */
export const rota = z.strictObject({
  people: z
    .array(z.string().min(1).max(100))
    .min(1, 'a rota has at least one person')
    .max(100)
    .meta({ description: 'Ids of people, in the order of their turns' }),
  from: z
    .string()
    .refine(isLocalDate, 'a date such as 2025-01-06')
    .meta({ description: 'The day on which the first person begins: `2025-01-06`' }),
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 09:00')
    .default('09:00')
    .meta({ description: 'When it is handed over, in the time zone of the app: `09:00`' }),
  days: z.int().min(1).max(366).default(7).meta({ description: 'Days of one turn' }),
  swaps: z
    .array(
      z
        .strictObject({ from: instantIn, to: instantIn, person: z.string().min(1).max(100) })
        .refine(({ from, to }) => from < to, 'a swap ends after it begins'),
    )
    .max(200)
    .default([])
    .meta({ description: 'Who stands in, and when; of two at the same time the later in the list counts' }),
});
export type Rota = z.output<typeof rota>;

/** Someone's turn: from when until when. `swap`: they stand in. */
export type Turn = { person: string; from: Instant; to: Instant; swap: boolean };

/** Whose turn it is at `now`; null before the rota begins. */
export function onCall(of: Rota, now: Instant, timezone: string): Turn | null {
  const swap = of.swaps.findLast(({ from, to }) => from <= now && now < to);
  if (swap !== undefined) return { ...swap, swap: true };
  const turn = turnAt(of, now, timezone);
  if (turn === null) return null;
  // a swap cuts the turn short, and the turn goes on behind it
  const from = of.swaps.filter(({ to }) => to <= now && to > turn.from).reduce((latest, { to }) => (to > latest ? to : latest), turn.from);
  const to = of.swaps
    .filter((each) => each.from > now && each.from < turn.to)
    .reduce((first, each) => (each.from < first ? each.from : first), turn.to);
  return { ...turn, from, to };
}

/** The turns from `now` on: the present one first, `count` at most. */
export function turnsFrom(of: Rota, now: Instant, timezone: string, count: number): Turn[] {
  const turns: Turn[] = [];
  let at: Instant | null = beginsAt(of, timezone) > now ? beginsAt(of, timezone) : now;
  while (turns.length < count && at !== null) {
    const turn = onCall(of, at, timezone);
    if (turn === null) break;
    turns.push(turn);
    at = turn.to;
  }
  return turns;
}

function minuteOf(of: Rota): number {
  const [hour, minute] = of.at.split(':').map(Number);
  return (hour ?? 0) * 60 + (minute ?? 0);
}

function beginsAt(of: Rota, timezone: string): Instant {
  return new Date(momentOf(dayOf(of.from), minuteOf(of), timezone)).toISOString();
}

function turnAt(of: Rota, now: Instant, timezone: string): Turn | null {
  const first = dayOf(of.from);
  const moment = (index: number): Instant => new Date(momentOf(first + index * of.days, minuteOf(of), timezone)).toISOString();
  const days = wallTime(Date.parse(now), timezone).day - first;
  let index = Math.floor(days / of.days);
  // handed over at an hour of the day: until then it is the turn before
  if (moment(index) > now) index -= 1;
  const person = of.people[((index % of.people.length) + of.people.length) % of.people.length];
  if (index < 0 || person === undefined) return null;
  return { person, from: moment(index), to: moment(index + 1), swap: false };
}
