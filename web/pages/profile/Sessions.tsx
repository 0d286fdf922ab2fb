/** My open sessions: where I am signed in, and how to end that. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, troubleOf } from '../../api/client.ts';
import { say } from '../../parts/shell/announce.ts';
import { useClock } from '../../hooks/useClock.ts';
import { useZone } from '../../parts/room.ts';
import { Button } from '../../ui/Button.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { programName } from './program-name.ts';
import styles from './profile.module.css';

const KEY = ['sessions'] as const;

export function Sessions() {
  const queries = useQueryClient();
  const { hours } = useClock();
  const zone = useZone();
  const list = useQuery({ queryKey: KEY, queryFn: () => client.listSessions() });
  const again = () => queries.invalidateQueries({ queryKey: KEY });
  const end = useMutation({
    mutationFn: (session: string) => client.endSession({ params: { session } }),
    onSuccess: () => say('The session has ended.'),
    onSettled: again,
  });
  const endOthers = useMutation({
    mutationFn: () => client.endOtherSessions(),
    onSuccess: ({ ended }) => say(`${ended} ${ended === 1 ? 'session has' : 'sessions have'} ended.`),
    onSettled: again,
  });
  const time = new Intl.DateTimeFormat(hours === '24' ? 'en-GB' : undefined, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone });
  const moment = (at: string): string => time.format(new Date(at));
  const items = list.data?.items ?? [];
  const others = items.filter(({ current }) => !current).length;
  const error = list.error ?? end.error ?? endOthers.error;
  return (
    <Panel title="Where you are signed in">
      <div className={styles.body}>
        <ul className={styles.sessions}>
          {items.map((each) => (
            <li key={each.id}>
              <div>
                <h3>
                  {programName(each.program)}
                  {each.current ? ' (this one)' : ''}
                </h3>
                <p>
                  {each.address === null ? '' : `From ${each.address}, `}by {each.how === 'password' ? 'password' : each.how}, since{' '}
                  {moment(each.createdAt)}. Ends {moment(each.endsAt)} if it is not used.
                </p>
              </div>
              {each.current ? null : (
                <Button
                  aria-label={`End the session of ${programName(each.program)} since ${moment(each.createdAt)}`}
                  because={end.isPending ? 'One is being ended' : null}
                  onClick={() => end.mutate(each.id)}
                >
                  End
                </Button>
              )}
            </li>
          ))}
        </ul>
        <ProblemNote trouble={error === null ? null : troubleOf(error)} />
        <div className={styles.acts}>
          <Button
            because={endOthers.isPending ? 'They are being ended' : others === 0 ? 'There is no other session' : null}
            onClick={() => endOthers.mutate()}
          >
            End all others
          </Button>
        </div>
      </div>
    </Panel>
  );
}
