/**
 * The tables of the database, for the query builder. Written by hand; `schema.db.test.ts` holds every table, column and nullability against the
 * migrated database. Instants come out as text (connect.ts), `bigint` as a number, `jsonb` as a value.
 */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Action } from '#domain/actions.ts';
import type { Evidence, Verdict } from '#domain/criteria/criterion.ts';
import type { ActionState, Audience, BranchCommit, Bug, CherryPick, Colour, FactKind, SignOff, Waiver } from '#domain/facts.ts';
import type { Told, TicketState } from '#domain/health/crash-groups.ts';
import type { Novelty, SeverityLevel } from '#domain/health/severity.ts';
import type { Owner } from '#domain/owners/by-path.ts';
import type { InstanceEvent } from '#domain/people/events.ts';
import type { Rota } from '#domain/people/rota.ts';
import type { AppEvent, Event } from '#domain/release/events.ts';
import type { AppClock, PlannedTimes, ReleaseContents } from '#domain/release/release.ts';
import type { ReleaseKind, RobotPause, Stage, Step, Track } from '#domain/release/track.ts';
import type { RobotState } from '#domain/release/world.ts';
import type { Instant } from '#domain/time.ts';
import type { Sealed } from '#lib/keyring.ts';

/** A value kept as jsonb: written as text, read as the value. */
type Json<T extends object> = JSONColumnType<T>;
type JsonOrNull<T extends object> = ColumnType<T | null, string | null, string | null>;

/** Who did something, as rows keep it: `actsFor` is the person behind a key, `address` where the request came from. */
export type ActorStamp = {
  kind: 'person' | 'key' | 'robot' | 'integration';
  id: string;
  name: string;
  actsFor?: string;
  address?: string;
};
/** What the last plan of a track said beside events and verdicts. */
export type PlanStamp = { next: Step | null; robot: RobotState; lookAgainAt: Instant | null };
/** A seal's view of one chain. */
export type ChainHead = { chain: string; seq: number; hash: string };
/** Something of a release that was read out of history, and may be corrected. */
export type Inferred = { field: string; because: string };
/** What a reader remembers for each kind of feed. */
export type Cursors = Record<string, string>;

/** What a process says of itself with each sign of life. */
export type ServerState = {
  /** It hears what the others tell; without that it learns of their commits by looking. */
  hears: boolean;
  /** What it works on: tracks and sources by their names, lanes with what is in flight there. `since` by its own clock. */
  working: readonly { kind: 'track' | 'observe' | 'lane'; key: string; action: string | null; since: Instant }[];
};

export interface AppsTable {
  id: string;
  name: string;
  timezone: string;
  platforms: string[];
  robot_paused: JsonOrNull<RobotPause>;
  policy_revision: Generated<number>;
  version: Generated<number>;
  journal_seq: Generated<number>;
  journal_hash: Generated<string>;
  sealed_seq: Generated<number>;
  sample: Generated<boolean>;
  clock: JsonOrNull<AppClock>;
  created_at: Instant;
  recorded_at: Instant;
}

export interface PoliciesTable {
  app: string;
  revision: number;
  text: string;
  document: Json<object>;
  saved_by: Json<ActorStamp>;
  why: string | null;
  proposal: string | null;
  approved_by: JsonOrNull<ActorStamp>;
  at: Instant;
  recorded_at: Instant;
}

export interface PolicyProposalsTable {
  id: string;
  app: string;
  based_on: number;
  text: string;
  why: string;
  proposed_by: Json<ActorStamp>;
  state: 'open' | 'approved' | 'refused' | 'withdrawn';
  decided_by: JsonOrNull<ActorStamp>;
  note: string | null;
  revision: number | null;
  at: Instant;
  decided_at: Instant | null;
  recorded_at: Instant;
}

export interface RotasTable {
  app: string;
  duty: string;
  rota: Json<Rota>;
  at: Instant;
  recorded_at: Instant;
}

export interface InstanceTable {
  one: Generated<boolean>;
  journal_seq: Generated<number>;
  journal_hash: Generated<string>;
  sealed_seq: Generated<number>;
}

export interface ReleasesTable {
  app: string;
  version: string;
  kind: ReleaseKind;
  base: string | null;
  born_at: Instant;
  manager: string | null;
  planned: Json<PlannedTimes>;
  imported: Generated<boolean>;
  contents: ColumnType<Partial<ReleaseContents>, string | undefined, string>;
  inferred: ColumnType<Inferred[], string | undefined, string>;
  recorded_at: Instant;
}

