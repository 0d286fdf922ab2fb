/** What the pages about release health are drawn from: each answer is worked out of few rows, whatever the number of users. */
import { appById } from '#db/views/apps.ts';
import { policyInForce } from '#db/views/policy.ts';
import { lastTold, segmentSteps, stepsOf, toldOf, tracksOfPlatform, usageByHour, versionsTold } from '#db/views/health-series.ts';
import type { Of, VersionAsked } from '#db/views/health-series.ts';
import type { Audience } from '#domain/facts.ts';
import { USAGE_ALONE, planInWords, planOfFirstShare } from '#domain/health/plan.ts';
import { HOUR_MS, WHOLE, hourOf } from '#domain/health/rollup.ts';
import { healthRules, limitsOf, rateRuleOf, sourceOf } from '#domain/health/rules.ts';
import { segmentsOf } from '#domain/health/segments.ts';
import type { SegmentSeen } from '#domain/health/segments.ts';
import { MOST_DAYS, RATE_UNIT, baselineOf, seriesOf, stepHoursFor } from '#domain/health/series.ts';
import type { SeriesPoint } from '#domain/health/series.ts';
import { percentsOf } from '#domain/release/track.ts';
import type { Track } from '#domain/release/track.ts';
import type { TrackPolicy } from '#domain/policy/track-policy.ts';
import type { Instant } from '#domain/time.ts';
import type { Handlers, Room } from '../context.ts';
import { notFound, refuse } from '../errors.ts';

/** Releases that are looked through for those before: a year of a weekly app and more. */
const LOOKED_THROUGH = 80;
/** Versions that are shown where none are asked for. */
const SHOWN = 5;
/** How many releases make the baseline. */
const BASELINE = 3;
/** Segments in an answer: those beyond are the least used. */
const MOST_SEGMENTS = 60;
/** Steps of a scan: coarser than an hour where a rollout is older than two days. */
const SCAN_STEPS = 48;
/** Days of use that the planner looks at; the middle one counts, so that a strange day does not. */
const USAGE_DAYS = 7;
const DAY_MS = 24 * HOUR_MS;

const instant = (ms: number): Instant => new Date(ms).toISOString();

type AppRow = NonNullable<Awaited<ReturnType<typeof appById>>>;

/** When people of an audience first got it; null: only its roll-ups can tell. */
function beganAt(track: Track, audience: Audience): number | null {
  if (audience !== 'production') return null;
  const at = track.reached['rolling-out'] ?? percentsOf(track)[0]?.at ?? null;
  return at === null ? null : Date.parse(at);
}

/** The last releases that were with everyone before a track began to roll out: what it is held against at the same age, as the criteria hold it. */
function releasedBefore(track: Track, all: readonly Track[]): Track[] {
  const began = track.reached['rolling-out'] ?? track.since;
  return all
    .slice(all.indexOf(track) + 1)
    .filter(({ kind, reached }) => kind === 'regular' && reached['rolling-out'] !== undefined && (reached.released ?? '9') <= began)
    .slice(0, BASELINE);
}

/** One line to be read: a version, where its age begins, and how far it is told. */
type Asked = VersionAsked & { track: Track; sinceMs: number; untilMs: number; toldUntil: Instant | null };

