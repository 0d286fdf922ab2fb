/** Taking a sample app out again, with all that was ever written of it. Only sample data goes this way: what is known of a real app is never removed. */
import { sql } from 'kysely';
import { holdHours } from './health/days.ts';
import type { Tx } from './transaction.ts';

/** Tables whose rows name their track. */
const byTrack = [
  'custom_answers',
  'bug_decisions',
  'sign_offs',
  'approvals',
  'ticks',
  'waivers',
  'cherry_picks',
  'verdict_history',
  'verdicts',
] as const;
/** Tables whose rows name their app, in an order that their references allow. */
const byApp = [
  'health_heard',
  'health_dsns',
  'health_quarantine',
  'health_sources',
  'health_feeds',
  'health_streams',
  'crash_groups',
  'health_packed',
  'health_series',
  'questions',
  'outbox',
  'bug_assignments',
  'commits',
  'reports',
  'containments',
  'branches',
  'storefront_states',
  'checks',
  'bugs',
  'distributions',
  'test_runs',
  'builds',
  'fact_keys',
  'facts',
  'sources',
  'connections',
  'due',
  'journal',
  'tracks',
  'releases',
  'rotas',
  'policies',
  'policy_proposals',
] as const;

/** Removes a sample app; false where there is no such app, or it is a real one. */
export async function removeSampleApp(tx: Tx, app: string): Promise<boolean> {
  await holdHours(tx, app);
  const found = await tx.selectFrom('apps').select('id').where('id', '=', app).where('sample', '=', true).forUpdate().executeTakeFirst();
  if (found === undefined) return false;
  for (const table of byTrack)
    await sql`delete from ${sql.table(table)} where track in (select id from tracks where app = ${app})`.execute(tx);
  for (const table of ['health_rollups', 'health_days'])
    await sql`delete from ${sql.table(table)} where series in (select id from health_series where app = ${app})`.execute(tx);
  for (const table of byApp) await sql`delete from ${sql.table(table)} where app = ${app}`.execute(tx);
  await sql`delete from idempotency_keys where scope like ${`report:${app}:%`} or scope like ${`command:${app}/%`}`.execute(tx);
  await tx.deleteFrom('apps').where('id', '=', app).execute();
  return true;
}
