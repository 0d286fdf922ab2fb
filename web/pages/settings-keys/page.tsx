/** Keys: what machines come in with. A key is shown once, when it is made. */
import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { roleName, roles, scopes } from '#domain/roles.ts';
import type { Role, Scope } from '#domain/roles.ts';
import { settings } from '../../api/settings-client.ts';
import { useBrowserTime } from '../../hooks/useNow.ts';
import { FormDialog } from '../../parts/commands/FormDialog.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { useMe, useRoom } from '../../parts/room.ts';
import { AppField, RoleFields, useAppNames } from '../../parts/settings/GrantFields.tsx';
import { teamsIn } from '../../parts/settings/grants.ts';
import { Once } from '../../parts/settings/Once.tsx';
import { ReasonDialog } from '../../parts/settings/ReasonDialog.tsx';
import type { Asked } from '../../parts/settings/ReasonDialog.tsx';
import { Read, SettingsPage, useMaySet } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { CheckField, SelectField, TextField } from '../../ui/Field.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';

type Key = Awaited<ReturnType<typeof settings.listKeys>>['items'][number];
type Made = { name: string; key: string };

const KEYS = 'keys';
const REPORTING = 'reporting-keys';

export default function SettingsKeysPage() {
  const { room } = useRoom();
  const me = useMe();
  const { may, because } = useMaySet('keys');
  const [made, setMade] = useState<Made | null>(null);
  const [asked, setAsked] = useState<'key' | 'reporting' | null>(null);
  const [revoking, setRevoking] = useState<Asked | null>(null);
  const app = room.app.id;
  const reporting = useQuery({
    queryKey: [REPORTING, app],
    queryFn: () => settings.listReportingKeys({ params: { app }, query: { limit: 200 } }),
    enabled: me.isAdmin,
  });
  const keys = useQuery({ queryKey: [KEYS], queryFn: () => settings.listKeys({ query: { limit: 200 } }), enabled: may });
  const noReporting = me.isAdmin ? null : `Only an admin of ${room.app.name} may do this`;
  return (
    <SettingsPage id="keys">
      {made === null ? null : <Once what={`The key ${made.name}`} value={made.key} onKept={() => setMade(null)} />}
      <Panel
        title={`Reporting keys of ${room.app.name}`}
        aside={
          <Button size="small" because={noReporting} onClick={() => setAsked('reporting')}>
            New reporting key…
          </Button>
        }
      >
        {me.isAdmin ? (
          <Read list={reporting} what="the reporting keys" rows={2}>
            {({ items }) => (
              <Keys
                keys={items}
                none="No machine reports with a key of this app. CI needs one."
                onRevoke={(key) => setRevoking(revoke(key, () => settings.revokeReportingKey({ params: { app, key: key.id } }), REPORTING))}
              />
            )}
          </Read>
        ) : (
          <p className={shared.note}>An admin of {room.app.name} reads and makes them.</p>
        )}
      </Panel>
      <p className={shared.note}>
        DSNs, to which the app’s own Sentry SDKs send, are made with the{' '}
        <Link className="link" to="/$app/health/sources" params={{ app }}>
          sources of health
        </Link>
        .
      </p>
      <Panel
        title="API keys"
        aside={
          <Button size="small" because={because} onClick={() => setAsked('key')}>
            New API key…
          </Button>
        }
      >
        {may ? (
          <Read list={keys} what="the keys" rows={3}>
            {({ items }) => (
              <Keys
                keys={items.filter(({ kind }) => kind === 'key')}
                none="There is no API key."
                onRevoke={(key) => setRevoking(revoke(key, () => settings.revokeKey({ params: { key: key.id } }), KEYS))}
              />
            )}
          </Read>
        ) : (
          <p className={shared.note}>An admin of all apps reads and makes them.</p>
        )}
      </Panel>
      {asked === 'key' ? <KeyDialog onMade={setMade} onClose={() => setAsked(null)} /> : null}
      {asked === 'reporting' ? <ReportingKeyDialog onMade={setMade} onClose={() => setAsked(null)} /> : null}
      {revoking === null ? null : <ReasonDialog asked={revoking} onClose={() => setRevoking(null)} />}
    </SettingsPage>
  );
}

function revoke({ name, prefix }: Key, send: () => Promise<unknown>, list: string): Asked {
  return {
    title: `Revoke the key ${name}`,
    about: `Whoever uses ${prefix}… is refused from now on. It cannot be taken back; another key can be made.`,
    act: 'Revoke it',
    why: null,
    done: `The key ${name} is revoked`,
    send,
    refresh: [list],
  };
}

