/** The commands of people on a track: sign off, decide, submit, halt, waive, … */
import { Command, Option } from 'commander';
import type { AskOf } from '#api/route.ts';
import type { RouteOf } from '#api/contract.ts';
import { bugDecisions } from '#domain/fact-words.ts';
import { ask, numberOf, trackOf } from '../ask.ts';
import type { Parts } from '../ask.ts';
import { EXIT_HELP } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { headRows, trackTitle } from '../say.ts';
import { plain } from '../table.ts';
import { stages } from '#domain/release/track.ts';
import type { Stage } from '#domain/release/track.ts';
import { UsageError } from '../settings.ts';

type Deed = AskOf<RouteOf<'giveCommand'>>['body']['command'];
type Shared = { json?: boolean; basedOn?: string; idempotencyKey?: string };

const categories = ['known-and-accepted', 'data-is-not-enough', 'fallback-is-on', 'data-is-wrong'] as const;
type Category = (typeof categories)[number];

/** All commands on tracks, each a verb. */
export function deedCommands(io: Io, parts: Parts): Command[] {
  const give = (track: string, options: Shared, deed: Deed): Promise<void> =>
    ask(io, parts, options, async ({ client, paint }) => {
      const done = await client.giveCommand({
        params: trackOf(track),
        body: { command: deed, ...(options.basedOn === undefined ? {} : { basedOn: numberOf(options.basedOn, '--based-on') }) },
        ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
      });
      const { track: head } = done;
      return {
        lines: [
          `${trackTitle(head)}: ${done.changed ? 'done' : 'it was so already'}. ${head.pending === null ? plain(head.robot.sentence) : `The storefront has not confirmed it yet (${head.pending.is}).`}`,
          ...headRows([head], parts.now(), paint),
        ],
        json: done,
      };
    });

  const deed = (name: string, description: string): Command =>
    shared(new Command(name).description(description)).argument('<track>', 'app/version/platform');
  const withReason = (command: Command, required: boolean): Command =>
    required ? command.requiredOption('--reason <words>', 'why') : command.option('--reason <words>', 'why');
  type Reason = Shared & { reason: string };
  type MaybeReason = Shared & { reason?: string };

  const simple = (['submit', 'start'] as const).map((verb) =>
    withReason(
      deed(
        verb,
        verb === 'submit' ? 'submit the final candidate to its storefronts' : 'start the rollout of what the storefront has approved',
      ),
      false,
    ).action((track: string, options: MaybeReason) => give(track, options, { do: verb, reason: options.reason })),
  );
  const reasoned = (
    [
      ['withdraw', 'take back the submission'],
      ['halt', 'halt the rollout: nobody new receives it'],
      ['resume', 'resume a halted rollout'],
      ['cancel', 'cancel the release on this platform'],
    ] as const
  ).map(([verb, description]) =>
    withReason(deed(verb, description), true).action((track: string, options: Reason) =>
      give(track, options, { do: verb, reason: options.reason }),
    ),
  );

  return [
    deed('nudge', 'ask whoever can turn a criterion green, or a team, in their channel; at most once in half an hour')
      .option('--criterion <id>', 'the criterion that waits')
      .option('--team <team>', 'or a team of the policy')
      .option('--note <words>', 'what to say beside it')
      .action((track: string, options: Shared & { criterion?: string; team?: string; note?: string }) => {
        if (options.criterion === undefined && options.team === undefined) throw new UsageError('name --criterion or --team');
        return give(track, options, { do: 'nudge', instance: options.criterion, team: options.team, note: options.note });
      }),
    withReason(deed('correct', 'set right what was read out of history: where the branch was cut, or when a stage was reached'), true)
      .option('--cut <sha>', 'the commit at which the release branch was cut')
      .addOption(new Option('--stage <stage>', 'or the stage whose time is wrong').choices(stages))
      .requiredOption('--at <moment>', 'when it really was')
      .action((track: string, options: Reason & { cut?: string; stage?: Stage; at: string }) => {
        const { cut, stage, at, reason } = options;
        if (cut !== undefined && stage === undefined) return give(track, options, { do: 'correct', what: { cut, at }, reason });
        if (stage !== undefined && cut === undefined) return give(track, options, { do: 'correct', what: { stage, at }, reason });
        throw new UsageError('name either --cut or --stage');
      }),
    withReason(deed('cut', 'cut the release branch'), false)
      .option('--branch <branch>', 'its name; by the policy when not said')
      .option('--at <sha>', 'the commit; the head of trunk when not said')
      .action((track: string, options: MaybeReason & { branch?: string; at?: string }) =>
        give(track, options, { do: 'cut', branch: options.branch, at: options.at, reason: options.reason }),
      ),
    withReason(deed('choose-candidate', 'choose the build that is to ship').requiredOption('--build <number>', 'the build'), false).action(
      (track: string, options: MaybeReason & { build: string }) =>
        give(track, options, { do: 'choose-candidate', build: options.build, reason: options.reason }),
    ),
    ...simple,
    withReason(deed('raise', 'raise the rollout').requiredOption('--percent <percent>', 'to this share'), false).action(
      (track: string, options: MaybeReason & { percent: string }) =>
        give(track, options, { do: 'raise', percent: numberOf(options.percent.replace(/%$/, ''), '--percent'), reason: options.reason }),
    ),
    ...reasoned,
    deed('sign-off', "give a team's word on the final candidate")
      .requiredOption('--team <team>')
      .addOption(new Option('--state <state>').choices(['pending', 'testing', 'signed', 'rejected', 'withdrawn']).default('signed'))
      .option('--build <number>', 'the build it is given on; the present candidate when not said')
      .option('--note <words>')
      .action((track: string, options: Shared & { team: string; state: 'signed'; build?: string; note?: string }) =>
        give(track, options, {
          do: 'sign-off',
          team: options.team,
          state: options.state,
          build: options.build,
          note: options.note ?? null,
        }),
      ),
    deed('approve', 'give the approval that a criterion asks for')
      .argument('<criterion>', 'its id in the policy')
      .option('--refuse', 'refuse instead')
      .option('--note <words>')
      .action((track: string, instance: string, options: Shared & { refuse?: boolean; note?: string }) =>
        give(track, options, {
          do: 'approve',
          instance,
          answer: options.refuse === true ? 'refused' : 'approved',
          note: options.note ?? null,
        }),
      ),
    deed('tick', 'tick a criterion of kind "manual"')
      .argument('<criterion>', 'its id in the policy')
      .option('--refuse', 'refuse instead')
      .option('--note <words>')
      .action((track: string, instance: string, options: Shared & { refuse?: boolean; note?: string }) =>
        give(track, options, { do: 'tick', instance, answer: options.refuse === true ? 'refused' : 'done', note: options.note ?? null }),
      ),
    deed('waive', 'let the track pass a criterion that is not green, in your name')
      .argument('<criterion>', 'its id in the policy')
      .requiredOption('--reason <words>', 'why it is safe: at least 20 characters')
      .addOption(new Option('--because <category>', 'what kind of reason').choices([...categories]).default('known-and-accepted'))
      .option('--until-step <step>', 'ends when the track reaches this step; the next one when not said')
      .option('--until <moment>', 'ends at this moment')
      .option('--ask', 'ask for it only: someone else approves')
      .action(
        (track: string, instance: string, options: Reason & { because: Category; untilStep?: string; until?: string; ask?: boolean }) =>
          give(track, options, {
            do: options.ask === true ? 'ask-waiver' : 'waive',
            instance,
            category: options.because,
            reason: options.reason,
            until: untilOf(options),
          }),
      ),
    deed('approve-waiver', 'approve a waiver that someone else asked for')
      .argument('<waiver>', 'its id')
      .action((track: string, waiver: string, options: Shared) => give(track, options, { do: 'approve-waiver', waiver })),
    withReason(deed('revoke-waiver', 'end a waiver').argument('<waiver>', 'its id'), true).action(
      (track: string, waiver: string, options: Reason) => give(track, options, { do: 'revoke-waiver', waiver, reason: options.reason }),
    ),
    withReason(
      deed('clear-red', 'clear a stop of health that stays, so that it is judged anew').argument('<criterion>', 'its id in the policy'),
      true,
    ).action((track: string, instance: string, options: Reason) =>
      give(track, options, { do: 'clear-red', instance, reason: options.reason }),
    ),
    deed('retry', 'try an action again that was refused')
      .argument('<action>', 'its key')
      .action((track: string, key: string, options: Shared) => give(track, options, { do: 'retry-action', key })),
    blockerCommand(give),
    robotCommand(give),
    cherryPickCommand(give),
  ].map((command) => speakThrough(command.addHelpText('after', EXIT_HELP), io));
}

