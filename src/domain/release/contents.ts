/** What rides in a release and what is told of it: the notes each storefront takes, what its reviewers are given, and what is still to be said before submission. */
import { platformName } from '../names.ts';
import { capabilities } from '../rollout/storefronts.ts';
import type { StorefrontKind } from '../rollout/storefronts.ts';
import type { Instant } from '../time.ts';

/** A note of what is new, as one storefront shows it in one language (`en-US`). */
export type StoreNote = { storefront: StorefrontKind; language: string; text: string };
/** Where a reviewer may sign in. `passwordAt`: where the password is kept; never the password. */
export type TestAccount = { name: string; passwordAt: string; note: string | null };
/** What the reviewers of one storefront are told. */
export type ReviewNotes = { storefront: StorefrontKind; notes: string | null; accounts: readonly TestAccount[] };
/** A decision on the release, as it was noted. It is never changed; another one may take its place. */
export type Decision = { id: string; at: Instant; by: string; text: string; about: string | null };
/** An update that was posted to the release's channel; `key` is the key of its action. */
export type PostedUpdate = { key: string; at: Instant; by: string; text: string; channel: string | null };
export type BigFeature = { name: string; note: string | null; url: string | null };

/** All parts are people's words. `revision` is raised by each change of them. */
export type ReleaseContents = {
  revision: number;
  bigFeature: BigFeature | null;
  /** The chat channel: `#release-8-9-2`. */
  channel: string | null;
  /** What is new, for those inside. */
  whatsNew: string | null;
  storeNotes: readonly StoreNote[];
  reviews: readonly ReviewNotes[];
  decisions: readonly Decision[];
  updates: readonly PostedUpdate[];
  /** What was learned, written when everyone has it. */
  retrospective: string | null;
};

/** The parts that are written over; decisions and updates are only added to. */
export const editableParts = ['bigFeature', 'channel', 'whatsNew', 'storeNotes', 'reviews', 'retrospective'] as const;
export type EditablePart = (typeof editableParts)[number];

const empty: ReleaseContents = {
  revision: 0,
  bigFeature: null,
  channel: null,
  whatsNew: null,
  storeNotes: [],
  reviews: [],
  decisions: [],
  updates: [],
  retrospective: null,
};

/** The contents as stored, with what nobody has said yet as empty. */
export function wholeContents(stored: Partial<ReleaseContents>): ReleaseContents {
  return { ...empty, ...stored };
}

/**
 * The longest note that each storefront takes, in characters. App Store 4,000 and Google Play 500 (store-rules M01, M03); Microsoft Store 1,500
 * (its page "Create app Store listings"). An update feed is the app's own: the bound is ours.
 */
export const noteLimits: Readonly<Record<StorefrontKind, number>> = {
  'google-play': 500,
  'app-store-connect': 4000,
  'microsoft-store': 1500,
  'update-feed': 10_000,
};

/** Characters as the stores count them: a letter of any script is one. */
export function noteLength(text: string): number {
  return Array.from(text).length;
}

/** Why a storefront would not take this note, in words; empty when it would. Over the limit it is refused and never cut short (M04). */
export function noteFaults({ storefront, text }: Pick<StoreNote, 'storefront' | 'text'>): readonly string[] {
  const { name } = capabilities[storefront];
  const length = noteLength(text);
  const most = noteLimits[storefront];
  const faults: string[] = [];
  if (length > most)
    faults.push(`${name} takes ${most.toLocaleString('en-US')} characters, and this has ${length.toLocaleString('en-US')}`);
  if (storefront === 'app-store-connect' && text.includes('<')) faults.push(`${name} does not take the sign "<"`);
  // pictures only: the stores take digits, signs of currency and all letters (M02)
  if (storefront === 'app-store-connect' && /\p{Extended_Pictographic}/u.test(text.replaceAll(/[©®™]/gu, '')))
    faults.push(`${name} does not take emoji`);
  return faults;
}

/** Words that look like a password that was written where all can read it. */
const looksLikePassword = /\b(?:pass(?:word|phrase)?|pwd|pin)\s*(?:[:=]|is\b)\s*\S+/i;

export type ContentsFault = { path: string; because: string; wouldBeRight: string };

/** What of these contents cannot be kept: notes that a storefront refuses, a language told twice, a password in clear. */
export function contentsFaults(contents: Partial<Pick<ReleaseContents, EditablePart>>): readonly ContentsFault[] {
  return [...noteListFaults(contents.storeNotes ?? []), ...reviewFaults(contents.reviews ?? [])];
}

