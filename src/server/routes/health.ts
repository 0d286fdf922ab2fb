import { countSilentSources } from '#db/views/health.ts';
import type { Handlers, Room } from '../context.ts';
import { refuse } from '../errors.ts';
import type { Streams } from '../stream.ts';

export function healthHandlers(room: Room, streams: Streams): Handlers<'getLive' | 'getReady'> {
  return {
    getLive: async () => ({ live: true, version: room.version }),
    getReady: async () => {
      try {
        return { ready: true, hears: room.engine.state().hears, silentSources: await countSilentSources(room.db) };
      } catch {
        const since = streams.awaySince();
        return refuse(
          'not-ready',
          `the database does not answer${since === null ? '' : ` since ${since}`}: what is shown is as of then, and writes are refused`,
          'bring the database back; nothing accepted is lost, and it goes on by itself. signalbox doctor, on the machine of the server, tells more',
        );
      }
    },
  };
}
