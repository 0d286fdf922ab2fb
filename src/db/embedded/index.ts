import { existsSync } from 'node:fs';
import { realpath, rmdir } from 'node:fs/promises';
import { Client } from 'pg';
import { quietLog } from '#lib/log.ts';
import type { Log } from '#lib/log.ts';
import { accountFor } from './account.ts';
import { findNativeFolder, usableBinaries } from './binaries.ts';
import { EMBEDDED_USER, ensureCluster } from './cluster.ts';
import { takeLock } from './lock.ts';
import { stopOrphan } from './orphan.ts';
import { expectedPlace, prepareDataDirectory, prepareSocketFolder, settlePlace, socketFolderOf } from './place.ts';
import { startPostmaster } from './postmaster.ts';
import type { Postmaster, PostmasterSetup } from './postmaster.ts';
import { EmbeddedTrouble } from './trouble.ts';
import type { EmbeddedTroubleCode } from './trouble.ts';

/** What is known of a running embedded PostgreSQL, for the log and `signalbox status`. */
export type EmbeddedInfo = {
  version: string;
  pid: number;
  account: string;
  dataDirectory: string;
  socketFolder: string;
  /** The cluster is not inside DATA_DIR, because PostgreSQL's account cannot reach that. */
  isElsewhere: boolean;
  /** The cluster was made by this start. */
  isNew: boolean;
  /** The process of an earlier run that had to be stopped first, if any. */
  stoppedOrphan: number | null;
};

/** A running embedded PostgreSQL. `url` is for this machine only: it names the socket. */
export type Embedded = { url: string; info: EmbeddedInfo; stop: () => Promise<void> };

/** @see startEmbedded */
export type EmbeddedOptions = {
  /** The data directory of the program; the cluster goes into its folder `postgres`. Made if absent. */
  dataDir: string;
  log?: Log;
  /** false: faster, and a power failure may destroy it. For tests. */
  durable?: boolean;
  /** Where the cluster goes when PostgreSQL's account cannot reach the data directory (root's home). */
  fallbackRoot?: string;
  /** Called when PostgreSQL ended by itself and cannot be started again without a person. What may pass, such as a full disk, is waited for. */
  onLost?: (error: Error) => void;
};

/** Before a PostgreSQL that ended by itself (out of memory, killed by hand, disk full) is started again: the first pause, doubled with each try up to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** One that ran for so long began well: its end is a new trouble. */
const RAN_WELL_MS = 60_000;
/** What no waiting mends. */
const NEEDS_A_PERSON: readonly EmbeddedTroubleCode[] = [
  'unsupported-platform',
  'missing-binary',
  'permission',
  'other-version',
  'not-a-cluster',
  'no-account',
  'path-too-long',
];

/**
 * Starts the embedded PostgreSQL on a data directory, as a child of this process, and makes sure that the database `signalbox` exists.
 * One process at a time may use a data directory. As root, PostgreSQL runs under the account `nobody` (or the owner of the existing data).
 * Whatever way this process ends, PostgreSQL ends too, or the next start ends it.
 *
 * @throws EmbeddedTrouble with a message for the person who started the program
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const log = options.log ?? quietLog;
  const native = findNativeFolder();
  const dataDir = await prepareDataDirectory(options.dataDir);
  const lock = await takeLock(dataDir);
  const guard = guardSignals();
  try {
    const account = accountFor((await expectedPlace(dataDir)).data);
    const place = await settlePlace(dataDir, account, options.fallbackRoot ?? '/var/lib');
    if (place.isElsewhere)
      log.info({ folder: place.base }, `the account ${account.name} cannot reach ${dataDir}, so the database is elsewhere`);
    const binaries = await usableBinaries(native, account, place.base);
    const stoppedOrphan = await stopOrphan(place.data, log);
    const isNew = await ensureCluster(place.data, binaries, account, options.durable ?? true);
    const socketFolder = await prepareSocketFolder(place.base, account);
    const setup = { binaries, account, data: place.data, socketFolder, durable: options.durable ?? true, log, onSpawned: guard.watch };

    const kept = keepRunning(await startPostmaster(setup), setup, options.onLost);
    const stop = async (): Promise<void> => {
      await kept.stop();
      guard.remove();
      // Empty now; where it is in the temporary folder nothing else would ever remove it.
      await rmdir(socketFolder).catch(() => undefined);
      await lock.release();
    };
    try {
      await ensureDatabase(socketFolder);
    } catch (error) {
      await stop();
      throw error;
    }
    return {
      url: urlFor(socketFolder, EMBEDDED_USER),
      info: {
        version: binaries.version,
        pid: kept.pid(),
        account: account.name,
        dataDirectory: place.data,
        socketFolder,
        isElsewhere: place.isElsewhere,
        isNew,
        stoppedOrphan,
      },
      stop: once(stop),
    };
  } catch (error) {
    guard.remove();
    await lock.release();
    throw error;
  }
}

/**
 * The embedded PostgreSQL of a data directory for a piece of work beside a server: that of a running server, by its socket; else it is started, and `stop` ends it.
 *
 * @throws EmbeddedTrouble when there is none in this data directory, or it cannot be started
 */
