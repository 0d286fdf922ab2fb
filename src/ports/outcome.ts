/** What a writer of a port answers. Refusals are values that answer questions; only trouble is thrown. */

/** It is so now (`already`: it was so before we asked). */
export type Done = { ok: true; already: boolean; note: string };

/** The vendor will not, and trying again unchanged will not help: a person must look. */
export type PortRefused = {
  ok: false;
  /** Words for a person, with the vendor's own message. */
  because: string;
  wouldHelp: string;
  isAlreadyInReview: boolean;
  needsHigherBuildNumber: boolean;
  listingIsHeldBy: string | null;
  isFinal: boolean;
};

export type Outcome = Done | PortRefused;

export const done = (note: string, already = false): Done => ({ ok: true, already, note });

/** A refusal with every question answered; name only what differs from "no". */
export function refused(
  because: string,
  wouldHelp: string,
  answers: Partial<Omit<PortRefused, 'ok' | 'because' | 'wouldHelp'>> = {},
): PortRefused {
  return {
    ok: false,
    because,
    wouldHelp,
    isAlreadyInReview: false,
    needsHigherBuildNumber: false,
    listingIsHeldBy: null,
    isFinal: true,
    ...answers,
  };
}
