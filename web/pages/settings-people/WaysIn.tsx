import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { troubleOf } from '../../api/client.ts';
import { settings } from '../../api/settings-client.ts';
import { Read } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { say } from '../../parts/shell/announce.ts';
import { Choices } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';

/** Who sees which apps, how long sessions last, and what passwords must be. */
export function WaysIn() {
  const cache = useQueryClient();
  const access = useQuery({ queryKey: ['access'], queryFn: () => settings.getAccess() });
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
    </Panel>
  );
}
