/** Refusals of commands: apart from the commands, whose schemas nobody needs who is told no. */

export const refusalCodes = [
  'not-allowed',
  'wrong-stage',
  'criteria-not-met',
  'not-waivable',
  'not-found',
  'already-so',
  'not-supported',
  'reason-too-short',
  'own-request',
  'out-of-order',
  'listing-held',
  'waits-for-read-back',
  'too-soon',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Why a command was not carried out: a stable code, what was wrong, and what would be right. */
export type Refused = { ok: false; code: RefusalCode; because: string; wouldBeRight: string; holding?: readonly string[] };
