import { Copy } from '../../parts/settings/Copy.tsx';
import shared from '../../parts/settings/settings.module.css';
import styles from './providers.module.css';

/** What will happen, in sentences. */
export function Happens({ sentences, what }: { sentences: readonly string[]; what: string }) {
  return (
    <ul className={styles.happens} aria-label={what}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

/** The redirect address that the provider must know. */
export function Callback({ name, callback }: { name: string; callback: string | null }) {
  if (callback === null)
    return <p className={shared.soft}>Its callback address needs PUBLIC_URL, which is not set where the server is started.</p>;
  return (
    <div className={styles.callback}>
      <span className={shared.soft}>Callback address</span>
      <code>{callback}</code>
      <Copy size="small" value={callback} label={`Copy the callback address of ${name}`} />
    </div>
  );
}
