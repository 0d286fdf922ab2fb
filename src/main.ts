/**
 * The one place that puts everything together: settings → database → migrations → engine with its integrations → server.
 * `node src/main.ts` runs it; `signalbox serve` does the same.
 */
import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keptSecret, readConfig, secretOf } from '#config';
import type { Config } from '#config';
import type { Finding } from '#api/doctor.ts';
import { backUp } from '#db/backup/backup.ts';
import type { BackedUp, BackupOptions } from '#db/backup/backup.ts';
import { checkFile, restore } from '#db/backup/restore.ts';
import type { Restored, RestoreOptions } from '#db/backup/restore.ts';
import { connect } from '#db/connect.ts';
import type { Connection } from '#db/connect.ts';
import { reachEmbedded, startEmbedded } from '#db/embedded/index.ts';
import type { Embedded } from '#db/embedded/index.ts';
import { sealKey } from '#db/journal.ts';
import { traceOf } from '#db/embedded/trace.ts';
import { migrate } from '#db/migrate.ts';
import { sessionName } from '#db/servers.ts';
import { examine } from '#db/views/doctor.ts';
import { createEngine } from '#engine/engine.ts';
import { integrations } from '#integrations/index.ts';
import { openEnvelope } from '#integrations/sentry/intake.ts';
import { openKeyring } from '#lib/keyring.ts';
import type { Keyring } from '#lib/keyring.ts';
import { createLog } from '#lib/log.ts';
import type { Log } from '#lib/log.ts';
import { packageRoot, packageVersion } from '#lib/package-root.ts';
import { createReach } from '#lib/reach.ts';
import { startDemo } from './sample/demo.ts';
import type { DemoWish } from './sample/demo.ts';
import { sampleIntegration } from './sample/integration.ts';
import { openPlaces } from './sample/place.ts';
import { samples } from './sample/service.ts';
import { createServer } from '#server/app.ts';
import { diagnose, ofDisk } from '#server/doctor.ts';
import type { Disk } from '#server/doctor.ts';
import { openAccounts } from '#server/auth/accounts.ts';
import { authorityOf } from '#server/auth/authority.ts';
import { sampleDsns } from '#server/auth/dsns.ts';
import { newSetupToken } from '#server/auth/setup-link.ts';

/** A running Signalbox. */
export type Running = {
  /** `http://127.0.0.1:4600` */
  url: string;
  /** The one-time link for the first admin; null once there is one. */
  setupLink: string | null;
  /** Ends everything in order; may be called again. */
  stop: () => Promise<void>;
  /** Settles when it has ended, with the reason when that was not asked for. */
  ended: Promise<Error | null>;
};

const STOP_WITHIN_MS = 15_000;

/**
 * Starts Signalbox. Whatever was started is stopped again when a later part fails.
 *
 * @throws an error whose message is for the person who started it
 */
export async function startSignalbox(config: Config, log: Log): Promise<Running> {
  const stops: (() => Promise<void>)[] = [];
  let lost: (error: Error | null) => void = () => {};
  const ended = new Promise<Error | null>((resolve) => {
    lost = resolve;
  });
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopping ??= stopAll(stops, log).then(() => lost(null)));
  try {
    const url = await databaseOf(config, log, stops, (error) => lost(error));
    const owner = `${hostname()}:${process.pid}:${randomUUID()}`;
    const connection = await connect({ url, log, applicationName: sessionName(owner) });
    stops.push(() => connection.close());
    await migrate({ pool: connection.pool, log });
    const running = await serve(config, log, { url, connection, owner }, stops);
    return { ...running, stop, ended };
  } catch (error) {
    await stopAll(stops, log);
    throw error;
  }
}

/** The address of the database: the user's own, or the embedded one, which is started. */
async function databaseOf(config: Config, log: Log, stops: (() => Promise<void>)[], onLost: (error: Error) => void): Promise<string> {
  if (config.databaseUrl !== null) return config.databaseUrl;
  const embedded: Embedded = await startEmbedded({ dataDir: config.dataDir, log, onLost });
  stops.push(() => embedded.stop());
  log.debug({ ...embedded.info }, 'the embedded PostgreSQL runs');
  return embedded.url;
}

