import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import { chromiumLaunch } from '../setup/browser.ts';
import { testDatabase } from '../setup/database.ts';
import { VIEWS_WITHIN_MS, expectAccessible } from './browsing.ts';
import { makeRepository, startWorld } from './world.ts';
import type { World } from './world.ts';

/** Everything is for people to do, and the waiver of what is unknown needs two of them. */
const POLICY = `
app: tunes
timezone: Europe/Stockholm
process: weekly-mobile
platforms:
  android: { storefronts: [google-play], rollout: [1, 100] }
  ios: { storefronts: [app-store-connect], rollout: [1, 100] }
robot: { cut: manual, candidate: manual, submit: manual, start: manual, raise: manual, tag: manual }
windows: { submit: any, start: any, raise: any, finish: any }
criteria:
  store-notes: { is: manual, ask: Write the store notes }
  legal: { is: approved-by, role: release-team }
  crash-rate: { is: custom, title: Health, required: true, waivable: true }
before candidate: [tests-passed]
before submit: [no-blocking-bugs, store-notes, legal, crash-rate]
before start: [no-blocking-bugs]
before finish: [no-blocking-bugs]
watch-while: { stabilising: [triage-empty], candidate: [triage-empty] }
waivers: { second-approver: [unknown] }
teams:
  player: { owns: ["**"], channel: "#player", testing: manual }
  search: { owns: [search/**], channel: "#search", testing: manual }
`;

const MOVES_WITHIN_MS = 40_000;
const PASSWORD = 'correct horse battery';
const PEOPLE = {
  tomas: { name: 'Tomas Berg', email: 'tomas@example.com', roles: 'release-team', teams: [] },
  vera: { name: 'Vera Holm', email: 'vera@example.com', roles: 'viewer', teams: [] },
} as const;

let world: World;
let browser: Browser;
let key = '';
let head = '';
/** A commit of main that the release branch lacks. */
let fresh = '';
/** The release manager, someone of the release team, a viewer: each at a browser of their own. */
let maja: Page;
let tomas: Page;
let vera: Page;
const problems: string[] = [];

const api = () => createClient({ baseUrl: world.url, key });
const trackOf = (platform: string) => api().getTrack({ params: { app: 'tunes', version: '1.1.0', platform } });

beforeAll(async () => {
  const database = await testDatabase();
  world = await startWorld(database.url);
  const repository = await makeRepository(world.folder);
  head = repository.head;
  fresh = execFileSync('git', ['rev-parse', 'main'], { cwd: repository.path, encoding: 'utf8' }).trim();
  const token = /token=(\S+)/.exec(world.setupLink)?.[1] ?? '';
  const made = await createClient({ baseUrl: world.url }).setUp({
    body: { token, name: 'Maja Lind', email: 'maja@example.com', password: PASSWORD, key: { name: 'test' } },
  });
  key = made.key ?? '';
  const client = api();
  await client.createApp({ body: { id: 'tunes', name: 'Tunes', timezone: 'Europe/Stockholm', platforms: ['android', 'ios'] } });
  await client.addConnection({ params: { app: 'tunes' }, body: { integration: 'git', settings: { repo: repository.path } } });
  await client.addConnection({ params: { app: 'tunes' }, body: { integration: 'sandbox', settings: { url: world.sandboxUrl } } });
  const { preview } = await client.previewPolicy({ params: { app: 'tunes' }, body: { text: POLICY } });
  await client.savePolicy({ params: { app: 'tunes' }, body: { text: POLICY, preview, why: 'our own process' } });
  await client.importHistory({ params: { app: 'tunes' } });
  const passwordFile = join(world.folder, 'password');
  await writeFile(passwordFile, `${PASSWORD}\n`);
  for (const person of Object.values(PEOPLE)) {
    const { id } = JSON.parse(
      world.cli(key, 'people', 'add', person.email, '--name', person.name, '--password-file', passwordFile, '--json'),
    ) as { id: string };
    world.cli(key, 'people', 'roles', id, 'tunes', '--roles', person.roles);
  }
  browser = await chromium.launch(chromiumLaunch());
  [maja, tomas, vera] = await Promise.all([pageOf('maja@example.com'), pageOf(PEOPLE.tomas.email), pageOf(PEOPLE.vera.email)]);
  return async () => {
    await browser.close();
    await world.stop();
    await database.close();
  };
}, 120_000);

/** A browser of one's own, signed in as a person signs in. */
async function pageOf(email: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 }, colorScheme: 'dark' });
  const page = watched(await context.newPage(), email);
  await page.goto(`${world.url}/tunes`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/tunes');
  await page.getByRole('table').waitFor();
  return page;
}

