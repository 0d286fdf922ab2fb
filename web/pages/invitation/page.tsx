/** An invitation: whom it is for and what it gives, then a name and a password, and one is in. */
import { useState } from 'react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { roleName } from '#domain/roles.ts';
import { client, codeOf, troubleOf } from '../../api/client.ts';
import { queryClient, sessionQuery } from '../../api/queries.ts';
import { Plain } from '../../parts/Broken.tsx';
import { EntryForm } from '../../parts/entry/EntryForm.tsx';
import type { Entry } from '../../parts/entry/entry-model.ts';
import plain from '../../parts/Plain.module.css';
import { Providers } from '../sign-in/Providers.tsx';
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
  const navigate = useNavigate();
  const accept = useMutation({
    mutationFn: ({ name, password }: Entry) => client.acceptInvitation({ body: { token, name, password } }),
    onSuccess: async (session) => {
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      await navigate({ to: '/', replace: true });
    },
  });
  return (
    <Plain title="You are invited" lead={`${invitation.email}. ${given(invitation)}`}>
      <EntryForm
        asks={{ name: invitation.name }}
        username={invitation.email}
        act="Come in"
        doing="Coming in…"
        sending={accept}
        onSend={(entry) => accept.mutate(entry)}
      >
        <Providers to="/" lead="Or without a password of Signalbox’s own:" />
      </EntryForm>
    </Plain>
  );
}
