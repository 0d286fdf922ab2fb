/** What is said of the ways by which people are told something. */
import type { CellState } from '#domain/cell-state.ts';
import type { NoticeKind } from '#domain/notices.ts';

type Channel = { of: string; channel: string | null };

/** Names of channels that are said at once; of more it is said how many there are. */
const FEW = 4;

/** Where messages of a kind go. */
export function channelsInWords(kind: NoticeKind, channels: readonly Channel[]): string {
  const named = channels.flatMap(({ of, channel }) => (channel === null ? [] : [{ of, channel }]));
  const without = channels.length - named.length;
  switch (kind) {
    case 'page':
    case 'news':
      return 'In the channel that the chat itself is set to.';
    case 'nudge': {
      if (named.length === 0) return 'No team has a channel: in the one that the chat itself is set to.';
      const rest = without === 0 ? '' : ` ${without === 1 ? 'One team has' : `${without} teams have`} none, and is told in the chat’s own.`;
      return `In the channel of the team: ${few(named.map(({ channel }) => channel))}.${rest}`;
    }
    case 'update':
      return named.length === 0
        ? 'No live release has a channel: in the one that the chat itself is set to.'
        : `In the channel of the release: ${few(named.map(({ of, channel }) => `${of} in ${channel}`))}.`;
    default:
      return kind satisfies never;
  }
}

function few(names: readonly string[]): string {
  const rest = names.length - FEW;
  return rest <= 1 ? names.join(', ') : `${names.slice(0, FEW).join(', ')} and ${rest} more`;
}

/** What waits, and what did not come there of late; null where all went well. */
export function howItWent({ waiting, refused }: { waiting: number; refused: number }): string | null {
  const parts = [
    waiting === 0 ? null : `${waiting === 1 ? 'One waits' : `${waiting} wait`} to be told`,
    refused === 0 ? null : `${refused === 1 ? 'one was' : `${refused} were`} refused in the last 30 days`,
  ].filter((part) => part !== null);
  const text = parts.join('; ');
  return text === '' ? null : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

type Told = { last: { state: string; orderedAt: string } | null };

/** How the chat that is connected tells it, by what became of the last message of each kind: that it is connected does not say that anything comes there. */
export function wayOf(kinds: readonly Told[]): { state: CellState; words: string } {
  const ended = kinds
    .flatMap(({ last }) => (last?.state === 'done' || last?.state === 'refused' ? [last] : []))
    .toSorted((a, b) => b.orderedAt.localeCompare(a.orderedAt));
  const [newest] = ended;
  if (newest === undefined) return { state: 'unknown', words: 'No message has come there yet: post one to try it.' };
  if (newest.state === 'refused') return { state: 'stop', words: 'The last message was refused.' };
  if (ended.some(({ state }) => state === 'refused'))
    return { state: 'caution', words: 'The last message came there; the last of another kind was refused.' };
  if (kinds.some(({ last }) => last?.state === 'waiting')) return { state: 'caution', words: 'A message waits to be tried again.' };
  return { state: 'clear', words: 'The last message came there.' };
}
