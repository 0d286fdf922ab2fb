/** What goes otherwise in the variants: beats that are left out, and beats that come instead. */
import { stockholm } from '../moment.ts';
import { beat, bug, build, change, check, commits, handOut, say, signs, tests } from '../deeds.ts';
import type { Beat, Deed, Platform } from '../deeds.ts';
import { nightlies } from './first-week.ts';

const VERSION = '8.9.2';
const HOTFIX = '8.9.2.1';

/** Beats without those of these moments. Throws when there is none of a moment: the story's own text is wrong then. */
export function without(beats: readonly Beat[], ...moments: readonly string[]): readonly Beat[] {
  const left = moments.map(stockholm);
  const missing = left.find((at) => !beats.some((each) => each.at === at));
  if (missing !== undefined) throw new Error(`the story has no beat at ${missing} to leave out`);
  return beats.filter((each) => !left.includes(each.at));
}

const approve = (storefront: 'google-play' | 'app-store-connect' | 'microsoft-store', platform: Platform, version = VERSION): Deed => ({
  do: 'lever',
  lever: { lever: 'approve', storefront, platform, version },
});
const closedChecks = (platform: Platform, from: number): Deed[] =>
  ['Client reporting reaches the backend', 'Payments are booked once', 'Royalties', 'Ads'].map((title, index) =>
    check(`ITGC-${from + index}`, { title, platform, version: VERSION, state: 'closed', team: 'data-integrity' }),
  );
/** Tuesday to Wednesday when nothing goes wrong: every track goes by its plan. */
export const calmDays: readonly Beat[] = [
  beat('10-01 06:10', 'Nightlies of Tuesday', nightlies('10-01', '8.9.3', '88172')),
  beat(
    '10-01 08:05',
    'Google Play approves: Android is live at 1%',
    handOut('android', VERSION, '1047', 'production'),
    approve('google-play', 'android'),
    closedChecks('android', 768),
  ),
  beat(
    '10-01 09:30',
    'Microsoft approves: the desktop starts at 1%',
    approve('microsoft-store', 'desktop'),
    handOut('desktop', VERSION, '1041', 'production'),
  ),
  beat('10-01 10:00', 'Apple approves: iOS starts at 1%', approve('app-store-connect', 'ios')),
  beat('10-01 14:20', 'The moment of the control room'),
  beat('10-01 16:00', 'The checks of the desktop and iOS are closed', closedChecks('desktop', 781), closedChecks('ios', 791)),
  beat('10-02 06:10', 'Nightlies of Wednesday', nightlies('10-02', '8.9.3', '88172')),
  beat('10-02 08:05', 'Android has soaked for 24 h and goes to 100%'),
  beat('10-02 09:30', 'The desktop goes to 100%; Apple would go on by itself, and the robot holds iOS at 1%'),
  beat('10-02 10:00', 'iOS has soaked for 24 h and goes to 100%'),
];

/** The night of the ads: the robot halts Android, a person resumes it. */
export const nightOfAds: readonly Beat[] = [
  beat('10-02 02:12', 'An ad server changes: the new audio ad player crashes in Brazil'),
  beat(
    '10-02 02:44',
    'The whole range is over the limit: the robot halts Android at 1% and pages; the crash group of the ad player gets its ticket, on Ads',
  ),
  beat('10-02 02:58', 'Ads rolls its configuration back', {
    do: 'decision',
    who: 'maja',
    version: VERSION,
    text: 'Ads on call (Rafael Nunes) rolls the ad configuration back; Android stays halted until the morning.',
    about: 'PLAY-4440',
  }),
  beat(
    '10-02 07:20',
    'The ads are as before since 03:05, and Maja Lind clears the stop: what was before it counts no more',
    say('maja', 'android', VERSION, {
      do: 'clear-red',
      instance: 'crash-rate',
      reason: 'The ad configuration is rolled back, and no crash of AudioAdPlayer has come since 03:05.',
    }),
    bug('PLAY-4440', { state: 'closed' }),
  ),
  beat(
    '10-02 07:35',
    'Maja Lind resumes Android at 1%',
    say('maja', 'android', VERSION, { do: 'resume', reason: 'The ad configuration is rolled back, and no crash has come since 03:05.' }),
  ),
];
export const afterTheNight: readonly Beat[] = [
  beat('10-03 08:00', 'Android has soaked for 24 h since it was resumed and goes to 100%'),
  beat('10-10 08:00', 'Android’s week of watching ends: completed'),
];

