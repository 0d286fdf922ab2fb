/** `signalbox people`, `invite` and `sessions`: who may come in, with which roles, and who is in. */
import { Command, Option } from 'commander';
import { roles } from '#domain/roles.ts';
import type { Role } from '#domain/roles.ts';
import { allPages, ask, numberOf, textOf } from '../ask.ts';
import type { Parts } from '../ask.ts';
import { EXIT_HELP } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { ago } from '../say.ts';
import { plain, tableLines } from '../table.ts';
import type { Paint } from '../table.ts';
import { UsageError } from '../settings.ts';
import { listOf } from './app.ts';

type Json = { json?: boolean };
type Grant = { app: string; roles: Role[]; teams: string[] };

function grantsInWords(grants: readonly Grant[]): string {
  return grants
    .map(({ app, roles: held, teams }) => `${app}: ${held.join('+')}${teams.length === 0 ? '' : ` (${teams.join(',')})`}`)
    .join('; ');
}

/** `music=release-manager+member`, `*=viewer`, `music=member:player+search` with teams behind a colon. */
export function grantFrom(text: string, before: readonly Grant[] = []): Grant[] {
  const [, app, held, teams] = /^([a-z*][a-z0-9-]*)=([a-z+-]+)(?::(.+))?$/.exec(text) ?? [];
  if (app === undefined || held === undefined)
    throw new UsageError(`"${text}" is no grant: write app=role+role:team+team, such as music=member:player; * stands for all apps`);
  const named = held.split('+').map((name) => {
    const found = roles.find((role) => role === name);
    if (found === undefined) throw new UsageError(`"${name}" is no role: ${roles.join(', ')}`);
    return found;
  });
  return [...before, { app, roles: named, teams: teams === undefined ? [] : teams.split('+') }];
}

export function peopleCommand(io: Io, parts: Parts): Command {
  const command = new Command('people').description('people and their roles');
  command
    .command('list')
    .description('list the people')
    .option('--json', 'print JSON')
    .action((options: Json) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const people = await allPages((cursor) => client.listPeople({ query: { cursor, limit: 200 } }));
        const rows = people.map((person) => [
          person.id,
          plain(person.name),
          plain(person.email),
          person.signsInBy.join(','),
          person.lastSeenAt === null ? 'not seen' : `${ago(person.lastSeenAt, parts.now())} ago`,
          person.deactivated === null ? '' : `out: ${plain(person.deactivated.why)}`,
          grantsInWords(person.grants),
        ]);
        return { lines: tableLines(['ID', 'NAME', 'E-MAIL', 'BY', 'SEEN', '', 'ROLES'], rows, paint), json: people };
      }),
    );
  command
    .command('add')
    .description('create a person with a first password; better: signalbox invite')
    .argument('<email>')
    .requiredOption('--name <name>')
    .requiredOption('--password-file <file>', 'a file with the first password, - for standard input')
    .option('--json', 'print JSON')
    .action((email: string, options: Json & { name: string; passwordFile: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const password = (await textOf(options.passwordFile, parts)).replace(/\r?\n$/, '');
        const made = await client.createPerson({ body: { email, name: options.name, password } });
        return { lines: [`Created ${plain(made.name)} (${made.id}).`], json: made };
      }),
    );
  command
    .command('roles')
    .description('set the roles of a person in an app')
    .argument('<person>', 'their id')
    .argument('<app>', '* for all')
    .addOption(new Option('--roles <list>', `comma-separated: ${roles.join(',')}; empty takes all back`).makeOptionMandatory())
    .option('--teams <list>', 'comma-separated; * for all', listOf, [])
    .option('--json', 'print JSON')
    .action((person: string, app: string, options: Json & { roles: string; teams: string[] }) =>
      ask(io, parts, options, async ({ client }) => {
        const made = await client.setRoles({
          params: { person, app },
          body: { roles: listOf(options.roles) as Role[], teams: options.teams },
        });
        return { lines: [`${plain(made.name)}: ${grantsInWords(made.grants)}`], json: made };
      }),
    );
  command
    .command('deactivate')
    .description('put a person out: their sessions end, and so do the keys that they made')
    .argument('<person>', 'their id')
    .requiredOption('--why <reason>')
    .option('--keep-keys', 'leave the keys that they made')
    .option('--json', 'print JSON')
    .action((person: string, options: Json & { why: string; keepKeys?: boolean }) =>
      ask(io, parts, options, async ({ client }) => {
        const done = await client.deactivatePerson({
          params: { person },
          body: { why: options.why, keys: options.keepKeys === true ? 'keep' : 'revoke' },
        });
        const keys = done.keysRevoked.map(({ name }) => plain(name));
        return {
          lines: [
            `${plain(done.person.name)} is out. ${done.sessionsEnded} sessions ended.`,
            ...(keys.length === 0 ? [] : [`Revoked: ${keys.join(', ')}. Whatever used them needs others.`]),
          ],
          json: done,
        };
      }),
    );
  command
    .command('reactivate')
    .description('let a person in again')
    .argument('<person>', 'their id')
    .requiredOption('--why <reason>')
    .option('--json', 'print JSON')
    .action((person: string, options: Json & { why: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const done = await client.reactivatePerson({ params: { person }, query: { why: options.why } });
        return { lines: [`${plain(done.name)} may sign in again: ${grantsInWords(done.grants) || 'no roles'}.`], json: done };
      }),
    );
  command
    .command('password-link')
    .description('make a one-time link with which a person sets a new password')
    .argument('<person>', 'their id')
    .option('--hours <number>', 'how long it is good', '24')
    .option('--json', 'print JSON')
    .action((person: string, options: Json & { hours: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const made = await client.makePasswordLink({ params: { person }, body: { hours: numberOf(options.hours, '--hours') } });
        return { lines: [made.link, `Good once, until ${made.until}. It is not shown again.`], json: made };
      }),
    );
  return speakThrough(command.addHelpText('after', EXIT_HELP), io);
}

