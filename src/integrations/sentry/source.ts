/**
 * Sentry's release health as a source: statistics of sessions by release, environment and hour (docs.sentry.io, "Retrieve Release Health Session Statistics"), and what error events tell
 * beside them.
 */
import { z } from 'zod';
import { audiences } from '#domain/facts.ts';
import { HOUR_MS, hourOf, isSegment } from '#domain/health/rollup.ts';
import { ask } from '#ports/asking.ts';
import type { HealthSource } from '#ports/health-source.ts';
import type { Tools } from '#ports/integration.ts';
import { Trouble } from '#ports/trouble.ts';
import { eventsAnswer, hitsOf } from './events.ts';
import type { AskPage, HitName, Hits, SegmentName } from './events.ts';
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
      const ask = asking(settings, tools, longestMs);
      const sessions: Totals = new Map();
      for (let page: string | null = null; ;) {
        const { answer, next }: Page = await pageOf(ask, sinceMs, untilMs, page);
        for (const [key, row] of totalsOf(answer, settings, endMs)) sessions.set(key, row);
        if (next === null) break;
        if (next === page) throw new Trouble('Sentry says that there is another page, and gives the same again');
        page = next;
      }
      const events: AskPage = async (parameters) => {
        const { value, next } = await ask('events', parameters, eventsAnswer);
        return { answer: value, next };
      };
      const anrs = settings.anrs ? await hitsOf(events, { of: 'anrs', sinceMs, untilMs, by: null }) : null;
      const rows = [
        ...(anrs === null ? sessions : withAnrs(sessions, anrs, settings)).values(),
        ...(await segmentsOf(events, settings, dayOf(sinceMs), untilMs)),
      ];
      return {
        rows,
        completeUntil: more ? null : new Date(hourOf(nowMs - SETTLES_MS)).toISOString(),
        cursor: `${new Date(more ? untilMs : hourOf(nowMs)).toISOString()}${more ? '/within' : ''}`,
        more,
      };
    },
  };
}

/** Rows by what they are of: an hour of a build in an audience. */
type Totals = Map<string, Record<string, unknown>>;
type Page = { answer: Answer; next: string | null };
type Ask = <T>(
  path: 'sessions' | 'events',
  parameters: readonly (readonly [name: string, value: string])[],
  shape: z.ZodType<T>,
) => Promise<{ value: T; next: string | null }>;

function asking({ address, organization, projects, token }: SentrySettings, tools: Tools, longestMs: number | undefined): Ask {
  return async (path, parameters, shape) => {
    const url = new URL(`${address.replace(/\/+$/, '')}/api/0/organizations/${encodeURIComponent(organization)}/${path}/`);
    for (const project of projects) url.searchParams.append('project', project);
    for (const [name, value] of parameters) url.searchParams.append(name, value);
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
      shape,
    );
    return { value, next: nextIn(headers.get('link')) };
  };
}

async function pageOf(ask: Ask, sinceMs: number, untilMs: number, page: string | null): Promise<Page> {
  const { value, next } = await ask(
    'sessions',
    [
      ...FIELDS.map((field) => ['field', field] as const),
      ['groupBy', 'release'],
      ['groupBy', 'environment'],
      ['interval', '1h'],
      ['start', isoOf(sinceMs)],
      ['end', isoOf(untilMs)],
      ['per_page', String(GROUPS_OF_PAGE)],
      ...(page === null ? [] : [['cursor', page] as const]),
    ],
    answerShape,
  );
  return { answer: value, next };
}

/** Whose numbers these are: null where no release is named, for those are of no build. */
function placeOf(
  release: string | undefined,
  environment: string | null | undefined,
  ms: number,
  { platform, environments }: SentrySettings,
): Record<string, unknown> | null {
  const origin = originOf(release, environment);
  if (origin === null) return null;
  const { version, build } = origin;
  return { platform, version, build, audience: audienceOf(origin.environment, environments), bucket: isoOf(ms) };
}

const keyOf = (place: Record<string, unknown>): string => JSON.stringify(place);

function totalsOf({ intervals, groups }: Answer, settings: SentrySettings, endMs: number): Totals {
  const hours = intervals.map((each) => Date.parse(each));
  if (hours.some((ms) => Number.isNaN(ms) || ms % HOUR_MS !== 0))
    throw new Trouble(`Sentry told hours that are none: ${intervals.slice(0, 2).join(', ')}`, { mayHaveHappened: false });
  const totals: Totals = new Map();
  for (const { by, series: told } of groups) {
    if (FIELDS.some((field) => told[field].length !== hours.length))
      throw new Trouble('Sentry told other hours than it says', { mayHaveHappened: false });
    for (const [at, ms] of hours.entries()) {
      const place = placeOf(by.release, by.environment, ms, settings);
      const [sessions = 0, users = 0, ofSessions = 0, ofUsers = 0] = FIELDS.map((field) => told[field][at] ?? 0);
      if (place === null || ms >= endMs || (sessions === 0 && users === 0)) continue;
      // a rate of a whole number of people, which rounding finds again
      const affected = Math.round(ofUsers * users);
      const crashes = { count: Math.max(affected, Math.round(ofSessions * sessions)), affected };
      totals.set(keyOf(place), { ...place, users, sessions, consumption: sessions, crashes });
    }
  }
  return totals;
}

/** The same hours with their ANRs: none where nothing was told of an hour in which there were sessions. Events of hours without sessions stand by themselves. */
function withAnrs(sessions: Totals, anrs: readonly Hits[], settings: SentrySettings): Totals {
  const all: Totals = new Map([...sessions].map(([key, row]) => [key, { ...row, anrs: { count: 0, affected: 0 } }]));
  for (const { ms, release, environment, count, people } of anrs) {
    const place = placeOf(release, environment, ms, settings);
    if (place === null) continue;
    all.set(keyOf(place), { ...(all.get(keyOf(place)) ?? { ...place, consumption: 0 }), anrs: { count, affected: people } });
  }
  return all;
}

/** Crashes and ANRs of whole days by market, system and device. */
async function segmentsOf(events: AskPage, settings: SentrySettings, sinceMs: number, untilMs: number): Promise<Record<string, unknown>[]> {
  const found: Totals = new Map();
  const hits: readonly HitName[] = settings.anrs ? ['crashes', 'anrs'] : ['crashes'];
  for (const by of new Set(settings.segments))
    for (const of of hits)
      for (const { ms, release, environment, value, count, people } of await hitsOf(events, { of, sinceMs, untilMs, by })) {
        const place = placeOf(release, environment, ms, settings);
        const segment = segmentNamed(by, value ?? '');
        if (place === null || segment === null) continue;
        const row = { ...place, segment };
        found.set(keyOf(row), { ...(found.get(keyOf(row)) ?? { ...row, consumption: 0 }), [of]: { count, affected: people } });
      }
  return [...found.values()];
}

/** `country=BR`; null for what is no value of a segment. */
function segmentNamed(by: SegmentName, value: string): string | null {
  const segment = `${by}=${by === 'country' ? value.toUpperCase() : value}`;
  return isSegment(segment) ? segment : null;
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

/** The start of the day of UTC that a moment is in. */
const dayOf = (ms: number): number => Math.floor(ms / PART_MS) * PART_MS;
const isoOf = (ms: number): string => new Date(ms).toISOString();
