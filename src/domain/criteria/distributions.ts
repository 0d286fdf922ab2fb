/** What was last said of a build's way to an audience. */
import type { Audience, Distribution } from '../facts.ts';

/** The newest word on a build's way to an audience, or null when nothing was said. */
export function latestTo(
  all: readonly Distribution[],
  of: { version: string; platform: string; build: string; audience: Audience },
): Distribution | null {
  let last: Distribution | null = null;
  for (const each of all) {
    if (each.version !== of.version || each.platform !== of.platform || each.build !== of.build || each.audience !== of.audience) continue;
    if (last === null || last.at <= each.at) last = each;
  }
  return last;
}
