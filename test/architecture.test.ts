import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { integrations } from '#integrations/index.ts';
import { packageRoot } from '#lib/package-root.ts';
import { importsOf, targetOf, trespassesOf } from './setup/source.ts';
import type { Import } from './setup/source.ts';

/*
 * Who may import whom, and what a room may not do. ARCHITECTURE.md says why; this file holds it.
 */

/** Rooms of ours, and packages from outside, that files of a room may import. Tests are held to the same rooms, and may use more packages. */
type Licence = { rooms: readonly string[]; packages: readonly string[] };

const LICENCES: Record<string, Licence> = {
  domain: { rooms: [], packages: ['zod', 'temporal-polyfill', 'simple-statistics', 'yaml', 'picomatch'] },
  ports: { rooms: ['domain'], packages: ['zod'] },
  integrations: { rooms: ['ports', 'domain', 'lib'], packages: ['*'] },
  db: { rooms: ['domain', 'lib'], packages: ['kysely', 'pg', 'pg-copy-streams', 'zod'] },
  engine: { rooms: ['domain', 'ports', 'db', 'lib'], packages: ['zod'] },
  sample: { rooms: ['domain', 'ports', 'engine', 'integrations', 'lib'], packages: ['zod'] },
  api: { rooms: ['domain'], packages: ['zod'] },
  server: { rooms: ['api', 'engine', 'db', 'domain', 'lib'], packages: ['*'] },
  cli: { rooms: ['api', 'domain'], packages: ['commander', 'yaml', 'zod'] },
  web: { rooms: ['api', 'domain'], packages: ['*'] },
  lib: { rooms: [], packages: ['pino', 'undici', 'zod'] },
  config: { rooms: ['lib'], packages: ['zod'] },
};

/** Where everything is put together: these may import every room. */
const COMPOSITION_ROOTS = new Set(['src/main.ts', 'src/cli/main.ts']);

/** Packages of the test tools, for test files and the suites that adapters pass. */
const TEST_PACKAGES = new Set(['kysely', 'vitest', 'fast-check', 'openapi-backend', 'playwright-core', '@axe-core/playwright']);

/** Rooms that may use Node's own modules. The others run in a browser too, or must be handed what they use. */
const ROOMS_ON_NODE = new Set(['integrations', 'sample', 'db', 'engine', 'server', 'cli', 'lib', 'config', 'main']);

const root = packageRoot();

type Source = { file: string; room: string; isTest: boolean; text: string; imports: Import[] };

const sources: Source[] = globSync('{src,web}/**/*.{ts,tsx}', { cwd: root })
  .toSorted()
  .map((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return { file, room: roomOf(file), isTest: isTestFile(file), text, imports: importsOf(text, file) };
  });

function roomOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  if (top !== 'src') return top;
  return second.replace(/\.test\.ts$|\.ts$/, '');
}

