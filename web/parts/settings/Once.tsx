import { afterDialogs } from '../../ui/after-dialogs.ts';
import { Button } from '../../ui/Button.tsx';
import { Copy } from './Copy.tsx';
import styles from './settings.module.css';

/** A secret that is shown this once: to be copied, and put away by whoever has it. The page goes to it when it comes, out of whatever dialog made it. */
export function Once({ what, about, value, onKept }: { what: string; about?: string; value: string; onKept: () => void }) {
  return (
    <section key={value} ref={bringUp} tabIndex={-1} className={styles.once} aria-label={what}>
      <p>
        <b>{what}.</b> It is shown this once, and kept nowhere. {about}
      </p>
      <code>{value}</code>
      <div className={styles.acts}>
        <Copy value={value}>
          <Button
            look="primary"
            onClick={() => {
              onKept();
              // what had the focus is gone: it goes back to the page
              document.querySelector<HTMLElement>('#main')?.focus({ preventScroll: true });
            }}
          >
            I have kept it
          </Button>
        </Copy>
      </div>
    </section>
  );
}

const bringUp = (place: HTMLElement | null): (() => void) =>
  afterDialogs(() => {
    place?.scrollIntoView({ block: 'center' });
    place?.focus({ preventScroll: true });
  });
