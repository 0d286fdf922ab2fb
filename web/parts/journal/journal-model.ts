/** What the journal may be narrowed by, and how it is written into a file. */
import { dayOf, isLocalDate, momentOf } from '#domain/calendar/zone.ts';
import type { JournalEntry } from './types.ts';

export const kinds = [
  {
    id: 'rollout',
    label: 'Store and rollout',
    is: [
      'submitted',
      'approved',
      'rejected',
      'withdrawn',
      'live-in-part',
      'rollout-started',
      'percent-observed',
      'halt-ordered',
      'halted',
      'resume-ordered',
      'resumed',
      'released',
      'completed',
      'canceled',
      'superseded',
    ],
  },
  {
    id: 'stages',
    label: 'Branch and candidate',
    is: ['born', 'development-started', 'cut', 'cut-again', 'candidate-chosen', 'went-back', 'cherry-pick-asked', 'cherry-pick-answered'],
  },
  { id: 'criteria', label: 'Criteria', is: ['verdict-changed', 'held'] },
  {
    id: 'waivers',
    label: 'Waivers and approvals',
    is: ['waiver-asked', 'waiver-approved', 'waiver-ended', 'waiver-revoked', 'approval-given', 'ticked'],
  },
  { id: 'bugs', label: 'Bugs', is: ['bug-decided', 'bug-nominated', 'bug-assigned'] },
  { id: 'sign-offs', label: 'Sign-offs and nudges', is: ['sign-off-given', 'nudged'] },
  {
    id: 'robot',
    label: 'Robot and its orders',
    is: ['robot-paused', 'robot-unpaused', 'shadowed', 'asked', 'action-ordered', 'action-ended', 'action-retried'],
  },
  {
    id: 'plans',
    label: 'Plans and words',
    is: ['release-begun', 'release-planned', 'release-replanned', 'release-described', 'decision-noted', 'update-posted', 'corrected'],
  },
  {
    id: 'set-up',
    label: 'Settings and set-up',
    is: [
      'app-created',
      'app-renamed',
      'policy-saved',
      'policy-proposed',
      'policy-proposal-closed',
      'rota-set',
      'rota-removed',
      'connected',
      'connection-changed',
      'disconnected',
      'chat-tried',
      'webhook-opened',
      'webhook-closed',
      'imported',
      'history-imported',
      'clock-set',
      'restored',
    ],
  },
] as const;

/** Of the whole Signalbox and of no app: people, keys and ways in. */
export const instanceKinds = [
  {
    id: 'people',
    label: 'People and their roles',
    is: [
      'person-added',
      'roles-set',
      'person-deactivated',
      'person-reactivated',
      'person-removed',
      'invited',
      'invitation-revoked',
      'invitation-accepted',
    ],
  },
  {
    id: 'sessions',
    label: 'Sign-ins, sessions and passwords',
    is: ['signed-in', 'sessions-ended', 'password-set', 'password-link-made', 'account-linked'],
  },
  { id: 'keys', label: 'Keys', is: ['key-created', 'key-revoked'] },
  { id: 'access', label: 'Ways in', is: ['access-set', 'provider-set', 'provider-removed'] },
] as const;

export const actors = [
  { id: 'person', label: 'People' },
  { id: 'robot', label: 'Robot' },
  { id: 'key', label: 'API keys' },
  { id: 'integration', label: 'Integrations' },
] as const;

export type Filter = { track?: string | undefined; by?: string | undefined; actor?: string | undefined; kind?: string | undefined };

/** What the audit log is narrowed by beside: words, and days of the viewer's zone (`2024-10-01`, both shown). */
export type AuditFilter = Filter & {
  of?: 'instance' | undefined;
  text?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
};

/** The query of the API for a filter of the audit log. A day that is none is left out, as if it had not been said. */
export function auditQueryOf(filter: AuditFilter, app: string, zone: string) {
  const { track, ...query } = queryOf(filter);
  const text = filter.text?.trim() ?? '';
  const from = dayIn(filter.from, 0, zone);
  const to = dayIn(filter.to, 1, zone);
  return {
    app: filter.of === 'instance' ? '*' : app,
    ...query,
    ...(track === undefined || filter.of === 'instance' ? {} : { track: `${app}/${track}` }),
    ...(text === '' ? {} : { text }),
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
  };
}

/** When a day begins in a zone, or the one `after` days behind it. */
function dayIn(day: string | undefined, after: number, zone: string): string | null {
  return day === undefined || !isLocalDate(day) ? null : new Date(momentOf(dayOf(day) + after, 0, zone)).toISOString();
}

/** The query of the API for a filter of the address; words that name nothing are left out, as if they had not been said. */
export function queryOf(filter: Filter): {
  track?: string;
  by?: (typeof actors)[number]['id'];
  actor?: string;
  is?: string;
} {
  const kind = [...kinds, ...instanceKinds].find(({ id }) => id === filter.kind);
  const by = actors.find(({ id }) => id === filter.by);
  return {
    ...(filter.track === undefined ? {} : { track: filter.track }),
    ...(by === undefined ? {} : { by: by.id }),
    ...(filter.actor === undefined ? {} : { actor: filter.actor }),
    ...(kind === undefined ? {} : { is: kind.is.join(',') }),
  };
}

/** Whether a line that came over the stream is one of those that the filter shows. `track`: `music/8.9.2/ios`. */
export function passes(
  line: { track: string | null; is: string; actor: { kind: string; id: string } },
  filter: Filter,
  app: string,
): boolean {
  const { track, by, actor, is } = queryOf(filter);
  return (
    (track === undefined || line.track === `${app}/${track}`) &&
    (by === undefined || line.actor.kind === by) &&
    (actor === undefined || line.actor.id === actor) &&
    (is === undefined || is.split(',').includes(line.is))
  );
}

/** The details of an event without its kind, one line each: before and after side by side where it has both. */
export function detailsOf(event: Readonly<Record<string, unknown>>): readonly { name: string; value: string }[] {
  const { from, to, ...rest } = event;
  const change =
    from === undefined || to === undefined ? { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) } : null;
  return [
    ...(change === null ? [{ name: 'before and after', value: `${told(from)} to ${told(to)}` }] : entriesOf(change)),
    ...entriesOf(rest),
  ];
}

function entriesOf(record: Readonly<Record<string, unknown>>): readonly { name: string; value: string }[] {
  return Object.entries(record)
    .filter(([name, value]) => name !== 'is' && value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => ({ name: name.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`), value: told(value) }));
}

function told(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const columns = [
  'at',
  'recordedAt',
  'app',
  'track',
  'actorKind',
  'actorId',
  'actorName',
  'actsFor',
  'address',
  'is',
  'text',
  'event',
  'chain',
  'seq',
  'hash',
  'previous',
] as const;

/** One value in a file of comma-separated values; one that a spreadsheet would take for a formula is quoted as text. */
function inCsv(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Entries as comma-separated values, with a line of heads; rows end as RFC 4180 says. */
export function csvOf(entries: readonly JournalEntry[]): string {
  const rows = entries.map(({ actor, event, ...entry }) => [
    entry.at,
    entry.recordedAt,
    entry.app ?? '',
    entry.track ?? '',
    actor.kind,
    actor.id,
    actor.name,
    actor.actsFor ?? '',
    actor.address ?? '',
    told(event['is']),
    entry.text,
    JSON.stringify(event),
    entry.chain,
    String(entry.seq),
    entry.hash,
    entry.previous ?? '',
  ]);
  return [columns, ...rows].map((row) => row.map(inCsv).join(',')).join('\r\n') + '\r\n';
}
