/** The pages of the web: immutable assets, and one page for every address that is not the API's. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problemOf } from '#api/problem.ts';
import { identify, refusalOf } from './auth/caller.ts';
import type { Room } from './context.ts';
import { snapshotOf } from './snapshot.ts';

/** Where the page looks for its first snapshot: a block of data, which is not run. */
export const SNAPSHOT_BLOCK_ID = 'signalbox-snapshot';

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
  await server.register(fastifyStatic, {
    root: options.webRoot,
    index: false,
    wildcard: false,
    cacheControl: false,
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
    const block = await snapshotBlock(request, options);
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(block === null ? page : page.replace('</head>', () => `${block}</head>`));
  });
}

/** The snapshot of the app that the page shows, for who may see it, so that the first view needs no second request. */
async function snapshotBlock(request: FastifyRequest, room: Room): Promise<string | null> {
  const [, app] = APP_PAGE.exec(request.url.split('?')[0] ?? '') ?? [];
  if (app === undefined) return null;
  try {
    const caller = await identify(room.accounts, request.headers, room.clock.now());
    if (caller === 'bad-key' || refusalOf('see', caller, app) !== null) return null;
    const snapshot = await snapshotOf(room, app);
    // "<" could end the block; as an escape it is the same JSON
    return snapshot === null
      ? null
      : `<script type="application/json" id="${SNAPSHOT_BLOCK_ID}">${JSON.stringify(snapshot).replaceAll('<', '\\u003c')}</script>`;
  } catch (error) {
    room.log.warn({ err: error, app }, 'the snapshot could not be put into the page');
    return null;
  }
}
