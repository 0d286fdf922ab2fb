/** From findings to verdicts: which instances count for a track now, how fresh their sources are, what is waived, and since when. */
import type { FactKind, Source, Waiver } from '../facts.ts';
import { keyOfQuestion } from '../health/told.ts';
import type { HealthQuestion } from '../health/told.ts';
import { pendingSteps, stepsOf, nextStep } from '../release/can.ts';
import type { InReviewTrack, RollingOutTrack, Step, StoreApprovedTrack, Track } from '../release/track.ts';
import type { World } from '../release/world.ts';
import { earliest, inWords, latest, msBetween, plusMinutes, type Instant } from '../time.ts';
import { isOfHealth, passes, type Finding, type LastVerdict, type Verdict } from './criterion.ts';
import type { Instance } from './instance.ts';
import { healthQuestionsOf, healthSourceOf, judge, needsOf } from './index.ts';
import { soon } from '../calendar/words.ts';
import { sourceName } from '../names.ts';
import { storefrontKinds } from '../rollout/storefronts.ts';
import { capital, firstClause } from './words.ts';

/** Criteria that speak of a moment, not of a state: behind their step they have nothing to say any more. */
export const momentary: readonly string[] = ['window-open', 'soaked', 'nightly-fresh'];

/** All verdicts of a track now: what stands before its steps, what halts it, and what is watched. One for each instance. */
export function judgeTrack(world: World, track: Track): readonly Verdict[] {
  const { policy } = world;
  const steps = stepsOf(policy);
  const pending = pendingSteps(track, policy);
  const next = nextStep(track, policy);
  const upTo = next === null ? -1 : steps.indexOf(next);
  const verdicts: Verdict[] = [];
  const unlive = isLiveInPart(track) ? beforeItWasLive(track) : null;
  for (const { instance, gates } of instancesOf(world, track)) {
    const standsBefore = pending.filter((step) => gates.includes(step));
    const step = standsBefore[0] ?? gates.find((gate) => steps.indexOf(gate) > upTo) ?? gates.at(-1) ?? null;
    const behind = gates.length > 0 && gates.every((gate) => steps.indexOf(gate) < firstPending(steps, pending));
    if (behind && momentary.includes(instance.kind)) continue;
    const neededNow = standsBefore.length > 0 || gates.some((gate) => upTo >= 0 && steps.indexOf(gate) <= upTo);
    const place = { gates, step, neededNow, holdsWhat: standsBefore.length > 0 ? (next ?? standsBefore[0] ?? null) : null };
    const verdict = verdictOf(world, track, instance, place);
    const wasMet =
      unlive !== null &&
      isOfHealth(instance.kind) &&
      verdict.colour !== 'red' &&
      !passes(verdict) &&
      passes(verdictOf(world, unlive, instance, place));
    verdicts.push(wasMet ? { ...verdict, metBefore: true, holds: null } : verdict);
  }
  return verdicts;
}

/**
 * What all criteria of a track ask of the roll-ups, each question once. Also as it stood before its rollout: a storefront that moved by itself is judged as of then.
 */
export function healthQuestions(world: World): readonly HealthQuestion[] {
  const asked = new Map<string, HealthQuestion>();
  for (const track of asJudged(world.track))
    for (const { instance, gates } of instancesOf(world, track)) {
      const { app, release, siblings, facts, policy, now } = world;
      for (const question of healthQuestionsOf(instance, { app, release, track, siblings, facts, policy, step: gates[0] ?? null, now }) ??
        [])
        asked.set(keyOfQuestion(question), question);
    }
  return [...asked.values()];
}

/** The track as it is, and as it is judged when it is asked whether a share was permitted. */
function asJudged(track: Track): readonly Track[] {
  switch (track.stage) {
    case 'rolling-out':
    case 'in-review':
    case 'store-approved':
      return [track, beforeItWasLive(track)];
    case 'planned':
    case 'developing':
    case 'stabilising':
    case 'candidate':
    case 'halted':
    case 'released':
    case 'completed':
    case 'canceled':
    case 'superseded':
      return [track];
    default:
      return track satisfies never;
  }
}

