/** What the engine offers to those who stand around it (server, tests, simulation), and what it is handed. */
import type { Action } from '#domain/actions.ts';
import type { TicketState } from '#domain/health/crash-groups.ts';
import type { Observed, Unread } from '#domain/health/observed.ts';
import type { QuarantineReason } from '#domain/health/rollup.ts';
import type { Rota } from '#domain/people/rota.ts';
import type { Fact, FactKind, Source } from '#domain/facts.ts';
import type { Authority } from '#domain/release/authority.ts';
import type { Command } from '#domain/release/commands.ts';
import type { Refused } from '#domain/release/refusal.ts';
import type { EditablePart, ReleaseContents } from '#domain/release/contents.ts';
import type { App, AppClock, PlannedTimes, Release } from '#domain/release/release.ts';
import type { ReleaseKind, Track } from '#domain/release/track.ts';
import type { Plan, World } from '#domain/release/world.ts';
import type { Actor } from '#domain/roles.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import type { Instant } from '#domain/time.ts';
import type { SecretsStatus } from '#db/secrets.ts';
import type { SignedMessage } from '#lib/webhook-signature.ts';
import type { GroupDecision, ServerState } from '#db/schema.ts';
import type { Integration } from '#ports/integration.ts';

/** The machine's clock. */
export type Clock = { now(): Instant };
/** The machine's clock and each app's own: a sample app may stand in October while a real one runs beside it. */
export type AppTime = Clock & { appNow(app: string): Instant };

/** A refusal of anything that is not a track command, in the same words. */
export type EngineRefusal =
  | Refused
  | {
      ok: false;
      code: 'invalid' | 'conflict' | 'not-found' | 'not-allowed' | 'stale';
      because: string;
      wouldBeRight: string;
      at?: readonly { path: string; because: string; wouldBeRight: string }[];
    };

export type Result<T> = ({ ok: true } & T) | EngineRefusal;

export type NewApp = {
  id: string;
  name: string;
  timezone: string;
  platforms: readonly string[];
  policy?: string;
  /** It is sample data: an invented world with invented people. Only such an app may have a clock of its own. */
  sample?: boolean;
  /** The clock that a sample app begins with; the machine's when not said. */
  clock?: { at: Instant; speed: number };
};
export type NewRelease = {
  app: string;
  version: string;
  kind: ReleaseKind;
  base?: string | null;
  platforms: readonly string[];
  manager?: string | null;
  planned?: Partial<PlannedTimes>;
  startsAt?: 'planned' | 'developing';
};
/** Milestones with their new times; null: not planned any more. The reason goes into the journal. */
export type Replanning = { planned: Partial<PlannedTimes>; reason: string };

export type ReleaseName = { app: string; version: string };
/** The parts of a release that are to be written over; a part that is absent stays. */
export type ReleaseChange = Partial<Pick<ReleaseContents, EditablePart>> & { manager?: string | null };
/** A release of the past of a sample app; all of its tracks have ended. */
export type PastRelease = { release: Release; tracks: readonly Track[] };
/** One thing that a connection was asked, and what came back. `right`: what would help; null where all is well. */
export type Tried = { asked: string; ok: boolean; answer: string; right: string | null; tookMs: number };
export type NewConnection = { app: string; integration: string; settings: unknown; serves: readonly string[] };

/** One fact of a batch as accepted or not; a batch is stored whole, refused ones are named. */
export type FactReceipt = { index: number; accepted: boolean; duplicate: boolean; because?: string; wouldBeRight?: string };

/** Rows of roll-ups as they came, `row` numbered by who sent them. `completeUntil`: up to when this source has told everything; found from the rows when null. */
export type HealthBatch = { source: string; rows: readonly { row: number; value: unknown }[]; completeUntil: Instant | null };

/** The same as a source was asked for it: the same hours come again and again, and it alone says up to when all is told. `dispersion` as the port tells it. */
export type HealthRead = HealthBatch & { dispersion: number };

