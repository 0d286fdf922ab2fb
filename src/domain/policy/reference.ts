/** The reference page of the policy, printed from the grammar, the criteria and the processes, so that it cannot drift from them. */
import { criteria } from '../criteria/index.ts';
import type { Criterion } from '../criteria/criterion.ts';
import { capabilities, storefrontKinds } from '../rollout/storefronts.ts';
import { inline } from './defaults.ts';
import { type KeyWords, keyWords, settingWords, waysToWrite, writtenProcess } from './describe.ts';
import { everyCriterion } from './instances.ts';
import { type Process, processes, stepNames } from './processes.ts';
import { documentKeys } from './schema.ts';

/** The page `docs/reference/policy.md`, in Markdown. */
export function policyReference(): string {
  const keys = keyWords(documentKeys);
  const sections = [
    head(),
    '## Keys',
    keyTable(keys),
    ...keys.flatMap((words) => innerSections(words, words.key)),
    '## Criteria',
    'Every criterion takes these keys beside the settings of its kind:',
    keyTable(keyWords(everyCriterion.shape)),
    ...criteria.flatMap(criterionSection),
    '## Processes',
    ...Object.entries(processes).flatMap(([name, told]) => processSection(name, told)),
    '## Storefronts',
    storefrontTable(),
  ];
  return `${sections.join('\n\n')}\n`;
}

function head(): string {
  return [
    '# The policy document',
    '<!-- Printed from the sources by `npm run generate`. Change the sentence in the source, not here. -->',
    'A policy is YAML or JSON. Every key may be left out; `signalbox policy defaults` prints each with its default, and `signalbox policy check FILE` names the line of every fault.',
    'Lengths of time are written `90s`, `30m`, `24h`, `7d`. Days are `Mon-Thu`, `Mon, Wed`, `weekdays` or `every day`; hours are `08:00-17:00` in the app’s zone (`22:00-04:00` runs over midnight and belongs to the day on which it begins); planned times are `Friday 09:00`, a week later `Friday 09:00 +1w`. An hour that the clocks jump over does not exist, and one that they repeat counts twice.',
    'A list of criteria holds ids or kinds (`no-blocking-bugs`), kinds with settings (`{ soaked: 24h }`, `{ approved-by: { role: admin, count: 2 } }`), and `{ every: rate-below }` for each criterion of a kind that the policy declares. An entry with settings of its own is another criterion than the bare one, and its id says so: `soaked-24h`, `no-blocking-bugs-critical`.',
    'What overrides what, the strongest first: `kinds`, `platforms`, the top of the document, `processes` of your own, the process of ours. The top and `platforms` speak of regular releases and replacements, and of hotfixes where these have the same process. For hotfixes with a process of their own they still say what halts, what is watched and for how long, and of two robot modes the more careful one counts.',
  ].join('\n\n');
}

function keyTable(keys: readonly KeyWords[]): string {
  const rows = keys.map((words) => {
    const { key, sentence, written, inner } = words;
    return `| \`${key === 'before' ? 'before <step>' : key}\` | ${defaultCell(written, inner)} | ${cell(sentence)}${sentence.endsWith('.') ? '' : '.'}${oneOfValues(words.values, sentence)} |`;
  });
  return ['| key | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/** The words that may stand there, unless the sentence has named them. */
function oneOfValues(values: readonly string[], sentence: string): string {
  return values.every((value) => sentence.includes(value)) ? '' : ` Known: ${values.map((value) => `\`${value}\``).join(', ')}.`;
}

function defaultCell(written: unknown, inner: readonly KeyWords[]): string {
  if (inner.length > 0) return 'see below';
  return written === undefined ? 'left out' : `\`${cell(inline(written))}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** What stands inside a key. The three kinds of release take the same keys, which are told once. */
function innerSections({ inner, each, key }: KeyWords, path: string): string[] {
  if (key === 'criteria') return [];
  if (key === 'versions') {
    return waysToWrite(documentKeys.versions, 'scheme').flatMap(({ way, keys }) => [`### versions: { scheme: ${way} }`, keyTable(keys)]);
  }
  if (key === 'kinds') return [`### ${path}`, keyTable(inner), `### ${path}.<kind>`, keyTable(inner[0]?.inner ?? [])];
  const own = inner.length > 0 ? [`### ${path}`, keyTable(inner)] : [];
  return [...own, ...(each.length > 0 ? [`### ${path}.<name>`, keyTable(each)] : [])];
}

function criterionSection({ kind, title, asks, waivable, settings, shorthand }: Criterion<unknown>): string[] {
  const words = settingWords(settings);
  const may =
    waivable === 'by-policy' ? 'May be waived where the policy says `waivable: true`.' : waivable ? 'May be waived.' : 'Cannot be waived.';
  const short = shorthand === undefined ? '' : ` In one word, \`{ ${kind}: … }\` settles \`${shorthand}\`.`;
  return [`### ${kind}`, `${title}. ${asks} ${may}${short}`, ...(words.length > 0 ? [keyTable(words)] : [])];
}

function processSection(name: string, told: Process): string[] {
  const written = writtenProcess(told);
  const before = stepNames.flatMap((step) => {
    const list = told.before[step];
    return list ? [`before ${step}: ${inline(list)}`] : [];
  });
  const rest = ['halts-while-rolling-out', 'watch-while', 'robot', 'windows', 'sign-offs', 'watch'].map(
    (key) => `${key}: ${inline(written[key])}`,
  );
  return [
    `### ${name}`,
    told.about,
    `Stages: ${told.stages.join(', ')}. Hotfixes follow \`${told.hotfixes}\` unless the policy says otherwise.`,
    ['```yaml', ...before, ...rest, '```'].join('\n'),
  ];
}

function storefrontTable(): string {
  const rows = storefrontKinds.map((kind) => {
    const { name, startsOn, advances, phases, haltMeans } = capabilities[kind];
    const shares = advances === 'by-itself' ? phases.join(', ') : 'any that rise';
    return `| \`${kind}\` | ${name} | ${startsOn} | ${shares} | ${haltMeans} |`;
  });
  return ['| storefront | name | starts on | shares in percent | a halt means |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}
