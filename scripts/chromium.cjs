'use strict';
// Where a Chromium is, for the bootstrap (which runs on any Node) and the browser tests.
const { accessSync, constants } = require('node:fs');
const { delimiter, isAbsolute, join } = require('node:path');

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const OUTSIDE_PATH = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

/**
 * The path of a Chromium: CHROME_PATH, or the first known name on PATH. null when there is none.
 * @returns {string | null}
 */
function findChromium() {
  const named = process.env.CHROME_PATH;
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw Object.assign(new Error(`CHROME_PATH is ${named}, and no program is there. Set it to a Chromium or Chrome, or unset it.`), {
      code: 'CHROME_PATH',
    });
  }
  return findProgram(NAMES) ?? OUTSIDE_PATH.find(isProgram) ?? null;
}

/**
 * The path of the first of these programs that is on PATH.
 * @param {readonly string[]} names
 * @returns {string | null}
 */
function findProgram(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(isAbsolute);
  for (const name of names) {
    const folder = folders.find((candidate) => isProgram(join(candidate, name)));
    if (folder !== undefined) return join(folder, name);
  }
  return null;
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

module.exports = { findChromium, findProgram };
