import { useInfiniteQuery } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { useRoom } from '../../parts/room.ts';
import { Grants, useAppNames } from '../../parts/settings/GrantFields.tsx';
import { byCursor, cursorIn, Paged } from '../../parts/settings/SettingsPage.tsx';
import shared from '../../parts/settings/settings.module.css';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Panel } from '../../ui/Panel.tsx';

/** What everyone may see of people: who holds which role in this app. */
export function AppPeople() {
  const { room } = useRoom();
  const app = room.app.id;
  const names = useAppNames();
  const list = useInfiniteQuery({
    queryKey: ['app-people', app, 'paged'],
    queryFn: ({ pageParam }) => client.listAppPeople({ params: { app }, query: { limit: 100, ...cursorIn(pageParam) } }),
    ...byCursor,
  });
  return (
    <Panel title={`Who has a role in ${room.app.name}`}>
      <Paged
        list={list}
        what="the people"
        more="more people"
        none={<EmptyState title="Nobody has a role here">An admin gives roles.</EmptyState>}
      >
        {(people) => (
          <ul className={shared.rows}>
            {people.map(({ id, name, roles, teams }) => (
              <li key={id}>
                <div>
                  <h3>{name}</h3>
                  <Grants grants={[{ app, roles, teams }]} names={names} />
                </div>
              </li>
            ))}
          </ul>
        )}
      </Paged>
    </Panel>
  );
}
