/** `signalbox report …`: how a CI job or a script tells what happened. Safe to repeat: each call carries a key made from what it says. */
import { createHash } from 'node:crypto';
import { Command, Option } from 'commander';
import type { Client } from '#api/client.ts';
import { audiences, colours } from '#domain/fact-words.ts';
import { ask, jsonOf, numberOf, textOf, trackOf } from '../ask.ts';
import type { Parts, Said } from '../ask.ts';
import { EXIT_HELP, exits } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { UsageError } from '../settings.ts';
import { plain } from '../table.ts';
import { listOf } from './app.ts';

type Shared = { json?: boolean; source?: string; at?: string; url?: string; revision?: string; idempotencyKey?: string };
type Receipts = Awaited<ReturnType<Client['reportBuilds']>>;

export function reportCommand(io: Io, parts: Parts): Command {
  const command = new Command('report').description('report builds, tests, distributions, bugs, checks and colours, one or many');

  const reporting = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .option('--source <source>', 'who says so; decides freshness')
      .option('--at <moment>', 'when it was so; now when not said')
      .option('--url <url>', 'where it can be seen')
      .option('--revision <number>', 'rises with every change at the source')
      .option('--idempotency-key <key>', 'the same key with the same report is one report')
      .option('--json', 'print JSON');

  const send = (options: Shared, work: (client: Client) => Promise<Receipts>): Promise<void> =>
    ask(io, parts, options, async ({ client }) => saidOf(await work(client)));

  reporting('build', 'report a build of a track')
    .argument('<track>', 'app/version/platform')
    .requiredOption('--number <number>', "the build's number")
    .requiredOption('--commit <sha>', 'the commit it was built from')
    .addOption(new Option('--state <state>', 'how it stands').choices(['queued', 'building', 'succeeded', 'failed']).default('succeeded'))
    .addOption(new Option('--kind <kind>', 'what it is').choices(['nightly', 'release-candidate']).default('release-candidate'))
    .option('--branch <branch>')
    .option('--candidate <number>', 'which RC it is')
    .action(
      (
        track: string,
        options: Shared & { number: string; commit: string; state: 'succeeded'; kind: 'nightly'; branch?: string; candidate?: string },
      ) => {
        const { app, version, platform } = trackOf(track);
        const { number, commit, state, kind, branch } = options;
        const body = {
          ...shared(options),
          version,
          platform,
          number,
          commit,
          state,
          kind,
          branch,
          candidate: options.candidate === undefined ? undefined : numberOf(options.candidate, '--candidate'),
        };
        return send(options, (client) => client.reportBuilds({ params: { app }, body, idempotencyKey: keyFor(options, body) }));
      },
    );

  reporting('test', 'report a run of a test suite on a build')
    .argument('<track>', 'app/version/platform')
    .requiredOption('--build <number>', 'the build it ran on')
    .requiredOption('--suite <name>', 'the suite')
    .addOption(new Option('--state <state>', 'how it went').choices(['running', 'passed', 'failed']).makeOptionMandatory())
    .option('--attempts <number>', 'tries until this state', '1')
    .option('--passed <number>', 'tests that passed')
    .option('--failed <number>', 'tests that failed')
    .action(
      (
        track: string,
        options: Shared & { build: string; suite: string; state: 'passed'; attempts: string; passed?: string; failed?: string },
      ) => {
        const { app, version, platform } = trackOf(track);
        const { build, suite, state } = options;
        const body = {
          ...shared(options),
          version,
          platform,
          build,
          suite,
          state,
          attempts: numberOf(options.attempts, '--attempts'),
          passed: maybe(options.passed, '--passed'),
          failed: maybe(options.failed, '--failed'),
        };
        return send(options, (client) => client.reportTestRuns({ params: { app }, body, idempotencyKey: keyFor(options, body) }));
      },
    );

  reporting('distribution', 'report that a build is on its way to an audience, or has reached it')
    .argument('<track>', 'app/version/platform')
    .requiredOption('--build <number>')
    .addOption(new Option('--audience <audience>').choices([...audiences]).makeOptionMandatory())
    .addOption(new Option('--state <state>').choices(['pending', 'in-progress', 'delivered', 'failed']).makeOptionMandatory())
    .option('--due <moment>', 'when it should be there')
    .option('--people <number>', 'how many have it')
    .action((track: string, options: Shared & { build: string; audience: 'beta'; state: 'delivered'; due?: string; people?: string }) => {
      const { app, version, platform } = trackOf(track);
      const { build, audience, state } = options;
      const body = {
        ...shared(options),
        version,
        platform,
        build,
        audience,
        state,
        dueAt: options.due,
        people: maybe(options.people, '--people'),
      };
      return send(options, (client) => client.reportDistributions({ params: { app }, body, idempotencyKey: keyFor(options, body) }));
    });

  reporting('bug', 'report a bug, or that it changed')
    .argument('<app>')
    .argument('<key>', "the tracker's own: PLAY-4431")
    .requiredOption('--title <words>')
    .requiredOption('--versions <list>', 'comma-separated: the versions in which it was seen', listOf)
    .addOption(new Option('--state <state>').choices(['open', 'closed']).default('open'))
    .option('--platforms <list>', "comma-separated; all of the app's when not said", listOf)
    .option('--team <team>')
    .option('--flow <flow>')
    .addOption(new Option('--severity <severity>').choices(['low', 'medium', 'high', 'critical']))
    .option('--nominated', 'someone thinks it blocks the release')
    .option('--fixed-by <list>', 'comma-separated commits that mend it', listOf)
    .option('--verified-on <list>', 'comma-separated builds on which it is gone', listOf)
    .action(
      (
        app: string,
        key: string,
        options: Shared & {
          title: string;
          versions: string[];
          state: 'open';
          platforms?: string[];
          team?: string;
          flow?: string;
          severity?: 'low';
          nominated?: boolean;
          fixedBy?: string[];
          verifiedOn?: string[];
        },
      ) => {
        const { title, versions, state, platforms, team, flow, severity, nominated, fixedBy, verifiedOn } = options;
        const body = { ...shared(options), key, title, versions, state, platforms, team, flow, severity, nominated, fixedBy, verifiedOn };
        return send(options, (client) => client.reportBugs({ params: { app }, body, idempotencyKey: keyFor(options, body) }));
      },
    );

  reporting('check', 'report a compliance check of a track')
    .argument('<track>', 'app/version/platform')
    .argument('<key>')
    .requiredOption('--title <words>')
    .addOption(new Option('--state <state>').choices(['open', 'closed', 'failed']).makeOptionMandatory())
    .option('--team <team>')
    .option('--due <moment>')
    .action((track: string, key: string, options: Shared & { title: string; state: 'open'; team?: string; due?: string }) => {
      const { app, version, platform } = trackOf(track);
      const { title, state, team } = options;
      const body = { ...shared(options), key, title, version, platform, state, team, dueAt: options.due };
      return send(options, (client) => client.reportChecks({ params: { app }, body, idempotencyKey: keyFor(options, body) }));
    });

  reporting('colour', 'state the colour of a criterion of kind "custom"')
    .alias('report')
    .argument('<track>', 'app/version/platform')
    .argument('<criterion>', 'its id in the policy')
    .addOption(new Option('--colour <colour>').choices([...colours]).makeOptionMandatory())
    .requiredOption('--because <words>', 'why, in a sentence')
    .option('--turns-green <words>', 'what would turn it green')
    .option('--value <number>', 'what was measured')
    .option('--limit <number>', 'what it is held against')
    .option('--unit <unit>', 'of value, limit, range and baseline: /1,000 h', '')
    .addOption(new Option('--limit-is <bound>', 'what the limit bounds; at-most when not said').choices(['at-most', 'at-least']))
    .option('--range <low,high>', 'what the value may be: 0.18,0.27', rangeOf)
    .option('--baseline <number>', 'the same measure of the previous release at the same age')
    .option('--sample <number>', 'how much it was measured from')
    .option('--sample-unit <unit>', 'of the sample: h played', '')
    .action((track: string, instance: string, options: Shared & Measured & { colour: 'green'; because: string; turnsGreen?: string }) => {
      const { app, version, platform } = trackOf(track);
      const { colour, because, turnsGreen } = options;
      const body = { ...shared(options), instance, version, platform, colour, because, turnsGreen, ...measured(options) };
      return send(options, (client) => client.reportColours({ params: { app }, body, idempotencyKey: keyFor(options, body) }));
    });

  command
    .command('bulk')
    .description('report up to 1,000 things: a JSON file with { "items": [{ "kind": "build", "report": { … } }, …] }, or a list of items')
    .argument('<app>')
    .argument('<file>', '- for standard input')
    .option('--idempotency-key <key>', 'the same key with the same reports is one report')
    .option('--json', 'print JSON')
    .action((app: string, file: string, options: Shared) =>
      send(options, async (client) => {
        const read = jsonOf(await textOf(file, parts), file);
        // the server holds it against the contract and names each fault
        const body = (Array.isArray(read) ? { items: read as unknown[] } : read) as Parameters<Client['reportMany']>[0]['body'];
        return client.reportMany({
          params: { app },
          body,
          ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
        });
      }),
    );
  command
    .command('health')
    .description('report roll-ups of release health: a file with one on each line, or a JSON list; sent again they change nothing')
    .argument('<app>')
    .argument('<file>', '- for standard input')
    .option('--source <source>', 'who says so; roll-ups of two sources are kept apart', 'report')
    .option('--complete-until <moment>', 'up to when this source has told everything; its newest hour when not said')
    .option('--json', 'print JSON')
    .action((app: string, file: string, options: { json?: boolean; source: string; completeUntil?: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const rows = rollupsIn(await textOf(file, parts), file);
        return healthSaid(await reportRollups(client, app, rows, options));
      }),
    );
  command.addHelpText(
    'after',
    `\nA report that is sent twice with the same words, within one call or in a retried job with --revision or --at, counts once.${EXIT_HELP}`,
  );
  return speakThrough(command, io);
}

