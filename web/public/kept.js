// The service worker: without a line, the last control room that was seen is still there to read, with its age. Nothing is sent later and nothing is acted on
// without the server. What is kept goes when its reader signs out (web/util/kept.ts writes and clears it).
const KEPT = 'signalbox-kept';
const ASSETS = 'signalbox-assets';
const SHELL = '/kept/shell';
const SESSION = '/kept/session';
const BLOCKS = /<script type="application\/json" id="signalbox-[a-z]+">[\s\S]*?<\/script>/g;
/** A server that is there but cannot answer, or what stands in front of it. */
const isDown = (response) => response.status >= 502 && response.status <= 504;

self.addEventListener('install', (event) => {
  event.waitUntil(fetch('/sign-in').then((response) => (response.ok ? keepShell(response) : undefined)));
  void self.skipWaiting();
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request, url));
  else if (url.pathname === '/api/session') event.respondWith(session(request));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request));
  else if (/^\/(?:theme\.js|icon\.svg)$/.test(url.pathname)) event.respondWith(small(request));
});

/** The page without what the server put into it for its reader. A new build of the pages makes the old assets useless. */
async function keepShell(response) {
  const text = (await response.text()).replace(BLOCKS, '');
  const cache = await caches.open(KEPT);
  const before = await cache.match(SHELL);
  if (before !== undefined && (await before.text()) !== text) await caches.delete(ASSETS);
  await cache.put(SHELL, new Response(text, { headers: { 'content-type': 'text/html; charset=utf-8' } }));
}

async function page(request, url) {
  try {
    const response = await fetch(request);
    if (!isDown(response)) {
      if (response.ok && response.headers.get('content-type')?.startsWith('text/html')) void keepShell(response.clone());
      return response;
    }
    return (await keptPage(url)) ?? response;
  } catch (error) {
    const kept = await keptPage(url);
    if (kept === null) throw error;
    return kept;
  }
}

/** The shell with the app's last snapshot in it, marked with when it was kept; null where none was. */
async function keptPage(url) {
  const cache = await caches.open(KEPT);
  const [, app = ''] = url.pathname.split('/');
  const [shell, snapshot] = await Promise.all([cache.match(SHELL), cache.match(`/kept/room/${app}`)]);
  if (shell === undefined || snapshot === undefined) return null;
  const at = snapshot.headers.get('x-kept-at') ?? '';
  const block = `<script type="application/json" id="signalbox-snapshot">${(await snapshot.text()).replaceAll('<', '\\u003c')}</script>`;
  const text = (await shell.text()).replace('<html ', `<html data-kept="${at}" `).replace('</head>', () => `${block}</head>`);
  const headers = new Headers(shell.headers);
  return new Response(text, { headers });
}

async function session(request) {
  const kept = async () => (await caches.open(KEPT)).match(SESSION);
  try {
    const response = await fetch(request);
    return isDown(response) ? ((await kept()) ?? response) : response;
  } catch (error) {
    const before = await kept();
    if (before === undefined) throw error;
    return before;
  }
}

/** Names of assets carry a hash of what is in them: what is kept is right. */
async function asset(request) {
  const cache = await caches.open(ASSETS);
  const before = await cache.match(request);
  if (before !== undefined) return before;
  const response = await fetch(request);
  if (response.ok) void cache.put(request, response.clone());
  return response;
}

async function small(request) {
  const cache = await caches.open(ASSETS);
  try {
    const response = await fetch(request);
    if (response.ok) void cache.put(request, response.clone());
    return response;
  } catch (error) {
    const before = await cache.match(request);
    if (before === undefined) throw error;
    return before;
  }
}
