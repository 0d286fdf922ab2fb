import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashOf } from './place.ts';
import { EmbeddedTrouble } from './trouble.ts';

/** Held while this process uses a data directory. */
export type Lock = { release: () => Promise<void> };

/**
 * Takes the data directory for this process alone. The lock is a listening socket: bound atomically, and freed by the system however the process ends,
 * so nothing stale can stay behind (on Linux, where the name is in the abstract namespace; elsewhere a socket file that nobody answers on is removed).
 * Refuses while another process holds it, naming that process. Processes in different network namespaces (containers) do not see each other's locks.
 */
export async function takeLock(dataDir: string): Promise<Lock> {
  const address = addressOf(dataDir);
  for (let attempt = 1; ; attempt += 1) {
    const server = await listen(address);
    if (server !== null) return { release: () => new Promise((done) => server.close(() => done())) };

    const holder = await askHolder(address);
    if (holder !== null || attempt === 5) {
      const who = holder === null ? 'Another process' : `Another copy of Signalbox (process ${holder})`;
      throw new EmbeddedTrouble(
        'in-use',
        `${who} is already using the data directory ${dataDir}. Stop it first, or give this one its own DATA_DIR.`,
      );
    }
    if (process.platform !== 'linux') await rm(address, { force: true });
  }
}

/** The process that uses a data directory now; null when none does. */
export async function holderOf(dataDir: string): Promise<number | null> {
  return askHolder(addressOf(dataDir));
}

function addressOf(dataDir: string): string {
  return process.platform === 'linux' ? `\0signalbox-${hashOf(dataDir)}` : join(tmpdir(), `signalbox-${hashOf(dataDir)}.lock`);
}

/** The listening server, or null when the name is taken. */
function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end(String(process.pid));
    });
    server.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(address, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** The process id that the holder answers, or null when it does not answer within a second or is gone. */
function askHolder(address: string): Promise<number | null> {
  return new Promise((resolve) => {
    const socket = connect(address);
    let answer = '';
    socket.setEncoding('utf8').setTimeout(1000, () => socket.destroy());
    socket.on('data', (text: string) => (answer += text));
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(/^\d+$/.test(answer) ? Number(answer) : null));
  });
}
