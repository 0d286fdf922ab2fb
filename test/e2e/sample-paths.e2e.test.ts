import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import { chromiumLaunch } from '../setup/browser.ts';
import { testDatabase } from '../setup/database.ts';
import { look, settled } from './browsing.ts';
import { firstAdmin, sampleAt, startWorld } from './world.ts';
import type { Cookie, World } from './world.ts';

const MAKES_WITHIN_MS = 400_000;

let world: World;
let browser: Browser;
let cookies: readonly Cookie[] = [];
let key = '';
const problems: string[] = [];

beforeAll(async () => {
  const database = await testDatabase();
  world = await startWorld(database.url);
  ({ key, cookies } = await firstAdmin(world));
  await sampleAt(api(), '2024-10-01T14:20');
  browser = await chromium.launch(chromiumLaunch());
  return async () => {
    await browser.close();
    await world.stop();
    await database.close();
  };
}, MAKES_WITHIN_MS);

const api = () => createClient({ baseUrl: world.url, key });
const pathOf = (page: Page): string => new URL(page.url()).pathname;

async function at(address: string): Promise<Page> {
  const page = await look(browser, { cookies, problems });
  await page.goto(`${world.url}${address}`);
  await settled(page);
  return page;
}

/** The address of the cell that has the focus; null where another thing has it. */
const focusedCell = (page: Page): Promise<string | null> => page.evaluate(`document.activeElement?.getAttribute('data-address') ?? null`);

describe('with the keyboard alone', () => {
  test('one skips to the content, goes through the frame, opens a cell, and comes back to where one was', async () => {
    const page = await at('/music');
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
    expect(pathOf(page)).toMatch(/^\/music\/8\.9\.2\/ios\//);
    await page.keyboard.press('Escape');
    await page.waitForURL('**/music');
    await expect.poll(() => focusedCell(page)).toBe(cell);
    await page.context().close();
  });
});

test('nothing went wrong in any page meanwhile', () => {
  expect(problems).toEqual([]);
});
