/** The schema of a problem document, for the reference and for whoever holds answers against it. */
import { z } from 'zod';
import { problemCodes } from './problem.ts';
import type { Problem, ProblemCode } from './problem.ts';

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
  .meta({ id: 'Problem' }) satisfies z.ZodType<Problem>;
