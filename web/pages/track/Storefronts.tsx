/** What each storefront of the track was last read to say. */
import type { TrackHead } from '#api/control-room.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Moment } from '../../parts/Moment.tsx';
import styles from './lists.module.css';

export function Storefronts({ track }: { track: TrackHead }) {
  if (track.storefronts.length === 0) return null;
  return (
    <Panel title="Storefronts">
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead className="sr-only-on-phone">
            <tr>
              <th scope="col">Storefront</th>
              <th scope="col">State</th>
              <th scope="col" className={styles.number}>
                Share
              </th>
              <th scope="col">Build</th>
              <th scope="col">Its next move</th>
              <th scope="col">Read</th>
            </tr>
          </thead>
          <tbody>
            {track.storefronts.map((store) => (
              <tr key={store.kind}>
                <th scope="row">
                  {store.url === null ? (
                    store.name
                  ) : (
                    <a className="link" href={store.url} target="_blank" rel="noreferrer">
                      {store.name}
                    </a>
                  )}
                </th>
                <td data-label="State">{store.state === 'none' ? 'has nothing of it' : store.state.replaceAll('-', ' ')}</td>
                <td className={styles.number} data-label="Share">
                  {store.percent}%
                </td>
                <td data-label="Build">{store.build === null ? 'none' : <code>{store.build}</code>}</td>
                <td data-label="Its next move">
                  {store.nextMove === null ? (
                    'none by itself'
                  ) : (
                    <>
                      {store.nextMove.percent}% at <Moment at={store.nextMove.at} />
                    </>
                  )}
                </td>
                <td data-label="Read">{store.readAt === null ? 'not yet' : <Moment at={store.readAt} as="ago" />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
