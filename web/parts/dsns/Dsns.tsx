/** The DSNs of an app: to which its own Sentry SDKs send. One is shown once, when it is made, and revoked by whoever may. */
import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { platformName } from '#domain/names.ts';
import { DSNS, dsnsQuery, health } from '../../api/health-client.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { FormDialog } from '../commands/FormDialog.tsx';
import { Moment } from '../Moment.tsx';
import { useMe, useRoom } from '../room.ts';
import { Once } from '../settings/Once.tsx';
import { ReasonDialog } from '../settings/ReasonDialog.tsx';
import type { Asked } from '../settings/ReasonDialog.tsx';
import { Read } from '../settings/SettingsPage.tsx';
import shared from '../settings/settings.module.css';

type Dsn = Awaited<ReturnType<typeof health.listDsns>>['items'][number];
type Made = Awaited<ReturnType<typeof health.createDsn>>;

export function Dsns() {
  const { room } = useRoom();
  const me = useMe();
  const [made, setMade] = useState<Made | null>(null);
  const [isMaking, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Asked | null>(null);
  const list = useQuery({ ...dsnsQuery(room.app.id), enabled: me.isAdmin });
  const because = me.isAdmin ? null : `Only an admin of ${room.app.name} may do this`;
  return (
    <Panel
      title="DSNs for Sentry SDKs"
      aside={
        <Button size="small" because={because} onClick={() => setMaking(true)}>
          New DSN…
        </Button>
      }
    >
      {made === null ? null : (
        <div className={shared.body}>
          <Once
            what={`The DSN ${made.name} for ${platformName(made.platform)}`}
            about="Give it to the app's SDK as its dsn; nothing else of the SDK changes."
            value={made.dsn}
            onKept={() => setMade(null)}
          />
        </div>
      )}
      {me.isAdmin ? (
        <Read list={list} what="the DSNs" rows={2}>
          {({ items }) =>
            items.length === 0 ? (
              <p className={shared.note}>
                There is none. An app that has a Sentry SDK needs nothing but a DSN to tell of its sessions, crashes and ANRs.
              </p>
            ) : (
              <List items={items} onRevoke={(dsn) => setRevoking(revoke(room.app.id, dsn))} />
            )
          }
        </Read>
      ) : (
        <p className={shared.note}>An admin of {room.app.name} reads and makes them.</p>
      )}
      {isMaking ? <NewDsn onMade={setMade} onClose={() => setMaking(false)} /> : null}
      {revoking === null ? null : <ReasonDialog asked={revoking} onClose={() => setRevoking(null)} />}
    </Panel>
  );
}

function revoke(app: string, { project, name, platform }: Dsn): Asked {
  return {
    title: `Revoke the DSN ${name}`,
    about: `What ${platformName(platform)} apps send to project ${project} is refused from now on, those that people have installed too. It cannot be taken back; another DSN can be made.`,
    act: 'Revoke it',
    why: null,
    done: `The DSN ${name} is revoked`,
    send: () => health.revokeDsn({ params: { app, project } }),
    refresh: [DSNS],
  };
}

/** Those that count first. */
function List({ items, onRevoke }: { items: readonly Dsn[]; onRevoke: (dsn: Dsn) => void }) {
  return (
    <ul className={shared.rows}>
      {items
        .toSorted((a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null))
        .map((dsn) => (
          <li key={dsn.project} data-off={dsn.revokedAt !== null || undefined}>
            <div>
              <h3>
                {dsn.name} <code>{dsn.prefix}…</code>
                {dsn.revokedAt === null ? null : <Tag>revoked</Tag>}
              </h3>
              <p className={shared.soft}>
                Writes health of {platformName(dsn.platform)}, project {dsn.project}, and does nothing else. Made{' '}
                <Moment at={dsn.createdAt} as="full" /> by {dsn.createdBy}
                {dsn.revokedAt === null ? null : (
                  <>
                    ; revoked <Moment at={dsn.revokedAt} as="full" />
                  </>
                )}
                .
              </p>
            </div>
            {dsn.revokedAt === null ? (
              <div className={shared.acts}>
                <Button size="small" look="danger" aria-label={`Revoke ${dsn.name}`} onClick={() => onRevoke(dsn)}>
                  Revoke…
                </Button>
              </div>
            ) : null}
          </li>
        ))}
    </ul>
  );
}

function NewDsn({ onMade, onClose }: { onMade: (made: Made) => void; onClose: () => void }) {
  const { room } = useRoom();
  const cache = useQueryClient();
  const [platform, setPlatform] = useState(room.app.platforms[0] ?? '');
  const [name, setName] = useState('');
  return (
    <FormDialog
      title={`New DSN of ${room.app.name}`}
      about="It writes health of this app on one platform and does nothing else. It is shown once."
      act="Make the DSN"
      missing={name.trim() === '' ? 'Give it a name: it says which app has it.' : null}
      send={async () => {
        const made = await health.createDsn({ params: { app: room.app.id }, body: { platform, name: name.trim() } });
        onMade(made);
        await cache.invalidateQueries({ queryKey: [DSNS] });
        return made;
      }}
      done={(made) => `The DSN ${made.name} is made`}
      onClose={onClose}
    >
      <SelectField label="Platform" value={platform} onChange={(event) => setPlatform(event.target.value)}>
        {room.app.platforms.map((each) => (
          <option key={each} value={each}>
            {platformName(each)}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Name"
        value={name}
        maxLength={100}
        placeholder="The app in the stores"
        onChange={(event) => setName(event.target.value)}
      />
    </FormDialog>
  );
}