/** Whether it is live on one of several storefronts while another reviews or waits. */
function isLiveInPart(track: Track): track is InReviewTrack | StoreApprovedTrack {
  return (track.stage === 'in-review' || track.stage === 'store-approved') && (track.liveIn?.length ?? 0) > 0;
}

/** A track as it is judged before any share of it is live, wherever it went by itself. */
export function beforeItWasLive(track: RollingOutTrack | InReviewTrack | StoreApprovedTrack): Track {
  return { ...track, stage: 'store-approved', liveIn: [] };
}

/** The verdicts that hold these steps: not passing, and standing before one of them. */
export function holding(verdicts: readonly Verdict[], steps: readonly Step[]): readonly Verdict[] {
  return verdicts.filter((verdict) => verdict.gates.some((gate) => steps.includes(gate)) && !passes(verdict));
}

function firstPending(steps: readonly Step[], pending: readonly Step[]): number {
  const places = pending.map((step) => steps.indexOf(step)).filter((place) => place >= 0);
  return places.length > 0 ? Math.min(...places) : steps.length;
}

function instancesOf(world: World, track: Track): readonly { instance: Instance; gates: readonly Step[] }[] {
  const { policy } = world;
  const found = new Map<string, { instance: Instance; gates: Step[] }>();
  const note = (instance: Instance): { gates: Step[] } => {
    const known = found.get(instance.id);
    if (known) return known;
    const fresh = { instance, gates: [] as Step[] };
    found.set(instance.id, fresh);
    return fresh;
  };
  for (const step of stepsOf(policy)) for (const instance of policy.before[step] ?? []) note(instance).gates.push(step);
  for (const instance of policy.haltsWhileRollingOut) note(instance);
  for (const instance of policy.watchWhile[track.stage] ?? []) note(instance);
  return [...found.values()];
}

/** The sources that speak of this track: a storefront is one only of the tracks that ship there. */
function sourcesOf({ facts, policy }: World): readonly Source[] {
  const elsewhere = new Set<string>(storefrontKinds.filter((kind) => !policy.storefronts.includes(kind)));
  return facts.sources.filter(({ source }) => !elsewhere.has(source));
}

type Place = { gates: readonly Step[]; step: Step | null; neededNow: boolean; holdsWhat: Step | null };

function verdictOf(world: World, track: Track, instance: Instance, place: Place): Verdict {
  const waiver = waiverOf(world.facts.waivers, instance.id);
  const { app, release, siblings, facts, policy, now } = world;
  const at = { app, release, track, siblings, facts, policy, step: place.step, now };
  const feed = feedFor(world, instance, at);
  const judged = (): Finding => judge(instance, at);
  const finding = feed.trouble === null ? judged() : feed.setUp ? blind(feed.trouble, judged(), feed, world) : feed.trouble;
  const before = world.previous.find((verdict) => verdict.instance === instance.id);
  const verdict: Verdict = {
    ...finding,
    instance: instance.id,
    kind: instance.kind,
    title: instance.title,
    setUp: feed.setUp,
    informing: instance.informing,
    waivable: instance.waivable,
    gates: place.gates,
    neededNow: place.neededNow,
    holds: null,
    since: before && isAsBefore(before, finding, feed.setUp, place.neededNow) ? before.since : world.now,
    freshAt: feed.freshAt,
    freshForMinutes: feed.freshForMinutes,
    nextReadAt: feed.nextReadAt,
    sources: feed.sources,
    waiver,
    looksAgainAt: earliest(finding.looksAgainAt, feed.staleAt, waiver?.state === 'active' && 'at' in waiver.until ? waiver.until.at : null),
  };
  return { ...verdict, holds: place.holdsWhat !== null && !passes(verdict) ? place.holdsWhat : null };
}

