/** Tickets of the sandbox's tracker that others ask for: one for each reference, changed by who asks and by people alike. */
import { z } from 'zod';
import { isDeepStrictEqual } from 'node:util';
import type { Instant } from '#domain/time.ts';
import { findItem, nextTicket, putItem } from './items.ts';
import type { State } from './state.ts';

const word = z.string().trim().min(1).max(200);

export const ticketInput = z.object({
  reference: word,
  key: z.string().min(1).max(500),
  title: z.string().max(500),
  team: word.nullable(),
  text: z.string().max(40_000),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  flow: word.nullable(),
  platforms: z.array(word).max(20),
  versions: z.array(word).min(1).max(50),
  state: z.enum(['open', 'as-it-stands']),
  /** What a new one is called, if nothing else is; the next free key where it is left out. */
  called: word.optional(),
});

/** What of a ticket people look at. */
export const ticketItem = z.object({
  title: z.string(),
  team: z.string().nullable().default(null),
  state: z.enum(['open', 'closed']),
  text: z.string().default(''),
});

const lists = z.object({ platforms: z.array(z.string()).default([]), versions: z.array(z.string()).default([]) });

type Answer =
  | { ok: true; key: string; did: 'made' | 'changed' | 'opened' | 'nothing' }
  | { ok: false; code: string; because: string; wouldHelp: string };

export function ensureTicket(state: State, app: string, wanted: z.infer<typeof ticketInput>, now: Instant): Answer {
  const { reference, title, team, text, severity, flow } = wanted;
  if (title.trim() === '') return { ok: false, code: 'no-title', because: 'a ticket without a title', wouldHelp: 'say what it is about' };
  const there = state.items.find((item) => item.app === app && item.kind === 'bug' && item.payload['reference'] === reference);
  if (there === undefined) {
    if (wanted.state === 'as-it-stands')
      return {
        ok: false,
        code: 'unknown-ticket',
        because: `no ticket carries ${reference}`,
        wouldHelp: 'ask for it to be open, and it is made',
      };
    const { called } = wanted;
    const isFree = called !== undefined && findItem(state, app, 'bug', called) === undefined;
    const key = isFree ? called : nextTicket(state, app, 'bug');
    const { platforms, versions } = wanted;
    putItem(
      state,
      app,
      'bug',
      key,
      { key, reference, title, team, text, severity, flow, platforms, versions, state: 'open', reportedAt: now },
      now,
    );
    return { ok: true, key, did: 'made' };
  }
  const before = there.payload;
  const had = lists.parse(before);
  const after = {
    ...before,
    team: before['team'] ?? team,
    text,
    severity,
    flow,
    platforms: [...new Set([...had.platforms, ...wanted.platforms])],
    versions: [...new Set([...had.versions, ...wanted.versions])],
    state: wanted.state === 'open' ? 'open' : before['state'],
  };
  if (isDeepStrictEqual(before, after)) return { ok: true, key: there.key, did: 'nothing' };
  const did = before['state'] === after.state ? 'changed' : 'opened';
  putItem(state, app, 'bug', there.key, after, now);
  return { ok: true, key: there.key, did };
}
