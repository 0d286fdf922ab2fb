import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { LOG_LEVELS } from '#lib/log.ts';
import type { LogLevel } from '#lib/log.ts';
import { packageRoot } from '#lib/package-root.ts';
import { kindOfAddress, rangeIn } from '#lib/addresses.ts';
import { keyIn } from '#lib/keyring.ts';
import type { KeySource } from '#lib/keyring.ts';
import { permissionIn } from '#lib/reach.ts';
import type { Permitted } from '#lib/reach.ts';

/** The settings of the program that come from its environment. Everything else is in the database and has a form. */
export type Config = {
  /** A PostgreSQL server of the user's own; null for the embedded one. */
  databaseUrl: string | null;
  /** Absolute path of the data directory: the embedded database, the mirrors of repositories, the secret. */
  dataDir: string;
  host: string;
  /** 0: any free port. */
  port: number;
  /** What people put before a path to reach this server, without a slash at the end; null: http, host and port as they are. */
  publicUrl: string | null;
  logLevel: LogLevel;
  /** How long a session may go unused, and how long it may last at all. */
  sessions: { idleHours: number; longestHours: number };
  /** The identity provider of the environment; null where none is set. Others are set in the settings. */
  provider: EnvironmentProvider | null;
  /** SIGNALBOX_SECRET; null: the one kept in the data directory (`keptSecret`). */
  secret: string | null;
  /** Where the keys for stored secrets come from. */
  keys: KeySource;
  /** What may be reached beyond the open internet (`docs/adr/0017`). */
  permitted: Permitted;
  /** Addresses and ranges of proxies whose word about a caller's address counts. */
  trustedProxies: readonly string[];
};

/** An identity provider (OpenID Connect) by which people sign in, as the environment has it. */
export type EnvironmentProvider = {
  id: string;
  name: string;
  issuer: string;
  clientId: string;
  clientSecret: string | null;
  scopes: string[];
  domains: string[];
  grants: { app: string; roles: 'viewer'[]; teams: string[] }[];
  linksAccounts: boolean;
  groups: null;
};

/** A setting is wrong. The message names the variable, what it was, and what would be right. */
export class ConfigTrouble extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConfigTrouble';
  }
}

const LEAST_SECRET_LENGTH = 32;

const hours = z
  .string()
  .refine((text) => /^\d{1,4}$/.test(text) && Number(text) >= 1, 'it should be a whole number of hours from 1 to 9999')
  .transform(Number);
const words = z.string().transform((text) =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
);

