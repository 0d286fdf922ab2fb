/*
 * Makes the program as JavaScript in `dist`, for the package: Node does not strip types under node_modules. The web pages are built by
 * bootstrap.cjs --build, which `npm run build` and `npm pack` call first.
 */
import { chmod, copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { packageRoot } from '#lib/package-root.ts';

const root = packageRoot();
const dist = join(root, 'dist');

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
        input: {
          cli: join(root, 'src', 'cli', 'main.ts'),
          'git-runner': join(root, 'src', 'integrations', 'git', 'runner', 'main.ts'),
        },
        external: (id: string) => /^[^./#\0]/.test(id) && !id.startsWith(root),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'parts/[name]-[hash].js' },
      },
    },
  });
  await copyFile(join(root, 'scripts', 'bin.js'), join(dist, 'signalbox.js'));
  await chmod(join(dist, 'signalbox.js'), 0o755);
}
