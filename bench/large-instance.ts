/** A large instance to measure on: 100 apps × 3 platforms × 2 live releases, 200 teams, 5,000 open bugs. Written straight into the tables. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database } from '#db/schema.ts';
import { passes } from '#domain/criteria/criterion.ts';
import type { Verdict } from '#domain/criteria/criterion.ts';
import type { Colour } from '#domain/facts.ts';
import { defaultPolicy } from '#domain/policy/defaults.ts';
import type { StabilisingTrack, Track } from '#domain/release/track.ts';

/** `journal`: lines of each track; 60 when left out. */
export type Size = { apps: number; bugs: number; teams: number; journal?: number };

const platforms = ['android', 'ios', 'desktop'];
const versions = ['8.9.2', '8.9.3'];
const at = '2024-10-01T12:20:00.000Z';
const robot = { kind: 'robot' as const, id: 'robot', name: 'Robot' };
const criteria: readonly (readonly [string, string, Colour])[] = [
  ['latest-build-complete', 'Latest build complete', 'green'],
  ['tests-passed', 'Tests passed', 'green'],
  ['no-blocking-bugs', 'Blocking bugs', 'red'],
  ['signed-off', 'Team sign-offs', 'yellow'],
  ['listing-free', 'Listing free', 'green'],
  ['build-distributed', 'Distribution', 'green'],
  ['window-open', 'Window', 'yellow'],
  ['soaked', 'Soak', 'green'],
  ['triage-empty', 'Triage', 'yellow'],
  ['compliance-closed', 'Compliance', 'green'],
  ['crash-rate', 'Crash rate', 'unknown'],
  ['anr-rate', 'ANR rate', 'green'],
];

/** The id of the app that holds most of the bugs. */
export const LARGEST_APP = 'app-0';

export async function fill(db: Kysely<Database>, size: Size): Promise<void> {
  const perApp = Math.ceil(size.teams / size.apps);
  for (let index = 0; index < size.apps; index += 1)
    await fillApp(db, `app-${index}`, index === 0 ? size.teams : perApp, size.journal ?? 60);
  await fillBugs(db, size);
  await sql`analyze`.execute(db);
}

async function fillApp(db: Kysely<Database>, app: string, teams: number, lines: number): Promise<void> {
  const names = Array.from({ length: teams }, (_, index) => `team-${index}`);
  const policy = `${defaultPolicy(app, { process: 'weekly-mobile', platforms, timezone: 'Europe/Stockholm' })}\nteams:\n${names.map((team) => `  ${team}: { owns: ["src/${team}/**"], channel: "#${team}" }`).join('\n')}\n`;
  await db
    .insertInto('apps')
    .values({
      id: app,
      name: app,
      timezone: 'Europe/Stockholm',
      platforms,
      robot_paused: null,
      policy_revision: 1,
      version: 100,
      created_at: at,
      recorded_at: at,
    })
    .execute();
  await db
    .insertInto('policies')
    .values({ app, revision: 1, text: policy, document: '{}', saved_by: JSON.stringify(robot), at, recorded_at: at })
    .execute();
  await db
    .insertInto('releases')
    .values(
      versions.map((version) => ({
        app,
        version,
        kind: 'regular' as const,
        base: null,
        born_at: at,
        manager: 'M. Lind',
        planned: JSON.stringify({ branch: at, candidate: null, submit: at, start: null, finish: null }),
        recorded_at: at,
      })),
    )
    .execute();
  const tracks = versions.flatMap((version) => platforms.map((platform) => trackOf(app, version, platform)));
  await db
    .insertInto('tracks')
    .values(
      tracks.map((track) => ({
        id: track.id,
        app,
        version: track.version,
        platform: track.platform,
        kind: track.kind,
        stage: track.stage,
        state: JSON.stringify(track),
        policy_revision: 1,
        plan: JSON.stringify(planOf(track)),
        look_again_at: null,
        planned_at: at,
        at,
        recorded_at: at,
      })),
    )
    .execute();
  await db
    .insertInto('verdicts')
    .values(tracks.flatMap((track) => criteria.map(([instance], position) => verdictRow(track.id, app, instance, position))))
    .execute();
  await db
    .insertInto('journal')
    .values(
      tracks.flatMap((track, of) =>
        Array.from({ length: lines }, (_, index) => ({
          chain: track.id,
          seq: index + 1,
          hash: 'f'.repeat(64),
          prev: 'e'.repeat(64),
          app,
          track: track.id,
          kind: 'verdict-changed',
          actor: JSON.stringify(robot),
          event: JSON.stringify({
            is: 'verdict-changed',
            instance: 'tests-passed',
            title: 'Tests passed',
            from: 'yellow',
            to: 'green',
            because: 'All suites passed.',
          }),
          stage_after: track.stage,
          app_version: index * 6 + of,
          at,
          recorded_at: at,
        })),
      ),
    )
    .execute();
  await db
    .insertInto('sources')
    .values(
      ['ci', 'tracker', 'google-play', 'app-store-connect', 'git'].map((source) => ({
        app,
        source,
        kinds: ['build' as const],
        connection: null,
        last_read_at: at,
        fresh_for_minutes: 15,
        error: null,
        next_read_at: at,
        recorded_at: at,
      })),
    )
    .execute();
}

