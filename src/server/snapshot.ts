/** The control room put together from what is stored: heads, cells, rows, needs and the summary sentence. */
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import type { ActivityLine } from '#api/verdict.ts';
import { freshnessOf } from '#db/views/freshness.ts';
import { storedRoom } from '#db/views/control-room.ts';
import type { StoredLine, StoredRelease, StoredRoom } from '#db/views/control-room.ts';
import { isOfHealth } from '#domain/criteria/criterion.ts';
import type { Verdict } from '#domain/criteria/criterion.ts';
import { lineInWords } from '#domain/event-words.ts';
import { twoBranches } from '#domain/insights/two-branches.ts';
import type { TrackPolicy } from '#domain/policy/track-policy.ts';
import type { Step } from '#domain/release/track.ts';
import { capabilities, reviewing } from '#domain/rollout/storefronts.ts';
import { summarise } from '#domain/summary.ts';
import type { SummaryTrack } from '#domain/summary.ts';
import { latest } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import type { AppClock, ReleaseContents } from '#domain/release/release.ts';
import { cellOf } from './cells.ts';
import { nowOf } from './context.ts';
import type { Room } from './context.ts';
import { headOf, holdingRows, nothingPlanned, standing } from './heads.ts';
import { needsOf } from './needs.ts';

type Around = Pick<Room, 'db' | 'clock' | 'policies'>;

/** The snapshot of an app; null when there is no such app. */
export async function snapshotOf(room: Around, app: string): Promise<ControlRoom | null> {
  const stored = await storedRoom(room.db, app);
  if (stored === null) return null;
  const now = nowOf(room, app);
  const policies = await policiesOf(room, stored);
  const heads = headsOf(stored, policies, now);
  const cells = stored.verdicts.map(({ track, verdict }) => cellOf(track, verdict));
  const paused = standing(stored.app.robotPaused, now);
  const { version, policyRevision, clock, ...appView } = stored.app;
  const { text, parts, worst } = summarise(
    heads.map((head) => summaryTrack(head, policies.get(head.id) ?? null, stored, cells)),
    paused,
    { now, timezone: stored.app.timezone },
  );
  return {
    version,
    at: now,
    app: { ...appView, platforms: [...appView.platforms], robotPaused: paused, clock: clockView(clock) },
    summary: { text, parts: parts.map((part) => ({ ...part })), worst },
    releases: releasesOf(stored.releases, heads),
    tracks: heads,
    rows: rowsOf([...policies.values()], cells),
    cells,
    needs: needsOf(stored, heads, cells, policies),
    activity: stored.lines.map((line) => activityLine(stored.app.id, line)),
    sources: stored.sources.map((source) => ({ ...source, state: freshnessOf(source, now) })),
    setUp: setUpOf(stored, policyRevision, policies),
    twoBranches: warningsOf(stored, heads, now),
    counts: { ...stored.counts, signOffs: owedByTeam(stored, heads) },
  };
}

function summaryTrack(head: TrackHead, policy: TrackPolicy | null, stored: StoredRoom, cells: ControlRoom['cells']): SummaryTrack {
  const verdicts = stored.verdicts.filter(({ track }) => track === head.id).map(({ verdict }) => verdict);
  const blind = cells.filter((cell) => cell.track === head.id && cell.holds !== null && cell.colour === 'unknown');
  return {
    version: head.version,
    platform: head.platform,
    stage: head.stage,
    percent: head.percent,
    next: head.next as Step | null,
    holding: holdingRows(policy, head.stage === 'in-review' ? verdicts.filter((verdict) => !isTheReview(verdict, policy)) : verdicts).map(
      ({ colour }) => colour,
    ),
    blindTo: [...new Set(blind.flatMap(blindTo))],
    lateMs: head.lateMs,
    hasPlan: Object.values(head.planned).some((at) => at !== null),
    robot: head.robot,
    haltedWhy: head.haltedWhy,
    halting: head.pending?.is === 'halting',
    reviewers: reviewing(policy?.storefronts ?? []),
    ahead: head.forecast?.stations[0] ?? null,
    finishAt: head.forecast?.finish?.at ?? null,
  };
}

