/** Rollout control: the share that users receive, the soak, the policy's steps, and what these storefronts can do. */
import { platformName } from '#domain/names.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { useAsk } from '../../parts/commands/ask.ts';
import { Moment } from '../../parts/Moment.tsx';
import { useMe } from '../../parts/room.ts';
import { actsOf } from './acts-model.ts';
import { pauseBudget, policyInWords, scaleOf, shareOf, soakOf, storefrontInWords } from './rollout-model.ts';
import type { Shown } from './shown.ts';
import styles from './rollout.module.css';

export function Rollout({ track, cells }: Shown) {
  const me = useMe();
  const ask = useAsk();
  const share = shareOf(track);
  const readAt = track.storefronts.flatMap((store) => store.readAt ?? []).toSorted()[0];
  const ends = actsOf(track, me).filter(({ is }) => is === 'cancel' || is === 'withdraw' || is === 'resume');
  return (
    <Panel
      title="Rollout control"
      aside={
        <span>
          {track.storefronts.map(({ name }) => name).join(', ')}
          {readAt === undefined ? (
            ' · not read yet'
          ) : (
            <>
              {' '}
              · read <Moment at={readAt} as="ago" />
            </>
          )}
        </span>
      }
    >
      <div className={styles.grid}>
        <div>
          <p className={styles.share}>
            {share}
            <span>%</span>
          </p>
          <p className={styles.of}>of {platformName(track.platform)} users</p>
        </div>
        <div className={styles.middle}>
          <Pending track={track} />
          <Soak track={track} cells={cells} />
          <Scale track={track} />
        </div>
        <div className={styles.words}>
          <p>{policyInWords(track, cells)}</p>
          {track.storefronts.map((store) => {
            const { can, cannot } = storefrontInWords(store.kind);
            const budget = pauseBudget(store);
            return (
              <div key={store.kind}>
                <p>{can}</p>
                {cannot === null ? null : <p className={styles.soft}>{cannot}</p>}
                {budget === null ? null : (
                  <p className={styles.budget} data-near={budget.isNear || undefined}>
                    <Progress value={budget.progress} tone={budget.isNear ? 'warn' : 'plain'} />
                    {budget.text}
                    {budget.isNear ? '; nobody knows what comes after the last' : ''}
                  </p>
                )}
                {store.nextMove === null ? null : (
                  <p className={styles.next}>
                    By itself it goes to {store.nextMove.percent}% at <Moment at={store.nextMove.at} />.
                  </p>
                )}
              </div>
            );
          })}
          {ends.length === 0 ? null : (
            <div className={styles.acts}>
              {ends.map((act) => (
                <Button
                  key={act.is}
                  size="small"
                  look={act.is === 'cancel' ? 'danger' : 'plain'}
                  because={act.because}
                  onClick={() => ask({ is: act.is, track })}
                >
                  {act.label}
                </Button>
              ))}
            </div>
          )}
          {ends
            .flatMap(({ because, label }) => (because === null ? [] : `${label.replace('…', '')}: ${because}.`))
            .map((text) => (
              <p key={text} className={styles.soft}>
                {text}
              </p>
            ))}
        </div>
      </div>
    </Panel>
  );
}

/** An order that is on its way: the page does not say Halted before the storefront was read to have halted. */
function Pending({ track }: Pick<Shown, 'track'>) {
  if (track.pending === null)
    return track.haltedWhy === null ? null : (
      <p className={styles.pending}>
        <Icon name="halt" /> <b>Halted.</b> {track.haltedWhy}
      </p>
    );
  const { is, at, by, why } = track.pending;
  return (
    <output className={styles.pending}>
      <Icon name={is === 'halting' ? 'halt' : 'play'} /> <b>{is === 'halting' ? 'Halting…' : 'Resuming…'}</b> sent <Moment at={at} /> by{' '}
      {by}, not read back yet: {why}
    </output>
  );
}

function Soak({ track, cells }: Pick<Shown, 'track' | 'cells'>) {
  const soak = soakOf(track, cells);
  if (soak === null) return null;
  const { cell, progress } = soak;
  return (
    <div className={styles.soak}>
      <p>
        <span>
          Soak{track.percent === null ? '' : ` at ${track.percent}%`}: <b>{cell.headline}</b>
        </span>
        {cell.dueAt === null ? null : (
          <span className={styles.soft}>
            until <Moment at={cell.dueAt} />
          </span>
        )}
      </p>
      <Progress value={progress} tone="plain" />
    </div>
  );
}

function Scale({ track }: Pick<Shown, 'track'>) {
  const scale = scaleOf(track);
  const reached = scale.filter(({ isReached }) => isReached).at(-1);
  const first = scale[0]?.left ?? 3;
  return (
    <div className={styles.scale}>
      <p className="sr-only">
        Steps:{' '}
        {scale
          .filter(({ isStep }) => isStep)
          .map(({ percent, isReached }) => `${percent}%${isReached ? ', reached' : ''}`)
          .join('; ')}
      </p>
      <div aria-hidden="true">
        <i className={styles.rail} />
        {reached === undefined ? null : (
          <i className={styles.done} style={{ left: `${first}%`, width: `${Math.max(1, reached.left - first)}%` }} />
        )}
        {scale.map(({ percent, left, isStep, isReached }) => (
          <span
            key={percent}
            className={styles.mark}
            data-step={isStep || undefined}
            data-reached={isReached || undefined}
            style={{ left: `${left}%` }}
          >
            <i />
            {percent}%
          </span>
        ))}
      </div>
    </div>
  );
}
