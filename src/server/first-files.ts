/** Which files of the built pages an address needs at once. Named in a header, they come side by side instead of each after the one that imports it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What Vite writes down of a build: each file with what it imports before it runs, by keys of its own. */
export type Manifest = Record<string, { file: string; name?: string; imports?: string[]; css?: string[]; assets?: string[] }>;

/** As vite.config.ts names it and the parts of the first view. */
const MANIFEST_FILE = 'manifest.json';
export type Part = 'index' | 'app' | 'room';

const APP_ADDRESS = /^\/[a-z][a-z0-9-]{0,62}(?:\/|$)/;
/** The room itself and a criterion that is open in it. */
const ROOM_ADDRESS = /^\/[a-z][a-z0-9-]{0,62}\/?$|^\/[a-z][a-z0-9-]{0,62}\/\d[^/]*\/[^/]+\/[^/]+$/;
/** Addresses that stand in no app. The pages of settings do: of the one that they are about. */
const NO_APPS = /^\/(?:sign-in|setup|settings\/apps\/new)(?:\/|$)/;
/** The faces that every page is set in; those of other alphabets come when a letter of theirs does. */
const FACES = /(?:inter|jetbrains-mono)-latin-wght-normal[^/]*\.woff2$/;

/** The files that parts need before they run: they themselves, and all that they import at once. Scripts, styles, and the faces they are set in. */
export function filesOf(manifest: Manifest, parts: readonly Part[]): { scripts: string[]; styles: string[]; fonts: string[] } {
  const seen = new Set<string>();
  const found = { scripts: [] as string[], styles: [] as string[], fonts: [] as string[] };
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined || seen.has(key)) return;
    seen.add(key);
    for (const each of chunk.imports ?? []) visit(each);
    found.scripts.push(chunk.file);
    found.styles.push(...(chunk.css ?? []));
    found.fonts.push(...(chunk.assets ?? []).filter((each) => FACES.test(each)));
  };
  for (const [key, { name, file }] of Object.entries(manifest)) if (file.endsWith('.js') && parts.some((part) => part === name)) visit(key);
  return found;
}

/** The parts that the page at an address begins with. */
export function partsAt(path: string): readonly Part[] {
  if (!APP_ADDRESS.test(path) || NO_APPS.test(path)) return ['index'];
  return ROOM_ADDRESS.test(path) ? ['index', 'app', 'room'] : ['index', 'app'];
}

/** The header `link` for an address; empty where the build wrote down nothing of itself. */
export async function firstFiles(webRoot: string): Promise<(path: string) => string> {
  const text = await readFile(join(webRoot, MANIFEST_FILE), 'utf8').catch(() => null);
  if (text === null) return () => '';
  const manifest = JSON.parse(text) as Manifest;
  const known = new Map<string, string>();
  return (path) => {
    const parts = partsAt(path);
    const key = parts.join(' ');
    let links = known.get(key);
    if (links === undefined) {
      links = linksOf(manifest, parts);
      known.set(key, links);
    }
    return links;
  };
}

/** As the page's own elements ask for them, or the browser would fetch them twice. */
function linksOf(manifest: Manifest, parts: readonly Part[]): string {
  const { scripts, styles, fonts } = filesOf(manifest, parts);
  return [
    `</theme.js>; rel=preload; as=script`,
    ...styles.map((file) => `</${file}>; rel=preload; as=style; crossorigin`),
    ...scripts.map((file) => `</${file}>; rel=modulepreload; crossorigin`),
    ...fonts.map((file) => `</${file}>; rel=preload; as=font; type="font/woff2"; crossorigin`),
  ].join(', ');
}
