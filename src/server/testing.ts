/** A server on a database of its own, for the tests of this room. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { openAccounts } from './auth/accounts.ts';
import type { Accounts } from './auth/accounts.ts';
import { authorityOf } from './auth/authority.ts';
import { createKey } from './auth/keys.ts';
import { newSetupToken } from './auth/setup-link.ts';
import { createServer } from './app.ts';
import type { ServerOptions } from './app.ts';
import { LIMITS } from './limits.ts';
import type { Limits } from './limits.ts';
import { quietLog } from '#lib/log.ts';
import type { Role, Scope } from '#domain/roles.ts';
import { createEngine } from '#engine/engine.ts';
import type { EngineParts } from '#engine/engine.ts';
import type { Engine } from '#engine/types.ts';
import { testDatabase } from '../../test/setup/database.ts';
import type { TestDatabase } from '../../test/setup/database.ts';

export type TestServer = {
  server: FastifyInstance;
  url: string;
  database: TestDatabase;
  accounts: Accounts;
  engine: Engine;
  /** A key with all the rights of the first admin. */
  admin: string;
  keyFor(options: { roles: Role[]; scopes: Scope[]; apps?: string[]; teams?: string[] }): Promise<string>;
  setupToken(): Promise<string>;
  close(): Promise<void>;
};

const now = (): string => new Date().toISOString();

/** What a test may have otherwise. `webRoot`: a folder of pages; none are served where it is left out. */
export type TestServerOptions = Partial<
  Pick<ServerOptions, 'webRoot' | 'limits' | 'patience' | 'trustedProxies' | 'integrations' | 'publicUrl' | 'log' | 'envelopes'>
> &
  Pick<EngineParts, 'reach' | 'keys' | 'fetch'> & {
    /** The time of the engine and of the server; that of the machine when not said. */
    clock?: EngineParts['clock'];
    /** A copy of the tests' own when not said. */
    database?: TestDatabase;
    /** The robot stands still, and nothing happens but what is asked. */
    isStill?: boolean;
  };

/** Tests ask faster than anybody may. */
const UNLIMITED: Limits = { ...LIMITS, anonymous: 1e9, credential: 1e9, reporting: 1e9, badKeys: 1e9 };

export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { webRoot = null, integrations = [], publicUrl = null, log = quietLog } = options;
  const database = options.database ?? (await testDatabase());
  const secret = 'a secret for tests, of enough length';
  const accounts = openAccounts({
    databaseUrl: database.url,
    secret,
    publicUrl,
    ...(options.keys === undefined ? {} : { keys: options.keys }),
  });
  const dataDir = await mkdtemp(join(tmpdir(), 'signalbox-server-test-'));
  const engine = createEngine({
    connection: database,
    secret,
    dataDir,
    integrations,
    clock: options.clock ?? { now },
    owner: `test ${process.pid} ${database.url}`,
    authority: (who, app) => authorityOf(accounts.pool, who, app, now()),
    log,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    ...(options.reach === undefined ? {} : { reach: options.reach }),
    ...(options.keys === undefined ? {} : { keys: options.keys }),
  });
  const server = await createServer({
    engine,
    db: database.db,
    accounts,
    integrations,
    clock: engine.clock,
    log,
    version: '0.0.0',
    publicUrl,
    webRoot,
    limits: UNLIMITED,
    ...(options.reach === undefined ? {} : { reach: options.reach }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.patience === undefined ? {} : { patience: options.patience }),
    ...(options.trustedProxies === undefined ? {} : { trustedProxies: options.trustedProxies }),
    ...(options.envelopes === undefined ? {} : { envelopes: options.envelopes }),
    checkAnswers: true,
    heartbeatMs: 200,
    sourcesMs: 100,
  });
  if (options.isStill !== true) await engine.start();
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const keyFor: TestServer['keyFor'] = async (options) => {
    const { secret } = await createKey(
      accounts.pool,
      {
        name: options.roles.join('+'),
        scopes: options.scopes,
        roles: options.roles,
        teams: options.teams ?? [],
        apps: options.apps ?? null,
        expiresAt: null,
        createdBy: { kind: 'person', id: 'test', name: 'Test' },
      },
      now(),
    );
    return secret;
  };
  return {
    server,
    url,
    database,
    accounts,
    engine,
    admin: await keyFor({ roles: ['admin', 'release-manager', 'member'], scopes: ['read', 'report', 'command', 'admin'], teams: ['*'] }),
    keyFor,
    setupToken: async () => {
      const token = await newSetupToken(accounts.pool, now());
      if (token === null) throw new Error('there is an admin already');
      return token;
    },
    close: async () => {
      await server.close();
      await engine.stop();
      await accounts.close();
      await database.close();
    },
  };
}
