import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { settings } from '../../api/settings-client.ts';
import { SessionList } from '../../parts/Sessions.tsx';
import { ReasonDialog } from '../../parts/settings/ReasonDialog.tsx';
import { Read } from '../../parts/settings/SettingsPage.tsx';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogBody } from '../../ui/Dialog.tsx';

/** Where somebody is signed in, and ending that with a reason: one session, or all. */
export function PersonSessions({ person: { id, name }, onClose }: { person: { id: string; name: string }; onClose: () => void }) {
  const [ending, setEnding] = useState<{ session?: string } | null>(null);
  const KEY = `sessions of ${id}`;
  const list = useQuery({ queryKey: [KEY], queryFn: () => settings.listPersonSessions({ params: { person: id } }) });
  if (ending !== null)
    return (
      <ReasonDialog
        asked={{
          title: ending.session === undefined ? `End all sessions of ${name}` : `End a session of ${name}`,
          about: 'They are signed out there at once; what they were writing is lost.',
          act: ending.session === undefined ? 'End all' : 'End it',
          done: ending.session === undefined ? `All sessions of ${name} have ended` : 'The session has ended',
          send: (why) => settings.endPersonSessions({ params: { person: id }, query: { ...ending, why } }),
          refresh: [KEY],
        }}
        onClose={() => setEnding(null)}
      />
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Where ${name} is signed in`}
      footer={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button look="danger" because={(list.data?.items.length ?? 0) === 0 ? 'There is no session' : null} onClick={() => setEnding({})}>
            End all…
          </Button>
        </>
      }
    >
      <DialogBody>
        <Read list={list} what="the sessions" rows={2}>
          {({ items }) =>
            items.length === 0 ? (
              <p>They are signed in nowhere.</p>
            ) : (
              <SessionList sessions={items} act="End…" onEnd={(session) => setEnding({ session })} />
            )
          }
        </Read>
      </DialogBody>
    </Dialog>
  );
}
