/**
 * What this server may reach on behalf of those who use it. People enter addresses: of vendors, repositories, criteria of their own. Without a guard, each would be a way
 * to whatever the server can see and they cannot (server-side request forgery, OWASP ASVS 5.0 §1.3.6). This is the one place that decides, and the one `fetch` that obeys.
 */
import { realpath } from 'node:fs/promises';
import { lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import type { BlockList, LookupFunction } from 'node:net';
import { resolve, sep } from 'node:path';
import { Agent, buildConnector, fetch as undiciFetch, Response as UndiciResponse } from 'undici';
import { isIn, kindOfAddress, rangeIn, rangesOf } from './addresses.ts';
import type { AddressKind } from './addresses.ts';

/** Beyond the open internet: what the operator permits. */
export type Permitted = {
  /** `loopback`, `private`, ranges (`10.0.0.0/8`), addresses, hosts (`git.corp.example`), and hosts below a name (`*.corp.example`). */
  addresses: readonly string[];
  /** Directories in which repositories on this machine may be read; `any`: all that its account may read. */
  directories: readonly string[] | 'any';
};

/** Where an address leads that may not be reached. The message names it, and what would permit it. */
export class OutOfReach extends Error {
  readonly right: string;
  constructor(what: string, right: string) {
    super(`${what}; ${right}`);
    this.name = 'OutOfReach';
    this.right = right;
  }
}

/** An answer was too large or took too long. */
class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

export type Reach = {
  /** Like the global one. Every connection, that of each redirect too, goes to an address that was looked at; answers are bounded in size and time. */
  fetch: typeof fetch;
  /** The addresses of a host (a name or an address in any form) that may be reached. @throws OutOfReach; the resolver's error when there is no such host */
  addressesOf(host: string): Promise<readonly string[]>;
  /** @throws OutOfReach when a directory or file on this machine may not be read; links are followed first */
  mayRead(path: string): Promise<void>;
};

export type ReachOptions = {
  permitted: Permitted;
  /** As `dns.lookup`; the system's when left out. */
  lookup?: Lookup;
  /** The most bytes of an answer, unpacked. */
  mostBytes?: number;
  /** The most milliseconds from the call to the end of the answer. */
  longestMs?: number;
};

/** The part of `dns.lookup` that is used: all addresses of a name. */
export type Lookup = (
  host: string,
  options: { all: true },
  answer: (error: Error | null, addresses: { address: string; family: number }[]) => void,
) => void;

const MOST_BYTES = 32_000_000;
const LONGEST_MS = 60_000;
const CONNECTS_WITHIN_MS = 10_000;

/** What a word or range of the setting is; null for what is none. For those who read settings. */
export function permissionIn(text: string): 'word' | 'range' | 'host' | null {
  if (text === 'loopback' || text === 'private') return 'word';
  if (rangeIn(text) !== null) return 'range';
  return /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i.test(text) && !/^[\d.]+$/.test(text)
    ? 'host'
    : null;
}

export function createReach(options: ReachOptions): Reach {
  const may = permission(options.permitted.addresses);
  const lookup: Lookup = options.lookup ?? ((host, wanted, answer) => systemLookup(host, wanted, answer));

  const reachable = (host: string, addresses: readonly { address: string; family: number }[]) => {
    const permitted = addresses.filter(({ address }) => may(host, address));
    if (permitted.length > 0) return permitted;
    throw refusal(host, addresses[0]?.address ?? '');
  };

  const addressesOf = (host: string): Promise<readonly string[]> =>
    new Promise((done, failed) => {
      const name = bareHost(host);
      if (isIP(name) !== 0) {
        if (may(name, name)) done([name]);
        else failed(refusal(name, name));
        return;
      }
      lookup(name, { all: true }, (error, addresses) => {
        try {
          if (error !== null) throw error;
          done(reachable(name, addresses).map(({ address }) => address));
        } catch (reason) {
          failed(reason instanceof Error ? reason : new Error(String(reason)));
        }
      });
    });

  /** What a socket asks when it connects: the addresses that it gets are the ones it uses, so that a name cannot mean another place a moment later. */
  const guarded: LookupFunction = (host, wanted, answer) => {
    lookup(host, { all: true }, (error, addresses) => {
      try {
        if (error !== null) throw error;
        const permitted = reachable(bareHost(host), addresses);
        const [first] = permitted;
        if (wanted.all === true) answer(null, permitted);
        else answer(null, first?.address ?? '', first?.family);
      } catch (reason) {
        answer(reason as NodeJS.ErrnoException, '', 0);
      }
    });
  };
  const base = buildConnector({ lookup: guarded, timeout: CONNECTS_WITHIN_MS });
  const connect: buildConnector.connector = (to, done) => {
    const name = bareHost(to.hostname);
    // an address is not looked up: a socket goes straight to it
    if (isIP(name) !== 0 && !may(name, name)) done(refusal(name, name), null);
    else base(to, done);
  };
  const agent = new Agent({ connect, headersTimeout: CONNECTS_WITHIN_MS, bodyTimeout: CONNECTS_WITHIN_MS });
  const { mostBytes = MOST_BYTES, longestMs = LONGEST_MS } = options;

  const reaching = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(typeof input === 'string' || input instanceof URL ? input : input.url);
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new OutOfReach(`an address that begins with ${url.protocol} is not fetched`, 'http or https');
    const ending = AbortSignal.timeout(longestMs);
    const given = init?.signal ?? null;
    const signal = given === null ? ending : AbortSignal.any([given, ending]);
    try {
      const whole = input instanceof Request ? { method: input.method, headers: input.headers, body: input.body, duplex: 'half' } : {};
      const asked = { ...whole, ...init, signal, dispatcher: agent };
      // the two libraries declare the same interfaces each for itself
      const answer = await undiciFetch(url, asked as unknown as Parameters<typeof undiciFetch>[1]);
      return bounded(answer, mostBytes, url.host);
    } catch (error) {
      throw causeOf(error) ?? error;
    }
  };

  return {
    fetch: reaching,
    addressesOf,
    async mayRead(path) {
      const { directories } = options.permitted;
      if (directories === 'any') return;
      const full = resolve(path);
      // what is not there leads nowhere; it is looked at as it is written
      const real = await realpath(full).catch(() => full);
      const homes = await Promise.all(directories.map((each) => realpath(each).catch(() => resolve(each))));
      if (homes.some((home) => real === home || real.startsWith(home.endsWith(sep) ? home : `${home}${sep}`))) return;
      throw new OutOfReach(
        `${full} is on the server's own disk, and this server reads repositories there ${directories.length === 0 ? 'nowhere' : `only in ${directories.join(', ')}`}`,
        'an https or ssh address, or a folder that its operator names in LOCAL_REPOSITORIES',
      );
    },
  };
}

