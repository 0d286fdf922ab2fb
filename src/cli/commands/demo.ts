/** `signalbox demo`: the sample app, on a server that is known or in a Signalbox of its own that ends with the command. */
import { Command, InvalidArgumentError } from 'commander';
import { momentInWords } from '#domain/calendar/zone.ts';
import { ask, ending } from '../ask.ts';
import type { Desk, Parts, Said } from '../ask.ts';
import { EXIT_HELP, exits } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { addressOf, readSettings, UsageError } from '../settings.ts';
import { plain } from '../table.ts';

export type DemoWish = { variant?: string | undefined; at?: string | undefined; speed?: number | undefined };

export type DemoParts = {
  /** Runs a Signalbox of its own with the sample in it until it is interrupted; throws an error whose message is fit for people. */
  demo: (options: DemoWish & { data?: string | undefined; port?: string | undefined }, say: (line: string) => void) => Promise<void>;
};

type Options = DemoWish & { server?: string; key?: string; data?: string; port?: string; local?: boolean; json?: boolean };

export function demoCommand(io: Io, parts: Parts & DemoParts): Command {
  const command = new Command('demo')
    .description('try Signalbox with sample data: an invented app whose release is played, in a time of its own')
    .option('--variant <name>', 'what goes otherwise: calm, night, late, fallback, rejected, canceled, hotfix, fleet-wide')
    .option('--at <time>', 'stand at a moment of the story, by the clock of Stockholm: 2024-10-01T14:20')
    .option('--speed <n>', 'let it go on at so many times the speed of time: 60 plays an hour in a minute; 0 stands', numberOf)
    .option('--server <url>', 'make it on this server; its key is taken from --key, SIGNALBOX_KEY or the saved connection')
    .option('--key <key>', 'an API key of an admin, sbx_…')
    .option('--local', 'a Signalbox of its own, also where a connection is saved')
    .option('--data <folder>', 'where the Signalbox of its own keeps its data, to go on with later; thrown away when not said')
    .option('--port <port>', 'the port of the Signalbox of its own; any free one when not said')
    .option('--json', 'print JSON (on a server)')
    .addHelpText('after', `\nAll people and numbers of the sample are invented.${EXIT_HELP}`)
    .action(async (options: Options) => {
      const wish = { variant: options.variant, at: options.at, speed: options.speed };
      const isOwn = options.local === true || options.data !== undefined || options.port !== undefined;
      if (isOwn && options.server !== undefined)
        return ending(io, options, () =>
          Promise.reject(
            new UsageError('--server names a server, and --local, --data and --port one of its own: give the one or the other'),
          ),
        );
      const saved = isOwn ? null : await readSettings(parts.environment).catch(() => null);
      if (options.server !== undefined || saved !== null) return onServer(io, parts, options, wish);
      try {
        await parts.demo({ ...wish, data: options.data, port: options.port }, (line) => io.out(line));
        io.exit(exits.ok);
      } catch (error) {
        io.err(error instanceof Error ? error.message : String(error));
        io.exit(error instanceof Error && error.name === 'DemoRefused' ? exits.usage : exits.trouble);
      }
    });
  return speakThrough(command, io);
}

function numberOf(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number < 0)
    throw new InvalidArgumentError('a speed is a number from 0 (it stands) to 1000, such as 60');
  return number;
}

function onServer(io: Io, parts: Parts, options: Options, wish: DemoWish): Promise<void> {
  const environment =
    options.server === undefined
      ? parts.environment
      : {
          ...parts.environment,
          SIGNALBOX_URL: addressOf(options.server),
          ...(options.key === undefined ? {} : { SIGNALBOX_KEY: options.key }),
        };
  return ask(io, { ...parts, environment }, options, (desk) => makeOrMove(desk, wish));
}

/** One sample of a variant on a server is enough: the one that is there is moved. */
async function makeOrMove({ client, url, io }: Desk, { variant, ...move }: DemoWish): Promise<Said> {
  const { samples, zone } = await client.getSample();
  const there = samples.find((sample) => sample.variant === (variant ?? 'story'));
  const onLine = (line: { is: string; text: string }): void => (line.is === 'progress' ? io.err(plain(line.text)) : undefined);
  const last =
    there === undefined
      ? await client.makeSample({ body: { variant, ...move }, onLine })
      : await client.moveSample({ params: { app: there.app }, body: move, onLine });
  if (last === null || last.is === 'progress')
    return { lines: ['the sample broke off; ask for it again'], json: last, code: exits.trouble };
  if (last.is === 'refused' || last.sample === undefined) {
    io.err(`${plain(last.text)}${last.right === null || last.right === undefined ? '' : `\n  → ${plain(last.right)}`}`);
    return { lines: [], json: last, code: last.code === 'trouble' ? exits.trouble : exits.usage };
  }
  const { sample } = last;
  return {
    lines: [
      `${url}/${sample.app} stands at ${momentInWords(sample.at, zone)}${sample.speed > 0 ? ` and goes on at ${sample.speed} times the speed of time` : ''}.`,
      ...(sample.next === null ? ['The story is told.'] : [`Next: ${momentInWords(sample.next.at, zone)}  ${plain(sample.next.title)}`]),
    ],
    json: sample,
  };
}
