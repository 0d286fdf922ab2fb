/** What an operator asks: is all as it should be, and what is to be done where it is not. */
import { z } from 'zod';
import { route } from './route.ts';

export const areas = ['database', 'processes', 'leases', 'due work', 'lanes', 'clocks', 'sources', 'questions', 'disk'] as const;

const finding = z.object({
  area: z.enum(areas),
  level: z
    .enum(['fine', 'look', 'act'])
    .meta({ description: '`fine`; `look`: not as usual, and goes on by itself; `act`: a person must do something.' }),
  says: z.string().meta({ description: 'What was found, in words.' }),
  todo: z.string().nullable().meta({ description: 'What to do about it; null where nothing need be done.' }),
});
export type Finding = z.infer<typeof finding>;

const instant = z.string();
const working = z.object({
  kind: z.enum(['track', 'observe', 'lane']),
  key: z.string(),
  action: z.string().nullable(),
  since: instant,
});

export const doctorAnswer = z.object({
  /** No finding asks a person to act. */
  ok: z.boolean(),
  findings: z.array(finding),
  database: z.object({
    version: z.string(),
    now: instant,
    sizeBytes: z.number(),
    connections: z.number(),
    mostConnections: z.number(),
    longTransactions: z.array(z.object({ program: z.string(), seconds: z.number(), state: z.string() })),
  }),
  servers: z.array(
    z.object({
      owner: z.string(),
      host: z.string(),
      pid: z.number(),
      version: z.string(),
      address: z.string().nullable(),
      startedAt: instant,
      silentMs: z.number(),
      isSilent: z.boolean(),
      aheadMs: z.number(),
      hears: z.boolean(),
      working: z.array(working),
    }),
  ),
  leases: z.array(z.object({ name: z.string(), owner: z.string(), leftMs: z.number(), ownerIsSilent: z.boolean() })),
  due: z.array(z.object({ kind: z.string(), waiting: z.number(), overdue: z.number(), oldest: instant.nullable(), overdueMs: z.number() })),
  lanes: z.array(
    z.object({
      lane: z.string(),
      open: z.number(),
      hasUrgent: z.boolean(),
      oldest: instant,
      waitingMs: z.number(),
      trying: z.string().nullable(),
      inDoubt: z.number(),
      attempts: z.number(),
      nextTryAt: instant.nullable(),
      outcome: z.string().nullable(),
    }),
  ),
  sources: z.array(
    z.object({ app: z.string(), source: z.string(), error: z.string().nullable(), lastReadAt: instant.nullable(), isOld: z.boolean() }),
  ),
  questions: z.array(z.object({ app: z.string(), track: z.string(), kind: z.string(), text: z.string(), askedAt: instant })),
});
export type DoctorAnswer = z.infer<typeof doctorAnswer>;

export const doctorRoutes = [
  route({
    id: 'getDoctor',
    method: 'get',
    path: '/api/doctor',
    summary:
      'Tell how the instance is: processes, leases, due work, lanes, clocks, sources, questions, database, disk, and what to do about each',
    tag: 'health',
    who: 'admin',
    answers: { 200: doctorAnswer },
  }),
] as const;
