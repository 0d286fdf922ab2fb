/** How an effect on a track becomes an action: its key, its lane, and when it is void. */
import { storefrontLane, type Action, type Effect } from '../actions.ts';
import type { ActionState } from '../facts.ts';
import type { StorefrontKind } from '../rollout/storefronts.ts';
import { plusMinutes, type Instant } from '../time.ts';
import type { RecordEvent } from './events.ts';
import type { Stage, Step, Track } from './track.ts';
import { candidateOf, percentStep } from './track.ts';
import type { World } from './world.ts';

/** Minutes a storefront gets to show what it said was done, before it is asked again. */
const readBackMinutes = 5;

const open: readonly ActionState['state'][] = ['ordered', 'trying', 'waiting'];

export function isOpen(action: ActionState): boolean {
  return open.includes(action.state);
}

export type Orderer = Action['orderedBy'];
export const robot: Orderer = { kind: 'robot', id: 'robot', name: 'Robot' };

/** An effect that is wished for, before it has a key that is free. */
export type Wish = {
  prefix: string;
  effect: Effect;
  lane: string;
  urgent: boolean;
  step: Step | null;
  stages: readonly Stage[];
  why: string;
};

const advancing: readonly Stage[] = ['candidate', 'stabilising'];

/** Names of wishes: two that are meant as one effect have the same prefix. */
export const wish = {
  branch(track: Track, branch: string, at: string | null, why: string): Wish {
    return {
      prefix: `${track.id}:cut:${branch}`,
      effect: { kind: 'ensure-branch', branch, at },
      lane: `git:${track.app}`,
      urgent: false,
      step: 'cut',
      stages: ['planned', 'developing'],
      why,
    };
  },
  tag(track: Track, tag: string, commit: string): Wish {
    return {
      prefix: `${track.id}:tag:${tag}`,
      effect: { kind: 'ensure-tag', tag, commit },
      lane: `git:${track.app}`,
      urgent: false,
      step: null,
      stages: ['released', 'completed', 'halted', 'superseded'],
      why: `${track.version} is released`,
    };
  },
  submission(track: Track, storefront: StorefrontKind, percent: number | null, why: string): Wish {
    const build = buildOf(track);
    return {
      prefix: `${track.id}:submit:${build}:${track.submissions + 1}:${storefront}`,
      effect: { kind: 'ensure-submission', storefront, version: track.version, build, percent },
      lane: storefrontLane(track.app, track.platform, storefront),
      urgent: false,
      step: 'submit',
      stages: advancing,
      why,
    };
  },
  rollout(track: Track, storefront: StorefrontKind, percent: number, why: string): Wish {
    const build = buildOf(track);
    return {
      prefix: `${track.id}:rollout:${build}:${percentStep(percent)}:${track.halts}:${storefront}`,
      effect: { kind: 'ensure-rollout', storefront, version: track.version, build, percent },
      lane: storefrontLane(track.app, track.platform, storefront),
      urgent: false,
      step: percentStep(percent),
      stages: ['store-approved', 'rolling-out'],
      why,
    };
  },
  resume(track: Track, storefront: StorefrontKind, percent: number, why: string): Wish {
    return {
      prefix: `${track.id}:resume:${track.halts}:${storefront}`,
      effect: { kind: 'ensure-rollout', storefront, version: track.version, build: buildOf(track), percent },
      lane: storefrontLane(track.app, track.platform, storefront),
      urgent: false,
      step: null,
      stages: ['halted'],
      why,
    };
  },
  hold(track: Track, storefront: StorefrontKind, percent: number, nextAt: Instant, why: string): Wish {
    return {
      prefix: `${track.id}:hold:${percentStep(percent)}:${nextAt}:${storefront}`,
      effect: { kind: 'ensure-held', storefront, version: track.version },
      lane: storefrontLane(track.app, track.platform, storefront),
      urgent: true,
      step: null,
      stages: ['rolling-out'],
      why,
    };
  },
  halt(track: Track, storefront: StorefrontKind, why: string): Wish {
    return {
      prefix: `${track.id}:halt:${track.halts + 1}:${storefront}`,
      effect: { kind: 'ensure-halted', storefront, version: track.version },
      lane: storefrontLane(track.app, track.platform, storefront),
      urgent: true,
      step: null,
      stages: ['in-review', 'store-approved', 'rolling-out', 'released', 'halted'],
      why,
    };
  },
  withdrawal(track: Track, storefront: StorefrontKind, why: string): Wish {
    return {
      prefix: `${track.id}:withdraw:${track.submissions}:${storefront}`,
      effect: { kind: 'ensure-withdrawn', storefront, version: track.version },
      lane: storefrontLane(track.app, track.platform, storefront),
      urgent: false,
      step: null,
      stages: ['in-review', 'store-approved', 'canceled'],
      why,
    };
  },
  announcement(track: Track, what: string, text: string): Wish {
    return {
      prefix: `${track.id}:announce:${what}`,
      effect: { kind: 'announce', text },
      lane: `chat:${track.app}`,
      urgent: false,
      step: null,
      stages: [],
      why: 'told in the release’s channel',
    };
  },
  /** A message to one team's channel, or to the release's own; its prefix is its key, because each is meant once. */
  nudge(track: Track, prefix: string, text: string, channel: string | null): Wish {
    return {
      prefix,
      effect: { kind: 'announce', text, channel },
      lane: `chat:${track.app}`,
      urgent: false,
      step: null,
      stages: [],
      why: 'somebody was nudged',
    };
  },
  page(track: Track, what: string, text: string, reason: string): Wish {
    return {
      prefix: `${track.id}:page:${what}`,
      effect: { kind: 'page', text, reason },
      lane: `chat:${track.app}`,
      urgent: true,
      step: null,
      stages: [],
      why: reason,
    };
  },
} as const;

