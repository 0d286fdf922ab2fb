/** Reading a repository: heads of release branches, their commits since the cut, and what each release candidate lacks of them. */

import { branchesOf, hasCommits, replaceCommits, unexaminedBuilds } from '#db/git.ts';
import { markDue } from '#db/due.ts';
import { tracksOf } from '#db/tracks.ts';
import type { LiveTrack } from '#db/tracks.ts';
import { inTransaction } from '#db/transaction.ts';
import type { BranchCommit, Fact } from '#domain/facts.ts';
import { branchFact } from '#domain/facts.ts';
import { cutOf } from '#domain/release/track.ts';
import type { Unreadable } from '#domain/history/analysis.ts';
import type { GitBranch, GitHost } from '#ports/git-host.ts';
import { Trouble } from '#ports/trouble.ts';
import { actorOf } from './connections.ts';
import type { Served } from './connections.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { asTrouble, GIT_LIMIT_MS, within } from './limit.ts';
import { orderOf } from './load.ts';
import type { Rules } from './policy-book.ts';
import { storeObserved } from './report.ts';

/** What the name of a release branch says, where the policy names them: `release/{version}` and `release/8.19` give `8.19`. */
export function versionInName(pattern: string, name: string, platform: string): string | null {
  const [before, after] = pattern.replaceAll('{platform}', platform).split('{version}');
  if (before === undefined || after === undefined || !name.startsWith(before) || !name.endsWith(after)) return null;
  const version = name.slice(before.length, name.length - after.length);
  return /^[0-9A-Za-z][0-9A-Za-z.+_-]*$/.test(version) ? version : null;
}

/** The version of the app that a branch belongs to: as a track has it, where one does. */
function versionOf(
  branch: GitBranch,
  tracks: readonly LiveTrack[],
  rules: Rules,
  platforms: readonly string[],
): { version: string; platforms: string[] } | null {
  const recorded = tracks.filter(({ state }) => cutOf(state)?.branch === branch.name && !isEnded(state.stage));
  const [first] = recorded;
  const named = platforms
    .map((platform) => ({ platform, version: versionInName(rules.of(platform, 'regular').code.releaseBranch, branch.name, platform) }))
    .filter((each): each is { platform: string; version: string } => each.version !== null);
  // A pattern that names the platform has branches of one platform each.
  const isPerPlatform = named.length > 0 && named.length < platforms.length;
  const mine = isPerPlatform ? named.map(({ platform }) => platform) : [];
  if (first !== undefined) return { version: first.version, platforms: mine };
  const said = named[0]?.version ?? branch.version;
  if (said === null || said === undefined) return null;
  const scheme = rules.document.versions;
  const known =
    tracks.find(({ version }) => version === said) ??
    tracks.find(({ version }) => orderOf(scheme, version, said) === 0) ??
    // `release/8.19` serves 8.19.1 too
    tracks.find(({ version, ended }) => !ended && version.startsWith(`${said}.`));
  return { version: known?.version ?? said, platforms: mine };
}

function isEnded(stage: LiveTrack['stage']): boolean {
  return stage === 'completed' || stage === 'canceled' || stage === 'superseded';
}

/** A branch without a release that moved within this time is a release that somebody started. */
const STRANGER_DAYS = 30;

/** Reads the repository once and stores what is news. Trouble with the repository as a whole is thrown; with one build it is logged. */
export async function observeGit(context: Context, app: string, served: Served<GitHost>): Promise<void> {
  const known = await knownApp(context, app);
  if (known === null) return;
  const rules = await context.policies.rulesOf(context.db, app, known.policyRevision);
  await within(GIT_LIMIT_MS, served.connected.integration.name, async (signal) => {
    const host = served.open(signal);
    const heads = await host.branchHeads();
    const tracks = await tracksOf(context.db, app);
    const before = await branchesOf(context.db, app);
    const facts: Fact[] = [];
    try {
      for (const branch of heads) {
        const of = branch.trunk ? null : versionOf(branch, tracks, rules, known.platforms);
        if (!branch.trunk && (of === null || !isOfInterest(branch, of.version, tracks, appNow(context, app)))) continue;
        facts.push(...(await observeBranch({ context, app, served, host, branch, of, tracks }, before.get(branch.name)?.head ?? null)));
      }
    } finally {
      // Trouble with one branch takes nothing from those before it.
      await storeObserved(context, app, facts, actorOf(served.connected));
    }
    refuseLostBranches(await (host.unreadable?.() ?? []), tracks);
  });
}

