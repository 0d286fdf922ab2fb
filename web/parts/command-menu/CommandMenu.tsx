/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a combobox over grouped options: there is no element for it */
/** Search, go to, or run a command, by typing. */
import { useId, useState } from 'react';
import { Dialog } from '@base-ui/react/dialog';
import { useNavigate } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { appsQuery } from '../../api/queries.ts';
import { Icon } from '../../ui/Icon.tsx';
import { read, write } from '../../util/storage.ts';
import { useAsk } from '../commands/ask.ts';
import { useMe, useRoom } from '../room.ts';
import { entriesOf, found, remembered } from './entries.ts';
import type { Entry } from './entries.ts';
import styles from './CommandMenu.module.css';

const SHOWN = 40;

export function CommandMenu({ onClose }: { onClose: () => void }) {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const entries = [...entriesOf(room, me), ...useBugs(), ...useApps()];
  const recent = recentOf();
  const shown = found(entries, typed, recent).slice(0, SHOWN);
  const chosen = shown[Math.min(at, shown.length - 1)];

  const take = (entry: Entry): void => {
    write('recent', JSON.stringify(remembered(recent, entry.id)));
    onClose();
    if (entry.act.is === 'go') void navigate({ to: entry.act.to });
    else ask(entry.act.ask);
  };
  const move = (to: number): void => {
    const next = (to + shown.length) % Math.max(1, shown.length);
    setAt(next);
    document.querySelector(`#${CSS.escape(`${id}-${next}`)}`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(at + 1),
      ArrowUp: () => move(at - 1),
      PageDown: () => move(Math.min(shown.length - 1, at + 8)),
      PageUp: () => move(Math.max(0, at - 8)),
      Enter: () => {
        if (chosen !== undefined) take(chosen);
      },
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };

  return (
    <Dialog.Root
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.scrim} />
        <Dialog.Popup className={styles.menu}>
          <Dialog.Title className="sr-only">Search or run a command</Dialog.Title>
          <div className={styles.field}>
            <Icon name="search" />
            <input
              role="combobox"
              aria-expanded="true"
              aria-controls={`${id}-list`}
              aria-activedescendant={chosen === undefined ? undefined : `${id}-${shown.indexOf(chosen)}`}
              aria-autocomplete="list"
              aria-label="Search or run a command"
              placeholder="A page, version, bug, criterion, or what is to be done"
              autoComplete="off"
              spellCheck={false}
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
                setAt(0);
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <Results id={id} shown={shown} at={shown.indexOf(chosen as Entry)} onTake={take} onPoint={setAt} />
          <p className={styles.foot}>
            <span>↑ ↓ choose</span>
            <span>Enter takes it</span>
            <span>Esc closes</span>
            <output className={styles.tally}>
              {shown.length === 0 ? 'Nothing is called so here.' : `${shown.length}${shown.length === SHOWN ? ' or more' : ''} found`}
            </output>
          </p>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** The list under the field, in groups; the field keeps the focus and names the one that is chosen. */
function Results({
  id,
  shown,
  at,
  onTake,
  onPoint,
}: {
  id: string;
  shown: readonly Entry[];
  at: number;
  onTake: (entry: Entry) => void;
  onPoint: (at: number) => void;
}) {
  const groups = [...new Set(shown.map(({ group }) => group))];
  return (
    <div role="listbox" id={`${id}-list`} aria-label="Found" className={styles.list} tabIndex={-1}>
      {groups.map((group, index) => (
        <div key={group} role="group" aria-labelledby={`${id}-group-${index}`}>
          <div id={`${id}-group-${index}`} className={styles.group} role="presentation">
            {group}
          </div>
          {shown.map((entry, position) =>
            entry.group === group ? (
              // the field has the focus and hears the keys
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
              <div
                key={entry.id}
                id={`${id}-${position}`}
                role="option"
                aria-selected={position === at}
                className={styles.option}
                onPointerMove={() => {
                  if (position !== at) onPoint(position);
                }}
                onClick={() => onTake(entry)}
              >
                <Icon name={entry.icon} />
                <span className={styles.label}>{entry.label}</span>
                {entry.note === null ? null : <span className={styles.note}>{entry.note}</span>}
              </div>
            ) : null,
          )}
        </div>
      ))}
    </div>
  );
}

/** The bugs of the app by key and title; asked for when the menu opens. */
function useBugs(): readonly Entry[] {
  const { room } = useRoom();
  const app = room.app.id;
  const bugs = useQuery({
    queryKey: ['bugs', 'by-name', app],
    queryFn: () => client.listBugs({ params: { app }, query: { state: 'all', limit: 200 } }),
  });
  return (bugs.data?.items ?? []).map((bug) => ({
    id: `bug ${bug.key}`,
    group: 'Bugs',
    label: `${bug.key} ${bug.title}`,
    note: bug.team ?? 'no team',
    icon: 'bug',
    act: { is: 'go', to: `/${app}/bugs/${encodeURIComponent(bug.key)}` },
  }));
}

function useApps(): readonly Entry[] {
  const { room } = useRoom();
  const apps = useQuery(appsQuery).data?.items ?? [];
  return apps
    .filter(({ id }) => id !== room.app.id)
    .map((app) => ({
      id: `app ${app.id}`,
      group: 'Apps',
      label: app.name,
      note: app.sample ? 'sample data' : null,
      icon: 'room',
      act: { is: 'go', to: `/${app.id}` },
    }));
}

function recentOf(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(read('recent') ?? '[]');
    return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
