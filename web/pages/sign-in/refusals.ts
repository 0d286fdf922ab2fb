/** Why one comes back from an identity provider and is not in, by the code in the address. */
const sentences: Readonly<Record<string, { detail: string; right: string }>> = {
  'not-invited': { detail: 'Nobody with this e-mail was invited.', right: 'Ask an admin of Signalbox for an invitation.' },
  'email-not-verified': {
    detail: 'The provider says that this e-mail was not verified.',
    right: 'Verify it there, then sign in again.',
  },
  'no-email': { detail: 'The provider does not tell an e-mail.', right: 'An admin adds the scope email to its settings.' },
  'account-exists': {
    detail: 'An account with this e-mail is here already, and this provider may not take it over.',
    right: 'Sign in with the password; an admin can let the provider link accounts.',
  },
  deactivated: { detail: 'This account was deactivated.', right: 'An admin can let you in again.' },
  access_denied: { detail: 'The provider did not let you go on.', right: 'Sign in there with an account that may.' },
};

export function refusalOf(code: string | undefined): { detail: string; right: string } | null {
  if (code === undefined) return null;
  const known = Object.hasOwn(sentences, code) ? sentences[code] : undefined;
  return (
    known ?? {
      detail: 'Signing in by the provider did not work.',
      right: 'Try again; if it stays so, the log of the server has the cause.',
    }
  );
}
