/** What a map holds under a key that people or other programs wrote: `constructor` and `__proto__` are keys like any other, and missing unless put there. */
export function entryOf<T>(map: Readonly<Record<string, T>>, key: string | undefined): T | undefined {
  return key !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}
