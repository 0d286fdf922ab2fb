/**
 * The tables of false alarms and delays of health.md §5, played anew with the functions that the product judges with, side by side with the rules of its peers:
 * a z-test looked at after every event (a stability figure without a promise for many looks), a plain threshold from a least number on (Tramline, Sentry), and a
 * number of bad windows (Argo Rollouts, Flagger). A random number comes from a seed, so that a table can be had again.
 */
import { ALPHA_GREEN, ALPHA_RED, greenAtLeast, redAtMost } from './one-rate.ts';
import { ALLOWED_RATIO, ratioEvidenceOverTime } from './ratio.ts';
import type { Bucket } from './ratio.ts';

export type SimulateSettings = { runs: number; seed: number; horizon: number };

/** One rule's fate at one true rate: the share of runs in which it was ever red, and when (events due at the limit, and people affected until then). */
export type RedRow = {
  trueRatio: number;
  rule: string;
  everRed: number;
  medianDue: number | null;
  p90Due: number | null;
  medianAffected: number | null;
};
export type GreenRow = { trueRatio: number; rule: string; everGreen: number };
/** A rule that compares with a baseline at a true ratio: how often ever red, after how many hours, and with how many people of the new version affected. */
export type RatioRow = {
  trueRatio: number;
  incident: boolean;
  rule: string;
  everRed: number;
  medianHour: number | null;
  medianAffected: number | null;
  everGreen: number | null;
};
export type Simulated = { red: readonly RedRow[]; green: readonly GreenRow[]; ratio: readonly RatioRow[] };

export const TRUE_RATIOS = [0.7, 0.9, 1, 1.2, 1.5, 2, 5, 20] as const;
export const BASELINE_RATIOS = [1, 1.25, 1.5, 2, 5] as const;
export const FALSE_GREEN_RATIOS = [1, 1.25, 1.5] as const;

/** mulberry32: uniform on [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Looks after the n-th event, which came when `due` events were due at the limit. */
type RedRule = { name: string; begin: () => (count: number, due: number) => boolean };

function evidenceRule(alpha: number): RedRule {
  // red with n events is red when at most so many were due: the same boundary as the verdict's, made once
  const boundary: number[] = [];
  const redAt = (count: number): number => (boundary[count] ??= redAtMost(count, alpha));
  return { name: `evidence, alpha ${alpha}`, begin: () => (count, due) => due <= redAt(count) };
}

/** One-sided normal quantiles. */
const NORMAL_QUANTILES = { 0.01: 2.326_348, 0.05: 1.644_854 } as const;

function zRule(alpha: keyof typeof NORMAL_QUANTILES, from = 5): RedRule {
  const needed = NORMAL_QUANTILES[alpha];
  return { name: `z-test ${alpha}, from ${from} due`, begin: () => (count, due) => due >= from && (count - due) / Math.sqrt(due) > needed };
}

function thresholdRule(from: number): RedRule {
  return { name: `rate over limit, from ${from} due`, begin: () => (count, due) => due >= from && count > due };
}

/** Windows of `size` due; the third that is over the limit. */
function windowRule(size: number, bad: number): RedRule {
  return {
    name: `${bad} bad windows of ${size} due`,
    begin: () => {
      let window = 0;
      let inWindow = 0;
      let badOnes = 0;
      return (_, due) => {
        const at = Math.floor(due / size);
        if (at !== window) {
          if (inWindow > size) badOnes++;
          window = at;
          inWindow = 0;
        }
        inWindow++;
        return badOnes >= bad;
      };
    },
  };
}

const RED_RULES: readonly RedRule[] = [
  evidenceRule(0.01),
  evidenceRule(0.05),
  zRule(0.01),
  zRule(0.05),
  thresholdRule(10),
  thresholdRule(50),
  windowRule(5, 3),
];

