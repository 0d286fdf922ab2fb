/** What is said of the effect of another policy. */
import { platformName } from '#domain/names.ts';

/** `music/8.9.2/ios` as people call it. */
export function trackName(track: string): { platform: string; version: string; text: string } {
  const [, version = '', platform = ''] = track.split('/');
  return { platform, version, text: `${platformName(platform)} ${version}` };
}

export function signOf(is: 'same' | 'added' | 'removed' | 'gap'): string {
  return { same: ' ', added: '+', removed: '−', gap: ' ' }[is];
}

/** `3 lines added, 1 taken out` */
export function diffInWords({ added, removed }: { added: number; removed: number }): string {
  const lines = (count: number): string => (count === 1 ? '1 line' : `${count} lines`);
  if (added === 0 && removed === 0) return 'The text is the same';
  if (removed === 0) return `${lines(added)} added`;
  return added === 0 ? `${lines(removed)} taken out` : `${lines(added)} added, ${removed} taken out`;
}

/** Lines of a text that something is wrong with, and what; of several faults of a line all are told. */
export function marksOf(problems: readonly { line: number; because: string }[]): ReadonlyMap<number, string> {
  const marks = new Map<number, string>();
  for (const { line, because } of problems) marks.set(line, marks.has(line) ? `${marks.get(line) ?? ''}; ${because}` : because);
  return marks;
}
