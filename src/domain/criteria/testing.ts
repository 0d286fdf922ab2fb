/**
 * Sample apps, releases, tracks, policies and facts for tests: music 8.9.2 on ios on Tue 1 Oct 2024, a quiet world in which nothing is known
 * yet and nothing is wrong. Each test says what differs.
 */
import type { Audience, Bug, BranchCommit, Build, Check, Distribution, SignOff, StorefrontState, TestRun, TrackFacts } from '../facts.ts';
import { HOUR_MS, hourOf } from '../health/rollup.ts';
import { keyOfQuestion } from '../health/told.ts';
import { nothingTold, SEEN_BEFORE } from '../health/health-facts.ts';
import type { HealthQuestion } from '../health/told.ts';
import type { HealthAnswer, HealthFacts, ToldHour } from '../health/health-facts.ts';
import type { App, PlannedTimes, Release, Sibling } from '../release/release.ts';
import { stages, trackId } from '../release/track.ts';
import type { Candidate, Cut, Stage, Track } from '../release/track.ts';
import type { Team, TrackPolicy } from '../policy/track-policy.ts';
import type { Instant } from '../time.ts';
import type { Finding, JudgeAt } from './criterion.ts';
import { healthQuestionsOf, judge, parseInstance } from './index.ts';

/** The moment of the samples: Tue 1 Oct 2024, 14:20 in Stockholm. */
export const sampleNow: Instant = '2024-10-01T12:20:00.000Z';

/** Commits of the sample release branch `release/8.9.2`, from its cut to the fix of PLAY-1. */
export const sampleShas = {
  cut: 'c0ffee0000000000000000000000000000000000',
  first: 'a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1',
  second: 'b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2',
  third: 'c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3',
} as const;

export const sampleCut: Cut = { branch: 'release/8.9.2', sha: sampleShas.cut, at: '2024-09-27T07:12:00.000Z', inferred: false };
/** RC 3, build 1047, of the second commit. */
export const sampleCandidate: Candidate = {
  build: '1047',
  commit: sampleShas.second,
  candidate: 3,
  chosenAt: '2024-09-30T10:40:00.000Z',
  chosenBy: 'M. Lind',
};

export function anApp(overrides: Partial<App> = {}): App {
  return {
    id: 'music',
    name: 'Music',
    timezone: 'Europe/Stockholm',
    platforms: ['android', 'ios', 'desktop'],
    robotPaused: null,
    ...overrides,
  };
}

/** The planned times of the sample release: the weekly train, branch on Friday, submission on Monday 17:00. */
export const samplePlan: PlannedTimes = {
  branch: '2024-09-27T07:00:00.000Z',
  candidate: '2024-09-30T10:00:00.000Z',
  submit: '2024-09-30T15:00:00.000Z',
  start: '2024-10-01T07:00:00.000Z',
  finish: '2024-10-02T07:00:00.000Z',
};

/** Nothing has a planned time unless the test says `planned: samplePlan`. */
export function aRelease(overrides: Partial<Release> = {}): Release {
  return {
    app: 'music',
    version: '8.9.2',
    kind: 'regular',
    base: null,
    bornAt: '2024-09-20T07:00:00.000Z',
    manager: 'M. Lind',
    planned: { branch: null, candidate: null, submit: null, start: null, finish: null },
    imported: false,
    ...overrides,
  };
}

/** Every field a track of any stage may have; `aTrack` picks those of its stage. */
type TrackOverrides = Partial<{
  app: string;
  version: string;
  platform: string;
  kind: Track['kind'];
  since: Instant;
  reached: Track['reached'];
  submissions: number;
  halts: number;
  back: Track['back'];
  noted: Track['noted'];
  rejectedBuilds: Track['rejectedBuilds'];
  robotPaused: Track['robotPaused'];
  cut: Cut;
  candidate: Candidate;
  submittedAt: Instant;
  percent: number;
  percentSince: Instant;
  startedAt: Instant;
  watchUntil: Instant;
  halting: Extract<Track, { stage: 'rolling-out' }>['halting'];
  resuming: Extract<Track, { stage: 'halted' }>['resuming'];
  why: string;
  by: string;
  supersededBy: string;
}>;

const startedAt: Instant = '2024-10-01T06:05:00.000Z';

