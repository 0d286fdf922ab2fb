/** The player: takes a sample from beat to beat. What is reported, done by hand and said is handed to world and engine; all else they work out themselves. */
import { command as commandSchema } from '#domain/release/commands.ts';
import { factPayloads } from '#domain/facts.ts';
import type { Fact, FactKind } from '#domain/facts.ts';
import { trackId } from '#domain/release/track.ts';
import type { Actor } from '#domain/roles.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import { plusMinutes } from '#domain/time.ts';
import { HOUR_MS } from '#domain/health/rollup.ts';
import type { Instant } from '#domain/time.ts';
import type { Engine } from '#engine/types.ts';
import { leverSchema } from '#integrations/sandbox/world/levers.ts';
import type { Item, State } from '#integrations/sandbox/world/state.ts';
import { crashesOf } from './crashes.ts';
import type { Beat, Deed } from './deeds.ts';
import { stockholm } from './moment.ts';
import { actorNamed, sourceActor, telemetrySources } from './people.ts';
import type { SourceName, TelemetrySource } from './people.ts';
import type { Place } from './place.ts';
import { beatsOf } from './variants.ts';
import { telemetryOf } from './telemetry.ts';

/** Who turns the clock. */
export const player: Actor = { kind: 'integration', id: 'sample', name: 'Sample' };

/** Health is told anew this often, at these minutes of the hour: 3, 8, 13, … */
const PULSE_MINUTES = 5;
const PULSE_OFFSET = 3;

export type Players = {
  engine: Pick<
    Engine,
    | 'setClock'
    | 'readAgain'
    | 'planRelease'
    | 'hold'
    | 'report'
    | 'reportHealth'
    | 'hearHealth'
    | 'command'
    | 'settle'
    | 'describeRelease'
    | 'noteDecision'
    | 'postUpdate'
  >;
};

/** What the beats so far have left behind: which sources of health are silent since when, and what the tracker holds. Worked out from the beats alone. */
type Standing = { silent: Map<TelemetrySource, Instant>; tickets: Map<string, Record<string, unknown>> };

/** A sample that goes on tells the last hours once more: what is known is unchanged. */
const TOLD_AGAIN_MS = 6 * HOUR_MS;
/** What users did before the story is told with its first beat. */
const PAST_BEGINS = stockholm('09-10 09:00');
/** What of a ticket of the tracker is told as a fact. */
const ticketParts: readonly string[] = ['title', 'state', 'platforms', 'versions', 'team', 'severity', 'flow', 'reportedAt'];
/** Rows of one batch. */
const IN_BATCH = 5000;

/** The last moment up to `at` on which health was read. */
export function pulseBefore(at: Instant): Instant {
  const minute = Math.floor(Date.parse(at) / 60_000);
  const back = (((minute - PULSE_OFFSET) % PULSE_MINUTES) + PULSE_MINUTES) % PULSE_MINUTES;
  return new Date((minute - back) * 60_000).toISOString();
}

/** The first moment after `at` on which health is read. */
export function pulseAfter(at: Instant): Instant {
  return plusMinutes(pulseBefore(at), PULSE_MINUTES);
}

/** A person's word that was refused, or a fact that was: the story and the product do not agree. */
export class StoryTrouble extends Error {
  constructor(beat: Beat, what: string) {
    super(`${beat.at} “${beat.title}”: ${what}`);
    this.name = 'StoryTrouble';
  }
}

export type Playing = {
  /** Plays every beat up to and including `at`, and lets the clock stand there. `told` gets a line for each beat. */
  to(at: Instant, told?: (beat: Beat) => void): Promise<void>;
  /** Whether a beat or a reading of health is due by `now`. */
  isDue(now: Instant): boolean;
  /** Lets what is due by `now` happen on a clock that came there by itself, and stands there meanwhile. */
  keepUp(now: Instant): Promise<void>;
  /** The next beat; null at the end of the story. */
  next(): Beat | null;
};