/** One compliance check fails and holds Android. */
export const lateCheck: readonly Beat[] = [
  beat('10-02 07:50', 'ITGC-774 fails: ads are counted twice', check('ITGC-774', { state: 'failed' })),
  beat('10-02 13:00', 'ITGC-774 is mended and verified: Android goes to 100%', check('ITGC-774', { state: 'closed' })),
];
export const lateEnd: readonly Beat[] = [beat('10-09 13:00', 'Android’s week of watching ends: completed')];

/** One arm of Audiobooks crashes, and everyone is sent to the other. Flags are not part of the product yet: it is told by decision and update. */
export const fallBack: readonly Beat[] = [
  beat(
    '10-03 16:00',
    'One arm of the shelf crashes on Android',
    bug('PLAY-4462', {
      title: 'Crash in AudiobookGrid.bind',
      state: 'open',
      platforms: ['android'],
      versions: [VERSION],
      team: 'audiobooks',
      severity: 'high',
    }),
  ),
  beat(
    '10-03 16:20',
    'Everyone is sent to the other arm',
    {
      do: 'decision',
      who: 'maja',
      version: VERSION,
      text: 'Audiobooks falls back: everyone is sent from the arm “grid” to “list”. No new build.',
      about: 'PLAY-4462',
    },
    {
      do: 'update',
      who: 'maja',
      version: VERSION,
      text: 'Audiobooks: the arm “grid” crashes on Android. Everyone is sent to “list”; the ramp goes on with it.',
    },
  ),
  beat('10-03 17:40', 'The crashes of the arm end', bug('PLAY-4462', { state: 'closed' })),
];

/** Apple rejects the binary: back to stabilising, and a new build. */
export const rejectedBinary: readonly Beat[] = [
  beat(
    '10-02 06:10',
    'Apple rejects the binary of iOS: it crashes at the start on an old iPad',
    {
      do: 'lever',
      lever: {
        lever: 'reject',
        storefront: 'app-store-connect',
        platform: 'ios',
        version: VERSION,
        kind: 'binary',
        why: 'Guideline 2.1: the app crashes at launch on iPad (6th generation).',
      },
    },
    nightlies('10-02', '8.9.3', '88240'),
  ),
  beat(
    '10-02 09:30',
    'The crash is mended on the release branch',
    commits('main', change('88251', 'Ask for the audio route after the first frame', 'Ines Duarte', 'ios/Player/Route.swift')),
    commits('release/8.9.2-ios', {
      ...change('88251', 'Ask for the audio route after the first frame', 'Ines Duarte', 'ios/Player/Route.swift'),
      name: '88251-ios',
      picked: '88251',
    }),
  ),
  beat(
    '10-02 10:40',
    'RC 5 of iOS is built',
    build('succeeded', {
      platform: 'ios',
      version: VERSION,
      number: '1052',
      of: '88251-ios',
      candidate: 5,
      startedAt: '10-02 09:50',
      finishedAt: '10-02 10:40',
    }),
  ),
  beat('10-02 11:30', 'RC 5 passes its tests and is the final candidate', tests('ios', VERSION, '1052', 'passed', { passed: 17_980 })),
  beat('10-02 12:10', 'RC 5 is with the beta; the robot submits it', handOut('ios', VERSION, '1052', 'beta', 'delivered', 9841)),
];
export const afterTheRejection: readonly Beat[] = [
  beat('10-03 10:00', 'Apple approves: iOS starts at 1%', approve('app-store-connect', 'ios'), closedChecks('ios', 791)),
  beat('10-04 09:30', 'Apple would go on by itself: the robot holds iOS at 1%'),
  beat('10-07 08:00', 'The window opens on Monday: iOS goes to 100%'),
  beat('10-14 08:00', 'The week of watching of iOS ends: 8.9.2 is completed'),
];

/** RC 4 never passes; 8.9.2 is canceled on iOS because 8.9.3 is about to branch. */
export const neverPasses: readonly Beat[] = [
  beat('10-01 15:20', 'RC 4 of iOS fails its tests', tests('ios', VERSION, '1049', 'failed', { passed: 17_830, failed: 141 })),
  beat('10-01 17:40', 'The session of the car cannot be mended in a day', {
    do: 'decision',
    who: 'maja',
    version: VERSION,
    text: 'iOS: the fix of PLAY-4412 breaks AirPlay. It needs two days.',
    about: 'PLAY-4412',
  }),
];
export const canceledOnIos: readonly Beat[] = [
  beat(
    '10-03 16:00',
    'Maja Lind cancels 8.9.2 on iOS: 8.9.3 is about to branch',
    say('maja', 'ios', VERSION, {
      do: 'cancel',
      reason: '8.9.3 branches on Friday and carries everything that 8.9.2 would have brought to iOS.',
    }),
  ),
];