/** `music/8.9.2/ios` in a stage, with only the fields that stage has. */
export function aTrack<S extends Stage>(stage: S, overrides: TrackOverrides = {}): Extract<Track, { stage: S }> {
  const of: Required<TrackOverrides> = {
    app: 'music',
    version: '8.9.2',
    platform: 'ios',
    kind: 'regular',
    since: '2024-09-30T10:40:00.000Z',
    reached: {},
    submissions: 0,
    halts: 0,
    back: null,
    noted: {},
    rejectedBuilds: [],
    robotPaused: null,
    cut: sampleCut,
    candidate: sampleCandidate,
    submittedAt: '2024-09-30T15:12:00.000Z',
    percent: 1,
    percentSince: startedAt,
    startedAt,
    watchUntil: '2024-10-09T06:05:00.000Z',
    halting: null,
    resuming: null,
    why: 'a sample reason',
    by: 'M. Lind',
    supersededBy: 'music/8.9.3/ios',
    ...overrides,
  };
  const { app, version, platform, kind, since, reached, submissions, halts, back, noted, rejectedBuilds, robotPaused } = of;
  const every = {
    id: trackId(app, version, platform),
    app,
    version,
    platform,
    kind,
    since,
    reached,
    submissions,
    halts,
    back,
    noted,
    rejectedBuilds,
    robotPaused,
  };
  return only(stage, trackIn(stage, every, of));
}

function trackIn(stage: Stage, every: Omit<Extract<Track, { stage: 'planned' }>, 'stage'>, of: Required<TrackOverrides>): Track {
  const { cut, candidate } = of;
  switch (stage) {
    case 'planned':
    case 'developing':
      return { ...every, stage };
    case 'stabilising':
      return { ...every, stage, cut };
    case 'candidate':
    case 'store-approved':
      return { ...every, stage, cut, candidate };
    case 'in-review':
      return { ...every, stage, cut, candidate, submittedAt: of.submittedAt };
    case 'rolling-out':
      return {
        ...every,
        stage,
        cut,
        candidate,
        percent: of.percent,
        percentSince: of.percentSince,
        startedAt: of.startedAt,
        halting: of.halting,
      };
    case 'halted':
      return {
        ...every,
        stage,
        cut,
        candidate,
        percent: of.percent,
        startedAt: of.startedAt,
        why: of.why,
        by: of.by,
        resuming: of.resuming,
      };
    case 'released':
      return { ...every, stage, cut, candidate, startedAt: of.startedAt, watchUntil: of.watchUntil, halting: of.halting };
    case 'completed':
      return { ...every, stage, cut, candidate, why: of.why };
    case 'canceled':
      return { ...every, stage, cut, candidate, why: of.why, by: of.by };
    case 'superseded':
      return { ...every, stage, cut, candidate, why: of.why, supersededBy: of.supersededBy };
    default:
      return stage satisfies never;
  }
}

function only<S extends Stage>(stage: S, track: Track): Extract<Track, { stage: S }> {
  if (!isIn(stage, track)) throw new Error(`the sample track is ${track.stage}, not ${stage}`);
  return track;
}

function isIn<S extends Stage>(stage: S, track: Track): track is Extract<Track, { stage: S }> {
  return track.stage === stage;
}

/** A team that tests by hand and owns nothing in particular. */
export function aTeam(id: string, overrides: Partial<Team> = {}): Team {
  return { id, owns: [], channel: `#${id}`, testing: 'manual', ...overrides };
}

/** A policy of `weekly-mobile` on the App Store at 1, 100 %, without criteria, windows or teams; the robot is `auto`. */
export function aPolicy(overrides: Partial<TrackPolicy> = {}): TrackPolicy {
  return {
    revision: 1,
    timezone: 'Europe/Stockholm',
    platform: 'ios',
    process: 'weekly-mobile',
    stages: [...stages],
    storefronts: ['app-store-connect'],
    rollout: [1, 100],
    before: {},
    haltsWhileRollingOut: [],
    watchWhile: {},
    rows: [],
    robot: { cut: 'auto', candidate: 'auto', submit: 'auto', start: 'auto', raise: 'auto', halt: 'auto', tag: 'auto' },
    windows: {},
    freezes: [],
    ignore: ['version-bump', 'translations'],
    teams: [],
    signOffs: 'all-teams',
    bugs: { criticalFlows: [], decide: 'release-manager' },
    waivers: { secondApprover: [] },
    watchMinutes: 7 * 24 * 60,
    holdBeforeOwnMoveMinutes: 60,
    code: { releaseBranch: 'release/{version}', tag: 'v{version}' },
    ...overrides,
  };
}

/** Facts of a track about which nothing is known. */
export function someFacts(overrides: Partial<TrackFacts> = {}): TrackFacts {
  return {
    branch: null,
    commits: [],
    builds: [],
    nightlies: [],
    missing: {},
    testRuns: [],
    distributions: [],
    bugs: [],
    signOffs: [],
    checks: [],
    approvals: [],
    ticks: [],
    cherryPicks: [],
    storefronts: [],
    reports: [],
    customAnswers: [],
    health: nothingTold,
    waivers: [],
    sources: [],
    actions: [],
    ...overrides,
  };
}