type Give = (track: string, options: Shared, deed: Deed) => Promise<void>;

function shared(command: Command): Command {
  return command
    .option('--json', 'print JSON')
    .option('--based-on <revision>', 'refuse when the track moved since this revision')
    .option('--idempotency-key <key>', 'the same key with the same command is one command');
}

function untilOf(options: { untilStep?: string; until?: string }): { step: string } | { at: string } | undefined {
  if (options.untilStep !== undefined && options.until !== undefined)
    throw new UsageError('--until-step and --until are two ends; a waiver has one');
  if (options.untilStep !== undefined) return { step: options.untilStep };
  if (options.until === undefined) return undefined;
  if (Number.isNaN(Date.parse(options.until)))
    throw new UsageError(`--until should be a moment such as 2024-10-01T12:20:00Z, not "${options.until}"`);
  return { at: new Date(options.until).toISOString() };
}

function blockerCommand(give: Give): Command {
  const command = new Command('blocker').description('nominate bugs as blockers, decide them, and give them a team');
  shared(command.command('nominate').description('say that a bug should block the release'))
    .argument('<track>', 'app/version/platform')
    .argument('<bug>')
    .requiredOption('--reason <words>')
    .action((track: string, bug: string, options: Shared & { reason: string }) =>
      give(track, options, { do: 'nominate-bug', bug, reason: options.reason }),
    );
  shared(command.command('decide').description('decide whether a bug blocks the release'))
    .argument('<track>', 'app/version/platform')
    .argument('<bug>')
    .addOption(new Option('--decision <decision>').choices([...bugDecisions]).makeOptionMandatory())
    .requiredOption('--reason <words>')
    .option('--risk <words>')
    .option('--impact <words>')
    .option('--workaround <words>')
    .action(
      (
        track: string,
        bug: string,
        options: Shared & { decision: 'blocker'; reason: string; risk?: string; impact?: string; workaround?: string },
      ) => {
        const { decision, reason, risk = null, impact = null, workaround = null } = options;
        return give(track, options, { do: 'decide-bug', bug, decision, reason, risk, impact, workaround });
      },
    );
  shared(command.command('assign').description('give a bug a team'))
    .argument('<track>', 'app/version/platform')
    .argument('<bug>')
    .requiredOption('--team <team>')
    .option('--reason <words>')
    .action((track: string, bug: string, options: Shared & { team: string; reason?: string }) =>
      give(track, options, { do: 'assign-bug', bug, team: options.team, reason: options.reason }),
    );
  return command;
}

