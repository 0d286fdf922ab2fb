import { entryOf } from '../entry.ts';
import { quote, refuse, type Refused } from './refused.ts';

/** The fields of storefronts that take a version, each with rules of its own. */
export const versionFields = ['google-play', 'app-store-connect', 'app-store-page', 'microsoft-store', 'update-feed'] as const;
export type VersionField = (typeof versionFields)[number];

/** The field by which a platform's versions are held. Desktop apps differ in where they ship, so only a named storefront is checked. */
const fieldOfPlatform: Record<string, VersionField> = {
  android: 'google-play',
  ios: 'app-store-connect',
};

/** The platforms that this room knows; others are names of the user's own. */
export const versionPlatforms: readonly string[] = ['android', 'ios', 'desktop'];

/** The platforms and storefronts by whose rules a version can be checked. */
export const versionPlaces: readonly string[] = [...versionPlatforms, ...versionFields];

function isVersionField(place: string): place is VersionField {
  return versionFields.some((field) => field === place);
}

/** A bundle's version: one to three integers (CFBundleShortVersionString; store-rules A07). The page of the store is less strict. */
function refuseInBundle(version: string): Refused | null {
  if (/^[0-9]+(\.[0-9]+){0,2}$/u.test(version)) return null;
  const parts = version.split('.');
  const right =
    /^[0-9.]+$/u.test(version) && parts.length > 3 ? quote(parts.slice(0, 3).join('.')) : 'one to three numbers with dots between them';
  return refuse('storefront', `the App Store refuses ${quote(version)} as the version of a bundle`, right);
}

/** The page's Version field also takes X.Y.Z.N and suffixes (store-rules A07). */
function refuseOnPage(version: string): Refused | null {
  if (/^[0-9]+(\.[0-9]+){0,3}([-.]?[A-Za-z][0-9A-Za-z.-]*)?$/u.test(version)) return null;
  return refuse(
    'storefront',
    `the App Store's page refuses ${quote(version)}`,
    'one to four numbers with dots between them, and a suffix if need be',
  );
}

/**
 * MSIX packages: parts up to 65535, the first not 0, the fourth 0 because the Store keeps it for itself
 * (https://learn.microsoft.com/windows/apps/publish/publish-your-app/msix/app-package-requirements, "Package version numbering").
 */
function refuseInMicrosoftStore(version: string): Refused | null {
  const right = 'numbers from 0 to 65535, the first at least 1, the fourth (if any) 0';
  const bad = (why: string) => refuse('storefront', `the Microsoft Store refuses ${quote(version)}: ${why}`, right);
  if (!/^[0-9]+(\.[0-9]+){1,3}$/u.test(version)) return bad('it is not two to four numbers');
  const parts = version.split('.').map(Number);
  if (parts.some((part) => part > 65_535)) return bad('a part is above 65535');
  if (parts[0] === 0) return bad('the first part is 0');
  if ((parts[3] ?? 0) !== 0) return bad('the fourth part belongs to the Store');
  return null;
}

/**
 * Whether a version may stand where the platform or storefront shows it; null when it may.
 * A platform of the user's own has no rules here. Google Play takes any text (store-rules G03).
 */
export function refuseOnPlace(place: string, version: string): Refused | null {
  const field = isVersionField(place) ? place : entryOf(fieldOfPlatform, place);
  switch (field) {
    case 'app-store-connect':
      return refuseInBundle(version);
    case 'app-store-page':
      return refuseOnPage(version);
    case 'microsoft-store':
      return refuseInMicrosoftStore(version);
    case 'google-play':
    case 'update-feed':
    case undefined:
      return null;
    default:
      return field satisfies never;
  }
}
