/**
 * What is set up changes by entries of the journal alone, and they come over the stream: what they make stale is read again, and nothing else is, whatever the
 * tracks do meanwhile. Queries are meant by the first word of their key; the app follows it.
 */
import type { ActivityLine } from '#api/verdict.ts';

type Line = Pick<ActivityLine, 'id' | 'is'>;

/** Lines that `after` has more than `before`, the newest first; null: so many came at once that some may be missing. */
export function linesSince(before: readonly Line[], after: readonly Line[]): readonly Line[] | null {
  const [newest] = before;
  if (newest === undefined) return after;
  const at = after.findIndex(({ id }) => id === newest.id);
  return at === -1 ? null : after.slice(0, at);
}

const whatIsUnderWay = ['policy-platforms'];
const connections = ['connections', 'notifications', 'health-sources', 'settings-history'];
const onCall = ['rotas', 'policy-teams', 'settings-history'];
const ofPolicy = ['policy', 'policy-revisions', 'health-rules', 'health-plan'];
const proposals = ['policy-proposals', 'policy-effect', 'settings-history'];

/** Each kind of entry with what it makes stale. */
const madeStaleBy: Readonly<Record<string, readonly string[]>> = {
  'policy-saved': [...ofPolicy, ...proposals, 'policy-platforms', 'policy-teams', 'rotas', 'notifications'],
  'policy-proposed': proposals,
  'policy-proposal-closed': proposals,
  'rota-set': onCall,
  'rota-removed': onCall,
  connected: connections,
  'connection-changed': connections,
  disconnected: connections,
  'webhook-opened': connections,
  'webhook-closed': connections,
  'chat-tried': ['connections', 'settings-history'],
  nudged: ['settings-history'],
  'update-posted': ['settings-history'],
  'app-created': ['apps', 'settings-history'],
  'app-renamed': ['apps', 'settings-history'],
  'clock-set': ['settings-history'],
  'history-imported': [...whatIsUnderWay, 'settings-history'],
  born: whatIsUnderWay,
  imported: whatIsUnderWay,
  'release-begun': whatIsUnderWay,
  'release-planned': whatIsUnderWay,
  completed: whatIsUnderWay,
  canceled: whatIsUnderWay,
  superseded: whatIsUnderWay,
};

/** Messages are ordered by much of what happens. */
const byAnything = ['notices', 'notifications'];

const everything = new Set([...Object.values(madeStaleBy).flat(), ...byAnything]);

/** The queries that these entries make stale; all of those that are set up where entries may be missing, or where another state was put back from a backup. */
export function madeStale(lines: readonly Line[] | null): ReadonlySet<string> {
  if (lines === null || lines.some(({ is }) => is === 'restored')) return everything;
  if (lines.length === 0) return new Set();
  return new Set([...lines.flatMap(({ is }) => madeStaleBy[is] ?? []), ...byAnything]);
}
