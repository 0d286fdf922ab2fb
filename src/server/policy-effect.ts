/** What another policy means: how its text differs, and what each live track would do that it does not do now. */
import { createHash } from 'node:crypto';
import { diffLines } from 'diff';
import type { z } from 'zod';
import type { policyDiff } from '#api/policy.ts';
import { stepInWords } from '#domain/names.ts';
import type { Verdict } from '#domain/criteria/criterion.ts';
import type { Plan } from '#domain/release/world.ts';

type Diff = z.output<typeof policyDiff>;
type Line = Diff['lines'][number];

/** Unchanged lines that are shown around a change. */
const AROUND = 3;
/** Beyond this many changed lines two texts are told as one taken away and another put in its place. */
const MOST_EDITS = 4000;

/** What stands for "the effect of this text, on this revision, was looked at". */
export function previewToken(app: string, basedOn: number, text: string): string {
  return createHash('sha256')
    .update(JSON.stringify([app, basedOn, text]))
    .digest('hex')
    .slice(0, 32);
}

/** The difference of two texts by lines, unchanged ones left out but for some around each change. */
export function diffOf(from: string, to: string): Diff {
  const parts = diffLines(from, to, { maxEditLength: MOST_EDITS }) ?? [
    { value: from, removed: true, added: false },
    { value: to, removed: false, added: true },
  ];
  const lines: Line[] = [];
  let oldLine = 1;
  let newLine = 1;
  for (const part of parts) {
    for (const text of linesOf(part.value)) {
      if (part.removed) lines.push({ is: 'removed', text, line: oldLine++ });
      else if (part.added) lines.push({ is: 'added', text, line: newLine++ });
      else {
        lines.push({ is: 'same', text, line: newLine++ });
        oldLine += 1;
      }
    }
  }
  return {
    added: lines.filter(({ is }) => is === 'added').length,
    removed: lines.filter(({ is }) => is === 'removed').length,
    lines: shortened(lines),
  };
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

function shortened(lines: readonly Line[]): Line[] {
  const near = new Set<number>();
  lines.forEach(({ is }, at) => {
    if (is !== 'same') for (let each = at - AROUND; each <= at + AROUND; each += 1) near.add(each);
  });
  return lines.flatMap((line, at): Line[] => {
    if (near.has(at)) return [line];
    return at > 0 && near.has(at - 1) && at < lines.length - 1 ? [{ is: 'gap', text: '', line: null }] : [];
  });
}

const robotDoes: Readonly<Record<Plan['robot']['is'], string>> = {
  armed: 'is armed',
  holding: 'holds',
  acting: 'acts',
  paused: 'is paused',
  asks: 'asks a person',
  failed: 'could not do what it ordered',
  shadowing: 'only tells what it would do',
  manual: 'leaves the step to people',
  resting: 'rests',
};

/** What a track would do under another policy that it does not do now, in sentences; none where nothing is another. */
export function changesOf(before: Plan, then: Plan): string[] {
  const changes: string[] = [];
  if (before.next !== then.next)
    changes.push(
      `The next step is ${then.next === null ? 'none' : stepInWords(then.next)}, not ${before.next === null ? 'none' : stepInWords(before.next)}.`,
    );
  if (before.robot.is !== then.robot.is)
    changes.push(`The robot ${robotDoes[then.robot.is]}; under the policy in force it ${robotDoes[before.robot.is]}.`);
  const known = new Map(before.verdicts.map((verdict) => [verdict.instance, verdict]));
  const coming = new Map(then.verdicts.map((verdict) => [verdict.instance, verdict]));
  for (const verdict of then.verdicts) {
    const was = known.get(verdict.instance);
    if (was === undefined) changes.push(`${verdict.title} is asked for: ${colourOf(verdict)}${holdsOf(verdict)}.`);
    else if (colourOf(was) !== colourOf(verdict) || was.holds !== verdict.holds)
      changes.push(`${verdict.title} is ${colourOf(verdict)}${holdsOf(verdict)}; it is ${colourOf(was)}${holdsOf(was)} now.`);
  }
  for (const verdict of before.verdicts)
    if (!coming.has(verdict.instance))
      changes.push(`${verdict.title} is asked for no more; it is ${colourOf(verdict)}${holdsOf(verdict)} now.`);
  const ordered = new Set(before.actions.map(({ key }) => key));
  for (const action of then.actions)
    if (!ordered.has(action.key)) changes.push(`The robot orders at once: ${action.effect.kind.replaceAll('-', ' ')} (${action.why}).`);
  const voided = new Set(before.voids.map(({ key }) => key));
  for (const { key, why } of then.voids) if (!voided.has(key)) changes.push(`An order is dropped: ${why}.`);
  return changes;
}

const colours = { green: 'clear', yellow: 'at caution', red: 'at stop', unknown: 'unknown' } as const;

function colourOf({ colour }: Verdict): string {
  return colours[colour];
}

function holdsOf({ holds }: Verdict): string {
  return holds === null ? '' : ` and holds ${stepInWords(holds)}`;
}
