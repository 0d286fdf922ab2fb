/** Every route of the contract, fuzzed from its own schema. */
import { Agent, request as httpRequest } from 'node:http';
import * as fc from 'fast-check';
import { contract } from '#api/contract.ts';
import { problem } from '#api/problem-schema.ts';
import type { Route } from '#api/route.ts';
import type { FuzzRoom } from './room.ts';
import { Fault, target } from './target.ts';
import type { Target } from './target.ts';
import { schemaOf, spoilt, validOf, wrong } from './values.ts';

/** A request as it goes out. `body` is what the bytes say, null: none. */
type Sent = { method: string; path: string; headers: Readonly<Record<string, string>>; body: string | null };
type Answer = { status: number; type: string; text: string };

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** By node:http and not by fetch, which mends addresses before it sends them. */
function send(url: string, { method, path, headers, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = httpRequest({ agent, hostname, port, method, path, headers: { ...headers } }, (answer) => {
      let text = '';
      const done = (): void => resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', text });
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
        // a stream of events does not end by itself
        if (answer.headers['content-type']?.startsWith('text/event-stream') === true) answer.destroy();
      });
      answer.on('close', done);
    });
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}

/** Bodies that are no value of a schema with a fault, but a fault of the bytes. */
const broken: readonly ((json: string) => string)[] = [
  () => '',
  () => '{',
  () => 'null',
  () => '[]',
  () => '"text"',
  () => '12',
  () => '1e999',
  () => '{"a":1e999}',
  (json) => `\ufeff${json}`,
  (json) => json.slice(0, Math.max(1, json.length - 3)),
  (json) => `${json}${json}`,
  (json) => json.replace('{', '{"__proto__":{"x":1},'),
  (json) => json.replace('{', '{"constructor":{"prototype":{"x":1}},'),
  (json) => json.replace('{', '{"\\u0000":1,'),
  (json) => json.replace('{', '{"\\ud800":"\\ud800",'),
  (json) => `${'['.repeat(20_000)}${json}${']'.repeat(20_000)}`,
  (json) => json.replace('{', `{"deep":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)},`),
  (json) => json.replace(/:("[^"]*"|\d+)/, `:${'['.repeat(9000)}${']'.repeat(9000)}`),
  (json) => json.replaceAll('"', "'"),
  (json) => `${json}//`,
  () => 'a=1&b=2',
  () => '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--',
];

const types = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=latin1',
  'application/jsonx',
  'application/problem+json',
  'APPLICATION/JSON',
  '',
  ';;;',
  'a/b/c',
];

