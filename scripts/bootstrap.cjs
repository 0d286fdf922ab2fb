'use strict';
/*
 * Makes a clone ready: runs before the npm scripts, so that `npm start` and `npm test` are all that a fresh clone needs.
 *
 *   node scripts/bootstrap.cjs              the dependencies are those of package-lock.json (else `npm ci`)
 *   node scripts/bootstrap.cjs --build      and the web pages are built from the sources as they are now (else `vite build`)
 *   node scripts/bootstrap.cjs --browser    and what the tests need of the system is there: git, a Chromium (else apt, where it may)
 *
 * Plain CommonJS for any Node from 18: on a fresh clone it is what finds out that a newer Node is needed, and brings it (the package `node`).
 */
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { findChromium, findProgram } = require('./chromium.cjs');

const ROOT = dirname(__dirname);
const MODULES = join(ROOT, 'node_modules');
const LEAST_NODE = [22, 18];
/** What the web pages are made of. */
const WEB_SOURCES = ['web', 'src/domain', 'src/api', 'vite.config.ts', 'package-lock.json'];

class Trouble extends Error {}

function main() {
  const wants = new Set(process.argv.slice(2));
  for (const option of wants) {
    if (option !== '--build' && option !== '--browser') throw new Trouble(`unknown option ${option} (known: --build, --browser)`);
  }
  installDependencies();
  const node = nodeForScripts();
  if (wants.has('--build')) buildWeb(node);
  if (wants.has('--browser')) provideSystemPrograms();
  else if (findProgram(['git']) === null)
    say('git is not installed: Signalbox cannot read repositories until it is (apt-get install git).');
}

function installDependencies() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
  const stamp = createHash('sha256').update(lock).digest('hex');
  const stampFile = join(MODULES, '.signalbox-stamp');
  if (readOr(stampFile, '') === stamp) return;
  if (isInstalled(JSON.parse(lock))) {
    writeFileSync(stampFile, stamp);
    return;
  }
  say(
    existsSync(MODULES)
      ? 'package-lock.json has changed: installing the dependencies again …'
      : 'installing the dependencies (about half a gigabyte, once) …',
  );
  // With the development dependencies even where NODE_ENV is production: they hold the right Node and what builds the web pages.
  const ended = npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']);
  if (ended.error !== undefined)
    throw new Trouble(`npm could not be started (${ended.error.message}). Install npm 10 or later; it comes with Node.`);
  if (ended.status !== 0) {
    throw new Trouble(
      `installing the dependencies failed: npm ci ended with ${ended.status ?? ended.signal}; what it said is above.\n` +
        '  Is the package registry reachable (npm ping)? Behind a proxy, set HTTPS_PROXY. Is the disk full, or may this account not write here?',
    );
  }
  writeFileSync(stampFile, stamp);
}

/** Does node_modules hold exactly what the lock file says? npm keeps its own list of what it installed; optional packages of other platforms are absent. */
function isInstalled(lock) {
  const hidden = readOr(join(MODULES, '.package-lock.json'), null);
  if (hidden === null) return false;
  const installed = JSON.parse(hidden).packages ?? {};
  const wanted = Object.entries(lock.packages).filter(([path]) => path !== '');
  const isThere = ([path, { version, optional }]) =>
    installed[path] === undefined ? optional === true : installed[path].version === version;
  const isWanted = ([path]) => lock.packages[path] !== undefined;
  return wanted.every(isThere) && Object.entries(installed).every(isWanted);
}

/** The Node that npm scripts will run: the package's, which npm puts first on PATH, or the one that runs this. */
function nodeForScripts() {
  const ours = join(MODULES, 'node', 'bin', 'node');
  const version = existsSync(ours) ? spawnSync(ours, ['--version'], { encoding: 'utf8' }).stdout : null;
  if (typeof version === 'string' && isEnough(version)) return ours;
  if (isEnough(process.version)) return process.execPath;
  throw new Trouble(
    `Node ${LEAST_NODE.join('.')} or later is needed, and this is ${process.version}.\n` +
      '  The package "node" brings a newer one, but its install script did not run (is ignore-scripts set in an .npmrc?) or it does not run here.\n' +
      '  Run npm rebuild node, or install a newer Node.',
  );
}

function isEnough(version) {
  const [major = 0, minor = 0] = version.trim().replace(/^v/, '').split('.').map(Number);
  return major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
}

