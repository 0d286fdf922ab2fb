/** The crash groups of the track that are new or worse than in the releases before it, the worst first. */
import { Link } from '@tanstack/react-router';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { CrashGroupLine } from '#api/crash-groups.ts';
import type { Novelty } from '#domain/health/severity.ts';
import { troubleOf } from '../../api/client.ts';
import { crashGroupsQuery } from '../../api/crash-groups-client.ts';
import { useReadAgain } from '../../hooks/useReadAgain.ts';
import { Severity } from '../../parts/crash-groups/Severity.tsx';
import {
  decisionInWords,
  impactInWords,
  noveltyMeanings,
  noveltyNames,
  ownerInWords,
  ticketInWords,
} from '../../parts/crash-groups/words.ts';
import { useRoom } from '../../parts/room.ts';
import type { Shown } from './shown.ts';
import { TablePanel } from './TablePanel.tsx';

const SHOWN = 5;
const CHANGED: readonly Novelty[] = ['new', 'regressed', 'worse'];

export function Groups({ track: { app, version, platform } }: Shown) {
  const { room } = useRoom();
  const read = useInfiniteQuery(crashGroupsQuery(app, { version, platform }));
  useReadAgain(room.version, read);
  const all = (read.data?.pages ?? []).flatMap(({ items }) => items);
  const changed = all.filter(({ judgement }) => judgement !== null && CHANGED.includes(judgement.novelty));
  if (!read.isError && changed.length === 0) return null;
  return (
    <TablePanel
      title={`Crash groups, new or worse in ${version}`}
      aside={
        <Link className="link" to="/$app/health/groups" params={{ app }} search={{ version, platform }}>
          All groups of {version}
        </Link>
      }
      trouble={read.isError ? troubleOf(read.error) : null}
      columns={['Group', 'Change', 'People', 'Severity', 'Ticket', 'Team', 'Decision']}
    >
      {changed.slice(0, SHOWN).map((group) => (
        <Row key={group.id} app={app} group={group} />
      ))}
    </TablePanel>
  );
}

function Row({ app, group }: { app: string; group: CrashGroupLine }) {
  const { id, title, users, judgement, ticket } = group;
  const owner = ownerInWords(group);
  const decision = decisionInWords(group);
  const novelty = judgement?.novelty ?? null;
  return (
    <tr>
      <th scope="row">
        <Link className="link" to="/$app/health/groups/$group" params={{ app, group: String(id) }}>
          {title}
        </Link>
      </th>
      <td data-label="Change" title={novelty === null ? undefined : noveltyMeanings[novelty]}>
        {novelty === null ? '–' : noveltyNames[novelty]}
      </td>
      <td data-label="People" className="figures">
        {users.toLocaleString('en')}
        {judgement === null ? '' : `, ${impactInWords(judgement.impact)} of 1 M a day`}
      </td>
      <td data-label="Severity">
        <Severity judgement={judgement} />
      </td>
      <td data-label="Ticket">
        {ticket?.key === null || ticket === null ? (
          ticketInWords(group)
        ) : (
          <Link className="link" to="/$app/bugs/$bug" params={{ app, bug: ticket.key }}>
            {ticketInWords(group)}
          </Link>
        )}
      </td>
      <td data-label="Team" title={owner.because ?? undefined}>
        {owner.words}
      </td>
      <td data-label="Decision" title={decision?.because}>
        {decision?.words ?? 'not decided'}
      </td>
    </tr>
  );
}
