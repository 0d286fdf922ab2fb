/** Integrations: what the app is connected to, how alive each is, a try of it, and the form of its settings. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { connectionsQuery } from '../../api/queries.ts';
import { settings } from '../../api/settings-client.ts';
import { useRoom } from '../../parts/room.ts';
import { Once } from '../../parts/settings/Once.tsx';
import { Read, SettingsPage, useMaySet } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ConnectDialog } from './ConnectDialog.tsx';
import type { Connection, Integration } from './ConnectDialog.tsx';
import { OneConnection } from './OneConnection.tsx';
import { isRead, portsOf } from './form-model.ts';

export default function SettingsIntegrationsPage() {
  const { room } = useRoom();
  const { because } = useMaySet('integrations');
  const integrations = useQuery({
    queryKey: ['integrations'],
    queryFn: () => settings.listIntegrations(),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const of = (id: string): Integration | undefined => integrations.data?.items.find((each) => each.id === id);
  const waits = (connection: Connection): boolean =>
    connection.sources.length === 0 && isRead(portsOf(connection, of(connection.integration)?.provides ?? []));
  // what a new connection brings is known when it was read for the first time
  const connections = useQuery({
    ...connectionsQuery(room.app.id),
    refetchInterval: ({ state }) => (state.data?.items.some(waits) === true ? 5000 : false),
  });
  const [asked, setAsked] = useState<{ integration: Integration; connection: Connection | null } | null>(null);
  const [secret, setSecret] = useState<{ name: string; path: string; value: string } | null>(null);
  const asking = (connection: Connection): (() => void) | null => {
    const integration = of(connection.integration);
    return integration === undefined ? null : () => setAsked({ integration, connection });
  };
  return (
    <SettingsPage id="integrations">
      {secret === null ? null : (
        <Once
          what={`The secret that signs messages to ${secret.name}`}
          about={`Messages go to ${location.origin}${secret.path}. One made before counts no more.`}
          value={secret.value}
          onKept={() => setSecret(null)}
        />
      )}
      <Read list={connections} what="the connections" rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Panel title="Connections">
              <EmptyState title="Nothing is connected yet">Choose below what the app is to be connected to.</EmptyState>
            </Panel>
          ) : (
            items.map((connection) => (
              <OneConnection
                key={connection.id}
                connection={connection}
                integration={of(connection.integration)}
                onChange={asking(connection)}
                onSecret={({ path, secret: value }) => setSecret({ name: connection.name, path, value })}
              />
            ))
          )
        }
      </Read>
      <Panel title="Connect something">
        <Read list={integrations} what="the integrations" rows={2}>
          {({ items }) => (
            <ul className={shared.rows}>
              {items.map((integration) => (
                <li key={integration.id}>
                  <div>
                    <h3>{integration.name}</h3>
                    <p className={shared.soft}>{integration.connects}</p>
                  </div>
                  <div className={shared.acts}>
                    <Button
                      aria-label={`Connect ${integration.name}`}
                      because={because}
                      onClick={() => setAsked({ integration, connection: null })}
                    >
                      Connect…
                    </Button>
                  </div>
                </li>
              ))}
            </ul>
          )}
        </Read>
        <p className={shared.note}>
          CI, crash reports and anything else report by themselves, with a reporting key and one request. They stand under keys.
        </p>
      </Panel>
      {asked === null ? null : <ConnectDialog {...asked} onClose={() => setAsked(null)} />}
    </SettingsPage>
  );
}
