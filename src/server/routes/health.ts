import { isDatabaseReady } from '#db/views/health.ts';
import type { Handlers, Room } from '../context.ts';
import { refuse } from '../errors.ts';

export function healthHandlers(room: Room): Handlers<'getLive' | 'getReady'> {
  return {
    getLive: async () => ({ live: true, version: room.version }),
    getReady: async () => {
      if (!(await isDatabaseReady(room.db))) refuse('not-ready', 'the database does not answer', 'wait, or look at the log of the server');
      return { ready: true };
    },
  };
}
