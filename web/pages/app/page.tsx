/** Everything of one app at its own address: who may see it, and its room kept live around each page. */
import { useQuery } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import { sessionQuery } from '../../api/queries.ts';
import { Broken } from '../../parts/Broken.tsx';
import { LiveApp, ToSignIn } from '../../parts/shell/LiveApp.tsx';

export default function AppPage() {
  const { app } = useParams({ from: '/$app' });
  const session = useQuery(sessionQuery);
  if (session.isError) return <Broken error={session.error} />;
  if (session.data === undefined) return null;
  if (session.data.who === null) return <ToSignIn />;
  return (
    <LiveApp key={app} app={app} session={session.data}>
      <Outlet />
    </LiveApp>
  );
}
