/** Teams, as the policy names them, with who is in each; and who is on call, for each team and for the release. */
import { useState } from 'react';
import type { RefObject } from 'react';
import { useQuery } from '@tanstack/react-query';
import { may, whoMay } from '../../api/authority.ts';
import type { settings } from '../../api/settings-client.ts';
import { PolicyChangeDialog } from '../../parts/policy-change/PolicyChange.tsx';
import { withChanges, withValue } from '../../parts/policy-change/policy-text.ts';
import { policyQuery, teamsQuery } from '../../parts/policy-change/queries.ts';
import { useMe, useRoom } from '../../parts/room.ts';
import { Read, SettingsPage } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { useFormFocus } from '../../parts/settings/useFormFocus.ts';
import { Button } from '../../ui/Button.tsx';
import { Choices, TextArea, TextField } from '../../ui/Field.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { OnCall } from './OnCall.tsx';

type Team = Awaited<ReturnType<typeof settings.listTeams>>['items'][number];

export default function SettingsTeamsPage() {
  const { room } = useRoom();
  const me = useMe();
  const list = useQuery(teamsQuery(room.app.id));
  const [edited, setEdited] = useState<string | null>(null);
  const form = useFormFocus(edited);
  const because = may(me, 'propose-policy') ? null : `Only ${whoMay('propose-policy')} may change teams`;
  const teams = list.data?.items ?? [];
  return (
    <SettingsPage
      id="teams"
      acts={
        <Button data-opens="" because={because} onClick={() => setEdited('')}>
          New team…
        </Button>
      }
    >
      <OnCall duties={['release-manager', ...teams.map(({ id }) => id)]} />
      {edited === '' ? (
        <Panel title="New team">
          <TeamForm form={form} team={null} known={teams.map(({ id }) => id)} onClose={() => setEdited(null)} />
        </Panel>
      ) : null}
      <Panel title="Teams">
        <Read list={list} what="the teams" rows={6}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title="No team is named yet">Bugs are assigned to teams, and teams sign releases off.</EmptyState>
            ) : (
              <ul className={shared.rows}>
                {items.map((team) =>
                  edited === team.id ? (
                    <li key={team.id} style={{ gridTemplateColumns: 'minmax(0, 1fr)', padding: 0 }}>
                      <TeamForm form={form} team={team} known={[]} onClose={() => setEdited(null)} />
                    </li>
                  ) : (
                    <OneTeam key={team.id} team={team} because={because} onEdit={() => setEdited(team.id)} />
                  ),
                )}
              </ul>
            )
          }
        </Read>
      </Panel>
    </SettingsPage>
  );
}

function OneTeam({ team, because, onEdit }: { team: Team; because: string | null; onEdit: () => void }) {
  const { id, owns, channel, testing, members, onCall } = team;
  return (
    <li>
      <div>
        <h3>
          {id} {testing === 'manual' ? null : <Tag>does not sign</Tag>}
        </h3>
        <p>
          {members.length === 0 ? 'Nobody is in it.' : members.map(({ name }) => name).join(', ')}
          {onCall === null ? '' : ` On call: ${onCall.person.name}.`}
        </p>
        <p className={shared.soft}>
          {channel === null ? 'No channel; it is told in the chat’s own.' : `Reached in ${channel}.`}{' '}
          {owns.length === 0 ? 'It owns no paths.' : `Owns ${owns.join(', ')}.`}
          {testing === 'manual' ? '' : ` Opted out of signing: ${testing}.`}
        </p>
      </div>
      <div className={shared.acts}>
        <Button size="small" data-opens={id} aria-label={`Change ${id}`} because={because} onClick={onEdit}>
          Change…
        </Button>
      </div>
    </li>
  );
}

