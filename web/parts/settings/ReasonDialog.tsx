/** Asks once more, and why: for what others will look for in the journal. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { TextArea } from '../../ui/Field.tsx';
import { FormDialog } from '../commands/FormDialog.tsx';

export type Asked = {
  title: string;
  about?: string;
  /** What the button says: the result. */
  act: string;
  look?: 'primary' | 'danger';
  /** What the field asks for; null: no reason is kept of this. */
  why?: string | null;
  /** How many characters it has at least. */
  least?: number;
  /** What is said once it is done. */
  done: string;
  send: (why: string) => Promise<unknown>;
  /** What is read again. */
  refresh: readonly string[];
  more?: ReactNode;
};

export function ReasonDialog({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const cache = useQueryClient();
  const [why, setWhy] = useState('');
  const { title, about, act, look = 'danger', why: label = 'Why', least = 1, done, send, refresh, more } = asked;
  return (
    <FormDialog
      title={title}
      {...(about === undefined ? {} : { about })}
      act={act}
      look={look}
      missing={label !== null && why.trim().length < least ? 'Say why, in a few words: it stands in the journal.' : null}
      send={async () => {
        await send(why.trim());
        await Promise.all([...refresh, 'settings-history'].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      }}
      done={() => done}
      onClose={onClose}
    >
      {more}
      {label === null ? null : (
        <TextArea label={label} rows={2} maxLength={2000} required value={why} onChange={(event) => setWhy(event.target.value)} />
      )}
    </FormDialog>
  );
}
