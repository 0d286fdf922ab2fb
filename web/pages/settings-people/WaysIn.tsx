import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { troubleOf } from '../../api/client.ts';
import { settings } from '../../api/settings-client.ts';
import { SENDING } from '../../parts/commands/sending.ts';
import { Read } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { say } from '../../parts/shell/announce.ts';
import { Button } from '../../ui/Button.tsx';
import { Choices } from '../../ui/Field.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';

type Apps = Awaited<ReturnType<typeof settings.getAccess>>['apps'];

/** Who sees which apps, how long sessions last, and what passwords must be. */
export function WaysIn() {
  const access = useQuery({ queryKey: ['access'], queryFn: () => settings.getAccess() });
  return (
    <Panel title="Ways in">
      <div className={shared.body}>
        <Read list={access} what="who sees which apps" rows={2}>
          {({ apps, sessions, passwords }) => (
            <>
              <WhoSees apps={apps} />
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

const effects: Readonly<Record<Apps, string>> = {
  everyone:
    'everyone who is signed in sees every app of this Signalbox at once, with its releases and its journal. What they may do there stays a matter of their roles.',
  granted:
    'an app is at once as if it were not there for everyone who holds no role in it, on pages that are open too. So it is for every app of this Signalbox; who holds a role in all apps goes on to see them all.',
};

/** It is of every app and everyone: it is chosen, read what it does, and then saved. */
function WhoSees({ apps }: { apps: Apps }) {
  const cache = useQueryClient();
  const [chosen, setChosen] = useState<Apps | null>(null);
  const wanted = chosen ?? apps;
  const set = useMutation({
    mutationFn: (to: Apps) => settings.setAccess({ body: { apps: to } }),
    onSuccess: async (now) => {
      say(now.apps === 'granted' ? 'Apps are shown to those who hold a role in them' : 'Everyone who is signed in sees every app');
      await Promise.all(['access', 'settings-history'].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      setChosen(null);
    },
  });
  return (
    <form
      className={shared.body}
      style={{ padding: 0 }}
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== apps && !set.isPending) set.mutate(wanted);
      }}
    >
      <Choices
        label="Who sees an app"
        value={wanted}
        onChange={setChosen}
        stacked
        options={[
          { value: 'everyone', label: 'Everyone who is signed in', about: 'What each may do there is a matter of their roles.' },
          { value: 'granted', label: 'Who holds a role in it', about: 'For others it is as if it were not there.' },
        ]}
      />
      <p aria-live="polite" hidden={wanted === apps}>
        {wanted === apps ? null : (
          <>
            <b>What changes:</b> {effects[wanted]}
          </>
        )}
      </p>
      <ProblemNote trouble={set.error === null ? null : troubleOf(set.error)} />
      <div className={shared.acts}>
        <Button type="submit" look="primary" because={wanted === apps ? 'It is so already' : set.isPending ? SENDING : null}>
          Save who sees an app
        </Button>
        {wanted === apps ? null : (
          <Button look="ghost" onClick={() => setChosen(null)} because={set.isPending ? SENDING : null}>
            Leave it as it is
          </Button>
        )}
      </div>
    </form>
  );
}
