/** Builds and distribution: what was built for each track, how far each build has come, and what it lacks. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { BuildInFull, ReleaseBuilds } from '#api/release-lists.ts';
import { platformName } from '#domain/names.ts';
import { stageAllows } from '#domain/release/can.ts';
import { Button } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { may, whoMay } from '../../api/authority.ts';
import { client, troubleOf } from '../../api/client.ts';
import { releaseBuildsQuery } from '../../api/queries.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { Empty, Failed, Loading, More, Out, Platform, ReleasePage } from '../../parts/lists/ListPage.tsx';
import { useOlder } from '../../parts/lists/useOlder.ts';
import { Moment } from '../../parts/Moment.tsx';
import { trackOf, useMe, useRoom } from '../../parts/room.ts';
import { kindTitle, lacksText, newestCandidate, stagesOf, suiteText } from './build-model.ts';
import styles from './builds.module.css';

type ColumnView = ReleaseBuilds['columns'][number];

export default function BuildsPage() {
  const { app, version } = useParams({ from: '/$app/$version/builds' });
  const { room } = useRoom();
  const me = useMe();
  const list = useQuery(releaseBuildsQuery({ app, version }, room.version));
  const columns = list.data?.columns ?? [];
  const isChosenHere = columns.some(({ stage }) => stageAllows(stage, 'choose-candidate'));
  return (
    <ReleasePage
      title="Builds"
      version={version}
      to="/$app/$version/builds"
      lead={
        isChosenHere && !may(me, 'choose-candidate') ? <p>The final candidate is chosen by a {whoMay('choose-candidate')}.</p> : undefined
      }
    >
      {list.isError ? (
        <Failed error={list.error} what="the builds" again={() => void list.refetch()} isOld={list.data !== undefined} />
      ) : null}
      {list.data === undefined && !list.isError ? <Loading what="the builds" /> : null}
      <div className={styles.columns}>
        {columns.map((column) => (
          <Column key={`${column.track} ${version}`} column={column} app={app} version={version} />
        ))}
      </div>
    </ReleasePage>
  );
}

/** The builds of one track. The first ones are kept true by the stream; older ones are read when they are asked for. */
function Column({ column, app, version }: { column: ColumnView; app: string; version: string }) {
  const { items, hasMore, isReading, error, readOn } = useOlder<BuildInFull>(
    column,
    ({ number }) => number,
    async (cursor) =>
      (await client.getReleaseBuilds({ params: { app, version }, query: { platform: column.platform, cursor } })).columns[0],
  );
  const newest = newestCandidate(items);
  return (
    <section className={styles.column} aria-label={`Builds for ${platformName(column.platform)}`}>
      <h2>
        <Platform platform={column.platform} />
      </h2>
      {items.length === 0 ? (
        <Empty title={`No build of ${version} for ${platformName(column.platform)} was reported.`}>
          CI reports builds as it makes them.
        </Empty>
      ) : null}
      <ol className={styles.builds}>
        {items.map((build) => (
          <li key={build.number}>
            <BuildCard build={build} column={column} isNewest={build.number === newest} />
          </li>
        ))}
      </ol>
      {error === null ? null : <ProblemNote trouble={troubleOf(error)} />}
      <More hasMore={hasMore} isReading={isReading} onMore={readOn} what="older builds" />
    </section>
  );
}

function BuildCard({ build, column, isNewest }: { build: BuildInFull; column: ColumnView; isNewest: boolean }) {
  const lacks = lacksText(build);
  const begun = build.startedAt ?? build.at;
  const failed = build.testRuns.filter(({ state }) => state === 'failed');
  return (
    <article
      className={styles.build}
      data-chosen={build.chosen === null ? undefined : true}
      aria-label={`${kindTitle(build)}, build ${build.number}`}
    >
      <h3>
        {kindTitle(build)}
        <span className="mono">
          <Out url={build.url}>{build.number}</Out>
        </span>
        {build.chosen === null ? null : <Tag>Final candidate</Tag>}
        <span className={styles.when}>
          <Moment at={begun} />
        </span>
      </h3>
      <p className={styles.soft}>
        <code>{build.commit.slice(0, 10)}</code>
        {build.branch === null ? null : <> on {build.branch}</>}
        {build.expectedAt !== null && (build.state === 'queued' || build.state === 'building') ? (
          <>
            , expected <Moment at={build.expectedAt} />
          </>
        ) : null}
      </p>
      <ul className={styles.stages} aria-label="Stages">
        {stagesOf(build).map(({ name, state, words, url }) => (
          <li key={name} data-lamp={state}>
            <Lamp state={state} silent size={14} />
            <b>
              <Out url={url}>{name}</Out>
            </b>
            <span>{words}</span>
          </li>
        ))}
      </ul>
      {build.testRuns.length === 0 ? null : (
        <ul className={styles.suites} aria-label="Test suites">
          {build.testRuns.map((run) => (
            <li key={run.suite}>
              <Out url={run.url}>{run.suite}</Out>
              <span className="figures">{suiteText(run)}</span>
            </li>
          ))}
        </ul>
      )}
      {failed.some(({ url }) => url === null) ? <p className={styles.soft}>CI told no address of the failed job.</p> : null}
      {lacks === null ? null : (
        <p className={isNewest && build.lacks !== null && build.lacks.codeCount > 0 ? styles.lacks : styles.soft}>
          {lacks}
          {build.lacks === null || build.lacks.codeCount === 0
            ? '.'
            : `: ${build.lacks.code
                .slice(0, 3)
                .map(({ sha, subject }) => subject ?? sha.slice(0, 10))
                .join('; ')}${build.lacks.codeCount > 3 ? `; and ${build.lacks.codeCount - 3} more` : ''}.`}
        </p>
      )}
      {build.missingPicks.length === 0 ? null : (
        <p className={isNewest ? styles.lacks : styles.soft}>Cherry-picks that it lacks: {build.missingPicks.join(', ')}.</p>
      )}
      {build.verified.length === 0 ? null : (
        <p className={styles.soft}>
          Verified on it:{' '}
          {build.verified.map(({ key, title }, at) => (
            <span key={key} title={title}>
              {at === 0 ? '' : ', '}
              {key}
            </span>
          ))}
        </p>
      )}
      {build.chosen === null ? null : (
        <p className={styles.soft}>
          Chosen by {build.chosen.by}, <Moment at={build.chosen.at} />
        </p>
      )}
      <Choose build={build} column={column} />
    </article>
  );
}

/** Absent where choosing is not for this viewer, this stage or this build; where only the build stands in the way, it says how. */
function Choose({ build, column }: { build: BuildInFull; column: ColumnView }) {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const track = trackOf(room, column.track);
  if (track === null || !may(me, 'choose-candidate') || !stageAllows(column.stage, 'choose-candidate')) return null;
  if (build.kind === 'nightly' || build.chosen !== null) return null;
  if (build.unfit !== null)
    return build.lacks !== null && build.lacks.codeCount > 0 ? (
      <p className={styles.soft}>It cannot be the final candidate while it lacks commits.</p>
    ) : null;
  return (
    <p>
      <Button
        size="small"
        onClick={() =>
          ask({ is: 'choose-candidate', track, build: { number: build.number, commit: build.commit, candidate: build.candidate } })
        }
      >
        Choose as final candidate<span className="sr-only">: build {build.number}</span>
      </Button>
    </p>
  );
}
