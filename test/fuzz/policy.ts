/** Policy documents: those that are shipped, spoilt as text and as trees. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { trackPolicy } from '#domain/policy/compile.ts';
import { policyDefaults } from '#domain/policy/defaults.ts';
import { parsePolicy } from '#domain/policy/document.ts';
import type { ParsedPolicy } from '#domain/policy/document.ts';
import { processNames } from '#domain/policy/processes.ts';
import { musicPolicy } from '#domain/policy/sample.ts';
import { releaseKinds } from '#domain/release/track.ts';
import { packageRoot } from '#lib/package-root.ts';
import { Fault, target } from './target.ts';
import type { Target } from './target.ts';
import { spoilt, wrong } from './values.ts';

/** The process templates with all their defaults, the sample, and what the guide shows. */
function documents(): string[] {
  const pages = ['docs/guide/policy.md', 'docs/reference/policy.md'].map((page) => readFileSync(join(packageRoot(), page), 'utf8'));
  const shown = pages.flatMap((page) => [...page.matchAll(/```yaml\n([^]*?)```/g)].map((match) => match[1] ?? ''));
  return [musicPolicy, ...processNames.map((name) => policyDefaults(name)), ...shown];
}

const scraps = [
  '\t',
  ' ',
  ':',
  '- ',
  '---\n',
  '...\n',
  '&a ',
  '*a ',
  '<<: *a\n',
  '!!js/function ',
  '!!binary ',
  '%YAML 9.9\n',
  '? ',
  '|',
  '>',
  '"',
  "'",
  '[',
  '{',
  ']',
  '}',
  '# ',
  '\u0000',
  '\ud800',
  '\u2028',
  '\ufeff',
  '\r',
  '💥',
  '__proto__: 1\n',
  'constructor: { prototype: 1 }\n',
  'process: toString\n',
  'watch: 99999999999999999999999d\n',
  'watch: -1d\n',
  'watch: 0x10\n',
  'watch: .inf\n',
  'policy: 2\n',
  'timezone: Europe/../../etc\n',
  'cycle: { cadence: every 1e9 weeks }\n',
  'platforms: {}\n',
  'before 100%: [[[[soaked]]]]\n',
  'before -1%: []\n',
  'before 1e9%: []\n',
  'criteria: { x: { is: x } }\n',
  'processes: { a: { process: b }, b: { process: a } }\n',
  'robot: off\n',
  `${'x'.repeat(5000)}: 1\n`,
  '['.repeat(200),
  `${'- '.repeat(3000)}x\n`,
  `${Array.from(
    { length: 9 },
    (_, at) =>
      `a${at}: &a${at} [${Array(9)
        .fill(at === 0 ? 'x' : `*a${at - 1}`)
        .join(', ')}]`,
  ).join('\n')}\n`,
];

/** One thing that is made wrong in a text, at a line that the number chooses. */
type Cut = {
  how: 'insert' | 'insert-line' | 'drop-line' | 'repeat-line' | 'swap' | 'indent' | 'retell' | 'end' | 'letter' | 'join';
  at: number;
  to: number;
  scrap: string;
};
const cut: fc.Arbitrary<Cut> = fc.record({
  how: fc.constantFrom('insert', 'insert-line', 'drop-line', 'repeat-line', 'swap', 'indent', 'retell', 'end', 'letter', 'join'),
  at: fc.nat(100_000),
  to: fc.nat(100_000),
  scrap: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...scraps) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  ),
});

