/**
 * The summary sentence of an app: the page title of the control room, what chat says, and what a screen reader announces.
 * One sentence for each track that is not simply on plan, the worst first.
 */
import { dayAndTime, dayInWords } from './calendar/words.ts';
import { worst } from './criteria/criterion.ts';
import type { Colour } from './facts.ts';
import { numberInWords, platformName, stepInWords } from './names.ts';

import type { RobotPause, Stage, Step } from './release/track.ts';
import type { RobotState } from './release/world.ts';
import { inWords } from './time.ts';
import type { Instant } from './time.ts';

/**
 * What the summary reads of a track.
 * - `holding`: colours of the rows of criteria that hold its next step. `blindTo`: the sources that do not answer, as people call them.
 * - `lateMs`: how far it is behind its plan; null: not late. `hasPlan` false: nothing says when it should be where.
 * - `reviewers`: the storefronts that review it, as they stand in a sentence: `the App Store`.
 * - `ahead`: the station it is forecast to reach next. `finishAt`: when it is forecast to reach everyone.
 */
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
  blindTo?: readonly string[];
  reviewers?: string;
  ahead?: { station: string; at: Instant } | null;
  finishAt?: Instant | null;
};

/** Now, in the zone in which the app's plan is. */
export type SummaryClock = { now: Instant; timezone: string };

/** Text in parts, those to be set in bold marked. Joined, the parts are the text. */
export type Part = { text: string; strong: boolean };
export type Summary = { text: string; parts: readonly Part[]; worst: Colour };

/** `who` is said in bold with what it does; `alike`: what several say with the same words, as they say it together. */
type Sentence = {
  rank: number;
  lateMs: number;
  colour: Colour;
  strong: string;
  rest: string;
  who: string;
  alike?: { strong: string; rest: string };
};

const LATE_FROM_MS = 60_000;
/** The rank of what is said only beside something else: it is on plan, and not without doubt. */
const ON_PLAN = 9;

/** The summary of the tracks that are alive. `robotPaused` is the app's pause, if it stands now. */
export function summarise(tracks: readonly SummaryTrack[], robotPaused: RobotPause | null, clock: SummaryClock): Summary {
  const underWay = tracks.filter(isUnderWay);
  const manyVersions = new Set(underWay.map(({ version }) => version)).size > 1;
  const said = underWay
    .map((track) => sentenceOf(track, manyVersions, clock))
    .filter((sentence) => sentence !== null)
    .toSorted((a, b) => a.rank - b.rank || b.lateMs - a.lateMs);
  const sentences = said.some(({ rank }) => rank < ON_PLAN) ? said : [];
  const parts: Part[] = together(sentences).flatMap(({ strong, rest }) => [
    { text: strong, strong: true },
    { text: `${rest} `, strong: false },
  ]);
  if (sentences.length === 0) parts.push(...allFine(underWay, tracks, clock));
  if (robotPaused !== null)
    parts.push(
      { text: 'The robot is paused', strong: true },
      { text: ` by ${robotPaused.by}: ${withStop(robotPaused.why)} `, strong: false },
    );
  return finished(parts, worst(sentences.map(({ colour }) => colour)));
}

/** What several tracks say alike is said once, where the first of them says it: `iOS, Web and TV ask a release manager to submit 1.1.0`. */
function together(sentences: readonly Sentence[]): readonly Pick<Sentence, 'strong' | 'rest'>[] {
  const keyOf = ({ alike }: Sentence): string | null => (alike === undefined ? null : `${alike.strong} ${alike.rest}`);
  return sentences.flatMap((sentence, at) => {
    const key = keyOf(sentence);
    const same = key === null ? [] : sentences.filter((other) => keyOf(other) === key);
    if (sentence.alike === undefined || same.length < 2) return [sentence];
    if (sentences.findIndex((other) => keyOf(other) === key) !== at) return [];
    return [{ strong: `${listed(same.map(({ who }) => who))} ${sentence.alike.strong}`, rest: sentence.alike.rest }];
  });
}