/** Keys that count first; those that do not any more stay to be read. */
function Keys({ keys, none, onRevoke }: { keys: readonly Key[]; none: string; onRevoke: (key: Key) => void }) {
  const names = useAppNames();
  const now = new Date(useBrowserTime(60_000)).toISOString();
  const isOut = ({ revokedAt, expiresAt }: Key): boolean => revokedAt !== null || (expiresAt !== null && expiresAt <= now);
  if (keys.length === 0) return <p className={shared.note}>{none}</p>;
  return (
    <ul className={shared.rows}>
      {keys
        .toSorted((a, b) => Number(isOut(a)) - Number(isOut(b)))
        .map((key) => {
          const {
            id,
            kind,
            name,
            prefix,
            scopes: may,
            roles: held,
            teams,
            apps,
            createdAt,
            createdBy,
            lastUsedAt,
            expiresAt,
            revokedAt,
          } = key;
          return (
            <li key={id} data-off={isOut(key) || undefined}>
              <div>
                <h3>
                  {name} <code>{prefix}…</code>
                  {revokedAt === null ? isOut(key) ? <Tag>expired</Tag> : null : <Tag>revoked</Tag>}
                </h3>
                <p className={shared.soft}>
                  {kind === 'report'
                    ? 'Writes facts, and does nothing else.'
                    : `May ${may.join(', ')} as ${held.map(roleName).join(' and ')}${teams.length === 0 ? '' : `, for ${teams.includes('*') ? 'all teams' : teams.join(', ')}`}, in ${apps === null ? 'all apps' : apps.map((app) => names.get(app) ?? app).join(', ')}.`}
                </p>
                <p className={shared.soft}>
                  Made <Moment at={createdAt} as="full" /> by {createdBy}; {lastUsedAt === null ? 'never used' : 'last used '}
                  {lastUsedAt === null ? null : <Moment at={lastUsedAt} as="full" />};{' '}
                  {revokedAt !== null ? (
                    <>
                      revoked <Moment at={revokedAt} as="full" />
                    </>
                  ) : expiresAt === null ? (
                    'for good'
                  ) : (
                    <>
                      until <Moment at={expiresAt} as="full" />
                    </>
                  )}
                </p>
              </div>
              {isOut(key) ? null : (
                <div className={shared.acts}>
                  <Button size="small" look="danger" aria-label={`Revoke ${name}`} onClick={() => onRevoke(key)}>
                    Revoke…
                  </Button>
                </div>
              )}
            </li>
          );
        })}
    </ul>
  );
}

const DAY_MS = 86_400_000;

function Expiry({ days, onDays }: { days: string; onDays: (days: string) => void }) {
  return (
    <SelectField label="It counts for" value={days} onChange={(event) => onDays(event.target.value)}>
      <option value="30">30 days</option>
      <option value="90">90 days</option>
      <option value="365">a year</option>
      <option value="">as long as nobody revokes it</option>
    </SelectField>
  );
}

const until = (days: string): string | null => (days === '' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString());

function useMade(list: string, onMade: (made: Made) => void) {
  const cache = useQueryClient();
  return async (send: () => Promise<Made>): Promise<Made> => {
    const made = await send();
    onMade(made);
    await Promise.all([list, 'settings-history'].map((key) => cache.invalidateQueries({ queryKey: [key] })));
    return made;
  };
}

const called = ({ name }: Made): string => `The key ${name} is made`;
const nameMissing = (name: string): string | null => (name.trim() === '' ? 'Give it a name: it stands beside what is done with it.' : null);

function ReportingKeyDialog({ onMade, onClose }: { onMade: (made: Made) => void; onClose: () => void }) {
  const { room } = useRoom();
  const make = useMade(REPORTING, onMade);
  const [name, setName] = useState('');
  const [days, setDays] = useState('365');
  return (
    <FormDialog
      title={`New reporting key of ${room.app.name}`}
      about="It writes facts of this app (builds, tests, bugs, checks, colours of criteria) and does nothing else. It is shown once."
      act="Make the key"
      missing={nameMissing(name)}
      send={() =>
        make(() => settings.createReportingKey({ params: { app: room.app.id }, body: { name: name.trim(), expiresAt: until(days) } }))
      }
      done={called}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        maxLength={100}
        placeholder="CI of the client"
        onChange={(event) => setName(event.target.value)}
      />
      <Expiry days={days} onDays={setDays} />
    </FormDialog>
  );
}

const aboutScope: Readonly<Record<Scope, string>> = {
  read: 'sees',
  report: 'writes facts',
  command: 'gives commands that its roles may give',
  admin: 'sets things up, with the role admin',
};

function KeyDialog({ onMade, onClose }: { onMade: (made: Made) => void; onClose: () => void }) {
  const { room } = useRoom();
  const make = useMade(KEYS, onMade);
  const [name, setName] = useState('');
  const [may, setMay] = useState<readonly Scope[]>(['read', 'report']);
  const [held, setHeld] = useState<readonly Role[]>(['member']);
  const [teams, setTeams] = useState('');
  const [app, setApp] = useState(room.app.id);
  const [days, setDays] = useState('90');
  const missing =
    nameMissing(name) ?? (may.length === 0 ? 'Choose what it may be used for.' : held.length === 0 ? 'Choose at least one role.' : null);
  return (
    <FormDialog
      title="New API key"
      about="It acts within its scopes and its roles, and is no second person to you. It is shown once."
      act="Make the key"
      missing={missing}
      send={() =>
        make(() =>
          settings.createKey({
            body: {
              name: name.trim(),
              scopes: scopes.filter((scope) => may.includes(scope)),
              roles: roles.filter((role) => held.includes(role)),
              teams: teamsIn(teams),
              apps: app === '*' ? null : [app],
              expiresAt: until(days),
            },
          }),
        )
      }
      done={called}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        maxLength={100}
        placeholder="Release dashboard"
        onChange={(event) => setName(event.target.value)}
      />
      <div className={shared.two}>
        <AppField label="For" all="last" value={app} onChange={setApp} />
        <Expiry days={days} onDays={setDays} />
      </div>
      <fieldset className={shared.set}>
        <legend>Scopes</legend>
        {scopes.map((scope) => (
          <CheckField
            key={scope}
            label={
              <>
                {scope} <span className={shared.soft}>{aboutScope[scope]}</span>
              </>
            }
            checked={may.includes(scope)}
            onChange={(event) => setMay(scopes.filter((each) => (each === scope ? event.target.checked : may.includes(each))))}
          />
        ))}
      </fieldset>
      <RoleFields held={held} teams={teams} onRoles={setHeld} onTeams={setTeams} />
    </FormDialog>
  );
}
