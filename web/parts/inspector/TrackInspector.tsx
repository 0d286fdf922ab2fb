/** A track: where it stands, what its stores say, what the robot does, and the steps that a person can take. */
import { useQuery } from '@tanstack/react-query';
import type { TrackHead } from '#api/control-room.ts';
import { platformName } from '#domain/names.ts';
import { stageAllows } from '#domain/release/can.ts';
import type { TrackCommandKind } from '#domain/release/commands.ts';
import { inWords } from '#domain/time.ts';
import { Button, IconButton, Key } from '../../ui/Button.tsx';
import { Icon, platformIcon } from '../../ui/Icon.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { may, whoMay } from '../../api/authority.ts';
import type { Me } from '../../api/authority.ts';
import { troubleOf } from '../../api/client.ts';
import { buildsQuery, trackQuery } from '../../api/queries.ts';
import { useAsk } from '../commands/ask.ts';
import { stepAct } from '../commands/words.ts';
import { RobotSentence } from '../frame/CriteriaFrame.tsx';
import { Moment } from '../Moment.tsx';
import { paramsOf, useAppTime, useMe, useRoom } from '../room.ts';
import { placeInWords } from '../track-lines/stations.ts';
import styles from './Inspector.module.css';

export function TrackInspector({ track, onClose }: { track: TrackHead; onClose: () => void }) {
  const now = useAppTime();
  const { candidate } = track;
  return (
    <section className={styles.panel} aria-labelledby="inspected" data-inspector>
      <div className={styles.top}>
        <p className={styles.eyebrow}>{track.kind.charAt(0).toUpperCase() + track.kind.slice(1)} release</p>
        <IconButton label="Close (Esc)" onClick={onClose}>
          <Icon name="cross" />
        </IconButton>
      </div>
      <h2 id="inspected" className={styles.title}>
        <Icon name={platformIcon(track.platform)} size={20} />
        {platformName(track.platform)} {track.version}
      </h2>
      <p className={styles.state}>
        <b>{placeInWords(track)}</b> for {inWords(Date.parse(now) - Date.parse(track.since))}
        {track.lateMs === null ? '' : `, ${inWords(track.lateMs)} behind plan`}.
      </p>
      <dl className={styles.fields}>
        {track.ended === null ? null : (
          <>
            <dt>Ended</dt>
            <dd>{track.ended}</dd>
          </>
        )}
        {track.haltedWhy === null ? null : (
          <>
            <dt>Halted</dt>
            <dd>{track.haltedWhy}</dd>
          </>
        )}
        {track.pending === null ? null : (
          <>
            <dt>Ordered</dt>
            <dd>
              {track.pending.is} by {track.pending.by}, <Moment at={track.pending.at} />: {track.pending.why}
            </dd>
          </>
        )}
        {track.back === null ? null : (
          <>
            <dt>Back</dt>
            <dd>
              from {track.back.from.replace('-', ' ')}, <Moment at={track.back.at} />: {track.back.why}
            </dd>
          </>
        )}
        <dt>Branch</dt>
        <dd>{track.branch === null ? 'not cut yet' : <code>{track.branch}</code>}</dd>
        <dt>Candidate</dt>
        <dd>
          {candidate === null ? (
            'none chosen'
          ) : (
            <>
              {candidate.candidate === null ? '' : `RC ${candidate.candidate}, `}build <code>{candidate.build}</code> at{' '}
              <code>{candidate.commit.slice(0, 10)}</code>{' '}
              <span className={styles.soft}>
                chosen by {candidate.chosenBy}, <Moment at={candidate.chosenAt} />
              </span>
            </>
          )}
        </dd>
        <dt>Passes</dt>
        <dd>
          {track.needed === 0 ? 'nothing stands before the next step' : `${track.passing} of ${track.needed} criteria`}
          {track.nextInWords === null ? '' : `; next: ${track.nextInWords}`}
        </dd>
        {track.storefronts.map((store) => (
          <StoreFields key={store.kind} store={store} />
        ))}
        <dt>Robot</dt>
        <dd>
          <RobotSentence track={track} />
          {track.robot.willStop === null ? null : <span className={styles.person}>Will stop: {track.robot.willStop}</span>}
          {track.robotPaused === null ? null : (
            <span className={styles.person}>
              Paused for this track by {track.robotPaused.by}: {track.robotPaused.why}
            </span>
          )}
        </dd>
      </dl>
      <TrackActs track={track} />
      <Candidates track={track} />
      <Orders track={track} />
    </section>
  );
}

