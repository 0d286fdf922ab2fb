import type { ControlRoom } from '#api/control-room.ts';

type Part = ControlRoom['summary']['parts'][number];

/** The parts of the summary, sentence by sentence: joined they are the summary again. A sentence begins where a part is strong after a full stop. */
export function sentencesOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  const sentences: Part[][] = [];
  let hasEnded = true;
  for (const { text, strong } of parts) {
    // a stop ends a sentence only before a space: versions and shares have stops of their own
    for (const piece of text.split(/(?<=[.] )/)) {
      if (piece === '') continue;
      if (hasEnded) sentences.push([]);
      sentences.at(-1)?.push({ text: piece, strong });
      hasEnded = /[.] ?$/.test(piece) && !strong;
    }
  }
  return sentences;
}
