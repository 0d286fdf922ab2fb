/** What each kind of storefront can do: the store rules as tables. Sources: Google Play and App Store behaviour as their documentation tells it. */

export type StorefrontKind = (typeof storefrontKinds)[number];
export const storefrontKinds = ['google-play', 'app-store-connect', 'microsoft-store', 'update-feed'] as const;

export type Capabilities = {
  name: string;
  /** Its name as it stands in a sentence: `the App Store`. */
  inSentence: string;
  /** `approval`: goes live at the submitted percentage when approved, at any hour. `command`: publishes on our word. `console`: a person presses Publish there. */
  startsOn: 'approval' | 'command' | 'console';
  /** `by-command`: any rising percentage on our word. `by-itself`: takes the next of `phases` each day unless paused. */
  advances: 'by-command' | 'by-itself';
  /** Daily phases in percent of a storefront that advances by itself. */
  phases: readonly number[];
  /** Whether there is a review between submission and approval. */
  reviews: boolean;
  halt: { whileRollingOut: boolean; at100: boolean };
  resume: boolean;
  /** Can serve the previous version again. */
  rollBack: boolean;
  /** Total days that it may stand paused; null when it may for ever. */
  pauseBudgetDays: number | null;
  /** Can take back a submission that is in review. */
  withdraw: boolean;
  /** `replaces`: a new release takes the channel from the old one at once. `one-in-the-works`: a new version waits until the one in the works is out or withdrawn. */
  listing: 'replaces' | 'one-in-the-works' | 'free';
  /** One sentence on what a halt does and does not do there. */
  haltMeans: string;
};

const appStorePhases = [1, 2, 5, 10, 20, 50, 100] as const;

export const capabilities: Readonly<Record<StorefrontKind, Capabilities>> = {
  'google-play': {
    name: 'Google Play',
    inSentence: 'Google Play',
    startsOn: 'approval',
    advances: 'by-command',
    phases: [],
    reviews: true,
    // halting a fully released version: since May 2025 (store-rules G15)
    halt: { whileRollingOut: true, at100: true },
    resume: true,
    rollBack: false,
    pauseBudgetDays: null,
    withdraw: false,
    listing: 'replaces',
    haltMeans: 'Nobody new receives it; devices that have it keep it.',
  },
  'app-store-connect': {
    name: 'App Store',
    inSentence: 'the App Store',
    startsOn: 'command',
    advances: 'by-itself',
    phases: appStorePhases,
    reviews: true,
    // a phased release can be paused; a finished one cannot (store-rules A46, A48)
    halt: { whileRollingOut: true, at100: false },
    resume: true,
    rollBack: false,
    pauseBudgetDays: 30,
    withdraw: true,
    listing: 'one-in-the-works',
    haltMeans: 'Automatic updates pause; new installs and updates by hand go on.',
  },
  'microsoft-store': {
    name: 'Microsoft Store',
    inSentence: 'the Microsoft Store',
    startsOn: 'command',
    advances: 'by-command',
    phases: [],
    reviews: true,
    halt: { whileRollingOut: true, at100: false },
    resume: true,
    rollBack: false,
    pauseBudgetDays: null,
    withdraw: true,
    listing: 'one-in-the-works',
    haltMeans: 'Nobody new receives it; devices that have it keep it.',
  },
  'update-feed': {
    name: 'Update feed',
    inSentence: 'the update feed',
    startsOn: 'command',
    advances: 'by-command',
    phases: [],
    reviews: false,
    halt: { whileRollingOut: true, at100: true },
    resume: true,
    rollBack: true,
    pauseBudgetDays: null,
    withdraw: true,
    listing: 'free',
    haltMeans: 'The feed serves the previous version again to everyone who asks.',
  },
};

/** As they stand in a sentence: `the App Store`, `Google Play and the update feed`. */
export function namesOf(storefronts: readonly StorefrontKind[]): string {
  return storefronts.length === 0 ? 'the storefront' : storefronts.map((kind) => capabilities[kind].inSentence).join(' and ');
}

/** The storefronts that review, as they stand in a sentence: `the App Store`, `Google Play and the App Store`. */
export function reviewing(storefronts: readonly StorefrontKind[]): string {
  return namesOf(storefronts.filter((kind) => capabilities[kind].reviews));
}

/** Their review: `the App Store’s review`, `the reviews of Google Play and the App Store`. */
export function reviewersOf(storefronts: readonly StorefrontKind[]): string {
  const names = reviewing(storefronts);
  return names.includes(' and ') ? `the reviews of ${names}` : `${names}’s review`;
}
