import { useNavigate } from '@tanstack/react-router';
import { client } from '../../api/client.ts';
import { queryClient } from '../../api/queries.ts';
import { useNarrow } from '../../hooks/useMedia.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { forgetKept } from '../../util/kept.ts';
import { write } from '../../util/storage.ts';
import { useMe, useRoom } from '../room.ts';
import { pagesOf } from './navigation.ts';
import styles from './Shell.module.css';

/** Signs out, and forgets what this person looked for in this browser. */
export async function signOut(): Promise<void> {
  await client.signOut();
  queryClient.clear();
  write('recent', null);
  await forgetKept();
}

/** Who is signed in. On a phone it also leads to the pages that have no tab. */
export function PersonMenu() {
  const { room } = useRoom();
  const me = useMe();
  const navigate = useNavigate();
  const isNarrow = useNarrow();
  const inTabs = ['room', 'bugs', 'sign-offs', 'activity'];
  const pages = pagesOf(room, me).filter(({ id, part }) => part === 'own' || (isNarrow && !inTabs.includes(id)));
  return (
    <Menu
      className={styles.person}
      label={`${me.name}: profile${isNarrow ? ', more pages' : ''} and signing out`}
      button={<Avatar name={me.name} />}
      items={[
        ...pages.map(({ id, label, to, search = {} }) => ({ key: id, label, onSelect: () => void navigate({ to, search }) })),
        {
          key: 'out',
          label: 'Sign out',
          onSelect: () => void signOut().then(() => navigate({ to: '/sign-in', search: {} })),
        },
      ]}
    />
  );
}
