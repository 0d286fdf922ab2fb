/** How a policy writes days, hours and planned times, read into numbers: `Mon-Thu`, `08:00-17:00`, `Friday 09:00`, `every 2 weeks`. */

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
const MINUTES_PER_DAY = 1440;

/** A planned time within a cycle: weekday (1 Monday to 7 Sunday), minute of the day, and how many weeks after the first such weekday. */
export type Milestone = { weekday: number; minute: number; weeksLater: number };

/** The number of a weekday, 1 Monday to 7 Sunday, by its name or the first three letters of it; null for anything else. */
export function readWeekday(text: string): number | null {
  const word = text.trim().toLowerCase();
  const at = weekdays.findIndex((name) => name === word || name.slice(0, 3) === word);
  return at < 0 ? null : at + 1;
}

/** Days as numbers 1 to 7, rising: `Mon-Thu`, `Mon, Wed`, `Sat-Mon`, `weekdays`, `every day`. Null where it names none. */
export function readDays(text: string): number[] | null {
  const word = text.trim().toLowerCase();
  if (word === 'every day') return [1, 2, 3, 4, 5, 6, 7];
  if (word === 'weekdays') return [1, 2, 3, 4, 5];
  const days = new Set<number>();
  for (const part of word.split(',')) {
    const run = readRun(part);
    if (!run) return null;
    for (const day of run) days.add(day);
  }
  return [...days].toSorted((a, b) => a - b);
}

function readRun(text: string): number[] | null {
  const ends = text.split(/\s*[-–]\s*/).map(readWeekday);
  const [first, last = first] = ends;
  if (ends.length > 2 || !first || !last) return null;
  const run = [first];
  for (let day = first; day !== last;) {
    day = (day % 7) + 1;
    run.push(day);
  }
  return run;
}

/** The minute of the day that a clock shows: `08:00` → 480. `24:00` is the end of the day. Null for anything else. */
export function readClock(text: string): number | null {
  const match = /^\s*(\d{1,2}):(\d{2})\s*$/.exec(text);
  if (!match) return null;
  const minute = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minute <= MINUTES_PER_DAY ? minute : null;
}

/** Hours of a day: `08:00-17:00`; `22:00-04:00` runs over midnight; `all day`. Null where there are none, or where they are empty. */
export function readHours(text: string): { from: number; to: number } | null {
  if (text.trim().toLowerCase() === 'all day') return { from: 0, to: MINUTES_PER_DAY };
  const ends = text.split(/\s*[-–]\s*/).map(readClock);
  const [from, to] = ends;
  if (ends.length !== 2 || from === null || from === undefined || to === null || to === undefined) return null;
  if (from === to || from === MINUTES_PER_DAY || (from === 0 && to === 0)) return null;
  return { from, to };
}

/** A planned time: `Friday 09:00`; `Monday 17:00 +1w` is the Monday a week after the first. Null for anything else. */
export function readMilestone(text: string): Milestone | null {
  const match = /^\s*([A-Za-z]+)\s+(\d{1,2}:\d{2})(?:\s+\+(\d{1,2})w)?\s*$/.exec(text);
  if (!match) return null;
  const weekday = readWeekday(match[1] ?? '');
  const minute = readClock(match[2] ?? '');
  if (weekday === null || minute === null || minute === MINUTES_PER_DAY) return null;
  return { weekday, minute, weeksLater: Number(match[3] ?? 0) };
}

/** How many weeks lie between two branch days: `weekly` 1, `every 2 weeks` 2 (52 at most); null for anything else. */
export function readCadence(text: string): number | null {
  if (text === 'weekly') return 1;
  const match = /^every (\d{1,2}) weeks$/.exec(text.trim());
  const weeks = match ? Number(match[1]) : 0;
  return weeks >= 1 && weeks <= 52 ? weeks : null;
}
