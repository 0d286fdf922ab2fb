/** The story and what may go otherwise in it. */
import type { Instant } from '#domain/time.ts';
import type { Beat } from './deeds.ts';
import { stockholm } from './moment.ts';
import { firstWeek } from './story/first-week.ts';
import { release891 } from './story/release-8-9-1.ts';
import { lastWeek, thursday, tuesdayNight, wednesday } from './story/rollout.ts';
import { tuesday } from './story/tuesday.ts';
import { shipDay, weekend } from './story/weekend.ts';

export const variantNames = ['story'] as const;
export type VariantName = (typeof variantNames)[number];

/** What each variant tells. */
export const variants: readonly { name: VariantName; about: string }[] = [
  { name: 'story', about: '8.9.2 from birth to completion: a blocker in the car, a silent crash feed, a range that decides.' },
];

export function variantNamed(name: string): VariantName | null {
  return variantNames.find((each) => each === name) ?? null;
}

/** Friday morning, before the first branch of the story is cut. */
export const BEGINS: Instant = stockholm('09-20 07:30');
/** The moment of the control room: Tuesday 1 October, 14:20. */
export const MOMENT: Instant = stockholm('10-01 14:20');

const inOrder = (...parts: readonly (readonly Beat[])[]): readonly Beat[] =>
  parts.flat().toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));

/** The beats of a variant, in order of time. */
export function beatsOf(_variant: VariantName): readonly Beat[] {
  return inOrder(release891, firstWeek, weekend, shipDay, tuesday, tuesdayNight, wednesday, thursday, lastWeek);
}

/** The last beat of a variant. */
export function endOf(variant: VariantName): Instant {
  return beatsOf(variant).at(-1)?.at ?? MOMENT;
}
