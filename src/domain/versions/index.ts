export { buildNumberScheme, type BuildNumberScheme, checkBuildNumber, nextBuildNumber, type NumberedBuild } from './build-number.ts';
export { unpack } from './packing.ts';
export { isRefused, refuse, type RefusalCode, type Refused } from './refused.ts';
export {
  compare,
  hotfixOf,
  next,
  parse,
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
