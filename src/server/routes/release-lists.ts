/** Sign-offs, builds and changes of all tracks of one release. */
import { releaseWithTracks } from '#db/views/releases.ts';
import { buildsPage, commitsPage, countCommits, trunkOf } from '#db/views/release-lists.ts';
import type { StoredBuild, StoredCommit } from '#db/views/release-lists.ts';
import type { BuildInFull } from '#api/release-lists.ts';
import { changesOf, pickName } from '#domain/changes/in-build.ts';
import type { ChangesOfTrack } from '#domain/changes/in-build.ts';
import { lacksOf } from '#domain/criteria/candidates.ts';
import { signOffColumn } from '#domain/criteria/signed-off/matrix.ts';
import { sameCommit } from '#domain/criteria/words.ts';
import { stageAllows } from '#domain/release/can.ts';
import { unfit } from '#domain/release/candidates.ts';
import { candidateOf, cutOf, trackId } from '#domain/release/track.ts';
import type { World } from '#domain/release/world.ts';
import type { Handlers, Room } from '../context.ts';
import { cursorOf, isInstant, isNumber, isWord, page, wordsOf } from '../cursor.ts';
import { notFound, refuse } from '../errors.ts';

/** Commits that a build lacks and that are named; the others are counted. */
const LACKING_NAMED = 20;

type Of = { app: string; version: string };
type Known = { world: World; revision: number };

