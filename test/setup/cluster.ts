import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { connect } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { migrate } from '#db/migrate.ts';

/** What the tests are told of the server: where to create databases, and the migrated one to copy. */
export type TestServer = { adminUrl: string; template: string };

declare module 'vitest' {
  export interface ProvidedContext {
    testServer: TestServer;
  }
}

/**
 * Before the tests of a project: a PostgreSQL for them, with one migrated database that each test file copies.
 * TEST_DATABASE_URL names a server to use in place of an embedded one; its user must be allowed to create databases.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await serverForTests();
  const template = `signalbox_test_${process.pid}_${project.name}`;
  const stop = async (): Promise<void> => {
    await administer(server.url, (admin) => dropAll(admin, template));
    await server.stop();
  };
  try {
    await makeTemplate(server.url, template);
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('testServer', { adminUrl: server.url, template });
  return stop;
}

async function makeTemplate(url: string, template: string): Promise<void> {
  await administer(url, async (admin) => {
    await admin.query(`create database ${template} encoding 'UTF8' template template0`);
  });
  const connection = await connect({ url: withDatabase(url, template) });
  try {
    await migrate({ pool: connection.pool });
  } finally {
    await connection.close();
  }
  await administer(url, async (admin) => {
    // A database that someone is connected to cannot be copied; so nobody may be.
    await admin.query(`alter database ${template} with is_template true allow_connections false`);
  });
}

/** The URL of another database on the same server. */
export function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** Runs statements that no pool can: as its own connection to the server, closed afterwards. */
export async function administer(url: string, work: (admin: Client) => Promise<void>): Promise<void> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

async function serverForTests(): Promise<{ url: string; stop: () => Promise<void> }> {
  const url = process.env['TEST_DATABASE_URL'];
  if (url !== undefined && url !== '') return { url, stop: async () => undefined };

  const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  // As root, PostgreSQL runs under another account, which must be able to enter.
  await chmod(folder, 0o755);
  const embedded = await startEmbedded({ dataDir: folder, durable: false, fallbackRoot: folder });
  return {
    url: embedded.url,
    stop: async () => {
      await embedded.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Drops the template and every copy that a test file did not close. */
async function dropAll(admin: Client, template: string): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>('select datname from pg_database where datname = $1 or datname like $2', [
    template,
    `${template}_%`,
  ]);
  for (const { datname } of rows) {
    await admin.query(`alter database "${datname}" with is_template false`);
    await admin.query(`drop database "${datname}" with (force)`);
  }
}
