/**
 * What is kept in this browser for reading without a line: the last snapshot of each app and who was signed in. The service worker (`public/kept.js`) makes a
 * page of it when the server cannot be reached. It needs a secure context; elsewhere nothing is kept.
 */
const KEPT = 'signalbox-kept';

const canKeep = (): boolean => 'serviceWorker' in navigator && 'caches' in globalThis;

/** Lets the pages be read without a line from now on. */
export function keepPages(): void {
  if (!canKeep()) return;
  // a browser that may not keep anything shows everything as long as there is a line
  navigator.serviceWorker.register('/kept.js').catch(() => undefined);
}

/** Who signed out leaves nothing: what a page that is still there has in hand is not kept after all. */
let isForgotten = false;

/** An app is entered: what is read from now on may be kept. */
export function keepAgain(): void {
  isForgotten = false;
}

/** Keeps the last snapshot of an app and its reader's session. */
export async function keepRoom(app: string, room: unknown, session: unknown): Promise<void> {
  if (!canKeep() || isForgotten) return;
  const cache = await caches.open(KEPT);
  const as = (value: unknown): Response =>
    new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json', 'x-kept-at': new Date().toISOString() } });
  await Promise.all([cache.put(`/kept/room/${app}`, as(room)), cache.put('/kept/session', as(session))]);
  if (isForgotten) await caches.delete(KEPT);
}

/** Forgets all of it: who signs out leaves nothing to read. */
export async function forgetKept(): Promise<void> {
  isForgotten = true;
  if (canKeep()) await caches.delete(KEPT);
}

/** When the page that is shown was kept, in the browser's milliseconds; null for one that the server has just given. */
export function keptAtMs(): number | null {
  const at = document.documentElement.dataset['kept'];
  const ms = at === undefined ? Number.NaN : Date.parse(at);
  return Number.isNaN(ms) ? null : ms;
}