export interface TracksTable {
  id: string;
  app: string;
  version: string;
  platform: string;
  kind: ReleaseKind;
  stage: Stage;
  state: Json<Track>;
  revision: Generated<number>;
  moved_revision: Generated<number>;
  policy_revision: Generated<number>;
  plan: JsonOrNull<PlanStamp>;
  look_again_at: Instant | null;
  planned_at: Instant | null;
  app_version: Generated<number>;
  ended: Generated<boolean>;
  journal_seq: Generated<number>;
  journal_hash: Generated<string>;
  sealed_seq: Generated<number>;
  at: Instant;
  recorded_at: Instant;
}

export interface ConnectionsTable {
  id: string;
  app: string;
  integration: string;
  settings: Json<Record<string, unknown>>;
  serves: string[];
  created_by: Json<ActorStamp>;
  at: Instant;
  recorded_at: Instant;
  removed_at: Instant | null;
  webhook: JsonOrNull<Sealed>;
}

export interface WebhookDeliveriesTable {
  connection: string;
  id: string;
  recorded_at: Instant;
}

export interface SourcesTable {
  app: string;
  source: string;
  kinds: FactKind[];
  connection: string | null;
  connected: Generated<boolean>;
  last_read_at: Instant | null;
  fresh_for_minutes: number | null;
  error: string | null;
  next_read_at: Instant | null;
  cursors: ColumnType<Cursors, string | undefined, string>;
  failures: Generated<number>;
  recorded_at: Instant;
}

export interface FactsTable {
  arrival: number;
  app: string;
  source: string;
  kind: FactKind;
  key: string;
  revision: number;
  at: Instant;
  recorded_at: Instant;
  reported_by: Json<ActorStamp>;
  payload: Json<object>;
}

export interface FactKeysTable {
  app: string;
  source: string;
  kind: FactKind;
  key: string;
  revision: number;
  digest: string;
}

/** What every current table has. `arrival` is the fact's number in order of arrival. */
interface Current {
  app: string;
  source: string;
  key: string;
  revision: number;
  arrival: number;
  at: Instant;
  recorded_at: Instant;
  payload: Json<object>;
}

export interface BuildsTable extends Current {
  platform: string;
  version: string;
  number: string;
  kind: 'nightly' | 'release-candidate';
  state: 'queued' | 'building' | 'succeeded' | 'failed';
  commit: string;
  branch: string | null;
  candidate: number | null;
}

export interface TestRunsTable extends Current {
  platform: string;
  version: string;
  build: string;
  suite: string;
  state: 'running' | 'passed' | 'failed';
}

export interface DistributionsTable extends Current {
  platform: string;
  version: string;
  build: string;
  audience: string;
  state: string;
}

export interface BugsTable extends Current {
  bug: string;
  title: string;
  state: 'open' | 'closed';
  platforms: string[];
  versions: string[];
  team: string | null;
  flow: string | null;
  nominated: boolean;
  ownerless_since: Instant | null;
}

export interface ChecksTable extends Current {
  platform: string;
  version: string;
  state: string;
}

export interface StorefrontStatesTable extends Current {
  platform: string;
  version: string;
  storefront: string;
  build: string | null;
  state: string;
  percent: number;
}

export interface BranchesTable extends Current {
  name: string;
  head: string;
  trunk: boolean;
  version: string | null;
  platforms: string[];
}

export interface ContainmentsTable extends Current {
  branch: string;
  head: string;
  commit: string;
  missing: string[];
}

export interface ReportsTable extends Current {
  platform: string;
  version: string;
  instance: string;
  colour: Colour;
}

export interface CommitsTable {
  app: string;
  branch: string;
  position: number;
  sha: string;
  at: Instant;
  subject: string;
  author: string;
  category: BranchCommit['category'];
  origin: JsonOrNull<NonNullable<BranchCommit['origin']>>;
}

export interface CustomAnswersTable {
  track: string;
  instance: string;
  colour: Colour;
  because: string;
  turns_green: string | null;
  url: string | null;
  at: Instant;
  recorded_at: Instant;
}

