/** The numbers of a rate as the rows of a list of terms: the list itself is its parent's. */
import { Fragment } from 'react';
import { Moment } from '../Moment.tsx';
import type { RateRow } from './rate-words.ts';
import styles from './RateRows.module.css';

export function RateRows({ rows }: { rows: readonly RateRow[] }) {
  return rows.map(({ name, text, soft, at }) => (
    <Fragment key={name}>
      <dt>{name}</dt>
      <dd className={styles.number}>
        {text}
        {soft === null ? null : <span className={styles.soft}> {soft}</span>}
        {at === null ? null : (
          <>
            {' '}
            <Moment at={at} />
          </>
        )}
      </dd>
    </Fragment>
  ));
}
