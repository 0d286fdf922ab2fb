/** 20 to 27 September: 8.9.2 collects changes on trunk; nightlies, the first bugs, the slot of the big feature. */
import { beat, bug, build, change, commits, handOut, platforms, say, tests } from '../deeds.ts';
import type { Beat, Deed, Platform } from '../deeds.ts';

/** A nightly of trunk on one platform: built, tested, handed to employees and alpha. */
export function nightly(day: string, platform: Platform, version: string, of: string, reachedAt: string): Deed[] {
  const number = `5${day.replace('-', '').slice(1)}${platforms.indexOf(platform) + 1}`;
  return [
    build('succeeded', { platform, version, number, of, startedAt: `${day} 05:30`, finishedAt: `${day} ${reachedAt}` }),
    tests(platform, version, number, 'passed', { suite: 'smoke', passed: 412 }),
    handOut(platform, version, number, 'employees', 'delivered', 1840),
    handOut(platform, version, number, 'alpha', 'delivered', 6200),
  ];
}

export function nightlies(day: string, version: string, of: string, on: readonly Platform[] = platforms): Deed[] {
  const reached: Readonly<Record<Platform, string>> = { android: '05:40', ios: '05:52', desktop: '05:47' };
  return on.flatMap((platform) => nightly(day, platform, version, of, reached[platform]));
}

export const firstWeek: readonly Beat[] = [
  beat(
    '09-20 11:40',
    'A large change of the infrastructure merges on the first day of the week',
    commits(
      'main',
      change(
        '87955',
        'Move playback to the new audio graph',
        'Noor Haddad',
        'shared/playback/graph.ts',
        'shared/playback/sink.ts',
        'shared/playback/mixer.ts',
      ),
    ),
    {
      do: 'contents',
      who: 'maja',
      version: '8.9.2',
      change: {
        manager: 'Maja Lind',
        channel: '#release-8-9-2',
        bigFeature: { name: 'Audiobooks', note: '5 markets, behind audiobooks_shelf, starts after 100%', url: null },
        whatsNew: 'Audiobooks in Sweden, Norway, Ireland, New Zealand and Canada. A calmer Now Playing screen. Faster search.',
      },
    },
  ),
  beat('09-20 14:20', 'AI playlist asks for the slot of 8.9.2, which Audiobooks holds, and is moved to 8.9.3', {
    do: 'decision',
    who: 'maja',
    version: '8.9.2',
    text: 'AI playlist asked for 8.9.2. Audiobooks holds the one slot for a big feature; AI playlist is moved to 8.9.3.',
    about: 'Audiobooks',
  }),
  beat('09-21 06:10', 'Nightlies of Saturday', nightlies('09-21', '8.9.2', '87955')),
  beat('09-22 06:10', 'Nightlies of Sunday', nightlies('09-22', '8.9.2', '87955')),
  beat(
    '09-23 06:10',
    'Nightlies of Monday',
    commits(
      'main',
      change('87968', 'Sort the shelf by what is listened to', 'Greta Holm'),
      change('87974', 'Ask before a download over mobile data', 'Mina Park'),
    ),
    nightlies('09-23', '8.9.2', '87974'),
  ),
  beat(
    '09-23 10:05',
    'An employee reports a bug without an owner',
    bug('PLAY-4318', {
      title: 'Shuffle plays the same song twice',
      state: 'open',
      platforms: ['android'],
      versions: ['8.9.2'],
      severity: 'medium',
      flow: 'playback',
    }),
  ),
  beat(
    '09-23 10:40',
    'After 35 minutes in triage it goes to Player',
    say('maja', 'android', '8.9.2', { do: 'assign-bug', bug: 'PLAY-4318', team: 'player', reason: 'shuffle is theirs' }),
  ),
  beat(
    '09-24 06:10',
    'The Android nightly of Tuesday fails',
    commits('main', change('87990', 'Pool decoders between songs', 'Noor Haddad')),
    nightlies('09-24', '8.9.2', '87990', ['ios', 'desktop']),
    build('failed', {
      platform: 'android',
      version: '8.9.2',
      number: '59241',
      of: '87990',
      startedAt: '09-24 05:30',
      finishedAt: '09-24 05:48',
    }),
  ),
  beat(
    '09-24 10:10',
    'The Android nightly is mended',
    commits('main', change('87996', 'Give decoders back on the thread that took them', 'Noor Haddad')),
    build('succeeded', {
      platform: 'android',
      version: '8.9.2',
      number: '59244',
      of: '87996',
      startedAt: '09-24 09:41',
      finishedAt: '09-24 10:02',
    }),
    tests('android', '8.9.2', '59244', 'passed', { suite: 'smoke', passed: 412 }),
    handOut('android', '8.9.2', '59244', 'employees', 'delivered', 1840),
    handOut('android', '8.9.2', '59244', 'alpha', 'delivered', 6200),
  ),
  beat('09-24 15:00', 'Player mends the shuffle', bug('PLAY-4318', { state: 'closed' })),
  beat('09-25 06:10', 'Nightlies of Wednesday', nightlies('09-25', '8.9.2', '87996')),
  beat('09-25 13:20', 'A crash group in sign-up passes the severity threshold on alpha: a ticket by itself, on Onboarding'),
  beat('09-25 13:50', 'Onboarding says what it is', bug('PLAY-4341', { title: 'Crash on sign-up when the birthday is left empty' })),
  beat(
    '09-26 06:10',
    'Nightlies of Thursday',
    commits('main', change('88051', 'Read the birthday as optional', 'Abena Osei', 'ios/SignUp/Birthday.swift')),
    nightlies('09-26', '8.9.2', '88051'),
  ),
  beat('09-26 14:00', 'Onboarding mends the crash in sign-up', bug('PLAY-4341', { state: 'closed', fixedBy: ['@88051'] })),
  beat(
    '09-27 08:41',
    'The last change before the branch',
    commits(
      'main',
      change('88102', 'Prefill e-mail from keychain behind signup_email_autofill', 'Abena Osei', 'ios/SignUp/EmailField.swift'),
    ),
  ),
  beat('09-27 09:00', 'Branch day: the nightlies are late, and the branches wait for them'),
  beat(
    '09-27 09:12',
    'The nightly of Android passes: its branch is cut, and 8.9.3 is born',
    nightly('09-27', 'android', '8.9.2', '88102', '09:10'),
  ),
  beat('09-27 09:16', 'The nightly of iOS passes: its branch is cut', nightly('09-27', 'ios', '8.9.2', '88102', '09:15')),
  beat(
    '09-27 09:20',
    'The nightly of the desktop passes: its branch is cut',
    nightly('09-27', 'desktop', '8.9.2', '88102', '09:19'),
    // what asked for the slot of 8.9.2 has that of the release that was born
    { do: 'contents', who: 'maja', version: '8.9.3', change: { bigFeature: { name: 'AI playlist', note: 'moved from 8.9.2', url: null } } },
  ),
];
