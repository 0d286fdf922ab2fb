/** `signalbox policy preview|save|propose|proposals|approve|refuse|history`: another policy, after a look at its effect. */
import type { Command } from 'commander';
import { allPages, ask, numberOf, textOf } from '../ask.ts';
import type { Parts } from '../ask.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { plain, tableLines } from '../table.ts';
import type { Paint } from '../table.ts';
import type { Client } from '#api/client.ts';

type Json = { json?: boolean };
type Effect = Awaited<ReturnType<Client['previewPolicy']>>;
type Diff = Effect['diff'];

/** The effect in lines: what differs in the text, then what each track would do that it does not do now. */
function effectLines({ diff, plans, basedOn, needsSecond }: Effect, paint: Paint): string[] {
  const tracks = plans.flatMap(({ track, plan, changes }) => [
    `  ${track}: ${plain(plan.robot.sentence)}`,
    ...changes.map((change) => `    ${plain(change)}`),
  ]);
  return [
    `Against revision ${basedOn}: ${diff.added} lines added, ${diff.removed} taken away.`,
    ...diffLines(diff, paint),
    ...(plans.length === 0 ? ['No release is alive: nothing would change now.'] : ['Under this policy:', ...tracks]),
    ...(needsSecond ? ['It needs a second person: propose it, and somebody else approves it.'] : []),
  ];
}

function diffLines({ lines }: Diff, paint: Paint): string[] {
  return lines.map(({ is, text }) => {
    if (is === 'gap') return '  …';
    if (is === 'same') return `    ${plain(text)}`;
    return is === 'added' ? paint.green(`  + ${plain(text)}`) : paint.red(`  - ${plain(text)}`);
  });
}

const saidOf = ({
  revision,
  plans,
}: {
  revision: number;
  plans: readonly { track: string; plan: { robot: { sentence: string } } }[];
}): string[] => [`Revision ${revision} is in force.`, ...plans.map(({ track, plan }) => `  ${track}: ${plain(plan.robot.sentence)}`)];

export function addPolicyChanges(command: Command, io: Io, parts: Parts): Command {
  command
    .command('preview')
    .description('say what each live track would do under another policy, and change nothing')
    .argument('<app>')
    .argument('<file>', '- for standard input')
    .option('--json', 'print JSON')
    .action((app: string, file: string, options: Json) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const effect = await client.previewPolicy({ params: { app }, body: { text: await textOf(file, parts) } });
        return { lines: [...effectLines(effect, paint), `To go on with it: --previewed ${effect.preview}`], json: effect };
      }),
    );
  for (const name of ['save', 'set'] as const)
    command
      .command(name, { hidden: name === 'save' })
      .description('put another policy into force, or with --propose ask somebody else to; its effect is shown first')
      .argument('<app>')
      .argument('<file>', '- for standard input')
      .option('--why <reason>', 'stands beside the revision')
      .option('--propose', 'propose it; somebody else approves it')
      .option('--previewed <preview>', 'what `preview` printed: refuses when that effect is not the one of now')
      .option('--dry-run', 'only say what each track would do under it')
      .option('--based-on <revision>', 'refuse when a newer revision is in force')
      .option('--json', 'print JSON')
      .action(
        (
          app: string,
          file: string,
          options: Json & { dryRun?: boolean; basedOn?: string; why?: string; propose?: boolean; previewed?: string },
        ) =>
          ask(io, parts, options, async ({ client, paint }) => {
            const text = await textOf(file, parts);
            const effect = await client.previewPolicy({ params: { app }, body: { text } });
            if (options.dryRun === true) return { lines: effectLines(effect, paint), json: effect };
            if (options.json !== true) for (const line of effectLines(effect, paint)) io.err(line);
            const preview = options.previewed ?? effect.preview;
            const why = options.why ?? 'set from the command line';
            if (options.propose === true) {
              const made = await client.proposePolicy({ params: { app }, body: { text, preview, why } });
              return { lines: [`Proposed as ${made.id}. Somebody else: signalbox policy approve ${app} ${made.id}`], json: made };
            }
            const basedOn = options.basedOn === undefined ? effect.basedOn : numberOf(options.basedOn, '--based-on');
            const saved = await client.savePolicy({ params: { app }, body: { text, basedOn, preview, why } });
            return { lines: saidOf(saved), json: saved };
          }),
      );
  command
    .command('proposals')
    .description('list proposed policies')
    .argument('<app>')
    .option('--open', 'only those that wait')
    .option('--json', 'print JSON')
    .action((app: string, options: Json & { open?: boolean }) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const items = await allPages((cursor) =>
          client.listProposals({ params: { app }, query: { cursor, limit: 200, state: options.open === true ? 'open' : undefined } }),
        );
        const rows = items.map((each) => [
          each.id,
          each.proposedAt,
          plain(each.proposedBy.name),
          each.outdated ? 'outdated' : each.state,
          plain(each.why),
        ]);
        return { lines: tableLines(['ID', 'AT', 'BY', 'STATE', 'WHY'], rows, paint), json: items };
      }),
    );
  command
    .command('approve')
    .description('approve what somebody else proposed: it is in force. Its effect is shown first')
    .argument('<app>')
    .argument('<proposal>')
    .option('--note <text>')
    .option('--previewed <preview>', 'the effect that was looked at')
    .option('--json', 'print JSON')
    .action((app: string, proposal: string, options: Json & { note?: string; previewed?: string }) =>
      ask(io, parts, options, async ({ client, paint }) => {
        const found = await client.getProposal({ params: { app, proposal } });
        if (found.effect !== null && options.json !== true) for (const line of effectLines(found.effect, paint)) io.err(line);
        const preview = options.previewed ?? found.effect?.preview ?? '0'.repeat(32);
        const saved = await client.approveProposal({ params: { app, proposal }, body: { preview, note: options.note ?? null } });
        return { lines: saidOf(saved), json: saved };
      }),
    );
  command
    .command('refuse')
    .description('refuse a proposed policy, or withdraw your own')
    .argument('<app>')
    .argument('<proposal>')
    .requiredOption('--why <reason>')
    .option('--json', 'print JSON')
    .action((app: string, proposal: string, options: Json & { why: string }) =>
      ask(io, parts, options, async ({ client }) => {
        const closed = await client.closeProposal({ params: { app, proposal }, body: { why: options.why } });
        return { lines: [`${proposal} is ${closed.state}.`], json: closed };
      }),
    );
  command
    .command('history')
    .description('list the revisions of a policy, or with --revision what one of them changed')
    .argument('<app>')
    .option('--revision <number>', 'what it changed against the one before')
    .option('--json', 'print JSON')
    .action((app: string, options: Json & { revision?: string }) =>
      ask(io, parts, options, async ({ client, paint }) => {
        if (options.revision !== undefined) {
          const diff = await client.getPolicyDiff({ params: { app }, query: { to: numberOf(options.revision, '--revision') } });
          return { lines: diffLines(diff, paint), json: diff };
        }
        const items = await allPages((cursor) => client.listPolicyRevisions({ params: { app }, query: { cursor, limit: 200 } }));
        const rows = items.map((each) => [
          String(each.revision),
          each.savedAt,
          plain(each.savedBy.name),
          each.approvedBy === null ? '' : plain(each.approvedBy.name),
          plain(each.why ?? ''),
        ]);
        return { lines: tableLines(['REVISION', 'AT', 'BY', 'APPROVED BY', 'WHY'], rows, paint), json: items };
      }),
    );
  return speakThrough(command, io);
}
