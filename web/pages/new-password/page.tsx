/** A link that an admin made: sets a new password. */
import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { Plain } from '../../parts/Broken.tsx';
import { EntryForm } from '../../parts/entry/EntryForm.tsx';
import plain from '../../parts/Plain.module.css';
import { tokenIn } from '../../util/token.ts';

export default function NewPasswordPage() {
  const [token] = useState(() => tokenIn(location.hash));
  const set = useMutation({
    mutationFn: (password: string) => client.setPassword({ body: { token, password } }),
    onSuccess: () => history.replaceState(null, '', '/new-password'),
  });
  if (set.isSuccess)
    return (
      <Plain title="The password is set" lead="All your sessions have ended.">
        <div className={plain.form}>
          <a className="link" href="/sign-in">
            Sign in with it
          </a>
        </div>
      </Plain>
    );
  if (token === '')
    return (
      <Plain title="This is not a whole link">
        <p className={plain.lead}>
          A link that sets a password ends in <code>#token=…</code>. Copy all of it, or ask an admin for another one.
        </p>
      </Plain>
    );
  return (
    <Plain title="Set a new password" lead="The link works once. All your sessions end.">
      <EntryForm asks={{}} act="Set the password" doing="Setting it…" sending={set} onSend={({ password }) => set.mutate(password)} />
    </Plain>
  );
}