/** Goes on with a sample from where its place stands. */
export function playing({ engine }: Players, place: Place): Playing {
  const { app } = place;
  const beats = beatsOf(place.progress().variant);
  const standing: Standing = { silent: new Map(), tickets: new Map() };
  const telemetry = telemetryOf(place.progress().variant);
  const crashes = crashesOf(place.progress().variant);
  const toldUntil = new Map<TelemetrySource | 'sdk', Instant>();
  for (const each of beats.slice(0, place.progress().played)) for (const deed of each.deeds) leaves(standing, deed, each.at);
  for (const ticket of filed()) noteTicket(ticket);
  let filedUpTo = place.world.state().revision;

  /**
   * @param now where the clock has come by itself, which may be later; null: it is turned
   * @param wakes `all` where it stops: what is told of a track is of that very minute then
   */
  async function toBeat(beat: Beat, now: Instant | null, wakes: 'all' | 'due'): Promise<void> {
    place.turnTo(beat.at);
    for (const deed of beat.deeds) leaves(standing, deed, beat.at);
    if (now === null) await turn(beat.at, wakes);
    for (const deed of beat.deeds) {
      if (deed.do === 'commit') await place.repository.commit(deed.on, deed.changes, beat.at);
      if (deed.do === 'lever') pull(beat, deed);
      if (deed.do === 'ticket' && filed().some(({ key }) => key === deed.key)) change(beat, deed);
    }
    await readNews();
    await reportAll(beat, factsOf(beat));
    await tellHealth(beat, now ?? beat.at);
    await engine.settle(app);
    await tellTickets(beat);
    for (const deed of beat.deeds) await word(beat, deed);
    if (beat.deeds.some((deed) => deed.do === 'say' || deed.do === 'plan')) await engine.settle(app);
  }

  /** Has the robot of this process leave the app alone meanwhile: it looks when it is asked to, and all of a moment has been told. */
  async function held<T>(work: () => Promise<T>): Promise<T> {
    const release = engine.hold(app);
    try {
      return await work();
    } finally {
      release();
    }
  }

  async function turn(at: Instant, wakes: 'all' | 'due'): Promise<void> {
    const turned = await engine.setClock(app, { at }, player, { wakes });
    if (!turned.ok) throw new Error(`the clock of ${app} cannot be turned: ${turned.because}`);
  }

  let read: { generation: number; listings: ReadonlyMap<StorefrontKind, string> } | null = null;

  /** Has those of the world's storefronts and its repository read that are not as they were when they were asked to be read last. */
  async function readNews(): Promise<void> {
    const generation = place.repository.generation();
    const listings = listingsOf(place.world.state());
    const before = read;
    read = { generation, listings };
    await engine.readAgain(app, [
      ...[...listings].filter(([which, text]) => before?.listings.get(which) !== text).map(([which]) => which),
      ...(before?.generation === generation ? [] : (['git'] as const)),
    ]);
  }

  function pull(beat: Beat, deed: Extract<Deed, { do: 'lever' }>): void {
    const pulled = place.world.pull(leverSchema.parse({ ...deed.lever, app }));
    if (!pulled.ok) throw new StoryTrouble(beat, `${pulled.because} (${pulled.wouldHelp})`);
  }

  /* ---- facts ---- */

  type Told = { source: SourceName; fact: Fact };

  function fact(source: SourceName, kind: FactKind, key: string, at: Instant, payload: unknown): Told {
    const read = factPayloads[kind].parse(payload);
    // The schema was chosen by the kind, so the pair belongs together; the type system cannot follow a lookup by a union.
    return { source, fact: { kind, app, source, key, revision: Date.parse(at), at, payload: read } as Fact };
  }

  function factsOf(beat: Beat): Told[] {
    return beat.deeds.flatMap((deed): Told[] => {
      if (deed.do === 'report') return [fact(deed.source, deed.kind, deed.key, beat.at, named(deed.payload))];
      if (deed.do === 'ticket')
        return [fact('jira', deed.kind, deed.key, beat.at, named({ key: deed.key, ...standing.tickets.get(deed.key) }))];
      return [];
    });
  }

  /** Has every source that is not silent tell what came since it told last, the running hour as far as it has come. */
  async function tellHealth(beat: Beat, at: Instant): Promise<void> {
    for (const source of telemetrySources) {
      const until = pulseBefore(standing.silent.get(source) ?? at);
      const before = toldBefore(source, until);
      if (before >= until) continue;
      const rows = telemetry.rows(source, before, until).map((value, row) => ({ row, value }));
      for (let sent = 0; sent === 0 || sent < rows.length; sent += IN_BATCH) {
        const batch = rows.slice(sent, sent + IN_BATCH);
        const answer = await engine.reportHealth(app, { source, rows: batch, completeUntil: sent + IN_BATCH < rows.length ? null : until });
        if (!answer.ok) throw new StoryTrouble(beat, answer.because);
        const [refused] = answer.quarantined;
        if (refused !== undefined) throw new StoryTrouble(beat, `${source}: ${refused.because}; ${refused.wouldBeRight}`);
      }
      toldUntil.set(source, until);
    }
    await tellCrashes(beat, at);
  }

  function toldBefore(teller: TelemetrySource | 'sdk', until: Instant): Instant {
    const first = place.progress().played === 0 ? PAST_BEGINS : new Date(Date.parse(until) - TOLD_AGAIN_MS).toISOString();
    return toldUntil.get(teller) ?? first;
  }

  /** Has the SDK tell of the crashes since it told last, and the groups judged that they are of. */
  async function tellCrashes(beat: Beat, at: Instant): Promise<void> {
    const until = pulseBefore(at);
    const found = crashes(toldBefore('sdk', until), until);
    for (const [platform, observed] of found) {
      const answer = await engine.hearHealth({ app, platform, observed, unread: [], bytes: Buffer.alloc(0) });
      if (answer !== 'heard') throw new StoryTrouble(beat, `crashes of ${platform}: ${answer}`);
    }
    toldUntil.set('sdk', until);
    if (found.size > 0) await engine.readAgain(app, ['crash-groups']);
  }

  /* ---- tickets that the robot files ---- */

  function filed(): readonly Item[] {
    return place.world.state().items.filter(({ kind }) => kind === 'bug');
  }

  function noteTicket({ key, payload }: Item): void {
    const said = Object.entries(payload).filter(([name]) => ticketParts.includes(name));
    standing.tickets.set(key, { ...standing.tickets.get(key), ...Object.fromEntries(said) });
  }

  /** What people change of a ticket, they change in the tracker. */
  function change(beat: Beat, deed: Extract<Deed, { do: 'ticket' }>): void {
    const set = named(deed.set);
    const pulled = place.world.pull(leverSchema.parse({ lever: 'bug', app, key: deed.key, set }));
    if (!pulled.ok) throw new StoryTrouble(beat, `${pulled.because} (${pulled.wouldHelp})`);
  }

  /** Has the tracker tell of what was filed or changed in it by others than the story's people. */
  async function tellTickets(beat: Beat): Promise<void> {
    const news = filed().filter(({ revision }) => revision > filedUpTo);
    filedUpTo = place.world.state().revision;
    if (news.length === 0) return;
    for (const ticket of news) noteTicket(ticket);
    await reportAll(
      beat,
      news.map(({ key }) => fact('jira', 'bug', key, beat.at, named({ key, ...standing.tickets.get(key) }))),
    );
    await engine.settle(app);
  }

  /** `@88213` → the commit of that name, wherever it stands. */
  function named(value: unknown): unknown {
    if (typeof value === 'string') return value.startsWith('@') ? place.repository.idOf(value.slice(1)) : value;
    if (Array.isArray(value)) return value.map(named);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, named(inner)]));
    return value;
  }

  async function reportAll(beat: Beat, all: readonly Told[]): Promise<void> {
    for (const source of new Set(all.map((each) => each.source))) {
      const facts = all.filter((each) => each.source === source).map((each) => each.fact);
      const answer = await engine.report(facts, sourceActor(source));
      if (!answer.ok) throw new StoryTrouble(beat, answer.because);
      const refused = answer.receipts.find(({ accepted }) => !accepted);
      if (refused !== undefined) throw new StoryTrouble(beat, `${facts[refused.index]?.key}: ${refused.because}; ${refused.wouldBeRight}`);
    }
  }

  /* ---- words of people ---- */

  async function word(beat: Beat, deed: Deed): Promise<void> {
    const answer = await spoken(deed);
    if (answer !== null && !answer.ok) throw new StoryTrouble(beat, `${answer.because}; ${answer.wouldBeRight}`);
  }

  async function spoken(deed: Deed): Promise<{ ok: true } | { ok: false; because: string; wouldBeRight: string } | null> {
    switch (deed.do) {
      case 'say': {
        const track = trackId(app, deed.version, deed.platform);
        const given = commandSchema.parse(named(deed.command));
        const whole =
          given.do === 'answer-cherry-pick' && given.pick.startsWith('#')
            ? { ...given, pick: `${track}:pick:${given.pick.slice(1)}` }
            : given;
        // The robot looks when all of the moment has been said.
        return engine.command(track, whole, actorNamed(deed.who), { looks: 'later' });
      }
      case 'contents':
        return engine.describeRelease({ app, version: deed.version }, deed.change, actorNamed(deed.who));
      case 'decision':
        return engine.noteDecision({ app, version: deed.version }, { text: deed.text, about: deed.about }, actorNamed(deed.who));
      case 'update':
        return engine.postUpdate({ app, version: deed.version }, deed.text, actorNamed(deed.who));
      case 'plan': {
        const { version, kind, base, platforms } = deed;
        return engine.planRelease(
          { app, version, kind, base, platforms, manager: 'Maja Lind', startsAt: 'developing' },
          actorNamed('maja'),
        );
      }
      case 'commit':
      case 'report':
      case 'ticket':
      case 'feed':
      case 'lever':
        return null;
      default:
        return deed satisfies never;
    }
  }

  let pulsed: Instant | null = null;

  async function due(at: Instant, by: 'itself' | 'turning', told?: (beat: Beat) => void): Promise<void> {
    for (;;) {
      const beat = beats[place.progress().played];
      if (beat === undefined || beat.at > at) break;
      const now = by === 'itself' ? at : null;
      await toBeat(beat, now, beat.at === at ? 'all' : 'due');
      pulsed = pulseBefore(now ?? beat.at);
      place.keep({ ...place.progress(), played: place.progress().played + 1 });
      told?.(beat);
    }
  }

  return {
    isDue: (now) => {
      const beat = beats[place.progress().played];
      return pulsed !== pulseBefore(now) || (beat !== undefined && beat.at <= now);
    },
    keepUp: (now) =>
      held(async () => {
        place.turnTo(now);
        await due(now, 'itself');
        const last = pulseBefore(now);
        if (pulsed === last) return;
        await tellHealth({ at: now, title: 'what health says now', deeds: [] }, now);
        pulsed = last;
        place.keep(place.progress());
      }),
    next: () => beats[place.progress().played] ?? null,
    to: (at, told) =>
      held(async () => {
        await due(at, 'turning', told);
        const last = beats[place.progress().played - 1];
        if (last === undefined || last.at < at) {
          place.turnTo(at);
          await turn(at, 'all');
          await readNews();
          await tellHealth({ at, title: 'what health says now', deeds: [] }, at);
          await engine.settle(app);
          place.keep(place.progress());
        }
      }),
  };
}

/** What stands in each storefront, as text to compare. */
function listingsOf({ listings }: State): Map<StorefrontKind, string> {
  const found = new Map<StorefrontKind, string>();
  for (const listing of listings) found.set(listing.storefront, `${found.get(listing.storefront) ?? ''}${JSON.stringify(listing)}`);
  return found;
}

/** What a deed leaves behind for the beats after it. */
function leaves(standing: Standing, deed: Deed, at: Instant): void {
  switch (deed.do) {
    case 'feed':
      if (deed.is === 'silent') standing.silent.set(deed.source, at);
      else standing.silent.delete(deed.source);
      break;
    case 'ticket':
      standing.tickets.set(deed.key, { ...standing.tickets.get(deed.key), ...deed.set });
      break;
    case 'commit':
    case 'report':
    case 'lever':
    case 'say':
    case 'contents':
    case 'decision':
    case 'update':
    case 'plan':
      break;
    default:
      deed satisfies never;
  }
}