function trackOf(app: string, version: string, platform: string): Track {
  const track: StabilisingTrack = {
    id: `${app}/${version}/${platform}`,
    app,
    version,
    platform,
    kind: 'regular',
    since: at,
    reached: { developing: at, stabilising: at },
    submissions: 0,
    halts: 0,
    back: null,
    noted: {},
    robotPaused: null,
    stage: 'stabilising',
    cut: { branch: `release/${version}`, sha: 'a'.repeat(40), at, inferred: false },
  } as StabilisingTrack;
  return track;
}

function planOf(track: Track): object {
  return {
    next: 'submit',
    robot: {
      is: 'holding',
      sentence: `Will submit ${track.platform} ${track.version} when 3 criteria turn green: Blocking bugs, Team sign-offs, Crash rate. Next evaluation on any change.`,
      short: `Will submit ${track.platform} ${track.version} when 3 criteria turn green: Blocking bugs, Team sign-offs, Crash rate. Next evaluation on any change.`,
      willStop: null,
      missing: ['Blocking bugs', 'Team sign-offs', 'Crash rate'],
    },
    lookAgainAt: null,
  };
}

function verdictRow(track: string, app: string, instance: string, position: number) {
  const [, title, colour] = criteria[position] ?? ['', '', 'green'];
  const holds = colour === 'green' ? null : ('submit' as const);
  const verdict: Verdict = {
    instance,
    kind: instance,
    title,
    colour,
    headline: '25 of 26',
    aside: '5 opted out',
    clause: 'Player has not signed',
    because: 'Player has not signed RC 4 yet, and it is due at 16:00.',
    turnsGreen: colour === 'green' ? null : 'Player signs build 1049.',
    evidence: [
      { kind: 'build', label: 'RC 4 (1049)', url: 'https://ci.example.com/builds/1049', at },
      { kind: 'test-run', label: 'smoke passed', url: null, at },
    ],
    who: [{ kind: 'team', name: 'Player', what: 'sign RC 4', contact: '#player' }],
    value: { amount: 25, unit: 'of 26 teams' },
    limit: { amount: 26, unit: 'of 26 teams' },
    setUp: true,
    informing: false,
    waivable: true,
    gates: ['submit'],
    holds,
    neededNow: true,
    since: at,
    freshAt: at,
    freshForMinutes: 15,
    nextReadAt: at,
    sources: ['ci'],
    waiver: null,
  };
  return {
    track,
    instance,
    app,
    position,
    kind: instance,
    colour,
    holds,
    needed_now: true,
    since: at,
    fresh_at: at,
    verdict: JSON.stringify(verdict),
    app_version: 100,
    set_up: verdict.setUp,
    passes: passes(verdict),
    print: null,
  };
}

/** Half of the bugs are the largest app's, the others are spread. */
async function fillBugs(db: Kysely<Database>, size: Size): Promise<void> {
  const bugs = Array.from({ length: size.bugs }, (_, index) => {
    const app = index % 2 === 0 ? LARGEST_APP : `app-${index % size.apps}`;
    return {
      app,
      source: 'tracker',
      key: `PLAY-${index}`,
      revision: 1,
      arrival: index + 1,
      bug: `PLAY-${index}`,
      title: `Playback stops after ${index} minutes`,
      state: 'open' as const,
      platforms: ['ios'],
      versions: ['8.9.2'],
      team: index % 7 === 0 ? null : `team-${index % size.teams}`,
      flow: 'playback',
      nominated: index % 100 === 0,
      ownerless_since: null,
      at,
      recorded_at: at,
      payload: JSON.stringify({ severity: 'medium', fixedBy: [], verifiedOn: [] }),
    };
  });
  for (let from = 0; from < bugs.length; from += 500)
    await db
      .insertInto('bugs')
      .values(bugs.slice(from, from + 500))
      .execute();
}
