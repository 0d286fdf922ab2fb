/** What a browser says of itself, in two words: `Firefox on Linux`. Only for telling sessions apart; what is not known is shown as it is, cut short. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\b(Headless)?Chrom(e|ium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

export function programName(program: string | null): string {
  if (program === null || program === '') return 'A program that said nothing of itself';
  const named = (list: typeof browsers): string | undefined => list.find(([pattern]) => pattern.test(program))?.[1];
  const browser = named(browsers);
  const system = named(systems);
  if (browser === undefined) return program.slice(0, 60);
  return system === undefined ? browser : `${browser} on ${system}`;
}
