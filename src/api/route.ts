/** A route of the HTTP contract as data: what it asks, what it answers, and who may call it. */
import type { z } from 'zod';
import type { CommandKind } from '#domain/release/commands.ts';

export type Method = 'get' | 'post' | 'put' | 'delete';

/**
 * Who may call a route.
 * - `public`: everyone, signed in or not.
 * - `signed-in`: a person with a session, or any valid key.
 * - `see`: who may see the app (every person signed in), and keys with the scope `read`.
 * - `report`: members of a team and above, and keys with the scope `report`.
 * - `command`: the role depends on the command in the body; keys need the scope `command` as well.
 * - `{ command }`: the roles that may give this command; keys need the scope `command` as well.
 * - `admin`: admins; keys need the role admin and the scope `admin`.
 */
export type Who = 'public' | 'signed-in' | 'see' | 'report' | 'command' | 'admin' | { command: CommandKind };

export type Answers = Readonly<Record<number, z.ZodType>>;

/** What a route with every part named looks like. */
export type Route = {
  /** The method of the typed client, and the operation's id in OpenAPI: `getControlRoom`. */
  id: string;
  method: Method;
  /** Parameters in braces, as OpenAPI writes them: `/api/apps/{app}`. */
  path: string;
  /** One line in the imperative: `List the apps`. */
  summary: string;
  /** The group in the reference. */
  tag: string;
  who: Who;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Accepts the header `Idempotency-Key`. */
  idempotent?: boolean;
  /** What a 2xx answer carries, by status. Errors are always problems. */
  answers: Answers;
  /** `ndjson`: the answer is one JSON value a line, as they come. `sse`: server-sent events. */
  streams?: 'ndjson' | 'sse';
  /** The body is taken as it comes, byte for byte, and no schema reads it: what signs it signs these bytes. */
  rawBody?: true;
  /** The body is read as it comes, and its parts are judged one by one: `body` says what they should be. A line each as application/x-ndjson, too. */
  streamedBody?: true;
  /** The most bytes of a body; 1 MB when not said. */
  bodyLimitBytes?: number;
};

/** Keeps the exact types of a route's parts. */
export function route<const R extends Route>(parts: R): R {
  return parts;
}

type ParamsOf<R> = R extends { params: infer P extends z.ZodType } ? { params: z.input<P> } : unknown;
type QueryOf<R> = R extends { query: infer Q extends z.ZodType } ? { query?: z.input<Q> } : unknown;
type BodyOf<R> = R extends { body: infer B extends z.ZodType } ? { body: z.input<B> } : unknown;
type KeyOf<R> = R extends { idempotent: true } ? { idempotencyKey?: string } : unknown;

/** What a caller hands to a route. */
export type AskOf<R> = ParamsOf<R> & QueryOf<R> & BodyOf<R> & KeyOf<R>;

/** What a route answers when all is well. */
export type AnswerOf<R> = R extends { answers: infer A }
  ? { [Status in keyof A]: A[Status] extends z.ZodType ? z.output<A[Status]> : never }[keyof A]
  : never;
