/** Verdicts as cells of the criteria frame. */
import type { Cell, RateView, WaiverView } from '#api/verdict.ts';
import { cellState } from '#domain/cell-state.ts';
import { passes } from '#domain/criteria/criterion.ts';
import type { Verdict } from '#domain/criteria/criterion.ts';
import type { Waiver } from '#domain/facts.ts';
import { sourceName } from '#domain/names.ts';

export function waiverView(track: string, waiver: Waiver): WaiverView {
  const { id, instance, state, category, reason, askedBy, askedAt, approvedBy, until, endsIf, ended } = waiver;
  return {
    id,
    track,
    instance,
    state,
    category,
    reason,
    askedBy,
    askedAt,
    approvedBy,
    untilStep: 'step' in until ? until.step : null,
    untilAt: 'at' in until ? until.at : null,
    endsIf: [...endsIf],
    ended,
  };
}

/** The sources as people call them; of what a tool states, the one that stated it. */
function namesOf(sources: readonly string[], evidence: Verdict['evidence']): string[] {
  const reporters = evidence.flatMap(({ source }) => source ?? []);
  return [...new Set((reporters.length > 0 ? reporters : sources).map(sourceName))];
}

function rateView(rate: NonNullable<Verdict['rate']>): RateView {
  const { baseline, segments } = rate;
  return {
    ...rate,
    baseline: baseline === null ? null : { ...baseline, versions: [...baseline.versions] },
    segments: segments.map((segment) => ({ ...segment })),
  };
}

export function cellOf(track: string, verdict: Verdict): Cell {
  return {
    track,
    instance: verdict.instance,
    kind: verdict.kind,
    title: verdict.title,
    state: cellState(verdict),
    colour: verdict.colour,
    headline: verdict.headline,
    // verdicts that were stored before cells had these
    aside: verdict.aside ?? null,
    clause: verdict.clause ?? verdict.because,
    because: verdict.because,
    turnsGreen: verdict.turnsGreen,
    value: verdict.value ?? null,
    limit: verdict.limit ?? null,
    limitIs: verdict.limitIs ?? 'at-most',
    range: verdict.range === undefined ? null : [...verdict.range],
    sample: verdict.sample ?? null,
    baseline: verdict.baseline ?? null,
    progress: verdict.progress ?? null,
    since: verdict.since,
    dueAt: verdict.dueAt ?? null,
    who: verdict.who.map((who) => ({ ...who })),
    evidence: verdict.evidence.map((evidence) => ({ ...evidence })),
    sources: [...verdict.sources],
    sourceNames: namesOf(verdict.sources, verdict.kind === 'custom' ? verdict.evidence : []),
    readAt: verdict.freshAt,
    freshForMinutes: verdict.freshForMinutes,
    nextReadAt: verdict.nextReadAt,
    holds: verdict.holds,
    gates: [...verdict.gates],
    neededNow: verdict.neededNow,
    passes: passes(verdict),
    informing: verdict.informing,
    setUp: verdict.setUp,
    waivable: verdict.waivable,
    rate: verdict.rate === undefined ? null : rateView(verdict.rate),
    waiver: verdict.waiver === null ? null : waiverView(track, verdict.waiver),
  };
}
