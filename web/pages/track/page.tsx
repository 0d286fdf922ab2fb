/** The track page: where one platform of a release stands, what it may do next, what holds it, and what its stores and the robot do. */
import { useParams } from '@tanstack/react-router';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { TrackHead } from '#api/control-room.ts';
import { platformName } from '#domain/names.ts';
import { codeOf, troubleOf } from '../../api/client.ts';
import { trackQuery } from '../../api/queries.ts';
import { useKeys } from '../../hooks/useKeys.ts';
import { useNarrow } from '../../hooks/useMedia.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import page from '../../parts/Page.module.css';
import { trackOf, useMe, useRoom } from '../../parts/room.ts';
import { say } from '../../parts/shell/announce.ts';
import { Waiting } from '../../parts/States.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { actsOf } from './acts-model.ts';
import { Builds } from './Builds.tsx';
import { Gates } from './Gates.tsx';
import { Groups } from './Groups.tsx';
import { Head } from './Head.tsx';
import { Health } from './Health.tsx';
import { Line } from './Line.tsx';
import { NightBar } from './NightBar.tsx';
import { Orders } from './Orders.tsx';
import { Robot } from './Robot.tsx';
import { Rollout } from './Rollout.tsx';
import type { Shown } from './shown.ts';
import { Storefronts } from './Storefronts.tsx';
import { TrackActivity } from './TrackActivity.tsx';
import { Waivers } from './Waivers.tsx';
import { WhatHappened } from './WhatHappened.tsx';
import { NoTrack } from './NoTrack.tsx';
import styles from './track.module.css';

export default function TrackPage() {
  const { room } = useRoom();
  const { version = '', platform = '' } = useParams({ strict: false });
  const params = { app: room.app.id, version, platform };
  const live = trackOf(room, `${params.app}/${version}/${platform}`);
  // a track of the room is kept true by the stream; one that has ended is read, and read again when the app moves
  const read = useQuery({ ...trackQuery(params, live?.revision ?? room.version), placeholderData: keepPreviousData });
  const found = read.data?.version === version && read.data.platform === platform ? read.data : null;
  const track = live ?? found;
  if (track === null) {
    if (read.isError)
      return codeOf(read.error) === 'not-found' || codeOf(read.error) === 'invalid-input' ? (
        <NoTrack version={version} platform={platform} />
      ) : (
        <div className={page.state}>
          <h1>
            {platformName(platform)} {version}
          </h1>
          <ProblemNote trouble={troubleOf(read.error)} />
        </div>
      );
    return <Waiting title={`${platformName(platform)} ${version}`} columns={[[100, 148], [260]]} />;
  }
  const cells = live === null ? (found?.cells ?? []) : room.cells.filter((cell) => cell.track === live.id);
  return <TrackShown key={track.id} track={track} cells={cells} more={found} />;
}

function TrackShown(shown: Shown) {
  const { track } = shown;
  const isNarrow = useNarrow();
  useTrackKeys(track);
  const side = (
    <>
      <Orders {...shown} />
      <Gates {...shown} />
      <Robot {...shown} />
      <TrackActivity track={track} />
    </>
  );
  const main = (
    <>
      <Line track={track} />
      <Rollout {...shown} />
      <Health {...shown} />
      <Groups {...shown} />
      <Builds {...shown} />
      <Storefronts track={track} />
      <Waivers track={track} />
    </>
  );
  return (
    <>
      <Head {...shown} />
      {isNarrow ? (
        <>
          <div className={styles.phone}>
            <WhatHappened {...shown} />
            {side}
            {main}
          </div>
          <NightBar track={track} />
        </>
      ) : (
        <div className={page.columns}>
          <div className={page.stack}>{main}</div>
          <aside className={page.stack} aria-label="What holds it, and the robot">
            {side}
          </aside>
        </div>
      )}
    </>
  );
}

/** H halts, as everywhere. */
function useTrackKeys(track: TrackHead): void {
  const me = useMe();
  const ask = useAsk();
  useKeys({
    h: () => {
      const halt = actsOf(track, me).find(({ is }) => is === 'halt');
      if (halt === undefined) return say(`${platformName(track.platform)} ${track.version} has no rollout that can be halted.`);
      if (halt.because !== null) return say(`Halt: ${halt.because}.`);
      ask({ is: 'halt', track });
    },
  });
}
