/** The policy: what waits to be approved, the text with its faults at their lines, its effect before it is saved, and every revision there was. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { Loading } from '../../parts/States.tsx';
import { policyQuery } from '../../parts/policy-change/queries.ts';
import { useRoom } from '../../parts/room.ts';
import { Read, SettingsPage } from '../../parts/settings/SettingsPage.tsx';
import { Editor } from './Editor.tsx';
import type { Edit } from './Editor.tsx';
import { Lost } from './Lost.tsx';
import { Proposals } from './Proposals.tsx';
import { Revisions } from './Revisions.tsx';

type Older = { revision: number; text: string };

export default function SettingsPolicyPage() {
  const { room } = useRoom();
  const policy = useQuery(policyQuery(room.app.id));
  const [edit, setEdit] = useState<Edit | null>(null);
  const [older, setOlder] = useState<Older | null>(null);
  const inForce = policy.data;
  const isWritten = edit !== null && inForce !== undefined && edit.text !== inForce.text;
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => isWritten && !isSamePage(current, next),
    enableBeforeUnload: () => isWritten,
    withResolver: true,
  });
  const backTo = ({ revision, text }: Older): void => {
    if (inForce === undefined) return;
    setOlder(null);
    setEdit({ text, basedOn: inForce.revision, because: `Back to revision ${revision}: ` });
    document.querySelector('#policy-text')?.scrollIntoView({ block: 'start' });
  };
  return (
    <SettingsPage id="policy">
      <Proposals />
      <Read list={policy} what="the policy" rows={12}>
        {(found) => <Editor policy={found} edit={edit} onEdit={setEdit} />}
      </Read>
      {inForce === undefined ? (
        <Loading what="its revisions" rows={3} />
      ) : (
        <Revisions
          inForce={inForce.revision}
          onBackTo={(to) => {
            if (isWritten && edit.text !== to.text) setOlder(to);
            else backTo(to);
          }}
        />
      )}
      {leaving.status === 'blocked' ? (
        <Lost
          title="Leave without saving the policy?"
          about="What you wrote is not saved, and is kept nowhere."
          act="Leave without it"
          onLose={leaving.proceed}
          onKeep={leaving.reset}
        />
      ) : older === null ? null : (
        <Lost
          title={`Put revision ${older.revision} in place of what you wrote?`}
          about="The text that you wrote is not saved, and is kept nowhere. That of the revision takes its place."
          act={`Take revision ${older.revision}`}
          onLose={() => backTo(older)}
          onKeep={() => setOlder(null)}
        />
      )}
    </SettingsPage>
  );
}

type Place = { pathname: string; search: object };

const appIn = ({ search }: Place): unknown => ('app' in search ? search.app : undefined);

/** A part of the address that says nothing of the page or its app leaves the text where it is. */
const isSamePage = (a: Place, b: Place): boolean => a.pathname === b.pathname && appIn(a) === appIn(b);
