import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Role } from '#domain/roles.ts';
import { settings } from '../../api/settings-client.ts';
import { FormDialog } from '../../parts/commands/FormDialog.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { useRoom } from '../../parts/room.ts';
import { AppField, Grants, RoleFields, useAppNames } from '../../parts/settings/GrantFields.tsx';
import { teamsIn } from '../../parts/settings/grants.ts';
import { ReasonDialog } from '../../parts/settings/ReasonDialog.tsx';
import type { Asked } from '../../parts/settings/ReasonDialog.tsx';
import { Read } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';

const KEY = 'invitations';

/** Those that wait. What came of the others is in the history. */
export function Invitations() {
  const names = useAppNames();
  const [asked, setAsked] = useState<Asked | null>(null);
  const list = useQuery({ queryKey: [KEY], queryFn: () => settings.listInvitations({ query: { limit: 200 } }) });
  return (
    <Panel title="Invitations that wait">
      <Read list={list} what="the invitations" rows={2}>
        {({ items }) => {
          const waiting = items.filter(
            ({ usedAt, revokedAt, expiresAt }) => usedAt === null && revokedAt === null && expiresAt > new Date().toISOString(),
          );
          return waiting.length === 0 ? (
            <p className={shared.note}>Nobody is invited at the moment.</p>
          ) : (
            <ul className={shared.rows}>
              {waiting.map(({ id, email, name, grants, createdBy, expiresAt }) => (
                <li key={id}>
                  <div>
                    <h3>{name === '' ? email : `${name}, ${email}`}</h3>
                    <p className={shared.soft}>
                      by {createdBy}, good until <Moment at={expiresAt} as="full" />
                    </p>
                    <Grants grants={grants} names={names} />
                  </div>
                  <div className={shared.acts}>
                    <Button
                      size="small"
                      look="danger"
                      aria-label={`Withdraw the invitation of ${email}`}
                      onClick={() =>
                        setAsked({
                          title: `Withdraw the invitation of ${email}`,
                          about: 'Its link is worth nothing then. They can be invited again.',
                          act: 'Withdraw it',
                          why: null,
                          done: `The invitation of ${email} is withdrawn`,
                          send: () => settings.revokeInvitation({ params: { invitation: id } }),
                          refresh: [KEY],
                        })
                      }
                    >
                      Withdraw…
                    </Button>
                  </div>
                </li>
              ))}
            </ul>
          );
        }}
      </Read>
      {asked === null ? null : <ReasonDialog asked={asked} onClose={() => setAsked(null)} />}
    </Panel>
  );
}

export function InviteDialog({ onLink, onClose }: { onLink: (what: string, link: string) => void; onClose: () => void }) {
  const { room } = useRoom();
  const cache = useQueryClient();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [app, setApp] = useState(room.app.id);
  const [held, setHeld] = useState<readonly Role[]>(['member']);
  const [teams, setTeams] = useState('');
  const [hours, setHours] = useState('168');
  return (
    <FormDialog
      title="Invite somebody"
      about="A link is made, which is shown once. With it they choose a password, and have the roles that you give here."
      act="Make the invitation"
      missing={/^\S+@\S+\.\S+$/.test(email.trim()) ? null : 'An e-mail address looks like you@example.com.'}
      send={async () => {
        const grants = held.length === 0 ? [] : [{ app, roles: [...held], teams: teamsIn(teams) }];
        const made = await settings.invite({ body: { email: email.trim(), name: name.trim(), grants, hours: Number(hours) } });
        await Promise.all([KEY, 'settings-history'].map((key) => cache.invalidateQueries({ queryKey: [key] })));
        return made;
      }}
      done={({ link, invitation }) => {
        onLink(`The invitation of ${invitation.email}`, link);
        return `${invitation.email} is invited`;
      }}
      onClose={onClose}
    >
      <div className={shared.two}>
        <TextField label="E-mail" type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />
        <TextField label="Name, if you know it" value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
      </div>
      <div className={shared.two}>
        <AppField label="In" all="last" value={app} onChange={setApp} />
        <SelectField label="The link is good for" value={hours} onChange={(event) => setHours(event.target.value)}>
          <option value="24">a day</option>
          <option value="168">a week</option>
          <option value="720">a month</option>
        </SelectField>
      </div>
      <RoleFields held={held} teams={teams} onRoles={setHeld} onTeams={setTeams} />
    </FormDialog>
  );
}