export function releaseListHandlers(room: Room): Handlers<'getSignOffMatrix' | 'getReleaseBuilds' | 'getReleaseChanges'> {
  /** The worlds of a release's tracks, in the order of the app's platforms. */
  const worldsOf = async ({ app, version }: Of): Promise<Known[]> => {
    const found = await releaseWithTracks(room.db, app, version);
    if (found === null) notFound(`release ${version} of "${app}"`, `see GET /api/apps/${app}/releases`);
    const planned = await Promise.all(found.platforms.map((platform) => room.engine.plan(trackId(app, version, platform))));
    const known = planned.flatMap((each): Known[] => (each.ok ? [{ world: each.world, revision: each.revision }] : []));
    const order = known[0]?.world.app.platforms ?? [];
    const place = (platform: string): number => (order.includes(platform) ? order.indexOf(platform) : order.length);
    return known.toSorted((a, b) => place(a.world.track.platform) - place(b.world.track.platform));
  };

  return {
    getSignOffMatrix: async ({ params, query }) => {
      const worlds = await worldsOf(params);
      const columns = worlds.map(({ world }) => signOffColumn(world));
      const names = [...new Set(columns.flatMap(({ teams }) => teams.map(({ team }) => team)))];
      const rows = names.map((team) => {
        const words = columns.map(({ teams }) => teams.find((each) => each.team === team) ?? null);
        return { team, channel: words.find((word) => word !== null)?.channel ?? null, cells: words };
      });
      const wanted = query.only === 'all' ? rows : rows.filter(({ cells }) => cells.some((cell) => cell !== null && isOwed(cell)));
      const [last] = wordsOf(query.cursor, isWord) ?? [];
      const from = last === undefined ? 0 : wanted.findIndex(({ team }) => team === last) + 1;
      return {
        version: params.version,
        columns: worlds.map(({ world, revision }, at) => {
          const { build, newer, dueAt, signed, of, optedOut, teams } = columns[at] ?? signOffColumn(world);
          return { ...nameOf(world, revision), build, newer, dueAt, signed, of, optedOut, late: teams.filter(({ late }) => late).length };
        }),
        ...page(
          wanted.slice(from, from + query.limit + 1).map(({ team, channel, cells }) => ({ team, channel, cells: cells.map(cellOf) })),
          query.limit,
          ({ team }) => cursorOf(team),
        ),
      };
    },

    getReleaseBuilds: async ({ params, query }) => {
      if (query.cursor !== undefined && query.platform === undefined)
        refuse(
          'bad-cursor',
          'a cursor goes on in one column, and no platform is named',
          'the platform of the column that the cursor is of',
        );
      const worlds = (await worldsOf(params)).filter(
        ({ world }) => query.platform === undefined || world.track.platform === query.platform,
      );
      if (worlds.length === 0) notFound(`track ${params.version} on "${query.platform ?? ''}"`, `see GET /api/apps/${params.app}/releases`);
      const [begunAt, number] = wordsOf(query.cursor, isInstant, isWord) ?? [];
      const before = begunAt === undefined || number === undefined ? null : { begunAt, number };
      const columns = await Promise.all(
        worlds.map(async ({ world, revision }) => {
          const name = { ...params, platform: world.track.platform };
          const rows = await buildsPage(room.db, name, before, query.limit + 1);
          const changes = changesOf(world);
          const found = page(rows, query.limit, (last) => cursorOf(last.begunAt, last.number));
          return { ...nameOf(world, revision), items: found.items.map((build) => buildInFull(build, world, changes)), next: found.next };
        }),
      );
      return { version: params.version, columns };
    },

    getReleaseChanges: async ({ params, query }) => {
      if (query.cursor !== undefined && query.branch === undefined)
        refuse('bad-cursor', 'a cursor goes on in one branch, and none is named', 'the branch that the cursor is of');
      const worlds = await worldsOf(params);
      const told = worlds.map((known) => ({ ...known, changes: changesOf(known.world) }));
      const branches = await branchesOf(room, params.app, worlds);
      const wanted = branches.filter(({ name }) => query.branch === undefined || name === query.branch);
      if (query.branch !== undefined && wanted.length === 0)
        notFound(
          `branch "${query.branch}" of ${params.version}`,
          branches.length === 0 ? 'no branch of it is known' : `one of ${branches.map(({ name }) => name).join(', ')}`,
        );
      const [position] = wordsOf(query.cursor, isNumber) ?? [];
      const ignore = worlds[0]?.world.policy.ignore ?? [];
      return {
        version: params.version,
        tracks: told.map(({ world, revision, changes }) => ({
          ...nameOf(world, revision),
          branch: world.facts.branch?.name ?? null,
          answer: changes.answer,
          complete: changes.complete,
          newest: changes.newest === null ? null : { number: changes.newest.number, candidate: changes.newest.candidate },
          canAsk: stageAllows(world.track.stage, 'ask-cherry-pick'),
        })),
        picks: told.flatMap(({ world, revision, changes }) =>
          changes.picks.map(({ pick, merged, inNewest }) => {
            const { id, commit, title, bug, risk, askedBy, askedAt, state, answeredBy, answer } = pick;
            const { id: track, platform } = world.track;
            const name = pickName({ pick, merged });
            const mergedAs = merged?.sha ?? null;
            return {
              id,
              commit,
              title,
              bug,
              risk,
              askedBy,
              askedAt,
              state,
              answeredBy,
              answer,
              track,
              platform,
              revision,
              name,
              mergedAs,
              inNewest,
            };
          }),
        ),
        branches: await Promise.all(
          wanted.map(async (branch) => {
            const rows = await commitsPage(
              room.db,
              params.app,
              branch.name,
              position === undefined ? null : Number(position),
              query.limit + 1,
            );
            const found = page(rows, query.limit, (last) => cursorOf(String(last.position)));
            const mine = told.filter(({ world }) => branch.tracks.includes(world.track.id));
            return {
              ...branch,
              total: await countCommits(room.db, params.app, branch.name),
              items: found.items.map((commit) => commitOf(commit, mine, ignore)),
              next: found.next,
            };
          }),
        ),
      };
    },
  };
}

function nameOf({ track }: World, revision: number) {
  return { track: track.id, platform: track.platform, stage: track.stage, revision };
}

type Word = ReturnType<typeof signOffColumn>['teams'][number];

const isOwed = (word: Word): boolean => word.state !== 'opted-out' && (word.state !== 'signed' || word.askedAgain);

function cellOf(word: Word | null) {
  if (word === null) return null;
  const { state, on, by, at, note, until, askedAgain, late } = word;
  return { state, on, by, at, note, until, askedAgain, late };
}

