import { Button, Key } from '../ui/Button.tsx';
import { Dialog, DialogBody } from '../ui/Dialog.tsx';
import { CheckField } from '../ui/Field.tsx';
import { useSingleKeys } from '../hooks/useKeys.ts';
import styles from './KeysDialog.module.css';

const keys: readonly (readonly [readonly string[], string])[] = [
  [['←', '↑', '→', '↓'], 'move in the criteria frame'],
  [['Enter'], 'open the inspector'],
  [['Esc'], 'close it'],
  [['1', '…', '9'], 'open a track, left to right'],
  [['W'], 'waive the criterion that is open or focused'],
  [['H'], 'halt the rollout of the track that is open or focused'],
  [['O'], 'open the source of the criterion'],
  [['Y'], 'copy the link to what is shown'],
  [['X'], 'only exceptions: hide rows that pass everywhere'],
  [['.'], 'compact or comfortable rows'],
  [['L'], 'dark or light'],
  [['?'], 'this list'],
];

/** Every key there is, and the switch that turns single keys off. */
export function KeysDialog({ onClose }: { onClose: () => void }) {
  const single = useSingleKeys();
  return (
    <Dialog open onClose={onClose} title="Keys" footer={<Button onClick={onClose}>Close</Button>}>
      <DialogBody>
        <dl className={styles.keys}>
          {keys.map(([names, what]) => (
            <div key={what}>
              <dt>
                {names.map((name) => (
                  <Key key={name}>{name}</Key>
                ))}
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <CheckField
          label="Single keys act (they never do while you type)"
          checked={single.on}
          onChange={(event) => single.set(event.target.checked)}
        />
      </DialogBody>
    </Dialog>
  );
}
