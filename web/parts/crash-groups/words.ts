/** What the pages of crash groups say of one, in words: severity with its low end, whether it is new, whose it is, its ticket. */
import type { CrashGroupLine, CrashJudgement, CrashTicket, CrashTicketOrder } from '#api/crash-groups.ts';
import { ticketDeeds } from '#domain/health/crash-groups.ts';
import type { Novelty, SeverityLevel } from '#domain/health/severity.ts';
import { dayText } from '../../util/time.ts';
import { decisionNames } from '../lists/decision-names.ts';
import { teamTitle } from '../lists/team-title.ts';

export const noveltyNames: Readonly<Record<Novelty, string>> = {
  new: 'New',
  regressed: 'Back',
  worse: 'Worse',
  known: 'No clear change',
  unchanged: 'As before',
};

/** What each of them means, for who hovers or asks. */
export const noveltyMeanings: Readonly<Record<Novelty, string>> = {
  new: 'nobody had it in the last completed releases at the same age',
  regressed: 'its ticket was closed, and it came back on what was built since',
  worse: 'it hits more than 1.25 times as many people as in the last completed releases',
  known: 'whether it is new or worse cannot be told yet, or there is no completed release to hold it against',
  unchanged: 'it hits less than twice as many people as in the last completed releases',
};

export const severityMeanings: Readonly<Record<SeverityLevel, string>> = {
  S1: 'it alone eats a fifth of what a storefront calls bad behaviour, weighted',
  S2: 'severe',
  S3: 'worth a ticket',
  S4: 'below notice',
};

/** `S1, at least S2`; the same level twice is said once. */
export function severityInWords({ level, levelLower }: Pick<CrashJudgement, 'level' | 'levelLower'>): string {
  return level === levelLower ? `${level}, for certain` : `${level}, at least ${levelLower}`;
}

/** People of a million a day, with as many figures as one can tell apart. */
export function impactInWords(amount: number): string {
  if (amount > 0 && amount < 1) return 'less than 1';
  const rounded = amount < 1000 ? Math.round(amount) : Number(amount.toPrecision(3));
  return rounded.toLocaleString('en');
}

export function people(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'person' : 'people'}`;
}

export function crashes(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'crash' : 'crashes'}`;
}

/** Whose it is, and why that is so: by the path of its code, else by its ticket. `team` null: nobody's. */
export function ownerInWords({ owner, triage, ticket }: Pick<CrashGroupLine, 'owner' | 'triage' | 'ticket'>): {
  team: string | null;
  words: string;
  because: string | null;
} {
  if (owner !== null && owner.team !== null) return { team: owner.team, words: teamTitle(owner.team), because: `by ${owner.path}` };
  if (triage !== null && triage.team !== null)
    return { team: triage.team, words: teamTitle(triage.team), because: `by its ticket ${ticket?.key ?? ''}`.trim() };
  return owner === null
    ? { team: null, words: 'not looked for yet', because: null }
    : { team: null, words: 'no owner', because: owner.because };
}

/** What was decided: of its ticket on this version, or that it is worth none. Null: nothing yet. */
export function decisionInWords({
  triage,
  decision,
}: Pick<CrashGroupLine, 'triage' | 'decision'>): { words: string; because: string } | null {
  if (decision !== null) return { words: 'Not worth a ticket', because: `${decision.by}: ${decision.reason}` };
  const decided = triage?.decision ?? null;
  return decided === null ? null : { words: decisionNames[decided.is], because: `${decided.by}: ${decided.reason}` };
}

export function ticketInWords({ ticket, decision }: Pick<CrashGroupLine, 'ticket' | 'decision'>): string {
  if (ticket === null) return decision === null ? 'none' : 'not wanted';
  return stateOfTicket(ticket);
}

