/** A repository's history as releases: past ones as completed, with their times; the live release branch as current tracks; the next version on trunk. */
import { appIds, insertRelease, raiseApp } from '#db/apps.ts';
import { appendEntries, signatureOf } from '#db/journal.ts';
import type { Inferred } from '#db/schema.ts';
import { forgetCursors } from '#db/sources.ts';
import { tracksOf } from '#db/tracks.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Tx } from '#db/transaction.ts';
import type { Analysis, AnalysedVersion } from '#domain/history/analysis.ts';
import { birthOnBranch } from '#domain/release/birth.ts';
import type { App, Release } from '#domain/release/release.ts';
import { hasEnded, trackId } from '#domain/release/track.ts';
import type { Candidate, Cut, ReleaseKind, Stage, Track } from '#domain/release/track.ts';
import type { Actor } from '#domain/roles.ts';
import { bear, wakeAll } from './bear.ts';
import { tell, tellAll } from './commit.ts';
import { connectedOf, gitHostOf } from './connections.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { asTrouble, within } from './limit.ts';
import { orderOf } from './load.ts';
import { beginAfter, partRaised } from './next-release.ts';
import type { Scene } from './next-release.ts';
import type { Rules } from './policy-book.ts';
import { noSuchApp, refuse } from './refuse.ts';
import { wakeUnits } from './unit.ts';
import type { Change, Result } from './types.ts';

/** A first look at a large repository may have to fetch it. */
const IMPORT_LIMIT_MS = 30 * 60_000;

export type Imported = Result<{ releases: number; tracks: number; inferred: number }>;

/** Reads the history of the app's repository and adds what Signalbox does not have yet. A second call adds only news. */
export async function importHistory(
  context: Context,
  id: string,
  by: Actor,
  progress: (line: string) => void = () => undefined,
): Promise<Imported> {
  const app = await knownApp(context, id);
  if (app === null) return noSuchApp(id, await appIds(context.db));
  const served = gitHostOf(context, await connectedOf(context, id));
  if (served === null) return refuse('not-found', `${id} is connected to no git repository`, 'connect a repository first: integration git');
  let analysis: Analysis;
  try {
    analysis = await within(IMPORT_LIMIT_MS, served.connected.integration.name, (signal) => served.open(signal, progress).history());
  } catch (error) {
    return refuse(
      'invalid',
      `the repository cannot be read: ${asTrouble(error).message}`,
      'a repository that git reads; check the settings of the connection',
    );
  }
  const rules = await context.policies.rulesOf(context.db, id, app.policyRevision);
  const now = appNow(context, id);
  const drafts = draftsOf(analysis, app, rules, now);
  progress(`${drafts.length} releases in the history of ${analysis.trunk}`);
  for (const line of leftOutOf(analysis)) progress(line);
  const told: Change[] = [];
  const counted = await inTransaction(context.db, (tx) => write(context, tx, app, analysis, drafts, rules, by, told));
  tellAll(context, told);
  await wakeUnits(context, id);
  context.wake();
  progress(`${counted.releases} releases with ${counted.tracks} tracks were added; ${counted.inferred} of their times are inferred`);
  return { ok: true, ...counted };
}

type Draft = { release: Release; inferred: Inferred[]; tracks: readonly Track[] };

const LEFT_OUT_TOLD = 20;

/** What of a history makes no release, with why: the first of each kind. */
export function leftOutOf({ unreadable, left_out, versions }: Pick<Analysis, 'unreadable' | 'left_out' | 'versions'>): string[] {
  const more = (count: number): string[] => (count > LEFT_OUT_TOLD ? [`${count - LEFT_OUT_TOLD} more are left out`] : []);
  return [
    ...(versions.length + left_out.length + unreadable.length === 0
      ? ["no tag or branch looks like a release: say in the connection's settings how they are named"]
      : []),
    ...unreadable.slice(0, LEFT_OUT_TOLD).map(({ ref, because }) => `${ref} cannot be read and is left out: ${because}`),
    ...more(unreadable.length),
    ...left_out.slice(0, LEFT_OUT_TOLD).map(({ version, because }) => `${version} is left out: ${because}`),
    ...more(left_out.length),
  ];
}

