/** The engine, put together: what the server, the tests and the simulation hold in their hands. */
import { createSecretKey, hkdfSync } from 'node:crypto';
import type { Connection } from '#db/connect.ts';
import { appOf } from '#db/apps.ts';
import { sealKey, sealsAfter, verifyJournal } from '#db/journal.ts';
import type { Seal } from '#db/journal.ts';
import { giveBackAllLeases } from '#db/leases.ts';
import { listen } from '#db/listen.ts';
import type { Listening } from '#db/listen.ts';
import type { ServerState } from '#db/schema.ts';
import { secretsOf } from '#db/secrets.ts';
import { sourcesOf } from '#db/sources.ts';
import { keyringOfSecret } from '#lib/keyring.ts';
import type { Keyring } from '#lib/keyring.ts';
import { quietLog } from '#lib/log.ts';
import type { Log } from '#lib/log.ts';
import type { Reach } from '#lib/reach.ts';
import { changeConnection } from './change-connection.ts';
import { checkConnection } from './check-connection.ts';
import { giveCommand, preview } from './command.ts';
import { createClocks } from './clocks.ts';
import { CHANNEL } from './commit.ts';
import { tellerOf } from './connections.ts';
import type { Context } from './context.ts';
import { decideGroup, makeGroupTicket, retryGroupTickets, takesTickets } from './crash-groups.ts';
import { reportHealth } from './health.ts';
import { createIntake } from './health-intake.ts';
import { createMetricsIntake } from './metrics-intake.ts';
import { importHistory } from './import-history.ts';
import { describeRelease, noteDecision, postUpdate } from './describe-release.ts';
import { bringPast } from './bring-past.ts';
import { createPolicyBook } from './policy-book.ts';
import { replanRelease } from './replan.ts';
import { renameApp } from './rename-app.ts';
import { report } from './report.ts';
import { removeSample } from './remove-sample.ts';
import { createRobot } from './robot.ts';
import { approvePolicy, closeProposal, proposePolicy } from './policy-change.ts';
import { rotateSecrets } from './rotate-secrets.ts';
import { createSigns } from './signs.ts';
import { setClock } from './set-clock.ts';
import { setRota } from './set-rota.ts';
import { readAgain } from './unit.ts';
import { connect, createApp, disconnect, planRelease, savePolicy } from './setup.ts';
import type { Change, Engine, EngineOptions } from './types.ts';
import { closeWebhook, hearWebhook, openWebhook } from './webhooks.ts';

export type EngineParts = EngineOptions & {
  /** The migrated database. `pool` needs a few connections beside the one that listens. */
  connection: Pick<Connection, 'db' | 'pool'>;
  /** A few more connections to it, which halts and leases have for themselves; left out: they share the others. */
  urgent?: Pick<Connection, 'db'>;
  /** The instance's secret: the key for seals is made from it. All processes on one database have the same. */
  secret: string;
  /** What stored secrets are sealed with; a key made from the secret when left out. */
  keys?: Keyring;
  /** What may be reached for those who enter addresses, and how; left out: everything, by `fetch`. */
  reach?: Reach;
  /** What others are told of this process, beside its name. */
  about?: { version: string; address: () => string | null };
  /** Where integrations keep mirrors and caches. */
  dataDir: string;
  fetch?: typeof fetch;
  log?: Log;
};

const SWEEP_EVERY_MS = 30_000;
const LONGEST_STOP_MS = 10_000;

