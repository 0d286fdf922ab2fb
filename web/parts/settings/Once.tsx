import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import styles from './settings.module.css';

/** A secret that is shown this once: to be copied, and put away by whoever has it. */
export function Once({ what, about, value, onKept }: { what: string; about?: string; value: string; onKept: () => void }) {
  const [copied, setCopied] = useState<'yes' | 'no' | null>(null);
  return (
    <section className={styles.once} aria-label={what}>
      <p>
        <b>{what}.</b> It is shown this once, and kept nowhere. {about}
      </p>
      <code>{value}</code>
      <div className={styles.acts}>
        <Button
          onClick={() =>
            void navigator.clipboard.writeText(value).then(
              () => setCopied('yes'),
              () => setCopied('no'),
            )
          }
        >
          Copy it
        </Button>
        <Button look="primary" onClick={onKept}>
          I have kept it
        </Button>
        <output>{copied === 'yes' ? 'It is copied.' : copied === 'no' ? 'This browser does not let it be copied: select it.' : ''}</output>
      </div>
    </section>
  );
}
