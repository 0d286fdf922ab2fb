import { expect, test } from 'vitest';
import { contentsFaults, noteFaults, noteLength, submissionChecklist, wholeContents } from './contents.ts';

test('each storefront has its own longest note, and over it the note is refused and not cut', () => {
  expect(noteFaults({ storefront: 'google-play', text: 'a'.repeat(500) })).toEqual([]);
  expect(noteFaults({ storefront: 'google-play', text: 'a'.repeat(501) })).toEqual(['Google Play takes 500 characters, and this has 501']);
  expect(noteFaults({ storefront: 'app-store-connect', text: 'a'.repeat(4001) })[0]).toContain('4,000 characters');
});

test('a letter outside of the basic plane counts once', () => {
  expect(noteLength('🎧a')).toBe(2);
});

test('the App Store takes no emoji and no "<", but digits, currency and marks of trade; Google Play takes emoji', () => {
  expect(noteFaults({ storefront: 'app-store-connect', text: 'New 🎧' })).toEqual(['App Store does not take emoji']);
  expect(noteFaults({ storefront: 'app-store-connect', text: 'faster <b>' })).toEqual(['App Store does not take the sign "<"']);
  expect(noteFaults({ storefront: 'app-store-connect', text: 'Åben 24/7 for 10 €, Music™ #1' })).toEqual([]);
  expect(noteFaults({ storefront: 'google-play', text: 'New 🎧' })).toEqual([]);
});

test('a language is told once for each storefront', () => {
  const note = { storefront: 'google-play', text: 'New' } as const;
  const faults = contentsFaults({
    storeNotes: [
      { ...note, language: 'en-US' },
      { ...note, language: 'en-us' },
    ],
  });
  expect(faults.map(({ path }) => path)).toEqual(['storeNotes.1.language']);
});

test('what reads like a password is not kept, the place of one is', () => {
  const review = (passwordAt: string) => ({
    reviews: [{ storefront: 'app-store-connect' as const, notes: null, accounts: [{ name: 'reviewer', passwordAt, note: null }] }],
  });
  expect(contentsFaults(review('password: hunter2'))).toHaveLength(1);
  expect(contentsFaults(review('vault, item Store review'))).toEqual([]);
});

test('the checklist asks of each storefront for notes, and where there is a review for instructions and an account', () => {
  const contents = wholeContents({ storeNotes: [{ storefront: 'google-play', language: 'sv', text: 'Nytt' }] });
  const items = submissionChecklist(contents, [
    { platform: 'android', storefronts: ['google-play'] },
    { platform: 'desktop', storefronts: ['update-feed'] },
  ]);
  expect(items.map(({ id, state }) => [id, state])).toEqual([
    ['notes google-play', 'done'],
    ['review google-play', 'missing'],
    ['accounts google-play', 'missing'],
    ['notes update-feed', 'missing'],
    ['review update-feed', 'not-needed'],
  ]);
});

test('a language that one storefront has is missed at another', () => {
  const contents = wholeContents({
    storeNotes: [
      { storefront: 'google-play', language: 'en-US', text: 'New' },
      { storefront: 'google-play', language: 'sv', text: 'Nytt' },
      { storefront: 'app-store-connect', language: 'en-US', text: 'New' },
    ],
  });
  const items = submissionChecklist(contents, [{ platform: 'ios', storefronts: ['app-store-connect'] }]);
  expect(items[0]).toMatchObject({ state: 'missing', text: 'not in sv, which another storefront has' });
});
