import { Link, useSearch } from '@tanstack/react-router';
import { Icon } from '../../ui/Icon.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { useRoom } from '../../parts/room.ts';
import styles from './control-room.module.css';

const tabs: readonly { view: 'needs' | 'activity' | undefined; label: string; icon: IconName }[] = [
  { view: undefined, label: 'Room', icon: 'room' },
  { view: 'needs', label: 'Needs', icon: 'person' },
  { view: 'activity', label: 'Activity', icon: 'list' },
];

/** The parts of the room on a phone. */
export function TabBar() {
  const { room } = useRoom();
  const { view } = useSearch({ from: '/$app/room' });
  return (
    <nav className={styles.tabs} aria-label="Parts of the room">
      {tabs.map((tab) => (
        <Link
          key={tab.label}
          to="/$app"
          params={{ app: room.app.id }}
          search={tab.view === undefined ? {} : { view: tab.view }}
          activeOptions={{ exact: true }}
          aria-current={tab.view === view ? 'page' : undefined}
        >
          <Icon name={tab.icon} size={20} />
          <span>
            {tab.label}
            {tab.view === 'needs' && room.needs.length > 0 ? ` ${room.needs.length}` : ''}
          </span>
        </Link>
      ))}
      <Link to="/$app/set-up" params={{ app: room.app.id }}>
        <Icon name="plug" size={20} />
        <span>Set-up</span>
      </Link>
    </nav>
  );
}