export function stateOfTicket({ key, state, order }: Pick<CrashTicket, 'key' | 'state' | 'order'>): string {
  switch (state) {
    case 'wanted':
      return key ?? (order === null ? 'on its way' : orderNames[order.state]);
    case 'refused':
      return 'refused';
    case 'open':
      return key ?? 'open';
    case 'closed':
      return `${key ?? ''} closed`.trim();
    default:
      return state satisfies never;
  }
}

const orderNames: Readonly<Record<CrashTicketOrder['state'], string>> = { waiting: 'waiting', trying: 'being filed', refused: 'refused' };

/** `Bringing it up to date was refused after 2 tries`; when it is tried next stands beside. */
export function orderInWords({ does, state, attempts }: Pick<CrashTicketOrder, 'does' | 'state' | 'attempts'>): string {
  const deed = ticketDeeds[does];
  const words = `${deed.charAt(0).toUpperCase()}${deed.slice(1)}`;
  const tries = attempts === 1 ? 'one try' : `${attempts} tries`;
  switch (state) {
    case 'waiting':
      return attempts === 0 ? `${words} waits for its turn` : `${words} did not work in ${tries}`;
    case 'trying':
      return `${words} is under way${attempts > 1 ? `, try ${attempts}` : ''}`;
    case 'refused':
      return `${words} was refused`;
    default:
      return state satisfies never;
  }
}

/** What of all tickets is not done: `The tracker refused 3 tickets; 1 waits.` Null: all is done. */
export function unfinishedInWords({ refused, waiting }: { refused: number; waiting: number }): string | null {
  const tickets = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? 'ticket' : 'tickets'}`;
  if (refused === 0 && waiting === 0) return null;
  if (waiting === 0) return `The tracker refused ${tickets(refused)}.`;
  const wait = waiting === 1 ? 'waits to be filed' : 'wait to be filed';
  return refused === 0
    ? `${tickets(waiting)} ${wait}.`
    : `The tracker refused ${tickets(refused)}; ${waiting.toLocaleString('en')} ${wait}.`;
}

/** What sorts of segments are called. */
export function dimensionName(dimension: string): string {
  const names: Readonly<Record<string, string>> = { country: 'Market', os: 'System', device: 'Device', arm: 'Arm of a feature' };
  return Object.hasOwn(names, dimension) ? (names[dimension] ?? dimension) : dimension;
}

/** `SE` as people call it; what is no code of a country stays. */
export function valueName(dimension: string, value: string): string {
  if (value === 'other') return 'All others';
  if (dimension !== 'country' || !/^[A-Z]{2}$/.test(value)) return value;
  return new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' }).of(value) ?? value;
}

/** One sentence that says what the chart of days shows. */
export function daysInWords(days: readonly { day: string; users: number; crashes: number }[]): string {
  const byDay = new Map<string, number>();
  for (const { day, users } of days) byDay.set(day, (byDay.get(day) ?? 0) + users);
  const all = [...byDay].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const [first] = all;
  const last = all.at(-1);
  if (first === undefined || last === undefined) return 'No day is known on which it happened.';
  const sum = all.reduce((total, [, users]) => total + users, 0);
  if (first[0] === last[0]) return `${people(sum)} hit for the first time, all on ${dayName(first[0])}.`;
  const [most, users] = all.reduce((top, each) => (each[1] > top[1] ? each : top));
  return `${people(sum)} hit for the first time from ${dayName(first[0])} to ${dayName(last[0])}, most on ${dayName(most)}: ${users.toLocaleString('en')}.`;
}

/** `Tue 1 Oct`; days are those of UTC. */
export function dayName(day: string): string {
  const at = `${day}T00:00:00.000Z`;
  return dayText(at, at, 'UTC');
}

/** Every day from the first to the last, so that days without a crash are seen as such. */
export function wholeDays(days: readonly string[], most = 60): string[] {
  const sorted = [...new Set(days)].toSorted();
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return [];
  const found: string[] = [];
  for (let at = Date.parse(last); at >= Date.parse(first) && found.length < most; at -= 86_400_000)
    found.unshift(new Date(at).toISOString().slice(0, 10));
  return found;
}
