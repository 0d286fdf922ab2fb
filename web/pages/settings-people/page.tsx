/** People: who may come in, what each may do where, who is invited, and by which ways they come. */
import { useState } from 'react';
import { useMaySet, SettingsPage } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { AppPeople } from './AppPeople.tsx';
import { Invitations, InviteDialog } from './Invitations.tsx';
import { Once } from '../../parts/settings/Once.tsx';
import { People } from './People.tsx';
import { Providers } from './Providers.tsx';
import { WaysIn } from './WaysIn.tsx';

export default function SettingsPeoplePage() {
  const { may, because } = useMaySet('people');
  const [isInviting, setInviting] = useState(false);
  const [link, setLink] = useState<{ what: string; value: string } | null>(null);
  const show = (what: string, value: string): void => setLink({ what, value });
  return (
    <SettingsPage
      id="people"
      acts={
        <Button because={because} onClick={() => setInviting(true)}>
          Invite somebody…
        </Button>
      }
    >
      {link === null ? null : (
        <Once what={link.what} about="Send it to them, and to nobody else." value={link.value} onKept={() => setLink(null)} />
      )}
      {may ? (
        <>
          <People onLink={show} />
          <Invitations />
          <WaysIn />
          <Providers />
        </>
      ) : (
        <>
          <AppPeople />
          <Panel title="Identity providers">
            <p className={shared.note}>An admin of all apps reads and changes by which of them people sign in.</p>
          </Panel>
        </>
      )}
      {isInviting ? <InviteDialog onLink={show} onClose={() => setInviting(false)} /> : null}
    </SettingsPage>
  );
}
