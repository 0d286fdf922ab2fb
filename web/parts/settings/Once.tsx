import { Button } from '../../ui/Button.tsx';
import { Copy } from './Copy.tsx';
import styles from './settings.module.css';

/** A secret that is shown this once: to be copied, and put away by whoever has it. */
export function Once({ what, about, value, onKept }: { what: string; about?: string; value: string; onKept: () => void }) {
  return (
    <section className={styles.once} aria-label={what}>
      <p>
        <b>{what}.</b> It is shown this once, and kept nowhere. {about}
      </p>
      <code>{value}</code>
      <div className={styles.acts}>
        <Copy value={value}>
          <Button look="primary" onClick={onKept}>
            I have kept it
          </Button>
        </Copy>
      </div>
    </section>
  );
}
