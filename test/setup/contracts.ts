/** The vendors' own contracts, where they are: what they say is theirs and no part of this repository. `VENDOR_CONTRACTS` names their folder; else it is looked for beside this one. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OpenAPIBackend } from 'openapi-backend';
import type { Document } from 'openapi-backend';
import { packageRoot } from '#lib/package-root.ts';

const folder = process.env['VENDOR_CONTRACTS'] ?? join(packageRoot(), '..', 'shared', 'contracts');

/** What a vendor takes and its contract does not list: Sentry's pages are gone through by `cursor` (docs.sentry.io, "Pagination"). */
const UNLISTED: ReadonlySet<string> = new Set(['cursor']);

export type Held = { fetch: typeof fetch; faults: string[] };

/**
 * Holds all that is asked of a vendor's emulator, and all that it answers, to the vendor's contract; what breaks it is noted. Null: the contract is not here.
 *
 * @param server the address that the emulator is asked at
 */
export async function heldTo(file: string, server: string, emulator: typeof fetch): Promise<Held | null> {
  const path = join(folder, file);
  if (!existsSync(path)) return null;
  const faults: string[] = [];
  const api = await (apis.get(path) ?? apiOf(path));
  return {
    faults,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const answer = await emulator(input, init);
      if (url.origin !== new URL(server).origin) return answer;
      const asked = {
        method: init?.method ?? 'GET',
        path: url.pathname,
        query: [...url.searchParams]
          .filter(([name]) => !UNLISTED.has(name))
          .map((pair) => new URLSearchParams([pair]).toString())
          .join('&'),
        headers: Object.fromEntries(new Headers(init?.headers)),
        ...(typeof init?.body === 'string' ? { body: JSON.parse(init.body) as object } : {}),
      };
      const operation = api.matchOperation(asked);
      if (operation?.operationId === undefined) faults.push(`${asked.method} ${asked.path} is nothing that the contract has`);
      else {
        for (const error of api.validateRequest(asked, operation).errors ?? [])
          faults.push(`${asked.path} asked: ${error.instancePath} ${error.message}`);
        const copy = answer.clone();
        const body: unknown = await copy.json().catch(() => null);
        // what goes wrong on purpose is no lie about what goes well
        if (answer.ok && body !== null && !answer.headers.has('x-wrong-on-purpose'))
          for (const error of api.validateResponse(body, operation, answer.status).errors ?? [])
            faults.push(`${asked.path} answered: ${error.instancePath} ${error.message}`);
      }
      return answer;
    },
  };
}

const apis = new Map<string, Promise<OpenAPIBackend>>();

/** A contract is read once, by all tests of a file. */
function apiOf(path: string): Promise<OpenAPIBackend> {
  const api = new OpenAPIBackend({
    definition: routable(orNull(JSON.parse(readFileSync(path, 'utf8'))) as Record<string, unknown>) as unknown as Document,
    quick: true,
    strict: false,
    coerceTypes: true,
    ajvOpts: { strict: false, validateFormats: false, unicodeRegExp: false },
  });
  const made = api.init().then(() => api);
  apis.set(path, made);
  return made;
}

/** The router takes the slash off the end of what is asked, and so it is taken off here; the emulator asks for it. */
function routable(document: Record<string, unknown>): Record<string, unknown> {
  return {
    ...document,
    paths: Object.fromEntries(Object.entries(document['paths'] ?? {}).map(([path, each]) => [path.replace(/\/$/, ''), each as unknown])),
  };
}

/** `nullable` beside what it is of says "or null", and ajv does not read it so. */
function orNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(orNull);
  if (typeof value !== 'object' || value === null) return value;
  const own = Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, ['example', 'examples', 'enum', 'default'].includes(key) ? each : orNull(each)]),
  );
  if (own['nullable'] !== true) return own;
  const { nullable: _, ...rest } = own;
  return typeof rest['type'] === 'string' ? own : { anyOf: [rest, { type: 'null' }] };
}
