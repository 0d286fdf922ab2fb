import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { troubleOf } from '../../api/client.ts';
import { settings } from '../../api/settings-client.ts';
import { useRoom } from '../../parts/room.ts';
import { useAppNames } from '../../parts/settings/GrantFields.tsx';
import { ReasonDialog } from '../../parts/settings/ReasonDialog.tsx';
import type { Asked } from '../../parts/settings/ReasonDialog.tsx';
import { Read } from '../../parts/settings/SettingsPage.tsx';
import { grantInWords } from '../../parts/settings/grants.ts';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { ProviderDialog } from './ProviderDialog.tsx';
import { Callback, Happens } from './provider-parts.tsx';
import { whatRemovalDoes } from './provider-model.ts';
import type { Provider } from './provider-model.ts';
import styles from './providers.module.css';

const KEY = 'providers';

/** The identity providers by which people sign in, whether each works now, and the form of one. */
export function Providers() {
  const [edited, setEdited] = useState<Provider | 'new' | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const list = useQuery({ queryKey: [KEY], queryFn: () => settings.listProviders() });
  const providers = list.data?.items ?? [];
  const ids = providers.map(({ id }) => id);
  return (
    <Panel
      title="Identity providers"
      aside={
        <Button
          size="small"
          because={list.data === undefined ? 'Those that there are were not read yet' : null}
          onClick={() => setEdited('new')}
        >
          Add a provider…
        </Button>
      }
    >
      <Read list={list} what="the identity providers" rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={shared.note}>
              There is none: people sign in by password. Any provider of OpenID Connect may be added, here or where the server is started.
            </p>
          ) : (
            <ul className={shared.rows}>
              {items.map((provider) => (
                <OneProvider
                  key={provider.id}
                  provider={provider}
                  onEdit={() => setEdited(provider)}
                  onRemove={() => setAsked(removal(provider, ids))}
                />
              ))}
            </ul>
          )
        }
      </Read>
      {edited === null ? null : (
        <ProviderDialog
          provider={edited === 'new' ? null : edited}
          taken={ids}
          callback={list.data?.callback ?? null}
          onClose={() => setEdited(null)}
        />
      )}
      {asked === null ? null : <ReasonDialog asked={asked} onClose={() => setAsked(null)} />}
    </Panel>
  );
}

function removal(provider: Provider, ids: readonly string[]): Asked {
  const { id, name } = provider;
  return {
    title: `Remove ${name}`,
    act: `Remove ${name}`,
    why: null,
    more: <Removal provider={provider} others={ids.filter((each) => each !== id)} />,
    done: `${name} is removed`,
    send: () => settings.removeProvider({ params: { provider: id } }),
    refresh: [KEY, 'people'],
  };
}

const MOST_PEOPLE = 200;

function Removal({ provider, others }: { provider: Provider; others: readonly string[] }) {
  const { session } = useRoom();
  const list = useQuery({ queryKey: ['people', 'ways'], queryFn: () => settings.listPeople({ query: { limit: MOST_PEOPLE } }) });
  return (
    <Read list={list} what="who signs in by it" rows={2}>
      {({ items, next }) => (
        <Happens
          sentences={whatRemovalDoes(provider, { people: items, isAll: next === null, others, me: session.who?.id })}
          what="What removing it does"
        />
      )}
    </Read>
  );
}

const CHECKED_FOR_MS = 60_000;

function OneProvider({ provider, onEdit, onRemove }: { provider: Provider; onEdit: () => void; onRemove: () => void }) {
  const names = useAppNames();
  const { id, name, issuer, clientId, hasSecret, from, domains, grants, groups, linksAccounts, callback } = provider;
  // asked when the page is looked at, and anew when the settings are others
  const check = useQuery({
    queryKey: ['provider-check', provider],
    queryFn: () => settings.checkProvider({ params: { provider: id } }),
    staleTime: CHECKED_FOR_MS,
  });
  const isFixed = from === 'environment' ? 'It is set where the server is started, and changed there' : null;
  const as = grants.map((grant) => grantInWords(grant, names)).join('; ');
  return (
    <li>
      <div className={styles.provider}>
        <h3>
          {name} <Tag>{id}</Tag> {from === 'environment' ? <Tag>set where the server is started</Tag> : null}
        </h3>
        <p className={shared.soft}>
          {issuer}, as {clientId}
          {hasSecret ? '' : ' without a secret'}
        </p>
        <p className={shared.soft}>
          {domains.length === 0
            ? 'Only those who were invited come in'
            : `Who has an e-mail of ${domains.join(', ')} comes in, ${as === '' ? 'without a role' : `as ${as}`}`}
          {linksAccounts ? '; accounts with the same e-mail are taken over' : ''}
          {groups === null ? '' : `; its claim ${groups.claim} gives roles to ${groups.grants.map(({ group }) => group).join(', ')}`}.
        </p>
        <Callback name={name} callback={callback} />
        <output className={shared.told} aria-label={`Whether ${name} works`}>
          <Lamp state={check.data === undefined ? 'unknown' : check.data.ok ? 'clear' : 'stop'} silent />
          <span>
            {check.isFetching || check.data === undefined
              ? check.isError && !check.isFetching
                ? 'Whether it works could not be asked.'
                : 'It is being asked…'
              : check.data.ok
                ? 'It answers, and its discovery document is in order. Client id and secret are tried when somebody signs in.'
                : `It does not work: ${check.data.problem ?? ''}. What would be right: ${check.data.right ?? ''}.`}
          </span>
        </output>
        <ProblemNote trouble={check.error === null ? null : troubleOf(check.error)} />
      </div>
      <div className={shared.acts}>
        <Button
          size="small"
          aria-label={`Test ${name}`}
          because={check.isFetching ? 'It is being asked' : null}
          onClick={() => void check.refetch()}
        >
          Test
        </Button>
        <Button size="small" aria-label={`Change ${name}`} because={isFixed} onClick={onEdit}>
          Change…
        </Button>
        <Button size="small" look="danger" aria-label={`Remove ${name}`} because={isFixed} onClick={onRemove}>
          Remove…
        </Button>
      </div>
    </li>
  );
}
