import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import { chromiumLaunch } from '../setup/browser.ts';
import { testDatabase } from '../setup/database.ts';
import { PHONE, VIEWS_WITHIN_MS, expectAccessible, look } from './browsing.ts';
import { settled } from './settled.ts';
import { SAMPLE, firstAdmin, personIn, startWorld } from './world.ts';
import type { Cookie, World } from './world.ts';

/** What people do with the sample, each at a browser of their own, in the order of a day. */

const MAKES_WITHIN_MS = 240_000;
const MOVES_WITHIN_MS = 40_000;

let world: World;
let browser: Browser;
let key = '';
const cookies: Record<'maja' | 'sofia' | 'tomas' | 'vera', Cookie[]> = { maja: [], sofia: [], tomas: [], vera: [] };
/** The release manager, who is an admin too; a member of Car mode; a viewer. */
let maja: Page;
let sofia: Page;
let vera: Page;
const problems: string[] = [];

const release = { app: SAMPLE, version: '8.9.2' };
const android = { ...release, platform: 'android' };
const api = () => createClient({ baseUrl: world.url, key });
const dialogOf = (page: Page): Locator => page.getByRole('dialog');

beforeAll(async () => {
  const database = await testDatabase();
  world = await startWorld(database.url);
  const admin = await firstAdmin(world);
  ({ key } = admin);
  cookies.maja = admin.cookies;
  cookies.sofia = await personIn(world, key, { name: 'Sofia Ek', roles: ['member'], teams: ['car-mode'] });
  cookies.tomas = await personIn(world, key, { name: 'Tomas Berg', roles: ['release-team'] });
  cookies.vera = await personIn(world, key, { name: 'Vera Holm', roles: ['viewer'] });
  browser = await chromium.launch(chromiumLaunch());
  maja = await look(browser, { cookies: cookies.maja, problems });
  sofia = await look(browser, { cookies: cookies.sofia, problems });
  vera = await look(browser, { cookies: cookies.vera, problems });
  return async () => {
    await browser.close();
    await world.stop();
    await database.close();
  };
}, 120_000);

async function go(page: Page, path: string): Promise<void> {
  await page.goto(`${world.url}/${SAMPLE}${path}`);
  await settled(page);
}

/** Presses the button that acts, and waits until the dialog is gone. */
async function act(page: Page, name: string | RegExp): Promise<void> {
  await dialogOf(page).getByRole('button', { name }).click();
  await dialogOf(page).waitFor({ state: 'detached' });
}

async function expectText(locator: Locator, says: RegExp): Promise<void> {
  await expect.poll(() => locator.innerText(), { timeout: VIEWS_WITHIN_MS }).toMatch(says);
}

async function expectCell(page: Page, row: string, says: RegExp): Promise<void> {
  const cell = page.getByRole('link', { name: new RegExp(`^iOS 8\\.9\\.2, ${row}: `) }).first();
  await expect.poll(() => cell.getAttribute('aria-label'), { timeout: VIEWS_WITHIN_MS }).toMatch(says);
}

describe('one who has no app yet', () => {
  test(
    'tries the sample from the first page, sees it being made, and stands in its room',
    async () => {
      await maja.goto(world.url);
      await maja.getByRole('heading', { name: 'No app yet' }).waitFor();
      await maja.getByRole('button', { name: 'Try with sample data' }).click();
      const progress = maja.locator('section', { hasText: 'Look around first' }).locator('output');
      await expectText(progress, /\w/);
      await maja.waitForURL(`**/${SAMPLE}`, { timeout: MAKES_WITHIN_MS });
      await maja.getByRole('table').first().waitFor();
      await settled(maja);
      expect(await maja.title()).toMatch(/\(sample\)/);
      await expectText(maja.getByRole('main'), /iOS is held before submission/);
    },
    MAKES_WITHIN_MS,
  );
});

