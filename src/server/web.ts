/** The pages of the web: immutable assets, and one page for every address that is not the API's. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problemOf } from '#api/problem.ts';
import { identify, refusalOf } from './auth/caller.ts';
import type { Room } from './context.ts';
import { firstFiles } from './first-files.ts';
import { sessionOf } from './session-view.ts';
import { snapshotOf } from './snapshot.ts';

/** Where the page looks for its first snapshot and for who is signed in: blocks of data, which are not run. */
const SNAPSHOT_BLOCK_ID = 'signalbox-snapshot';
const SESSION_BLOCK_ID = 'signalbox-session';

const compress = promisify(gzip);
/** A snapshot shrinks to a sixth at any level; the highest would take ten times as long for a few bytes less. */
const COMPRESSED_QUICKLY = 4;
const TAKES_GZIP = /\bgzip\b(?! *; *q=0(?:\.0*)? *(?:,|$))/;

const APP_PAGE = /^\/([a-z][a-z0-9-]{0,62})(?:\/|$)/;

export async function addWeb(server: FastifyInstance, options: Room & { webRoot: string | null }): Promise<void> {
  const page = options.webRoot === null ? null : await readFile(join(options.webRoot, 'index.html'), 'utf8').catch(() => null);
  if (options.webRoot === null || page === null) {
    server.setNotFoundHandler(async (request, reply) => {
      const problem = problemOf(
        'no-such-route',
        `there is nothing at ${request.url.split('?')[0] ?? ''}: the pages are not built`,
        'npm run build makes them; the API is under /api',
      );
      return reply.code(404).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(problem));
    });
    return;
  }
  const linksFor = await firstFiles(options.webRoot);
  await server.register(fastifyStatic, {
    root: options.webRoot,
    index: false,
    wildcard: false,
    cacheControl: false,
    preCompressed: true,
    setHeaders: (reply, path) => {
      // file names of assets carry a hash of what is in them
      void reply.header(
        'cache-control',
        path.startsWith(join(options.webRoot ?? '', 'assets')) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  server.setNotFoundHandler(async (request, reply) => {
    const wantsPage = (request.method === 'GET' || request.method === 'HEAD') && !/\.[a-z0-9]{2,5}$/i.test(request.url.split('?')[0] ?? '');
    if (!wantsPage) {
      const problem = problemOf('no-such-route', `there is nothing at ${request.url.split('?')[0] ?? ''}`, null);
      return reply.code(404).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(problem));
    }
    const blocks = await firstBlocks(request, options);
    // in a header, so that the page itself is the same at every address: the service worker keeps one for all
    const links = linksFor(request.url.split('?')[0] ?? '');
    if (links !== '') void reply.header('link', links);
    const text = blocks === '' ? page : page.replace('</head>', () => `${blocks}</head>`);
    void reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store').header('vary', 'accept-encoding');
    if (!TAKES_GZIP.test(request.headers['accept-encoding'] ?? '')) return reply.send(text);
    return reply.header('content-encoding', 'gzip').send(await compress(text, { level: COMPRESSED_QUICKLY }));
  });
}

/** The app that an address is of: it begins with it, or, in the settings, names it beside. */
function appIn(url: string): string | undefined {
  const [path = '', query = ''] = url.split('?');
  const [, slug] = APP_PAGE.exec(path) ?? [];
  if (slug !== 'settings') return slug;
  const [, beside] = APP_PAGE.exec(`/${new URLSearchParams(query).get('app') ?? ''}`) ?? [];
  return beside;
}

/** What the first view needs, for who may see it, so that it asks nothing more: who is signed in, and the snapshot of the app that the page shows. */
async function firstBlocks(request: FastifyRequest, room: Room): Promise<string> {
  const app = appIn(request.url);
  try {
    const caller = await identify(room.accounts, request.headers, room.clock.now());
    if (caller === 'bad-key' || caller.kind === 'anonymous') return '';
    const session = sessionOf(room, caller);
    const snapshot = app === undefined || refusalOf('see', caller, app) !== null ? null : await snapshotOf(room, app);
    return block(SESSION_BLOCK_ID, await session) + (snapshot === null ? '' : block(SNAPSHOT_BLOCK_ID, snapshot));
  } catch (error) {
    room.log.warn({ err: error, app: app ?? null }, 'the first view could not be put into the page');
    return '';
  }
}

/** "<" could end the block; as an escape it is the same JSON. */
function block(id: string, value: unknown): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`;
}
