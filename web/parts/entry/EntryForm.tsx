/** The form by which somebody comes in for the first time, or sets a password: what it asks for, what is wrong with it, and one button. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { passwordLeast } from '#domain/people/password.ts';
import { troubleOf } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/Field.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import plain from '../Plain.module.css';
import { faultsOf } from './entry-model.ts';
import type { Entry } from './entry-model.ts';

export function EntryForm({
  asks,
  username,
  act,
  doing,
  sending,
  onSend,
  before,
  children,
}: {
  /** What it asks for beside a password, with what stands there at first. */
  asks: { name?: string; email?: string };
  /** Whose password it is, for the browser that keeps it. */
  username?: string;
  /** What the button says, and what it says while it is sent. */
  act: string;
  doing: string;
  sending: { isPending: boolean; error: unknown };
  onSend: (entry: Entry) => void;
  /** What stands before the button. */
  before?: ReactNode;
  children?: ReactNode;
}) {
  const [entry, setEntry] = useState<Entry>({ name: asks.name ?? '', email: asks.email ?? '', password: '' });
  const [wasTried, setTried] = useState(false);
  const faults = faultsOf(entry, asks);
  const shown = wasTried ? faults : {};
  const { isPending, error } = sending;
  return (
    <form
      className={plain.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(faults).length === 0 && !isPending) onSend(entry);
      }}
    >
      {asks.name === undefined ? null : (
        <TextField
          label="Your name"
          autoComplete="name"
          required
          value={entry.name}
          error={shown.name}
          onChange={(event) => setEntry({ ...entry, name: event.target.value })}
        />
      )}
      {asks.email === undefined ? null : (
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          value={entry.email}
          error={shown.email}
          onChange={(event) => setEntry({ ...entry, email: event.target.value })}
        />
      )}
      {username === undefined ? null : <input type="hidden" name="username" autoComplete="username" value={username} readOnly />}
      <TextField
        label={asks.name === undefined ? 'New password' : 'Password'}
        type="password"
        autoComplete="new-password"
        required
        hint={`At least ${passwordLeast} characters. Length is what counts: several words do.`}
        value={entry.password}
        error={shown.password}
        onChange={(event) => setEntry({ ...entry, password: event.target.value })}
      />
      {before}
      <ProblemNote trouble={error === null ? null : troubleOf(error)} />
      <Button look="primary" type="submit" because={isPending ? 'It is being sent' : null}>
        {isPending ? doing : act}
      </Button>
      {children}
    </form>
  );
}
