/** A rule of health in words. */
import { numberInWords, stepInWords } from '#domain/names.ts';
import type { Stage, Step } from '#domain/release/track.ts';
import type { PlatformHealthRules } from '../../api/health-client.ts';
import { listed, metricTitle, rateText } from '../../parts/health-chart/series-model.ts';

type Rule = PlatformHealthRules['rules'][number];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function limitInWords({ kind, metric, limit, unit, of }: Pick<Rule, 'kind' | 'metric' | 'limit' | 'unit' | 'of'>): string {
  if (limit !== null)
    return `${metric === null ? 'A rate' : metricTitle(metric)} of at most ${rateText(limit)} affected people per ${unit.toLocaleString('en')} ${of}`;
  switch (kind) {
    case 'enough-usage':
      return 'As much use as a verdict takes';
    default:
      return 'None of its own';
  }
}

export function baselineInWords({ baseline, ratio }: Pick<Rule, 'baseline' | 'ratio'>): string {
  const allowed = ratio === null ? '' : `, up to ${ratio} times`;
  if (baseline === null) return ratio === null ? 'Nothing but the limit' : `What was before${allowed}`;
  const last = /^last-(\d+)-at-same-age$/.exec(baseline)?.[1];
  const which =
    last === undefined
      ? capital(baseline.replaceAll('-', ' '))
      : `The last ${last === '1' ? 'release' : `${numberInWords(Number(last))} releases`} before it, at the same age`;
  return `${which}${allowed}`;
}

const stageWords = (stage: Stage): string => stage.replaceAll('-', ' ');

/** Before which steps it stands, when it is only watched, and of whom it is asked. */
export function whenInWords({ holds, watchedWhile, halts, audience }: Pick<Rule, 'holds' | 'watchedWhile' | 'halts' | 'audience'>): string {
  const parts = [
    holds.length === 0 ? null : `before ${listed(holds.map((step) => stepInWords(step as Step)))}`,
    halts ? 'while a rollout goes on' : null,
    watchedWhile.length === 0 ? null : `watched while ${listed(watchedWhile.map(stageWords))}`,
  ].flatMap((part) => part ?? []);
  return `${capital(parts.join('; '))}${audience === null || audience === 'by-stage' ? '' : `, of ${audience}`}`;
}

/** What happens when it turns red. */
export function redInWords({ halts, holds, informing }: Pick<Rule, 'halts' | 'holds' | 'informing'>, halt: 'auto' | 'ask'): string {
  if (informing) return 'Is shown, and holds nothing';
  const parts = [
    halts ? (halt === 'auto' ? 'halts the rollout at once, by the robot' : 'asks for a halt') : null,
    holds.length === 0 ? null : `holds ${listed(holds.map((step) => stepInWords(step as Step)))}`,
  ].flatMap((part) => part ?? []);
  return parts.length === 0 ? 'Is shown, and holds nothing' : capital(parts.join(', and '));
}
