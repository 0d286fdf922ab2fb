/** What stands where the track is not shown: while it is read, and where there is none. */
import { useEffect, useState } from 'react';
import { Link } from '@tanstack/react-router';
import { platformName } from '#domain/names.ts';
import { useRoom } from '../../parts/room.ts';
import styles from './track.module.css';

/** Nothing is drawn for what comes at once. */
const SKELETON_AFTER_MS = 300;

export function Waiting({ title }: { title: string }) {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div aria-busy="true">
      <div className={styles.head}>
        <h1>{title}</h1>
      </div>
      {isLong ? (
        <div className={styles.columns}>
          <p className="sr-only">Reading {title}</p>
          <div className={styles.stack} aria-hidden="true">
            <i className={styles.skeleton} style={{ height: 100 }} />
            <i className={styles.skeleton} style={{ height: 148 }} />
          </div>
          <div className={styles.stack} aria-hidden="true">
            <i className={styles.skeleton} style={{ height: 260 }} />
          </div>
        </div>
      ) : null}
    </div>
  );
}

export function NoTrack({ version, platform }: { version: string; platform: string }) {
  const { room } = useRoom();
  const app = room.app.id;
  return (
    <div className={styles.state}>
      <h1>
        There is no {platformName(platform)} {version}
      </h1>
      <p>
        {room.app.name} ships on {room.app.platforms.map(platformName).join(', ')}. Look at{' '}
        <Link className="link" to="/$app/releases" params={{ app }}>
          its releases
        </Link>{' '}
        or go{' '}
        <Link className="link" to="/$app" params={{ app }}>
          to the control room
        </Link>
        .
      </p>
    </div>
  );
}