/** A row that was not stored, and why. */
export type QuarantinedRow = { row: number; reason: QuarantineReason; because: string; wouldBeRight: string };

/**
 * What became of a batch. `unchanged`: known already, or older than what is known. `other`: segments beyond the bound, which are part of `all` and kept nowhere else.
 * It is durable.
 */
export type HealthReceipt = { accepted: number; unchanged: number; other: number; quarantined: readonly QuarantinedRow[] };

/** What one envelope of an SDK told. `bytes`: what came, by which it is known where its parts have no ids. */
export type Heard = { app: string; platform: string; observed: readonly Observed[]; unread: readonly Unread[]; bytes: Buffer };

/** The ticket of a group and release line; `ordered`: this call ordered it. `ticket`: the tracker's key, once there is one. */
export type GroupTicket = Result<{ ticket: { line: string; state: TicketState; ticket: string | null }; ordered: boolean }>;
export type GroupWord = { is: 'not-worth-a-ticket' | 'undecided'; reason: string };
/** What became of a request with metrics. `rejected`: points that were refused, with the first reason; all others are durable. `busy`: so much waits that nothing of it was taken. */
export type HeardMetrics = Result<{ is: 'heard'; rejected: number; because: string | null } | { is: 'busy' }>;

export type CommandResult = Result<{ revision: number; version: number; track: Track; changed: boolean }>;

/** What a live track does under a policy; of a preview also what it does under the one in force (null where that cannot be planned). */
export type PlanUnder = { track: string; plan: Plan; before: Plan | null };

/** What a changed app tells the streams: the app's counter after the commit, and what changed. */
export type Change = {
  app: string;
  version: number;
  tracks: readonly string[];
  kinds: readonly ('track' | 'verdicts' | 'journal' | 'actions' | 'app' | 'facts' | 'policy' | 'questions')[];
  at: Instant;
};

