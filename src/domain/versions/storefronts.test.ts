import { expect, test } from 'vitest';
import { isRefused, refuseOnPlace } from './index.ts';

test.each([
  ['ios', '1.2.3', true],
  ['ios', '8.18', true],
  ['ios', '01.02', true], // A07: zeros in front are allowed in a bundle; the schemes are stricter
  ['ios', '1.2.3.4', false],
  ['ios', '1.2.3-rc.1', false],
  ['app-store-page', '1.2.3.4', true],
  ['app-store-page', '1.2.3-beta', true],
  ['app-store-page', '1.2.3.4.5', false],
  ['android', 'anything at all', true],
  ['google-play', '1.2.3.4', true],
  ['microsoft-store', '1.2.3', true],
  ['microsoft-store', '1.2.3.0', true],
  ['microsoft-store', '1.2.3.4', false],
  ['microsoft-store', '0.9.1', false],
  ['microsoft-store', '1.65536.0', false],
  ['microsoft-store', '1.2-rc', false],
  ['update-feed', '1.2.3.4', true],
  ['desktop', '1.2.3.4', true],
  ['fridge', '1.2.3.4', true],
])('%s and the version %j: taken is %s', (place, version, taken) => {
  expect(isRefused(refuseOnPlace(place, version))).toBe(!taken);
});