/** Keeps what goes wrong in a page. */
function watched(page: Page, email: string): Page {
  page.setDefaultTimeout(VIEWS_WITHIN_MS);
  page.on('pageerror', (error) => problems.push(`${email}: ${error.message}`));
  page.on('console', (message) => {
    // a refused command is an answer, and the browser prints it as an error
    if (message.type() === 'error' && !message.text().includes('status of 4')) problems.push(`${email}: ${message.text()}`);
  });
  return page;
}

const dialogOf = (page: Page) => page.getByRole('dialog');
const cellOf = (page: Page, row: string, platform = 'Android') =>
  page.getByRole('link', { name: new RegExp(`^${platform} 1\\.1\\.0, ${row}: `) });
const inspectorOf = (page: Page) => page.locator('[data-inspector]');
/** The page of a track. */
const pageOfTrack = (page: Page) => page.getByRole('main');

/** What needs a person is shown whole: the first few stand there at first. */
async function showAllNeeds(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Needs a person', level: 2 }).waitFor();
  const more = page.getByRole('button', { name: /^Show all/ });
  if ((await more.count()) > 0) await more.first().click();
}

async function expectCell(page: Page, row: string, says: RegExp, platform = 'Android'): Promise<void> {
  await expect.poll(() => cellOf(page, row, platform).getAttribute('aria-label'), { timeout: VIEWS_WITHIN_MS }).toMatch(says);
}

/** Opens the inspector of a criterion, or the page of a track where none is named. */
async function open(page: Page, platform: string, criterion?: string): Promise<void> {
  await page.goto(`${world.url}/tunes/1.1.0/${platform}${criterion === undefined ? '' : `/${criterion}`}`);
  await (criterion === undefined ? page.getByRole('heading', { level: 1, name: /1\.1\.0/ }) : inspectorOf(page)).waitFor();
}

/** Presses the button that acts, and waits until the dialog is gone. */
async function act(page: Page, name: string | RegExp): Promise<void> {
  await dialogOf(page).getByRole('button', { name }).click();
  await dialogOf(page).waitFor({ state: 'detached' });
}

/** A build of the release branch whose tests passed. */
async function reportBuild(platform: string, number: string, candidate: number): Promise<void> {
  const of = { platform, version: '1.1.0' };
  await api().reportMany({
    params: { app: 'tunes' },
    body: {
      items: [
        {
          kind: 'build',
          report: { ...of, number, candidate, kind: 'release-candidate', state: 'succeeded', commit: head, branch: 'release/1.1.0' },
        },
        { kind: 'test-run', report: { ...of, build: number, suite: 'unit', state: 'passed', attempts: 1, passed: 120 } },
      ],
    },
  });
}

type Deed = Parameters<ReturnType<typeof api>['giveCommand']>[0]['body']['command'];

/** What a script does with the key meanwhile. */
async function give(platform: string, command: Deed): Promise<void> {
  await api().giveCommand({ params: { app: 'tunes', version: '1.1.0', platform }, body: { command } });
}

const reportCrashRate = (platform: string, colour: 'green' | 'yellow' = 'green') =>
  api().reportColours({
    params: { app: 'tunes' },
    body: { instance: 'crash-rate', platform, version: '1.1.0', colour, because: 'As few as last week.' },
  });

