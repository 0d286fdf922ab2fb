import { pino } from 'pino';
import type { Logger } from 'pino';

/** What a part of the program needs of a log. `child` adds fields to every line. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Names of fields whose values never reach a log line, at the top and one level down. */
const SECRET_FIELDS = ['password', 'secret', 'token', 'apiKey', 'authorization', 'cookie', 'connectionString'];

const LEVEL_NAMES: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' };
const OMITTED_FOR_PEOPLE = new Set(['level', 'time', 'msg', 'err']);

/**
 * The program's log: one JSON object a line, or short lines for people when the output is a terminal.
 *
 * @param options.level the least important level that is written
 * @param options.forPeople short readable lines in place of JSON
 * @param options.write receives each finished line, newline included; standard error by default, because standard output belongs to commands
 */
export function createLog(options: { level: LogLevel; forPeople?: boolean; write?: (line: string) => void }): Log {
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const stream = { write: options.forPeople === true ? (line: string) => write(readable(line)) : write };
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: errorOf },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '(hidden)' },
    },
    stream,
  );
}

type LoggedError = { type: string; message: string; code?: string; stack?: string; cause?: LoggedError };

/**
 * What a log line keeps of an error. Libraries hang whole connections and requests on theirs, with addresses and secrets in them: none of that is written.
 */
function errorOf(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: errorOf(error.cause) }),
  };
}

/** A log that writes nothing, for callers that were given none. */
export const quietLog: Log = pino({ level: 'silent' }, { write: () => {} });

function readable(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const time = textOf(entry['time']).slice(11, 19);
  const level = LEVEL_NAMES[Number(entry['level'])] ?? '';
  const fields = Object.entries(entry)
    .filter(([name]) => !OMITTED_FOR_PEOPLE.has(name))
    .map(([name, value]) => `${name}=${textOf(value)}`);
  return `${[time, level.padEnd(5), textOf(entry['msg']), ...fields].join(' ').trimEnd()}${stackOf(entry['err'])}\n`;
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  const text = typeof stack === 'string' ? stack : typeof message === 'string' ? message : '';
  return text === '' ? '' : `\n${text.replaceAll(/^/gm, '    ')}`;
}