export interface BugDecisionsTable {
  track: string;
  bug: string;
  nominated: JsonOrNull<NonNullable<Bug['nominatedBy']>>;
  decision: JsonOrNull<NonNullable<Bug['decision']>>;
  at: Instant;
  recorded_at: Instant;
}

export interface BugAssignmentsTable {
  app: string;
  bug: string;
  team: string;
  by: string;
  at: Instant;
  recorded_at: Instant;
}

export interface SignOffsTable {
  id: Generated<number>;
  track: string;
  team: string;
  state: SignOff['state'];
  build: string | null;
  by: string;
  by_id: string;
  note: string | null;
  at: Instant;
  recorded_at: Instant;
}

export interface ApprovalsTable {
  id: Generated<number>;
  track: string;
  instance: string;
  by: string;
  by_id: string;
  role: string;
  answer: 'approved' | 'refused';
  build: string | null;
  note: string | null;
  at: Instant;
  recorded_at: Instant;
}

export interface TicksTable {
  id: Generated<number>;
  track: string;
  instance: string;
  by: string;
  by_id: string;
  answer: 'done' | 'refused';
  build: string | null;
  note: string | null;
  at: Instant;
  recorded_at: Instant;
}

export interface WaiversTable {
  id: string;
  track: string;
  instance: string;
  state: Waiver['state'];
  waiver: Json<Waiver>;
  at: Instant;
  recorded_at: Instant;
}

export interface CherryPicksTable {
  id: string;
  track: string;
  commit: string;
  state: CherryPick['state'];
  pick: Json<CherryPick>;
  at: Instant;
  recorded_at: Instant;
}

export interface VerdictsTable {
  track: string;
  instance: string;
  app: string;
  position: number;
  kind: string;
  colour: Colour;
  holds: Step | null;
  needed_now: boolean;
  since: Instant;
  fresh_at: Instant | null;
  verdict: Json<Verdict>;
  app_version: number;
  set_up: boolean;
  passes: boolean;
  /** A digest of the verdict as it was made. */
  print: string | null;
}

export interface VerdictHistoryTable {
  id: Generated<number>;
  track: string;
  instance: string;
  app: string;
  from_colour: Colour | null;
  to_colour: Colour;
  headline: string;
  because: string;
  evidence: ColumnType<Evidence[], string, string>;
  app_version: number;
  at: Instant;
  recorded_at: Instant;
}

export interface OutboxTable {
  key: string;
  app: string;
  track: string | null;
  lane: string;
  urgent: boolean;
  state: ActionState['state'];
  step: Step | null;
  kind: Action['effect']['kind'];
  action: Json<Action>;
  attempts: Generated<number>;
  ordered_at: Instant;
  next_try_at: Instant | null;
  ended_at: Instant | null;
  outcome: string | null;
  in_doubt: Generated<boolean>;
  recorded_at: Instant;
}

export interface QuestionsTable {
  key: string;
  app: string;
  track: string;
  kind: 'ask' | 'refused';
  step: Step | null;
  text: string;
  evidence: ColumnType<Evidence[], string, string>;
  asked_at: Instant;
  closed_at: Instant | null;
  recorded_at: Instant;
}

export interface DueTable {
  kind: string;
  key: string;
  app: string;
  at: Instant;
}

export interface LeasesTable {
  name: string;
  owner: string;
  until: Instant;
}

export interface ServersTable {
  owner: string;
  host: string;
  pid: number;
  version: string;
  address: string | null;
  started_at: Instant;
  beat_at: Instant;
  said_at: Instant;
  state: Json<ServerState>;
}

export interface JournalTable {
  chain: string;
  seq: number;
  hash: string;
  prev: string;
  app: string;
  track: string | null;
  kind: string;
  actor: Json<ActorStamp>;
  event: Json<Event | AppEvent | InstanceEvent>;
  stage_after: Stage | null;
  app_version: number;
  at: Instant;
  recorded_at: Instant;
}

export interface SealsTable {
  seq: number;
  hash: string;
  prev: string;
  heads: ColumnType<ChainHead[], string, string>;
  public_key: string;
  signature: string;
  at: Instant;
  recorded_at: Instant;
}

export interface IdempotencyKeysTable {
  scope: string;
  key: string;
  body_hash: string;
  answer: Json<object>;
  recorded_at: Instant;
}

