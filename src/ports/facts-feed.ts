/** Facts that a tracker, CI or any other source holds, read since a cursor of its own. */
import type { Fact } from '#domain/facts.ts';

export type FactsFeed = {
  /** Facts that changed since `cursor` (null: all that is alive), oldest first, and the cursor to go on from. */
  changesSince(app: string, cursor: string | null): Promise<{ facts: readonly Fact[]; cursor: string }>;
};
