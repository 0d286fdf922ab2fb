/** The policy of the sample app: that of the design, with the rows of the control room as the story needs them. */

/** Teams that sign by hand on the phones; the desktop has those that are not in `phonesOnly`. */
export const signingTeams = [
  'player',
  'playback',
  'now-playing',
  'home',
  'search',
  'library',
  'playlists',
  'lyrics',
  'podcasts',
  'audiobooks',
  'car-mode',
  'devices',
  'onboarding',
  'payments',
  'ads',
  'social',
  'kids',
  'notifications',
  'downloads',
  'widgets',
  'recommendations',
  'live-events',
  'accessibility',
  'local-files',
  'artist-pages',
  'video',
] as const;

const phonesOnly: readonly string[] = ['car-mode', 'kids', 'widgets', 'notifications', 'live-events', 'payments', 'video'];

/** Teams whose automated tests stand in for their word, and what they say of them. */
const optedOut: Readonly<Record<string, string>> = {
  identity: 'automated tests cover sign-in and sign-out',
  localization: 'screenshots of every language are compared before each merge',
  'design-system': 'pictures of every component are compared before each merge',
  settings: 'automated tests cover every switch',
  telemetry: 'events are checked against their schemas before each merge',
};
const optedOutOnDesktop: readonly string[] = ['identity', 'localization', 'design-system'];

/** Teams that own bugs and checks and have nothing to sign. */
const others: readonly string[] = ['data-integrity', 'client-observability', 'ios-platform'];

/** The teams that sign by hand on a platform. */
export function teamsSigning(platform: string): readonly string[] {
  return platform === 'desktop' ? signingTeams.filter((team) => !phonesOnly.includes(team)) : signingTeams;
}

const folders: Readonly<Record<string, string>> = { 'ios-platform': 'ios/Platform', 'client-observability': 'shared/telemetry' };

function teamLine(team: string): string {
  const owns = folders[team] ?? `shared/${team}`;
  const reason = optedOut[team];
  const testing = reason === undefined ? 'manual' : `{ opted-out: ${reason}, until: 2025-03-01 }`;
  return `  ${team}: { owns: ["${owns}/**"], channel: "#${team}", testing: ${testing} }`;
}

const list = (teams: readonly string[]): string => `[${teams.join(', ')}]`;
const phoneList = list([...signingTeams, ...Object.keys(optedOut)]);
const desktopList = list([...teamsSigning('desktop'), ...optedOutOnDesktop]);

