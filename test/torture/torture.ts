/**
 * Signalbox under load, killed for real (`kill -9`) again and again, while the storefronts outlive it. After each kill it is started anew, and held to this: every fact
 * and every command that was accepted is there, and all health; no effect was had twice and no crash counted twice, and in the end every track has come to rest. What is read is the
 * database itself, and the sandbox's own record of what was asked of it.
 */
import { chmodSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createClient } from '#api/client.ts';
import { traceOf } from '#db/embedded/trace.ts';
import { ADMIN, makeRepository } from '../e2e/world.ts';
import { doubledHealthOf, dsnOf, healthLoad, lostHealthOf } from './health.ts';
import type { HealthLoad } from './health.ts';
import { end, startSandbox, startServer } from './processes.ts';
import type { Sandbox, SandboxState, Server } from './processes.ts';

export type TortureOptions = {
  rounds: number;
  /** null: the embedded one, in a folder that is thrown away. Else the address of an empty database. */
  databaseUrl: string | null;
  /** Says when in each round it is killed. */
  seed: number;
  say: (line: string) => void;
};

export type Tortured = {
  rounds: number;
  /** Facts and commands that were acknowledged, and are all there. */
  facts: number;
  commands: number;
  /** Envelopes of an SDK, and batches of roll-ups, that were acknowledged: their sums are there, once. */
  envelopes: number;
  batches: number;
  /** Requests that got no answer, because the server was killed in the middle. */
  unanswered: number;
  writes: number;
  restartsMs: number[];
  /** What must not be. */
  problems: string[];
};

const PLATFORMS = ['android', 'tv', 'car'];
const VERSION = '1.1.0';
/** In each round it is killed within this time after the load began. */
const KILLED_WITHIN_MS = 3000;
const RESTS_WITHIN_MS = 600_000;

const policyOf = (app: string, platforms: readonly string[]): string => `app: ${app}
timezone: UTC
platforms:
${platforms.map((platform) => `  ${platform}: { storefronts: [google-play], rollout: [1, 100] }`).join('\n')}
kinds: { regular: { process: light } }
criteria:
  quality: { is: custom, required: true, waivable: true }
before submit: [quality]
before 1%: []
before 100%: []
robot: { submit: auto, start: auto, raise: auto }
watch: 7d
`;

type Acked = { app: string; source: string; key: string };

