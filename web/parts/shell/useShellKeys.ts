import { useEffect, useEffectEvent } from 'react';
import { useNavigate } from '@tanstack/react-router';
import { useKeys } from '../../hooks/useKeys.ts';
import { useDensity, useTheme } from '../../hooks/useTheme.ts';
import { say } from './announce.ts';
import type { PageLink } from './navigation.ts';
import { usePages } from './Navigation.tsx';

const wayTo: Readonly<Record<PageLink['id'], string | null>> = {
  room: 'g c',
  releases: 'g r',
  bugs: 'g b',
  'sign-offs': 'g s',
  builds: 'g d',
  changes: 'g h',
  health: 'g q',
  activity: 'g a',
  audit: 'g l',
  profile: 'g p',
  settings: 'g e',
};

/** The keys that act on every page of an app; Ctrl K and ⌘K open the command menu, from a field too. */
export function useShellKeys({ onHelp, onSearch }: { onHelp: () => void; onSearch: () => void }): void {
  const navigate = useNavigate();
  const theme = useTheme();
  const density = useDensity();
  const { pages } = usePages();
  const ways = Object.fromEntries(
    pages.flatMap(({ id, to, search }) => {
      const way = wayTo[id];
      return way === null ? [] : [[way, () => void navigate({ to, search: search ?? {} })]];
    }),
  );
  useKeys({
    ...ways,
    '?': onHelp,
    l: theme.toggle,
    '.': density.toggle,
    y: () => {
      // there is no clipboard without a secure context
      const copying = navigator.clipboard?.writeText(location.href) ?? Promise.reject(new Error('no clipboard'));
      copying.then(
        () => say('The link is copied.'),
        () => say('This browser does not let it be copied: take it from the address bar.'),
      );
    },
  });
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 'k' || event.altKey || event.shiftKey || event.ctrlKey === event.metaKey) return;
    event.preventDefault();
    // a dialog that is open keeps what was typed into it
    if (document.querySelector('[role="dialog"], [role="alertdialog"]') === null) onSearch();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}
