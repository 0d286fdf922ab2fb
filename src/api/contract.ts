/** The HTTP contract: every route there is. */
import { accessRoutes } from './access.ts';
import { appRoutes } from './apps.ts';
import { auditRoutes } from './audit.ts';
import { connectionRoutes } from './connections.ts';
import { controlRoomRoutes } from './control-room.ts';
import { crashGroupRoutes } from './crash-groups.ts';
import { doctorRoutes } from './doctor.ts';
import { factRoutes } from './facts.ts';
import { healthRoutes } from './health.ts';
import { rollupRoutes } from './health-rollups.ts';
import { healthChartRoutes } from './health-charts.ts';
import { notificationRoutes } from './notifications.ts';
import { peopleRoutes } from './people.ts';
import { policyRoutes } from './policy.ts';
import { releaseListRoutes } from './release-lists.ts';
import { releaseRoutes } from './releases.ts';
import { sampleRoutes } from './sample.ts';
import { secretRoutes } from './secrets.ts';
import { sessionRoutes } from './session.ts';
import { teamRoutes } from './teams.ts';
import { trackRoutes } from './tracks.ts';
import { triageRoutes } from './triage.ts';
import type { Route } from './route.ts';

export const contract = [
  ...healthRoutes,
  ...doctorRoutes,
  ...sessionRoutes,
  ...appRoutes,
  ...controlRoomRoutes,
  ...releaseRoutes,
  ...releaseListRoutes,
  ...trackRoutes,
  ...triageRoutes,
  ...factRoutes,
  ...rollupRoutes,
  ...healthChartRoutes,
  ...crashGroupRoutes,
  ...policyRoutes,
  ...connectionRoutes,
  ...peopleRoutes,
  ...accessRoutes,
  ...teamRoutes,
  ...auditRoutes,
  ...notificationRoutes,
  ...sampleRoutes,
  ...secretRoutes,
] as const satisfies readonly Route[];

export type Contract = (typeof contract)[number];
export type RouteId = Contract['id'];
export type RouteOf<Id extends RouteId> = Extract<Contract, { id: Id }>;
