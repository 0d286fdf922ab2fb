/** A severity as a chip: the level, filled as it is bad, with what its low end alone stands for. */
import type { CrashJudgement } from '#api/crash-groups.ts';
import { severityMeanings } from './words.ts';
import styles from './Severity.module.css';

export function Severity({ judgement }: { judgement: Pick<CrashJudgement, 'level' | 'levelLower'> | null }) {
  if (judgement === null)
    return (
      <span className={styles.none} title="Nothing was told of how much the version is used">
        <span aria-hidden="true">–</span>
        <span className="sr-only">no severity: nothing was told of use</span>
      </span>
    );
  const { level, levelLower } = judgement;
  return (
    <span className={styles.severity}>
      <b className={styles.chip} data-level={level} title={`${level}: ${severityMeanings[level]}`}>
        {level}
      </b>
      <span className={styles.lower}>{level === levelLower ? 'certain' : `≥ ${levelLower}`}</span>
    </span>
  );
}
