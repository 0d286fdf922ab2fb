/**
 * The processes that come with Signalbox, as data: the stages of a track, the criteria before each step, what the robot may do, and when.
 * A policy names one of them and overrides what differs; `{ every: rate-below }` stands for each criterion of that kind that the policy declares: which rates an app
 * has, and their limits, are its own.
 */
import type { Stage } from '../release/track.ts';
import type { RobotMode, Window } from './track-policy.ts';

/** One entry of a list of criteria: an id or kind, or one with settings: `{ soaked: '24h' }`. */
export type ListEntry = string | Readonly<Record<string, unknown>>;

/** The kind of `{ every: rate-below }`, which stands for each criterion of that kind that the policy declares; null for any other entry. */
export function everyOf(entry: ListEntry): string | null {
  if (typeof entry === 'string' || Object.keys(entry).length !== 1) return null;
  return typeof entry['every'] === 'string' ? entry['every'] : null;
}

/** The steps as a process names them. `start` is the first share of a rollout, `finish` 100%, `raise` every share between. */
export const stepNames = ['cut', 'candidate', 'submit', 'start', 'raise', 'finish'] as const;
export type StepName = (typeof stepNames)[number];

export type Robot = {
  cut: RobotMode;
  candidate: RobotMode;
  submit: RobotMode;
  start: RobotMode;
  raise: RobotMode;
  halt: 'auto' | 'ask';
  tag: RobotMode;
};
export type Windows = Partial<Record<'cut' | 'submit' | 'start' | 'raise' | 'finish', Window | 'any'>>;

export type Process = {
  /** One sentence: for whom this process is. */
  about: string;
  stages: readonly Stage[];
  before: Readonly<Partial<Record<StepName, readonly ListEntry[]>>>;
  haltsWhileRollingOut: readonly ListEntry[];
  watchWhile: Readonly<Partial<Record<Stage, readonly ListEntry[]>>>;
  rows: readonly { title: string; instances: readonly string[] }[];
  robot: Robot;
  windows: Windows;
  signOffs: 'all-teams' | 'affected-teams';
  /** As written: `7d`. */
  watch: string;
  /** The process of hotfixes, where a policy does not name one. */
  hotfixes: 'hotfix' | 'light';
};

/** Without these a track is none: `domain.md`, the life of a track. */
export const neededStages: readonly Stage[] = ['developing', 'stabilising', 'rolling-out', 'released'];
/** A track of any process can be halted and can end; these are not left out, and need not be named. */
export const stagesOfEveryProcess: readonly Stage[] = ['halted', 'completed', 'canceled', 'superseded'];

const officeHours: Window = { days: [1, 2, 3, 4], from: 8 * 60, to: 17 * 60 };
const rolloutWindows: Windows = { start: officeHours, raise: officeHours, finish: officeHours };
const everyStage: readonly Stage[] = [
  'planned',
  'developing',
  'stabilising',
  'candidate',
  'in-review',
  'store-approved',
  'rolling-out',
  'halted',
  'released',
  'completed',
  'canceled',
  'superseded',
];
const without = (...left: Stage[]) => everyStage.filter((stage) => !left.includes(stage));
/** What is told of people's use of it, so far as it is enough to tell. */
const health: readonly ListEntry[] = [{ every: 'rate-below' }, { every: 'enough-usage' }];
/** What may come late, or to few: it proves nothing good, and stops what is bad. */
const alarms: readonly ListEntry[] = [{ every: 'late-onset' }, { every: 'no-bad-segment' }];
const halts: readonly ListEntry[] = [{ 'no-blocking-bugs': 'critical' }, { every: 'rate-below' }, ...alarms];
const watched: readonly ListEntry[] = ['no-blocking-bugs', { every: 'rate-below' }, ...alarms];

const rows: Process['rows'] = [
  { title: 'Release candidate', instances: ['latest-build-complete', 'tests-passed'] },
  { title: 'Blocking bugs', instances: ['no-blocking-bugs'] },
  { title: 'Health', instances: ['rate-below', 'enough-usage', 'late-onset', 'no-bad-segment'] },
  { title: 'Team sign-offs', instances: ['signed-off'] },
  { title: 'Distribution', instances: ['build-distributed', 'nightly-fresh'] },
  { title: 'Compliance', instances: ['compliance-closed'] },
  { title: 'Store listing', instances: ['listing-free'] },
  { title: 'Window and soak', instances: ['window-open', 'soaked'] },
];