/** Halts, leases and signs of life come through when all else waits for the database. */
const URGENT = { poolSize: 4, statementTimeoutMs: 5000, lockTimeoutMs: 5000, connectWithinMs: 5000 };

type Base = { url: string; connection: Connection; owner: string };

async function serve(
  config: Config,
  log: Log,
  { url: databaseUrl, connection, owner }: Base,
  stops: (() => Promise<void>)[],
): Promise<{ url: string; setupLink: string | null }> {
  const secret = secretOf(config);
  const keys = openKeyring(config.keys, secret);
  warnOfKeys(config, keys, log);
  const reach = createReach({ permitted: config.permitted });
  const places = openPlaces(join(config.dataDir, 'sample'));
  const urgent = await connect({ url: databaseUrl, log, applicationName: sessionName(owner), ...URGENT });
  stops.push(() => urgent.close());
  // What people look at waits for none of the engine's work, and holds up none of it.
  const reading = await connect({ url: databaseUrl, log, applicationName: sessionName(owner) });
  stops.push(() => reading.close());
  let address: string | null = null;
  const accounts = openAccounts({
    databaseUrl,
    secret,
    publicUrl: config.publicUrl,
    sessions: config.sessions,
    keys,
    providers: config.provider === null ? [] : [{ ...config.provider, from: 'environment' }],
  });
  const engine = createEngine({
    connection,
    urgent,
    about: { version: packageVersion(), address: () => address },
    secret,
    keys,
    reach,
    dataDir: config.dataDir,
    integrations: [...integrations, sampleIntegration(places)],
    clock: { now: () => new Date().toISOString() },
    owner,
    authority: (who, app) => authorityOf(accounts.pool, who, app, new Date().toISOString()),
    log,
  });
  stops.push(() => accounts.close());
  const sample = samples({
    engine,
    places,
    exists: (app) => engine.hasApp(app),
    dsns: sampleDsns(accounts.pool, engine.clock),
    log,
  });
  const webRoot = join(packageRoot(), 'dist', 'web');
  const server = await createServer({
    engine,
    db: reading.db,
    accounts,
    integrations,
    sample,
    clock: engine.clock,
    disk: () => diskOf(config.dataDir),
    log,
    version: packageVersion(),
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    reach,
    envelopes: openEnvelope,
    webRoot: existsSync(join(webRoot, 'index.html')) ? webRoot : null,
  });
  stops.push(() => server.close());
  stops.push(() => engine.stop());
  await engine.start();
  stops.push(() => sample.stop());
  await sample.start();
  const listening = await listen(config, (options) => server.listen(options));
  address = listening;
  const url = config.publicUrl ?? listening;
  const token = await newSetupToken(accounts.pool, engine.clock.now());
  return { url, setupLink: token === null ? null : `${url}/setup#token=${token}` };
}

/** With the embedded database in the same directory, whoever copies it has the secrets and what opens them. */
function warnOfKeys(config: Config, keys: Keyring, log: Log): void {
  if (keys.from !== 'file' || config.databaseUrl !== null || !config.keys.file.startsWith(config.dataDir + sep)) return;
  // who serves others has backups that others may see; on one's own machine it is worth knowing, and no more
  const isServing = config.permitted.addresses.length === 0;
  log[isServing ? 'warn' : 'debug'](
    { file: config.keys.file },
    'the keys for stored secrets lie beside the database: a copy of the data directory has both. Set SIGNALBOX_KEY_FILE to a place that its backups leave out',
  );
}

async function listen(config: Config, start: (options: { host: string; port: number }) => Promise<string>): Promise<string> {
  try {
    return await start({ host: config.host, port: config.port });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EADDRINUSE')
      throw new Error(
        `port ${config.port} on ${config.host} is taken by another program: stop it, or set PORT to another port (0 takes any free one)`,
        { cause: error },
      );
    if (code === 'EACCES') throw new Error(`this user may not use port ${config.port}: set PORT to 1024 or higher`, { cause: error });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Error(`HOST "${config.host}" is no address of this machine: 127.0.0.1 serves this machine, 0.0.0.0 all networks`, {
        cause: error,
      });
    throw error;
  }
}