describe('a viewer', () => {
  test.for([
    ['/bugs/PLAY-4431', /A release manager or release team gives it a team\..*A release manager or release team decides;/s],
    ['/8.9.2/sign-offs', /A team’s word is given by its own people: a member of that team\./],
    ['/8.9.2/changes', /A member of a team, release manager, release team or admin asks for one\./],
    ['/audit', /An admin can have every chain and seal checked\./],
  ] as const)('reads on %s who has what they lack, and is offered none of it', async ([path, says]) => {
    await go(vera, path);
    await expectText(vera.getByRole('main'), says);
    const offered = await vera.getByRole('main').getByRole('button').allInnerTexts();
    expect(offered.filter((name) => /sign off|nudge|ask for|accept|assign|decide|check the chains/i.test(name))).toEqual([]);
  });
});

describe('triage', () => {
  const waiting = (): Locator => maja.getByRole('listitem').filter({ has: maja.getByRole('button', { name: /^Undo/ }) });
  const chosen = (): Locator => maja.getByRole('radio', { checked: true });
  const bugAt = (): string => new URL(maja.url()).pathname.split('/').at(-1) ?? '';
  const bug = (name: string) => api().getBug({ params: { app: SAMPLE, bug: name } });
  let team = '';

  test('goes from bug to bug, chooses team and decision, and asks for the reason, by keys alone', async () => {
    // its ten seconds are turned on by hand
    await maja.clock.install();
    await go(maja, '/bugs');
    await maja.keyboard.press('j');
    await expect.poll(bugAt).toBe('PLAY-4433');
    await maja.keyboard.press('j');
    await expect.poll(bugAt).toBe('PLAY-4435');
    await maja.keyboard.press('k');
    await expect.poll(bugAt).toBe('PLAY-4433');
    await maja.getByRole('radio', { name: /Not a blocker/ }).waitFor();
    for (const [pressed, says] of [
      ['b', /^B\s+Blocker/],
      ['f', /^F\s+Fall back/],
      ['i', /^I\s+Ask for more/],
      ['n', /^N\s+Not a blocker/],
    ] as const) {
      await maja.keyboard.press(pressed);
      await expectText(maja.locator('label').filter({ has: chosen() }).last(), says);
    }
    for (const pressed of ['1', '3', '2']) {
      await maja.keyboard.press(pressed);
      await expectText(maja.locator('label').filter({ has: chosen() }).first(), new RegExp(`^${pressed}`));
    }
    team = await maja.locator('label').filter({ has: chosen() }).first().locator('b').innerText();
    await maja.keyboard.press('Control+Enter');
    await maja.getByText('Say why: the reason is kept and read by teams.').waitFor();
    await expectAccessible(maja, 'triage with something missing', { themes: ['light'] });
  });

  test('what was decided waits ten seconds with its words, and U takes it back', async () => {
    await maja.getByLabel(/3\. Reason/).fill('Only on the smallest screen, and the bar comes back.');
    await maja.keyboard.press('Control+Enter');
    await expectText(waiting(), new RegExp(`PLAY-4433: assign to ${team}, mark as no blocker on iOS\\s+Undo\\s*\\d+ s`));
    await expectAccessible(maja, 'a decision that waits', { themes: ['light'] });
    await maja.getByRole('button', { name: /^Undo/ }).focus();
    await maja.keyboard.press('u');
    await expect.poll(() => waiting().count()).toBe(0);
    await maja.clock.fastForward(11_000);
    expect(await bug('PLAY-4433')).toMatchObject({ team: null, tracks: [{ decision: null }] });
  });

  test('the button takes it back too, and a word that is not taken back is carried out and seen by others', async () => {
    await go(vera, '/bugs');
    await vera.getByRole('link', { name: /Now Playing bar hidden/ }).waitFor();
    for (const isMeant of [false, true]) {
      await maja.keyboard.press('2');
      await maja.keyboard.press('n');
      await maja.getByLabel(/3\. Reason/).fill('Only on the smallest screen, and the bar comes back.');
      await maja.keyboard.press('Control+Enter');
      if (!isMeant) await maja.getByRole('button', { name: /^Undo/ }).click();
      await expect.poll(() => waiting().count()).toBe(isMeant ? 1 : 0);
      await maja.clock.fastForward(11_000);
    }
    await expect.poll(() => vera.getByRole('link', { name: /Now Playing bar hidden/ }).count(), { timeout: VIEWS_WITHIN_MS }).toBe(0);
    await expect.poll(() => waiting().count()).toBe(0);
    await expect
      .poll(async () => (await bug('PLAY-4433')).tracks, { timeout: VIEWS_WITHIN_MS })
      .toMatchObject([{ decision: { is: 'not-a-blocker', by: 'Maja Lind' } }]);
    const decided = await bug('PLAY-4433');
    await go(vera, '/bugs/PLAY-4433');
    await expectText(vera.getByRole('article', { name: 'PLAY-4433' }), new RegExp(`Team\\s+${team}[^]*Not a blocker`));
    expect(decided.team).toBe(team.toLowerCase().replaceAll(' ', '-'));
  });
});

