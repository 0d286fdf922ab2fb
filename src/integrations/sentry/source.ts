/** Sentry's release health as a source: statistics of sessions by release, environment and hour (docs.sentry.io, "Retrieve Release Health Session Statistics"). */
import { z } from 'zod';
import { audiences } from '#domain/facts.ts';
import { HOUR_MS, hourOf } from '#domain/health/rollup.ts';
import { ask } from '#ports/asking.ts';
import type { HealthSource } from '#ports/health-source.ts';
import type { Tools } from '#ports/integration.ts';
import { Trouble } from '#ports/trouble.ts';
import { originOf } from './intake.ts';
import type { SentrySettings } from './settings.ts';

/** A page has at most 10,000 points; so many groups of a day are far below it. */
const GROUPS_OF_PAGE = 100;
const PART_MS = 24 * HOUR_MS;
/** What an hour saw has come in so long after it. */
const SETTLES_MS = 15 * 60_000;

const series = z.array(z.number().nullable());
const answerShape = z.object({
  intervals: z.array(z.string()),
  groups: z.array(
    z.object({
      by: z.object({ release: z.string().optional(), environment: z.string().optional() }),
      series: z.object({
        'sum(session)': series,
        'count_unique(user)': series,
        'crash_rate(session)': series,
        'crash_rate(user)': series,
      }),
    }),
  ),
});
type Answer = z.infer<typeof answerShape>;
const FIELDS = ['sum(session)', 'count_unique(user)', 'crash_rate(session)', 'crash_rate(user)'] as const;
const refusal = z.object({ detail: z.union([z.string(), z.object({ message: z.string() })]) });

export function sentrySource(settings: SentrySettings, tools: Tools, longestMs?: number): HealthSource {
  return {
    source: settings.source,
    everyMinutes: settings.everyMinutes,
    dispersion: settings.dispersion,
    async rollupsSince({ cursor }) {
      const nowMs = Date.parse(tools.now());
      const endMs = hourOf(nowMs) + HOUR_MS;
      const firstMs = hourOf(nowMs - settings.firstDays * 24 * HOUR_MS);
      const at = cursorFrom(cursor);
      const sinceMs = at === null ? firstMs : Math.max(firstMs, at.isWithin ? at.ms : at.ms - settings.lateHours * HOUR_MS);
      const untilMs = Math.min(sinceMs + PART_MS, endMs);
      const more = untilMs < endMs;
      const rows: Record<string, unknown>[] = [];
      for (let page: string | null = ''; page !== null;) {
        const { answer, next }: Page = await pageOf(settings, tools, sinceMs, untilMs, page, longestMs);
        rows.push(...rowsOf(answer, settings, endMs));
        if (next !== null && next === page) throw new Trouble('Sentry says that there is another page, and gives the same again');
        page = next;
      }
      return {
        rows,
        completeUntil: more ? null : new Date(hourOf(nowMs - SETTLES_MS)).toISOString(),
        cursor: `${new Date(more ? untilMs : hourOf(nowMs)).toISOString()}${more ? '/within' : ''}`,
        more,
      };
    },
  };
}

type Page = { answer: Answer; next: string | null };

async function pageOf(
  { address, organization, projects, token }: SentrySettings,
  tools: Tools,
  sinceMs: number,
  untilMs: number,
  page: string,
  longestMs: number | undefined,
): Promise<Page> {
  const url = new URL(`${address.replace(/\/+$/, '')}/api/0/organizations/${encodeURIComponent(organization)}/sessions/`);
  for (const field of FIELDS) url.searchParams.append('field', field);
  for (const group of ['release', 'environment']) url.searchParams.append('groupBy', group);
  for (const project of projects) url.searchParams.append('project', project);
  const rest = {
    interval: '1h',
    start: isoOf(sinceMs),
    end: isoOf(untilMs),
    per_page: String(GROUPS_OF_PAGE),
    ...(page === '' ? {} : { cursor: page }),
  };
  for (const [name, value] of Object.entries(rest)) url.searchParams.set(name, value);
  const { value, headers } = await ask(
    {
      whom: 'Sentry',
      tools,
      ...(longestMs === undefined ? {} : { longestMs }),
      wordsIn: wordsIn,
      pauseIn: (given) => untilReset(given, Date.parse(tools.now())),
    },
    url.href,
    { headers: { authorization: `Bearer ${token}`, accept: 'application/json' } },
    answerShape,
  );
  return { answer: value, next: nextIn(headers.get('link')) };
}

function rowsOf({ intervals, groups }: Answer, { platform, environments }: SentrySettings, endMs: number): Record<string, unknown>[] {
  const hours = intervals.map((each) => Date.parse(each));
  if (hours.some((ms) => Number.isNaN(ms) || ms % HOUR_MS !== 0))
    throw new Trouble(`Sentry told hours that are none: ${intervals.slice(0, 2).join(', ')}`, { mayHaveHappened: false });
  return groups.flatMap(({ by, series: told }) => {
    // sessions without a release are of no build
    const origin = originOf(by.release, by.environment);
    if (origin === null) return [];
    const audience = audienceOf(origin.environment, environments);
    if (FIELDS.some((field) => told[field].length !== hours.length))
      throw new Trouble('Sentry told other hours than it says', { mayHaveHappened: false });
    return hours.flatMap((ms, at) => {
      const [sessions = 0, users = 0, ofSessions = 0, ofUsers = 0] = FIELDS.map((field) => told[field][at] ?? 0);
      if (ms >= endMs || (sessions === 0 && users === 0)) return [];
      // a rate of a whole number of people, which rounding finds again
      const affected = Math.round(ofUsers * users);
      return [
        {
          platform,
          version: origin.version,
          build: origin.build,
          audience,
          bucket: isoOf(ms),
          users,
          sessions,
          consumption: sessions,
          crashes: { count: Math.max(affected, Math.round(ofSessions * sessions)), affected },
        },
      ];
    });
  });
}

/** What is no audience is told as it is, and counted as such. */
function audienceOf(environment: string | null, named: SentrySettings['environments']): string {
  if (environment === null || environment === '') return 'production';
  return (
    (Object.hasOwn(named, environment) ? named[environment] : undefined) ??
    audiences.find((each) => each === environment.toLowerCase()) ??
    environment
  );
}

/** The cursor of the next page, where there is one; its address is not followed. (docs.sentry.io, "Pagination") */
function nextIn(link: string | null): string | null {
  const next = (link ?? '').split(/,\s*(?=<)/).find((each) => /rel="next"/.test(each) && /results="true"/.test(each));
  return /cursor="([^"]+)"/.exec(next ?? '')?.[1] ?? null;
}

/** `X-Sentry-Rate-Limit-Reset`: the second in which the window ends. */
function untilReset(headers: Headers, nowMs: number): number | null {
  const reset = Number(headers.get('x-sentry-rate-limit-reset') ?? Number.NaN);
  return Number.isFinite(reset) ? Math.max(1000, Math.ceil(reset * 1000 - nowMs)) : null;
}

function wordsIn(body: unknown): string | null {
  const { data } = refusal.safeParse(body);
  return data === undefined ? null : typeof data.detail === 'string' ? data.detail : data.detail.message;
}

function cursorFrom(cursor: string | null): { ms: number; isWithin: boolean } | null {
  const [, at = '', within] = /^(\S+?)(\/within)?$/.exec(cursor ?? '') ?? [];
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? null : { ms, isWithin: within !== undefined };
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