/** The last that was started ends first: the server, the engine, the accounts, the database. */
async function stopAll(stops: (() => Promise<void>)[], log: Log): Promise<void> {
  for (const stop of stops.splice(0).reverse()) {
    try {
      await stop();
    } catch (error) {
      log.error({ err: error }, 'something did not end as it should');
    }
  }
}

/**
 * Runs Signalbox until it is told to end by a signal, or loses its database for good.
 *
 * @param say receives the lines for the person who started it
 * @throws an error whose message is for that person when it cannot start, or ended by itself
 */
export async function runSignalbox(environment: Readonly<Record<string, string | undefined>>, say: (line: string) => void): Promise<void> {
  const config = readConfig(environment);
  const log = createLog({ level: config.logLevel, forPeople: process.stderr.isTTY });
  // installed before anything starts: a signal in between must not leave a database behind
  const signals = (['SIGINT', 'SIGTERM'] as const).map((signal) => ({ signal, wanted: Promise.withResolvers<void>() }));
  const first = Promise.race(signals.map(({ wanted }) => wanted.promise));
  const handlers = signals.map(({ signal, wanted }) => ({ signal, handler: () => wanted.resolve() }));
  for (const { signal, handler } of handlers) process.on(signal, handler);
  try {
    const running = await startSignalbox(config, log);
    say(`Signalbox ${packageVersion()} at ${running.url}`);
    if (running.setupLink !== null) {
      say('');
      say('There is no admin yet. Make the first one with this link, which works once:');
      say(`  ${running.setupLink}`);
      say(`or from the command line: signalbox connect --setup-link "${running.setupLink}"`);
    }
    const reason = await Promise.race([running.ended, first.then(() => null)]);
    const late = setTimeout(() => {
      log.error('it did not end in time');
      process.exit(1);
    }, STOP_WITHIN_MS);
    await running.stop();
    clearTimeout(late);
    if (reason !== null) throw reason;
  } finally {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  }
}

async function diskOf(folder: string): Promise<Disk | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { folder, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return null;
  }
}

/**
 * What can be seen of an instance from its machine without its server: who holds the data directory, whether a database runs there and what is in it, the disk.
 *
 * @throws an error whose message is for the person who asked, when the settings are wrong
 */
export async function examineHere(environment: Readonly<Record<string, string | undefined>>): Promise<{ findings: readonly Finding[] }> {
  const config = readConfig(environment);
  const disk = await diskOf(config.dataDir);
  const trace = config.databaseUrl === null ? await traceOf(config.dataDir) : null;
  const url = config.databaseUrl ?? trace?.url ?? null;
  const findings: Finding[] = trace === null ? [] : [processFinding(config.dataDir, trace)];
  if (url === null)
    findings.push({
      area: 'database',
      level: 'act',
      says: `no PostgreSQL runs on ${config.dataDir}${trace?.hasCluster === true ? '; its data is there' : ', and there is no data yet'}`,
      todo: 'start the server, which starts it: signalbox serve. Or set DATABASE_URL or DATA_DIR as the server has them',
    });
  else findings.push(...(await findingsIn(url, disk)));
  if (disk !== null && !findings.some(({ area }) => area === 'disk')) findings.push(ofDisk(disk));
  return { findings };
}

function processFinding(dataDir: string, { holder }: { holder: number | null }): Finding {
  return holder === null
    ? { area: 'processes', level: 'act', says: `no server uses ${dataDir}`, todo: 'start it: signalbox serve' }
    : {
        area: 'processes',
        level: 'look',
        says: `process ${holder} uses ${dataDir}`,
        todo: 'if it does not answer: see its log, and whether it is stopped (kill -CONT) or at the limit of its machine',
      };
}

async function findingsIn(url: string, disk: Disk | null): Promise<readonly Finding[]> {
  try {
    const connection = await connect({
      url,
      applicationName: 'signalbox doctor',
      poolSize: 2,
      connectWithinMs: 5000,
      statementTimeoutMs: 5000,
    });
    try {
      return diagnose(await examine(connection.db), disk);
    } finally {
      await connection.close();
    }
  } catch (error) {
    return [
      {
        area: 'database',
        level: 'act',
        says: error instanceof Error ? error.message : String(error),
        todo: 'bring it back; nothing accepted is lost, and the servers go on by themselves when it answers',
      },
    ];
  }
}

