import { useState } from 'react';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { may, whoMay } from '../../api/authority.ts';
import { troubleOf } from '../../api/client.ts';
import { settings } from '../../api/settings-client.ts';
import { Moment } from '../../parts/Moment.tsx';
import { DiffView } from '../../parts/policy-change/DiffView.tsx';
import { proposalsQuery, revisionsQuery } from '../../parts/policy-change/queries.ts';
import { useMe, useRoom } from '../../parts/room.ts';
import { Paged, Read } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';

type Revision = Awaited<ReturnType<typeof settings.listPolicyRevisions>>['items'][number];

/** Every revision there was, and what was proposed and did not become one. */
export function Revisions({ inForce, onBackTo }: { inForce: number; onBackTo: (to: { revision: number; text: string }) => void }) {
  const { room } = useRoom();
  const list = useInfiniteQuery(revisionsQuery(room.app.id));
  const proposals = useQuery(proposalsQuery(room.app.id));
  const closed = proposals.data?.items.filter(({ state }) => state === 'refused' || state === 'withdrawn') ?? [];
  return (
    <>
      <Panel title="Revisions">
        <Paged list={list} what="the revisions" more="older revisions" none={null}>
          {(revisions) => (
            <ul className={shared.rows}>
              {revisions.map((revision) => (
                <OneRevision key={revision.revision} revision={revision} isInForce={revision.revision === inForce} onBackTo={onBackTo} />
              ))}
            </ul>
          )}
        </Paged>
      </Panel>
      {closed.length === 0 ? null : (
        <Panel title="Proposed, and not to be">
          <ul className={shared.rows}>
            {closed.map((proposal) => (
              <li key={proposal.id}>
                <div>
                  <h3>{proposal.why}</h3>
                  <p className={shared.soft}>
                    {proposal.proposedBy.name}, <Moment at={proposal.proposedAt} as="full" />.{' '}
                    {proposal.state === 'refused' ? 'Refused' : 'Withdrawn'} by {proposal.decidedBy?.name ?? 'nobody known'}:{' '}
                    {proposal.note ?? 'no reason was kept'}
                  </p>
                </div>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function OneRevision({
  revision: { revision, savedAt, savedBy, why, approvedBy },
  isInForce,
  onBackTo,
}: {
  revision: Revision;
  isInForce: boolean;
  onBackTo: (to: { revision: number; text: string }) => void;
}) {
  const { room } = useRoom();
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const back = useMutation({
    mutationFn: () => settings.getPolicy({ params: { app: room.app.id }, query: { revision } }),
    onSuccess: ({ text }) => onBackTo({ revision, text }),
  });
  const diff = useQuery({
    queryKey: ['policy-diff', room.app.id, revision],
    queryFn: () => settings.getPolicyDiff({ params: { app: room.app.id }, query: { to: revision } }),
    enabled: isOpen,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <li>
      <div>
        <h3>
          Revision {revision} {isInForce ? <Tag>in force</Tag> : null}
        </h3>
        <p>{why ?? (revision === 1 ? 'The first one, made with the app.' : 'No reason was kept.')}</p>
        <p className={shared.soft}>
          {approvedBy === null ? 'Saved' : 'Proposed'} by {savedBy.name}
          {approvedBy === null ? '' : `, approved by ${approvedBy.name}`}, <Moment at={savedAt} as="full" />
        </p>
        <ProblemNote trouble={back.error === null ? null : troubleOf(back.error)} />
      </div>
      <div className={shared.acts}>
        <Button size="small" aria-expanded={isOpen} aria-label={`What revision ${revision} changed`} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'What it changed'}
        </Button>
        {isInForce ? null : (
          <Button
            size="small"
            aria-label={`Back to revision ${revision}`}
            because={
              may(me, 'propose-policy') ? (back.isPending ? 'It is being read' : null) : `Only ${whoMay('propose-policy')} may do this`
            }
            onClick={() => back.mutate()}
          >
            Back to this one…
          </Button>
        )}
      </div>
      {isOpen ? (
        <div style={{ gridColumn: '1 / -1' }}>
          <Read list={diff} what="what it changed">
            {(found) => <DiffView diff={found} />}
          </Read>
        </div>
      ) : null}
    </li>
  );
}
