import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '#lib/package-root.ts';
import { judgeAudit } from './audit.ts';

const counts = (more: object = {}) => ({
  metadata: { vulnerabilities: { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0, ...more } },
});
const fault = (severity: string) => ({ vulnerabilities: { left: { name: 'left', severity, range: '<2', via: [{ title: 'It falls' }] } } });

test('packages without a known fault, or with lesser ones, are sound', () => {
  expect(judgeAudit(JSON.stringify(counts()))).toEqual({ state: 'sound', lines: ['no known fault'] });
  expect(judgeAudit(JSON.stringify({ ...counts({ moderate: 2, total: 2 }), ...fault('moderate') }))).toEqual({
    state: 'sound',
    lines: ['no grave fault; 2 moderate'],
  });
});

test.each(['high', 'critical'])('one that is %s is told with its package', (severity) => {
  expect(judgeAudit(JSON.stringify({ ...counts({ [severity]: 1 }), ...fault(severity) }))).toEqual({
    state: 'faulty',
    lines: [`${severity}: left <2: It falls`],
  });
});

test.each(['', 'not JSON', '{}', '{"error":{"code":"ENOAUDIT","summary":"no answer"}}'])(
  '%j is no answer: nothing was checked',
  (output) => {
    expect(judgeAudit(output)).toMatchObject({ state: 'not-checked', lines: [expect.stringMatching(/^not checked: /)] });
  },
);

/** Licences under which a program may be shipped with ours (Apache-2.0). */
const PERMITTED = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'PostgreSQL',
  'MIT-0',
  'Python-2.0',
]);

/**
 * Native parts of lightningcss, by which vite makes the stylesheets when the pages are built. npm marks them as optional and not as of development; nothing of them is in
 * what is packed, and no program of ours loads them, so that their licence (MPL-2.0) asks nothing of who gets Signalbox.
 */
const BUILDS_ONLY = /^node_modules\/lightningcss-/;

test('every package that is shipped is under a licence that permits it', () => {
  const lock = JSON.parse(readFileSync(join(packageRoot(), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean; license?: string }>;
  };
  const shipped = Object.entries(lock.packages).filter(
    ([name, { dev, devOptional }]) => name !== '' && dev !== true && devOptional !== true && !BUILDS_ONLY.test(name),
  );
  const isPermitted = (license: string | undefined): boolean =>
    (license ?? '')
      .replaceAll(/[()]/g, '')
      .split(' OR ')
      .some((each) => PERMITTED.has(each));
  expect(shipped.length).toBeGreaterThan(20);
  expect(
    shipped.filter(([, { license }]) => !isPermitted(license)).map(([name, { license }]) => `${name}: ${license ?? 'none named'}`),
  ).toEqual([]);
});