function buildOf(track: Track): string {
  const candidate = candidateOf(track);
  if (!candidate) throw new Error(`${track.id}: no build is chosen to ship in stage ${track.stage}`);
  return candidate.build;
}

/**
 * The key under which a wish is ordered now, or null where it is under way or has its answer.
 * - Open under this prefix: under way.
 * - Refused: answered; a person must look (`again` gives a new key).
 * - Done, but not so in the world after `readBackMinutes`: asked once more under a new key, for an answer may lie.
 */
export function keyFor(world: World, wished: Wish, options: { again: boolean } = { again: false }): string | null {
  const known = world.facts.actions.filter((action) => serves(action, wished));
  if (known.length === 0) return wished.prefix;
  if (known.some(isOpen)) return null;
  const nextKey = `${wished.prefix}#${known.length + 1}`;
  if (options.again) return nextKey;
  const last = known.reduce((a, b) => ((a.endedAt ?? a.orderedAt) >= (b.endedAt ?? b.orderedAt) ? a : b));
  if (last.state === 'refused') return null;
  if (last.state === 'void') return nextKey;
  return plusMinutes(last.endedAt ?? last.orderedAt, readBackMinutes) <= world.now ? nextKey : null;
}

/** When a wish whose order was done is asked again if the world still does not show it. */
export function askedAgainAt(world: World, wished: Wish): Instant | null {
  const ended = world.facts.actions.filter((action) => action.state === 'done' && serves(action, wished));
  const last = ended.at(-1);
  return last ? plusMinutes(last.endedAt ?? last.orderedAt, readBackMinutes) : null;
}

/** Whether an ordered action serves this wish. */
export function serves(action: { key: string }, wished: Pick<Wish, 'prefix'>): boolean {
  return action.key === wished.prefix || action.key.startsWith(`${wished.prefix}#`);
}

/** The action that orders a wish. */
export function order(wished: Wish, key: string, by: Orderer, at: Instant): Action {
  return {
    key,
    lane: wished.lane,
    urgent: wished.urgent,
    effect: wished.effect,
    step: wished.step,
    expects: { stages: wished.stages },
    why: wished.why,
    orderedBy: by,
    orderedAt: at,
  };
}

/** The journal's line for an ordered action. */
export function orderedEvent(action: Action): RecordEvent {
  return { is: 'action-ordered', key: action.key, effect: action.effect.kind, step: action.step, why: action.why };
}
