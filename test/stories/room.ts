/** A room to play stories in: the real engine on a real database and a real repository, a sandbox world in process, and a clock that is turned by hand. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Connection } from '#db/connect.ts';
import { createEngine } from '#engine/engine.ts';
import type { AuthorityOf, Clock } from '#engine/types.ts';
import type { Fact, FactKind } from '#domain/facts.ts';
import type { Command } from '#domain/release/commands.ts';
import type { Actor } from '#domain/roles.ts';
import { plusMs } from '#domain/time.ts';
import { git } from '#integrations/git/index.ts';
import { sandboxTools } from '#integrations/sandbox/in-process.ts';
import { sandbox } from '#integrations/sandbox/index.ts';
import { createWorld } from '#integrations/sandbox/world/world.ts';
import type { World } from '#integrations/sandbox/world/world.ts';
import type { Integration } from '#ports/integration.ts';
import { testDatabase } from '../setup/database.ts';
import type { TestDatabase } from '../setup/database.ts';

export const BEGINS = '2024-10-01T09:00:00.000Z';
export const SECRET = 'a secret of the stories, and of nobody else';

export const astrid: Actor = {
  kind: 'person',
  id: 'astrid',
  name: 'Astrid',
  roles: ['release-manager', 'admin', 'member'],
  teams: ['player'],
};
export const ci: Actor = { kind: 'key', id: 'ci', name: 'CI', roles: ['member'], scopes: ['report'], teams: [] };

/** A short process: submitted and rolled out by the robot, with a soak of a minute. */
export const lightPolicy = `
app: music
process: light
platforms:
  android: { storefronts: [google-play], rollout: [1, 100] }
before submit: [latest-build-complete, tests-passed, no-blocking-bugs, signed-off, listing-free]
before start: [no-blocking-bugs]
before finish: [{ soaked: 1m }, no-blocking-bugs]
robot: { submit: auto, start: auto, raise: auto, halt: auto }
windows: any
watch: 1h
teams:
  player: { testing: manual }
`;

/** A clock that stands still until it is turned. */
export type HandClock = Clock & { turn(ms: number): void };

export function handClock(at: string = BEGINS): HandClock {
  let now = at;
  return {
    now: () => now,
    turn(ms) {
      now = plusMs(now, ms);
    },
  };
}

export type Repository = {
  path: string;
  commit(branch: string, subject: string): string;
  branch(name: string, from: string): void;
  tag(name: string, on: string): void;
  head(branch: string): string;
};

/** The files of the first repository that was made, and how far it had counted: those after it are written from them, as one costs thirty processes of git. */
let drawn: { files: readonly (readonly [name: string, content: Buffer])[]; day: number; count: number } | null = null;

/** A repository with a trunk, a released version and a live release branch. */
export function repository(folder: string): Repository {
  let day = drawn?.day ?? 0;
  let count = drawn?.count ?? 0;
  const run = (...words: string[]): string => {
    day += 1;
    const date = `2024-09-${String(Math.min(28, 1 + Math.floor(day / 8))).padStart(2, '0')}T10:00:${String(day % 60).padStart(2, '0')}Z`;
    return execFileSync(
      'git',
      ['-C', folder, '-c', 'user.name=Someone', '-c', 'user.email=someone@example.com', '-c', 'commit.gpgsign=false', ...words],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        env: {
          ...process.env,
          GIT_AUTHOR_DATE: date,
          GIT_COMMITTER_DATE: date,
          GIT_CONFIG_GLOBAL: '/dev/null',
          GIT_CONFIG_SYSTEM: '/dev/null',
        },
      },
    ).trim();
  };
  const repo: Repository = {
    path: folder,
    commit(branch, subject) {
      if (count > 0) run('checkout', '-q', branch);
      count += 1;
      writeFileSync(join(folder, `file-${count}.txt`), `${subject}\n`);
      run('add', '.');
      run('commit', '-q', '-m', subject);
      return run('rev-parse', 'HEAD');
    },
    branch: (name, from) => void run('branch', name, from),
    tag: (name, on) => void run('tag', name, on),
    head: (branch) => run('rev-parse', branch),
  };
  if (drawn !== null) {
    for (const [name, content] of drawn.files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return repo;
  }
  // without the examples of hooks, which nothing reads
  execFileSync('git', ['init', '-q', '-b', 'main', '--template=', folder]);
  repo.commit('main', 'Begin');
  repo.commit('main', 'Play music (#1)');
  repo.branch('release/1.0.0', 'main');
  repo.commit('release/1.0.0', 'Mend the start of playback (#2)');
  repo.tag('v1.0.0', 'release/1.0.0');
  repo.commit('main', 'Shuffle (#3)');
  repo.branch('release/1.1.0', 'main');
  repo.commit('release/1.1.0', 'Mend shuffling (#4)');
  repo.commit('main', 'Lyrics (#5)');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  drawn = {
    files: files.map(({ parentPath, name }) => [relative(folder, join(parentPath, name)), readFileSync(join(parentPath, name))]),
    day,
    count,
  };
  return repo;
}

