/** From what a policy writes of a criterion to an instance that can be judged. */
import { z } from 'zod';
import type { Criterion } from '../criteria/criterion.ts';
import type { Instance } from '../criteria/instance.ts';
import { criteria, criterionOf, parseInstance, readSettings } from '../criteria/index.ts';
import { entryOf } from '../entry.ts';
import { minutes, slug } from './keys.ts';
import { type Fault, faultsOf, meant, type Path, shown } from './problems.ts';
import type { ListEntry } from './processes.ts';

/** What `criteria` says of one id: a kind, or a map with `is`, the keys of every criterion, and the settings of its kind. */
export type Definition = string | Readonly<Record<string, unknown>>;
export type Definitions = Readonly<Record<string, Definition>>;

/** An instance, and the platforms it is narrowed to; null for all. */
export type Resolved = { ok: true; instance: Instance; platforms: readonly string[] | null } | { ok: false; faults: Fault[] };

/** The keys that every criterion takes beside the settings of its kind. */
export const everyCriterion = z.strictObject({
  is: z.string({ error: 'the kind of a criterion' }).optional().describe('The kind of criterion. Left out, the id is the kind.'),
  title: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .optional()
    .describe('Its title in the control room. Left out, the title of its kind, or its id in words.'),
  required: z
    .boolean({ error: 'true or false' })
    .default(false)
    .describe('Whether a source that was never connected holds the step (Unknown) instead of counting as not set up.'),
  informing: z.boolean({ error: 'true or false' }).default(false).describe('Shown, and never holding or halting anything.'),
  'fresh-for': minutes.optional().describe('How old its newest fact may be before it is Unknown. Left out, what the source promises.'),
  platforms: z
    .array(slug, { error: 'a list of platforms such as [android]' })
    .min(1, 'a list of platforms such as [android]')
    .max(20)
    .optional()
    .describe('The platforms it is judged on. Left out, all of them.'),
  waivable: z
    .boolean({ error: 'true or false' })
    .optional()
    .describe(
      'Whether a person may waive it. Only for kinds that leave it to the policy (custom, manual); left out, they may not be waived.',
    ),
});
const commonKeys = Object.keys(everyCriterion.shape);

const kinds = criteria.map((criterion) => criterion.kind);

/** Kinds that have another name since: a policy that was saved before goes on to say the same. */
const renamed: Readonly<Record<string, string>> = { reported: 'custom' };

/** A kind by the name that it has now. */
export function kindNow(kind: string): string {
  return entryOf(renamed, kind) ?? kind;
}

/** Whether a policy of before has this one for health: `every: rate-below` of a process stands for it too. */
function stoodForHealth(id: string, definitions: Definitions): boolean {
  const definition = entryOf(definitions, id);
  const written = typeof definition === 'object' ? (definition['is'] ?? id) : definition;
  return written === 'reported';
}

/** The ids that `{ every: kind }` stands for, in the order of the policy. */
export function everyId(kind: string, definitions: Definitions): string[] {
  return Object.keys(definitions).filter((id) => {
    if (kind === 'reported') return stoodForHealth(id, definitions);
    return kindOf(id, definitions) === kind || (kind === 'rate-below' && stoodForHealth(id, definitions));
  });
}

/** Kinds of `domain.md` that a later release brings. */
const later: Readonly<Record<string, string>> = {
  'features-ready': 'features and their flags',
  'store-listing-ready': 'the texts of the store listing',
  'tickets-closed': 'queries in the issue tracker',
};

/** An entry of a list, resolved: `crash-rate`, `{ soaked: 24h }`, `{ no-blocking-bugs: critical }`. Fault paths begin inside the entry or at `criteria`. */
export function resolveEntry(entry: ListEntry, definitions: Definitions, at: Path): Resolved {
  if (typeof entry === 'string') return resolve(entry, undefined, definitions, at);
  const keys = Object.keys(entry);
  const [id] = keys;
  if (id === undefined || keys.length > 1) {
    const because = id === undefined ? 'this entry is empty' : `${keys.length} criteria stand in one entry: ${keys.slice(0, 4).join(', ')}`;
    return fault({
      path: at,
      because,
      wouldBeRight:
        'one criterion in each entry, such as { soaked: 24h }; several settings stand under it: { approved-by: { role: admin, count: 2 } }',
    });
  }
  return resolve(id, entry[id], definitions, [...at, id]);
}

