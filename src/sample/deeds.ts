/** What happens in the story, as data: a beat has a moment and deeds; a deed is a fact, a lever of the sandbox world, a commit, or a person's word. */
import type { FactKind } from '#domain/facts.ts';
import type { LeverInput } from '#integrations/sandbox/world/levers.ts';
import type { z } from 'zod';
import type { command } from '#domain/release/commands.ts';
import type { Instant } from '#domain/time.ts';
import { stockholm } from './moment.ts';
import { signerOf } from './people.ts';
import type { SourceName, TelemetrySource } from './people.ts';
import type { Change } from './repository.ts';

export type Platform = 'android' | 'ios' | 'desktop';
export const platforms: readonly Platform[] = ['android', 'ios', 'desktop'];

type WithoutApp<T> = T extends { app: string } ? Omit<T, 'app'> : T;
/** A lever of the sandbox world; the player adds the app. */
export type Lever = WithoutApp<LeverInput>;

/** Commits are named: `@88213` in a payload stands for the commit that the story calls 88213. */
export type Deed =
  | { do: 'commit'; on: string; changes: readonly Change[] }
  | {
      do: 'report';
      source: SourceName;
      kind: Exclude<FactKind, 'bug' | 'check' | 'report'>;
      key: string;
      payload: Readonly<Record<string, unknown>>;
    }
  | { do: 'ticket'; kind: 'bug' | 'check'; key: string; set: Readonly<Record<string, unknown>> }
  | { do: 'feed'; source: TelemetrySource; is: 'silent' | 'back' }
  | { do: 'lever'; lever: Lever }
  | { do: 'say'; who: string; version: string; platform: Platform; command: z.input<typeof command> }
  | { do: 'contents'; who: string; version: string; change: Readonly<Record<string, unknown>> }
  | { do: 'decision'; who: string; version: string; text: string; about: string | null }
  | { do: 'update'; who: string; version: string; text: string }
  | { do: 'plan'; version: string; kind: 'hotfix' | 'replacement'; base: string; platforms: readonly Platform[] };

/** One moment of the story. `title` tells it in a line; a beat without deeds is a moment on which the robot has something to do. */
export type Beat = { at: Instant; title: string; deeds: readonly Deed[] };

export function beat(at: string, title: string, ...deeds: readonly (Deed | readonly Deed[])[]): Beat {
  return { at: stockholm(at), title, deeds: deeds.flat() };
}

/* ---- code ---- */

export function commits(on: string, ...changes: readonly Change[]): Deed {
  return { do: 'commit', on, changes };
}

export function change(name: string, subject: string, author: string, ...files: readonly string[]): Change {
  return { name, subject: `${subject} (#${name})`, author, ...(files.length === 0 ? {} : { files }) };
}

/* ---- CI ---- */

type BuildParts = {
  platform: Platform;
  version: string;
  number: string;
  /** The commit that it is built from, by its name in the story. */
  of: string;
  candidate?: number;
  startedAt?: string;
  finishedAt?: string;
  expectedAt?: string;
};

export function build(state: 'queued' | 'building' | 'succeeded' | 'failed', parts: BuildParts): Deed {
  const { platform, version, number, of, candidate, startedAt, finishedAt, expectedAt } = parts;
  return {
    do: 'report',
    source: 'ci',
    kind: 'build',
    key: `${platform}/${version}/${number}`,
    payload: {
      platform,
      version,
      number,
      kind: candidate === undefined ? 'nightly' : 'release-candidate',
      state,
      commit: `@${of}`,
      branch: candidate === undefined ? 'main' : `release/${version}-${platform}`,
      ...(candidate === undefined ? {} : { candidate }),
      ...(startedAt === undefined ? {} : { startedAt: stockholm(startedAt) }),
      ...(finishedAt === undefined ? {} : { finishedAt: stockholm(finishedAt) }),
      ...(expectedAt === undefined ? {} : { expectedAt: stockholm(expectedAt) }),
    },
  };
}

export function tests(
  platform: Platform,
  version: string,
  number: string,
  state: 'running' | 'passed' | 'failed',
  counted: { suite?: string; passed?: number; failed?: number; attempts?: number } = {},
): Deed {
  const { suite = 'release', ...rest } = counted;
  return {
    do: 'report',
    source: 'ci',
    kind: 'test-run',
    key: `${platform}/${version}/${number}/${suite}`,
    payload: { platform, version, build: number, suite, state, ...rest },
  };
}

export function handOut(
  platform: Platform,
  version: string,
  number: string,
  audience: 'employees' | 'alpha' | 'beta' | 'production',
  state: 'pending' | 'in-progress' | 'delivered' | 'failed' = 'delivered',
  people?: number,
): Deed {
  return {
    do: 'report',
    source: audience === 'production' ? 'stores' : 'ci',
    kind: 'distribution',
    key: `${platform}/${version}/${number}/${audience}`,
    payload: { platform, version, build: number, audience, state, ...(people === undefined ? {} : { people }) },
  };
}

/* ---- the tracker ---- */

export function bug(key: string, set: Readonly<Record<string, unknown>>): Deed {
  return { do: 'ticket', kind: 'bug', key, set };
}

export function check(key: string, set: Readonly<Record<string, unknown>>): Deed {
  return { do: 'ticket', kind: 'check', key, set };
}

/* ---- people ---- */

export function say(who: string, platform: Platform, version: string, given: z.input<typeof command>): Deed {
  return { do: 'say', who, version, platform, command: given };
}

/** The teams give their word on a build. */
export function signs(platform: Platform, version: string, number: string, teams: readonly string[]): Deed[] {
  return teams.map((team) => say(signerOf(team), platform, version, { do: 'sign-off', team, state: 'signed', build: number }));
}

export function decides(
  key: string,
  platform: Platform,
  version: string,
  decision: 'blocker' | 'not-a-blocker' | 'fall-back' | 'ask',
  reason: string,
  more: { risk?: string; impact?: string; workaround?: string } = {},
): Deed {
  return say('maja', platform, version, { do: 'decide-bug', bug: key, decision, reason, ...more });
}
