/** The story and what may go otherwise in it. */
import type { Instant } from '#domain/time.ts';
import type { Beat } from './deeds.ts';
import { stockholm } from './moment.ts';
import { firstWeek } from './story/first-week.ts';
import { release891 } from './story/release-8-9-1.ts';
import {
  afterTheNight,
  afterTheRejection,
  calmDays,
  canceledOnIos,
  fallBack,
  hotfix,
  incidentBegins,
  incidentEnds,
  lateCheck,
  lateEnd,
  neverPasses,
  nightOfAds,
  nothingNominated,
  rejectedBinary,
  without,
} from './story/otherwise.ts';
import { lastWeek, thursday, tuesdayNight, wednesday } from './story/rollout.ts';
import { tuesday } from './story/tuesday.ts';
import { shipDay, weekend } from './story/weekend.ts';

export const variantNames = ['story', 'calm', 'night', 'late', 'fallback', 'rejected', 'canceled', 'hotfix', 'fleet-wide'] as const;
export type VariantName = (typeof variantNames)[number];

/** What each variant tells. */
export const variants: readonly { name: VariantName; about: string }[] = [
  { name: 'story', about: '8.9.2 from birth to completion: a blocker in the car, a silent crash feed, a range that decides.' },
  { name: 'calm', about: 'Nothing goes wrong: three tracks on plan.' },
  { name: 'night', about: 'In the night an ad server makes Android crash; the robot halts it at 1%, a person resumes it in the morning.' },
  { name: 'late', about: 'A compliance check fails and holds Android until the afternoon.' },
  { name: 'fallback', about: 'One arm of Audiobooks crashes, and everyone is sent to the other (told by decisions: flags come later).' },
  { name: 'rejected', about: 'Apple rejects the binary: iOS goes back to stabilising and comes again with a new build.' },
  { name: 'canceled', about: '8.9.2 is canceled on iOS because 8.9.3 is about to branch.' },
  { name: 'hotfix', about: '8.9.2.1, a hotfix of Android alone.' },
  { name: 'fleet-wide', about: 'Every version crashes for 36 hours: the robot holds and does not halt.' },
];

export function variantNamed(name: string): VariantName | null {
  return variantNames.find((each) => each === name) ?? null;
}

/** Friday morning, before the first branch of the story is cut. */
export const BEGINS: Instant = stockholm('09-20 07:30');
/** The moment of the control room: Tuesday 1 October, 14:20. */
export const MOMENT: Instant = stockholm('10-01 14:20');

/** Moments of the story that are worth a look, in order. */
export const moments: readonly { id: string; at: Instant; title: string }[] = [
  { id: 'branched', at: stockholm('09-27 09:20'), title: 'Branched: the branches are cut' },
  { id: 'blocker', at: stockholm('09-30 21:30'), title: 'A blocker is found in the evening' },
  { id: 'first-share', at: stockholm('10-01 08:30'), title: 'Android reaches 1%' },
  { id: 'three-tracks', at: MOMENT, title: 'One track is held, one waits, one is blind' },
  { id: 'everyone', at: stockholm('10-02 09:00'), title: 'Android reaches 100%' },
  { id: 'last-track', at: stockholm('10-03 12:00'), title: 'The last track follows' },
];

const inOrder = (...parts: readonly (readonly Beat[])[]): readonly Beat[] =>
  parts.flat().toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));

const begins = [release891, firstWeek, weekend, shipDay];
const lateOnAndroid = without(lastWeek, '10-09 08:05');

const beatsByVariant: Readonly<Record<VariantName, () => readonly Beat[]>> = {
  story: () => inOrder(...begins, tuesday, tuesdayNight, wednesday, thursday, lastWeek),
  calm: () =>
    inOrder(
      release891,
      firstWeek,
      weekend,
      without(shipDay, ...nothingNominated),
      calmDays,
      tuesdayNight,
      without(thursday, '10-03 12:00', '10-03 12:30'),
      lastWeek,
    ),
  night: () =>
    inOrder(...begins, tuesday, tuesdayNight, without(wednesday, '10-02 08:05'), nightOfAds, thursday, lateOnAndroid, afterTheNight),
  late: () =>
    inOrder(
      ...begins,
      tuesday,
      tuesdayNight,
      without(wednesday, '10-02 07:50', '10-02 08:05'),
      lateCheck,
      thursday,
      lateOnAndroid,
      lateEnd,
    ),
  fallback: () => inOrder(...begins, tuesday, tuesdayNight, wednesday, thursday, fallBack, lastWeek),
  rejected: () =>
    inOrder(
      ...begins,
      tuesday,
      tuesdayNight,
      without(wednesday, '10-02 06:10', '10-02 07:45', '10-02 12:30'),
      rejectedBinary,
      without(thursday, '10-03 12:00', '10-03 12:30'),
      without(lastWeek, '10-10 12:30'),
      afterTheRejection,
    ),
  canceled: () =>
    inOrder(
      ...begins,
      without(tuesday, '10-01 15:20', '10-01 16:05', '10-01 16:40', '10-01 17:12'),
      neverPasses,
      tuesdayNight,
      without(wednesday, '10-02 06:10', '10-02 07:45', '10-02 12:30'),
      without(thursday, '10-03 12:00', '10-03 12:30'),
      canceledOnIos,
      without(lastWeek, '10-10 12:30'),
    ),
  hotfix: () => inOrder(...begins, tuesday, tuesdayNight, wednesday, thursday, lateOnAndroid, hotfix),
  'fleet-wide': () =>
    inOrder(
      ...begins,
      tuesday,
      tuesdayNight,
      incidentBegins,
      without(wednesday, '10-02 07:45', '10-02 08:05', '10-02 12:30', '10-02 16:20'),
      without(thursday, '10-03 12:00', '10-03 12:30'),
      incidentEnds,
      without(lastWeek, '10-09 08:05', '10-09 16:20', '10-10 12:30'),
    ),
};

const known = new Map<VariantName, readonly Beat[]>();

/** The beats of a variant, in order of time. */
export function beatsOf(variant: VariantName): readonly Beat[] {
  const there = known.get(variant) ?? beatsByVariant[variant]();
  known.set(variant, there);
  return there;
}

/** The last beat of a variant. */
export function endOf(variant: VariantName): Instant {
  return beatsOf(variant).at(-1)?.at ?? MOMENT;
}
