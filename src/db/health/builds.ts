/** The builds that are known of each track: what a vendor's number of a version is found by. */
import { sql } from 'kysely';
import type { Db } from '../transaction.ts';

/** Every track of an app with the numbers of its builds: those that were reported, and those that roll-ups told of. */
export async function buildsByTrack(db: Db, app: string): Promise<{ platform: string; version: string; builds: string[] }[]> {
  const { rows } = await sql<{ platform: string; version: string; builds: string[] }>`
    select t.platform, t.version, coalesce(array_agg(distinct b.number) filter (where b.number is not null), '{}') as builds
    from tracks t left join (
      select platform, version, number from builds where app = ${app}
      union select platform, version, build from health_series where app = ${app} and build <> ''
    ) b on b.platform = t.platform and b.version = t.version
    where t.app = ${app} group by t.platform, t.version order by t.platform, t.version`.execute(db);
  return rows;
}
