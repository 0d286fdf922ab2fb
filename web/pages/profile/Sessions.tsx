/** My open sessions: where I am signed in, and how to end that. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, troubleOf } from '../../api/client.ts';
import { say } from '../../parts/shell/announce.ts';
import { SessionList } from '../../parts/Sessions.tsx';
import { Loading } from '../../parts/States.tsx';
import { Button } from '../../ui/Button.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import styles from './profile.module.css';

const KEY = ['sessions'] as const;

export function Sessions() {
  const queries = useQueryClient();
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
  const items = list.data?.items ?? [];
  const others = items.filter(({ current }) => !current).length;
  const error = list.error ?? end.error ?? endOthers.error;
  return (
    <Panel title="Where you are signed in">
      <div className={styles.body}>
        {list.data === undefined && list.error === null ? <Loading what="your sessions" rows={2} /> : null}
        <SessionList
          sessions={items}
          act="End"
          because={end.isPending ? 'One is being ended' : null}
          onEnd={(session) => end.mutate(session)}
        />
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
