import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { troubleOf } from '../../api/client.ts';
import { settings } from '../../api/settings-client.ts';
import { Read } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { say } from '../../parts/shell/announce.ts';
import { Button } from '../../ui/Button.tsx';
import { Choices } from '../../ui/Field.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';

/** Who sees which apps, how long sessions last, and the identity providers there are. */
export function WaysIn() {
  const cache = useQueryClient();
  const access = useQuery({ queryKey: ['access'], queryFn: () => settings.getAccess() });
  const providers = useQuery({ queryKey: ['providers'], queryFn: () => settings.listProviders() });
  const set = useMutation({
    mutationFn: (apps: 'everyone' | 'granted') => settings.setAccess({ body: { apps } }),
    onSuccess: ({ apps }) =>
      say(apps === 'granted' ? 'Apps are shown to those who hold a role in them' : 'Everyone who is signed in sees every app'),
    onSettled: () => Promise.all(['access', 'settings-history'].map((key) => cache.invalidateQueries({ queryKey: [key] }))),
  });
  return (
    <Panel title="Ways in">
      <div className={shared.body}>
        <Read list={access} what="who sees which apps" rows={2}>
          {({ apps, sessions, passwords }) => (
            <>
              <Choices
                label="Who sees an app"
                value={set.isPending ? set.variables : apps}
                onChange={(to) => set.mutate(to)}
                stacked
                options={[
                  { value: 'everyone', label: 'Everyone who is signed in', about: 'What each may do there is a matter of their roles.' },
                  { value: 'granted', label: 'Who holds a role in it', about: 'For others it is as if it were not there.' },
                ]}
              />
              <ProblemNote trouble={set.error === null ? null : troubleOf(set.error)} />
              <dl className={shared.facts}>
                <dt>Sessions</dt>
                <dd>
                  end after {sessions.idleHours} h without use, and after {sessions.longestHours} h in any case; set where the server is
                  started
                </dd>
                <dt>Passwords</dt>
                <dd>
                  {passwords.least} to {passwords.most} characters, none that was found in breaches
                </dd>
              </dl>
            </>
          )}
        </Read>
      </div>
      <Read list={providers} what="the identity providers" rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={shared.note}>
              No identity provider is set: people sign in by password. One is added with <code>PUT /api/settings/providers/ID</code>, or
              where the server is started.
            </p>
          ) : (
            <ul className={shared.rows}>
              {items.map((provider) => (
                <Provider key={provider.id} provider={provider} />
              ))}
            </ul>
          )
        }
      </Read>
    </Panel>
  );
}

function Provider({ provider }: { provider: Awaited<ReturnType<typeof settings.listProviders>>['items'][number] }) {
  const { id, name, issuer, from, domains, callback } = provider;
  const check = useMutation({ mutationFn: () => settings.checkProvider({ params: { provider: id } }) });
  return (
    <li>
      <div>
        <h3>
          {name} <Tag>{from === 'environment' ? 'set where the server is started' : id}</Tag>
        </h3>
        <p className={shared.soft}>
          {issuer}; {domains.length === 0 ? 'only who was invited' : `who has an e-mail of ${domains.join(', ')}, and who was invited`}
        </p>
        <p className={shared.soft}>
          {callback === null ? 'It needs PUBLIC_URL, which is not set.' : `It sends people back to ${callback}`}
        </p>
        {check.data === undefined ? null : (
          <output className={shared.told}>
            <Lamp state={check.data.ok ? 'clear' : 'stop'} silent />
            {check.data.ok ? 'It answers with its discovery document.' : `${check.data.problem ?? ''}; ${check.data.right ?? ''}`}
          </output>
        )}
        <ProblemNote trouble={check.error === null ? null : troubleOf(check.error)} />
      </div>
      <div className={shared.acts}>
        <Button
          size="small"
          aria-label={`Try ${name}`}
          because={check.isPending ? 'It is being asked' : null}
          onClick={() => check.mutate()}
        >
          {check.isPending ? 'Asking…' : 'Try it'}
        </Button>
      </div>
    </li>
  );
}