/** What history tells, as releases with their tracks. Pure: nothing is stored yet. */
export function draftsOf(analysis: Analysis, app: App, rules: Rules, now: string): Draft[] {
  const scheme = rules.document.versions;
  const versions = analysis.versions.toSorted((a, b) => orderOf(scheme, a.version, b.version));
  const newestReleased = versions.findLast(({ status }) => status === 'released')?.version ?? null;
  return versions.flatMap((version, index): Draft[] => {
    const isAhead = newestReleased === null || orderOf(scheme, version.version, newestReleased) > 0;
    const after = versions.slice(index + 1).find(({ status }) => status === 'released') ?? null;
    const tracks = app.platforms
      .map((platform) => trackFrom(version, { app: app.id, platform, isAhead, after, now }))
      .filter((track) => track !== null);
    if (tracks.length === 0) return [];
    return [{ release: releaseFrom(version, app.id, versions, now), inferred: inferredIn(version), tracks }];
  });
}

function kindFrom({ kind }: AnalysedVersion): ReleaseKind {
  return kind === 'hotfix' ? 'hotfix' : 'regular';
}

function releaseFrom(version: AnalysedVersion, app: string, all: readonly AnalysedVersion[], now: string): Release {
  const base = version.base_version !== null && all.some((other) => other.version === version.base_version) ? version.base_version : null;
  return {
    app,
    version: version.version,
    kind: kindFrom(version),
    base,
    bornAt: instantOf(version.cut_date) ?? instantOf(version.tag_date) ?? now,
    manager: null,
    planned: { branch: null, candidate: null, submit: null, start: null, finish: null },
    imported: true,
  };
}

/** What was not watched while it happened, with what it was read from. */
function inferredIn(version: AnalysedVersion): Inferred[] {
  const found: Inferred[] = [];
  if (version.cut_date !== null) found.push({ field: 'cut', because: `where the branch left trunk (${version.cut_method})` });
  if (version.tag_date !== null) found.push({ field: 'released', because: `the date of the tag ${version.tag}` });
  return found;
}

type Where = { app: string; platform: string; isAhead: boolean; after: AnalysedVersion | null; now: string };

/** One platform of a version of the past or of now; null for a branch that never came to anything. */
function trackFrom(version: AnalysedVersion, where: Where): Track | null {
  const kind = kindFrom(version);
  const cut = cutFrom(version);
  switch (version.status) {
    case 'released':
      return completedTrack(version, kind, cut, where);
    case 'in-progress':
    case 'branch-only':
      if (where.isAhead)
        return cut === null
          ? null
          : birthOnBranch({ app: where.app, version: version.version, platform: where.platform, kind, at: cut.at, cut });
      return version.builds.length === 0 ? null : supersededTrack(version, kind, cut, where);
    case 'no-final-tag':
      return supersededTrack(version, kind, cut, where);
    default:
      return version.status satisfies never;
  }
}

