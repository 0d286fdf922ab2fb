/** Flows by their names: apps, trackers and policies write the same one as `sign-up`, `signup` or `Sign up`. */

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** The one of these names that a flow goes by, however it is written; undefined for another one, and for none. */
export function flowAmong<N extends string>(flow: string | null, names: readonly N[]): N | undefined {
  return flow === null ? undefined : names.find((name) => plain(name) === plain(flow));
}