/** Health is told by feeds of its own, all else by the sources of facts. */
function feedFor(world: World, instance: Instance, at: Parameters<typeof judge>[1]): Feed {
  const questions = healthQuestionsOf(instance, at);
  if (questions === null) return feedOf(sourcesOf(world), needsOf(instance), instance, world.now);
  return feedOf(healthFeedsOf(at, instance, questions[0]), ['health'], instance, world.now);
}

/** Hours come in by the hour, and a little later. */
const HEALTH_FRESH_FOR_MINUTES = 3 * 60;

/** The feeds of health that speak here: those that have told of this version, else whatever is connected for its platform. */
function healthFeedsOf(at: Parameters<typeof judge>[1], instance: Instance, own: HealthQuestion | undefined): readonly Fed[] {
  const named = healthSourceOf(instance, at);
  const told = own === undefined ? [] : (at.facts.health.answers[keyOfQuestion(own)] ?? []).map(({ source }) => source);
  return at.facts.health.feeds
    .filter(
      ({ platform, source }) =>
        platform === at.track.platform && (named === null ? told.length === 0 || told.includes(source) : source === named),
    )
    .map(({ source, watermark }) => ({
      source,
      kinds: ['health'],
      connected: true,
      lastReadAt: watermark,
      freshForMinutes: HEALTH_FRESH_FOR_MINUTES,
      error: null,
      nextReadAt: null,
    }));
}

/** What cannot be told now keeps what was last read, for the eye alone: `0.09 at 13:33 · Observability`. */
function blind(trouble: Finding, last: Finding, feed: Feed, { app, now }: World): Finding {
  const { value, limit, limitIs, range, sample, baseline, rate } = last;
  const at = feed.silentSince;
  if (at === null || last.colour === 'unknown' || feed.silent === null) return trouble;
  return {
    ...trouble,
    ...(value ? { value } : {}),
    ...(limit ? { limit } : {}),
    ...(limitIs ? { limitIs } : {}),
    ...(range ? { range } : {}),
    ...(sample ? { sample } : {}),
    ...(baseline ? { baseline } : {}),
    ...(rate ? { rate } : {}),
    clause: `${last.headline} at ${soon(at, app.timezone, now)} · ${sourceName(feed.silent)}`,
  };
}

/** A colour lasts as long as it is the same; what is not met waits from the moment on which it was needed. */
function isAsBefore(before: LastVerdict, finding: Finding, setUp: boolean, neededNow: boolean): boolean {
  if (before.colour !== finding.colour || before.setUp !== setUp) return false;
  return finding.colour === 'green' || before.neededNow === neededNow;
}

type Feed = {
  setUp: boolean;
  trouble: Finding | null;
  freshAt: Instant | null;
  freshForMinutes: number | null;
  nextReadAt: Instant | null;
  staleAt: Instant | null;
  sources: readonly string[];
  /** The source that is silent, and when it last spoke. */
  silent: string | null;
  silentSince: Instant | null;
};

/** What a source tells of: a kind of fact, or health. */
type Kind = FactKind | 'health';
type Fed = Omit<Source, 'kinds'> & { kinds: readonly Kind[] };

const kindWords: Readonly<Record<Kind, string>> = {
  health: 'health',
  build: 'builds',
  'test-run': 'test runs',
  distribution: 'distributions',
  bug: 'bugs',
  check: 'compliance checks',
  storefront: 'storefront states',
  branch: 'branches',
  containment: 'commits of builds',
  report: 'colours',
};

