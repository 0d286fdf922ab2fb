export {
  type AcceptedBuildNumber,
  type BuildNumberQuestion,
  buildNumberScheme,
  type BuildNumberScheme,
  checkBuildNumber,
  largestAndroidCode,
  nextBuildNumber,
  type NumberedBuild,
} from './build-number.ts';
export { nextPacked, pack, type Packing, packing, unpack } from './packing.ts';
export { isRefused, refuse, type RefusalCode, type Refused } from './refused.ts';
export {
  type AcceptedVersion,
  compare,
  compareParsed,
  hotfixOf,
  next,
  type NextOptions,
  parse,
  print,
  readScheme,
  refuseMixed,
  sort,
  valid,
  type Version,
  versionScheme,
  type VersionScheme,
  type VersionSchemeInput,
} from './scheme.ts';
export { refuseOnPlace, versionPlaces, versionPlatforms } from './storefronts.ts';
export type { Order } from './text.ts';
