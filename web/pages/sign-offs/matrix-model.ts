/** The matrix of sign-offs as it is shown: which teams first, what each cell says, who may do what there. */
import type { SignOffMatrix } from '#api/release-lists.ts';
import type { CellState } from '#domain/cell-state.ts';
import { stageAllows } from '#domain/release/can.ts';
import { isOf, may } from '../../api/authority.ts';
import type { Me } from '../../api/authority.ts';

export type Column = SignOffMatrix['columns'][number];
export type Row = SignOffMatrix['items'][number];
export type Word = NonNullable<Row['cells'][number]>;

/** `RC 3`, or `build 1047` where it was not counted. */
export function buildTitle(build: { number: string; candidate: number | null }): string {
  return build.candidate === null ? `build ${build.number}` : `RC ${build.candidate}`;
}

export function owes(word: Word | null): boolean {
  return word !== null && word.state !== 'opted-out' && (word.state !== 'signed' || word.askedAgain);
}

/** @param hasBuild whether there is a build to sign: before it, nobody is waited for */
export function lampOf(word: Word, hasBuild = true): CellState {
  if (word.state === 'opted-out' || (word.state === 'pending' && !hasBuild)) return 'not-needed-yet';
  if (word.state === 'rejected' && !word.askedAgain) return 'stop';
  if (word.state === 'signed' && !word.askedAgain) return 'clear';
  return word.late ? 'stop' : 'caution';
}

const names: Readonly<Record<Word['state'], string>> = {
  pending: 'Pending',
  testing: 'Testing',
  signed: 'Signed',
  rejected: 'Cannot sign off',
  withdrawn: 'Withdrawn',
  'opted-out': 'Opted out',
};

/** `Signed on RC 3`; with what a newer RC makes of it: `Signed on RC 3, asked again`. */
export function wordTitle(word: Word): string {
  const on = word.on === null || word.state === 'opted-out' || word.state === 'pending' ? '' : ` on ${buildTitle(word.on)}`;
  return `${names[word.state]}${on}${word.askedAgain ? ', asked again' : ''}${word.late ? ', late' : ''}`;
}

/** `25 of 26, 5 opted out` */
export function countText({ signed, of, optedOut }: Pick<Column, 'signed' | 'of' | 'optedOut'>): string {
  return `${signed} of ${of}${optedOut === 0 ? '' : `, ${optedOut} opted out`}`;
}

/** My teams first, then those that owe a word, then the order of the policy. */
export function inOrder(rows: readonly Row[], me: Pick<Me, 'teams'>): readonly Row[] {
  const rank = (row: Row): number => (me.teams.includes(row.team) ? 0 : row.cells.some(owes) ? 1 : 2);
  return rows.toSorted((a, b) => rank(a) - rank(b));
}

export type Act = { state: 'signed' | 'rejected' | 'withdrawn' | 'testing'; label: string };

/** What one may say for a team on a track: none where another team's word it is. */
export function actsOf(word: Word | null, column: Column, team: string, me: Me): readonly Act[] {
  if (word === null || word.state === 'opted-out' || column.build === null) return [];
  if (!isOf(me, team) || !may(me, 'sign-off') || !stageAllows(column.stage, 'sign-off')) return [];
  if (word.state === 'signed' && !word.askedAgain) return [{ state: 'withdrawn', label: 'Withdraw' }];
  return [
    { state: 'signed', label: `Sign off ${buildTitle(column.build)}` },
    { state: 'rejected', label: 'Cannot sign off' },
    ...(word.state === 'testing' ? [] : [{ state: 'testing', label: 'Testing has begun' } as const]),
  ];
}

/** Why there is nothing to press for this viewer, in words; null when there is. */
export function whyNoActs(columns: readonly Column[], rows: readonly Row[], me: Me): string | null {
  if (!may(me, 'sign-off')) return 'A team’s word is given by its own people: a member of that team.';
  if (!rows.some(({ team }) => isOf(me, team))) return 'A team’s word is given by its own people; you are in none of these teams.';
  if (columns.every(({ build }) => build === null)) return 'There is nothing to sign before the first release candidate is built.';
  if (columns.every(({ stage }) => !stageAllows(stage, 'sign-off'))) return 'No track is at a stage in which teams sign.';
  return null;
}
