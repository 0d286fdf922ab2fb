/** The head of a track's column. */
import type { TrackHead } from '#api/control-room.ts';
import type { StoredRelease, StoredRoom, StoredTrack } from '#db/views/control-room.ts';
import { worst } from '#domain/criteria/criterion.ts';
import { inRows, rowsNeeded, waitsForTime } from '#domain/criteria/rows.ts';
import type { VerdictRow } from '#domain/criteria/rows.ts';
import type { Verdict } from '#domain/criteria/criterion.ts';
import { stationOf, stepInWords } from '#domain/names.ts';
import type { TrackPolicy } from '#domain/policy/track-policy.ts';
import type { PlannedTimes } from '#domain/release/release.ts';
import { behindPlan } from '#domain/insights/lateness.ts';
import { forecast } from '#domain/insights/forecast.ts';
import type { ComingBuild } from '#domain/insights/forecast.ts';
import type { History } from '#domain/insights/history.ts';
import { candidateOf, cutOf, haltingOf, hasEnded, percentOf, percentsOf } from '#domain/release/track.ts';
import type { RobotPause, Track } from '#domain/release/track.ts';
import { capabilities } from '#domain/rollout/storefronts.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import type { Instant } from '#domain/time.ts';

export type HeadParts = StoredTrack & {
  release: StoredRelease | null;
  policy: TrackPolicy | null;
  verdicts: readonly Verdict[];
  storefronts: StoredRoom['storefronts'];
  /** The pause of the app's robot, whatever its end. */
  appPaused: RobotPause | null;
  coming: ComingBuild | null;
  history: History;
  now: Instant;
};

export const nothingPlanned: PlannedTimes = { branch: null, candidate: null, submit: null, start: null, finish: null };

export function headOf(parts: HeadParts): TrackHead {
  const { track, revision, plan, release, policy, verdicts, storefronts, now } = parts;
  const needed = rowsNeeded(policy?.rows ?? null, verdicts);
  const holding = holdingRows(policy, verdicts);
  const planned = { ...nothingPlanned, ...release?.planned };
  const next = hasEnded(track) ? null : (plan?.next ?? null);
  const percent = percentOf(track);
  const expected = policy === null ? null : forecast({ ...parts, policy, planned, paused: pauseOf(parts) });
  return {
    id: track.id,
    app: track.app,
    version: track.version,
    platform: track.platform,
    kind: track.kind,
    stage: track.stage,
    station: stationOf(track.stage, percent),
    since: track.since,
    revision,
    percent,
    candidate: candidateOf(track),
    train: trainOf(track, verdicts),
    branch: cutOf(track)?.branch ?? null,
    next,
    nextInWords: next === null ? null : stepInWords(next),
    passing: needed.filter(({ passes }) => passes).length,
    needed: needed.length,
    signal: signalOf(holding, next !== null),
    robot:
      plan === null
        ? {
            is: 'resting',
            sentence: 'The robot has not looked at this track yet.',
            short: 'The robot has not looked at this track yet.',
            willStop: null,
            missing: [],
          }
        : // a plan that was written before there were short sentences has none
          {
            ...plan.robot,
            short: (plan.robot as Partial<typeof plan.robot>).short ?? plan.robot.sentence,
            missing: [...plan.robot.missing],
          },
    robotPaused: standing(track.robotPaused, now),
    stages: [...(policy?.stages ?? [])],
    rollout: [...(policy?.rollout ?? [])],
    reached: { ...track.reached },
    planned,
    percents: percentsOf(track).map((share) => ({ ...share })),
    forecast: expected === null ? null : { stations: expected.stations.map((station) => ({ ...station })), finish: expected.finish },
    lateMs: behindPlan(track, planned, expected, now),
    back: track.back === null ? null : { from: track.back.from, at: track.back.at, why: track.back.why },
    pending: pendingOf(track),
    haltedWhy: track.stage === 'halted' ? track.why : null,
    watchUntil: track.stage === 'released' ? track.watchUntil : null,
    ended: hasEnded(track) ? track.why : null,
    successor: track.stage === 'superseded' ? track.supersededBy : null,
    storefronts: (policy?.storefronts ?? []).map((kind) => storefrontOf(kind, storefronts)),
  };
}

/** The build that its train carries: the candidate, or else the newest RC that a criterion speaks of; null before there is one. */
export function trainOf(track: Track, verdicts: readonly Pick<Verdict, 'evidence'>[]): string | null {
  const chosen = candidateOf(track);
  if (chosen !== null) return chosen.build;
  if (track.stage === 'planned' || track.stage === 'developing') return null;
  const told = verdicts.flatMap(({ evidence }) => evidence.filter(({ build }) => build !== undefined));
  return told.toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1)).at(-1)?.build ?? null;
}

/** The pause that stands now, the app's before the track's own. */
function pauseOf({ track, appPaused, now }: HeadParts): RobotPause | null {
  return standing(appPaused, now) ?? standing(track.robotPaused, now);
}

/** A pause whose end has come stands no longer, whatever the row says. */
export function standing(pause: RobotPause | null, now: Instant): RobotPause | null {
  return pause !== null && (pause.until === null || pause.until > now) ? pause : null;
}

/** The rows that hold the next step. */
export function holdingRows(policy: TrackPolicy | null, verdicts: readonly Verdict[]): readonly VerdictRow[] {
  return inRows(
    policy?.rows ?? null,
    verdicts.filter((verdict) => verdict.holds !== null && !waitsForTime(verdict)),
  );
}

/** The worst of what holds the next step, and how many rows hold. */
function signalOf(holding: readonly VerdictRow[], hasNext: boolean): TrackHead['signal'] {
  const count = holding.length;
  if (count === 0) return hasNext ? { is: 'clear', count, text: 'Clear' } : { is: 'none', count, text: '' };
  switch (worst(holding.map(({ colour }) => colour))) {
    case 'red':
      return { is: 'held', count, text: `Held by ${count}` };
    case 'unknown':
      return { is: 'blind', count, text: `Blind: ${holding.find(({ colour }) => colour === 'unknown')?.title ?? ''}` };
    case 'yellow':
    case 'green':
      return { is: 'waits', count, text: `Waits for ${count}` };
  }
}

function pendingOf(track: Track): TrackHead['pending'] {
  const halting = haltingOf(track);
  if (halting !== null) {
    const { at, by, why } = halting;
    return { is: 'halting', at, by, why };
  }
  if (track.stage === 'halted' && track.resuming !== null) {
    const { at, by, why } = track.resuming;
    return { is: 'resuming', at, by, why };
  }
  return null;
}

function storefrontOf(kind: StorefrontKind, states: StoredRoom['storefronts']): TrackHead['storefronts'][number] {
  const can = capabilities[kind];
  const state = states.findLast(({ storefront }) => storefront === kind);
  return {
    kind,
    name: can.name,
    state: state?.state ?? 'none',
    percent: state?.percent ?? 0,
    build: state?.build ?? null,
    readAt: state?.readAt ?? null,
    nextMove: state?.nextMove ?? null,
    pausedDaysUsed: state?.pausedDaysUsed ?? 0,
    pauseBudgetDays: can.pauseBudgetDays,
    startsOn: can.startsOn,
    advances: can.advances,
    haltAt100: can.halt.at100,
    haltMeans: can.haltMeans,
    url: state?.url ?? null,
  };
}
