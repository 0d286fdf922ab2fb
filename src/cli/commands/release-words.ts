/** `signalbox release show|describe|decide|post`: what people write about a release. */
import type { Command } from 'commander';
import { submissionChecklist } from '#domain/release/contents.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import { ask, jsonOf, textOf } from '../ask.ts';
import type { Desk, Parts, Said } from '../ask.ts';
import type { Io } from '../output.ts';
import { UsageError } from '../settings.ts';
import { plain } from '../table.ts';

type Json = { json?: boolean };
export type ReleaseName = { app: string; version: string };

/** `music/8.9.3`, as every command takes a release. */
export function releaseOf(name: string): ReleaseName {
  const [app, version, ...rest] = name.split('/');
  if (app === undefined || app === '' || version === undefined || version === '' || rest.length > 0)
    throw new UsageError(`"${name}" names no release: write app/version, such as music/8.9.3`);
  return { app, version };
}

type Described = {
  channel?: string;
  manager?: string;
  bigFeature?: string;
  whatsNew?: string;
  retrospective?: string;
  from?: string;
  basedOn?: string;
};

export function addReleaseWords(command: Command, io: Io, parts: Parts): void {
  command
    .command('show')
    .description('show what is written about a release, and what is still to be said before it is submitted')
    .argument('<app/version>')
    .option('--json', 'print JSON')
    .action((name: string, options: Json) => ask(io, parts, options, (desk) => show(desk, releaseOf(name))));
  command
    .command('describe')
    .description('write what rides in a release and what stores and reviewers are told; what is not named stays')
    .argument('<app/version>', 'music/8.9.3')
    .option('--channel <channel>', 'where it is talked about: #release-8-9-3; empty to take it away')
    .option('--manager <name>', 'its release manager; empty to take the name away')
    .option('--big-feature <name>', 'the big feature that rides in it; empty to take it away')
    .option('--whats-new <file>', 'what is new, from a file; - for standard input')
    .option('--retrospective <file>', 'what was learned, from a file; - for standard input')
    .option('--from <file>', 'any parts as JSON, as the API takes them (storeNotes, reviews, …); - for standard input')
    .option('--based-on <revision>', 'refuse when it was changed since this revision')
    .option('--json', 'print JSON')
    .action((name: string, options: Json & Described) =>
      ask(io, parts, options, async ({ client }) => {
        const body = await bodyOf(options, parts);
        const done = await client.describeRelease({ params: releaseOf(name), body });
        return {
          lines: [
            done.changed
              ? `${name} is written, at revision ${done.contents.revision}.`
              : `${name} says that already; nothing was changed (revision ${done.contents.revision}).`,
          ],
          json: done,
        };
      }),
    );
  command
    .command('decide')
    .description('add a decision to the log of a release')
    .argument('<app/version>')
    .argument('<text>')
    .option('--about <what>', 'what it is about: a bug, a platform')
    .option('--json', 'print JSON')
    .action((name: string, text: string, options: Json & { about?: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const done = await client.noteDecision({ params: releaseOf(name), body: { text, about: options.about ?? null } });
        return { lines: [`Noted; ${name} has ${done.contents.decisions.length} decisions.`], json: done };
      }),
    );
  command
    .command('post')
    .description("post an update to a release's channel")
    .argument('<app/version>')
    .argument('<text>')
    .option('--json', 'print JSON')
    .action((name: string, text: string, options: Json) =>
      ask(io, parts, options, async ({ client }) => {
        const done = await client.postUpdate({ params: releaseOf(name), body: { text } });
        const { channel } = done.contents;
        return { lines: [`Posted to ${channel === null ? "the chat's own channel" : plain(channel)}: ${plain(text)}`], json: done };
      }),
    );
}

type Body = Parameters<Desk['client']['describeRelease']>[0]['body'];

/** The parts that the options name. An empty word takes a part away. */
async function bodyOf(options: Described, parts: Parts): Promise<Body> {
  const { from, basedOn, whatsNew, retrospective, bigFeature } = options;
  const said: Body = from === undefined ? {} : (jsonOf(await textOf(from, parts), from) as Body);
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text);
  if (options.channel !== undefined) said.channel = orNull(options.channel);
  if (options.manager !== undefined) said.manager = orNull(options.manager);
  if (bigFeature !== undefined) said.bigFeature = bigFeature.trim() === '' ? null : { name: bigFeature, note: null, url: null };
  if (whatsNew !== undefined) said.whatsNew = orNull(await textOf(whatsNew, parts));
  if (retrospective !== undefined) said.retrospective = orNull(await textOf(retrospective, parts));
  if (Object.keys(said).length === 0) throw new UsageError('say what to write: --channel, --manager, --big-feature, --whats-new, --from …');
  if (basedOn !== undefined) {
    if (!/^\d+$/.test(basedOn)) throw new UsageError(`--based-on should be a whole number, not "${basedOn}"`);
    said.basedOn = Number(basedOn);
  }
  return said;
}

async function show({ client, paint }: Desk, name: ReleaseName): Promise<Said> {
  const release = await client.getRelease({ params: name });
  const { contents, heads } = release;
  const ships = heads.map(({ platform, storefronts }) => ({
    platform,
    storefronts: storefronts.map(({ kind }) => kind as StorefrontKind),
  }));
  const open = submissionChecklist(contents, ships).filter(({ state }) => state === 'missing' || state === 'wrong');
  const or = (text: string | null): string => (text === null ? '-' : plain(text));
  return {
    lines: [
      paint.bold(`${name.app} ${release.version} (${release.kind})`),
      `  Release manager  ${or(release.manager)}`,
      `  Channel          ${or(contents.channel)}`,
      `  Big feature      ${or(contents.bigFeature?.name ?? null)}`,
      `  What is new      ${or(contents.whatsNew)}`,
      ...contents.storeNotes.map((note) => `  Note             ${note.storefront}, ${note.language}: ${plain(note.text)}`),
      ...contents.decisions.map((decision) => `  Decided          ${decision.at} ${plain(decision.by)}: ${plain(decision.text)}`),
      ...contents.updates.map((update) => `  Update           ${update.at} ${plain(update.by)}: ${plain(update.text)} (${update.state})`),
      '',
      ...(open.length === 0
        ? ['Everything that stores and reviewers need is said.']
        : ['Before it is submitted:', ...open.map(({ label, text }) => `  ${plain(label)}: ${plain(text)}`)]),
    ],
    json: release,
  };
}
