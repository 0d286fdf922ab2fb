/** One criterion instance of a policy, compiled: its kind is known and its settings are parsed. */
export type Instance = {
  id: string;
  kind: string;
  title: string;
  settings: unknown;
  /** A source that was never connected counts as unknown instead of not set up. */
  required: boolean;
  /** Shown, never holding. */
  informing: boolean;
  /** Overrides the source's own limit. */
  freshForMinutes: number | null;
  waivable: boolean;
};
