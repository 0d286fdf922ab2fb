/** The app itself: what it is called, what its policy says of it, and its way to be set up; and the apps there are. */
import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { platformName } from '#domain/names.ts';
import { troubleOf } from '../../api/client.ts';
import { appsQuery } from '../../api/queries.ts';
import { settings } from '../../api/settings-client.ts';
import { SetUpLine } from '../../parts/first-run/SetUpLine.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { useMe, useRoom } from '../../parts/room.ts';
import { Read, SettingsPage, useMaySet } from '../../parts/settings/SettingsPage.tsx';
import styles from '../../parts/settings/settings.module.css';
import { RemoveSample } from '../../parts/shell/RemoveSample.tsx';
import { say } from '../../parts/shell/announce.ts';
import { Button, buttonClasses } from '../../ui/Button.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';

export default function SettingsAppsPage() {
  const me = useMe();
  return (
    <SettingsPage
      id="apps"
      acts={
        me.isAdmin ? (
          <Link to="/settings/apps/new" className={buttonClasses()}>
            New app…
          </Link>
        ) : null
      }
    >
      <ThisApp />
      <SetUp />
      <AllApps />
    </SettingsPage>
  );
}

function ThisApp() {
  const { room } = useRoom();
  const { id, timezone, platforms, sample, robotPaused } = room.app;
  const [isRemoving, setRemoving] = useState(false);
  const { because } = useMaySet('apps');
  return (
    <Panel title="This app" aside={sample ? <Tag>Sample</Tag> : null}>
      <div className={styles.body}>
        <Name key={room.app.name} />
        <dl className={styles.facts}>
          <dt>Id, in addresses</dt>
          <dd>
            <code>{id}</code>, for good
          </dd>
          <dt>Time zone of its plan</dt>
          <dd>{timezone}, as its policy says</dd>
          <dt>Platforms</dt>
          <dd>{platforms.map(platformName).join(', ')}</dd>
          <dt>Robot</dt>
          <dd>{robotPaused === null ? 'on, within what the policy lets it do' : `paused by ${robotPaused.by}: ${robotPaused.why}`}</dd>
        </dl>
        {sample ? (
          <div className={styles.acts}>
            <Button look="danger" because={because} onClick={() => setRemoving(true)}>
              Take the sample out…
            </Button>
          </div>
        ) : null}
        {isRemoving ? <RemoveSample onClose={() => setRemoving(false)} /> : null}
      </div>
    </Panel>
  );
}

function Name() {
  const { room } = useRoom();
  const cache = useQueryClient();
  const { because } = useMaySet('apps');
  const [name, setName] = useState(room.app.name);
  const rename = useMutation({
    mutationFn: () => settings.renameApp({ params: { app: room.app.id }, body: { name } }),
    onSuccess: async () => {
      say(`The app is called ${name.trim()} now`);
      await cache.invalidateQueries({ queryKey: appsQuery.queryKey });
    },
  });
  const same = name.trim() === room.app.name ? 'It is called so already' : name.trim() === '' ? 'An app has a name' : null;
  return (
    <form
      className={styles.body}
      style={{ padding: 0 }}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (because === null && same === null && !rename.isPending) rename.mutate();
      }}
    >
      <TextField
        label="Name, as people read it"
        value={name}
        maxLength={100}
        readOnly={because !== null}
        onChange={(event) => setName(event.target.value)}
      />
      <ProblemNote trouble={rename.error === null ? null : troubleOf(rename.error)} />
      <div className={styles.acts}>
        <Button type="submit" because={because ?? same ?? (rename.isPending ? 'It is being sent' : null)}>
          Save the name
        </Button>
      </div>
    </form>
  );
}

function SetUp() {
  const { room } = useRoom();
  const done = room.setUp.filter((step) => step.done).length;
  return (
    <Panel
      title="Set-up"
      aside={
        <Link className="link" to="/$app/set-up" params={{ app: room.app.id }}>
          {done === room.setUp.length ? 'Look at the stations' : 'Connect what is missing'}
        </Link>
      }
    >
      <div className={styles.body}>
        <p className={styles.soft}>
          {done} of {room.setUp.length} stations are connected. What is missing shows as “not set up” in the room and holds nothing, unless
          the policy requires it.
        </p>
        <SetUpLine steps={room.setUp} />
      </div>
    </Panel>
  );
}

function AllApps() {
  const { room } = useRoom();
  const list = useQuery(appsQuery);
  return (
    <Panel title="All apps that you see">
      <Read list={list} what="the apps">
        {({ items }) => (
          <ul className={styles.rows}>
            {items.map(({ id, name, sample, tracks, createdAt }) => (
              <li key={id}>
                <div>
                  <h3>
                    {name} {sample ? <Tag>Sample</Tag> : null}
                  </h3>
                  <p className={styles.soft}>
                    <code>{id}</code>, {tracks === 1 ? '1 track' : `${tracks} tracks`} under way
                    {createdAt === null ? null : (
                      <>
                        , made <Moment at={createdAt} as="full" />
                      </>
                    )}
                  </p>
                </div>
                <div className={styles.acts}>
                  {id === room.app.id ? (
                    <span className={styles.soft}>This one</span>
                  ) : (
                    <Link className="link" to="/settings/$page" params={{ page: 'apps' }} search={{ app: id }}>
                      Its settings
                    </Link>
                  )}
                </div>
              </li>
            ))}
          </ul>
        )}
      </Read>
    </Panel>
  );
}