/** What one id of `criteria` defines, or what is wrong with it. */
export function resolveDefinition(id: string, definitions: Definitions): Resolved {
  if (id === 'every')
    return fault({ path: ['criteria', id], at: 'key', because: 'every is a word of the grammar', wouldBeRight: 'another name' });
  return resolve(id, undefined, definitions, ['criteria', id]);
}

/** The kind of a defined id, or of an id that is a kind; null when it is neither. */
export function kindOf(id: string, definitions: Definitions): string | null {
  const definition = entryOf(definitions, id);
  if (typeof definition === 'string') return kindNow(definition);
  const is = definition?.['is'];
  if (typeof is === 'string') return kindNow(is);
  return kinds.includes(kindNow(id)) ? kindNow(id) : null;
}

function fault(...faults: Fault[]): Resolved {
  return { ok: false, faults };
}

function resolve(id: string, inline: unknown, definitions: Definitions, at: Path): Resolved {
  const defined = entryOf(definitions, id);
  const definedAt: Path = ['criteria', id];
  if (defined === undefined && Object.hasOwn(later, id)) return fault(comesLater(id, at));
  if (defined === undefined && !kinds.includes(kindNow(id))) return fault(unknownId(id, definitions, at));
  const base = asNow(typeof defined === 'string' ? { is: defined } : (defined ?? {}));
  const criterion = kindNamed(base['is'] ?? kindNow(id), typeof defined === 'string' ? definedAt : [...definedAt, 'is'], definedAt);
  if ('path' in criterion) return fault(criterion);
  const own = inlineKeys(inline, criterion);
  if (own === null) {
    return fault({ path: at, because: `${criterion.kind} cannot be settled in one word`, wouldBeRight: settingsInWords(criterion) });
  }
  return build({ id, base, own, criterion, definedAt, at });
}

/** What was `reported` could always be waived. */
function asNow(base: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { is } = base;
  return typeof is === 'string' && kindNow(is) !== is ? { waivable: true, ...base, is: kindNow(is) } : base;
}

/** Inline settings as a map: a bare value is that of the kind's shorthand. */
function inlineKeys(inline: unknown, criterion: Criterion<unknown>): { keys: Readonly<Record<string, unknown>>; bare: boolean } | null {
  if (inline === undefined || inline === null) return { keys: {}, bare: false };
  if (typeof inline === 'object' && !Array.isArray(inline)) return { keys: { ...inline }, bare: false };
  return criterion.shorthand === undefined ? null : { keys: { [criterion.shorthand]: inline }, bare: true };
}

type Parts = {
  id: string;
  base: Readonly<Record<string, unknown>>;
  own: { keys: Readonly<Record<string, unknown>>; bare: boolean };
  criterion: Criterion<unknown>;
  definedAt: Path;
  at: Path;
};

