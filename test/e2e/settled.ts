import type { Page } from 'playwright-core';

const SETTLES_WITHIN_MS = 15_000;

/** Runs in the page: whether it says itself that it still waits for something, or that a part of it is still to be loaded. Beats keep the stream open, so the network is never idle. */
const WAITS = String.raw`/(^|\n)Reading |[Ww]ork(?:ing|ed) (?:it )?out/m.test(document.body.innerText) || document.querySelector('[data-comes]') !== null`;

/** Runs in the page: its own fonts are there, and two frames were drawn. */
const DRAWN = 'document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))))';

/** Until a page has its heading, waits for nothing, and is drawn in its own fonts. A condition is asked for from here: the page's policy lets nothing be evaluated later. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  const end = Date.now() + SETTLES_WITHIN_MS;
  while (await page.evaluate<boolean>(WAITS)) {
    if (Date.now() > end) throw new Error(`${page.url()} still waits for something`);
    await page.waitForTimeout(50);
  }
  await page.evaluate(DRAWN);
}
