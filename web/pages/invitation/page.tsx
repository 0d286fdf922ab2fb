/** An invitation: whom it is for and what it gives, then a name and a password, and one is in. */
import { useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { passwordLeast, passwordLength } from '#domain/people/password.ts';
import { roleName } from '#domain/roles.ts';
import { client, codeOf, troubleOf } from '../../api/client.ts';
import { queryClient, sessionQuery } from '../../api/queries.ts';
import { Plain } from '../../parts/Broken.tsx';
import plain from '../../parts/Plain.module.css';
import { Providers } from '../sign-in/Providers.tsx';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/Field.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { tokenIn } from '../../util/token.ts';

export default function InvitationPage() {
  const [token] = useState(() => tokenIn(location.hash));
  const found = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => client.lookAtInvitation({ body: { token } }),
    enabled: token !== '',
    retry: false,
    staleTime: Infinity,
  });
  if (token === '')
    return (
      <Plain title="This is not a whole invitation">
        <p className={plain.lead}>
          The link of an invitation ends in <code>#token=…</code>. Copy all of it.
        </p>
      </Plain>
    );
  if (found.error !== null)
    return (
      <Plain title={codeOf(found.error) === 'link-spent' ? 'This invitation is over' : 'The invitation could not be read'}>
        <div className={plain.form}>
          <ProblemNote trouble={troubleOf(found.error)} />
          <a className="link" href="/sign-in">
            Sign in instead
          </a>
        </div>
      </Plain>
    );
  if (found.data === undefined) return <Plain title="Invitation">It is being read…</Plain>;
  return <Accept token={token} invitation={found.data} />;
}

type Invitation = Awaited<ReturnType<typeof client.lookAtInvitation>>;

/** `release manager in music`; what somebody without any role may do. */
function given({ grants }: Invitation): string {
  if (grants.length === 0) return 'You will see what is going on; an admin gives roles.';
  const each = grants.map(({ app, roles }) => `${roles.map(roleName).join(' and ')} in ${app === '*' ? 'all apps' : app}`);
  return `You will be ${each.join(', ')}.`;
}

function Accept({ token, invitation }: { token: string; invitation: Invitation }) {
  const [name, setName] = useState(invitation.name);
  const [password, setPassword] = useState('');
  const [wasTried, setTried] = useState(false);
  const navigate = useNavigate();
  const accept = useMutation({
    mutationFn: () => client.acceptInvitation({ body: { token, name, password } }),
    onSuccess: async (session) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      await navigate({ to: '/', replace: true });
    },
  });
  const length = passwordLength(password);
  const isReady = name.trim() !== '' && length >= passwordLeast;
  return (
    <Plain title="You are invited" lead={`${invitation.email}. ${given(invitation)}`}>
      <form
        className={plain.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (isReady && !accept.isPending) accept.mutate();
        }}
      >
        <TextField
          label="Your name"
          autoComplete="name"
          required
          value={name}
          error={wasTried && name.trim() === '' ? 'Say your name: it stands beside what you decide.' : null}
          onChange={(event) => setName(event.target.value)}
        />
        <input type="hidden" name="username" autoComplete="username" value={invitation.email} readOnly />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          required
          hint={`At least ${passwordLeast} characters. Length is what counts: several words do.`}
          value={password}
          error={wasTried && length < passwordLeast ? `The password has ${length} characters; it needs at least ${passwordLeast}.` : null}
          onChange={(event) => setPassword(event.target.value)}
        />
        <ProblemNote trouble={accept.error === null ? null : troubleOf(accept.error)} />
        <Button look="primary" type="submit" because={accept.isPending ? 'It is being sent' : null}>
          {accept.isPending ? 'Coming in…' : 'Come in'}
        </Button>
        <Providers to="/" lead="Or without a password of Signalbox’s own:" />
      </form>
    </Plain>
  );
}
