/** Pictures of scenes, held against those that were looked at and kept: `UPDATE_PICTURES=1` keeps new ones. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { packageRoot } from '#lib/package-root.ts';

/** How far a pixel's colour may lie off before it counts, 0–1. Letters are drawn a shade differently by another release of the browser. */
const COLOUR_TOLERANCE = 0.2;
/** How large a share of the pixels may count. A moved line of text or a missing lamp is more than this. */
const SHARE_TOLERANCE = 0.004;

/** Where a picture that differs is laid, with the difference beside it; not kept in git. */
const differing = join(packageRoot(), 'test-results', 'pictures');

/**
 * What is wrong with a picture against the one that is kept at `path`; null when they agree.
 * A picture that is not kept yet is wrong, unless pictures are being kept.
 */
export function comparePicture(path: string, taken: Buffer): string | null {
  if (process.env['UPDATE_PICTURES'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, taken);
    return null;
  }
  const name = basename(path);
  if (!existsSync(path)) return `there is no ${name} to compare with: look at the page, then run with UPDATE_PICTURES=1`;
  const kept = readFileSync(path);
  // as it mostly is: then nothing has to be unpacked
  if (taken.equals(kept)) return null;
  const before = PNG.sync.read(kept);
  const now = PNG.sync.read(taken);
  if (before.width !== now.width || before.height !== now.height)
    return `${name} is ${now.width} × ${now.height}, and ${before.width} × ${before.height} was kept`;
  const difference = new PNG({ width: now.width, height: now.height });
  const count = pixelmatch(before.data, now.data, difference.data, now.width, now.height, { threshold: COLOUR_TOLERANCE });
  const share = count / (now.width * now.height);
  if (share <= SHARE_TOLERANCE) return null;
  mkdirSync(differing, { recursive: true });
  writeFileSync(join(differing, name), taken);
  writeFileSync(join(differing, name.replace(/\.png$/, '-difference.png')), PNG.sync.write(difference));
  return `${name} differs in ${(share * 100).toFixed(2)} % of its pixels; see test-results/pictures. If it is meant, look at it and run with UPDATE_PICTURES=1`;
}
