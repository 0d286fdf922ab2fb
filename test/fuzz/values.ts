/** Values for a schema: such as it takes, and such as it nearly takes. */
import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { z } from 'zod';

export type Schema = { readonly [name: string]: unknown };

/** What a schema takes, as JSON Schema. */
export function schemaOf(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
}

/** Words that mean something in the world that is fuzzed, by the name of the field. */
export type Words = Readonly<Record<string, readonly unknown[]>>;

const asSchema = (value: unknown): Schema => (typeof value === 'object' && value !== null ? (value as Schema) : {});
const listOf = (value: unknown): Schema[] => (Array.isArray(value) ? value.map(asSchema) : []);

/** Values that a schema takes. A field with a name among the words has one of those as a rule. */
export function validOf(schema: Schema, words: Words, name = ''): Arbitrary<unknown> {
  const plain = plainOf(schema, words, name);
  const known = Object.hasOwn(words, name) && schema['const'] === undefined && schema['enum'] === undefined ? words[name] : undefined;
  return known === undefined || known.length === 0
    ? plain
    : fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: plain });
}

function plainOf(schema: Schema, words: Words, name: string): Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const shapes = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])];
  if (shapes.length > 0) return fc.oneof(...shapes.map((each) => validOf(each, words, name)));
  switch (schema['type']) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const least = Number(schema['minItems'] ?? 0);
      return fc.array(validOf(asSchema(schema['items']), words, name), { minLength: least, maxLength: Math.max(least, 3) });
    }
    case 'object':
      return objectOf(schema, words);
    default:
      return fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as unknown);
  }
}

function objectOf(schema: Schema, words: Words): Arbitrary<unknown> {
  const fields = Object.entries(asSchema(schema['properties']));
  if (fields.length === 0)
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), validOf(asSchema(schema['additionalProperties']), words), { maxKeys: 3 });
  const required = new Set((schema['required'] as string[] | undefined) ?? []);
  const model = Object.fromEntries(fields.map(([field, inner]) => [field, validOf(asSchema(inner), words, field)]));
  return fc.record(model, { requiredKeys: fields.map(([field]) => field).filter((field) => required.has(field)) });
}

function numberOf(schema: Schema): Arbitrary<number> {
  const least = Number(schema['minimum'] ?? schema['exclusiveMinimum'] ?? -1000);
  const most = Math.min(Number(schema['maximum'] ?? schema['exclusiveMaximum'] ?? 1_000_000), 1_000_000);
  const whole = fc.integer({ min: Math.ceil(Math.max(least, -1_000_000)), max: Math.floor(most) });
  return schema['type'] === 'integer' ? whole : fc.oneof(whole, fc.double({ min: Math.max(least, -1e6), max: most, noNaN: true }));
}

const moments = fc.constantFrom(
  '2024-10-01T12:20:00.000Z',
  '2024-10-01T12:20:00Z',
  '2024-10-07T00:00:00.000+02:00',
  '2031-01-01T00:00:00.000Z',
  '1970-01-01T00:00:00.000Z',
);
const formats: Readonly<Record<string, Arbitrary<string>>> = {
  'date-time': moments,
  date: fc.constantFrom('2024-10-01', '2024-12-31'),
  email: fc.stringMatching(/^[a-z]{1,8}[0-9]{0,4}$/).map((name) => `${name}@example.com`),
  // nobody is there: what is tried goes no further than this machine
  uri: fc.constantFrom('http://127.0.0.1:1/', 'https://127.0.0.1:1/x?y=z#a', 'http://[::1]:1/'),
};

function textOf(schema: Schema): Arbitrary<string> {
  const { format, pattern, minLength, maxLength } = schema as {
    format?: string;
    pattern?: string;
    minLength?: number;
    maxLength?: number;
  };
  const formatted = format === undefined ? undefined : formats[format];
  if (formatted !== undefined) return formatted;
  if (pattern !== undefined) return matching(pattern);
  const least = minLength ?? 0;
  const most = Math.min(maxLength ?? 40, least + 40);
  const anything = fc.string({ minLength: least, maxLength: most, unit: 'grapheme' });
  return fc.oneof(
    { weight: 3, arbitrary: fc.string({ minLength: least, maxLength: most, unit: fc.constantFrom('a', 'b', 'c', 'd', ' ', '-') }) },
    { weight: 1, arbitrary: anything },
  );
}

