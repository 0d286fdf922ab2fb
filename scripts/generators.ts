import { openApiText } from '#api/openapi.ts';
import { policyReference } from '#domain/policy/reference.ts';
import { packageVersion } from '#lib/package-root.ts';
import { routeTable } from './route-table.ts';

/** A file of the repository that is made from the sources. `make` returns its whole text and reads no clock, so that the same sources give the same file. */
export type Generator = { file: string; make: () => string | Promise<string> };

/** Every generated file; add yours here, and `npm run generate` writes it, `npm run check` compares it. */
export const generators: readonly Generator[] = [
  { file: 'docs/reference/openapi.json', make: () => openApiText(packageVersion()) },
  { file: 'docs/reference/policy.md', make: policyReference },
  { file: 'src/api/routes.ts', make: routeTable },
];
