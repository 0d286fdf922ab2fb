/**
 * OTLP/HTTP in its JSON encoding (opentelemetry.io, "OTLP Specification", "JSON Protobuf Encoding"): names in lowerCamelCase, 64-bit integers as decimal strings (numbers are taken
 * too), enums as numbers, and whatever is not known is left alone.
 */
import { z } from 'zod';
import { counted, hoursIn } from '#domain/health/counters.ts';
import type { Counted, CounterPoint } from '#domain/health/counters.ts';
import { isSegment } from '#domain/health/rollup.ts';
import type { MetricsReader, RefusedPoints } from '#ports/metrics-reader.ts';
import type { OtlpSettings } from './settings.ts';

const int64 = z.union([z.string().regex(/^-?\d{1,20}$/, 'a whole number as a string'), z.int()]);
const double = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);
const anyValue = z.object({
  stringValue: z.string().optional(),
  intValue: int64.optional(),
  boolValue: z.boolean().optional(),
  doubleValue: double.optional(),
});
const attributes = z.array(z.object({ key: z.string().default(''), value: anyValue.optional() })).default([]);
const moments = { startTimeUnixNano: int64.optional(), timeUnixNano: int64.optional(), flags: z.int().default(0), attributes };
const numberPoint = z.object({ ...moments, asDouble: double.optional(), asInt: int64.optional() });
const histogramPoint = z.object({ ...moments, count: int64.default(0), sum: double.optional() });
const temporality = z.int().default(0);
/** Points are read one by one, so that a wrong one leaves the others. */
const points = z.array(z.unknown()).default([]);
const metric = z.object({
  name: z.string().default(''),
  unit: z.string().default(''),
  gauge: z.object({ dataPoints: points }).optional(),
  sum: z.object({ dataPoints: points, aggregationTemporality: temporality, isMonotonic: z.boolean().default(false) }).optional(),
  histogram: z.object({ dataPoints: points, aggregationTemporality: temporality }).optional(),
  exponentialHistogram: z.object({ dataPoints: points, aggregationTemporality: temporality }).optional(),
  summary: z.object({ dataPoints: points }).optional(),
});
const request = z.object({
  resourceMetrics: z
    .array(
      z.object({
        resource: z.object({ attributes }).optional(),
        scopeMetrics: z
          .array(z.object({ scope: z.object({ name: z.string().default('') }).optional(), metrics: z.array(metric).default([]) }))
          .default([]),
      }),
    )
    .default([]),
});
type Metric = z.infer<typeof metric>;

/** Of `flags`: this point is there to say that there is none. */
const NO_RECORDED_VALUE = 1;
const DELTA = 1;
const CUMULATIVE = 2;
const MOST_POINTS = 20_000;

export function otlpReader(settings: OtlpSettings): MetricsReader {
  const names = namesOf(settings);
  return {
    dispersion: settings.dispersion,
    looksFor: [...names.keys()].join(', '),
    read(body) {
      let value: unknown;
      try {
        value = JSON.parse(body.toString('utf8'));
      } catch {
        return { ok: false, because: 'the body cannot be read as JSON', right: 'an ExportMetricsServiceRequest in OTLP’s JSON encoding' };
      }
      const read = request.safeParse(value);
      if (!read.success) {
        const [issue] = read.error.issues;
        return {
          ok: false,
          because: `${issue?.path.join('.') === '' ? 'the body' : (issue?.path.join('.') ?? '')}: ${issue?.message ?? ''}`,
          right: 'an ExportMetricsServiceRequest in OTLP’s JSON encoding',
        };
      }
      const found: { points: CounterPoint[]; refused: RefusedPoints[]; ignored: number } = { points: [], refused: [], ignored: 0 };
      for (const { resource, scopeMetrics } of read.data.resourceMetrics)
        for (const { scope, metrics } of scopeMetrics)
          for (const each of metrics)
            readMetric(each, { names, settings, resource: textsOf(resource?.attributes ?? []), scope: scope?.name ?? '' }, found);
      if (found.points.length > MOST_POINTS)
        return { ok: false, because: `${found.points.length} points are too many for one request`, right: `at most ${MOST_POINTS}` };
      return { ok: true, ...found };
    },
  };
}

/** What each metric counts, by its name. */
function namesOf(settings: OtlpSettings): Map<string, Counted> {
  const named: Record<Counted, string> = {
    crashes: settings.crashes,
    'crashes-affected': settings.crashesAffected,
    anrs: settings.anrs,
    'anrs-affected': settings.anrsAffected,
    sessions: settings.sessions,
    usage: settings.usage,
    users: settings.users,
  };
  return new Map(counted.flatMap((what) => (named[what] === '' ? [] : [[named[what], what] as const])));
}

type About = { names: ReadonlyMap<string, Counted>; settings: OtlpSettings; resource: ReadonlyMap<string, string>; scope: string };
type Found = { points: CounterPoint[]; refused: RefusedPoints[]; ignored: number };

