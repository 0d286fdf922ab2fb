/** Everything of one app: who may see it, its room kept live, what stands around each page, and the dialogs. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams, useRouter, useRouterState } from '@tanstack/react-router';
import { codeOf } from '../../api/client.ts';
import { sessionQuery } from '../../api/queries.ts';
import { useLiveRoom } from '../../hooks/useLiveRoom.ts';
import { Broken, Plain } from '../../parts/Broken.tsx';
import { AskProvider } from '../../parts/commands/ask.ts';
import type { Ask } from '../../parts/commands/ask.ts';
import { HelpProvider } from '../../parts/help.ts';
import { RoomProvider } from '../../parts/room.ts';
import { Shell } from '../../parts/shell/Shell.tsx';
import plain from '../../parts/Plain.module.css';
import { write } from '../../util/storage.ts';

// dialogs are no part of the first view: they come when one is first opened
const AskedDialog = lazy(async () => ({ default: (await import('../../parts/commands/dialogs.tsx')).AskedDialog }));
const KeysDialog = lazy(async () => ({ default: (await import('../../parts/KeysDialog.tsx')).KeysDialog }));

export default function AppPage() {
  const { app } = useParams({ from: '/$app' });
  const session = useQuery(sessionQuery);
  if (session.isError) return <Broken error={session.error} />;
  if (session.data === undefined) return null;
  if (session.data.who === null) return <ToSignIn />;
  return <LiveApp key={app} app={app} session={session.data} />;
}

/** Goes to the sign-in, once, and says where to come back to. The address is read once too: while one goes there, it changes. */
function ToSignIn() {
  const router = useRouter();
  const navigate = useNavigate();
  useEffect(() => {
    void navigate({ to: '/sign-in', search: { to: router.state.location.href }, replace: true });
  }, [router, navigate]);
  return null;
}

function LiveApp({ app, session }: { app: string; session: NonNullable<Parameters<typeof RoomProvider>[0]['value']>['session'] }) {
  const { room, error, live } = useLiveRoom(app);
  const [ask, setAsk] = useState<Ask | null>(null);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const isSetUp = useRouterState({ select: (state) => state.location.pathname === `/${app}/set-up` });
  const name = room?.app.name;
  useEffect(() => {
    if (name === undefined) return;
    write('app', app);
  }, [app, name]);
  if (room === undefined) {
    if (codeOf(error) === 'not-found')
      return (
        <Plain title={`There is no app “${app}”`}>
          <p className={plain.lead}>
            <a className="link" href="/">
              Go to the start
            </a>
          </p>
        </Plain>
      );
    return error === null ? null : <Broken error={error} />;
  }
  const title = isSetUp ? 'Set-up' : 'Control room';
  return (
    <RoomProvider value={{ room, live, session }}>
      <HelpProvider value={() => setHelpOpen(true)}>
        <AskProvider value={setAsk}>
          <title>{`${title} · ${room.app.name} · Signalbox`}</title>
          <Shell title={title} onHelp={() => setHelpOpen(true)}>
            <Outlet />
          </Shell>
          <Suspense>
            {ask === null ? null : <AskedDialog ask={ask} onClose={() => setAsk(null)} />}
            {isHelpOpen ? <KeysDialog onClose={() => setHelpOpen(false)} /> : null}
          </Suspense>
        </AskProvider>
      </HelpProvider>
    </RoomProvider>
  );
}
