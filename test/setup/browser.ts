import { createRequire } from 'node:module';

const { findChromium } = createRequire(import.meta.url)('../../scripts/chromium.cjs') as { findChromium: () => string | null };

/** The Chromium for the browser tests and how to start it; root needs its sandbox off. For playwright-core's `chromium.launch`. */
export function chromiumLaunch(): { executablePath: string; args: string[] } {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('no Chromium is found: run npm test (it installs one where it may), or set CHROME_PATH');
  return { executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] };
}
