/**
 * The client of the pages. The contract's own client carries every schema with it, which a first view has no use for: here are the routes that the pages call,
 * held to the contract by their types, and nothing else of it.
 */
import type { Client } from '#api/client.ts';
import type { RouteOf } from '#api/contract.ts';
import type { Problem, ProblemCode } from '#api/problem.ts';
import type { Trouble } from '../ui/ProblemNote.tsx';
import { addressOf } from './address.ts';

const routes = {
  listSignInProviders: ['get', '/api/session/providers'],
  beginSignIn: ['post', '/api/session/provider'],
  lookAtInvitation: ['post', '/api/invitations/look'],
  acceptInvitation: ['post', '/api/invitations/accept'],
  setPassword: ['post', '/api/password'],
  listSessions: ['get', '/api/sessions'],
  endSession: ['delete', '/api/sessions/{session}'],
  endOtherSessions: ['delete', '/api/sessions'],
  changePassword: ['post', '/api/session/password'],
  listAudit: ['get', '/api/audit'],
  verifyAudit: ['get', '/api/audit/verify'],
  getSample: ['get', '/api/sample'],
  makeSample: ['post', '/api/sample'],
  moveSample: ['post', '/api/apps/{app}/sample'],
  removeSample: ['delete', '/api/apps/{app}/sample'],
  getSession: ['get', '/api/session'],
  signIn: ['post', '/api/session'],
  signOut: ['delete', '/api/session'],
  setUp: ['post', '/api/setup'],
  listApps: ['get', '/api/apps'],
  createApp: ['post', '/api/apps'],
  importHistory: ['post', '/api/apps/{app}/imports'],
  listConnections: ['get', '/api/apps/{app}/connections'],
  addConnection: ['post', '/api/apps/{app}/connections'],
  listAppPeople: ['get', '/api/apps/{app}/people'],
  getControlRoom: ['get', '/api/apps/{app}/control-room'],
  listReleases: ['get', '/api/apps/{app}/releases'],
  getRelease: ['get', '/api/apps/{app}/releases/{version}'],
  planRelease: ['post', '/api/apps/{app}/releases'],
  listNightlies: ['get', '/api/apps/{app}/releases/{version}/nightlies'],
  listTrains: ['get', '/api/apps/{app}/trains'],
  replanRelease: ['put', '/api/apps/{app}/releases/{version}/plan'],
  describeRelease: ['put', '/api/apps/{app}/releases/{version}/contents'],
  noteDecision: ['post', '/api/apps/{app}/releases/{version}/decisions'],
  postUpdate: ['post', '/api/apps/{app}/releases/{version}/updates'],
  listChecks: ['get', '/api/apps/{app}/tracks/{version}/{platform}/checks'],
  listWaivers: ['get', '/api/apps/{app}/tracks/{version}/{platform}/waivers'],
  getTrack: ['get', '/api/apps/{app}/tracks/{version}/{platform}'],
  previewCommand: ['post', '/api/apps/{app}/tracks/{version}/{platform}/plan'],
  giveCommand: ['post', '/api/apps/{app}/tracks/{version}/{platform}/commands'],
  listVerdictHistory: ['get', '/api/apps/{app}/tracks/{version}/{platform}/verdicts/{instance}/history'],
  listBuilds: ['get', '/api/apps/{app}/tracks/{version}/{platform}/builds'],
  listSignOffs: ['get', '/api/apps/{app}/tracks/{version}/{platform}/sign-offs'],
  listBugs: ['get', '/api/apps/{app}/bugs'],
  listActivity: ['get', '/api/apps/{app}/activity'],
  getTriage: ['get', '/api/apps/{app}/triage'],
  getBug: ['get', '/api/apps/{app}/bugs/{bug}'],
  getSignOffMatrix: ['get', '/api/apps/{app}/releases/{version}/sign-offs'],
  getReleaseBuilds: ['get', '/api/apps/{app}/releases/{version}/builds'],
  getReleaseChanges: ['get', '/api/apps/{app}/releases/{version}/changes'],
  listCherryPicks: ['get', '/api/apps/{app}/tracks/{version}/{platform}/cherry-picks'],
} as const;

type Ask = {
  params?: Record<string, unknown>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  idempotencyKey?: string;
  onLine?: (line: unknown) => void;
};

/** The server said no: its problem has the code, what was wrong and what would be right. */
class RefusedError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'RefusedError';
    this.problem = problem;
  }
}

/** The server could not be asked, or what answered was no Signalbox. */
class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

const KEPT_ALIVE_MAX = 16_000;

async function call(method: string, path: string, ask: Ask): Promise<unknown> {
  const body = ask.body === undefined ? undefined : JSON.stringify(ask.body);
  let response: Response;
  try {
    response = await fetch(addressOf(path, ask.params, ask.query), {
      method: method.toUpperCase(),
      headers: {
        accept: 'application/json',
        ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ask.idempotencyKey === undefined ? {} : { 'idempotency-key': ask.idempotencyKey }),
      },
      ...(body === undefined ? {} : { body }),
      // what was decided is still sent when its page is left at once; browsers take up to 64 KiB so
      keepalive: body !== undefined && body.length < KEPT_ALIVE_MAX,
    });
  } catch (cause) {
    throw new NoAnswerError('no answer from the server', { cause });
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => null)) as Problem | null;
    if (typeof problem?.code !== 'string') throw new NoAnswerError(`the server answered ${response.status} without saying why`);
    throw new RefusedError(problem);
  }
  if (response.headers.get('content-type')?.includes('ndjson') === true && response.body !== null)
    return lastLine(response.body, ask.onLine);
  const text = await response.text();
  return text === '' ? null : (JSON.parse(text) as unknown);
}

/** Reads one JSON value a line as they come, hands each on, and answers the last. */
async function lastLine(body: ReadableStream<Uint8Array<ArrayBuffer>>, onLine: Ask['onLine']): Promise<unknown> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let last: unknown = null;
  for (;;) {
    const { done, value } = await reader.read();
    const lines = `${rest}${value ?? ''}`.split('\n');
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines.filter((each) => each.trim() !== '')) {
      last = JSON.parse(line) as unknown;
      onLine?.(last);
    }
    if (done) return last;
  }
}

/** Each route as the contract has it: a path or a method that differs does not compile. */
type Routes<Id extends keyof Client> = { readonly [Each in Id]: readonly [RouteOf<Each>['method'], RouteOf<Each>['path']] };

/** A client of some routes, each by its method and path. */
export function clientOf<Id extends keyof Client>(table: Routes<Id>): Pick<Client, Id> {
  return Object.fromEntries(
    Object.entries<readonly [string, string]>(table).map(([id, [method, path]]) => [id, (ask: Ask = {}) => call(method, path, ask)]),
  ) as unknown as Pick<Client, Id>;
}

export const client = clientOf(routes);

/** What went wrong, for a person. Errors that are bugs of ours say so and are not hidden. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof RefusedError) {
    const { detail, right, errors } = error.problem;
    return { detail, right, errors: errors ?? [] };
  }
  if (error instanceof NoAnswerError)
    return { detail: `${error.message}; it is not known whether anything was done`, right: 'try again when the page is live', errors: [] };
  return { detail: error instanceof Error ? error.message : String(error), right: 'reload the page', errors: [] };
}

/** The stable code of a problem; null where the server could not be asked. */
export function codeOf(error: unknown): ProblemCode | null {
  return error instanceof RefusedError ? error.problem.code : null;
}
