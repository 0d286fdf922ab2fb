/** The updates that were posted, and the decisions that were noted: what was said stays as it was said. */
import { useState } from 'react';
import type { ReleaseDetail } from '#api/releases.ts';
import { may, whoMay } from '../../api/authority.ts';
import { Button } from '../../ui/Button.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { PostUpdateDialog } from '../../parts/commands/release-dialogs.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { useMe } from '../../parts/room.ts';
import { DecisionDialog } from './EditDialogs.tsx';
import styles from './release.module.css';

/** What became of an update, in words; null where nothing is to be said of it. */
function fateOf(state: string, outcome: string | null): string | null {
  if (state === 'done') return null;
  if (state === 'refused' || state === 'void') return `not posted: ${outcome ?? 'it was refused'}`;
  return state === 'noted' ? 'only written here' : 'on its way';
}

export function Updates({ release }: { release: ReleaseDetail }) {
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const updates = release.contents.updates.toReversed();
  return (
    <Panel
      title="Updates"
      aside={
        <Button
          size="small"
          because={may(me, 'post-update') ? null : `only a ${whoMay('post-update')} may do this`}
          onClick={() => setOpen(true)}
        >
          Post…
        </Button>
      }
    >
      {updates.length === 0 ? (
        <p className={styles.empty}>
          Nothing was posted yet.
          {release.contents.channel === null
            ? ' No channel is named: posts go to the chat’s own.'
            : ` Posts go to ${release.contents.channel}.`}
        </p>
      ) : null}
      <ol className={styles.log}>
        {updates.map((update) => {
          const fate = fateOf(update.state, update.outcome);
          return (
            <li key={update.key}>
              <p className={styles.soft}>
                {update.by}, <Moment at={update.at} />
                {update.channel === null ? '' : `, ${update.channel}`}
              </p>
              <p className={styles.prose}>{update.text}</p>
              {fate === null ? null : <p className={styles.wrong}>{fate}</p>}
            </li>
          );
        })}
      </ol>
      {isOpen ? <PostUpdateDialog release={release} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}

export function Decisions({ release }: { release: ReleaseDetail }) {
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const decisions = release.contents.decisions.toReversed();
  return (
    <Panel
      title="Decisions"
      aside={
        <Button
          size="small"
          because={may(me, 'describe-release') ? null : `only a ${whoMay('describe-release')} may do this`}
          onClick={() => setOpen(true)}
        >
          Note…
        </Button>
      }
    >
      {decisions.length === 0 ? <p className={styles.empty}>No decision was noted yet.</p> : null}
      <ol className={styles.log}>
        {decisions.map((decision) => (
          <li key={decision.id}>
            <p className={styles.soft}>
              {decision.by}, <Moment at={decision.at} />
              {decision.about === null ? '' : `, ${decision.about}`}
            </p>
            <p className={styles.prose}>{decision.text}</p>
          </li>
        ))}
      </ol>
      {isOpen ? <DecisionDialog release={release} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}
