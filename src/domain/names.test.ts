import { expect, test } from 'vitest';
import { sourceName } from './names.ts';

test.each([
  ['google-play', 'Google Play'],
  ['sentry-api', 'Sentry API'],
  ['crash-feed', 'Crash feed'],
  ['JIRA', 'Jira'],
  ['sandbox:tracker', 'Tracker'],
  ['sample:gitHost', 'Code'],
  ['sample', 'Sample'],
  ['sandbox:else', 'Sandbox'],
  ['Acme CI', 'Acme CI'],
])('the source %s is called %s', (source, name) => {
  expect(sourceName(source)).toBe(name);
});
