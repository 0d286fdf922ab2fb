/** Setting up: apps, policies, connections, releases. What is not about one track goes into the app's own chain. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { appClockHead, appIds, appOf, insertApp, insertRelease, raiseApp, updateApp } from '#db/apps.ts';
import type { AppHead } from '#db/apps.ts';
import { digest, unstorable } from '#db/canonical.ts';
import { connectionOf, insertConnection, removeConnection, sealSettings } from '#db/connections.ts';
import { markDue } from '#db/due.ts';
import { appendEntries, signatureOf, stampOf } from '#db/journal.ts';
import { savePolicy as insertPolicy } from '#db/policies.ts';
import { disconnectSources, expectSource, forgetCursors } from '#db/sources.ts';
import { liveTracksOf, tracksOf } from '#db/tracks.ts';
import { asIf, inTransaction, unlessRefused } from '#db/transaction.ts';
import type { ActorStamp } from '#db/schema.ts';
import type { Tx } from '#db/transaction.ts';
import { defaultPolicy } from '#domain/policy/defaults.ts';
import { parsePolicy } from '#domain/policy/document.ts';
import type { PolicyDocument } from '#domain/policy/document.ts';
import { birth } from '#domain/release/birth.ts';
import { plan } from '#domain/release/plan.ts';
import { timeBy } from '#domain/release/clock.ts';
import type { App, AppClock, Release } from '#domain/release/release.ts';
import type { Plan } from '#domain/release/world.ts';
import type { AppEvent } from '#domain/release/events.ts';
import type { Actor } from '#domain/roles.ts';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';
import { isRefused, parse } from '#domain/versions/index.ts';
import type { FactKind } from '#domain/facts.ts';
import type { Instant } from '#domain/time.ts';
import type { Integration, PortName } from '#ports/integration.ts';
import { tell, tellAll } from './commit.ts';
import { broughtBy, portNamed, secretFieldsOf, servable } from './connections.ts';
import { outOfReach, outOfReachInPolicy } from './reaching.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { timesByCycle } from './calendar.ts';
import { loadWorld } from './load.ts';
import { wakeUnits } from './unit.ts';
import { bear, wakeAll } from './bear.ts';
import { rulesFrom } from './policy-book.ts';
import { invalid, noSuchApp, refuse } from './refuse.ts';
import { clockObjection } from './clock-objection.ts';
import type { Change, EngineRefusal, NewApp, NewConnection, NewRelease, PlanUnder, Result } from './types.ts';

/** An app's address is `/<id>`: these are addresses of the server and of its pages. */
const reserved: readonly string[] = ['api', 'assets', 'invitation', 'me', 'new', 'new-password', 'settings', 'setup', 'sign-in'];

const newApp = z.object({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'a slug of up to 60 small letters, digits and dashes, such as music')
    .refine((id) => !reserved.includes(id), {
      error: ({ input }) => `"${String(input)}" is an address of Signalbox itself; another slug, such as music`,
    }),
  name: z.string().trim().min(1).max(100),
  timezone: z.string().min(1).max(100),
  platforms: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'a slug such as android'))
    .min(1)
    .max(20),
  policy: z.string().max(1_000_000).optional(),
  sample: z.boolean().default(false),
  clock: z.object({ at: z.string(), speed: z.number() }).optional(),
});

/** Writes an event into the app's own chain, in the caller's transaction, and tells everyone. The caller holds the app's lock. */
export async function journalApp(
  context: Context,
  tx: Tx,
  app: string,
  raised: AppHead,
  event: AppEvent,
  by: Actor,
  kinds: Change['kinds'],
  told: Change[],
  tracks: readonly string[] = [],
): Promise<void> {
  const at = timeBy(raised.clock, context.clock.now());
  await appendEntries(tx, { app, track: null, seq: raised.seq, hash: raised.hash }, [{ actor: signatureOf(by), event, stageAfter: null }], {
    appVersion: raised.version,
    at,
    recordedAt: context.clock.now(),
  });
  await tell(context, tx, { app, version: raised.version, tracks, kinds, at }, told);
}

