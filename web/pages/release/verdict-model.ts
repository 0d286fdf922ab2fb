/** The verdict of one release: a sentence for each of its tracks that says something, the worst first. */
import type { ReleaseDetail } from '#api/releases.ts';
import { platformName } from '#domain/names.ts';
import { placeInWords } from '../../parts/track-lines/stations.ts';
import { lateInWords } from '../../parts/track-lines/words.ts';

type Head = ReleaseDetail['heads'][number];
export type Clause = { strong: string; rest: string };

const signalOrder: readonly Head['signal']['is'][] = ['held', 'blind', 'waits', 'clear', 'none'];

/** How urgent a track is: halted first, then what holds it, then how late it is. */
function rank(head: Head): number {
  return head.stage === 'halted' || head.pending?.is === 'halting' ? -1 : signalOrder.indexOf(head.signal.is);
}

export function verdictOf(heads: readonly Head[]): readonly Clause[] {
  if (heads.length === 0) return [{ strong: 'It has no track.', rest: '' }];
  const ended = heads.filter(({ ended: why }) => why !== null);
  const alive = heads.filter(({ ended: why }) => why === null);
  if (alive.length > 0 && alive.every(({ stage }) => stage === 'planned'))
    return [{ strong: 'It is planned.', rest: ' Nothing of it has begun.' }];
  if (alive.length > 0 && ended.length === 0 && alive.every(({ stage }) => stage === 'released'))
    return [{ strong: 'Everyone has it', rest: ' on all platforms; it is watched.' }];
  return [...alive.toSorted((a, b) => rank(a) - rank(b) || (b.lateMs ?? 0) - (a.lateMs ?? 0)), ...ended].map(clauseOf);
}

function clauseOf(head: Head): Clause {
  const strong = platformName(head.platform);
  if (head.ended !== null) return { strong, rest: `: ${placeInWords(head).toLowerCase()}, ${lowerFirst(head.ended)}.` };
  const place = placeInWords(head);
  const waits = waitsOf(head);
  const late = head.forecast?.finish?.lateMs ?? head.lateMs;
  const plan = late === null || late === undefined ? '' : `, ${lateInWords(late)}`;
  return { strong, rest: `: ${lowerFirst(place)}${waits}${plan}.` };
}

function waitsOf({ signal, nextInWords, stage, haltedWhy }: Head): string {
  if (stage === 'halted') return haltedWhy === null ? '' : ` (${haltedWhy.replace(/[.\s]+$/, '')})`;
  if (signal.count === 0) return signal.is === 'clear' && nextInWords !== null ? `, clear for ${nextInWords}` : '';
  const criteria = signal.count === 1 ? '1 criterion' : `${signal.count} criteria`;
  return `, ${signal.is === 'held' ? 'held by' : signal.is === 'blind' ? 'blind in' : 'waits for'} ${criteria} before ${nextInWords ?? 'the next step'}`;
}

/** Names of stations such as `Final RC` keep their letters. */
function lowerFirst(text: string): string {
  const first = text.split(' ')[0] ?? '';
  const isName = /[A-Z0-9].*[A-Z]|^\d/.test(first) || text.startsWith('Final RC');
  return (isName ? text : text.charAt(0).toLowerCase() + text.slice(1)).replace(/[.\s]+$/, '');
}
