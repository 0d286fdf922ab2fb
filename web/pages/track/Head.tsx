/** The head of the page: which track, where it stands, what ships, and what may be done. */
import { Link } from '@tanstack/react-router';
import { platformName } from '#domain/names.ts';
import { inWords } from '#domain/time.ts';
import { Button, Key } from '../../ui/Button.tsx';
import { Icon, platformIcon } from '../../ui/Icon.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { useAsk } from '../../parts/commands/ask.ts';
import { useAppTime, useMe, useZone } from '../../parts/room.ts';
import { placeInWords } from '../../parts/track-lines/stations.ts';
import { momentText } from '../../util/time.ts';
import { actsOf } from './acts-model.ts';
import type { Act } from './acts-model.ts';
import type { Shown } from './shown.ts';
import styles from './track.module.css';

export function Head({ track }: Shown) {
  const now = useAppTime();
  const me = useMe();
  const acts = actsOf(track, me);
  const zone = useZone();
  const { candidate } = track;
  return (
    <header className={styles.head}>
      <div className={styles.name}>
        <Icon name={platformIcon(track.platform)} size={20} />
        <h1>
          {platformName(track.platform)}{' '}
          <Link to="/$app/$version" params={{ app: track.app, version: track.version }} className={styles.up}>
            {track.version}
          </Link>
        </h1>
        <span className={styles.place}>
          {placeInWords(track)}
          {track.pending === null ? ` since ${momentText(track.since, now, zone)}` : ''}
        </span>
        {track.kind === 'regular' ? null : <Tag>{track.kind}</Tag>}
      </div>
      <p className={styles.build}>
        {candidate === null ? (
          track.branch === null ? (
            'On main, no branch yet'
          ) : (
            <>
              branch <code>{track.branch}</code>, no final candidate yet
            </>
          )
        ) : (
          <>
            build {candidate.build}
            {candidate.candidate === null ? '' : `, RC ${candidate.candidate}`}, commit{' '}
            <code title={candidate.commit}>{candidate.commit.slice(0, 7)}</code>
          </>
        )}
        {track.lateMs === null || track.lateMs <= 0 ? null : <b className={styles.late}> · {inWords(track.lateMs)} behind plan</b>}
      </p>
      <HeadActs acts={acts} track={track} />
    </header>
  );
}

/** The step and the halt stand in the head; what ends a track, and ways out, stand with the rollout. */
function HeadActs({ acts, track }: { acts: readonly Act[]; track: Shown['track'] }) {
  const ask = useAsk();
  const shown = acts.filter(({ is }) => is !== 'cancel' && is !== 'withdraw');
  const [reason] = shown.flatMap(({ because }) => because ?? []);
  return (
    <div className={styles.acts}>
      {reason === undefined ? null : <p className={styles.reason}>{reason}</p>}
      {shown.map((act) => (
        <Button
          key={act.is}
          look={act.is === 'halt' ? 'danger' : act.because === null ? 'primary' : 'plain'}
          because={act.because}
          onClick={() => ask({ is: act.is, track })}
        >
          {act.is === 'halt' ? <Icon name="halt" /> : act.is === 'resume' ? <Icon name="play" /> : null}
          {act.label}
          {act.is === 'halt' ? <Key>H</Key> : null}
        </Button>
      ))}
    </div>
  );
}
