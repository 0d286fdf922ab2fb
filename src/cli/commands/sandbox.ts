/** `signalbox sandbox …`: serves the sandbox world, and pulls its levers. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { exitCodes, speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { sandboxClient, SandboxError } from '../sandbox-client.ts';
import type { SandboxClient, SandboxState } from '../sandbox-client.ts';

export type SandboxParts = {
  /** Serves a sandbox on the loopback, kept in `file`; throws an error whose message is fit for people when it cannot. */
  serve: (options: { port: number; file: string }) => Promise<{ url: string; stop: () => Promise<void> }>;
  /** Settles when the serving is to end: at a signal, unless given. */
  untilStopped?: () => Promise<void>;
};

const DEFAULT_PORT = 4811;
const DEFAULT_URL = `http://127.0.0.1:${DEFAULT_PORT}`;
const DEFAULT_FILE = '.data/sandbox.json';

/** As documented for every command: the sandbox's rules refused it; nothing answers; it failed. */
const exitFor: Readonly<Record<SandboxError['why'], number>> = { input: exitCodes.refused, refused: 3, unreachable: 4, trouble: 5 };

const storefronts = ['google-play', 'app-store-connect', 'microsoft-store', 'update-feed'];
const deeds = ['submit', 'publish', 'raise', 'halt', 'pause', 'resume', 'complete', 'withdraw'];
const faults = ['error-before', 'error-after', 'timeout-before', 'timeout-after', 'lie', 'rate-limit', 'key-expired', 'garbage', 'slow'];
const severities = ['low', 'medium', 'high', 'critical'];

type Shared = { url: string; json?: boolean };
/** Where in the sandbox, as it is written: `music/android` or `music/8.9.2/android`. */
type Where = { app: string; platform: string; version: string | undefined };

/**
 * The `sandbox` command. Exit codes: 0 done, 2 wrong call, 3 refused by the sandbox's rules, 4 no sandbox answers, 5 the sandbox failed.
 */
export function sandboxCommand(io: Io, parts: SandboxParts): Command {
  const command = new Command('sandbox').description('a world to try things in: storefronts, a tracker, CI and a chat, with levers');
  command.addCommand(serveCommand(io, parts));
  for (const each of [
    ...storefrontCommands(io),
    ...worldCommands(io),
    ...trackerCommands(io),
    ...buildCommands(io),
    ...readingCommands(io),
  ])
    command.addCommand(each);
  command.addHelpText(
    'after',
    '\nWHERE is app/platform or app/version/platform: music/android, music/8.9.2/android.\nExit codes: 0 done, 2 wrong call, 3 refused by the rules of the sandbox, 4 no sandbox answers, 5 the sandbox failed.',
  );
  return speakThrough(command, io);
}

/* ---- serving ---- */

