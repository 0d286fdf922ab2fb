/** What the address of the crash groups says beside: how the list is narrowed. */
const choices = {
  severity: ['S1', 'S2', 'S3', 'S4'],
  novelty: ['new', 'regressed', 'worse', 'known', 'unchanged'],
  ticket: ['open', 'closed', 'refused', 'waiting', 'none', 'not-wanted'],
} as const;

export type CrashGroupsSearch = {
  platform?: string;
  version?: string;
  team?: string;
  search?: string;
} & { [Name in keyof typeof choices]?: (typeof choices)[Name][number] };

// a version such as 8 comes as a number
function wordIn(value: unknown): string | undefined {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value).slice(0, 200) : undefined;
}

export function crashGroupsSearch(search: Record<string, unknown>): CrashGroupsSearch {
  const words = (['platform', 'version', 'team', 'search'] as const).flatMap((name) => {
    const word = wordIn(search[name]);
    return word === undefined ? [] : [[name, word] as const];
  });
  const chosen = Object.entries(choices).flatMap(([name, among]) => {
    const found = among.find((choice) => choice === search[name]);
    return found === undefined ? [] : [[name, found] as const];
  });
  return Object.fromEntries([...words, ...chosen]);
}