/** The app's locked row; of an app that was found a moment ago. */
export async function raised(tx: Tx, app: string): Promise<AppHead> {
  const head = await raiseApp(tx, app);
  if (head === null) throw new Error(`the app ${app} is gone`);
  return head;
}

/** Makes an app with its first policy: the one given, or a short one made from its platforms. */
export async function createApp(context: Context, wanted: NewApp, by: Actor): Promise<Result<{ app: App; version: number }>> {
  const read = newApp.safeParse(wanted);
  if (!read.success) return invalid('this app cannot be made', read.error.issues, wanted);
  const bad = unstorable(read.data);
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  const { id, name, timezone, platforms, sample } = read.data;
  const wrong = read.data.clock === undefined ? null : (ownClockObjection(sample) ?? clockObjection(read.data.clock));
  if (wrong !== null) return wrong;
  const text =
    read.data.policy === undefined
      ? defaultPolicy(id, { process: 'weekly-mobile', platforms, timezone })
      : withTimezone(read.data.policy, timezone);
  const parsed = parsePolicy(text);
  if (!parsed.ok) return policyRefusal(parsed.problems);
  const away = await outOfReachInPolicy(context, parsed.policy);
  if (away !== null) return away;
  const app: App = { id, name, timezone: parsed.policy.timezone, platforms: Object.keys(parsed.policy.platforms), robotPaused: null };
  const recordedAt = context.clock.now();
  const clock: AppClock | null = read.data.clock === undefined ? null : { ...read.data.clock, when: recordedAt };
  const at = timeBy(clock, recordedAt);
  const told: Change[] = [];
  const answer = await unlessRefused(context.db, async (tx): Promise<Result<{ app: App; version: number }>> => {
    if (!(await insertApp(tx, app, at, recordedAt, { sample, clock })))
      return refuse('conflict', `there is an app "${id}" already`, 'another id');
    await insertPolicy(tx, { app: id, revision: 1, text, document: parsed.policy, why: null, approved: null }, stampOf(by), at, recordedAt);
    const head = await raised(tx, id);
    await journalApp(
      context,
      tx,
      id,
      head,
      { is: 'app-created', name, platforms: app.platforms, timezone: app.timezone },
      by,
      ['app', 'policy', 'journal'],
      told,
    );
    return { ok: true, app, version: head.version };
  });
  if (answer.ok) {
    context.clock.forget(id);
    context.clock.learn(id, answer.version, clock);
  }
  tellAll(context, told);
  return answer;
}

function ownClockObjection(sample: boolean): EngineRefusal | null {
  return sample
    ? null
    : refuse('not-allowed', 'a real app has no clock of its own: its time is the machine’s', 'no clock, or `sample: true`');
}