/** What does not answer: of health, and of what a tool states, its own feed, because the system that tells it may well answer for others. */
function blindTo({ kind, title, sourceNames }: ControlRoom['cells'][number]): readonly string[] {
  if (kind === 'custom' || isOfHealth(kind)) return [`${title.replace(/ rate$/, '')} feed`];
  return sourceNames.length > 0 ? sourceNames : [title];
}

/** Whether a criterion waits for nothing but the storefront's review: it is then the review that is waited for, and no criterion beside it. */
function isTheReview({ who }: Pick<Verdict, 'who'>, policy: TrackPolicy | null): boolean {
  const reviewers = (policy?.storefronts ?? []).map((kind): string => capabilities[kind].name);
  return who.length > 0 && who.every(({ kind, name }) => kind === 'source' && reviewers.includes(name));
}

/** Releases that would stand on two branches at once. In the order in which they were born, which is that of their trains. */
function warningsOf(stored: StoredRoom, heads: readonly TrackHead[], now: Instant): ControlRoom['twoBranches'] {
  const releases = stored.releases.map(({ version, kind, planned }) => ({
    version,
    kind,
    planned: { ...nothingPlanned, ...planned },
    tracks: heads
      .filter((head) => head.version === version)
      .map(({ id, platform, stage, forecast }) => ({ id, platform, stage, forecastAt: forecast?.finish?.at ?? null })),
  }));
  return twoBranches(releases, stored.app.timezone, now).map(({ tracks, ways, ...warning }) => ({
    ...warning,
    tracks: tracks.map((track) => ({ ...track })),
    ways: ways.map((way) => ({ ...way, tracks: [...way.tracks] })),
  }));
}

/** Words that teams owe on tracks which are not submitted yet: how many tracks wait for each. */
function owedByTeam(stored: StoredRoom, heads: readonly TrackHead[]): Record<string, number> {
  const asked = new Set(heads.filter(({ stage }) => stage === 'stabilising' || stage === 'candidate').map(({ id }) => id));
  const owed = new Map<string, number>();
  for (const { track, verdict } of stored.verdicts)
    if (asked.has(track) && !verdict.informing && verdict.waiver?.state !== 'active')
      for (const team of verdict.owedBy ?? []) owed.set(team, (owed.get(team) ?? 0) + 1);
  return Object.fromEntries(owed);
}

export async function policiesOf(room: Pick<Room, 'policies'>, stored: StoredRoom): Promise<Map<string, TrackPolicy>> {
  const found = new Map<string, TrackPolicy>();
  for (const { track } of stored.tracks) {
    const policy = await room.policies.of(stored.app.id, stored.app.policyRevision, track.platform, track.kind);
    if (policy !== null) found.set(track.id, policy);
  }
  return found;
}

/** Heads in order of version (as the releases came) and of the app's platforms. */
export function headsOf(stored: StoredRoom, policies: ReadonlyMap<string, TrackPolicy>, now: Instant): TrackHead[] {
  const releases = new Map(stored.releases.map((release, at) => [release.version, { release, at }]));
  const platformAt = (platform: string): number => {
    const at = stored.app.platforms.indexOf(platform);
    return at === -1 ? stored.app.platforms.length : at;
  };
  return stored.tracks
    .toSorted(
      (a, b) =>
        (releases.get(a.track.version)?.at ?? 0) - (releases.get(b.track.version)?.at ?? 0) ||
        platformAt(a.track.platform) - platformAt(b.track.platform),
    )
    .map((each) =>
      headOf({
        ...each,
        release: releases.get(each.track.version)?.release ?? null,
        policy: policies.get(each.track.id) ?? null,
        verdicts: stored.verdicts.filter(({ track }) => track === each.track.id).map(({ verdict }) => verdict),
        storefronts: stored.storefronts.filter(
          ({ platform, version }) => platform === each.track.platform && version === each.track.version,
        ),
        appPaused: stored.app.robotPaused,
        coming:
          stored.coming.findLast(({ platform, version }) => platform === each.track.platform && version === each.track.version) ?? null,
        history: { tracks: stored.past, builds: stored.pastBuilds },
        now,
      }),
    );
}

function releasesOf(releases: readonly StoredRelease[], heads: readonly TrackHead[]): ControlRoom['releases'] {
  return releases.map((release) => {
    const own = heads.filter(({ version }) => version === release.version);
    return { ...releaseView(release, own), tracks: own.map(({ id }) => id) };
  });
}

