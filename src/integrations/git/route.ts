/** How git gets to a source: checked against what may be reached, and held to the address that was checked. */
import { GitTrouble } from './client.ts';
import { addressOf } from './source.ts';
import type { Source } from './source.ts';
import type { Place, Reach } from '#ports/integration.ts';

/** Options of git's own before the command, those of fetch and ls-remote, those of push, and the address to give. */
export type Route = { before: readonly string[]; fetches: readonly string[]; pushes: readonly string[]; address: string };

/**
 * In a repository on this disk its own configuration is read by the programs that git starts there. These options stand before it: no hook, no monitor, no command for alternates,
 * no transport by which missing objects would be fetched from somewhere else.
 */
const THERE =
  'env GIT_ALLOW_PROTOCOL=none GIT_NO_LAZY_FETCH=1 git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c core.alternateRefsCommand=true';

/** The host of an address that git reads: of a URL, or of `user@host:path`; null for a path. */
export function hostIn(repo: string): string | null {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(repo)?.[0];
  if (scheme === undefined) return /^(?:[^@/]+@)?(\[[^\]]+\]|[^:/[\]]+):/.exec(repo)?.[1] ?? null;
  if (/^file:/i.test(scheme)) return null;
  // the part that git takes for the host: behind the last "@", before the port
  const authority = /^[^/?#\\]*/.exec(repo.slice(scheme.length))?.[0] ?? '';
  return /^(\[[^\]]+\]|[^:]*)/.exec(authority.slice(authority.lastIndexOf('@') + 1))?.[1] ?? '';
}

/** Where a repository that a person names lies. */
export function placeIn(repo: string): Place {
  const host = hostIn(repo);
  if (host !== null) return { hosts: [host], paths: [] };
  return { hosts: [], paths: [repo.replace(/^file:\/\//i, '')] };
}

/** @throws GitTrouble `refused` where it may not go; `unreachable` where nobody can say where the host is */
export async function routeTo(source: Source, reach: Reach | undefined): Promise<Route> {
  const plain: Route = { before: [], fetches: [], pushes: [], address: addressOf(source) };
  if (source.kind !== 'url') {
    await permitted(async () => reach?.mayRead(source.path));
    return { ...plain, fetches: [`--upload-pack=${THERE} upload-pack`], pushes: [`--receive-pack=${THERE} receive-pack`] };
  }
  if (reach === undefined) return plain;
  if (/^https?:/i.test(source.url)) return byHttp(source.url, reach);
  const host = hostIn(source.url) ?? '';
  const addresses = await addressesOf(host, reach, /^(git\+)?ssh|^[^:]*@|^[^/]*:(?!\/\/)/i.test(source.url));
  // git's own protocol knows nobody it talks to: it is given the address that was looked at
  const [address] = addresses;
  if (!/^git:\/\//i.test(source.url) || address === undefined) return plain;
  return { ...plain, address: source.url.replace(host, () => (address.includes(':') ? `[${address}]` : address)) };
}

/** git and curl read the address in the form in which it was looked at, connect to what was found, and follow nothing by themselves. */
async function byHttp(url: string, reach: Reach): Promise<Route> {
  const asked = await effective(new URL(url), reach);
  const addresses = await addressesOf(asked.hostname, reach, false);
  const port = asked.port === '' ? (asked.protocol === 'https:' ? '443' : '80') : asked.port;
  const pinned = addresses.map((each) => (each.includes(':') ? `[${each}]` : each)).join(',');
  return {
    before: [
      '-c',
      'http.followRedirects=false',
      '-c',
      // git 2.37 and later; older ones look the name up again by themselves
      `http.curloptResolve=${asked.hostname}:${port}:${pinned}`,
    ],
    fetches: [],
    pushes: [],
    address: asked.href,
  };
}

/** Servers send `…/music` on to `…/music.git`: the question that git would ask first is asked by the guarded fetch, which looks at each hop. */
async function effective(url: URL, reach: Reach): Promise<URL> {
  const known = sentOn.get(url.href);
  if (known !== undefined && performance.now() < known.until) return new URL(known.to);
  const to = await askWhereTo(url, reach);
  if (sentOn.size > 1000) sentOn.clear();
  sentOn.set(url.href, { to: to.href, until: performance.now() + ASKED_EVERY_MS });
  return to;
}

const sentOn = new Map<string, { to: string; until: number }>();
const ASKED_EVERY_MS = 600_000;

async function askWhereTo(url: URL, reach: Reach): Promise<URL> {
  const question = new URL(url);
  question.username = '';
  question.password = '';
  question.pathname = `${question.pathname.replace(/\/+$/, '')}/info/refs`;
  question.search = '?service=git-upload-pack';
  const answer = await permitted(() =>
    reach.fetch(question, { headers: { 'user-agent': 'git/2 (signalbox)' }, signal: AbortSignal.timeout(10_000) }),
  ).catch((error: unknown) => {
    if (error instanceof GitTrouble) throw error;
    return null;
  });
  await answer?.body?.cancel();
  if (answer === null || !answer.redirected || !URL.canParse(answer.url)) return url;
  const end = new URL(answer.url);
  if (!end.pathname.endsWith('/info/refs')) return url;
  if (url.protocol === 'https:' && end.protocol !== 'https:')
    throw new GitTrouble('refused', `git: the address leads on to ${end.origin}, which is not https`);
  end.pathname = end.pathname.slice(0, -'/info/refs'.length);
  end.search = '';
  return end;
}

/** A name that has no address may be one of the ssh configuration of this machine, which its operator wrote. */
async function addressesOf(host: string, reach: Reach, mayBeConfigured: boolean): Promise<readonly string[]> {
  try {
    return await permitted(() => reach.addressesOf(host));
  } catch (error) {
    if (error instanceof GitTrouble) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (mayBeConfigured && code === 'ENOTFOUND') return [];
    throw new GitTrouble('unreachable', `git: the host ${host} cannot be found`, { cause: error });
  }
}

/** What may not be reached is a refusal of ours, not a fault of the network. */
async function permitted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && error.name === 'OutOfReach') throw new GitTrouble('refused', `git: ${error.message}`, { cause: error });
    throw error;
  }
}
