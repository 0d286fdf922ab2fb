/** The frame of a page about health: its name, the ways to the others, and the page. */
import type { ReactNode } from 'react';
import { inTitle, useRoom } from '../room.ts';
import { HealthTabs } from './HealthTabs.tsx';
import type { HealthTab } from './HealthTabs.tsx';
import styles from './HealthPage.module.css';

/** `about`: what of health this page is, for the title of its tab. */
export function HealthPage({ current, about, children }: { current: HealthTab; about: string; children: ReactNode }) {
  const { room } = useRoom();
  return (
    <div className={styles.page}>
      <title>{`${about} · ${inTitle(room.app)} · Signalbox`}</title>
      <header className={styles.head}>
        <h1>Health</h1>
        <HealthTabs app={room.app.id} current={current} />
      </header>
      {children}
    </div>
  );
}
