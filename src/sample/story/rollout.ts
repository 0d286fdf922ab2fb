/** From the night of 2 October until 8.9.2 is completed. */
import { beat, bug, build, change, check, commits, handOut, say, tests } from '../deeds.ts';
import type { Beat, Deed, Platform } from '../deeds.ts';
import { nightlies, nightly } from './first-week.ts';

const VERSION = '8.9.2';
const NEXT = '8.9.3';

const itgc = (key: string, title: string, platform: Platform): Deed =>
  check(key, { title, platform, version: VERSION, state: 'closed', team: 'data-integrity' });

/** The nights and mornings on which a variant may differ stand in beats of their own. */
export const wednesday: readonly Beat[] = [
  beat('10-02 02:40', 'The ANR rate of Android has settled'),
  beat(
    '10-02 06:10',
    'Apple rejects iOS for missing test instructions',
    {
      do: 'lever',
      lever: {
        lever: 'reject',
        storefront: 'app-store-connect',
        platform: 'ios',
        version: VERSION,
        kind: 'metadata',
        why: 'Guideline 2.1: the instructions for testing Audiobooks are missing.',
      },
    },
    nightlies('10-02', NEXT, '88240'),
  ),
  beat('10-02 07:20', 'Data Integrity verifies ITGC-771', check('ITGC-771', { state: 'closed' })),
  beat(
    '10-02 07:45',
    'The instructions are added, and iOS is submitted again without a new build',
    {
      do: 'contents',
      who: 'maja',
      version: VERSION,
      change: {
        reviews: ['google-play', 'microsoft-store', 'app-store-connect'].map((storefront) => ({
          storefront,
          notes: 'Audiobooks: sign in with the test account, open the library, choose Audiobooks.',
          accounts: [{ name: 'reviewer-2', passwordAt: 'vault, item Store review', note: 'Sweden, with audiobooks_shelf on' }],
        })),
      },
    },
    say('maja', 'ios', VERSION, { do: 'submit', reason: 'the instructions for testing Audiobooks are added' }),
  ),
  beat('10-02 07:50', 'Data Integrity verifies ITGC-774', check('ITGC-774', { state: 'closed' })),
  beat('10-02 08:05', 'Android has soaked for 24 h and goes to 100%'),
  beat(
    '10-02 11:00',
    'The checks of the desktop are closed',
    check('ITGC-783', { state: 'closed' }),
    check('ITGC-784', { state: 'closed' }),
  ),
  beat('10-02 12:30', 'Apple approves: iOS starts at 1%', {
    do: 'lever',
    lever: { lever: 'approve', storefront: 'app-store-connect', platform: 'ios', version: VERSION },
  }),
  beat('10-02 16:20', 'The desktop has soaked for 24 h and goes to 100%'),
];

/** The failed nightly of Tuesday is mended in the evening before. */
export const tuesdayNight: readonly Beat[] = [
  beat(
    '10-01 21:30',
    'The nightly of the desktop is mended on trunk',
    commits('main', change('88240', 'Link the new audio graph on Windows', 'Noor Haddad')),
  ),
];

export const thursday: readonly Beat[] = [
  beat(
    '10-03 09:00',
    '40% of daily users are on 8.9.2: Audiobooks begins its ramp',
    nightlies('10-03', NEXT, '88240'),
    { do: 'decision', who: 'maja', version: VERSION, text: 'Audiobooks: 1% of five markets, then 10, 50 and 100%.', about: 'Audiobooks' },
    itgc('ITGC-791', 'Client reporting reaches the backend', 'ios'),
    itgc('ITGC-792', 'Payments are booked once', 'ios'),
    itgc('ITGC-793', 'Royalties', 'ios'),
    itgc('ITGC-794', 'Ads', 'ios'),
  ),
  beat('10-03 12:00', 'Apple would go on by itself: the robot holds iOS at 1%'),
  beat('10-03 12:30', 'iOS has soaked for 24 h and goes to 100%'),
];

export const lastWeek: readonly Beat[] = [
  beat('10-03 15:00', 'Audiobooks is at 10%', {
    do: 'decision',
    who: 'maja',
    version: VERSION,
    text: 'Audiobooks: 10% of five markets.',
    about: 'Audiobooks',
  }),
  beat(
    '10-04 09:00',
    '8.9.3 is cut',
    nightly('10-04', 'android', NEXT, '88240', '05:40'),
    nightly('10-04', 'ios', NEXT, '88240', '05:52'),
    nightly('10-04', 'desktop', NEXT, '88240', '05:47'),
  ),
  beat(
    '10-04 11:00',
    'The first candidates of 8.9.3 are built',
    build('succeeded', {
      platform: 'android',
      version: NEXT,
      number: '1061',
      of: '88240',
      candidate: 1,
      startedAt: '10-04 09:40',
      finishedAt: '10-04 10:50',
    }),
    build('succeeded', {
      platform: 'ios',
      version: NEXT,
      number: '1062',
      of: '88240',
      candidate: 1,
      startedAt: '10-04 09:40',
      finishedAt: '10-04 10:55',
    }),
    build('succeeded', {
      platform: 'desktop',
      version: NEXT,
      number: '1063',
      of: '88240',
      candidate: 1,
      startedAt: '10-04 09:40',
      finishedAt: '10-04 10:45',
    }),
    (['android', 'ios', 'desktop'] as const).map((platform, index) => tests(platform, NEXT, `106${index + 1}`, 'running')),
  ),
  beat('10-04 15:00', 'Audiobooks is at 50%', {
    do: 'decision',
    who: 'maja',
    version: VERSION,
    text: 'Audiobooks: 50% of five markets.',
    about: 'Audiobooks',
  }),
  beat(
    '10-07 10:00',
    'Audiobooks is at 100% of its five markets',
    { do: 'decision', who: 'maja', version: VERSION, text: 'Audiobooks: everyone in five markets.', about: 'Audiobooks' },
    bug('PLAY-4377', { state: 'closed' }),
  ),
  beat('10-09 08:05', 'Android’s week of watching ends: completed', handOut('android', NEXT, '1061', 'beta', 'delivered', 11_500)),
  beat('10-09 16:20', 'The week of watching of the desktop ends'),
  beat('10-10 12:30', 'The week of watching of iOS ends: 8.9.2 is completed', {
    do: 'contents',
    who: 'maja',
    version: VERSION,
    change: {
      retrospective:
        'Android on plan, the desktop a working day late for a silent crash feed, iOS a day late for a blocker in the car. The range decided about ANRs, and nobody had to guess.',
    },
  }),
];
