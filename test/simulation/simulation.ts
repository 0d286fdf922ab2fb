/** One simulated cycle: several engines on one database, the vendors, people and CI, bad luck, and the gate between them. */
import { createEngine } from '#engine/engine.ts';
import type { Engine } from '#engine/types.ts';
import type { Fact } from '#domain/facts.ts';
import type { Command } from '#domain/release/commands.ts';
import type { Actor } from '#domain/roles.ts';
import { sandbox } from '#integrations/sandbox/index.ts';
import { emptyState } from '#integrations/sandbox/world/state.ts';
import type { State } from '#integrations/sandbox/world/state.ts';
import type { Integration } from '#ports/integration.ts';
import { createLog, quietLog } from '#lib/log.ts';
import type { Log } from '#lib/log.ts';
import { chanceOf } from './chance.ts';
import type { Chance } from './chance.ts';
import { InstanceDatabase } from './database.ts';
import type { DatabaseFault, RealConnection, Statement } from './database.ts';
import { Gate } from './gate.ts';
import { atRest, invariants } from './invariants.ts';
import type { Asked, AtRest } from './invariants.ts';
import { factName, Observer } from './observed.ts';
import type { SentHour } from './observed.ts';
import { ci } from './people.ts';
import type { PolicyPlan } from './policies.ts';
import { createVendors } from './vendors.ts';
import type { Vendors } from './vendors.ts';

export const BEGINS = '2024-10-01T08:00:00.000Z';
const SECRET = 'a secret of the simulation, and of nobody else';
export const APP = 'app';

/** What went wrong on purpose, counted by kind. */
export type Faults = Map<string, number>;

/** An invariant did not hold. */
export class Broken extends Error {
  readonly sentence: string;
  readonly what: string;
  constructor(sentence: string, what: string) {
    super(`${sentence}: ${what}`);
    this.name = 'Broken';
    this.sentence = sentence;
    this.what = what;
  }
}

/** One engine, as a process of its own would have it. `skewMs`: its clock beside the world's. */
type Instance = { name: string; engine: Engine; database: InstanceDatabase; skewMs: number };

export type SimulationOptions = { talks?: boolean; keepsAll?: boolean };

/** How rough it is: everything off while it is calm. */
type Weather = 'calm' | 'storm';

const integrations: readonly Integration[] = [sandbox as Integration];

export class Simulation {
  readonly gate: Gate;
  readonly chance: Chance;
  readonly vendors: Vendors;
  readonly observer: Observer;
  readonly faults: Faults = new Map();
  policy: PolicyPlan;
  weather: Weather = 'calm';
  readonly #real: RealConnection;
  readonly #names: Map<string, string>;
  readonly #instances = new Map<string, Instance>();
  readonly #stalled = new Map<string, number>();
  readonly #log: Log;
  #born = 0;
  #marks = 0;
  #dirty = false;
  #aheadMs = 0;
  #trying: string | null = null;
  /** A track of which the next wake-up comes late, and at which step it is not waited for any more. */
  #keptAsleep: { track: string; untilStep: number } | null = null;
  /** The step at which an instance last asked what is next in a lane: from there on its try is under way. */
  readonly #laneTaken = new Map<string, number>();
  /** What people wait for an answer to, by the process that was asked. */
  readonly #asked = new Map<string, Set<() => void>>();
  #writes = 0;