export async function torture({ rounds, databaseUrl, seed, say }: TortureOptions): Promise<Tortured> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-torture-'));
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'data');
  const env = { PORT: '0', DATA_DIR: dataDir, DATABASE_URL: databaseUrl ?? '' };
  const result: Tortured = {
    rounds,
    facts: 0,
    commands: 0,
    envelopes: 0,
    batches: 0,
    unanswered: 0,
    writes: 0,
    restartsMs: [],
    problems: [],
  };
  const random = randomFrom(seed);
  const sandbox = await startSandbox(folder);
  let server = await startServer(env);
  try {
    const key = await firstKey(server);
    const repository = await makeRepository(folder);
    const apps: string[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const app = `torture-${round}`;
      apps.push(app);
      await prepare(server, key, app, repository, sandbox);
      const at = { app, platform: 'android', version: VERSION, build: '100' };
      const dsn = await dsnOf(clientOf(server, key), at);
      const health = healthLoad(server.url, dsn(server.url), key, at);
      const load = startLoad(server, key, app, health);
      // the clock of the kill begins when something of each kind was accepted: a slow machine is killed under load too
      await load.begun;
      const killAfterMs = 100 + random() * KILLED_WITHIN_MS;
      await new Promise((done) => setTimeout(done, killAfterMs));
      await end(server.child, 'SIGKILL');
      const { facts, commands, unanswered } = await load.stop();
      server = await startServer(env);
      result.restartsMs.push(server.startedInMs);
      result.facts += facts.length;
      result.commands += commands;
      result.envelopes += health.envelopes.acked.length;
      result.batches += health.batches.acked.length;
      result.unanswered += unanswered;
      const url = databaseUrl ?? (await traceOf(dataDir)).url;
      if (url === null) result.problems.push(`round ${round}: no database runs after the restart`);
      else {
        const lost = [...(await lostOf(url, app, facts, commands)), ...(await lostHealthOf(url, app, health))];
        const doubled = await doubledHealthOf(server.url, dsn(server.url), key, url, at, health);
        result.problems.push(...[...lost, ...doubled].map((each) => `round ${round}: ${each}`));
      }
      // what the load of this round did not come to: the criterion is met, and halted tracks go on
      await complete(server, key, app);
      say(
        `round ${round} of ${rounds}: killed after ${Math.round(killAfterMs)} ms, ${facts.length} facts, ${commands} commands, ${health.envelopes.acked.length} envelopes and ${health.batches.acked.length} batches of roll-ups accepted (${health.envelopes.unanswered.length} and ${health.batches.unanswered.length} without an answer), restarted in ${Math.round(server.startedInMs)} ms`,
      );
    }
    result.problems.push(...(await restlessOf(server, key, apps)));
    const state = await sandbox.state();
    result.writes = state.writes.length;
    result.problems.push(...doubledOf(state));
    const audit = await clientOf(server, key).verifyAudit({ query: {} });
    if (!audit.ok) result.problems.push(`the journal does not verify: ${audit.problems.join('; ')}`);
    return result;
  } catch (error) {
    throw new Error(`the torture could not go on; the server said last:\n${server.said().slice(-4000)}`, { cause: error });
  } finally {
    await end(server.child);
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Numbers from 0 to 1 that are the same for the same seed. (mulberry32) */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function clientOf(server: Pick<Server, 'url'>, key: string) {
  return createClient({ baseUrl: server.url, key, fetch: patiently });
}

/** While a server says that its database is away, it is asked again, as it wants it: a machine under load may be slow to answer. */
const ASKED_AGAIN_AT_MOST = 12;

const patiently: typeof fetch = async (input, init) => {
  for (let times = 1; ; times += 1) {
    const answer = await fetch(input, init);
    const seconds = Number(answer.headers.get('retry-after') ?? 'no');
    if (answer.status !== 503 || Number.isNaN(seconds) || times > ASKED_AGAIN_AT_MOST) return answer;
    await new Promise((done) => setTimeout(done, seconds * 1000));
  }
};

/** Makes the first admin and a key of theirs. Each start of a server makes a new link, and the last one counts: of several any may be it. */
export async function firstKey(...servers: readonly Server[]): Promise<string> {
  const answers: string[] = [];
  for (const { url, setupToken } of servers) {
    const response = await fetch(`${url}/api/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ ...ADMIN, token: setupToken, key: { name: 'torture' } }),
    });
    if (response.ok) return ((await response.json()) as { key: string }).key;
    answers.push(`${response.status}: ${await response.text()}`);
  }
  throw new Error(`setting up answered ${answers.join('; ')}`);
}

export async function prepare(
  server: Server,
  key: string,
  app: string,
  repository: { path: string; head: string },
  sandbox: Sandbox,
  platforms: readonly string[] = PLATFORMS,
): Promise<void> {
  const client = clientOf(server, key);
  await client.createApp({ body: { id: app, platforms: [...platforms], policy: policyOf(app, platforms) } });
  await client.addConnection({ params: { app }, body: { integration: 'git', settings: { repo: repository.path } } });
  await client.addConnection({ params: { app }, body: { integration: 'sandbox', settings: { url: sandbox.url } } });
  for (const platform of platforms)
    await sandbox.lever({
      lever: 'listing',
      app,
      platform,
      storefront: 'google-play',
      reviewAfterMinutes: 0,
      firstReleaseMustBeFull: false,
    });
  const told = await client.importHistory({ params: { app } });
  if (told.is !== 'done') throw new Error(`${app} could not be imported: ${told.text}`);
  const build = { version: VERSION, kind: 'release-candidate' as const, state: 'succeeded' as const, commit: repository.head };
  await client.reportBuilds({
    params: { app },
    body: { items: platforms.map((platform, index) => ({ ...build, platform, number: String(100 + index) })) },
  });
}

type Load = { begun: Promise<unknown>; stop(): Promise<{ facts: Acked[]; commands: number; unanswered: number }> };

/** Facts one at a time and many at a time, the criterion turning green, people who halt and resume, and health; each remembers what was acknowledged. */
function startLoad(server: Server, key: string, app: string, health: HealthLoad): Load {
  const client = clientOf(server, key);
  const facts: Acked[] = [];
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let commands = 0;
  let unanswered = 0;
  const life = { isOver: false };
  let made = 0;
  const bug = () => {
    made += 1;
    return {
      key: `BUG-${made}`,
      title: `Playback stops (${made})`,
      state: 'open' as const,
      platforms: PLATFORMS,
      versions: [VERSION],
      team: null,
      flow: null,
      severity: 'low' as const,
      nominated: false,
      fixedBy: [],
      verifiedOn: [],
    };
  };
  const worker = async (work: () => Promise<void>): Promise<void> => {
    while (!life.isOver) {
      try {
        await work();
      } catch (error) {
        // A refusal is an answer. What got none, or trouble while the server died, was not acknowledged.
        if (!(error instanceof Error && error.name === 'ProblemError')) unanswered += 1;
        await new Promise((done) => setTimeout(done, 20));
      }
    }
  };
  const report = (count: number) => async (): Promise<void> => {
    const items = Array.from({ length: count }, bug);
    const { accepted } = await client.reportBugs({ params: { app }, body: count === 1 ? (items[0] ?? bug()) : { items } });
    if (accepted !== count) throw new Error(`${accepted} of ${count} were accepted`);
    facts.push(...items.map((item) => ({ app, source: 'tracker', key: item.key })));
    begin();
  };
  const track = (platform: string) => ({ app, version: VERSION, platform });
  const ship = async (): Promise<void> => {
    for (const platform of PLATFORMS) {
      await client.reportColours({ params: { app }, body: { ...green(platform), key: `quality-${platform}` } });
      facts.push({ app, source: 'report', key: `quality-${platform}` });
    }
    await new Promise((done) => setTimeout(done, 500));
  };
  const halt = async (): Promise<void> => {
    await client.giveCommand({ params: track('android'), body: { command: { do: 'halt', reason: 'crashes in playback, it seems' } } });
    commands += 1;
    await client.giveCommand({ params: track('android'), body: { command: { do: 'resume', reason: 'it was the network of the lab' } } });
  };
  const workers = [worker(report(1)), worker(report(1)), worker(report(50)), worker(ship), worker(halt), ...health.works.map(worker)];
  return {
    begun: Promise.all([begun, health.begun]),
    async stop() {
      life.isOver = true;
      await Promise.all(workers);
      return { facts, commands, unanswered };
    },
  };
}

const green = (platform: string) => ({
  instance: 'quality',
  platform,
  version: VERSION,
  colour: 'green' as const,
  because: 'The lab is content.',
});

/** What was acknowledged and is not in the database. */
async function lostOf(url: string, app: string, facts: readonly Acked[], commands: number): Promise<string[]> {
  const database = new Client({ connectionString: url });
  await database.connect();
  try {
    const { rows } = await database.query<{ source: string; key: string }>('select distinct source, key from facts where app = $1', [app]);
    const known = new Set(rows.map(({ source, key }) => `${source} ${key}`));
    const lost = facts
      .filter(({ source, key }) => !known.has(`${source} ${key}`))
      .map(({ source, key }) => `the fact ${source} ${key} is lost`);
    const { rows: halts } = await database.query("select 1 from journal where app = $1 and kind = 'halt-ordered' and chain <> app", [app]);
    return halts.length >= commands ? lost : [...lost, `${commands - halts.length} of ${commands} accepted halts are lost`];
  } finally {
    await database.end();
  }
}

/** Meets the criterion of every track. */
export async function complete(server: Server, key: string, app: string, platforms: readonly string[] = PLATFORMS): Promise<void> {
  const client = clientOf(server, key);
  for (const platform of platforms)
    await client.reportColours({ params: { app }, body: { ...green(platform), key: `quality-${platform}` } });
}

/** Tracks that do not come to rest: everyone receives them in the end. A halted one is resumed, as a person would. */
async function restlessOf(server: Server, key: string, apps: readonly string[]): Promise<string[]> {
  const client = clientOf(server, key);
  const until = performance.now() + RESTS_WITHIN_MS;
  for (;;) {
    const restless: string[] = [];
    for (const app of apps) {
      for (const { id, stage, platform, version } of (await client.getControlRoom({ params: { app } })).tracks.filter(
        (track) => track.version === VERSION,
      )) {
        if (stage !== 'released' && stage !== 'completed') restless.push(`${id} is ${stage}`);
        if (stage === 'halted')
          await client
            .giveCommand({
              params: { app, version, platform },
              body: { command: { do: 'resume', reason: 'it was the network of the lab' } },
            })
            .catch(() => undefined);
      }
    }
    if (restless.length === 0) return [];
    if (performance.now() > until) return restless.map((each) => `it came to no rest: ${each}`);
    await new Promise((done) => setTimeout(done, 1000));
  }
}

/** Effects that were had twice, by the sandbox's own record. */
export function doubledOf(state: SandboxState): string[] {
  const submissions = state.listings.flatMap(({ app, platform, releases }) =>
    releases.flatMap((release) => release.submissions.map(({ key }) => `${app}/${release.version}/${platform} ${key ?? ''}`)),
  );
  const messages = state.messages.map(({ key }) => `message ${key}`);
  const done = state.writes.filter(({ outcome, key }) => outcome === 'done' && key !== null).map(({ key, call }) => `${call} ${key ?? ''}`);
  return [...doubles(submissions), ...doubles(messages), ...doubles(done)].map((each) => `it was done twice: ${each}`);
}

function doubles(names: readonly string[]): string[] {
  const counts = Map.groupBy(names, (name) => name);
  return [...counts].filter(([, each]) => each.length > 1).map(([name]) => name);
}
