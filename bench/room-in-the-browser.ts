/**
 * The control room as a browser has it: how soon it is painted, what must come over the wire, how fast a fact changes a cell, what a patch costs a frame, and
 * whether a page that is left open grows. Headless Chromium, the real server on its embedded database, the sample release at the moment of its busiest day.
 */
import { gzipSync } from 'node:zlib';
import { chromium, type Browser, type BrowserContext, type CDPSession, type Page } from 'playwright-core';
import { createClient, type Client } from '#api/client.ts';
import { chromiumLaunch } from '../test/setup/browser.ts';
import { firstAdmin, sampleAt, SAMPLE, startWorld, type Cookie } from '../test/e2e/world.ts';
import { percentile, type Bench, type Figure } from './figure.ts';

const LOADS = 15;
const FACTS = 100;
const PATCHES = 10_000;
const WARM_PATCHES = 1_000;
const TRACK = { app: SAMPLE, version: '8.9.2', platform: 'android' } as const;
/** The cell of the release candidate is that of the worse of its two criteria. */
const CELL = ['tests-passed', 'latest-build-complete']
  .map((each) => `a[data-address="/${SAMPLE}/${TRACK.version}/${TRACK.platform}/${each}"]`)
  .join(', ');

export const bench: Bench = {
  title: 'the control room in a browser',
  run: async (say) => {
    const world = await startWorld(null);
    const browser = await chromium.launch(chromiumLaunch());
    try {
      const { key, cookies } = await firstAdmin(world);
      const client = createClient({ baseUrl: world.url, key });
      say('the sample release is played');
      await sampleAt(client, '2024-10-01T14:20');
      const address = `${world.url}/${SAMPLE}`;
      say(`${LOADS} loads with a cold cache`);
      const painted = await loads(browser, address, cookies);
      const wire = await weights(browser, address, cookies);
      say(`${FACTS} facts`);
      const { latencies, frames, longest } = await facts(browser, address, cookies, client);
      say(`${PATCHES} patches to a page that stays open`);
      const memory = await leftOpen(browser, address, cookies, client, say);
      return [...painted, ...wire, ...latencies, ...frames, ...longest, ...memory];
    } finally {
      await browser.close();
      await world.stop();
    }
  },
};

async function contextWith(browser: Browser, cookies: readonly Cookie[]): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 }, colorScheme: 'dark' });
  await context.addCookies([...cookies]);
  return context;
}

/** Runs in the page from its first moment: tells when the cells stand there in their own fonts and a frame later. */
const WATCH = `(() => {
  const look = () => {
    const cells = document.querySelectorAll('[data-address]').length;
    if (cells > 0 && document.fonts.status === 'loaded' && document.readyState !== 'loading')
      requestAnimationFrame(() => requestAnimationFrame(() => { globalThis.paintedAt ??= performance.now(); }));
    else requestAnimationFrame(look);
  };
  look();
})()`;

async function loads(browser: Browser, address: string, cookies: readonly Cookie[]): Promise<Figure[]> {
  const first: number[] = [];
  const all: number[] = [];
  for (let at = 0; at <= LOADS; at++) {
    const context = await contextWith(browser, cookies);
    const page = await context.newPage();
    await page.addInitScript(WATCH);
    await page.goto(address);
    while (!(await page.evaluate<boolean>('globalThis.paintedAt !== undefined'))) await page.waitForTimeout(20);
    const times = await page.evaluate<{ first: number; all: number }>(
      `({ first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN, all: globalThis.paintedAt })`,
    );
    await context.close();
    // the first load warms the server
    if (at === 0) continue;
    first.push(times.first);
    all.push(times.all);
  }
  return [
    { what: `first content, warm server, cold cache, median of ${LOADS}`, value: percentile(first, 0.5), unit: 'ms', atMost: 600 },
    { what: 'everything painted, in its own fonts, median', value: percentile(all, 0.5), unit: 'ms', atMost: 1000 },
    { what: 'everything painted, p95', value: percentile(all, 0.95), unit: 'ms' },
  ];
}

/** What comes until the room is painted, and the scripts that come later, when the browser has nothing else to do. */
async function weights(browser: Browser, address: string, cookies: readonly Cookie[]): Promise<Figure[]> {
  const context = await contextWith(browser, cookies);
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  const sizes = { document: 0, stylesheet: 0, script: 0, font: 0 };
  const reads: Promise<void>[] = [];
  page.on('response', (response) => {
    const kind = response.request().resourceType();
    if (!(kind in sizes)) return;
    reads.push(
      response.body().then((body) => {
        sizes[kind as keyof typeof sizes] += kind === 'font' ? body.length : gzipSync(body, { level: 6 }).length;
      }),
    );
  });
  await page.goto(address, { waitUntil: 'commit' });
  while (!(await page.evaluate<boolean>('globalThis.paintedAt !== undefined'))) await page.waitForTimeout(5);
  await Promise.all(reads);
  const first = { ...sizes };
  await page.waitForTimeout(5_000);
  await Promise.all(reads);
  await context.close();
  const kB = (bytes: number): number => bytes / 1000;
  return [
    {
      what: 'first view over the wire: HTML with the snapshot, and CSS, gzip',
      value: kB(first.document + first.stylesheet),
      unit: 'kB',
      atMost: 60,
      note: `HTML ${kB(first.document).toFixed(1)}, CSS ${kB(first.stylesheet).toFixed(1)}`,
    },
    {
      what: 'JavaScript of the control room until it is painted, gzip',
      value: kB(first.script),
      unit: 'kB',
      atMost: 150,
      note: `${kB(sizes.script - first.script).toFixed(1)} kB more in the five seconds after it`,
    },
    { what: 'fonts, as they are', value: kB(first.font), unit: 'kB' },
  ];
}

