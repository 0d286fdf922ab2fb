/** How tracks, cells and plans read in a terminal. */
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import type { PlanView } from '#api/tracks.ts';
import { cellStateNames } from '#domain/cell-state.ts';
import type { CellState } from '#domain/cell-state.ts';
import { platformName, stepInWords } from '#domain/names.ts';
import type { Step } from '#domain/release/track.ts';
import { inWords } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import { plain, tableLines } from './table.ts';
import type { Paint } from './table.ts';

const glyphs: Readonly<Record<CellState, string>> = {
  clear: '✓',
  caution: '!',
  stop: '×',
  waived: 'W',
  unknown: '?',
  'not-set-up': '·',
  'not-needed-yet': '-',
};
const colours: Readonly<Record<CellState, keyof Paint>> = {
  clear: 'green',
  caution: 'yellow',
  stop: 'red',
  waived: 'magenta',
  unknown: 'grey',
  'not-set-up': 'grey',
  'not-needed-yet': 'grey',
};

export function stateWords(state: CellState, paint: Paint): string {
  return paint[colours[state]](`${glyphs[state]} ${cellStateNames[state]}`);
}

/** How long ago, as a person would say it. */
export function ago(at: Instant, now: number): string {
  const ms = now - Date.parse(at);
  return ms < 0 ? `in ${inWords(-ms)}` : inWords(ms);
}

function whoWords(cell: Cell): string {
  return cell.who.map(({ name }) => plain(name)).join(', ');
}

function valueWords(cell: Cell): string {
  const value = cell.value === null ? '' : `${cell.value.amount} ${cell.value.unit}`;
  return cell.limit === null ? value : `${value} (limit ${cell.limit.amount} ${cell.limit.unit})`;
}

export function cellRows(cells: readonly Cell[], now: number, paint: Paint): string[] {
  return tableLines(
    ['CRITERION', 'STATE', 'WHAT', 'FOR', 'WHO', 'HOLDS'],
    cells.map((cell) => [
      cell.instance,
      stateWords(cell.state, paint),
      plain(cell.headline),
      ago(cell.since, now),
      whoWords(cell),
      cell.holds === null ? '' : stepInWords(cell.holds as Step),
    ]),
    paint,
  );
}

/** One verdict with all that it carries. */
export function cellLines(cell: Cell, now: number, paint: Paint): string[] {
  const value = valueWords(cell);
  return [
    `${paint.bold(plain(cell.title))} (${cell.instance}): ${stateWords(cell.state, paint)}${cell.informing ? ', informing only' : ''}`,
    `  ${plain(cell.because)}`,
    ...(value === '' ? [] : [`  Value: ${value}`]),
    `  Since: ${cell.since} (${ago(cell.since, now)})`,
    ...(cell.holds === null ? [] : [`  Holds: ${stepInWords(cell.holds as Step)}`]),
    ...(cell.turnsGreen === null ? [] : [`  Turns green: ${plain(cell.turnsGreen)}`]),
    ...cell.who.map(
      ({ name, what, contact }) => `  Who can: ${plain(name)}, ${plain(what)}${contact === null ? '' : ` (${plain(contact)})`}`,
    ),
    ...(cell.dueAt === null ? [] : [`  Due: ${cell.dueAt}`]),
    ...(cell.readAt === null
      ? []
      : [
          `  Read: ${ago(cell.readAt, now)} ago from ${cell.sources.join(', ')}${cell.freshForMinutes === null ? '' : `, fresh for ${cell.freshForMinutes} min`}`,
        ]),
    ...(cell.waiver === null ? [] : [`  Waiver: ${cell.waiver.state}, by ${plain(cell.waiver.askedBy)}: ${plain(cell.waiver.reason)}`]),
    ...cell.evidence.slice(0, 10).map(({ label, url }) => `  See: ${plain(label)}${url === null ? '' : ` ${url}`}`),
  ];
}

export function headRows(tracks: readonly TrackHead[], now: number, paint: Paint): string[] {
  const signal = (head: TrackHead): string => {
    const colour: keyof Paint =
      head.signal.is === 'held' ? 'red' : head.signal.is === 'waits' ? 'yellow' : head.signal.is === 'clear' ? 'green' : 'grey';
    return paint[colour](head.signal.text);
  };
  return tableLines(
    ['TRACK', 'STAGE', 'FOR', 'NEXT', 'PASS', 'SIGNAL', 'ROBOT'],
    tracks.map((head) => [
      `${head.version}/${head.platform}`,
      `${head.stage}${head.percent === null ? '' : ` ${head.percent}%`}${head.pending === null ? '' : ` (${head.pending.is})`}`,
      ago(head.since, now),
      head.next ?? '',
      head.needed === 0 ? '' : `${head.passing} of ${head.needed}`,
      signal(head),
      plain(head.robot.sentence),
    ]),
    paint,
  );
}

export function roomLines(room: ControlRoom, now: number, paint: Paint): string[] {
  const live = room.tracks;
  return [
    paint.bold(`${plain(room.app.name)}: `) +
      room.summary.parts.map(({ text, strong }) => (strong ? paint.bold(plain(text)) : plain(text))).join(''),
    '',
    ...headRows(live, now, paint),
    ...(room.needs.length === 0
      ? []
      : [
          '',
          paint.bold('Needs a person'),
          ...room.needs
            .slice(0, 20)
            .map(
              (need) =>
                `  ${need.track ?? ''} ${plain(need.title)}: ${plain(need.text)}${need.who === null ? '' : ` (${plain(need.who)})`}`,
            ),
        ]),
  ];
}

export function planLines(plan: PlanView, now: number, paint: Paint): string[] {
  return [
    `${paint.bold(plan.track)}: ${plan.stage}${plan.next === null ? '' : `, next: ${stepInWords(plan.next as Step)}`}`,
    plain(plan.robot.sentence),
    ...(plan.robot.willStop === null ? [] : [plain(plan.robot.willStop)]),
    '',
    ...cellRows(plan.cells, now, paint),
    ...section(
      'The robot would',
      plan.actions.map(({ text, why }) => `${plain(text)}: ${plain(why)}`),
      paint,
    ),
    ...section(
      'It would write down',
      plan.events.map(({ text }) => plain(text)),
      paint,
    ),
    ...section(
      'It would ask',
      plan.questions.map(({ text }) => plain(text)),
      paint,
    ),
    ...section(
      'It would drop',
      plan.voids.map(({ key, why }) => `${plain(key)}: ${plain(why)}`),
      paint,
    ),
    ...(plan.lookAgainAt === null ? [] : ['', `Looks again at ${plan.lookAgainAt}, or on any change.`]),
  ];
}

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', paint.bold(title), ...lines.map((line) => `  ${line}`)];
}

export function trackTitle(track: { version: string; platform: string }): string {
  return `${platformName(track.platform)} ${track.version}`;
}
