/** The waivers of the track, those in force first: who accepted what, why, and until when. */
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import type { TrackHead } from '#api/control-room.ts';
import type { WaiverView } from '#api/verdict.ts';
import { stepInWords } from '#domain/names.ts';
import type { Step } from '#domain/release/track.ts';
import { Button } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { isBy, may } from '../../api/authority.ts';
import { troubleOf } from '../../api/client.ts';
import { waiversQuery } from '../../api/queries.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { Moment } from '../../parts/Moment.tsx';
import { paramsOf, useMe, useRoom } from '../../parts/room.ts';
import styles from './lists.module.css';

const order: readonly WaiverView['state'][] = ['asked', 'active', 'revoked', 'ended'];

export function Waivers({ track }: { track: TrackHead }) {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const read = useQuery(waiversQuery(paramsOf(track), track.revision));
  const waivers = (read.data?.items ?? []).toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  if (read.isError)
    return (
      <Panel title="Waivers">
        <ProblemNote trouble={troubleOf(read.error)} />
      </Panel>
    );
  if (waivers.length === 0) return null;
  const titleOf = (instance: string): string =>
    room.cells.find((cell) => cell.track === track.id && cell.instance === instance)?.title ?? instance;
  return (
    <Panel title="Waivers" aside={`${waivers.filter(({ state }) => state === 'active').length} in force`}>
      <ul className={styles.list}>
        {waivers.map((waiver) => (
          <li key={waiver.id}>
            <Lamp state={waiver.state === 'active' ? 'waived' : waiver.state === 'asked' ? 'caution' : 'not-needed-yet'} silent />
            <div>
              <Link
                to="/$app/$version/$platform/$instance"
                params={{ ...paramsOf(track), instance: waiver.instance }}
                className={styles.strong}
              >
                {titleOf(waiver.instance)}
              </Link>{' '}
              <span className={styles.soft}>
                {waiver.state}, {waiver.category.replaceAll('-', ' ')}
              </span>
              <p>{waiver.reason}</p>
              <p className={styles.soft}>
                {waiver.askedBy}, <Moment at={waiver.askedAt} />
                {waiver.approvedBy === null || waiver.approvedBy === waiver.askedBy ? '' : `; approved by ${waiver.approvedBy}`}
                {waiver.untilStep === null ? '' : `; until ${stepInWords(waiver.untilStep as Step)}`}
                {waiver.untilAt === null ? null : (
                  <>
                    ; until <Moment at={waiver.untilAt} />
                  </>
                )}
                {waiver.ended === null ? null : (
                  <>
                    ; ended <Moment at={waiver.ended.at} />: {waiver.ended.why}
                  </>
                )}
              </p>
              {waiver.state === 'asked' && may(me, 'approve-waiver') && !isBy(me, waiver.askedBy) ? (
                <div className={styles.acts}>
                  <Button size="small" onClick={() => ask({ is: 'approve-waiver', track, waiver })}>
                    Approve…
                  </Button>
                </div>
              ) : null}
              {waiver.state === 'active' && may(me, 'revoke-waiver') ? (
                <div className={styles.acts}>
                  <Button size="small" onClick={() => ask({ is: 'revoke-waiver', track, waiver })}>
                    Revoke…
                  </Button>
                </div>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
