/** The form of an integration's settings, drawn from its own schema (JSON Schema), and what is sent of it. */

export type Field = {
  name: string;
  label: string;
  /**
   * `long`: a text of several lines. `lines`: a list, one entry a line. `several`: some of the options, or none. `platform`: one of the app's. `record`: names and values,
   * `name = value` a line.
   */
  kind: 'text' | 'long' | 'secret' | 'number' | 'switch' | 'choice' | 'platform' | 'several' | 'lines' | 'record';
  hint: string | null;
  required: boolean;
  options: readonly string[];
  /** What it is while nobody says otherwise, as a field shows it. */
  initial: string;
  /** There is a value that is usual, so that it may stay in the fold of such settings. */
  isUsual: boolean;
};

type Schema = {
  type?: unknown;
  title?: unknown;
  description?: unknown;
  multiline?: unknown;
  secret?: unknown;
  platform?: unknown;
  default?: unknown;
  enum?: unknown;
  items?: unknown;
  properties?: unknown;
  required?: unknown;
};

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of a schema, in its order. What it has a default for, and secrets of an old connection, may be left empty. */
export function fieldsOf(schema: Readonly<Record<string, unknown>>): readonly Field[] {
  const { properties, required } = schema as Schema;
  if (!isRecord(properties)) return [];
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, value]) => {
    const part: Schema = isRecord(value) ? value : {};
    const kind = kindOf(part);
    return {
      name,
      label: typeof part.title === 'string' ? part.title : labelOf(name),
      kind,
      hint: typeof part.description === 'string' ? part.description : null,
      required: needed.includes(name) && part.default === undefined,
      options: optionsIn(part),
      initial: part.default === undefined ? '' : shown(kind, part.default),
      isUsual: part.default !== undefined,
    };
  });
}

function optionsIn(part: Schema): readonly string[] {
  const among = isRecord(part.items) ? part.items['enum'] : part.enum;
  return Array.isArray(among) ? among.map(String) : [];
}

/** The fields that are asked for, and those with a value that is usual: a form of the latter alone has no fold. */
export function foldOf(fields: readonly Field[]): { asked: readonly Field[]; usual: readonly Field[] } {
  const asked = fields.filter(({ isUsual }) => !isUsual);
  return asked.length === 0 ? { asked: fields, usual: [] } : { asked, usual: fields.filter(({ isUsual }) => isUsual) };
}

function kindOf(part: Schema): Field['kind'] {
  if (part.secret === true) return 'secret';
  if (part.platform === true) return 'platform';
  if (part.multiline === true) return 'long';
  if (Array.isArray(part.enum)) return 'choice';
  switch (part.type) {
    case 'boolean':
      return 'switch';
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return optionsIn(part).length > 0 ? 'several' : 'lines';
    case 'object':
      return 'record';
    default:
      return 'text';
  }
}

/** `tagGrammar` → `Tag grammar` */
export function labelOf(name: string): string {
  const words = name.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const optionNames: Readonly<Record<string, string>> = { country: 'Market', os: 'System', device: 'Device' };

/** An option of several as people call it: `os` → `System`. */
export function optionName(option: string): string {
  return Object.hasOwn(optionNames, option) ? (optionNames[option] ?? option) : labelOf(option);
}

/** A value as its field shows it. */
export function shown(kind: Field['kind'], value: unknown): string {
  if (value === undefined || value === null) return '';
  if ((kind === 'lines' || kind === 'several') && Array.isArray(value)) return value.map(String).join('\n');
  if (kind === 'record' && isRecord(value))
    return Object.entries(value)
      .map(([name, each]) => `${name} = ${String(each)}`)
      .join('\n');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The settings of a connection under the names that the form gives them, in its order; what is empty is left out. */
export function factsOf(
  schema: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>>,
): readonly { label: string; value: string }[] {
  const fields = fieldsOf(schema);
  const others = Object.keys(settings)
    .filter((name) => !fields.some((field) => field.name === name))
    .map((name) => ({ name, label: labelOf(name), kind: 'text' as const }));
  return [...fields, ...others].flatMap(({ name, label, kind }) => {
    const value = inWords(kind, settings[name]);
    return value === '' ? [] : [{ label, value }];
  });
}

function inWords(kind: Field['kind'], value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map((each) => (kind === 'several' ? optionName(String(each)) : String(each))).join(', ');
  return isRecord(value) ? shown('record', value).replaceAll('\n', ', ') : shown('text', value);
}

/** What a form begins with: the settings of a connection, its secrets left out; or the defaults. */
export function textsOf(fields: readonly Field[], settings: Readonly<Record<string, unknown>> | null): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields.map(({ name, kind, initial }) => [name, settings === null ? initial : kind === 'secret' ? '' : shown(kind, settings[name])]),
  );
}

