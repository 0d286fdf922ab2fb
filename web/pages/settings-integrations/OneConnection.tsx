import { useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { CellState } from '#domain/cell-state.ts';
import { sourceName } from '#domain/names.ts';
import { troubleOf } from '../../api/client.ts';
import { connectionsQuery, controlRoomQuery } from '../../api/queries.ts';
import { settings } from '../../api/settings-client.ts';
import { Moment } from '../../parts/Moment.tsx';
import { useRoom } from '../../parts/room.ts';
import { ReasonDialog } from '../../parts/settings/ReasonDialog.tsx';
import type { Asked } from '../../parts/settings/ReasonDialog.tsx';
import { useMaySet } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import type { Connection, Integration } from './ConnectDialog.tsx';
import { factsOf, isRead, portName, portsOf } from './form-model.ts';
import styles from './integrations.module.css';

type SourceState = Connection['sources'][number];

const lamps: Readonly<Record<SourceState['state'], { lamp: CellState; words: string }>> = {
  fresh: { lamp: 'clear', words: 'fresh' },
  ageing: { lamp: 'caution', words: 'past half of its limit' },
  stale: { lamp: 'unknown', words: 'stale: what it says is Unknown' },
  failing: { lamp: 'stop', words: 'failing' },
  pushes: { lamp: 'clear', words: 'reports by itself' },
  'not-connected': { lamp: 'not-set-up', words: 'not connected' },
};

export function OneConnection({
  connection,
  integration,
  onChange,
  onSecret,
}: {
  connection: Connection;
  /** What it is a connection to; undefined while that is not known, and for the world of a sample. */
  integration: Integration | undefined;
  /** Null: there is no form of its settings. */
  onChange: (() => void) | null;
  onSecret: (made: { path: string; secret: string }) => void;
}) {
  const { room } = useRoom();
  const cache = useQueryClient();
  const { because } = useMaySet('integrations');
  const [asked, setAsked] = useState<Asked | null>(null);
  const { id, name, serves, settings: set, sources, webhook } = connection;
  const params = { app: room.app.id, connection: id };
  const ports = portsOf(connection, integration?.provides ?? []);
  // what the stream says of sources is newer than what was read with the page
  const now = sources.map((source) => room.sources.find((each) => each.source === source.source) ?? source);
  const check = useMutation({
    mutationFn: (message: boolean) => settings.checkConnection({ params, body: { message } }),
    onSettled: () => cache.invalidateQueries({ queryKey: ['settings-history'] }),
  });
  const refresh = ['connections'];
  const open = (): Asked => ({
    title: `A new secret for ${name}`,
    about: 'Messages that are signed with it have the connection read at once. One made before counts no more.',
    act: 'Make the secret',
    look: 'primary',
    why: null,
    done: 'The secret is made',
    send: async () => onSecret(await settings.openWebhook({ params, body: {} })),
    refresh,
  });
  const close = (): Asked => ({
    title: `Let nobody wake ${name}`,
    about: 'Signed messages count no more; it is read on its schedule, as before.',
    act: 'Close the webhook',
    why: null,
    done: 'The webhook is closed',
    send: () => settings.closeWebhook({ params }),
    refresh,
  });
  const disconnect = (): Asked => ({
    title: `Disconnect ${name}`,
    about:
      'What it brought stays, and grows old: what depends on it becomes Unknown. Its secrets are forgotten. Orders that go by it are refused.',
    act: `Disconnect ${name}`,
    why: null,
    done: `${name} is disconnected`,
    send: async () => {
      await settings.removeConnection({ params });
      await Promise.all([
        cache.invalidateQueries({ queryKey: connectionsQuery(room.app.id).queryKey }),
        cache.refetchQueries({ queryKey: controlRoomQuery(room.app.id).queryKey }),
      ]);
    },
    refresh,
  });
  return (
    <Panel
      title={integration === undefined ? sourceName(name) : name}
      aside={serves.length === 0 ? 'serves all that it can' : `serves ${serves.map(portName).join(', ')}`}
    >
      <div className={shared.body}>
        <dl className={shared.facts}>
          {factsOf(integration?.settings ?? {}, set).map(({ label, value }) => (
            <Fact key={label} name={label} value={value} />
          ))}
          <dt>Webhook</dt>
          <dd>{webhook ? 'a signed message has it read at once' : 'none; it is read on its schedule'}</dd>
        </dl>
        <Sources sources={now} isRead={isRead(ports)} />
        {check.data === undefined ? null : <Tried tried={check.data.tried} />}
        <ProblemNote trouble={check.error === null ? null : troubleOf(check.error)} />
        <div className={shared.acts}>
          <Button
            aria-label={`Try ${name}`}
            because={because ?? (check.isPending ? 'It is being asked' : null)}
            onClick={() => check.mutate(false)}
          >
            {check.isPending ? 'Asking…' : 'Try it'}
          </Button>
          {ports.includes('chat') && check.data?.tried.every(({ ok }) => ok) === true ? (
            <Button because={because ?? (check.isPending ? 'It is being asked' : null)} onClick={() => check.mutate(true)}>
              Try it with a message to the channel
            </Button>
          ) : null}
          <Button
            aria-label={`Change the settings of ${name}`}
            because={because ?? (onChange === null ? 'It is the world of a sample, and has no settings' : null)}
            onClick={() => onChange?.()}
          >
            Settings…
          </Button>
          <Button because={because} onClick={() => setAsked(open())}>
            {webhook ? 'New webhook secret…' : 'Open a webhook…'}
          </Button>
          {webhook ? (
            <Button look="danger" because={because} onClick={() => setAsked(close())}>
              Close the webhook…
            </Button>
          ) : null}
          <Button look="danger" aria-label={`Disconnect ${name}`} because={because} onClick={() => setAsked(disconnect())}>
            Disconnect…
          </Button>
        </div>
      </div>
      {asked === null ? null : <ReasonDialog asked={asked} onClose={() => setAsked(null)} />}
    </Panel>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function Sources({ sources, isRead: isToBeRead }: { sources: readonly SourceState[]; isRead: boolean }) {
  if (sources.length === 0)
    return (
      <p className={shared.soft}>
        {isToBeRead ? 'Nothing of it was read yet.' : 'It brings nothing that is read: what is sent goes by it.'}
      </p>
    );
  return (
    <ul className={styles.sources} aria-label="What it brings">
      {sources.map(({ source, kinds, state, lastReadAt, freshForMinutes, nextReadAt, error }) => (
        <li key={source}>
          <Lamp state={lamps[state].lamp} silent />
          <div>
            <h3>
              {sourceName(source)} <Tag>{lamps[state].words}</Tag>
            </h3>
            <p className={shared.soft}>
              {lastReadAt === null ? 'Never read yet' : 'Last success '}
              {lastReadAt === null ? null : <Moment at={lastReadAt} as="ago" />}
              {nextReadAt === null ? '' : ', next '}
              {nextReadAt === null ? null : <Moment at={nextReadAt} as="moment" />}
              {freshForMinutes === null ? '' : `; a reading counts for ${Math.round(freshForMinutes)} min`}.
              {kinds.length === 0 ? '' : ` It brings ${kinds.join(', ')}.`}
            </p>
            {error === null ? null : <p className={styles.error}>{error}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}

type TriedList = Awaited<ReturnType<typeof settings.checkConnection>>['tried'];

/** What was asked, what came back, and what would help. */
function Tried({ tried }: { tried: TriedList }) {
  return (
    <output className={styles.tried}>
      {tried.length === 0 ? <p>There is nothing that it could be asked: no platform of the policy goes by it.</p> : null}
      <ul>
        {tried.map(({ asked, ok, answer, right, tookMs }) => (
          <li key={asked}>
            <Lamp state={ok ? 'clear' : 'stop'} />
            <div>
              <b>{asked}</b> <span className={shared.soft}>{tookMs} ms</span>
              <p>{answer}</p>
              {right === null ? null : <p className={shared.soft}>What would help: {right}.</p>}
            </div>
          </li>
        ))}
      </ul>
    </output>
  );
}
