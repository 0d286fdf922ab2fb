/** Open sessions, each with where it began and when it ends. */
import type { client } from '../api/client.ts';
import { Button } from '../ui/Button.tsx';
import { Moment } from './Moment.tsx';
import { programName } from './program-name.ts';
import styles from './Sessions.module.css';

type OpenSession = Awaited<ReturnType<typeof client.listSessions>>['items'][number];

export function SessionList({
  sessions,
  act,
  because = null,
  onEnd,
}: {
  sessions: readonly OpenSession[];
  /** What the button of each says; the one in use has none. */
  act: string;
  because?: string | null;
  onEnd: (session: string) => void;
}) {
  return (
    <ul className={styles.sessions}>
      {sessions.map((session) => {
        const { id, program, current, address, how, createdAt, usedAt, endsAt } = session;
        return (
          <li key={id}>
            <div>
              <h3>
                {programName(program)}
                {current ? ' (this one)' : ''}
              </h3>
              <p>
                {address === null ? '' : `From ${address}, `}by {how === 'password' ? 'password' : how}, since{' '}
                <Moment at={createdAt} as="full" />, last used <Moment at={usedAt} as="full" />. Ends <Moment at={endsAt} as="full" /> if it
                is not used.
              </p>
            </div>
            {current ? null : (
              <Button
                size="small"
                aria-label={`${act} the session of ${programName(program)}, ${address ?? 'from an unknown address'}`}
                because={because}
                onClick={() => onEnd(id)}
              >
                {act}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
