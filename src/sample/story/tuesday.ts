/** Tuesday 1 October, hour by hour: the moment of the control room is 14:20. */
import { beat, bug, build, change, check, commits, decides, handOut, say, signs, tests } from '../deeds.ts';
import type { Beat, Deed, Platform } from '../deeds.ts';
import { stockholm } from '../moment.ts';
import { nightly } from './first-week.ts';

const VERSION = '8.9.2';
const NEXT = '8.9.3';

const approve = (storefront: 'google-play' | 'app-store-connect' | 'microsoft-store', platform: Platform): Deed => ({
  do: 'lever',
  lever: { lever: 'approve', storefront, platform, version: VERSION },
});

const itgc = (key: string, title: string, platform: Platform, state: 'open' | 'closed', due: string): Deed =>
  check(key, { title, platform, version: VERSION, state, team: 'data-integrity', dueAt: due });

/** Wednesday 08:00 and 14:00 in Stockholm. */
const DUE = '2024-10-02T06:00:00.000Z';
export const DUE_LATER = '2024-10-02T12:00:00.000Z';

export const tuesday: readonly Beat[] = [
  beat(
    '10-01 06:10',
    'Nightlies of Tuesday: that of the desktop fails',
    nightly('10-01', 'android', NEXT, '88172', '05:40'),
    nightly('10-01', 'ios', NEXT, '88172', '05:52'),
    build('failed', {
      platform: 'desktop',
      version: NEXT,
      number: '50013',
      of: '88172',
      startedAt: '10-01 05:30',
      finishedAt: '10-01 05:44',
    }),
  ),
  beat('10-01 07:30', 'A ticket opens by itself: twelve of the beta crash when playback goes on'),
  beat(
    '10-01 07:40',
    'Bugs of the morning on Android get their teams',
    bug('PLAY-4398', { title: 'SIGSEGV in AudioSink::resume', versions: [VERSION, NEXT] }),
    bug('PLAY-4377', {
      title: 'ANR in HomeFeedAdapter.bind',
      state: 'open',
      platforms: ['android'],
      versions: [VERSION],
      team: 'home',
      severity: 'medium',
    }),
    bug('PLAY-4420', {
      title: 'NullPointer in ShareSheet.onResult',
      state: 'open',
      platforms: ['android'],
      versions: [VERSION],
      team: 'social',
      severity: 'low',
    }),
    bug('PLAY-4102', {
      title: 'OutOfMemory in CoverArtCache.decode',
      state: 'open',
      platforms: ['android'],
      versions: [VERSION],
      team: 'now-playing',
      severity: 'low',
    }),
  ),
  beat(
    '10-01 08:04',
    'PLAY-4398 goes to Playback',
    say('maja', 'android', VERSION, { do: 'assign-bug', bug: 'PLAY-4398', team: 'playback', reason: 'the audio sink is theirs' }),
  ),
  beat(
    '10-01 08:05',
    'Google Play approves: Android is live at 1%',
    handOut('android', VERSION, '1047', 'production'),
    approve('google-play', 'android'),
    itgc('ITGC-768', 'Client reporting reaches the backend', 'android', 'open', DUE),
    itgc('ITGC-770', 'Payments are booked once', 'android', 'open', DUE),
    itgc('ITGC-771', 'Royalties', 'android', 'open', DUE),
    itgc('ITGC-774', 'Ads', 'android', 'open', DUE),
  ),
  beat('10-01 09:10', 'The ANR rate of Android becomes uncertain: the range crosses the limit'),
  beat(
    '10-01 09:20',
    'The mini player flickers on trunk',
    bug('PLAY-4421', {
      title: 'Mini player flickers on external monitor',
      state: 'open',
      platforms: ['desktop'],
      versions: [NEXT],
      severity: 'low',
    }),
  ),
  beat(
    '10-01 09:45',
    'Maja Lind decides what came in overnight',
    decides('PLAY-4420', 'android', VERSION, 'not-a-blocker', 'three people, and the sheet opens again'),
    decides('PLAY-4377', 'android', VERSION, 'not-a-blocker', 'as often as in 8.9.1 within its range; Home is watching it'),
    decides('PLAY-4398', 'android', VERSION, 'not-a-blocker', 'six people; the fix is in 8.9.3'),
  ),
  beat(
    '10-01 10:20',
    'Car mode withdraws its sign-off on iOS',
    say('sofia', 'ios', VERSION, {
      do: 'sign-off',
      team: 'car-mode',
      state: 'withdrawn',
      note: 'playback stops after a reconnect, PLAY-4412',
    }),
  ),
  beat('10-01 10:39', 'Content played on Android passes 171,000 h'),
  beat('10-01 11:15', 'The first compliance check of Android is closed', check('ITGC-768', { state: 'closed' })),
  beat(
    '10-01 11:20',
    'A wrong plural on trunk',
    bug('PLAY-4426', {
      title: 'Wrong plural in Polish download count',
      state: 'open',
      platforms: ['ios'],
      versions: [NEXT],
      severity: 'low',
    }),
  ),
  beat(
    '10-01 11:42',
    'CPU exceptions on iOS pass their limit',
    bug('PLAY-4423', {
      title: 'CPU exception on profile switch',
      state: 'open',
      platforms: ['ios'],
      versions: [VERSION],
      team: 'kids',
      severity: 'medium',
    }),
  ),
  beat(
    '10-01 12:07',
    'Maja Lind waives CPU exceptions on iOS: only the kids profile, the server-side fallback is on',
    say('maja', 'ios', VERSION, {
      do: 'waive',
      instance: 'cpu-exceptions',
      category: 'fallback-is-on',
      reason: 'Kids profile only, server fallback is on',
      until: { at: stockholm('10-04 12:00') },
      endsIf: ['worse-colour'],
    }),
    decides('PLAY-4423', 'ios', VERSION, 'fall-back', 'only the kids profile; the server answers for it', {
      workaround: 'the server-side fallback is on',
    }),
  ),
  beat(
    '10-01 12:20',
    'An ANR on trunk is nominated',
    bug('PLAY-4427', {
      title: 'ANR when opening Audiobooks shelf with 400+ titles',
      state: 'open',
      platforms: ['android'],
      versions: [NEXT],
      severity: 'high',
      nominated: true,
    }),
  ),
  beat('10-01 13:12', 'Content played on the desktop suffices'),
  beat(
    '10-01 13:18',
    'Lyrics jump on trunk, and it is nominated',
    bug('PLAY-4429', {
      title: 'Lyrics jump back 4 seconds after seeking',
      state: 'open',
      platforms: ['android'],
      versions: [NEXT],
      severity: 'medium',
      nominated: true,
    }),
  ),
  beat(
    '10-01 13:31',
    'The fix of PLAY-4412 is merged to the release branch; iOS goes back from candidate to stabilising',
    commits('main', change('88213', 'Hold the session while CarPlay reconnects', 'Ines Duarte', 'ios/Player/CarSession.swift')),
    say('ines', 'ios', VERSION, {
      do: 'ask-cherry-pick',
      commit: '@88213',
      title: '#88213 Hold the session while CarPlay reconnects',
      bug: 'PLAY-4412',
      risk: 'Low: one guard in the session',
    }),
    say('maja', 'ios', VERSION, { do: 'answer-cherry-pick', pick: '#13', answer: 'accepted', reason: 'mends the blocker PLAY-4412' }),
    commits('release/8.9.2-ios', {
      ...change('88213', 'Hold the session while CarPlay reconnects', 'Ines Duarte', 'ios/Player/CarSession.swift'),
      name: '88213-ios',
      picked: '88213',
    }),
    bug('PLAY-4412', { fixedBy: ['@88213-ios'] }),
  ),
  beat('10-01 13:34', 'The crash feed of the desktop sends nothing more', {
    do: 'feed',
    source: 'observability',
    is: 'silent',
  }),
  beat('10-01 13:39', 'A ticket opens by itself: five users on one build crash in sign-up'),
  beat('10-01 13:42', 'Its finder says what it is', bug('PLAY-4431', { title: 'Crash on sign-up when autofill completes the e-mail' })),
  beat('10-01 13:48', 'The crash feed of the desktop is stale'),
  beat(
    '10-01 13:52',
    'Another bug on iOS without a team',
    bug('PLAY-4433', {
      title: 'Now Playing bar hidden under the tab bar, iPhone SE',
      state: 'open',
      platforms: ['ios'],
      versions: [VERSION],
      severity: 'medium',
    }),
  ),
  beat(
    '10-01 13:58',
    'RC 4 of iOS starts to build',
    build('building', {
      platform: 'ios',
      version: VERSION,
      number: '1049',
      of: '88213-ios',
      candidate: 4,
      startedAt: '10-01 13:58',
      expectedAt: '10-01 14:41',
    }),
  ),
  beat('10-01 14:02', 'Data Integrity verifies ITGC-770', check('ITGC-770', { state: 'closed' })),
  beat(
    '10-01 14:08',
    'The crash rate of Android is clear; a bug of the desktop has no team',
    bug('PLAY-4435', {
      title: 'Local files are missing after the update',
      state: 'open',
      platforms: ['desktop'],
      versions: [VERSION],
      severity: 'medium',
    }),
  ),
  beat('10-01 14:18', 'What health says now'),
  beat('10-01 14:20', 'The moment of the control room'),
  beat(
    '10-01 14:41',
    'RC 4 of iOS is built',
    build('succeeded', {
      platform: 'ios',
      version: VERSION,
      number: '1049',
      of: '88213-ios',
      candidate: 4,
      startedAt: '10-01 13:58',
      finishedAt: '10-01 14:41',
    }),
    tests('ios', VERSION, '1049', 'running'),
    handOut('ios', VERSION, '1049', 'beta', 'pending'),
  ),
  beat(
    '10-01 14:52',
    'The bugs without a team get one, and are decided',
    say('maja', 'ios', VERSION, { do: 'assign-bug', bug: 'PLAY-4431', team: 'onboarding', reason: 'owns SignUp/, wrote #88102' }),
    decides('PLAY-4431', 'ios', VERSION, 'fall-back', 'signup_email_autofill off removes the crashing path for all markets', {
      workaround: 'the flag is off for 8.9.2',
    }),
    say('maja', 'ios', VERSION, { do: 'assign-bug', bug: 'PLAY-4433', team: 'now-playing', reason: 'the bar is theirs' }),
    decides('PLAY-4433', 'ios', VERSION, 'not-a-blocker', 'one old phone, and the bar can be swiped up'),
    say('maja', 'desktop', VERSION, { do: 'assign-bug', bug: 'PLAY-4435', team: 'local-files', reason: 'local files are theirs' }),
    decides('PLAY-4435', 'desktop', VERSION, 'not-a-blocker', 'they are found again after a minute'),
  ),
  beat(
    '10-01 15:20',
    'RC 4 of iOS passes its tests',
    tests('ios', VERSION, '1049', 'passed', { passed: 17_971 }),
    handOut('ios', VERSION, '1049', 'beta', 'in-progress'),
  ),
  beat('10-01 15:40', 'The crash feed of the desktop is back', { do: 'feed', source: 'observability', is: 'back' }),
  beat(
    '10-01 16:05',
    'PLAY-4412 is verified on RC 4, which is the final candidate',
    bug('PLAY-4412', { state: 'closed', verifiedOn: ['1049'] }),
  ),
  beat(
    '10-01 16:20',
    'Microsoft approves: the desktop starts at 1%',
    approve('microsoft-store', 'desktop'),
    handOut('desktop', VERSION, '1041', 'production'),
  ),
  beat('10-01 16:40', 'The last sign-off of iOS arrives: Car mode', signs('ios', VERSION, '1049', ['car-mode'])),
  beat('10-01 17:12', 'RC 4 is with the beta; the robot submits iOS', handOut('ios', VERSION, '1049', 'beta', 'delivered', 9830)),
  beat(
    '10-01 18:30',
    'The compliance checks of the desktop are open',
    itgc('ITGC-781', 'Client reporting reaches the backend', 'desktop', 'closed', DUE_LATER),
    itgc('ITGC-782', 'Payments are booked once', 'desktop', 'closed', DUE_LATER),
    itgc('ITGC-783', 'Royalties', 'desktop', 'open', DUE_LATER),
    itgc('ITGC-784', 'Ads', 'desktop', 'open', DUE_LATER),
  ),
  beat('10-01 20:00', 'As the evening comes the ANR rate falls'),
];
