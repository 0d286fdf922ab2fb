/*
 * Takes the pictures of the README: a real server with its own database and the sample release at the moment of its busiest day, as a browser shows it, in both
 * themes and on a phone. `node scripts/screenshots.ts` writes them into docs/images; `--keep` leaves the world running to look at.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { createClient } from '#api/client.ts';
import { packageRoot } from '#lib/package-root.ts';
import { chromiumLaunch } from '../test/setup/browser.ts';
import { settled } from '../test/e2e/settled.ts';
import { ADMIN, SAMPLE, firstAdmin, sampleAt, startWorld } from '../test/e2e/world.ts';

const MOMENT = '2024-10-01T14:20';
const DESK = { width: 1600, height: 1000 };
const PHONE = { width: 390, height: 844 };

type Scene = { name: string; path: string; size: { width: number; height: number }; before?: (page: Page) => Promise<void> };

const scenes: readonly Scene[] = [
  { name: 'control-room', path: `/${SAMPLE}`, size: DESK },
  { name: 'inspector', path: `/${SAMPLE}/8.9.2/ios/no-blocking-bugs`, size: DESK },
  { name: 'track', path: `/${SAMPLE}/8.9.2/android`, size: DESK },
  { name: 'waiver', path: `/${SAMPLE}/8.9.2/android/anr-rate`, size: DESK, before: openWaiver },
  { name: 'triage', path: `/${SAMPLE}/bugs/PLAY-4412`, size: DESK },
  { name: 'phone', path: `/${SAMPLE}`, size: PHONE },
];

const images = join(packageRoot(), 'docs', 'images');
const world = await startWorld(null);
const browser = await chromium.launch(chromiumLaunch());
try {
  await mkdir(images, { recursive: true });
  const { key, cookies } = await firstAdmin(world);
  await sampleAt(createClient({ baseUrl: world.url, key }), MOMENT);
  for (const theme of ['dark', 'light'] as const)
    for (const { name, path, size, before } of scenes) {
      const context = await browser.newContext({
        viewport: size,
        colorScheme: theme,
        reducedMotion: 'reduce',
        timezoneId: 'Europe/Stockholm',
        locale: 'en-GB',
      });
      await context.addCookies(cookies);
      const page = await context.newPage();
      await page.goto(`${world.url}${path}`);
      await settled(page);
      await before?.(page);
      await settled(page);
      await page.screenshot({ path: join(images, `${name}-${theme}.png`), caret: 'hide' });
      await context.close();
      console.log(`docs/images/${name}-${theme}.png`);
    }
  if (process.argv.includes('--keep')) {
    console.log(`${world.url}  ${ADMIN.email}  ${ADMIN.password}`);
    await new Promise<void>((done) => process.once('SIGINT', () => done()));
  }
} finally {
  await browser.close();
  await world.stop();
}

async function openWaiver(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Waive…/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Known, accepted' }).check();
}
