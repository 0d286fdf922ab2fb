/** The policy: what waits to be approved, the text with its faults at their lines, its effect before it is saved, and every revision there was. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Loading } from '../../parts/States.tsx';
import { policyQuery } from '../../parts/policy-change/queries.ts';
import { useRoom } from '../../parts/room.ts';
import { Read, SettingsPage } from '../../parts/settings/SettingsPage.tsx';
import { Editor } from './Editor.tsx';
import type { Edit } from './Editor.tsx';
import { Proposals } from './Proposals.tsx';
import { Revisions } from './Revisions.tsx';

export default function SettingsPolicyPage() {
  const { room } = useRoom();
  const policy = useQuery(policyQuery(room.app.id));
  const [edit, setEdit] = useState<Edit | null>(null);
  return (
    <SettingsPage id="policy">
      <Proposals />
      <Read list={policy} what="the policy" rows={12}>
        {(inForce) => <Editor policy={inForce} edit={edit} onEdit={setEdit} />}
      </Read>
      {policy.data === undefined ? (
        <Loading what="its revisions" rows={3} />
      ) : (
        <Revisions
          inForce={policy.data.revision}
          onBackTo={({ revision, text }) => {
            setEdit({ text, basedOn: policy.data.revision, because: `Back to revision ${revision}: ` });
            document.querySelector('#policy-text')?.scrollIntoView({ block: 'start' });
          }}
        />
      )}
    </SettingsPage>
  );
}