/** RC 3, build 1047, of the second commit: built on Monday morning. */
export function aBuild(overrides: Partial<Build> = {}): Build {
  return {
    platform: 'ios',
    version: '8.9.2',
    number: '1047',
    kind: 'release-candidate',
    state: 'succeeded',
    commit: sampleShas.second,
    candidate: 3,
    at: '2024-09-30T07:41:00.000Z',
    source: 'ci',
    ...overrides,
  };
}

export function aTestRun(overrides: Partial<TestRun> = {}): TestRun {
  return {
    platform: 'ios',
    version: '8.9.2',
    build: '1047',
    suite: 'ui',
    state: 'passed',
    attempts: 1,
    at: '2024-09-30T08:30:00.000Z',
    source: 'ci',
    ...overrides,
  };
}

export function aDistribution(overrides: Partial<Distribution> = {}): Distribution {
  return {
    platform: 'ios',
    version: '8.9.2',
    build: '1047',
    audience: 'beta',
    state: 'delivered',
    at: '2024-09-30T09:00:00.000Z',
    source: 'testflight',
    ...overrides,
  };
}

export function aCommit(overrides: Partial<BranchCommit> = {}): BranchCommit {
  return {
    sha: sampleShas.first,
    at: '2024-09-28T09:00:00.000Z',
    subject: 'Keep the queue after a reconnect',
    author: 'A. Author',
    category: 'change',
    origin: null,
    ...overrides,
  };
}

/** The sample branch's three commits since its cut, oldest first. */
export const sampleCommits: readonly BranchCommit[] = [
  aCommit(),
  aCommit({ sha: sampleShas.second, at: '2024-09-30T06:00:00.000Z', subject: 'Do not crash without a cover' }),
  aCommit({ sha: sampleShas.third, at: '2024-10-01T11:31:00.000Z', subject: 'Resume after the car reconnects (#88213)' }),
];

/** The release branch with its head at a commit. */
export function aBranch(head: string = sampleShas.second): NonNullable<TrackFacts['branch']> {
  return {
    name: 'release/8.9.2',
    head,
    trunk: false,
    version: '8.9.2',
    platforms: [],
    cut: { sha: sampleCut.sha, at: sampleCut.at, inferred: false },
    at: '2024-10-01T12:19:00.000Z',
    source: 'git',
  };
}

/** PLAY-1 of team player, open on 8.9.2, neither nominated nor decided. */
export function aBug(overrides: Partial<Bug> = {}): Bug {
  return {
    key: 'PLAY-1',
    title: 'Playback stops after the car reconnects',
    state: 'open',
    platforms: [],
    versions: ['8.9.2'],
    team: 'player',
    flow: null,
    severity: null,
    nominated: false,
    fixedBy: [],
    verifiedOn: [],
    at: '2024-09-30T19:00:00.000Z',
    source: 'tracker',
    nominatedBy: null,
    decision: null,
    ownerlessSince: null,
    ...overrides,
  };
}

/** A decision about a bug, by the release manager. */
export function aDecision(
  is: NonNullable<Bug['decision']>['is'],
  overrides: Partial<NonNullable<Bug['decision']>> = {},
): NonNullable<Bug['decision']> {
  return {
    is,
    by: 'M. Lind',
    at: '2024-09-30T19:14:00.000Z',
    reason: 'playback is what people come for',
    risk: null,
    impact: null,
    workaround: null,
    ...overrides,
  };
}

/** Team player signs build 1047. */
export function aSignOff(overrides: Partial<SignOff> = {}): SignOff {
  return { team: 'player', state: 'signed', build: '1047', by: 'P. Player', at: '2024-09-30T12:00:00.000Z', note: null, ...overrides };
}

export function aCheck(overrides: Partial<Check> = {}): Check {
  return {
    key: 'ITGC-1',
    title: 'Client reporting reaches the backend',
    platform: 'ios',
    version: '8.9.2',
    state: 'closed',
    team: 'data-integrity',
    at: '2024-10-01T09:00:00.000Z',
    source: 'tracker',
    ...overrides,
  };
}

export function aStorefrontState(overrides: Partial<StorefrontState> = {}): StorefrontState {
  return {
    storefront: 'app-store-connect',
    platform: 'ios',
    version: '8.9.2',
    build: null,
    state: 'none',
    percent: 0,
    rejection: null,
    nextMove: null,
    pausedDaysUsed: 0,
    actionKey: null,
    submittedAt: null,
    at: '2024-10-01T12:19:00.000Z',
    source: 'app-store-connect',
    ...overrides,
  };
}

