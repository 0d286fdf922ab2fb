/** The OpenAPI 3.1 document, made from the contract. Named schemas are its components; each stands there once. */
import { z } from 'zod';
import { contract } from './contract.ts';
import { problem } from './problem-schema.ts';
import type { Route, Who } from './route.ts';

type Json = { [name: string]: unknown };

/** Parts that have no name of their own get one with this mark while the document is made, and are put in their places. */
const MARK = '~';
const uri = (id: string): string => `#/components/schemas/${id}`;

type Side = 'input' | 'output';
type Parts = { side: Side; name: string; schema: z.ZodType };

function partsOf(each: Route): Parts[] {
  const parts: Parts[] = [];
  const add = (side: Side, what: string, schema: z.ZodType | undefined): void => {
    if (schema !== undefined) parts.push({ side, name: `${MARK}${each.id}.${what}`, schema });
  };
  add('input', 'params', each.params);
  add('input', 'query', each.query);
  add('input', 'body', each.body);
  for (const [status, schema] of Object.entries(each.answers)) add('output', status, schema);
  return parts;
}

/** zod's long patterns for moments and addresses say no more than the format does. */
function tidy(json: Json): void {
  delete json['$schema'];
  delete json['$id'];
  delete json['id'];
  if (typeof json['format'] === 'string') delete json['pattern'];
  if (json['maximum'] === Number.MAX_SAFE_INTEGER) delete json['maximum'];
  if (json['minimum'] === Number.MIN_SAFE_INTEGER) delete json['minimum'];
}

function schemasOf(side: Side, parts: readonly Parts[]): Map<string, Json> {
  const registry = z.registry<{ id: string }>();
  const named = z.globalRegistry;
  const seen = new Set<z.ZodType>();
  for (const part of parts) {
    const id = (named.get(part.schema) as { id?: string } | undefined)?.id;
    if (id === undefined) registry.add(part.schema, { id: part.name });
    else if (!seen.has(part.schema)) registry.add(part.schema, { id });
    seen.add(part.schema);
  }
  addNamedWithin(registry, parts, seen);
  const made = z.toJSONSchema(registry, { io: side, target: 'draft-2020-12', uri, override: ({ jsonSchema }) => tidy(jsonSchema as Json) });
  const schemas = new Map(Object.entries(made.schemas as Record<string, Json>));
  for (const json of schemas.values()) tidy(json);
  return schemas;
}

/** Named schemas that stand inside others must be known to the registry, or zod would copy them into each. */
function addNamedWithin(registry: z.core.$ZodRegistry<{ id: string }>, parts: readonly Parts[], seen: Set<z.ZodType>): void {
  const visit = (schema: unknown): void => {
    if (!(schema instanceof z.ZodType) || visited.has(schema)) return;
    visited.add(schema);
    const id = (z.globalRegistry.get(schema) as { id?: string } | undefined)?.id;
    if (id !== undefined && !seen.has(schema)) {
      seen.add(schema);
      registry.add(schema, { id });
    }
    for (const value of Object.values(schema.def as unknown as Json)) visitValue(value);
    if (schema instanceof z.ZodObject) for (const value of Object.values(schema.shape)) visit(value);
  };
  const visitValue = (value: unknown): void => {
    if (value instanceof z.ZodType) visit(value);
    else if (Array.isArray(value)) for (const each of value) visit(each);
  };
  const visited = new Set<z.ZodType>();
  for (const { schema } of parts) visit(schema);
}

const callers: Readonly<Record<Exclude<Who, object>, string>> = {
  public: 'Everyone.',
  'signed-in': 'Everyone who is signed in, and any key.',
  see: 'Everyone who may see the app; keys with the scope `read`.',
  report: 'Members of a team and above; keys with the scope `report`.',
  command: 'The roles that may give the command; keys need the scope `command` as well.',
  admin: 'Admins; keys of an admin with the scope `admin`.',
};

function whoInWords(who: Who): string {
  return typeof who === 'string'
    ? callers[who]
    : `The roles that may give the command \`${who.command}\`; keys need the scope \`command\` as well.`;
}