function StoreFields({ store }: { store: TrackHead['storefronts'][number] }) {
  return (
    <>
      <dt>{store.name}</dt>
      <dd>
        {store.url === null ? (
          store.state.replaceAll('-', ' ')
        ) : (
          <a className="link" href={store.url} rel="noreferrer" target="_blank">
            {store.state.replaceAll('-', ' ')}
          </a>
        )}
        {store.percent > 0 ? ` at ${store.percent}%` : ''}
        {store.build === null ? '' : `, build ${store.build}`}
        {store.readAt === null ? (
          <span className={styles.soft}> not read yet</span>
        ) : (
          <span className={styles.soft}>
            {' '}
            read <Moment at={store.readAt} as="ago" />
          </span>
        )}
        <span className={styles.person}>
          <span className={styles.soft}>
            {store.startsOn === 'approval'
              ? 'Starts when it is approved.'
              : store.startsOn === 'command'
                ? 'Starts on our word.'
                : 'A person presses Publish there.'}{' '}
            {store.advances === 'by-itself' ? 'Advances by itself.' : 'Advances on our word.'}{' '}
            {store.haltAt100 ? 'Can be halted, also at 100%.' : 'Can be halted while rolling out.'}
            {store.pauseBudgetDays === null
              ? ''
              : ` ${Number((store.pauseBudgetDays - store.pausedDaysUsed).toFixed(1))} of ${store.pauseBudgetDays} days of pause are left.`}
            {store.nextMove === null ? '' : ` Its own next move: ${store.nextMove.percent}% at `}
            {store.nextMove === null ? null : <Moment at={store.nextMove.at} />}
          </span>
        </span>
      </dd>
    </>
  );
}

type StepKind = 'cut' | 'submit' | 'start' | 'raise';

/** The command that takes the next step from here. */
function stepCommand(track: TrackHead): StepKind | null {
  const kinds: readonly StepKind[] = ['cut', 'submit', 'start', 'raise'];
  return track.next === null ? null : (kinds.find((kind) => stageAllows(track.stage, kind)) ?? null);
}

/** Why the next step cannot be taken now, in words; null when it can. */
function heldBecause(track: TrackHead): string | null {
  if (track.pending !== null) return `${track.pending.is === 'halting' ? 'A halt' : 'A resume'} was ordered and is not read back yet`;
  if (track.robot.is === 'acting') return 'It is being done: the order was sent';
  if (track.signal.count > 0)
    return `${track.signal.count === 1 ? '1 criterion holds it' : `${track.signal.count} criteria hold it`}${track.robot.missing.length === 0 ? '' : `: ${track.robot.missing.join(', ')}`}`;
  return null;
}

export function TrackActs({ track }: { track: TrackHead }) {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const step = stepCommand(track);
  const because = heldBecause(track);
  // what a store cannot do is not offered
  const canHalt = stageAllows(track.stage, 'halt') && (track.stage !== 'released' || track.storefronts.some(({ haltAt100 }) => haltAt100));
  const isHalting = track.pending?.is === 'halting';
  const more = (['resume', 'withdraw', 'cancel'] as const).filter(
    (kind) =>
      stageAllows(track.stage, kind) && (kind !== 'withdraw' || track.storefronts.some(({ kind: store }) => store !== 'google-play')),
  );
  const pausedHere = track.robotPaused !== null || room.app.robotPaused !== null;
  return (
    <>
      <div className={styles.acts}>
        {step !== null && may(me, step) ? (
          <Button look={because === null ? 'primary' : 'plain'} because={because} onClick={() => ask({ is: step, track })}>
            {stepAct(step, track)}…
          </Button>
        ) : null}
        {canHalt && may(me, 'halt') ? (
          <Button
            look="danger"
            because={isHalting ? 'Halting… sent, waits to be read back' : null}
            onClick={() => ask({ is: 'halt', track })}
          >
            <Icon name="halt" /> Halt…
            <Key>H</Key>
          </Button>
        ) : null}
        {more
          .filter((kind) => may(me, kind))
          .map((kind) => (
            <Button
              key={kind}
              because={kind === 'resume' && track.pending?.is === 'resuming' ? 'Resuming… sent, waits to be read back' : null}
              onClick={() => ask({ is: kind, track })}
            >
              {kind === 'cancel' ? 'Cancel release' : kind.charAt(0).toUpperCase() + kind.slice(1)}…
            </Button>
          ))}
        {stageAllows(track.stage, 'pause-robot') ? <RobotButton track={track} isPaused={pausedHere} me={me} /> : null}
      </div>
      {step !== null && may(me, step) && because !== null ? (
        <p className={styles.note}>
          {stepAct(step, track)}: {because}.
        </p>
      ) : null}
      <Lacking me={me} kinds={[...(step === null ? [] : [step]), ...(canHalt ? (['halt'] as const) : []), ...more]} />
    </>
  );
}

