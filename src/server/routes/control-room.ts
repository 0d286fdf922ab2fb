import { appVersion } from '#db/views/apps.ts';
import type { Handlers, Room } from '../context.ts';
import { sent } from '../context.ts';
import { notFound, refuse } from '../errors.ts';
import { countOpen } from '../limits.ts';
import type { Limits } from '../limits.ts';
import { snapshotOf } from '../snapshot.ts';
import type { Streams } from '../stream.ts';

export function controlRoomHandlers(
  room: Room,
  streams: Streams,
  limits: Pick<Limits, 'streamsOfPerson' | 'streamsOfKey'>,
): Handlers<'getControlRoom' | 'streamControlRoom'> {
  const open = countOpen();
  return {
    getControlRoom: async ({ params }, at) => {
      const known = at.request.headers['if-none-match'];
      if (known !== undefined) {
        const version = await appVersion(room.db, params.app);
        if (version !== null && known === etagOf(version)) {
          void at.reply.code(304).header('etag', known).header('cache-control', 'private, no-cache').send();
          return sent;
        }
      }
      const snapshot = (await snapshotOf(room, params.app)) ?? notFound(`app "${params.app}"`, 'see GET /api/apps');
      void at.reply.header('etag', etagOf(snapshot.version)).header('cache-control', 'private, no-cache');
      return snapshot;
    },
    streamControlRoom: async ({ params, query }, at) => {
      // its answer would never end, and nobody would read it
      if (at.request.method === 'HEAD') refuse('no-such-method', 'a stream of events has no head', 'GET');
      const header = at.request.headers['last-event-id'];
      const after = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : (query.after ?? null);
      if ((await appVersion(room.db, params.app)) === null) notFound(`app "${params.app}"`, 'see GET /api/apps');
      const caller = at.known();
      const { kind, id } = caller;
      const most = kind === 'person' ? limits.streamsOfPerson : limits.streamsOfKey;
      const name = `${kind} ${id}`;
      if (!open.take(name, most))
        refuse(
          'too-many-requests',
          `${most} streams are open for you already`,
          'close pages that you do not look at, or watch with one connection',
        );
      at.reply.raw.once('close', () => open.giveBack(name));
      at.reply.hijack();
      at.request.raw.setTimeout(0);
      try {
        const isOpen = await streams.open(
          params.app,
          after,
          at.reply.raw,
          caller.kind === 'key' ? { by: 'key', id: caller.id, app: params.app } : { by: 'session', id: caller.session, app: params.app },
        );
        if (!isOpen) at.reply.raw.destroy();
      } catch (error) {
        room.log.error({ err: error, app: params.app }, 'a stream could not be opened');
        at.reply.raw.destroy();
      }
      return sent;
    },
  };
}

function etagOf(version: number): string {
  return `"${version}"`;
}
