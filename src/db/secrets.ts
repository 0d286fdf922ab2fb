/** Everything in the database that is sealed, so that all of it can be sealed with another key. A new kind of secret adds one entry to `PLACES`. */
import { sql } from 'kysely';
import { isSealed } from '#lib/keyring.ts';
import type { Keyring, Sealed } from '#lib/keyring.ts';
import { placeOfSetting } from './connections.ts';
import type { Db, Tx } from './transaction.ts';

/** One sealed text: the place that it is bound to. */
type Found = { place: string; sealed: Sealed };
/** A place of sealed texts: how its rows are read (and locked, to write them), and how one row is written with its texts changed. */
type Place = {
  read(db: Db, forUpdate: boolean): Promise<{ found: Found[]; write(tx: Tx, sealed: ReadonlyMap<string, Sealed>): Promise<void> }[]>;
};

const placeOfWebhook = (connection: string): string => placeOfSetting(connection, '(webhook)');

/** Settings of connections and the secrets of their webhooks. */
const connections: Place = {
  async read(db, forUpdate) {
    let query = db.selectFrom('connections').select(['id', 'settings', 'webhook']).orderBy('id');
    if (forUpdate) query = query.forUpdate();
    return (await query.execute()).map(({ id, settings, webhook }) => {
      const placed = Object.entries(settings).flatMap(([field, value]) =>
        isSealed(value) ? [{ field, place: placeOfSetting(id, field), sealed: value }] : [],
      );
      const found: Found[] = [...placed, ...(webhook === null ? [] : [{ place: placeOfWebhook(id), sealed: webhook }])];
      return {
        found,
        async write(tx, sealed) {
          const changed = Object.fromEntries(placed.map(({ field, place, sealed: before }) => [field, sealed.get(place) ?? before]));
          const of = sealed.get(placeOfWebhook(id)) ?? webhook;
          await tx
            .updateTable('connections')
            .set({ settings: JSON.stringify({ ...settings, ...changed }), webhook: of === null ? null : JSON.stringify(of) })
            .where('id', '=', id)
            .execute();
        },
      };
    });
  },
};

/** Client secrets of identity providers that were set in the settings (`server/auth/providers.ts`). */
const providers: Place = {
  async read(db, forUpdate) {
    const { rows } = await sql<{ id: string; settings: Record<string, unknown> }>`
      select id, settings from auth.providers order by id ${forUpdate ? sql`for update` : sql``}`.execute(db);
    return rows.map(({ id, settings }) => {
      const placed = Object.entries(settings).flatMap(([field, value]) =>
        isSealed(value) ? [{ field, place: placeOfSetting(`provider ${id}`, field), sealed: value }] : [],
      );
      return {
        found: placed,
        async write(tx, sealed) {
          const changed = Object.fromEntries(placed.map(({ field, place, sealed: before }) => [field, sealed.get(place) ?? before]));
          await sql`update auth.providers set settings = ${JSON.stringify({ ...settings, ...changed })} where id = ${id}`.execute(tx);
        },
      };
    });
  },
};

const PLACES: readonly Place[] = [connections, providers];

/** With which keys stored secrets are sealed. `unreadable`: their places; no key of this instance opens them. */
export type SecretsStatus = {
  from: Keyring['from'];
  current: string;
  keys: readonly { id: string; seals: number }[];
  unreadable: readonly string[];
};

/** The id under which texts are counted that were sealed before keys had ids: their key is the last, made from the secret. */
function keyIdOf(keys: Keyring, sealed: Sealed): string {
  return keys.keyOf(sealed) ?? keys.ids().at(-1) ?? '';
}

export async function secretsOf(db: Db, keys: Keyring): Promise<SecretsStatus> {
  const counts = new Map(keys.ids().map((id) => [id, 0]));
  const unreadable: string[] = [];
  for (const place of PLACES) {
    for (const { found } of await place.read(db, false)) {
      for (const each of found) {
        const id = keyIdOf(keys, each.sealed);
        if (canOpen(keys, each)) counts.set(id, (counts.get(id) ?? 0) + 1);
        else unreadable.push(each.place);
      }
    }
  }
  return { from: keys.from, current: keys.current(), keys: [...counts].map(([id, seals]) => ({ id, seals })), unreadable };
}

function canOpen(keys: Keyring, { sealed, place }: Found): boolean {
  try {
    keys.open(sealed, place);
    return true;
  } catch {
    return false;
  }
}

/** Seals with the newest key all that another has sealed, in the caller's transaction. What no key opens stays as it is. Answers how many were sealed anew. */
export async function resealAll(tx: Tx, keys: Keyring): Promise<number> {
  let count = 0;
  const current = keys.current();
  for (const place of PLACES) {
    for (const row of await place.read(tx, true)) {
      const old = row.found.filter((each) => keys.keyOf(each.sealed) !== current && canOpen(keys, each));
      if (old.length === 0) continue;
      await row.write(tx, new Map(old.map((each) => [each.place, keys.seal(keys.open(each.sealed, each.place), each.place)])));
      count += old.length;
    }
  }
  return count;
}

/** Seals the secret of a connection's webhook. */
export function sealWebhook(keys: Keyring, connection: string, secret: string): Sealed {
  return keys.seal(secret, placeOfWebhook(connection));
}

/** @throws when no key opens it */
export function openWebhookSecret(keys: Keyring, connection: string, sealed: Sealed): string {
  return keys.open(sealed, placeOfWebhook(connection));
}
