/** All handlers, by the ids of the contract. */
import type { Handlers, Room } from './context.ts';
import type { Limits } from './limits.ts';
import type { Streams } from './stream.ts';
import { accessHandlers } from './routes/access.ts';
import { appHandlers } from './routes/apps.ts';
import { auditHandlers } from './routes/audit.ts';
import { connectionHandlers } from './routes/connections.ts';
import { controlRoomHandlers } from './routes/control-room.ts';
import { crashGroupHandlers } from './routes/crash-groups.ts';
import { doctorHandlers } from './routes/doctor.ts';
import { factHandlers } from './routes/facts.ts';
import { healthHandlers } from './routes/health.ts';
import { rollupHandlers } from './routes/health-rollups.ts';
import { healthChartHandlers } from './routes/health-charts.ts';
import { notificationHandlers } from './routes/notifications.ts';
import { peopleHandlers } from './routes/people.ts';
import { policyHandlers } from './routes/policy.ts';
import { releaseListHandlers } from './routes/release-lists.ts';
import { releaseHandlers } from './routes/releases.ts';
import { sampleHandlers } from './routes/sample.ts';
import { secretHandlers } from './routes/secrets.ts';
import { sessionHandlers } from './routes/session.ts';
import { teamHandlers } from './routes/teams.ts';
import { trackHandlers } from './routes/tracks.ts';
import { triageHandlers } from './routes/triage.ts';

export function handlers(room: Room, streams: Streams, limits: Limits): Handlers {
  return {
    ...healthHandlers(room, streams),
    ...doctorHandlers(room),
    ...sessionHandlers(room, streams),
    ...appHandlers(room),
    ...controlRoomHandlers(room, streams, limits),
    ...releaseHandlers(room),
    ...releaseListHandlers(room),
    ...trackHandlers(room),
    ...triageHandlers(room),
    ...factHandlers(room),
    ...rollupHandlers(room),
    ...healthChartHandlers(room),
    ...crashGroupHandlers(room),
    ...policyHandlers(room),
    ...connectionHandlers(room),
    ...peopleHandlers(room, streams),
    ...accessHandlers(room, streams),
    ...teamHandlers(room),
    ...auditHandlers(room),
    ...notificationHandlers(room),
    ...sampleHandlers(room),
    ...secretHandlers(room),
  };
}
