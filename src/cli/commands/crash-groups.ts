/** `signalbox crash-groups`: which crashes are worst, whose they are, and their tickets. */
import { Command, Option } from 'commander';
import type { CrashGroupLine } from '#api/crash-groups.ts';
import { noveltyWords, ticketDeeds, ticketFilters } from '#domain/health/crash-groups.ts';
import { novelties, severityLevels } from '#domain/health/severity.ts';
import type { Novelty, SeverityLevel } from '#domain/health/severity.ts';
import { allPages, ask, numberOf } from '../ask.ts';
import type { Parts, Said } from '../ask.ts';
import { EXIT_HELP } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { ago } from '../say.ts';
import { plain, tableLines } from '../table.ts';

type Json = { json?: boolean };
type Narrowed = Json & {
  platform?: string;
  version?: string;
  severity?: SeverityLevel;
  novelty?: Novelty;
  team?: string;
  ticket?: (typeof ticketFilters)[number];
};

export function crashGroupsCommand(io: Io, parts: Parts): Command {
  const command = new Command('crash-groups')
    .description('crashes with one fingerprint: how bad, whose, and their tickets')
    .addHelpText('after', EXIT_HELP);
  command
    .command('list')
    .description('list them, the worst first')
    .argument('<app>')
    .option('--platform <platform>')
    .option('--version <version>', 'as they are on this version')
    .addOption(new Option('--severity <level>', 'at least so severe').choices(severityLevels))
    .addOption(new Option('--novelty <novelty>').choices(novelties))
    .option('--team <team>', 'a team, or none')
    .addOption(new Option('--ticket <state>').choices(ticketFilters))
    .option('--json', 'print JSON')
    .action((app: string, { json, ...query }: Narrowed) =>
      ask(io, parts, { json }, async ({ client, paint }): Promise<Said> => {
        const items = await allPages((cursor) => client.listCrashGroups({ params: { app }, query: { ...query, cursor, limit: 200 } }));
        return {
          lines:
            items.length === 0
              ? ['There is no such crash group.']
              : tableLines(
                  ['GROUP', 'SEVERITY', 'PEOPLE', 'VERSION', 'OWNER', 'TICKET', 'TITLE'],
                  items.map((group) => [
                    String(group.id),
                    severityOf(group),
                    String(group.users),
                    `${group.platform} ${group.version}`,
                    group.owner?.team ?? '–',
                    ticketOf(group),
                    plain(group.title),
                  ]),
                  paint,
                ),
          json: items,
        };
      }),
    );
  command
    .command('show')
    .description('show one, with its counts, its newest stack and its history')
    .argument('<app>')
    .argument('<group>', 'its number')
    .option('--version <version>', 'as it is on this version')
    .option('--json', 'print JSON')
    .action((app: string, group: string, { json, ...query }: Json & { version?: string }) =>
      ask(io, parts, { json }, async ({ client, paint }): Promise<Said> => {
        const found = await client.getCrashGroup({ params: { app, group: numberOf(group, 'group') }, query });
        const { judgement, owner, samples, counts, history } = found;
        const whose =
          owner === null
            ? 'Its owner was not looked for yet.'
            : owner.team === null
              ? `No owner: ${owner.because}.`
              : `${owner.team}: ${owner.path} by the rule ${owner.rule}${owner.from === 'policy' ? ' of the policy' : ' of CODEOWNERS'}.`;
        return {
          lines: [
            plain(found.title),
            `${found.platform} ${found.version}: ${found.users} people hit, ${found.crashes} crashes${found.flow === null ? '' : `, in ${plain(found.flow)}`}.`,
            judgement === null
              ? 'No severity: nothing was told of how much the version is used.'
              : `${judgement.level}, ${judgement.levelLower} at least, ${noveltyWords[judgement.novelty]}: ${Math.round(judgement.impact)} of a million people a day at everyone, ${Math.round(judgement.impactLower)} at least.`,
            plain(whose),
            `Ticket: ${ticketOf(found)}`,
            ...orderLines(found, parts.now()),
            '',
            ...tableLines(
              ['VERSION', 'PEOPLE', 'CRASHES', 'LAST'],
              counts.map((each) => [each.version, String(each.users), String(each.crashes), ago(each.lastAt, parts.now())]),
              paint,
            ),
            ...(samples[0] === undefined
              ? []
              : ['', ...samples[0].frames.map(({ frame, code }) => plain(`  ${frame}${code === null ? '' : `  ${code}`}`))]),
            ...(history.length === 0
              ? []
              : ['', ...history.slice(0, 10).map(({ at, actor, text }) => plain(`${ago(at, parts.now())}  ${actor.name} ${text}`))]),
          ],
          json: found,
        };
      }),
    );
  command
    .command('ticket')
    .description('ask for its ticket; one that is there stays the only one, and what was refused or waits is tried now')
    .argument('<app>')
    .argument('<group>', 'its number')
    .option('--version <version>', 'a version of the release line')
    .option('--json', 'print JSON')
    .action((app: string, group: string, { json, version }: Json & { version?: string }) =>
      ask(io, parts, { json }, async ({ client }): Promise<Said> => {
        const params = { app, group: numberOf(group, 'group') };
        const asked = await client.makeCrashTicket({ params, body: version === undefined ? {} : { version } });
        return {
          lines: [
            asked.ordered
              ? `The ticket for ${asked.line} is ordered; crash-groups show ${app} ${params.group} tells what became of it.`
              : `There is one for ${asked.line} already: ${asked.key ?? 'it is on its way'}.`,
          ],
          json: asked,
        };
      }),
    );
  command
    .command('retry')
    .description('try every ticket again that the tracker refused, or that waits for its next try')
    .argument('<app>')
    .option('--json', 'print JSON')
    .action((app: string, { json }: Json) =>
      ask(io, parts, { json }, async ({ client }): Promise<Said> => {
        const { ordered, left } = await client.retryCrashTickets({ params: { app } });
        const what =
          ordered === 0
            ? 'No ticket was refused, and none waits.'
            : `${ordered} ${ordered === 1 ? 'ticket is' : 'tickets are'} tried again.`;
        return { lines: [left ? `${what} There are more: call it again.` : what], json: { ordered, left } };
      }),
    );
  command
    .command('decide')
    .description('decide that it is worth no ticket, or take that back')
    .argument('<app>')
    .argument('<group>', 'its number')
    .addOption(new Option('--as <decision>', 'what').choices(['not-worth-a-ticket', 'undecided']).default('not-worth-a-ticket'))
    .requiredOption('--reason <words>', 'why')
    .option('--json', 'print JSON')
    .action((app: string, group: string, { json, as, reason }: Json & { as: 'not-worth-a-ticket' | 'undecided'; reason: string }) =>
      ask(io, parts, { json }, async ({ client }): Promise<Said> => {
        const done = await client.decideCrashGroup({ params: { app, group: numberOf(group, 'group') }, body: { decision: as, reason } });
        return { lines: [done.changed ? 'Decided.' : 'It was so already.'], json: done };
      }),
    );
  return speakThrough(command, io);
}

