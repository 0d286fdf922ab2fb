/** Writes that a browser sends with a cookie must come from our own pages. */
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a write comes from one of our own pages. `isSignedIn` by a cookie: the browser must say where it comes from; without a cookie only a foreign
 * origin is refused, because programs do not send one.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders, publicUrl: string | null, withCookie: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin, host } = headers;
  if (origin === undefined) return !withCookie || site !== undefined;
  if (publicUrl !== null && origin === new URL(publicUrl).origin) return true;
  const parsed = URL.canParse(origin) ? new URL(origin) : null;
  return parsed !== null && host !== undefined && parsed.host === host;
}
