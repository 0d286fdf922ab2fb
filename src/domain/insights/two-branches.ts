/**
 * Two release branches of an app at once: a release that has not reached everyone when the next one branches. From then on every fix goes to two branches, and
 * on a storefront that takes one version at a time the two want the same listing. Said from a day before, with each way out and what it does.
 */
import { dayAndTime } from '../calendar/words.ts';
import { platformName } from '../names.ts';
import type { PlannedTimes } from '../release/release.ts';
import type { ReleaseKind, Stage } from '../release/track.ts';
import { inWords, latest, msBetween, plusMs } from '../time.ts';
import type { Instant } from '../time.ts';

/** `forecastAt`: when it is expected to reach everyone; null when nothing tells, as of a halted rollout. */
export type BranchTrack = { id: string; platform: string; stage: Stage; forecastAt: Instant | null };
export type BranchRelease = {
  version: string;
  kind: ReleaseKind;
  planned: Pick<PlannedTimes, 'branch' | 'finish'>;
  tracks: readonly BranchTrack[];
};

export type WayOut = { is: 'fix-by' | 'cancel' | 'delay-next' | 'cancel-next'; title: string; effect: string; tracks: readonly string[] };
/**
 * - `branchAt`: when the next release branches. `fixBy`: until when the late tracks must have reached everyone.
 * - `tracks`: those that are late for it. `ways`: each way out; its `tracks` are those that a command is given to.
 */
export type TwoBranches = {
  version: string;
  next: string;
  branchAt: Instant;
  fixBy: Instant;
  tracks: readonly { track: string; platform: string; forecastAt: Instant | null }[];
  text: string;
  ways: readonly WayOut[];
};

const DAY_MS = 86_400_000;
const onTrunk: readonly Stage[] = ['planned', 'developing'];
const over: readonly Stage[] = ['released', 'completed', 'canceled', 'superseded'];

/**
 * The warnings that stand now. `releases` in order of their trains, the oldest first. A hotfix is a siding of the line and takes no part.
 * A warning ends when its tracks have reached everyone, are forecast to in time, or the next release has branched on their platforms.
 */
export function twoBranches(releases: readonly BranchRelease[], timezone: string, now: Instant): readonly TwoBranches[] {
  const trains = releases.filter(({ kind }) => kind !== 'hotfix');
  return trains.flatMap((release, place) => {
    const next = trains.slice(place + 1).find(({ tracks }) => tracks.some(({ stage }) => onTrunk.includes(stage)));
    if (next === undefined || next.planned.branch === null) return [];
    const branchAt = next.planned.branch;
    if (now < plusMs(branchAt, -DAY_MS)) return [];
    const late = release.tracks.filter((track) => isLateFor(track, next, branchAt));
    const hasBranched = release.tracks.some(({ stage }) => !onTrunk.includes(stage));
    if (late.length === 0 || !hasBranched) return [];
    return [warning({ release, next, branchAt, late, say: (at) => dayAndTime(at, timezone, now), now })];
  });
}

/** Not at 100 % when the next release leaves trunk on the same platform. At the very moment it is not late yet. */
function isLateFor({ platform, stage, forecastAt }: BranchTrack, next: BranchRelease, branchAt: Instant): boolean {
  if (over.includes(stage)) return false;
  const comes = next.tracks.some((other) => other.platform === platform && onTrunk.includes(other.stage));
  return comes && (forecastAt === null || forecastAt > branchAt);
}

type Clash = {
  release: BranchRelease;
  next: BranchRelease;
  branchAt: Instant;
  late: readonly BranchTrack[];
  say: (at: Instant) => string;
  now: Instant;
};

function warning(clash: Clash): TwoBranches {
  const { release, next, branchAt, late } = clash;
  return {
    version: release.version,
    next: next.version,
    branchAt,
    fixBy: branchAt,
    tracks: late.map(({ id, platform, forecastAt }) => ({ track: id, platform, forecastAt })),
    text: sentence(clash),
    ways: [fixBy(clash), cancel(clash), delayNext(clash), cancelNext(clash)],
  };
}

