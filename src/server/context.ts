/** What the handlers work with, and what a handler is. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { RouteId, RouteOf } from '#api/contract.ts';
import type { AnswerOf } from '#api/route.ts';
import type { ActorStamp, Database } from '#db/schema.ts';
import type { Command } from '#domain/release/commands.ts';
import type { Actor } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import type { AppTime, Engine, EngineOptions } from '#engine/types.ts';
import type { Log } from '#lib/log.ts';
import type { Accounts } from './auth/accounts.ts';
import type { Attempts } from './auth/attempts.ts';
import type { Disk } from './doctor.ts';
import type { Caller, Known } from './auth/caller.ts';
import type { Oidc } from './auth/oidc.ts';
import type { Providers } from './auth/providers.ts';
import type { Policies } from './policies.ts';
import type { SampleService } from './sample.ts';

/** What stands around the routes; put together in main.ts. */
export type Room = {
  engine: Engine;
  db: Kysely<Database>;
  accounts: Accounts;
  providers: Providers;
  oidc: Oidc;
  policies: Policies;
  integrations: EngineOptions['integrations'];
  /** What plays samples; null: this server plays none. */
  sample: SampleService | null;
  clock: AppTime;
  /** How full the disk of the data directory is; left out: nobody tells. */
  disk?: () => Promise<Disk | null>;
  log: Log;
  /** The version of the program. */
  version: string;
  /** What people put before a path, without a slash at the end; null: whatever the request says. */
  publicUrl: string | null;
};

/** The app's own time: a sample app may stand in October while a real one runs beside it. */
export function nowOf(room: Pick<Room, 'clock'>, app: string | null): Instant {
  return app === null ? room.clock.now() : room.clock.appNow(app);
}

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;
type OutputOf<R, Part extends string> = R extends Record<Part, infer S extends z.ZodType> ? z.output<S> : undefined;

/** A request whose parts have passed their schemas. */
export type Asked<R> = { params: OutputOf<R, 'params'>; query: OutputOf<R, 'query'>; body: OutputOf<R, 'body'> };

/** Who asks, and the means for what a schema cannot say: cookies, headers, streams. */
export type At = {
  caller: Caller;
  /** The time of the route's app, or of the program where it has none. */
  now: Instant;
  /** The actor for the engine. Only on routes that need someone known. */
  actor(app: string | null, command?: Command): Actor;
  /** The actor as the instance's journal keeps it: with the address that they came from. */
  stamp(): ActorStamp;
  known(): Known;
  request: FastifyRequest;
  reply: FastifyReply;
  attempts: Attempts;
  idempotency: { idempotencyKey?: string; bodyHash?: string };
};

/** `sent`: the handler has answered by itself. */
export const sent: unique symbol = Symbol('sent');

export type HandlerOf<Id extends RouteId> = (
  asked: Asked<RouteOf<Id>>,
  at: At,
) => Promise<DeepReadonly<AnswerOf<RouteOf<Id>>> | typeof sent>;
export type Handlers<Id extends RouteId = RouteId> = { [Each in Id]: HandlerOf<Each> };