export function simulate({ runs, seed, horizon }: SimulateSettings): Simulated {
  return {
    red: TRUE_RATIOS.flatMap((trueRatio) => redRows(trueRatio, { runs, horizon, random: seeded(seed + Math.round(trueRatio * 1000)) })),
    ratio: BASELINE_RATIOS.flatMap((trueRatio) =>
      [false, true].flatMap((incident) =>
        ratioRows(trueRatio, incident, { runs, random: seeded(seed + 2 + Math.round(trueRatio * 1000) + Number(incident)) }),
      ),
    ),
    green: FALSE_GREEN_RATIOS.flatMap((trueRatio) =>
      greenRows(trueRatio, { runs, horizon, random: seeded(seed + 1 + Math.round(trueRatio * 1000)) }),
    ),
  };
}

type Play = { runs: number; horizon: number; random: () => number };

function redRows(trueRatio: number, { runs, horizon, random }: Play): RedRow[] {
  const alarms: { due: number; affected: number }[][] = RED_RULES.map(() => []);
  for (let run = 0; run < runs; run++) {
    const waiting = new Map(RED_RULES.map((rule, at) => [at, rule.begin()]));
    let count = 0;
    for (let due = nextAfter(0, trueRatio, random); due <= horizon && waiting.size > 0; due = nextAfter(due, trueRatio, random)) {
      count++;
      for (const [at, isRed] of waiting) {
        if (!isRed(count, due)) continue;
        alarms[at]?.push({ due, affected: count });
        waiting.delete(at);
      }
    }
  }
  return RED_RULES.map(({ name }, at) => {
    const found = alarms[at] ?? [];
    const dues = found.map(({ due }) => due).toSorted((a, b) => a - b);
    const affected = found.map((alarm) => alarm.affected).toSorted((a, b) => a - b);
    return {
      trueRatio,
      rule: name,
      everRed: found.length / runs,
      medianDue: quantile(dues, 0.5),
      p90Due: quantile(dues, 0.9),
      medianAffected: quantile(affected, 0.5),
    };
  });
}

/** Ever green: between two events evidence of health only grows, so a look just before each event, and at the horizon, misses none. */
function greenRows(trueRatio: number, { runs, horizon, random }: Play): GreenRow[] {
  const boundary: number[] = [];
  const greenAt = (count: number): number => (boundary[count] ??= greenAtLeast(count, 0.05));
  let evidence = 0;
  let threshold = 0;
  let oneLook = 0;
  for (let run = 0; run < runs; run++) {
    let isGreen = false;
    let isBelow = false;
    let isBelowOnce = false;
    let count = 0;
    for (let before = 0; before < horizon;) {
      const due = Math.min(nextAfter(before, trueRatio, random), horizon);
      if (due >= greenAt(count)) isGreen = true;
      if (due >= 10 && count < due) isBelow = true;
      if (before < 20 && due >= 20) isBelowOnce = count < 20;
      count++;
      before = due;
    }
    evidence += Number(isGreen);
    threshold += Number(isBelow);
    oneLook += Number(isBelowOnce);
  }
  return [
    { trueRatio, rule: 'evidence, alpha 0.05', everGreen: evidence / runs },
    { trueRatio, rule: 'rate under limit, from 10 due', everGreen: threshold / runs },
    { trueRatio, rule: 'one look at 20 due', everGreen: oneLook / runs },
  ];
}

/** Two weeks of hours in which the new version's share of the usage rises evenly from 1% to 60%; 20 events an hour of everybody. */
const HOURS = 336;
const EVENTS_AN_HOUR = 20;
const SHARE = { first: 0.01, last: 0.6 };
/** For a day and a half every version crashes four times as often. */
const INCIDENT = { fromHour: 96, toHour: 132, times: 4 };

