/** What is chosen on the page about metrics, as its address says it. */

export type HealthSearch = {
  platform?: string | undefined;
  metric?: string | undefined;
  /** The version that is looked at. */
  version?: string | undefined;
  audience?: 'employees' | 'alpha' | 'beta' | undefined;
  /** Of one segment alone: `country=BR`. */
  segment?: string | undefined;
  /** What segments are shown of: `country`. */
  dimension?: string | undefined;
  /** By age when not said. */
  by?: 'age' | 'date' | undefined;
  /** Hours when not said. */
  step?: 'hour' | 'day' | undefined;
  /** By what it is counted, where the policy has limits of both kinds: by use when not said. */
  per?: 'sessions' | undefined;
  as?: 'table' | undefined;
  /** As long as the version that is looked at when not said. */
  span?: 'all' | undefined;
};

/** What the API would refuse is not asked: an address that somebody wrote by hand shows the page all the same. */
const healthWords: Readonly<Record<'platform' | 'metric' | 'version' | 'segment' | 'dimension', RegExp>> = {
  platform: /^[a-z][a-z0-9-]{0,62}$/,
  metric: /^[a-z][a-z0-9-]{0,62}$/,
  version: /^[0-9A-Za-z][0-9A-Za-z.+_-]{0,99}$/,
  segment: /^[a-z][a-z0-9-]{0,31}=\P{Cc}{1,100}$/u,
  dimension: /^[a-z][a-z0-9-]{0,31}$/,
};

/** The part of an address of the page about metrics that says what is chosen. */
export const healthSearch = (search: Record<string, unknown>): HealthSearch => {
  const audience = (['employees', 'alpha', 'beta'] as const).find((each) => each === search['audience']);
  const words = (['platform', 'metric', 'version', 'segment', 'dimension'] as const).flatMap((name) => {
    const value = search[name];
    // a version such as 8 comes as a number
    const word = typeof value === 'number' ? String(value) : value;
    return typeof word !== 'string' || !healthWords[name].test(word) ? [] : [[name, word] as const];
  });
  return {
    ...Object.fromEntries(words),
    ...(audience === undefined ? {} : { audience }),
    ...(search['by'] === 'date' ? { by: 'date' } : {}),
    ...(search['step'] === 'day' ? { step: 'day' } : {}),
    ...(search['per'] === 'sessions' ? { per: 'sessions' } : {}),
    ...(search['as'] === 'table' ? { as: 'table' } : {}),
    ...(search['span'] === 'all' ? { span: 'all' } : {}),
  };
};
