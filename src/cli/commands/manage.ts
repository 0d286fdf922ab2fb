/** `signalbox connection`, `keys`, `audit`, and the server's side of `policy`. */
import { Command } from 'commander';
import { roles, scopes } from '#domain/roles.ts';
import type { Role, Scope } from '#domain/roles.ts';
import { allPages, ask, numberOf } from '../ask.ts';
import type { Parts, Said } from '../ask.ts';
import { EXIT_HELP, exits } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { ago } from '../say.ts';
import { plain, tableLines } from '../table.ts';
import { UsageError } from '../settings.ts';
import { listOf, settingsInto } from './app.ts';
import { addPolicyChanges } from './policy-change.ts';

type Json = { json?: boolean };

export function connectionCommand(io: Io, parts: Parts): Command {
  const command = new Command('connection').description('connect an app to repositories, storefronts, trackers, chat');
  command
    .command('add')
    .description('connect')
    .argument('<app>')
    .argument('<integration>', 'git, sandbox, …: signalbox connection kinds')
    .option('--setting <name=value>', 'a setting; may be repeated', settingsInto, {})
    .option('--serves <list>', 'comma-separated ports: gitHost,storefront:google-play; all that it can when not said', listOf, [])
    .option('--json', 'print JSON')
    .action((app: string, integration: string, options: Json & { setting: Record<string, unknown>; serves: string[] }) =>
      ask(io, parts, options, async ({ client }) => {
        const made = await client.addConnection({
          params: { app },
          body: { integration, settings: options.setting, serves: options.serves },
        });
        return {
          lines: [
            `Connected ${app} to ${plain(made.name)} (${made.id}), for ${made.serves.length === 0 ? 'all that it can serve' : made.serves.join(', ')}.`,
          ],
          json: made,
        };
      }),
    );
  command
    .command('list')
    .description('list what an app is connected to')
    .argument('<app>')
    .option('--json', 'print JSON')
    .action((app: string, options: Json) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const { items } = await client.listConnections({ params: { app } });
        return {
          lines: tableLines(
            ['ID', 'INTEGRATION', 'SERVES', 'SETTINGS'],
            items.map((each) => [each.id, each.integration, each.serves.join(','), plain(JSON.stringify(each.settings))]),
            paint,
          ),
          json: items,
        };
      }),
    );
  command
    .command('remove')
    .description('disconnect')
    .argument('<app>')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((app: string, connection: string, options: Json) =>
      ask(io, parts, options, async ({ client }) => {
        await client.removeConnection({ params: { app, connection } });
        return { lines: [`Removed ${connection}.`], json: { removed: connection } };
      }),
    );
  command
    .command('open-webhook')
    .description(
      'make the secret with which others sign messages that wake a connection; it is shown this once, and one made before counts no more',
    )
    .argument('<app>')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((app: string, connection: string, options: Json) =>
      ask(io, parts, options, async ({ client, url }) => {
        const made = await client.openWebhook({ params: { app, connection }, body: {} });
        return {
          lines: [
            made.secret,
            `Messages go to ${url.replace(/\/+$/, '')}${made.path}, signed with the secret above. It is not shown again.`,
          ],
          json: made,
        };
      }),
    );
  command
    .command('close-webhook')
    .description('let nobody wake a connection any more')
    .argument('<app>')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((app: string, connection: string, options: Json) =>
      ask(io, parts, options, async ({ client }) => {
        await client.closeWebhook({ params: { app, connection } });
        return { lines: [`Nobody wakes ${connection} any more.`], json: { closed: connection } };
      }),
    );
  command
    .command('kinds')
    .description('list the integrations and their settings')
    .option('--json', 'print JSON')
    .action((options: Json) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const { items } = await client.listIntegrations();
        const settingsOf = (form: Record<string, unknown>): string => Object.keys(form['properties'] ?? {}).join(',');
        return {
          lines: tableLines(
            ['INTEGRATION', 'CONNECTS', 'PROVIDES', 'SETTINGS'],
            items.map((each) => [each.id, plain(each.connects), each.provides.join(','), settingsOf(each.settings)]),
            paint,
          ),
          json: items,
        };
      }),
    );
  return speakThrough(command.addHelpText('after', EXIT_HELP), io);
}

/** Adds what needs a server to the offline `policy` command. */
export function addPolicyOfServer(command: Command, io: Io, parts: Parts): Command {
  command
    .command('show')
    .description('print the policy of an app')
    .argument('<app>')
    .option('--revision <number>', 'an older one')
    .option('--json', 'print JSON')
    .action((app: string, options: Json & { revision?: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const policy = await client.getPolicy({
          params: { app },
          query: options.revision === undefined ? {} : { revision: numberOf(options.revision, '--revision') },
        });
        return { lines: policy.text.replace(/\n$/, '').split('\n'), json: policy };
      }),
    );
  return addPolicyChanges(command, io, parts);
}

