/** A person's command: decided on the world as it is, committed like everything else. */
import { adopt } from '#domain/release/adopt.ts';
import type { Command } from '#domain/release/commands.ts';
import { decide } from '#domain/release/decide.ts';
import { plan } from '#domain/release/plan.ts';
import { hasEnded } from '#domain/release/track.ts';
import type { Accepted, Plan, World } from '#domain/release/world.ts';
import type { Actor } from '#domain/roles.ts';
import { canonical, digest, unstorable } from '#db/canonical.ts';
import { rememberAnswer } from '#db/idempotency.ts';
import { lockTrack } from '#db/tracks.ts';
import { asIf, sqlState, unlessRefused } from '#db/transaction.ts';
import type { Tx } from '#db/transaction.ts';
import { beforeOthers, commitTrack, robotActor, tellAll, untilCommitted } from './commit.ts';
import type { Decided } from './commit.ts';
import type { Context } from './context.ts';
import { loadWorld } from './load.ts';
import type { Loaded } from './load.ts';
import { refuse } from './refuse.ts';
import { repeated } from './report.ts';
import { look } from './tick.ts';
import type { Change, CommandResult, EngineRefusal, Result } from './types.ts';

export type CommandOptions = { basedOn?: number; idempotencyKey?: string; bodyHash?: string; looks?: 'at-once' | 'later' };

/** Carries out a person's command, or says why not. The robot looks at the track right afterwards. */
export async function giveCommand(
  given: Context,
  id: string,
  command: Command,
  by: Actor,
  options: CommandOptions = {},
): Promise<CommandResult> {
  const bad = unstorable(command);
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  const context = command.do === 'halt' ? { ...given, db: given.urgentDb } : given;
  const remember: Remember =
    options.idempotencyKey === undefined
      ? null
      : {
          scope: `command:${id}:${by.kind}:${by.id}`,
          key: options.idempotencyKey,
          bodyHash: options.bodyHash ?? digest(canonical(command)),
        };
  try {
    const answer = await untilCommitted(
      context,
      async () => (await earlier(context, remember)) ?? attempt(context, id, command, by, options.basedOn, remember),
    );
    // A refusal may be of the other half of a doubled request: what the first half did made the second impossible.
    if (answer.ok && options.looks !== 'later') await lookAtOnce(context, id);
    return answer.ok ? answer : ((await earlier(context, remember)) ?? answer);
  } catch (error) {
    // The same key at the same moment: the other call did the work.
    const theirs = sqlState(error) === '23505' ? await earlier(context, remember) : null;
    if (theirs === null) throw error;
    return theirs;
  }
}

async function earlier(context: Context, remember: Remember): Promise<CommandResult | null> {
  return remember === null ? null : ((await repeated(context, remember.scope, remember.key, remember.bodyHash)) as CommandResult | null);
}

/** The robot's look after a command, so that whoever asks next sees what it came to. Where it cannot be now, the due row that was written with the command sees to it. */
async function lookAtOnce(context: Context, id: string): Promise<void> {
  await look(context, id).catch((error: unknown) => context.log.info({ err: error, track: id }, 'the look after a command comes later'));
}

type Remember = { scope: string; key: string; bodyHash: string } | null;

async function attempt(
  context: Context,
  id: string,
  command: Command,
  by: Actor,
  basedOn: number | undefined,
  remember: Remember,
): Promise<CommandResult> {
  const loaded = await loadWorld(context, context.db, id);
  if (loaded === null) return noSuchTrack(id);
  const told: Change[] = [];
  const work = async (tx: Tx): Promise<CommandResult> => {
    const stale = basedOn === undefined ? null : await staleness(tx, id, basedOn);
    if (stale !== null) return stale;
    const decided = decideOn(loaded.world, command, by);
    if (!('lines' in decided)) return decided;
    const committed = await commitTrack(context, tx, loaded, decided, told);
    const result: CommandResult = {
      ok: true,
      revision: committed.revision,
      version: committed.version,
      track: committed.track,
      changed: committed.changed,
    };
    if (remember !== null)
      await rememberAnswer(tx, remember.scope, remember.key, { bodyHash: remember.bodyHash, answer: result }, context.clock.now());
    return result;
  };
  const answer = await (command.do === 'halt' ? beforeOthers(context, (db) => unlessRefused(db, work)) : unlessRefused(context.db, work));
  tellAll(context, told);
  return answer;
}

export function noSuchTrack(id: string): EngineRefusal {
  return refuse('not-found', `there is no track "${id}"`, 'a track is named app/version/platform, as `status` lists them');
}

/** What the person saw was another situation: the track has moved since. */
async function staleness(tx: Tx, id: string, basedOn: number): Promise<EngineRefusal | null> {
  const head = await lockTrack(tx, id);
  if (head === null) return noSuchTrack(id);
  if (basedOn >= head.movedRevision && basedOn <= head.revision) return null;
  return refuse(
    'stale',
    `${id} has changed since revision ${basedOn}: it is ${head.state.stage} at revision ${head.revision} now`,
    'look at it again, then decide',
  );
}

/** The decision as what is to be committed: what the world did first, in the robot's name, then what the person asked. */
function decideOn(world: World, command: Command, by: Actor): Decided | EngineRefusal {
  const adopted = hasEnded(world.track) ? { track: world.track, events: [] } : adopt(world);
  const decision = decide(command, { ...world, track: adopted.track }, by);
  if (!decision.ok) return decision;
  return decidedOn(decision, adopted.events, by);
}

function decidedOn(decision: Accepted, adoptions: Accepted['events'], by: Actor): Decided {
  return {
    track: decision.track,
    lines: [...adoptions.map((event) => ({ by: robotActor, event })), ...decision.events.map((event) => ({ by, event }))],
    actions: decision.actions,
    voids: decision.voids,
    planned: null,
  };
}

export type Preview = Result<{ plan: Plan; world: World; revision: number }>;

/** The robot's plan on what is stored now; with a command, as it would be after it: the command is carried out and taken back. */
export async function preview(context: Context, id: string, as?: { command: Command; by: Actor }): Promise<Preview> {
  if (as === undefined) {
    const loaded = await loadWorld(context, context.db, id);
    return loaded === null ? noSuchTrack(id) : planned(loaded);
  }
  const bad = unstorable(as.command);
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  return untilCommitted(context, () =>
    asIf(context.db, async (tx): Promise<Preview> => {
      const loaded = await loadWorld(context, tx, id);
      if (loaded === null) return noSuchTrack(id);
      const decided = decideOn(loaded.world, as.command, as.by);
      if (!('lines' in decided)) return decided;
      await commitTrack(context, tx, loaded, decided, []);
      const after = await loadWorld(context, tx, id);
      return after === null ? noSuchTrack(id) : planned(after);
    }),
  );
}

function planned({ world, revision }: Loaded): Preview {
  return { ok: true, plan: plan(world), world, revision };
}
