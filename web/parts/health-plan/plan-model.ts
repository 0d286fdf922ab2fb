/** What was written into the planner, as the API is asked. */

export type Written = { percent: string; days: string; limit: string; people: string; hours: string };

const names: Readonly<Record<keyof Written, { what: string; most: number }>> = {
  percent: { what: 'The share', most: 100 },
  days: { what: 'The days', most: 90 },
  limit: { what: 'The limit', most: 1e6 },
  people: { what: 'People a day', most: 1e10 },
  hours: { what: 'Hours of each', most: 24 },
};

/** `1,5` is written in half of Europe, and spaces between thousands everywhere. */
const numberIn = (text: string): number =>
  Number(
    text
      .replaceAll(/\s/g, '')
      .replace(/^(\d+),(\d{1,2})$/, '$1.$2')
      .replaceAll(',', ''),
  );

/** Of what is no hours, one person has more in a day than there are hours. */
const ofOthers = { what: 'What each has', most: 1000 };

const LEAST_SHARE = 0.0001;

/** Whether a first share in percent is one that something can be told of. */
export function isShare(percent: number): boolean {
  return percent >= LEAST_SHARE && percent <= names.percent.most;
}

/** What is wrong with it and what would be right; null: nothing. `of`: what the limit is counted by. */
export function faultOf(written: Written, of: string): string | null {
  for (const name of Object.keys(names) as (keyof Written)[]) {
    const { what, most } = name === 'hours' && of !== 'h' ? ofOthers : names[name];
    const text = written[name].trim();
    const value = numberIn(text);
    if (text !== '' && !(value > 0 && value <= most)) return `${what}: a number above 0, at most ${most.toLocaleString('en')}.`;
  }
  const least: readonly [keyof Written, number][] = [
    ['percent', LEAST_SHARE],
    ['limit', 1e-6],
    ['people', 1],
    ['hours', 0.001],
  ];
  for (const [name, from] of least)
    if (written[name].trim() !== '' && numberIn(written[name]) < from) return `${names[name].what}: at least ${from}.`;
  const days = written.days.trim();
  if (days !== '' && numberIn(days) < 0.1) return 'The days: at least 0.1.';
  if ((written.people.trim() === '') !== (written.hours.trim() === '')) return 'People a day and what each has are said together.';
  return null;
}

export type PlanNumbers = { percent?: number; days?: number; limit?: number; dailyUsers?: number; hoursPerUser?: number };

/** What of it is asked for; what is left empty is as the policy and the roll-ups say. */
export function askedOf(written: Written): PlanNumbers {
  const told = (name: keyof Written, as: keyof PlanNumbers): PlanNumbers =>
    written[name].trim() === '' ? {} : { [as]: numberIn(written[name]) };
  return {
    ...told('percent', 'percent'),
    ...told('days', 'days'),
    ...told('limit', 'limit'),
    ...told('people', 'dailyUsers'),
    ...told('hours', 'hoursPerUser'),
  };
}