/** Without the brackets of an IPv6 address, the dot at the end of a name, and capitals. */
function bareHost(host: string): string {
  return host
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** Whether a host may be reached at an address, by the operator's list. */
function permission(list: readonly string[]): (host: string, address: string) => boolean {
  const kinds = new Set<AddressKind>(['public', ...list.filter((each) => each === 'loopback' || each === 'private')]);
  const ranges: BlockList = rangesOf(list.filter((each) => rangeIn(each) !== null));
  // one such address alone, named as itself, is meant; a range around it or a name that leads to it is not
  const singles: BlockList = rangesOf(list.filter((each) => isIP(each) !== 0));
  const hosts = new Set(list.filter((each) => permissionIn(each) === 'host' && !each.startsWith('*.')).map(bareHost));
  const below = list.filter((each) => each.startsWith('*.')).map((each) => bareHost(each.slice(1)));
  return (host, address) => {
    const kind = kindOfAddress(address);
    if (kind === 'never') return isIn(singles, address);
    return kinds.has(kind) || isIn(ranges, address) || hosts.has(host) || below.some((end) => host.endsWith(end));
  };
}

const inWords: Readonly<Record<AddressKind, string>> = {
  public: 'an address of the internet',
  loopback: 'this machine itself',
  private: 'a private network',
  never: 'a link-local, metadata or other special address',
};

function refusal(host: string, address: string): OutOfReach {
  const kind = kindOfAddress(address);
  const what =
    address === ''
      ? `${host} has no address`
      : `${host === address ? host : `${host} (${address})`} is ${inWords[kind]}, which this server may not reach`;
  return new OutOfReach(
    what,
    kind === 'never'
      ? 'an address of the internet; one such address alone is permitted by naming it in ALLOW_PRIVATE_ADDRESSES'
      : 'an address of the internet, or one that its operator permits in ALLOW_PRIVATE_ADDRESSES',
  );
}

/** What stopped a connection, below the words that the library wraps around it. */
function causeOf(error: unknown): Error | null {
  let at: unknown = error;
  for (let depth = 0; depth < 6 && at instanceof Error; depth++) {
    if (at instanceof OutOfReach || at instanceof TooMuch) return at;
    at = at.cause;
  }
  return null;
}

/** The same answer, whose body breaks off when it grows past what is sensible: counted as it comes out of its packing. */
function bounded(answer: UndiciResponse, mostBytes: number, host: string): UndiciResponse {
  if (answer.body === null) return answer;
  let seen = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      seen += chunk.byteLength;
      if (seen > mostBytes) controller.error(new TooMuch(`${host} answered more than ${mostBytes} bytes`));
      else controller.enqueue(chunk);
    },
  });
  const body = answer.body.pipeThrough(counter) as typeof answer.body;
  const { status, statusText, headers, url, redirected } = answer;
  const made = new UndiciResponse(body, { status, statusText, headers });
  return Object.defineProperties(made, { url: { value: url }, redirected: { value: redirected } });
}
