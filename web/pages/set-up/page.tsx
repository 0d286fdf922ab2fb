/** Setting an app up: the line of what is to be connected, and for each station what it unlocks and how it is done, here or on the command line. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, troubleOf } from '../../api/client.ts';
import { connectionsQuery, controlRoomQuery } from '../../api/queries.ts';
import { SetUpLine } from '../../parts/first-run/SetUpLine.tsx';
import { useMe, useRoom } from '../../parts/room.ts';
import { say } from '../../parts/shell/announce.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import styles from './set-up.module.css';

export default function SetUpPage() {
  const { room } = useRoom();
  const done = room.setUp.filter((step) => step.done).length;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>
          {done === room.setUp.length ? 'Everything is connected.' : `${done} of ${room.setUp.length} stations are connected.`}{' '}
          <span>What is missing shows as “not set up” in the room and holds nothing, unless the policy requires it.</span>
        </h1>
      </div>
      <SetUpLine steps={room.setUp} />
      <Connections />
      <div className={styles.stations}>
        {room.setUp.map((step) => (
          <section key={step.id} className={styles.station} aria-labelledby={`step-${step.id}`}>
            <h2 id={`step-${step.id}`}>
              <Lamp state={step.done ? 'clear' : 'not-set-up'} silent />
              {step.title}
              <span className={styles.soft}>{step.done ? 'connected' : 'not connected'}</span>
            </h2>
            <p className={styles.soft}>Unlocks: {step.unlocks.charAt(0).toLowerCase() + step.unlocks.slice(1)}.</p>
            <How step={step.id} />
          </section>
        ))}
      </div>
    </div>
  );
}

function How({ step }: { step: 'code' | 'ci' | 'tracker' | 'storefront' | 'teams' | 'policy' }) {
  const { room } = useRoom();
  const app = room.app.id;
  const platform = room.app.platforms[0] ?? 'android';
  switch (step) {
    case 'code':
      return <Code />;
    case 'ci':
      return (
        <Commands
          about="Any CI reports with one command or one POST, as often as it likes; a key of its own makes it safe to say again."
          lines={[
            `report build ${app}/1.2.0/${platform} --number 42 --commit $COMMIT`,
            `report test ${app}/1.2.0/${platform} --build 42 --suite unit --state passed`,
          ]}
          post={`POST /api/apps/${app}/builds, /test-runs, /distributions`}
        />
      );
    case 'tracker':
      return (
        <Commands
          about="Report bugs from the tracker, or nominate one by hand."
          lines={[`report bug ${app} APP-1 --title "Crash on start" --platforms ${platform} --versions 1.2.0 --nominated`]}
          post={`POST /api/apps/${app}/bugs`}
        />
      );
    case 'storefront':
      return <Sandbox />;
    case 'teams':
      return (
        <Commands
          about="Teams are named in the policy: what they own, where they are reached, whether they sign."
          lines={[`policy show ${app} > policy.yaml`, `policy save ${app} policy.yaml`]}
        />
      );
    case 'policy':
      return (
        <Commands
          about="The policy holds processes, criteria, limits, windows and what the robot may do. Each save is a revision; a fault is told with its line."
          lines={[`policy defaults`, `policy check policy.yaml`, `policy save ${app} policy.yaml`]}
          post={`PUT /api/apps/${app}/policy`}
        />
      );
    default:
      return step satisfies never;
  }
}

function Commands({ about, lines, post }: { about: string; lines: readonly string[]; post?: string }) {
  return (
    <>
      <p>{about}</p>
      <pre className={styles.code}>{lines.map((line) => `npm run signalbox -- ${line}`).join('\n')}</pre>
      {post === undefined ? null : (
        <p className={styles.soft}>
          Or: <code>{post}</code>
        </p>
      )}
    </>
  );
}

function Connections() {
  const { room } = useRoom();
  const list = useQuery(connectionsQuery(room.app.id));
  const items = list.data?.items ?? [];
  if (list.isError) return <ProblemNote trouble={troubleOf(list.error)} />;
  if (items.length === 0) return null;
  return (
    <ul className={styles.connections} aria-label="Connections">
      {items.map((connection) => (
        <li key={connection.id}>
          <Icon name="plug" />
          <b>{connection.name}</b>
          <span className={styles.soft}>{connection.serves.join(', ')}</span>
        </li>
      ))}
    </ul>
  );
}

function useConnect(app: string, integration: string, done: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (settings: Record<string, unknown>) => client.addConnection({ params: { app }, body: { integration, settings } }),
    onSuccess: async () => {
      say(done);
      await Promise.all([
        cache.invalidateQueries({ queryKey: connectionsQuery(app).queryKey }),
        cache.refetchQueries({ queryKey: controlRoomQuery(app).queryKey }),
      ]);
    },
  });
}

function OnlyAdmins({ children }: { children: ReactNode }) {
  const me = useMe();
  return me.isAdmin ? children : <p className={styles.soft}>An admin connects it.</p>;
}

function Code() {
  const { room } = useRoom();
  const app = room.app.id;
  const [repo, setRepo] = useState('');
  const connect = useConnect(app, 'git', 'The repository is connected');
  const connections = useQuery(connectionsQuery(app)).data?.items ?? [];
  const isConnected = connections.some(({ integration }) => integration === 'git');
  return (
    <OnlyAdmins>
      {isConnected ? (
        <Import />
      ) : (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (!connect.isPending) connect.mutate({ repo });
          }}
        >
          <TextField
            label="Repository"
            required
            value={repo}
            placeholder="https://git.example.com/music/client.git"
            hint="A directory or a bundle on the server's machine, or an address that git reads there."
            onChange={(event) => setRepo(event.target.value)}
          />
          <ProblemNote trouble={connect.error === null ? null : troubleOf(connect.error)} />
          <Button type="submit" because={connect.isPending ? 'It is being read' : null}>
            {connect.isPending ? 'Connecting…' : 'Connect the repository'}
          </Button>
        </form>
      )}
    </OnlyAdmins>
  );
}

type ImportLine = Awaited<ReturnType<typeof client.importHistory>>;

/** Reads the history: past releases become completed ones, the live branch becomes tracks. */
function Import() {
  const { room } = useRoom();
  const cache = useQueryClient();
  const app = room.app.id;
  const [lines, setLines] = useState<readonly string[]>([]);
  const run = useMutation({
    mutationFn: () =>
      client.importHistory({
        params: { app },
        onLine: (line: ImportLine) => setLines((old) => [...old.slice(-7), line.text]),
      }),
    onMutate: () => setLines([]),
    onSuccess: async () => {
      await cache.refetchQueries({ queryKey: controlRoomQuery(app).queryKey });
    },
  });
  const end = run.data;
  return (
    <div className={styles.form}>
      <p>
        The repository is connected. Importing reads its past: releases that went out come in as completed, the live branch as current
        tracks. What is inferred says so and can be corrected. It can be run again; it adds only news.
      </p>
      {run.isPending || lines.length > 0 ? (
        <pre className={styles.code} role="log" aria-label="Progress of the import">
          {lines.length === 0 ? 'Reading…' : lines.join('\n')}
        </pre>
      ) : null}
      {end?.is === 'done' ? (
        <output>
          Imported {end.releases ?? 0} releases and {end.tracks ?? 0} tracks; {end.inferred ?? 0} were inferred.
        </output>
      ) : null}
      {end?.is === 'refused' ? <ProblemNote trouble={{ detail: end.text, right: end.right ?? null, errors: [] }} /> : null}
      <ProblemNote trouble={run.error === null ? null : troubleOf(run.error)} />
      <Button onClick={() => run.mutate()} because={run.isPending ? 'The history is being read' : null}>
        {run.isPending ? 'Importing…' : 'Import the history'}
      </Button>
    </div>
  );
}

