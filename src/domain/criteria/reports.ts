/** What was last reported for an instance. */
import type { Report } from '../facts.ts';
import type { Stated } from './stated.ts';

/** The newest report for an instance on a track, or null when there is none. */
export function reportOf(
  reports: readonly Report[],
  of: { instance: string; version: string; platform: string; before?: string | null },
): Stated | null {
  let last: Report | null = null;
  for (const each of reports) {
    if (each.instance !== of.instance || each.version !== of.version || each.platform !== of.platform) continue;
    if (last === null || last.at <= each.at) last = each;
  }
  return last === null ? null : statedOf(last, of.before ?? null);
}

function statedOf(report: Report, before: string | null): Stated {
  return {
    colour: report.colour,
    because: report.because,
    turnsGreen: report.turnsGreen ?? null,
    name: report.source,
    at: report.at,
    ...(report.value ? { value: report.value } : {}),
    ...(report.limit ? { limit: report.limit } : {}),
    ...(report.limitIs ? { limitIs: report.limitIs } : {}),
    ...(report.range ? { range: report.range } : {}),
    ...(report.sample ? { sample: report.sample } : {}),
    ...(report.baseline ? { baseline: report.baseline, before } : {}),
    ...(report.clause ? { clause: report.clause } : {}),
    evidence: {
      kind: 'report',
      label: `${report.instance}: ${report.colour}, by ${report.source}`,
      url: report.url ?? null,
      at: report.at,
      source: report.source,
    },
  };
}
