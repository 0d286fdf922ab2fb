/** `signalbox connect`: which server the other commands talk to; with a set-up link, the first admin too. */
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { createClient } from '#api/client.ts';
import { ending } from '../ask.ts';
import type { Parts } from '../ask.ts';
import { EXIT_HELP } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { addressOf, UsageError, writeSettings } from '../settings.ts';

type Options = { key?: string; setupLink?: boolean; name?: string; email?: string; passwordFile?: string; json?: boolean };

export function connectCommand(io: Io, parts: Parts): Command {
  const command = new Command('connect')
    .description('remember a server and an API key for the other commands')
    .argument('<url>', 'the address of the server, or its one-time set-up link with --setup-link')
    .option('--key <key>', 'an API key, sbx_…')
    .option('--setup-link', 'the address is the one-time set-up link: make the first admin and a key for this command line')
    .option('--name <name>', 'with --setup-link: your name')
    .option('--email <email>', 'with --setup-link: your e-mail')
    .option(
      '--password-file <file>',
      'with --setup-link: read the password from a file, - for standard input; asked for on a terminal otherwise',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `\nThe key is kept in ~/.config/signalbox/connection.json, which only you may read. SIGNALBOX_URL and SIGNALBOX_KEY go before it.${EXIT_HELP}`,
    )
    .action((url: string, options: Options) =>
      ending(io, options, () => {
        const isLink = options.setupLink === true || url.includes('#token=');
        return isLink ? setUp(url, options, parts) : connect(url, options, parts);
      }),
    );
  return speakThrough(command, io);
}

async function connect(url: string, options: Options, parts: Parts) {
  const address = addressOf(url);
  const key = options.key ?? parts.environment['SIGNALBOX_KEY'] ?? null;
  const client = createClient({ baseUrl: address, ...(key === null || key === '' ? {} : { key }) });
  const session = await client.getSession();
  const file = await writeSettings(parts.environment, { url: address, key: key === '' ? null : key });
  const who = session.who === null ? 'nobody; give --key' : `the key "${session.who.name}"`;
  return {
    lines: [
      `Connected to ${address} (Signalbox ${session.version}) as ${who}. Kept in ${file}`,
      ...(session.setUpNeeded ? ['It has no admin yet: signalbox connect --setup-link LINK'] : []),
    ],
    json: { url: address, version: session.version, who: session.who, setUpNeeded: session.setUpNeeded },
  };
}

async function setUp(link: string, options: Options, parts: Parts) {
  const token = /#token=([0-9A-Za-z]+)$/.exec(link)?.[1];
  if (token === undefined)
    throw new UsageError(
      'this is no set-up link: it looks like http://127.0.0.1:4600/setup#token=…, and the server prints it at its start while there is no admin',
    );
  const address = addressOf(link.slice(0, link.indexOf('#')).replace(/\/setup\/?$/, ''));
  const name = options.name ?? (await askFor('Your name: '));
  const email = options.email ?? (await askFor('Your e-mail: '));
  const password = await passwordFrom(options, parts);
  const done = await createClient({ baseUrl: address }).setUp({
    body: { token, name, email, password, key: { name: `command line of ${name}`.slice(0, 100) } },
  });
  const file = await writeSettings(parts.environment, { url: address, key: done.key });
  return {
    lines: [`${name} is the first admin of ${address}. A key for this command line is kept in ${file}`],
    json: { url: address, who: done.who },
  };
}

async function passwordFrom(options: Options, parts: Parts): Promise<string> {
  if (options.passwordFile === undefined) return askFor('A password of at least 15 characters: ', true);
  const { textOf } = await import('../ask.ts');
  return (await textOf(options.passwordFile, parts)).replace(/\r?\n$/, '');
}

/** Asks on the terminal; a secret is not shown while it is typed. */
async function askFor(question: string, isSecret = false): Promise<string> {
  if (!process.stdin.isTTY)
    throw new UsageError(`there is no terminal to ask "${question.trim()}": give --name, --email and --password-file`);
  process.stderr.write(question);
  const lines = createInterface({ input: process.stdin, ...(isSecret ? {} : { output: process.stderr }), terminal: true });
  try {
    const answer = await lines.question('');
    if (isSecret) process.stderr.write('\n');
    return answer.trim();
  } finally {
    lines.close();
  }
}
