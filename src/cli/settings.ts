/** Which server the command line talks to: the environment first, then the file that `signalbox connect` writes. */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export type Settings = { url: string; key: string | null };
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the settings are kept: `~/.config/signalbox/connection.json`, or under XDG_CONFIG_HOME. */
export function settingsFile(environment: Environment): string {
  const base = environment['XDG_CONFIG_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.config') : base, 'signalbox', 'connection.json');
}

/** The server and key to use; null when none was ever named. SIGNALBOX_URL and SIGNALBOX_KEY go before the file. */
export async function readSettings(environment: Environment): Promise<Settings | null> {
  const url = environment['SIGNALBOX_URL'];
  const key = environment['SIGNALBOX_KEY'];
  const file = await readKept(settingsFile(environment));
  if (url !== undefined && url !== '') {
    // a key that was kept for one server is not sent to another
    return {
      url: addressOf(url),
      key: key === undefined || key === '' ? (file !== null && file.url === addressOf(url) ? file.key : null) : key,
    };
  }
  if (file === null) return null;
  return key === undefined || key === '' ? file : { ...file, key };
}

async function readKept(file: string): Promise<Settings | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return null;
  }
  const kept = keptIn(text);
  if (kept === null) throw new UsageError(`${file} is not what signalbox connect writes; remove it and connect again`);
  return kept;
}

/** By hand: every command reads this file, and a schema would take longer to load than all the rest. */
function keptIn(text: string): Settings | null {
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    return null;
  }
  const { url, key } = (kept ?? {}) as { url?: unknown; key?: unknown };
  return typeof url === 'string' && (key === null || typeof key === 'string') ? { url, key } : null;
}

/** Keeps the server and key for later commands; only their owner may read them. */
export async function writeSettings(environment: Environment, settings: Settings): Promise<string> {
  const file = settingsFile(environment);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, file);
  return file;
}

/** The address of a server without a slash at its end. Refuses what is none, and one with a query. */
export function addressOf(text: string): string {
  const full = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full) || !/^https?:$/.test(new URL(full).protocol))
    throw new UsageError(`"${text}" is no address of a server: it should look like http://127.0.0.1:4600`);
  const url = new URL(full);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** A wrong call or wrong input; the message is for the person. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
