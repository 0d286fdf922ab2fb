/** Another policy, from its text to its being in force: what differs, what each live track would do otherwise, why, and who says yes. */
import { useId, useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { may, whoMay } from '../../api/authority.ts';
import { codeOf, troubleOf } from '../../api/client.ts';
import { settings } from '../../api/settings-client.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogBody } from '../../ui/Dialog.tsx';
import { TextArea } from '../../ui/Field.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { closing, SENDING } from '../commands/sending.ts';
import { useMe, useRoom } from '../room.ts';
import { say } from '../shell/announce.ts';
import { EffectView } from './EffectView.tsx';
import { refreshPolicy } from './queries.ts';
import styles from './policy-change.module.css';

/** What another text would do now. The key has the revision in force: another one is another effect. */
function usePolicyEffect(text: string | null, revision: number) {
  const { room } = useRoom();
  return useQuery({
    queryKey: ['policy-effect', room.app.id, revision, text],
    queryFn: () => settings.previewPolicy({ params: { app: room.app.id }, body: { text: text ?? '' } }),
    enabled: text !== null,
    retry: false,
  });
}

type Wanted = {
  /** The whole text as it is to be. */
  text: string;
  /** The revision that it was made from. */
  basedOn: number;
  /** A reason to begin with. */
  because?: string;
};

/** The look at the effect, the reason, and the button that saves it or proposes it. `id` names the form for a button that stands elsewhere. */
function useChange({ text, basedOn, because = '' }: Wanted, onDone: () => void) {
  const { room } = useRoom();
  const me = useMe();
  const cache = useQueryClient();
  const [why, setWhy] = useState(because);
  const [wasTried, setTried] = useState(false);
  const effect = usePolicyEffect(text, basedOn);
  const isProposed = (effect.data?.needsSecond ?? false) || !me.isAdmin;
  const send = useMutation({
    mutationFn: async () => {
      const preview = effect.data?.preview ?? '';
      const params = { app: room.app.id };
      if (isProposed) {
        await settings.proposePolicy({ params, body: { text, preview, why } });
        return 'It is proposed: nothing changes until somebody else approves it';
      }
      const { revision } = await settings.savePolicy({ params, body: { text, basedOn, preview, why } });
      return `Revision ${revision} of the policy is in force`;
    },
    onSuccess: async (words) => {
      // told once the page shows it: who goes on writing goes on from there
      await refreshPolicy(cache);
      onDone();
      say(words);
    },
    // somebody was quicker: the page shows what is in force now, and the text is kept
    onError: async (error) => {
      if (codeOf(error) === 'stale') await refreshPolicy(cache);
    },
  });
  const lacks = may(me, 'propose-policy') ? null : `Only ${whoMay('propose-policy')} may propose another policy`;
  const isSame = effect.data !== undefined && effect.data.diff.added + effect.data.diff.removed === 0;
  const missing = why.trim() === '' ? 'Say why: it stands beside the revision.' : null;
  const off =
    lacks ??
    (effect.data === undefined ? 'Its effect is looked at first' : isSame ? 'It is the policy in force' : send.isPending ? SENDING : null);
  const submit = (): void => {
    setTried(true);
    if (missing === null && off === null) send.mutate();
  };
  return { effect, why, setWhy, isProposed, send, off, missing: wasTried ? missing : null, submit };
}

function Parts({ change }: { change: ReturnType<typeof useChange> }) {
  const { effect, why, setWhy, send, missing, isProposed } = change;
  return (
    <>
      {effect.data === undefined ? (
        effect.error === null ? (
          <p className={styles.soft}>Working out its effect on what is live…</p>
        ) : (
          <ProblemNote trouble={troubleOf(effect.error)} />
        )
      ) : (
        <EffectView effect={effect.data} />
      )}
      <TextArea
        label={isProposed ? 'Why, for whoever approves it' : 'Why'}
        rows={2}
        maxLength={2000}
        required
        value={why}
        error={missing}
        hint="It stands beside the revision and in the journal."
        onChange={(event) => setWhy(event.target.value)}
      />
      <ProblemNote trouble={send.error === null ? null : troubleOf(send.error)} />
    </>
  );
}

const actName = (isProposed: boolean, basedOn: number): string => (isProposed ? 'Propose it' : `Save as revision ${basedOn + 1}`);

/** In the page: under the text that is edited. */
export function PolicyChange({ onDone, ...wanted }: Wanted & { onDone: () => void }) {
  const change = useChange(wanted, onDone);
  return (
    <form
      className={styles.change}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        change.submit();
      }}
    >
      <Parts change={change} />
      <div className={styles.acts}>
        <Button look="primary" type="submit" because={change.off}>
          {actName(change.isProposed, wanted.basedOn)}
        </Button>
      </div>
    </form>
  );
}

/** In a dialog: for a page that writes a part of the policy. */
export function PolicyChangeDialog({
  title,
  onClose,
  onDone,
  ...wanted
}: Wanted & { title: string; onClose: () => void; onDone: () => void }) {
  const id = useId();
  const change = useChange(wanted, onDone);
  return (
    <Dialog
      open
      onClose={closing(change.send.isPending, onClose)}
      isForm
      title={title}
      about="It is written into the policy. This is what it means for the releases that are under way."
      note="Written to the journal with your name."
      footer={
        <>
          <Button onClick={onClose} because={change.send.isPending ? SENDING : null}>
            Back
          </Button>
          <Button look="primary" type="submit" form={id} because={change.off}>
            {actName(change.isProposed, wanted.basedOn)}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // the form that it stands in would make its text anew, of what came into force meanwhile
          event.stopPropagation();
          change.submit();
        }}
      >
        <DialogBody>
          <Parts change={change} />
        </DialogBody>
      </form>
    </Dialog>
  );
}
