/**
 * The summary sentence of an app: the page title of the control room, what chat says, and what a screen reader announces.
 * One sentence for each track that is not simply on plan, the worst first.
 */
import { worst } from './criteria/criterion.ts';
import type { Colour } from './facts.ts';
import { numberInWords, platformName, stepInWords } from './names.ts';

import type { RobotPause, Stage, Step } from './release/track.ts';
import type { RobotState } from './release/world.ts';
import { inWords } from './time.ts';

/** What the summary reads of a track. `holding`: colours of the criteria that hold its next step. `lateMs` null: not late; `hasPlan` false: nothing says when it should be where. */
export type SummaryTrack = {
  version: string;
  platform: string;
  stage: Stage;
  percent: number | null;
  next: Step | null;
  holding: readonly Colour[];
  lateMs: number | null;
  hasPlan: boolean;
  robot: Pick<RobotState, 'is' | 'sentence'>;
  haltedWhy: string | null;
  halting: boolean;
};

/** Text in parts, those to be set in bold marked. Joined, the parts are the text. */
export type Part = { text: string; strong: boolean };
export type Summary = { text: string; parts: readonly Part[]; worst: Colour };

type Sentence = { rank: number; lateMs: number; colour: Colour; strong: string; rest: string };

const LATE_FROM_MS = 60_000;

/** The summary of the tracks that are alive. `robotPaused` is the app's pause, if it stands now. */
export function summarise(tracks: readonly SummaryTrack[], robotPaused: RobotPause | null): Summary {
  const underWay = tracks.filter(isUnderWay);
  const manyVersions = new Set(underWay.map(({ version }) => version)).size > 1;
  const sentences = underWay
    .map((track) => sentenceOf(track, manyVersions))
    .filter((sentence) => sentence !== null)
    .toSorted((a, b) => a.rank - b.rank || b.lateMs - a.lateMs);
  const parts: Part[] = sentences.flatMap(({ strong, rest }) => [
    { text: strong, strong: true },
    { text: `${rest} `, strong: false },
  ]);
  if (sentences.length === 0) parts.push(...allFine(underWay, tracks));
  if (robotPaused !== null)
    parts.push(
      { text: 'The robot is paused', strong: true },
      { text: ` by ${robotPaused.by}: ${withStop(robotPaused.why)} `, strong: false },
    );
  return finished(parts, worst(sentences.map(({ colour }) => colour)));
}

/** A release on trunk is not spoken of before something is wrong with it, nor one that is only watched. */
function isUnderWay(track: SummaryTrack): boolean {
  if (track.stage === 'planned' || track.stage === 'developing') return (track.lateMs ?? 0) > LATE_FROM_MS || track.robot.is === 'failed';
  if (track.stage === 'released') return track.halting || track.robot.is === 'failed' || track.holding.includes('red');
  return track.stage !== 'completed' && track.stage !== 'canceled' && track.stage !== 'superseded';
}

function finished(parts: readonly Part[], colour: Colour): Summary {
  const trimmed = parts.map((part, at) => (at === parts.length - 1 ? { ...part, text: part.text.trimEnd() } : part));
  return { text: trimmed.map(({ text }) => text).join(''), parts: trimmed, worst: colour };
}

function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function criteria(count: number): string {
  return count === 1 ? '1 criterion' : `${count} criteria`;
}

/** Where the track waits: `before submission`, `at 1% before 100%`. */
function place(track: SummaryTrack): string {
  const before = track.next === null ? '' : ` before ${stepInWords(track.next)}`;
  return track.stage === 'rolling-out' ? ` at ${track.percent ?? 0}%${before}` : before;
}

/** What failed, in a clause: the robot's sentence `Could not submit: the store says … A person must look.` without what the store says. */
function failure(sentence: string): string {
  const clause = sentence.split(':')[0] ?? sentence;
  return withStop(clause.charAt(0).toLowerCase() + clause.slice(1));
}

