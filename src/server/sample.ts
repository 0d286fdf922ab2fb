/** What the server asks of the room that plays samples: made in main.ts, handed in with the room. */
import type { Actor, Role } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';

export type SampleRefusal = {
  ok: false;
  code: 'invalid' | 'conflict' | 'not-found' | 'not-allowed';
  because: string;
  wouldBeRight: string;
};
export type SampleStands = {
  app: string;
  variant: string;
  /** Where it stands in its own time. */
  at: Instant;
  /** How fast its story goes on: 0 stands. */
  speed: number;
  /** The next thing that happens in it; null at the end of the story. */
  next: { at: Instant; title: string } | null;
};
export type SampleMove = { at?: string | undefined; speed?: number | undefined };

export type SampleService = {
  /** The variants, and from when to when the story goes. */
  story(): {
    variants: readonly { name: string; about: string }[];
    begins: Instant;
    ends: Instant;
    moment: Instant;
    zone: string;
    /** Moments that are worth a look, in order. */
    moments: readonly { id: string; at: Instant; title: string }[];
  };
  all(): readonly SampleStands[];
  /** The invented people of a sample, who are no accounts; nobody where the app is no sample of this process. */
  peopleOf(app: string): readonly { id: string; name: string; roles: readonly Role[]; teams: readonly string[] }[];
  /** Makes a sample app and plays it to where it is wanted. Each line of progress is for people. */
  make(
    wanted: { app?: string | undefined; variant?: string | undefined } & SampleMove,
    by: Actor,
    progress: (line: string) => void,
  ): Promise<({ ok: true } & SampleStands) | SampleRefusal>;
  /** Plays a sample on, or anew where an earlier time is wanted. */
  move(app: string, to: SampleMove, by: Actor, progress: (line: string) => void): Promise<({ ok: true } & SampleStands) | SampleRefusal>;
  remove(app: string, by: Actor): Promise<{ ok: true } | SampleRefusal>;
};
