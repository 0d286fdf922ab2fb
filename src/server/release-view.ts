/** A release's page: its contents with what became of its updates, its nightlies, and the trains to come. */
import type { Nightly, ReleaseContentsView } from '#api/releases.ts';
import { updatesSent } from '#db/views/releases.ts';
import { nextBranchDay, plannedTimes } from '#domain/calendar/cycle.ts';
import { cycleOf } from '#domain/policy/compile.ts';
import type { PolicyDocument } from '#domain/policy/document.ts';
import type { ReleaseContents } from '#domain/release/contents.ts';
import type { PlannedTimes } from '#domain/release/release.ts';
import type { Instant } from '#domain/time.ts';
import type { Room } from './context.ts';

/** The contents as the API gives them. An update that was never ordered (a release without a track) stays `noted`. */
export async function contentsView(room: Pick<Room, 'db'>, contents: ReleaseContents): Promise<ReleaseContentsView> {
  const sent = new Map(
    (
      await updatesSent(
        room.db,
        contents.updates.map(({ key }) => key),
      )
    ).map((row) => [row.key, row]),
  );
  return {
    ...contents,
    bigFeature: contents.bigFeature === null ? null : { ...contents.bigFeature },
    storeNotes: contents.storeNotes.map((note) => ({ ...note })),
    reviews: contents.reviews.map((review) => ({ ...review, accounts: review.accounts.map((account) => ({ ...account })) })),
    decisions: contents.decisions.map((decision) => ({ ...decision })),
    updates: contents.updates.map((update) => ({
      ...update,
      state: sent.get(update.key)?.state ?? 'noted',
      outcome: sent.get(update.key)?.outcome ?? null,
    })),
  };
}

/** One word for all suites of a build: the worst that is known. */
export function outcomeOf(suites: readonly ('running' | 'passed' | 'failed')[]): Nightly['tests'] {
  if (suites.includes('failed')) return 'failed';
  if (suites.includes('running')) return 'running';
  return suites.length === 0 ? 'none' : 'passed';
}

type Closed = { from: string; to: string; why: string };

/** The coming trains: those that have a release, and from the last of them on those that the cycle gives. */
export function trainsOf(
  document: PolicyDocument,
  releases: readonly { version: string; planned: PlannedTimes }[],
  now: Instant,
  count: number,
): { items: { planned: PlannedTimes; version: string | null }[]; closed: Closed[]; cadenceWeeks: number | null } {
  const cycle = cycleOf(document);
  const { timezone } = document;
  const items: { planned: PlannedTimes; version: string | null }[] = releases
    .filter(({ planned }) => planned.branch !== null && planned.branch >= now)
    .map(({ version, planned }) => ({ version, planned }))
    .toSorted((a, b) => ((a.planned.branch ?? '') < (b.planned.branch ?? '') ? -1 : 1));
  let after = items.at(-1)?.planned.branch ?? now;
  while (items.length < count) {
    const branchDay = nextBranchDay({ cycle, timezone, after });
    if (branchDay === null) break;
    const planned = plannedTimes({ cycle, timezone, branchDay });
    if (planned.branch === null) break;
    items.push({ planned, version: null });
    after = planned.branch;
  }
  const shown = items.slice(0, count);
  // what closes days until well after the last train; what is past tells nothing
  const today = now.slice(0, 10);
  const closed = cycle.closed.filter(({ to }) => to >= today).toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return { items: shown, closed: closed.map((each) => ({ ...each })), cadenceWeeks: cycle.weeks };
}
