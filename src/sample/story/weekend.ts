/** 27 to 30 September: the branches are cut; candidates go to beta, teams test, blockers are mended, picks are asked for. */
import { beat, bug, build, change, commits, decides, handOut, say, signs, tests } from '../deeds.ts';
import type { Beat, Deed, Platform } from '../deeds.ts';
import { teamsSigning } from '../policy.ts';
import type { Change } from '../repository.ts';
import { nightlies } from './first-week.ts';

const VERSION = '8.9.2';

/** What is carried from trunk to each branch before Tuesday: number, subject, who. Eleven on the phones, seven on the desktop. */
const picked: Readonly<Record<Platform, readonly (readonly [string, string, string])[]>> = {
  android: [
    ['88121', 'Keep the foreground service while the screen is off', 'Ines Duarte'],
    ['88124', 'Close the decoder when a call comes in', 'Noor Haddad'],
    ['88127', 'Read the new receipt of the store', 'Yara Sousa'],
    ['88131', 'Restore the queue after an update', 'Ines Duarte'],
    ['88136', 'Do not ask for the microphone twice', 'Luca Ferri'],
    ['88140', 'Show the shelf only in its five markets', 'Greta Holm'],
    ['88145', 'Let the widget survive a restart', 'Ruben Dahl'],
    ['88150', 'Guard the deep link of a chapter', 'Greta Holm'],
    ['88158', 'Retry the licence of a download', 'Mina Park'],
    ['88163', 'Do not block the main thread on covers', 'Elias Berg'],
    ['88171', 'Count a chapter as one listen', 'Greta Holm'],
  ],
  ios: [
    ['88122', 'Keep the audio session while the screen is off', 'Ines Duarte'],
    ['88125', 'Close the decoder when a call ends', 'Noor Haddad'],
    ['88128', 'Read the receipt after a family change', 'Yara Sousa'],
    ['88132', 'Restore the queue after a restore', 'Ines Duarte'],
    ['88137', 'Do not ask for the microphone twice on iPad', 'Luca Ferri'],
    ['88141', 'Show the shelf only in its five markets', 'Greta Holm'],
    ['88146', 'Let the lock screen widget survive a restart', 'Ruben Dahl'],
    ['88151', 'Guard the universal link of a chapter', 'Greta Holm'],
    ['88159', 'Retry the licence of a download', 'Mina Park'],
    ['88164', 'Fall back on the server for the kids profile', 'Lena Brandt'],
    ['88172', 'Count a chapter as one listen', 'Greta Holm'],
  ],
  desktop: [
    ['88123', 'Keep playing while the lid closes', 'Ines Duarte'],
    ['88126', 'Close the device when it is unplugged', 'Luca Ferri'],
    ['88129', 'Draw the shelf on two monitors', 'Greta Holm'],
    ['88133', 'Restore the queue after an update', 'Ines Duarte'],
    ['88138', 'Do not lose the media keys', 'Luca Ferri'],
    ['88142', 'Show the shelf only in its five markets', 'Greta Holm'],
    ['88165', 'Let the update feed answer late', 'Emil Rask'],
  ],
};

/** The changes of trunk that were carried over, and how the branch calls them. */
function onTrunk(platform: Platform, from: number, to: number): Change[] {
  return picked[platform].slice(from, to).map(([number, subject, author]) => change(number, subject, author));
}
function onBranch(platform: Platform, from: number, to: number): Change[] {
  return picked[platform]
    .slice(from, to)
    .map(([number, subject, author]) => ({ ...change(number, subject, author), name: `${number}-${platform}`, picked: number }));
}
const branch = (platform: Platform): string => `release/${VERSION}-${platform}`;
const carriedOver = (platform: Platform, from: number, to: number): Deed[] => [
  commits('main', ...onTrunk(platform, from, to)),
  commits(branch(platform), ...onBranch(platform, from, to)),
];

