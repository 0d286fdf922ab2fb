/** What a look of the robot led to, in one sentence. */
import { eventInWords } from '#domain/event-words.ts';

type Written = { is: string } & Record<string, unknown>;

/** Which of the events of one look tells most: what moved the track, then what was ordered, then what it waits for. Changed verdicts are its inputs. */
const quiet: readonly string[] = ['verdict-changed', 'held', 'action-ended'];

/** How the robot stands after the look: what it is at, and the titles of what holds the step. */
type Robot = { is: string; missing: readonly string[] };

/**
 * `ordered halt: …`; `held: ANRs, ITGC reporting` while criteria hold the step; else how many verdicts changed. `robot` is null for all looks but the last:
 * of those only their events are known.
 */
export function resultOf(events: readonly Written[], robot: Robot | null): string {
  const telling = events.filter(({ is }) => !quiet.includes(is));
  if (telling.length > 0) return telling.map((event) => eventInWords(event).replace(/[.]$/, '')).join('; ');
  if (robot?.is === 'holding' && robot.missing.length > 0) return `held: ${robot.missing.join(', ')}`;
  const held = events.find(({ is }) => is === 'held');
  if (held !== undefined) return eventInWords(held);
  const ended = events.find(({ is }) => is === 'action-ended');
  if (ended !== undefined) return eventInWords(ended);
  const changed = events.filter(({ is }) => is === 'verdict-changed').length;
  return changed === 1 ? '1 verdict changed, no step was taken' : `${changed} verdicts changed, no step was taken`;
}
