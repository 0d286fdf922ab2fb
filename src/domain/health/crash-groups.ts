/**
 * What a crash group is on one version: how bad, whether it is new, whether it is worth a ticket and may be nominated (health.md §4). Pure over counts; the same counts
 * judge the same way however often they are looked at.
 */
import type { Audience } from '../facts.ts';
import type { Instant } from '../time.ts';
import { ratioEvidence, RATIO } from './ratio.ts';
import type { Bucket } from './ratio.ts';
import { SCAN_SHAPE } from './one-rate.ts';
import { FLOW_WEIGHTS, levelOf, severityLevels, severityOf } from './severity.ts';
import type { Novelty, Severity, SeverityLevel } from './severity.ts';

/** Evidence of 20 to 1 says that a group is new, worse or unchanged. */
const LOG_EVIDENCE = Math.log(20);
/** Worse than at 1.25 times the rate of before; unchanged below twice. */
const WORSE_RATIO = 1.25;
const UNCHANGED_RATIO = 2;

/** A group whose crashes come from so large a share of people with failing memory holds no release. */
export const NOISE_SHARE = 0.8;
/** Somebody with so many crashes, of so many different groups, has failing memory rather than found our faults. */
export const NOISE_CRASHES = 5;
export const NOISE_GROUPS = 3;

/** How long a severity that is shown stays after the counts fell below it. */
export const DOWN_AFTER_MS = 24 * 3_600_000;

/** What the policy may set. `hoursPerUserDay`: use of one person on a day, in units of consumption, on an average. */
export type GroupSettings = { hoursPerUserDay: number; flowWeights: Readonly<Record<string, number>> };
export const GROUP_DEFAULTS: GroupSettings = { hoursPerUserDay: 1, flowWeights: FLOW_WEIGHTS };

/** Whether it was seen before, as far as the baseline can tell: by buckets of the same age, and by all that the baseline ever had of it. */
export function noveltyOf({ buckets, baseEver, wasMended }: { buckets: readonly Bucket[]; baseEver: number; wasMended: boolean }): Novelty {
  if (wasMended) return 'regressed';
  const at = (allowedRatio: number) => ratioEvidence(buckets, { ...RATIO, allowedRatio, shape: SCAN_SHAPE });
  if (baseEver === 0) return at(1).logAbove >= LOG_EVIDENCE ? 'new' : 'known';
  if (at(WORSE_RATIO).logAbove >= LOG_EVIDENCE) return 'worse';
  return at(UNCHANGED_RATIO).logBelow >= LOG_EVIDENCE ? 'unchanged' : 'known';
}

/** What one audience of a version saw of a group. `exposure` in units of consumption; `buckets`: beside the baseline, day by day of the same age. */
export type GroupInAudience = {
  audience: Audience;
  users: number;
  crashes: number;
  exposure: number;
  buckets: readonly Bucket[];
  /** People whom it hit in the baseline, at any age. */
  baseEver: number;
};

/** A group on one version. `wasMended`: a ticket of it was closed, and it came again on what was built since. */
export type GroupOnVersion = { flow: string | null; audiences: readonly GroupInAudience[]; wasMended: boolean };

/** The worst of the audiences. `audience` null: no audience with usage, so nothing can be said. */
export type GroupJudged = Omit<Severity, 'blocker'> & {
  audience: Audience | null;
  novelty: Novelty;
  levelLower: SeverityLevel;
  users: number;
  crashes: number;
  exposure: number;
  /** The low end alone is worth holding a release for; whether it may is asked of the noise beside. */
  isGrave: boolean;
};

/** Judges each audience by itself, because their rates differ, and takes the worst. Without usage told there is no rate: null. */
export function judgeGroup({ flow, audiences, wasMended }: GroupOnVersion, settings: GroupSettings = GROUP_DEFAULTS): GroupJudged | null {
  const judged = audiences
    .filter(({ exposure, users }) => exposure > 0 && users > 0)
    .map(({ audience, users, crashes, exposure, buckets, baseEver }): GroupJudged => {
      const novelty = noveltyOf({ buckets, baseEver, wasMended });
      const { blocker, ...severity } = severityOf(
        {
          affectedUsers: users,
          crashes,
          exposureHours: exposure,
          hoursPerUserDay: settings.hoursPerUserDay,
          flow: flow ?? 'other',
          novelty,
          stage: audience === 'employees' ? 'internal' : 'production',
        },
        undefined,
        settings.flowWeights,
      );
      return { ...severity, audience, novelty, levelLower: levelOf(severity.scoreLower), users, crashes, exposure, isGrave: blocker };
    });
  const worst = judged.reduce<GroupJudged | null>((most, each) => (most === null || each.score > most.score ? each : most), null);
  if (worst === null) return null;
  // What one audience alone makes worth a ticket, or grave, counts wherever the score is highest.
  return { ...worst, ticket: judged.some(({ ticket }) => ticket), isGrave: judged.some(({ isGrave }) => isGrave) };
}