function cutFrom({ cut_sha: sha, cut_date: at, release_branch: branch, version }: AnalysedVersion): Cut | null {
  const date = instantOf(at);
  if (sha === null || date === null) return null;
  return { branch: branch?.replace(/^refs\/heads\//, '') ?? `(the branch of ${version} is gone)`, sha, at: date, inferred: true };
}

function pastTrack(
  version: AnalysedVersion,
  kind: ReleaseKind,
  cut: Cut | null,
  { app, platform }: Where,
  reached: Partial<Record<Stage, string>>,
  since: string,
) {
  return {
    id: trackId(app, version.version, platform),
    app,
    version: version.version,
    platform,
    kind,
    since,
    reached: cut === null ? reached : { stabilising: cut.at, ...reached },
    submissions: 0,
    halts: 0,
    back: null,
    noted: {},
    rejectedBuilds: [],
    robotPaused: null,
    cut,
    candidate: candidateFrom(version),
  };
}

function candidateFrom({ tag, tag_date: at, sha, builds, version }: AnalysedVersion): Candidate | null {
  const date = instantOf(at);
  if (date === null) return null;
  return {
    build: tag ?? version,
    commit: sha,
    candidate: builds.findLast(({ ancestor_of_final: isOfIt }) => isOfIt)?.number ?? null,
    chosenAt: date,
    chosenBy: 'history',
  };
}

/** It ended, at the latest, when a higher version was released. */
function completedTrack(version: AnalysedVersion, kind: ReleaseKind, cut: Cut | null, where: Where): Track {
  const released = instantOf(version.tag_date) ?? where.now;
  const replaced = instantOf(where.after?.tag_date ?? null);
  const ended = replaced !== null && replaced > released ? replaced : released;
  const why =
    where.after !== null && ended === replaced
      ? `replaced by ${where.after.version} (from the history of the repository)`
      : 'released before Signalbox watched it (from the history of the repository)';
  return { ...pastTrack(version, kind, cut, where, { released, completed: ended }, ended), stage: 'completed', why };
}

function supersededTrack(version: AnalysedVersion, kind: ReleaseKind, cut: Cut | null, where: Where): Track {
  const by = where.after?.version ?? 'a later release';
  const at = instantOf(where.after?.tag_date ?? null) ?? cut?.at ?? where.now;
  return {
    ...pastTrack(version, kind, cut, where, { superseded: at }, at),
    stage: 'superseded',
    why: `no final tag was found; ${by} took its place (from the history of the repository)`,
    supersededBy: by,
  };
}

/** The format's dates have whole seconds. */
function instantOf(date: string | null): string | null {
  return date === null ? null : new Date(date).toISOString();
}

/* ---- writing ---- */

type Counted = { releases: number; tracks: number; inferred: number };

async function write(
  context: Context,
  tx: Tx,
  app: App,
  analysis: Analysis,
  drafts: readonly Draft[],
  rules: Rules,
  by: Actor,
  told: Change[],
): Promise<Counted> {
  const raised = await raiseApp(tx, app.id);
  if (raised === null) throw new Error(`the app ${app.id} is gone`);
  const counted: Counted = { releases: 0, tracks: 0, inferred: 0 };
  const born: string[] = [];
  for (const { release, inferred, tracks } of drafts) {
    const isNew = await insertRelease(tx, release, context.clock.now(), inferred);
    // A release that Signalbox has, however it came, is its own: history does not change it.
    if (!isNew) continue;
    counted.releases += 1;
    counted.inferred += inferred.length;
    for (const track of tracks) {
      const event = {
        is: 'imported' as const,
        version: track.version,
        platform: track.platform,
        stage: track.stage,
        inferred: inferred.map(({ field }) => field),
      };
      if (!(await bear(context, tx, track, raised.version, event, by))) continue;
      counted.tracks += 1;
      if (!hasEnded(track)) born.push(track.id);
    }
  }
  const at = appNow(context, app.id);
  const scene: Scene = { app: app.id, platforms: app.platforms, rules, at, appVersion: raised.version, by };
  const trunk = await openTrunk(context, tx, scene, drafts);
  counted.releases += trunk.length > 0 ? 1 : 0;
  counted.tracks += trunk.length;
  born.push(...trunk);
  if (counted.releases === 0) return counted;
  const event = { is: 'history-imported' as const, ...counted, trunk: analysis.trunk };
  await appendEntries(
    tx,
    { app: app.id, track: null, seq: raised.seq, hash: raised.hash },
    [{ actor: signatureOf(by), event, stageAfter: null }],
    { appVersion: raised.version, at, recordedAt: context.clock.now() },
  );
  await wakeAll(context, tx, app.id);
  await forgetCursors(tx, app.id);
  await tell(context, tx, { app: app.id, version: raised.version, tracks: born, kinds: ['app', 'track', 'journal'], at }, told);
  return counted;
}

/** The version that trunk collects changes for now, unless a release is there already. */
async function openTrunk(context: Context, tx: Tx, scene: Scene, drafts: readonly Draft[]): Promise<readonly string[]> {
  const tracks = await tracksOf(tx, scene.app);
  if (drafts.length === 0 || tracks.some(({ stage }) => stage === 'developing' || stage === 'planned')) return [];
  const scheme = scene.rules.document.versions;
  const newest = tracks
    .map(({ version }) => version)
    .reduce<string | null>((best, version) => (best === null || orderOf(scheme, version, best) > 0 ? version : best), null);
  if (newest === null) return [];
  const regular = drafts.filter(({ release }) => release.kind === 'regular').map(({ release }) => release.version);
  return (await beginAfter(context, tx, scene, newest, partRaised(scheme, regular)))?.tracks ?? [];
}