function buildInFull(stored: StoredBuild, world: World, changes: ChangesOfTrack): BuildInFull {
  const { payload, number } = stored;
  const { facts, track, policy } = world;
  const known = facts.builds.find((each) => each.number === number) ?? null;
  const chosen = candidateOf(track);
  const lacks = payload.kind === 'nightly' ? null : lacksOf(payload.commit, facts, policy);
  const isLacking = (sha: string): boolean =>
    lacks !== null && [...lacks.code, ...lacks.harmless].some((each) => sameCommit(each.sha, sha));
  return {
    platform: payload.platform,
    version: payload.version,
    number,
    kind: payload.kind,
    state: payload.state,
    commit: payload.commit,
    branch: payload.branch ?? null,
    candidate: payload.kind === 'nightly' ? null : (known?.candidate ?? payload.candidate ?? null),
    at: stored.at,
    source: stored.source,
    url: payload.url ?? null,
    startedAt: payload.startedAt ?? null,
    finishedAt: payload.finishedAt ?? null,
    expectedAt: payload.expectedAt ?? null,
    testRuns: facts.testRuns
      .filter(({ build }) => build === number)
      .map(({ suite, state, attempts, passed, failed, at, url }) => ({
        suite,
        state,
        attempts,
        passed: passed ?? null,
        failed: failed ?? null,
        at,
        url: url ?? null,
      })),
    distributions: facts.distributions
      .filter(({ build }) => build === number)
      .map(({ audience, state, people, at, dueAt, url }) => ({
        audience,
        state,
        people: people ?? null,
        at,
        dueAt: dueAt ?? null,
        url: url ?? null,
      })),
    stores: facts.storefronts
      .filter(({ build }) => build === number)
      .map(({ storefront, state, percent, url }) => ({ name: storefront, state, percent, url: url ?? null })),
    chosen: chosen?.build === number ? { by: chosen.chosenBy, at: chosen.chosenAt } : null,
    unfit: known === null ? `build ${number} is a nightly of trunk, not a release candidate` : unfit(known, world),
    lacks:
      lacks === null ? null : { code: lacks.code.slice(0, LACKING_NAMED), codeCount: lacks.code.length, harmless: lacks.harmless.length },
    missingPicks: changes.picks
      .filter(
        ({ pick, merged }) =>
          pick.state !== 'asked' && pick.state !== 'refused' && lacks !== null && (merged === null || isLacking(merged.sha)),
      )
      .map(pickName),
    verified: facts.bugs.filter(({ verifiedOn }) => verifiedOn.includes(number)).map(({ key, title }) => ({ key, title })),
  };
}

type Branch = { name: string; trunk: boolean; head: string; headAt: string | null; cutAt: string | null; tracks: string[] };

/** The branches that a release's tracks are built from; trunk stands for those that have none yet. */
async function branchesOf(room: Room, app: string, worlds: readonly Known[]): Promise<Branch[]> {
  const found = new Map<string, Branch>();
  const trunk = worlds.some(({ world }) => isOnTrunk(world)) ? await trunkOf(room.db, app) : null;
  for (const { world } of worlds) {
    const { branch } = world.facts;
    const cutAt = cutOf(world.track)?.at ?? null;
    const of: Branch | null =
      branch !== null
        ? { name: branch.name, trunk: branch.trunk, head: branch.head, headAt: branch.headAt ?? null, cutAt, tracks: [] }
        : trunk !== null && isOnTrunk(world)
          ? { ...trunk, trunk: true, cutAt: null, tracks: [] }
          : null;
    if (of === null) continue;
    const known = found.get(of.name) ?? of;
    known.tracks.push(world.track.id);
    found.set(of.name, known);
  }
  return [...found.values()];
}

const isOnTrunk = ({ track, facts }: World): boolean =>
  facts.branch === null && (track.stage === 'planned' || track.stage === 'developing');

function commitOf(commit: StoredCommit, tracks: readonly { world: World; changes: ChangesOfTrack }[], ignore: readonly string[]) {
  const { sha, at, subject, author, category, origin } = commit;
  return {
    sha,
    at,
    subject,
    author,
    category,
    ignored: ignore.includes(category),
    origin: origin === null ? null : { sha: origin.sha, reference: origin.reference },
    lackedBy: tracks
      .filter(({ changes }) =>
        [...(changes.lacking?.code ?? []), ...(changes.lacking?.harmless ?? [])].some((each) => sameCommit(each, sha)),
      )
      .map(({ world }) => world.track.id),
    pick: tracks.flatMap(({ changes }) => changes.picks.filter(({ merged }) => merged?.sha === sha)).map(pickName)[0] ?? null,
  };
}
