/**
 * Errors of the API: RFC 9457 problem documents with a stable code, what was wrong, and what would be right. Their schema is in problem-schema.ts: the client
 * reads a document without any.
 */
import { refusalCodes } from '#domain/release/refusal.ts';

/** Codes that the server gives beside the refusals of the rules. Stable: clients may branch on them. */
export const serverCodes = [
  'invalid-input',
  'invalid-policy',
  'bad-cursor',
  'not-signed-in',
  'not-signed',
  'not-permitted',
  'wrong-origin',
  'wrong-password',
  'no-such-route',
  'no-such-method',
  'conflict',
  'stale',
  'key-reused',
  'link-spent',
  'too-large',
  'not-json',
  'not-this-format',
  'too-many-requests',
  'not-ready',
  'trouble',
] as const;
export const problemCodes = [...new Set([...refusalCodes, ...serverCodes])] as const;
export type ProblemCode = (typeof refusalCodes)[number] | (typeof serverCodes)[number];

/** A problem document. problem-schema.ts says what each part means. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  code: ProblemCode;
  detail: string;
  right: string | null;
  holding?: string[] | undefined;
  errors?: { path: string; detail: string; right: string | null }[] | undefined;
};

/** The HTTP status that each code is sent with. */
export const statusOf: Readonly<Record<ProblemCode, number>> = {
  'invalid-input': 400,
  'bad-cursor': 400,
  'not-json': 400,
  'not-this-format': 415,
  'not-signed-in': 401,
  'not-signed': 401,
  'wrong-password': 401,
  'not-permitted': 403,
  'wrong-origin': 403,
  'not-allowed': 403,
  'no-such-route': 404,
  'not-found': 404,
  'no-such-method': 405,
  conflict: 409,
  stale: 409,
  'key-reused': 422,
  'wrong-stage': 409,
  'criteria-not-met': 409,
  'already-so': 409,
  'own-request': 403,
  'out-of-order': 409,
  'listing-held': 409,
  'waits-for-read-back': 409,
  'too-soon': 409,
  'not-waivable': 409,
  'not-supported': 409,
  'reason-too-short': 422,
  'invalid-policy': 422,
  'link-spent': 410,
  'too-large': 413,
  'too-many-requests': 429,
  'not-ready': 503,
  trouble: 500,
};

const titles: Partial<Record<ProblemCode, string>> = {
  'invalid-input': 'The input is not what this route takes',
  'not-signed-in': 'Not signed in',
  'not-signed': 'Not signed with the secret',
  'not-permitted': 'Not permitted',
  'criteria-not-met': 'Criteria are not met',
  'key-reused': 'Idempotency key used for something else',
  trouble: 'Trouble in the server',
};

/** A problem document for a code. `right` says what would be right, null where nobody can say. */
export function problemOf(
  code: ProblemCode,
  detail: string,
  right: string | null,
  more: Pick<Problem, 'errors' | 'holding'> = {},
): Problem {
  const words = code.replaceAll('-', ' ');
  return {
    type: `urn:signalbox:problem:${code}`,
    title: titles[code] ?? words.charAt(0).toUpperCase() + words.slice(1),
    status: statusOf[code],
    code,
    detail,
    right,
    ...more,
  };
}

/** The problem document that an answer carries, as the schema takes it; null when it carries none. */
export function problemIn(answer: unknown): Problem | null {
  if (!isRecord(answer)) return null;
  const { type, title, status, code, detail, right, holding, errors } = answer;
  if (!isText(type) || !isText(title) || !isText(detail) || !isTextOrNull(right)) return null;
  if (!Number.isSafeInteger(status) || !isCode(code)) return null;
  if (holding !== undefined && !(Array.isArray(holding) && holding.every(isText))) return null;
  const faults = errors === undefined ? undefined : faultsIn(errors);
  if (faults === null) return null;
  return {
    type,
    title,
    status: status as number,
    code,
    detail,
    right,
    ...(holding === undefined ? {} : { holding }),
    ...(faults === undefined ? {} : { errors: faults }),
  };
}

function faultsIn(errors: unknown): NonNullable<Problem['errors']> | null {
  if (!Array.isArray(errors)) return null;
  const faults = errors.flatMap((each: unknown) => {
    if (!isRecord(each)) return [];
    const { path, detail, right } = each;
    return isText(path) && isText(detail) && isTextOrNull(right) ? [{ path, detail, right }] : [];
  });
  return faults.length === errors.length ? faults : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);
const isCode = (value: unknown): value is ProblemCode => (problemCodes as readonly unknown[]).includes(value);
