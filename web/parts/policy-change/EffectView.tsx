/** What another policy means: for each live track what would be otherwise, and how the text differs. */
import type { settings } from '../../api/settings-client.ts';
import { Lamp } from '../../ui/Lamp.tsx';
import { Platform } from '../lists/ListPage.tsx';
import { trackName } from './effect-model.ts';
import { DiffView } from './DiffView.tsx';
import styles from './policy-change.module.css';

type Effect = Awaited<ReturnType<typeof settings.previewPolicy>>;

export function EffectView({ effect }: { effect: Effect }) {
  const { plans, diff, needsSecond } = effect;
  const changed = plans.filter(({ changes }) => changes.length > 0);
  return (
    <section className={styles.effect} aria-label="Effect on the live releases" aria-live="polite">
      <p className={styles.lead}>
        <Lamp state={changed.length === 0 ? 'clear' : 'caution'} silent />
        <span>
          <b>
            {plans.length === 0
              ? 'Nothing is live: it counts for what comes.'
              : changed.length === 0
                ? `Nothing changes for the ${plans.length === 1 ? 'live track' : `${plans.length} live tracks`}.`
                : `${changed.length} of ${plans.length} live tracks would do otherwise.`}
          </b>{' '}
          {needsSecond ? 'The policy in force asks for a second person: it is proposed, and somebody else approves it.' : ''}
        </span>
      </p>
      {changed.length === 0 ? null : (
        <ul className={styles.tracks}>
          {changed.map(({ track, changes }) => {
            const { platform, version } = trackName(track);
            return (
              <li key={track}>
                <h3>
                  <Platform platform={platform} /> {version}
                </h3>
                <ul>
                  {changes.map((change) => (
                    <li key={change}>{change}</li>
                  ))}
                </ul>
              </li>
            );
          })}
        </ul>
      )}
      {changed.length > 0 && changed.length < plans.length ? (
        <p className={styles.soft}>
          Nothing is otherwise for{' '}
          {plans
            .filter(({ changes }) => changes.length === 0)
            .map(({ track }) => trackName(track).text)
            .join(', ')}
          .
        </p>
      ) : null}
      <DiffView diff={diff} />
    </section>
  );
}