/** A policy that names no zone means the app's. JSON is left as it is. */
function withTimezone(text: string, timezone: string): string {
  const isSaid = /^\s*(?:\{|---)/.test(text) || /^["']?timezone["']?\s*:/m.test(text);
  return isSaid ? text : `timezone: ${JSON.stringify(timezone)}\n${text}`;
}

/* ---- policy ---- */

type Problems = Extract<ReturnType<typeof parsePolicy>, { ok: false }>['problems'];

export function policyRefusal(problems: Problems): EngineRefusal {
  const [first] = problems;
  return {
    ok: false,
    code: 'invalid',
    because: `the policy has ${problems.length === 1 ? 'a fault' : `${problems.length} faults`}; line ${first?.line}: ${first?.because}`,
    wouldBeRight: first?.wouldBeRight ?? 'see `signalbox policy defaults`',
    at: problems.map(({ line, column, path, because, wouldBeRight }) => ({
      path: `${line}:${column}${path === '' ? '' : ` ${path}`}`,
      because,
      wouldBeRight,
    })),
  };
}

export type SavedPolicy = Result<{ revision: number; plans: readonly PlanUnder[] }>;

/** A policy that is to be saved: `approved` where somebody else proposed it. */
export type WantedPolicy = {
  text: string;
  document: PolicyDocument;
  basedOn: number | undefined;
  why: string | null;
  approved: { proposal: string; proposedBy: ActorStamp } | null;
};

/**
 * Saves a policy, or with `dryRun` only tells what each live track would do under it, beside what it does now.
 * Refused where the policy in force asks for a second person: then it is proposed and approved (`policy-change.ts`).
 */
export async function savePolicy(
  context: Context,
  id: string,
  text: string,
  by: Actor,
  options: { dryRun?: boolean; basedOn?: number; why?: string } = {},
): Promise<SavedPolicy> {
  const app = await knownApp(context, id);
  if (app === null) return noSuchApp(id, await appIds(context.db));
  const bad = unstorable(text);
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  const parsed = parsePolicy(text);
  if (!parsed.ok) return policyRefusal(parsed.problems);
  const misfit = (await policyMisfit(context, app, parsed.policy)) ?? (await outOfReachInPolicy(context, parsed.policy));
  if (misfit !== null) return misfit;
  const wanted: WantedPolicy = { text, document: parsed.policy, basedOn: options.basedOn, why: options.why ?? null, approved: null };
  if (options.dryRun === true) return asIf(context.db, (tx) => saveAndPlan(context, tx, app, wanted, by, [], { compares: true }));
  const told: Change[] = [];
  const answer = await unlessRefused(context.db, async (tx): Promise<SavedPolicy> => {
    if (await asksForSecond(context, tx, app.id))
      return refuse(
        'not-allowed',
        `the policy of ${app.id} asks for a second person before it is changed`,
        'propose it; someone else of the release team, or an admin, approves it',
      );
    return saveAndPlan(context, tx, app, wanted, by, told);
  });
  tellAll(context, told);
  if (answer.ok) await wakeUnits(context, id);
  return answer;
}

/** Why a document, right in itself, cannot be this app's. */
export async function policyMisfit(context: Context, app: App, document: PolicyDocument): Promise<EngineRefusal | null> {
  if (document.app !== null && document.app !== app.id)
    return refuse('invalid', `this is the policy of ${document.app}`, `app: ${app.id}, or no app at all`);
  const live = await liveTracksOf(context.db, app.id);
  const orphan = live.find(({ platform }) => !Object.hasOwn(document.platforms, platform));
  return orphan === undefined
    ? null
    : refuse(
        'conflict',
        `${orphan.id} is alive, and this policy has no platform ${orphan.platform}`,
        `platforms with ${orphan.platform} in them, until its releases have ended`,
      );
}

/** Whether the policy in force wants another person to agree to another policy. The caller's transaction locks the app. One that cannot be read asks for nobody: it must be mendable. */
export async function asksForSecond(context: Context, tx: Tx, app: string): Promise<boolean> {
  // the row is locked first: the policy that is read stays the one in force until the transaction ends
  await appClockHead(tx, app);
  const { policyRevision = 0 } = (await appOf(tx, app)) ?? {};
  const rules = await context.policies.rulesOf(tx, app, policyRevision).catch(() => null);
  return rules?.document['policy-changes']['second-approver'] ?? false;
}

/** What each live track does now, under the policy in force. */
async function plansNow(context: Context, tx: Tx, live: readonly { id: string }[]): Promise<ReadonlyMap<string, Plan>> {
  const plans = new Map<string, Plan>();
  for (const { id } of live) {
    const loaded = await loadWorld(context, tx, id).catch(() => null);
    if (loaded !== null) plans.set(id, plan(loaded.world));
  }
  return plans;
}

/** Writes a policy into the caller's transaction, and plans every live track on it. */
export async function saveAndPlan(
  context: Context,
  tx: Tx,
  app: App,
  { text, document, basedOn, why, approved }: WantedPolicy,
  by: Actor,
  told: Change[],
  { compares }: { compares: boolean } = { compares: false },
): Promise<SavedPolicy> {
  const head = await raised(tx, app.id);
  if (basedOn !== undefined && basedOn !== head.policyRevision) {
    return refuse(
      'stale',
      `the policy is at revision ${head.policyRevision}; this edit was based on ${basedOn}`,
      `edit revision ${head.policyRevision}`,
    );
  }
  const at = appNow(context, app.id);
  const recordedAt = context.clock.now();
  const revision = head.policyRevision + 1;
  const before = compares ? await plansNow(context, tx, await liveTracksOf(tx, app.id)) : null;
  const stored = {
    app: app.id,
    revision,
    text,
    document,
    why,
    approved: approved === null ? null : { proposal: approved.proposal, by: stampOf(by) },
  };
  await insertPolicy(tx, stored, approved?.proposedBy ?? stampOf(by), at, recordedAt);
  await updateApp(tx, app.id, { timezone: document.timezone, platforms: Object.keys(document.platforms) });
  const live = await liveTracksOf(tx, app.id);
  await markDue(
    tx,
    live.map((track) => ({ kind: 'track' as const, key: track.id, app: app.id, at: recordedAt })),
  );
  const rules = rulesFrom(document, revision);
  const plans: PlanUnder[] = [];
  for (const track of live) {
    const loaded = await loadWorld(context, tx, track.id, rules);
    if (loaded !== null) plans.push({ track: track.id, plan: plan(loaded.world), before: before?.get(track.id) ?? null });
  }
  await journalApp(
    context,
    tx,
    app.id,
    head,
    {
      is: 'policy-saved',
      revision,
      digest: digest(text),
      ...(why === null ? {} : { why }),
      ...(approved === null ? {} : { proposal: { id: approved.proposal, by: approved.proposedBy.name } }),
    },
    by,
    ['policy', 'journal', 'app'],
    told,
  );
  return { ok: true, revision, plans };
}

/* ---- connections ---- */

/** The robot of a sample acts on an invented release: it must reach nothing real. */
function misplacedIn(app: { id: string; sample: boolean }, integration: Integration, all: readonly Integration[]): EngineRefusal | null {
  if (app.sample && integration.invented === undefined)
    return refuse(
      'not-allowed',
      `"${app.id}" is sample data, and ${integration.name} reaches something real`,
      `one of ${all.flatMap(({ id, invented }) => (invented === undefined ? [] : [id])).join(', ')}, or an app of your own`,
    );
  if (!app.sample && integration.invented === 'sample-only')
    return refuse('not-allowed', `${integration.name} is the world of sample apps, and "${app.id}" is none`, 'another integration');
  return null;
}

/** Connects an app: settings are checked by the integration's own schema, secrets are sealed. */
export async function connect(context: Context, wanted: NewConnection, by: Actor): Promise<Result<{ id: string }>> {
  const app = await knownApp(context, wanted.app);
  if (app === null) return noSuchApp(wanted.app, await appIds(context.db));
  const integration = context.integrations.get(wanted.integration);
  if (integration === undefined)
    return refuse('not-found', `there is no integration "${wanted.integration}"`, `one of ${[...context.integrations.keys()].join(', ')}`);
  const misplaced = misplacedIn(app, integration, [...context.integrations.values()]);
  if (misplaced !== null) return misplaced;
  const fit = await connectionFit(context, integration, wanted);
  if ('ok' in fit) return fit;
  const { settings, serves } = fit;
  const id = `con_${randomBytes(9).toString('base64url')}`;
  const at = appNow(context, app.id);
  const recordedAt = context.clock.now();
  const told: Change[] = [];
  await inTransaction(context.db, async (tx) => {
    const head = await raised(tx, app.id);
    const sealed = sealSettings(context.keys, id, settings, secretFieldsOf(integration));
    await insertConnection(tx, { id, app: app.id, integration: integration.id, settings: sealed, serves, at }, stampOf(by), recordedAt);
    await expectSources(context, tx, app, { id, integration, serves }, recordedAt);
    const live = await liveTracksOf(tx, app.id);
    await markDue(
      tx,
      live.map((track) => ({ kind: 'track' as const, key: track.id, app: app.id, at: recordedAt })),
    );
    await journalApp(
      context,
      tx,
      app.id,
      head,
      { is: 'connected', connection: id, integration: integration.id, serves },
      by,
      ['app', 'journal', 'facts'],
      told,
    );
  });
  tellAll(context, told);
  await wakeUnits(context, app.id);
  context.wake();
  return { ok: true, id };
}

/** What a connection is told, read by its integration: its settings, and what it is to serve. Or why it cannot be so. */
export async function connectionFit(
  context: Context,
  integration: Integration,
  wanted: Pick<NewConnection, 'settings' | 'serves'>,
): Promise<{ settings: Record<string, unknown>; serves: readonly string[] } | EngineRefusal> {
  const settings = integration.settings.safeParse(wanted.settings);
  if (!settings.success) return invalid(`the settings of ${integration.name}`, settings.error.issues, wanted.settings);
  const bad = unstorable(settings.data);
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  const away = await outOfReach(context, integration, settings.data);
  if (away !== null) return away;
  const serves = wanted.serves.map(portNamed);
  const stranger = serves.find((each) => !servable(integration).includes(each));
  if (stranger !== undefined)
    return refuse('invalid', `${integration.name} cannot serve "${stranger}"`, `one of ${servable(integration).join(', ')}`);
  return { settings: settings.data as Record<string, unknown>, serves };
}

/** The sources that a connection will fill are expected from now on. */
export async function expectSources(
  context: Context,
  tx: Tx,
  app: App & { policyRevision: number },
  { id, integration, serves }: { id: string; integration: Integration; serves: readonly string[] },
  recordedAt: Instant,
): Promise<void> {
  const rules = await context.policies.rulesOf(tx, app.id, app.policyRevision);
  const used = new Set(app.platforms.flatMap((platform) => rules.of(platform, 'regular').storefronts));
  for (const source of sourcesBrought(integration, serves, used))
    await expectSource(tx, { app: app.id, connection: id, recordedAt, ...source });
}

type Brought = { source: string; kinds: readonly FactKind[]; freshForMinutes: number | null };

/** The sources that a connection will fill, so that their criteria are Unknown until the first reading. */
function sourcesBrought(integration: Integration, serves: readonly string[], used: ReadonlySet<string>): Brought[] {
  const ports = (Object.keys(integration.brings) as PortName[]).filter(
    (port) => serves.length === 0 || serves.some((each) => each === port || each.startsWith(`${port}:`)),
  );
  return ports.flatMap((port): Brought[] => {
    const brought = broughtBy(integration, port);
    if (port === 'gitHost') return [{ source: integration.id, ...brought }];
    if (port !== 'storefront') return [{ source: `${integration.id}:${port}`, ...brought }];
    return storefrontKinds
      .filter((kind) => used.has(kind) && (serves.length === 0 || serves.includes('storefront') || serves.includes(`storefront:${kind}`)))
      .map((kind) => ({ source: kind, ...brought }));
  });
}

export async function disconnect(context: Context, id: string, by: Actor): Promise<Result<{ id: string }>> {
  const connection = await connectionOf(context.db, id);
  if (connection === null) return refuse('not-found', `there is no connection "${id}"`, 'a connection that is listed');
  const { app, integration } = connection;
  const told: Change[] = [];
  await inTransaction(context.db, async (tx) => {
    const head = await raised(tx, app);
    await removeConnection(tx, id, appNow(context, app));
    await disconnectSources(tx, id);
    const at = context.clock.now();
    await markDue(
      tx,
      (await liveTracksOf(tx, app)).map((track) => ({ kind: 'track' as const, key: track.id, app, at })),
    );
    await journalApp(context, tx, app, head, { is: 'disconnected', connection: id, integration }, by, ['app', 'journal', 'facts'], told);
  });
  tellAll(context, told);
  return { ok: true, id };
}

/* ---- releases ---- */

/** Plans a release: one track for each of its platforms. */
export async function planRelease(
  context: Context,
  wanted: NewRelease,
  by: Actor,
): Promise<Result<{ release: Release; tracks: readonly string[] }>> {
  const app = await knownApp(context, wanted.app);
  if (app === null) return noSuchApp(wanted.app, await appIds(context.db));
  const wrong = (await versionObjection(context, app, wanted)) ?? platformObjection(app, wanted);
  if (wrong !== null) return wrong;
  const at = appNow(context, app.id);
  const rules = await context.policies.rulesOf(context.db, app.id, app.policyRevision);
  const { version, kind } = wanted;
  const release: Release = {
    app: app.id,
    version,
    kind,
    base: wanted.base ?? null,
    bornAt: at,
    manager: wanted.manager ?? null,
    planned: { ...(await timesByCycle(context.db, wanted, rules, at)), ...wanted.planned },
    imported: false,
  };
  const stage = wanted.startsAt ?? 'planned';
  const tracks = wanted.platforms.map((platform) => birth({ app: app.id, version, platform, kind, at, stage }));
  const told: Change[] = [];
  const answer = await unlessRefused(context.db, async (tx): Promise<Result<{ release: Release; tracks: readonly string[] }>> => {
    const head = await raised(tx, app.id);
    if (!(await insertRelease(tx, release, context.clock.now())))
      return refuse('conflict', `${app.id} has a release ${version} already`, 'another version');
    for (const track of tracks) await bear(context, tx, track, head.version, { is: 'born', kind, stage }, by);
    await wakeAll(context, tx, app.id);
    await forgetCursors(tx, app.id);
    await journalApp(
      context,
      tx,
      app.id,
      head,
      { is: 'release-planned', version, kind, platforms: wanted.platforms },
      by,
      ['app', 'track', 'journal'],
      told,
      tracks.map(({ id }) => id),
    );
    return { ok: true, release, tracks: tracks.map(({ id }) => id) };
  });
  tellAll(context, told);
  if (answer.ok) await wakeUnits(context, app.id);
  return answer;
}

async function versionObjection(
  context: Context,
  app: App & { policyRevision: number },
  { version, base }: NewRelease,
): Promise<EngineRefusal | null> {
  if (!/^[0-9A-Za-z][0-9A-Za-z.+_-]{0,99}$/.test(version))
    return refuse('invalid', `"${version}" is no version`, 'letters, digits, dots, dashes: 8.9.2');
  const rules = await context.policies.rulesOf(context.db, app.id, app.policyRevision);
  const read = parse(rules.document.versions, version);
  if (isRefused(read)) return refuse('invalid', read.was, read.wouldBeRight);
  if (base === undefined || base === null) return null;
  const known = await tracksOf(context.db, app.id);
  return known.some((track) => track.version === base)
    ? null
    : refuse('not-found', `${app.id} has no release ${base} to start from`, 'the version of a release that Signalbox knows');
}

function platformObjection(app: App, { platforms }: NewRelease): EngineRefusal | null {
  const stranger = platforms.find((platform) => !app.platforms.includes(platform));
  if (stranger !== undefined)
    return refuse('invalid', `${app.id} has no platform "${stranger}"`, `its platforms are ${app.platforms.join(', ')}`);
  if (platforms.length === 0) return refuse('invalid', 'a release has at least one platform', `some of ${app.platforms.join(', ')}`);
  return new Set(platforms).size === platforms.length ? null : refuse('invalid', 'a platform is named twice', 'each platform once');
}