/** An engine on a database. It does nothing by itself before `start`; `settle` runs it by hand. */
export function createEngine(parts: EngineParts): Engine & { sealsAfter(seq: number, limit: number): Promise<Seal[]> } {
  const listeners = new Set<(change: Change) => void>();
  const gaps = new Set<() => void>();
  const { db, pool } = parts.connection;
  const log = parts.log ?? quietLog;
  const changed = (change: Change): void => {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        log.error({ err: error }, 'a listener to changes failed');
      }
    }
  };
  const clocks = createClocks(parts.clock);
  const context: Context = {
    db,
    urgentDb: parts.urgent?.db ?? db,
    clock: clocks,
    owner: parts.owner,
    integrations: new Map(parts.integrations.map((each) => [each.id, each])),
    keys: parts.keys ?? keyringOfSecret(parts.secret),
    sealKey: sealKey(parts.secret),
    whoKey: createSecretKey(Buffer.from(hkdfSync('sha256', parts.secret, '', 'signalbox people of health', 32))),
    dataDir: parts.dataDir,
    fetch: parts.fetch ?? parts.reach?.fetch ?? fetch,
    reach: parts.reach ?? null,
    log,
    policies: createPolicyBook(),
    authority: parts.authority ?? null,
    held: new Map(),
    wake: () => robot.wake(),
    changed,
  };
  const startedAt = parts.clock.now();
  const state = (): ServerState => ({ hears: listening?.hears() ?? false, working: robot.working() });
  const signs = createSigns(context, () => ({
    version: parts.about?.version ?? '',
    address: parts.about?.address() ?? null,
    startedAt,
    state: state(),
  }));
  const robot = createRobot(context, parts.sweepEveryMs ?? SWEEP_EVERY_MS);
  let listening: Listening | null = null;

  function heard(payload: string): void {
    const { owner, change } = JSON.parse(payload) as { owner: string; change: Change };
    if (owner === parts.owner) return;
    void catchUp(change);
  }

  /** The clock may be what changed: whoever is told of the change tells the time by the new one. */
  async function catchUp(change: Change): Promise<void> {
    if (change.kinds.includes('app'))
      await clocks.load(db, change.app).catch((error: unknown) => log.warn({ err: error, app: change.app }, 'a clock could not be read'));
    changed(change);
    robot.wake();
  }

  /** What was told while nobody listened was not heard. */
  async function overGap(): Promise<void> {
    await clocks.load(db).catch((error: unknown) => log.warn({ err: error }, 'the clocks of the apps could not be read'));
    for (const told of gaps) told();
    robot.catchUp();
  }

  return {
    async start() {
      listening ??= await listen(
        pool,
        CHANNEL,
        heard,
        () => void overGap(),
        (error) => log.warn({ err: error }, 'the database is not heard for the moment; it is tried again'),
      );
      await clocks.load(db);
      await signs.start();
      robot.start();
    },
    async stop() {
      await listening?.end();
      listening = null;
      await Promise.race([
        robot.stop(),
        new Promise<void>((done) => {
          setTimeout(done, LONGEST_STOP_MS).unref();
        }),
      ]);
      await giveBackAllLeases(db, parts.owner);
      await signs.stop();
    },
    hold(app) {
      context.held.set(app, (context.held.get(app) ?? 0) + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        const left = (context.held.get(app) ?? 1) - 1;
        if (left > 0) context.held.set(app, left);
        else context.held.delete(app);
        robot.wake();
      };
    },
    async settle(app) {
      await clocks.load(db, app);
      await robot.settle(app);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onGap(listener) {
      gaps.add(listener);
      return () => gaps.delete(listener);
    },
    state,
    clock: clocks,
    createApp: (app, by) => createApp(context, app, by),
    setClock: (app, to, by, options) => setClock(context, app, to, by, options),
    readAgain: (app, which) => readAgain(context, app, which),
    savePolicy: (app, text, by, options) => savePolicy(context, app, text, by, options),
    proposePolicy: (app, wanted, by) => proposePolicy(context, app, wanted, by),
    approvePolicy: (app, proposal, by, note) => approvePolicy(context, app, proposal, by, note),
    closeProposal: (app, proposal, by, why) => closeProposal(context, app, proposal, by, why),
    setRota: (app, duty, rota, by) => setRota(context, app, duty, rota, by),
    connect: (connection, by) => connect(context, connection, by),
    hasApp: async (app) => (await appOf(db, app)) !== null,
    bringPast: (app, past, by) => bringPast(context, app, past, by),
    removeSample: (app, by) => removeSample(context, app, by),
    disconnect: (id, by) => disconnect(context, id, by),
    changeConnection: (id, wanted, by) => changeConnection(context, id, wanted, by),
    checkConnection: (id, by, options) => checkConnection(context, id, by, options),
    tellerOf: (app) => tellerOf(context, app),
    renameApp: (app, name, by) => renameApp(context, app, name, by),
    openWebhook: (id, by) => openWebhook(context, id, by),
    closeWebhook: (id, by) => closeWebhook(context, id, by),
    hearWebhook: (app, connection, message) => hearWebhook(context, app, connection, message),
    secrets: () => secretsOf(context.db, context.keys),
    rotateSecrets: (by) => rotateSecrets(context, by),
    importHistory: (app, by, progress) => importHistory(context, app, by, progress),
    planRelease: (release, by) => planRelease(context, release, by),
    replanRelease: (name, change, by) => replanRelease(context, name, change, by),
    describeRelease: (name, change, by, options) => describeRelease(context, name, change, by, options),
    noteDecision: (name, decision, by) => noteDecision(context, name, decision, by),
    postUpdate: (name, text, by) => postUpdate(context, name, text, by),
    report: (facts, by, options) => report(context, facts, by, options),
    hearHealth: createIntake(context),
    hearMetrics: createMetricsIntake(context),
    reportHealth: (app, batch) => reportHealth(context, app, batch),
    makeGroupTicket: (app, group, version, by) => makeGroupTicket(context, app, group, version, by),
    retryGroupTickets: (app, by) => retryGroupTickets(context, app, by),
    takesTickets: (app) => takesTickets(context, app),
    decideGroup: (app, group, word, by) => decideGroup(context, app, group, word, by),
    command: (track, command, by, options) => giveCommand(context, track, command, by, options),
    plan: (track, as) => preview(context, track, as),
    sources: (app) => sourcesOf(db, app),
    verifyAudit: (app) => verifyJournal(db, context.sealKey, app),
    sealsAfter: (seq, limit) => sealsAfter(db, seq, limit),
  };
}
