/** What is around every page of an app: its room kept live, the shell, and the dialogs. */
import { lazy, Suspense, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import type { Session } from '#api/session.ts';
import { useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import { codeOf } from '../../api/client.ts';
import { useKeptRoom } from '../../hooks/useKeptRoom.ts';
import { useLiveRoom } from '../../hooks/useLiveRoom.ts';
import { useMadeStale } from '../../hooks/useMadeStale.ts';
import { Broken, Plain } from '../Broken.tsx';
import { AskProvider } from '../commands/ask.ts';
import type { Ask } from '../commands/ask.ts';
import { HelpProvider } from '../help/help.ts';
import { RoomProvider, inTitle, useRoom } from '../room.ts';
import { titleAt } from './navigation.ts';
import { usePages } from './Navigation.tsx';
import { Shell } from './Shell.tsx';
import { useShellKeys } from './useShellKeys.ts';
import plain from '../Plain.module.css';
import { write } from '../../util/storage.ts';

// dialogs are no part of the first view: they come when one is first opened
const AskedDialog = lazy(async () => ({ default: (await import('../commands/dialogs.tsx')).AskedDialog }));
const HelpDialog = lazy(async () => ({ default: (await import('../help/HelpDialog.tsx')).HelpDialog }));
const CommandMenu = lazy(async () => ({ default: (await import('../command-menu/CommandMenu.tsx')).CommandMenu }));

/** Goes to the sign-in, once, and says where to come back to. The address is read once too: while one goes there, it changes. */
export function ToSignIn() {
  const router = useRouter();
  const navigate = useNavigate();
  useEffect(() => {
    void navigate({ to: '/sign-in', search: { to: router.state.location.href }, replace: true });
  }, [router, navigate]);
  return null;
}

/** An app with all that stands around its pages. Give it the app as its key: another app is another room. */
export function LiveApp({ app, session, children }: { app: string; session: Session; children: ReactNode }) {
  const { room, error, live } = useLiveRoom(app, session.who?.id ?? '');
  useKeptRoom(room, session, live.isHeard);
  useMadeStale(room);
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
            It may have another slug, or it is not shown to you: an admin gives roles.{' '}
            <a className="link" href="/">
              Go to the start
            </a>
          </p>
        </Plain>
      );
    return error === null ? null : <Broken error={error} />;
  }
  return (
    <RoomProvider value={{ room, live, session }}>
      <Inside>{children}</Inside>
    </RoomProvider>
  );
}

/** What every page of the app has: the dialogs, the keys that lead to pages, and the shell. */
function Inside({ children }: { children: ReactNode }) {
  const { room } = useRoom();
  const [ask, setAsk] = useState<Ask | null>(null);
  const [open, setOpen] = useState<'help' | 'search' | null>(null);
  const { pages } = usePages();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const title = titleAt(path, { app: room.app.id, pages }) ?? { text: room.app.name, above: [] };
  const inTab = [title.text, ...title.above.map(({ text }) => text).toReversed()].filter((text) => text !== 'Releases').join(' · ');
  useShellKeys({ onHelp: () => setOpen('help'), onSearch: () => setOpen('search') });
  return (
    <HelpProvider value={() => setOpen('help')}>
      <AskProvider value={setAsk}>
        <title>{`${inTab || title.text} · ${inTitle(room.app)} · Signalbox`}</title>
        <Shell title={title.text} crumbs={title.above} onHelp={() => setOpen('help')} onSearch={() => setOpen('search')}>
          {children}
        </Shell>
        <Suspense>
          {ask === null ? null : <AskedDialog ask={ask} onClose={() => setAsk(null)} />}
          {open === 'help' ? <HelpDialog onClose={() => setOpen(null)} /> : null}
          {open === 'search' ? <CommandMenu onClose={() => setOpen(null)} /> : null}
        </Suspense>
      </AskProvider>
    </HelpProvider>
  );
}
