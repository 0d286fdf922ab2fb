import { cellStateNames, cellStates } from '#domain/cell-state.ts';
import { Lamp } from '../../ui/Lamp.tsx';
import styles from './Rail.module.css';

export function Legend() {
  return (
    <section className={styles.legend} aria-label="Legend">
      <ul>
        {cellStates.map((state) => (
          <li key={state}>
            <Lamp state={state} silent />
            {cellStateNames[state]}
          </li>
        ))}
      </ul>
      <p>
        <i aria-hidden="true" />
        Holds the next step. Unknown counts as Stop.
      </p>
    </section>
  );
}