function severityOf({ judgement }: CrashGroupLine): string {
  return judgement === null
    ? '–'
    : `${judgement.level} (${judgement.levelLower}) ${judgement.novelty === 'known' ? '' : judgement.novelty}`.trim();
}

function ticketOf({ ticket, decision }: CrashGroupLine): string {
  if (ticket === null) return decision === null ? '–' : 'not wanted';
  const { key, state, order } = ticket;
  if (key === null) return order?.state ?? state;
  return `${key}${state === 'closed' ? ' (closed)' : ''}${order?.state === 'refused' ? ` (${ticketDeeds[order.does]} refused)` : ''}`;
}

/** What became of the last order for its ticket, while it is not done. */
function orderLines({ ticket }: CrashGroupLine, now: number): string[] {
  const order = ticket?.order ?? null;
  if (order === null) return [];
  const { state, does, because, nextTryAt, whatToDo, attempts } = order;
  const next = nextTryAt === null ? '' : `, tried next ${ago(nextTryAt, now)}`;
  return [
    `  ${ticketDeeds[does]} ${state}${attempts === 0 ? '' : ` after ${attempts === 1 ? 'one try' : `${attempts} tries`}`}${next}${because === null ? '' : `: ${plain(because)}`}`,
    ...(whatToDo === null ? [] : [`  What to do: ${whatToDo}`]),
  ];
}
