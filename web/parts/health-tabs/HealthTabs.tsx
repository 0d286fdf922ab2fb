/** The ways between the pages about health, at the head of each of them. */
import { Link } from '@tanstack/react-router';
import styles from './HealthTabs.module.css';

export type HealthTab = 'metrics' | 'groups' | 'rules' | 'sources';

const tabs: readonly { id: HealthTab; label: string; path: string }[] = [
  { id: 'metrics', label: 'Metrics', path: '' },
  { id: 'groups', label: 'Crash groups', path: '/groups' },
  { id: 'rules', label: 'Rules', path: '/rules' },
  { id: 'sources', label: 'Sources', path: '/sources' },
];

export function HealthTabs({ app, current }: { app: string; current: HealthTab }) {
  return (
    <nav aria-label="Health" className={styles.tabs}>
      {tabs.map(({ id, label, path }) => {
        const to: string = `/${app}/health${path}`;
        return (
          <Link key={id} to={to} activeOptions={{ exact: true }} aria-current={id === current ? 'page' : undefined}>
            {label}
          </Link>
        );
      })}
    </nav>
  );
}
