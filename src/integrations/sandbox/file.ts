/** The file that holds a sandbox world, so that it outlives its process. One process at a time. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { stateSchema } from './world/state.ts';
import type { State } from './world/state.ts';

/** Reads the world in `file`; null where there is none yet. Refuses a file that holds anything else. */
export function readState(file: string): State | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new Error(`the sandbox's file ${file} cannot be read: ${wordsOf(error)}`, { cause: error });
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? error.issues[0]
          ? `${error.issues[0].path.join('.')}: ${error.issues[0].message}`
          : 'unknown shape'
        : wordsOf(error);
    throw new Error(`${file} is not a sandbox's file (${why}): name another file, or move this one away`, { cause: error });
  }
}

/** Writes the world so that after any crash the file holds it whole, as it was or as it is. */
export function writeState(file: string, state: State): void {
  const beside = `${file}.new`;
  const handle = openSync(beside, 'w', 0o600);
  try {
    writeFileSync(handle, JSON.stringify(state));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(beside, file);
}

/**
 * Claims `file` for this process, and answers how to give it back. A claim of a process that is gone counts for nothing.
 * Refuses a file that another living process serves: two would overwrite each other's world.
 */
export function claim(file: string): () => void {
  const lock = `${file}.lock`;
  mkdirSync(dirname(lock), { recursive: true });
  for (let tries = 0; tries < 3; tries++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw new Error(`the sandbox's file ${file} cannot be claimed: ${wordsOf(error)}`, { cause: error });
    }
    const holder = holderOf(lock);
    if (holder !== null && isAlive(holder))
      throw new Error(`another sandbox (process ${holder}) serves ${file} already: use that one, or name another file`);
    rmSync(lock, { force: true });
  }
  throw new Error(`${lock} comes back as often as it is removed: another sandbox is starting on ${file}`);
}

function holderOf(lock: string): number | null {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