/** The policy document of the sample app under this id. */
export function samplePolicy(app: string): string {
  return `# The policy of the sample app. Everything in it may be changed; the sample plays on by what stands here.
app: ${app}
timezone: Europe/Stockholm
process: weekly-mobile
code:
  trunk: main
  release-branch: { android: "release/{version}-android", ios: "release/{version}-ios", desktop: "release/{version}-desktop" }
  tag: { android: "android-{version}", ios: "ios-{version}", desktop: "desktop-{version}" }
  ignore: [translations, version-bump]
cycle:
  cadence: weekly
  branch: Friday 09:00
  candidate: Monday 12:00
  submit: Monday 17:00
  start: Tuesday 09:00
  finish: Wednesday 09:00
  freezes:
    - { from: 2024-12-20, to: 2025-01-06, why: end of year }
versions: { scheme: semver, next: patch, hotfix: { android: fourth-part, ios: next-patch, desktop: fourth-part } }
platforms:
  android:
    storefronts: [google-play]
    rollout: [1, 100]
    before finish: [{ soaked: 24h }, window-open, crash-rate, anr-rate, hours-played, compliance-closed, no-blocking-bugs, in-the-store]
  ios:
    storefronts: [app-store-connect]
    rollout: [1, 100]
  desktop:
    storefronts: [microsoft-store, update-feed]
    rollout: [1, 100]
    sign-offs: ${desktopList}
    before submit: [signed-off, no-blocking-bugs, hangs, crash-rate, build-distributed, listing-free]
    before start: [window-open, no-blocking-bugs, hangs, crash-rate, hours-played, in-the-store]
kinds:
  regular: { process: weekly-mobile }
  hotfix: { process: hotfix, sign-offs: [player, ads], windows: any, freezes: ignore }
criteria:
  # crashes are told as they happen here, and few hours say much; whoever hears of them at the next launch keeps the defaults: 12h and 20
  crash-rate:     { is: rate-below, title: Crash rate, limit-per-1000-hours: { android: 0.40, ios: 0.30, desktop: 0.15 }, source: { android: telemetry, ios: telemetry, desktop: observability }, pool: version-before-rollout, reports-late-by: 5m, min-hours: 5, fresh-for: 15m, required: true }
  anr-rate:       { is: rate-below, title: ANRs, metric: anrs, limit-per-1000-hours: 0.25, source: telemetry, pool: version-before-rollout, reports-late-by: 5m, min-hours: 5, fresh-for: 60m, platforms: [android] }
  cpu-exceptions: { is: rate-below, title: CPU exceptions, metric: cpu-exceptions, limit-per-1000-hours: 0.05, source: telemetry, pool: version-before-rollout, reports-late-by: 5m, min-hours: 5, fresh-for: 60m, platforms: [ios] }
  hangs:          { is: rate-below, title: Hangs, metric: hangs, limit-per-1000-hours: 0.15, source: telemetry, pool: version-before-rollout, reports-late-by: 5m, min-hours: 5, fresh-for: 60m, platforms: [desktop] }
  hours-played:   { is: enough-usage, title: Content played, of: [anr-rate, hangs, crash-rate], fresh-for: 60m }
  in-the-store:   { is: build-distributed, title: Distribution, audience: production, platforms: [android, desktop] }
  build-distributed: { title: Distribution, audience: beta, newer-counts: when-built }
  latest-build-complete: { within: 2h }
  tests-passed: { suites: [release] }
  signed-off: { within: 28h, again-on-new-candidate: none }
  compliance-closed: { title: ITGC reporting, at-least: 4 }
  nightly-fresh: { due: "09:00", audience: alpha }
  triage-empty: { title: Unassigned bugs, within: 4h }
sign-offs: ${phoneList}
before cut:       [nightly-fresh]
before candidate: [latest-build-complete, tests-passed, no-blocking-bugs]
before submit:    [signed-off, no-blocking-bugs, crash-rate, anr-rate, cpu-exceptions, hours-played, build-distributed, listing-free]
before start:     [window-open, no-blocking-bugs]
before finish:    [{ soaked: 24h }, window-open, crash-rate, anr-rate, cpu-exceptions, hangs, hours-played, compliance-closed, no-blocking-bugs]
halts-while-rolling-out: [crash-rate, anr-rate, cpu-exceptions, hangs, { no-blocking-bugs: critical }]
watch-while:
  developing: [nightly-fresh, triage-empty]
  stabilising: [triage-empty]
  candidate: [triage-empty]
  in-review: [triage-empty]
  rolling-out: [triage-empty]
  halted: [triage-empty]
  released: [crash-rate, anr-rate, cpu-exceptions, hangs]
# who cannot sign up never comes to an hour of listening: what happens there weighs five times what it does elsewhere
crash-groups: { flow-weights: { signup: 25 } }
windows:
  start: { days: Mon-Thu, hours: 08:00-17:00 }
  raise: { days: Mon-Thu, hours: 08:00-17:00 }
  finish: { days: Mon-Thu, hours: 08:00-17:00 }
rows:
  - Release candidate: [latest-build-complete, tests-passed]
  - Blocking bugs: [no-blocking-bugs]
  - Team sign-offs: [signed-off]
  - Crash rate: [crash-rate]
  - ANRs, CPU, hangs: [anr-rate, cpu-exceptions, hangs]
  - Content played: [hours-played]
  - Distribution: [build-distributed, in-the-store, listing-free]
  - ITGC reporting: [compliance-closed]
  - Window and soak: [window-open, soaked]
  - Unassigned bugs: [triage-empty]
  - Nightly on main: [nightly-fresh]
robot: { cut: auto, candidate: auto, submit: auto, start: auto, raise: auto, halt: auto, tag: auto }
bugs: { decide: release-manager, critical-flows: [signup, login, playback, payment], assign-alone-from: never }
waivers: { second-approver: [rates-during-rollout, compliance, unknown] }
watch: 7d
teams:
${[...signingTeams, ...Object.keys(optedOut), ...others].map(teamLine).join('\n')}
`;
}