describe('several people in one control room', () => {
  test('a viewer sees everything, is offered no command, and reads who may give it', async () => {
    await cellOf(vera, 'Health').waitFor();
    const offered = async (): Promise<readonly string[]> =>
      (await vera.getByRole('main').getByRole('button', { disabled: false }).allInnerTexts()).filter((name) => name.includes('…'));
    expect(await offered()).toEqual([]);
    for (const [criterion, says] of [
      ['crash-rate', /release manager/],
      ['store-notes', /A release manager or release team answers this/],
      ['legal', /answers this/],
    ] as const) {
      await open(vera, 'android', criterion);
      await expect.poll(() => inspectorOf(vera).innerText(), { timeout: VIEWS_WITHIN_MS }).toMatch(says);
      expect(await offered()).toEqual([]);
    }
    await open(vera, 'android');
    await pageOfTrack(vera)
      .getByText(/only a release manager or release team may do this/)
      .first()
      .waitFor();
    expect(await offered()).toEqual([]);
    await expectAccessible(vera, 'the track of a viewer');
    // a key gives nothing either
    await vera.keyboard.press('w');
    await vera.keyboard.press('h');
    expect(await dialogOf(vera).count()).toBe(0);
    await vera.goto(`${world.url}/tunes`);
  });

  test('the robot is paused for the app with a reason and an end, and everyone reads it at once', async () => {
    await maja.getByRole('button', { name: 'Pause robot' }).click();
    await expectAccessible(maja, 'pausing the robot');
    await dialogOf(maja)
      .getByRole('button', { name: /^Pause the robot/ })
      .click();
    await dialogOf(maja).getByText('Say why; a bar on every page of this app shows it.').waitFor();
    await dialogOf(maja).getByRole('button', { name: 'Incident under way' }).click();
    await dialogOf(maja).getByLabel('Until').selectOption({ label: '24 hours from now' });
    await act(maja, /^Pause the robot/);
    for (const page of [maja, vera])
      await page
        .getByText(/The robot is paused by Maja Lind until .*: Incident under way/)
        .first()
        .waitFor();
    await expect.poll(() => vera.getByRole('table').innerText(), { timeout: VIEWS_WITHIN_MS }).toMatch(/Paused/i);
    await expectAccessible(vera, 'paused');
    await maja.getByRole('button', { name: 'Let the robot go on' }).click();
    await expectAccessible(maja, 'letting the robot go on');
    await dialogOf(maja).getByRole('button', { name: 'We have looked' }).click();
    await act(maja, /^Let it go on/);
    await expect.poll(() => vera.getByText(/The robot is paused/).count(), { timeout: VIEWS_WITHIN_MS }).toBe(0);
  });

  test('eight tabs of one browser are all live by one stream, and stay so when those that came first are closed', async () => {
    const rename = (name: string) => api().renameApp({ params: { app: 'tunes' }, body: { name } });
    const expectAll = async (tabs: readonly Page[], name: string): Promise<void> => {
      for (const tab of tabs) await expect.poll(() => tab.title(), { timeout: VIEWS_WITHIN_MS }).toContain(`· ${name} ·`);
    };
    const tabs: Page[] = [];
    while (tabs.length < 8) {
      const tab = watched(await vera.context().newPage(), PEOPLE.vera.email);
      // one after the other: a tab that waited for a connection would be the seventh
      await tab.goto(`${world.url}/tunes/profile`);
      tabs.push(tab);
    }
    await expectAll(tabs, 'Tunes');
    await rename('Melodies');
    await expectAll(tabs, 'Melodies');
    const [first, second, ...others] = tabs;
    await first?.close();
    await second?.close();
    await rename('Tunes');
    await expectAll([...others, vera], 'Tunes');
    for (const tab of others) await tab.close();
  });

  test('the robot is paused on one track alone', async () => {
    await open(maja, 'ios');
    await pageOfTrack(maja).getByRole('button', { name: 'Pause robot…' }).click();
    await dialogOf(maja)
      .getByRole('textbox', { name: /Reason/ })
      .fill('iOS is looked at by hand today.');
    await act(maja, /^Pause the robot/);
    await pageOfTrack(maja)
      .getByText(/by Maja Lind.*iOS is looked at by hand today/)
      .first()
      .waitFor();
    expect((await trackOf('android')).robotPaused).toBeNull();
    await pageOfTrack(maja).getByRole('button', { name: 'Let the robot go on…' }).click();
    await dialogOf(maja)
      .getByRole('textbox', { name: /Reason/ })
      .fill('It was looked at.');
    await act(maja, /^Let it go on/);
    await expect.poll(async () => (await trackOf('ios')).robotPaused, { timeout: VIEWS_WITHIN_MS }).toBeNull();
  });

  test('a build of several is chosen by hand, and the line moves', async () => {
    await reportBuild('android', '110', 1);
    await reportBuild('android', '111', 2);
    await reportBuild('ios', '210', 1);
    await open(maja, 'android');
    await pageOfTrack(maja).getByRole('row').filter({ hasText: 'RC 1, 110' }).getByRole('button', { name: 'Choose…' }).click();
    await dialogOf(maja)
      .getByText(/What changes:.*candidate/)
      .waitFor();
    await expectAccessible(maja, 'choosing the candidate');
    await act(maja, /^Choose this build/);
    await expect.poll(async () => (await trackOf('android')).candidate?.build, { timeout: VIEWS_WITHIN_MS }).toBe('110');
    await pageOfTrack(maja).getByText('final candidate').first().waitFor();
  });

  test('a waiver of what is unknown is asked by one and approved by another', async () => {
    await open(maja, 'android', 'crash-rate');
    await maja.keyboard.press('w');
    await dialogOf(maja).getByRole('radio', { name: 'Data is not enough' }).check();
    await dialogOf(maja)
      .getByRole('textbox', { name: /Reason/ })
      .fill('The crash tool is down until tomorrow; support hears of nothing.');
    await dialogOf(maja)
      .getByText(/second person/)
      .waitFor();
    await expectAccessible(maja, 'a waiver that needs a second person');
    await act(maja, /^Ask .* to approve/);
    await inspectorOf(maja).getByText('Waiver asked, waits for approval').waitFor();
    // nobody approves what they asked for, though an admin approves what others ask for
    await inspectorOf(maja)
      .getByText(/You asked for it; somebody else/)
      .waitFor();
    expect(await inspectorOf(maja).getByRole('button', { name: 'Approve…' }).count()).toBe(0);
    await expectCell(maja, 'Health', /Unknown/);
    await maja.goto(`${world.url}/tunes`);
    await showAllNeeds(maja);
    await maja.getByText('Waiver of').first().waitFor();
    expect(await maja.getByRole('button', { name: 'Approve…' }).count()).toBe(0);

    await showAllNeeds(tomas);
    await tomas.getByRole('button', { name: 'Approve…' }).first().click();
    await dialogOf(tomas)
      .getByText(/Maja Lind asks \(data is not enough\): The crash tool is down/)
      .waitFor();
    await expectAccessible(tomas, 'approving a waiver');
    await act(tomas, /^Approve the waiver/);
    await expectCell(tomas, 'Health', /Waived/);
    await expectCell(maja, 'Health', /Waived/);
  });

  test('whoever may waive takes a waiver back', async () => {
    await open(tomas, 'android', 'crash-rate');
    await inspectorOf(tomas)
      .getByText(/approved by Tomas Berg/)
      .waitFor();
    await inspectorOf(tomas).getByRole('button', { name: 'Revoke…' }).click();
    await expectAccessible(tomas, 'revoking a waiver');
    await dialogOf(tomas).getByRole('button', { name: 'No longer safe' }).click();
    await act(tomas, /^Revoke/);
    await expectCell(maja, 'Health', /Unknown/);
  });

  test('what is done by hand is ticked, and what a role approves is not approved by who chose', async () => {
    await open(maja, 'android', 'store-notes');
    await inspectorOf(maja).getByRole('button', { name: 'Refuse…' }).click();
    await dialogOf(maja)
      .getByRole('button', { name: /^Refuse/ })
      .click();
    await dialogOf(maja).getByText('Say why not.').waitFor();
    await dialogOf(maja).getByRole('button', { name: 'Back' }).click();
    await inspectorOf(maja).getByRole('button', { name: 'Tick as done…' }).click();
    await expectAccessible(maja, 'ticking');
    await act(maja, /^Tick as done/);
    await expectCell(maja, 'Store notes', /Clear/);

    await open(maja, 'android', 'legal');
    expect(await inspectorOf(maja).getByRole('button', { name: 'Approve…' }).count()).toBe(0);
    await inspectorOf(maja)
      .getByText(/release team answers this/)
      .waitFor();
    await open(tomas, 'android', 'legal');
    await inspectorOf(tomas).getByRole('button', { name: 'Approve…' }).click();
    await dialogOf(tomas).getByLabel(/Note/).fill('The licences are listed.');
    await expectAccessible(tomas, 'approving');
    await act(tomas, /^Approve/);
    await expectCell(tomas, 'Legal', /Clear/);
  });

  test('a bug without a team is given to one that the policy names', async () => {
    world.cli(key, 'report', 'bug', 'tunes', 'TUN-9', '--title', 'Search forgets the last word', '--versions', '1.1.0', '--nominated');
    await expectCell(maja, 'Blocking bugs', /Caution/);
    await open(maja, 'android', 'no-blocking-bugs');
    await inspectorOf(maja).getByRole('button', { name: 'Assign…' }).click();
    await expectAccessible(maja, 'assigning a bug');
    await dialogOf(maja)
      .getByRole('button', { name: /^Assign/ })
      .click();
    await dialogOf(maja).getByText('Name the team that owns it.').waitFor();
    await dialogOf(maja).getByLabel('Team').selectOption('search');
    await act(maja, /^Assign/);
    await inspectorOf(maja)
      .getByText(/open · search/)
      .waitFor();
    expect(await inspectorOf(maja).getByRole('button', { name: 'Assign…' }).count()).toBe(0);
  });

  test('a viewer reads of a bug who decides it', async () => {
    await open(vera, 'android', 'no-blocking-bugs');
    await inspectorOf(vera).getByText('TUN-9').first().waitFor();
    await inspectorOf(vera).getByText('A release manager or release team decides.').waitFor();
    expect(await vera.getByRole('button', { name: /Decide|Assign/ }).count()).toBe(0);
  });

  test('a command that comes too late says what changed, and keeps what was typed', async () => {
    await open(maja, 'android', 'no-blocking-bugs');
    await inspectorOf(maja).getByRole('button', { name: 'Decide…' }).click();
    await dialogOf(maja)
      .getByRole('radio', { name: /Not a blocker/ })
      .check();
    await dialogOf(maja)
      .getByRole('textbox', { name: /Reason/ })
      .fill('Typing the word again finds it.');
    await give('android', { do: 'choose-candidate', build: '111' });
    await dialogOf(maja)
      .getByRole('button', { name: /^Decide: not a blocker/ })
      .click();
    await dialogOf(maja)
      .getByText(/Android 1\.1\.0 changed while you looked at it\..*Nothing was done\./)
      .waitFor();
    await dialogOf(maja)
      .getByText(/Its final candidate is now 111\./)
      .waitFor();
    expect(
      await dialogOf(maja)
        .getByRole('textbox', { name: /Reason/ })
        .inputValue(),
    ).toBe('Typing the word again finds it.');
    expect(
      await dialogOf(maja)
        .getByRole('radio', { name: /Not a blocker/ })
        .isChecked(),
    ).toBe(true);
    await expectAccessible(maja, 'a dialog that came too late');
    await act(maja, /all the same/);
    await expectCell(maja, 'Blocking bugs', /Clear/);
  });

  test('a cherry-pick that a script asks for is answered in the browser, with its risk in view', async () => {
    world.cli(
      key,
      'cherry-pick',
      'ask',
      'tunes/1.1.0/android',
      fresh,
      '--title',
      'Mend the queue',
      '--risk',
      'Touches every list',
      '--bug',
      'TUN-9',
    );
    await maja.goto(`${world.url}/tunes/1.1.0/changes`);
    await maja.getByRole('button', { name: /^Accept or refuse/ }).click();
    await dialogOf(maja)
      .getByText(/Touches every list/)
      .waitFor();
    await dialogOf(maja).getByText(/TUN-9/).waitFor();
    await dialogOf(maja).getByRole('radio', { name: 'Accept' }).check();
    await dialogOf(maja)
      .getByRole('textbox', { name: /Reason/ })
      .fill('Small, and it is tested.');
    await expectAccessible(maja, 'answering a cherry-pick');
    await act(maja, /^Accept/);
    await expect.poll(() => maja.getByRole('button', { name: /^Accept or refuse/ }).count(), { timeout: VIEWS_WITHIN_MS }).toBe(0);
    const { items } = await api().listCherryPicks({ params: { app: 'tunes', version: '1.1.0', platform: 'android' } });
    expect(items).toMatchObject([{ state: 'accepted', answeredBy: 'Maja Lind' }]);
  });

  test('a changed cell is underlined for a while, and no longer', async () => {
    await maja.goto(`${world.url}/tunes`);
    await cellOf(maja, 'Health').waitFor();
    await maja.evaluate(`(() => {
      const seen = globalThis.marks = [];
      const look = () => {
        const isThere = document.querySelector('[data-address$="crash-rate"] [data-changed]') !== null;
        if (isThere !== ((seen.length % 2) === 1)) seen.push(performance.now());
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
    })()`);
    await reportCrashRate('android');
    await expectCell(maja, 'Health', /Clear/);
    await expect.poll(() => maja.evaluate('globalThis.marks.length'), { timeout: VIEWS_WITHIN_MS }).toBe(2);
  });

  test('an order that the store refuses asks for a person, and is tried again', async () => {
    // the new candidate wants its tick and its approval again
    await give('android', { do: 'tick', instance: 'store-notes' });
    await open(tomas, 'android', 'legal');
    await inspectorOf(tomas).getByRole('button', { name: 'Approve…' }).click();
    await act(tomas, /^Approve/);
    await expectCell(tomas, 'Legal', /Clear/);
    const listing = { lever: 'listing', storefront: 'google-play', app: 'tunes', platform: 'android' };
    await world.lever({ ...listing, firstReleaseMustBeFull: true });
    await open(maja, 'android');
    await pageOfTrack(maja).getByRole('button', { name: 'Submit build 111…' }).click();
    await expectAccessible(maja, 'submitting');
    await act(maja, /^Submit build 111/);
    await maja.goto(`${world.url}/tunes`);
    await showAllNeeds(maja);
    await maja.getByRole('button', { name: 'Try again…' }).first().click({ timeout: MOVES_WITHIN_MS });
    await expectAccessible(maja, 'trying again');
    await world.lever({ ...listing, firstReleaseMustBeFull: false });
    await act(maja, /^Try again/);
    await expect.poll(async () => (await trackOf('android')).stage, { timeout: MOVES_WITHIN_MS, interval: 500 }).toBe('in-review');
    await expect.poll(() => maja.getByRole('button', { name: 'Try again…' }).count(), { timeout: VIEWS_WITHIN_MS }).toBe(0);
  });

  test('a submission to the App Store is taken back, and the release canceled with a reason', async () => {
    await give('ios', { do: 'choose-candidate', build: '210' });
    await give('ios', { do: 'tick', instance: 'store-notes' });
    await give('ios', { do: 'decide-bug', bug: 'TUN-9', decision: 'not-a-blocker', reason: 'As on Android' });
    await reportCrashRate('ios');
    await open(tomas, 'ios', 'legal');
    await inspectorOf(tomas).getByRole('button', { name: 'Approve…' }).click();
    await act(tomas, /^Approve/);
    await expectCell(tomas, 'Legal', /Clear/, 'iOS');
    await give('ios', { do: 'submit' });
    await expect.poll(async () => (await trackOf('ios')).stage, { timeout: MOVES_WITHIN_MS, interval: 500 }).toBe('in-review');
    await open(maja, 'ios');
    await pageOfTrack(maja).getByRole('button', { name: 'Withdraw…' }).click();
    await dialogOf(maja)
      .getByText(/What changes:/)
      .waitFor();
    await expectAccessible(maja, 'withdrawing');
    await dialogOf(maja).getByRole('button', { name: 'Wrong build' }).click();
    await act(maja, /^Withdraw/);
    await expect.poll(async () => (await trackOf('ios')).stage, { timeout: MOVES_WITHIN_MS, interval: 500 }).not.toBe('in-review');
    // what the robot makes of it comes first: a word on an older revision is asked again
    let seen = '';
    const isAtRest = async (): Promise<boolean> => {
      const before = seen;
      seen = String((await trackOf('ios')).revision);
      return seen === before;
    };
    await expect.poll(isAtRest, { timeout: MOVES_WITHIN_MS, interval: 2000 }).toBe(true);
    await pageOfTrack(maja).getByRole('button', { name: 'Cancel release…' }).click();
    await dialogOf(maja)
      .getByRole('button', { name: /^Cancel this release/ })
      .click();
    await dialogOf(maja).getByText('Say why it ends.').waitFor();
    await expectAccessible(maja, 'canceling');
    await dialogOf(maja).getByRole('button', { name: 'Its changes go into the next version' }).click();
    await act(maja, /^Cancel this release/);
    await expect.poll(async () => (await trackOf('ios')).stage, { timeout: VIEWS_WITHIN_MS }).toBe('canceled');
    await pageOfTrack(maja).getByText('Its changes go into the next version').first().waitFor();
    await expectAccessible(maja, 'canceled');
  });

  test('what tracks do has no page of settings read again, and what is written there stays', async () => {
    const version = async () => (await api().getControlRoom({ params: { app: 'tunes' } })).version;
    await maja.goto(`${world.url}/settings/policy?app=tunes`);
    const text = maja.getByLabel('The document, YAML or JSON');
    await text.fill(`${POLICY}# still being written\n`);
    await maja.getByRole('button', { name: 'Look at its effect', disabled: false }).waitFor();
    const before = await version();
    const asked: string[] = [];
    maja.on('request', (request) => void asked.push(new URL(request.url()).pathname));
    await reportCrashRate('android', 'yellow');
    await expect.poll(version, { timeout: VIEWS_WITHIN_MS }).toBeGreaterThan(before);
    // comes after it over the stream, and is history of settings
    await api().renameApp({ params: { app: 'tunes' }, body: { name: 'Melodies' } });
    await expect.poll(() => maja.title(), { timeout: VIEWS_WITHIN_MS }).toContain('Melodies');
    await expect.poll(() => asked, { timeout: VIEWS_WITHIN_MS }).toContain('/api/audit');
    expect(asked.filter((path) => path.startsWith('/api/apps/'))).toEqual([]);
    expect(await text.inputValue()).toContain('# still being written');
    // and is not lost by a link without a question
    await maja.getByRole('link', { name: 'Keys', exact: true }).click();
    await dialogOf(maja).getByRole('button', { name: 'Go on writing' }).click();
    expect(await text.inputValue()).toContain('# still being written');
    await maja.getByRole('link', { name: 'Keys', exact: true }).click();
    await dialogOf(maja).getByRole('button', { name: 'Leave without it' }).click();
    await maja.waitForURL(/settings\/keys/);
    await api().renameApp({ params: { app: 'tunes' }, body: { name: 'Tunes' } });
  });

  test('an admin looks at the effect of a policy before it is saved, and a second person approves the next', async () => {
    await maja.goto(`${world.url}/settings/policy?app=tunes`);
    const text = maja.getByLabel('The document, YAML or JSON');
    await text.waitFor();
    await text.fill(`${POLICY}rollouts: [1]\n`);
    await maja.getByRole('button', { name: `Line ${POLICY.split('\n').length}` }).waitFor();
    await maja.getByText('there is no key "rollouts" here').waitFor();
    const asked = `${POLICY.replace('[no-blocking-bugs, store-notes, legal, crash-rate]', '[no-blocking-bugs, legal, crash-rate]')}policy-changes: { second-approver: true }\n`;
    await text.fill(asked);
    await maja.getByRole('button', { name: 'Look at its effect' }).click();
    await maja.getByText('2 lines added, 1 taken out').waitFor();
    await maja.getByText(/^\d of \d live tracks? would do otherwise\.|^Nothing changes for the/).waitFor();
    await expectAccessible(maja, 'the effect of a policy');
    await maja.getByRole('button', { name: /^Save as revision/ }).click();
    await maja.getByText('Say why: it stands beside the revision.').waitFor();
    await maja.getByLabel('Why').fill('two eyes see more');
    await maja.getByRole('button', { name: /^Save as revision/ }).click();
    await maja.getByText(/Revision \d+ of the policy is in force/).waitFor();

    await text.fill(`${asked}# reviewed each quarter\n`);
    await maja.getByRole('button', { name: 'Look at its effect' }).click();
    await maja.getByText('The policy in force asks for a second person').waitFor();
    await maja.getByLabel('Why, for whoever approves it').fill('say when it is reviewed');
    await maja.getByRole('button', { name: 'Propose it' }).click();
    await maja.getByRole('heading', { name: 'A proposal waits' }).waitFor();
    await maja.getByText('You proposed it; somebody else approves it.').waitFor();

    await tomas.goto(`${world.url}/settings/policy?app=tunes`);
    await tomas.getByRole('button', { name: 'Look at its effect, then approve' }).click();
    await tomas.getByText('# reviewed each quarter').waitFor();
    await tomas.getByRole('button', { name: /^Approve: revision/ }).click();
    await maja.getByText(/Proposed by Maja Lind, approved by Tomas Berg/).waitFor();
    await maja
      .getByRole('button', { name: /^Back to revision/ })
      .first()
      .waitFor();

    await vera.goto(`${world.url}/settings/policy?app=tunes`);
    await vera.getByText('You may read it. An admin of Tunes may change it.').waitFor();
    expect(await vera.getByLabel('The document, YAML or JSON').getAttribute('readonly')).not.toBeNull();
  });

  test('an admin invites somebody by a link that is shown once, and changes what another may do', async () => {
    await maja.goto(`${world.url}/settings/people?app=tunes`);
    await maja.getByRole('button', { name: 'Invite somebody…' }).click();
    await dialogOf(maja).getByLabel('E-mail').fill('noor@example.com');
    await dialogOf(maja).getByLabel('Teams whose word they may give').fill('player');
    await expectAccessible(maja, 'inviting somebody');
    // what was written is not thrown away by a press beside it
    await maja.mouse.click(4, 4);
    await act(maja, 'Make the invitation');
    const shown = maja.getByRole('region', { name: 'The invitation of noor@example.com' });
    await shown.and(maja.locator(':focus')).waitFor();
    expect(await shown.getByRole('code').innerText()).toContain('/invitation#token=');
    await shown.getByRole('button', { name: 'I have kept it' }).click();
    expect(await maja.getByText('#token=').count()).toBe(0);
    await maja.getByText('member of a team in Tunes, for player').waitFor();

    await maja.getByRole('button', { name: 'Change the roles of Vera Holm' }).click();
    await dialogOf(maja)
      .getByRole('checkbox', { name: /^release manager/ })
      .check();
    await act(maja, 'Set the roles');
    await maja.getByText('viewer and release manager in Tunes', { exact: true }).waitFor();
    await maja.getByText('made Vera Holm viewer and release manager in tunes').waitFor();
  });

  test('an admin adds an identity provider, reads whether it works and what a change does, and takes it out', async () => {
    const identity = createServer((_request, response) => {
      const paths = { authorization_endpoint: '/auth', token_endpoint: '/token', jwks_uri: '/keys' };
      const endpoints = Object.entries(paths).map(([name, path]) => [name, `${issuer}${path}`]);
      response.end(JSON.stringify({ issuer, ...Object.fromEntries(endpoints), id_token_signing_alg_values_supported: ['RS256'] }));
    });
    identity.listen(0, '127.0.0.1');
    await once(identity, 'listening');
    const issuer = `http://127.0.0.1:${(identity.address() as AddressInfo).port}`;
    await maja.goto(`${world.url}/settings/people?app=tunes`);
    await maja.getByRole('button', { name: 'Add a provider…' }).click();
    await dialogOf(maja).getByRole('button', { name: 'Add it' }).click();
    await dialogOf(maja).getByText('The id is a word such as company').waitFor();
    await dialogOf(maja).getByLabel('Name').fill('Company');
    await dialogOf(maja).getByLabel('Id', { exact: true }).fill('company');
    await dialogOf(maja).getByText(`${world.url}/api/auth/callback/company`).waitFor();
    await dialogOf(maja).getByLabel('Issuer').fill(issuer);
    await dialogOf(maja).getByLabel('Client id').fill('signalbox');
    await dialogOf(maja).getByLabel('Client secret').fill('a secret that nobody reads again');
    await dialogOf(maja).getByRole('button', { name: 'Add a group' }).click();
    await dialogOf(maja).getByLabel('Group', { exact: true }).fill('releases');
    await dialogOf(maja).getByRole('checkbox', { name: 'release manager' }).check();
    await dialogOf(maja)
      .getByText(/At each sign-in the roles in all apps become/)
      .waitFor();
    await expectAccessible(maja, 'adding a provider', { themes: ['dark'] });
    await act(maja, 'Add it');
    await maja.getByText(/It answers, and its discovery document is in order/).waitFor();

    identity.close();
    identity.closeAllConnections();
    await maja.getByRole('button', { name: 'Test Company' }).click();
    await maja.getByText(/It does not work: .* could not be read/).waitFor();
    await maja.getByRole('button', { name: 'Change Company' }).click();
    expect(await dialogOf(maja).getByLabel('Client secret').inputValue()).toBe('');
    await dialogOf(maja).getByLabel('Name').fill('The company');
    await dialogOf(maja).getByText('The button says “Sign in with The company” from now on.').waitFor();
    await act(maja, 'Save the settings');
    const [stored] = (await api().listProviders({})).items;
    expect(stored).toMatchObject({ name: 'The company', hasSecret: true, groups: { grants: [{ group: 'releases', app: '*' }] } });
    await maja.getByText(/set the identity provider company: name$/).waitFor();

    await maja.getByRole('button', { name: 'Remove The company' }).click();
    await dialogOf(maja).getByText('Nobody signs in by it alone.').waitFor();
    await act(maja, 'Remove The company');
    await maja.getByText('There is none: people sign in by password.').waitFor();
    await vera.goto(`${world.url}/settings/people?app=tunes`);
    await vera.getByText('An admin of all apps reads and changes by which of them people sign in.').waitFor();
    // a press on what is off says why
    const pressed = async (): Promise<readonly string[]> => {
      await vera.getByRole('button', { name: 'Invite somebody…' }).click({ force: true });
      return vera.getByRole('tooltip').allInnerTexts();
    };
    await expect.poll(pressed, { timeout: VIEWS_WITHIN_MS }).toEqual(['Only an admin of all apps may do this']);
  });

  test('a key is shown once and counts until it is revoked; an integration says what it was asked and answered', async () => {
    await maja.goto(`${world.url}/settings/keys?app=tunes`);
    await maja.getByRole('button', { name: 'New reporting key…' }).click();
    await dialogOf(maja).getByLabel('Name').fill('CI of the client');
    await act(maja, 'Make the key');
    const shown = maja.getByRole('region', { name: 'The key CI of the client' });
    const reporting = await shown.getByRole('code').innerText();
    await shown.getByRole('button', { name: 'I have kept it' }).click();
    const report = () =>
      createClient({ baseUrl: world.url, key: reporting })
        .reportChecks({ params: { app: 'tunes' }, body: { items: [] } })
        .then(
          () => 'taken',
          (error: unknown) => (error as { problem: { code: string } }).problem.code,
        );
    expect(await report()).not.toBe('not-signed-in');
    await maja.getByRole('button', { name: 'Revoke CI of the client' }).click();
    await act(maja, 'Revoke it');
    await maja.getByText('revoked', { exact: true }).waitFor();
    expect(await report()).toBe('not-signed-in');

    await maja.goto(`${world.url}/settings/integrations?app=tunes`);
    await maja.getByRole('button', { name: 'Try git' }).click();
    await maja.getByText('List the branches of the repository').waitFor();
    await maja.getByText(/trunk is main at .* It may read, and make nothing\./).waitFor();
  });

  test('the audit log is narrowed by words and kept as a file', async () => {
    await maja.goto(`${world.url}/tunes/audit`);
    await maja.getByLabel('Words').fill('two eyes');
    await maja.waitForURL(/text=two/);
    await expect.poll(() => maja.getByRole('row').count(), { timeout: VIEWS_WITHIN_MS }).toBe(2);
    await maja.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => maja.getByLabel('Words').inputValue()).toBe('');
    await maja.getByLabel('Words').fill('two eyes');
    await expect.poll(() => maja.getByRole('row').count(), { timeout: VIEWS_WITHIN_MS }).toBe(2);
    const [file] = await Promise.all([maja.waitForEvent('download'), maja.getByRole('button', { name: 'Export CSV' }).click()]);
    const rows = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n');
    expect(file.suggestedFilename()).toBe('tunes-audit.csv');
    expect(rows).toHaveLength(2);
    expect(rows[1]).toContain('two eyes see more');
    await maja.getByLabel('About').selectOption({ label: 'People and keys' });
    await maja.getByLabel('Words').fill('CI of the client');
    await maja.getByText('revoked the key CI of the client').waitFor();
  });

  test('a session that ends leads to the sign-in once, and back to where one was', async () => {
    await open(vera, 'android', 'crash-rate');
    await vera.context().clearCookies();
    await vera.reload();
    await vera.waitForURL(`**/sign-in?to=${encodeURIComponent('/tunes/1.1.0/android/crash-rate')}`);
    await vera.getByLabel('E-mail').fill(PEOPLE.vera.email);
    await vera.getByLabel('Password').fill(PASSWORD);
    await vera.getByRole('button', { name: 'Sign in' }).click();
    await inspectorOf(vera).waitFor();
    expect(new URL(vera.url()).pathname).toBe('/tunes/1.1.0/android/crash-rate');
  });

  test('nothing went wrong in any page meanwhile, and the journal holds', () => {
    expect(problems).toEqual([]);
    expect(world.cli(key, 'audit', 'verify')).toMatch(/hold|ok|in order/i);
  });
});
