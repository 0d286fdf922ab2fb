import { useState } from 'react';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { Role } from '#domain/roles.ts';
import { settings } from '../../api/settings-client.ts';
import { FormDialog } from '../../parts/commands/FormDialog.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { useRoom } from '../../parts/room.ts';
import { AppField, Grants, RoleFields, useAppNames } from '../../parts/settings/GrantFields.tsx';
import { teamsIn } from '../../parts/settings/grants.ts';
import { ReasonDialog } from '../../parts/settings/ReasonDialog.tsx';
import type { Asked } from '../../parts/settings/ReasonDialog.tsx';
import { byCursor, cursorIn, Paged } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { PersonSessions } from './PersonSessions.tsx';

export type Person = Awaited<ReturnType<typeof settings.listPeople>>['items'][number];

const KEY = 'people';

export function People({ onLink }: { onLink: (what: string, link: string) => void }) {
  const [search, setSearch] = useState('');
  const [edited, setEdited] = useState<Person | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [shown, setShown] = useState<Person | null>(null);
  const list = useInfiniteQuery({
    queryKey: [KEY],
    queryFn: ({ pageParam }) => settings.listPeople({ query: { limit: 100, ...cursorIn(pageParam) } }),
    ...byCursor,
  });
  const words = search.trim().toLowerCase();
  return (
    <Panel title="People">
      <Paged list={list} what="the people" more="more people" none={null}>
        {(people) => {
          const found = people.filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(words));
          return (
            <>
              {people.length > 8 ? (
                <div className={shared.body}>
                  <TextField
                    label="Find by name or e-mail"
                    type="search"
                    value={search}
                    onChange={(event) => setSearch(event.target.value)}
                  />
                </div>
              ) : null}
              <ul className={shared.rows}>
                {found.map((person) => (
                  <OnePerson
                    key={person.id}
                    person={person}
                    onEdit={() => setEdited(person)}
                    onAsk={setAsked}
                    onSessions={() => setShown(person)}
                    onLink={onLink}
                  />
                ))}
              </ul>
              {found.length === 0 ? <p className={shared.note}>Nobody of those that were read is called so.</p> : null}
            </>
          );
        }}
      </Paged>
      {edited === null ? null : <RolesDialog person={edited} onClose={() => setEdited(null)} />}
      {asked === null ? null : <ReasonDialog asked={asked} onClose={() => setAsked(null)} />}
      {shown === null ? null : <PersonSessions person={shown} onClose={() => setShown(null)} />}
    </Panel>
  );
}

function OnePerson({
  person,
  onEdit,
  onAsk,
  onSessions,
  onLink,
}: {
  person: Person;
  onEdit: () => void;
  onAsk: (asked: Asked) => void;
  onSessions: () => void;
  onLink: (what: string, link: string) => void;
}) {
  const { session } = useRoom();
  const names = useAppNames();
  const { id, name, email, deactivated, signsInBy, lastSeenAt, grants } = person;
  const isMe = session.who?.id === id;
  return (
    <li data-off={deactivated !== null || undefined}>
      <div>
        <h3>
          {name} {isMe ? <Tag>you</Tag> : null} {deactivated === null ? null : <Tag>out</Tag>}
        </h3>
        <p className={shared.soft}>
          {email}; {signsInBy.length === 0 ? 'no way to sign in' : `signs in by ${signsInBy.join(' or ')}`}
          {lastSeenAt === null ? '' : ', last seen '}
          {lastSeenAt === null ? null : <Moment at={lastSeenAt} as="full" />}
        </p>
        {deactivated === null ? null : (
          <p className={shared.soft}>
            Out since <Moment at={deactivated.at} as="full" />: {deactivated.why}
          </p>
        )}
        <Grants grants={grants} names={names} />
      </div>
      <div className={shared.acts}>
        <Button size="small" aria-label={`Change the roles of ${name}`} onClick={onEdit}>
          Roles…
        </Button>
        <MoreOf person={person} isMe={isMe} onAsk={onAsk} onSessions={onSessions} onLink={onLink} />
      </div>
    </li>
  );
}

