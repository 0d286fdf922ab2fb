import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../src/sample/crashes.ts';
import type { CrashName } from '../../src/sample/crashes.ts';
import { stockholm } from '../../src/sample/moment.ts';
import { sampleRoom } from './sample-room.ts';
import type { SampleRoom } from './sample-room.ts';
import { playOn, variantsGoOn } from './sample-variants.ts';

/*
 * The story of 8.9.2, played from birth to completion on the real engine, and asserted row by row of its table. The tests stand in the story's order: each
 * plays on from where the one before it stopped. Its variants go on from copies of it.
 */

const LONG_MS = 240_000;
let room: SampleRoom;
beforeAll(async () => {
  room = await sampleRoom();
}, LONG_MS);
afterAll(() => room.close());

/** Plays the story to a moment: `10-01 14:20`. */
async function to(moment: string): Promise<void> {
  room = await playOn(room, moment);
}

const releaseNamed = (version: string) =>
  room.base.db.selectFrom('releases').select(['contents', 'planned', 'manager']).where('version', '=', version).executeTakeFirstOrThrow();
const colour = async (platform: string, instance: string, version = '8.9.2') => (await room.verdict(version, platform, instance)).colour;
const stages = async (version: string) => Promise.all(['android', 'ios', 'desktop'].map((platform) => room.stage(version, platform)));
/** The ticket that the robot filed for a crash group. */
const ticketOf = (crash: CrashName) =>
  room.base.db
    .selectFrom('crash_tickets')
    .innerJoin('crash_groups', 'crash_groups.id', 'crash_group')
    .select(['ticket', 'by', 'told', 'state'])
    .where('fingerprint', '=', fingerprintOf(crash))
    .executeTakeFirstOrThrow();

describe('the first week', () => {
  test('8.9.2 is born on trunk when 8.9.1 is cut', { timeout: LONG_MS }, async () => {
    await to('09-20 09:00');
    expect(await stages('8.9.1')).toEqual(['stabilising', 'stabilising', 'stabilising']);
    expect(await stages('8.9.2')).toEqual(['developing', 'developing', 'developing']);
    expect((await releaseNamed('8.9.2')).planned.branch).toBe(stockholm('09-27 09:00'));
  });

  test('Audiobooks holds the slot, and AI playlist is moved to 8.9.3', { timeout: LONG_MS }, async () => {
    await to('09-20 14:20');
    const { contents } = await releaseNamed('8.9.2');
    expect(contents).toMatchObject({ bigFeature: { name: 'Audiobooks' }, decisions: [{ about: 'Audiobooks', by: 'Maja Lind' }] });
  });

  test('a bug without an owner waits in triage for 35 minutes and goes to Player', { timeout: LONG_MS }, async () => {
    await to('09-23 10:05');
    expect(await room.verdict('8.9.2', 'android', 'triage-empty')).toMatchObject({ colour: 'yellow', headline: '1 without a team' });
    await to('09-23 10:40');
    expect(await colour('android', 'triage-empty')).toBe('green');
  });

  test('the Android nightly of Tuesday fails and is mended at 10:10', { timeout: LONG_MS }, async () => {
    await to('09-24 06:10');
    expect(await colour('android', 'nightly-fresh')).toBe('red');
    expect(await colour('ios', 'nightly-fresh')).toBe('green');
    await to('09-24 10:10');
    expect(await colour('android', 'nightly-fresh')).toBe('green');
  });

  test('a crash group in sign-up is a ticket of Onboarding by itself', { timeout: LONG_MS }, async () => {
    await to('09-25 13:20');
    const bug = await room.base.db.selectFrom('bugs').select('payload').where('bug', '=', 'PLAY-4341').executeTakeFirstOrThrow();
    expect(bug.payload).toMatchObject({ team: 'onboarding', flow: 'signup', severity: 'high' });
    expect(await ticketOf('birthday')).toMatchObject({
      ticket: 'PLAY-4341',
      by: { name: 'Robot' },
      told: { users: 3, team: 'onboarding' },
    });
    expect(await colour('ios', 'triage-empty')).toBe('green');
  });
});