  constructor(
    seed: number,
    real: RealConnection,
    names: Map<string, string>,
    options: SimulationOptions,
    from: { policy: PolicyPlan; now?: number; vendors?: State; marks?: number },
  ) {
    this.gate = new Gate(BEGINS, options.keepsAll);
    this.gate.now = from.now ?? this.gate.now;
    this.#marks = from.marks ?? 0;
    this.chance = chanceOf(seed);
    this.#real = real;
    this.#names = names;
    this.#log = options.talks === true ? createLog({ level: 'debug', forPeople: true }) : quietLog;
    this.observer = new Observer(APP, real.watching);
    this.policy = from.policy;
    this.vendors = createVendors(this.gate, structuredClone(from.vendors ?? emptyState(BEGINS)), {
      befalls: (_of, { write }) => {
        const isWrite = write !== null;
        if (this.weather === 'calm' || !this.chance.percent(write === null ? 4 : write === 'post' ? 15 : 60)) return null;
        const what = this.chance.weighted([
          [4, 'error-before'],
          [5, 'error-after'],
          [3, 'timeout-before'],
          [5, 'timeout-after'],
          [isWrite ? 4 : 0, 'lie'],
          [2, 'rate-limit'],
          [1, 'key-expired'],
          [2, 'garbage'],
          [2, 'slow'],
        ] as const);
        this.count(isWrite ? `vendor write, ${write}: ${what}` : `vendor read: ${what}`);
        return {
          what,
          ms: what === 'slow' ? this.chance.between(100, 9000) : what === 'rate-limit' ? this.chance.between(1000, 90_000) : 0,
        };
      },
      arrivesLate: () => {
        const late = this.weather === 'storm' && this.chance.percent(50);
        if (late) this.count('vendor write: arrives after its caller gave up or died');
        return late;
      },
    });
    this.#writes = this.vendors.state.writes.length;
  }

  /** How many marks were given. */
  get marks(): number {
    return this.#marks;
  }

  /** Looks at all there is, whether or not anything was written, and asks the invariants of a commit. */
  async lookAtAll(): Promise<void> {
    await this.observer.look(this.gate.steps);
    this.#hold('commit');
  }

  /* ---- counting and checking ---- */

