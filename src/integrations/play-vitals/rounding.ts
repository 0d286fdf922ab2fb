/**
 * What Google Play rounds, as bounds. `distinctUsers` is "rounded to the nearest multiple of 10, 100, 1,000 or 1,000,000, depending on the magnitude of the value" (Reporting API,
 * vitals.crashrate), with no word on which for what: the largest that divides the value is taken, which is never too narrow. Shares are decimals, rounded in their last digit.
 */
const STEPS = [1_000_000, 1000, 100, 10] as const;

export type Range = { least: number; most: number };

/** How many people a rounded number may stand for. */
export function peopleIn(users: number): Range {
  const step = users === 0 ? 10 : (STEPS.find((each) => users % each === 0) ?? 1);
  return { least: Math.max(0, users - step / 2), most: users + step / 2 };
}

/** What a share may be that is written like this: `0.0123` is between 0.01225 and 0.01235. */
export function shareIn(decimal: string): Range | null {
  if (!/^\d*\.?\d*(?:[eE][+-]?\d+)?$/.test(decimal)) return null;
  const value = decimal === '' ? 0 : Number(decimal);
  if (!Number.isFinite(value) || value < 0 || value > 1) return null;
  const [significand = '', exponent = '0'] = decimal.toLowerCase().split('e');
  const half = 0.5 * 10 ** (Number(exponent) - (significand.split('.')[1]?.length ?? 0));
  // a whole 0 or 1 is exact: it has no digits that could have been rounded away
  if (!decimal.includes('.') && exponent === '0') return { least: value, most: value };
  return { least: Math.max(0, value - half), most: Math.min(1, value + half) };
}

/** How many people were hit: the least and the most that the share of the users can mean. */
export function affectedIn(share: Range, users: Range): Range {
  const [least, most] = [Math.ceil(share.least * users.least - 1e-9), Math.floor(share.most * users.most + 1e-9)];
  return { least: Math.min(least, most), most };
}