function shared({ source, at, url, revision }: Shared) {
  if (at !== undefined && Number.isNaN(Date.parse(at)))
    throw new UsageError(`--at should be a moment such as 2024-10-01T12:20:00Z, not "${at}"`);
  return { source, at: at === undefined ? undefined : new Date(at).toISOString(), url, revision: maybe(revision, '--revision') };
}

type Rollups = Extract<Parameters<Client['reportHealth']>[0]['body'], readonly unknown[]>;
type HealthReceipt = Awaited<ReturnType<Client['reportHealth']>>;

/** Rows in one request: well below what the server takes. */
const ROLLUPS_AT_ONCE = 10_000;

/** A list in JSON, or one roll-up on each line. The server judges each and names what it does not believe. */
function rollupsIn(text: string, file: string): Rollups {
  if (text.trimStart().startsWith('[')) return jsonOf(text, file) as Rollups;
  const lines = text.split('\n').map((line, at) => ({ line: line.trim(), at: at + 1 }));
  return lines.filter(({ line }) => line !== '').map(({ line, at }) => jsonOf(line, `${file}, line ${at}`)) as Rollups;
}

async function reportRollups(
  client: Client,
  app: string,
  rows: Rollups,
  { source, completeUntil }: { source: string; completeUntil?: string },
): Promise<HealthReceipt> {
  if (completeUntil !== undefined && Number.isNaN(Date.parse(completeUntil)))
    throw new UsageError(`--complete-until should be a moment such as 2024-10-01T12:00:00Z, not "${completeUntil}"`);
  const sum: HealthReceipt = { accepted: 0, unchanged: 0, other: 0, quarantined: 0, rows: [] };
  for (let from = 0; from === 0 || from < rows.length; from += ROLLUPS_AT_ONCE) {
    const isLast = from + ROLLUPS_AT_ONCE >= rows.length;
    const query = { source, ...(isLast && completeUntil !== undefined ? { completeUntil: new Date(completeUntil).toISOString() } : {}) };
    const told = await client.reportHealth({ params: { app }, query, body: rows.slice(from, from + ROLLUPS_AT_ONCE) });
    sum.accepted += told.accepted;
    sum.unchanged += told.unchanged;
    sum.other += told.other;
    sum.quarantined += told.quarantined;
    sum.rows.push(...told.rows.map((each) => ({ ...each, row: each.row + from })));
  }
  return sum;
}

