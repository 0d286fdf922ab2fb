/** Connections of apps to integrations. Secret settings are sealed with keys that are not in the database. */
import { isSealed } from '#lib/keyring.ts';
import type { Keyring, Sealed } from '#lib/keyring.ts';
import type { Instant } from '#domain/time.ts';
import type { ActorStamp } from './schema.ts';
import type { Db, Tx } from './transaction.ts';

/** Where a secret setting stands: sealed for there, it cannot be opened elsewhere. */
export function placeOfSetting(connection: string, field: string): string {
  return `${connection}.${field}`;
}

/** The settings with the values of secret fields sealed. */
export function sealSettings(
  keys: Keyring,
  connection: string,
  settings: Record<string, unknown>,
  secretFields: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([field, value]) => [
      field,
      secretFields.includes(field) && value !== undefined && value !== null
        ? keys.seal(JSON.stringify(value), placeOfSetting(connection, field))
        : value,
    ]),
  );
}

/** The settings as they were given. @throws when no key opens them */
export function openSettings(keys: Keyring, connection: string, settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([field, value]) => {
      if (!isSealed(value)) return [field, value];
      try {
        return [field, JSON.parse(keys.open(value, placeOfSetting(connection, field))) as unknown];
      } catch (cause) {
        throw new Error(
          `the secret "${field}" of connection ${connection} cannot be opened: were the instance's keys or its secret changed? Connect it anew`,
          { cause },
        );
      }
    }),
  );
}

export type StoredConnection = {
  id: string;
  app: string;
  integration: string;
  settings: Record<string, unknown>;
  serves: readonly string[];
  at: Instant;
};

export async function insertConnection(tx: Tx, connection: StoredConnection, by: ActorStamp, recordedAt: Instant): Promise<void> {
  const { id, app, integration, settings, serves, at } = connection;
  await tx
    .insertInto('connections')
    .values({
      id,
      app,
      integration,
      settings: JSON.stringify(settings),
      serves: [...serves],
      created_by: JSON.stringify(by),
      at,
      recorded_at: recordedAt,
      removed_at: null,
    })
    .execute();
}

/** Connections that are not removed: of one app, or of all. */
export async function connectionsOf(db: Db, app?: string): Promise<StoredConnection[]> {
  let query = db
    .selectFrom('connections')
    .select(['id', 'app', 'integration', 'settings', 'serves', 'at'])
    .where('removed_at', 'is', null)
    .orderBy('at')
    .orderBy('id');
  if (app !== undefined) query = query.where('app', '=', app);
  return query.execute();
}

export async function connectionOf(db: Db, id: string): Promise<StoredConnection | null> {
  const row = await db
    .selectFrom('connections')
    .select(['id', 'app', 'integration', 'settings', 'serves', 'at'])
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

/** Writes the settings of a connection over: secrets sealed. */
export async function updateConnection(tx: Tx, id: string, settings: Record<string, unknown>, serves: readonly string[]): Promise<void> {
  await tx
    .updateTable('connections')
    .set({ settings: JSON.stringify(settings), serves: [...serves] })
    .where('id', '=', id)
    .execute();
}

export async function removeConnection(tx: Tx, id: string, at: Instant): Promise<void> {
  await tx.updateTable('connections').set({ removed_at: at, settings: '{}', webhook: null }).where('id', '=', id).execute();
}

/* ---- webhooks ---- */

/** The sealed secret of a connection's webhook; null where nobody may wake it, or there is no such connection of the app. */
export async function webhookOf(db: Db, app: string, id: string): Promise<Sealed | null> {
  const row = await db
    .selectFrom('connections')
    .select('webhook')
    .where('id', '=', id)
    .where('app', '=', app)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return row?.webhook ?? null;
}

export async function setWebhook(tx: Tx, id: string, secret: Sealed | null): Promise<void> {
  await tx
    .updateTable('connections')
    .set({ webhook: secret === null ? null : JSON.stringify(secret) })
    .where('id', '=', id)
    .execute();
}

/** Remembers a message and forgets those from before `before`; false when it was heard already. */
export async function hearDelivery(db: Db, connection: string, id: string, at: Instant, before: Instant): Promise<boolean> {
  await db.deleteFrom('webhook_deliveries').where('recorded_at', '<', before).execute();
  const written = await db
    .insertInto('webhook_deliveries')
    .values({ connection, id, recorded_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (written.numInsertedOrUpdatedRows ?? 0n) > 0n;
}
