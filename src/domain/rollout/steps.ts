/** What a list of rollout steps compiles to on each storefront, which step follows, and whether a step can be reached. Sources: store-rules §3, §7, §11. */
import { capabilities, type StorefrontKind } from './storefronts.ts';

/**
 * One step of a rollout on one storefront.
 * - `how`: `command`: it is told to serve this share. `own-phases`: it gets there by itself, a phase a day. `complete`: it is told to serve everyone.
 * - `passes`: shares that it takes by itself on the way to this one.
 * - `thenPause`: it must be paused before its own next phase, so that the next step waits for its criteria.
 */
export type StorefrontStep = { percent: number; how: 'command' | 'own-phases' | 'complete'; passes: readonly number[]; thenPause: boolean };

export type CompiledRollout =
  | { ok: true; steps: readonly StorefrontStep[] }
  | { ok: false; percent: number; because: string; wouldBeRight: string };

/**
 * Compiles shares in percent (rising, ending in 100) for a storefront. `[1, 100]` on one that advances by itself is day 1, pause, complete.
 * Refuses a share that the storefront cannot show, and says which it can.
 */
export function compileRollout(rollout: readonly number[], storefront: StorefrontKind): CompiledRollout {
  const { name, advances, phases } = capabilities[storefront];
  const unordered = rollout.find((percent, at) => percent <= 0 || percent > 100 || percent <= (rollout[at - 1] ?? 0));
  if (unordered !== undefined || rollout.at(-1) !== 100) {
    return {
      ok: false,
      percent: unordered ?? 100,
      because: `[${rollout.join(', ')}] is no rollout`,
      wouldBeRight: 'shares that rise from step to step and end in 100',
    };
  }
  if (advances === 'by-command') {
    return {
      ok: true,
      steps: rollout.map((percent) => ({ percent, how: percent === 100 ? 'complete' : 'command', passes: [], thenPause: false })),
    };
  }
  const impossible = rollout.find((percent) => !phases.includes(percent));
  if (impossible !== undefined) {
    return {
      ok: false,
      percent: impossible,
      because: `${name} cannot show ${impossible}%: it advances by itself, a phase a day`,
      wouldBeRight: `shares out of ${phases.join(', ')}`,
    };
  }
  return { ok: true, steps: rollout.map((percent, at) => phasedStep(percent, rollout[at - 1] ?? 0, phases)) };
}

function phasedStep(percent: number, previous: number, phases: readonly number[]): StorefrontStep {
  // 100% is ordered, not waited for: days of waiting at 50% are a step of their own if somebody wants them
  if (percent === 100) return { percent, how: 'complete', passes: [], thenPause: false };
  const passes = phases.filter((phase) => phase > previous && phase < percent);
  return { percent, how: 'own-phases', passes, thenPause: true };
}

/** The step after `percent`, or null at the end. Where the storefront stands between two steps, the next one above. */
export function stepAfter(rollout: readonly number[], percent: number): number | null {
  return rollout.find((each) => each > percent) ?? null;
}

/** The step that a share between two steps belongs to: the last one that it has reached; null before the first. */
export function stepAt(rollout: readonly number[], percent: number): number | null {
  return rollout.findLast((each) => each <= percent) ?? null;
}

export type Reachable = { ok: true } | { ok: false; because: string; wouldBeRight: string };

/**
 * Whether a storefront that serves `from` percent (0 before the start) can be brought to `to` percent.
 * Refuses what no storefront does (taking a version back from users) and what this one cannot (raising a phased release otherwise than by its phases, X01).
 */
export function canReach({ storefront, from, to }: { storefront: StorefrontKind; from: number; to: number }): Reachable {
  const { name, advances, phases } = capabilities[storefront];
  if (!(to > 0 && to <= 100)) return { ok: false, because: `${to}% is no share`, wouldBeRight: 'a share above 0 and up to 100' };
  if (to < from) {
    return {
      ok: false,
      because: `${name} serves ${from}% already, and lowering the share takes it back from nobody`,
      wouldBeRight: 'halt the rollout, or a share above the present one',
    };
  }
  if (to === from) return { ok: true };
  if (advances === 'by-itself' && !phases.includes(to)) {
    const ahead = phases.filter((phase) => phase > from);
    return {
      ok: false,
      because: `${name} cannot show ${to}%: it advances by itself, a phase a day`,
      wouldBeRight: `one of the phases ahead: ${ahead.join(', ')}`,
    };
  }
  return { ok: true };
}
