/** The routes that the pages of crash groups call: apart from the others, because a first view has no use for them. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { clientOf } from './client.ts';

const routes = {
  listCrashGroups: ['get', '/api/apps/{app}/health/groups'],
  getCrashGroup: ['get', '/api/apps/{app}/health/groups/{group}'],
  makeCrashTicket: ['post', '/api/apps/{app}/health/groups/{group}/ticket'],
  retryCrashTickets: ['post', '/api/apps/{app}/health/groups/tickets'],
  decideCrashGroup: ['put', '/api/apps/{app}/health/groups/{group}/decision'],
} as const;

export const crashGroups = clientOf(routes);

type Sought = NonNullable<Parameters<typeof crashGroups.listCrashGroups>[0]['query']>;

/** Crash groups that fit; `useReadAgain` has them read again with every change of the app. Pages follow each other by their cursor. */
export const crashGroupsQuery = (app: string, sought: Sought) =>
  infiniteQueryOptions({
    queryKey: ['crash-groups', app, sought],
    queryFn: ({ pageParam }) =>
      crashGroups.listCrashGroups({
        params: { app },
        query: { ...sought, limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: 0,
    placeholderData: (old) => old,
  });

export const crashGroupKey = (app: string, group: number) => ['crash-group', app, group] as const;

export const crashGroupQuery = (app: string, group: number, version: string | undefined, at: number) =>
  queryOptions({
    queryKey: [...crashGroupKey(app, group), version ?? null, at],
    queryFn: () => crashGroups.getCrashGroup({ params: { app, group }, query: version === undefined ? {} : { version } }),
    placeholderData: (old) => (old?.id === group ? old : undefined),
  });
