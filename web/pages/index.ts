/** The pages: each is loaded when it is first gone to. */
import { lazyRouteComponent } from '@tanstack/react-router';

export const pages = {
  home: lazyRouteComponent(() => import('./home/page.tsx')),
  signIn: lazyRouteComponent(() => import('./sign-in/page.tsx')),
  firstAdmin: lazyRouteComponent(() => import('./first-admin/page.tsx')),
  newApp: lazyRouteComponent(() => import('./new-app/page.tsx')),
  app: lazyRouteComponent(() => import('./app/page.tsx')),
  controlRoom: lazyRouteComponent(() => import('./control-room/page.tsx')),
  setUp: lazyRouteComponent(() => import('./set-up/page.tsx')),
};
