/** A link that an admin made: sets a new password. */
import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { passwordLeast, passwordLength } from '#domain/people/password.ts';
import { client, troubleOf } from '../../api/client.ts';
import { Plain } from '../../parts/Broken.tsx';
import plain from '../../parts/Plain.module.css';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/Field.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { tokenIn } from '../../util/token.ts';

export default function NewPasswordPage() {
  const [token] = useState(() => tokenIn(location.hash));
  const [password, setPassword] = useState('');
  const [wasTried, setTried] = useState(false);
  const set = useMutation({
    mutationFn: () => client.setPassword({ body: { token, password } }),
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
  const length = passwordLength(password);
  return (
    <Plain title="Set a new password" lead="The link works once. All your sessions end.">
      <form
        className={plain.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (length >= passwordLeast && !set.isPending) set.mutate();
        }}
      >
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          required
          hint={`At least ${passwordLeast} characters. Length is what counts: several words do.`}
          value={password}
          error={wasTried && length < passwordLeast ? `The password has ${length} characters; it needs at least ${passwordLeast}.` : null}
          onChange={(event) => setPassword(event.target.value)}
        />
        <ProblemNote trouble={set.error === null ? null : troubleOf(set.error)} />
        <Button look="primary" type="submit" because={set.isPending ? 'It is being sent' : null}>
          {set.isPending ? 'Setting it…' : 'Set the password'}
        </Button>
      </form>
    </Plain>
  );
}
