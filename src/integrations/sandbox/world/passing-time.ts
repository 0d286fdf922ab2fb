/** What storefronts do by themselves while time passes: reviews end, phases advance, pauses run out. */
import { plusMs } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import { approve, goOn, nextPhase } from './moves.ts';
import { rulesOf } from './rules.ts';
import type { Listing, Release } from './state.ts';

type Due = { at: Instant; happens: () => void };

/** Lets all that was due until `now` happen, in order and each at its own time. Answers whether anything did. */
export function letTimePass(listing: Listing, now: Instant): boolean {
  let changed = false;
  for (;;) {
    const due = listing.releases
      .flatMap((release) => dueOf(listing, release))
      .reduce<Due | null>((first, each) => (first === null || each.at < first.at ? each : first), null);
    if (due === null || due.at > now) return changed;
    due.happens();
    changed = true;
  }
}

function dueOf(listing: Listing, release: Release): Due[] {
  const by = listing.storefront;
  if (release.state === 'in-review' && release.reviewEndsAt !== null) {
    const at = release.reviewEndsAt;
    return [{ at, happens: () => approve(listing, release, { by, key: null, at }) }];
  }
  if (release.state === 'rolling-out' && release.phase?.dueAt) {
    const at = release.phase.dueAt;
    return [{ at, happens: () => nextPhase(listing, release, { by, key: null, at }) }];
  }
  const { pauseBudgetMs } = rulesOf[listing.storefront];
  if (release.state === 'paused' && release.pausedSince !== null && pauseBudgetMs !== null) {
    // What happens after 30 paused days is not documented; the sandbox takes the worse of the guesses: it goes on by itself.
    const at = plusMs(release.pausedSince, Math.max(0, pauseBudgetMs - release.pausedMs));
    return [{ at, happens: () => goOn(release, { by, key: null, at }) }];
  }
  return [];
}
