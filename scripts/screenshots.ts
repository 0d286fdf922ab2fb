/*
 * Takes the pictures of the README: a real server with its own database, the sandbox, and a release on three platforms, as a browser shows it, in both themes
 * and on a phone. `node scripts/screenshots.ts` writes them into docs/images; `--keep` leaves the world running to look at.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { createClient } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { packageRoot } from '#lib/package-root.ts';
import { chromiumLaunch } from '../test/setup/browser.ts';
import { makeRepository, startWorld } from '../test/e2e/world.ts';
import type { World } from '../test/e2e/world.ts';

const APP = 'music';
const VERSION = '8.9.2';
const ADMIN = { name: 'Maja Lind', email: 'maja@example.com', password: 'correct horse battery' };

const POLICY = `
app: ${APP}
timezone: Europe/Stockholm
platforms:
  android: { storefronts: [google-play], rollout: [1, 100] }
  ios: { storefronts: [app-store-connect], rollout: [1, 100] }
  desktop: { storefronts: [microsoft-store], rollout: [1, 100] }
kinds:
  regular: { process: weekly-mobile }
criteria:
  crash-rate: { is: reported, title: Crash rate }
windows: { cut: any, submit: any, start: any, raise: any, finish: any }
robot: { cut: auto, candidate: auto, submit: auto, start: auto, raise: auto, halt: auto, tag: manual }
teams:
  player: { owns: ["player/**"], channel: "#player", testing: manual }
  search: { owns: ["search/**"], channel: "#search", testing: manual }
  car-mode: { owns: ["car/**"], channel: "#car-mode", testing: manual }
`;

const images = join(packageRoot(), 'docs', 'images');
const world = await startWorld(null);
const browser = await chromium.launch(chromiumLaunch());
try {
  await mkdir(images, { recursive: true });
  const { key, cookies } = await admin(world);
  await tellTheStory(world, createClient({ baseUrl: world.url, key }));
  for (const theme of ['dark', 'light'] as const) {
    await shoot(browser, { path: `/${APP}`, name: `control-room-${theme}`, theme, width: 1600, height: 1000, cookies });
    await shoot(browser, {
      path: `/${APP}/${VERSION}/ios/no-blocking-bugs`,
      name: `inspector-${theme}`,
      theme,
      width: 1600,
      height: 1000,
      cookies,
    });
    await shoot(browser, { path: `/${APP}`, name: `phone-${theme}`, theme, width: 390, height: 844, cookies });
  }
  if (process.argv.includes('--keep')) {
    console.log(`${world.url}  ${ADMIN.email}  ${ADMIN.password}`);
    await new Promise<void>((done) => process.once('SIGINT', () => done()));
  }
} finally {
  await browser.close();
  await world.stop();
}

/** Spends the set-up link; answers the key, and the cookies of the session that it began. */
async function admin({ url, setupLink }: World): Promise<{ key: string; cookies: { name: string; value: string; url: string }[] }> {
  const token = /token=(.*)$/.exec(setupLink)?.[1] ?? '';
  const response = await fetch(`${url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ ...ADMIN, token, key: { name: 'screenshots' } }),
  });
  if (!response.ok) throw new Error(`setting up answered ${response.status}: ${await response.text()}`);
  const { key } = (await response.json()) as { key: string };
  const cookies = response.headers.getSetCookie().map((cookie) => {
    const [pair = ''] = cookie.split(';');
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: decodeURIComponent(pair.slice(at + 1)), url };
  });
  return { key, cookies };
}

/** Android rolls out, iOS is held by a blocker and a failed test, desktop waits for a build. */
async function tellTheStory({ folder, sandboxUrl, lever }: World, client: Client): Promise<void> {
  const app = { app: APP };
  const { path, head } = await makeRepository(folder, { released: '8.9.1', current: VERSION });
  await client.createApp({
    body: { id: APP, name: 'Music app', timezone: 'Europe/Stockholm', platforms: ['android', 'ios', 'desktop'], policy: POLICY },
  });
  await client.addConnection({ params: app, body: { integration: 'sandbox', settings: { url: sandboxUrl } } });
  await client.addConnection({ params: app, body: { integration: 'git', settings: { repo: path } } });
  await client.importHistory({ params: app });

  const build = (platform: string, number: string, candidate: number, state: 'succeeded' | 'building') =>
    client.reportBuilds({
      params: app,
      body: { platform, version: VERSION, number, kind: 'release-candidate', commit: head, branch: `release/${VERSION}`, state, candidate },
    });
  const tests = (platform: string, number: string, state: 'passed' | 'failed', passed: number, failed: number) =>
    client.reportTestRuns({
      params: app,
      body: { platform, version: VERSION, build: number, suite: 'unit', state, attempts: 1, passed, failed },
    });
  const delivered = (platform: string, number: string) =>
    client.reportDistributions({ params: app, body: { platform, version: VERSION, build: number, audience: 'beta', state: 'delivered' } });

  await client.reportBugs({
    params: app,
    body: {
      key: 'PLAY-4377',
      title: 'Lock screen shows the last song',
      state: 'closed',
      platforms: ['android'],
      versions: [VERSION],
      team: 'player',
      nominated: false,
    },
  });
  await build('android', '1047', 3, 'succeeded');
  await tests('android', '1047', 'passed', 18_412, 0);
  await delivered('android', '1047');
  await build('ios', '1049', 4, 'succeeded');
  await tests('ios', '1049', 'failed', 18_300, 2);
  await delivered('ios', '1049');
  await build('desktop', '1041', 2, 'building');
  await client.reportBugs({
    params: app,
    body: {
      key: 'PLAY-4412',
      title: 'Playback stops after the car reconnects',
      state: 'open',
      platforms: ['ios'],
      versions: [VERSION],
      team: 'player',
      severity: 'critical',
      nominated: true,
    },
  });
  await client.giveCommand({
    params: { ...app, version: VERSION, platform: 'ios' },
    body: { command: { do: 'decide-bug', bug: 'PLAY-4412', decision: 'blocker', reason: 'Every drive ends the music; the fix is small.' } },
  });
  const android = { ...app, version: VERSION, platform: 'android' };
  await until(client, android, (stage) => stage === 'candidate');
  for (const team of ['player', 'search', 'car-mode'])
    await client.giveCommand({ params: android, body: { command: { do: 'sign-off', team, state: 'signed' } } });
  await until(client, android, (stage) => stage === 'in-review');
  await lever({ lever: 'approve', storefront: 'google-play', app: APP, platform: 'android', version: VERSION });
  await until(client, android, (stage) => stage === 'rolling-out');
}

async function until(
  client: Client,
  params: { app: string; version: string; platform: string },
  isIt: (stage: string) => boolean,
): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const track = await client.getTrack({ params });
    if (isIt(track.stage)) return;
    if (Date.now() > end)
      throw new Error(
        `${params.platform} is ${track.stage}: ${track.robot.sentence} ${track.cells
          .filter(({ holds }) => holds !== null)
          .map(({ title, because }) => `${title}: ${because}`)
          .join(' ')}`,
      );
    await new Promise((done) => setTimeout(done, 500));
  }
}

type Shot = {
  path: string;
  name: string;
  theme: 'dark' | 'light';
  width: number;
  height: number;
  cookies: { name: string; value: string; url: string }[];
};

async function shoot(browser: Browser, { path, name, theme, width, height, cookies }: Shot): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' });
  await context.addCookies(cookies);
  const page = await context.newPage();
  await page.goto(`${world.url}${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.evaluate('document.fonts.ready.then(() => true)');
  await page.waitForTimeout(800);
  await page.screenshot({ path: join(images, `${name}.png`) });
  await context.close();
  console.log(`docs/images/${name}.png`);
}