export async function reachEmbedded(
  options: Pick<EmbeddedOptions, 'dataDir' | 'log'>,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const dataDir = await realpath(options.dataDir).catch(() => options.dataDir);
  const place = await expectedPlace(dataDir);
  if (!existsSync(place.data))
    throw new EmbeddedTrouble(
      'not-a-cluster',
      `There is no database in the data directory ${dataDir}. Is DATA_DIR that of the server, or does it use DATABASE_URL?`,
    );
  try {
    return await startEmbedded(options);
  } catch (error) {
    if (!(error instanceof EmbeddedTrouble) || error.code !== 'in-use') throw error;
    return { url: urlFor(socketFolderOf(place.base), EMBEDDED_USER), stop: () => Promise.resolve() };
  }
}

/** The address of a cluster by the folder of its socket. */
export function urlFor(socketFolder: string, database: string): string {
  return `postgresql://${EMBEDDED_USER}@localhost/${database}?host=${encodeURIComponent(socketFolder)}`;
}

async function ensureDatabase(socketFolder: string): Promise<void> {
  const client = new Client({ connectionString: urlFor(socketFolder, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [EMBEDDED_USER]);
    if (rowCount === 0) await client.query(`create database ${EMBEDDED_USER}`);
  } finally {
    await client.end();
  }
}

/** Starts PostgreSQL again when it ends without having been asked to, with growing pauses, for as long as waiting may help. */
function keepRunning(
  first: Postmaster,
  setup: PostmasterSetup,
  onLost?: (error: Error) => void,
): { pid: () => number; stop: () => Promise<void> } {
  let current = first;
  let isStopping = false;
  let wakeUp: () => void = () => {};
  let restart: Promise<void> = Promise.resolve();
  let pauseMs = FIRST_PAUSE_MS;
  let begunAt = performance.now();

  const startAgain = async (): Promise<void> => {
    if (performance.now() - begunAt > RAN_WELL_MS) pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      await new Promise<void>((done) => {
        const timer = setTimeout(done, pauseMs);
        wakeUp = () => {
          clearTimeout(timer);
          done();
        };
      });
      if (isStopping) return;
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      try {
        current = await startPostmaster(setup);
        break;
      } catch (error) {
        if (error instanceof EmbeddedTrouble && NEEDS_A_PERSON.includes(error.code)) throw error;
        setup.log.error({ err: error, againInMs: pauseMs }, 'PostgreSQL cannot be started; it is tried again');
      }
    }
    begunAt = performance.now();
    setup.log.info({ pid: current.pid }, 'PostgreSQL runs again');
    watch(current);
  };
  const watch = (postmaster: Postmaster): void => {
    void postmaster.ended.then(({ code, signal }) => {
      if (isStopping || postmaster.wasAsked()) return;
      setup.log.error({ code, signal }, 'PostgreSQL ended by itself; starting it again');
      restart = startAgain().catch((error: unknown) => {
        setup.log.error({ err: error }, 'PostgreSQL cannot be started again');
        onLost?.(error instanceof Error ? error : new Error(String(error)));
      });
    });
  };
  watch(first);

  return {
    pid: () => current.pid,
    stop: async () => {
      isStopping = true;
      wakeUp();
      await restart;
      await current.stop();
    },
  };
}

type Guard = { watch: (postmaster: Postmaster) => void; remove: () => void };

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Sees to it that PostgreSQL does not outlive this process. Installed before PostgreSQL is started: a signal in between would leave an orphan.
 * While the program has no handler of its own for a signal, the signal ends PostgreSQL and then this process, as it would have without us.
 */
function guardSignals(): Guard {
  let current: Postmaster | null = null;
  const onExit = (): void => current?.signalStop();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return;
    const finish = (): void => {
      remove();
      process.kill(process.pid, signal);
    };
    if (current === null) finish();
    else void current.stop().then(finish, finish);
  };
  const remove = (): void => {
    process.removeListener('exit', onExit);
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  };
  process.on('exit', onExit);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    watch: (postmaster) => {
      current = postmaster;
    },
    remove,
  };
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return () => (running ??= action());
}
