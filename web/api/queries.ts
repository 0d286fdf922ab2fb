/** What the pages ask of the API, each with its key in the cache. */
import { infiniteQueryOptions, queryOptions, QueryClient } from '@tanstack/react-query';
import type { ControlRoom } from '#api/control-room.ts';
import type { Session } from '#api/session.ts';
import type { Role } from '#domain/roles.ts';
import { keptAtMs } from '../util/kept.ts';
import { client, codeOf } from './client.ts';

/** Refusals do not change by asking again; silence may. */
const retry = (failures: number, error: unknown): boolean => codeOf(error) === null && failures < 2;

export const queryClient = new QueryClient({ defaultOptions: { queries: { retry, refetchOnWindowFocus: false, staleTime: 10_000 } } });

/** Who is signed in. What the server put into the page is as fresh as the page; a page that was kept has none, and asks. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => client.getSession(),
  staleTime: 60_000,
  initialData: () => takeInlined<Session>('signalbox-session', () => true),
});

export const sampleQuery = queryOptions({ queryKey: ['sample'], queryFn: () => client.getSample() });

export const appsQuery = queryOptions({ queryKey: ['apps'], queryFn: () => client.listApps({ query: { limit: 200 } }) });

/** The snapshot of an app; afterwards the stream keeps it true. */
export const controlRoomQuery = (app: string) =>
  queryOptions({
    queryKey: ['control-room', app],
    queryFn: () => client.getControlRoom({ params: { app } }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 5 * 60_000,
    initialData: () => inlinedSnapshot(app),
    initialDataUpdatedAt: () => keptAtMs() ?? Date.now(),
  });

export const connectionsQuery = (app: string) =>
  queryOptions({ queryKey: ['connections', app], queryFn: () => client.listConnections({ params: { app } }) });

type TrackName = { app: string; version: string; platform: string };

/** Lists of a track. `revision` is in the key: a track that moved is read again. */
export const trackQuery = (params: TrackName, revision: number) =>
  queryOptions({ queryKey: ['track', params, revision], queryFn: () => client.getTrack({ params }), placeholderData: (old) => old });

export const historyQuery = (params: TrackName & { instance: string }, since: string) =>
  queryOptions({
    queryKey: ['history', params, since],
    queryFn: () => client.listVerdictHistory({ params, query: { limit: 100 } }),
    placeholderData: (old) => old,
  });

export const buildsQuery = (params: TrackName, version: number) =>
  queryOptions({
    queryKey: ['builds', params, version],
    queryFn: () => client.listBuilds({ params, query: { limit: 20 } }),
    placeholderData: (old) => old,
  });

export const bugsQuery = (params: TrackName, version: number) =>
  queryOptions({
    queryKey: ['bugs', params, version],
    queryFn: () =>
      client.listBugs({
        params: { app: params.app },
        query: { version: params.version, platform: params.platform, state: 'all', limit: 100 },
      }),
    placeholderData: (old) => old,
  });

export const signOffsQuery = (params: TrackName, version: number) =>
  queryOptions({
    queryKey: ['sign-offs', params, version],
    queryFn: () => client.listSignOffs({ params }),
    placeholderData: (old) => old,
  });

/** Who holds a role in an app. The first page says who may be asked. */
export const appPeopleQuery = (app: string, role: Role) =>
  queryOptions({
    queryKey: ['app-people', app, role],
    queryFn: () => client.listAppPeople({ params: { app }, query: { role } }),
    staleTime: 60_000,
  });

export const cherryPicksQuery = (params: TrackName, version: number) =>
  queryOptions({
    queryKey: ['cherry-picks', params, version],
    queryFn: () => client.listCherryPicks({ params, query: { limit: 100 } }),
    placeholderData: (old) => old,
  });

/** The robot's last looks at a track that changed something. */
export const checksQuery = (params: TrackName, version: number) =>
  queryOptions({
    queryKey: ['checks', params, version],
    queryFn: () => client.listChecks({ params, query: { limit: 20 } }),
    placeholderData: (old) => old,
  });

export const waiversQuery = (params: TrackName, revision: number) =>
  queryOptions({
    queryKey: ['waivers', params, revision],
    queryFn: () => client.listWaivers({ params, query: { limit: 20 } }),
    placeholderData: (old) => old,
  });

export const trackActivityQuery = ({ app, version, platform }: TrackName, revision: number) =>
  queryOptions({
    queryKey: ['track-activity', app, version, platform, revision],
    queryFn: () => client.listActivity({ params: { app }, query: { track: `${version}/${platform}`, limit: 50 } }),
    placeholderData: (old) => old,
  });

type ReleaseName = { app: string; version: string };

/** A release with its contents and the heads of its tracks. `at` is the app's version: any commit may change it. */
export const releaseQuery = (params: ReleaseName, at: number) =>
  queryOptions({
    queryKey: ['release', params, at],
    queryFn: () => client.getRelease({ params }),
    placeholderData: (old) => (old?.version === params.version ? old : undefined),
  });

export const nightliesQuery = (params: ReleaseName, at: number) =>
  queryOptions({
    queryKey: ['nightlies', params, at],
    queryFn: () => client.listNightlies({ params }),
    placeholderData: (old) => old,
  });

export const trainsQuery = (app: string, at: number) =>
  queryOptions({
    queryKey: ['trains', app, at],
    queryFn: () => client.listTrains({ params: { app }, query: { count: 6 } }),
    placeholderData: (old) => old,
  });

export type TriageSought = {
  tab: 'no-team' | 'nominated' | 'blockers' | 'watching' | 'all';
  version?: string;
  platform?: string;
  team?: string;
  search?: string;
};

/** A tab of the triage inbox; `useReadAgain` has it read again with every change of the app. Pages follow each other by their cursor. */
export const triageQuery = (app: string, sought: TriageSought) =>
  infiniteQueryOptions({
    queryKey: ['triage', app, sought],
    queryFn: ({ pageParam }) =>
      client.getTriage({ params: { app }, query: { ...sought, limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: 0,
    placeholderData: (old) => old,
  });

export const bugQuery = (app: string, bug: string, version: number) =>
  queryOptions({
    queryKey: ['bug', app, bug, version],
    queryFn: () => client.getBug({ params: { app, bug } }),
    placeholderData: (old) => (old?.key === bug ? old : undefined),
  });

/** Every team's word on a release; `useReadAgain` has it read again with every change of the app. */
export const signOffMatrixQuery = (params: ReleaseName, only: 'open' | 'all') =>
  infiniteQueryOptions({
    queryKey: ['sign-off-matrix', params, only],
    queryFn: ({ pageParam }) =>
      client.getSignOffMatrix({ params, query: { only, limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: 0,
    placeholderData: (old) => (old?.pages[0]?.version === params.version ? old : undefined),
  });

export const releaseBuildsQuery = (params: ReleaseName, version: number) =>
  queryOptions({
    queryKey: ['release-builds', params, version],
    queryFn: () => client.getReleaseBuilds({ params }),
    placeholderData: (old) => (old?.version === params.version ? old : undefined),
  });

export const releaseChangesQuery = (params: ReleaseName, version: number) =>
  queryOptions({
    queryKey: ['release-changes', params, version],
    queryFn: () => client.getReleaseChanges({ params }),
    placeholderData: (old) => (old?.version === params.version ? old : undefined),
  });

/** The snapshot that the server put into the page, for its app and this once. */
const inlinedSnapshot = (app: string): ControlRoom | undefined =>
  takeInlined<ControlRoom>('signalbox-snapshot', (snapshot) => snapshot.app.id === app);

/** What a block of data in the page says, where it is what is asked for: taken out, because it is only true once. */
function takeInlined<T>(id: string, isWanted: (value: T) => boolean): T | undefined {
  const block = document.querySelector(`#${id}`);
  if (block === null) return undefined;
  const value = JSON.parse(block.textContent) as T;
  if (!isWanted(value)) return undefined;
  block.remove();
  return value;
}
