/** The sandbox as a process: its world over HTTP on the loopback, kept in a file. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { handle, problem } from './api.ts';
import { claim, readState, writeState } from './file.ts';
import { createWorld } from './world/world.ts';
import type { Reply, World } from './world/world.ts';

export type ServedSandbox = {
  /** `http://127.0.0.1:4811` */
  url: string;
  /** Stops answering and gives the file back. */
  stop(): Promise<void>;
};

const LARGEST_BODY_BYTES = 1_000_000;
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);
/** How long a call that hangs by a fault is held; callers give up long before. */
const LONGEST_HANG_MS = 60_000;

/**
 * Serves a sandbox on 127.0.0.1. Every change is in the file before its answer is given.
 *
 * @param options.port 0 takes a free one
 * @param options.file where the world is kept; made, folders included, when it is not there; null keeps it in memory only
 * @param options.machineTime the machine's clock
 */
export async function serveSandbox(options: { port: number; file: string | null; machineTime?: () => string }): Promise<ServedSandbox> {
  const { file } = options;
  const machineTime = options.machineTime ?? (() => new Date().toISOString());
  const release = file === null ? () => {} : claim(file);
  try {
    const kept = file === null ? null : readState(file);
    const world = createWorld({
      machineTime,
      ...(kept === null ? {} : { state: kept }),
      ...(file === null ? {} : { changed: (state) => writeState(file, state) }),
    });
    const server = createServer((request, response) => void serveRequest(world, request, response));
    const port = await listening(server, options.port);
    return {
      url: `http://127.0.0.1:${port}`,
      stop: () =>
        new Promise((resolve) => {
          server.close(() => {
            release();
            resolve();
          });
          server.closeAllConnections();
        }),
    };
  } catch (error) {
    release();
    throw error;
  }
}

function listening(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} is taken: stop what answers there, or name another with --port`, { cause: error })
          : error,
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function serveRequest(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let reply: Reply;
  try {
    reply = refuseStranger(request) ?? (await answer(world, request));
  } catch (error) {
    reply = problem(500, 'internal-error', error instanceof Error ? error.message : String(error));
  }
  const delayMs = reply.hangs ? LONGEST_HANG_MS : reply.delayMs;
  if (delayMs === 0) return send(response, reply);
  const timer = setTimeout(() => (reply.hangs ? response.destroy() : send(response, reply)), delayMs);
  timer.unref();
  response.once('close', () => clearTimeout(timer));
}

/** Pages of other sites reach the loopback too: only requests that name it, and whose body is JSON, are heard. */
function refuseStranger(request: IncomingMessage): Reply | null {
  const host = /^(.*?)(?::\d+)?$/.exec(request.headers.host ?? '')?.[1] ?? '';
  if (!LOOPBACK_NAMES.has(host)) return problem(403, 'wrong-host', `the sandbox answers to 127.0.0.1 and localhost, not to "${host}"`);
  if (request.method === 'POST' && !/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    return problem(415, 'wrong-type', 'send the body as application/json');
  return null;
}

async function answer(world: World, request: IncomingMessage): Promise<Reply> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const method = request.method ?? 'GET';
  if (method !== 'POST') return handle(world, { method, path: url.pathname, query: url.searchParams, body: undefined });
  const text = await bodyOf(request);
  if (text === null) return problem(413, 'too-large', `a body of more than ${LARGEST_BODY_BYTES} bytes`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return problem(400, 'wrong-input', 'the body is not JSON');
  }
  return handle(world, { method, path: url.pathname, query: url.searchParams, body });
}

/** The whole body; null when it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += piece.length;
    // the rest is read and thrown away, so that the answer reaches the sender
    if (bytes <= LARGEST_BODY_BYTES) chunks.push(piece);
  }
  return bytes > LARGEST_BODY_BYTES ? null : Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, reply: Reply): void {
  const body = JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(reply.retryAfterMs === null ? {} : { 'retry-after': String(Math.ceil(reply.retryAfterMs / 1000)) }),
  });
  response.end(body);
}
