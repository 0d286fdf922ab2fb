import { spawnSync } from 'node:child_process';

const MARK = 'loaded ';

/** Tells each module that a process loads on its standard error, before any of its own. */
const TELLING = `
import { registerHooks } from 'node:module';
import { writeSync } from 'node:fs';
registerHooks({
  load(url, context, next) {
    writeSync(2, '${MARK}' + url + '\\n');
    return next(url, context);
  },
});`;

/** Runs a script in a process of its own, and says how it ended and which modules it loaded, as addresses. */
export function loadedBy(words: readonly string[], environment: NodeJS.ProcessEnv): { status: number | null; loaded: string[] } {
  const { status, stderr } = spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(TELLING)}`, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  const loaded = stderr.split('\n').flatMap((line) => (line.startsWith(MARK) ? [line.slice(MARK.length)] : []));
  return { status, loaded };
}