const testRun = (client: Client, build: string, state: 'passed' | 'failed', attempts: number) =>
  client.reportTestRuns({
    params: { app: SAMPLE },
    body: { platform: TRACK.platform, version: TRACK.version, build, suite: 'release', state, attempts },
  });

/** The build that the track's cells speak of. */
async function buildOf(client: Client): Promise<string> {
  const { items } = await client.listBuilds({ params: TRACK, query: { limit: 1 } });
  const [newest] = items;
  if (newest === undefined) throw new Error(`${TRACK.version} on ${TRACK.platform} has no build`);
  return newest.number;
}

/** Counts frames from now on, and keeps what took longer than 50 ms. */
const COUNT_FRAMES = `(() => {
  globalThis.frames = [];
  globalThis.longTasks = [];
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) globalThis.longTasks.push(entry.duration); }).observe({ entryTypes: ['longtask'] });
  let before = performance.now();
  const tick = (now) => { globalThis.frames.push(now - before); before = now; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
})()`;

async function facts(browser: Browser, address: string, cookies: readonly Cookie[], client: Client) {
  const context = await contextWith(browser, cookies);
  const page = await context.newPage();
  await page.goto(address);
  const cell = page.locator(CELL).first();
  await cell.waitFor();
  const build = await buildOf(client);
  await page.evaluate(COUNT_FRAMES);
  const took: number[] = [];
  for (let at = 0; at < FACTS; at++) {
    const seen = labelChanges(page);
    await testRun(client, build, at % 2 === 0 ? 'failed' : 'passed', at + 1);
    const accepted = performance.timeOrigin + performance.now();
    took.push(Math.max(0, (await seen) - accepted));
  }
  const frames = await page.evaluate<number[]>('globalThis.frames');
  const longTasks = await page.evaluate<number[]>('globalThis.longTasks');
  await context.close();
  return {
    latencies: [
      { what: `fact accepted → cell changed on the screen, ${FACTS} facts, p50`, value: percentile(took, 0.5), unit: 'ms' },
      { what: 'fact accepted → cell changed on the screen, p95', value: percentile(took, 0.95), unit: 'ms', atMost: 1000 },
    ],
    frames: [
      { what: 'frame time while patches arrive, p99', value: percentile(frames, 0.99), unit: 'ms', note: `${frames.length} frames` },
    ],
    longest: [
      {
        what: 'longest task of the page while patches arrive',
        value: Math.max(0, ...longTasks),
        unit: 'ms',
        note: `${longTasks.length} tasks over 50 ms; 0 where none was`,
      },
    ],
  };
}

/** When the name of the tests' cell changes next, by the machine's clock. */
function labelChanges(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((done) => {
    const cell = document.querySelector('${CELL}');
    const table = cell.closest('table');
    const name = () => document.querySelector('${CELL}')?.getAttribute('aria-label');
    const before = name();
    const watch = new MutationObserver(() => {
      if (name() === before) return;
      watch.disconnect();
      done(performance.timeOrigin + performance.now());
    });
    watch.observe(table, { subtree: true, attributes: true, childList: true });
  })`);
}

async function heapMB(cdp: CDPSession): Promise<number> {
  for (let at = 0; at < 3; at++) await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  return usedSize / 1_000_000;
}

/** Memory after garbage collection, when the page has had its first thousand patches and when it has had ten thousand. */
async function leftOpen(
  browser: Browser,
  address: string,
  cookies: readonly Cookie[],
  client: Client,
  say: (text: string) => void,
): Promise<Figure[]> {
  const context = await contextWith(browser, cookies);
  const page = await context.newPage();
  await page.goto(address);
  await page.locator('[data-address]').first().waitFor();
  const cdp = await context.newCDPSession(page);
  const build = await buildOf(client);
  const version = async (): Promise<number> => (await client.getApp({ params: { app: SAMPLE } })).version;
  const from = await version();
  const until = async (patches: number): Promise<void> => {
    for (let turn = 0; (await version()) - from < patches; turn++)
      for (let at = 0; at < 50; at++) await testRun(client, build, at % 2 === 0 ? 'failed' : 'passed', (turn % 500) + at + 1);
  };
  await until(WARM_PATCHES);
  const warm = await heapMB(cdp);
  say(`${warm.toFixed(1)} MB after ${WARM_PATCHES}`);
  await until(PATCHES);
  const late = await heapMB(cdp);
  await context.close();
  return [
    { what: `memory of a page left open, after ${WARM_PATCHES.toLocaleString('en')} patches`, value: warm, unit: 'MB' },
    {
      what: `memory of a page left open, after ${PATCHES.toLocaleString('en')} patches`,
      value: late,
      unit: 'MB',
      atMost: Number((warm * 1.1).toFixed(2)),
      note: 'must not grow',
    },
  ];
}
