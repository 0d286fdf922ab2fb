/** My profile: who I am here and what that allows, and how this browser shows things to me. */
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useNavigate } from '@tanstack/react-router';
import { useMutation } from '@tanstack/react-query';
import { passwordLeast } from '#domain/people/password.ts';
import { roleName, roles, rolesFor } from '#domain/roles.ts';
import type { Role } from '#domain/roles.ts';
import { client, troubleOf } from '../../api/client.ts';
import { keyFor, remap, remappable } from '../../hooks/key-map.ts';
import { browserZone, useClock } from '../../hooks/useClock.ts';
import { useKeyMap, useSingleKeys } from '../../hooks/useKeys.ts';
import { useDensity, useTheme } from '../../hooks/useTheme.ts';
import { useAppTime, useRoom, useZone } from '../../parts/room.ts';
import { say } from '../../parts/shell/announce.ts';
import { signOut } from '../../parts/shell/PersonMenu.tsx';
import { Button } from '../../ui/Button.tsx';
import { CheckField, Choices, SelectField, TextField } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { headerClock } from '../../util/time.ts';
import { Sessions } from './Sessions.tsx';
import styles from './profile.module.css';

export default function ProfilePage() {
  const { session } = useRoom();
  const { who } = session;
  if (who === null) return null;
  return (
    <div className={styles.page}>
      <h1>{who.name}</h1>
      <p className={styles.soft}>{who.email ?? 'an API key'}</p>
      <Roles />
      <Looks />
      <Times />
      <Keys />
      {who.kind === 'person' ? <Account /> : null}
      {who.kind === 'person' ? <Sessions /> : null}
    </div>
  );
}

/** What a role allows, in the words of its commands. */
function allows(role: Role): string {
  const commands = Object.entries(rolesFor).flatMap(([command, held]) => (held.includes(role) ? [command.replaceAll('-', ' ')] : []));
  return commands.join(', ');
}

function Roles() {
  const { session } = useRoom();
  const grants = session.who?.grants ?? [];
  return (
    <Panel title="Roles and teams">
      <div className={styles.body}>
        {grants.length === 0 ? <p>You see every app that is shown to you and change nothing. An admin gives roles.</p> : null}
        <ul className={styles.grants}>
          {grants.map((grant) => (
            <li key={grant.app}>
              <h3>{grant.app === '*' ? 'In all apps' : `In ${grant.app}`}</h3>
              <dl>
                {roles
                  .filter((role) => grant.roles.includes(role))
                  .map((role) => (
                    <div key={role}>
                      <dt>{roleName(role)}</dt>
                      <dd>
                        may {allows(role)}
                        {role === 'admin' ? '; sets up apps, people, keys and connections' : ''}
                      </dd>
                    </div>
                  ))}
                <div>
                  <dt>teams</dt>
                  <dd>{grant.teams.includes('*') ? 'all' : grant.teams.length === 0 ? 'none' : grant.teams.join(', ')}</dd>
                </div>
              </dl>
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}

function Looks() {
  const { theme, setTheme } = useTheme();
  const density = useDensity();
  return (
    <Panel title="Looks">
      <div className={styles.body}>
        <Choices
          label="Theme"
          value={theme}
          onChange={setTheme}
          options={[
            { value: 'system', label: 'As the system' },
            { value: 'dark', label: 'Dark' },
            { value: 'light', label: 'Light' },
          ]}
        />
        <CheckField label="Compact rows: reasons stay in the inspector" checked={density.density === 'compact'} onChange={density.toggle} />
      </div>
    </Panel>
  );
}

function Times() {
  const { room } = useRoom();
  const clock = useClock();
  const zone = useZone();
  const now = useAppTime(1_000);
  return (
    <Panel title="Times">
      <div className={styles.body}>
        <SelectField
          label="Time zone"
          value={clock.zone}
          hint={`It is ${headerClock(now, zone)}. The plan itself lives in ${room.app.timezone}.`}
          onChange={(event) => clock.setZone(event.target.value)}
        >
          <option value="browser">This browser’s: {browserZone()}</option>
          <option value="home">The release’s own: {room.app.timezone}</option>
          <optgroup label="Another">
            {Intl.supportedValuesOf('timeZone').map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
            <option value="UTC">UTC</option>
          </optgroup>
        </SelectField>
        <Choices
          label="Clock"
          value={clock.hours}
          onChange={clock.setHours}
          options={[
            { value: '24', label: '24 hours' },
            { value: 'locale', label: 'As my language' },
          ]}
        />
      </div>
    </Panel>
  );
}

function Keys() {
  const single = useSingleKeys();
  const { map, set } = useKeyMap();
  const [refused, setRefused] = useState<{ key: string; because: string } | null>(null);
  return (
    <Panel title="Keys">
      <div className={styles.body}>
        <CheckField
          label="Single keys act (never while you type)"
          checked={single.on}
          onChange={(event) => single.set(event.target.checked)}
        />
        <div className={styles.keys}>
          {remappable.map(([key, words]) => (
            <TextField
              key={key}
              label={words}
              value={keyFor(map, key).toUpperCase()}
              maxLength={2}
              autoComplete="off"
              error={refused?.key === key ? refused.because : null}
              onFocus={(event) => event.target.select()}
              onChange={(event) => {
                const typed = event.target.value.slice(-1);
                if (typed === '') return;
                const next = remap(map, key, typed);
                setRefused('map' in next ? null : { key, because: next.because });
                if ('map' in next) set(next.map);
              }}
            />
          ))}
        </div>
        <div>
          <Button because={Object.keys(map).length === 0 ? 'Every key is where it was at first' : null} onClick={() => set({})}>
            Put all keys back
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function Account() {
  const navigate = useNavigate();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => client.changePassword({ body: { current, next } }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      say('The password is changed; other sessions have ended.');
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!change.isPending) change.mutate();
  };
  return (
    <Panel title="Password and session">
      <form className={styles.body} onSubmit={submit}>
        <TextField
          label="Current password"
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          required
          hint={`At least ${passwordLeast} characters. Your other sessions end.`}
          value={next}
          onChange={(event) => setNext(event.target.value)}
        />
        <ProblemNote trouble={change.error === null ? null : troubleOf(change.error)} />
        <div className={styles.acts}>
          <Button type="submit" because={change.isPending ? 'It is being changed' : null}>
            Change password
          </Button>
          <Button onClick={() => void signOut().then(() => navigate({ to: '/sign-in', search: {} }))}>Sign out</Button>
        </div>
      </form>
    </Panel>
  );
}