const settings = z.object({
  DATABASE_URL: z
    .string()
    .refine((text) => /^postgres(ql)?:$/.test(protocolOf(text)), 'it should look like postgresql://user:password@host:5432/signalbox')
    .optional(),
  DATA_DIR: z.string().optional(),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, 'it should be an address or a host name such as 127.0.0.1 or 0.0.0.0, without a port')
    .default('127.0.0.1'),
  PORT: z
    .string()
    .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'it should be a whole number from 0 (any free port) to 65535')
    .transform(Number)
    .default(4600),
  PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, 'it should look like https://signalbox.example.com, without query or fragment')
    .transform((text) => text.replace(/\/+$/, ''))
    .optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `it should be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  SESSION_IDLE_HOURS: hours.default(72),
  SESSION_LONGEST_HOURS: hours.default(336),
  OIDC_ISSUER: z
    .string()
    .refine((text) => /^https?:$/.test(protocolOf(text)), 'it should look like https://id.example.com')
    .optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().max(60, 'it should have at most 60 characters').optional(),
  OIDC_SCOPES: words.optional(),
  OIDC_DOMAINS: words
    .refine(
      (domains) => domains.every((domain) => /^[a-z0-9.-]+\.[a-z]{2,}$/.test(domain)),
      'it should be domains such as example.com, between commas',
    )
    .optional(),
  OIDC_LINKS_ACCOUNTS: z.enum(['yes', 'no'], { error: 'it should be yes or no' }).default('no'),
  SIGNALBOX_SECRET: z
    .string()
    .min(LEAST_SECRET_LENGTH, `it should have at least ${LEAST_SECRET_LENGTH} characters: openssl rand -base64 48`)
    .optional(),
  SIGNALBOX_KEYS: z
    .string()
    .transform(listed)
    .refine(
      (keys) => keys.every((key) => keyIn(key) !== null),
      'each key should be 32 bytes in base64, the newest first: openssl rand -base64 32',
    )
    .optional(),
  SIGNALBOX_KEY_FILE: z.string().optional(),
  ALLOW_PRIVATE_ADDRESSES: z
    .string()
    .transform((text) => (text.trim() === 'none' ? [] : listed(text)))
    .refine(
      (list) => list.every((each) => permissionIn(each) !== null),
      'it should be none, or a list of loopback, private, ranges such as 10.0.0.0/8 and hosts such as git.corp.example, between commas',
    )
    .optional(),
  LOCAL_REPOSITORIES: z
    .string()
    .transform((text) => (text.trim() === 'any' ? ('any' as const) : text.trim() === 'none' ? [] : listed(text)))
    .refine(
      (list) => list === 'any' || list.every((each) => isAbsolute(each)),
      'it should be any, none, or folders with their whole path, between commas',
    )
    .optional(),
  TRUSTED_PROXIES: z
    .string()
    .transform((text) => listed(text).flatMap((each) => (each === 'loopback' ? ['127.0.0.0/8', '::1'] : [each])))
    .refine(
      (list) => list.every((each) => rangeIn(each) !== null),
      'it should be addresses or ranges such as 10.0.0.0/8, or loopback, between commas',
    )
    .default([]),
});

/** Variables whose value must not be repeated in a message. */
const HIDDEN = new Set(['DATABASE_URL', 'OIDC_CLIENT_SECRET', 'SIGNALBOX_SECRET', 'SIGNALBOX_KEYS']);

/**
 * Reads the settings from the environment; the only place that does. An empty variable counts as absent. Reads no file and writes none.
 *
 * @throws ConfigTrouble that names every wrong variable
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    throw new ConfigTrouble(
      parsed.error.issues
        .map(({ path, message }) => {
          const name = String(path[0]);
          return `${name}${HIDDEN.has(name) ? '' : ` is "${given[name]}"`}: ${message}`;
        })
        .join('\n'),
    );
  }
  const { DATABASE_URL, DATA_DIR, HOST, PORT, PUBLIC_URL, LOG_LEVEL, SIGNALBOX_SECRET } = parsed.data;
  const dataDir = resolve(DATA_DIR ?? defaultDataDir(environment));
  const { SIGNALBOX_KEYS, SIGNALBOX_KEY_FILE, ALLOW_PRIVATE_ADDRESSES, LOCAL_REPOSITORIES, TRUSTED_PROXIES } = parsed.data;
  const isForItself = isOfThisMachine(HOST) && (PUBLIC_URL === undefined || isOfThisMachine(new URL(PUBLIC_URL).hostname));
  return {
    databaseUrl: DATABASE_URL ?? null,
    dataDir,
    host: HOST,
    port: PORT,
    publicUrl: PUBLIC_URL ?? null,
    logLevel: LOG_LEVEL,
    sessions: sessionsOf(parsed.data),
    provider: providerOf(parsed.data),
    secret: SIGNALBOX_SECRET ?? null,
    keys: {
      given: SIGNALBOX_KEYS ?? [],
      file: SIGNALBOX_KEY_FILE === undefined ? join(dataDir, 'keys') : resolve(SIGNALBOX_KEY_FILE),
      // processes that share a secret by their environment must not each make a key of their own
      isMade: SIGNALBOX_KEYS === undefined && (SIGNALBOX_SECRET === undefined || SIGNALBOX_KEY_FILE !== undefined),
    },
    permitted: {
      addresses: ALLOW_PRIVATE_ADDRESSES ?? (isForItself ? ['loopback', 'private'] : []),
      directories: LOCAL_REPOSITORIES ?? (isForItself ? 'any' : []),
    },
    trustedProxies: TRUSTED_PROXIES,
  };
}

type Given = z.output<typeof settings>;

function sessionsOf({ SESSION_IDLE_HOURS: idleHours, SESSION_LONGEST_HOURS: longestHours }: Given): Config['sessions'] {
  if (idleHours > longestHours)
    throw new ConfigTrouble(`SESSION_IDLE_HOURS is "${idleHours}": it should be at most SESSION_LONGEST_HOURS, which is ${longestHours}`);
  return { idleHours, longestHours };
}

function providerOf(given: Given): EnvironmentProvider | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret, PUBLIC_URL } = given;
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) return null;
  const missing = [
    ...(issuer === undefined ? ['OIDC_ISSUER'] : []),
    ...(clientId === undefined ? ['OIDC_CLIENT_ID'] : []),
    ...(PUBLIC_URL === undefined ? ['PUBLIC_URL'] : []),
  ];
  if (issuer === undefined || clientId === undefined || missing.length > 0)
    throw new ConfigTrouble(
      `${missing.join(', ')}: needed for signing in by an identity provider (OIDC_ISSUER, OIDC_CLIENT_ID and PUBLIC_URL)`,
    );
  return {
    id: 'company',
    name: given.OIDC_NAME ?? new URL(issuer).hostname,
    issuer,
    clientId,
    clientSecret: clientSecret ?? null,
    scopes: given.OIDC_SCOPES ?? ['openid', 'profile', 'email'],
    domains: given.OIDC_DOMAINS ?? [],
    grants: [],
    linksAccounts: given.OIDC_LINKS_ACCOUNTS === 'yes',
    groups: null,
  };
}

/**
 * The secret that sessions are signed with: SIGNALBOX_SECRET, or the one kept in the data directory, which is made the first time (only its
 * owner may read it). Losing it logs everybody out. Of two processes that start together, both get the same.
 */
export function secretOf(config: Pick<Config, 'secret' | 'dataDir'>): string {
  if (config.secret !== null) return config.secret;
  const file = join(config.dataDir, 'secret');
  try {
    return readSecret(file) ?? makeSecret(config.dataDir, file);
  } catch (cause) {
    if (cause instanceof ConfigTrouble) throw cause;
    throw new ConfigTrouble(
      `The secret in ${file} cannot be read or made: ${(cause as Error).message}. Set SIGNALBOX_SECRET, or DATA_DIR to a folder that this account may write.`,
      { cause },
    );
  }
}

/** The secret if there is one; null where none was made yet. @throws ConfigTrouble when it cannot be read */
export function keptSecret(config: Pick<Config, 'secret' | 'dataDir'>): string | null {
  if (config.secret !== null) return config.secret;
  const file = join(config.dataDir, 'secret');
  try {
    return readSecret(file);
  } catch (cause) {
    if (cause instanceof ConfigTrouble) throw cause;
    throw new ConfigTrouble(
      `The secret in ${file} cannot be read: ${(cause as Error).message}. Use the account that Signalbox runs under.`,
      { cause },
    );
  }
}

function readSecret(file: string): string | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  if (text.length < LEAST_SECRET_LENGTH)
    throw new ConfigTrouble(
      `The secret in ${file} is shorter than ${LEAST_SECRET_LENGTH} characters. Remove the file to have a new one made (everybody signs in again).`,
    );
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  return text;
}

function makeSecret(dataDir: string, file: string): string {
  mkdirSync(dataDir, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${randomBytes(48).toString('base64url')}\n`, { mode: 0o600 });
  try {
    // Linked, not renamed: whoever comes second keeps the first one's secret.
    linkSync(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
  const secret = readSecret(file);
  if (secret === null) throw new ConfigTrouble(`The secret in ${file} vanished while it was made.`);
  return secret;
}

/** In a clone its folder .data; for an installed package, which an update replaces, the place that the system has for such data. */
function defaultDataDir(environment: Readonly<Record<string, string | undefined>>): string {
  const root = packageRoot();
  if (!root.split(sep).includes('node_modules')) return join(root, '.data');
  if (process.getuid?.() === 0) return '/var/lib/signalbox';
  const shared = environment['XDG_DATA_HOME'];
  return join(shared !== undefined && shared !== '' ? shared : join(homedir(), '.local', 'share'), 'signalbox');
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** Whoever reaches a server that listens here only is on this machine, and can reach from it whatever the server could reach for them. */
function isOfThisMachine(host: string): boolean {
  return host === 'localhost' || kindOfAddress(host.replace(/^\[(.*)\]$/, '$1')) === 'loopback';
}

function protocolOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}

function isPublicUrl(text: string): boolean {
  if (!/^https?:$/.test(protocolOf(text))) return false;
  const { search, hash, username, password } = new URL(text);
  return search === '' && hash === '' && username === '' && password === '';
}
