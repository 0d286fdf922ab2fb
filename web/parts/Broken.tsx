/** What stands where a page cannot: an error of ours, an address that leads nowhere, a server that does not answer. */
import type { ReactNode } from 'react';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { ProblemNote } from '../ui/ProblemNote.tsx';
import { troubleOf } from '../api/client.ts';
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

export function Broken({ error }: { error: unknown }) {
  return (
    <Plain title="This page cannot be shown">
      <ProblemNote trouble={troubleOf(error)} />
      <p className={styles.acts}>
        <Button look="primary" onClick={() => location.reload()}>
          Load it again
        </Button>
      </p>
    </Plain>
  );
}

export function NothingHere() {
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
