/** A form in a dialog that is sent as one thing. What is missing is said when it is tried; the form is kept when it is refused. */
import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { codeOf, troubleOf } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogBody } from '../../ui/Dialog.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { say } from '../shell/announce.ts';
import { closing, SENDING } from './sending.ts';
import styles from './CommandDialog.module.css';

/** What is read again after it was sent, and where another was quicker. */
const READ_AGAIN = ['release', 'releases', 'trains', 'track'];

export function FormDialog<Sent>({
  title,
  about,
  note = 'Written to the journal with your name.',
  act,
  look = 'primary',
  done,
  missing,
  send,
  onClose,
  children,
}: {
  title: string;
  about?: string;
  note?: string;
  /** What the button says: the result. */
  act: string;
  look?: 'primary' | 'danger';
  /** What is said when it is done; null: not all of it was, and the form stays to tell of the rest. */
  done: (sent: Sent) => string | null;
  /** What is missing before it can be sent; null: nothing. */
  missing: string | null;
  send: () => Promise<Sent>;
  onClose: () => void;
  children: ReactNode;
}) {
  const id = useId();
  const cache = useQueryClient();
  const [wasTried, setTried] = useState(false);
  const readAgain = (): void => {
    for (const key of READ_AGAIN) void cache.invalidateQueries({ queryKey: [key] });
  };
  const give = useMutation({
    mutationFn: send,
    onSuccess: (sent) => {
      readAgain();
      const words = done(sent);
      if (words === null) return;
      say(words);
      onClose();
    },
    // the page behind shows what is there now; the form keeps what was written
    onError: (error) => {
      if (codeOf(error) === 'stale') readAgain();
    },
  });
  const sending = give.isPending ? SENDING : null;
  return (
    <Dialog
      open
      onClose={closing(give.isPending, onClose)}
      isForm
      title={title}
      about={about}
      note={note}
      footer={
        <>
          <Button onClick={onClose} because={sending}>
            Back
          </Button>
          <Button look={look} type="submit" form={id} because={sending}>
            {codeOf(give.error) === 'stale' ? `${act} all the same` : act}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className={styles.form}
        // what is missing is said in the dialog, in our words, where a reader hears it
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (missing === null && !give.isPending) give.mutate();
        }}
      >
        <DialogBody>
          {children}
          {wasTried && missing !== null ? (
            <p className={styles.missing} role="alert">
              {missing}
            </p>
          ) : null}
          <ProblemNote trouble={give.error === null ? null : troubleOf(give.error)} />
        </DialogBody>
      </form>
    </Dialog>
  );
}
