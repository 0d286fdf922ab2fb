/**
 * How much one caller may ask in a short time, so that nobody can keep the server from the others. Counted in this process, by credential where one is shown and by address
 * where none is. Guesses of passwords and links have a far narrower limit of their own (`auth/attempts.ts`).
 */
import { hash } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { contract } from '#api/contract.ts';
import { problemOf } from '#api/problem.ts';
import type { Route } from '#api/route.ts';
import { ProblemAnswer } from './errors.ts';
import { sentryKeyOf } from './auth/sentry-key.ts';

/** Requests within `withinSeconds`. */
export type Limits = {
  withinSeconds: number;
  /** From one address without a credential. A whole office may stand behind it. */
  anonymous: number;
  /** With one credential. */
  credential: number;
  /** With one credential, to routes that take reports: CI of many builds, each with its tests. */
  reporting: number;
  /** From one address with keys that are none. */
  badKeys: number;
  /** Streams that one person has open at the same time: tabs, windows, telephones. */
  streamsOfPerson: number;
  /** Streams that one key has open at the same time: screens on walls, programs that watch. */
  streamsOfKey: number;
};

export const LIMITS: Limits = {
  withinSeconds: 10,
  anonymous: 300,
  credential: 3000,
  reporting: 30_000,
  badKeys: 300,
  streamsOfPerson: 40,
  streamsOfKey: 5000,
};

/** Told of each key that turned out to be none. */
export type BadKeys = { tell(request: FastifyRequest): Promise<void> };

/** Where each request is counted. */
export type Gate = {
  badKeys: BadKeys;
  /** Counts one. Throws where its caller sends too many, or guesses keys. */
  pass(request: FastifyRequest): Promise<void>;
};

const SESSION = /(?:^|; *)((?:__Host-)?signalbox\.session_token=[^;]*)/;
const MOST_CALLERS = 20_000;

/** Opens the counters. Nothing is counted by itself: see `addLimits`. */
export async function openGate(server: FastifyInstance, limits: Limits): Promise<Gate> {
  await server.register(rateLimit, { global: false, cache: MOST_CALLERS });
  const reporting = new Set(
    (contract as readonly Route[]).filter(({ who }) => who === 'report').map(({ path }) => path.replaceAll(/\{(\w+)\}/g, ':$1')),
  );
  const isReport = (request: FastifyRequest): boolean => reporting.has(request.routeOptions.url ?? '') || isOfSdk(request);

  const counter = server.createRateLimit({
    timeWindow: limits.withinSeconds * 1000,
    keyGenerator: (request) => {
      const credential = credentialOf(request);
      if (credential === null) return `address ${request.ip}`;
      return `${isReport(request) ? 'reports' : 'requests'} ${credential}`;
    },
    max: (request) => (credentialOf(request) === null ? limits.anonymous : isReport(request) ? limits.reporting : limits.credential),
  });
  const badKeys = server.createRateLimit({
    timeWindow: limits.withinSeconds * 1000,
    keyGenerator: (request) => `bad keys ${request.ip}`,
    max: limits.badKeys,
  });

  return {
    badKeys: {
      async tell(request) {
        await badKeys(request);
      },
    },
    async pass(request) {
      const found = await counter(request);
      if (!found.isAllowed && found.isExceeded) throw tooMany(found.ttlInSeconds);
      if (request.headers.authorization === undefined && !isOfSdk(request)) return;
      const guesses = await badKeys(request, { increment: false });
      if (!guesses.isAllowed && guesses.isExceeded) throw tooMany(guesses.ttlInSeconds);
    },
  };
}

/** Counts every request to the API and every page; files of the web are cheap and not counted. What comes by a DSN is counted by itself, see `sentry.ts`. */
export function addLimits(server: FastifyInstance, gate: Gate): void {
  server.addHook('onRequest', async (request) => {
    const { url } = request.routeOptions;
    if (request.url.startsWith('/api') || url === undefined) await gate.pass(request);
  });
}

/** What SDKs send has the DSN's key for a credential. */
function isOfSdk({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url?.startsWith('/api/:project/') === true;
}

export function tooMany(afterSeconds: number): ProblemAnswer {
  const after = Math.max(1, afterSeconds);
  return new ProblemAnswer(
    problemOf(
      'too-many-requests',
      'more requests in a short time than one caller may send',
      `go on in ${after} s, and send up to 1,000 reports at once`,
    ),
    {
      'retry-after': String(after),
      'x-sentry-rate-limits': `${after}::organization`,
    },
  );
}

/** The credential that a request shows, as a digest: whether it is one is not known yet. */
function credentialOf(request: FastifyRequest): string | null {
  const { headers } = request;
  const shown = (isOfSdk(request) ? sentryKeyOf(request) : headers.authorization) ?? SESSION.exec(headers.cookie ?? '')?.[1];
  return shown === undefined ? null : hash('sha256', shown, 'base64').slice(0, 24);
}

/** Counts what is open for each name; `take` answers false when there are enough. */
export function countOpen(): { take(name: string, most: number): boolean; giveBack(name: string): void } {
  const open = new Map<string, number>();
  return {
    take(name, most) {
      const now = open.get(name) ?? 0;
      if (now >= most) return false;
      open.set(name, now + 1);
      return true;
    },
    giveBack(name) {
      const left = (open.get(name) ?? 1) - 1;
      if (left > 0) open.set(name, left);
      else open.delete(name);
    },
  };
}