export function inviteCommand(io: Io, parts: Parts): Command {
  const command = new Command('invite').description('invite people with a one-time link, list and revoke invitations');
  command
    .command('send')
    .description('make a link for someone; hand it to them')
    .argument('<email>')
    .option('--name <name>')
    .option('--grant <grant>', 'app=role+role:team; may be repeated; * for all apps', grantFrom, [] as Grant[])
    .option('--hours <number>', 'how long it is good', '168')
    .option('--json', 'print JSON')
    .action((email: string, options: Json & { name?: string; grant: Grant[]; hours: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const made = await client.invite({
          body: { email, name: options.name ?? '', grants: options.grant, hours: numberOf(options.hours, '--hours') },
        });
        return {
          lines: [made.link, `${made.invitation.id}: good once, until ${made.invitation.expiresAt}. The link is not shown again.`],
          json: made,
        };
      }),
    );
  command
    .command('list')
    .description('list the invitations')
    .option('--json', 'print JSON')
    .action((options: Json) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const items = await allPages((cursor) => client.listInvitations({ query: { cursor, limit: 200 } }));
        const now = new Date(parts.now()).toISOString();
        const rows = items.map((each) => [
          each.id,
          plain(each.email),
          each.usedAt !== null ? 'used' : each.revokedAt !== null ? 'revoked' : each.expiresAt <= now ? 'over' : `until ${each.expiresAt}`,
          plain(each.createdBy),
          grantsInWords(each.grants),
        ]);
        return { lines: tableLines(['ID', 'E-MAIL', 'STATE', 'BY', 'ROLES'], rows, paint), json: items };
      }),
    );
  command
    .command('revoke')
    .description('revoke an invitation that waits')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((invitation: string, options: Json) =>
      ask(io, parts, options, async ({ client }) => {
        await client.revokeInvitation({ params: { invitation } });
        return { lines: [`Revoked ${invitation}.`], json: { revoked: invitation } };
      }),
    );
  return speakThrough(command.addHelpText('after', EXIT_HELP), io);
}

type SessionLine = { id: string; how: string; address: string | null; program: string | null; usedAt: string; endsAt: string };

function sessionLines(items: readonly SessionLine[], paint: Paint, now: number): string[] {
  const rows = items.map((each) => [
    each.id,
    each.how,
    each.address ?? '',
    `${ago(each.usedAt, now)} ago`,
    each.endsAt,
    plain((each.program ?? '').slice(0, 60)),
  ]);
  return tableLines(['ID', 'BY', 'FROM', 'USED', 'ENDS', 'PROGRAM'], rows, paint);
}

export function sessionsCommand(io: Io, parts: Parts): Command {
  const command = new Command('sessions').description('the open sessions of people');
  command
    .command('list')
    .description('list the open sessions of a person')
    .argument('<person>', 'their id')
    .option('--json', 'print JSON')
    .action((person: string, options: Json) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const { items } = await client.listPersonSessions({ params: { person } });
        return { lines: sessionLines(items, paint, parts.now()), json: items };
      }),
    );
  command
    .command('end')
    .description('end all sessions of a person, or one of them')
    .argument('<person>', 'their id')
    .argument('[session]', 'its id')
    .requiredOption('--why <reason>')
    .option('--json', 'print JSON')
    .action((person: string, session: string | undefined, options: Json & { why: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const done = await client.endPersonSessions({ params: { person }, query: { why: options.why, session } });
        return { lines: [`${done.ended} ended.`], json: done };
      }),
    );
  return speakThrough(command.addHelpText('after', EXIT_HELP), io);
}
