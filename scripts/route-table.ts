import { contract } from '#api/contract.ts';
import type { Route } from '#api/route.ts';

/** The text of src/api/routes.ts: each route of the contract by its id, with method, path and, where it streams, how. */
export function routeTable(): string {
  const rows = (contract as readonly Route[]).map(({ id, method, path, streams }) => {
    const row = streams === undefined ? [method, path] : [method, path, streams];
    return `  ${id}: [${row.map((part) => `'${part}'`).join(', ')}],`;
  });
  return `/**
 * The routes of the contract without its schemas, for who calls them. Made from src/api/contract.ts by \`npm run generate\`; client.ts holds them to the
 * contract by their types.
 */
export const routes = {
${rows.join('\n')}
} as const;
`;
}
