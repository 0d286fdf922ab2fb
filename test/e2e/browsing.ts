/** How the browser tests look at pages: in Stockholm, without motion, in a theme and a size, and with every complaint of the page kept. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Cookie } from './world.ts';

export type Theme = 'dark' | 'light';

export const DESK = { width: 1600, height: 1000 } as const;
export const PHONE = { width: 390, height: 844 } as const;

/** How long a page may take to show what was done, on a machine that does much else. */
export const VIEWS_WITHIN_MS = 15_000;

export type Looking = {
  theme?: Theme;
  size?: { width: number; height: number };
  cookies?: readonly Cookie[];
  touch?: boolean;
  /** A phone's own browser: its finger is coarse, and pages are laid out for it. */
  isMobile?: boolean;
  /** Takes what goes wrong in the page: a thrown error, a line of the console that is an error. */
  problems?: string[];
};

/** A browser of its own, and one page in it. */
export async function look(browser: Browser, looking: Looking): Promise<Page> {
  return lookIn(await newContext(browser, looking), looking.problems);
}

/** A browser of its own for many pages: what one has fetched the next has already. */
export async function newContext(
  browser: Browser,
  { theme = 'dark', size = DESK, cookies = [], touch = false, isMobile = false }: Omit<Looking, 'problems'>,
): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Stockholm',
    locale: 'en-GB',
    hasTouch: touch,
    isMobile,
  });
  await context.addCookies([...cookies]);
  return context;
}

/** One more page in a browser. */
export async function lookIn(context: BrowserContext, problems?: string[]): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(VIEWS_WITHIN_MS);
  if (problems !== undefined) {
    // what breaks the content security policy is blocked, and told to the page alone
    await page.exposeFunction('tellViolation', (what: string) => void problems.push(what));
    await page.addInitScript(
      `document.addEventListener('securitypolicyviolation', (event) => { window.tellViolation('policy: ' + event.violatedDirective + ' ' + event.blockedURI); })`,
    );
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      // a refused command is an answer, and the browser prints it as an error
      if (message.type() === 'error' && !message.text().includes('status of 4')) problems.push(`${page.url()}: ${message.text()}`);
    });
  }
  return page;
}

/** Runs in the page. Colours that change by a transition are there a frame after its end, and what inherits them may follow with one of its own. */
const showTheme = (theme: Theme): string => `(async () => {
  document.documentElement.dataset.theme = '${theme}';
  do {
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  } while (document.getAnimations().some(({ playState }) => playState === 'running'));
})()`;

/** The dearest of axe's rules: three quarters of what a look costs. */
export const ABOUT_COLOURS = ['color-contrast', 'link-in-text-block'];

let looks = 0;
/** Colours are the same tokens everywhere, whose pairs test/contrast.test.ts holds in both themes: one look is taken in the light, the next in the dark. */
const nextTheme = (): Theme => {
  looks += 1;
  return looks % 2 === 0 ? 'dark' : 'light';
};

/** No violation that axe knows, in the next theme or those that are named; of a dialog alone while one stands before the page. `but`: rules that are not asked. */
export async function expectAccessible(
  page: Page,
  what: string,
  { themes = [nextTheme()], but = [] }: { themes?: readonly Theme[]; but?: readonly string[] } = {},
): Promise<void> {
  const isDialog = (await page.getByRole('dialog').count()) > 0;
  for (const [at, theme] of themes.entries()) {
    await page.evaluate(showTheme(theme));
    // what passes is neither described nor carried over, and with no frame in our pages axe need not gather its answers in another page
    const asked = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
    // a theme changes colours and nothing else: the second is asked about those alone
    const axe = at === 0 ? asked.disableRules([...but]) : asked.withRules(ABOUT_COLOURS);
    const { violations } = await (isDialog ? axe.include('[role="dialog"]') : axe).analyze();
    expect(
      violations.map(({ id, nodes }) => `${what}, ${theme}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
    ).toEqual([]);
  }
}
