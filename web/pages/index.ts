/** The pages: each is loaded when it is first gone to. */
import { lazyRouteComponent } from '@tanstack/react-router';

export const pages = {
  home: lazyRouteComponent(() => import('./home/page.tsx')),
  signIn: lazyRouteComponent(() => import('./sign-in/page.tsx')),
  invitation: lazyRouteComponent(() => import('./invitation/page.tsx')),
  newPassword: lazyRouteComponent(() => import('./new-password/page.tsx')),
  firstAdmin: lazyRouteComponent(() => import('./first-admin/page.tsx')),
  newApp: lazyRouteComponent(() => import('./new-app/page.tsx')),
  app: lazyRouteComponent(() => import('./app/page.tsx')),
  controlRoom: lazyRouteComponent(() => import('./control-room/page.tsx')),
  track: lazyRouteComponent(() => import('./track/page.tsx')),
  release: lazyRouteComponent(() => import('./release/page.tsx')),
  releases: lazyRouteComponent(() => import('./releases/page.tsx')),
  bugs: lazyRouteComponent(() => import('./bugs/page.tsx')),
  crashGroups: lazyRouteComponent(() => import('./crash-groups/page.tsx')),
  crashGroup: lazyRouteComponent(() => import('./crash-group/page.tsx')),
  signOffs: lazyRouteComponent(() => import('./sign-offs/page.tsx')),
  builds: lazyRouteComponent(() => import('./builds/page.tsx')),
  changes: lazyRouteComponent(() => import('./changes/page.tsx')),
  activity: lazyRouteComponent(() => import('./activity/page.tsx')),
  audit: lazyRouteComponent(() => import('./audit/page.tsx')),
  profile: lazyRouteComponent(() => import('./profile/page.tsx')),
  setUp: lazyRouteComponent(() => import('./set-up/page.tsx')),
  settings: lazyRouteComponent(() => import('./settings/page.tsx')),
};