function Sandbox() {
  const { room } = useRoom();
  const app = room.app.id;
  const [url, setUrl] = useState('http://127.0.0.1:4811');
  const connect = useConnect(app, 'sandbox', 'The sandbox is connected');
  const connections = useQuery(connectionsQuery(app)).data?.items ?? [];
  if (connections.some(({ integration }) => integration === 'sandbox'))
    return (
      <p>
        The sandbox plays the storefronts. Its levers approve, reject and crash: <code>npm run signalbox -- sandbox</code>
      </p>
    );
  return (
    <>
      <p>The sandbox plays storefronts of every kind, so that all can be tried without a store. Start it beside the server:</p>
      <pre className={styles.code}>npm run signalbox -- sandbox serve</pre>
      <OnlyAdmins>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (!connect.isPending) connect.mutate({ url });
          }}
        >
          <TextField label="Address of the sandbox" type="url" required value={url} onChange={(event) => setUrl(event.target.value)} />
          <ProblemNote trouble={connect.error === null ? null : troubleOf(connect.error)} />
          <Button type="submit" because={connect.isPending ? 'It is being asked' : null}>
            {connect.isPending ? 'Connecting…' : 'Connect the sandbox'}
          </Button>
        </form>
      </OnlyAdmins>
    </>
  );
}
