/** Speaks to the Play Developer Reporting API as a service account. */
import { createHash } from 'node:crypto';
import { importPKCS8, SignJWT } from 'jose';
import { z } from 'zod';
import { ask } from '#ports/asking.ts';
import type { Asking } from '#ports/asking.ts';
import type { Tools } from '#ports/integration.ts';
import { Trouble } from '#ports/trouble.ts';
import { metricSet, queryAnswer, tokenAnswer } from './schema.ts';
import type { QueryRow } from './schema.ts';
import { accountIn } from './settings.ts';
import type { PlaySettings } from './settings.ts';

const SCOPE = 'https://www.googleapis.com/auth/playdeveloperreporting';
const PAGE = 5000;
/** A token is asked for anew so long before it ends. */
const EARLY_MS = 60_000;
const MOST_TOKENS = 100;

const googleError = z.object({
  error: z.object({ message: z.string(), details: z.array(z.looseObject({ retryDelay: z.string().optional() })).default([]) }),
});
const tokenError = z.object({ error: z.string(), error_description: z.string().optional() });

export type MetricSetName = 'crashRateMetricSet' | 'anrRateMetricSet';

export type PlayClient = {
  freshness(set: MetricSetName): Promise<z.infer<typeof metricSet>>;
  /** All rows, page after page. */
  rowsOf(set: MetricSetName, asked: Record<string, unknown>): Promise<QueryRow[]>;
};

const tokens = new Map<string, { token: string; untilMs: number }>();

export function playClient(settings: PlaySettings, tools: Tools, longestMs?: number): PlayClient {
  const asking = (whom: string): Asking => ({
    whom,
    tools,
    ...(longestMs === undefined ? {} : { longestMs }),
    wordsIn: (body) => googleError.safeParse(body).data?.error.message ?? tokenWords(body),
    pauseIn: (_, body) => retryDelayMs(googleError.safeParse(body).data?.error.details ?? []),
  });
  const name = createHash('sha256').update(`${settings.tokenAddress} ${settings.serviceAccount}`).digest('hex');

  async function token(): Promise<string> {
    const nowMs = Date.parse(tools.now());
    const known = tokens.get(name);
    if (known !== undefined && known.untilMs > nowMs) return known.token;
    const { value } = await ask(
      asking('Google’s token service'),
      settings.tokenAddress,
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          assertion: await assertionOf(settings, nowMs),
        }).toString(),
      },
      tokenAnswer,
    );
    if (tokens.size >= MOST_TOKENS) tokens.clear();
    tokens.set(name, { token: value.access_token, untilMs: nowMs + value.expires_in * 1000 - EARLY_MS });
    return value.access_token;
  }

  async function call<T>(path: string, init: RequestInit, schema: z.ZodType<T>): Promise<T> {
    const url = `${settings.address.replace(/\/+$/, '')}/v1beta1/apps/${encodeURIComponent(settings.packageName)}/${path}`;
    try {
      const { value } = await ask(
        asking('Google Play'),
        url,
        { ...init, headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' } },
        schema,
      );
      return value;
    } catch (error) {
      // a token may be taken back before its time
      if (error instanceof Trouble && error.cure === 'person') tokens.delete(name);
      throw error;
    }
  }

  return {
    freshness: (set) => call(set, { method: 'GET' }, metricSet),
    async rowsOf(set, asked) {
      const rows: QueryRow[] = [];
      let pageToken: string | undefined;
      for (;;) {
        const page: z.infer<typeof queryAnswer> = await call(
          `${set}:query`,
          { method: 'POST', body: JSON.stringify({ ...asked, pageSize: PAGE, ...(pageToken === undefined ? {} : { pageToken }) }) },
          queryAnswer,
        );
        rows.push(...page.rows);
        if (page.nextPageToken === undefined || page.nextPageToken === '') return rows;
        if (page.nextPageToken === pageToken) throw new Trouble('Google Play says that there is another page, and gives the same again');
        pageToken = page.nextPageToken;
      }
    },
  };
}

/** What a service account signs to get a token (RFC 7523, as Google's OAuth 2.0 for service accounts asks for it). */
async function assertionOf({ serviceAccount, tokenAddress }: PlaySettings, nowMs: number): Promise<string> {
  const account = accountIn(serviceAccount);
  try {
    const key = await importPKCS8(account?.private_key ?? '', 'RS256');
    const seconds = Math.floor(nowMs / 1000);
    return await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(account?.private_key_id === undefined ? {} : { kid: account.private_key_id }) })
      .setIssuer(account?.client_email ?? '')
      .setAudience(tokenAddress)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 3600)
      .sign(key);
  } catch (cause) {
    throw new Trouble('the private key of the service account cannot be read', { cure: 'person', mayHaveHappened: false, cause });
  }
}

function tokenWords(body: unknown): string | null {
  const { data } = tokenError.safeParse(body);
  return data === undefined ? null : `${data.error}${data.error_description === undefined ? '' : `: ${data.error_description}`}`;
}

/** `7s` of google.rpc.RetryInfo. */
function retryDelayMs(details: readonly { retryDelay?: string | undefined }[]): number | null {
  const seconds = details.map(({ retryDelay }) => /^([\d.]+)s$/.exec(retryDelay ?? '')?.[1]).find((each) => each !== undefined);
  return seconds === undefined ? null : Math.ceil(Number(seconds) * 1000);
}
