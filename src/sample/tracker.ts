/** The sample's tracker: tickets of crash groups, filed in its world under the keys by which the story calls them. */
import type { SandboxClient } from '#integrations/sandbox/client.ts';
import { askForTicket } from '#integrations/sandbox/tracker.ts';
import type { Tracker } from '#ports/tracker.ts';
import { ticketOfReference } from './crashes.ts';

export function sampleTracker(client: SandboxClient): Tracker {
  return {
    // The player tells of its tickets, as of all that Jira holds in the story.
    changesSince: () => Promise.resolve({ facts: [], cursor: 'told by the player' }),
    async ensureTicket(wanted) {
      const outcome = await askForTicket(client, (app) => app, wanted, ticketOfReference(wanted.reference) ?? undefined);
      // its world has no address
      return outcome.ok ? { ...outcome, ticket: { ...outcome.ticket, url: null } } : outcome;
    },
  };
}
