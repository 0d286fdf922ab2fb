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

type Asked = [
  settings: WarehouseSettings,
  tools: Pick<Tools, 'fetch' | 'signal'>,
  given: Readonly<Record<Parameter, string>>,
  most: number,
];

/**
 * The answer to the query, at most `most` rows and one.
 *
 * @throws Trouble
 */
export async function askClickhouse(...asked: Asked): Promise<Answer> {
  const { answer, unclear } = await answerTo(asked, []);
  // in the night in which clocks go back two hours are shown alike: then, and only then, it is asked which is which
  return unclear.length === 0 ? answer : (await answerTo(asked, unclear)).answer;
}

/** @param exact columns of moments that are asked for as seconds since 1970 too. `unclear`: those in which a moment is shown that may be one of two. */
async function answerTo(
  [settings, tools, given, most]: Asked,
  exact: readonly string[],
): Promise<{ answer: Answer; unclear: readonly string[] }> {
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
      body: statementOf(settings.query, given, most, exact),
    },
    answerShape,
  );
  // the last columns are ours
  const columns = value.meta.slice(0, -1 - exact.length).map(({ name, type }) => ({ name, type, kind: kindOf(type) }));
  const last = value.data[0]?.at(-1);
  const serverZone = typeof last === 'string' ? last : 'UTC';
  const unclear = new Set<string>();
  const rows = value.data.map((row) =>
    columns.map(({ name, type, kind }, at) => {
      const shown = row[at];
      const seconds = exact.includes(name) ? row[columns.length + exact.indexOf(name)] : undefined;
      if (typeof seconds === 'number') return new Date(seconds * 1000).toISOString();
      if (kind !== 'time' || typeof shown !== 'string') return valueOf(shown, kind);
      const { instant, isClear } = instantOf(shown, /'([^']+)'/.exec(bare(type))?.[1] ?? serverZone);
      if (!isClear) unclear.add(name);
      return instant;
    }),
  );
  return { answer: { columns, rows }, unclear: [...unclear] };
}

/** Moments as seconds since 1970, which every version reads and which can hold nothing else: parameters of queries came to ClickHouse late. */
function statementOf(query: string, given: Readonly<Record<Parameter, string>>, most: number, exact: readonly string[]): string {
  const text = filled(query, (parameter) => `toDateTime(${Math.floor(Date.parse(given[parameter]) / 1000)})`);
  const seconds = exact
    .map((name, at) => `toUnixTimestamp(\`${name.replaceAll(/[\\`]/g, '\\$&')}\`) as signalbox_seconds_${at}, `)
    .join('');
  return `select *, ${seconds}timezone() as signalbox_zone from ${asPart(text)} limit ${most + 1} format JSONCompact`;
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

function valueOf(value: unknown, kind: ColumnKind): unknown {
  if (value === null || value === undefined) return null;
  if (kind === 'number') return typeof value === 'string' ? Number(value) : value;
  return kind === 'text' && typeof value === 'string' ? value.replaceAll(/\0+$/g, '') : value;
}

/** A moment as it is shown in a zone. `isClear` false: clocks went back there, and it may be this one or a later one. */
function instantOf(text: string, zone: string): { instant: string; isClear: boolean } {
  try {
    const shown = Temporal.PlainDateTime.from(text);
    const [first, last] = [
      shown.toZonedDateTime(zone, { disambiguation: 'earlier' }),
      shown.toZonedDateTime(zone, { disambiguation: 'later' }),
    ];
    return { instant: new Date(first.epochMilliseconds).toISOString(), isClear: first.epochMilliseconds === last.epochMilliseconds };
  } catch {
    return { instant: `${text} in ${zone}`, isClear: true };
  }
}
