import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { may, whoMay } from '../../api/authority.ts';
import { troubleOf } from '../../api/client.ts';
import { settings } from '../../api/settings-client.ts';
import { Moment } from '../../parts/Moment.tsx';
import { EffectView } from '../../parts/policy-change/EffectView.tsx';
import { proposalsQuery, refreshPolicy } from '../../parts/policy-change/queries.ts';
import { useMe, useRoom } from '../../parts/room.ts';
import { ReasonDialog } from '../../parts/settings/ReasonDialog.tsx';
import { Read } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { say } from '../../parts/shell/announce.ts';
import { Button } from '../../ui/Button.tsx';
import { TextArea } from '../../ui/Field.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';

const EFFECT_EVERY_MS = 60_000;

type Proposal = Awaited<ReturnType<typeof settings.listProposals>>['items'][number];

/** What was proposed and waits. Nothing is shown where nothing waits. */
export function Proposals() {
  const { room } = useRoom();
  const list = useQuery(proposalsQuery(room.app.id));
  const open = list.data?.items.filter(({ state }) => state === 'open') ?? [];
  if (open.length === 0) return null;
  return (
    <Panel title={open.length === 1 ? 'A proposal waits' : `${open.length} proposals wait`}>
      <ul className={shared.rows}>
        {open.map((proposal) => (
          <OpenProposal key={proposal.id} proposal={proposal} />
        ))}
      </ul>
    </Panel>
  );
}

function OpenProposal({ proposal }: { proposal: Proposal }) {
  const { room, session } = useRoom();
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const [isClosing, setClosing] = useState(false);
  const isOwn = proposal.proposedBy.id === session.who?.id;
  const params = { app: room.app.id, proposal: proposal.id };
  const mayClose = isOwn || may(me, 'approve-policy') ? null : `Only ${whoMay('approve-policy')} may refuse it`;
  return (
    <li style={{ gridTemplateColumns: 'minmax(0, 1fr)' }}>
      <div>
        <h3>
          {proposal.why} <Tag>on revision {proposal.basedOn}</Tag>
        </h3>
        <p className={shared.soft}>
          {proposal.proposedBy.name}, <Moment at={proposal.proposedAt} as="full" />.{' '}
          {proposal.outdated ? 'Another revision came into force since: it cannot be approved any more.' : ''}
          {isOwn ? 'You proposed it; somebody else approves it.' : ''}
        </p>
      </div>
      <div className={shared.acts} style={{ justifyContent: 'flex-start' }}>
        {proposal.outdated ? null : (
          <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Hide its effect' : isOwn ? 'Look at its effect' : 'Look at its effect, then approve'}
          </Button>
        )}
        <Button look="danger" because={mayClose} onClick={() => setClosing(true)}>
          {isOwn ? 'Withdraw…' : 'Refuse…'}
        </Button>
      </div>
      {isOpen ? <Answer proposal={proposal} isOwn={isOwn} /> : null}
      {isClosing ? (
        <ReasonDialog
          asked={{
            title: isOwn ? 'Withdraw what you proposed' : `Refuse what ${proposal.proposedBy.name} proposed`,
            about: proposal.why,
            act: isOwn ? 'Withdraw it' : 'Refuse it',
            done: isOwn ? 'It is withdrawn' : 'It is refused',
            send: (why) => settings.closeProposal({ params, body: { why } }),
            refresh: ['policy-proposals'],
          }}
          onClose={() => setClosing(false)}
        />
      ) : null}
    </li>
  );
}

/** The effect as it is now, and the word of the second person. */
function Answer({ proposal, isOwn }: { proposal: Proposal; isOwn: boolean }) {
  const { room } = useRoom();
  const me = useMe();
  const cache = useQueryClient();
  const [note, setNote] = useState('');
  const params = { app: room.app.id, proposal: proposal.id };
  const whole = useQuery({
    queryKey: ['policy-effect', room.app.id, proposal.id],
    queryFn: () => settings.getProposal({ params }),
    // what tracks would do otherwise changes with them: it is looked at as of now, and does not jump with each of their changes
    refetchInterval: EFFECT_EVERY_MS,
  });
  const approve = useMutation({
    mutationFn: () =>
      settings.approveProposal({
        params,
        body: { preview: whole.data?.effect?.preview ?? '', note: note.trim() === '' ? null : note.trim() },
      }),
    onSuccess: ({ revision }) => say(`Revision ${revision} of the policy is in force`),
    onSettled: () => refreshPolicy(cache),
  });
  const off = isOwn
    ? 'You proposed it; somebody else approves it'
    : !may(me, 'approve-policy')
      ? `Only ${whoMay('approve-policy')} may approve it`
      : approve.isPending
        ? 'It is being sent'
        : null;
  return (
    <Read list={whole} what="its effect">
      {({ effect }) =>
        effect === null ? (
          <p className={shared.soft}>It waits no more.</p>
        ) : (
          <div className={shared.body} style={{ padding: 0 }}>
            <EffectView effect={effect} />
            {isOwn ? null : (
              <TextArea
                label="A note, if there is something to say"
                rows={2}
                maxLength={2000}
                value={note}
                onChange={(event) => setNote(event.target.value)}
              />
            )}
            <ProblemNote trouble={approve.error === null ? null : troubleOf(approve.error)} />
            <div className={shared.acts} style={{ justifyContent: 'flex-start' }}>
              <Button look="primary" because={off} onClick={() => approve.mutate()}>
                Approve: revision {effect.basedOn + 1} is in force
              </Button>
            </div>
          </div>
        )
      }
    </Read>
  );
}