/** `iOS`; `iOS and Web`; `iOS, Web and TV`. */
function listed(all: readonly string[]): string {
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''}`;
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

/** How late, as a person says it: minutes up to two hours, then whole hours, then days. */
function roughly(ms: number): string {
  const HOUR_MS = 3_600_000;
  return inWords(ms < 2 * HOUR_MS ? ms : Math.floor(ms / HOUR_MS) * HOUR_MS);
}

/** `Crash feed` → `its crash feed`; what is somebody's name stays as it is. */
function feed(name: string): string {
  return /^[A-Z][a-z]+( [a-z]+)+$/.test(name) ? `its ${name.charAt(0).toLowerCase()}${name.slice(1)}` : name;
}

/** What a track in review waits for beside the review: `the Microsoft Store and its crash feed`, `the App Store and 2 criteria`. */
function reviewAnd(track: SummaryTrack, reviewers: string): string {
  const blind = (track.blindTo ?? []).map(feed);
  const rest = track.holding.filter((colour) => colour !== 'unknown' || blind.length === 0).length;
  const all = [reviewers, ...blind, ...(rest === 0 ? [] : [criteria(rest)])];
  return listed(all);
}

function nameOf(track: SummaryTrack, withVersion: boolean): string {
  return withVersion ? `${platformName(track.platform)} ${track.version}` : platformName(track.platform);
}

function sentenceOf(track: SummaryTrack, withVersion: boolean, { now, timezone }: SummaryClock): Sentence | null {
  const name = nameOf(track, withVersion);
  const lateMs = track.lateMs !== null && track.lateMs > LATE_FROM_MS ? track.lateMs : 0;
  const behind = lateMs > 0 ? `, ${roughly(lateMs)} behind plan` : '';
  const say = (rank: number, colour: Colour, strong: string, rest: string): Sentence => ({
    rank,
    lateMs,
    colour,
    strong: strong === '' ? name : `${name} ${strong}`,
    rest,
    who: name,
  });

  if (track.stage === 'halted')
    return say(0, 'red', 'is halted', ` at ${track.percent ?? 0}%: ${withStop(track.haltedWhy ?? 'no reason was given')}`);
  if (track.halting)
    return say(
      1,
      'red',
      'is being halted',
      `${track.percent === null ? '' : ` at ${track.percent}%`}; the storefront has not confirmed it yet.`,
    );
  if (track.robot.is === 'failed') return say(2, 'red', 'needs a person', `${place(track)}: ${failure(track.robot.sentence)}`);

  const colour = worst(track.holding);
  const count = track.holding.length;
  if (colour === 'red') return say(3, 'red', 'is held', `${place(track)} by ${criteria(count)}${behind}.`);
  const inReview = track.stage === 'in-review' && track.reviewers ? reviewAnd(track, track.reviewers) : null;
  // whom it waits for is the news; how late that makes it stands beside its line
  if (inReview !== null && colour === 'unknown') return say(4, 'unknown', '', ` waits for ${inReview}.`);
  if (colour === 'unknown')
    return say(
      4,
      'unknown',
      'is blind',
      `${place(track)}: ${criteria(track.holding.filter((each) => each === 'unknown').length)} cannot be judged${behind}.`,
    );
  // the robot's own sentence, in which it is the track that asks: `Asks a release manager to …`
  if (track.robot.is === 'asks') {
    const rest = withStop(track.robot.sentence).replace(/^Asks/, '');
    const ofAny = rest.replace(` ${platformName(track.platform)} ${track.version}`, ` ${track.version}`);
    return { ...say(5, 'yellow', 'asks', rest), alike: { strong: 'ask', rest: ofAny } };
  }
  if (track.robot.is === 'manual' && count === 0 && track.next !== null)
    return say(6, 'yellow', 'is open', `${place(track).replace(' before ', ' for ')} and waits for a person${behind}.`);
  if (inReview !== null && lateMs > 0) return say(7, 'yellow', '', ` waits for ${inReview}${behind}.`);
  if (colour === 'yellow' && (lateMs > 0 || !track.hasPlan))
    return say(7, 'yellow', 'waits', `${place(track)} for ${criteria(count)}${behind}.`);
  if (lateMs > 0) return say(8, 'yellow', 'is late', `${place(track)}${behind}.`);
  if (colour === 'yellow' && track.stage === 'rolling-out' && track.finishAt)
    return say(ON_PLAN, 'yellow', '', ` is at ${track.percent ?? 0}% and on plan for 100% ${dayInWords(track.finishAt, timezone, now)}.`);
  return null;
}

/** What comes next by itself: `Next: Android to 100% on Wed 08:05, by the robot.` Of several the first; of a step without a forecast the robot's own sentence. */
function nextOf(tracks: readonly SummaryTrack[], withVersion: boolean, { now, timezone }: SummaryClock): string | null {
  const armed = tracks.filter(({ robot }) => robot.is === 'armed');
  const [first] = armed.filter(({ ahead }) => ahead).toSorted((a, b) => ((a.ahead?.at ?? '') < (b.ahead?.at ?? '') ? -1 : 1));
  if (first?.ahead) {
    const when = dayAndTime(first.ahead.at, timezone, now);
    const to =
      { Branched: 'to its branch', 'Final RC': 'to its final RC', 'In review': 'to review' }[first.ahead.station] ??
      `to ${first.ahead.station}`;
    const isBefore = first.stage === 'planned' || first.stage === 'developing';
    const byWhom = first.stage === 'in-review' ? 'when the storefront approves' : 'by the robot';
    return `${nameOf(first, withVersion || isBefore)} ${to} ${first.stage === 'in-review' ? `about ${when}` : `on ${when}`}, ${byWhom}.`;
  }
  return armed[0] === undefined ? null : withStop(armed[0].robot.sentence);
}

/** `8.19 is on main`, `8.19 and 8.20 are on main`; nothing of no versions. */
function areWhere(versions: readonly string[], where: string): readonly string[] {
  return versions.length === 0 ? [] : [`${versions.join(' and ')} ${versions.length === 1 ? 'is' : 'are'} ${where}`];
}

function allFine(underWay: readonly SummaryTrack[], all: readonly SummaryTrack[], clock: SummaryClock): readonly Part[] {
  const acting = all.find(({ robot }) => robot.is === 'acting');
  const manyVersions = new Set(underWay.map(({ version }) => version)).size > 1;
  const next = acting ? withStop(acting.robot.sentence) : (nextOf(underWay, manyVersions, clock) ?? nextOf(all, true, clock));
  const then: Part[] = next === null ? [] : [{ text: `Next: ${next}`, strong: false }];
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
