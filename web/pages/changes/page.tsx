/** Changes: is everything that was asked for in the latest build, and what else is on the branch? */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { PickInFull, ReleaseChanges } from '#api/release-lists.ts';
import { platformName } from '#domain/names.ts';
import { stageAllows } from '#domain/release/can.ts';
import { Button } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { may, whoMay } from '../../api/authority.ts';
import { client, troubleOf } from '../../api/client.ts';
import { releaseChangesQuery } from '../../api/queries.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { Empty, Failed, Loading, More, Platform, ReleasePage } from '../../parts/lists/ListPage.tsx';
import { useOlder } from '../../parts/lists/useOlder.ts';
import { Moment } from '../../parts/Moment.tsx';
import { trackOf, useMe, useRoom } from '../../parts/room.ts';
import { answersOf, categoryName, emptyText, inLane, lanes, pickNote } from './changes-model.ts';
import styles from './changes.module.css';

export default function ChangesPage() {
  const { app, version } = useParams({ from: '/$app/$version/changes' });
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const list = useQuery(releaseChangesQuery({ app, version }, room.version));
  const { data } = list;
  const askable = data?.tracks.flatMap(({ canAsk, track }) => (canAsk ? (trackOf(room, track) ?? []) : [])) ?? [];
  return (
    <ReleasePage
      title="Changes"
      version={version}
      to="/$app/$version/changes"
      lead={data === undefined ? undefined : <Answers changes={data} />}
    >
      {list.isError ? <Failed error={list.error} what="the changes" again={() => void list.refetch()} isOld={data !== undefined} /> : null}
      {data === undefined && !list.isError ? <Loading what="the changes" /> : null}
      {data === undefined ? null : (
        <>
          <section aria-labelledby="picks" className={styles.section}>
            <div className={styles.bar}>
              <h2 id="picks">Cherry-picks</h2>
              {askable.length === 0 ? (
                <span className={styles.soft}>
                  {data.tracks.every(({ stage }) => stage === 'planned' || stage === 'developing')
                    ? 'Changes go to main until the branch is cut; cherry-picks begin after it.'
                    : 'No track is at a stage that takes cherry-picks.'}
                </span>
              ) : may(me, 'ask-cherry-pick') ? (
                askable.map((track) => (
                  <Button key={track.id} onClick={() => ask({ is: 'ask-cherry-pick', track })}>
                    Ask for one on {platformName(track.platform)}
                  </Button>
                ))
              ) : (
                <span className={styles.soft}>A {whoMay('ask-cherry-pick')} asks for one.</span>
              )}
            </div>
            {data.picks.length === 0 ? (
              <Empty title={`No cherry-pick was asked for on ${version}.`}>Only fixes of blockers go to a release branch.</Empty>
            ) : (
              <Lanes picks={data.picks} />
            )}
          </section>
          {data.branches.map((branch) => (
            <Branch key={branch.name} branch={branch} app={app} version={version} />
          ))}
          {data.branches.length === 0 ? (
            <Empty title={`No branch of ${version} is known.`}>
              The code host tells branches and commits.{' '}
              <Link to="/$app/set-up" params={{ app }} className="link">
                See the set-up
              </Link>
              .
            </Empty>
          ) : null}
        </>
      )}
    </ReleasePage>
  );
}