function parametersFrom(json: Json | undefined, place: 'path' | 'query'): Json[] {
  if (json === undefined) return [];
  const required = new Set((json['required'] as string[] | undefined) ?? []);
  return Object.entries((json['properties'] as Record<string, Json> | undefined) ?? {}).map(([name, schema]) => {
    const { description, example, ...rest } = schema;
    return {
      name,
      in: place,
      required: place === 'path' || required.has(name),
      ...(description === undefined ? {} : { description }),
      ...(example === undefined ? {} : { example }),
      schema: rest,
    };
  });
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    "A key of the caller's. The same key with the same body gives the same answer again; with another body it is refused (422, `key-reused`).",
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};

const mediaTypes = { ndjson: 'application/x-ndjson', sse: 'text/event-stream' } as const;

const statusWords: Readonly<Record<string, string>> = { '200': 'Done', '201': 'Made', '204': 'Done; no content' };

function operationOf(each: Route, inputs: Map<string, Json>, outputs: Map<string, Json>): Json {
  const place = (side: Map<string, Json>, what: string, schema: z.ZodType | undefined): Json | undefined => {
    if (schema === undefined) return undefined;
    const id = (z.globalRegistry.get(schema) as { id?: string } | undefined)?.id;
    return id === undefined ? side.get(`${MARK}${each.id}.${what}`) : { $ref: uri(id) };
  };
  const parameters = [
    ...parametersFrom(place(inputs, 'params', each.params), 'path'),
    ...parametersFrom(place(inputs, 'query', each.query), 'query'),
    ...(each.idempotent === true ? [idempotencyKey] : []),
  ];
  const body = place(inputs, 'body', each.body);
  const responses: Json = {};
  for (const [status, schema] of Object.entries(each.answers)) {
    const json = place(outputs, status, schema);
    const type = each.streams === undefined ? 'application/json' : mediaTypes[each.streams];
    responses[status] = {
      description: statusWords[status] ?? 'Done',
      ...(status === '204' ? {} : { content: { [type]: { schema: json } } }),
    };
  }
  responses['default'] = { $ref: '#/components/responses/Problem' };
  return {
    operationId: each.id,
    summary: each.summary,
    description: `Who may: ${whoInWords(each.who)}`,
    tags: [each.tag],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(each.rawBody === true ? { requestBody: { required: true, content: { '*/*': { schema: {} } } } } : {}),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: body },
              ...(each.streamedBody === true ? { 'application/x-ndjson': { schema: { description: 'One of them on each line' } } } : {}),
            },
          },
        }),
    responses,
    security: each.who === 'public' ? [] : [{ session: [] }, { key: [] }],
  };
}

/** Components of both sides; one that differs between them would need two names and is refused. */
function componentsOf(inputs: Map<string, Json>, outputs: Map<string, Json>): Json {
  const components: Json = {};
  for (const side of [inputs, outputs]) {
    for (const [id, json] of side) {
      if (id.startsWith(MARK)) continue;
      const there = components[id];
      if (there !== undefined && JSON.stringify(there) !== JSON.stringify(json)) {
        throw new Error(`the schema ${id} means one thing in a request and another in an answer: give each a name of its own`);
      }
      components[id] = json;
    }
  }
  return Object.fromEntries(Object.entries(components).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The OpenAPI document of the contract, as a plain value. `version` is the program's. */
export function openApi(version: string): Json {
  const routes = contract as readonly Route[];
  const parts = routes.flatMap(partsOf);
  const inputs = schemasOf(
    'input',
    parts.filter(({ side }) => side === 'input'),
  );
  const outputs = schemasOf('output', [
    ...parts.filter(({ side }) => side === 'output'),
    { side: 'output', name: 'Problem', schema: problem },
  ]);
  const paths: Record<string, Json> = {};
  for (const each of routes) (paths[each.path] ??= {})[each.method] = operationOf(each, inputs, outputs);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Signalbox',
      version,
      description:
        'The control room for the releases of mobile and desktop apps. Errors are `application/problem+json` with a stable code, what was wrong, and what would be right.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: componentsOf(inputs, outputs),
      responses: {
        Problem: {
          description: 'What was wrong and what would be right',
          content: { 'application/problem+json': { schema: { $ref: uri('Problem') } } },
        },
      },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'signalbox.session_token', description: 'A session, after signing in' },
        key: { type: 'http', scheme: 'bearer', description: 'An API key `sbx_…`' },
      },
    },
  };
}

/** The committed document: two spaces, a newline at the end. */
export function openApiText(version: string): string {
  return `${JSON.stringify(openApi(version), null, 2)}\n`;
}
