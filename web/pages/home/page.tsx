/** The start: to the app one looked at last, or, where there is none, the line of stations that makes one. */
import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { appsQuery, sessionQuery } from '../../api/queries.ts';
import { meIn } from '../../api/authority.ts';
import { Broken } from '../../parts/Broken.tsx';
import { FirstRun } from '../../parts/first-run/FirstRun.tsx';
import { read } from '../../util/storage.ts';

export default function HomePage() {
  const session = useQuery(sessionQuery);
  const isIn = session.data !== undefined && session.data.who !== null;
  const apps = useQuery({ ...appsQuery, enabled: isIn });
  if (session.isError) return <Broken error={session.error} />;
  if (session.data === undefined) return null;
  if (!isIn) return <Navigate to="/sign-in" search={{}} replace />;
  if (apps.isError) return <Broken error={apps.error} />;
  if (apps.data === undefined) return null;
  const last = apps.data.items.find(({ id }) => id === read('app')) ?? apps.data.items[0];
  if (last === undefined) return <FirstRun isAdmin={meIn(session.data, null).isAdmin} />;
  return <Navigate to="/$app" params={{ app: last.id }} replace />;
}