/** How fast an app's own time passes, and how far. */
export function clockView(clock: AppClock | null): ControlRoom['app']['clock'] {
  return { speed: clock?.speed ?? 1, until: clock?.until ?? null };
}

/** A release with its part in the room and what rides in it. */
export function releaseView<R extends { contents: Partial<ReleaseContents> }>(
  { contents, ...release }: R,
  tracks: readonly (Pick<TrackHead, 'stage'> & { watchUntil?: Instant | null })[],
) {
  return {
    ...release,
    part: partOf(tracks),
    bigFeature: contents.bigFeature ?? null,
    channel: contents.channel ?? null,
    watchUntil: latest(...tracks.map(({ watchUntil }) => watchUntil ?? null)),
  };
}

export function partOf(heads: readonly Pick<TrackHead, 'stage'>[]): ControlRoom['releases'][number]['part'] {
  const ended = ['completed', 'canceled', 'superseded'];
  const alive = heads.filter(({ stage }) => !ended.includes(stage));
  if (alive.length === 0) return 'ended';
  if (alive.every(({ stage }) => stage === 'planned' || stage === 'developing')) return 'upcoming';
  return alive.every(({ stage }) => stage === 'released') ? 'watched' : 'current';
}

/** The policy's rows over all tracks, by title; what no row names has one of its own. Only instances that some cell has. */
export function rowsOf(policies: readonly TrackPolicy[], cells: ControlRoom['cells']): ControlRoom['rows'] {
  const titles = new Map<string, string[]>();
  const placed = new Set<string>();
  const present = new Map(cells.map((cell) => [cell.instance, cell.title]));
  for (const { rows } of policies) {
    for (const { title, instances } of rows) {
      const row = titles.get(title) ?? [];
      for (const instance of instances) {
        if (!present.has(instance) || placed.has(instance)) continue;
        placed.add(instance);
        row.push(instance);
      }
      titles.set(title, row);
    }
  }
  for (const [instance, title] of present) if (!placed.has(instance)) titles.set(title, [...(titles.get(title) ?? []), instance]);
  return [...titles]
    .filter(([, instances]) => instances.length > 0)
    .map(([title, instances]) => ({
      title,
      instances,
      sources: [...new Set(cells.filter(({ instance }) => instances.includes(instance)).flatMap(({ sources }) => sources))],
    }));
}

export function activityLine(app: string, line: StoredLine): ActivityLine {
  const [, version, platform] = line.track?.split('/') ?? [];
  const { kind, id, name } = line.actor;
  return {
    id: `${line.chain}#${line.seq}`,
    at: line.at,
    actor: { kind, id, name },
    app,
    track: line.track,
    is: line.event.is,
    ...lineInWords(name, version === undefined || platform === undefined ? null : { version, platform }, line.event),
  };
}

/** The first-run line: what is connected, and what each connection gives. */
function setUpOf(stored: StoredRoom, policyRevision: number, policies: ReadonlyMap<string, TrackPolicy>): ControlRoom['setUp'] {
  const serves = new Set(stored.connections.flatMap((connection) => connection.serves));
  const brings = (...kinds: string[]): boolean =>
    stored.sources.some((source) => source.connected && source.kinds.some((kind) => kinds.includes(kind)));
  const isServed = (port: string): boolean => [...serves].some((each) => each === port || each.startsWith(`${port}:`));
  const teams = [...policies.values()].some((policy) => policy.teams.length > 0);
  return [
    {
      id: 'code',
      title: 'Code',
      done:
        isServed('gitHost') ||
        isServed('git-host') ||
        stored.connections.some(({ integration }) => integration === 'git') ||
        brings('branch'),
      unlocks: 'Branches, commits, and what each build lacks',
    },
    { id: 'ci', title: 'CI', done: brings('build', 'test-run'), unlocks: 'Release candidates and their tests' },
    { id: 'tracker', title: 'Bug tracker', done: brings('bug'), unlocks: 'Blocking bugs and triage' },
    {
      id: 'storefront',
      title: 'Storefront',
      done: isServed('storefront') || brings('storefront'),
      unlocks: 'Submission, rollout and halts',
    },
    { id: 'teams', title: 'Teams', done: teams, unlocks: 'Sign-offs and owners of bugs' },
    { id: 'policy', title: 'Policy', done: policyRevision > 1, unlocks: 'Your own criteria, windows and steps' },
  ];
}
