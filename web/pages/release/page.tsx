/** The release page: its verdict, its two weeks, where each track is, what rides in it, and what stores and reviewers are told. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReleaseDetail } from '#api/releases.ts';
import { may, whoMay } from '../../api/authority.ts';
import { codeOf, troubleOf } from '../../api/client.ts';
import { releaseQuery } from '../../api/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { Moment } from '../../parts/Moment.tsx';
import page from '../../parts/Page.module.css';
import { PlanDialog } from '../../parts/releases/PlanDialog.tsx';
import { useMe, useRoom } from '../../parts/room.ts';
import { Waiting } from '../../parts/States.tsx';
import { Contents } from './Contents.tsx';
import { Decisions, Updates } from './Logs.tsx';
import { EachTrackDialog, tracksFor } from './EachTrackDialog.tsx';
import { PostUpdateDialog } from '../../parts/commands/release-dialogs.tsx';
import { Strip } from './Strip.tsx';
import { Tracks } from './Tracks.tsx';
import { verdictOf } from './verdict-model.ts';
import styles from './release.module.css';

export default function ReleasePage() {
  const { room } = useRoom();
  const { version = '' } = useParams({ strict: false });
  const read = useQuery(releaseQuery({ app: room.app.id, version }, room.version));
  if (read.data !== undefined) return <Shown release={withLive(read.data, room.tracks, room.app.platforms)} />;
  if (!read.isError) return <Waiting title={version} columns={[[160, 200]]} />;
  const isNone = codeOf(read.error) === 'not-found' || codeOf(read.error) === 'invalid-input';
  return (
    <div className={page.state}>
      <h1>{isNone ? `There is no release ${version}` : version}</h1>
      {isNone ? null : <ProblemNote trouble={troubleOf(read.error)} />}
      <p>
        <Link className="link" to="/$app/releases" params={{ app: room.app.id }}>
          All releases of {room.app.name}
        </Link>
      </p>
    </div>
  );
}

/** Heads that the room has are newer than those that were read: the stream keeps them. In the order of the app's platforms. */
function withLive(release: ReleaseDetail, live: ReleaseDetail['heads'], platforms: readonly string[]): ReleaseDetail {
  const at = ({ platform }: { platform: string }): number =>
    platforms.includes(platform) ? platforms.indexOf(platform) : platforms.length;
  const heads = release.heads.map((head) => live.find(({ id }) => id === head.id) ?? head);
  return { ...release, heads: heads.toSorted((a, b) => at(a) - at(b)) };
}

const parts = { current: 'current', upcoming: 'upcoming', watched: 'watched', ended: 'ended' } as const;

function Shown({ release }: { release: ReleaseDetail }) {
  return (
    <>
      <Head release={release} />
      <Tabs release={release} />
      <div className={page.columns}>
        <div className={page.stack}>
          <Tracks release={release} />
          <Strip release={release} />
          <Contents release={release} />
        </div>
        <aside className={page.stack} aria-label="Updates and decisions">
          <Updates release={release} />
          <Decisions release={release} />
        </aside>
      </div>
    </>
  );
}

type Open = 'post' | 'cut' | 'cancel' | 'hotfix';

function Head({ release }: { release: ReleaseDetail }) {
  const me = useMe();
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const { planned, contents, manager, heads } = release;
  const canCut = tracksFor('cut', heads).length > 0;
  const canCancel = tracksFor('cancel', heads).length > 0;
  const isOut = heads.some(({ stage }) => stage === 'released' || stage === 'rolling-out' || stage === 'halted' || stage === 'completed');
  const lacks = (kind: 'post-update' | 'plan-release' | 'cut' | 'cancel'): string | null =>
    may(me, kind) ? null : `only a ${whoMay(kind)} may do this`;
  const reason = lacks('post-update');
  return (
    <header className={styles.head}>
      <div className={styles.name}>
        <h1>{release.version}</h1>
        <Tag>{parts[release.part]}</Tag>
        {release.kind === 'regular' ? null : (
          <Tag>
            {release.kind}
            {release.base === null ? '' : ` of ${release.base}`}
          </Tag>
        )}
        {release.imported ? <Tag>imported</Tag> : null}
      </div>
      <p className={styles.verdict}>
        {verdictOf(heads).map(({ strong, rest }) => (
          <span key={strong}>
            <b>{strong}</b>
            {rest}{' '}
          </span>
        ))}
      </p>
      <ul className={styles.meta}>
        <li>Release manager: {manager ?? 'nobody yet'}</li>
        <li>{contents.channel === null ? 'No channel yet' : contents.channel}</li>
        {planned.branch === null ? null : (
          <li>
            Branch <Moment at={planned.branch} as="full" />
          </li>
        )}
        {planned.finish === null ? null : (
          <li>
            100% <Moment at={planned.finish} as="full" />
          </li>
        )}
      </ul>
      <div className={styles.acts}>
        <Button because={lacks('post-update')} onClick={() => setOpen('post')}>
          Post update…
        </Button>
        {canCut ? (
          <Button because={lacks('cut')} onClick={() => setOpen('cut')}>
            Cut branch…
          </Button>
        ) : null}
        {isOut ? (
          <Button because={lacks('plan-release')} onClick={() => setOpen('hotfix')}>
            Plan a hotfix…
          </Button>
        ) : null}
        {canCancel ? (
          <Button look="danger" because={lacks('cancel')} onClick={() => setOpen('cancel')}>
            Cancel release…
          </Button>
        ) : null}
      </div>
      {reason === null ? null : <p className={styles.reason}>To change it: {reason}.</p>}
      {open === 'post' ? <PostUpdateDialog release={release} onClose={close} /> : null}
      {open === 'cut' || open === 'cancel' ? <EachTrackDialog is={open} release={release} onClose={close} /> : null}
      {open === 'hotfix' ? <PlanDialog wish={{ kind: 'hotfix', base: release.version }} bases={[release.version]} onClose={close} /> : null}
    </header>
  );
}

function Tabs({ release }: { release: ReleaseDetail }) {
  const { room } = useRoom();
  const params = { app: room.app.id, version: release.version };
  return (
    <nav className={styles.tabs} aria-label={`Pages of ${release.version}`}>
      <Link to="/$app/$version" params={params} activeOptions={{ exact: true }} aria-current="page">
        Overview
      </Link>
      <Link to="/$app/$version/sign-offs" params={params}>
        Sign-offs
      </Link>
      <Link to="/$app/$version/builds" params={params}>
        Builds
      </Link>
      <Link to="/$app/$version/changes" params={params}>
        Changes
      </Link>
      <Link to="/$app/bugs" params={{ app: room.app.id }} search={(old) => ({ ...old, version: release.version })}>
        Bugs
      </Link>
    </nav>
  );
}