function Answers({ changes }: { changes: ReleaseChanges }) {
  return (
    <ul className={styles.answers}>
      {answersOf(changes.tracks).map(({ answer, complete, platforms }) => (
        <li key={answer}>
          <Lamp state={complete === null ? 'not-needed-yet' : complete ? 'clear' : 'caution'} silent />
          <span>
            <b>{platforms.map(platformName).join(', ')}:</b> {answer}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Lanes({ picks }: { picks: readonly PickInFull[] }) {
  const refused = inLane(picks, 'refused');
  return (
    <>
      <div className={styles.lanes}>
        {lanes.map(({ id, title }) => {
          const found = inLane(picks, id);
          return (
            <section key={id} className={styles.lane} aria-label={title}>
              <h3>
                {title} <span>{found.length}</span>
              </h3>
              {found.length === 0 ? <p className={styles.soft}>{emptyText(id, picks)}</p> : null}
              <ul>
                {found.map((pick) => (
                  <li key={pick.id}>
                    <PickCard pick={pick} />
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
      {refused.length === 0 ? null : (
        <details className={styles.refused}>
          <summary>{refused.length === 1 ? '1 refused' : `${refused.length} refused`}</summary>
          <ul>
            {refused.map((pick) => (
              <li key={pick.id}>
                <PickCard pick={pick} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function PickCard({ pick }: { pick: PickInFull }) {
  const { room } = useRoom();
  const note = pickNote(pick);
  return (
    <article className={styles.pick} aria-label={pick.title}>
      <h4>{pick.title}</h4>
      <p className={styles.soft}>
        <Platform platform={pick.platform} /> <code>{pick.commit.slice(0, 10)}</code>
        {pick.bug === null ? (
          'no bug named'
        ) : (
          <Link to="/$app/bugs/$bug" params={{ app: room.app.id, bug: pick.bug }} className="link">
            {pick.bug}
          </Link>
        )}
      </p>
      <p className={styles.soft}>Risk: {pick.risk}</p>
      <p className={styles.soft}>
        {pick.askedBy}, <Moment at={pick.askedAt} />
        {pick.answeredBy === null ? null : (
          <>
            ; {pick.state === 'refused' ? 'refused' : 'accepted'} by {pick.answeredBy}
            {pick.answer === null ? '' : `: ${pick.answer}`}
          </>
        )}
      </p>
      {note === null ? null : <p className={styles.note}>{note}</p>}
      <Answer pick={pick} />
    </article>
  );
}

function Answer({ pick }: { pick: PickInFull }) {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const track = trackOf(room, pick.track);
  if (pick.state !== 'asked' || track === null || !stageAllows(track.stage, 'answer-cherry-pick')) return null;
  if (!may(me, 'answer-cherry-pick')) return <p className={styles.soft}>A {whoMay('answer-cherry-pick')} answers.</p>;
  return (
    <p>
      <Button size="small" onClick={() => ask({ is: 'answer-cherry-pick', track, pick: pick.id, text: pick.title })}>
        Accept or refuse<span className="sr-only"> {pick.title}</span>
      </Button>
    </p>
  );
}

type BranchView = ReleaseChanges['branches'][number];

function Branch({ branch, app, version }: { branch: BranchView; app: string; version: string }) {
  const { items, hasMore, isReading, error, readOn } = useOlder<BranchView['items'][number]>(
    branch,
    ({ sha }) => sha,
    async (cursor) => (await client.getReleaseChanges({ params: { app, version }, query: { branch: branch.name, cursor } })).branches[0],
  );
  return (
    <section className={styles.section} aria-label={`Commits of ${branch.name}`}>
      <div className={styles.bar}>
        <h2>
          {branch.trunk ? 'Main since the last cut' : 'Commits of the release branch'} <code>{branch.name}</code>
        </h2>
        <span className={styles.soft}>
          {branch.total === 1 ? '1 commit' : `${branch.total.toLocaleString('en')} commits`}, head <code>{branch.head.slice(0, 10)}</code>
          {branch.cutAt === null ? null : (
            <>
              , cut <Moment at={branch.cutAt} />
            </>
          )}
        </span>
      </div>
      {items.length === 0 ? (
        <Empty title={branch.trunk ? 'The commits of main since the last cut are not known.' : 'Nothing was added since the cut.'}>
          {branch.trunk ? 'The code host tells the commits of release branches; those of main are told from the cut on.' : undefined}
        </Empty>
      ) : (
        <ol className={styles.commits}>
          {items.map((commit) => (
            <li key={commit.sha} data-ignored={commit.ignored || undefined}>
              <code>{commit.sha.slice(0, 10)}</code>
              <div>
                <span className={styles.subject}>{commit.subject}</span>
                <span className={styles.soft}>
                  {commit.author}, <Moment at={commit.at} />
                  {commit.origin === null ? null : (
                    <>
                      ; from {commit.origin.reference ?? (commit.origin.sha === null ? 'main' : `main ${commit.origin.sha.slice(0, 10)}`)}
                    </>
                  )}
                </span>
              </div>
              <span className={styles.marks}>
                {commit.pick === null ? null : <Tag>cherry-pick {commit.pick}</Tag>}
                {commit.category === 'change' ? null : <Tag>{categoryName(commit.category)}</Tag>}
                {commit.ignored ? <span className={styles.soft}>needs no new build</span> : null}
                {commit.lackedBy.length === 0 ? null : (
                  <span className={commit.ignored ? styles.soft : styles.note}>
                    not in the newest build of {commit.lackedBy.map((track) => platformName(track.split('/').at(-1) ?? '')).join(', ')}
                  </span>
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
      {error === null ? null : <ProblemNote trouble={troubleOf(error)} />}
      <More hasMore={hasMore} isReading={isReading} onMore={readOn} what="older commits" />
    </section>
  );
}
