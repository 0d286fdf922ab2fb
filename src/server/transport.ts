/** Below the routes: how long a request may take to come, how large its head may be, what every answer carries, and what is said where no request could be read. */
import type { Socket } from 'node:net';
import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { problemOf } from '#api/problem.ts';
import type { ProblemCode } from '#api/problem.ts';

/** Milliseconds. */
export type Patience = {
  /** Until a request's head is there. */
  headersMs: number;
  /** Until the whole request is there. */
  requestMs: number;
  /** Without anything passing in either direction; streams are left out, they have a heartbeat and a limit to what waits for a slow reader. */
  idleMs: number;
  /** Between two looks at connections that take too long. */
  lookEveryMs: number;
};

export const PATIENCE: Patience = { headersMs: 10_000, requestMs: 30_000, idleMs: 300_000, lookEveryMs: 2000 };

/** Address, cookies and all: far more than any of ours. */
const LARGEST_HEAD_BYTES = 16_384;

export function transport(patience: Patience): Pick<FastifyServerOptions, 'requestTimeout' | 'connectionTimeout'> & {
  http: { headersTimeout: number; requestTimeout: number; connectionsCheckingInterval: number; maxHeaderSize: number };
  clientErrorHandler: (error: Error & { code?: string }, socket: Socket) => void;
} {
  const { headersMs, requestMs, idleMs, lookEveryMs } = patience;
  return {
    requestTimeout: requestMs,
    connectionTimeout: idleMs,
    http: {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: lookEveryMs,
      maxHeaderSize: LARGEST_HEAD_BYTES,
    },
    clientErrorHandler: (error, socket) => {
      const said = unreadable[error.code ?? ''] ?? unreadable['any'];
      if (said === undefined || error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
      const [status, code, detail, right] = said;
      const body = JSON.stringify({ ...problemOf(code, detail, right), status: Number(status.slice(0, 3)) });
      socket.end(
        `HTTP/1.1 ${status}\r\ncontent-type: application/problem+json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body}`,
        () => socket.destroy(),
      );
    },
  };
}

/** Faults of Node's reader of requests, before any route: status line, code, what was wrong, what would be right. */
const unreadable: Readonly<Record<string, [string, ProblemCode, string, string]>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'too-large',
    `the address and headers together have more than ${LARGEST_HEAD_BYTES} bytes`,
    'a shorter address, fewer cookies',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'invalid-input', 'the request took too long to come', 'send it at once'],
  any: ['400 Bad Request', 'invalid-input', 'this is no HTTP request that can be read', 'HTTP/1.1'],
};

/** Of the browser's powers none is used. */
const PERMISSIONS = ['camera', 'microphone', 'geolocation', 'payment', 'usb', 'serial', 'bluetooth', 'display-capture', 'browsing-topics']
  .map((power) => `${power}=()`)
  .join(', ');

/** What every answer carries beside what helmet sets. Answers of the API are of a person's own, unless a route says otherwise: nobody keeps them. */
export function addHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.header('permissions-policy', PERMISSIONS);
    done();
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    if (request.url.startsWith('/api') && !reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    done(null, payload);
  });
}

/**
 * What answers to programs that show nothing carry: the same protection where a browser opens one all the same, as one constant. To work it out anew for each costs
 * more than half of what an SDK's envelope may take.
 */
export const HEADERS_OF_DATA: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'permissions-policy': PERMISSIONS,
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** No script and no style but our own files; no frame; nothing from elsewhere. */
export function helmetOptions(publicUrl: string | null): FastifyHelmetOptions {
  const isSecure = publicUrl?.startsWith('https:') ?? false;
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        // positions and widths that are computed, such as those of menus and bars, are set as style attributes
        styleSrcAttr: ["'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(isSecure ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: isSecure,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  };
}
