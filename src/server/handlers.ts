/** All handlers, by the ids of the contract. */
import type { Handlers, Room } from './context.ts';
import type { Streams } from './stream.ts';
import { appHandlers } from './routes/apps.ts';
import { auditHandlers } from './routes/audit.ts';
import { connectionHandlers } from './routes/connections.ts';
import { controlRoomHandlers } from './routes/control-room.ts';
import { doctorHandlers } from './routes/doctor.ts';
import { factHandlers } from './routes/facts.ts';
import { healthHandlers } from './routes/health.ts';
import { peopleHandlers } from './routes/people.ts';
import { policyHandlers } from './routes/policy.ts';
import { releaseListHandlers } from './routes/release-lists.ts';
import { releaseHandlers } from './routes/releases.ts';
import { sampleHandlers } from './routes/sample.ts';
import { sessionHandlers } from './routes/session.ts';
import { trackHandlers } from './routes/tracks.ts';
import { triageHandlers } from './routes/triage.ts';

export function handlers(room: Room, streams: Streams): Handlers {
  return {
    ...healthHandlers(room, streams),
    ...doctorHandlers(room),
    ...sessionHandlers(room),
    ...appHandlers(room),
    ...controlRoomHandlers(room, streams),
    ...releaseHandlers(room),
    ...releaseListHandlers(room),
    ...trackHandlers(room),
    ...triageHandlers(room),
    ...factHandlers(room),
    ...policyHandlers(room),
    ...connectionHandlers(room),
    ...peopleHandlers(room),
    ...auditHandlers(room),
    ...sampleHandlers(room),
  };
}
