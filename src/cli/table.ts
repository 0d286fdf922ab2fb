/** Tables and colours for a terminal. */
import { stripVTControlCharacters } from 'node:util';
import type { Environment } from './settings.ts';

export type Paint = Record<'red' | 'yellow' | 'green' | 'magenta' | 'grey' | 'bold', (text: string) => string>;

/** Colours on a terminal; plain text elsewhere, and wherever NO_COLOR says so. */
export function paintFor(options: { isTty: boolean; environment: Environment }): Paint {
  const { environment } = options;
  const forced = environment['FORCE_COLOR'];
  const isOn =
    (environment['NO_COLOR'] ?? '') === '' &&
    environment['TERM'] !== 'dumb' &&
    (options.isTty || (forced !== undefined && forced !== '' && forced !== '0'));
  const code = (open: number, close: number) => (text: string) => (isOn ? `\u001b[${open}m${text}\u001b[${close}m` : text);
  return { red: code(31, 39), yellow: code(33, 39), green: code(32, 39), magenta: code(35, 39), grey: code(90, 39), bold: code(1, 22) };
}

/** What came from elsewhere must not move the cursor or ring the bell. Colours of our own are added after this. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

/** Lines of a table with a head; columns as wide as their widest cell. Nothing but the head when there are no rows. */
export function tableLines(head: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string[] {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => widthOf(row[at] ?? ''))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => `${cell}${' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell)))}`)
      .join('  ')
      .trimEnd();
  return [paint.grey(line(head)), ...rows.map(line)];
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
