/**
 * Samples on a running Signalbox: made, played to a moment, let run at a speed, taken out again. A sample that ran when the process stopped goes on when it
 * starts. One sample is moved by one call at a time; others may move beside it.
 */
import { platformName } from '#domain/names.ts';
import type { Actor } from '#domain/roles.ts';
import { earliest, msBetween } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import type { Engine } from '#engine/types.ts';
import type { Log } from '#lib/log.ts';
import { sdkPlatforms } from './crashes.ts';
import { makeSample } from './make.ts';
import { ZONE, storyTime } from './moment.ts';
import type { Place, Places } from './place.ts';
import { sampleId, samplePeople } from './people.ts';
import type { SamplePerson } from './people.ts';
import { player, playing, pulseAfter } from './play.ts';
import type { Playing } from './play.ts';
import { BEGINS, MOMENT, endOf, moments, variantNamed, variantNames, variants } from './variants.ts';
import type { VariantName } from './variants.ts';

export type SampleRefusal = {
  ok: false;
  code: 'invalid' | 'conflict' | 'not-found' | 'not-allowed';
  because: string;
  wouldBeRight: string;
};
export type SampleStands = { app: string; variant: string; at: Instant; speed: number; next: { at: Instant; title: string } | null };
export type SampleMove = { at?: string | undefined; speed?: number | undefined };
type Answer = ({ ok: true } & SampleStands) | SampleRefusal;

export type SampleEngine = Pick<
  Engine,
  | 'clock'
  | 'createApp'
  | 'connect'
  | 'planRelease'
  | 'bringPast'
  | 'settle'
  | 'setClock'
  | 'readAgain'
  | 'hold'
  | 'report'
  | 'reportHealth'
  | 'hearHealth'
  | 'command'
  | 'describeRelease'
  | 'noteDecision'
  | 'postUpdate'
  | 'removeSample'
>;

/** The fastest that a sample runs: health is read every five minutes of its time, and must be on time. */
export const FASTEST = 1000;
/** How often a running sample looks whether something happens, in the machine's time. */
const LEAST_STEP_MS = 100;
const LONGEST_STEP_MS = 1000;

/** The DSNs by which the app's SDK tells: those of the server, as any app has them. */
export type SampleDsns = {
  make(dsn: { app: string; platform: string; name: string }, by: Actor): Promise<void>;
  revokeAll(app: string, by: Actor): Promise<void>;
};

type Running = { place: Place; story: Playing; timer: NodeJS.Timeout | null; queue: Promise<unknown> };

