/** The policy as it is read, and what is read again when it changed: by whoever changed it at once, by all others as `made-stale.ts` says. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { settings } from '../../api/settings-client.ts';

/** Who is on call changes by the clock too. */
const TURNS_EVERY_MS = 60_000;

export const policyQuery = (app: string) =>
  queryOptions({ queryKey: ['policy', app], queryFn: () => settings.getPolicy({ params: { app } }) });

export const proposalsQuery = (app: string) =>
  queryOptions({
    queryKey: ['policy-proposals', app],
    queryFn: () => settings.listProposals({ params: { app }, query: { limit: 50 } }),
  });

export const revisionsQuery = (app: string) =>
  infiniteQueryOptions({
    queryKey: ['policy-revisions', app],
    queryFn: ({ pageParam }) =>
      settings.listPolicyRevisions({ params: { app }, query: { limit: 20, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export const platformsQuery = (app: string) =>
  queryOptions({ queryKey: ['policy-platforms', app], queryFn: () => settings.listPlatforms({ params: { app } }) });

export const teamsQuery = (app: string) =>
  queryOptions({
    queryKey: ['policy-teams', app],
    queryFn: () => settings.listTeams({ params: { app } }),
    refetchInterval: TURNS_EVERY_MS,
  });

export const ROTAS = 'rotas';

export const rotasQuery = (app: string) =>
  queryOptions({
    queryKey: [ROTAS, app],
    queryFn: () => settings.listRotas({ params: { app } }),
    refetchInterval: TURNS_EVERY_MS,
  });

const readAgain = [
  'policy',
  'policy-proposals',
  'policy-revisions',
  'policy-platforms',
  'policy-teams',
  'policy-effect',
  'settings-history',
];

export async function refreshPolicy(cache: QueryClient): Promise<void> {
  await Promise.all(readAgain.map((key) => cache.invalidateQueries({ queryKey: [key] })));
}
