/** 8.9.1, the release before: cut on the morning on which 8.9.2 is born, at 100% when 8.9.2 is cut, watched until it is replaced. */
import { beat, build, change, commits, handOut, platforms, say, tests } from '../deeds.ts';
import type { Beat, Deed, Platform } from '../deeds.ts';

const VERSION = '8.9.1';
const builds: Readonly<Record<Platform, string>> = { android: '1018', ios: '1019', desktop: '1015' };
/** What stands on trunk when 8.9.1 is cut. */
const CUT = '87940';

const nightlyOfTheDay = (platform: Platform, number: string): Deed[] => [
  build('succeeded', { platform, version: VERSION, number, of: CUT, startedAt: '09-20 05:30', finishedAt: '09-20 05:41' }),
  tests(platform, VERSION, number, 'passed', { suite: 'smoke', passed: 412 }),
  handOut(platform, VERSION, number, 'employees'),
  handOut(platform, VERSION, number, 'alpha'),
];

const candidate = (platform: Platform): Deed[] => {
  const number = builds[platform];
  return [
    build('succeeded', { platform, version: VERSION, number, of: CUT, candidate: 1, startedAt: '09-20 09:30', finishedAt: '09-20 10:20' }),
    handOut(platform, VERSION, number, 'beta', 'delivered', 9200),
  ];
};

const letSignOffsPass = (platform: Platform): Deed =>
  say('maja', platform, VERSION, {
    do: 'waive',
    instance: 'signed-off',
    category: 'known-and-accepted',
    reason: 'Every team signed 8.9.1 in the old spreadsheet; its last page is attached to the release.',
    endsIf: ['worse-colour'],
  });

const checksClosed = (platform: Platform): Deed[] =>
  ['Royalties', 'Ads', 'Client reporting', 'Payments'].map((title, index) => ({
    do: 'ticket',
    kind: 'check',
    key: `ITGC-${740 + platforms.indexOf(platform) * 4 + index}`,
    set: { title, platform, version: VERSION, state: 'closed', team: 'data-integrity' },
  }));

/** The beats of 8.9.1. */
export const release891: readonly Beat[] = [
  beat(
    '09-20 08:00',
    'The sample begins: 8.9.1 is on trunk',
    commits(
      'main',
      change('87801', 'Begin the shelf of audiobooks behind a flag', 'Greta Holm'),
      change('87833', 'Cache covers by their colour', 'Elias Berg'),
      change('87860', 'Order search by what was played last', 'Jonas Vik'),
      change('87902', 'Keep the queue when the network goes', 'Ines Duarte'),
      change(CUT, 'Show lyrics on the lock screen', 'Aiko Tan'),
    ),
    platforms.flatMap((platform, index) => nightlyOfTheDay(platform, `520${index + 1}`)),
  ),
  beat('09-20 09:00', '8.9.1 is cut on its three platforms; 8.9.2 is born on trunk'),
  beat('09-20 10:20', 'The first candidates of 8.9.1 are built', platforms.flatMap(candidate)),
  beat(
    '09-23 11:30',
    'The tests of 8.9.1 pass',
    platforms.map((platform) => tests(platform, VERSION, builds[platform], 'passed', { passed: 18_020 })),
  ),
  beat('09-23 16:10', 'Maja Lind lets the sign-offs of the old spreadsheet count; 8.9.1 is submitted', platforms.map(letSignOffsPass)),
  beat('09-24 09:05', 'Google Play approves 8.9.1', {
    do: 'lever',
    lever: { lever: 'approve', storefront: 'google-play', platform: 'android', version: VERSION },
  }),
  beat(
    '09-24 09:20',
    'Apple and Microsoft approve 8.9.1',
    handOut('android', VERSION, builds.android, 'production'),
    { do: 'lever', lever: { lever: 'approve', storefront: 'app-store-connect', platform: 'ios', version: VERSION } },
    { do: 'lever', lever: { lever: 'approve', storefront: 'microsoft-store', platform: 'desktop', version: VERSION } },
    handOut('desktop', VERSION, builds.desktop, 'production'),
  ),
  beat('09-24 17:00', 'The compliance checks of 8.9.1 are closed', platforms.flatMap(checksClosed)),
  beat('09-25 08:50', 'Apple would go on by itself: the robot holds 8.9.1 at 1%'),
  beat('09-25 09:05', '8.9.1 is at 100% on Android'),
  beat('09-25 09:20', '8.9.1 is at 100% everywhere'),
];
