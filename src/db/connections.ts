/** Connections of apps to integrations. Secret settings are sealed with a key that is not in the database. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Instant } from '#domain/time.ts';
import type { ActorStamp } from './schema.ts';
import type { Db, Tx } from './transaction.ts';

/** The key for secret settings, made from the instance's secret. */
export type SettingsKey = Buffer;

export function settingsKey(secret: string): SettingsKey {
  return Buffer.from(hkdfSync('sha256', secret, '', 'signalbox connection settings', 32));
}

type Sealed = { sealed: string };

function isSealed(value: unknown): value is Sealed {
  return (
    typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string' && Object.keys(value).length === 1
  );
}

/** AES-256-GCM; `about` binds the text to its place, so that a sealed value moved into another row cannot be opened. */
function sealText(key: SettingsKey, text: string, about: string): Sealed {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return { sealed: Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64') };
}

function openText(key: SettingsKey, { sealed }: Sealed, about: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
    .setAAD(Buffer.from(about))
    .setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
}

/** The settings with the values of secret fields sealed. */
export function sealSettings(
  key: SettingsKey,
  connection: string,
  settings: Record<string, unknown>,
  secretFields: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([field, value]) => [
      field,
      secretFields.includes(field) && value !== undefined && value !== null
        ? sealText(key, JSON.stringify(value), `${connection}.${field}`)
        : value,
    ]),
  );
}

/** The settings as they were given. @throws when the key is not the one that sealed them */
export function openSettings(key: SettingsKey, connection: string, settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([field, value]) => {
      if (!isSealed(value)) return [field, value];
      try {
        return [field, JSON.parse(openText(key, value, `${connection}.${field}`)) as unknown];
      } catch (cause) {
        throw new Error(
          `the secret "${field}" of connection ${connection} cannot be opened: was the instance's secret changed? Connect it anew`,
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

export async function removeConnection(tx: Tx, id: string, at: Instant): Promise<void> {
  await tx.updateTable('connections').set({ removed_at: at, settings: '{}' }).where('id', '=', id).execute();
}