function readMetric(each: Metric, about: About, found: Found): void {
  const { name, unit, gauge, sum, histogram, exponentialHistogram, summary } = each;
  const data = gauge ?? sum ?? histogram ?? exponentialHistogram ?? summary;
  const what = about.names.get(name);
  if (what === undefined) {
    found.ignored += data?.dataPoints.length ?? 0;
    return;
  }
  const refuse = (because: string, sample: unknown, reason: RefusedPoints['reason'] = 'unreadable'): void =>
    void found.refused.push({ reason, because: `${name}: ${because}`, sample });
  const is = gauge === undefined ? kindOf((sum ?? histogram ?? exponentialHistogram)?.aggregationTemporality) : 'reading';
  const wrong = wrongOf(each, what, is);
  for (const point of data?.dataPoints ?? []) {
    const read = (gauge !== undefined || sum !== undefined ? numberPoint : histogramPoint).safeParse(point);
    if (wrong !== null || is === null) refuse(wrong ?? 'it says not whether its points are deltas or totals', point);
    else if (!read.success) refuse(`${read.error.issues[0]?.path.join('.') ?? ''}: ${read.error.issues[0]?.message ?? ''}`, point);
    else if ((read.data.flags & NO_RECORDED_VALUE) === 0) {
      const timeNs = BigInt(read.data.timeUnixNano ?? 0);
      const startNs = BigInt(read.data.startTimeUnixNano ?? 0);
      if (timeNs <= 0n) refuse('a point without timeUnixNano', point);
      else
        found.points.push({
          ...placed(about, textsOf(read.data.attributes)),
          what,
          is: what === 'users' ? 'reading' : is,
          eachAffects: about.settings[what === 'anrs' ? 'anrsAffected' : 'crashesAffected'] === '',
          stream: streamOf(about, name, textsOf(read.data.attributes)),
          startNs: startNs <= 0n ? null : startNs,
          timeNs,
          value: valueOf(read.data, what, unit),
        });
    }
  }
}

function kindOf(of: number | undefined): 'added' | 'total' | null {
  return of === DELTA ? 'added' : of === CUMULATIVE ? 'total' : null;
}

/** What no point of a metric can mean. */
function wrongOf(
  { gauge, sum, summary, histogram, exponentialHistogram }: Metric,
  what: Counted,
  is: CounterPoint['is'] | null,
): string | null {
  if (summary !== undefined) return 'a summary cannot be added up; a sum or a histogram can';
  if (gauge === undefined && sum === undefined && histogram === undefined && exponentialHistogram === undefined)
    return 'a metric without data';
  if (what === 'users') return gauge === undefined && sum === undefined ? 'a gauge is what tells how many are active' : null;
  if (gauge !== undefined) return 'a gauge cannot be added up; a sum or a histogram can';
  if (sum !== undefined && is === 'total' && !sum.isMonotonic)
    return 'a total that may fall cannot be told from one that began anew; a monotonic sum can';
  return null;
}

type Point = z.infer<typeof numberPoint> | z.infer<typeof histogramPoint>;

function valueOf(point: Point, what: Counted, unit: string): number {
  const plain = 'count' in point ? (what === 'usage' ? (point.sum ?? Number.NaN) : Number(point.count)) : numberOf(point);
  return what === 'usage' ? plain * (hoursIn(unit) ?? 1) : plain;
}

function numberOf({ asInt, asDouble }: z.infer<typeof numberPoint>): number {
  return asInt === undefined ? (asDouble ?? Number.NaN) : Number(asInt);
}

function textsOf(list: z.infer<typeof attributes>): Map<string, string> {
  return new Map(
    list.flatMap(({ key, value }) => {
      const text = value?.stringValue ?? value?.intValue ?? value?.doubleValue ?? value?.boolValue;
      return text === undefined ? [] : [[key, String(text)] as const];
    }),
  );
}

/** Where a point belongs: what its own attributes say goes before what the resource says. */
function placed({ resource, settings }: About, own: ReadonlyMap<string, string>): Pick<CounterPoint, 'platform' | 'origin' | 'segments'> {
  const said = (...keys: readonly string[]): string | null => {
    for (const key of keys) {
      const text = own.get(key) ?? resource.get(key);
      if (text !== undefined && text !== '') return text;
    }
    return null;
  };
  const [version = '', build = null] = (said('service.version') ?? '').split('+', 2);
  const os = said('os.name', 'os.type') ?? '';
  const mapped = Object.entries(settings.platforms).find(([name]) => name.toLowerCase() === os.toLowerCase())?.[1];
  return {
    platform: said('signalbox.platform') ?? mapped ?? os,
    origin: { version, build: said('app.build_id') ?? build, environment: said('deployment.environment.name', 'deployment.environment') },
    segments: segmentsIn(settings.segments, (key) => {
      if (key !== 'os.version') return said(key);
      // whoever says the platform outright may run elsewhere: the resource is then of another system
      if (said('signalbox.platform') !== null) return systemOf(own.get('os.name') ?? own.get('os.type') ?? null, own.get(key) ?? null);
      return systemOf(said('os.name', 'os.type'), said(key));
    }),
  };
}

/** Of each dimension the first attribute, by its name, that says a value of it: settings are kept in no order. */
function segmentsIn(dimensions: OtlpSettings['segments'], said: (key: string) => string | null): string[] {
  const found = new Map<string, string>();
  for (const [key, dimension] of Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const segment = `${dimension}=${said(key) ?? ''}`;
    if (!found.has(dimension) && isSegment(segment)) found.set(dimension, segment);
  }
  return [...found.values()];
}

/** `Android 14`, as SDKs tell it too; null where one of the two is not said. */
function systemOf(name: string | null, version: string | null): string | null {
  const major = /^\d+/.exec(version ?? '')?.[0];
  return name === null || major === undefined ? null : `${name} ${major}`;
}

/** What tells a counter from all others: resource, scope, metric and attributes, in one order. */
function streamOf({ resource, scope }: About, name: string, own: ReadonlyMap<string, string>): string {
  const sorted = (texts: ReadonlyMap<string, string>) => [...texts].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sorted(resource), scope, name, sorted(own)]);
}