function RobotButton({ track, isPaused, me }: { track: TrackHead; isPaused: boolean; me: Me }) {
  const ask = useAsk();
  const icon: IconName = isPaused ? 'play' : 'pause';
  const kind = isPaused ? 'unpause-robot' : 'pause-robot';
  if (!may(me, kind)) return null;
  return (
    <Button onClick={() => ask({ is: kind, track, scope: isPaused && track.robotPaused === null ? 'app' : 'track' })}>
      <Icon name={icon} /> {isPaused ? 'Let the robot go on…' : 'Pause robot…'}
    </Button>
  );
}

/** Actions that the viewer's role lacks are absent; this says who has them. */
function Lacking({ me, kinds }: { me: Me; kinds: readonly TrackCommandKind[] }) {
  const lacking = kinds.filter((kind) => !may(me, kind));
  if (lacking.length === 0) return null;
  const byWho = Map.groupBy(lacking, (kind) => whoMay(kind));
  return (
    <ul className={styles.note}>
      {[...byWho].map(([who, commands]) => (
        <li key={who}>
          {commands.map((kind) => kind.replaceAll('-', ' ')).join(', ')}: a {who}.
        </li>
      ))}
    </ul>
  );
}

function Candidates({ track }: { track: TrackHead }) {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const builds = useQuery(buildsQuery(paramsOf(track), room.version));
  const shown = (builds.data?.items ?? []).filter(({ kind }) => kind === 'release-candidate').slice(0, 6);
  const canChoose = stageAllows(track.stage, 'choose-candidate') && may(me, 'choose-candidate') && track.stages.includes('candidate');
  if (builds.isError) return <ProblemNote trouble={troubleOf(builds.error)} />;
  if (shown.length === 0) return null;
  return (
    <div className={styles.part}>
      <h3>Builds</h3>
      <ul className={styles.list}>
        {shown.map((build) => (
          <li key={build.number}>
            <Icon name="build" />
            <div>
              <b>
                {build.candidate === null ? '' : `RC ${build.candidate}, `}
                {build.number}
              </b>{' '}
              <span className={styles.soft}>
                {build.state}, <code>{build.commit.slice(0, 10)}</code>, <Moment at={build.at} />
                {build.testRuns.length === 0 ? '' : ` · ${build.testRuns.map(({ suite, state }) => `${suite} ${state}`).join(', ')}`}
              </span>
              {build.number === track.candidate?.build ? <span className={styles.soft}> · final candidate</span> : null}
              {canChoose && build.state === 'succeeded' && build.number !== track.candidate?.build ? (
                <div className={styles.acts}>
                  <Button size="small" onClick={() => ask({ is: 'choose-candidate', track, build })}>
                    Choose as final candidate…
                  </Button>
                </div>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Orders that are under way or need a person. */
function Orders({ track }: { track: TrackHead }) {
  const me = useMe();
  const ask = useAsk();
  const read = useQuery(trackQuery(paramsOf(track), track.revision));
  const open = (read.data?.actions ?? []).filter(({ state }) => state !== 'done' && state !== 'void');
  if (open.length === 0) return null;
  return (
    <div className={styles.part}>
      <h3>Orders</h3>
      <ul className={styles.list}>
        {open.map((order) => (
          <li key={order.key}>
            <Icon name="robot" />
            <div>
              <b>{order.kind.replace('ensure-', '').replaceAll('-', ' ')}</b>{' '}
              <span className={styles.soft}>
                {order.state} by {order.orderedBy}, <Moment at={order.orderedAt} />
                {order.attempts > 1 ? `, ${order.attempts} tries` : ''}
                {order.nextTryAt === null ? '' : ', next try '}
                {order.nextTryAt === null ? null : <Moment at={order.nextTryAt} />}
                {order.outcome === null ? '' : `: ${order.outcome}`}
              </span>
              {order.state === 'refused' && may(me, 'retry-action') ? (
                <div className={styles.acts}>
                  <Button
                    size="small"
                    onClick={() => ask({ is: 'retry-action', track, key: order.key, text: order.outcome ?? order.kind })}
                  >
                    Try again…
                  </Button>
                </div>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
