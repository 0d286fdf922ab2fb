/** Errors of the API: RFC 9457 problem documents with a stable code, what was wrong, and what would be right. */
import { z } from 'zod';
import { refusalCodes } from '#domain/release/commands.ts';

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

export const problem = z
  .object({
    type: z.string().meta({ description: 'A name of the kind of problem: `urn:signalbox:problem:` and the code.' }),
    title: z.string(),
    status: z.int(),
    code: z.enum(problemCodes as [ProblemCode, ...ProblemCode[]]).meta({ description: 'Stable; made for programs.' }),
    detail: z.string().meta({ description: 'What was wrong, in words.' }),
    right: z.string().nullable().meta({ description: 'What would be right, in words.' }),
    holding: z.array(z.string()).optional().meta({ description: 'The criteria that hold the step, where criteria are the reason.' }),
    errors: z
      .array(z.object({ path: z.string(), detail: z.string(), right: z.string().nullable() }))
      .optional()
      .meta({ description: 'Each fault of the input with its place: `body.items.3.commit`, or `line 12, column 3` of a policy.' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;

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
