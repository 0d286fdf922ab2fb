/** The policy as it is read, and what is read again when it changed. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { settings } from '../../api/settings-client.ts';

/** What was read at an older version is let go of soon: a page that stays open would keep a copy for every commit. */
const KEPT_MS = 10_000;

/** `at` is the app's version: any commit of it may be of its policy. */
export const policyQuery = (app: string, at: number) =>
  queryOptions({
    queryKey: ['policy', app, at],
    queryFn: () => settings.getPolicy({ params: { app } }),
    placeholderData: (old) => old,
    gcTime: KEPT_MS,
  });

export const proposalsQuery = (app: string, at: number) =>
  queryOptions({
    queryKey: ['policy-proposals', app, at],
    queryFn: () => settings.listProposals({ params: { app }, query: { limit: 50 } }),
    placeholderData: (old) => old,
    gcTime: KEPT_MS,
  });

export const revisionsQuery = (app: string, at: number) =>
  infiniteQueryOptions({
    queryKey: ['policy-revisions', app, at],
    queryFn: ({ pageParam }) =>
      settings.listPolicyRevisions({ params: { app }, query: { limit: 20, ...(pageParam === null ? {} : { cursor: pageParam }) } }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: (old) => old,
    gcTime: KEPT_MS,
  });

export const platformsQuery = (app: string, at: number) =>
  queryOptions({
    queryKey: ['policy-platforms', app, at],
    queryFn: () => settings.listPlatforms({ params: { app } }),
    placeholderData: (old) => old,
    gcTime: KEPT_MS,
  });

export const teamsQuery = (app: string, at: number) =>
  queryOptions({
    queryKey: ['policy-teams', app, at],
    queryFn: () => settings.listTeams({ params: { app } }),
    placeholderData: (old) => old,
    gcTime: KEPT_MS,
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
