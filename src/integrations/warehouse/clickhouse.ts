/** Asks a ClickHouse over its HTTP interface: reading only, bounded in rows and time. */
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { ask } from '#ports/asking.ts';
import type { Tools } from '#ports/integration.ts';
import type { Answer, ColumnKind } from './columns.ts';
import { asPart, filled } from './query.ts';
import type { Parameter } from './query.ts';
import type { WarehouseSettings } from './settings.ts';

const ENDS_WITHIN_SECONDS = 8;

const answerShape = z.object({
  meta: z.array(z.object({ name: z.string(), type: z.string() })),
  data: z.array(z.array(z.unknown())),
});

/**
 * The answer to the query, at most `most` rows and one.
 *
 * @throws Trouble
 */
export async function askClickhouse(
  settings: WarehouseSettings,
  tools: Pick<Tools, 'fetch' | 'signal'>,
  given: Readonly<Record<Parameter, string>>,
  most: number,
): Promise<Answer> {
  const url = new URL(settings.address);
  const limits = {
    database: settings.database,
    // 2: nothing may be written; settings may be given, as these are
    readonly: '2',
    max_execution_time: String(ENDS_WITHIN_SECONDS),
    output_format_json_quote_64bit_integers: '0',
    output_format_json_quote_denormals: '1',
    // an error in the middle is told as one, and not as the end of an answer
    wait_end_of_query: '1',
  };
  for (const [name, value] of Object.entries(limits)) url.searchParams.set(name, value);
  const { value } = await ask(
    {
      whom: `the warehouse at ${url.host}`,
      tools,
      wordsIn: (_, text) => (text.trim() === '' ? null : text),
    },
    url.href,
    {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${settings.user}:${settings.password ?? ''}`).toString('base64')}`,
        'content-type': 'text/plain; charset=utf-8',
      },
      body: statementOf(settings.query, given, most),
    },
    answerShape,
  );
  // the last column is ours
  const meta = value.meta.slice(0, -1);
  const last = value.data[0]?.at(-1);
  const zone = typeof last === 'string' ? last : 'UTC';
  const kinds = meta.map(({ type }) => kindOf(type));
  return {
    columns: meta.map(({ name, type }, at) => ({ name, type, kind: kinds[at] ?? 'other' })),
    rows: value.data.map((row) => meta.map(({ type }, at) => valueOf(row[at], kinds[at] ?? 'other', type, zone))),
  };
}

/** Moments as seconds since 1970, which every version reads and which can hold nothing else: parameters of queries came to ClickHouse late. */
function statementOf(query: string, given: Readonly<Record<Parameter, string>>, most: number): string {
  const text = filled(query, (parameter) => `toDateTime(${Math.floor(Date.parse(given[parameter]) / 1000)})`);
  return `select *, timezone() as signalbox_zone from ${asPart(text)} limit ${most + 1} format JSONCompact`;
}

function bare(type: string): string {
  const [, within] = /^(?:Nullable|LowCardinality)\((.*)\)$/.exec(type) ?? [];
  return within === undefined ? type : bare(within);
}

function kindOf(type: string): ColumnKind {
  const name = bare(type);
  if (/^(String|FixedString|Enum8|Enum16|UUID)\b/.test(name)) return 'text';
  if (/^(U?Int(8|16|32|64)|Float(32|64)|Decimal)/.test(name)) return 'number';
  return name.startsWith('DateTime') ? 'time' : 'other';
}

/** @param serverZone in which moments are shown whose type names no zone */
function valueOf(value: unknown, kind: ColumnKind, type: string, serverZone: string): unknown {
  if (value === null || value === undefined) return null;
  if (kind === 'number') return typeof value === 'string' ? Number(value) : value;
  if (kind === 'text') return typeof value === 'string' ? value.replaceAll(/\0+$/g, '') : value;
  return kind === 'time' && typeof value === 'string' ? instantOf(value, /'([^']+)'/.exec(bare(type))?.[1] ?? serverZone) : value;
}

function instantOf(text: string, zone: string): string {
  try {
    return new Date(Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds).toISOString();
  } catch {
    return `${text} in ${zone}`;
  }
}