function serveCommand(io: Io, parts: SandboxParts): Command {
  return new Command('serve')
    .description('serve a sandbox on this machine until interrupted; its world outlives it in a file')
    .addOption(new Option('--port <port>', 'where it answers; 0 takes a free one').argParser(port).default(DEFAULT_PORT))
    .option('--file <file>', 'where its world is kept', DEFAULT_FILE)
    .action(async (options: { port: number; file: string }) => {
      let running: Awaited<ReturnType<SandboxParts['serve']>>;
      try {
        running = await parts.serve(options);
      } catch (error) {
        io.err(error instanceof Error ? error.message : String(error));
        return io.exit(1);
      }
      io.out(`Sandbox at ${running.url}, kept in ${options.file}`);
      await (parts.untilStopped ?? untilSignal)();
      await running.stop();
      io.exit(exitCodes.ok);
    });
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

/* ---- storefronts ---- */

function storefrontCommands(io: Io): Command[] {
  return [
    atStorefront('approve', 'the review of a submission ends well').action((where: Where, options: Shared & AtStorefront) =>
      run(io, options, async (sandbox) => sandbox.pull({ lever: 'approve', ...(await place(sandbox, where, options)) })),
    ),
    atStorefront('reject', 'the review of a submission ends badly')
      .requiredOption('--why <words>', 'what the reviewer says')
      .addOption(new Option('--kind <kind>', 'what was rejected').choices(['binary', 'metadata']).default('binary'))
      .action((where: Where, options: Shared & AtStorefront & { why: string; kind: string }) =>
        run(io, options, async (sandbox) =>
          sandbox.pull({ lever: 'reject', ...(await place(sandbox, where, options)), kind: options.kind, why: options.why }),
        ),
      ),
    atStorefront('advance', 'a storefront that advances by itself takes its next phase now').action(
      (where: Where, options: Shared & AtStorefront) =>
        run(io, options, async (sandbox) => sandbox.pull({ lever: 'advance', ...(await place(sandbox, where, options)) })),
    ),
    atStorefront('console', "somebody does it by hand in the vendor's console")
      .addOption(new Option('--do <deed>', 'what they do').choices(deeds).makeOptionMandatory())
      .addOption(new Option('--percent <percent>', 'of a raise, a start or a submission').argParser(number))
      .option('--build <number>', 'of a submission')
      .option('--who <name>', 'who does it')
      .action((where: Where, options: Shared & AtStorefront & { do: string; percent?: number; build?: string; who?: string }) =>
        run(io, options, async (sandbox) => {
          const { percent, build, who } = options;
          return sandbox.pull({ lever: 'console', ...(await place(sandbox, where, options)), do: options.do, percent, build, who });
        }),
      ),
    atStorefront('listing', 'how a listing behaves')
      .addOption(
        new Option(
          '--review-after <minutes>',
          'reviews end well by themselves after so many minutes; "never": by lever; "world": as "sandbox reviews" says',
        ).argParser(reviewTime),
      )
      .addOption(new Option('--first-release <how>', 'Google Play: whether the first release may be staged').choices(['staged', 'full']))
      .addOption(
        new Option('--publishing <how>', 'Google Play: "managed" waits for a person to press Publish').choices(['standard', 'managed']),
      )
      .action((where: Where, options: Shared & AtStorefront & { reviewAfter?: ReviewTime; firstRelease?: string; publishing?: string }) =>
        run(io, options, async (sandbox) => {
          const { version: _, ...at } = await place(sandbox, where, options);
          return sandbox.pull({
            lever: 'listing',
            ...at,
            ...(options.reviewAfter && { reviewAfterMinutes: options.reviewAfter.minutes }),
            ...(options.firstRelease && { firstReleaseMustBeFull: options.firstRelease === 'full' }),
            ...(options.publishing && { managedPublishing: options.publishing === 'managed' }),
          });
        }),
      ),
  ];
}

type AtStorefront = { storefront?: string };

function atStorefront(name: string, description: string): Command {
  return lever(name, description)
    .argument('<where>', 'app/platform or app/version/platform', where)
    .addOption(new Option('--storefront <kind>', 'which one, where the platform has none yet or several').choices(storefronts));
}

/** The listing that is meant: the only one that this app's platform has, or the one that was named. */
async function place(
  sandbox: SandboxClient,
  at: Where,
  options: AtStorefront,
): Promise<{ storefront: string; app: string; platform: string; version: string | undefined }> {
  if (options.storefront !== undefined) return { storefront: options.storefront, ...at };
  const listings = (await sandbox.state()).listings.filter((each) => each.app === at.app && each.platform === at.platform);
  const [only, second] = listings;
  if (only && !second) return { storefront: only.storefront, ...at };
  const known = listings.map((each) => each.storefront).join(', ');
  throw new SandboxError(
    'input',
    `${at.app}/${at.platform} is in ${known === '' ? 'no storefront yet' : `several storefronts (${known})`}: name one with --storefront`,
  );
}

/* ---- the world ---- */

function worldCommands(io: Io): Command[] {
  return [
    lever('reviews', 'when reviews end well by themselves, where a listing has no time of its own')
      .argument('<minutes>', 'minutes, or "never"', reviewTime)
      .action((time: ReviewTime, options: Shared) =>
        run(io, options, (sandbox) => {
          if (time.minutes === 'world') throw new SandboxError('input', '"world" is what a listing can say: name minutes or "never"');
          return sandbox.pull({ lever: 'reviews', afterMinutes: time.minutes });
        }),
      ),
    lever('fault', 'what goes wrong with the next calls; "clear" ends it')
      .argument('<what>', `${faults.join(', ')}, or clear`, oneOf([...faults, 'clear']))
      .addOption(new Option('--on <place>', 'where (default: anywhere)').choices([...storefronts, 'tracker', 'builds', 'chat']))
      .addOption(new Option('--calls <which>', 'which calls').choices(['reads', 'writes', 'all']).default('writes'))
      .addOption(new Option('--times <n>', 'how many calls').argParser(number).default(1))
      .addOption(new Option('--ms <ms>', 'rate-limit: retry after; slow: how slow').argParser(number).default(0))
      .action((what: string, options: Shared & { on?: string; calls: string; times: number; ms: number }) =>
        run(io, options, (sandbox) => {
          const { on, calls, times, ms } = options;
          return sandbox.pull(what === 'clear' ? { lever: 'clear-faults' } : { lever: 'fault', what, on: on ?? null, calls, times, ms });
        }),
      ),
    lever('clock', "the sandbox's clock: shows it, sets it, or moves it on")
      .option('--set <instant>', 'the time, as 2024-10-01T12:20:00Z')
      .option('--runs', 'with --set: it goes on from there, and does not stand')
      .addOption(new Option('--advance <time>', 'moves it on: 90s, 30m, 6h, 2d').argParser(duration))
      .option('--real', 'as the machine has it')
      .action((options: Shared & { set?: string; runs?: boolean; advance?: number; real?: boolean }) =>
        run(io, options, async (sandbox) => {
          const { set, runs, advance, real } = options;
          if (set === undefined && advance === undefined && real === undefined) {
            const { now, clock } = await sandbox.state();
            return { note: `it is ${now}${clock.fixedAt === null ? '' : ', and the clock stands'}`, about: { now, ...clock } };
          }
          return sandbox.pull({ lever: 'clock', set: set === undefined ? undefined : instant(set), runs, advanceMs: advance, real });
        }),
      ),
    lever('reset', 'empties the sandbox')
      .requiredOption('--yes', 'to say that it is meant')
      .action((options: Shared) => run(io, options, (sandbox) => sandbox.pull({ lever: 'reset' }))),
  ];
}

/* ---- tracker ---- */

type BugOptions = Shared & {
  title?: string;
  seenIn?: string[];
  seenOn?: string[];
  team?: string;
  flow?: string;
  severity?: string;
  nominate?: boolean;
  fixedBy?: string[];
  verifiedOn?: string[];
  state?: string;
};

function trackerCommands(io: Io): Command[] {
  const bug = (name: string, description: string): Command =>
    lever(name, description)
      .option('--title <words>', 'what is wrong')
      .option('--seen-in <versions...>', 'versions in which it was seen')
      .option('--seen-on <platforms...>', 'platforms on which it was seen; all, when left out')
      .option('--team <team>', 'the team that owns it')
      .option('--flow <flow>', 'the part of the app')
      .addOption(new Option('--severity <severity>').choices(severities))
      .option('--nominate', 'as a blocker')
      .option('--fixed-by <commits...>', 'commits on the release branch that mend it')
      .option('--verified-on <builds...>', 'builds on which it was seen gone')
      .addOption(new Option('--state <state>').choices(['open', 'closed']));
  const bugs = new Command('bugs').description("the sandbox's tracker: bugs");
  bugs.addCommand(
    bug('file', 'file a bug')
      .argument('<app>')
      .option('--key <key>', 'its key; the next, when left out')
      .action((app: string, options: BugOptions & { key?: string }) =>
        run(io, options, (sandbox) => sandbox.pull({ lever: 'bug', app, key: options.key, set: bugOf(options) })),
      ),
  );
  bugs.addCommand(
    bug('change', 'change a bug: its state, owner, fix, verification')
      .argument('<app>')
      .argument('<key>')
      .action((app: string, key: string, options: BugOptions) =>
        run(io, options, (sandbox) => sandbox.pull({ lever: 'bug', app, key, set: bugOf(options) })),
      ),
  );
  for (const [name, state, description] of [
    ['close', 'closed', 'close a bug'],
    ['reopen', 'open', 'open a bug again'],
  ] as const) {
    bugs.addCommand(
      lever(name, description)
        .argument('<app>')
        .argument('<key>')
        .action((app: string, key: string, options: Shared) =>
          run(io, options, (sandbox) => sandbox.pull({ lever: 'bug', app, key, set: { state } })),
        ),
    );
  }
  bugs.addCommand(
    listOf(io, 'bug', 'the bugs of an app', ['key', 'state', 'severity', 'team', 'versions', 'fixedBy', 'verifiedOn', 'title']),
  );

  const checks = new Command('checks').description("the sandbox's tracker: compliance checks");
  checks.addCommand(
    lever('open', 'open a check')
      .argument('<where>', 'app/version/platform', whereWithVersion)
      .requiredOption('--title <words>')
      .option('--key <key>')
      .option('--team <team>')
      .option('--due <instant>', 'when it must be closed')
      .action(({ app, platform, version }: Where, options: Shared & { title: string; key?: string; team?: string; due?: string }) =>
        run(io, options, (sandbox) =>
          sandbox.pull({
            lever: 'check',
            app,
            key: options.key,
            set: {
              title: options.title,
              platform,
              version,
              team: options.team,
              dueAt: options.due === undefined ? undefined : instant(options.due),
            },
          }),
        ),
      ),
  );
  checks.addCommand(
    lever('set', 'say how a check stands')
      .argument('<app>')
      .argument('<key>')
      .argument('<state>', 'open, closed or failed', oneOf(['open', 'closed', 'failed']))
      .action((app: string, key: string, state: string, options: Shared) =>
        run(io, options, (sandbox) => sandbox.pull({ lever: 'check', app, key, set: { state } })),
      ),
  );
  checks.addCommand(listOf(io, 'check', 'the checks of an app', ['key', 'state', 'platform', 'version', 'team', 'dueAt', 'title']));
  return [bugs, checks];
}

function bugOf(options: BugOptions): Record<string, unknown> {
  const { title, seenIn, seenOn, team, flow, severity, nominate, fixedBy, verifiedOn, state } = options;
  return { title, versions: seenIn, platforms: seenOn, team, flow, severity, nominated: nominate, fixedBy, verifiedOn, state };
}

/* ---- CI ---- */

function buildCommands(io: Io): Command[] {
  const builds = new Command('builds').description("the sandbox's CI: builds, test runs, distributions");
  builds.addCommand(
    lever('start', 'a build starts')
      .argument('<where>', 'app/version/platform', whereWithVersion)
      .requiredOption('--commit <sha>', 'what is built')
      .option('--number <number>', 'its build number; the next, when left out')
      .option('--branch <branch>')
      .addOption(new Option('--kind <kind>').choices(['nightly', 'release-candidate']).default('release-candidate'))
      .action((at: Where, options: Shared & { commit: string; number?: string; branch?: string; kind: string }) => {
        const { commit, number: of, branch, kind } = options;
        return run(io, options, (sandbox) => sandbox.pull({ lever: 'build-start', ...at, commit, number: of, branch, kind }));
      }),
  );
  builds.addCommand(
    lever('finish', 'a build ends')
      .argument('<where>', 'app/version/platform', whereWithVersion)
      .argument('<number>', 'its build number')
      .option('--failed', 'it failed')
      .action((at: Where, of: string, options: Shared & { failed?: boolean }) =>
        run(io, options, (sandbox) =>
          sandbox.pull({ lever: 'build-finish', ...at, number: of, state: options.failed ? 'failed' : 'succeeded' }),
        ),
      ),
  );
  builds.addCommand(
    lever('test', 'a test suite runs, passes or fails on a build')
      .argument('<where>', 'app/version/platform', whereWithVersion)
      .argument('<build>')
      .argument('<suite>')
      .argument('<state>', 'running, passed or failed', oneOf(['running', 'passed', 'failed']))
      .addOption(new Option('--attempts <n>', 'how many it took').argParser(number).default(1))
      .action((at: Where, build: string, suite: string, state: string, options: Shared & { attempts: number }) =>
        run(io, options, (sandbox) => sandbox.pull({ lever: 'test-run', ...at, build, suite, state, attempts: options.attempts })),
      ),
  );
  builds.addCommand(
    lever('distribute', 'a build is on its way to an audience, or there')
      .argument('<where>', 'app/version/platform', whereWithVersion)
      .argument('<build>')
      .argument('<audience>', 'employees, alpha, beta or production', oneOf(['employees', 'alpha', 'beta', 'production']))
      .argument('<state>', 'pending, in-progress, delivered or failed', oneOf(['pending', 'in-progress', 'delivered', 'failed']))
      .action((at: Where, build: string, audience: string, state: string, options: Shared) =>
        run(io, options, (sandbox) => sandbox.pull({ lever: 'distribution', ...at, build, audience, state })),
      ),
  );
  builds.addCommand(listOf(io, 'build', 'the builds of an app', ['platform', 'version', 'number', 'kind', 'state', 'commit', 'branch']));
  return [builds];
}

/* ---- reading ---- */

function readingCommands(io: Io): Command[] {
  return [
    lever('state', 'what the sandbox holds').action((options: Shared) =>
      read(io, options, (state) => ({
        json: state,
        table: [
          ['storefront', 'app/platform', 'version', 'build', 'state', '%', 'action key'],
          ...state.listings.flatMap((at) =>
            at.releases.map((each) => [
              at.storefront,
              `${at.app}/${at.platform}`,
              each.version,
              each.build,
              each.state,
              String(each.percent),
              each.key ?? '–',
            ]),
          ),
        ],
        before: [
          `It is ${state.now}${state.clock.fixedAt === null ? '' : ' (the clock stands)'}; reviews end ${state.reviewAfterMinutes === null ? 'by lever' : `after ${state.reviewAfterMinutes} min`}.`,
        ],
        after: state.faults.map(
          (fault) => `Fault: ${fault.what} for ${fault.times} ${fault.calls} ${fault.on === null ? 'anywhere' : `on ${fault.on}`}`,
        ),
      })),
    ),
    lever('messages', 'what was said in the chat of an app')
      .argument('[app]')
      .action((app: string | undefined, options: Shared) =>
        read(io, options, (state) => {
          const messages = state.messages.filter((each) => app === undefined || each.app === app);
          return {
            json: messages,
            table: [
              ['at', 'app', 'channel', '', 'text'],
              ...messages.map((each) => [each.at, each.app, each.channel, each.urgent ? '!' : '', each.text]),
            ],
          };
        }),
      ),
    lever('writes', 'every write call that the sandbox took, whatever became of it')
      .argument('[app]')
      .action((app: string | undefined, options: Shared) =>
        read(io, options, (state) => {
          const writes = state.writes.filter((each) => app === undefined || each.app === app);
          return {
            json: writes,
            table: [
              ['at', 'on', 'call', 'where', '%', 'outcome', 'action key'],
              ...writes.map((each) => [
                each.at,
                each.on,
                each.call,
                [each.app, each.version, each.platform].filter((part) => part !== null).join('/'),
                each.percent === null ? '' : String(each.percent),
                each.outcome,
                each.key ?? '–',
              ]),
            ],
          };
        }),
      ),
  ];
}

function listOf(io: Io, kind: string, description: string, columns: readonly string[]): Command {
  return lever('list', description)
    .argument('[app]')
    .action((app: string | undefined, options: Shared) =>
      read(io, options, (state) => {
        const items = state.items.filter((each) => each.kind === kind && (app === undefined || each.app === app));
        return {
          json: items,
          table: [['app', ...columns], ...items.map((each) => [each.app, ...columns.map((column) => cell(each.payload[column]))])],
        };
      }),
    );
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/* ---- how every one of them runs and speaks ---- */

function lever(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--url <url>', 'where the sandbox answers', DEFAULT_URL)
    .option('--json', 'print JSON');
}

/** Runs a lever and says what came of it. */
async function run(io: Io, options: Shared, pull: (sandbox: SandboxClient) => Promise<{ note: string; about: unknown }>): Promise<void> {
  await speaking(io, async () => {
    const done = await pull(sandboxClient(options.url));
    io.out(options.json === true ? JSON.stringify(done, null, 2) : done.note);
  });
}

type Shown = { json: unknown; table: readonly (readonly string[])[]; before?: readonly string[]; after?: readonly string[] };

async function read(io: Io, options: Shared, show: (state: SandboxState) => Shown): Promise<void> {
  await speaking(io, async () => {
    const shown = show(await sandboxClient(options.url).state());
    if (options.json === true) return io.out(JSON.stringify(shown.json, null, 2));
    for (const line of [...(shown.before ?? []), ...aligned(shown.table), ...(shown.after ?? [])]) io.out(line);
  });
}

async function speaking(io: Io, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    io.exit(exitCodes.ok);
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error;
    io.err(error.message);
    io.exit(exitFor[error.why]);
  }
}

/** Columns under each other; "nothing" below a heading without rows. */
function aligned(table: readonly (readonly string[])[]): string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  const lines = table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return table.length > 1 ? lines : [...lines, '(nothing)'];
}