/** The settings as they are sent: what is empty is left out, but for lists in which there is something as a rule, which are sent as empty. */
export function settingsOf(fields: readonly Field[], texts: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(({ name, kind, initial }) => {
      const text = (texts[name] ?? '').trim();
      const isEmptied = initial !== '' && (kind === 'lines' || kind === 'several' || kind === 'record');
      return text === '' && !isEmptied ? [] : [[name, valueOf(kind, text)]];
    }),
  );
}

function valueOf(kind: Field['kind'], text: string): unknown {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  switch (kind) {
    case 'text':
    case 'long':
    case 'secret':
    case 'choice':
    case 'platform':
      return text;
    case 'number':
      return Number(text);
    case 'switch':
      return text === 'true';
    case 'lines':
    case 'several':
      return lines;
    case 'record':
      return Object.fromEntries(
        lines.map((line) => {
          const [name = '', ...rest] = line.split('=');
          return [name.trim(), rest.join('=').trim()];
        }),
      );
    default:
      return kind satisfies never;
  }
}

/** What is missing before it can be sent; null: nothing. Secrets of an old connection stay as they are where nothing is said. */
export function missingIn(fields: readonly Field[], texts: Readonly<Record<string, string>>, { isOld }: { isOld: boolean }): string | null {
  const empty = fields.find(({ name, kind, required }) => required && !(isOld && kind === 'secret') && (texts[name] ?? '').trim() === '');
  if (empty !== undefined) return `${empty.label} is needed.`;
  const odd = fields.find(({ name, kind }) => kind === 'number' && (texts[name] ?? '').trim() !== '' && Number.isNaN(Number(texts[name])));
  if (odd !== undefined) return `${odd.label} is a number.`;
  const bare = fields.find(
    ({ name, kind }) => kind === 'record' && (texts[name] ?? '').split('\n').some((line) => line.trim() !== '' && !line.includes('=')),
  );
  return bare === undefined ? null : `${bare.label} is a name, an equals sign and a value in each line.`;
}

/** Ports as people call them. */
export const portNames: Readonly<Record<string, string>> = {
  gitHost: 'Code',
  storefront: 'Stores',
  tracker: 'Bugs',
  builds: 'Builds and tests',
  chat: 'Chat',
  health: 'Release health',
  metrics: 'Metrics',
};

/** The ports that a connection serves: all of the integration's where it names none. */
export function portsOf({ serves }: { serves: readonly string[] }, provides: readonly string[]): readonly string[] {
  return serves.length === 0 ? provides : serves;
}

/** Whether a connection that serves these ports is read; by the others things are sent alone, to it or from it. */
export function isRead(ports: readonly string[]): boolean {
  return ports.some((port) => port !== 'chat' && port !== 'metrics');
}

/** A port, or the port for one storefront, as people call it. */
export function portName(port: string): string {
  const [name = port, which] = port.split(':');
  return which === undefined ? (portNames[name] ?? name) : `${portNames[name] ?? name} (${which})`;
}

/** Parts of a hint, each with its full stop. */
export function sentences(...parts: readonly (string | null)[]): string {
  return parts
    .filter((part) => part !== null)
    .map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
    .join(' ');
}
