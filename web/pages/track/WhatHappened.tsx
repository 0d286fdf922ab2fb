/** On a phone, first of all: what happened, what was done about it, and whether it can wait. */
import type { TrackHead } from '#api/control-room.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { limitText } from '../../parts/frame/frame-model.ts';
import { Moment } from '../../parts/Moment.tsx';
import { capabilities, storefrontKinds } from '#domain/rollout/storefronts.ts';
import type { Shown } from './shown.ts';
import styles from './phone.module.css';

export function WhatHappened({ track, cells }: Shown) {
  if (track.stage !== 'halted' && track.pending?.is !== 'halting') return null;
  // what halts is red, whether or not it holds a step of a halted track
  const cause = cells.find(({ state }) => state === 'stop') ?? cells.find(({ holds }) => holds !== null);
  const limit = cause === undefined ? null : limitText(cause);
  return (
    <section className={styles.happened} aria-label="What happened">
      {cause === undefined ? null : (
        <div className={styles.cause} data-state={cause.state}>
          <Lamp state={cause.state} />
          <div>
            <p>
              <b>{cause.title}</b> <span>{[cause.headline, limit].filter((part) => part !== null).join(', ')}</span>
            </p>
            <p className={styles.why}>{cause.because}</p>
          </div>
        </div>
      )}
      <div className={styles.act}>
        <Icon name={track.pending === null ? 'halt' : 'robot'} />
        <div>
          <p>
            <b>{track.pending === null ? 'Halted' : 'Halting…'}</b> <Moment at={track.pending?.at ?? track.since} />
            {track.pending === null ? '' : ` by ${track.pending.by}, not read back yet`}
          </p>
          <p className={styles.why}>{track.pending?.why ?? track.haltedWhy}</p>
          <p className={styles.why}>{meansOf(track)} It can wait until morning.</p>
        </div>
      </div>
    </section>
  );
}

function meansOf(track: TrackHead): string {
  const kinds = storefrontKinds.filter((kind) => track.storefronts.some((store) => store.kind === kind));
  return kinds
    .map((kind) => capabilities[kind].haltMeans)
    .filter((text, at, all) => all.indexOf(text) === at)
    .join(' ');
}
