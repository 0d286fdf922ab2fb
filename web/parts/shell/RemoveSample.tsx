import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { client } from '../../api/client.ts';
import { appsQuery, sampleQuery } from '../../api/queries.ts';
import { FormDialog } from '../commands/FormDialog.tsx';
import { useRoom } from '../room.ts';

/** Asks once more before a sample is taken out: what was tried in it goes with it. Leads to the start, where another can be made. */
export function RemoveSample({ onClose }: { onClose: () => void }) {
  const { room } = useRoom();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { id, name } = room.app;
  return (
    <FormDialog
      title={`Take the sample ${name} out`}
      about="Its release, its bugs, its people and all that was tried in it are removed, its part of the audit log too. Real apps stay as they are."
      note="Another sample can be made at any time."
      act="Take it out"
      look="danger"
      missing={null}
      send={async () => {
        const removed = await client.removeSample({ params: { app: id } });
        // the start goes to the first app that it knows of: it must not know of this one any more
        await cache.fetchQuery({ ...appsQuery, staleTime: 0 });
        return removed;
      }}
      done={() => {
        void cache.invalidateQueries({ queryKey: sampleQuery.queryKey });
        void navigate({ to: '/', replace: true });
        return `The sample ${name} is taken out`;
      }}
      onClose={onClose}
    >
      {null}
    </FormDialog>
  );
}
