/** Of whom the numbers of health are where they are not of all users, and what judges them. */
import type { CellState } from '#domain/cell-state.ts';
import { entryOf } from '#domain/entry.ts';
import type { HealthSeries } from '../../api/health-client.ts';
import { valueName } from '../crash-groups/words.ts';

const ofOne: Readonly<Record<string, { one: string; others: string }>> = {
  country: { one: 'market', others: 'markets' },
  os: { one: 'system', others: 'systems' },
  device: { one: 'device', others: 'devices' },
  arm: { one: 'arm', others: 'arms' },
  language: { one: 'language', others: 'languages' },
};

/** `country=BR` → market Brazil. */
export function segmentName(segment: string): string {
  const at = segment.indexOf('=');
  const [dimension, value] = [segment.slice(0, at), segment.slice(at + 1)];
  const called = entryOf(ofOne, dimension);
  if (value === 'other') return called === undefined ? `all others by ${dimension}` : `all other ${called.others}`;
  return `${called?.one ?? dimension} ${valueName(dimension, value)}`;
}

/** What the numbers are narrowed to: `market Brazil`, `employees`. Nothing: they are of all users. */
export function narrowedTo({ segment, audience }: { segment: string; audience: string }): readonly string[] {
  return [...(segment === 'all' ? [] : [segmentName(segment)]), ...(audience === 'production' ? [] : [audience])];
}

/** Words with what their numbers are narrowed to behind them: `Crash rate of 8.9.2, market Brazil`. */
export function withWhom(words: string, of: { segment: string; audience: string }): string {
  return [words, ...narrowedTo(of)].join(', ');
}

/** The limit that judges what is shown. No limit of the policy judges a segment: each is held against what it was. */
export function limitOf({ segment, limit }: Pick<HealthSeries, 'segment' | 'limit'>): number | null {
  return segment === 'all' ? (limit?.limit ?? null) : null;
}

const worstFirst: readonly CellState[] = ['stop', 'unknown', 'caution', 'waived', 'clear', 'not-needed-yet', 'not-set-up'];

/** The worst of the states of some cells; Unknown counts as Stop. Null: there is no cell. */
export function worstOf(cells: readonly { state: CellState }[]): CellState | null {
  return worstFirst.find((state) => cells.some((cell) => cell.state === state)) ?? null;
}
