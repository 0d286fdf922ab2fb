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

/** What the address of one group keeps of the list that one came from: all of it, and beside the version that is looked at the one that the list was narrowed to. */
export function groupSearch(sought: CrashGroupsSearch): CrashGroupsSearch & { among?: string } {
  return { ...sought, ...(sought.version === undefined ? {} : { among: sought.version }) };
}

/** The list that one came from to a group, out of the group's address. */
export function listSearch(search: Record<string, unknown>): CrashGroupsSearch {
  return crashGroupsSearch({ ...search, version: search['among'] });
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
