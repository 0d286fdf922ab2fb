/**
 * What the SDK in the sample's app tells of crashes: of those who try a version, and of the night on which an ad server makes it crash. Each person and each crash is named
 * by its place in the story, so that what is told again is known.
 */
import { createHash } from 'node:crypto';
import type { Audience } from '#domain/facts.ts';
import type { Observed } from '#domain/health/observed.ts';
import { referenceOf } from '#domain/health/ticket-words.ts';
import type { Instant } from '#domain/time.ts';
import { platforms } from './deeds.ts';
import type { Platform } from './deeds.ts';
import { stockholm } from './moment.ts';
import type { VariantName } from './variants.ts';

/** A frame of the stack, and where it is in the code; null for what is not ours. */
type Frame = readonly [frame: string, code: string | null];
type Group = { platform: Platform; title: string; flow: string | null; stack: readonly Frame[] };

/** So many people, evenly from one moment to another, each of whom crashes `times` times. `in`: most of them in one country, in so large a share. */
type Wave = {
  version: string;
  build: string | null;
  audience: Audience;
  from: Instant;
  to: Instant;
  people: number;
  times: number;
  in?: { country: string; share: number };
};

const groups = {
  birthday: {
    platform: 'ios',
    title: 'Unexpectedly found nil in BirthdayField.next',
    flow: 'signup',
    stack: [
      ['BirthdayField.next()', 'shared/onboarding/BirthdayField.swift:71'],
      ['SignUpFlow.advance(from:)', 'ios/SignUp/SignUpFlow.swift:64'],
      ['UIControl.sendAction(_:to:for:)', null],
    ],
  },
  autofill: {
    platform: 'ios',
    title: 'Index out of range in EmailFieldController.applyAutofill',
    flow: 'signup',
    stack: [
      ['EmailFieldController.applyAutofill(_:)', 'ios/SignUp/EmailField.swift:118'],
      ['SignUpFlow.advance(from:)', 'ios/SignUp/SignUpFlow.swift:64'],
      ['UITextField.insertText(_:)', null],
    ],
  },
  carPlay: {
    platform: 'ios',
    title: 'Session is nil in CarSession.reconnect',
    flow: 'playback',
    stack: [
      ['CarSession.reconnect()', 'shared/car-mode/CarSession.swift:203'],
      ['CPTemplateApplicationScene.didConnect', null],
    ],
  },
  sink: {
    platform: 'android',
    title: 'SIGSEGV in AudioSink::resume',
    flow: 'playback',
    stack: [
      ['AudioSink::resume()', null],
      ['libaudioclient.so', null],
    ],
  },
  widget: {
    platform: 'android',
    title: 'IllegalArgument in WidgetProvider.onUpdate',
    flow: 'widget',
    stack: [
      ['WidgetProvider.onUpdate', 'shared/widgets/WidgetProvider.kt:88'],
      ['android.appwidget.AppWidgetProvider.onReceive', null],
    ],
  },
  lyrics: {
    platform: 'android',
    title: 'OutOfMemory in LyricsView.draw',
    flow: 'lyrics',
    stack: [
      ['LyricsView.draw', 'shared/lyrics/LyricsView.kt:142'],
      ['android.graphics.Bitmap.nativeCreate', null],
    ],
  },
  adPlayer: {
    platform: 'android',
    title: 'IllegalState in AudioAdPlayer.onCue',
    flow: 'ads',
    stack: [
      ['AudioAdPlayer.onCue', 'shared/ads/AudioAdPlayer.kt:57'],
      ['CueScheduler.run', 'shared/ads/CueScheduler.kt:31'],
      ['android.os.Handler.dispatchMessage', null],
    ],
  },
  scan: {
    platform: 'desktop',
    title: 'Access violation in FolderScan.next',
    flow: 'local-files',
    stack: [
      ['FolderScan::next', 'shared/local-files/folder_scan.cpp:219'],
      ['std::filesystem::directory_iterator::operator++', null],
    ],
  },
  tray: {
    platform: 'desktop',
    title: 'Use after free in TrayMenu.close',
    flow: null,
    stack: [
      ['TrayMenu::close', 'shared/settings/tray_menu.cpp:64'],
      ['TrackPopupMenu', null],
    ],
  },
} as const satisfies Readonly<Record<string, Group>>;

export type CrashName = keyof typeof groups;

/** The fingerprint by which the crashes of a group are told to be one. */
export function fingerprintOf(name: CrashName): string {
  const { platform, title } = groups[name];
  return createHash('sha256').update(`${platform} ${title}`).digest('hex').slice(0, 32);
}

const wave = (
  audience: Audience,
  [version, build]: readonly [string, string | null],
  [from, to]: readonly [string, string],
  people: number,
  times = 1.3,
): Wave => ({ version, build, audience, from: stockholm(from), to: stockholm(to), people, times });

/** The week of 8.9.1 with those who tried it, and that of 8.9.2. */
const then = ['09-20 11:00', '09-27 09:00'] as const;
const now = ['09-27 10:00', '10-04 09:00'] as const;
const next = ['10-01 06:00', '10-08 09:00'] as const;

