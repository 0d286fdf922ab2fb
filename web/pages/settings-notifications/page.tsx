/** Notifications: by what need people are told outside of these pages, in which channel, and what became of each message. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { CellState } from '#domain/cell-state.ts';
import { troubleOf } from '../../api/client.ts';
import { settings } from '../../api/settings-client.ts';
import { Moment } from '../../parts/Moment.tsx';
import { useRoom } from '../../parts/room.ts';
import { byCursor, cursorIn, Paged, Read, SettingsPage, useMaySet } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { channelsInWords, howItWent, wayOf } from './notices-model.ts';
import styles from './notifications.module.css';

type Rules = Awaited<ReturnType<typeof settings.getNotifications>>;
type Notice = Awaited<ReturnType<typeof settings.listNotices>>['items'][number];

/** What became of a message is no entry of the journal. */
const TOLD_EVERY_MS = 30_000;

export default function SettingsNotificationsPage() {
  const { room } = useRoom();
  const params = { app: room.app.id };
  const rules = useQuery({
    queryKey: ['notifications', room.app.id],
    queryFn: () => settings.getNotifications({ params }),
    refetchInterval: TOLD_EVERY_MS,
  });
  return (
    <SettingsPage id="notifications">
      <Read list={rules} what="the notifications" rows={6}>
        {({ chat, kinds }) => (
          <>
            <Way chat={chat} kinds={kinds} />
            <Panel title="Told outside of these pages, by need">
              <ul className={shared.rows}>
                {kinds.map((kind) => (
                  <Kind key={kind.kind} kind={kind} hasChat={chat !== null} />
                ))}
                <li>
                  <div>
                    <h3>What needs a person</h3>
                    <p>Everything that waits for somebody, ranked, with who it waits for.</p>
                    <p className={shared.soft}>
                      It stands in the{' '}
                      <Link className="link" to="/$app" params={{ app: room.app.id }} search={{ view: 'needs' }}>
                        control room
                      </Link>{' '}
                      and is sent nowhere. {room.needs.length === 0 ? 'Nobody is needed now.' : `${room.needs.length} wait now.`}
                    </p>
                  </div>
                </li>
              </ul>
              <p className={shared.note}>
                Channels of teams stand under{' '}
                <Link className="link" to="/settings/$page" params={{ page: 'teams' }} search={{ app: room.app.id }}>
                  teams
                </Link>
                , the one of a release on its page. Nothing is sent to single people: no mail, no push to a phone, and no digest.
              </p>
            </Panel>
          </>
        )}
      </Read>
      <Sent />
    </SettingsPage>
  );
}

/** The chat that tells it, with a message to see whether it comes there. */
function Way({ chat, kinds }: Rules) {
  const { room } = useRoom();
  const cache = useQueryClient();
  const { because } = useMaySet('notifications');
  const attempt = useMutation({
    mutationFn: () =>
      settings.checkConnection({ params: { app: room.app.id, connection: chat?.connection ?? '' }, body: { message: true } }),
    onSettled: () => cache.invalidateQueries({ queryKey: ['settings-history'] }),
  });
  const last = attempt.data?.tried.at(-1);
  const way = wayOf(kinds);
  return (
    <Panel title="By which way">
      <div className={shared.body}>
        <p className={styles.way}>
          <Lamp state={chat === null ? 'not-set-up' : way.state} silent />
          <span>
            {chat === null
              ? 'No chat is connected: nobody is told anything outside of these pages, and what was to be told is refused. The journal has it in any case. '
              : `${chat.name} tells it. ${way.words} `}
            <Link className="link" to="/settings/$page" params={{ page: 'integrations' }} search={{ app: room.app.id }}>
              {chat === null ? 'Connect one' : 'Its connection'}
            </Link>
          </span>
        </p>
        {last === undefined ? null : (
          <output className={shared.told}>
            <Lamp state={last.ok ? 'clear' : 'stop'} silent />
            <span>
              {last.answer} {last.right ?? ''}
            </span>
          </output>
        )}
        <ProblemNote trouble={attempt.error === null ? null : troubleOf(attempt.error)} />
        {chat === null ? null : (
          <div className={shared.acts}>
            <Button because={because ?? (attempt.isPending ? 'It is being sent' : null)} onClick={() => attempt.mutate()}>
              {attempt.isPending ? 'Sending…' : 'Post a message to try it'}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

function Kind({ kind, hasChat }: { kind: Rules['kinds'][number]; hasChat: boolean }) {
  const { kind: id, title, about, urgent, channels, last } = kind;
  const went = howItWent(kind);
  return (
    <li>
      <div>
        <h3>
          {title} {urgent ? <Tag>urgent</Tag> : null}
        </h3>
        <p>{about}</p>
        <p className={shared.soft}>
          {hasChat ? channelsInWords(id, channels) : 'Nowhere, while no chat is connected.'}
          {last === null ? ' Nothing was told yet.' : ' Last '}
          {last === null ? null : <Moment at={last.orderedAt} as="ago" />}
          {last === null ? '' : '.'}
        </p>
        {went === null ? null : <p className={styles.went}>{went}</p>}
      </div>
    </li>
  );
}

const lampOf: Readonly<Record<Notice['state'], CellState>> = {
  done: 'clear',
  ordered: 'caution',
  trying: 'caution',
  waiting: 'caution',
  refused: 'stop',
  void: 'not-needed-yet',
};

const stateWords: Readonly<Record<Notice['state'], string>> = {
  done: 'told',
  ordered: 'about to be told',
  trying: 'being told',
  waiting: 'waits for another try',
  refused: 'not told',
  void: 'dropped',
};

/** What was ordered to be told, the newest first. */
function Sent() {
  const { room } = useRoom();
  const app = room.app.id;
  const list = useInfiniteQuery({
    queryKey: ['notices', app],
    queryFn: ({ pageParam }) => settings.listNotices({ params: { app }, query: { limit: 20, ...cursorIn(pageParam) } }),
    ...byCursor,
    refetchInterval: TOLD_EVERY_MS,
  });
  return (
    <Panel title="Messages">
      <Paged
        list={list}
        what="the messages"
        more="older messages"
        none={<EmptyState title="Nothing was told yet">The first message comes with the first step of a release.</EmptyState>}
      >
        {(notices) => (
          <ul className={styles.notices}>
            {notices.map(({ key, text, channel, state, outcome, orderedBy, orderedAt }) => (
              <li key={key}>
                <Lamp state={lampOf[state]} silent />
                <div>
                  <p>{text}</p>
                  <p className={shared.soft}>
                    {stateWords[state]}
                    {channel === null ? '' : ` in ${channel}`}
                    {outcome === null || outcome === '' ? '' : `: ${outcome}`}; ordered by {orderedBy}, <Moment at={orderedAt} as="full" />
                  </p>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Paged>
    </Panel>
  );
}
