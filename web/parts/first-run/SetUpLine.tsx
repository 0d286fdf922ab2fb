/** Setting up, drawn as the line itself: a station for each thing to connect. */
import type { ControlRoom } from '#api/control-room.ts';
import styles from './SetUpLine.module.css';

export function SetUpLine({ steps }: { steps: readonly ControlRoom['setUp'][number][] }) {
  const next = steps.findIndex(({ done }) => !done);
  return (
    <ol className={styles.line}>
      {steps.map((step, at) => (
        <li key={step.id} data-done={step.done || undefined} data-next={at === next || undefined}>
          <i aria-hidden="true" />
          <b>{step.title}</b>
          <span>{step.done ? 'Connected' : step.unlocks}</span>
        </li>
      ))}
    </ol>
  );
}
