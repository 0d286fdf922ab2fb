import { minutesBetween } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';

export type Freshness = 'fresh' | 'ageing' | 'stale' | 'failing' | 'pushes' | 'not-connected';

/** How fresh a source is: `ageing` past half of its limit. One without a limit pushes, and may be silent for as long as nothing changes. */
export function freshnessOf(
  source: { connected: boolean; lastReadAt: Instant | null; freshForMinutes: number | null; error: string | null },
  now: Instant,
): Freshness {
  if (!source.connected) return 'not-connected';
  if (source.error !== null) return 'failing';
  if (source.freshForMinutes === null) return 'pushes';
  if (source.lastReadAt === null) return 'stale';
  const age = minutesBetween(source.lastReadAt, now);
  if (age >= source.freshForMinutes) return 'stale';
  return age > source.freshForMinutes / 2 ? 'ageing' : 'fresh';
}
