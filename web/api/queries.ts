/** What the pages ask of the API, each with its key in the cache. */
import { queryOptions, QueryClient } from '@tanstack/react-query';
import type { ControlRoom } from '#api/control-room.ts';
import { client, codeOf } from './client.ts';

/** Refusals do not change by asking again; silence may. */
const retry = (failures: number, error: unknown): boolean => codeOf(error) === null && failures < 2;

export const queryClient = new QueryClient({ defaultOptions: { queries: { retry, refetchOnWindowFocus: false, staleTime: 10_000 } } });

export const sessionQuery = queryOptions({ queryKey: ['session'], queryFn: () => client.getSession(), staleTime: 60_000 });

export const appsQuery = queryOptions({ queryKey: ['apps'], queryFn: () => client.listApps({ query: { limit: 200 } }) });

/** The snapshot of an app; afterwards the stream keeps it true. */
export const controlRoomQuery = (app: string) =>
  queryOptions({
    queryKey: ['control-room', app],
    queryFn: () => client.getControlRoom({ params: { app } }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 5 * 60_000,
    initialData: () => inlinedSnapshot(app),
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

export const cherryPicksQuery = (params: TrackName, version: number) =>
  queryOptions({
    queryKey: ['cherry-picks', params, version],
    queryFn: () => client.listCherryPicks({ params, query: { limit: 100 } }),
    placeholderData: (old) => old,
  });

const SNAPSHOT_BLOCK_ID = 'signalbox-snapshot';

/** The snapshot that the server put into the page, for its app and this once. */
function inlinedSnapshot(app: string): ControlRoom | undefined {
  const block = document.querySelector(`#${SNAPSHOT_BLOCK_ID}`);
  if (block === null) return undefined;
  const snapshot = JSON.parse(block.textContent) as ControlRoom;
  if (snapshot.app.id !== app) return undefined;
  block.remove();
  return snapshot;
}
