/** Trying a connection: each port that it serves is asked something that changes nothing, and what was asked and answered is told in words. */
import { connectionOf } from '#db/connections.ts';
import { cursorOf } from '#db/sources.ts';
import { trackNamesOf } from '#db/tracks.ts';
import { inTransaction } from '#db/transaction.ts';
import { readRollup } from '#domain/health/rollup.ts';
import { platformName } from '#domain/names.ts';
import type { App } from '#domain/release/release.ts';
import type { Actor } from '#domain/roles.ts';
import { capabilities, storefrontKinds } from '#domain/rollout/storefronts.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import { msBetween } from '#domain/time.ts';
import { OutOfReach } from '#lib/reach.ts';
import { tellAll } from './commit.ts';
import { chatOf, connectedOf, feedOf, feedPorts, gitHostOf, healthOf, metricsReaderOf, storefrontOf } from './connections.ts';
import type { Connected, FeedPort } from './connections.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { knownOf } from './health.ts';
import { asTrouble, CALL_LIMIT_MS, GIT_LIMIT_MS, within } from './limit.ts';
import { made, sourceOf, tracksOfHealth } from './observe-health.ts';
import { refuse } from './refuse.ts';
import { journalApp, raised } from './setup.ts';
import type { Change, Result, Tried } from './types.ts';

type Try = { asks: string; limitMs: number; call(signal: AbortSignal): Promise<string> };

/**
 * Tries a connection. `posts`: its chat gets a message too, which people see; all else only reads.
 */
export async function checkConnection(
  context: Context,
  id: string,
  by: Actor,
  { posts }: { posts: boolean },
): Promise<Result<{ tried: readonly Tried[] }>> {
  const stored = await connectionOf(context.db, id);
  const app = stored === null ? null : await knownApp(context, stored.app);
  if (stored === null || app === null) return refuse('not-found', `there is no connection "${id}"`, 'a connection that is listed');
  const connected = (await connectedOf(context, app.id)).find((each) => each.id === id);
  if (connected === undefined)
    return {
      ok: true,
      tried: [
        {
          asked: 'Read its settings',
          ok: false,
          answer: 'They cannot be read: a secret opens with no key of this instance, or the integration takes other settings now.',
          right: 'give it its settings and secrets anew',
          tookMs: 0,
        },
      ],
    };
  const tried: Tried[] = [];
  for (const each of await triesOf(context, app, connected)) tried.push(await tryOut(context, connected, each));
  const message = posts ? messageTry(context, connected, by) : null;
  if (message !== null) {
    const told = await tryOut(context, connected, message);
    tried.push(told);
    await noteMessage(context, connected, told, by);
  }
  return { ok: true, tried };
}

async function tryOut(context: Context, { integration }: Connected, one: Try): Promise<Tried> {
  const { asks: asked } = one;
  const began = context.clock.now();
  const tookMs = (): number => msBetween(began, context.clock.now());
  try {
    const answer = await within(one.limitMs, integration.name, (signal) => one.call(signal));
    return { asked, ok: true, answer, right: null, tookMs: tookMs() };
  } catch (error) {
    const right = error instanceof OutOfReach ? error.right : rightOf(asTrouble(error).cure);
    return { asked, ok: false, answer: asTrouble(error).message, right, tookMs: tookMs() };
  }
}

function rightOf(cure: 'again' | 'person'): string {
  return cure === 'person'
    ? 'mend the connection: its address, its key, or what that key may do'
    : 'try again; if it stays so, look at the address and the other side';
}

/** What can be asked of the ports that this connection serves. Of two that serve the same, the first is the one that is used. */
async function triesOf(context: Context, app: App & { policyRevision: number }, connected: Connected): Promise<Try[]> {
  const alone = [connected];
  const tries: Try[] = [];
  const git = gitHostOf(context, alone);
  if (git !== null)
    tries.push({
      asks: 'List the branches of the repository',
      limitMs: GIT_LIMIT_MS,
      call: async (signal) => {
        const host = git.open(signal);
        const branches = await host.branchHeads();
        const trunk = branches.find((branch) => branch.trunk);
        const releases = branches.filter(({ version }) => version !== null).length;
        const found = `${counted(branches.length, 'branch', 'branches')}, ${releases} of releases; ${trunk === undefined ? 'no trunk was found' : `trunk is ${trunk.name} at ${trunk.head.slice(0, 10)}`}.`;
        return `${found} ${host.ensureBranch === undefined ? 'It may read, and make nothing.' : 'It may make branches and tags.'}`;
      },
    });
  for (const [which, platform] of await shipsTo(context, app)) {
    const served = storefrontOf(context, alone, which);
    if (served !== null)
      tries.push({
        asks: `List the versions of ${platformName(platform)} that ${capabilities[which].inSentence} holds`,
        limitMs: CALL_LIMIT_MS,
        call: async (signal) => {
          const held = await served.open(signal).list({ app: app.id, platform });
          if (held.length === 0) return 'It answers, and holds no version.';
          const told = held.slice(0, 3).map(({ version, state }) => `${version} ${state.replaceAll('-', ' ')}`);
          return `${counted(held.length, 'version')}: ${told.join(', ')}${held.length > told.length ? ', …' : ''}.`;
        },
      });
  }
  for (const port of feedPorts) {
    const feed = feedTry(context, app.id, connected, port);
    if (feed !== null) tries.push(feed);
  }
  const health = healthTry(context, app.id, connected);
  if (health !== null) tries.push(health);
  const metrics = metricsReaderOf(context, connected);
  if (metrics !== null)
    tries.push({
      asks: 'See what it looks for',
      limitMs: CALL_LIMIT_MS,
      call: async (signal) =>
        `It asks nobody: it is sent to /api/apps/${app.id}/health/otlp/v1/metrics with a reporting key, and looks for ${metrics.open(signal).looksFor}.`,
    });
  return tries;
}

