/** The policy of a new app, and the policy with every default written out. */
import { stringify } from 'yaml';
import { criteria } from '../criteria/index.ts';
import type { Criterion } from '../criteria/criterion.ts';
import { entryOf } from '../entry.ts';
import { type KeyWords, keyWords, settingWords, writtenProcess } from './describe.ts';
import { everyCriterion } from './instances.ts';
import { processes, type ProcessName, processNamed } from './processes.ts';
import { documentKeys } from './schema.ts';

const WIDTH = 130;

/** A value on one line, as YAML writes it. */
export function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + word.length + 3 > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}# ${each}`);
}

/**
 * Every key of a policy with a sentence and its default, as YAML that reads back to the same rules. What a process brings (criteria before each step,
 * robot, windows) is written out for the process of that name. Keys that may be left out and then have no default stand in comments.
 */
export function policyDefaults(name: ProcessName = 'weekly-mobile'): string {
  const given = { ...writtenProcess(processes[name]), process: name };
  const head = [
    `# Every key of a policy, what it means, and its default (process ${name}: ${processes[name].about})`,
    '# Lengths of time are written 90s, 30m, 24h, 7d. Whatever a policy leaves out is as it stands here.',
    '# { every: rate-below } stands for each criterion of kind rate-below that the policy declares under criteria.',
    '',
  ];
  return `${[...head, ...keyWords(documentKeys).flatMap((words) => [...keyLines(words, '', given), ''])].join('\n').trimEnd()}\n`;
}

function keyLines(words: KeyWords, indent: string, given: Readonly<Record<string, unknown>>): string[] {
  const { key, sentence, inner } = words;
  const value = Object.hasOwn(given, key) ? given[key] : words.written;
  const says = comment(sentence, indent);
  if (key === 'before') return [...says, ...stepLines(value, indent)];
  if (key === 'kinds')
    return [
      ...says,
      `${indent}kinds:`,
      ...inner.flatMap((kind) => kindLines(kind, `${indent}  `)),
      ...template('regular', inner[0]?.inner ?? [], `${indent}  `),
    ];
  if (value === undefined) return [...says, `${indent}# ${key}:`];
  if (inner.length > 0 && isMap(value))
    return [...says, `${indent}${key}:`, ...inner.flatMap((each) => keyLines(each, `${indent}  `, value))];
  if (key === 'rows' && Array.isArray(value)) return [...says, `${indent}${key}:`, ...value.map((row) => `${indent}  - ${rowLine(row)}`)];
  if (key === 'criteria') return [...says, `${indent}${key}: {}`, ...criterionLines(indent)];
  if (isMap(value) && Object.keys(value).length > 0)
    return [
      ...says,
      `${indent}${key}:`,
      ...Object.entries(value).map(([name, each]) => `${indent}  ${inline(name)}: ${inline(filled(each, words.each))}`),
      ...template('name', words.each, `${indent}  `),
    ];
  return [...says, `${indent}${key}: ${inline(value)}`, ...template('name', words.each, `${indent}  `)];
}

