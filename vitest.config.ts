import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/setup/longest-first.ts';

const NEEDS_DATABASE = '**/*.db.test.ts';
const NEEDS_BROWSER = '**/*.e2e.test.ts';
const NEVER = ['**/node_modules/**', '**/dist/**', '**/.data/**'];

/**
 * The kind of a test is in its file's name: `x.test.ts` needs nothing, `x.db.test.ts` a PostgreSQL, `x.e2e.test.ts` a browser and the whole program.
 * `npm run check` runs the first kind, `npm test` all.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/setup/reporter.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // two files at a time on two cores: one alone, which is what the machine would be given, leaves a core waiting for the database
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // commands and servers that tests start as processes read their modules compiled: half of what each start costs
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'signalbox-compile') },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // files share what they import: half of their time went into reading it anew
          isolate: false,
          include: ['{src,web,test,scripts,bench}/**/*.test.{ts,tsx}'],
          exclude: [...NEVER, NEEDS_DATABASE, NEEDS_BROWSER],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          isolate: false,
          include: [NEEDS_DATABASE],
          exclude: NEVER,
          globalSetup: './test/setup/cluster.ts',
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: [NEEDS_BROWSER],
          exclude: NEVER,
          globalSetup: './test/setup/cluster.ts',
          testTimeout: 120_000,
          maxConcurrency: 2,
        },
      },
    ],
  },
});