describe('sign-offs', () => {
  const wordOf = (page: Page): Locator => page.getByRole('row').filter({ hasText: 'Car mode' }).getByRole('cell').nth(1);
  const reason = '=1+1 drops the "queue", twice\nof three drives';

  test('count as in the control room, and a team signs on its page while the release manager watches', async () => {
    await go(maja, '/8.9.2/sign-offs');
    await expectText(maja.getByRole('columnheader', { name: /^iOS/ }), /25 of 26, 5 opted out/);
    await expectText(wordOf(maja), /Withdrawn on RC 3\s+Sofia Ek, 10:20: playback stops after a reconnect/);
    await go(sofia, '/8.9.2/sign-offs');
    // her own team stands first, and only for it she speaks
    await expectText(sofia.getByRole('row').nth(1), /^Car mode\s+your team/);
    await sofia.getByRole('button', { name: 'Sign off RC 3 for Car mode on iOS' }).click();
    await dialogOf(sofia).getByText('The word of Car mode on RC 3, build 1046.').waitFor();
    await expectAccessible(sofia, 'signing off', { themes: ['dark'] });
    await act(sofia, 'Sign off');
    for (const page of [sofia, maja]) await expectText(wordOf(page), /Signed on RC 3\s+Sofia Ek/);
    await expectText(maja.getByRole('columnheader', { name: /^iOS/ }), /26 of 26/);
    expect(
      await sofia
        .getByRole('row')
        .filter({ hasText: 'Player' })
        .getByRole('button', { name: /Sign off/ })
        .count(),
    ).toBe(0);
  });

  test('are taken back with a reason', async () => {
    await sofia.getByRole('button', { name: 'Withdraw for Car mode on iOS' }).click();
    await dialogOf(sofia).getByRole('button', { name: 'Withdraw the sign-off' }).click();
    await dialogOf(sofia).getByText('Say why, so that someone can mend it.').waitFor();
    await dialogOf(sofia).getByLabel('Why it is taken back').fill('One more drive is needed.');
    await act(sofia, 'Withdraw the sign-off');
    await expectText(wordOf(maja), /Withdrawn on RC 3\s+Sofia Ek.*One more drive is needed\./);
  });

  test('are refused with a reason, and the control room stops at once', async () => {
    await go(vera, '');
    await expectCell(vera, 'Team sign-offs', /Caution/);
    await sofia.getByRole('button', { name: 'Cannot sign off for Car mode on iOS' }).click();
    await dialogOf(sofia).getByLabel('Why not, with the bugs').fill(reason);
    await act(sofia, 'Cannot sign off');
    await expectText(wordOf(maja), /Cannot sign off on RC 3\s+Sofia Ek.*drops the "queue"/s);
    await expectCell(vera, 'Team sign-offs', /Stop.*Car mode/);
  });

  test('go into the audit log, which is handed out whole as CSV and as JSON, by the filter of the page', async () => {
    await go(maja, '/audit?kind=sign-offs&by=person');
    const saved: Record<string, string> = {};
    for (const form of ['CSV', 'JSON'] as const) {
      // one file after the other: while one is read, the other waits
      const [file] = await Promise.all([
        maja.waitForEvent('download', { timeout: VIEWS_WITHIN_MS }),
        maja.getByRole('button', { name: `Export ${form}` }).click(),
      ]);
      expect(file.suggestedFilename()).toBe(`${SAMPLE}-audit.${form.toLowerCase()}`);
      saved[form] = await readFile(await file.path(), 'utf8');
      await maja
        .getByText(new RegExp(`\\d+ entries are in ${file.suggestedFilename()}`))
        .first()
        .waitFor();
    }
    const { items } = await api().listAudit({ query: { app: SAMPLE, by: 'person', is: 'sign-off-given,nudged', limit: 200 } });
    const whole = JSON.parse(saved['JSON'] ?? '') as typeof items;
    expect(whole.slice(0, items.length)).toEqual(items);
    expect(new Set(whole.map(({ event }) => event['is']))).toEqual(new Set(['sign-off-given']));
    expect(whole[0]).toMatchObject({ actor: { name: 'Sofia Ek' }, event: { state: 'rejected', note: reason } });

    const [heads = [], ...rows] = readCsv(saved['CSV'] ?? '');
    expect(heads).toContain('hash');
    const asRead = rows.map((row) => Object.fromEntries(heads.map((head, at) => [head, row[at]])));
    expect(asRead.map(({ hash }) => hash)).toEqual(whole.map(({ hash }) => hash));
    expect(asRead[0]).toMatchObject({ actorName: 'Sofia Ek', is: 'sign-off-given', app: SAMPLE, track: 'music/8.9.2/ios' });
    expect(JSON.parse(asRead[0]?.['event'] ?? '')).toMatchObject({ team: 'car-mode', note: reason });
  });
});