export interface ApiKeysTable {
  id: string;
  name: string;
  hash: string;
  prefix: string;
  scopes: string[];
  roles: string[];
  teams: Generated<string[]>;
  apps: string[] | null;
  created_by: Json<ActorStamp>;
  created_at: Instant;
  last_used_at: Instant | null;
  expires_at: Instant | null;
  revoked_at: Instant | null;
  kind: Generated<'key' | 'report'>;
  acts_for: string | null;
}

export interface SetupLinksTable {
  hash: string;
  created_at: Instant;
  expires_at: Instant;
  used_at: Instant | null;
}

export interface HealthSeriesTable {
  id: Generated<number>;
  app: string;
  source: string;
  platform: string;
  version: string;
  build: string;
  audience: string;
  segment: string;
  recorded_at: Instant;
}

/** Other metrics by name: count and affected. */
export type MetricColumn = Record<string, [count: number, affected: number, affectedAtMost?: number]>;

export interface HealthRollupsTable {
  series: number;
  bucket: Instant;
  revision: number;
  users: number | null;
  new_users: number | null;
  sessions: number | null;
  consumption: number;
  consumption_least: number | null;
  crashes: number | null;
  crash_users: number | null;
  crash_users_most: number | null;
  anrs: number | null;
  anr_users: number | null;
  anr_users_most: number | null;
  metrics: JsonOrNull<MetricColumn>;
  recorded_at: Instant;
}

/** Hours of one day of a series, each column as long as `hours`; null: none of them has told it. `consumption` and `consumption_least` are in the app's own unit of use. */
export interface HealthDaysTable {
  series: number;
  day: string;
  hours: readonly number[];
  revision: readonly number[];
  users: readonly (number | null)[] | null;
  new_users: readonly (number | null)[] | null;
  sessions: readonly (number | null)[] | null;
  consumption: readonly number[];
  consumption_least: readonly (number | null)[] | null;
  crashes: readonly (number | null)[] | null;
  crash_users: readonly (number | null)[] | null;
  crash_users_most: readonly (number | null)[] | null;
  anrs: readonly (number | null)[] | null;
  anr_users: readonly (number | null)[] | null;
  anr_users_most: readonly (number | null)[] | null;
  metrics: readonly (MetricColumn | null)[] | null;
  recorded_at: Instant;
}

export interface HealthPackedTable {
  app: string;
  before: string;
}

export interface HealthSourcesTable {
  app: string;
  source: string;
  watermark: Instant | null;
  last_told_at: Instant;
  lag_seconds: number | null;
  told: number;
  dispersion: number;
}

export interface HealthStreamsTable {
  app: string;
  stream: Buffer;
  start_ns: string;
  time_ns: string;
  value: number;
}

export interface HealthFeedsTable {
  app: string;
  source: string;
  platform: string;
  watermark: Instant | null;
  last_told_at: Instant;
}

export interface HealthQuarantineTable {
  app: string;
  source: string;
  day: string;
  reason: string;
  count: number;
  because: string;
  sample: ColumnType<unknown, string, string>;
  first_at: Instant;
  last_at: Instant;
}

export interface HealthAffectedTable {
  series: number;
  what: string;
  who: Buffer;
}

export interface HealthSketchesTable {
  series: number;
  bucket: Instant;
  registers: Buffer;
}

export interface HealthDsnsTable {
  project: Generated<number>;
  app: string;
  platform: string;
  name: string;
  hash: string;
  prefix: string;
  created_by: Json<ActorStamp>;
  created_at: Instant;
  revoked_at: Instant | null;
}

export interface HealthHeardTable {
  id: Generated<number>;
  app: string;
  digests: Buffer;
  recorded_at: Instant;
}

/** A crash as an example of its group. `code`: where each frame is in the code, with its line; absent in samples of before. */
export type CrashSample = {
  at: Instant;
  version: string;
  build: string | null;
  title: string;
  frames: readonly string[];
  code?: readonly (string | null)[];
};

/** A person's word on a crash group. */
export type GroupDecision = { is: 'not-worth-a-ticket'; reason: string; by: string; at: Instant };

