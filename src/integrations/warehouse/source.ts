/** A warehouse as a source of release health: from where it is asked, and how far it has told. */
import { z } from 'zod';
import { HOUR_MS, hourOf } from '#domain/health/rollup.ts';
import type { HealthSource } from '#ports/health-source.ts';
import type { Tools } from '#ports/integration.ts';
import { Trouble } from '#ports/trouble.ts';
import { askClickhouse } from './clickhouse.ts';
import { rollupsIn } from './columns.ts';
import type { Answer } from './columns.ts';
import { askPostgres } from './postgres.ts';
import { parametersOf } from './query.ts';
import type { WarehouseSettings } from './settings.ts';

/** Rows of one answer. */
export const MOST_ROWS = 50_000;
const DAY_MS = 24 * HOUR_MS;

/** `at`: hours before it were asked for. `isWithin`: in the middle of a reading, day by day. `newest`: the newest hour that was told so far. */
const cursorShape = z.object({ at: z.number(), isWithin: z.boolean(), newest: z.number().nullable() });
type Cursor = z.infer<typeof cursorShape>;

export function warehouseSource(settings: WarehouseSettings, tools: Tools): HealthSource {
  const whom = `the warehouse at ${new URL(settings.address).host}`;
  return {
    source: settings.source,
    everyMinutes: settings.everyMinutes,
    dispersion: settings.dispersion,
    async rollupsSince({ cursor }) {
      const nowMs = Date.parse(tools.now());
      const before = cursorFrom(cursor);
      const sinceMs = sinceOf(before, settings, nowMs);
      const untilMs = parametersOf(settings.query).has('until') ? Math.min(sinceMs + DAY_MS, nowMs) : nowMs;
      const answer = await answerOf(settings, tools, sinceMs, untilMs);
      if (answer.rows.length > MOST_ROWS)
        throw new Trouble(
          `the query gives more than ${MOST_ROWS} rows from ${isoOf(sinceMs)} to ${isoOf(untilMs)}: let it give fewer segments${parametersOf(settings.query).has('until') ? '' : ', or use :until too, by which it is asked day by day'}`,
          { cure: 'person', mayHaveHappened: false },
        );
      const { rows, completeUntil } = rollupsIn(answer, whom);
      const newest = newestOf(rows, before?.newest ?? null);
      const more = untilMs < nowMs;
      const after: Cursor = { at: more ? untilMs : hourOf(nowMs), isWithin: more, newest };
      // the hour of the newest row may not be over: what is before it is told
      const told = completeUntil ?? (newest === null ? null : isoOf(newest));
      return { rows, completeUntil: more ? null : told, cursor: JSON.stringify(after), more };
    },
  };
}

function answerOf(settings: WarehouseSettings, tools: Tools, sinceMs: number, untilMs: number): Promise<Answer> {
  const given = { since: isoOf(sinceMs), until: isoOf(untilMs) };
  return settings.address.startsWith('http')
    ? askClickhouse(settings, tools, given, MOST_ROWS)
    : askPostgres(settings, tools, given, MOST_ROWS);
}

function sinceOf(before: Cursor | null, { lateHours, firstDays }: WarehouseSettings, nowMs: number): number {
  if (before === null) return hourOf(nowMs - firstDays * DAY_MS);
  return before.isWithin ? before.at : Math.max(before.at - lateHours * HOUR_MS, hourOf(nowMs - firstDays * DAY_MS));
}

function cursorFrom(text: string | null): Cursor | null {
  if (text === null) return null;
  try {
    return cursorShape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function newestOf(rows: readonly Record<string, unknown>[], before: number | null): number | null {
  let newest = before;
  for (const { bucket } of rows) {
    const at = typeof bucket === 'string' ? Date.parse(bucket) : Number.NaN;
    if (!Number.isNaN(at) && (newest === null || at > newest)) newest = at;
  }
  return newest;
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
