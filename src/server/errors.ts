/** How things go wrong over HTTP: everything becomes a problem document, and nothing of the inside comes out. */
import type { z } from 'zod';
import { problemOf } from '#api/problem.ts';
import type { Problem, ProblemCode } from '#api/problem.ts';
import { unavailability } from '#db/views/health.ts';
import type { Unavailable } from '#db/views/health.ts';
import type { EngineRefusal } from '#engine/types.ts';

/** Thrown by a handler to answer with a problem. */
export class ProblemAnswer extends Error {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.detail);
    this.name = 'ProblemAnswer';
    this.problem = problem;
    this.headers = headers;
  }
}

/** Answers with a problem. `right`: what would be right, null where nobody can say. */
export function refuse(code: ProblemCode, detail: string, right: string | null, more: Pick<Problem, 'errors' | 'holding'> = {}): never {
  throw new ProblemAnswer(problemOf(code, detail, right, more));
}

/** What is not there. */
export function notFound(what: string, right: string | null = null): never {
  refuse('not-found', `there is no ${what}`, right);
}

/** The faults that zod found in one part of a request, each with its place. */
export function invalidInput(part: 'params' | 'query' | 'body' | 'header', error: z.ZodError): ProblemAnswer {
  const errors = error.issues.flatMap((issue) => faultsOf(issue, part)).slice(0, 100);
  const [first] = errors;
  const detail = first === undefined ? `the ${part} is not what this route takes` : `${first.path}: ${first.detail}`;
  return new ProblemAnswer(
    problemOf(
      'invalid-input',
      errors.length > 1 ? `${detail} (and ${errors.length - 1} more)` : detail,
      'see errors for each fault and its place; /api/openapi.json describes what the route takes',
      { errors },
    ),
  );
}

type Fault = { path: string; detail: string; right: string | null };

function faultsOf(issue: z.core.$ZodIssue, part: string): Fault[] {
  const path = [part, ...issue.path.map(String)].join('.');
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // of the shapes that were possible, the one that comes nearest tells most
    const deepest = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a) || a.length - b.length)[0] ?? [];
    return deepest.flatMap((inner) => faultsOf({ ...inner, path: [...issue.path, ...inner.path] }, part));
  }
  if (issue.code === 'invalid_union') return [{ path, detail: issue.message, right: null }];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: `${path}.${key}`,
      detail: 'this route does not know it',
      right: 'leave it out, or mend its spelling',
    }));
  if (issue.code === 'invalid_value')
    return [{ path, detail: 'not one of the values that are possible', right: `one of ${issue.values.map(String).join(', ')}` }];
  return [{ path, detail: issue.message, right: null }];
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

const codeOfEngine: Readonly<Record<'invalid' | 'conflict' | 'stale', ProblemCode>> = {
  invalid: 'invalid-input',
  conflict: 'conflict',
  stale: 'stale',
};

/** A refusal of the engine, or of the rules, as a problem. `as` names it otherwise: an invalid policy document is not an invalid request. */
export function problemFromRefusal(refusal: EngineRefusal, as: Partial<Record<EngineRefusal['code'], ProblemCode>> = {}): Problem {
  const known =
    as[refusal.code] ??
    (refusal.code === 'invalid' || refusal.code === 'conflict' || refusal.code === 'stale' ? codeOfEngine[refusal.code] : refusal.code);
  return problemOf(known, refusal.because, refusal.wouldBeRight, {
    ...('holding' in refusal && refusal.holding !== undefined ? { holding: [...refusal.holding] } : {}),
    ...('at' in refusal && refusal.at !== undefined
      ? { errors: refusal.at.map(({ path, because, wouldBeRight }) => ({ path, detail: because, right: wouldBeRight })) }
      : {}),
  });
}

/** The value of a result, or the refusal thrown as a problem. */
export function orRefuse<T>(
  result: ({ ok: true } & T) | EngineRefusal,
  as: Partial<Record<EngineRefusal['code'], ProblemCode>> = {},
): { ok: true } & T {
  if (result.ok) return result;
  throw new ProblemAnswer(problemFromRefusal(result, as));
}

type Coded = { code?: unknown; statusCode?: unknown; message?: unknown };

/** Whatever was thrown, as a problem. `unexpected` is true for what the log must have. */
export function problemFrom(thrown: unknown): { problem: Problem; headers: Readonly<Record<string, string>>; unexpected: boolean } {
  if (thrown instanceof ProblemAnswer) return { problem: thrown.problem, headers: thrown.headers, unexpected: false };
  const { code, statusCode } = (thrown ?? {}) as Coded;
  const plain = (problem: Problem): ReturnType<typeof problemFrom> => ({ problem, headers: {}, unexpected: false });
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return plain(problemOf('too-large', 'the body is larger than this route takes', 'send less at a time: at most 1,000 items'));
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return plain(problemOf('not-json', 'the body is not announced as JSON', 'send the header "content-type: application/json"'));
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return plain(problemOf('not-json', 'the body cannot be read as JSON', 'send one JSON value'));
    case 'FST_ERR_BAD_URL':
      return plain(
        problemOf(
          'invalid-input',
          'the address has a % that begins no character',
          'UTF-8 with %XX for each byte of what is no plain letter: %25 for a % itself',
        ),
      );
    default: {
      const why = unavailability(thrown);
      if (why !== null) return { problem: unavailableProblem(why), headers: { 'retry-after': '5' }, unexpected: false };
      if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
        return plain(problemOf('invalid-input', 'the request cannot be read', 'a request as /api/openapi.json describes it'));
      return {
        problem: problemOf(
          'trouble',
          'something went wrong in the server; nothing more is known to the caller',
          'try again; if it stays so, the log of the server has the cause',
        ),
        headers: {},
        unexpected: true,
      };
    }
  }
}

const unavailableWords: Readonly<Record<Unavailable, readonly [detail: string, right: string]>> = {
  away: [
    'the database does not answer: this could not be done. What was accepted before is kept',
    'nothing need be done here: it goes on by itself when the database is back (GET /api/health/ready tells). Then ask again, with the same Idempotency-Key where there was one',
  ],
  full: [
    'the disk of the database is full: nothing can be written. What was accepted before is kept, and can be read',
    'make room on the disk of the database; it goes on by itself. Then ask again, with the same Idempotency-Key where there was one',
  ],
  'read-only': ['the database takes no writes: it is a standby, or set to read-only', 'let DATABASE_URL name the primary; then ask again'],
  busy: [
    'the database is too busy: others held for too long what this needed',
    'ask again in a few seconds, with the same Idempotency-Key where there was one; if it stays so, signalbox doctor tells what is in the way',
  ],
};

export function unavailableProblem(why: Unavailable): Problem {
  const [detail, right] = unavailableWords[why];
  return problemOf('not-ready', detail, right);
}