  count(fault: string): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    this.gate.note('-', 'fault', fault);
  }

  mark(): string {
    this.#marks += 1;
    return `#${this.#marks}#`;
  }

  seen(): ReturnType<Observer['seen']> {
    this.#aheadMs = Math.max(this.#aheadMs, ...this.instances.map(({ skewMs }) => skewMs));
    return this.observer.seen(this.nowText(), this.gate.steps, this.vendors.state, this.vendors.overlaps, this.#aheadMs);
  }

  nowText(): string {
    return new Date(this.gate.now).toISOString();
  }

  #hold(asked: Asked): void {
    const seen = this.seen();
    for (const { sentence, asked: when, broken } of invariants) {
      if (!when.includes(asked)) continue;
      const what = broken(seen);
      if (what !== null) throw new Broken(sentence, what);
    }
  }

  /** Nothing is left to do in the present moment, with faults off and all that a process that died had taken given back. */
  holdCalm(): void {
    this.#hold('calm');
  }

  /** After a step: what can be seen of it is looked at, and every invariant that concerns it is asked. */
  async check(): Promise<void> {
    const trying = this.#trying;
    this.#trying = null;
    if (this.#dirty) {
      this.#dirty = false;
      await this.observer.look(this.gate.steps);
      this.#hold('commit');
      await this.#keepAsleep();
      if (trying !== null) this.#hold('try');
    }
    const writes = this.vendors.state.writes.length;
    if (writes !== this.#writes) {
      this.#writes = writes;
      this.#hold('vendor');
    }
  }

  /* ---- instances ---- */

  get instances(): readonly Instance[] {
    return [...this.#instances.values()];
  }

  isStalled(name: string): boolean {
    return (this.#stalled.get(name) ?? 0) > this.gate.steps;
  }

  #stalledNow(): ReadonlySet<string> {
    return new Set([...this.#stalled].filter(([, until]) => until > this.gate.steps).map(([name]) => name));
  }

  stall(name: string, steps: number): void {
    this.#stalled.set(name, this.gate.steps + steps);
  }

  wakeAll(): void {
    this.#stalled.clear();
  }

  /** A process begins; one that is not started works only when it is told to settle. */
  begin(skewMs: number, { starts = true }: { starts?: boolean } = {}): Instance {
    this.#born += 1;
    const name = `engine-${this.#born}`;
    const database = new InstanceDatabase(this.gate, name, this.#real, {
      names: this.#names,
      faults: { befalls: (of, text) => this.#databaseFault(of, text) },
      heard: (statement) => this.#heard(statement),
      tell: (payload) => this.#tell(name, payload),
    });
    const instance: Instance = { name, database, skewMs, engine: undefined as unknown as Engine };
    instance.engine = this.gate.as(name, () =>
      createEngine({
        connection: database,
        secret: SECRET,
        dataDir: '/nowhere',
        fetch: this.vendors.fetchFor(name),
        integrations,
        clock: { now: () => new Date(this.gate.now + instance.skewMs).toISOString() },
        owner: name,
        log: this.#log,
      }),
    );
    this.#instances.set(name, instance);
    if (starts) this.gate.as(name, () => void instance.engine.start().catch(() => this.#beginAgain(instance)));
    return instance;
  }

  /** A process that cannot start ends, and whoever keeps it alive starts another in its place. */
  #beginAgain({ name, skewMs }: Instance): void {
    if (!this.#instances.has(name)) return;
    this.gate.leave({ kind: 'told', of: '-', label: `${name} could not start` }, async () => {
      if (!this.#instances.has(name)) return 'it is gone already';
      await this.drop(name);
      this.begin(skewMs);
      return 'another begins';
    });
  }

  /** What is due is lost, comes late or twice: it carries no news, and the sweep finds what is missing. */
  async disturbDue(how: 'lost' | 'late' | 'doubled'): Promise<void> {
    // A row that a transaction holds cannot be touched from outside.
    if (this.gate.holder !== null) return;
    this.count(`wake-up: ${how}`);
    const { rows } = await this.#real.watching.query<{ kind: string; key: string }>('select kind, key from due order by kind, key');
    if (rows.length === 0) return;
    const { kind, key } = this.chance.pick(rows);
    if (how === 'lost') await this.#real.watching.query('delete from due where kind = $1 and key = $2', [kind, key]);
    else
      await this.#real.watching.query('update due set at = $3 where kind = $1 and key = $2', [
        kind,
        key,
        new Date(this.gate.now + (how === 'late' ? this.chance.between(1000, 1_800_000) : -1000)).toISOString(),
      ]);
  }

  /** The next wake-up of this track comes late: what is ordered for it may be tried before anybody has looked at what is new. */
  keepAsleep(track: string): void {
    this.#keptAsleep = { track, untilStep: this.gate.steps + 30 };
  }

  async #keepAsleep(): Promise<void> {
    if (this.#keptAsleep === null || this.gate.holder !== null) return;
    const { track, untilStep } = this.#keptAsleep;
    const at = new Date(this.gate.now + this.chance.between(1000, 120_000)).toISOString();
    const { rowCount } = await this.#real.watching.query(`update due set at = $2 where kind = 'track' and key = $1`, [track, at]);
    if (rowCount !== 0) this.count('wake-up: late');
    if (rowCount !== 0 || this.gate.steps > untilStep) this.#keptAsleep = null;
  }

  /** A process is gone between two steps, whatever it was doing. */
  async drop(name: string): Promise<void> {
    const instance = this.#instances.get(name);
    if (instance === undefined) return;
    this.vendors.drop(name);
    this.gate.kill(name);
    await instance.database.drop();
    this.#instances.delete(name);
    this.gate.note(name, 'fault', 'is gone');
    const lost = [...(this.#asked.get(name) ?? [])];
    this.#asked.delete(name);
    for (const again of lost) again();
  }

  #databaseFault(_of: string, text: string): DatabaseFault | null {
    if (this.weather === 'calm' || text === 'rollback' || !this.chance.percent(0.5)) return null;
    const fault = this.chance.weighted([
      [2, 'broken'],
      [text === 'commit' || /^\s*(?:insert|update|delete)/.test(text) ? 3 : 0, 'answer-lost'],
      [text === 'begin' ? 0 : 2, 'in-the-way'],
    ] as const);
    this.count(`database: ${fault}`);
    return fault;
  }

  #heard({ of, text, values, result, wrote }: Statement): void {
    if (wrote) this.#dirty = true;
    // The last thing that is written before a call: from here on the action may have happened.
    if (text.includes(`set state = 'trying'`) && result.rows.length > 0) {
      const key = (result.rows[0] as { key: string }).key;
      const lane = this.observer.outbox.get(key)?.lane ?? '';
      this.observer.tries.push({ key, of, step: this.gate.steps, began: this.#laneTaken.get(`${of} ${lane}`) ?? 0, at: this.nowText() });
      this.#trying = key;
    }
    if (text.includes('from outbox where lane = ')) {
      const lane = values.find((value): value is string => typeof value === 'string' && /^(?:storefront|chat|git):/.test(value)) ?? '';
      this.#laneTaken.set(`${of} ${lane}`, this.gate.steps);
    }
  }

  #tell(from: string, payload: string): void {
    for (const { name } of this.instances) {
      if (name === from) continue;
      if (this.weather === 'storm' && this.chance.percent(15)) {
        this.count('wake-up: notification lost');
        continue;
      }
      const deliveries = this.weather === 'storm' && this.chance.percent(8) ? 2 : 1;
      if (deliveries === 2) this.count('wake-up: notification doubled');
      for (let i = 0; i < deliveries; i++) {
        this.gate.leave({ kind: 'told', of: name, label: `from ${from}` }, async () => {
          const to = this.#instances.get(name);
          if (to !== undefined) this.gate.as(name, () => to.database.hear(payload));
          return 'heard';
        });
      }
    }
  }

  /* ---- letting things happen ---- */

  /** Lets one step through, which chance picks; false when nothing waits that could go on. */
  async one(): Promise<boolean> {
    const ready = this.gate.ready(this.#stalledNow());
    if (ready.length === 0) return false;
    // What waited longest goes first half of the time, so that nothing waits for ever.
    const step = this.chance.percent(50) ? ready[0] : this.chance.pick(ready);
    if (step === undefined) return false;
    this.gate.pass(this.chance.between(1, 4));
    await this.gate.let(step);
    await this.check();
    return true;
  }

  /** Lets all go on that can, until nothing waits. `between`: what comes in between the steps. */
  async drain(between: () => void = () => undefined, most = 20_000): Promise<void> {
    let pausedMs = 0;
    for (let i = 0; i < most; i++) {
      if (await this.one()) {
        between();
        continue;
      }
      const next = this.gate.untilNext();
      // Short pauses are waited for: they are a program's own, and no time that passes. Who waits for the lease of a process that died makes them until it ends.
      if (next === null || next > SHORT_MS || pausedMs > MOST_PAUSED_MS) return;
      pausedMs += next;
      this.gate.pass(next);
    }
    throw new Broken('every track comes to rest or to a question for a person', `after ${most} steps it still moves`);
  }

  /** Runs work of an instance to its end, all else going on meanwhile. */
  async finish<T>(of: Instance, work: (engine: Engine) => Promise<T>): Promise<T> {
    let ended: { ok: true; value: T } | { ok: false; error: unknown } | null = null;
    this.gate.as(of.name, () => {
      work(of.engine).then(
        (value) => void (ended = { ok: true, value }),
        (error: unknown) => void (ended = { ok: false, error }),
      );
    });
    await this.gate.quiet();
    for (let i = 0; i < 20_000; i++) {
      const now = ended as { ok: true; value: T } | { ok: false; error: unknown } | null;
      if (now?.ok === true) return now.value;
      if (now?.ok === false) throw now.error;
      if (!(await this.one())) this.gate.pass(this.gate.untilNext() ?? 1000);
    }
    throw new Error(`what ${of.name} was asked for never ended`);
  }

  /* ---- what people and CI do ---- */

  anyInstance(): Instance | null {
    const all = this.instances;
    return all.length === 0 ? null : this.chance.pick(all);
  }

  /** Facts are sent, and it is written down whether they were acknowledged. Whoever gets no answer sends them again, to another process. */
  report(facts: readonly Fact[], tries = 3): void {
    const instance = this.anyInstance();
    if (instance === null || facts.length === 0) return;
    const sent = facts.map((fact) => {
      const name = factName(fact);
      const there = this.observer.sent.find((each) => each.name === name);
      if (there !== undefined) return there;
      const fresh = { fact, name, acknowledgedAtStep: null as number | null };
      this.observer.sent.push(fresh);
      return fresh;
    });
    this.gate.note(instance.name, 'deed', `report ${facts.map((fact) => `${fact.kind} ${fact.key} r${fact.revision}`).join(', ')}`);
    const again = (): void => {
      if (tries > 1) this.report(facts, tries - 1);
    };
    const answered = this.#ask(instance.name, again);
    this.gate.as(instance.name, () => {
      instance.engine.report(facts, ci).then(
        (answer) => {
          answered();
          if (!answer.ok) return;
          for (const { index, accepted } of answer.receipts) {
            const of = sent[index];
            if (accepted && of !== undefined) of.acknowledgedAtStep ??= this.gate.steps;
          }
        },
        () => {
          answered();
          again();
        },
      );
    });
  }

  /** Hours of health are told, as a warehouse tells them: whoever gets no answer tells the same again, to another process. `isAll`: all is told up to now. */
  tellHealth(rows: readonly (SentHour & { row: object })[], isAll: boolean, tries = 3): void {
    const instance = this.anyInstance();
    if (instance === null || rows.length === 0) return;
    this.gate.note(
      instance.name,
      'deed',
      `tell ${rows.map(({ hour, revision, affected }) => `${hour} r${revision}: ${affected}`).join(', ')}`,
    );
    const again = (): void => {
      if (tries > 1) this.tellHealth(rows, isAll, tries - 1);
    };
    const answered = this.#ask(instance.name, again);
    const batch = {
      source: 'warehouse',
      completeUntil: isAll ? this.nowText() : null,
      rows: rows.map(({ row }, place) => ({ row: place, value: row })),
    };
    this.gate.as(instance.name, () => {
      instance.engine.reportHealth(APP, batch).then(
        (answer) => {
          answered();
          if (!answer.ok) return;
          const doubted = new Set(answer.quarantined.map(({ row }) => row));
          for (const [place, { hour, revision }] of rows.entries()) {
            const sent = this.observer.health.find((each) => each.hour === hour && each.revision === revision);
            if (sent !== undefined && !doubted.has(place)) sent.acknowledgedAtStep ??= this.gate.steps;
          }
        },
        () => {
          answered();
          again();
        },
      );
    });
  }

  /** A person's command. `kind`: the event that the journal must have of it; the mark stands in the reason. */
  command(track: string, command: Command, by: Actor, kind: string | null, mark: string, tries = 3): void {
    const instance = this.anyInstance();
    if (instance === null) return;
    const there = this.observer.deeds.find((each) => each.mark === mark);
    const deed = there ?? { mark, kind, track, told: 'nothing' as 'nothing' | 'done' | 'refused', step: this.gate.steps };
    if (there === undefined) this.observer.deeds.push(deed);
    this.gate.note(instance.name, 'deed', `${by.name}: ${command.do} ${track} ${mark}`);
    const again = (): void => {
      if (tries > 1) this.command(track, command, by, kind, mark, tries - 1);
    };
    const answered = this.#ask(instance.name, again);
    this.gate.as(instance.name, () => {
      instance.engine.command(track, command, by, { idempotencyKey: mark }).then(
        (answer) => {
          answered();
          deed.told = answer.ok ? 'done' : 'refused';
          deed.step = this.gate.steps;
          this.gate.note(instance.name, 'answer', `${command.do} ${mark}: ${answer.ok ? 'done' : `${answer.code}: ${answer.because}`}`);
        },
        () => {
          answered();
          again();
        },
      );
    });
  }

  /** Somebody waits for an answer of a process; when that is gone, `again` is what they do. */
  #ask(of: string, again: () => void): () => void {
    const waiting = this.#asked.get(of) ?? new Set<() => void>();
    waiting.add(again);
    this.#asked.set(of, waiting);
    return () => void waiting.delete(again);
  }

  /* ---- the end ---- */

  async rest(): Promise<AtRest> {
    const [instance] = this.instances;
    if (instance === undefined) throw new Error('no process is left');
    const live = [...this.observer.tracks.values()].filter(({ row }) => !['completed', 'canceled', 'superseded'].includes(row.stage));
    const plans: AtRest['plans'][number][] = [];
    const storefronts = new Map<string, readonly string[]>();
    for (const { id } of live) {
      const answer = await this.finish(instance, (engine) => engine.plan(id));
      if (!answer.ok) throw new Error(answer.because);
      const { plan, world } = answer;
      storefronts.set(id, world.policy.storefronts);
      plans.push({
        track: id,
        robot: plan.robot.is,
        sentence: plan.robot.sentence,
        events: plan.events.map(({ is }) => is),
        actions: plan.actions.map(({ key }) => key),
        voids: plan.voids.map(({ key }) => key),
        isWaitingForTime: plan.lookAgainAt !== null,
      });
    }
    const { rows: questions } = await this.#real.watching.query<AtRest['questions'][number]>(
      'select track, key, kind from questions where closed_at is null order by key',
    );
    const { rows: current } = await this.#real.watching.query<AtRest['current'][number]>(CURRENT);
    const { rows: hours } = await this.#real.watching.query<AtRest['hours'][number]>(HOURS);
    const { rows: fleetWide } = await this.#real.watching.query<{ track: string }>(
      `select track from verdicts where verdict #>> '{rate,isFleetWide}' = 'true'`,
    );
    const audit = await this.finish(instance, (engine) => engine.verifyAudit());
    return { plans, questions, storefronts, current, hours, fleetWide: new Set(fleetWide.map(({ track }) => track)), audit };
  }

  /** Whether all that must hold at rest does already. What broke on the way there is thrown. */
  async isAtRest(): Promise<boolean> {
    return (await this.#unrest()) === null;
  }

  /** All is to be at rest now. */
  async holdAtRest(): Promise<void> {
    const unrest = await this.#unrest();
    if (unrest !== null) throw unrest;
  }

  async #unrest(): Promise<Broken | null> {
    let rest = await this.rest();
    // A moment may have come between the last look and this one: then it is looked at now, and what is still to be done is what nobody would do.
    for (
      let again = 0;
      again < 3 && rest.plans.some(({ events, actions, voids }) => events.length + actions.length + voids.length > 0);
      again++
    ) {
      this.gate.pass(5000);
      await this.drain();
      rest = await this.rest();
    }
    await this.observer.look(this.gate.steps);
    this.#hold('rest');
    const seen = this.seen();
    for (const { sentence, broken } of atRest) {
      const what = broken(seen, rest);
      if (what !== null) return new Broken(sentence, what);
    }
    return null;
  }

  async end(): Promise<void> {
    for (const { name } of this.instances) await this.drop(name);
  }
}

/** A pause that a program makes before it tries again what another holds. */
const SHORT_MS = 60;
const MOST_PAUSED_MS = 1000;

const HOURS = `
  select concat_ws(' ', s.version, s.platform, s.build, to_char(r.bucket at time zone 'UTC', 'YYYY-MM-DD"T"HH24')) as hour,
    r.revision::int as revision, r.consumption, r.crash_users::int as affected
  from health_hours() r join health_series s on s.id = r.series order by 1`;

const CURRENT = [
  'builds:build',
  'test_runs:test-run',
  'distributions:distribution',
  'bugs:bug',
  'checks:check',
  'branches:branch',
  'containments:containment',
  'reports:report',
]
  .map((each) => each.split(':'))
  .map(([table, kind]) => `select source, '${kind}' as kind, key, revision::int as revision, payload::text from ${table}`)
  .join(' union all ');
