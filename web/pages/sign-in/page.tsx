import { useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { client, troubleOf } from '../../api/client.ts';
import { queryClient, sessionQuery } from '../../api/queries.ts';
import { Plain } from '../../parts/Broken.tsx';
import plain from '../../parts/Plain.module.css';
import { Providers } from './Providers.tsx';
import { refusalOf } from './refusals.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/Field.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';

/** Only an address of ours is gone back to. */
const isOurs = (to: string | undefined): to is string => to !== undefined && /^\/(?![/\\])/.test(to);

export default function SignInPage() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { to, error } = useSearch({ from: '/sign-in' });
  const refusal = refusalOf(error);
  const navigate = useNavigate();
  const session = useQuery(sessionQuery).data;
  const signIn = useMutation({
    mutationFn: () => client.signIn({ body: { email, password } }),
    onSuccess: async (found) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, found);
      await navigate({ href: isOurs(to) ? to : '/', replace: true });
    },
  });
  if (session?.setUpNeeded === true) return <NoAdminYet />;
  return (
    <Plain title="Sign in" lead="Everyone who is signed in sees every release; roles say who may act.">
      <form
        className={plain.form}
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <ProblemNote
          trouble={
            signIn.error === null ? (refusal === null || signIn.isPending ? null : { ...refusal, errors: [] }) : troubleOf(signIn.error)
          }
        />
        <Button look="primary" type="submit" because={signIn.isPending ? 'It is being sent' : null}>
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
        <Providers to={isOurs(to) ? to : '/'} lead="Or:" />
      </form>
    </Plain>
  );
}

function NoAdminYet() {
  return (
    <Plain title="No admin yet">
      <p className={plain.lead}>
        The server printed a one-time set-up link when it started. Open that link; it leads to a page that makes the first admin. If it is
        lost, start the server again: it prints a new one while there is no admin.
      </p>
    </Plain>
  );
}
