/** The policy of the sample app `music`, for tests: every kind of key once, in the taste of the design. */
export const musicPolicy = `app: music
timezone: Europe/Stockholm
code:
  repository: https://git.example.com/music/client.git
  trunk: main
  release-branch: "release/{version}"
  tag: { android: "android-{version}", ios: "ios-{version}", desktop: "v{version}" }
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
  holidays: [2024-06-21, { on: 2024-06-06, why: national day }]
versions: { scheme: semver, next: patch, hotfix: { android: fourth-part, ios: next-patch } }
platforms:
  android: { storefronts: [google-play], rollout: [1, 100] }
  ios:     { storefronts: [app-store-connect], rollout: [1, 100] }
  desktop: { storefronts: [microsoft-store, update-feed], rollout: [1, 100] }
kinds:
  regular: { process: weekly-mobile }
  hotfix:  { process: hotfix, sign-offs: affected-teams, windows: any }
criteria:
  crash-rate: { is: rate-below, limit-per-1000-hours: { android: 0.40, ios: 0.30, desktop: 0.15 }, fresh-for: 30m, required: true }
  anr-rate:   { is: rate-below, title: ANRs, metric: anrs, limit-per-1000-hours: 0.25, platforms: [android] }
  triage:     { is: triage-empty, within: 4h }
before candidate: [latest-build-complete, tests-passed, no-blocking-bugs]
before submit:    [signed-off, no-blocking-bugs, crash-rate, anr-rate, listing-free, build-distributed]
before 1%:        [window-open, no-blocking-bugs]
before 100%:      [{ soaked: 24h }, window-open, crash-rate, anr-rate, compliance-closed, no-blocking-bugs]
halts-while-rolling-out: [crash-rate, anr-rate, { no-blocking-bugs: critical }]
watch-while:
  developing: [nightly-fresh, triage]
  released: [crash-rate, anr-rate]
windows:
  start: { days: Mon-Thu, hours: 08:00-17:00 }
rows:
  - Release candidate: [latest-build-complete, tests-passed]
  - Blocking bugs: [no-blocking-bugs]
robot: { cut: auto, submit: auto, start: auto, raise: auto, halt: auto }
bugs: { decide: release-manager, critical-flows: [signup, login, playback, payment], assign-alone-from: never }
waivers: { second-approver: [rates-during-rollout, compliance, unknown] }
teams:
  player:   { owns: [ios/Player/**, android/player/**], channel: "#player", testing: manual }
  identity: { owns: [CODEOWNERS], testing: { opted-out: automated tests cover sign-in, until: 2025-03-01 } }
`;