function buildWeb(node) {
  if (!existsSync(join(ROOT, 'web', 'index.html'))) return;
  const hash = createHash('sha256');
  for (const source of WEB_SOURCES) addToHash(hash, source);
  const stamp = hash.digest('hex');
  const stampFile = join(MODULES, '.signalbox-web-stamp');
  if (readOr(stampFile, '') === stamp && existsSync(join(ROOT, 'dist', 'web', 'index.html'))) return;
  say('building the web pages …');
  const ended = spawnSync(node, [join(MODULES, 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (ended.status !== 0)
    throw new Trouble(`building the web pages failed: vite build ended with ${ended.status ?? ended.signal}; what it said is above.`);
  writeFileSync(stampFile, stamp);
}

function addToHash(hash, path) {
  const full = join(ROOT, path);
  if (!existsSync(full)) return;
  if (statSync(full).isDirectory()) {
    for (const name of readdirSync(full).sort()) addToHash(hash, `${path}/${name}`);
    return;
  }
  if (/\.test\.tsx?$/.test(path)) return;
  hash.update(`${path}\0`).update(readFileSync(full));
}

function provideSystemPrograms() {
  const missing = [];
  if (findProgram(['git']) === null) missing.push('git');
  if (findChromium() === null) missing.push('chromium');
  if (missing.length === 0) return;

  const apt = findProgram(['apt-get']);
  const asRoot = waysToBeRoot();
  if (apt === null || asRoot === null) {
    const why = apt === null ? 'this system has no apt-get' : 'this account is not root and may not use sudo without a password';
    throw new Trouble(
      `the tests need ${missing.join(' and ')}, and it cannot be installed from here: ${why}.\n` +
        `  Install it yourself (Debian: apt-get install --no-install-recommends ${missing.join(' ')}), or set CHROME_PATH to a Chromium or Chrome.`,
    );
  }
  say(`installing ${missing.join(' and ')} with apt …`);
  const run = (...args) => {
    const [command, ...rest] = [...asRoot, apt, '-q', ...args];
    const ended = spawnSync(command, rest, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    if (ended.status !== 0)
      throw new Trouble(
        `apt-get ${args[0]} ended with ${ended.status ?? ended.signal}; what it said is above. Install ${missing.join(' and ')} yourself, or set CHROME_PATH.`,
      );
  };
  run('update');
  run('install', '-y', '--no-install-recommends', ...missing);
  if (findChromium() === null) throw new Trouble('apt installed chromium, and no program of that name is on PATH. Set CHROME_PATH to it.');
}

/** What goes before a command to run it as root: nothing for root, sudo where it asks no password; null when there is no way. */
function waysToBeRoot() {
  if (process.getuid !== undefined && process.getuid() === 0) return [];
  const sudo = findProgram(['sudo']);
  if (sudo === null) return null;
  return spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? [sudo, '-n', 'DEBIAN_FRONTEND=noninteractive'] : null;
}

/** npm itself: the one that runs this script if there is one. Its output goes to standard error, because standard output may be a command's answer. */
function npm(args) {
  const own = process.env.npm_execpath;
  const options = { cwd: ROOT, stdio: ['ignore', 2, 2] };
  if (own !== undefined && /npm-cli\.[cm]?js$/.test(own)) return spawnSync(process.execPath, [own, ...args], options);
  return spawnSync('npm', args, options);
}

function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

function say(text) {
  process.stderr.write(`signalbox: ${text}\n`);
}

/** Two scripts started at once must not install at once: the second waits for the first. */
function holdingLock(action) {
  const lock = join(ROOT, '.bootstrap-lock');
  const startedAt = Date.now();
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      // Where nothing can be written nothing can be installed either; what is there may be complete.
      if (error.code !== 'EEXIST') return action();
    }
    if (isLeftBehind(lock)) rmSync(lock, { recursive: true, force: true });
    else if (Date.now() - startedAt > 600_000)
      throw new Trouble(`another installation has been running for ten minutes. If there is none, remove ${lock}.`);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    writeFileSync(join(lock, 'pid'), String(process.pid));
    action();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isLeftBehind(lock) {
  const pid = Number(readOr(join(lock, 'pid'), '0'));
  try {
    if (pid === 0) return Date.now() - statSync(lock).mtimeMs > 10_000;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH' || error.code === 'ENOENT';
  }
}

try {
  holdingLock(main);
} catch (error) {
  say(error instanceof Trouble || error.code === 'CHROME_PATH' ? error.message : (error.stack ?? String(error)));
  process.exitCode = 1;
}