export type Room = {
  base: TestDatabase;
  engine: ReturnType<typeof createEngine>;
  /** Another engine on the same database, as another process would have. */
  another(owner: string, options?: { fetch?: typeof fetch; connection?: Connection; clock?: Clock }): ReturnType<typeof createEngine>;
  clock: HandClock;
  world: World;
  repo: Repository;
  folder: string;
  track: string;
  report<K extends FactKind>(kind: K, key: string, payload: Extract<Fact, { kind: K }>['payload'], revision?: number): Promise<void>;
  command(command: Command, by?: Actor): ReturnType<ReturnType<typeof createEngine>['command']>;
  stage(): Promise<string>;
  close(): Promise<void>;
};

export const integrations: readonly Integration[] = [git as Integration, sandbox as Integration];

/** A room with the app `music` on android, connected to a sandbox and a repository, whose history is imported. */
export async function room(
  options: { policy?: string; clock?: HandClock; connectSandbox?: boolean; authority?: AuthorityOf } = {},
): Promise<Room> {
  const base = await testDatabase();
  const clock = options.clock ?? handClock();
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-story-'));
  const repo = repository(join(folder, 'repository'));
  const world = createWorld({ machineTime: () => clock.now() });
  const make = (owner: string, more: { fetch?: typeof fetch; connection?: Connection; clock?: Clock } = {}) =>
    createEngine({
      connection: more.connection ?? base,
      secret: SECRET,
      dataDir: join(folder, 'data'),
      fetch: more.fetch ?? sandboxTools(world),
      integrations,
      clock: more.clock ?? clock,
      owner,
      sweepEveryMs: 3_600_000,
      ...(options.authority === undefined ? {} : { authority: options.authority }),
    });
  const engine = make('first');
  const track = 'music/1.1.0/android';
  must(
    await engine.createApp(
      { id: 'music', name: 'Music', timezone: 'Europe/Stockholm', platforms: ['android'], policy: options.policy ?? lightPolicy },
      astrid,
    ),
  );
  must(await engine.connect({ app: 'music', integration: 'git', settings: { repo: repo.path }, serves: [] }, astrid));
  if (options.connectSandbox !== false)
    must(await engine.connect({ app: 'music', integration: 'sandbox', settings: { url: 'http://127.0.0.1:4811' }, serves: [] }, astrid));
  world.pull({
    lever: 'listing',
    app: 'music',
    platform: 'android',
    storefront: 'google-play',
    reviewAfterMinutes: null,
    firstReleaseMustBeFull: false,
  });
  must(await engine.importHistory('music', astrid));
  await engine.settle();
  let moment = 0;
  return {
    base,
    engine,
    another: make,
    clock,
    world,
    repo,
    folder,
    track,
    async report(kind, key, payload, revision) {
      moment += 1;
      const fact = { kind, app: 'music', source: 'ci', key, revision: revision ?? moment, at: clock.now(), payload } as Fact;
      const answer = must(await engine.report([fact], ci));
      const [receipt] = answer.receipts;
      if (receipt?.accepted !== true) throw new Error(`${kind} ${key}: ${receipt?.because}; ${receipt?.wouldBeRight}`);
    },
    command: (command, by = astrid) => engine.command(track, command, by),
    async stage() {
      const row = await base.db.selectFrom('tracks').select('state').where('id', '=', track).executeTakeFirstOrThrow();
      return row.state.stage === 'rolling-out' || row.state.stage === 'halted'
        ? `${row.state.stage} ${row.state.percent}%`
        : row.state.stage;
    },
    async close() {
      await engine.stop();
      await base.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The answer of something that must have worked. */
export function must<T extends { ok: boolean }>(answer: T): Extract<T, { ok: true }> {
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  return answer as Extract<T, { ok: true }>;
}

/** A build of the release branch's head with green tests, signed by the only team. */
export async function readyToSubmit(room: Room, number = '110'): Promise<void> {
  const commit = room.repo.head('release/1.1.0');
  await room.report('build', number, {
    platform: 'android',
    version: '1.1.0',
    number,
    kind: 'release-candidate',
    state: 'succeeded',
    commit,
  });
  await room.report('test-run', `${number}-smoke`, {
    platform: 'android',
    version: '1.1.0',
    build: number,
    suite: 'smoke',
    state: 'passed',
    attempts: 1,
  });
  await room.engine.settle();
  must(await room.command({ do: 'sign-off', team: 'player', state: 'signed', note: null }));
  await room.engine.settle();
}