export interface CrashGroupsTable {
  id: Generated<number>;
  app: string;
  platform: string;
  fingerprint: string;
  title: string;
  flow: string | null;
  first_at: Instant;
  last_at: Instant;
  first_version: string;
  samples: ColumnType<CrashSample[], string, string>;
  touches: Generated<number>;
  judged_touches: Generated<number>;
  judged_at: Instant | null;
  owner: JsonOrNull<Owner>;
  owner_of: string | null;
  decision: JsonOrNull<GroupDecision>;
}

export interface CrashVersionsTable {
  crash_group: number;
  version: string;
  audience: string;
  crashes: number;
  users: number;
  first_at: Instant;
  last_at: Instant;
}

export interface CrashSegmentsTable {
  crash_group: number;
  version: string;
  segment: string;
  crashes: number;
  users: number;
}

export interface CrashPeopleTable {
  crash_group: number;
  version: string;
  audience: string;
  who: Buffer;
  crashes: number;
}

export interface CrashJudgementsTable {
  crash_group: number;
  version: string;
  level: SeverityLevel;
  below_since: Instant | null;
  level_lower: SeverityLevel;
  score: number;
  score_lower: number;
  impact: number;
  impact_lower: number;
  weight: number;
  novelty: Novelty;
  audience: Audience;
  users: number;
  crashes: number;
  exposure: number;
  ticket: boolean;
  grave: boolean;
  noise: number | null;
  since: Instant;
}

export interface CrashTicketsTable {
  crash_group: number;
  line: string;
  version: string;
  reference: string;
  ticket: string | null;
  url: string | null;
  state: TicketState;
  told: Json<Told>;
  orders: number;
  last_order: string;
  by: Json<ActorStamp>;
  outcome: string | null;
  at: Instant;
  seen_arrival: Generated<number>;
  closed_at: Instant | null;
  closed_on: Generated<string[]>;
  reopened: Generated<number>;
  nominated_on: Generated<string[]>;
}

export interface CrashCountsTable {
  crash_group: number;
  version: string;
  build: string;
  audience: string;
  segment: string;
  day: string;
  crashes: number;
  users: number;
}

/** The tables by name. */
export interface Database {
  apps: AppsTable;
  policies: PoliciesTable;
  releases: ReleasesTable;
  tracks: TracksTable;
  connections: ConnectionsTable;
  webhook_deliveries: WebhookDeliveriesTable;
  sources: SourcesTable;
  facts: FactsTable;
  fact_keys: FactKeysTable;
  builds: BuildsTable;
  test_runs: TestRunsTable;
  distributions: DistributionsTable;
  bugs: BugsTable;
  checks: ChecksTable;
  storefront_states: StorefrontStatesTable;
  branches: BranchesTable;
  containments: ContainmentsTable;
  reports: ReportsTable;
  commits: CommitsTable;
  custom_answers: CustomAnswersTable;
  bug_decisions: BugDecisionsTable;
  bug_assignments: BugAssignmentsTable;
  sign_offs: SignOffsTable;
  approvals: ApprovalsTable;
  ticks: TicksTable;
  waivers: WaiversTable;
  cherry_picks: CherryPicksTable;
  verdicts: VerdictsTable;
  verdict_history: VerdictHistoryTable;
  outbox: OutboxTable;
  questions: QuestionsTable;
  due: DueTable;
  leases: LeasesTable;
  servers: ServersTable;
  journal: JournalTable;
  seals: SealsTable;
  idempotency_keys: IdempotencyKeysTable;
  api_keys: ApiKeysTable;
  setup_links: SetupLinksTable;
  policy_proposals: PolicyProposalsTable;
  rotas: RotasTable;
  instance: InstanceTable;
  health_series: HealthSeriesTable;
  health_rollups: HealthRollupsTable;
  health_days: HealthDaysTable;
  health_packed: HealthPackedTable;
  health_sources: HealthSourcesTable;
  health_feeds: HealthFeedsTable;
  health_streams: HealthStreamsTable;
  health_quarantine: HealthQuarantineTable;
  health_affected: HealthAffectedTable;
  health_sketches: HealthSketchesTable;
  health_dsns: HealthDsnsTable;
  health_heard: HealthHeardTable;
  crash_groups: CrashGroupsTable;
  crash_counts: CrashCountsTable;
  crash_versions: CrashVersionsTable;
  crash_segments: CrashSegmentsTable;
  crash_people: CrashPeopleTable;
  crash_judgements: CrashJudgementsTable;
  crash_tickets: CrashTicketsTable;
}