/** Cherry-picks as they are asked for and accepted. `first`: how many were asked for on this track before. */
function accepted(platform: Platform, from: number, to: number, first = from): Deed[] {
  return picked[platform].slice(from, to).flatMap(([number, subject], index): Deed[] => [
    say('ines', platform, VERSION, {
      do: 'ask-cherry-pick',
      commit: `@${number}`,
      title: `#${number} ${subject}`,
      risk: 'Small, and covered by tests of its own',
    }),
    say('maja', platform, VERSION, {
      do: 'answer-cherry-pick',
      pick: `#${first + index + 1}`,
      answer: 'accepted',
      reason: 'mends what would block the release',
    }),
  ]);
}

const seen = (key: string, title: string, platform: Platform, more: Readonly<Record<string, unknown>>): Deed =>
  bug(key, { title, state: 'open', platforms: [platform], versions: [VERSION], nominated: true, severity: 'high', ...more });

const gone = (key: string, fix: string, build: string): Deed => bug(key, { state: 'closed', fixedBy: [`@${fix}`], verifiedOn: [build] });

const phones = teamsSigning('android');
const desks = teamsSigning('desktop');
/** Everyone on Android but Search, who comes last; everyone on iOS but Car mode; everyone on the desktop but Lyrics. */
const early = {
  android: phones.filter((team) => team !== 'search'),
  ios: phones.filter((team) => team !== 'car-mode'),
  desktop: desks.filter((team) => team !== 'lyrics'),
};
const part = (teams: readonly string[], of: number, from: number, to: number): readonly string[] =>
  teams.filter((_, index) => index >= Math.floor((teams.length * from) / of) && index < Math.floor((teams.length * to) / of));

