/** What a look of the robot led to, in one sentence. */
import { eventInWords } from '#domain/event-words.ts';

type Written = { is: string } & Record<string, unknown>;

/** Which of the events of one look tells most: what moved the track, then what was ordered, then what it waits for. Changed verdicts are its inputs. */
const quiet: readonly string[] = ['verdict-changed', 'held', 'action-ended'];

/** `ordered halt: …`, `holds 100%: ANR rate`, or how many verdicts changed where nothing came of them. */
export function resultOf(events: readonly Written[]): string {
  const telling = events.filter(({ is }) => !quiet.includes(is));
  if (telling.length > 0) return telling.map(eventInWords).join('; ');
  const held = events.find(({ is }) => is === 'held');
  if (held !== undefined) return eventInWords(held);
  const ended = events.find(({ is }) => is === 'action-ended');
  if (ended !== undefined) return eventInWords(ended);
  const changed = events.filter(({ is }) => is === 'verdict-changed').length;
  return changed === 1 ? '1 verdict changed, and nothing is to be done' : `${changed} verdicts changed, and nothing is to be done`;
}