export function healthChartHandlers(room: Room): Handlers<'getHealthSeries' | 'getHealthSegments' | 'getHealthRules' | 'getHealthPlan'> {
  const appOf = async (id: string): Promise<AppRow> => (await appById(room.db, id)) ?? notFound(`app "${id}"`, 'see GET /api/apps');
  const platformOf = async (id: string, platform: string): Promise<AppRow> => {
    const app = await appOf(id);
    if (!app.platforms.includes(platform))
      refuse('invalid-input', `the app has no platform "${platform}"`, `one of ${app.platforms.join(', ')}`);
    return app;
  };
  const policyOf = async (app: string, platform: string): Promise<TrackPolicy | null> => {
    const inForce = await policyInForce(room.db, app);
    return inForce === null ? null : room.policies.of(app, inForce.revision, platform, 'regular');
  };

  /** The tracks that are asked for, as lines; of those of which nothing is told there is none. */
  async function linesOf(
    tracks: readonly Track[],
    of: Of,
    { build, now, mostHours }: { build: { of: Track; number: string } | null; now: Instant; mostHours: number },
  ): Promise<Asked[]> {
    const told = new Map(
      (
        await versionsTold(
          room.db,
          of,
          tracks.map(({ version }) => version),
        )
      ).map((each) => [each.version, each]),
    );
    return tracks.flatMap((track): Asked[] => {
      const found = told.get(track.version);
      if (found === undefined) return [];
      const sinceMs = hourOf(beganAt(track, of.audience) ?? Date.parse(found.firstAt));
      const end = Math.min(Date.parse(found.toldUntil ?? now), Date.parse(now), Date.parse(found.lastAt) + HOUR_MS);
      const untilMs = Math.min(Math.max(end, sinceMs), sinceMs + mostHours * HOUR_MS);
      return [
        {
          track,
          version: track.version,
          build: build?.of === track ? build.number : null,
          from: instant(sinceMs),
          until: instant(untilMs),
          sinceMs,
          untilMs,
          toldUntil: found.toldUntil,
        },
      ];
    });
  }

  const tracksOr = async (app: string, platform: string, versions: readonly string[] | undefined) => {
    const all = await tracksOfPlatform(room.db, app, platform, LOOKED_THROUGH);
    if (versions === undefined || versions.length === 0) return { all, shown: all.slice(0, SHOWN) };
    const shown = versions.map(
      (version) =>
        all.find((track) => track.version === version) ??
        notFound(`track "${app}/${version}/${platform}" among the newest ${LOOKED_THROUGH}`, `see GET /api/apps/${app}/releases`),
    );
    return { all, shown };
  };

  return {
    getHealthSeries: async ({ params, query }, { now }) => {
      const { platform, metric, audience, segment, by, step } = query;
      const app = await platformOf(params.app, platform);
      const { all, shown } = await tracksOr(app.id, platform, query.versions);
      const policy = await policyOf(app.id, platform);
      const limits = policy === null ? [] : limitsOf(policy, metric, audience);
      const exposure = query.exposure ?? limits[0]?.exposure ?? 'consumption';
      const limit = limits.find((each) => each.exposure === exposure) ?? null;
      const source = policy === null ? null : sourceOf(policy, metric, audience, exposure);
      const of: Of = { app: app.id, platform, audience, segment, source, exposure };
      const [first] = shown;
      const build = query.build === undefined || first === undefined ? null : { of: first, number: query.build };
      // the whole of what it is held against: of what the one shows that is under way
      const lead = shown.find((track) => track.reached['rolling-out'] !== undefined) ?? first;
      const before = lead === undefined || by === 'date' ? [] : releasedBefore(lead, all);
      const extra = before.filter((track) => !shown.includes(track));
      const [read, known] = await Promise.all([
        linesOf([...shown, ...extra], of, { build, now, mostHours: Math.min(query.hours ?? Infinity, MOST_DAYS[step] * 24) }),
        toldOf(
          room.db,
          of,
          shown.map(({ version }) => version),
        ),
      ]);
      const told = read.filter(({ track }) => shown.includes(track));
      const longest = Math.max(24, ...told.map(({ sinceMs, untilMs }) => (untilMs - sinceMs) / HOUR_MS));
      // of releases that only lie behind the others nothing is shown beyond these, and a day
      const lines = read.map((line) => {
        const untilMs = shown.includes(line.track) ? line.untilMs : Math.min(line.untilMs, line.sinceMs + longest * HOUR_MS);
        return { ...line, untilMs, until: instant(untilMs) };
      });
      const stepHours = step === 'day' ? 24 : stepHoursFor(longest);
      const isByDay = by === 'date' && step === 'day';
      const [steps, usage] = await Promise.all([
        stepsOf(room.db, of, metric, lines, isByDay ? { by: 'day', zone: app.timezone } : { by: 'age', hours: stepHours }),
        lines.length === 0 ? [] : usageByHour(room.db, of, earliest(lines), latest(lines)),
      ]);
      const points = new Map<Asked, SeriesPoint[]>();
      for (const line of lines) {
        points.set(line, seriesOf(steps.get(line.version) ?? []));
        // the ranges of a long line take a while: others are let in between
        await new Promise(setImmediate);
      }
      const shareOf = sharesOf(usage);
      const baseline = baselineOf(
        lines.filter(({ track }) => before.includes(track)).map((line) => ({ sinceMs: line.sinceMs, points: points.get(line) ?? [] })),
      );
      return {
        platform,
        metric,
        audience,
        segment,
        source,
        unit: RATE_UNIT,
        stepHours,
        exposure,
        of: limit?.of ?? (exposure === 'sessions' ? 'sessions' : 'h'),
        limit,
        limits,
        baseline:
          baseline.length === 0
            ? null
            : {
                versions: before.filter((track) => lines.some((line) => line.track === track)).map(({ version }) => version),
                points: baseline,
              },
        items: shown.map((track) => {
          const line = lines.find((each) => each.track === track);
          return {
            version: track.version,
            stage: track.stage,
            since: line?.from ?? null,
            toldUntil: line?.toldUntil ?? null,
            points:
              line === undefined
                ? []
                : (points.get(line) ?? []).map(({ startMs, endMs, ...point }) => ({
                    at: instant(endMs),
                    ageHours: (endMs - line.sinceMs) / HOUR_MS,
                    ...point,
                    share: shareOf(point.stepExposure, startMs, endMs),
                  })),
          };
        }),
        known,
      };
    },

    getHealthSegments: async ({ params, query }, { now }) => {
      const { platform, metric, audience, dimension } = query;
      const app = await platformOf(params.app, platform);
      const { all, shown } = await tracksOr(app.id, platform, query.version === undefined ? undefined : [query.version]);
      const policy = await policyOf(app.id, platform);
      const of: Of = {
        app: app.id,
        platform,
        audience,
        segment: WHOLE,
        source: policy === null ? null : sourceOf(policy, metric, audience),
        // the scan counts by use, as its criterion does
        exposure: 'consumption',
      };
      const [asked] = shown;
      const build = query.build === undefined || asked === undefined ? null : { of: asked, number: query.build };
      const told = await linesOf(shown, of, { build, now, mostHours: MOST_DAYS.hour * 24 });
      const [line] = told;
      const nothing = { version: null, dimension, baseline: [], items: [], left: 0 };
      if (line === undefined) return nothing;
      const bases = await linesOf(releasedBefore(line.track, all), of, { build: null, now, mostHours: MOST_DAYS.hour * 24 });
      const stepHours = Math.ceil((line.untilMs - line.sinceMs) / HOUR_MS / SCAN_STEPS) || 1;
      const steps = await segmentSteps(room.db, of, metric, dimension, [line, ...bases], stepHours);
      const sinceOf = new Map([line, ...bases].map(({ version, sinceMs }) => [version, sinceMs]));
      const seen = steps.map((each): SegmentSeen & { version: string } => ({
        version: each.version,
        segment: each.segment.slice(dimension.length + 1),
        age: Math.round((Date.parse(each.start) - (sinceOf.get(each.version) ?? 0)) / HOUR_MS / stepHours),
        affected: each.affected,
        exposure: each.exposure,
        users: each.users,
      }));
      const rows = segmentsOf(
        dimension,
        seen.filter(({ version }) => version === line.version),
        seen.filter(({ version }) => version !== line.version),
        new Set(
          steps
            .filter(({ version, start }) => version !== line.version && Date.parse(start) < line.sinceMs)
            .map(({ segment }) => segment.slice(dimension.length + 1)),
        ),
      );
      return {
        version: line.version,
        dimension,
        baseline: bases.map(({ version }) => version),
        items: rows.slice(0, MOST_SEGMENTS),
        left: Math.max(0, rows.length - MOST_SEGMENTS),
      };
    },

    getHealthRules: async ({ params }) => {
      const app = await appOf(params.app);
      const { revision = 0 } = (await policyInForce(room.db, app.id)) ?? {};
      const items = await Promise.all(
        app.platforms.map(async (platform) => {
          const policy = await room.policies.of(app.id, revision, platform, 'regular');
          return policy === null ? [] : [{ platform, rollout: policy.rollout, halt: policy.robot.halt, rules: healthRules(policy) }];
        }),
      );
      return { revision, items: items.flat() };
    },

    getHealthPlan: async ({ params, query }) => {
      const { platform, metric, days } = query;
      const app = await platformOf(params.app, platform);
      if ((query.dailyUsers === undefined) !== (query.hoursPerUser === undefined))
        refuse(
          'invalid-input',
          'dailyUsers and hoursPerUser are one without the other',
          'both, or none of them for what the roll-ups tell',
        );
      const policy = await policyOf(app.id, platform);
      const rule = policy === null ? null : rateRuleOf(policy, metric, 'production', query.exposure ?? null);
      const waits = rule?.waits ?? USAGE_ALONE;
      const limitFrom = query.limit === undefined ? (rule?.limit ?? null) : null;
      const limit = query.limit ?? limitFrom?.limit ?? null;
      const percent = query.percent ?? policy?.rollout[0] ?? 1;
      const exposure = query.exposure ?? rule?.limit.exposure ?? 'consumption';
      const unit = rule?.limit.of ?? (exposure === 'sessions' ? 'sessions' : 'h');
      if (unit === 'h' && (query.hoursPerUser ?? 0) > 24)
        refuse('invalid-input', `nobody uses it for ${query.hoursPerUser} hours of a day`, 'hoursPerUser of at most 24');
      const told =
        query.dailyUsers === undefined
          ? await usageADay({
              app: app.id,
              platform,
              source: policy === null ? null : sourceOf(policy, metric, 'production', exposure),
              exposure,
            })
          : null;
      const dailyUsage =
        query.dailyUsers === undefined || query.hoursPerUser === undefined ? (told?.usage ?? null) : query.dailyUsers * query.hoursPerUser;
      const plan = limit === null || dailyUsage === null ? null : planOfFirstShare({ percent, days, dailyUsage, limit, waits });
      const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
      return {
        platform,
        metric,
        percent,
        days,
        of: unit,
        limit,
        limitFrom,
        dailyUsage,
        usageFrom: told === null ? null : { from: told.from, until: told.until, days: told.days },
        plan:
          plan === null
            ? null
            : {
                requiredExposure: finite(plan.requiredExposure),
                daysToTell: finite(plan.daysToTell),
                percentForDays: finite(plan.percentForDays),
                daysOfAll: finite(plan.daysOfAll),
                inTime: plan.inTime,
                healthyAt: waits.healthyAt,
                power: waits.power,
                lateReportsHours: waits.lateReportsHours,
                minHours: waits.minHours,
              },
        sentence:
          plan !== null
            ? planInWords({ percent, days }, plan)
            : limit === null
              ? 'Without a limit nothing is held against it: the policy has none on this rate.'
              : 'Nothing is told of how much it is used: say how many people use it a day, and how long.',
      };
    },
  };

  /** Use in a day of the last whole days of which the platform is told: the middle one. Null: of no whole day anything is told. */
  async function usageADay(
    asked: Pick<Of, 'app' | 'platform' | 'source' | 'exposure'>,
  ): Promise<{ usage: number; from: Instant; until: Instant; days: number } | null> {
    const of: Of = { ...asked, audience: 'production', segment: WHOLE };
    const last = await lastTold(room.db, of);
    if (last === null) return null;
    const untilMs = Date.parse(last) + HOUR_MS;
    const fromMs = untilMs - USAGE_DAYS * DAY_MS;
    const days = new Map<number, number>();
    for (const { hourMs, exposure } of await usageByHour(room.db, of, instant(fromMs), instant(untilMs))) {
      const day = Math.floor((hourMs - fromMs) / DAY_MS);
      days.set(day, (days.get(day) ?? 0) + exposure);
    }
    const uses = [...days.values()].toSorted((a, b) => a - b);
    const middle = uses[Math.floor(uses.length / 2)];
    return middle === undefined ? null : { usage: middle, from: instant(fromMs), until: instant(untilMs), days: uses.length };
  }
}

const earliest = (lines: readonly Asked[]): Instant => instant(Math.min(...lines.map(({ sinceMs }) => sinceMs)));
const latest = (lines: readonly Asked[]): Instant => instant(Math.max(...lines.map(({ untilMs }) => untilMs)));

/** The share of a step in the use of all versions in its hours; null where nothing was used. */
function sharesOf(
  usage: readonly { hourMs: number; exposure: number }[],
): (exposure: number, startMs: number, endMs: number) => number | null {
  const byHour = new Map(usage.map(({ hourMs, exposure }) => [hourMs, exposure]));
  return (exposure, startMs, endMs) => {
    let all = 0;
    for (let hourMs = hourOf(startMs); hourMs < endMs; hourMs += HOUR_MS) all += byHour.get(hourMs) ?? 0;
    return all > 0 ? Math.min(1, exposure / all) : null;
  };
}
