/** An issue tracker: a feed of its tickets and, where the connection may write, one ticket for what must not be asked for twice. */
import type { TicketDraft } from '#domain/actions.ts';
import type { FactsFeed } from './facts-feed.ts';
import type { Done, PortRefused } from './outcome.ts';

/**
 * A ticket as it is wanted. `reference`, 1 to 200 letters, is what the tracker's ticket carries for ever: it is looked for before another is made. Title and team are
 * said once: what people changed of them since stays. Platforms and versions are added to those that it has. `as-it-stands` is refused where no ticket carries the
 * reference. `actionKey`: of the order that this is; the vendor's log has it.
 */
export type TicketWanted = TicketDraft & { app: string; actionKey: string };

/** `key`: the tracker's own name of it, by which its feed tells of it: `PLAY-4436`. */
export type TicketOutcome = (Done & { ticket: { key: string; url: string | null } }) | PortRefused;

export type Tracker = FactsFeed & {
  /** One ticket carries the reference, and says this. Left out where the connection may not write. */
  ensureTicket?(ticket: TicketWanted): Promise<TicketOutcome>;
};
