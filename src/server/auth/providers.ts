/** Identity providers: those of the settings, whose secrets are sealed, and the one of the environment. */
import type { Pool, PoolClient } from 'pg';
import type { z } from 'zod';
import type { providerSettings } from '#api/access.ts';
import { openSettings, sealSettings } from '#db/connections.ts';
import { INSTANCE } from '#db/journal.ts';
import type { Instant } from '#domain/time.ts';
import type { Keyring } from '#lib/keyring.ts';

/** What is set of a provider, whole: with the secret as it is sent to it. */
export type ProviderSettings = Omit<z.output<typeof providerSettings>, 'clientSecret'> & { clientSecret: string | null };
export type Provider = ProviderSettings & { id: string; from: 'settings' | 'environment' };

type Queries = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>;

const SECRET_FIELDS = ['clientSecret'];
const placeOf = (id: string): string => `provider ${id}`;

export type Providers = {
  /** All of them, by id; one of the environment goes before one of the settings with its id. */
  all(client?: Queries): Promise<Provider[]>;
  byId(id: string): Promise<Provider | null>;
  set(client: Queries, id: string, settings: ProviderSettings, now: Instant): Promise<void>;
  remove(client: Queries, id: string): Promise<void>;
  /** How many people came in by the provider of this id, also by one that was removed since, and the issuer that said who they are; null where nobody wrote that down. */
  cameBy(id: string): Promise<{ people: number; issuer: string | null }>;
};

/** @param key those that stored secrets are sealed with; `db/secrets.ts` seals these anew with the others */
export function keepProviders(pool: Pool, key: Keyring, ofEnvironment: readonly Provider[]): Providers {
  const all = async (client: Queries = pool): Promise<Provider[]> => {
    const { rows } = await client.query<{ id: string; settings: Record<string, unknown> }>(
      'select id, settings from auth.providers order by id',
    );
    const own = rows
      .filter(({ id }) => !ofEnvironment.some((each) => each.id === id))
      .map(({ id, settings }) => ({ ...(openSettings(key, placeOf(id), settings) as ProviderSettings), id, from: 'settings' as const }));
    return [...ofEnvironment, ...own];
  };
  return {
    all,
    byId: async (id) => (await all()).find((each) => each.id === id) ?? null,
    async set(client, id, settings, now) {
      const sealed = sealSettings(key, placeOf(id), settings, SECRET_FIELDS);
      await client.query(
        `insert into auth.providers (id, settings, changed_at) values ($1, $2, $3) on conflict (id) do update set settings = excluded.settings, changed_at = excluded.changed_at`,
        [id, JSON.stringify(sealed), now],
      );
    },
    async remove(client, id) {
      await client.query('delete from auth.providers where id = $1', [id]);
    },
    async cameBy(id) {
      const { rows } = await pool.query<{ people: number; issuer: string | null }>(
        `select (select count(distinct "userId") from auth.account where "providerId" = $1)::int as people,
          (select event ->> 'issuer' from public.journal where app = $2 and kind in ('provider-set', 'provider-removed') and event ->> 'provider' = $1
           order by seq desc limit 1) as issuer`,
        [id, INSTANCE],
      );
      return rows[0] ?? { people: 0, issuer: null };
    },
  };
}