/** 8.9.2.1 on Android alone. */
export const hotfix: readonly Beat[] = [
  beat('10-07 10:40', 'A crash in playback shows itself at 100%: a hotfix of Android is planned', {
    do: 'plan',
    version: HOTFIX,
    kind: 'hotfix',
    base: VERSION,
    platforms: ['android'],
  }),
  beat(
    '10-07 11:00',
    'Maja Lind cuts 8.9.2.1 from what shipped',
    say('maja', 'android', HOTFIX, { do: 'cut', reason: 'a crash when a podcast ends' }),
  ),
  beat(
    '10-07 11:30',
    'The one fix is merged to its branch',
    commits('main', change('88270', 'Guard the end of a podcast', 'Ines Duarte', 'android/player/End.kt')),
    commits(`release/${HOTFIX}-android`, {
      ...change('88270', 'Guard the end of a podcast', 'Ines Duarte', 'android/player/End.kt'),
      name: '88270-android',
      picked: '88270',
    }),
  ),
  beat(
    '10-07 12:20',
    'Its build passes and is with the beta',
    build('succeeded', {
      platform: 'android',
      version: HOTFIX,
      number: '1071',
      of: '88270-android',
      candidate: 1,
      startedAt: '10-07 11:35',
      finishedAt: '10-07 12:10',
    }),
    tests('android', HOTFIX, '1071', 'passed', { passed: 18_431 }),
    handOut('android', HOTFIX, '1071', 'beta', 'delivered', 11_480),
  ),
  beat('10-07 12:50', 'The two teams that it touches sign', signs('android', HOTFIX, '1071', ['player', 'ads'])),
  beat('10-07 13:00', 'Maja Lind submits it', say('maja', 'android', HOTFIX, { do: 'submit', reason: 'signed by both teams' })),
  beat(
    '10-07 16:30',
    'Google Play approves: 8.9.2.1 is live at 1%',
    handOut('android', HOTFIX, '1071', 'production'),
    approve('google-play', 'android', HOTFIX),
    ['Client reporting reaches the backend', 'Payments are booked once', 'Royalties', 'Ads'].map((title, index) =>
      check(`ITGC-${801 + index}`, { title, platform: 'android', version: HOTFIX, state: 'closed', team: 'data-integrity' }),
    ),
  ),
  beat(
    '10-08 16:40',
    'Maja Lind raises it to 100%',
    say('maja', 'android', HOTFIX, { do: 'raise', percent: 100, reason: 'soaked, and the crash is gone' }),
  ),
];

/** Every version crashes for 36 hours: it is no release, and the robot holds without halting. */
export const incidentBegins: readonly Beat[] = [
  beat('10-01 20:10', 'Every version crashes at once: a service behind all of them is broken'),
];
export const incidentEnds: readonly Beat[] = [
  beat(
    '10-03 08:10',
    'After 36 hours the service is mended',
    (['android', 'desktop'] as const).map((platform) =>
      say('maja', platform, VERSION, {
        do: 'clear-red',
        instance: 'crash-rate',
        reason: 'The service behind all versions is mended since 08:10; it was no release.',
      }),
    ),
  ),
  beat(
    '10-03 08:30',
    'iOS is submitted again with its instructions',
    say('maja', 'ios', VERSION, { do: 'submit', reason: 'the instructions for testing Audiobooks are added, and the incident is over' }),
  ),
  beat('10-03 13:00', 'Apple approves: iOS starts at 1%', approve('app-store-connect', 'ios')),
  beat('10-04 12:30', 'Apple would go on by itself: the robot holds iOS at 1%'),
  beat('10-07 08:00', 'The window opens on Monday: iOS goes to 100%'),
  beat('10-03 16:10', 'Enough was used since it was cleared: Android and the desktop go to 100%'),
  beat('10-10 16:10', 'Android’s and the desktop’s week of watching ends: completed'),
];

/** The decision that the calm story does without: nothing is nominated after the weekend. */
export const nothingNominated = ['09-30 18:05', '09-30 19:20', '09-30 20:31', '09-30 21:14'] as const;
