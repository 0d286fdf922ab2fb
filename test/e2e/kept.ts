/** What a browser keeps of the room for when there is no line: one person's, on a phone, until they sign out. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { PHONE, newContext } from './browsing.ts';
import { SAMPLE } from './world.ts';
import type { Cookie, World } from './world.ts';

/** Runs in the page: whether the app's room and a session are kept. */
const IS_KEPT = `caches.match('/kept/room/music').then(async (room) => room !== undefined && (await caches.match('/kept/session')) !== undefined)`;

/** Defines the tests; `here` is asked when they run. The session of the cookies ends with the last of them. */
export function walkKept(here: () => { world: World; browser: Browser; cookies: readonly Cookie[] }): void {
  describe('what a browser keeps', () => {
    let context: BrowserContext;
    let page: Page;
    beforeAll(async () => {
      const { browser, cookies } = here();
      context = await newContext(browser, { size: PHONE, cookies });
      page = await context.newPage();
      return () => context.close();
    });

    test('without a line the last room is still there to read, says its age, and goes on when the line is back', async () => {
      await page.goto(`${here().world.url}/${SAMPLE}`);
      const heading = await page.getByRole('heading', { level: 1 }).textContent();
      await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
      await expect.poll(() => page.evaluate(IS_KEPT), { timeout: 15_000 }).toBe(true);
      // the assets of this page came before there was a worker to keep them
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();

      // the shell that all pages share has nothing in it of who read one
      const shell = await page.evaluate<string>(`caches.match('/kept/shell').then((kept) => kept.text())`);
      expect(shell).toContain('id="root"');
      expect(shell).not.toContain('application/json');

      // the server itself: to be offline is feigned for pages alone, and not for the worker that they share
      await here().world.stopServer();
      await page.reload();
      await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent(), { timeout: 15_000 }).toBe(heading);
      await page
        .getByText(/^(?:Reconnecting|Not live)/)
        .first()
        .waitFor({ timeout: 90_000 });

      await here().world.startServer();
      await page.reload();
      await page.getByText(/^Live/).first().waitFor();
    });

    test('who signs out leaves nothing to read', async () => {
      await page.getByRole('button', { name: /signing out$/ }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.waitForURL(/\/sign-in/);
      await expect.poll(() => page.evaluate(`caches.match('/kept/room/music').then((room) => room === undefined)`)).toBe(true);
    });
  });
}