/** Whether most of a group's crashes come from people whose devices crash everywhere. `share`: of its crashes, 0 to 1. */
export function isNoise(share: number | null): boolean {
  return share !== null && share > NOISE_SHARE;
}

/** A severity as it is shown: up at once, down only after a day below. `belowSince`: since when the counts say less than is shown. */
export type Shown = { level: SeverityLevel; belowSince: Instant | null };

export function shownLevel(before: Shown | null, computed: SeverityLevel, now: Instant): Shown {
  if (before === null || severityLevels.indexOf(computed) <= severityLevels.indexOf(before.level))
    return { level: computed, belowSince: null };
  const belowSince = before.belowSince ?? now;
  return Date.parse(now) - Date.parse(belowSince) >= DOWN_AFTER_MS
    ? { level: computed, belowSince: null }
    : { level: before.level, belowSince };
}

/* ---- what is written down ---- */

/** What a change of a group's standing is told by: null for what is below everyone's notice, before and after. */
export type Standing = { level: SeverityLevel; novelty: Novelty };

export function isWorthTelling(before: Standing | null, after: Standing): boolean {
  if ((before?.level ?? 'S4') === 'S4' && after.level === 'S4') return false;
  return before?.level !== after.level || before.novelty !== after.novelty;
}

/* ---- tickets ---- */

/** What a ticket says of its group; what was told last is held against what would be told now. */
export type Told = {
  level: SeverityLevel;
  novelty: Novelty;
  users: number;
  crashes: number;
  versions: readonly string[];
  team: string | null;
};

/** `wanted`: ordered and not there yet. `refused`: the tracker did not take it. */
export const ticketStates = ['wanted', 'open', 'closed', 'refused'] as const;
export type TicketState = (typeof ticketStates)[number];
/** What the list of groups can be narrowed to. */
export const ticketFilters = ['open', 'closed', 'refused', 'waiting', 'none', 'not-wanted'] as const;

export type TicketStep = { do: 'open' | 'update' | 'reopen'; why: string };

/**
 * What becomes of the one ticket of a group and release line; null: nothing.
 *
 * @param ticket as it stands; null: there is none. `isBusy`: an order for it is under way
 * @param cameBack it was closed, and people are hit on what was built since
 */
export function ticketStep(
  ticket: { state: TicketState; told: Told; isBusy: boolean } | null,
  now: { isWorth: boolean; isMuted: boolean; cameBack: boolean; told: Told },
): TicketStep | null {
  if (ticket === null) return now.isWorth && !now.isMuted ? { do: 'open', why: `${now.told.level}, ${now.told.users} people hit` } : null;
  if (ticket.isBusy) return null;
  switch (ticket.state) {
    case 'wanted':
    case 'refused':
      return null;
    case 'closed':
      return now.cameBack && now.isWorth && !now.isMuted ? { do: 'reopen', why: 'it came back on a later build' } : null;
    case 'open': {
      const why = news(ticket.told, now.told);
      return why === null ? null : { do: 'update', why };
    }
    default:
      return ticket.state satisfies never;
  }
}

/* ---- how an order for a ticket stands ---- */

/** The last order for a ticket as it lies in the outbox. `before`: another order of the tracker's lane that is not done, and has to be first. */
export type TicketOrderRow = {
  state: 'ordered' | 'trying' | 'waiting' | 'done' | 'refused' | 'void';
  does: TicketStep['do'];
  at: Instant;
  attempts: number;
  inDoubt: boolean;
  outcome: string | null;
  nextTryAt: Instant | null;
  before: { outcome: string | null; nextTryAt: Instant | null } | null;
};

/** `waiting`: for its turn, or for its next try. `refused`: it asks for a person. */
export const ticketOrderStates = ['waiting', 'trying', 'refused'] as const;

/** An order for a ticket that is not done, as people are told of it. `because`: what came back last; `nextTryAt` null: as soon as it may be. */
export type TicketOrder = {
  does: TicketStep['do'];
  state: (typeof ticketOrderStates)[number];
  at: Instant;
  attempts: number;
  because: string | null;
  nextTryAt: Instant | null;
  whatToDo: string | null;
};

