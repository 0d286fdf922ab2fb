/**
 * From the acceptance of a roll-up that moves the watermark to the red cell on the screen of somebody who has the control room open: the real server on its embedded
 * database with `fsync`, and headless Chromium.
 */
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { createClient } from '#api/client.ts';
import { chromiumLaunch } from '../test/setup/browser.ts';
import { firstAdmin, startWorld } from '../test/e2e/world.ts';
import { percentile } from './figure.ts';
import type { Bench } from './figure.ts';

const APP = 'bench';
const VERSION = '1.0.0';
const platforms = Array.from({ length: 20 }, (_, index) => `p${index + 1}`);

const policy = `app: ${APP}
timezone: UTC
platforms:
${platforms.map((platform) => `  ${platform}: { storefronts: [google-play], rollout: [1, 100] }`).join('\n')}
kinds: { regular: { process: light } }
criteria: { crash-rate: { is: rate-below, limit-per-1000-hours: 1, audience: alpha, required: true } }
before submit: [crash-rate]
`;

export const bench: Bench = {
  title: 'a watermark that moves → red on the screen',
  run: async (say) => {
    const world = await startWorld(null);
    const browser = await chromium.launch(chromiumLaunch());
    try {
      const { key, cookies } = await firstAdmin(world);
      const client = createClient({ baseUrl: world.url, key });
      await client.createApp({ body: { id: APP, platforms, policy } });
      await client.planRelease({ params: { app: APP }, body: { version: VERSION, startsAt: 'developing' } });
      const context = await browser.newContext({ viewport: { width: 1600, height: 1000 }, colorScheme: 'dark' });
      await context.addCookies(cookies);
      const page = await context.newPage();
      await page.goto(`${world.url}/${APP}`);
      await page.locator(cellOf('p1')).waitFor();
      say(`${platforms.length} tracks are on the screen`);
      const took: number[] = [];
      for (const platform of platforms) {
        const seen = turnsRed(page, platform);
        const now = new Date().toISOString();
        await client.reportHealth({
          params: { app: APP },
          query: { source: platform, completeUntil: now },
          body: {
            platform,
            version: VERSION,
            audience: 'alpha',
            segment: 'all',
            bucket: `${now.slice(0, 13)}:00:00Z`,
            consumption: 100,
            crashes: { count: 30, affected: 30 },
          },
        });
        const accepted = performance.timeOrigin + performance.now();
        took.push(Math.max(0, (await seen) - accepted));
      }
      await context.close();
      return [
        { what: 'what moves the watermark, accepted → red on the screen, p50', value: percentile(took, 0.5), unit: 'ms' },
        { what: `the same, p95 of ${took.length}`, value: percentile(took, 0.95), unit: 'ms', atMost: 1000 },
      ];
    } finally {
      await browser.close();
      await world.stop();
    }
  },
};

const cellOf = (platform: string): string => `a[data-address="/${APP}/${VERSION}/${platform}/crash-rate"]`;

/** When the cell of a platform says that it stops, by the machine's clock. */
function turnsRed(page: Page, platform: string): Promise<number> {
  return page.evaluate<number>(`new Promise((done) => {
    const table = document.querySelector('${cellOf(platform)}').closest('table');
    const isRed = () => document.querySelector('${cellOf(platform)}')?.getAttribute('aria-label')?.includes(': Stop') === true;
    const watch = new MutationObserver(() => {
      if (!isRed()) return;
      watch.disconnect();
      requestAnimationFrame(() => done(performance.timeOrigin + performance.now()));
    });
    watch.observe(table, { subtree: true, attributes: true, childList: true });
  })`);
}