describe('branch day and the weekend', () => {
  test('the branches are cut one platform at a time, 8.9.3 is born, 8.9.1 is at 100%', { timeout: LONG_MS }, async () => {
    await to('09-27 09:12');
    expect(await stages('8.9.2')).toEqual(['stabilising', 'developing', 'developing']);
    await to('09-27 09:20');
    const cuts = await Promise.all(
      ['android', 'ios', 'desktop'].map(async (each) => (await room.track('8.9.2', each)).reached.stabilising),
    );
    expect(cuts).toEqual([stockholm('09-27 09:12'), stockholm('09-27 09:16'), stockholm('09-27 09:20')]);
    expect(await stages('8.9.3')).toEqual(['developing', 'developing', 'developing']);
    expect((await releaseNamed('8.9.3')).contents).toMatchObject({ bigFeature: { name: 'AI playlist' } });
    expect(await stages('8.9.1')).toEqual(['released', 'released', 'released']);
  });

  test('only critical fixes enter: one cherry-pick is refused, eleven are accepted', { timeout: LONG_MS }, async () => {
    await to('09-28 15:20');
    const picks = await room.base.db.selectFrom('cherry_picks').select('state').where('track', '=', 'music/8.9.2/ios').execute();
    expect(picks.filter(({ state }) => state === 'refused')).toHaveLength(1);
    expect(picks.filter(({ state }) => state === 'accepted')).toHaveLength(11);
  });

  test('four of five nominated bugs of Android are blockers, fixed and verified by Sunday', { timeout: LONG_MS }, async () => {
    await to('09-29 17:00');
    const decided = await room.base.db.selectFrom('bug_decisions').select('decision').where('track', '=', 'music/8.9.2/android').execute();
    expect(decided.filter(({ decision }) => decision?.is === 'blocker')).toHaveLength(4);
    expect(decided.filter(({ decision }) => decision?.is === 'not-a-blocker')).toHaveLength(1);
    expect(await colour('android', 'no-blocking-bugs')).toBe('green');
  });
});

describe('Monday', () => {
  test('RC 3 of Android is the final candidate at 09:41, and the last team signs at 10:58', { timeout: LONG_MS }, async () => {
    await to('09-30 10:58');
    expect(await room.track('8.9.2', 'android')).toMatchObject({ stage: 'candidate', candidate: { build: '1047', candidate: 3 } });
    expect((await room.track('8.9.2', 'android')).reached.candidate).toBe(stockholm('09-30 09:41'));
    expect(await room.verdict('8.9.2', 'android', 'signed-off')).toMatchObject({ colour: 'green', headline: '26 of 26' });
  });

  test('the robot submits Android at 11:20 at 1%', { timeout: LONG_MS }, async () => {
    await to('09-30 11:20');
    expect(await room.stage('8.9.2', 'android')).toBe('in-review');
    const [submission] = room.place.world
      .state()
      .listings.filter(({ storefront }) => storefront === 'google-play')
      .flatMap(({ releases }) => releases)
      .filter(({ version }) => version === '8.9.2')
      .flatMap(({ submissions }) => submissions);
    expect(submission).toMatchObject({ by: 'signalbox', build: '1047', percent: 1, at: stockholm('09-30 11:20') });
  });

  test('iOS is held before submission: Car mode has not signed', { timeout: LONG_MS }, async () => {
    await to('09-30 12:40');
    expect(await room.track('8.9.2', 'ios')).toMatchObject({ stage: 'candidate', candidate: { build: '1046' } });
    expect(await room.verdict('8.9.2', 'ios', 'signed-off')).toMatchObject({ headline: '25 of 26', holds: 'submit' });
  });

  test('the desktop has its final candidate at 14:02 and is submitted at 16:48', { timeout: LONG_MS }, async () => {
    await to('09-30 16:48');
    const { reached } = await room.track('8.9.2', 'desktop');
    expect([reached.candidate, reached['in-review']]).toEqual([stockholm('09-30 14:02'), stockholm('09-30 16:48')]);
  });

  test('PLAY-4412 is decided to be a blocker on iOS at 21:14', { timeout: LONG_MS }, async () => {
    await to('09-30 21:14');
    expect(await room.verdict('8.9.2', 'ios', 'no-blocking-bugs')).toMatchObject({ colour: 'red', since: stockholm('09-30 21:14') });
  });
});