function robotCommand(give: Give): Command {
  const command = new Command('robot').description('pause the robot, and let it go on; paused, it still observes, holds, halts and pages');
  const scoped = (name: string, description: string): Command =>
    shared(command.command(name).description(description))
      .argument('<track>', 'app/version/platform')
      .option('--app', 'for the whole app')
      .requiredOption('--reason <words>');
  scoped('pause', 'stop the robot advancing')
    .option('--until <moment>', 'when it goes on by itself')
    .action((track: string, options: Shared & { app?: boolean; reason: string; until?: string }) => {
      const until = untilOf({ until: options.until });
      return give(track, options, {
        do: 'pause-robot',
        scope: options.app === true ? 'app' : 'track',
        reason: options.reason,
        until: until !== undefined && 'at' in until ? until.at : null,
      });
    });
  scoped('unpause', 'let the robot go on').action((track: string, options: Shared & { app?: boolean; reason: string }) =>
    give(track, options, { do: 'unpause-robot', scope: options.app === true ? 'app' : 'track', reason: options.reason }),
  );
  return command;
}

function cherryPickCommand(give: Give): Command {
  const command = new Command('cherry-pick').description('ask for a change on the release branch, and answer');
  shared(command.command('ask').description('ask for a change'))
    .argument('<track>', 'app/version/platform')
    .argument('<commit>')
    .requiredOption('--title <words>')
    .requiredOption('--risk <words>', 'what could go wrong')
    .option('--bug <bug>', 'the bug that it mends')
    .action((track: string, commit: string, options: Shared & { title: string; risk: string; bug?: string }) =>
      give(track, options, { do: 'ask-cherry-pick', commit, title: options.title, risk: options.risk, bug: options.bug ?? null }),
    );
  shared(command.command('answer').description('accept or refuse'))
    .argument('<track>', 'app/version/platform')
    .argument('<pick>', 'its id')
    .addOption(new Option('--answer <answer>').choices(['accepted', 'refused']).makeOptionMandatory())
    .requiredOption('--reason <words>')
    .action((track: string, pick: string, options: Shared & { answer: 'accepted'; reason: string }) =>
      give(track, options, { do: 'answer-cherry-pick', pick, answer: options.answer, reason: options.reason }),
    );
  return command;
}