export type Engine = {
  /** Starts the loops: robot, perform, observe, seal, watchdog. */
  start(): Promise<void>;
  /** Ends the loops; waits for what is in flight, 10 s at most. */
  stop(): Promise<void>;
  /** Runs until nothing is due now: for stories and tests, on whatever clock it was given. */
  settle(app?: string): Promise<void>;
  /**
   * The robot of this process leaves an app alone until the answer is called: for a player that turns its clock and tells what has happened by then, so that
   * nothing is decided at a time whose facts are not all there.
   */
  hold(app: string): () => void;
  onChange(listener: (change: Change) => void): () => void;
  /** Commits of other processes may have gone unheard until now: whoever shows something reads it anew. */
  onGap(listener: () => void): () => void;
  /** What this process works on, and whether it hears the others. */
  state(): ServerState;

  /** Whether there is an app of this name. */
  hasApp(app: string): Promise<boolean>;
  createApp(app: NewApp, by: Actor): Promise<Result<{ app: App; version: number }>>;
  /** The time of the machine and of each app. Whoever stands around the engine tells the time by this. */
  clock: AppTime;
  /**
   * Turns the clock of a sample app: to `at` (as it is when not said), passing at `speed` from now on (as before when not said; 0 stands). All that the new time
   * makes due is done at once. `until`: it stands there, until it is turned anew. Refused: for a real app, a time before the app's last entry in the journal, a speed out of 0…100,000.
   *
   * `wakes`: as a rule every track is looked at and every source read anew. `due`, on a clock that stands: only the tracks whose plan waits for a time that has
   * come; whoever turns it says with `readAgain` which sources have news.
   */
  setClock(
    app: string,
    to: { at?: Instant; speed?: number; until?: Instant },
    by: Actor,
    options?: { wakes?: 'all' | 'due' },
  ): Promise<Result<{ clock: AppClock; version: number }>>;
  /** Has sources of an app read now, whatever their schedule says. */
  readAgain(app: string, which: readonly (StorefrontKind | 'git' | 'crash-groups')[]): Promise<void>;
  /** Checks, compiles and saves a policy document (YAML or JSON). The answer lists what is wrong by line. */
  savePolicy(
    app: string,
    text: string,
    by: Actor,
    options?: { dryRun?: boolean; basedOn?: number; why?: string },
  ): Promise<Result<{ revision: number; plans: readonly PlanUnder[] }>>;
  /** Proposes a policy, which changes nothing until somebody else approves it. `basedOn` is the revision in force that it was made from. */
  proposePolicy(app: string, wanted: { text: string; basedOn: number; why: string }, by: Actor): Promise<Result<{ proposal: string }>>;
  /** Puts what was proposed into force. Refused: one's own, by whatever session or key; one that is not open; one based on a revision that is not in force. */
  approvePolicy(
    app: string,
    proposal: string,
    by: Actor,
    note: string | null,
  ): Promise<Result<{ revision: number; plans: readonly PlanUnder[] }>>;
  /** Withdraws one's own proposal, or refuses another's. */
  closeProposal(app: string, proposal: string, by: Actor, why: string): Promise<Result<{ state: 'refused' | 'withdrawn' }>>;
  /** Sets who is on call for a duty of an app; null removes the rota. */
  setRota(app: string, duty: string, rota: Rota | null, by: Actor): Promise<Result<{ duty: string }>>;
  /** Gives a sample app releases that ended before its story begins. */
  bringPast(app: string, past: readonly PastRelease[], by: Actor): Promise<Result<{ releases: number }>>;
  /** Takes a sample app out again with all that was written of it. A real app is refused. */
  removeSample(app: string, by: Actor): Promise<Result<{ app: string }>>;
  connect(connection: NewConnection, by: Actor): Promise<Result<{ id: string }>>;
  disconnect(id: string, by: Actor): Promise<Result<{ id: string }>>;
  /** Writes the settings of a connection over; secrets that are left out stay. */
  changeConnection(
    id: string,
    wanted: { settings: Record<string, unknown>; serves: readonly string[] },
    by: Actor,
  ): Promise<Result<{ id: string }>>;
  /** Asks a connection for something of each kind that it serves, changing nothing. `posts`: its chat gets a message too. */
  checkConnection(id: string, by: Actor, options: { posts: boolean }): Promise<Result<{ tried: readonly Tried[] }>>;
  /** By which connection people are told what is ordered to be told; null: by none. */
  tellerOf(app: string): Promise<{ connection: string; name: string } | null>;
  /** Calls an app otherwise; its id stays. */
  renameApp(app: string, name: string, by: Actor): Promise<Result<{ name: string }>>;
  /** A new secret with which others sign messages that wake a connection; it is told this once, and the one before counts no more. */
  openWebhook(id: string, by: Actor): Promise<Result<{ secret: string }>>;
  closeWebhook(id: string, by: Actor): Promise<Result<{ id: string }>>;
  /** A message came for a connection. Signed and new, it has the connection read now; it carries no news. `woke` false: it was heard before. */
  hearWebhook(app: string, connection: string, message: SignedMessage): Promise<Result<{ woke: boolean }>>;
  /** With which keys stored secrets are sealed. */
  secrets(): Promise<SecretsStatus>;
  /** Makes a new key where keys are kept in a file, and seals with the newest all that others have sealed. */
  rotateSecrets(by: Actor): Promise<SecretsStatus & { renewed: boolean; resealed: number }>;
  /** Reads a connected git repository's history: past releases as completed ones, live branches as current tracks. */
  importHistory(
    app: string,
    by: Actor,
    progress?: (line: string) => void,
  ): Promise<Result<{ releases: number; tracks: number; inferred: number }>>;
  planRelease(release: NewRelease, by: Actor): Promise<Result<{ release: Release; tracks: readonly string[] }>>;
  /** Gives a release other planned times, with a reason; milestones that are not named stay. */
  replanRelease(name: ReleaseName, change: Replanning, by: Actor): Promise<Result<{ planned: PlannedTimes; changed: boolean }>>;
  /** Writes parts of a release over; `basedOn` is the revision of its contents that the person saw. */
  describeRelease(
    name: ReleaseName,
    change: ReleaseChange,
    by: Actor,
    options?: { basedOn?: number },
  ): Promise<Result<{ contents: ReleaseContents; changed: boolean }>>;
  /** Adds a decision to the log of a release. */
  noteDecision(
    name: ReleaseName,
    decision: { text: string; about: string | null },
    by: Actor,
  ): Promise<Result<{ contents: ReleaseContents; changed: boolean }>>;
  /** Posts an update to the channel of a release. */
  postUpdate(name: ReleaseName, text: string, by: Actor): Promise<Result<{ contents: ReleaseContents; changed: boolean }>>;
  /** Stores facts and wakes the tracks they touch. Idempotent by the caller's key and by (source, kind, key, revision). */
  report(
    facts: readonly Fact[],
    by: Actor,
    options?: { idempotencyKey?: string; bodyHash?: string },
  ): Promise<Result<{ receipts: readonly FactReceipt[]; version: number }>>;
  /** Takes what an SDK told; the answer comes when it is durable. `busy`: so much waits that it should be sent again later, and nothing of it was taken. */
  hearHealth(heard: Heard): Promise<'heard' | 'busy'>;
  /**
   * A person asks for the ticket of a crash group, for the release line of a version (the worst live one where none is named). One that is there stays the only one;
   * what was refused of it, or waits for its next try, is tried now.
   */
  makeGroupTicket(app: string, group: number, version: string | null, by: Actor): Promise<GroupTicket>;
  /** A person has every such order tried again that was refused or waits for its next try; `left`: there are more than one call tries. Refused without a tracker. */
  retryGroupTickets(app: string, by: Actor): Promise<Result<{ ordered: number; left: boolean }>>;
  /** Whether a tracker is connected that takes tickets. */
  takesTickets(app: string): Promise<boolean>;
  /** A person decides that a crash group is worth no ticket, or takes that back. */
  decideGroup(
    app: string,
    group: number,
    word: GroupWord,
    by: Actor,
  ): Promise<Result<{ decision: GroupDecision | null; changed: boolean }>>;
  /** Takes metrics as an exporter sends them; the answer comes when they are durable. The same request again changes nothing. */
  hearMetrics(app: string, body: Buffer): Promise<HeardMetrics>;
  /** Stores roll-ups of release health; what is not believed is counted and named. The same batch again changes nothing. */
  reportHealth(app: string, batch: HealthBatch): Promise<Result<HealthReceipt>>;
  /**
   * A person's command. `looks`: as a rule the robot looks at the track before the answer is given; `later`: when it is due next, for a caller with more to say
   * first. `basedOn` is the track revision the person saw; when it moved in a way that matters, the answer is `stale`.
   */
  command(
    track: string,
    command: Command,
    by: Actor,
    options?: { basedOn?: number; idempotencyKey?: string; bodyHash?: string; looks?: 'at-once' | 'later' },
  ): Promise<CommandResult>;
  /** The robot's plan now, on stored facts, changing nothing. With a command: the plan as it would be after it. */
  plan(track: string, as?: { command: Command; by: Actor }): Promise<Result<{ plan: Plan; world: World; revision: number }>>;
  sources(app: string): Promise<readonly (Source & { kinds: readonly FactKind[] })[]>;
  verifyAudit(app?: string): Promise<{ ok: boolean; chains: number; entries: number; seals: number; problems: readonly string[] }>;
};

/** What whoever ordered something may do in an app now; asked again when the order fires. */
export type AuthorityOf = (who: Action['orderedBy'], app: string) => Promise<Authority>;

export type EngineOptions = {
  /** Left out: whoever gave an order keeps the authority that they had. For stories and simulations, whose people have no accounts. */
  authority?: AuthorityOf;
  integrations: readonly Integration[];
  clock: Clock;
  /** Milliseconds between sweeps for what a lost wake-up left. */
  sweepEveryMs?: number;
  /** Names this process in leases. */
  owner: string;
};
