/** What waits for a person's answer on this track: questions of the robot, and orders that were refused or are under way. */
import type { TrackView } from '#api/tracks.ts';
import { stepInWords } from '#domain/names.ts';
import type { Step } from '#domain/release/track.ts';
import { Button } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { may, whoMay } from '../../api/authority.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { Moment } from '../../parts/Moment.tsx';
import { useMe } from '../../parts/room.ts';
import { stepKind } from './acts-model.ts';
import type { Shown } from './shown.ts';
import styles from './lists.module.css';

type Order = TrackView['actions'][number];

/** A message that nobody was told stops nothing: it is no question. */
const isMessage = ({ kind }: Order): boolean => kind === 'announce' || kind === 'page';

export function Orders({ track, more }: Shown) {
  const orders = (more?.actions ?? []).filter((order) => order.state !== 'done' && order.state !== 'void' && !isMessage(order));
  const refused = orders.filter(({ state }) => state === 'refused');
  const asked = (more?.questions ?? []).filter(({ key }) => !refused.some((order) => order.key === key));
  if (orders.length + asked.length === 0) return null;
  return (
    <Panel
      title={refused.length + asked.length > 0 ? 'Waits for an answer' : 'Orders under way'}
      aside={refused.length + asked.length || null}
    >
      <ul className={styles.list}>
        {asked.map((question) => (
          <Question key={question.key} question={question} track={track} />
        ))}
        {orders.map((order) => (
          <OrderLine key={order.key} order={order} track={track} />
        ))}
      </ul>
    </Panel>
  );
}

function Question({ question, track }: { question: TrackView['questions'][number]; track: Shown['track'] }) {
  const me = useMe();
  const ask = useAsk();
  const step = stepKind(track);
  const isThis = step !== null && question.step === track.next;
  return (
    <li>
      <Lamp state="caution" />
      <div>
        <b>{question.step === '' ? 'The robot asks' : `The robot asks before ${stepInWords(question.step as Step)}`}</b>
        <p>{question.text}</p>
        <p className={styles.soft}>
          <Moment at={question.askedAt} />
        </p>
        {question.evidence.length === 0 ? null : (
          <ul className={styles.evidence}>
            {question.evidence.map(({ label, url }) => (
              <li key={label}>
                {url === null ? (
                  label
                ) : (
                  <a className="link" href={url} target="_blank" rel="noreferrer">
                    {label}
                  </a>
                )}
              </li>
            ))}
          </ul>
        )}
        {isThis ? (
          <div className={styles.acts}>
            <Button
              size="small"
              because={may(me, step) ? null : `only a ${whoMay(step)} may do this`}
              onClick={() => ask({ is: step, track })}
            >
              Answer: take the step…
            </Button>
          </div>
        ) : null}
      </div>
    </li>
  );
}

function OrderLine({ order, track }: { order: Order; track: Shown['track'] }) {
  const me = useMe();
  const ask = useAsk();
  const isRefused = order.state === 'refused';
  const what = order.kind.replace('ensure-', '').replaceAll('-', ' ');
  return (
    <li>
      <Lamp state={isRefused ? 'stop' : 'caution'} />
      <div>
        <b>
          {what.charAt(0).toUpperCase() + what.slice(1)}{' '}
          {isRefused ? 'was refused' : order.state === 'waiting' ? 'waits for its next try' : 'is under way'}
        </b>
        <p>
          Ordered by {order.orderedBy}, <Moment at={order.orderedAt} />
          {order.attempts > 1 ? `, ${order.attempts} tries` : ''}
          {order.nextTryAt === null ? null : (
            <>
              , next try <Moment at={order.nextTryAt} />
            </>
          )}
          {order.why === null ? '' : `: ${order.why}`}
        </p>
        {order.outcome === null ? null : <p>{order.outcome}</p>}
        {isRefused ? (
          <div className={styles.acts}>
            <Button
              size="small"
              because={may(me, 'retry-action') ? null : `only a ${whoMay('retry-action')} may do this`}
              onClick={() => ask({ is: 'retry-action', track, key: order.key, text: order.outcome ?? order.kind })}
            >
              Try again…
            </Button>
          </div>
        ) : null}
      </div>
    </li>
  );
}