/* ---- arguments ---- */

function where(text: string): Where {
  const parts = text.split('/');
  const [app = '', second = '', third] = parts;
  if (parts.length < 2 || parts.length > 3 || parts.includes(''))
    throw new InvalidArgumentError('write app/platform or app/version/platform, as music/8.9.2/android');
  return third === undefined ? { app, platform: second, version: undefined } : { app, platform: third, version: second };
}

function whereWithVersion(text: string): Where {
  const at = where(text);
  if (at.version === undefined) throw new InvalidArgumentError('write app/version/platform, as music/8.9.2/android');
  return at;
}

function oneOf(choices: readonly string[]): (text: string) => string {
  return (text) => {
    if (!choices.includes(text)) throw new InvalidArgumentError(`one of ${choices.join(', ')}`);
    return text;
  };
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('a number');
  return value;
}

function port(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('a whole number from 0 to 65535');
  return value;
}

type ReviewTime = { minutes: number | null | 'world' };

function reviewTime(text: string): ReviewTime {
  if (text === 'never') return { minutes: null };
  if (text === 'world') return { minutes: 'world' };
  return { minutes: number(text) };
}

const MS_PER: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function duration(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/u.exec(text) ?? [];
  const ms = Number(amount) * (MS_PER[unit] ?? Number.NaN);
  if (!Number.isFinite(ms)) throw new InvalidArgumentError('a time as 90s, 30m, 6h, 2d');
  return Math.round(ms);
}

function instant(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at) || !/(Z|[+-]\d\d:?\d\d)$/u.test(text))
    throw new SandboxError('input', `${text} is no instant: write it with its zone, as 2024-10-01T12:20:00Z`);
  return new Date(at).toISOString();
}