export function samples(parts: {
  engine: SampleEngine;
  places: Places;
  exists: (app: string) => Promise<boolean>;
  dsns: SampleDsns;
  log: Log;
}) {
  const { engine, places, dsns, log } = parts;
  const running = new Map<string, Running>();
  let stopping = false;

  function enter(place: Place): Running {
    const there = running.get(place.app);
    if (there !== undefined && there.place === place) return there;
    const entered: Running = { place, story: playing({ engine }, place), timer: null, queue: Promise.resolve() };
    running.set(place.app, entered);
    return entered;
  }

  /** One after the other, whatever became of the one before. */
  function inTurn<T>(sample: Running, work: () => Promise<T>): Promise<T> {
    const next = sample.queue.then(work, work);
    sample.queue = next.catch(() => undefined);
    return next;
  }

  function stands({ place, story }: Running): SampleStands {
    const next = story.next();
    const { variant, speed } = place.progress();
    return {
      app: place.app,
      variant,
      at: engine.clock.appNow(place.app),
      speed,
      next: next === null ? null : { at: next.at, title: next.title },
    };
  }

  /* ---- running at a speed ---- */

  function runOn(sample: Running): void {
    if (sample.timer !== null) clearTimeout(sample.timer);
    sample.timer = null;
    const { speed } = sample.place.progress();
    if (speed === 0 || stopping) return;
    const now = engine.clock.appNow(sample.place.app);
    const waitMs = Math.min(LONGEST_STEP_MS, Math.max(LEAST_STEP_MS, msBetween(now, dueAfter(sample, now)) / speed));
    sample.timer = setTimeout(() => void step(sample), waitMs);
  }

  /** When something is to be played next: the next beat, or what health says every so often. */
  function dueAfter(sample: Running, now: Instant): Instant {
    return earliest(pulseAfter(now), sample.story.next()?.at) ?? now;
  }

  async function step(sample: Running): Promise<void> {
    try {
      await inTurn(sample, async () => {
        const { app } = sample.place;
        const { speed } = sample.place.progress();
        if (speed === 0 || stopping || !sample.story.isDue(engine.clock.appNow(app))) return;
        // The clock stands where something is to be played, and until it was: on a slow machine the sample takes longer, and what its people know is never out of date.
        await sample.story.keepUp(engine.clock.appNow(app));
        await turnTo(sample, speed);
      });
      if (sample.story.next() === null) await inTurn(sample, () => setSpeed(sample, 0));
    } catch (error) {
      log.error({ err: error, app: sample.place.app }, 'a sample could not be played on; it stands');
      await inTurn(sample, () => setSpeed(sample, 0)).catch(() => undefined);
    }
    runOn(sample);
  }

  async function setSpeed(sample: Running, speed: number): Promise<void> {
    sample.place.keep({ ...sample.place.progress(), speed });
    await turnTo(sample, speed);
  }

  /** A clock that runs stands when something is to be played: on a busy machine that takes longer, and nothing that it tells would be in time. */
  async function turnTo(sample: Running, speed: number): Promise<void> {
    const { app } = sample.place;
    const until = speed === 0 ? {} : { until: dueAfter(sample, engine.clock.appNow(app)) };
    const turned = await engine.setClock(app, { speed, ...until }, player);
    if (!turned.ok) throw new Error(turned.because);
  }

  /* ---- making and moving ---- */

  async function play(sample: Running, to: Wanted, progress: (line: string) => void): Promise<Answer> {
    if (to.at !== null && sample.place.progress().speed > 0) await setSpeed(sample, 0);
    if (to.at !== null) await sample.story.to(to.at, (beat) => progress(`${storyTime(beat.at)}  ${beat.title}`));
    if (to.speed !== null) await setSpeed(sample, to.speed);
    runOn(sample);
    return { ok: true, ...stands(sample) };
  }

  async function make(
    wanted: { app?: string | undefined; variant?: string | undefined } & SampleMove,
    by: Actor,
    progress: (line: string) => void,
  ): Promise<Answer> {
    const variant = variantNamed(wanted.variant ?? 'story');
    if (variant === null) return refuse('invalid', `there is no variant "${wanted.variant}"`, `one of ${variantNames.join(', ')}`);
    const move = readMove(wanted, variant);
    if ('ok' in move) return move;
    const app = wanted.app ?? ((await parts.exists('music')) ? 'music-sample' : 'music');
    progress(`making ${app}: its policy, its repository, its people`);
    const made = await makeSample(engine, places, { app, variant }, by);
    if (!made.ok) return refuse('conflict', made.because, made.wouldBeRight);
    for (const platform of sdkPlatforms) await dsns.make({ app, platform, name: `${platformName(platform)} app` }, by);
    running.delete(app);
    const sample = enter(made.place);
    return inTurn(sample, () => play(sample, { at: move.at ?? ((move.speed ?? 0) > 0 ? BEGINS : MOMENT), speed: move.speed }, progress));
  }

  async function sampleNamed(app: string): Promise<Running | SampleRefusal> {
    const place = places.of(app);
    if (place !== null && (await parts.exists(app))) return enter(place);
    return refuse('not-found', `there is no sample "${app}" in this process`, `POST /api/sample makes one`);
  }

  return {
    story: () => ({
      variants,
      begins: BEGINS,
      ends: endOf('story'),
      moment: MOMENT,
      zone: ZONE,
      moments,
    }),
    all: (): readonly SampleStands[] => [...running.values()].map(stands),
    peopleOf: (app: string): readonly SamplePerson[] =>
      running.has(app) ? samplePeople.map((person) => ({ ...person, id: sampleId(person.id) })) : [],
    make,
    async move(app: string, to: SampleMove, by: Actor, progress: (line: string) => void): Promise<Answer> {
      const sample = await sampleNamed(app);
      if ('ok' in sample) return sample;
      const { variant } = sample.place.progress();
      const wanted = readMove(to, variant);
      if ('ok' in wanted) return wanted;
      if (wanted.at === null || wanted.at >= engine.clock.appNow(app)) return inTurn(sample, () => play(sample, wanted, progress));
      progress(`${storyTime(wanted.at)} is past in this sample: it is made anew`);
      const removed = await this.remove(app, by);
      if (!removed.ok) return removed;
      return make({ app, variant, ...to }, by, progress);
    },
    async remove(app: string, by: Actor): Promise<{ ok: true } | SampleRefusal> {
      const sample = await sampleNamed(app);
      if ('ok' in sample) return sample;
      return inTurn(sample, async () => {
        if (sample.timer !== null) clearTimeout(sample.timer);
        const release = engine.hold(app);
        try {
          // They go with the app. The journal of the instance, which stays, says that they are gone.
          await dsns.revokeAll(app, by);
          const removed = await engine.removeSample(app, by);
          if (!removed.ok) return refuse('not-allowed', removed.because, removed.wouldBeRight);
        } finally {
          release();
        }
        running.delete(app);
        places.remove(app);
        return { ok: true as const };
      });
    },
    /** Goes on with what ran when the process stopped. */
    async start(): Promise<void> {
      for (const app of places.apps()) {
        const place = places.of(app);
        if (place === null || !(await parts.exists(app))) continue;
        const sample = enter(place);
        place.turnTo(engine.clock.appNow(app));
        const { speed } = place.progress();
        if (speed === 0) continue;
        await setSpeed(sample, speed);
        runOn(sample);
      }
    },
    async stop(): Promise<void> {
      stopping = true;
      for (const sample of running.values()) {
        if (sample.timer !== null) clearTimeout(sample.timer);
        await sample.queue;
        // its time does not pass while nobody plays it
        if (sample.place.progress().speed > 0) await engine.setClock(sample.place.app, { speed: 0 }, player);
      }
    },
  };
}

