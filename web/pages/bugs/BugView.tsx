/** One bug: what is known of it, its life on every track, what was decided; and beside it, what can be decided. */
import { Fragment } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { BugDetail } from '#api/triage.ts';
import { platformName } from '#domain/names.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { bugQuery } from '../../api/queries.ts';
import { useKeys } from '../../hooks/useKeys.ts';
import { Failed, Loading, Platform } from '../../parts/lists/ListPage.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { useRoom } from '../../parts/room.ts';
import { Decide } from './Decide.tsx';
import { decisionNames } from '../../parts/lists/decision-names.ts';
import { teamTitle } from '../../parts/lists/team-title.ts';
import { stationNames } from './triage-model.ts';
import styles from './bugs.module.css';

export function BugView({ bug: key, teamsInUse }: { bug: string; teamsInUse: readonly string[] }) {
  const { room } = useRoom();
  const query = useQuery(bugQuery(room.app.id, key, room.version));
  const bug = query.data;
  const url = bug?.url ?? null;
  useKeys(url === null ? {} : { o: () => void window.open(url, '_blank', 'noreferrer') });
  if (bug === undefined)
    return (
      <div className={styles.detail}>
        <div className={styles.body}>
          {query.isError ? <Failed error={query.error} what={key} again={() => void query.refetch()} /> : <Loading what={key} />}
        </div>
      </div>
    );
  return (
    <>
      <article className={styles.detail} aria-label={bug.key}>
        <div className={styles.body}>
          {query.isError ? <Failed error={query.error} what={key} again={() => void query.refetch()} isOld /> : null}
          <Head bug={bug} />
          <Facts bug={bug} />
          <Life bug={bug} />
          <Decisions bug={bug} />
        </div>
      </article>
      <Decide bug={bug} teamsInUse={teamsInUse} />
    </>
  );
}

function Head({ bug }: { bug: BugDetail }) {
  return (
    <>
      <p className={styles.tags}>
        {bug.url === null ? (
          <span>{bug.key}</span>
        ) : (
          <a className="link" href={bug.url} target="_blank" rel="noreferrer">
            {bug.key} in the tracker
          </a>
        )}
        {bug.platforms.length === 0 ? (
          <Tag>all platforms</Tag>
        ) : (
          bug.platforms.map((platform) => (
            <Tag key={platform}>
              <Platform platform={platform} />
            </Tag>
          ))
        )}
        <span>
          {bug.state}, reported <Moment at={bug.since} as="ago" /> by {bug.source}
        </span>
      </p>
      <h2 className={styles.title}>{bug.title}</h2>
    </>
  );
}

function Facts({ bug }: { bug: BugDetail }) {
  const { room } = useRoom();
  const facts: readonly (readonly [string, string, string | null])[] = [
    ['Severity', bug.severity ?? 'not said', null],
    ['Flow', bug.flow ?? 'not said', bug.criticalFlow ? 'critical by policy' : null],
    ['Team', bug.team === null ? 'none' : teamTitle(bug.team), bug.teams.find(({ id }) => id === bug.team)?.channel ?? null],
  ];
  return (
    <>
      <dl className={styles.stats}>
        {facts.map(([name, value, more]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value}
              {more === null ? null : <span>{more}</span>}
            </dd>
          </div>
        ))}
        <div>
          <dt>Seen in</dt>
          <dd>
            {bug.versions.map((version, at) => (
              <Fragment key={version}>
                {at === 0 ? '' : ', '}
                {room.releases.some((release) => release.version === version) ? (
                  <Link to="/$app/$version" params={{ app: room.app.id, version }} className="link">
                    {version}
                  </Link>
                ) : (
                  version
                )}
              </Fragment>
            ))}
          </dd>
        </div>
      </dl>
    </>
  );
}

/** The life of a blocker on each track: open, fix merged, in build N, verified on N. */
function Life({ bug }: { bug: BugDetail }) {
  const { room } = useRoom();
  if (bug.tracks.length === 0)
    return <p className={styles.soft}>No release of {bug.versions.join(', ')} is known here, so it holds nothing.</p>;
  return (
    <section aria-labelledby="life">
      <h3 id="life">On each track</h3>
      <ul className={styles.tracks}>
        {bug.tracks.map((track) => {
          const decided = track.decision?.is ?? null;
          return (
            <li key={track.track} data-ended={track.ended || undefined}>
              <div className={styles.trackHead}>
                <Link to="/$app/$version/$platform" params={{ app: room.app.id, version: track.version, platform: track.platform }}>
                  <Platform platform={track.platform} /> {track.version}
                </Link>
                <Lamp
                  state={
                    track.uncleared
                      ? 'stop'
                      : decided === null || decided === 'ask'
                        ? bug.nominated
                          ? 'caution'
                          : 'not-needed-yet'
                        : 'clear'
                  }
                  silent
                  size={14}
                />
                <span>
                  {decided === null ? (bug.nominated ? 'waits for a decision' : 'not decided') : decisionNames[decided]}
                  {track.ended ? ', ended' : ''}
                </span>
              </div>
              <ol className={styles.life} aria-label={`Life on ${platformName(track.platform)} ${track.version}`}>
                {track.life.map(({ station, reached, on }) => (
                  <li key={station} data-reached={reached || undefined}>
                    <i aria-hidden="true" />
                    <span>
                      {stationNames[station]}
                      {on === null ? '' : station === 'in-build' ? `: ${on}` : ` on ${on}`}
                      <span className="sr-only">{reached ? ', reached' : ', not reached'}</span>
                    </span>
                  </li>
                ))}
              </ol>
              <p className={styles.soft}>It {track.stands}.</p>
              {track.nominatedBy === null ? null : (
                <p className={styles.soft}>
                  Nominated by {track.nominatedBy.name}, <Moment at={track.nominatedBy.at} />: {track.nominatedBy.reason}
                </p>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Decisions({ bug }: { bug: BugDetail }) {
  if (bug.decisions.length === 0) return null;
  return (
    <section aria-labelledby="decisions">
      <h3 id="decisions">Decisions</h3>
      <ul className={styles.decisions}>
        {bug.decisions.map((decision) => (
          <li key={`${decision.version} ${decision.platform}`}>
            <p>
              <b>{decisionNames[decision.is]}</b> on {platformName(decision.platform)} {decision.version}, {decision.by},{' '}
              <Moment at={decision.at} />
            </p>
            <p>{decision.reason}</p>
            <dl>
              {(
                [
                  ['Risk', decision.risk],
                  ['Impact', decision.impact],
                  ['Workaround', decision.workaround],
                ] as const
              ).map(([name, text]) =>
                text === null ? null : (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{text}</dd>
                  </div>
                ),
              )}
            </dl>
          </li>
        ))}
      </ul>
      <p className={styles.soft}>
        <Icon name="info" size={14} /> The newest decision of each track counts; all are in the journal.
      </p>
    </section>
  );
}