function healthSaid(told: HealthReceipt): Said {
  const parts = [
    `${told.accepted} roll-ups reported`,
    ...(told.unchanged === 0 ? [] : [`${told.unchanged} known already`]),
    ...(told.other === 0 ? [] : [`${told.other} of segments that are told as other`]),
    ...(told.quarantined === 0 ? [] : [`${told.quarantined} not believed`]),
  ];
  const rows = told.rows
    .slice(0, 50)
    .map(({ row, reason, because, wouldBeRight }) => `  row ${row}: ${reason}: ${plain(because)} → ${plain(wouldBeRight)}`);
  return { lines: [`${parts.join(', ')}.`, ...rows], json: told, code: told.quarantined > 0 ? exits.refused : exits.ok };
}

type Measured = {
  value?: string;
  limit?: string;
  unit: string;
  limitIs?: 'at-most';
  range?: [number, number];
  baseline?: string;
  sample?: string;
  sampleUnit: string;
};

/** What a colour rests on, each with its unit. */
function measured({ value, limit, unit, limitIs, range, baseline, sample, sampleUnit }: Measured) {
  const amount = (text: string | undefined, what: string, of = unit): { amount: number; unit: string } | undefined =>
    text === undefined ? undefined : { amount: measureOf(text, what), unit: of };
  if (limit === undefined && limitIs !== undefined) throw new UsageError('--limit-is bounds nothing: give --limit too');
  if (value === undefined && range !== undefined) throw new UsageError('--range is of a value: give --value too');
  return {
    value: amount(value, '--value'),
    limit: amount(limit, '--limit'),
    limitIs,
    range,
    baseline: amount(baseline, '--baseline'),
    sample: amount(sample, '--sample', sampleUnit),
  };
}

