/** The releases before the story, five weeks of them: when each platform came to each stage. Drawn from a seeded generator around what is usual. */
import type { Release } from '#domain/release/release.ts';
import { trackId } from '#domain/release/track.ts';
import type { Track } from '#domain/release/track.ts';
import { plusMinutes } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import { platforms } from './deeds.ts';
import type { Platform } from './deeds.ts';
import { stockholm } from './moment.ts';

const SEED = 8_009_002;

/** A small generator with a seed: the same numbers in the same order, every time (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const trains: readonly { version: string; branch: string; before: string }[] = [
  { version: '8.8.6', branch: '08-16 09:00', before: '08-09 09:00' },
  { version: '8.8.7', branch: '08-23 09:00', before: '08-16 09:00' },
  { version: '8.8.8', branch: '08-30 09:00', before: '08-23 09:00' },
  { version: '8.8.9', branch: '09-06 09:00', before: '08-30 09:00' },
  { version: '8.9.0', branch: '09-13 09:00', before: '09-06 09:00' },
];

const HOUR = 60;
const DAY = 24 * HOUR;
/** Minutes of a stage that is usual on a platform: from the candidate's choice to its submission, and its review. */
const usual: Readonly<Record<Platform, { submit: number; review: number; build: number }>> = {
  android: { submit: 100, review: 14 * HOUR, build: 880 },
  ios: { submit: 245, review: 16.6 * HOUR, build: 881 },
  desktop: { submit: 170, review: 21.1 * HOUR, build: 882 },
};

/** The past of the sample app under this id. */
export function pastOf(app: string): { release: Release; tracks: readonly Track[] }[] {
  const draw = generator(SEED);
  const around = (minutes: number, spread: number): number => Math.round(minutes * (1 + (draw() - 0.5) * spread));
  return trains.map(({ version, branch, before }, index) => {
    const cut = stockholm(branch);
    const monday = plusMinutes(cut, 3 * DAY);
    const release: Release = {
      app,
      version,
      kind: 'regular',
      base: null,
      bornAt: stockholm(before),
      manager: 'Maja Lind',
      planned: {
        branch: cut,
        candidate: plusMinutes(monday, 3 * HOUR),
        submit: plusMinutes(monday, 8 * HOUR),
        start: plusMinutes(monday, DAY),
        finish: plusMinutes(monday, 2 * DAY),
      },
      imported: false,
    };
    const tracks = platforms.map((platform, place): Track => {
      const { submit, review, build } = usual[platform];
      const branched = plusMinutes(cut, 4 + place * 4 + Math.round(draw() * 9));
      const candidate = plusMinutes(monday, around(150 + place * 60, 0.6));
      const submitted = plusMinutes(candidate, around(submit, 0.5));
      const opens = plusMinutes(monday, DAY - HOUR);
      const approved = plusMinutes(submitted, around(review, 0.3));
      const started = approved > opens ? approved : plusMinutes(opens, 5 + Math.round(draw() * 20));
      const finished = plusMinutes(started, DAY);
      const ended = plusMinutes(
        index === trains.length - 1 ? stockholm('09-20 07:00') : finished,
        index === trains.length - 1 ? 0 : 7 * DAY,
      );
      const reached: Partial<Record<Track['stage'], Instant>> = {
        developing: stockholm(before),
        stabilising: branched,
        candidate,
        'in-review': submitted,
        ...(platform === 'android' ? {} : { 'store-approved': approved }),
        'rolling-out': started,
        released: finished,
        completed: ended,
      };
      return {
        id: trackId(app, version, platform),
        app,
        version,
        platform,
        kind: 'regular',
        stage: 'completed',
        since: ended,
        reached,
        percents: [
          { percent: 1, at: started },
          { percent: 100, at: finished },
        ],
        submissions: 1,
        halts: 0,
        back: null,
        noted: {},
        rejectedBuilds: [],
        robotPaused: null,
        cut: null,
        candidate: { build: String(build + index * 20), commit: '0'.repeat(40), candidate: 3, chosenAt: candidate, chosenBy: 'Robot' },
        why: 'the week of watching ended',
      };
    });
    return { release, tracks };
  });
}
