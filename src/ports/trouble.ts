/** Network trouble, 5xx, rate limits, expired keys: thrown by adapters, says whether and when another try makes sense. */
export class Trouble extends Error {
  /** `again`: another try makes sense, not before `afterMs`. `person`: the connection itself must be mended (key, permission, address). */
  readonly cure: 'again' | 'person';
  readonly afterMs: number | null;
  /** The request may have taken effect although no answer came. */
  readonly mayHaveHappened: boolean;

  constructor(
    message: string,
    options: { cure?: 'again' | 'person'; afterMs?: number | null; mayHaveHappened?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'Trouble';
    this.cure = options.cure ?? 'again';
    this.afterMs = options.afterMs ?? null;
    this.mayHaveHappened = options.mayHaveHappened ?? true;
  }
}