export type Samples = ReturnType<typeof samples>;

type Wanted = { at: Instant | null; speed: number | null };

function readMove({ at, speed }: SampleMove, variant: VariantName): Wanted | SampleRefusal {
  if (speed !== undefined && !(Number.isFinite(speed) && speed >= 0 && speed <= FASTEST))
    return refuse('invalid', `${speed} is no speed of a sample`, `0 (it stands) to ${FASTEST}: 60 plays an hour in a minute`);
  if (at === undefined) return { at: null, speed: speed ?? null };
  const moment = storyInstant(at);
  const ends = endOf(variant);
  if (moment === null)
    return refuse(
      'invalid',
      `"${at}" is no moment`,
      `a moment of the story such as 2024-10-01T14:20 (${ZONE}), or an instant with its offset`,
    );
  if (moment < BEGINS || moment > ends)
    return refuse('invalid', `${storyTime(moment)} is not in the story`, `a moment from ${storyTime(BEGINS)} to ${storyTime(ends)}`);
  return { at: moment, speed: speed ?? null };
}

/** `2024-10-01T14:20` is meant by the clock of Stockholm; with an offset or `Z` it is what it says. */
export function storyInstant(text: string): Instant | null {
  const local = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d)?$/.exec(text.trim());
  const ms = Date.parse(local === null ? text.trim() : `${local[1]}T${local[2]}:00+02:00`);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

function refuse(code: SampleRefusal['code'], because: string, wouldBeRight: string): SampleRefusal {
  return { ok: false, code, because, wouldBeRight };
}