describe('Tuesday', () => {
  test('Google Play approves, and Android is live at 1% through no word of ours', { timeout: LONG_MS }, async () => {
    await to('10-01 08:05');
    expect(await room.stage('8.9.2', 'android')).toBe('rolling-out 1%');
  });

  test('the ANR rate of Android becomes uncertain', { timeout: LONG_MS }, async () => {
    await to('10-01 09:10');
    expect(await room.verdict('8.9.2', 'android', 'anr-rate')).toMatchObject({
      colour: 'yellow',
      limit: { amount: 0.25 },
    });
  });

  test('Car mode withdraws its sign-off on iOS', { timeout: LONG_MS }, async () => {
    await to('10-01 10:20');
    expect(await room.verdict('8.9.2', 'ios', 'signed-off')).toMatchObject({ headline: '25 of 26', since: stockholm('10-01 10:20') });
  });

  test('CPU exceptions on iOS are waived beside their true colour', { timeout: LONG_MS }, async () => {
    await to('10-01 12:07');
    expect(await room.verdict('8.9.2', 'ios', 'cpu-exceptions')).toMatchObject({
      colour: 'red',
      holds: null,
      waiver: { state: 'active', askedBy: 'Maja Lind', reason: 'Kids profile only, server fallback is on' },
    });
  });

  test('the fix of PLAY-4412 takes iOS back from candidate to stabilising', { timeout: LONG_MS }, async () => {
    await to('10-01 13:31');
    expect(await room.track('8.9.2', 'ios')).toMatchObject({
      stage: 'stabilising',
      back: { from: 'candidate', at: stockholm('10-01 13:31') },
    });
  });

  test('the crash feed of the desktop falls silent and is unknown at 13:48', { timeout: LONG_MS }, async () => {
    await to('10-01 13:48');
    expect(await room.verdict('8.9.2', 'desktop', 'crash-rate')).toMatchObject({
      colour: 'unknown',
      holds: '1%',
      since: stockholm('10-01 13:48'),
    });
  });

  test('RC 4 starts to build at 13:58', { timeout: LONG_MS }, async () => {
    await to('10-01 13:58');
    expect(await room.verdict('8.9.2', 'ios', 'latest-build-complete')).toMatchObject({ colour: 'yellow', headline: 'RC 4 building' });
  });
});

describe('the moment of the control room, Tuesday 14:20', () => {
  beforeAll(() => to('10-01 14:20'), LONG_MS);

  test('the crash in sign-up has a ticket of the robot’s, which nobody owns yet, and was closed for the birthday', async () => {
    expect(await ticketOf('autofill')).toMatchObject({ ticket: 'PLAY-4431', state: 'open', told: { level: 'S2', users: 6, team: null } });
    expect(await ticketOf('birthday')).toMatchObject({ state: 'closed' });
  });

  test('Android is at 1%, iOS back at its branch, the desktop in review, 8.9.3 on main', async () => {
    expect(await stages('8.9.2')).toEqual(['rolling-out 1%', 'stabilising', 'in-review']);
    expect(await stages('8.9.3')).toEqual(['developing', 'developing', 'developing']);
    expect(await stages('8.9.1')).toEqual(['released', 'released', 'released']);
  });

  const hoursAgo = (hours: number, minutes = 0) =>
    new Date(Date.parse(stockholm('10-01 14:20')) - (hours * 60 + minutes) * 60_000).toISOString();
  test.each([
    ['android', 'tests-passed', { colour: 'green', headline: '18,412 tests passed' }],
    [
      'ios',
      'latest-build-complete',
      { colour: 'yellow', headline: 'RC 4 building', value: { amount: 11, unit: 'of 12 picks' }, since: hoursAgo(0, 49) },
    ],
    ['desktop', 'tests-passed', { colour: 'green', headline: '9,204 tests passed' }],
    ['android', 'no-blocking-bugs', { colour: 'green', since: hoursAgo(19) }],
    ['ios', 'no-blocking-bugs', { colour: 'red', headline: '1 open', holds: 'submit', since: hoursAgo(17, 6) }],
    ['desktop', 'no-blocking-bugs', { colour: 'green' }],
    ['android', 'signed-off', { colour: 'green', headline: '26 of 26', since: hoursAgo(27, 22) }],
    ['ios', 'signed-off', { colour: 'yellow', headline: '25 of 26', dueAt: stockholm('10-01 16:00') }],
    ['desktop', 'signed-off', { colour: 'green', headline: '19 of 19' }],
    [
      'android',
      'crash-rate',
      {
        colour: 'green',
        value: { amount: 0.31, unit: 'per 1,000 h' },
        limit: { amount: 0.4, unit: 'per 1,000 h' },
        since: hoursAgo(0, 12),
      },
    ],
    ['ios', 'crash-rate', { colour: 'green', value: { amount: 0.16, unit: 'per 1,000 h' } }],
    ['desktop', 'crash-rate', { colour: 'unknown', headline: 'No data for 47 min', value: { amount: 0.06, unit: 'per 1,000 h' } }],
    ['android', 'anr-rate', { colour: 'yellow', value: { amount: 0.23, unit: 'per 1,000 h' } }],
    ['ios', 'cpu-exceptions', { colour: 'red', holds: null, value: { amount: 0.1, unit: 'per 1,000 h' } }],
    ['desktop', 'hangs', { colour: 'green', value: { amount: 0.069, unit: 'per 1,000 h' } }],
    ['android', 'hours-played', { colour: 'green', value: { amount: 537_000, unit: 'h' }, since: hoursAgo(3, 41) }],
    ['ios', 'hours-played', { colour: 'green', value: { amount: 459_000, unit: 'h' } }],
    ['desktop', 'hours-played', { colour: 'green', value: { amount: 301_000, unit: 'h' } }],
    ['ios', 'build-distributed', { colour: 'green', value: { amount: 9812, unit: 'people' } }],
    ['desktop', 'in-the-store', { colour: 'yellow', holds: '1%' }],
    [
      'android',
      'compliance-closed',
      { colour: 'yellow', holds: '100%', value: { amount: 2, unit: 'of 4 checks' }, since: hoursAgo(6, 15) },
    ],
    ['android', 'triage-empty', { colour: 'green' }],
    ['ios', 'triage-empty', { colour: 'yellow', headline: '2 without a team', since: hoursAgo(0, 41) }],
    ['desktop', 'triage-empty', { colour: 'yellow', headline: '1 without a team', since: hoursAgo(0, 12) }],
  ])('%s, %s', async (platform, instance, says) => {
    expect(await room.verdict('8.9.2', platform, instance)).toMatchObject(says);
  });

  test.each([
    ['android', 'green'],
    ['ios', 'green'],
    ['desktop', 'red'],
  ])('the nightly of 8.9.3 on %s is %s', async (platform, expected) => {
    expect(await colour(platform, 'nightly-fresh', '8.9.3')).toBe(expected);
  });
});

