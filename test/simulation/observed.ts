/** What was seen of one cycle: of the database, of the vendors and of what was acknowledged to people. The invariants are judged from this and from nothing else. */
import { canonical, digest } from '#db/canonical.ts';
import { birth } from '#domain/release/birth.ts';
import { evolve } from '#domain/release/evolve.ts';
import type { AppEvent, Event } from '#domain/release/events.ts';
import type { Stage, Track } from '#domain/release/track.ts';
import type { Fact } from '#domain/facts.ts';
import type { Instant } from '#domain/time.ts';
import type { Action } from '#domain/actions.ts';
import type { State } from '#integrations/sandbox/world/state.ts';
import type { Pool } from 'pg';
import type { Flight } from './vendors.ts';

export type Line = {
  chain: string;
  seq: number;
  prev: string;
  hash: string;
  track: string | null;
  kind: string;
  actor: { kind: string; id: string; name: string };
  event: Event | AppEvent;
  stageAfter: Stage | null;
  version: number;
  at: Instant;
  /** The step of the gate at which it was first seen. */
  step: number;
};

/** A track as its row has it, and as its journal tells it. */
export type SeenTrack = { id: string; row: Track; told: Track | null; revision: number; chain: { seq: number; hash: string } };

export type SeenAction = {
  key: string;
  track: string | null;
  lane: string;
  urgent: boolean;
  kind: string;
  step: string | null;
  state: 'ordered' | 'trying' | 'waiting' | 'done' | 'refused' | 'void';
  attempts: number;
  nextTryAt: Instant | null;
  orderedAt: Instant;
  action: Action;
};

/** A fact that was sent, and whether its sender was told that it is kept. */
export type SentFact = { fact: Fact; name: string; acknowledgedAtStep: number | null };

/** An hour of health that was told, under one of its revisions, and whether its sender was told that it is kept. `hour`: what makes it one, of which the highest revision counts. */
export type SentHour = { hour: string; revision: number; consumption: number; affected: number; acknowledgedAtStep: number | null };

/** Something that a person asked for. `mark`: in the reason that the journal keeps. */
export type Deed = { mark: string; kind: string | null; track: string; told: 'nothing' | 'done' | 'refused'; step: number };

/** An action is about to be tried: the last moment before its call. `began`: the step at which its process took it up. */
export type Try = { key: string; of: string; step: number; began: number; at: Instant };

export type Observed = {
  app: string;
  now: Instant;
  step: number;
  journal: readonly Line[];
  /** Of the last commit. */
  news: readonly Line[];
  /** Where the chains stood before the last commit. */
  headsBefore: ReadonlyMap<string, { seq: number; hash: string }>;
  /** How often the mark of a deed stands in the journal, by `event mark`. */
  marks: ReadonlyMap<string, number>;
  tracks: ReadonlyMap<string, SeenTrack>;
  outbox: ReadonlyMap<string, SeenAction>;
  /** As it was before the last commit. */
  outboxBefore: ReadonlyMap<string, SeenAction>;
  stored: ReadonlyMap<string, number>;
  sent: readonly SentFact[];
  health: readonly SentHour[];
  deeds: readonly Deed[];
  tries: readonly Try[];
  vendor: State;
  overlaps: readonly (readonly [Flight, Flight])[];
  policies: readonly PolicyInForce[];
  /** The most that the clock of a machine was ever ahead of the world's: so much less a robot waits. */
  aheadMs: number;
};

/** What a revision of the policy says that the invariants ask for, as it was written. */
export type PolicyInForce = { revision: number; soakMinutes: number; sinceStep: number };

/** A fact's name: what makes it one. */
export function factName({ source, kind, key, revision, payload }: Pick<Fact, 'source' | 'kind' | 'key' | 'revision' | 'payload'>): string {
  return `${source} ${kind} ${key} r${revision} ${digest(canonical(payload)).slice(0, 12)}`;
}

type Row<T> = { [K in keyof T]: T[K] };

/** Gathers what is to be seen. */
export class Observer {
  readonly app: string;
  readonly #db: Pool;
  readonly #journal: Line[] = [];
  readonly #tracks = new Map<string, SeenTrack>();
  readonly #stored = new Map<string, number>();
  #heads = new Map<string, { seq: number; hash: string }>();
  #headsBefore = new Map<string, { seq: number; hash: string }>();
  readonly #marks = new Map<string, number>();
  #news: readonly Line[] = [];
  #outbox = new Map<string, SeenAction>();
  #outboxBefore = new Map<string, SeenAction>();
  #version = 0;
  #arrival = 0;
  readonly sent: SentFact[] = [];
  readonly health: SentHour[] = [];
  readonly deeds: Deed[] = [];
  readonly tries: Try[] = [];
  readonly policies: PolicyInForce[] = [];

  constructor(app: string, db: Pool) {
    this.app = app;
    this.#db = db;
  }

