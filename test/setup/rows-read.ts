/** How many rows a question reads: what PostgreSQL says of the plan that it carried out. */
import type { CompiledQuery } from 'kysely';
import type { Pool } from 'pg';

type Node = {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: Node[];
};

/** Rows of tables whose names begin so, also those that were read and left out. */
export async function rowsRead(pool: Pick<Pool, 'query'>, { sql, parameters }: CompiledQuery, begins: string): Promise<number> {
  const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(`explain (analyze, format json) ${sql}`, [...parameters]);
  const plan = rows[0]?.['QUERY PLAN'][0].Plan;
  return plan === undefined ? 0 : rowsOf(plan, begins);
}

function rowsOf(node: Node, begins: string): number {
  const each = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const own = node['Relation Name']?.startsWith(begins) === true ? each * node['Actual Loops'] : 0;
  return (node.Plans ?? []).reduce((sum, below) => sum + rowsOf(below, begins), own);
}
