/** The sample's tracker: tickets of crash groups, filed in its world under the keys by which the story calls them. */
import type { SandboxClient } from '#integrations/sandbox/client.ts';
import { ticketSchema } from '#integrations/sandbox/schema.ts';
import { done, refused } from '#ports/outcome.ts';
import type { Tracker } from '#ports/tracker.ts';
import { ticketOfReference } from './crashes.ts';

export function sampleTracker(client: SandboxClient): Tracker {
  return {
    // The player tells of its tickets, as of all that Jira holds in the story.
    changesSince: () => Promise.resolve({ facts: [], cursor: 'told by the player' }),
    async ensureTicket({ app, actionKey, ...ticket }) {
      const place = ['apps', app, 'tracker', 'tickets'];
      const called = ticketOfReference(ticket.reference);
      const answered = await client.post(place, { ...ticket, key: actionKey, ...(called === null ? {} : { called }) }, ticketSchema);
      if (!answered.ok) return refused(answered.refusal.message, answered.refusal.help);
      const { key, did } = answered.value;
      const notes = { made: `filed ${key}`, changed: `changed ${key}`, nothing: `${key} says so already`, opened: `opened ${key} again` };
      return { ...done(notes[did], did === 'nothing'), ticket: { key, url: null } };
    },
  };
}