export function auditCommand(io: Io, parts: Parts): Command {
  const command = new Command('audit').description('the journal as evidence');
  command
    .command('verify')
    .description('check every chain of the journal and every seal; exit code 1 when one is broken')
    .option('--app <app>', 'one app')
    .option('--json', 'print JSON')
    .action((options: Json & { app?: string }) =>
      ask(io, parts, options, async ({ client, paint }): Promise<Said> => {
        const found = await client.verifyAudit({ query: { app: options.app } });
        const counts = `${found.entries} entries in ${found.chains} chains, ${found.seals} seals`;
        const lines = found.ok
          ? [`${paint.green('The journal holds')}: ${counts}.`]
          : [`${paint.red('The journal is broken')}: ${counts}.`, ...found.problems.map((problem) => `  ${plain(problem)}`)];
        return { lines, json: found, code: found.ok ? exits.ok : exits.no };
      }),
    );
  command
    .command('list')
    .description('list the entries of the journal, the newest first')
    .option('--app <app>')
    .option('--track <track>', 'app/version/platform')
    .option('--limit <number>', 'at most', '50')
    .option('--json', 'print JSON')
    .action((options: Json & { app?: string; track?: string; limit: string }) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const most = numberOf(options.limit, '--limit');
        const items = await allPages(
          (cursor) =>
            client.listAudit({ query: { cursor, limit: Math.min(200, Math.max(1, most)), app: options.app, track: options.track } }),
          most,
        );
        const rows = items.map((entry) => [
          entry.at,
          entry.track ?? entry.app ?? '',
          plain(entry.actor.name),
          plain(entry.text),
          entry.hash.slice(0, 12),
        ]);
        return { lines: tableLines(['AT', 'WHERE', 'WHO', 'WHAT', 'HASH'], rows, paint), json: items };
      }),
    );
  command
    .command('seals')
    .description('print the signed seals, to be kept elsewhere')
    .option('--json', 'print JSON')
    .action((options: Json) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const items = await allPages((cursor) => client.listSeals({ query: { cursor, limit: 200 } }));
        return {
          lines: tableLines(
            ['SEQ', 'AT', 'CHAINS', 'SIGNATURE'],
            items.map((seal) => [String(seal.seq), seal.at, String(seal.heads.length), `${seal.signature.slice(0, 24)}…`]),
            paint,
          ),
          json: items,
        };
      }),
    );
  return speakThrough(command.addHelpText('after', EXIT_HELP), io);
}

export function keysCommand(io: Io, parts: Parts): Command {
  const command = new Command('keys').description('API keys for CI and scripts');
  const list = (text: string): string[] => listOf(text);
  const oneOf =
    <T extends string>(known: readonly T[], what: string) =>
    (text: string): T[] =>
      listOf(text).map((each) => {
        const found = known.find((name) => name === each);
        if (found === undefined) throw new UsageError(`"${each}" is no ${what}: ${known.join(', ')}`);
        return found;
      });
  command
    .command('create')
    .description('create a key; it is shown this once')
    .argument('<name>', 'what it is for')
    .option('--scopes <list>', `comma-separated: ${scopes.join(',')}`, oneOf(scopes, 'scope'), ['read', 'report'] as Scope[])
    .option('--roles <list>', `comma-separated: ${roles.join(',')}`, oneOf(roles, 'role'), ['member'] as Role[])
    .option('--teams <list>', 'comma-separated teams whose word it may give; * for all', list, [])
    .option('--apps <list>', 'comma-separated; all when not said', list)
    .option('--expires <moment>')
    .option('--json', 'print JSON')
    .action((name: string, options: Json & { scopes: Scope[]; roles: Role[]; teams: string[]; apps?: string[]; expires?: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const made = await client.createKey({
          body: {
            name,
            scopes: options.scopes,
            roles: options.roles,
            teams: options.teams,
            apps: options.apps ?? null,
            expiresAt: options.expires ?? null,
          },
        });
        return {
          lines: [made.key, `${made.id}: ${made.scopes.join(', ')} as ${made.roles.join(', ')}. The key above is not shown again.`],
          json: made,
        };
      }),
    );
  command
    .command('list')
    .description('list the keys')
    .option('--json', 'print JSON')
    .action((options: Json) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const keys = await allPages((cursor) => client.listKeys({ query: { cursor, limit: 200 } }));
        const rows = keys.map((key) => [
          key.id,
          plain(key.name),
          `${key.prefix}…`,
          key.scopes.join(','),
          key.roles.join(','),
          key.apps?.join(',') ?? 'all',
          key.lastUsedAt === null ? 'never' : `${ago(key.lastUsedAt, parts.now())} ago`,
          key.revokedAt === null ? (key.expiresAt === null ? '' : `until ${key.expiresAt}`) : 'revoked',
        ]);
        return { lines: tableLines(['ID', 'NAME', 'KEY', 'SCOPES', 'ROLES', 'APPS', 'USED', ''], rows, paint), json: keys };
      }),
    );
  command
    .command('create-reporting')
    .description('create a key that reports facts of one app and does nothing else; it is shown this once')
    .argument('<app>')
    .argument('<name>', 'what it is for')
    .option('--expires <moment>')
    .option('--json', 'print JSON')
    .action((app: string, name: string, options: Json & { expires?: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const made = await client.createReportingKey({ params: { app }, body: { name, expiresAt: options.expires ?? null } });
        return { lines: [made.key, `${made.id}: reports into ${app}. The key above is not shown again.`], json: made };
      }),
    );
  command
    .command('revoke')
    .description('revoke a key')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action((key: string, options: Json) =>
      ask(io, parts, options, async ({ client }) => {
        await client.revokeKey({ params: { key } });
        return { lines: [`Revoked ${key}.`], json: { revoked: key } };
      }),
    );
  return speakThrough(command.addHelpText('after', EXIT_HELP), io);
}
