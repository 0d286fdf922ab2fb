/** What the sandbox's systems answer when they will not: a code, words, and what would help. */
export const refusalCodes = [
  'already-in-review',
  'already-approved',
  'already-published',
  'advances-by-itself',
  'build-not-ready',
  'budget-used-up',
  'cannot-halt-when-full',
  'cannot-withdraw',
  'console-only',
  'final-state',
  'first-release-not-staged',
  'halted',
  'listing-held',
  'lower-percentage',
  'needs-higher-build',
  'needs-higher-version',
  'not-approved',
  'not-live',
  'not-possible-here',
  'not-submitted',
  'other-build',
  'replaced',
  'same-state',
  'wrong-input',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export type Refusal = { ok: false; code: RefusalCode; because: string; wouldHelp: string; heldBy: string | null };

export function refuse(code: RefusalCode, because: string, wouldHelp: string, heldBy: string | null = null): Refusal {
  return { ok: false, code, because, wouldHelp, heldBy };
}
