/** What a query gives, as roll-ups. The columns are read once: a missing or wrong one is named, and nothing of the answer is used. */
import type { Instant } from '#domain/time.ts';
import { Trouble } from '#ports/trouble.ts';

/** What the values of a column are; `other`: nothing that a roll-up has. */
export type ColumnKind = 'text' | 'number' | 'time' | 'other';

/** A column of an answer. `type`: as its database calls it. */
export type Column = { name: string; kind: ColumnKind; type: string };

/** An answer as a database gives it: times as instants, numbers as numbers, nothing as null. */
export type Answer = { columns: readonly Column[]; rows: readonly (readonly unknown[])[] };

type Wanted = { field: string; kind: Exclude<ColumnKind, 'other'>; isNeeded: boolean };

const WANTED: Readonly<Record<string, Wanted>> = {
  platform: { field: 'platform', kind: 'text', isNeeded: true },
  version: { field: 'version', kind: 'text', isNeeded: true },
  build: { field: 'build', kind: 'text', isNeeded: false },
  audience: { field: 'audience', kind: 'text', isNeeded: true },
  segment: { field: 'segment', kind: 'text', isNeeded: false },
  bucket: { field: 'bucket', kind: 'time', isNeeded: true },
  revision: { field: 'revision', kind: 'number', isNeeded: false },
  users: { field: 'users', kind: 'number', isNeeded: false },
  new_users: { field: 'newUsers', kind: 'number', isNeeded: false },
  sessions: { field: 'sessions', kind: 'number', isNeeded: false },
  consumption: { field: 'consumption', kind: 'number', isNeeded: true },
  consumption_at_least: { field: 'consumptionAtLeast', kind: 'number', isNeeded: false },
};
const COMPLETE_UNTIL = 'complete_until';
/** Behind the name of a metric: `crashes_affected`. */
const AFFECTED = '_affected';
const AT_MOST = '_affected_at_most';

const inWords: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  number: 'a number',
  time: 'a moment (timestamp with time zone, DateTime)',
  other: 'text, a number or a moment',
};

/** Where the value of a column goes. */
type Place =
  | { is: 'field'; field: string }
  | { is: 'metric'; metric: string; part: 'count' | 'affected' | 'affectedAtMost' }
  | { is: 'complete-until' };

/**
 * The rows as roll-ups in JSON, and up to when all is told where a column says so.
 *
 * @throws Trouble naming every column that is missing or wrong
 */
export function rollupsIn({ columns, rows }: Answer, whom: string): { rows: Record<string, unknown>[]; completeUntil: Instant | null } {
  const names = new Set(columns.map(({ name }) => name));
  const metrics = new Set([...names].filter((name) => names.has(`${name}${AFFECTED}`)));
  const wrong = [
    ...Object.entries(WANTED)
      .filter(([name, { isNeeded }]) => isNeeded && !names.has(name))
      .map(([name, { kind }]) => `it lacks the column ${name}, ${inWords[kind]}`),
    ...['crashes', 'anrs']
      .filter((name) => names.has(name) && !metrics.has(name))
      .map((name) => `beside ${name} it lacks ${name}${AFFECTED}: the people who were hit for the first time`),
  ];
  const places = columns.map((column) => {
    const place = placeOf(column.name, metrics);
    if (place === null) {
      if (column.name !== 'crashes' && column.name !== 'anrs')
        wrong.push(`a roll-up has no ${column.name}; a metric of your own comes with ${column.name}${AFFECTED}`);
      return null;
    }
    const kind = kindOf(column.name);
    if (column.kind !== kind) wrong.push(`the column ${column.name} is ${column.type}; ${inWords[kind]} would be right`);
    return place;
  });
  if (wrong.length > 0)
    throw new Trouble(`the query of ${whom} gives other columns than roll-ups have: ${wrong.join('; ')}`, {
      cure: 'person',
      mayHaveHappened: false,
    });
  let completeUntil: Instant | null = null;
  const read = rows.map((row) => {
    const rollup: Record<string, unknown> = {};
    const told: Record<string, Record<string, unknown>> = {};
    for (const [at, place] of places.entries()) {
      const value = row[at] ?? null;
      if (place === null || value === null) continue;
      if (place.is === 'field') rollup[place.field] = value;
      else if (place.is === 'metric') (told[place.metric] ??= {})[place.part] = value;
      else if (typeof value === 'string' && (completeUntil === null || value > completeUntil)) completeUntil = value;
    }
    const { crashes, anrs, ...own } = told;
    if (crashes !== undefined) rollup['crashes'] = crashes;
    if (anrs !== undefined) rollup['anrs'] = anrs;
    if (Object.keys(own).length > 0) rollup['metrics'] = own;
    return rollup;
  });
  return { rows: read, completeUntil };
}

function kindOf(name: string): Exclude<ColumnKind, 'other'> {
  if (name === COMPLETE_UNTIL) return 'time';
  return Object.hasOwn(WANTED, name) ? (WANTED[name]?.kind ?? 'number') : 'number';
}

function placeOf(name: string, metrics: ReadonlySet<string>): Place | null {
  if (name === COMPLETE_UNTIL) return { is: 'complete-until' };
  const wanted = Object.hasOwn(WANTED, name) ? WANTED[name] : undefined;
  if (wanted !== undefined) return { is: 'field', field: wanted.field };
  for (const [end, part] of [
    [AT_MOST, 'affectedAtMost'],
    [AFFECTED, 'affected'],
    ['', 'count'],
  ] as const) {
    const metric = name.endsWith(end) ? name.slice(0, name.length - end.length) : '';
    // names of columns have no dashes, and names of metrics no underscores
    if (metrics.has(metric)) return { is: 'metric', metric: metric.replaceAll('_', '-'), part };
  }
  return null;
}
