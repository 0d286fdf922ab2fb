import type { Client } from '#api/client.ts';

/** An entry of the journal, as the API tells it. */
export type JournalEntry = Awaited<ReturnType<Client['listAudit']>>['items'][number];