export const processes = {
  'weekly-mobile': {
    about: 'A train that leaves every week: a planned cut, beta, sign-offs by every team, and a rollout in steps.',
    stages: everyStage,
    before: {
      candidate: ['latest-build-complete', 'tests-passed', 'no-blocking-bugs'],
      submit: ['signed-off', 'no-blocking-bugs', ...health, 'build-distributed', 'listing-free'],
      start: ['window-open', 'no-blocking-bugs'],
      raise: [{ soaked: '24h' }, 'window-open', ...health, 'no-blocking-bugs'],
      finish: [{ soaked: '24h' }, 'window-open', ...health, 'compliance-closed', 'no-blocking-bugs'],
    },
    haltsWhileRollingOut: halts,
    watchWhile: { developing: ['nightly-fresh', 'triage-empty'], stabilising: ['triage-empty'], released: watched },
    rows: [...rows, { title: 'Triage', instances: ['triage-empty'] }],
    robot: { cut: 'auto', candidate: 'auto', submit: 'auto', start: 'auto', raise: 'auto', halt: 'auto', tag: 'auto' },
    windows: rolloutWindows,
    signOffs: 'all-teams',
    watch: '7d',
    hotfixes: 'hotfix',
  },
  light: {
    about:
      'For a small team: no calendar, no separate choice of a candidate, few criteria. A person cuts; the robot asks before it submits.',
    stages: without('planned', 'candidate', 'store-approved'),
    before: {
      submit: ['latest-build-complete', 'tests-passed', 'no-blocking-bugs', 'signed-off', 'listing-free'],
      start: ['window-open', 'no-blocking-bugs'],
      raise: [{ soaked: '24h' }, 'no-blocking-bugs', ...health],
      finish: [{ soaked: '24h' }, 'no-blocking-bugs', ...health],
    },
    haltsWhileRollingOut: halts,
    watchWhile: { released: watched },
    rows,
    robot: { cut: 'manual', candidate: 'auto', submit: 'ask', start: 'auto', raise: 'auto', halt: 'auto', tag: 'manual' },
    windows: rolloutWindows,
    signOffs: 'all-teams',
    watch: '7d',
    hotfixes: 'light',
  },
  desktop: {
    about: 'For apps that update themselves or ship in a desktop store: sign-offs and a rollout in steps, each soaked for a day.',
    stages: everyStage,
    before: {
      candidate: ['latest-build-complete', 'tests-passed', 'no-blocking-bugs'],
      submit: ['signed-off', 'no-blocking-bugs', ...health, 'listing-free'],
      start: ['window-open', 'no-blocking-bugs'],
      raise: [{ soaked: '24h' }, 'window-open', ...health, 'no-blocking-bugs'],
      finish: [{ soaked: '24h' }, 'window-open', ...health, 'compliance-closed', 'no-blocking-bugs'],
    },
    haltsWhileRollingOut: halts,
    watchWhile: { developing: ['nightly-fresh', 'triage-empty'], released: watched },
    rows: [...rows, { title: 'Triage', instances: ['triage-empty'] }],
    robot: { cut: 'auto', candidate: 'auto', submit: 'auto', start: 'auto', raise: 'auto', halt: 'auto', tag: 'auto' },
    windows: rolloutWindows,
    signOffs: 'all-teams',
    watch: '7d',
    hotfixes: 'hotfix',
  },
  hotfix: {
    about:
      'From a released version, for one reason: few criteria, sign-off by the teams it touches, any hour, and a person says yes to each step.',
    stages: without('planned'),
    before: {
      candidate: ['latest-build-complete', 'tests-passed', 'no-blocking-bugs'],
      submit: ['signed-off', 'no-blocking-bugs', 'listing-free'],
      start: ['window-open', 'no-blocking-bugs'],
      raise: [{ soaked: '2h' }, 'window-open', ...health, 'no-blocking-bugs'],
      finish: [{ soaked: '2h' }, 'window-open', ...health, 'no-blocking-bugs'],
    },
    haltsWhileRollingOut: halts,
    watchWhile: { released: watched },
    rows,
    robot: { cut: 'ask', candidate: 'auto', submit: 'ask', start: 'ask', raise: 'ask', halt: 'auto', tag: 'auto' },
    windows: { start: 'any', raise: 'any', finish: 'any' },
    signOffs: 'affected-teams',
    watch: '7d',
    hotfixes: 'hotfix',
  },
} as const satisfies Record<string, Process>;

export type ProcessName = keyof typeof processes;
export const processNames = Object.keys(processes) as ProcessName[];

/** A process of ours by name, or null. */
export function processNamed(name: string): Process | null {
  return Object.hasOwn(processes, name) ? processes[name as ProcessName] : null;
}
