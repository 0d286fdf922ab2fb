import { Button } from '../../ui/Button.tsx';
import styles from './Journal.module.css';

/** The end of a list that goes back in time: how much of it is shown, and more of it on request. */
export function Older({
  list,
  shown,
}: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  shown: number;
}) {
  if (shown === 0) return null;
  return (
    <p className={styles.more}>
      {list.hasNextPage ? (
        <Button size="small" because={list.isFetchingNextPage ? 'They are being read' : null} onClick={() => void list.fetchNextPage()}>
          Show older
        </Button>
      ) : (
        'That is all.'
      )}
      <span>{shown} shown</span>
    </p>
  );
}
