/** The words that facts are told in: what has no schema, so that pages and commands can name it without any. */

/** The audiences a build can be handed to, smallest first. */
export const audiences = ['employees', 'alpha', 'beta', 'production'] as const;
export type Audience = (typeof audiences)[number];

export const colours = ['green', 'yellow', 'red', 'unknown'] as const;
/** The colour of a verdict. On the screen: Clear, Caution, Stop, Unknown. */
export type Colour = (typeof colours)[number];

/** The states of a build in a storefront, in our words. Adapters map their vendor's onto these. */
export const storefrontStates = [
  'none',
  'draft',
  'in-review',
  'rejected',
  'approved',
  'rolling-out',
  'paused',
  'halted',
  'released',
  'replaced',
  'withdrawn',
] as const;
export type StorefrontStateName = (typeof storefrontStates)[number];

export const commitCategories = [
  'change',
  'version-bump',
  'translations',
  'release-notes',
  'dependency',
  'merge',
  'merge-back',
  'revert',
] as const;
export type CommitCategory = (typeof commitCategories)[number];

export const bugDecisions = ['blocker', 'not-a-blocker', 'fall-back', 'ask'] as const;
export type BugDecision = (typeof bugDecisions)[number];

export const signOffStates = ['pending', 'testing', 'signed', 'rejected', 'withdrawn'] as const;
