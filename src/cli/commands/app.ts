/** `signalbox app …` and `signalbox release …`: make apps, import their history, plan releases. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { releaseKinds } from '#domain/release/track.ts';
import { allPages, ask, textOf } from '../ask.ts';
import type { Desk, Parts, Said } from '../ask.ts';
import { EXIT_HELP, exits } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { UsageError } from '../settings.ts';
import { plain, tableLines } from '../table.ts';
import { addReleaseWords, releaseOf } from './release-words.ts';

type Json = { json?: boolean };

export function appCommand(io: Io, parts: Parts): Command {
  const command = new Command('app').description("make apps, list them, and import a repository's history");
  command
    .command('create')
    .description('make an app')
    .argument('<app>', 'its slug: music')
    .requiredOption('--platforms <list>', 'comma-separated: android,ios', listOf)
    .option('--name <name>', 'as people read it')
    .option('--timezone <zone>', 'IANA zone of its plan', 'UTC')
    .addOption(
      new Option('--process <process>', 'the process of its first policy').choices(['weekly-mobile', 'light', 'desktop', 'hotfix']),
    )
    .option('--policy <file>', 'its first policy document, - for standard input')
    .option('--json', 'print JSON')
    .action(
      (
        app: string,
        options: Json & {
          platforms: string[];
          name?: string;
          timezone: string;
          process?: 'weekly-mobile' | 'light' | 'desktop' | 'hotfix';
          policy?: string;
        },
      ) =>
        ask(io, parts, options, async ({ client }) => {
          const policy = options.policy === undefined ? undefined : await textOf(options.policy, parts);
          const made = await client.createApp({
            body: {
              id: app,
              name: options.name,
              timezone: options.timezone,
              platforms: options.platforms,
              process: options.process,
              policy,
            },
          });
          return { lines: [`Made ${made.id} for ${made.platforms.join(', ')}.`], json: made };
        }),
    );
  command
    .command('list')
    .description('list the apps')
    .option('--json', 'print JSON')
    .action((options: Json) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const apps = await allPages((cursor) => client.listApps({ query: { cursor, limit: 200 } }));
        return {
          lines: tableLines(
            ['APP', 'NAME', 'PLATFORMS', 'TRACKS'],
            apps.map((app) => [app.id, plain(app.name), app.platforms.join(','), String(app.tracks)]),
            paint,
          ),
          json: apps,
        };
      }),
    );
  command
    .command('import')
    .description('connect a git repository, if it is not yet, and read its history: past releases, and what is under way')
    .argument('<app>')
    .argument('[repository]', 'a local path, a bundle, or any URL that git reads; not needed once connected')
    .option('--setting <name=value>', 'another setting of the git connection', settingsInto, {})
    .option('--json', 'print JSON')
    .action((app: string, repository: string | undefined, options: Json & { setting: Record<string, unknown> }) =>
      ask(io, parts, options, (desk) => importInto(app, repository, options.setting, desk)),
    );
  command.addHelpText('after', EXIT_HELP);
  return speakThrough(command, io);
}

async function importInto(
  app: string,
  repository: string | undefined,
  settings: Record<string, unknown>,
  { client, io }: Desk,
): Promise<Said> {
  const { items } = await client.listConnections({ params: { app } });
  const there = items.find(({ integration }) => integration === 'git');
  if (there === undefined) {
    if (repository === undefined) throw new UsageError(`${app} is connected to no repository yet: signalbox app import ${app} REPOSITORY`);
    await client.addConnection({
      params: { app },
      body: { integration: 'git', settings: { repo: absolute(repository), ...settings } },
    });
  }
  const last = await client.importHistory({
    params: { app },
    onLine: (line) => (line.is === 'progress' ? io.err(plain(line.text)) : undefined),
  });
  if (last === null || last.is === 'progress')
    return { lines: ['the import broke off; run it again, it adds only what is new'], json: last, code: exits.trouble };
  if (last.is === 'refused') {
    io.err(`${plain(last.text)}${last.right === null || last.right === undefined ? '' : `\n  → ${plain(last.right)}`}`);
    return { lines: [], json: last, code: last.code === 'trouble' ? exits.trouble : exits.refused };
  }
  return {
    lines: [
      `Imported ${last.releases ?? 0} releases and ${last.tracks ?? 0} tracks into ${app}; ${last.inferred ?? 0} of their facts are inferred and can be corrected.`,
    ],
    json: last,
  };
}

/** A path of this machine is made absolute: the server stands in another folder. */
function absolute(repository: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(repository) || /^[^/\\]+@[^:/]+:/.test(repository)) return repository;
  const path = resolve(repository);
  if (!existsSync(path)) throw new UsageError(`${path} does not exist: name a local path, a bundle, or a URL that git reads`);
  return path;
}

