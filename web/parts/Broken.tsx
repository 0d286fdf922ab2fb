/** What stands where a page cannot: an error of ours, an address that leads nowhere, a server that does not answer. */
import type { ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { ProblemNote } from '../ui/ProblemNote.tsx';
import { troubleOf } from '../api/client.ts';
import { useIsInApp } from './room.ts';
import styles from './Plain.module.css';

/** A page without an app around it: one column under the name. */
export function Plain({ title, lead, wide = false, children }: { title: string; lead?: ReactNode; wide?: boolean; children: ReactNode }) {
  return (
    <div className={styles.page}>
      <header className={styles.brand}>
        <Icon name="logo" size={20} />
        Signalbox
      </header>
      <main className={styles.box} data-wide={wide || undefined}>
        <h1>{title}</h1>
        {lead === undefined ? null : <div className={styles.lead}>{lead}</div>}
        {children}
      </main>
    </div>
  );
}

/** An error of a page. Inside of an app the shell stands, and what it leads to still works. */
export function Broken({ error, reset }: { error: unknown; reset?: () => void }) {
  const isInApp = useIsInApp();
  const acts = (
    <p className={styles.acts}>
      <Button look="primary" onClick={reset ?? (() => location.reload())}>
        Show it again
      </Button>
    </p>
  );
  if (isInApp)
    return (
      <section className={styles.inApp}>
        <h1>This page cannot be shown</h1>
        <ProblemNote trouble={troubleOf(error)} />
        <p className={styles.lead}>The other pages still work, the robot goes on, and nothing that was done is lost.</p>
        {acts}
      </section>
    );
  return (
    <Plain title="This page cannot be shown">
      <ProblemNote trouble={troubleOf(error)} />
      {acts}
    </Plain>
  );
}

export function NothingHere() {
  const isInApp = useIsInApp();
  if (isInApp)
    return (
      <section className={styles.inApp}>
        <h1>There is nothing at this address</h1>
        <p className={styles.lead}>
          A release is at <code>/app/version</code>, a track at <code>/app/version/platform</code>, a criterion one word further. The
          navigation leads to every page there is.
        </p>
      </section>
    );
  return (
    <Plain title="There is nothing at this address">
      <p className={styles.lead}>
        An app is at its slug, a criterion at <code>/app/version/platform/criterion</code>.{' '}
        <a className="link" href="/">
          Go to the start
        </a>
      </p>
    </Plain>
  );
}
