import { platformName } from '#domain/names.ts';
import { stageAllows } from '#domain/release/can.ts';
import type { TrackHead } from '#api/control-room.ts';
import { Button } from '../../ui/Button.tsx';
import { may } from '../../api/authority.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { teamTitle } from '../../parts/lists/team-title.ts';
import { trackOf, useMe, useRoom } from '../../parts/room.ts';
import type { Column } from './matrix-model.ts';

/** Nudges all teams that have not signed a track, in their channels. For those who may, and while someone owes a word. */
export function NudgeButton({ column }: { column: Column }) {
  const { room } = useRoom();
  const ask = useAsk();
  const track = useNudged(column);
  const cell = room.cells.find((each) => each.track === column.track && each.kind === 'signed-off') ?? null;
  const open = column.of - column.signed;
  if (track === null || cell === null || open === 0) return null;
  const whom = open === 1 ? 'the team that has not signed' : `the ${open} teams that have not signed`;
  return (
    <Button size="small" onClick={() => ask({ is: 'nudge', track, whom, instance: cell.instance, team: null })}>
      Nudge {whom}
      <span className="sr-only"> on {platformName(column.platform)}</span>
    </Button>
  );
}

/** Nudges one team that is late. */
export function NudgeTeam({ column, team }: { column: Column; team: string }) {
  const ask = useAsk();
  const track = useNudged(column);
  if (track === null) return null;
  return (
    <Button size="small" onClick={() => ask({ is: 'nudge', track, whom: teamTitle(team), instance: null, team })}>
      Nudge
      <span className="sr-only">
        {' '}
        {teamTitle(team)} on {platformName(column.platform)}
      </span>
    </Button>
  );
}

/** The track, where the viewer may nudge and there is something to sign. */
function useNudged(column: Column): TrackHead | null {
  const { room } = useRoom();
  const me = useMe();
  const track = trackOf(room, column.track);
  return track !== null && column.build !== null && may(me, 'nudge') && stageAllows(track.stage, 'nudge') ? track : null;
}