/**
 * Runs a Signalbox of its own with the sample in it until it is told to end: on this machine only, in a folder that is thrown away unless one is named.
 *
 * @throws an error whose message is for the person who asked
 */
export async function runDemo(
  options: DemoWish & { data?: string | undefined; port?: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<void> {
  const folder = options.data ?? mkdtempSync(join(tmpdir(), 'signalbox-demo-'));
  const { data: _, port = '0', ...wish } = options;
  const config = readConfig({
    PATH: environment['PATH'],
    LOG_LEVEL: environment['LOG_LEVEL'] ?? 'warn',
    DATA_DIR: folder,
    HOST: '127.0.0.1',
    PORT: port,
  });
  const stop = Promise.withResolvers<null>();
  const end = (): void => stop.resolve(null);
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, end);
  try {
    say('Starting a Signalbox of its own …');
    const server = await startSignalbox(config, createLog({ level: config.logLevel, forPeople: process.stderr.isTTY }));
    try {
      const playing = startDemo(server, folder, wish, (line) => say(`  ${line}`));
      const demo = await Promise.race([playing, stop.promise]);
      if (demo === null) return;
      say('');
      say(`The sample stands at ${demo.url}/${demo.app}. All people and numbers in it are invented.`);
      say('This link signs you in as its release manager; it works once, and on this machine only:');
      say(`  ${demo.link}`);
      say('Ctrl-C ends it.');
      const reason = await Promise.race([server.ended, stop.promise]);
      await demo.stop();
      if (reason !== null) throw reason;
    } finally {
      await server.stop();
    }
  } finally {
    for (const signal of signals) process.off(signal, end);
    if (options.data === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A server that starts at the same time answers within this. */
const PATIENCE_MS = 10_000;

/**
 * Backs up the database of the server with these settings, whether that runs or not.
 *
 * @throws an error whose message is for the person who asked
 */
export async function runBackup(wish: Pick<BackupOptions, 'file' | 'overwrite'>, environment: Environment): Promise<BackedUp> {
  const config = readConfig(environment);
  const secret = keptSecret(config);
  if (secret === null)
    throw new Error(
      `There is no secret in ${config.dataDir}, and SIGNALBOX_SECRET is not set: a backup is signed with it. Use the settings that the server has.`,
    );
  const log = createLog({ level: config.logLevel, forPeople: process.stderr.isTTY });
  const database =
    config.databaseUrl === null
      ? await reachEmbedded({ dataDir: config.dataDir, log })
      : { url: config.databaseUrl, stop: () => Promise.resolve() };
  try {
    const common = { key: sealKey(secret), product: packageVersion(), now: new Date().toISOString(), patienceMs: PATIENCE_MS };
    return await backUp({ ...wish, ...common, url: database.url });
  } finally {
    await database.stop();
  }
}

/** What is asked of a restore; `check`: the file is only looked at. */
export type RestoreWish = Omit<RestoreOptions, 'url' | 'key' | 'now' | 'patienceMs'> & { check: boolean };

/**
 * Restores a backup into the database of the server with these settings, which must not run; or checks the file alone.
 *
 * @throws an error whose message is for the person who asked; the database is then as it was
 */
export async function runRestore(
  { check, ...wish }: RestoreWish,
  environment: Environment,
): Promise<Pick<Restored, 'manifest'> & Partial<Restored>> {
  const config = readConfig(environment);
  const secret = keptSecret(config);
  const given = { ...wish, key: secret === null ? null : sealKey(secret), now: new Date().toISOString() };
  // Before a database is started, or made: a file that is no use leaves no trace.
  const { manifest } = await checkFile(given);
  if (check) return { manifest };
  const log = createLog({ level: config.logLevel, forPeople: process.stderr.isTTY });
  const stops: (() => Promise<void>)[] = [];
  try {
    const url = await databaseOf(config, log, stops, (error) => log.error({ err: error }, 'the database ended'));
    return await restore({ ...given, url });
  } finally {
    await stopAll(stops, log);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await runSignalbox(process.env, (line) => void process.stdout.write(`${line}\n`));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
