import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';

/** Asked before a text is lost that nobody has saved. */
export function Lost({
  title,
  about,
  act,
  onLose,
  onKeep,
}: {
  title: string;
  about: string;
  act: string;
  onLose: () => void;
  onKeep: () => void;
}) {
  return (
    <Dialog
      open
      onClose={onKeep}
      title={title}
      about={about}
      footer={
        <>
          <Button look="danger" onClick={onLose}>
            {act}
          </Button>
          <Button look="primary" onClick={onKeep}>
            Go on writing
          </Button>
        </>
      }
    >
      {null}
    </Dialog>
  );
}
