/** Names as people read them: platforms, steps, stations. */
import { entryOf } from './entry.ts';
import type { Stage, Step } from './release/track.ts';

const platformNames: Readonly<Record<string, string>> = {
  android: 'Android',
  ios: 'iOS',
  desktop: 'Desktop',
  macos: 'macOS',
  windows: 'Windows',
  linux: 'Linux',
  web: 'Web',
  tv: 'TV',
};

/** `ios` → `iOS`; a name of the user's own keeps its letters, with the first one large. */
export function platformName(platform: string): string {
  return entryOf(platformNames, platform) ?? platform.charAt(0).toUpperCase() + platform.slice(1);
}

/** Words that stand where a platform stands in an address: pages of a release. No platform is called so. */
export const notPlatforms: readonly string[] = ['sign-offs', 'builds', 'changes'];

/** What a track stands before: `submission`, `branch day`, `1%`. */
export function stepInWords(step: Step): string {
  switch (step) {
    case 'cut':
      return 'branch day';
    case 'candidate':
      return 'the final candidate';
    case 'submit':
      return 'submission';
    default:
      return step;
  }
}

/** The station of a stage on the line: On main, Branched, Final RC, In review, `1%`, 100%. `percent` is where a rollout stands. */
export function stationOf(stage: Stage, percent: number | null): string {
  switch (stage) {
    case 'planned':
      return 'Planned';
    case 'developing':
      return 'On main';
    case 'stabilising':
      return 'Branched';
    case 'candidate':
      return 'Final RC';
    case 'in-review':
    case 'store-approved':
      return 'In review';
    case 'rolling-out':
    case 'halted':
      return `${percent ?? 0}%`;
    case 'released':
    case 'completed':
      return '100%';
    case 'canceled':
      return 'Canceled';
    case 'superseded':
      return 'Superseded';
    default:
      return stage satisfies never;
  }
}

const counted = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** `3` → `three`; figures from ten on. */
export function numberInWords(count: number): string {
  return counted[count] ?? String(count);
}

const sourceNames: Readonly<Record<string, string>> = {
  ci: 'CI',
  git: 'Git',
  github: 'GitHub',
  gitlab: 'GitLab',
  jira: 'Jira',
  'sentry-api': 'Sentry API',
  slack: 'Slack',
  testflight: 'TestFlight',
  'app-store-connect': 'App Store',
  'google-play': 'Google Play',
  'microsoft-store': 'Microsoft Store',
  'update-feed': 'Update feed',
};

const portNames: Readonly<Record<string, string>> = {
  tracker: 'Tracker',
  factsFeed: 'Reports',
  gitHost: 'Code',
  chat: 'Chat',
  storefront: 'Storefront',
};

/** A source as people call it: `google-play` is Google Play, `crash-feed` is Crash feed, and of the sandbox and the sample only what they stand in for is named. */
export function sourceName(source: string): string {
  const [owner = source, port] = source.split(':');
  const known = entryOf(sourceNames, owner) ?? entryOf(sourceNames, owner.toLowerCase());
  if (known !== undefined) return known;
  const named = entryOf(portNames, port);
  if (named !== undefined && (owner === 'sandbox' || owner === 'sample')) return named;
  return /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/.test(owner) ? `${owner.charAt(0).toUpperCase()}${owner.slice(1).replaceAll(/[-_]/g, ' ')}` : owner;
}
