/** What is told to people outside of the pages, and where: the messages that the robot and people order, by what they are for. */
import type { Action } from './actions.ts';

export const noticeKinds = ['page', 'nudge', 'update', 'news'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** `isUrgent`: the chat is told that it cannot wait. `to`: whose channel it goes to; a team or release without one is told in the chat's own channel. */
export type NoticeRule = { kind: NoticeKind; title: string; about: string; isUrgent: boolean; to: 'app' | 'team' | 'release' };

/** The table of what is told, the most urgent first. `plan.ts`, `decide.ts` and `describe-release.ts` order these messages and no others. */
export const noticeRules: readonly NoticeRule[] = [
  {
    kind: 'page',
    title: 'Page',
    about: 'The robot halted a rollout, or a storefront rejected a release: what happened, and what was done already.',
    isUrgent: true,
    to: 'app',
  },
  {
    kind: 'nudge',
    title: 'Nudge',
    about: 'Somebody asks for the word of a team or a role on a track. Each is nudged at most once in half an hour.',
    isUrgent: false,
    to: 'team',
  },
  {
    kind: 'update',
    title: 'Update',
    about: 'What a release manager posts for everyone who follows a release.',
    isUrgent: false,
    to: 'release',
  },
  {
    kind: 'news',
    title: 'News of the release',
    about: 'A branch was cut, a build submitted, a share of the rollout reached, a rollout halted or resumed, a release out to everyone.',
    isUrgent: false,
    to: 'app',
  },
];

/** What a message was ordered for; null for an action that is no message. */
export function noticeKindOf({ key, effect }: Pick<Action, 'key' | 'effect'>): NoticeKind | null {
  if (effect.kind === 'page') return 'page';
  if (effect.kind !== 'announce') return null;
  if (key.includes(':nudge:')) return 'nudge';
  return key.includes(':update:') ? 'update' : 'news';
}

/** How much of the messages stands where: a message that was dropped is not told. */
export type NoticeTally = { waiting: number; refused: number };

/** What became of messages of a kind, by the states of their actions. */
export function tallyOf(states: readonly string[]): NoticeTally {
  return {
    waiting: states.filter((state) => state === 'ordered' || state === 'trying' || state === 'waiting').length,
    refused: states.filter((state) => state === 'refused').length,
  };
}
