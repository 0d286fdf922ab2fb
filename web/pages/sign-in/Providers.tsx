/** The identity providers by which one may sign in; nothing where there is none. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { client, troubleOf } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';

export function Providers({ to, lead }: { to: string; lead: string }) {
  const providers = useQuery({ queryKey: ['sign-in providers'], queryFn: () => client.listSignInProviders(), retry: false });
  const begin = useMutation({
    mutationFn: (provider: string) => client.beginSignIn({ body: { provider, to } }),
    onSuccess: ({ url }) => location.assign(url),
  });
  const items = providers.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <>
      <p>{lead}</p>
      {items.map(({ id, name }) => (
        <Button key={id} because={begin.isPending || begin.isSuccess ? 'It is on its way' : null} onClick={() => begin.mutate(id)}>
          Sign in with {name}
        </Button>
      ))}
      <ProblemNote trouble={begin.error === null ? null : troubleOf(begin.error)} />
    </>
  );
}