function rowLine(row: unknown): string {
  return Object.entries(isMap(row) ? row : {})
    .map(([title, instances]) => `${inline(title)}: ${inline(instances)}`)
    .join(', ');
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The defaults of an entry, such as the rollout of a platform that says nothing. */
function filled(value: unknown, each: readonly KeyWords[]): unknown {
  if (!isMap(value)) return value;
  const defaults = each
    .filter(({ key, written }) => written !== undefined && key !== 'before')
    .map(({ key, written }): [string, unknown] => [key, written]);
  return { ...Object.fromEntries(defaults), ...value };
}

function stepLines(value: unknown, indent: string): string[] {
  const lists = Object.entries(isMap(value) ? value : {}).map(([step, list]) => `${indent}before ${step}: ${inline(list)}`);
  return lists.length > 0 ? lists : [`${indent}# before submit: []`];
}

function kindLines(kind: KeyWords, indent: string): string[] {
  return [...comment(kind.sentence, indent), `${indent}${kind.key}: ${inline(filled({}, kind.inner))}`];
}

/** What may stand in an entry whose name is the user's own: in comments, because there is none by default. */
function template(name: string, each: readonly KeyWords[], indent: string): string[] {
  if (each.length === 0) return [];
  const lines = each.flatMap((words) =>
    words.key === 'before' ? [...comment(words.sentence, '  '), '  # before submit: …'] : templateLines(words),
  );
  return ['', `<${name}>:`, ...lines].map((line) => (line === '' ? `${indent}#` : `${indent}# ${line}`)).slice(1);
}

function templateLines({ key, sentence, written }: KeyWords): string[] {
  const says = comment(sentence, '  ');
  return [...says, written === undefined ? `  ${key}: (left out)` : `  ${key}: ${inline(written)}`];
}

function criterionLines(indent: string): string[] {
  const common = template('id', keyWords(everyCriterion.shape), `${indent}  `);
  return [...common, ...criteria.flatMap((criterion) => kindOfCriterion(criterion, `${indent}  # `))];
}

function kindOfCriterion({ kind, asks, settings }: Criterion<unknown>, indent: string): string[] {
  const lines = settingWords(settings).flatMap(templateLines);
  return [...comment(asks, ''), lines.length > 0 ? `${kind}:` : `${kind}: {}`, ...lines].map((line) => `${indent}${line}`);
}

/**
 * What a new app is. `process` is light unless it says otherwise: a person cuts, and the robot asks before it submits.
 * `platforms` are names such as `android`, `ios`, `desktop`, or the app's own; `timezone` is an IANA zone.
 */
export type NewPolicy = { process?: string; platforms: readonly string[]; timezone: string };

/** A short policy for a new app, in YAML: what most apps change first, and nothing that is as the process has it. Refuses nothing; `parsePolicy` does. */
export function defaultPolicy(app: string, { process: name = 'light', platforms, timezone }: NewPolicy): string {
  const lines = [
    `# The policy of ${app}. Whatever it leaves out is as the process ${name} has it: signalbox policy defaults --process ${name}`,
    `app: ${inline(app)}`,
    `timezone: ${inline(timezone)}`,
    `process: ${inline(name)}`,
    'platforms:',
    ...platforms.map((platform) => `  ${inline(platform)}: { storefronts: [${storefrontFor(platform)}], rollout: [ 1, 100 ] }`),
  ];
  const weekly = [
    'cycle:',
    '  cadence: weekly',
    '  branch: Friday 09:00',
    '  candidate: Monday 12:00',
    '  submit: Monday 17:00',
    '  start: Tuesday 09:00',
    '  finish: Wednesday 09:00',
  ];
  const dated = processNamed(name)?.stages.includes('planned') === true;
  return `${[...lines, ...(dated ? weekly : []), ...healthOf(name, platforms)].join('\n')}\n`;
}

/** Where apps of their kind stand as a rule: a begin, to be set by what the last six releases had (twice their median). People affected in 1,000 hours of use. */
const usualLimits: Readonly<Record<string, number>> = { android: 0.4, ios: 0.3, desktop: 0.15 };
const OTHERWISE = 0.4;
const ANR_LIMIT = 0.25;

/** The health of a new app. It is not set up, and holds nothing, until something tells of it. */
function healthOf(name: string, platforms: readonly string[]): string[] {
  const limits = Object.fromEntries(platforms.map((platform) => [platform, entryOf(usualLimits, platform) ?? OTHERWISE]));
  // a small team may have too little usage to tell anything, and waits a few days for it and not for ever
  const early = name === 'light' ? { 'when-too-early': { 'pass-after': '3d' } } : {};
  const android = platforms.filter((platform) => platform === 'android');
  return [
    '# People affected in 1,000 hours of use; judged as soon as an SDK or your own tool tells of it, and holding nothing until then.',
    'criteria:',
    `  crash-rate: ${inline({ is: 'rate-below', 'limit-per-1000-hours': limits, ...early })}`,
    ...(android.length > 0
      ? [
          `  anr-rate: ${inline({ is: 'rate-below', title: 'ANRs', metric: 'anrs', 'limit-per-1000-hours': ANR_LIMIT, platforms: android, ...early })}`,
        ]
      : []),
    ...(name === 'light' ? [] : ['  enough-usage: {}']),
    `  late-crashes: ${inline({ is: 'late-onset', 'limit-per-1000-hours': limits })}`,
    '  segments: { is: no-bad-segment }',
  ];
}

function storefrontFor(platform: string): string {
  if (platform === 'android') return 'google-play';
  return platform === 'ios' ? 'app-store-connect' : 'update-feed';
}