/** What is known of a live track's branch is old when it cannot be read any more: the repository counts as unread, so that nothing stays green on it. */
function refuseLostBranches(unreadable: readonly Unreadable[], tracks: readonly LiveTrack[]): void {
  for (const { state } of tracks) {
    const branch = isEnded(state.stage) ? undefined : cutOf(state)?.branch;
    const lost = unreadable.find(({ ref }) => ref === `refs/heads/${branch}`);
    if (lost !== undefined)
      throw new Trouble(`the branch ${branch} of a live release cannot be read: ${lost.because}`, {
        cure: 'person',
        mayHaveHappened: false,
      });
  }
}

/** Branches of live tracks, and young ones whose release Signalbox does not have yet. */
function isOfInterest(branch: GitBranch, version: string, tracks: readonly LiveTrack[], now: string): boolean {
  const mine = tracks.filter((track) => track.version === version);
  if (mine.length > 0) return mine.some(({ ended }) => !ended);
  return Date.parse(branch.headAt) > Date.parse(now) - STRANGER_DAYS * 86_400_000;
}

type Place = {
  context: Context;
  app: string;
  served: Served<GitHost>;
  host: GitHost;
  branch: GitBranch;
  of: { version: string; platforms: string[] } | null;
  tracks: readonly LiveTrack[];
};

/** Stores the commits of a branch where they are news, and gives what is to be told of it. */
async function observeBranch(place: Place, headBefore: string | null): Promise<Fact[]> {
  const { context, app, host, branch, of } = place;
  const isNews = headBefore !== branch.head;
  if (of === null) return isNews ? [branchFactOf(place, null)] : [];
  if (!isNews && (await hasCommits(context.db, app, branch.name))) return containments(place);
  const cut = await cutFor(place);
  const commits = cut === null ? [] : await host.commitsSince({ cut: cut.sha, branch: branch.name });
  // The commits first: a head whose commits are not known yet would look as if nothing were on the branch.
  await inTransaction(context.db, (tx) => replaceCommits(tx, app, branch.name, commits.map(plainCommit)));
  if (!isNews) await wakeTracksOf(place);
  return [branchFactOf(place, cut), ...(await containments(place))];
}

/** The new commits concern the tracks of this version, also where the head is the one that was known. */
async function wakeTracksOf({ context, app, of, tracks }: Place): Promise<void> {
  const at = context.clock.now();
  await markDue(
    context.db,
    tracks
      .filter(({ ended, version }) => !ended && version === of?.version)
      .map(({ id }) => ({ kind: 'track' as const, key: id, app, at })),
  );
  context.wake();
}

type FoundCut = { sha: string; at: string; inferred: boolean };

/** The cut that a track recorded, unless that was only inferred too; else what history tells. */
async function cutFor({ host, branch, of, tracks }: Place): Promise<FoundCut | null> {
  const recorded = tracks
    .filter(({ version }) => version === of?.version)
    .map(({ state }) => cutOf(state))
    .find((cut) => cut?.branch === branch.name && !cut.inferred);
  if (recorded) return { sha: recorded.sha, at: recorded.at, inferred: false };
  const found = await host.cutOf(branch.name);
  return found === null ? null : { sha: found.sha, at: found.at, inferred: true };
}

function branchFactOf({ context, app, served, branch, of }: Place, cut: FoundCut | null): Fact {
  const now = context.clock.now();
  return {
    kind: 'branch',
    app,
    source: served.connected.integration.id,
    key: branch.name,
    revision: Date.parse(now),
    at: appNow(context, app),
    payload: branchFact.parse({
      name: branch.name,
      head: branch.head,
      trunk: branch.trunk,
      version: of?.version ?? null,
      platforms: of?.platforms ?? [],
      cut,
      headAt: branch.headAt,
    }),
  };
}

/** The most that one fact carries; a build that lacks more is told to lack these. */
const MOST_MISSING = 5000;

async function containments({ context, app, served, host, branch, of }: Place): Promise<Fact[]> {
  if (of === null) return [];
  const facts: Fact[] = [];
  for (const commit of await unexaminedBuilds(context.db, app, of.version, branch.name, branch.head)) {
    try {
      const missing = await host.missingFrom({ commit, branch: branch.name });
      facts.push({
        kind: 'containment',
        app,
        source: served.connected.integration.id,
        key: `${branch.name}:${commit}`,
        revision: Date.parse(context.clock.now()),
        at: appNow(context, app),
        payload: { branch: branch.name, head: branch.head, commit, missing: missing.slice(0, MOST_MISSING) },
      });
    } catch (error) {
      // A build of a commit that the repository does not have: nothing can be said of it, and its criterion says so.
      context.log.info(
        { app, commit, branch: branch.name, trouble: asTrouble(error).message },
        'what a build lacks could not be worked out',
      );
    }
  }
  return facts;
}

function plainCommit({ sha, at, subject, author, category, origin }: BranchCommit): BranchCommit {
  const clean = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();
  return { sha, at, subject: clean(subject), author: clean(author), category, origin };
}