/** What an order does, as a noun: `filing it was refused`. */
export const ticketDeeds: Readonly<Record<TicketStep['do'], string>> = {
  open: 'filing it',
  update: 'bringing it up to date',
  reopen: 'opening it again',
};

/** What people are told of the last order for a ticket; null: it was done, and there is nothing to tell. */
export function ticketOrderOf(row: TicketOrderRow | null, { hasTracker }: { hasTracker: boolean }): TicketOrder | null {
  if (row === null) return null;
  const { does, at, attempts, inDoubt, outcome, nextTryAt, before } = row;
  const order = { does, at, attempts, because: outcome, nextTryAt };
  switch (row.state) {
    case 'done':
    case 'void':
      return null;
    case 'refused':
      return {
        ...order,
        state: 'refused',
        nextTryAt: null,
        whatToDo: hasTracker
          ? 'mend what the tracker names, then try again'
          : 'connect a tracker that takes tickets under Settings, Integrations, then try again',
      };
    case 'trying':
      return { ...order, state: 'trying', nextTryAt: null, whatToDo: null };
    case 'ordered':
    case 'waiting': {
      if (before !== null)
        return {
          ...order,
          state: 'waiting',
          because: before.outcome === null ? outcome : `the ticket before it is not through: ${before.outcome}`,
          nextTryAt: before.nextTryAt,
          whatToDo: 'nothing: tickets are filed one after the other, and its turn comes',
        };
      return {
        ...order,
        state: 'waiting',
        whatToDo:
          nextTryAt === null
            ? null
            : inDoubt
              ? 'nothing: it is looked for by its reference before it is tried again, so that there is never a second one'
              : 'nothing: it is tried again by itself, and at once when somebody asks',
      };
    }
    default:
      return row.state satisfies never;
  }
}

/** Counts that grew so far say something new. */
const NEWS_FACTOR = 2;
const NEWS_LEAST = 3;

function news(before: Told, now: Told): string | null {
  if (before.level !== now.level) return `${before.level} became ${now.level}`;
  if (before.novelty !== now.novelty) return `it is ${noveltyWords[now.novelty]}`;
  const others = now.versions.filter((version) => !before.versions.includes(version));
  if (others.length > 0) return `it is on ${others.join(', ')} too`;
  // a team that people chose in the tracker stays
  if (before.team === null && now.team !== null) return `it belongs to ${now.team}`;
  if (now.users >= before.users * NEWS_FACTOR && now.users >= before.users + NEWS_LEAST)
    return `${now.users} people hit, ${before.users} before`;
  return null;
}

export const noveltyWords: Readonly<Record<Novelty, string>> = {
  new: 'new',
  regressed: 'back after it was mended',
  worse: 'worse than before',
  known: 'not clearly new or worse',
  unchanged: 'as before',
};

/** The severity that a tracker knows. */
export function trackerSeverity(level: SeverityLevel): 'low' | 'medium' | 'high' | 'critical' {
  switch (level) {
    case 'S1':
      return 'critical';
    case 'S2':
      return 'high';
    case 'S3':
      return 'medium';
    case 'S4':
      return 'low';
    default:
      return level satisfies never;
  }
}

/** The regular release that a hotfix or replacement goes back to: they share one ticket. `baseOf` has the base of each version. */
export function releaseLineOf(version: string, baseOf: ReadonlyMap<string, string | null>): string {
  const seen = new Set<string>();
  let at = version;
  while (!seen.has(at)) {
    seen.add(at);
    const base = baseOf.get(at) ?? null;
    if (base === null) return at;
    at = base;
  }
  return version;
}

/** The fingerprint under which crashes are counted for which there was no room in groups of their own. */
export const OTHER_GROUP = 'other';

/* ---- segments ---- */

/** Values of a dimension that a group keeps by themselves; those beyond are counted together. */
export const MOST_SEGMENT_VALUES = 20;

/** The segment under which a hit counts, given those that the group has of its version: itself, or `other` of its dimension. */
export function segmentWithin(known: ReadonlySet<string>, segment: string): string {
  if (known.has(segment)) return segment;
  const dimension = segment.slice(0, segment.indexOf('=') + 1);
  const values = [...known].filter((each) => each.startsWith(dimension) && each !== `${dimension}other`);
  return values.length < MOST_SEGMENT_VALUES ? segment : `${dimension}other`;
}
