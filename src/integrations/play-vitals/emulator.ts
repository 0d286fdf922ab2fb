/** A Reporting API of the tests: asked as the real one is, refusing what it refuses. What the contract does not say is a guess, and marked so. */
import { exportPKCS8, generateKeyPair, jwtVerify } from 'jose';
import type { CryptoKey } from 'jose';

export type PlayFault = 'error' | 'no-answer' | 'too-many-calls' | 'key-refused' | 'broken-off' | 'nonsense';
/** What a request sends; the adapter sends text. */
const textOf = ({ body }: RequestInit): string => (typeof body === 'string' ? body : '');

/** What a build saw in a period: in all, or of one value of a dimension. */
type Told = {
  startMs: number;
  code: string;
  users: number;
  crashed: number;
  froze: number;
  of: { dimension: string; value: string } | null;
};

export const PLAY = 'https://playdeveloperreporting.googleapis.com';
export const TOKENS = 'https://oauth2.googleapis.com/token';
/** The dimensions that are asked for. */
const SLICES: readonly string[] = ['versionCode', 'countryCode', 'apiLevel', 'deviceModel'];
const ACCOUNT = 'signalbox@example.iam.gserviceaccount.com';

let keys: Promise<{ publicKey: CryptoKey; privateKey: CryptoKey }> | null = null;