/** Headers that change something, or are thought to. */
const oddHeaders: readonly Readonly<Record<string, string>>[] = [
  { 'idempotency-key': 'k1' },
  { 'idempotency-key': 'x'.repeat(201) },
  { 'idempotency-key': 'a b' },
  { 'idempotency-key': '\u00e9' },
  { 'if-none-match': '"1"' },
  { 'if-none-match': '\u00ff' },
  { 'last-event-id': '1' },
  { 'last-event-id': '-1' },
  { 'last-event-id': '99999999999999999999' },
  { 'last-event-id': 'x' },
  { 'x-forwarded-for': '10.0.0.1, evil' },
  { 'x-forwarded-host': 'evil.example' },
  { 'x-http-method-override': 'DELETE' },
  { accept: 'text/html' },
  { accept: 'x'.repeat(2000) },
  { 'content-encoding': 'gzip' },
  { expect: '100-continue' },
  { host: 'evil.example' },
  { cookie: 'signalbox.session_token=%ff; =; a' },
  { cookie: `signalbox.session_token=${'x'.repeat(4000)}` },
  { origin: 'null' },
  { authorization: 'Basic eDp5' },
  { authorization: 'Bearer' },
  { authorization: `Bearer ${'x'.repeat(5000)}` },
  { 'webhook-id': '1', 'webhook-timestamp': '1e9', 'webhook-signature': 'v1,x' },
  { 'webhook-id': 'x', 'webhook-timestamp': '1700000000', 'webhook-signature': 'v1,AAAA v1, v2,' },
  { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}`, 'x-github-delivery': '1' },
];

/** Parts of an address that are no text of a person. */
const oddParts = [
  '%',
  '%00',
  '%ff',
  '%20',
  '%2f',
  '..',
  '..%2f..',
  '.',
  '%E0%A4%A',
  '%ud800',
  'A'.repeat(600),
  "'--",
  '%F0%9F%9A%82',
  '__proto__',
  'constructor',
  '*',
  '-1',
  '%0d%0aset-cookie:x',
];
const oddQueries = [
  'limit=1&limit=2',
  'cursor[a]=1',
  'cursor=WyJhIl0',
  'cursor=W10',
  'cursor=%00',
  '&&&',
  '=',
  '%',
  'a',
  '__proto__=1',
  'constructor=1',
  `cursor=${'A'.repeat(600)}`,
  'limit=1e9',
  'revision=99999999999999999999',
];

type Drawn = {
  params: unknown;
  query: unknown;
  body: unknown;
  wrongParams: unknown;
  wrongQuery: unknown;
  wrongBody: unknown;
  how: 'as it should be' | 'params' | 'odd params' | 'query' | 'odd query' | 'body' | 'bytes' | 'type' | 'method';
  caller: keyof FuzzRoom['callers'];
  odd: number;
  headers: Readonly<Record<string, string>> | null;
};

export function routeTargets(room: FuzzRoom, of: readonly Route[] = contract): Target[] {
  return of.map((route) => routeTarget(room, route));
}

/** Those that hash a password take a hundred times as long as others. */
const SLOW: ReadonlySet<string> = new Set(['createPerson', 'acceptInvitation', 'setUp', 'setPassword', 'changePassword', 'signIn']);

function routeTarget(room: FuzzRoom, route: Route): Target {
  const { words } = room;
  const part = (schema: Route['params'] | Route['body']) =>
    schema === undefined ? fc.constant<unknown>(undefined) : validOf(schemaOf(schema), words);
  const params = part(route.params);
  const query = part(route.query);
  const body = route.rawBody === true ? fc.constant<unknown>({ x: 1 }) : part(route.body);
  const spoiling = (valid: fc.Arbitrary<unknown>) => fc.tuple(valid, wrong).map(([value, how]) => spoilt(value, how));
  const hows: Drawn['how'][] = [
    'as it should be',
    'as it should be',
    'as it should be',
    ...(route.params === undefined ? [] : (['params', 'odd params'] as const)),
    ...(route.query === undefined ? (['odd query'] as const) : (['query', 'odd query'] as const)),
    ...(route.body === undefined ? (['bytes'] as const) : (['body', 'body', 'body', 'body', 'bytes', 'type'] as const)),
    'method',
  ];
  return target<Drawn>({
    group: 'routes',
    name: `${route.method} ${route.path}`,
    weight: SLOW.has(route.id) ? 0.3 : route.body === undefined ? 0.7 : 1.6,
    inputs: fc.record({
      params,
      query,
      body,
      wrongParams: spoiling(params),
      wrongQuery: spoiling(query),
      wrongBody: spoiling(body),
      how: fc.constantFrom(...hows),
      caller: fc.oneof(
        { weight: 12, arbitrary: fc.constant('admin' as const) },
        { weight: 3, arbitrary: fc.constantFrom('member', 'reader', 'reporter', 'person', 'nobody', 'madeUp') },
      ),
      odd: fc.nat(10_000),
      headers: fc.option(fc.constantFrom(...oddHeaders), { freq: 8, nil: null }),
    }),
    shown: (drawn) => {
      const { method, path, body } = requestOf(route, drawn, room);
      return JSON.stringify({ by: drawn.caller, method, path, headers: drawn.headers, body });
    },
    async attempt(drawn) {
      const sent = requestOf(route, drawn, room);
      const answer = await send(room.server.url, sent).catch((error: unknown) => {
        throw new Fault(`the server hung up: ${String(error)}`, { isTrouble: true });
      });
      const changes = await room.state.changes();
      const verdict = judged(answer);
      if (changes.length > 0 && verdict === 'refused')
        throw new Fault(`it was refused (${answer.text.slice(0, 300)}) and changed ${changes.join(', ')} all the same`);
      if (changes.length > 0 && sent.method === 'GET') throw new Fault(`it only reads, and changed ${changes.join(', ')}`);
      return verdict;
    },
  });
}

function requestOf(route: Route, drawn: Drawn, room: FuzzRoom): Sent {
  const { how, odd } = drawn;
  const at = <T>(list: readonly T[], fallback: T): T => list[odd % list.length] ?? fallback;
  const params = (how === 'params' ? drawn.wrongParams : drawn.params) as Record<string, unknown> | undefined;
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (how === 'odd params') return at(oddParts, '%');
    const value = typeof params === 'object' && params !== null && Object.hasOwn(params, name) ? params[name] : 'x';
    return encoded(value) || '-';
  });
  const queryOf = (query: unknown): string =>
    typeof query !== 'object' || query === null
      ? ''
      : Object.entries(query)
          .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
          .join('&');
  const query = how === 'odd query' ? at(oddQueries, '=') : queryOf(how === 'query' ? drawn.wrongQuery : drawn.query);
  const hasBody = route.body !== undefined || route.rawBody === true || (how === 'bytes' && route.method !== 'get');
  const json = JSON.stringify((how === 'body' ? drawn.wrongBody : drawn.body) ?? {}) ?? 'null';
  const body = !hasBody ? null : how === 'bytes' ? at(broken, () => '{')(json) : json;
  const method =
    how === 'method' ? at(['PATCH', 'DELETE', 'PUT', 'POST', 'GET', 'HEAD', 'OPTIONS', 'PROPFIND'], 'PATCH') : route.method.toUpperCase();
  const type = how === 'type' ? at(types, '') : 'application/json';
  return {
    method,
    path: `${path}${query === '' ? '' : `?${query}`}`.slice(0, 12_000),
    headers: {
      ...room.callers[drawn.caller],
      ...(body === null || type === '' ? {} : { 'content-type': type }),
      ...drawn.headers,
    },
    body: method === 'GET' || method === 'HEAD' ? null : body,
  };
}

function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ed%a0%80';
  }
}

/** What shows that the inside came out. */
const INSIDE =
  /\bat [^"]*\.(?:ts|js):\d+|node_modules|\bselect .* from |insert into |duplicate key|violates|invalid byte sequence|RangeError|TypeError|SyntaxError|Cannot read prop|\[object Object\]/i;

function judged({ status, type, text }: Answer): 'accepted' | 'refused' {
  if (status >= 500 && !text.includes('"not-ready"')) throw new Fault(`${status}: ${text.slice(0, 1000)}`, { isTrouble: true });
  if (status < 400) {
    const last = type.startsWith('application/x-ndjson') ? text.trim().split('\n').at(-1) : undefined;
    if (last?.includes('"trouble"') === true) throw new Fault(`trouble in a stream: ${last}`, { isTrouble: true });
    return last?.includes('"is":"refused"') === true ? 'refused' : 'accepted';
  }
  // to HEAD nothing is said
  if (text === '') return 'refused';
  if (INSIDE.test(text)) throw new Fault(`the inside comes out: ${text.slice(0, 1000)}`);
  if (!type.startsWith('application/problem+json'))
    throw new Fault(`a refusal that is no problem document, but ${type}: ${text.slice(0, 300)}`);
  const found = problem.safeParse(JSON.parse(text));
  if (!found.success) throw new Fault(`no problem document: ${text.slice(0, 500)}`);
  const { data } = found;
  const faults = data.errors ?? [];
  const bad = (what: string): never => {
    throw new Fault(`${what}: ${text.slice(0, 1000)}`);
  };
  if (data.status !== status) bad(`it says ${data.status} and is ${status}`);
  if (data.detail === '' || faults.some(({ path, detail }) => path === '' || detail === '')) bad('it does not say what was wrong');
  if (/^Invalid input$|: Invalid input$/.test(data.detail) || faults.some(({ detail }) => detail === 'Invalid input'))
    bad('it says no more than that it is wrong');
  if (data.right === null && faults.length === 0 && !WITHOUT_RIGHT.has(data.code)) bad('it does not say what would be right');
  if (data.code === 'invalid-input' && faults.length === 0 && data.right === null) bad('it names no field');
  return 'refused';
}

/** Where nobody can say what would be right: what was asked for is not there. */
const WITHOUT_RIGHT: ReadonlySet<string> = new Set(['not-found']);