export const weekend: readonly Beat[] = [
  beat(
    '09-27 10:05',
    'The first candidates of the phones are built',
    build('succeeded', {
      platform: 'android',
      version: VERSION,
      number: '1035',
      of: '88102',
      candidate: 1,
      startedAt: '09-27 09:25',
      finishedAt: '09-27 10:05',
    }),
    build('succeeded', {
      platform: 'ios',
      version: VERSION,
      number: '1036',
      of: '88102',
      candidate: 1,
      startedAt: '09-27 09:25',
      finishedAt: '09-27 10:02',
    }),
  ),
  beat(
    '09-27 10:50',
    'Bugs are nominated on the three platforms',
    seen('PLAY-4361', 'Playback stops when the screen is off', 'android', { team: 'player', flow: 'playback', severity: 'critical' }),
    seen('PLAY-4365', 'No sound after a phone call', 'android', { team: 'playback', flow: 'playback' }),
    seen('PLAY-4363', 'Playback stops when the screen is off', 'ios', { team: 'player', flow: 'playback', severity: 'critical' }),
    seen('PLAY-4362', 'Playback stops when the lid closes', 'desktop', { team: 'player', flow: 'playback' }),
  ),
  beat(
    '09-27 11:10',
    'Their tests pass; they go to beta',
    tests('android', VERSION, '1035', 'passed', { passed: 18_377 }),
    tests('ios', VERSION, '1036', 'passed', { passed: 17_902 }),
    handOut('android', VERSION, '1035', 'beta', 'delivered', 11_240),
    handOut('ios', VERSION, '1036', 'beta', 'delivered', 9790),
  ),
  beat(
    '09-27 13:30',
    'Maja Lind decides the first blockers',
    decides('PLAY-4361', 'android', VERSION, 'blocker', 'playback is a critical flow', {
      risk: 'high',
      impact: 'everyone who locks the phone',
    }),
    decides('PLAY-4365', 'android', VERSION, 'blocker', 'no sound after every call'),
    decides('PLAY-4363', 'ios', VERSION, 'blocker', 'playback is a critical flow', {
      risk: 'high',
      impact: 'everyone who locks the phone',
    }),
    decides('PLAY-4362', 'desktop', VERSION, 'blocker', 'playback is a critical flow'),
  ),
  beat(
    '09-27 15:40',
    'More bugs are nominated',
    seen('PLAY-4366', 'The receipt of the store is not read', 'android', { team: 'payments', flow: 'payment', severity: 'critical' }),
    seen('PLAY-4369', 'The queue is empty after an update', 'android', { team: 'player', flow: 'playback' }),
    seen('PLAY-4371', 'Wrong word for “chapter” in Danish', 'android', { team: 'localization', severity: 'low' }),
    seen('PLAY-4364', 'No sound after headphones are unplugged', 'desktop', { team: 'devices', flow: 'playback' }),
  ),
  beat(
    '09-27 16:30',
    'Two more are blockers, a translation is not',
    decides('PLAY-4366', 'android', VERSION, 'blocker', 'a payment that is lost'),
    decides('PLAY-4369', 'android', VERSION, 'blocker', 'the queue is what people come back for'),
    decides('PLAY-4371', 'android', VERSION, 'not-a-blocker', 'one word; it ships with the next translations'),
    decides('PLAY-4364', 'desktop', VERSION, 'blocker', 'no sound until a restart'),
  ),
  beat(
    '09-28 10:00',
    'The first picks are merged to the branches',
    nightlies('09-28', '8.9.3', '88102'),
    carriedOver('android', 0, 6),
    carriedOver('ios', 0, 6),
    carriedOver('desktop', 0, 4),
  ),
  beat(
    '09-28 11:30',
    'A cherry-pick is refused because it is not critical; eleven others are accepted',
    commits('main', change('88155', 'Rework the animation of the queue', 'Hugo Lemaire', 'shared/queue/animation.ts')),
    accepted('ios', 0, 6),
    say('ines', 'ios', VERSION, {
      do: 'ask-cherry-pick',
      commit: '@88155',
      title: '#88155 Rework the animation of the queue',
      risk: 'Medium: it touches every screen with a queue',
    }),
    say('maja', 'ios', VERSION, {
      do: 'answer-cherry-pick',
      pick: '#7',
      answer: 'refused',
      reason: 'Not critical: only what blocks the release enters the branch.',
    }),
    accepted('android', 0, 6),
    accepted('desktop', 0, 4),
  ),
  beat(
    '09-28 13:10',
    'The second candidates of the phones are built',
    build('succeeded', {
      platform: 'android',
      version: VERSION,
      number: '1040',
      of: '88140-android',
      candidate: 2,
      startedAt: '09-28 12:20',
      finishedAt: '09-28 13:04',
    }),
    build('succeeded', {
      platform: 'ios',
      version: VERSION,
      number: '1042',
      of: '88141-ios',
      candidate: 2,
      startedAt: '09-28 12:20',
      finishedAt: '09-28 13:08',
    }),
    handOut('android', VERSION, '1040', 'beta', 'delivered', 11_310),
    handOut('ios', VERSION, '1042', 'beta', 'delivered', 9806),
    tests('android', VERSION, '1040', 'passed', { passed: 18_401 }),
    tests('ios', VERSION, '1042', 'passed', { passed: 17_940 }),
    bug('PLAY-4362', { state: 'closed', fixedBy: ['@88123-desktop'] }),
    bug('PLAY-4364', { state: 'closed', fixedBy: ['@88126-desktop'] }),
  ),
  beat(
    '09-28 14:00',
    'The first candidate of the desktop is built, and clears its blockers',
    build('succeeded', {
      platform: 'desktop',
      version: VERSION,
      number: '1037',
      of: '88133-desktop',
      candidate: 1,
      startedAt: '09-28 13:10',
      finishedAt: '09-28 13:52',
    }),
    tests('desktop', VERSION, '1037', 'running'),
    handOut('desktop', VERSION, '1037', 'beta', 'delivered', 4120),
    bug('PLAY-4362', { verifiedOn: ['1037'] }),
    bug('PLAY-4364', { verifiedOn: ['1037'] }),
  ),
  beat(
    '09-28 15:20',
    'Teams test and sign',
    commits('main', ...onTrunk('ios', 6, 11), ...onTrunk('android', 6, 11)),
    accepted('ios', 6, 11, 7),
    accepted('android', 6, 11),
    carriedOver('desktop', 4, 7),
    accepted('desktop', 4, 7),
    signs('android', VERSION, '1040', part(early.android, 3, 0, 1)),
    signs('ios', VERSION, '1042', part(early.ios, 3, 0, 1)),
  ),
  beat(
    '09-28 16:10',
    'The first candidate of the desktop passes its tests, without the picks that came since',
    tests('desktop', VERSION, '1037', 'passed', { passed: 9188 }),
  ),
  beat('09-29 12:00', 'Sunday: the phones have been used for long enough', nightlies('09-29', '8.9.3', '88155')),
  beat('09-29 15:30', 'The last picks of the weekend are merged', carriedOver('android', 6, 11), carriedOver('ios', 6, 11)),
  beat(
    '09-29 17:00',
    'The four blockers of Android are fixed and verified',
    gone('PLAY-4361', '88121-android', '1040'),
    gone('PLAY-4365', '88124-android', '1040'),
    gone('PLAY-4366', '88127-android', '1040'),
    gone('PLAY-4369', '88131-android', '1040'),
    gone('PLAY-4363', '88122-ios', '1042'),
    signs('android', VERSION, '1040', part(early.android, 3, 1, 2)),
    signs('ios', VERSION, '1042', part(early.ios, 3, 1, 2)),
    signs('desktop', VERSION, '1037', part(early.desktop, 2, 0, 1)),
    bug('PLAY-4371', { state: 'closed' }),
  ),
];

