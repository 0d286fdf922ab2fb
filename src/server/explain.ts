/** What holds a track, in words: the robot's sentence, when it is expected to reach everyone, and each criterion that does not pass with why, since when, and who can clear it. */
import type { RouteOf } from '#api/contract.ts';
import type { AnswerOf } from '#api/route.ts';
import type { TrackView } from '#api/tracks.ts';
import type { Cell } from '#api/verdict.ts';
import { dayAndTime } from '#domain/calendar/words.ts';
import { platformName, stepInWords } from '#domain/names.ts';
import type { Step } from '#domain/release/track.ts';
import { inWords, msBetween } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';

type Explanation = AnswerOf<RouteOf<'explainTrack'>>;

/** `criterion` null: all that do not pass. */
export function explain(track: TrackView, criterion: string | null, now: Instant, timezone: string): Explanation {
  const cells =
    criterion === null ? track.cells.filter(({ holds }) => holds !== null) : track.cells.filter(({ instance }) => instance === criterion);
  const name = `${platformName(track.platform)} ${track.version}`;
  const head = `${name} is ${track.stage}${track.percent === null ? '' : ` at ${track.percent}%`} since ${inWords(msBetween(track.since, now))}.`;
  const next =
    track.next === null ? [] : [`Next is ${stepInWords(track.next as Step)}: ${track.passing} of ${track.needed} criteria pass.`];
  const sentences =
    criterion === null
      ? [
          head,
          ...next,
          ...cells.map((cell) => sentenceOf(cell, now)),
          track.robot.sentence,
          ...(track.robot.willStop === null ? [] : [track.robot.willStop]),
          ...forecastSentence(track, now, timezone),
        ]
      : cells.map((cell) => sentenceOf(cell, now));
  return { track: track.id, sentences: sentences.filter((sentence) => sentence !== ''), cells, robot: track.robot };
}

/** `Expected at 100% Thu 11:00, 26 h behind plan: soak ends Thu 11:00.` */
function forecastSentence({ forecast, lateMs }: TrackView, now: Instant, timezone: string): string[] {
  const finish = forecast?.finish;
  if (!finish || finish.at <= now) return [];
  const late = lateMs === null ? '' : `, ${inWords(lateMs)} behind plan`;
  return [`Expected at 100% ${dayAndTime(finish.at, timezone, now)}${late}: ${finish.because}.`];
}

function sentenceOf(cell: Cell, now: Instant): string {
  const who = cell.who.map(({ name, what }) => `${name} (${what})`).join(', ');
  return [
    `${cell.title}: ${cell.because}`,
    `${cell.colour} for ${inWords(msBetween(cell.since, now))}.`,
    ...(cell.holds === null ? [] : [`Holds ${stepInWords(cell.holds as Step)}.`]),
    ...(cell.turnsGreen === null ? [] : [`Turns green ${cell.turnsGreen}.`]),
    ...(who === '' ? [] : [`Who: ${who}.`]),
    ...(cell.waiver?.state === 'active' ? [`Waived by ${cell.waiver.approvedBy ?? cell.waiver.askedBy}: ${cell.waiver.reason}`] : []),
  ].join(' ');
}
