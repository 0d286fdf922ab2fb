import { expect, test } from 'vitest';
import { maySet, settingsIds, settingsParts, whoSets } from './pages.ts';

const admin = { isAdmin: true };
const other = { isAdmin: false };

test.each(settingsIds)('%s says what it controls in one sentence, and what of the journal is its history', (id) => {
  const { about, history } = settingsParts[id];
  expect(about).toMatch(/^[A-Z].+\.$/);
  expect(history.length).toBeGreaterThan(0);
});

test('an admin of one app sets up that app; people and keys are for admins of all apps', () => {
  expect(settingsIds.filter((id) => maySet(id, admin, other))).toEqual(settingsIds.filter((id) => settingsParts[id].of === 'app'));
  expect(settingsIds.filter((id) => maySet(id, admin, admin))).toEqual(settingsIds);
  expect(settingsIds.filter((id) => maySet(id, other, other))).toEqual([]);
  expect(whoSets('policy', 'Music')).toBe('an admin of Music');
  expect(whoSets('keys', 'Music')).toBe('an admin of all apps');
});

test('what the policy writes is history of each page that writes into it: a team that was changed is history of teams', () => {
  expect(settingsIds.filter((id) => settingsParts[id].history.includes('policy-saved'))).toEqual(['platforms', 'policy', 'teams']);
});
