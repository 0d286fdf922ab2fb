/** What is fuzzed, and how a target is played: inputs by a seed that plays the same again, a fault shrunk to its smallest input. */
import { asyncProperty, check } from 'fast-check';
import type { Arbitrary } from 'fast-check';

export const groups = ['routes', 'policy', 'git', 'cli'] as const;
export type Group = (typeof groups)[number];

/** What became of an input: taken, or refused as it should be. */
export type Verdict = 'accepted' | 'refused';

/** Thrown for what must never be: trouble in the server, a stack trace, a refusal that says nothing, a change half done. */
export class Fault extends Error {
  /** Whether the server failed (a 5xx, a throw), and did not only answer badly. */
  readonly isTrouble: boolean;

  constructor(message: string, options: { isTrouble?: boolean } = {}) {
    super(message);
    this.name = 'Fault';
    this.isTrouble = options.isTrouble ?? false;
  }
}

export type Target<I = unknown> = {
  group: Group;
  /** Within its group, without spaces at its ends: `post /api/session`. */
  name: string;
  /** Its share of the inputs, against those of the others. */
  weight: number;
  inputs: Arbitrary<I>;
  /** An input that takes longer is a hang; 20 s when not said. */
  hangMs?: number;
  /** Tries one input. Throws Fault for what must never be. */
  attempt(input: I): Promise<Verdict>;
  /** The input as a person reads it, in a report of a fault. */
  shown(input: I): string;
};

/** Keeps the type of a target's inputs to itself. */
export function target<I>(parts: Target<I>): Target {
  return parts;
}

export type Tally = {
  target: Target;
  inputs: number;
  accepted: number;
  refused: number;
  trouble: number;
  slowestMs: number;
  /** The first fault, with its smallest input and what plays it again; null: none. */
  fault: string | null;
};

/** An input that takes longer is a hang: no answer of ours takes a tenth of it, on a machine that is not busy with other things. */
const HANG_MS = 20_000;

export type Play = { inputs: number; seed: number; /** The way to one input, as a report of a fault tells it. */ path?: string };

/** Plays a target. Never throws: what went wrong is in the tally. */
export async function play(each: Target, { inputs, seed, path }: Play): Promise<Tally> {
  const tally: Tally = { target: each, inputs: 0, accepted: 0, refused: 0, trouble: 0, slowestMs: 0, fault: null };
  const own = seedOf(seed, `${each.group} ${each.name}`);
  const found = await check(
    asyncProperty(each.inputs, async (input) => {
      tally.inputs += 1;
      const began = performance.now();
      try {
        tally[await inTime(each.attempt(input), each.hangMs ?? HANG_MS)] += 1;
      } catch (error) {
        if (!(error instanceof Fault) || error.isTrouble) tally.trouble += 1;
        throw error;
      } finally {
        tally.slowestMs = Math.max(tally.slowestMs, performance.now() - began);
      }
    }),
    { seed: own, ...(path === undefined ? { numRuns: inputs } : { numRuns: 1, path, endOnFailure: true }), maxSkipsPerRun: 0 },
  );
  if (found.failed) {
    const [input] = found.counterexample ?? [];
    const error = found.errorInstance;
    tally.fault = [
      `${each.group}: ${each.name}`,
      `  ${error instanceof Error ? (error instanceof Fault ? error.message : (error.stack ?? error.message)) : String(error)}`,
      `  the smallest input that shows it (after ${found.numShrinks} steps): ${clipped(each.shown(input))}`,
      `  play it again: npm run fuzz -- --only ${each.group} --target '${each.name}' --inputs ${inputs} --seed ${seed} --path ${found.counterexamplePath ?? ''}`,
    ].join('\n');
  }
  return tally;
}

async function inTime<T>(work: Promise<T>, hangMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Fault(`no answer within ${hangMs / 1000} s`, { isTrouble: true })), hangMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A seed of the target's own, so that it plays the same whatever else is played. */
function seedOf(seed: number, name: string): number {
  let hash = seed | 0;
  for (const letter of name) hash = (Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) + 0x9e3779b9) | 0;
  return hash;
}

function clipped(text: string): string {
  return text.length <= 4000 ? text : `${text.slice(0, 4000)}… (${text.length} characters)`;
}

/** How many inputs each target gets of so many: by weight, at least one. */
export function shares(targets: readonly Target[], inputs: number): number[] {
  const all = targets.reduce((sum, { weight }) => sum + weight, 0);
  return targets.map(({ weight }) => Math.max(1, Math.round((inputs * weight) / all)));
}
