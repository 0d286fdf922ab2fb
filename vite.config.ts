import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

/** The server that `npm run dev` starts beside this one. */
const api = `http://127.0.0.1:${process.env['PORT'] ?? '4600'}`;

/** The API's addresses. The folder `web/api` is served below the same word, and its sources are not passed on. */
const API_PATHS = String.raw`^/api/(?!.*\.ts(?:\?|$))`;

/**
 * What the first view is made of comes in three files, each with all that it imports, instead of in thirty small ones: what every page begins with, what
 * stands around every page of an app, and the control room. What a page has beside is a file of its own.
 */
const FIRST_CHUNKS = [
  { name: 'start', test: /rolldown\/runtime|\/web\/main\.tsx$/, priority: 3 },
  { name: 'app', test: /\/web\/pages\/app\/page\.tsx$/, priority: 2 },
  { name: 'room', test: /\/web\/pages\/control-room\/page\.tsx$/, priority: 1 },
] as const;

/** Beside each script and style the same, compressed once for all: the server hands it out to whoever takes it. */
const compressed = (): Plugin => ({
  name: 'signalbox:compressed',
  apply: 'build',
  writeBundle: async ({ dir = '' }, bundle) => {
    const names = Object.keys(bundle).filter((name) => /\.(?:js|css)$/.test(name));
    await Promise.all(
      names.map(async (name) => {
        const whole = await readFile(join(dir, name));
        await writeFile(join(dir, `${name}.gz`), await promisify(gzip)(whole, { level: 9 }));
      }),
    );
  },
});

/** The web pages: built into dist/web, which the server hands out; in development served from here, with the API passed on. */
export default defineConfig({
  root: 'web',
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    manifest: 'manifest.json',
    rolldownOptions: { output: { codeSplitting: { groups: [...FIRST_CHUNKS] } } },
  },
  plugins: [react(), compressed()],
  server: { port: 4601, strictPort: true, host: '127.0.0.1', proxy: { [API_PATHS]: { target: api, changeOrigin: false } } },
});