/** Whether the sources behind an instance are alive. Unknown is never green: silence past the limit is a finding of its own. */
function feedOf(all: readonly Fed[], needs: readonly Kind[], instance: Instance, now: Instant): Feed {
  const quiet: Feed = {
    setUp: true,
    trouble: null,
    freshAt: null,
    freshForMinutes: null,
    nextReadAt: null,
    staleAt: null,
    sources: [],
    silent: null,
    silentSince: null,
  };
  if (needs.length === 0) return quiet;
  const used: Fed[] = [];
  for (const kind of needs) {
    const sources = all.filter((source) => source.connected && source.kinds.includes(kind));
    if (sources.length === 0) return { ...quiet, setUp: instance.required, trouble: neverConnected(kind) };
    used.push(...sources.filter((source) => !used.includes(source)));
  }
  let askedAt: Instant | null = null;
  let toldAt: Instant | null = null;
  let staleAt: Instant | null = null;
  let limit: number | null = null;
  let trouble: Finding | null = null;
  let mute: Fed | null = null;
  const note = (source: Fed, freshFor: number | null): void => {
    if (trouble !== null) return;
    trouble = silent(source, freshFor, now);
    mute = source;
  };
  for (const source of used) {
    const freshFor = instance.freshForMinutes ?? source.freshForMinutes;
    if (freshFor === null) {
      toldAt = latest(toldAt, source.lastReadAt);
      // a source that pushes says when it is broken; its silence says nothing
      if (source.error !== null) note(source, freshFor);
      continue;
    }
    askedAt = earliest(askedAt, source.lastReadAt);
    limit = limit === null ? freshFor : Math.min(limit, freshFor);
    const until = source.lastReadAt === null ? null : plusMinutes(source.lastReadAt, freshFor);
    if (until === null || until <= now) note(source, freshFor);
    else staleAt = earliest(staleAt, until);
  }
  return {
    setUp: true,
    trouble,
    freshAt: askedAt ?? toldAt,
    freshForMinutes: limit,
    nextReadAt: earliest(...used.map((source) => source.nextReadAt)),
    staleAt,
    sources: used.map((source) => source.source),
    ...silentOf(mute),
  };
}

function silentOf(source: Fed | null): Pick<Feed, 'silent' | 'silentSince'> {
  return { silent: source?.source ?? null, silentSince: source?.lastReadAt ?? null };
}

function neverConnected(kind: Kind): Finding {
  const what = kindWords[kind];
  return {
    colour: 'unknown',
    headline: 'Not connected',
    aside: null,
    clause: `Nothing reports ${what} yet`,
    because: `Nothing reports ${what} for this app yet.`,
    turnsGreen: `when a source of ${what} is connected and says so`,
    evidence: [],
    who: [{ kind: 'role', name: 'release manager', what: `connects a source of ${what}`, contact: null }],
  };
}

function silent(source: Fed, freshForMinutes: number | null, now: Instant): Finding {
  const since = source.lastReadAt === null ? 'It was never read' : `Last read ${inWords(msBetween(source.lastReadAt, now))} ago`;
  const name = sourceName(source.source);
  const limit = freshForMinutes === null ? '' : `, fresh for ${inWords(freshForMinutes * 60_000)}`;
  const why = source.error === null ? '' : `: ${source.error}`;
  return {
    colour: 'unknown',
    headline: source.lastReadAt === null ? 'No data yet' : `No data for ${inWords(msBetween(source.lastReadAt, now))}`,
    aside: '',
    clause: source.error === null ? `${name} is silent` : firstClause(capital(source.error)),
    because: `${name} is silent${why}. ${since}${limit}.`,
    turnsGreen: `when ${name} can be read again and what it says is green`,
    evidence: [],
    who: [{ kind: 'source', name, what: 'answers again', contact: null }],
  };
}

/** The waiver that counts: the active one, else the one that was asked for last. */
function waiverOf(waivers: readonly Waiver[], instance: string): Waiver | null {
  const mine = waivers.filter((waiver) => waiver.instance === instance);
  return mine.findLast((waiver) => waiver.state === 'active') ?? mine.findLast((waiver) => waiver.state === 'asked') ?? null;
}
