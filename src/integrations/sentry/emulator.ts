/** Sentry's statistics of sessions for the tests: asked as the real one is, refusing what it refuses. */

export type SentryFault = 'error' | 'no-answer' | 'too-many-calls' | 'key-refused' | 'broken-off' | 'nonsense';
type Hit = { segment: string; crashed: number; anrs: number };
type Told = { hourMs: number; release: string; environment: string; users: number; crashed: number; anrs?: number; of?: readonly Hit[] };

export const SENTRY = 'https://sentry.io';
export const TOKEN = 'a-token-of-an-integration';
const HOUR_MS = 3_600_000;

function linksOf(url: URL, from: number, size: number, total: number): string {
  const link = (rel: string, results: boolean, offset: number): string =>
    `<${url.origin}${url.pathname}?cursor=0:${offset}:0>; rel="${rel}"; results="${results}"; cursor="0:${offset}:0"`;
  return `${link('previous', from > 0, Math.max(0, from - size))}, ${link('next', from + size < total, from + size)}`;
}

/** @param groupsOfPage however many are asked for */
export function sentryEmulator({ nowMs, groupsOfPage = 1 }: { nowMs: number; groupsOfPage?: number }) {
  const told = new Map<string, Told>();
  let fault: SentryFault | null = null;
  const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });

  function answer(url: URL, init: RequestInit): Response {
    if (new Headers(init.headers).get('authorization') !== `Bearer ${TOKEN}`) return json(401, { detail: 'Invalid token' });
    if (url.pathname === '/api/0/organizations/example/events/') return events(url);
    if (url.pathname !== '/api/0/organizations/example/sessions/') return json(404, { detail: 'The requested resource does not exist' });
    const fields = url.searchParams.getAll('field');
    if (fields.length === 0) return json(400, { detail: 'Request is missing a "field"' });
    const [startMs, endMs] = ['start', 'end'].map((name) => Date.parse(url.searchParams.get(name) ?? ''));
    if (startMs === undefined || endMs === undefined || !(startMs < endMs)) return json(400, { detail: 'start must be before end' });
    const hours = Array.from({ length: (endMs - startMs) / HOUR_MS }, (_, at) => startMs + at * HOUR_MS);
    const inside = [...told.values()].filter(({ hourMs }) => hourMs >= startMs && hourMs < endMs);
    const names = [...new Set(inside.map(({ release, environment }) => `${release}\n${environment}`))];
    const from = Number((url.searchParams.get('cursor') ?? '0:0:0').split(':')[1]);
    const groups = names.slice(from, from + groupsOfPage).map((name) => {
      const [release = '', environment = ''] = name.split('\n');
      const of = (ms: number): Told | undefined => told.get(`${name}\n${ms}`);
      const value = (field: string, { users, crashed }: { users: number; crashed: number }): number | null => {
        if (field === 'sum(session)') return users * 2;
        if (field === 'count_unique(user)') return users;
        // a rate of nobody is none
        return users === 0 ? null : crashed / (field === 'crash_rate(session)' ? users * 2 : users);
      };
      const sum = inside
        .filter((each) => `${each.release}\n${each.environment}` === name)
        .reduce((all, { users, crashed }) => ({ users: all.users + users, crashed: all.crashed + crashed }), { users: 0, crashed: 0 });
      return {
        by: { release, environment },
        series: Object.fromEntries(fields.map((field) => [field, hours.map((ms) => value(field, of(ms) ?? { users: 0, crashed: 0 }))])),
        totals: Object.fromEntries(fields.map((field) => [field, value(field, sum)])),
      };
    });
    return json(
      200,
      {
        start: new Date(startMs).toISOString(),
        end: new Date(endMs).toISOString(),
        intervals: hours.map((ms) => new Date(ms).toISOString().replace('.000Z', 'Z')),
        groups,
        query: '',
      },
      { link: linksOf(url, from, groupsOfPage, names.length) },
    );
  }

  /** Error events in a table, as far as they are asked for: by hour, or by day and one tag. */
  function events(url: URL): Response {
    const fields = url.searchParams.getAll('field');
    if (url.searchParams.get('dataset') !== 'errors') return json(400, { detail: 'dataset must be one of: errors' });
    const sort = url.searchParams.get('sort')?.replace(/^-/, '') ?? '';
    if (!fields.includes(sort)) return json(400, { detail: `Cannot sort by a field that is not selected: ${sort}` });
    const [startMs = 0, endMs = 0] = ['start', 'end'].map((name) => Date.parse(url.searchParams.get(name) ?? ''));
    const isOfAnrs = !(url.searchParams.get('query') ?? '').includes('error.unhandled:true');
    const periodMs = fields.includes('timestamp.to_hour') ? HOUR_MS : 24 * HOUR_MS;
    const tags: Readonly<Record<string, string>> = { 'geo.country_code': 'country', os: 'os', device: 'device' };
    const tag = fields.find((field) => Object.hasOwn(tags, field));
    const rows = new Map<string, Record<string, string | number>>();
    for (const { hourMs, release, environment, crashed, anrs = 0, of = [] } of told.values()) {
      if (hourMs < startMs || hourMs >= endMs) continue;
      const hits: readonly Hit[] =
        tag === undefined ? [{ segment: '', crashed, anrs }] : of.filter(({ segment }) => segment.startsWith(`${tags[tag]}=`));
      for (const hit of hits) {
        const people = isOfAnrs ? hit.anrs : hit.crashed;
        if (people === 0) continue;
        const at = new Date(Math.floor(hourMs / periodMs) * periodMs).toISOString().replace('.000Z', '+00:00');
        const key = `${at} ${release} ${environment} ${hit.segment}`;
        const before = rows.get(key);
        rows.set(key, {
          [periodMs === HOUR_MS ? 'timestamp.to_hour' : 'timestamp.to_day']: at,
          release,
          environment,
          ...(tag === undefined ? {} : { [tag]: hit.segment.slice(hit.segment.indexOf('=') + 1) }),
          'count()': Number(before?.['count()'] ?? 0) + people * 2,
          'count_unique(user)': Number(before?.['count_unique(user)'] ?? 0) + people,
        });
      }
    }
    const from = Number((url.searchParams.get('cursor') ?? '0:0:0').split(':')[1]);
    return json(
      200,
      { data: [...rows.values()].slice(from, from + groupsOfPage), meta: { dataset: 'errors' } },
      { link: linksOf(url, from, groupsOfPage, rows.size) },
    );
  }

  return {
    sees: (each: Told): void => void told.set(`${each.release}\n${each.environment}\n${each.hourMs}`, each),
    fail: (how: SentryFault): void => {
      fault = how;
    },
    fetch: (async (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const how = fault;
      fault = null;
      const wrong = { 'x-wrong-on-purpose': 'yes' };
      switch (how) {
        case null:
          return answer(url, init);
        case 'error':
          return new Response('upstream connect error', { status: 502 });
        case 'too-many-calls':
          return json(
            429,
            { detail: 'You are attempting to use this endpoint too frequently.' },
            { 'x-sentry-rate-limit-reset': String(nowMs / 1000 + 7) },
          );
        case 'key-refused':
          return json(403, { detail: 'You do not have permission to perform this action.' });
        case 'broken-off':
          return new Response('{"start": "2024-10-01T00:00:00Z", "gro', { status: 200, headers: wrong });
        case 'nonsense':
          return json(200, { intervals: ['2024-10-01T00:00:00Z'], groups: [{ by: {}, series: 7 }] }, wrong);
        case 'no-answer':
          return new Promise<Response>((_, failing) => {
            init.signal?.addEventListener('abort', () => failing(init.signal?.reason as Error), { once: true });
          });
        default:
          return how satisfies never;
      }
    }) as typeof fetch,
  };
}
