/** A rota in a form: days and times of the app's zone as fields write them, and as they are sent. */
import { dayOf, momentOf, wallTime, dateOf } from '#domain/calendar/zone.ts';
import type { Rota } from '#domain/people/rota.ts';
import { roleName } from '#domain/roles.ts';

export type RotaForm = {
  people: readonly string[];
  /** `2025-01-06` */
  from: string;
  /** `09:00` */
  at: string;
  days: string;
  /** `2025-01-06T09:00`, in the zone of the app. */
  swaps: readonly { person: string; from: string; to: string }[];
};

export function newRota(today: string): RotaForm {
  return { people: [], from: today, at: '09:00', days: '7', swaps: [] };
}

/** `release manager`, or the team as it is called. */
export function dutyName(duty: string): string {
  return duty === 'release-manager' ? roleName('release-manager') : duty;
}

/** A rota as it is kept, with moments as a clock in the zone shows them. */
export function atHome({ people, from, at, days, swaps }: Rota, zone: string): RotaForm {
  return {
    people,
    from,
    at,
    days: String(days),
    swaps: swaps.map((swap) => ({ person: swap.person, from: localText(swap.from, zone), to: localText(swap.to, zone) })),
  };
}

/** As it is sent: a time that a clock skips in spring becomes the one behind it. */
export function sentRota({ people, from, at, days, swaps }: RotaForm, zone: string) {
  return {
    people: [...people],
    from,
    at,
    days: Number(days),
    swaps: swaps.map((swap) => ({ person: swap.person, from: momentIn(swap.from, zone), to: momentIn(swap.to, zone) })),
  };
}

/** What is missing before it can be sent; null: nothing. */
export function missingOf({ people, from, at, days, swaps }: RotaForm): string | null {
  if (people.length === 0) return 'Add at least one person.';
  if (from === '' || at === '') return 'Say on which day and at what time the first one begins.';
  if (!/^\d+$/.test(days) || Number(days) < 1 || Number(days) > 366) return 'A turn has 1 to 366 days.';
  const bad = swaps.findIndex((swap) => swap.person === '' || swap.from === '' || swap.to === '');
  if (bad >= 0) return 'Say who stands in, from when, and until when.';
  return swaps.some((swap) => swap.from >= swap.to) ? 'Whoever stands in does so until after they began.' : null;
}

/** The list with one entry moved by one place. */
export function moved<T>(list: readonly T[], at: number, by: 1 | -1): readonly T[] {
  const other = list[at + by];
  const one = list[at];
  if (other === undefined || one === undefined) return list;
  return list.map((each, index) => (index === at ? other : index === at + by ? one : each));
}

function localText(at: string, zone: string): string {
  const wall = wallTime(Date.parse(at), zone);
  const minute = Math.floor(wall.minute);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${dateOf(wall.day)}T${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
}

function momentIn(local: string, zone: string): string {
  const [date = '', time = ''] = local.split('T');
  const [hour, minute] = time.split(':').map(Number);
  return new Date(momentOf(dayOf(date), (hour ?? 0) * 60 + (minute ?? 0), zone)).toISOString();
}
