/** Apps and releases: what tracks hang on. */
import type { Instant } from '../time.ts';
import type { ReleaseKind, RobotPause, Stage } from './track.ts';

export type { ReleaseContents } from './contents.ts';

export type App = {
  /** A slug: `music`. */
  id: string;
  name: string;
  /** IANA zone; the plan is in this zone. */
  timezone: string;
  platforms: readonly string[];
  robotPaused: RobotPause | null;
};

/**
 * An app's own time: `at` is what it is there, `when` the machine's time then, `speed` how fast it passes (0 stands). `until`: at which it stands until it is turned
 * anew; a player is never overtaken by the time of what it plays. Absent where it runs on.
 */
export type AppClock = { at: Instant; when: Instant; speed: number; until?: Instant };

/** One version of one app across its platforms. Planned times are the calendar's, and null where the cycle names none. */
export type Release = {
  app: string;
  version: string;
  kind: ReleaseKind;
  /** The version whose base this hotfix or replacement takes. */
  base: string | null;
  bornAt: Instant;
  manager: string | null;
  planned: PlannedTimes;
  /** Read out of a repository's history and not watched while it happened. */
  imported: boolean;
};

export type PlannedTimes = {
  branch: Instant | null;
  candidate: Instant | null;
  submit: Instant | null;
  start: Instant | null;
  finish: Instant | null;
};

/** Another track of the app, as far as this one's rules need it. */
export type Sibling = {
  id: string;
  version: string;
  platform: string;
  kind: ReleaseKind;
  stage: Stage;
  since: Instant;
  reached: Readonly<Partial<Record<Stage, Instant>>>;
  candidateBuild: string | null;
  /** The commit that shipped, where one is known: what a hotfix is cut from. */
  candidateCommit?: string | null;
  percent: number | null;
  /** By how many versions of the app it is ahead of this track; negative: it is behind. */
  order: number;
};
