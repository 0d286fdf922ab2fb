import type { BugDecision } from '#domain/facts.ts';

/** What was decided of a bug, as lists say it. */
export const decisionNames: Readonly<Record<BugDecision, string>> = {
  'fall-back': 'Fall back',
  blocker: 'Blocker',
  'not-a-blocker': 'Not a blocker',
  ask: 'Ask',
};