/** What is new in a feed since it was last read: what it said before is not asked for again, and its reader goes on from where it was. */
function feedTry(context: Context, app: string, connected: Connected, port: FeedPort): Try | null {
  const served = feedOf(context, connected, port);
  if (served === null) return null;
  return {
    asks: port === 'tracker' ? 'Ask the tracker for news' : 'Ask for news of builds',
    limitMs: CALL_LIMIT_MS,
    call: async (signal) => {
      const since = await cursorOf(context.db, app, `${connected.integration.id}:${port}`, connected.id);
      const { facts } = await served.open(signal).changesSince(app, since);
      return `It answers, with ${counted(facts.length, 'thing')} ${since === null ? 'to read' : 'since it was last read'}.`;
    },
  };
}

/** What it tells since it was last read, and how much of it would be believed; nothing of it is stored. */
function healthTry(context: Context, app: string, connected: Connected): Try | null {
  const served = healthOf(context, connected);
  if (served === null) return null;
  return {
    asks: 'Ask for release health',
    limitMs: CALL_LIMIT_MS,
    call: async (signal) => {
      const cursor = await cursorOf(context.db, app, sourceOf(made(served).source), connected.id);
      const tracks = await tracksOfHealth(context.db, app);
      const { rows, completeUntil } = await served.open(signal).rollupsSince({ app, tracks, cursor });
      const known = knownOf(await trackNamesOf(context.db, app), appNow(context, app));
      const doubts = rows.flatMap((row) => {
        const read = readRollup(row, known);
        return read.ok ? [] : [read];
      });
      const [first] = doubts;
      const told = `It answers, with ${counted(rows.length, 'roll-up')} ${cursor === null ? 'to begin with' : 'since it was last read'}, complete ${completeUntil === null ? 'up to the newest hour of them' : `until ${completeUntil}`}.`;
      return first === undefined ? told : `${told} ${counted(doubts.length, 'of them is', 'of them are')} not believed: ${first.because}.`;
    },
  };
}

/** Each storefront of the policy with a platform that ships there. */
async function shipsTo(context: Context, app: App & { policyRevision: number }): Promise<readonly (readonly [StorefrontKind, string])[]> {
  const rules = await context.policies.rulesOf(context.db, app.id, app.policyRevision);
  return storefrontKinds.flatMap((kind) => {
    const platform = app.platforms.find((each) => rules.of(each, 'regular').storefronts.includes(kind));
    return platform === undefined ? [] : [[kind, platform] as const];
  });
}

function messageTry(context: Context, connected: Connected, by: Actor): Try | null {
  const served = chatOf(context, [connected]);
  if (served === null) return null;
  const { app } = connected;
  return {
    asks: 'Post a message to the channel of the app',
    limitMs: CALL_LIMIT_MS,
    call: async (signal) => {
      const text = `${by.name} tries the chat of ${app} from Signalbox. Nothing is asked of you.`;
      const key = `${app}:chat-tried:${context.clock.now()}`;
      const outcome = await served.open(signal).ensureMessage({ app, channel: null, key, text, urgent: false });
      if (!outcome.ok) throw new Error(`${outcome.because}; ${outcome.wouldHelp}`);
      return `“${text}” ${outcome.note}.`;
    },
  };
}

/** A message is an effect outside: the journal has who had it posted, and what came of it. */
async function noteMessage(context: Context, { id, app, integration }: Connected, { ok, answer }: Tried, by: Actor): Promise<void> {
  const told: Change[] = [];
  await inTransaction(context.db, async (tx) => {
    const event = { is: 'chat-tried', connection: id, integration: integration.id, ok, answer } as const;
    await journalApp(context, tx, app, await raised(tx, app), event, by, ['app', 'journal'], told);
  });
  tellAll(context, told);
}

function counted(count: number, thing: string, things = `${thing}s`): string {
  return `${count} ${count === 1 ? thing : things}`;
}
