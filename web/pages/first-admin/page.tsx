/** The one-time set-up link: makes the first admin. The token is in the part of the address that browsers do not send. */
import { useState } from 'react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { passwordLeast, passwordLength } from '#domain/people/password.ts';
import { client, codeOf, troubleOf } from '../../api/client.ts';
import { queryClient, sessionQuery } from '../../api/queries.ts';
import { Plain } from '../../parts/Broken.tsx';
import plain from '../../parts/Plain.module.css';
import { Button } from '../../ui/Button.tsx';
import { CheckField, TextField } from '../../ui/Field.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { tokenIn } from '../../util/token.ts';

export default function FirstAdminPage() {
  const [token] = useState(() => tokenIn(location.hash));
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [withKey, setWithKey] = useState(false);
  const [wasTried, setTried] = useState(false);
  const navigate = useNavigate();
  const setUp = useMutation({
    mutationFn: () => client.setUp({ body: { token, name, email, password, ...(withKey ? { key: { name: `${name}, first key` } } : {}) } }),
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
  const passwordError =
    wasTried && passwordLength(password) < passwordLeast
      ? `The password has ${passwordLength(password)} characters; it needs at least ${passwordLeast}.`
      : null;
  const nameError = wasTried && name.trim() === '' ? 'Say your name: it stands beside what you decide.' : null;
  const emailError = wasTried && !/^\S+@\S+\.\S+$/.test(email) ? 'An e-mail address looks like you@example.com.' : null;
  const isReady = name.trim() !== '' && passwordLength(password) >= passwordLeast && /^\S+@\S+\.\S+$/.test(email);
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
      <form
        className={plain.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (isReady && !setUp.isPending) setUp.mutate();
        }}
      >
        <TextField
          label="Your name"
          autoComplete="name"
          required
          value={name}
          error={nameError}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          value={email}
          error={emailError}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          required
          hint={`At least ${passwordLeast} characters. Length is what counts.`}
          value={password}
          error={passwordError}
          onChange={(event) => setPassword(event.target.value)}
        />
        <CheckField
          label="Also make an API key for the command line, with all the rights of the first admin"
          checked={withKey}
          onChange={(event) => setWithKey(event.target.checked)}
        />
        <ProblemNote trouble={setUp.error === null ? null : troubleOf(setUp.error)} />
        {codeOf(setUp.error) === 'link-spent' ? (
          <a className="link" href="/sign-in">
            Sign in instead
          </a>
        ) : null}
        <Button look="primary" type="submit" because={setUp.isPending ? 'It is being sent' : null}>
          {setUp.isPending ? 'Setting up…' : 'Become the first admin'}
        </Button>
      </form>
    </Plain>
  );
}
