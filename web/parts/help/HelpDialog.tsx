import { Fragment } from 'react';
import { cellStateNames, cellStates } from '#domain/cell-state.ts';
import { keyFor, sentenceOf } from '../../hooks/key-map.ts';
import { keysNow, useKeyMap, useSingleKeys } from '../../hooks/useKeys.ts';
import { Button, Key } from '../../ui/Button.tsx';
import { Dialog, DialogBody } from '../../ui/Dialog.tsx';
import { CheckField } from '../../ui/Field.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { words } from './words.ts';
import styles from './HelpDialog.module.css';

const shownAs: Readonly<Record<string, string>> = {
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** Figures are told as one line, and by what the page says of the first of them. */
function lines(): readonly { keys: string; says: string }[] {
  const now = keysNow();
  const figures = now.filter(({ key }) => /^\d$/.test(key));
  const others = now
    .filter(({ key }) => !/^\d$/.test(key))
    .flatMap(({ key, says }) => {
      const told = says ?? sentenceOf(key) ?? (key === 'Escape' ? 'close what is open, go back' : null);
      return told === null ? [] : [{ keys: key, says: told }];
    });
  const numbers =
    figures.length === 0
      ? []
      : [{ keys: figures.length === 1 ? '1' : `1 … ${figures.length}`, says: figures[0]?.says ?? 'open a track, left to right' }];
  return [...numbers, ...others];
}

/** The keys that act on this page, the words it uses, and what its lamps mean. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const single = useSingleKeys();
  const { map } = useKeyMap();
  const all = lines();
  const ways = all.filter(({ keys }) => keys.includes(' ') && !keys.includes('…'));
  const here = all.filter((line) => !ways.includes(line));
  const rows = (part: typeof all) =>
    part.map(({ keys, says }) => (
      <div key={keys}>
        <dt>
          {keyFor(map, keys)
            .split(' ')
            .map((key, at) => (
              <Fragment key={`${at} ${key}`}>{key === '…' ? key : <Key>{shownAs[key] ?? key.toUpperCase()}</Key>}</Fragment>
            ))}
        </dt>
        <dd>{says}</dd>
      </div>
    ));
  return (
    <Dialog open onClose={onClose} title="Keys and words of this page" footer={<Button onClick={onClose}>Close</Button>}>
      <DialogBody>
        <h3 className={styles.part}>On this page</h3>
        <dl className={styles.keys}>
          <div>
            <dt>
              <Key>Ctrl K</Key>
              <Key>⌘K</Key>
            </dt>
            <dd>search, go to, or run a command</dd>
          </div>
          <div>
            <dt>
              <Key>←</Key>
              <Key>↑</Key>
              <Key>↓</Key>
              <Key>→</Key>
            </dt>
            <dd>move in tables and lists; Enter opens</dd>
          </div>
          {rows(here)}
        </dl>
        <h3 className={styles.part}>Go to</h3>
        <dl className={styles.keys}>{rows(ways)}</dl>
        <CheckField
          label="Single keys act (never while you type). My profile lays them on other keys."
          checked={single.on}
          onChange={(event) => single.set(event.target.checked)}
        />
        <h3 className={styles.part}>Lamps</h3>
        <ul className={styles.lamps}>
          {cellStates.map((state) => (
            <li key={state}>
              <Lamp state={state} silent /> {cellStateNames[state]}
            </li>
          ))}
        </ul>
        <h3 className={styles.part}>Words</h3>
        <dl className={styles.words}>
          {words.map(([word, says]) => (
            <div key={word}>
              <dt>{word}</dt>
              <dd>{says}</dd>
            </div>
          ))}
        </dl>
      </DialogBody>
    </Dialog>
  );
}