function sentenceOf(track: SummaryTrack, withVersion: boolean): Sentence | null {
  const name = withVersion ? `${platformName(track.platform)} ${track.version}` : platformName(track.platform);
  const lateMs = track.lateMs !== null && track.lateMs > LATE_FROM_MS ? track.lateMs : 0;
  const behind = lateMs > 0 ? `, ${inWords(lateMs)} behind plan` : '';
  const say = (rank: number, colour: Colour, strong: string, rest: string): Sentence => ({
    rank,
    lateMs,
    colour,
    strong: `${name} ${strong}`,
    rest,
  });

  if (track.stage === 'halted')
    return say(0, 'red', 'is halted', ` at ${track.percent ?? 0}%: ${withStop(track.haltedWhy ?? 'no reason was given')}`);
  if (track.halting) return say(1, 'red', 'is being halted', ` at ${track.percent ?? 0}%; the storefront has not confirmed it yet.`);
  if (track.robot.is === 'failed') return say(2, 'red', 'needs a person', `${place(track)}: ${failure(track.robot.sentence)}`);

  const colour = worst(track.holding);
  const count = track.holding.length;
  if (colour === 'red') return say(3, 'red', 'is held', `${place(track)} by ${criteria(count)}${behind}.`);
  if (colour === 'unknown')
    return say(
      4,
      'unknown',
      'is blind',
      `${place(track)}: ${criteria(track.holding.filter((each) => each === 'unknown').length)} cannot be judged${behind}.`,
    );
  // the robot's own sentence, in which it is the track that asks: `Asks a release manager to …`
  if (track.robot.is === 'asks') return say(5, 'yellow', 'asks', withStop(track.robot.sentence).replace(/^Asks/, ''));
  if (track.robot.is === 'manual' && count === 0 && track.next !== null)
    return say(6, 'yellow', 'is open', `${place(track).replace(' before ', ' for ')} and waits for a person${behind}.`);
  if (colour === 'yellow' && (lateMs > 0 || !track.hasPlan))
    return say(7, 'yellow', 'waits', `${place(track)} for ${criteria(count)}${behind}.`);
  if (lateMs > 0) return say(8, 'yellow', 'is late', `${place(track)}${behind}.`);
  return null;
}

/** `8.19 is on main`, `8.19 and 8.20 are on main`; nothing of no versions. */
function areWhere(versions: readonly string[], where: string): readonly string[] {
  return versions.length === 0 ? [] : [`${versions.join(' and ')} ${versions.length === 1 ? 'is' : 'are'} ${where}`];
}

function allFine(underWay: readonly SummaryTrack[], all: readonly SummaryTrack[]): readonly Part[] {
  const next =
    all.find(({ robot }) => robot.is === 'acting') ??
    underWay.find(({ robot }) => robot.is === 'armed') ??
    all.find(({ robot }) => robot.is === 'armed');
  const then: Part[] = next === undefined ? [] : [{ text: `Next: ${withStop(next.robot.sentence)}`, strong: false }];
  const [only] = underWay;
  if (only === undefined) {
    const developing = all.filter(({ stage }) => stage === 'developing');
    const versions = [...new Set(developing.map(({ version }) => version))];
    const watched = [...new Set(all.filter(({ stage }) => stage === 'released').map(({ version }) => version))];
    const clauses = [...areWhere(watched, 'at 100% and watched'), ...areWhere(versions, 'on main')];
    const text =
      all.length === 0 ? 'No release is in the works. ' : `No release is under way${clauses.map((clause) => `; ${clause}`).join('')}. `;
    return [{ text, strong: false }, ...then];
  }
  const how = underWay.some(({ hasPlan }) => hasPlan) ? 'on plan' : 'clear';
  if (underWay.length === 1) return [{ text: platformName(only.platform), strong: true }, { text: ` is ${how}. `, strong: false }, ...then];
  const who = underWay.length === 2 ? 'Both tracks' : `All ${numberInWords(underWay.length)} tracks`;
  return [{ text: `${who} are ${how}. `, strong: false }, ...then];
}
