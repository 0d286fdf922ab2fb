import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { connect } from '#db/connect.ts';
import type { Connection, ConnectOptions } from '#db/connect.ts';
import { administer, withDatabase } from './cluster.ts';

/** A database of a test's own; `url` is for a second connection or another process. `close` drops it. */
export type TestDatabase = Connection & { url: string };

/**
 * A fresh copy of the migrated database, in about 20 ms. Only in `*.db.test.ts` and `*.e2e.test.ts` files:
 *
 *     const { db, close } = await testDatabase();
 *     afterAll(close);
 */
export async function testDatabase(options: Omit<ConnectOptions, 'url'> = {}): Promise<TestDatabase> {
  const { adminUrl, template } = inject('testServer');
  const name = `${template}_${randomBytes(6).toString('hex')}`;
  await administer(adminUrl, async (admin) => {
    await admin.query(`create database ${name} template ${template} strategy file_copy`);
  });
  const url = withDatabase(adminUrl, name);
  const connection = await connect({ url, applicationName: 'signalbox-test', ...options });
  let closing: Promise<void> | null = null;
  const drop = async (): Promise<void> => {
    await connection.close();
    await administer(adminUrl, async (admin) => {
      await admin.query(`drop database if exists ${name} with (force)`);
    });
  };
  return { ...connection, url, close: () => (closing ??= drop()) };
}

/** An empty database, without our tables, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const { adminUrl, template } = inject('testServer');
  const name = `${template}_${randomBytes(6).toString('hex')}`;
  await administer(adminUrl, async (admin) => {
    await admin.query(`create database ${name} encoding 'UTF8' template template0`);
  });
  return {
    url: withDatabase(adminUrl, name),
    drop: () =>
      administer(adminUrl, async (admin) => {
        await admin.query(`drop database if exists ${name} with (force)`);
      }),
  };
}
