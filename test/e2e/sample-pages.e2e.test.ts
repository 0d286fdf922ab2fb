import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import { packageRoot } from '#lib/package-root.ts';
import { chromiumLaunch } from '../setup/browser.ts';
import { testDatabase } from '../setup/database.ts';
import { DESK, PHONE, expectAccessible, look, lookIn, newContext } from './browsing.ts';
import { settled } from './settled.ts';
import { firstAdmin, sampleAt, startWorld } from './world.ts';
import type { Cookie, World } from './world.ts';

const MAKES_WITHIN_MS = 240_000;

let world: World;
let browser: Browser;
let cookies: readonly Cookie[] = [];

beforeAll(async () => {
  const database = await testDatabase();
  world = await startWorld(database.url);
  const admin = await firstAdmin(world);
  ({ cookies } = admin);
  await sampleAt(createClient({ baseUrl: world.url, key: admin.key }), '2024-10-01T14:20');
  browser = await chromium.launch(chromiumLaunch());
  return async () => {
    await browser.close();
    await world.stop();
    await database.close();
  };
}, MAKES_WITHIN_MS);

/** Every address pattern of the web, as `web/routes.tsx` says it. */
function routes(): readonly string[] {
  const text = readFileSync(join(packageRoot(), 'web', 'routes.tsx'), 'utf8');
  const found = [...text.matchAll(/getParentRoute: \(\) => (\w+),\s+path: '([^']+)'/g)];
  expect(found.length).toBe([...text.matchAll(/\bpath: '/g)].length);
  return found.map(([, parent = '', path = '']) => (parent === 'root' ? path : path === '/' ? '/$app' : `/$app${path}`));
}

/** Where each is looked at. */
const walked: Readonly<Record<string, string | readonly string[]>> = {
  '/': '/',
  '/sign-in': '/sign-in',
  '/setup': '/setup',
  '/invitation': '/invitation',
  '/new-password': '/new-password',
  '/settings/apps/new': '/settings/apps/new',
  '/settings/$page': ['apps', 'platforms', 'policy', 'teams', 'integrations', 'notifications', 'people', 'keys'].map(
    (page) => `/settings/${page}?app=music`,
  ),
  '/$app': '/music',
  '/$app/set-up': '/music/set-up',
  '/$app/releases': '/music/releases',
  '/$app/bugs': '/music/bugs',
  '/$app/bugs/$bug': '/music/bugs/PLAY-4412',
  '/$app/activity': '/music/activity',
  '/$app/audit': '/music/audit',
  '/$app/profile': '/music/profile',
  '/$app/$version': '/music/8.9.2',
  '/$app/$version/sign-offs': '/music/8.9.2/sign-offs',
  '/$app/$version/builds': '/music/8.9.2/builds',
  '/$app/$version/changes': '/music/8.9.2/changes',
  '/$app/$version/$platform': '/music/8.9.2/android',
  '/$app/$version/$platform/$instance': '/music/8.9.2/ios/no-blocking-bugs',
};

/** Nobody takes a sample for real: its page says so, and so does its tab. */
async function expectMarked(page: Page): Promise<void> {
  expect(await page.title()).toMatch(/\(sample\)/);
  expect(await page.getByRole('banner').getByText('Sample', { exact: true }).isVisible()).toBe(true);
}

const addresses = Object.values(walked).flat();

describe('every page of the sample at the moment of its busiest day', () => {
  test('is walked', () => {
    expect(Object.keys(walked).toSorted()).toEqual([...new Set(routes())].toSorted());
  });

  // both themes have the same elements on a phone: what differs by theme is seen on the desk
  for (const [name, size, themes] of [
    ['desk', DESK, ['light', 'dark']],
    ['phone', PHONE, ['light']],
  ] as const) {
    // one browser walks all: what each page fetches anew is its own
    let context: BrowserContext;
    beforeAll(async () => {
      context = await newContext(browser, { size, cookies });
      return () => context.close();
    });

    // two at a time: while one page waits for its answers, another is looked at
    test.concurrent.for(addresses)(
      `on a ${name} %s has one title, no violation (${themes.join(', ')}), and no complaint`,
      async (address) => {
        const problems: string[] = [];
        const page = await lookIn(context, problems);
        await page.goto(`${world.url}${address}`);
        await settled(page);
        expect(await page.title()).toMatch(/Signalbox/);
        expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
        if (address.includes('music')) await expectMarked(page);
        // the start leads to the room, which is looked at by its own address
        if (address !== '/') await expectAccessible(page, address, themes);
        await page.setViewportSize({ width: 320, height: 640 });
        await settled(page);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
        expect(problems).toEqual([]);
        await page.close();
      },
    );
  }
});

/** The address of the cell that has the focus; null where another thing has it. */
const focusedCell = (page: Page): Promise<string | null> => page.evaluate(`document.activeElement?.getAttribute('data-address') ?? null`);

describe('with the keyboard alone', () => {
  test('one skips to the content, goes through the frame, opens a cell, and comes back to where one was', async () => {
    const problems: string[] = [];
    const page = await look(browser, { cookies, problems });
    await page.goto(`${world.url}/music`);
    await settled(page);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    for (let pressed = 0; pressed < 60 && (await focusedCell(page)) === null; pressed++) await page.keyboard.press('Tab');
    const first = await focusedCell(page);
    expect(first).not.toBeNull();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const cell = await focusedCell(page);
    expect(cell).not.toBe(first);
    await page.keyboard.press('Enter');
    await page.locator('[data-inspector]').waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/music\/8\.9\.2\/ios\//);
    await page.keyboard.press('Escape');
    await page.waitForURL('**/music');
    await expect.poll(() => focusedCell(page)).toBe(cell);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('one goes to pages by G and a letter, and to a track by the command menu', async () => {
    const problems: string[] = [];
    const page = await look(browser, { cookies, problems });
    await page.goto(`${world.url}/music`);
    await settled(page);
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await page.waitForURL('**/music/bugs');
    await settled(page);
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('desktop 8.9.2');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/music\/8\.9\.2\/desktop/);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
