/**
 * What Sentry's statistics of sessions do not tell: ANRs, and where it was that people crashed. Counted from error events by hour or day (docs.sentry.io, "Query Explore Events in Table
 * Format"; names of fields: "Searchable Properties", Events). Of sessions there is no market, system or device, so these have no usage.
 */
import { z } from 'zod';
import { Trouble } from '#ports/trouble.ts';
import type { SentrySettings } from './settings.ts';

export type SegmentName = SentrySettings['segments'][number];
export type HitName = 'crashes' | 'anrs';

/** Mechanisms and types that SDKs of Android and of Apple's systems give an ANR or an app that hangs. */
const MECHANISMS = '[ANR,AppExitInfo,AppHang,mx_hang_diagnostic]';
const TYPES = '[ApplicationNotResponding,"App Hanging","App Hang Fully Blocked","App Hang Non Fully Blocked"]';
const QUERIES: Readonly<Record<HitName, string>> = {
  crashes: `error.unhandled:true !error.mechanism:${MECHANISMS} !error.type:${TYPES}`,
  anrs: `(error.mechanism:${MECHANISMS} OR error.type:${TYPES})`,
};
/** By what events are told apart; `os` and `device` are tags that Sentry gives each event. */
const FIELDS: Readonly<Record<SegmentName, string>> = { country: 'geo.country_code', os: 'os', device: 'device' };
const PERIODS = { hour: 'timestamp.to_hour', day: 'timestamp.to_day' } as const;

/** Sentry gives no more rows than this at once. */
const ROWS_OF_PAGE = 100;
/** A table with more of these is no answer that a reading has time for. */
const MOST_PAGES = 40;
/** Of a dimension so many are read, those with the most people; what is beyond is in the whole alone. */
const SEGMENT_PAGES = 5;

export const eventsAnswer = z.object({ data: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))) });
export type EventsAnswer = z.infer<typeof eventsAnswer>;

/** How often something hit, and how many people, in the hour or day that begins at `ms`. `value` null: in all. */
export type Hits = { ms: number; release: string; environment: string | null; value: string | null; count: number; people: number };

export type EventsAsked = { of: HitName; sinceMs: number; untilMs: number; by: SegmentName | null };
/** Asks for one page; the answer has the cursor of the next one. */
export type AskPage = (
  parameters: readonly (readonly [name: string, value: string])[],
) => Promise<{ answer: EventsAnswer; next: string | null }>;

export async function hitsOf(ask: AskPage, { of, sinceMs, untilMs, by }: EventsAsked): Promise<Hits[]> {
  const period = by === null ? PERIODS.hour : PERIODS.day;
  const fields = [period, 'release', 'environment', ...(by === null ? [] : [FIELDS[by]]), 'count()', 'count_unique(user)'];
  const parameters = [
    ...fields.map((field) => ['field', field] as const),
    ['dataset', 'errors'],
    ['query', `${QUERIES[of]} has:release`],
    ['start', new Date(sinceMs).toISOString()],
    ['end', new Date(untilMs).toISOString()],
    ['sort', by === null ? `-${period}` : '-count_unique(user)'],
    ['per_page', String(ROWS_OF_PAGE)],
  ] as const;
  const found: Hits[] = [];
  let page: string | null = null;
  for (let pages = 1; ; pages++) {
    const { answer, next } = await ask(page === null ? parameters : [...parameters, ['cursor', page]]);
    found.push(...answer.data.flatMap((row) => hitIn(row, period, by)));
    if (next === null || (by !== null && pages >= SEGMENT_PAGES)) return found;
    if (next === page) throw new Trouble('Sentry says that there is another page, and gives the same again', { mayHaveHappened: false });
    if (pages >= MOST_PAGES)
      throw new Trouble(`Sentry has ANRs in more than ${MOST_PAGES * ROWS_OF_PAGE} hours and releases: ask for fewer hours again`, {
        mayHaveHappened: false,
      });
    page = next;
  }
}

function hitIn(row: EventsAnswer['data'][number], period: string, by: SegmentName | null): Hits[] {
  const ms = Date.parse(String(row[period] ?? ''));
  const { release, environment } = row;
  const [count, people] = [row['count()'], row['count_unique(user)']];
  if (Number.isNaN(ms) || typeof count !== 'number' || typeof people !== 'number')
    throw new Trouble('Sentry told events without their time or number', { mayHaveHappened: false });
  const value = by === null ? null : row[FIELDS[by]];
  // what Sentry does not know of an event is in the whole alone
  if (typeof release !== 'string' || release === '' || (by !== null && (typeof value !== 'string' || value.trim() === ''))) return [];
  return [
    {
      ms,
      release,
      environment: typeof environment === 'string' && environment !== '' ? environment : null,
      value: typeof value === 'string' ? value.trim() : null,
      count,
      // of some events nobody is known: somebody it was
      people: count === 0 ? 0 : Math.min(count, Math.max(1, people)),
    },
  ];
}