export const shipDay: readonly Beat[] = [
  beat(
    '09-30 08:20',
    'Monday: the third candidate of Android is building',
    nightlies('09-30', '8.9.3', '88172'),
    build('building', {
      platform: 'android',
      version: VERSION,
      number: '1047',
      of: '88171-android',
      candidate: 3,
      startedAt: '09-30 08:20',
      expectedAt: '09-30 09:05',
    }),
  ),
  beat(
    '09-30 09:05',
    'RC 3 of Android is built',
    build('succeeded', {
      platform: 'android',
      version: VERSION,
      number: '1047',
      of: '88171-android',
      candidate: 3,
      startedAt: '09-30 08:20',
      finishedAt: '09-30 09:05',
    }),
    tests('android', VERSION, '1047', 'running'),
    handOut('android', VERSION, '1047', 'alpha', 'delivered', 6200),
    handOut('android', VERSION, '1047', 'beta', 'in-progress'),
  ),
  beat(
    '09-30 09:41',
    'RC 3 of Android passes its tests and is the final candidate',
    tests('android', VERSION, '1047', 'passed', { passed: 18_412 }),
    signs('android', VERSION, '1047', part(early.android, 3, 2, 3)),
  ),
  beat('09-30 10:58', 'The last team of Android signs: Search', signs('android', VERSION, '1047', ['search'])),
  beat('09-30 11:15', 'Maja Lind writes the notes for the reviewers: Audiobooks, its test accounts and steps', {
    do: 'contents',
    who: 'maja',
    version: VERSION,
    change: {
      storeNotes: ['google-play', 'app-store-connect', 'microsoft-store'].map((storefront) => ({
        storefront,
        language: 'en-US',
        text: 'Audiobooks are here, in five markets. Now Playing is calmer, and search is faster.',
      })),
      reviews: [
        {
          storefront: 'google-play',
          notes: 'Audiobooks: sign in with the test account, open the library, choose Audiobooks.',
          accounts: [{ name: 'reviewer-1', passwordAt: 'vault, item Store review', note: 'Sweden, with audiobooks_shelf on' }],
        },
        {
          storefront: 'microsoft-store',
          notes: 'Audiobooks: sign in with the test account, open the library, choose Audiobooks.',
          accounts: [{ name: 'reviewer-3', passwordAt: 'vault, item Store review', note: null }],
        },
      ],
    },
  }),
  beat(
    '09-30 11:20',
    'RC 3 of Android is with the beta; the robot submits it at 1%',
    handOut('android', VERSION, '1047', 'beta', 'delivered', 11_420),
  ),
  beat(
    '09-30 12:00',
    'RC 3 of iOS is built',
    build('succeeded', {
      platform: 'ios',
      version: VERSION,
      number: '1046',
      of: '88172-ios',
      candidate: 3,
      startedAt: '09-30 11:12',
      finishedAt: '09-30 12:00',
    }),
    tests('ios', VERSION, '1046', 'running'),
  ),
  beat(
    '09-30 12:40',
    'RC 3 of iOS passes its tests and is the final candidate; Car mode has not signed',
    tests('ios', VERSION, '1046', 'passed', { passed: 17_966 }),
    handOut('ios', VERSION, '1046', 'beta', 'in-progress'),
    signs('ios', VERSION, '1046', part(early.ios, 3, 2, 3)),
  ),
  beat('09-30 13:20', 'RC 3 of iOS reaches the beta', handOut('ios', VERSION, '1046', 'beta', 'delivered', 9812)),
  beat(
    '09-30 13:48',
    'RC 3 of the desktop is built',
    build('succeeded', {
      platform: 'desktop',
      version: VERSION,
      number: '1041',
      of: '88165-desktop',
      candidate: 2,
      startedAt: '09-30 13:02',
      finishedAt: '09-30 13:48',
    }),
  ),
  beat(
    '09-30 14:02',
    'The candidate of the desktop passes its tests and is final',
    tests('desktop', VERSION, '1041', 'passed', { passed: 9204 }),
    handOut('desktop', VERSION, '1041', 'beta', 'in-progress'),
    signs('desktop', VERSION, '1041', part(early.desktop, 2, 1, 2)),
  ),
  beat('09-30 15:31', 'The last team of the desktop signs: Lyrics', signs('desktop', VERSION, '1041', ['lyrics'])),
  beat(
    '09-30 16:48',
    'The candidate of the desktop is with the beta; the robot submits it',
    handOut('desktop', VERSION, '1041', 'beta', 'delivered', 4166),
    handOut('desktop', VERSION, '1041', 'production', 'in-progress'),
  ),
  beat(
    '09-30 18:05',
    'A bug is nominated on Android while it is in review',
    bug('PLAY-4402', {
      title: 'The mini player stays open after a podcast ends',
      state: 'open',
      platforms: ['android'],
      versions: [VERSION],
      team: 'podcasts',
      severity: 'medium',
      nominated: true,
    }),
  ),
  beat(
    '09-30 19:20',
    'It is not a blocker',
    decides('PLAY-4402', 'android', VERSION, 'not-a-blocker', 'one tap closes it; fixed in 8.9.3'),
  ),
  beat(
    '09-30 20:31',
    'PLAY-4412 is nominated on iOS: playback stops after a car reconnects',
    bug('PLAY-4412', {
      title: 'Playback stops after CarPlay reconnects',
      state: 'open',
      platforms: ['ios'],
      versions: [VERSION],
      team: 'player',
      flow: 'playback',
      severity: 'critical',
      nominated: true,
    }),
  ),
  beat('09-30 20:50', 'Car mode signs RC 3 of iOS', signs('ios', VERSION, '1046', ['car-mode'])),
  beat(
    '09-30 21:14',
    'PLAY-4412 is decided to be a blocker',
    decides('PLAY-4412', 'ios', VERSION, 'blocker', 'playback is a critical flow, and every drive has a reconnect', {
      risk: 'low: one guard in the session',
      impact: 'about one in nine listeners drives with the app',
      workaround: 'none that people would find',
    }),
  ),
];
