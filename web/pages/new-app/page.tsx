import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { meIn } from '../../api/authority.ts';
import { sessionQuery } from '../../api/queries.ts';
import { Plain } from '../../parts/Broken.tsx';
import { TrySample } from '../../parts/first-run/TrySample.tsx';
import { NewAppForm } from '../../parts/first-run/NewAppForm.tsx';

export default function NewAppPage() {
  const session = useQuery(sessionQuery).data;
  if (session === undefined) return null;
  if (session.who === null) return <Navigate to="/sign-in" search={{ to: '/settings/apps/new' }} replace />;
  if (!meIn(session, null).isAdmin)
    return (
      <Plain title="New app" lead="An admin makes apps. Ask one.">
        {' '}
        {null}{' '}
      </Plain>
    );
  return (
    <Plain title="New app" lead="An app has one version line and ships on one or more platforms.">
      <TrySample />
      <NewAppForm />
    </Plain>
  );
}