/** Another track of music on ios: 8.9.1 at 100 %, unless the test says otherwise. */
export function aSibling(overrides: Partial<Sibling> = {}): Sibling {
  const version = overrides.version ?? '8.9.1';
  const platform = overrides.platform ?? 'ios';
  return {
    id: trackId('music', version, platform),
    version,
    platform,
    kind: 'regular',
    stage: 'released',
    since: '2024-09-26T07:00:00.000Z',
    reached: {},
    candidateBuild: '1012',
    percent: 100,
    order: -1,
    ...overrides,
  };
}

/**
 * Hours of a version that a source has told: from the hour of `from` on, `hours` of them with the same use each. `affected` of an hour by its place, 0 is the first.
 * Left out: 8.9.2 on ios in production, told by `warehouse` of no build by name, crashes alone, 10,000 people.
 */
export type Told = {
  version?: string;
  platform?: string;
  build?: string;
  audience?: Audience;
  source?: string;
  segment?: string;
  metric?: string;
  from: Instant;
  hours: number;
  exposure: number;
  affected: number | ((hour: number) => number);
  people?: number;
  dispersion?: number;
};

/** The answers that a database with these hours would give to questions, and its feeds, told up to `until`. */
export function answering(told: readonly Told[], until: Instant, questions: readonly HealthQuestion[]): HealthFacts {
  const feeds = new Map(
    told.map(({ source = 'warehouse', platform = 'ios' }) => [
      `${source} ${platform}`,
      { source, platform, watermark: until, lastToldAt: until },
    ]),
  );
  return {
    feeds: [...feeds.values()],
    answers: Object.fromEntries(questions.map((question) => [keyOfQuestion(question), answerFrom(told, question)])),
  };
}

function answerFrom(told: readonly Told[], question: HealthQuestion): HealthAnswer {
  return told
    .filter(
      ({ version = '8.9.2', platform = 'ios', build, audience = 'production', source = 'warehouse', segment }) =>
        version === question.version &&
        platform === question.platform &&
        audience === question.audience &&
        (question.source === null || source === question.source) &&
        (question.build === null || build === undefined || build === question.build) &&
        (segment === undefined) === (question.segmentsOf === null),
    )
    .map(({ from, hours, exposure, affected, people = 10_000, metric = 'crashes', segment, source = 'warehouse', dispersion = 1 }) => {
      const ever = Array.from({ length: hours }, (_, hour): ToldHour => {
        const hit = typeof affected === 'number' ? affected : affected(hour);
        return {
          hourMs: hourOf(Date.parse(from)) + hour * HOUR_MS,
          consumption: exposure,
          sessions: exposure,
          users: people,
          newUsers: hour === 0 ? people : 0,
          metrics: { [metric]: [hit, hit] },
        };
      }).filter(({ hourMs }) => hourMs >= question.fromMs);
      const all = ever.filter(({ hourMs }) => hourMs < question.untilMs);
      const wasSeen = ever.some(({ hourMs }) => hourMs < (question.seenUntilMs ?? 0));
      return {
        source,
        dispersion,
        hours: segment === undefined ? all : [],
        days:
          segment === undefined
            ? []
            : [
                ...(wasSeen ? [{ segment, day: SEEN_BEFORE, exposure: 0, affected: 0 }] : []),
                ...all.map((each) => ({
                  segment,
                  day: Math.floor((each.hourMs - question.fromMs) / (24 * HOUR_MS)),
                  exposure: each.consumption,
                  affected: each.metrics[metric]?.[1] ?? 0,
                })),
              ],
      };
    });
}

/** What differs from the quiet world, for a criterion's test: settings as a policy writes them, the track, and what is known. */
type Judging = { settings?: unknown; track: Track; facts?: Partial<TrackFacts>; told?: readonly Told[]; toldUntil?: Instant } & Partial<
  Pick<JudgeAt<unknown>, 'step' | 'policy' | 'release' | 'siblings' | 'now'>
>;

/** What a kind of criterion says of a track in the sample world; its instance has the kind's name as id. */
export function judged(
  kind: string,
  {
    settings,
    track,
    facts,
    told = [],
    toldUntil = sampleNow,
    step = null,
    policy = aPolicy(),
    release = aRelease(),
    siblings = [],
    now = sampleNow,
  }: Judging,
): Finding {
  const instance = parseInstance({ id: kind, settings });
  const at = { app: anApp(), release, track, siblings, facts: someFacts(facts), policy, step, now };
  const questions = healthQuestionsOf(instance, at) ?? [];
  const health = answering(told, toldUntil, questions);
  return judge(instance, { ...at, facts: { ...at.facts, health } });
}
