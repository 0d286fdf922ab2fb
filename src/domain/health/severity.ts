/** How bad a group of crashes is: what it would cost at the full rollout, whom it hits, and whether it is new (health.md §4). */
import { entryOf } from '../entry.ts';
import { flowAmong } from '../flows.ts';
import { rateOf, redAtMost } from './one-rate.ts';

/** What a flow weighs where nothing else is said. */
export const FLOW_WEIGHTS = {
  startup: 5,
  signup: 5,
  login: 5,
  playback: 5,
  payment: 4,
  other: 1,
  background: 0.5,
  'after-logout': 0.3,
} as const;

/** `regressed`: mended once and back. `worse`: more than 1.25 times as often as before. `known`: nothing of the others can be told. */
export const NOVELTY_WEIGHTS = { new: 1.5, regressed: 1.25, worse: 1.25, known: 1, unchanged: 0.5 } as const;
export type Novelty = keyof typeof NOVELTY_WEIGHTS;
export const novelties = Object.keys(NOVELTY_WEIGHTS) as [Novelty, ...Novelty[]];

export const SEVERITY_LEVELS = { S1: 2000, S2: 500, S3: 50 } as const;
export type SeverityLevel = keyof typeof SEVERITY_LEVELS | 'S4';
/** The worst first. */
export const severityLevels: readonly SeverityLevel[] = ['S1', 'S2', 'S3', 'S4'];

const TICKET_SCORE = 50;
const TICKET_USERS = 3;
const ALPHA_TICKET = 0.1;
/** In stages of our own people one report of a flow that weighs so much is a signal. */
const INTERNAL_FLOW_WEIGHT = 4;

/** A crash group of one track. `hoursPerUserDay` is the app's average. */
export type GroupSeen = {
  affectedUsers: number;
  crashes: number;
  exposureHours: number;
  hoursPerUserDay: number;
  /** One of the flows that weigh something, or any other name. */
  flow: string;
  novelty: Novelty;
  stage: 'internal' | 'production';
};

/** Impact in people of a million daily users, a day, at the full rollout. `blocker` holds for the low end of the range alone, so that two early crashes cannot hold a release. */
export type Severity = {
  impact: number;
  impactLower: number;
  weight: number;
  score: number;
  scoreLower: number;
  level: SeverityLevel;
  ticket: boolean;
  blocker: boolean;
};

/** What a flow weighs, however an app writes its name: `sign-up` is `signup`. Names that weigh nothing of their own weigh what `other` does. */
export function flowWeight(flow: string | null, weights: Readonly<Record<string, number>> = FLOW_WEIGHTS): number {
  return entryOf(weights, flowAmong(flow, Object.keys(weights))) ?? entryOf(weights, 'other') ?? FLOW_WEIGHTS.other;
}

export function severityOf(
  group: GroupSeen,
  alphaTicket: number = ALPHA_TICKET,
  flowWeights: Readonly<Record<string, number>> = FLOW_WEIGHTS,
): Severity {
  const { affectedUsers, crashes, exposureHours, hoursPerUserDay } = group;
  const impactOf = (users: number): number => -1e6 * Math.expm1(-(rateOf(users, exposureHours, 1) ?? Infinity) * hoursPerUserDay);
  const impact = impactOf(affectedUsers);
  const impactLower = impactOf(redAtMost(affectedUsers, alphaTicket));
  const flow = flowWeight(group.flow, flowWeights);
  const loop = affectedUsers > 0 && crashes > 0 ? Math.min(2, 1 + Math.log2(crashes / affectedUsers) / 4) : 1;
  const weight = flow * NOVELTY_WEIGHTS[group.novelty] * loop;
  const score = weight * impact;
  const scoreLower = weight * impactLower;
  return {
    impact,
    impactLower,
    weight,
    score,
    scoreLower,
    level: levelOf(score),
    ticket: score >= TICKET_SCORE && affectedUsers >= ticketUsers(flow, group.stage),
    blocker: scoreLower >= SEVERITY_LEVELS.S1,
  };
}

/** The fewest people for whom a ticket is filed. */
export function ticketUsers(weightOfFlow: number, stage: GroupSeen['stage']): number {
  return stage === 'internal' && weightOfFlow >= INTERNAL_FLOW_WEIGHT ? 1 : TICKET_USERS;
}

/** The level that a score stands for. */
export function levelOf(score: number): SeverityLevel {
  if (score >= SEVERITY_LEVELS.S1) return 'S1';
  if (score >= SEVERITY_LEVELS.S2) return 'S2';
  return score >= SEVERITY_LEVELS.S3 ? 'S3' : 'S4';
}