describe('from Tuesday afternoon to the end', () => {
  test('RC 4 passes, iOS is submitted at 17:12; the desktop, its feed back, starts at 16:20', { timeout: LONG_MS }, async () => {
    await to('10-01 17:12');
    expect(await stages('8.9.2')).toEqual(['rolling-out 1%', 'in-review', 'rolling-out 1%']);
    expect((await room.track('8.9.2', 'ios')).reached['in-review']).toBe(stockholm('10-01 17:12'));
    expect((await room.track('8.9.2', 'desktop')).reached['rolling-out']).toBe(stockholm('10-01 16:20'));
  });

  test('Apple rejects the metadata; iOS is resubmitted without a new build', { timeout: LONG_MS }, async () => {
    await to('10-02 06:10');
    expect(await room.track('8.9.2', 'ios')).toMatchObject({ stage: 'candidate', candidate: { build: '1049' } });
    await to('10-02 07:45');
    expect(await room.track('8.9.2', 'ios')).toMatchObject({ stage: 'in-review', candidate: { build: '1049' } });
  });

  test('Android is at 100% at 08:05: the ANR rate has settled and the checks are closed', { timeout: LONG_MS }, async () => {
    await to('10-02 08:05');
    expect(await room.stage('8.9.2', 'android')).toBe('released');
    expect((await room.track('8.9.2', 'android')).reached.released).toBe(stockholm('10-02 08:05'));
  });

  test('iOS and the desktop follow: tracks end at different times', { timeout: LONG_MS }, async () => {
    await to('10-03 12:30');
    expect((await room.track('8.9.2', 'desktop')).reached.released).toBe(stockholm('10-02 16:20'));
    expect((await room.track('8.9.2', 'ios')).reached.released).toBe(stockholm('10-03 12:30'));
  });

  test('Android’s week of watching ends on 9 October, and the audit is whole', { timeout: LONG_MS }, async () => {
    await to('10-09 08:05');
    expect(await room.stage('8.9.2', 'android')).toBe('completed');
    expect(await room.engine.verifyAudit('music')).toMatchObject({ ok: true, problems: [] });
  });
});

variantsGoOn(to);