/** A team as the policy writes it. Who is in it is set under people. */
function TeamForm({
  form,
  team,
  known,
  onClose,
}: {
  form: RefObject<HTMLFormElement | null>;
  team: Team | null;
  known: readonly string[];
  onClose: () => void;
}) {
  const { room } = useRoom();
  const policy = useQuery(policyQuery(room.app.id)).data;
  const [name, setName] = useState(team?.id ?? '');
  const [channel, setChannel] = useState(team?.channel ?? '');
  const [owns, setOwns] = useState((team?.owns ?? []).join('\n'));
  const [testing, setTesting] = useState<'manual' | 'opted-out'>(team === null || team.testing === 'manual' ? 'manual' : 'opted-out');
  const [instead, setInstead] = useState(team === null || team.testing === 'manual' ? '' : team.testing);
  // the team may be read again while it is edited
  const [began] = useState(team === null ? {} : inPolicy(team));
  const [wanted, setWanted] = useState<{ text: string; basedOn: number; title: string } | null>(null);
  const [wasTried, setTried] = useState(false);
  const faults = {
    name: !/^[a-z][a-z0-9-]*$/.test(name)
      ? 'A small letter, then small letters, digits and dashes: car-mode.'
      : known.includes(name)
        ? 'There is a team of this name.'
        : null,
    instead: testing === 'opted-out' && instead.trim() === '' ? 'Say what stands in for its tests by hand.' : null,
  };
  const write = (title: string, write: (text: string) => string): void => {
    if (policy !== undefined) setWanted({ text: write(policy.text), basedOn: policy.revision, title });
  };
  return (
    <form
      ref={form}
      className={shared.body}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (faults.name !== null || faults.instead !== null) return;
        const paths = owns
          .split('\n')
          .map((path) => path.trim())
          .filter((path) => path !== '');
        const now = inPolicy({
          owns: paths,
          channel: channel.trim() === '' ? null : channel.trim(),
          testing: testing === 'manual' ? 'manual' : instead.trim(),
        });
        write(team === null ? `New team ${name}` : `Team ${name}`, (text) => withChanges(text, ['teams', name], began, now));
      }}
    >
      <div className={shared.two}>
        <TextField
          label="Name"
          value={name}
          readOnly={team !== null}
          maxLength={60}
          hint={team === null ? 'As people and the policy call it.' : 'A name stays: sign-offs and bugs carry it.'}
          error={wasTried && team === null ? faults.name : null}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Channel"
          value={channel}
          maxLength={200}
          placeholder="#player"
          onChange={(event) => setChannel(event.target.value)}
        />
      </div>
      <TextArea
        label="Paths that it owns, one a line"
        rows={3}
        value={owns}
        hint="Patterns such as ios/Player/**. Changes there are its own, and so are bugs of what they touch."
        onChange={(event) => setOwns(event.target.value)}
      />
      <Choices
        label="Its word on a release"
        value={testing}
        onChange={setTesting}
        options={[
          { value: 'manual', label: 'It signs' },
          { value: 'opted-out', label: 'It is opted out' },
        ]}
      />
      {testing === 'opted-out' ? (
        <TextField
          label="What stands in for it"
          value={instead}
          maxLength={300}
          placeholder="automated tests cover sign-in"
          error={wasTried ? faults.instead : null}
          onChange={(event) => setInstead(event.target.value)}
        />
      ) : null}
      <div className={shared.acts}>
        <Button type="submit" because={policy === undefined ? 'The policy is being read' : null}>
          Look at its effect
        </Button>
        {team === null ? null : (
          <Button look="danger" onClick={() => write(`Without the team ${name}`, (text) => withValue(text, ['teams', name], undefined))}>
            Take the team out…
          </Button>
        )}
        <Button look="ghost" onClick={onClose}>
          Leave it as it is
        </Button>
      </div>
      {wanted === null ? null : <PolicyChangeDialog {...wanted} onClose={() => setWanted(null)} onDone={onClose} />}
    </form>
  );
}

/** The values of a team in the policy; what is not there is not said. */
function inPolicy({ owns, channel, testing }: Pick<Team, 'owns' | 'channel' | 'testing'>) {
  return {
    owns: owns.length === 0 ? undefined : owns,
    channel: channel ?? undefined,
    testing: testing === 'manual' ? 'manual' : { 'opted-out': testing },
  };
}
