/** Search, go to, or run a command, by typing. */
import { useState } from 'react';
import { Autocomplete } from '@base-ui/react/autocomplete';
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
  const entries = [...entriesOf(room, me), ...useBugs(), ...useApps()];
  const recent = recentOf();
  const shown = found(entries, typed, recent).slice(0, SHOWN);
  const groups = [...Map.groupBy(shown, ({ group }) => group)].map(([value, items]) => ({ value, items }));

  const take = (entry: Entry): void => {
    write('recent', JSON.stringify(remembered(recent, entry.id)));
    onClose();
    if (entry.act.is === 'go') void navigate({ to: entry.act.to, search: entry.act.search ?? {} });
    else ask(entry.act.ask);
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
          <Autocomplete.Root
            open
            inline
            mode="none"
            autoHighlight="always"
            keepHighlight
            items={groups}
            itemToStringValue={({ label }) => label}
            value={typed}
            onValueChange={(value, { reason }) => {
              // what is taken is gone to; the field keeps what was typed
              if (reason === 'input-change' || reason === 'input-clear') setTyped(value);
            }}
          >
            <div className={styles.field}>
              <Icon name="search" />
              <Autocomplete.Input
                aria-label="Search or run a command"
                placeholder="A page, version, bug, criterion, or what is to be done"
                spellCheck={false}
              />
            </div>
            <Autocomplete.List aria-label="Found" className={styles.list}>
              {groups.map(({ value, items }) => (
                <Autocomplete.Group key={value} items={items}>
                  <Autocomplete.GroupLabel className={styles.group}>{value}</Autocomplete.GroupLabel>
                  {items.map((entry) => (
                    <Autocomplete.Item key={entry.id} value={entry} className={styles.option} onClick={() => take(entry)}>
                      <Icon name={entry.icon} />
                      <span className={styles.label}>{entry.label}</span>
                      {entry.note === null ? null : <span className={styles.note}>{entry.note}</span>}
                    </Autocomplete.Item>
                  ))}
                </Autocomplete.Group>
              ))}
            </Autocomplete.List>
          </Autocomplete.Root>
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
