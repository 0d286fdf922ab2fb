/*
 * Makes `dist`, which is what the package ships: the program as JavaScript (Node does not strip types under node_modules) and the web pages.
 *
 *   node scripts/build.ts            all of it
 *   node scripts/build.ts --program  the program alone
 */
import { chmod, copyFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { packageRoot } from '#lib/package-root.ts';

const root = packageRoot();
const dist = join(root, 'dist');

if (!process.argv.includes('--program') && existsSync(join(root, 'web', 'index.html')))
  await build({ root, configFile: join(root, 'vite.config.ts') });
await buildProgram();

/** One bundle of our own sources; dependencies stay imports, and parts that are imported late stay files of their own. */
async function buildProgram(): Promise<void> {
  await rm(join(dist, 'parts'), { recursive: true, force: true });
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { target: 'node' },
    build: {
      ssr: true,
      outDir: 'dist',
      // dist/web is beside it.
      emptyOutDir: false,
      target: 'node22.18',
      minify: false,
      sourcemap: false,
      rolldownOptions: {
        input: { cli: join(root, 'src', 'cli', 'main.ts') },
        external: (id: string) => /^[^./#\0]/.test(id) && !id.startsWith(root),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'parts/[name]-[hash].js' },
      },
    },
  });
  await copyFile(join(root, 'scripts', 'bin.js'), join(dist, 'signalbox.js'));
  await chmod(join(dist, 'signalbox.js'), 0o755);
}
