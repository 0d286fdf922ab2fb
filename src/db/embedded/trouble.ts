/** Why the embedded PostgreSQL could not be used. Each code has a cure of its own, which the message says. */
export type EmbeddedTroubleCode =
  | 'unsupported-platform'
  | 'missing-binary'
  | 'in-use'
  | 'permission'
  | 'other-version'
  | 'not-a-cluster'
  | 'disk-full'
  | 'no-account'
  | 'path-too-long'
  | 'failed';

/** A failure of the embedded PostgreSQL that its message explains to the person who started the program; no stack is needed to act on it. */
export class EmbeddedTrouble extends Error {
  readonly code: EmbeddedTroubleCode;

  constructor(code: EmbeddedTroubleCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedTrouble';
    this.code = code;
  }
}

/** The way out that every one of these failures has. */
export const USE_YOUR_OWN = 'Or set DATABASE_URL to a PostgreSQL server (15 or later) of your own.';
