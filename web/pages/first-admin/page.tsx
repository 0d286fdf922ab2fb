/** The one-time set-up link: makes the first admin. The token is in the part of the address that browsers do not send. */
import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { client, codeOf } from '../../api/client.ts';
import { queryClient, sessionQuery } from '../../api/queries.ts';
import { Plain } from '../../parts/Broken.tsx';
import { EntryForm } from '../../parts/entry/EntryForm.tsx';
import type { Entry } from '../../parts/entry/entry-model.ts';
import plain from '../../parts/Plain.module.css';
import { Button } from '../../ui/Button.tsx';
import { CheckField } from '../../ui/Field.tsx';
import { tokenIn } from '../../util/token.ts';

export default function FirstAdminPage() {
  const [token] = useState(() => tokenIn(location.hash));
  const [withKey, setWithKey] = useState(false);
  const navigate = useNavigate();
  const setUp = useMutation({
    mutationFn: ({ name, ...entry }: Entry) =>
      client.setUp({ body: { token, name, ...entry, ...(withKey ? { key: { name: `${name}, first key` } } : {}) } }),
    onSuccess: async ({ key, ...session }) => {
      queryClient.setQueryData(sessionQuery.queryKey, session);
      // the token is spent and has no more business in the history
      history.replaceState(null, '', '/setup');
      if (key === null) await navigate({ to: '/', replace: true });
    },
  });
  if (setUp.data?.key)
    return (
      <Plain title="You are the first admin" lead="This API key is shown this once. The command line takes it:">
        <div className={plain.form}>
          <p>
            <code style={{ overflowWrap: 'anywhere' }}>
              npm run signalbox -- connect {location.origin} --key {setUp.data.key}
            </code>
          </p>
          <Button look="primary" onClick={() => void navigate({ to: '/', replace: true })}>
            I have kept it, go on
          </Button>
        </div>
      </Plain>
    );
  if (token === '')
    return (
      <Plain title="This is not a whole set-up link">
        <p className={plain.lead}>
          A set-up link ends in <code>#token=…</code>. The server prints it when it starts while there is no admin. Copy all of it.
        </p>
      </Plain>
    );
  return (
    <Plain title="Set up Signalbox" lead="You become the first admin, and the release manager until you name others. The link works once.">
      <EntryForm
        asks={{ name: '', email: '' }}
        act="Become the first admin"
        doing="Setting up…"
        sending={setUp}
        onSend={(entry) => setUp.mutate(entry)}
        before={
          <CheckField
            label="Also make an API key for the command line, with all the rights of the first admin"
            checked={withKey}
            onChange={(event) => setWithKey(event.target.checked)}
          />
        }
      >
        {codeOf(setUp.error) === 'link-spent' ? (
          <a className="link" href="/sign-in">
            Sign in instead
          </a>
        ) : null}
      </EntryForm>
    </Plain>
  );
}
