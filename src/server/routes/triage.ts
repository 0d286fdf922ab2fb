/** The triage inbox, and one bug of it. */
import { appById } from '#db/views/apps.ts';
import {
  allBugs,
  bugByKey,
  countBugs,
  liveBugs,
  liveReleases,
  policyInForce,
  tracksOfVersions,
  tracksWithBlockers,
} from '#db/views/triage.ts';
import type { StoredBug } from '#db/views/triage.ts';
import { standingOf, unclearedOn } from '#domain/bugs/standing.ts';
import { inOrderOfTriage, likelihoodOf, releaseOf, tabsOf, triageTabs } from '#domain/bugs/triage.ts';
import type { LiveRelease, TriageBug, TriageTab } from '#domain/bugs/triage.ts';
import { flowAmong } from '#domain/flows.ts';
import type { World } from '#domain/release/world.ts';
import type { Handlers, Room } from '../context.ts';
import { cursorOf, isNumber, isWord, page, wordsOf } from '../cursor.ts';
import { notFound } from '../errors.ts';
import { partOf } from '../snapshot.ts';

/** The most tracks on which a bug's life is told. */
const TRACKS_MAX = 12;

/** What the bugs of an app are looked at with. */
type Around = {
  live: readonly LiveRelease[];
  liveTracks: ReadonlySet<string>;
  uncleared: ReadonlySet<string>;
  criticalFlows: readonly string[];
};
type Placed = TriageBug & { stored: StoredBug };

export function triageHandlers(room: Room): Handlers<'getTriage' | 'getBug'> {
  const worldOf = async (track: string): Promise<World | null> => {
    const planned = await room.engine.plan(track);
    return planned.ok ? planned.world : null;
  };

  return {
    getTriage: async ({ params: { app }, query }) => {
      if ((await appById(room.db, app)) === null) notFound(`app "${app}"`, 'see GET /api/apps');
      const { tab, cursor, limit } = query;
      const around = await aroundOf(room, app, worldOf);
      const text = query.search ?? '';
      const sought = {
        app,
        versions: null,
        version: query.version ?? null,
        platform: query.platform ?? null,
        team: query.team ?? null,
        search: text === '' ? null : text,
      };
      const bugs = (await liveBugs(room.db, { ...sought, versions: around.live.map(({ version }) => version) })).map((bug) =>
        placed(bug, around),
      );
      const inTab = (wanted: TriageTab): Placed[] => bugs.filter((bug) => tabsOf(bug, around.live).includes(wanted));
      const counts = Object.fromEntries(triageTabs.map((each) => [each, inTab(each).length])) as Record<TriageTab, number>;
      counts.all = await countBugs(room.db, sought);
      const teams = [...new Set(bugs.flatMap((bug) => bug.team ?? []))].toSorted();
      if (tab === 'all') {
        const [open, arrival] = wordsOf(cursor, isNumber, isNumber) ?? [];
        const after = open === undefined || arrival === undefined ? null : { open: open === '1', arrival: Number(arrival) };
        const rows = (await allBugs(room.db, sought, after, limit + 1)).map((bug) => placed(bug, around));
        const found = page(rows, limit, (last) => cursorOf(last.state === 'open' ? '1' : '0', String(last.stored.arrival)));
        return { items: found.items.map((bug) => lineOf(bug, around)), next: found.next, counts, teams };
      }
      const ordered = inOrderOfTriage(inTab(tab), around.live, around.criticalFlows);
      const [last] = wordsOf(cursor, isWord) ?? [];
      // a bug that left the tab since the page before takes its place with it: the list begins anew, and nothing is passed over
      const from = last === undefined ? 0 : ordered.findIndex(({ key }) => key === last) + 1;
      const found = page(ordered.slice(from, from + limit + 1), limit, ({ key }) => cursorOf(key));
      return { items: found.items.map((bug) => lineOf(bug, around)), next: found.next, counts, teams };
    },

    getBug: async ({ params: { app, bug: key } }) => {
      if ((await appById(room.db, app)) === null) notFound(`app "${app}"`, 'see GET /api/apps');
      const stored = (await bugByKey(room.db, app, key)) ?? notFound(`bug "${key}" of "${app}"`, `see GET /api/apps/${app}/triage`);
      const around = await aroundOf(room, app, worldOf);
      const concerned = (await tracksOfVersions(room.db, app, stored.versions, 200)).filter(
        ({ platform }) => stored.platforms.length === 0 || stored.platforms.includes(platform),
      );
      const worlds = await Promise.all(concerned.slice(0, TRACKS_MAX).map(async (track) => ({ track, world: await worldOf(track.id) })));
      const teams = new Map<string, string | null>();
      for (const { world } of worlds) for (const { id, channel } of world?.policy.teams ?? []) teams.set(id, channel);
      const bug = placed(stored, around);
      return {
        ...lineOf(bug, around),
        fixedBy: stored.fixedBy,
        verifiedOn: stored.verifiedOn,
        at: stored.at,
        teams: [...teams].map(([id, channel]) => ({ id, channel })),
        criticalFlow: flowAmong(stored.flow, around.criticalFlows) !== undefined,
        tracks: worlds.flatMap(({ track, world }) => {
          const standing = world === null ? null : standingOf(key, world);
          if (standing === null) return [];
          const { id, ...rest } = track;
          return [{ track: id, ...rest, ...standing }];
        }),
      };
    },
  };
}

async function aroundOf(room: Room, app: string, worldOf: (track: string) => Promise<World | null>): Promise<Around> {
  const releases = await liveReleases(room.db, app);
  const live = releases.map(({ version, tracks }) => ({ version, part: partOf(tracks) }));
  const worlds = await Promise.all((await tracksWithBlockers(room.db, app)).map(worldOf));
  const uncleared = new Set(worlds.flatMap((world) => (world === null ? [] : unclearedOn(world))));
  const liveTracks = new Set(releases.flatMap(({ version, tracks }) => tracks.map(({ platform }) => `${version}/${platform}`)));
  return { live, liveTracks, uncleared, criticalFlows: await criticalFlowsOf(room, app, releases) };
}

/** Flows that the policy calls critical: the same on every track, so that of any one tells. */
async function criticalFlowsOf(room: Room, app: string, releases: Awaited<ReturnType<typeof liveReleases>>): Promise<readonly string[]> {
  const [track] = releases.flatMap(({ tracks }) => tracks);
  if (track === undefined) return [];
  const policy = await room.policies.of(app, await policyInForce(room.db, app), track.platform, track.kind);
  return policy?.bugs.criticalFlows ?? [];
}

function placed(stored: StoredBug, { liveTracks, uncleared }: Around): Placed {
  const { key, state, team, nominated, severity, flow, versions, since } = stored;
  return {
    key,
    state,
    team,
    nominated,
    severity,
    flow,
    versions,
    since,
    decisions: stored.decisions.filter(({ version, platform }) => liveTracks.has(`${version}/${platform}`)).map(({ is }) => is),
    uncleared: uncleared.has(key),
    stored,
  };
}

function lineOf(bug: Placed, { live, criticalFlows }: Around) {
  const { key, title, state, platforms, versions, team, flow, severity, nominated, since, source, url, decisions } = bug.stored;
  return {
    key,
    title,
    state,
    platforms,
    versions,
    team,
    flow,
    severity,
    nominated,
    since,
    source,
    url,
    decisions,
    likelihood: likelihoodOf(bug, criticalFlows),
    release: releaseOf(bug, live)?.version ?? null,
  };
}