/** @param pageSize rows of a page, however many are asked for */
export async function playEmulator({ nowMs, pageSize = 1000 }: { nowMs: number; pageSize?: number }) {
  keys ??= generateKeyPair('RS256', { extractable: true });
  const { publicKey, privateKey } = await keys;
  const told = new Map<string, Told>();
  let fault: PlayFault | null = null;
  /** Everything up to here is there, of each period. */
  const freshMs = { HOURLY: nowMs - (nowMs % 3_600_000), DAILY: Date.parse('2024-10-08T07:00:00Z') };

  const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
  const failed = (code: number, status: string, message: string, details: object[] = []): Response =>
    json(code, { error: { code, message, status, details } });
  const split = (ms: number, zone: 'UTC' | 'America/Los_Angeles'): object => {
    // in October Los Angeles is seven hours behind
    const at = new Date(zone === 'UTC' ? ms : ms - 7 * 3_600_000);
    return {
      year: at.getUTCFullYear(),
      month: at.getUTCMonth() + 1,
      day: at.getUTCDate(),
      ...(zone === 'UTC' ? { hours: at.getUTCHours() } : {}),
      timeZone: { id: zone },
    };
  };
  const whole = (at: { year: number; month: number; day: number; hours?: number; timeZone: { id: string } }): number =>
    Date.UTC(at.year, at.month - 1, at.day, at.hours ?? 0) + (at.timeZone.id === 'UTC' ? 0 : 7 * 3_600_000);
  /** The nearest multiple of 10, 100 or 1,000; by which magnitude is a guess. */
  const rounded = (users: number): number => {
    const step = users < 1000 ? 10 : users < 10_000 ? 100 : 1000;
    return Math.round(users / step) * step;
  };

  async function answer(url: URL, init: RequestInit): Promise<Response> {
    if (url.href === TOKENS) {
      const form = new URLSearchParams(textOf(init));
      const { payload } = await jwtVerify(form.get('assertion') ?? '', publicKey, {
        issuer: ACCOUNT,
        audience: TOKENS,
        currentDate: new Date(nowMs),
      });
      return typeof payload['scope'] === 'string' && payload['scope'].endsWith('/playdeveloperreporting')
        ? json(200, { access_token: 'a-token', expires_in: 3599, token_type: 'Bearer' })
        : json(400, { error: 'invalid_scope' });
    }
    if (new Headers(init.headers).get('authorization') !== 'Bearer a-token')
      return failed(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
    const [, set = '', query] = /^\/v1beta1\/apps\/io\.example\.music\/(crash|anr)RateMetricSet(:query)?$/.exec(url.pathname) ?? [];
    if (set === '') return failed(404, 'NOT_FOUND', 'Requested entity was not found.');
    if (query === undefined)
      return json(200, {
        name: url.pathname.slice('/v1beta1/'.length),
        freshnessInfo: {
          freshnesses: [
            { aggregationPeriod: 'HOURLY', latestEndTime: split(freshMs.HOURLY, 'UTC') },
            { aggregationPeriod: 'DAILY', latestEndTime: split(freshMs.DAILY, 'America/Los_Angeles') },
          ],
        },
      });
    const { timelineSpec, dimensions, metrics, filter, pageToken } = JSON.parse(textOf(init)) as {
      timelineSpec: { aggregationPeriod: 'HOURLY' | 'DAILY'; startTime: Parameters<typeof whole>[0]; endTime: Parameters<typeof whole>[0] };
      dimensions: string[];
      metrics: string[];
      filter?: string;
      pageToken?: string;
    };
    const [fromMs, untilMs] = [whole(timelineSpec.startTime), whole(timelineSpec.endTime)];
    if (untilMs > freshMs[timelineSpec.aggregationPeriod])
      return failed(400, 'INVALID_ARGUMENT', 'The end time is later than the data is fresh.');
    const known = set === 'crash' ? ['crashRate', 'distinctUsers'] : ['anrRate', 'distinctUsers'];
    const unknown = metrics.find((metric) => !known.includes(metric)) ?? dimensions.find((each) => !SLICES.includes(each));
    if (unknown !== undefined) return failed(400, 'INVALID_ARGUMENT', `Unsupported metric or dimension: ${unknown}`);
    // AIP-160 as far as it is used: equality of a dimension that is asked for
    const [, filtered, wanted] = /^(\w+) = (\w+)$/.exec(filter ?? '') ?? [];
    if (filter !== undefined && (filtered === undefined || !dimensions.includes(filtered)))
      return failed(400, 'INVALID_ARGUMENT', `Invalid filter: ${filter}`);
    const by = dimensions.find((each) => each !== 'versionCode');
    const rows = [...told.values()].filter(
      ({ startMs, code, of }) =>
        startMs >= fromMs && startMs < untilMs && of?.dimension === by && (filtered !== 'versionCode' || code === wanted),
    );
    const from = Number(pageToken ?? 0);
    return json(200, {
      rows: rows.slice(from, from + pageSize).map(({ startMs, code, users, crashed, froze, of }) => ({
        aggregationPeriod: timelineSpec.aggregationPeriod,
        startTime: split(startMs, timelineSpec.aggregationPeriod === 'HOURLY' ? 'UTC' : 'America/Los_Angeles'),
        dimensions: [
          { dimension: 'versionCode', int64Value: code },
          ...(of === null ? [] : [{ dimension: of.dimension, stringValue: of.value }]),
        ],
        metrics: metrics.map((metric) => ({
          metric,
          decimalValue: {
            value: metric === 'distinctUsers' ? String(rounded(users)) : ((set === 'crash' ? crashed : froze) / users).toFixed(6),
          },
        })),
      })),
      ...(from + pageSize < rows.length ? { nextPageToken: String(from + pageSize) } : {}),
    });
  }

  return {
    serviceAccount: JSON.stringify({
      type: 'service_account',
      client_email: ACCOUNT,
      private_key: await exportPKCS8(privateKey),
      private_key_id: 'k1',
    }),
    sees: (each: Told): void => void told.set(`${each.code} ${each.startMs} ${each.of?.dimension}=${each.of?.value}`, each),
    fail: (how: PlayFault): void => {
      fault = how;
    },
    fetch: (async (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const how = fault;
      if (url.href !== TOKENS) fault = null;
      if (how === null || url.href === TOKENS) return answer(url, init);
      const wrong = { 'x-wrong-on-purpose': 'yes' };
      switch (how) {
        case 'error':
          return failed(503, 'UNAVAILABLE', 'The service is currently unavailable.');
        case 'too-many-calls':
          return failed(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', [
            { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' },
          ]);
        case 'key-refused':
          return failed(403, 'PERMISSION_DENIED', 'The caller does not have permission');
        case 'broken-off':
          return new Response('{"rows": [{"startTime": {"ye', { status: 200, headers: wrong });
        case 'nonsense':
          return json(
            200,
            { freshnessInfo: { freshnesses: [{ aggregationPeriod: 'DAILY', latestEndTime: { year: 2024, month: 13, day: 40 } }] } },
            wrong,
          );
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
