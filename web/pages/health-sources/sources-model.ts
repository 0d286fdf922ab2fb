/** How fresh a source of health is, in words and as a lamp. */
import { minutesBetween } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import type { health } from '../../api/health-client.ts';
import { spokenLength } from '../../util/time.ts';

export type HealthSource = Awaited<ReturnType<typeof health.listHealthSources>>['items'][number];

/** Roll-ups come by the hour: one that lies this long behind has missed some, and then is silent. */
const LATE_AFTER_MINUTES = 3 * 60;
const SILENT_AFTER_MINUTES = 26 * 60;

/** `fresh`: the newest whole hours are told. `late`: some are missing. `silent`: nothing that was believed was told for a day, and what rests on it is unknown. */
export type SourceState = 'fresh' | 'late' | 'silent';

export function stateOf(
  { watermark, lastToldAt, told }: Pick<HealthSource, 'watermark' | 'lastToldAt' | 'told'>,
  now: Instant,
): SourceState {
  if (told === 0) return 'silent';
  const behind = minutesBetween(watermark ?? lastToldAt, now);
  return behind <= LATE_AFTER_MINUTES ? 'fresh' : behind <= SILENT_AFTER_MINUTES ? 'late' : 'silent';
}

export const stateLamps: Readonly<Record<SourceState, 'clear' | 'caution' | 'unknown'>> = {
  fresh: 'clear',
  late: 'caution',
  silent: 'unknown',
};
export const stateNames: Readonly<Record<SourceState, string>> = { fresh: 'Fresh', late: 'Late', silent: 'Silent' };

/** `an hour is told 12 minutes after its end` */
export function lagInWords(lagSeconds: number | null): string {
  return lagSeconds === null
    ? 'not measured yet'
    : lagSeconds <= 0
      ? 'while the hour goes on'
      : `${spokenLength(lagSeconds * 1000)} after the hour ended`;
}

/** Source by name as people call it: `sentry` is what an SDK sends to a DSN of ours. */
export function sourceTitle(source: string): string {
  return source === 'sentry' ? 'SDKs, by a DSN' : source;
}

/** The sample of what was not believed, on as many characters as a screen is ready to read. */
export function sampleText(sample: unknown): string {
  const text = typeof sample === 'string' ? sample : JSON.stringify(sample, null, 1);
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}