function cutText(text: string, { how, at, to, scrap }: Cut): string {
  const lines = text.split('\n');
  const line = at % lines.length;
  const here = lines[line] ?? '';
  const place = at % (text.length + 1);
  switch (how) {
    case 'insert':
      return `${text.slice(0, place)}${scrap}${text.slice(place)}`;
    case 'letter':
      return `${text.slice(0, place)}${scrap.slice(0, 1)}${text.slice(place + 1)}`;
    case 'end':
      return text.slice(0, place);
    case 'join':
      return `${text}\n${text}`;
    case 'insert-line':
      return lines.toSpliced(line, 0, scrap).join('\n');
    case 'drop-line':
      return lines.toSpliced(line, 1).join('\n');
    case 'repeat-line':
      return lines.toSpliced(line, 0, here).join('\n');
    case 'swap':
      return lines
        .with(line, lines[to % lines.length] ?? '')
        .with(to % lines.length, here)
        .join('\n');
    case 'indent':
      return lines.with(line, to % 2 === 0 ? `\t${here}` : here.replace(/^ +/, ' '.repeat(to % 9))).join('\n');
    case 'retell':
      return lines.with(line, here.replace(/:.*$/, `: ${scrap}`)).join('\n');
    default:
      return how satisfies never;
  }
}

export function policyTargets(): Target[] {
  const all = documents();
  const trees = all.map((text) => parse(text) as unknown);
  const textTarget = target<{ document: number; cuts: Cut[] }>({
    group: 'policy',
    name: 'documents spoilt as text',
    weight: 3,
    inputs: fc.record({ document: fc.nat(all.length - 1), cuts: fc.array(cut, { minLength: 1, maxLength: 3 }) }),
    shown: ({ document, cuts }) => cuts.reduce(cutText, all[document] ?? ''),
    attempt: async ({ document, cuts }) => judged(cuts.reduce(cutText, all[document] ?? '')),
  });
  const treeText = ({
    document,
    faults,
    asJson,
  }: {
    document: number;
    faults: Parameters<typeof spoilt>[1][];
    asJson: boolean;
  }): string => {
    const tree = faults.reduce((value: unknown, fault) => spoilt(value, fault), trees[document]);
    return (asJson ? JSON.stringify(tree) : stringify(tree)) ?? '';
  };
  const treeTarget = target<{ document: number; faults: Parameters<typeof spoilt>[1][]; asJson: boolean }>({
    group: 'policy',
    name: 'documents spoilt as trees',
    weight: 3,
    inputs: fc.record({ document: fc.nat(all.length - 1), faults: fc.array(wrong, { minLength: 1, maxLength: 2 }), asJson: fc.boolean() }),
    shown: treeText,
    attempt: async (input) => judged(treeText(input)),
  });
  return [textTarget, treeTarget];
}

/** A policy that is taken must make rules for every track; of one that is not, each fault has its place, its reason and its cure. */
function judged(text: string): 'accepted' | 'refused' {
  let parsed: ParsedPolicy;
  try {
    parsed = parsePolicy(text);
  } catch (error) {
    throw new Fault(`it throws: ${error instanceof Error ? error.stack : String(error)}`, { isTrouble: true });
  }
  if (parsed.ok) {
    const { policy } = parsed;
    try {
      for (const platform of Object.keys(policy.platforms))
        for (const kind of releaseKinds) trackPolicy(policy, { platform, kind, revision: 1 });
    } catch (error) {
      throw new Fault(`it is taken for a policy, and no rules can be made of it: ${error instanceof Error ? error.stack : String(error)}`, {
        isTrouble: true,
      });
    }
    return 'accepted';
  }
  const lines = text.split('\n').length;
  if (parsed.problems.length === 0) throw new Fault('it is refused without a reason');
  for (const problem of parsed.problems) {
    const { line, column, because, wouldBeRight } = problem;
    const bad = (what: string): never => {
      throw new Fault(`${what}: ${JSON.stringify(problem)}`);
    };
    if (line < 1 || line > lines || column < 1) bad(`a place that the document (${lines} lines) does not have`);
    if (because.trim() === '' || wouldBeRight.trim() === '') bad('a fault without its reason or its cure');
    if (/\bundefined\b|\[object|Invalid input|TypeError|Expected |at .*\.ts:\d/.test(`${because} ${wouldBeRight}`))
      bad('the inside comes out');
    if (/^(object|array|string|number|record|boolean|int|unknown)$/.test(wouldBeRight)) bad('a cure in words of a program');
    if (`${because}${wouldBeRight}`.length > 2500) bad('a fault that nobody would read to its end');
  }
  return 'refused';
}