function isTestFile(file: string): boolean {
  return /\.(test|contract)\.tsx?$|\/(emulator|harness|testing)\.ts$/.test(file);
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** What is wrong with one import; null when nothing is. */
function objectionTo({ file, room, isTest }: Source, { specifier }: Import): string | null {
  if (COMPOSITION_ROOTS.has(file) || (isTest && COMPOSITION_ROOTS.has(file.replace('.test.ts', '.ts')))) return null;
  const licence = LICENCES[room];
  if (licence === undefined) return `${file}: "${room}" is no room of the architecture`;
  const target = targetOf(file, specifier);
  if (target === null) {
    if (specifier.startsWith('node:')) return ROOMS_ON_NODE.has(room) || isTest ? null : `${file}: ${room} may not use ${specifier}`;
    const name = packageOf(specifier);
    if (licence.packages.includes('*') || licence.packages.includes(name) || (isTest && TEST_PACKAGES.has(name))) return null;
    return `${file}: ${room} may not import the package ${name}`;
  }
  if (target.startsWith('test/setup/')) return isTest ? null : `${file}: only tests may import ${target}`;
  const other = roomOf(target);
  if (room === 'integrations' && other === 'integrations') return objectionBetweenVendors(file, target);
  if (room === 'server' && other === 'db' && !isTest) return objectionToServerReading(file, target);
  if (other === room || licence.rooms.includes(other)) return null;
  return `${file}: ${room} may not import ${other} (${specifier})`;
}

/** integrations/index.ts lists all; else each vendor has its own folder and never reaches another's. */
function objectionBetweenVendors(file: string, target: string): string | null {
  const [, , vendor = ''] = file.split('/');
  const [, , other = ''] = target.split('/');
  if (vendor === 'index.ts' || vendor === 'index.test.ts' || vendor === other) return null;
  return `${file}: one vendor may not import another (${target})`;
}

/** The server reads through db/views; server/auth keeps a library's own tables and gets the connection. */
function objectionToServerReading(file: string, target: string): string | null {
  if (target.startsWith('src/db/views/') || file.startsWith('src/server/auth/')) return null;
  // Types of the database itself: the handle that views take as their first argument.
  if (target === 'src/db/connect.ts' || target === 'src/db/schema.ts') return null;
  return `${file}: the server reads the database through db/views only (${target})`;
}

describe('who imports whom', () => {
  test.each(Object.keys(LICENCES))('%s imports only what the architecture allows it', (room) => {
    const objections = sources
      .filter((source) => source.room === room)
      .flatMap((source) => source.imports.map((found) => objectionTo(source, found)));
    expect(objections.filter((objection) => objection !== null)).toEqual([]);
  });

  test('every file is in a room that the architecture knows', () => {
    const strangers = sources.filter(({ room, file }) => LICENCES[room] === undefined && !COMPOSITION_ROOTS.has(file));
    expect(strangers.map(({ file }) => file)).toEqual([]);
  });

  test('another room is imported by its name and not by a path, and every import of ours exists', () => {
    const wrong = sources.flatMap(({ file, room, imports }) =>
      imports.flatMap(({ specifier }) => {
        const target = targetOf(file, specifier);
        if (target === null) return [];
        if (!existsSync(join(root, target))) return [`${file}: ${specifier} does not exist`];
        const isElsewhere =
          specifier.startsWith('.') && roomOf(target) !== room && target.startsWith('src/') && !COMPOSITION_ROOTS.has(file);
        return isElsewhere ? [`${file}: import ${target} as #${target.slice('src/'.length)}`] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('no file imports itself by way of others, types included', () => {
    expect(
      cyclesAmong(new Map(sources.map(({ file, imports }) => [file, imports.flatMap(({ specifier }) => targetOf(file, specifier) ?? [])]))),
    ).toEqual([]);
  });
});

/** Every group of files that reach each other (Tarjan's strongly connected components), and files that import themselves. */
function cyclesAmong(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[] = [];
  const visit = (file: string): number => {
    const place = order.size;
    order.set(file, place);
    let lowest = place;
    stack.push(file);
    for (const target of edges.get(file) ?? []) {
      if (!order.has(target)) lowest = Math.min(lowest, visit(target));
      else if (stack.includes(target)) lowest = Math.min(lowest, order.get(target) ?? lowest);
    }
    low.set(file, lowest);
    if (lowest === place) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1 || (edges.get(file) ?? []).includes(file)) cycles.push(group.toSorted().join(' ↔ '));
    }
    return lowest;
  };
  for (const file of edges.keys()) if (!order.has(file)) visit(file);
  return cycles.toSorted();
}

describe('what a room may not do', () => {
  test('the domain knows no clock, no chance, no process and no network', () => {
    const trespasses = sources
      .filter(({ room, isTest }) => room === 'domain' && !isTest)
      .flatMap(({ file, text }) => trespassesOf(text, file).filter(({ kind }) => kind !== 'sql' && kind !== 'default-export'));
    expect(trespasses.map(({ at, what }) => `${at}: ${what}`)).toEqual([]);
  });

  test('SQL is written in db, and by server/auth on its own schema', () => {
    const trespasses = sources
      .filter(({ room, isTest, file }) => room !== 'db' && !isTest && !file.startsWith('src/server/auth/'))
      .flatMap(({ file, text }) => trespassesOf(text, file).filter(({ kind }) => kind === 'sql'));
    expect(trespasses.map(({ at, what }) => `${at}: ${what}`)).toEqual([]);
  });

  test('only pages of the web have a default export', () => {
    const trespasses = sources
      .filter(({ file }) => !file.startsWith('web/pages/'))
      .flatMap(({ file, text }) => trespassesOf(text, file).filter(({ kind }) => kind === 'default-export'));
    expect(trespasses.map(({ at }) => at)).toEqual([]);
  });

  test('only config.ts reads the environment; the composition roots hand it over', () => {
    const trespasses = sources
      .filter(({ file, isTest }) => file !== 'src/config.ts' && !COMPOSITION_ROOTS.has(file) && !isTest)
      .flatMap(({ file, text }) => trespassesOf(text, file).filter(({ kind }) => kind === 'environment'));
    expect(trespasses.map(({ at, what }) => `${at}: ${what}`)).toEqual([]);
  });

  test('what a server goes out for goes by the guard of lib/reach: nobody else has the network', () => {
    // clients of a server that a person names, the sample's own server, and what the guard stands aside for, each where it is said why
    const others =
      /^src\/(lib\/reach|api\/client|sample\/demo|engine\/engine|server\/auth\/oidc|integrations\/sandbox\/harness)\.ts$|^src\/cli\//;
    const trespasses = sources
      .filter(({ file, isTest }) => file.startsWith('src/') && !isTest && !others.test(file))
      .flatMap(({ file, text }) => trespassesOf(text, file).filter(({ kind }) => kind === 'network'));
    // an adapter uses the `fetch` that it is handed with its tools, and says so by a name of its own
    expect(trespasses.map(({ at, what }) => `${at}: ${what}`)).toEqual([]);
    const undici = sources.filter(
      ({ file, imports }) => imports.some(({ specifier }) => specifier === 'undici') && file.startsWith('src/'),
    );
    expect(undici.map(({ file }) => file).filter((file) => !isTestFile(file))).toEqual(['src/lib/reach.ts']);
  });

  test('a setting of an integration that holds an address is marked as one, or the integration says where it goes', () => {
    const unmarked = integrations
      .filter((integration) => integration.reaches === undefined)
      .flatMap(({ id, settings }) =>
        Object.entries(
          (z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }).properties ?? {}) as Record<string, Record<string, unknown>>,
        )
          .filter(
            ([name, field]) => (field['format'] === 'uri' || /url|uri|host|address|endpoint/i.test(name)) && field['address'] !== true,
          )
          .map(([name]) => `${id}: ${name}`),
      );
    expect(unmarked).toEqual([]);
    expect(integrations.length).toBeGreaterThan(1);
  });

  test('no file is called utils: it would say nothing of what is in it', () => {
    const files = globSync('{src,web,test,scripts,bench}/**/*', { cwd: root });
    expect(
      files.filter(
        (file) => /(^|\/)(utils?|helpers?|misc|common)(\.[\w.]+|\/|$)/i.test(file) && !file.startsWith('web/util/') && file !== 'web/util',
      ),
    ).toEqual([]);
  });
});

describe('these tests themselves', () => {
  const source = (file: string): Source => ({ file, room: roomOf(file), isTest: isTestFile(file), text: '', imports: [] });
  const named = (specifier: string): Import => ({ specifier, isType: false, isLate: false });

  test.each([
    ['src/domain/x.ts', '#engine/tick.ts', 'domain may not import engine'],
    ['src/domain/x.ts', 'node:fs', 'domain may not use node:fs'],
    ['src/domain/x.ts', 'pg', 'domain may not import the package pg'],
    ['src/domain/a/x.ts', '../../db/connect.ts', 'domain may not import db'],
    ['src/engine/tick.ts', '#integrations/git/index.ts', 'engine may not import integrations'],
    ['src/engine/tick.ts', '#server/app.ts', 'engine may not import server'],
    ['src/integrations/jira/index.ts', '../git/client.ts', 'one vendor may not import another'],
    ['src/integrations/jira/index.ts', '#db/connect.ts', 'integrations may not import db'],
    ['src/server/routes/apps.ts', '#db/journal.ts', 'the server reads the database through db/views only'],
    ['src/api/apps.ts', '#server/app.ts', 'api may not import server'],
    ['src/cli/commands/plan.ts', '#engine/tick.ts', 'cli may not import engine'],
    ['src/db/facts.ts', '#config', 'db may not import config'],
    ['src/db/facts.ts', '../../test/setup/database.ts', 'only tests may import test/setup/database.ts'],
    ['src/shed/x.ts', '#domain/time.ts', '"shed" is no room of the architecture'],
    ['web/pages/x/page.tsx', '../../../src/engine/tick.ts', 'web may not import engine'],
  ])('%s importing %s is refused', (file, specifier, objection) => {
    expect(objectionTo(source(file), named(specifier))).toContain(objection);
  });

  test.each([
    ['src/domain/x.ts', 'zod'],
    ['src/engine/tick.ts', '#db/facts.ts'],
    ['src/integrations/index.ts', './git/index.ts'],
    ['src/integrations/jira/index.ts', './client.ts'],
    ['src/server/routes/apps.ts', '#db/views/control-room.ts'],
    ['src/main.ts', '#integrations/index.ts'],
    ['src/db/facts.db.test.ts', '../../test/setup/database.ts'],
    ['src/domain/x.test.ts', 'fast-check'],
  ])('%s importing %s is allowed', (file, specifier) => {
    expect(objectionTo(source(file), named(specifier))).toBeNull();
  });

  test('a cycle through three files is found, and a diamond is none', () => {
    expect(
      cyclesAmong(
        new Map([
          ['a', ['b', 'x']],
          ['b', ['c']],
          ['c', ['a']],
          ['x', ['c']],
          ['y', ['y']],
        ]),
      ),
    ).toEqual(['a ↔ b ↔ c ↔ x', 'y']);
    expect(
      cyclesAmong(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['d']],
          ['c', ['d']],
          ['d', []],
        ]),
      ),
    ).toEqual([]);
  });

  test('there are sources to look at', () => {
    expect(sources.length).toBeGreaterThan(20);
  });
});
