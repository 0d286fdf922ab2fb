/** The sandbox's tracker: its feed, and tickets that carry a reference of ours. */
import { done, refused } from '#ports/outcome.ts';
import type { TicketOutcome, TicketWanted, Tracker } from '#ports/tracker.ts';
import type { SandboxClient } from './client.ts';
import { sandboxFeed } from './feeds.ts';
import { ticketSchema } from './schema.ts';

export function sandboxTracker(client: SandboxClient, nameAt: (app: string) => string): Tracker {
  return {
    ...sandboxFeed(client, 'tracker', nameAt),
    ensureTicket: (wanted) => askForTicket(client, nameAt, wanted),
  };
}

/** @param called what a new one is called, if nothing else is; left out: the next free key */
export async function askForTicket(
  client: SandboxClient,
  nameAt: (app: string) => string,
  { app, actionKey, ...ticket }: TicketWanted,
  called?: string,
): Promise<TicketOutcome> {
  // The sandbox keeps one ticket for each reference, so no look is needed before.
  const place = ['apps', nameAt(app), 'tracker', 'tickets'];
  const answered = await client.post(place, { ...ticket, key: actionKey, ...(called === undefined ? {} : { called }) }, ticketSchema);
  if (!answered.ok) return refused(answered.refusal.message, answered.refusal.help);
  const { key, did } = answered.value;
  const notes = { made: `filed ${key}`, changed: `changed ${key}`, nothing: `${key} says so already`, opened: `opened ${key} again` };
  return { ...done(notes[did], did === 'nothing'), ticket: { key, url: client.address([...place, key]) } };
}
