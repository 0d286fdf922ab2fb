/** `signalbox secrets`: with which keys stored secrets are sealed, and a new one. */
import { Command } from 'commander';
import { ask } from '../ask.ts';
import type { Parts } from '../ask.ts';
import { EXIT_HELP } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { plain, tableLines } from '../table.ts';

type Json = { json?: boolean };
const FROM = { environment: 'SIGNALBOX_KEYS', file: 'the key file', secret: 'SIGNALBOX_SECRET' } as const;

export function secretsCommand(io: Io, parts: Parts): Command {
  const command = new Command('secrets').description('the keys that stored secrets are sealed with; never the secrets');
  command
    .command('status')
    .description('show which key has sealed how much')
    .option('--json', 'print JSON')
    .action((options: Json) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const found = await client.getSecrets();
        return {
          lines: [
            `Keys come from ${FROM[found.from]}; ${found.current} seals.`,
            ...tableLines(
              ['KEY', 'SEALS'],
              found.keys.map(({ id, seals }) => [id, String(seals)]),
              paint,
            ),
            ...found.unreadable.map((place) => `No key opens ${plain(place)}: give its key back, or connect anew.`),
          ],
          json: found,
        };
      }),
    );
  command
    .command('rotate')
    .description('seal all stored secrets with a new key')
    .option('--json', 'print JSON')
    .action((options: Json) =>
      ask(io, parts, options, async ({ client }) => {
        const done = await client.rotateSecrets({ body: {} });
        const made = done.renewed
          ? `A new key ${done.current} was made.`
          : `Keys come from ${FROM[done.from]}, so no new one was made: put one before the others there, restart, and rotate again.`;
        return {
          lines: [
            `${made} ${done.resealed} secrets were sealed anew with ${done.current}.`,
            ...done.unreadable.map((place) => `No key opens ${plain(place)}: it stays as it is.`),
          ],
          json: done,
        };
      }),
    );
  return speakThrough(command.addHelpText('after', EXIT_HELP), io);
}
