/** The newest release candidates of the track, and which of them ships. */
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { stageAllows } from '#domain/release/can.ts';
import { Button } from '../../ui/Button.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { may, whoMay } from '../../api/authority.ts';
import { troubleOf } from '../../api/client.ts';
import { buildsQuery } from '../../api/queries.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { Moment } from '../../parts/Moment.tsx';
import { paramsOf, useMe, useRoom } from '../../parts/room.ts';
import type { Shown } from './shown.ts';
import { TablePanel } from './TablePanel.tsx';

const SHOWN = 5;

export function Builds({ track }: Shown) {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const read = useQuery(buildsQuery(paramsOf(track), room.version));
  const all = (read.data?.items ?? []).filter(({ kind }) => kind === 'release-candidate');
  const canChoose = stageAllows(track.stage, 'choose-candidate') && track.stages.includes('candidate');
  const because = may(me, 'choose-candidate') ? null : `only a ${whoMay('choose-candidate')} may do this`;
  if (!read.isError && all.length === 0) return null;
  return (
    <TablePanel
      title="Release candidates"
      aside={
        <Link className="link" to="/$app/$version/builds" params={{ app: track.app, version: track.version }}>
          All builds of {track.version}
        </Link>
      }
      trouble={read.isError ? troubleOf(read.error) : null}
      columns={['Build', 'Commit', 'State', 'Tests', 'Reached', 'Built']}
    >
      {all.slice(0, SHOWN).map((build) => (
        <tr key={build.number}>
          <th scope="row">
            {build.candidate === null ? '' : `RC ${build.candidate}, `}
            <code>{build.number}</code> {build.number === track.candidate?.build ? <Tag>final candidate</Tag> : null}
            {canChoose && build.state === 'succeeded' && build.number !== track.candidate?.build ? (
              <Button size="small" because={because} onClick={() => ask({ is: 'choose-candidate', track, build })}>
                Choose…
              </Button>
            ) : null}
          </th>
          <td data-label="Commit">
            <code title={build.commit}>{build.commit.slice(0, 10)}</code>
          </td>
          <td data-label="State">{build.state}</td>
          <td data-label="Tests">
            {build.testRuns.length === 0 ? 'none yet' : build.testRuns.map(({ suite, state }) => `${suite} ${state}`).join(', ')}
          </td>
          <td data-label="Reached">{reached(build.distributions)}</td>
          <td data-label="Built">
            <Moment at={build.at} />
          </td>
        </tr>
      ))}
    </TablePanel>
  );
}

function reached(distributions: readonly { audience: string; state: string }[]): string {
  if (distributions.length === 0) return 'nobody yet';
  return distributions
    .map(({ audience, state }) => (state === 'delivered' ? audience : `${audience} (${state.replaceAll('-', ' ')})`))
    .join(', ');
}