function measureOf(text: string, what: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new UsageError(`${what} should be a number such as 0.23, not "${text}"`);
  return number;
}

function rangeOf(text: string): [number, number] {
  const [low = '', high = '', ...more] = text.split(',');
  const range: [number, number] = [measureOf(low, '--range'), measureOf(high, '--range')];
  if (more.length > 0 || range[0] > range[1])
    throw new UsageError(`--range should be a low and a high end such as 0.18,0.27, not "${text}"`);
  return range;
}

function maybe(text: string | undefined, what: string): number | undefined {
  return text === undefined ? undefined : numberOf(text, what);
}

/** The caller's own key; else, where the report is of one moment or revision, one made from what it says, so that a retried job reports once. */
function keyFor(options: Shared, body: unknown): string | undefined {
  if (options.idempotencyKey !== undefined) return options.idempotencyKey;
  if (options.at === undefined && options.revision === undefined) return undefined;
  return `cli-${createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 40)}`;
}

function saidOf(receipts: Receipts): Said {
  const refused = receipts.receipts.filter(({ accepted, duplicate }) => !accepted && !duplicate);
  const lines = [
    `${receipts.accepted} reported${receipts.duplicates === 0 ? '' : `, ${receipts.duplicates} known already`}${receipts.refused === 0 ? '' : `, ${receipts.refused} refused`}.`,
    ...refused
      .slice(0, 50)
      .map(
        ({ index, because, wouldBeRight }) =>
          `  item ${index}: ${plain(because ?? '')}${wouldBeRight === null ? '' : ` → ${plain(wouldBeRight)}`}`,
      ),
  ];
  return { lines, json: receipts, code: receipts.refused > 0 ? exits.refused : exits.ok };
}