function noteListFaults(notes: readonly StoreNote[]): ContentsFault[] {
  return notes.flatMap((note, at): ContentsFault[] => {
    const path = `storeNotes.${at}`;
    const first = notes.findIndex(
      (other) => other.storefront === note.storefront && other.language.toLowerCase() === note.language.toLowerCase(),
    );
    const twice: ContentsFault[] =
      first < at
        ? [
            {
              path: `${path}.language`,
              because: `${capabilities[note.storefront].name} has a note in ${note.language} already`,
              wouldBeRight: 'one note for each language',
            },
          ]
        : [];
    return [
      ...twice,
      ...noteFaults(note).map((because) => ({ path: `${path}.text`, because, wouldBeRight: 'a note that the storefront takes whole' })),
    ];
  });
}

function reviewFaults(reviews: readonly ReviewNotes[]): ContentsFault[] {
  return reviews.flatMap((review, at): ContentsFault[] => {
    const path = `reviews.${at}`;
    const faults: ContentsFault[] = [];
    if (reviews.findIndex(({ storefront }) => storefront === review.storefront) < at)
      faults.push({
        path: `${path}.storefront`,
        because: `the reviewers of ${capabilities[review.storefront].name} are told twice`,
        wouldBeRight: 'once for each storefront',
      });
    const texts: readonly [string, string | null][] = [
      [`${path}.notes`, review.notes],
      ...review.accounts.flatMap((account, index): [string, string | null][] => [
        [`${path}.accounts.${index}.passwordAt`, account.passwordAt],
        [`${path}.accounts.${index}.note`, account.note],
      ]),
    ];
    for (const [where, text] of texts)
      if (text !== null && looksLikePassword.test(text))
        faults.push({
          path: where,
          because: 'this reads like a password, and everyone can read it',
          wouldBeRight: 'say where the password is kept: "vault, item Store review"',
        });
    return faults;
  });
}

/* ---- before submission ---- */

/** `missing` is owed by someone; `wrong` would be refused by the storefront; `not-needed`: this storefront has no review. */
export type ChecklistItem = { id: string; label: string; state: 'done' | 'missing' | 'wrong' | 'not-needed'; text: string };
export type ShipsOn = { platform: string; storefronts: readonly StorefrontKind[] };

/** What is to be said before a release is submitted: for each storefront its notes, what its reviewers are told, and where they sign in. */
export function submissionChecklist(contents: ReleaseContents, ships: readonly ShipsOn[]): readonly ChecklistItem[] {
  const storefronts = [...new Set(ships.flatMap((each) => each.storefronts))];
  // a language that one storefront has is a language of the listing
  const languages = [...new Set(contents.storeNotes.map(({ language }) => language))];
  return storefronts.flatMap((storefront) => {
    const on = ships.filter((each) => each.storefronts.includes(storefront)).map(({ platform }) => platformName(platform));
    const where = `${capabilities[storefront].name} (${on.join(', ')})`;
    return [notesItem(contents, storefront, where, languages), ...reviewItems(contents, storefront, where)];
  });
}

function notesItem(contents: ReleaseContents, storefront: StorefrontKind, where: string, languages: readonly string[]): ChecklistItem {
  const id = `notes ${storefront}`;
  const label = `${where}: what is new`;
  const notes = contents.storeNotes.filter((note) => note.storefront === storefront && note.text.trim() !== '');
  const fault = notes.flatMap((note) => noteFaults(note).map((because) => `${note.language}: ${because}`))[0];
  if (fault !== undefined) return { id, label, state: 'wrong', text: fault };
  if (notes.length === 0) return { id, label, state: 'missing', text: 'no note in any language' };
  const lacking = languages.filter((language) => !notes.some((note) => note.language === language));
  if (lacking.length > 0) return { id, label, state: 'missing', text: `not in ${lacking.join(', ')}, which another storefront has` };
  return { id, label, state: 'done', text: `in ${notes.map(({ language }) => language).join(', ')}` };
}

function reviewItems(contents: ReleaseContents, storefront: StorefrontKind, where: string): ChecklistItem[] {
  if (!capabilities[storefront].reviews)
    return [{ id: `review ${storefront}`, label: `${where}: for the reviewers`, state: 'not-needed', text: 'nobody reviews it there' }];
  const review = contents.reviews.find((each) => each.storefront === storefront);
  const notes = review?.notes ?? null;
  const accounts = review?.accounts ?? [];
  return [
    {
      id: `review ${storefront}`,
      label: `${where}: how to test it`,
      state: notes === null ? 'missing' : 'done',
      text: notes === null ? 'reviewers are told nothing yet' : 'reviewers are told',
    },
    {
      id: `accounts ${storefront}`,
      label: `${where}: test accounts`,
      state: accounts.length === 0 ? 'missing' : 'done',
      text: accounts.length === 0 ? 'no account to sign in with' : accounts.map(({ name }) => name).join(', '),
    },
  ];
}