const always: Readonly<Partial<Record<CrashName, readonly Wave[]>>> = {
  birthday: [wave('alpha', ['8.9.2', null], ['09-25 13:15', '09-25 13:18'], 3, 1)],
  carPlay: [wave('beta', ['8.9.1', null], then, 2), wave('beta', ['8.9.2', null], ['09-28 10:00', '09-29 20:00'], 2)],
  widget: [wave('beta', ['8.9.1', null], then, 3), wave('beta', ['8.9.2', null], now, 5)],
  lyrics: [wave('beta', ['8.9.1', null], then, 26), wave('beta', ['8.9.2', null], now, 24), wave('alpha', ['8.9.3', null], next, 4)],
  scan: [wave('beta', ['8.9.1', null], then, 9), wave('beta', ['8.9.2', null], now, 7)],
  tray: [wave('beta', ['8.9.2', null], now, 2)],
};
const resumed: readonly Wave[] = [wave('beta', ['8.9.2', null], ['10-01 07:20', '10-01 07:27'], 12, 1.2)];
const autofilled: readonly Wave[] = [
  wave('beta', ['8.9.2', '1046'], ['10-01 13:34', '10-01 13:38'], 5, 1.4),
  wave('beta', ['8.9.2', '1046'], ['10-01 13:40', '10-01 14:18'], 2, 1.4),
];
const adsOfTheNight: Wave = {
  ...wave('production', ['8.9.2', '1047'], ['10-02 02:10', '10-02 03:05'], 401, 3),
  in: { country: 'BR', share: 0.86 },
};

function wavesOf(variant: VariantName): readonly { name: CrashName; wave: Wave; place: number }[] {
  const told: Readonly<Partial<Record<CrashName, readonly Wave[]>>> = {
    ...always,
    ...(variant === 'calm' ? {} : { autofill: autofilled, sink: resumed }),
    ...(variant === 'night' ? { adPlayer: [adsOfTheNight] } : {}),
  };
  return crashNames.flatMap((name) => (told[name] ?? []).map((each, place) => ({ name, wave: each, place })));
}
const crashNames = Object.keys(groups) as CrashName[];

/** The platforms on which the app's SDK tells. */
export const sdkPlatforms: readonly Platform[] = platforms.filter((each) =>
  Object.values(groups).some(({ platform }) => platform === each),
);

/** The files of the repository in which the app crashes. */
export function crashingFiles(): readonly string[] {
  const places = Object.values(groups).flatMap(({ stack }: Group) => stack.flatMap(([, code]) => code ?? []));
  return [...new Set(places.map((place) => place.slice(0, place.lastIndexOf(':'))))].toSorted();
}

/** How the story calls the tickets of these groups, on the line of 8.9.2. */
const tickets: Readonly<Partial<Record<CrashName, string>>> = {
  birthday: 'PLAY-4341',
  sink: 'PLAY-4398',
  autofill: 'PLAY-4431',
  adPlayer: 'PLAY-4440',
};

/** The key of the ticket that carries a reference (`referenceOf`); null for one that the story knows nothing of. */
export function ticketOfReference(reference: string): string | null {
  const name = crashNames.find(
    (each) => reference === referenceOf({ platform: groups[each].platform, fingerprint: fingerprintOf(each), line: '8.9.2' }),
  );
  return name === undefined ? null : (tickets[name] ?? null);
}

const COUNTRIES = ['US', 'GB', 'BR', 'DE', 'SE', 'FR', 'US', 'IN', 'US', 'MX'] as const;
const systems: Readonly<Record<Platform, readonly string[]>> = {
  android: ['Android 14', 'Android 15', 'Android 13', 'Android 14'],
  ios: ['iOS 18.0', 'iOS 17.6', 'iOS 18.0'],
  desktop: ['Windows 11', 'macOS 15', 'Windows 10', 'Windows 11'],
};
const devices: Readonly<Record<Platform, readonly string[]>> = {
  android: ['Pixel 8', 'Galaxy S24', 'Galaxy A54', 'Moto G', 'Redmi Note 13'],
  ios: ['iPhone 15', 'iPhone 14', 'iPhone SE', 'iPhone 16 Pro'],
  desktop: ['x86-64', 'arm64', 'x86-64'],
};
const nth = (list: readonly string[], n: number): string => list[n % list.length] ?? '';

function crash(name: CrashName, { version, build, audience, in: mostly }: Wave, id: string, n: number, atMs: number): Observed {
  const group: Group = groups[name];
  const { platform, title, flow, stack } = group;
  // the golden ratio spreads a share evenly over those who come one after the other
  const isThere = mostly !== undefined && (n * 0.618_034) % 1 < mostly.share;
  return {
    is: 'hit',
    what: 'crashes',
    id,
    origin: { version, build, environment: audience },
    atMs,
    who: id.slice(0, id.lastIndexOf(':')),
    segments: [
      `country=${isThere ? mostly.country : nth(COUNTRIES, n)}`,
      `os=${nth(systems[platform], n)}`,
      `device=${nth(devices[platform], n)}`,
    ],
    fingerprint: fingerprintOf(name),
    title,
    flow,
    frames: stack.map(([frame]) => frame),
    code: stack.map(([, code]) => code),
  };
}

/** Crashes by their platforms, after one moment and up to another. */
export function crashesOf(variant: VariantName): (from: Instant, to: Instant) => ReadonlyMap<Platform, readonly Observed[]> {
  const waves = wavesOf(variant);
  return (from, to) => {
    const after = Date.parse(from);
    const until = Date.parse(to);
    const found = new Map<Platform, Observed[]>();
    for (const { name, wave: each, place } of waves) {
      const begins = Date.parse(each.from);
      const everyMs = (Date.parse(each.to) - begins) / each.people;
      const first = Math.max(0, Math.floor((after - begins) / everyMs - 1));
      for (let n = first; n < each.people; n++) {
        const atMs = Math.round(begins + (n + 0.5) * everyMs);
        if (atMs > until) break;
        if (atMs <= after) continue;
        const { platform } = groups[name];
        const crashes = Math.floor((n + 1) * each.times) - Math.floor(n * each.times);
        const told = Array.from({ length: Math.max(1, crashes) }, (_, again) =>
          crash(name, each, `${name}:${place}:${n}:${again}`, n, atMs),
        );
        found.set(platform, [...(found.get(platform) ?? []), ...told]);
      }
    }
    return found;
  };
}