function playRollout(trueRatio: number, incident: boolean, random: () => number): Bucket[] {
  return Array.from({ length: HOURS }, (_, hour) => {
    const share = SHARE.first + ((SHARE.last - SHARE.first) * hour) / (HOURS - 1);
    const times = incident && hour >= INCIDENT.fromHour && hour < INCIDENT.toHour ? INCIDENT.times : 1;
    return {
      newCount: poisson(EVENTS_AN_HOUR * times * share * trueRatio, random),
      newExposure: share,
      baseCount: poisson(EVENTS_AN_HOUR * times * (1 - share), random),
      baseExposure: 1 - share,
    };
  });
}

type RatioFate = { name: string; reds: { hour: number; affected: number }[]; greens: number | null };

function ratioRows(trueRatio: number, incident: boolean, { runs, random }: Omit<Play, 'horizon'>): RatioRow[] {
  const bucketed: RatioFate = { name: `bucket by bucket, alpha ${ALPHA_RED}`, reds: [], greens: 0 };
  const zOnTotals: RatioFate = { name: 'z-test on totals 0.01', reds: [], greens: null };
  const point: RatioFate = { name: `ratio over ${ALLOWED_RATIO}, from 10 due`, reds: [], greens: null };
  for (let run = 0; run < runs; run++) {
    const hours = playRollout(trueRatio, incident, random);
    const evidence = ratioEvidenceOverTime(hours);
    const totals = runningTotals(hours);
    const note = (fate: RatioFate, hour: number): void => {
      if (hour >= 0) fate.reds.push({ hour, affected: totals[hour]?.newCount ?? 0 });
    };
    note(
      bucketed,
      evidence.findIndex(({ logAbove }) => logAbove >= -Math.log(ALPHA_RED)),
    );
    note(
      zOnTotals,
      totals.findIndex((total) => isRedOnTotals(total)),
    );
    note(
      point,
      totals.findIndex((total) => dueOf(total) >= 10 && total.newCount > dueOf(total)),
    );
    if (evidence.some(({ logBelow }) => logBelow >= -Math.log(ALPHA_GREEN))) bucketed.greens = (bucketed.greens ?? 0) + 1;
  }
  return [bucketed, zOnTotals, point].map(({ name, reds, greens }) => ({
    trueRatio,
    incident,
    rule: name,
    everRed: reds.length / runs,
    medianHour: quantile(
      reds.map(({ hour }) => hour).toSorted((a, b) => a - b),
      0.5,
    ),
    medianAffected: quantile(
      reds.map(({ affected }) => affected).toSorted((a, b) => a - b),
      0.5,
    ),
    everGreen: greens === null ? null : greens / runs,
  }));
}

function runningTotals(hours: readonly Bucket[]): Bucket[] {
  const total = { newCount: 0, newExposure: 0, baseCount: 0, baseExposure: 0 };
  return hours.map((hour) => {
    total.newCount += hour.newCount;
    total.newExposure += hour.newExposure;
    total.baseCount += hour.baseCount;
    total.baseExposure += hour.baseExposure;
    return { ...total };
  });
}

/** What was due of the new version at the allowed ratio, by the baseline's rate over all the time. */
function dueOf({ newExposure, baseCount, baseExposure }: Bucket): number {
  return (ALLOWED_RATIO * baseCount * newExposure) / baseExposure;
}

function isRedOnTotals(total: Bucket): boolean {
  const share = (ALLOWED_RATIO * total.newExposure) / (ALLOWED_RATIO * total.newExposure + total.baseExposure);
  const all = total.newCount + total.baseCount;
  const due = all * share;
  return due >= 5 && (total.newCount - due) / Math.sqrt(all * share * (1 - share)) > NORMAL_QUANTILES[0.01];
}

/** A Poisson count, by the time between its events. */
function poisson(mean: number, random: () => number): number {
  let count = -1;
  for (let passed = 0; passed <= mean; passed -= Math.log(1 - random())) count++;
  return count;
}

/** When the next event comes, in events due at the limit. */
function nextAfter(due: number, trueRatio: number, random: () => number): number {
  return due - Math.log(1 - random()) / trueRatio;
}

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}