type Milestone = 'branch' | 'candidate' | 'submit' | 'start' | 'finish';

export function releaseCommand(io: Io, parts: Parts): Command {
  const command = new Command('release').description('plan releases and list them');
  command
    .command('plan')
    .description('plan a release')
    .argument('<app/version>', 'music/8.9.3')
    .addOption(new Option('--kind <kind>', 'its kind').choices([...releaseKinds]).default('regular'))
    .option('--base <version>', 'the version that a hotfix mends')
    .option('--platforms <list>', 'comma-separated; all when not said', listOf)
    .option('--manager <name>', 'its release manager')
    .option('--json', 'print JSON')
    .action((name: string, options: Json & { kind: 'regular'; base?: string; platforms?: string[]; manager?: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const { app, version } = releaseOf(name);
        const { json: _, ...body } = options;
        const made = await client.planRelease({ params: { app }, body: { version, ...body } });
        return { lines: [`Planned ${app} ${made.version} (${made.kind}): ${made.tracks.join(', ')}`], json: made };
      }),
    );
  command
    .command('replan')
    .description('move the planned times of a release')
    .argument('<app/version>', 'music/8.9.3')
    .option('--branch <time>', 'ISO time with its zone: 2024-10-04T09:00:00+02:00')
    .option('--candidate <time>')
    .option('--submit <time>')
    .option('--start <time>')
    .option('--finish <time>')
    .requiredOption('--reason <text>', 'why; the journal keeps it')
    .option('--json', 'print JSON')
    .action((name: string, options: Json & Partial<Record<Milestone, string>> & { reason: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const { json: _, reason, ...planned } = options;
        const moved = await client.replanRelease({ params: releaseOf(name), body: { planned, reason } });
        const times = Object.entries(moved.planned).map(([milestone, at]) => `  ${milestone}: ${at ?? 'not planned'}`);
        return { lines: [moved.changed ? `Moved the plan of ${name}:` : `The plan of ${name} was so already:`, ...times], json: moved };
      }),
    );
  addReleaseWords(command, io, parts);
  command
    .command('list')
    .description('list the releases of an app')
    .argument('<app>')
    .addOption(new Option('--state <state>', 'which').choices(['live', 'ended', 'all']).default('all'))
    .option('--json', 'print JSON')
    .action((app: string, options: Json & { state: 'live' | 'ended' | 'all' }) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const releases = await allPages((cursor) =>
          client.listReleases({ params: { app }, query: { cursor, limit: 200, state: options.state } }),
        );
        const rows = releases.map((release) => [
          release.version,
          release.kind,
          release.imported ? 'imported' : '',
          release.tracks.map(({ platform, stage, percent }) => `${platform}: ${stage}${percent === null ? '' : ` ${percent}%`}`).join(', '),
        ]);
        return { lines: tableLines(['VERSION', 'KIND', '', 'TRACKS'], rows, paint), json: releases };
      }),
    );
  command.addHelpText('after', EXIT_HELP);
  return speakThrough(command, io);
}

export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

/** `name=value` into an object; a value that reads as JSON is taken as JSON. */
export function settingsInto(text: string, before: Record<string, unknown>): Record<string, unknown> {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`"${text}" should look like name=value`);
  const value = text.slice(at + 1);
  let read: unknown = value;
  try {
    read = JSON.parse(value);
  } catch {
    // a plain word is the word itself
  }
  return { ...before, [text.slice(0, at)]: read };
}