/** fast-check draws from most expressions; of one that it cannot, what a person would write. */
function matching(pattern: string): Arbitrary<string> {
  try {
    return fc.stringMatching(new RegExp(pattern));
  } catch {
    return fc.constantFrom('/music', 'music', 'https://example.com/x', 'abc');
  }
}

/** Values that some reader somewhere does not expect. */
export const nasty: Arbitrary<unknown> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1.5,
      -0,
      2 ** 53,
      2 ** 31,
      1e308,
      5e-324,
      '',
      ' ',
      '\n',
      '0',
      'null',
      'NaN',
      '1e999',
      '9'.repeat(400),
      'x'.repeat(2001),
      'x'.repeat(30_000),
      'é'.repeat(300),
      '\u0000',
      'a\u0000b',
      '\ud800',
      '\udc00x',
      '\u202egnp.exe',
      '💥',
      '\u001b[2J',
      '__proto__',
      'constructor',
      'toString',
      "'; drop table apps; --",
      '<script>alert(1)</script>',
      '{{x}}',
      '${x}',
      '%00',
      '%s%n',
      '../../etc/passwd',
      '-rf',
      '--upload-pack=x',
      '*',
      '.',
      '..',
      '#',
      '2024-02-30T00:00:00Z',
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999-23:59',
      '0000-01-01T00:00:00.000+23:59',
      '2024-12-31T23:59:60Z',
      [],
      {},
      [[]],
      [null],
      { length: 1 },
      { toJSON: 1 },
      { '': '' },
      Array(1001).fill(0),
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as unknown) },
  { weight: 1, arbitrary: fc.double() },
);

const wrongKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'extra', '', 'a\u0000b', '\ud800', 'x'.repeat(500), 'id', 'do'];

/** One thing that is made wrong in a value: where (a number that chooses among all places), how, and with what. */
export type Wrong = { at: number; how: 'replace' | 'drop' | 'rename' | 'add' | 'wrap' | 'repeat' | 'deepen'; key: string; value: unknown };
export const wrong: Arbitrary<Wrong> = fc.record({
  at: fc.nat(10_000),
  how: fc.constantFrom('replace', 'replace', 'replace', 'drop', 'rename', 'add', 'wrap', 'repeat', 'deepen'),
  key: fc.constantFrom(...wrongKeys),
  value: nasty,
});

/** A field that JSON carries and an object literal does not. */
function put(to: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(to, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The value with one thing made wrong; the value itself stays as it was. */
export function spoilt(value: unknown, { at, how, key, value: other }: Wrong): unknown {
  const copy = structuredClone(value);
  const places: { inside: Record<string, unknown>; name: string }[] = [];
  const root = { value: copy };
  const visit = (inside: Record<string, unknown>): void => {
    for (const name of Object.keys(inside)) {
      places.push({ inside, name });
      const inner = inside[name];
      if (typeof inner === 'object' && inner !== null) visit(inner as Record<string, unknown>);
    }
  };
  visit(root);
  const place = places[at % places.length];
  if (place === undefined) return other;
  const { inside, name } = place;
  const here = inside[name];
  switch (how) {
    case 'replace':
      put(inside, name, other);
      break;
    case 'drop':
      if (Array.isArray(inside)) inside.splice(Number(name), 1);
      else delete inside[name];
      break;
    case 'rename':
      delete inside[name];
      put(inside, key, here);
      break;
    case 'add':
      put(typeof here === 'object' && here !== null ? (here as Record<string, unknown>) : inside, key, other);
      break;
    case 'wrap':
      put(inside, name, [here]);
      break;
    case 'repeat':
      put(
        inside,
        name,
        Array.isArray(here)
          ? Array(1001).fill(here[0] ?? null)
          : (typeof here === 'string' ? here : (JSON.stringify(here) ?? '')).repeat(300).slice(0, 400_000),
      );
      break;
    case 'deepen':
      put(inside, name, nested(at % 60, here));
      break;
    default:
      how satisfies never;
  }
  return root.value;
}

function nested(depth: number, value: unknown): unknown {
  let inner = value;
  for (let at = 0; at < depth; at++) inner = at % 2 === 0 ? [inner] : { x: inner };
  return inner;
}