function MoreOf({
  person: { id, name, deactivated },
  isMe,
  onAsk,
  onSessions,
  onLink,
}: {
  person: Person;
  isMe: boolean;
  onAsk: (asked: Asked) => void;
  onSessions: () => void;
  onLink: (what: string, link: string) => void;
}) {
  const params = { person: id };
  const link = (): Asked => ({
    title: `A new password for ${name}`,
    about: 'The link works once, within a day. With it they set a password, and every session of theirs ends.',
    act: 'Make the link',
    look: 'primary',
    why: null,
    done: 'The link is made',
    send: async () => onLink(`The link with which ${name} sets a password`, (await settings.makePasswordLink({ params, body: {} })).link),
    refresh: [],
  });
  const out = (): Asked => ({
    title: `Put ${name} out`,
    about:
      'Their sessions end, the API keys that they made count no more, and they cannot sign in. Roles and words stay for when they are let in again.',
    act: `Put ${name} out`,
    done: `${name} is out`,
    send: (why) => settings.deactivatePerson({ params, body: { why } }),
    refresh: [KEY, 'keys'],
  });
  const again = (): Asked => ({
    title: `Let ${name} in again`,
    about: 'With the roles that they had.',
    act: `Let ${name} in`,
    look: 'primary',
    done: `${name} may come in again`,
    send: (why) => settings.reactivatePerson({ params, query: { why } }),
    refresh: [KEY],
  });
  const remove = (): Asked => ({
    title: `Remove ${name}`,
    about: 'Their account is gone for good; their entries in the journal stay. Who only leaves for a while is put out instead.',
    act: `Remove ${name}`,
    why: null,
    done: `${name} is removed`,
    send: () => settings.removePerson({ params }),
    refresh: [KEY],
  });
  const items = [
    { key: 'sessions', label: 'Sessions…', onSelect: onSessions },
    ...(deactivated === null ? [{ key: 'link', label: 'New password…', onSelect: () => onAsk(link()) }] : []),
    ...(isMe
      ? []
      : [
          deactivated === null
            ? { key: 'out', label: 'Put out…', onSelect: () => onAsk(out()) }
            : { key: 'again', label: 'Let in again…', onSelect: () => onAsk(again()) },
          { key: 'remove', label: 'Remove…', onSelect: () => onAsk(remove()) },
        ]),
  ];
  return <Menu label={`More about ${name}`} button="More" className={shared.menu} items={items} />;
}

/** The roles of a person in one app after the other. */
function RolesDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { room } = useRoom();
  const cache = useQueryClient();
  const heldIn = (app: string) => person.grants.find((grant) => grant.app === app);
  const [app, setApp] = useState(() => (heldIn(room.app.id) === undefined && heldIn('*') !== undefined ? '*' : room.app.id));
  const [held, setHeld] = useState<readonly Role[]>(heldIn(app)?.roles ?? []);
  const [teams, setTeams] = useState((heldIn(app)?.teams ?? []).join(', '));
  const turnTo = (to: string): void => {
    setApp(to);
    setHeld(heldIn(to)?.roles ?? []);
    setTeams((heldIn(to)?.teams ?? []).join(', '));
  };
  return (
    <FormDialog
      title={`Roles of ${person.name}`}
      about="Roles in all apps add to those in one."
      act="Set the roles"
      missing={null}
      send={async () => {
        await settings.setRoles({ params: { person: person.id, app }, body: { roles: [...held], teams: teamsIn(teams) } });
        await Promise.all([KEY, 'app-people', 'session', 'settings-history'].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      }}
      done={() => `The roles of ${person.name} are set`}
      onClose={onClose}
    >
      <AppField label="In" all="first" value={app} onChange={turnTo} />
      <RoleFields held={held} teams={teams} onRoles={setHeld} onTeams={setTeams} />
      {held.length === 0 && heldIn(app) !== undefined ? <p className={shared.soft}>All their roles there are taken from them.</p> : null}
    </FormDialog>
  );
}