function build({ id, base, own, criterion, definedAt, at }: Parts): Resolved {
  const written = { ...base, ...own.keys };
  /** Where a key stands: inline where it was written there, else in the definition. */
  const place = (path: Path): Path => {
    const [key] = path;
    if (key === undefined) return Object.keys(own.keys).length === 0 && Object.keys(base).length > 0 ? definedAt : at;
    if (!Object.hasOwn(own.keys, key)) return Object.keys(base).length > 0 ? [...definedAt, ...path] : at;
    return own.bare ? [...at, ...path.slice(1)] : [...at, ...path];
  };
  const isCommon = ([key]: [string, unknown]) => commonKeys.includes(key);
  const keysOfKind = settingKeys(criterion);
  // a kind may give a key of every criterion a closer meaning: how old one report may be, and not its whole source
  const ofKind = Object.fromEntries(Object.entries(written).filter((pair) => !isCommon(pair) || keysOfKind.includes(pair[0])));
  const common = everyCriterion.safeParse(Object.fromEntries(Object.entries(written).filter(isCommon)));
  const settings = readSettings(criterion, ofKind);
  const known = [...keysOfKind, ...commonKeys];
  const faults = [...(common.error?.issues ?? []), ...(settings.ok ? [] : settings.issues)];
  if (!common.success || !settings.ok) {
    return fault(...faultsOf(faults, written, () => known).map((each) => ({ ...each, path: place(each.path) })));
  }
  const { title, required, informing, waivable, platforms = null } = common.data;
  if (waivable !== undefined && criterion.waivable !== 'by-policy') return fault(notByPolicy(criterion, place(['waivable'])));
  const instance = parseInstance({
    id: instanceId(id, own.keys),
    kind: criterion.kind,
    title: title ?? titleOf(id, own.keys, criterion),
    settings: ofKind,
    required,
    informing,
    freshForMinutes: keysOfKind.includes('fresh-for') ? null : (common.data['fresh-for'] ?? null),
    waivable: waivable ?? false,
  });
  return { ok: true, instance, platforms };
}

function kindNamed(written: unknown, path: Path, definedAt: Path): Criterion<unknown> | Fault {
  if (typeof written !== 'string') return { path, because: `${shown(written)} is no kind of criterion`, wouldBeRight: meant('', kinds) };
  if (Object.hasOwn(later, written)) return comesLater(written, path);
  const criterion = criterionOf(written);
  if (criterion) return criterion;
  const id = String(definedAt.at(-1));
  if (written !== id) return { path, because: `there is no kind of criterion ${shown(written)}`, wouldBeRight: meant(written, kinds) };
  return {
    path: definedAt,
    at: 'key',
    because: `${shown(id)} is no kind of criterion, and nothing says of which kind it is`,
    wouldBeRight: `is: one of the kinds: ${meant(id, kinds)}`,
  };
}

function comesLater(kind: string, path: Path): Fault {
  return {
    path,
    because: `${kind} is not in this release: ${later[kind]} comes later`,
    wouldBeRight: `custom can stand in: { is: custom } takes the colour that your own tool states for ${kind === path.at(-1) ? 'it' : 'this id'}`,
  };
}

function unknownId(id: string, definitions: Definitions, at: Path): Fault {
  return {
    path: at,
    because: `no criterion is called ${shown(id)}`,
    wouldBeRight: `${meant(id, [...Object.keys(definitions), ...kinds])}; one of your own is defined under criteria`,
  };
}

function notByPolicy(criterion: Criterion<unknown>, path: Path): Fault {
  const because = criterion.waivable === true ? `${criterion.kind} can always be waived` : `${criterion.kind} can never be waived`;
  return { path, because, wouldBeRight: 'no waivable here: only custom and manual leave it to the policy' };
}

function settingKeys(criterion: Criterion<unknown>): string[] {
  return criterion.settings instanceof z.ZodObject ? Object.keys(criterion.settings.shape) : [];
}

function settingsInWords(criterion: Criterion<unknown>): string {
  const keys = settingKeys(criterion);
  return keys.length > 0 ? `a map with ${keys.join(', ')}` : 'nothing: it has no settings';
}

/** An entry with settings of its own is another instance than the bare one: `soaked-24h`, `no-blocking-bugs-critical`. */
function instanceId(id: string, own: Readonly<Record<string, unknown>>): string {
  const words = ownWords(own)
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return words === '' ? id : `${id}-${words}`.slice(0, 100);
}

function ownWords(own: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(own).map(([key, value]) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean') return value ? key : `not ${key}`;
    return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.join(' ') : `${key} ${JSON.stringify(value)}`;
  });
}

function titleOf(id: string, own: Readonly<Record<string, unknown>>, criterion: Criterion<unknown>): string {
  const name = id === criterion.kind ? criterion.title : inWords(id);
  const words = ownWords(own).join(', ');
  return words === '' ? name : `${name} (${words})`.slice(0, 120);
}

/** `crash-rate` → `Crash rate`. */
function inWords(id: string): string {
  const words = id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
