/** What was tried and what became of it, as a table for a page. */
import type { Tally } from './target.ts';

export function table(tallies: readonly Tally[]): string {
  const rows = tallies.map(
    (tally) =>
      `| ${tally.target.group}: ${tally.target.name.replaceAll('|', '\\|')} | ${tally.inputs} | ${tally.refused} | ${tally.accepted} | ${tally.trouble} | ${Math.round(tally.slowestMs)} |${tally.fault === null ? '' : ' FAULT'}`,
  );
  const groups = [...new Set(tallies.map(({ target }) => target.group))];
  const sums = groups.map((group) => {
    const mine = tallies.filter(({ target }) => target.group === group);
    const sum = (of: (tally: Tally) => number): number => mine.reduce((all, tally) => all + of(tally), 0);
    return `| **${group}**: ${mine.length} targets | ${sum(({ inputs }) => inputs)} | ${sum(({ refused }) => refused)} | ${sum(({ accepted }) => accepted)} | ${sum(({ trouble }) => trouble)} | ${Math.round(Math.max(...mine.map(({ slowestMs }) => slowestMs)))} |`;
  });
  return [
    '| target | inputs | refused | accepted | 5xx or thrown | slowest, ms |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    ...sums,
    '',
  ].join('\n');
}
