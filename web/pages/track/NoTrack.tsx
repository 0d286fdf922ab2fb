/** What stands in the place of a track that there is not, with what there is. */
import { Link } from '@tanstack/react-router';
import { platformName } from '#domain/names.ts';
import page from '../../parts/Page.module.css';
import { useRoom } from '../../parts/room.ts';

export function NoTrack({ version, platform }: { version: string; platform: string }) {
  const { room } = useRoom();
  const app = room.app.id;
  return (
    <div className={page.state}>
      <h1>
        There is no {platformName(platform)} {version}
      </h1>
      <p>
        {room.app.name} ships on {room.app.platforms.map(platformName).join(', ')}. Look at{' '}
        <Link className="link" to="/$app/releases" params={{ app }}>
          its releases
        </Link>{' '}
        or go{' '}
        <Link className="link" to="/$app" params={{ app }}>
          to the control room
        </Link>
        .
      </p>
    </div>
  );
}