/** Comma-separated values as RFC 4180 has them. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('a cherry-pick', () => {
  let shas: readonly string[] = [];
  const lane = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

  async function askFor(title: string, sha: string): Promise<void> {
    await sofia.getByRole('button', { name: 'Ask for one on iOS' }).click();
    const field = dialogOf(sofia);
    await field.getByLabel('Commit on main').fill(sha);
    await field.getByLabel('What it does').fill(title);
    await field.getByLabel(/^Risk/).fill('One line, and it is tested in a car.');
    await act(sofia, 'Ask for the cherry-pick');
    await expectText(lane(sofia, 'Asked for'), new RegExp(`${title}[^]*Sofia Ek[^]*A release manager or release team answers\\.`));
  }

  async function answer(page: Page, title: string, word: 'Accept' | 'Refuse', reason: string): Promise<void> {
    await page.getByRole('button', { name: `Accept or refuse ${title}` }).click();
    await expectText(dialogOf(page), /Sofia Ek asks for .*Risk: One line, and it is tested in a car\./s);
    await dialogOf(page).getByRole('radio', { name: word }).check();
    await dialogOf(page)
      .getByRole('textbox', { name: /Reason/ })
      .fill(reason);
    await act(page, word);
  }

  test('is asked for by one, who is told what is wrong with the form', async () => {
    // what Android took from main, iOS has not
    const { picks } = await api().getReleaseChanges({ params: release });
    shas = picks.filter(({ platform, state }) => platform === 'android' && state !== 'refused').map(({ commit }) => commit);
    expect(shas.length).toBeGreaterThan(1);
    await go(maja, '/8.9.2/changes');
    await go(sofia, '/8.9.2/changes');
    await sofia.getByRole('button', { name: 'Ask for one on iOS' }).click();
    await dialogOf(sofia).getByLabel('Commit on main').fill('the last one');
    await dialogOf(sofia).getByText('A commit id has 7 to 64 hexadecimal digits.').waitFor();
    await expectAccessible(sofia, 'asking for a cherry-pick', { themes: ['dark'] });
    await dialogOf(sofia).getByRole('button', { name: 'Back' }).click();
    await askFor('Shorten the greeting', shas[0] ?? '');
  });

  test('is refused by another, who says why, and the one who asked reads it', async () => {
    await answer(maja, 'Shorten the greeting', 'Refuse', 'No user would miss it this week.');
    await expect.poll(() => lane(sofia, 'Asked for').innerText(), { timeout: VIEWS_WITHIN_MS }).not.toMatch(/Shorten/);
    const refused = sofia.getByRole('group').filter({ hasText: /\d refused/ });
    await refused.locator('summary').click();
    await expectText(refused, /Shorten the greeting[^]*refused by Maja Lind: No user would miss it this week\./);
  });

  test('is accepted by another, and stands among those that wait to be merged', async () => {
    await askFor('Hold the wheel', shas[1] ?? '');
    const tomas = await look(browser, { cookies: cookies.tomas, problems });
    await go(tomas, '/8.9.2/changes');
    await answer(tomas, 'Hold the wheel', 'Accept', 'It mends what drivers hear.');
    await expectText(lane(sofia, 'Accepted'), /Hold the wheel[^]*accepted by Tomas Berg: It mends what drivers hear\./);
    expect(await sofia.getByRole('button', { name: /^Accept or refuse/ }).count()).toBe(0);
    await tomas.context().close();
  });
});

describe('on a phone at night', () => {
  let phone: Page;
  const stage = async () => (await api().getTrack({ params: android })).stage;
  const resume = (): Locator => dialogOf(phone).getByRole('button', { name: /^(?:Hold: resume the rollout|Keep holding)/ });
  /** A finger on the button, lifted after `forMs`. */
  async function press(button: Locator, forMs: number): Promise<void> {
    await button.scrollIntoViewIfNeeded();
    const box = await button.boundingBox();
    if (box === null) throw new Error('there is nothing to press');
    const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const devtools = await phone.context().newCDPSession(phone);
    await devtools.send('Input.dispatchTouchEvent', {
      type: 'touchStart',
      touchPoints: [{ ...point, radiusX: 8, radiusY: 8, force: 0.5 }],
    });
    await phone.waitForTimeout(forMs);
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await devtools.detach();
  }

  test('a rollout is halted with one reason that is picked', async () => {
    phone = await look(browser, { cookies: cookies.maja, size: PHONE, touch: true, isMobile: true, problems });
    await go(phone, '/8.9.2/android');
    await phone.getByRole('button', { name: 'Halt rollout' }).tap();
    await dialogOf(phone).getByRole('button', { name: 'Precaution while we look' }).tap();
    await expectAccessible(phone, 'halting on a phone', { themes: ['dark'] });
    await dialogOf(phone).getByRole('button', { name: 'Halt the rollout' }).tap();
    await expect.poll(stage, { timeout: MOVES_WITHIN_MS, interval: 500 }).toBe('halted');
    await expectText(phone.getByRole('main'), /Halted/);
    await phone.getByRole('link', { name: 'Keep halted' }).waitFor();
    await expectAccessible(phone, 'halted on a phone', { themes: ['dark'] });
  });

  test('a tap does not resume it, and says what would; a hold does', async () => {
    await phone.getByRole('button', { name: 'Resume…' }).last().tap();
    await dialogOf(phone).getByRole('button', { name: 'It was a false alarm' }).tap();
    await press(resume(), 300);
    await dialogOf(phone).getByText('That was too short: keep the button pressed until the dialog closes.').waitFor();
    expect(await stage()).toBe('halted');
    await expectAccessible(phone, 'resuming on a phone', { themes: ['dark'] });
    await press(resume(), 1_900);
    await dialogOf(phone).waitFor({ state: 'detached' });
    await expect.poll(stage, { timeout: MOVES_WITHIN_MS, interval: 500 }).toBe('rolling-out');
    await expect.poll(() => phone.getByRole('link', { name: 'Keep halted' }).count(), { timeout: VIEWS_WITHIN_MS }).toBe(0);
    // the finger was lifted over what lies below the dialog that had closed
    expect(new URL(phone.url()).pathname).toBe(`/${SAMPLE}/8.9.2/android`);
  });

  test.for(['a keyboard', 'a screen reader'] as const)('with %s the dialog is the confirm, and its button is pressed', async (how) => {
    await api().giveCommand({ params: android, body: { command: { do: 'halt', reason: 'Once more, by a script.' } } });
    await phone.getByRole('link', { name: 'Keep halted' }).waitFor({ timeout: MOVES_WITHIN_MS });
    await phone.getByRole('button', { name: 'Resume…' }).last().press('Enter');
    await dialogOf(phone).getByRole('button', { name: 'The cause is fixed' }).press('Enter');
    if (how === 'a keyboard') await resume().press('Enter');
    else {
      // as TalkBack presses: a pointer of one pixel without pressure, and a click that counts one press
      const pointer = { width: 1, height: 1, pressure: 0, detail: 0, pointerType: 'mouse' };
      await resume().dispatchEvent('pointerdown', pointer);
      await resume().dispatchEvent('pointerup', pointer);
      await resume().dispatchEvent('click', { detail: 1 });
    }
    await expect.poll(stage, { timeout: MOVES_WITHIN_MS, interval: 500 }).toBe('rolling-out');
    await dialogOf(phone).waitFor({ state: 'detached' });
  });
});

