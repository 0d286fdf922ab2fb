/** The releases of a repository as text: a table, and a picture of the trains leaving trunk. */
import type { AnalysedVersion, Analysis } from '#domain/history/analysis.ts';
import { plain } from './table.ts';
import type { Paint } from './table.ts';

/** How wide the terminal is, in columns, and its colours. */
export type View = { columns: number; paint: Paint };

const HOUR_MS = 3_600_000;
/** The picture shows so many trains, the newest; the table has them all. */
const TRAINS_IN_PICTURE = 30;

/** Anomalies that nearly every version has, or that its other columns say already: not worth a column's room. */
const EXPECTED = new Set([
  'final-has-commits-after-last-build',
  'merged-back-naive-merge-base-is-tag',
  'tag-on-trunk',
  'no-final-tag',
  'branch-without-tag',
]);

/** One row a version, oldest first. Columns that do not fit the terminal are left out from the right. */
export function historyTable(analysis: Analysis, view: View): string[] {
  if (analysis.versions.length === 0) return [];
  const { paint } = view;
  const columns: { title: string; right?: boolean; of(version: AnalysedVersion): string }[] = [
    { title: 'version', of: (version) => version.version },
    { title: 'kind', of: (version) => (version.status === 'released' ? version.kind : `${version.kind}, ${version.status}`) },
    { title: 'cut', of: (version) => version.cut_date?.slice(0, 10) ?? '–' },
    { title: 'final', of: (version) => version.tag_date?.slice(0, 10) ?? '–' },
    { title: 'branch', right: true, of: (version) => inDays(version.branch_hours) },
    { title: 'builds', right: true, of: (version) => String(version.builds.length) },
    { title: 'commits', right: true, of: (version) => String(version.commits_after_cut ?? '–') },
    { title: 'backports', right: true, of: (version) => String(version.backported.length) },
    { title: 'from trunk', right: true, of: (version) => String(version.trunk_commits_since_previous_cut ?? '–') },
    { title: 'lead time', right: true, of: (version) => inDays(version.lead_time_hours?.p50 ?? null) },
    { title: 'to know', of: (version) => version.anomalies.filter((anomaly) => !EXPECTED.has(anomaly)).join(', ') },
  ];
  const cells = analysis.versions.map((version) => columns.map((column) => column.of(version)));
  const widths = columns.map((column, at) => Math.max(column.title.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const shown = fitting(widths, view.columns);
  const line = (row: readonly string[]) =>
    shown
      .map(({ at, width }) => {
        const text = cutTo(row[at] ?? '', width);
        return columns[at]?.right === true ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [
    paint.grey(line(columns.map((column) => column.title))),
    ...cells.map((row, at) => (analysis.versions[at]?.status === 'released' ? line(row) : paint.yellow(line(row)))),
  ];
}

/** Columns from the left as far as they fit; the last one may be cut short when enough of it is left to be read. */
function fitting(widths: readonly number[], room: number): { at: number; width: number }[] {
  const shown: { at: number; width: number }[] = [];
  let left = room;
  for (const [at, width] of widths.entries()) {
    const gap = shown.length === 0 ? 0 : 2;
    const isLast = at === widths.length - 1;
    const taken = isLast ? Math.min(width, left - gap) : width;
    if (taken + gap > left || (isLast && taken < Math.min(width, 12))) break;
    shown.push({ at, width: taken });
    left -= taken + gap;
  }
  return shown;
}

/**
 * Trunk runs down on the left; a branch leaves it at its cut and runs to the right, one step for the same time in every row: `○` a build, `●` a final,
 * `◆` a hotfix, `▷` still going, `✕` ended without a final.
 */
export function historyPicture(analysis: Analysis, view: View): string[] {
  const trains = trainsIn(analysis);
  if (trains.length === 0) return [];
  const { paint } = view;
  const shown = trains.slice(-TRAINS_IN_PICTURE);
  const dateWidth = 'YYYY-MM-DD'.length;
  const labels = shown.map(labelOf);
  const labelWidth = Math.min(Math.max(...labels.map((label) => label.length)), Math.max(8, Math.floor(view.columns / 3)));
  const room = Math.max(8, view.columns - dateWidth - labelWidth - 6);
  const longest = Math.max(1, ...shown.map((train) => spanOf(train).hours));
  const trunk = analysis.trunk.replace('refs/heads/', '');
  const lines = [`${' '.repeat(dateWidth + 1)}${paint.bold(cutTo(trunk, view.columns - dateWidth - 1))}`];
  if (shown.length < trains.length) lines.push(paint.grey(`${' '.repeat(dateWidth + 1)}┆ ${trains.length - shown.length} earlier trains`));
  for (const [at, train] of shown.entries()) {
    const from = train[0]?.cut_date?.slice(0, 10) ?? '';
    lines.push(
      `${paint.grey(from.padEnd(dateWidth))} ${rowOf(train, analysis, { room, longest, paint })}  ${cutTo(labels[at] ?? '', labelWidth)}`.trimEnd(),
    );
  }
  lines.push(`${' '.repeat(dateWidth + 1)}▼`, paint.grey(cutTo('○ build   ● final   ◆ hotfix   ▷ still going   ✕ no final', view.columns)));
  return lines;
}

type Train = readonly AnalysedVersion[];

function trainsIn(analysis: Analysis): Train[] {
  const trains = new Map<string, AnalysedVersion[]>();
  for (const version of analysis.versions) {
    const train = trains.get(version.train);
    if (train) train.push(version);
    else trains.set(version.train, [version]);
  }
  return [...trains.values()];
}

/** `2.36.0 .1 .2`: what shipped of the train; where nothing did, what it was to be. */
function labelOf(train: Train): string {
  const finals = train.filter((version) => version.tag !== null);
  const named = finals.length > 0 ? finals : train;
  const first = named[0]?.version ?? '';
  const hotfixes = named.slice(1).map((version) => version.version.slice(sharedLength(first, version.version)));
  return hotfixes.length === 0 ? first : `${first} ${hotfixes.map((rest) => (rest.startsWith('.') ? rest : `.${rest}`)).join(' ')}`;
}

/** How much of the hotfix's number repeats the first one's, in whole parts: 2.36.1 after 2.36.0 shows as `.1`. */
function sharedLength(first: string, other: string): number {
  const one = first.split('.');
  const two = other.split('.');
  let at = 0;
  while (at < one.length && at < two.length - 1 && one[at] === two[at]) at++;
  return two.slice(0, at).join('.').length;
}

/** From the train's first cut to the last thing known of it. */
function spanOf(train: Train): { start: number; hours: number } {
  const start = Math.min(
    ...train.map((version) => Date.parse(version.cut_date ?? version.tag_date ?? '')).filter((time) => !Number.isNaN(time)),
  );
  const end = Math.max(
    ...train.map((version) => Date.parse(version.tag_date ?? version.cut_date ?? '')).filter((time) => !Number.isNaN(time)),
  );
  return Number.isFinite(start) && Number.isFinite(end) ? { start, hours: (end - start) / HOUR_MS } : { start: 0, hours: 0 };
}

function rowOf(train: Train, analysis: Analysis, at: { room: number; longest: number; paint: Paint }): string {
  const { room, longest, paint } = at;
  const { start } = spanOf(train);
  const place = (date: string | null | undefined) => {
    const hours = date ? (Date.parse(date) - start) / HOUR_MS : 0;
    // Marks that fall on one place are moved on, so that none is lost; the row's end holds the rest.
    return Math.min(room - 1, Math.max(1, Math.round((hours / longest) * (room - 2)) + 1));
  };
  const marks = new Map<number, string>();
  const put = (wanted: number, mark: string) => {
    let free = wanted;
    while (marks.has(free) && free < room - 1) free++;
    marks.set(free, mark);
  };
  const finals = new Set(train.filter((version) => version.tag !== null).map((version) => version.sha));
  const builds = new Set(train.flatMap((version) => version.builds.map((build) => build.sha)));
  for (const sha of builds) if (!finals.has(sha)) put(place(analysis.dates[sha]), '○');
  for (const version of train) if (version.tag !== null) put(place(version.tag_date), version.kind === 'hotfix' ? '◆' : '●');
  const last = train.at(-1);
  const end = Math.max(1, ...marks.keys());
  const tail = last?.status === 'in-progress' ? '┄▷' : last && last.status !== 'released' ? '─✕' : '';
  const onTrunk = train.every((version) => version.cut_method === 'tag-on-trunk');
  const apart = train.every((version) => version.cut_method === 'unrelated-history');
  let row = onTrunk ? '┿' : apart ? '┆' : '├';
  for (let step = 1; step <= end; step++) row += painted(marks.get(step) ?? (onTrunk || (apart && step === 1) ? ' ' : '─'), paint);
  return row + (tail === '' ? '' : paint.yellow(tail));
}

function painted(mark: string, paint: Paint): string {
  if (mark === '●') return paint.green(mark);
  if (mark === '◆') return paint.yellow(mark);
  return mark;
}

function inDays(hours: number | null): string {
  if (hours === null) return '–';
  return hours < 48 ? `${Math.round(hours)} h` : `${(hours / 24).toFixed(1)} d`;
}

/** A name out of a repository as it may reach a terminal: without control characters, and without those that turn the direction of writing. */
export function nameOf(text: string): string {
  return plain(text).replaceAll(/\p{Cf}/gu, '');
}

function cutTo(text: string, width: number): string {
  const clean = nameOf(text);
  return clean.length <= width ? clean : `${clean.slice(0, Math.max(0, width - 1))}…`;
}