  /** Takes over what was sent, asked and acknowledged before. */
  begin(before: {
    sent: readonly SentFact[];
    health: readonly SentHour[];
    deeds: readonly Deed[];
    policies: readonly PolicyInForce[];
  }): void {
    this.sent.push(...structuredClone(before.sent));
    this.health.push(...structuredClone(before.health));
    this.deeds.push(...structuredClone(before.deeds));
    this.policies.push(...before.policies);
  }

  get tracks(): ReadonlyMap<string, SeenTrack> {
    return this.#tracks;
  }
  get outbox(): ReadonlyMap<string, SeenAction> {
    return this.#outbox;
  }
  get journal(): readonly Line[] {
    return this.#journal;
  }

  /** All of it, as of now. */
  seen(now: Instant, step: number, vendor: State, overlaps: Observed['overlaps'], aheadMs: number): Observed {
    return {
      app: this.app,
      now,
      step,
      journal: this.#journal,
      news: this.#news,
      headsBefore: this.#headsBefore,
      marks: this.#marks,
      tracks: this.#tracks,
      outbox: this.#outbox,
      outboxBefore: this.#outboxBefore,
      stored: this.#stored,
      sent: this.sent,
      health: this.health,
      deeds: this.deeds,
      tries: this.tries,
      vendor,
      overlaps,
      policies: this.policies,
      aheadMs,
    };
  }

  /** Reads what the last commit changed. */
  async look(step: number): Promise<void> {
    const { rows } = await this.#db.query<{
      version: number | null;
      journal: Row<Omit<Line, 'step'>>[];
      tracks: { id: string; state: Track; revision: number; seq: number; hash: string }[];
      outbox: SeenAction[];
      facts: (Pick<Fact, 'source' | 'kind' | 'key' | 'revision'> & { arrival: number; payload: Fact['payload'] })[];
    }>({ name: 'simulation_look', text: LOOK, values: [this.app, this.#version, this.#arrival] });
    const [row] = rows;
    if (row === undefined) return;
    this.#news = row.journal.map((line) => ({ ...line, at: new Date(line.at).toISOString(), step }));
    this.#journal.push(...this.#news);
    for (const { id, state, revision, seq, hash } of row.tracks) {
      const known = this.#tracks.get(id);
      this.#tracks.set(id, { id, row: state, revision, told: known?.told ?? null, chain: { seq, hash } });
    }
    if (this.#news.length > 0) {
      this.#headsBefore = this.#heads;
      this.#heads = new Map(this.#heads);
    }
    for (const line of this.#news) this.#retell(line);
    this.#outboxBefore = this.#outbox;
    this.#outbox = new Map(
      row.outbox.map((each) => [each.key, { ...each, nextTryAt: each.nextTryAt === null ? null : new Date(each.nextTryAt).toISOString() }]),
    );
    for (const fact of row.facts) {
      this.#stored.set(factName(fact), fact.arrival);
      this.#arrival = Math.max(this.#arrival, fact.arrival);
    }
    this.#version = row.version ?? this.#version;
  }

  /** The track as its journal tells it: the fold of its lines. */
  #retell(line: Line): void {
    this.#heads.set(line.chain, { seq: line.seq, hash: line.hash });
    if (line.track === null) return;
    for (const [mark] of JSON.stringify(line.event).matchAll(/#\d+#/g)) {
      const name = `${line.kind} ${mark}`;
      this.#marks.set(name, (this.#marks.get(name) ?? 0) + 1);
    }
    const seen = this.#tracks.get(line.track);
    if (seen === undefined) return;
    const { event } = line;
    if (event.is === 'born') {
      const [app = '', version = '', platform = ''] = line.track.split('/');
      this.#tracks.set(line.track, { ...seen, told: birth({ app, version, platform, kind: event.kind, at: line.at, stage: event.stage }) });
      return;
    }
    if (seen.told === null) return;
    this.#tracks.set(line.track, { ...seen, told: evolve(seen.told, event as Event, line.at, line.actor.name) });
  }
}

const LOOK = `
  select
    (select version from apps where id = $1)::int as version,
    (select coalesce(json_agg(j order by j.version, j.chain, j.seq), '[]') from (
      select chain, seq, prev, hash, track, kind, actor, event, stage_after as "stageAfter", app_version as version, at
      from journal where app = $1 and app_version > $2
    ) as j) as journal,
    (select coalesce(json_agg(t order by t.id), '[]') from (
      select id, state, revision, journal_seq as seq, journal_hash as hash from tracks where app = $1 and app_version > $2
    ) as t) as tracks,
    (select coalesce(json_agg(o order by o."orderedAt", o.key), '[]') from (
      select key, track, lane, urgent, kind, step, state, attempts, next_try_at as "nextTryAt", ordered_at as "orderedAt", action from outbox where app = $1
    ) as o) as outbox,
    (select coalesce(json_agg(f order by f.arrival), '[]') from (
      select arrival, source, kind, key, revision, payload from facts where app = $1 and arrival > $3
    ) as f) as facts`;
