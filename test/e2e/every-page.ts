/** The pages of the sample, every one: what must hold on each of them, on a desk and on a phone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '#lib/package-root.ts';
import { ABOUT_COLOURS, DESK, PHONE, expectAccessible, look, lookIn, newContext } from './browsing.ts';
import { settled } from './settled.ts';
import type { Cookie } from './world.ts';

/** Every address pattern of the web, as `web/routes.tsx` says it. */
function routes(): readonly string[] {
  const text = readFileSync(join(packageRoot(), 'web', 'routes.tsx'), 'utf8');
  const found = [...text.matchAll(/getParentRoute: \(\) => (\w+),\s+path: '([^']+)'/g)];
  expect(found.length).toBe([...text.matchAll(/\bpath: '/g)].length);
  return found.map(([, parent = '', path = '']) => (parent === 'root' ? path : path === '/' ? '/$app' : `/$app${path}`));
}

/** Colours are the same tokens everywhere: the busiest pages are looked at in both themes, of the others each second one in the dark. */
const BUSIEST: ReadonlySet<string> = new Set([
  '/music',
  '/music/8.9.2/android',
  '/music/8.9.2/ios/no-blocking-bugs',
  '/music/bugs/PLAY-4412',
  '/music/health',
  '/settings/policy?app=music',
]);

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
  '/$app/health/groups': '/music/health/groups',
  '/$app/health/groups/$group': '/music/health/groups/1',
  '/$app/activity': '/music/activity',
  '/$app/audit': '/music/audit',
  '/$app/health': '/music/health',
  '/$app/health/rules': '/music/health/rules',
  '/$app/health/sources': '/music/health/sources',
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

/** The address of the cell that has the focus; null where another thing has it. */
const focusedCell = (page: Page): Promise<string | null> => page.evaluate(`document.activeElement?.getAttribute('data-address') ?? null`);

/** Defines the tests; `here` is asked when they run, with the sample at the moment of its busiest day. */
export function walkEveryPage(here: () => { url: string; browser: Browser; cookies: readonly Cookie[] }): void {
  describe('every page', () => {
    // one browser walks all: what each page fetches anew is its own
    let context: BrowserContext;
    beforeAll(async () => {
      const { browser, cookies } = here();
      context = await newContext(browser, { size: DESK, cookies });
      return () => context.close();
    });

    test('is walked', () => {
      expect(Object.keys(walked).toSorted()).toEqual([...new Set(routes())].toSorted());
    });

    // two at a time: while one page waits for its answers, another is looked at
    test.concurrent.for(
      Object.values(walked)
        .flat()
        .map((address, place) => [address, place] as const),
    )('%s has one title, no violation, and no complaint, on a desk and on a phone', async ([address, place]) => {
      const problems: string[] = [];
      const page = await lookIn(context, problems);
      await page.goto(`${here().url}${address}`);
      await settled(page);
      expect(await page.title()).toMatch(/Signalbox/);
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
      if (address.includes('music')) await expectMarked(page);
      // the start leads to the room, which is looked at by its own address
      const themes = BUSIEST.has(address) ? (['light', 'dark'] as const) : place % 2 === 0 ? (['light'] as const) : (['dark'] as const);
      if (address !== '/') await expectAccessible(page, `${address} on a desk`, { themes });
      await page.setViewportSize(PHONE);
      await settled(page);
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
      // colours were seen on the desk; of the pages, the room alone has elements of its own on a phone
      const but = address === '/music' ? [] : ABOUT_COLOURS;
      if (address !== '/') await expectAccessible(page, `${address} on a phone`, { themes: ['light'], but });
      await page.setViewportSize({ width: 320, height: 640 });
      await settled(page);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
      expect(problems).toEqual([]);
      await page.close();
    });
  });

  describe('with the keyboard alone', () => {
    test('one skips to the content, goes through the frame, opens a cell, and comes back to where one was', async () => {
      const problems: string[] = [];
      const { url, browser, cookies } = here();
      const page = await look(browser, { cookies, problems });
      await page.goto(`${url}/music`);
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
      const { url, browser, cookies } = here();
      const page = await look(browser, { cookies, problems });
      await page.goto(`${url}/music`);
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
}