function names(tracks: readonly BranchTrack[]): string {
  const all = tracks.map(({ platform }) => platformName(platform));
  const final = all.at(-1) ?? '';
  return all.length < 2 ? final : `${all.slice(0, -1).join(', ')} and ${final}`;
}

/** When the last of them reaches everyone; null when of one nothing tells. */
function lastOf(late: readonly BranchTrack[]): Instant | null {
  return late.some(({ forecastAt }) => forecastAt === null) ? null : latest(...late.map(({ forecastAt }) => forecastAt));
}

function sentence({ release, next, branchAt, late, say, now }: Clash): string {
  const at = lastOf(late);
  const verb = branchAt > now ? 'branches' : 'was to branch';
  const when = `${next.version} ${verb} ${say(branchAt)}`;
  const what = `${release.version} on ${names(late)}`;
  return at === null
    ? `Two branches: ${when}, and nothing tells when ${what} reaches 100%.`
    : `Two branches: ${when}, and ${what} reaches 100% ~${say(at)}.`;
}

function fixBy({ branchAt, late, say, now }: Clash): WayOut {
  const at = lastOf(late);
  const be = late.length === 1 ? 'is' : 'are';
  const effect =
    branchAt <= now
      ? `That time has passed; ${names(late)} ${be} not at 100%.`
      : at === null
        ? `${names(late)} ${late.length === 1 ? 'has' : 'have'} ${inWords(msBetween(now, branchAt))} to get to 100%.`
        : `${names(late)} must get to 100% ${inWords(msBetween(branchAt, at))} sooner than forecast.`;
  return { is: 'fix-by', title: `Finish by ${say(branchAt)}`, effect, tracks: [] };
}

function cancel({ release, next, late, say }: Clash): WayOut {
  const rolling = late.filter(({ stage }) => stage === 'rolling-out');
  const heirs = next.tracks.filter(({ platform }) => late.some((track) => track.platform === platform));
  const goOn = release.tracks.some((track) => !late.includes(track) && track.stage !== 'canceled' && track.stage !== 'superseded');
  const then = lastOf(heirs);
  const when = then === null ? '' : `, forecast for ~${say(then)}`;
  const halt =
    rolling.length === 0 ? '' : ` ${names(rolling)} ${rolling.length === 1 ? 'is' : 'are'} rolling out and must be halted first.`;
  return {
    is: 'cancel',
    title: goOn ? `Cancel ${release.version} on ${names(late)}` : `Cancel ${release.version}`,
    effect: `What it brings ships with ${next.version}${when}.${goOn ? ' The other platforms go on.' : ''}${halt}`,
    tracks: late.map(({ id }) => id),
  };
}

function delayNext({ next, branchAt, late, say, release }: Clash): WayOut {
  const at = lastOf(late);
  const delayMs = at === null ? 0 : msBetween(branchAt, at);
  const finish = next.planned.finish;
  const moves = finish === null || at === null ? '' : ` Its 100% moves from ${say(finish)} to ~${say(plusMs(finish, delayMs))}.`;
  return {
    is: 'delay-next',
    title: at === null ? `Delay the branch of ${next.version}` : `Delay the branch of ${next.version} to ~${say(at)}`,
    effect:
      at === null
        ? `${next.version} branches when ${release.version} on ${names(late)} is through; nothing tells yet when that is.`
        : `${next.version} branches ${inWords(delayMs)} later.${moves}`,
    tracks: [],
  };
}

function cancelNext({ next, release }: Clash): WayOut {
  const ahead = next.tracks.filter(({ stage }) => onTrunk.includes(stage));
  return {
    is: 'cancel-next',
    title: `Cancel ${next.version}`,
    effect: `What is on main rides in the release after it. ${release.version} goes on alone.`,
    tracks: ahead.map(({ id }) => id),
  };
}