describe('while the server is away', () => {
  const badge = (): Locator => vera.locator('[data-live]');
  const snapshots: string[] = [];

  test('a page says that it reconnects, and after a minute since when it is not live; what it shows stays', async () => {
    await vera.clock.install();
    // a browser without shared workers: the page has a stream of its own, which goes by the clock that is turned here
    await vera.addInitScript('delete globalThis.SharedWorker');
    vera.on('request', (request) => {
      if (request.url().endsWith(`/api/apps/${SAMPLE}/control-room`)) snapshots.push(request.url());
    });
    await go(vera, '');
    await expectText(badge(), /^Live/);
    await expectCell(vera, 'Blocking bugs', /Stop, 1 open/);
    await world.stopServer();
    await vera.clock.fastForward(21_000);
    await expectText(badge(), /^Reconnecting$/);
    expect(await vera.getByText(/^Not live since/).count()).toBe(0);
    await vera.clock.fastForward(40_000);
    await expectText(badge(), /^Not live$/);
    await vera.getByText('Not live since 14:20. What is shown may be old; every action is checked again by the server.').waitFor();
    await expectCell(vera, 'Blocking bugs', /Stop, 1 open/);
    await expectAccessible(vera, 'not live');
  });

  test('it is live again by itself when the server is back, and shows what changed meanwhile by the snapshot of its stream', async () => {
    // its next try waits until something has changed
    await vera.clock.pauseAt((await vera.evaluate<number>('Date.now()')) + 1_000);
    await world.startServer();
    const { revision } = await api().getTrack({ params: { ...release, platform: 'ios' } });
    await api().giveCommand({
      params: { ...release, platform: 'ios' },
      body: {
        command: { do: 'decide-bug', bug: 'PLAY-4431', decision: 'blocker', reason: 'Nobody can sign up with autofill.' },
        basedOn: revision,
      },
    });
    await vera.clock.resume();
    await vera.clock.fastForward(11_000);
    await expectCell(vera, 'Blocking bugs', /Stop, 2 open/);
    await expectText(badge(), /^Live/);
    expect(await vera.getByText(/^Not live since/).count()).toBe(0);
    // the whole came over the stream: a server that began anew has no patches from there, and nothing was fetched beside it
    expect(snapshots).toEqual([]);
    // and what follows is a patch on it
    await api().giveCommand({
      params: { ...release, platform: 'ios' },
      body: { command: { do: 'decide-bug', bug: 'PLAY-4431', decision: 'not-a-blocker', reason: 'The form takes it after all.' } },
    });
    await expectCell(vera, 'Blocking bugs', /Stop, 1 open/);
    expect(snapshots).toEqual([]);
  });
});

describe('the sample', () => {
  test('is taken out by an admin who is asked once more, and whoever looks at it is told that it is gone', async () => {
    await go(maja, '/releases');
    await maja.getByRole('button', { name: /^Sample data: an invented release/ }).click();
    await maja.getByRole('menuitem', { name: 'Take the sample out…' }).click();
    await dialogOf(maja)
      .getByText(/all that was tried in it are removed/)
      .waitFor();
    await expectAccessible(maja, 'taking the sample out');
    await dialogOf(maja).getByRole('button', { name: 'Take it out' }).click();
    await maja.getByRole('heading', { name: 'No app yet' }).waitFor({ timeout: MOVES_WITHIN_MS });
    expect((await api().listApps({ query: {} })).items).toEqual([]);
    await vera.getByRole('heading', { name: `There is no app “${SAMPLE}”` }).waitFor();
  });

  test('nothing went wrong in any page meanwhile', () => {
    expect(
      problems.filter((problem) => !/ERR_(?:CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|CONNECTION_RESET)/.test(problem)),
    ).toEqual([]);
  });
});
