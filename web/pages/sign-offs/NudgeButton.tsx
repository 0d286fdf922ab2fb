import { useMutation } from '@tanstack/react-query';
import { platformName } from '#domain/names.ts';
import { stageAllows } from '#domain/release/can.ts';
import type { TrackHead } from '#api/control-room.ts';
import { Button } from '../../ui/Button.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { may } from '../../api/authority.ts';
import { client, troubleOf } from '../../api/client.ts';
import { say } from '../../parts/shell/announce.ts';
import { paramsOf, trackOf, useMe, useRoom } from '../../parts/room.ts';
import { teamTitle } from '../../parts/lists/team-title.ts';
import type { Column } from './matrix-model.ts';

/** Reminds all teams that have not signed a track, in their channels. For those who may, and while someone owes a word. */
export function NudgeButton({ column }: { column: Column }) {
  const { room } = useRoom();
  const track = useNudged(column);
  const cell = room.cells.find((each) => each.track === column.track && each.kind === 'signed-off') ?? null;
  const open = column.of - column.signed;
  if (track === null || cell === null || open === 0) return null;
  const whom = open === 1 ? 'the team that has not signed' : `the ${open} teams that have not signed`;
  return <Nudge track={track} whom={whom} command={{ instance: cell.instance }} label={`Remind ${whom}`} />;
}

/** Reminds one team that is late. */
export function NudgeTeam({ column, team }: { column: Column; team: string }) {
  const track = useNudged(column);
  if (track === null) return null;
  return <Nudge track={track} whom={teamTitle(team)} command={{ team }} label="Remind" />;
}

/** The track, where the viewer may remind and there is something to sign. */
function useNudged(column: Column): TrackHead | null {
  const { room } = useRoom();
  const me = useMe();
  const track = trackOf(room, column.track);
  return track !== null && column.build !== null && may(me, 'nudge') && stageAllows(track.stage, 'nudge') ? track : null;
}

type What = { team: string } | { instance: string };

function Nudge({ track, whom, command, label }: { track: TrackHead; whom: string; command: What; label: string }) {
  const nudge = useMutation({
    mutationFn: () =>
      client.giveCommand({ params: paramsOf(track), body: { command: { do: 'nudge', ...command } }, idempotencyKey: crypto.randomUUID() }),
    onSuccess: () => say(`Reminded ${whom} about ${platformName(track.platform)} ${track.version}`),
  });
  const isDone = nudge.isSuccess;
  return (
    <>
      <Button
        size="small"
        because={nudge.isPending ? 'The reminder is being sent' : isDone ? `${whom} was reminded a moment ago` : null}
        onClick={() => nudge.mutate()}
      >
        {isDone ? 'Reminded' : label}
        <span className="sr-only">
          {isDone ? ` ${whom}` : label === 'Remind' ? ` ${whom}` : ''} on {platformName(track.platform)}
        </span>
      </Button>
      {nudge.isError ? <ProblemNote trouble={troubleOf(nudge.error)} /> : null}
    </>
  );
}
