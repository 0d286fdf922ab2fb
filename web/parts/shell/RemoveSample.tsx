import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { client } from '../../api/client.ts';
import { FormDialog } from '../commands/FormDialog.tsx';
import { useRoom } from '../room.ts';

/** Asks before the sample and all that was written of it is taken out. There is no way back but making it anew. */
export function RemoveSample({ onClose }: { onClose: () => void }) {
  const { room } = useRoom();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { id, name } = room.app;
  return (
    <FormDialog
      title={`Remove the sample ${name}`}
      about="Its releases, bugs, builds, sign-offs and its journal go, and all that you did in it. Real apps stay as they are."
      note="It can be made again, from its beginning."
      act="Remove the sample"
      look="danger"
      missing={null}
      send={() => client.removeSample({ params: { app: id } })}
      done={() => {
        // nothing that was read of it is true any more
        cache.clear();
        void navigate({ to: '/', replace: true });
        return `The sample ${name} is removed`;
      }}
      onClose={onClose}
    >
      {null}
    </FormDialog>
  );
}
