/** People by the day of their first crash: bars for all versions, the one that is looked at darker; or the same as a table. */
import { useState } from 'react';
import type { CrashGroupDetail } from '#api/crash-groups.ts';
import { useWidth } from '../../hooks/useWidth.ts';
import { dayName, daysInWords, wholeDays } from '../../parts/crash-groups/words.ts';
import { Button } from '../../ui/Button.tsx';
import styles from './crash-group.module.css';

const HEIGHT = 120;
const LEFT = 34;
const FOOT = 18;
const TOP = 8;
const WIDEST_BAR = 28;
const LABEL_WIDTH = 76;

type Day = { day: string; shown: number; others: number; crashes: number };

export function Days({ days, shown }: { days: CrashGroupDetail['days']; shown: string }) {
  const [isTable, setTable] = useState(false);
  const rows = wholeDays(days.map(({ day }) => day)).map((day): Day => {
    const of = days.filter((each) => each.day === day);
    const sum = (isShown: boolean) =>
      of.filter(({ version }) => (version === shown) === isShown).reduce((total, { users }) => total + users, 0);
    return { day, shown: sum(true), others: sum(false), crashes: of.reduce((total, each) => total + each.crashes, 0) };
  });
  const summary = daysInWords(days);
  const hasOthers = rows.some(({ others }) => others > 0);
  return (
    <div className={styles.chart}>
      <div className={styles.chartHead}>
        <p>{summary}</p>
        <Button size="small" look="ghost" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? 'As a chart' : 'As a table'}
        </Button>
      </div>
      {isTable ? <Table rows={rows} shown={shown} hasOthers={hasOthers} /> : <Bars rows={rows} />}
      {hasOthers && !isTable ? (
        <p className={styles.legend}>
          <i data-of="shown" /> {shown} <i data-of="others" /> other versions
        </p>
      ) : null}
    </div>
  );
}

/** What it shows is said in the sentence above it. */
function Bars({ rows }: { rows: readonly Day[] }) {
  const [ref, width] = useWidth();
  const most = Math.max(1, ...rows.map(({ shown, others }) => shown + others));
  const step = most <= 4 ? 1 : Math.ceil(most / 4);
  const top = Math.ceil(most / step) * step;
  const inner = Math.max(1, (width ?? 0) - LEFT - 8);
  const each = inner / Math.max(1, rows.length);
  const bar = Math.min(WIDEST_BAR, Math.max(2, each - 2));
  const y = (value: number): number => TOP + (HEIGHT - TOP - FOOT) * (1 - value / top);
  const every = Math.max(1, Math.ceil(LABEL_WIDTH / each));
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, at) => at * step);
  return (
    <div ref={ref} style={{ minHeight: HEIGHT }}>
      {width === null ? null : (
        <svg width={width} height={HEIGHT} aria-hidden="true" className={styles.bars}>
          {ticks.map((value) => (
            <g key={value}>
              <line x1={LEFT} x2={width - 8} y1={y(value)} y2={y(value)} />
              <text x={LEFT - 6} y={y(value) + 3.5} textAnchor="end">
                {value.toLocaleString('en')}
              </text>
            </g>
          ))}
          {rows.map(({ day, shown, others, crashes }, at) => {
            const x = LEFT + at * each + (each - bar) / 2;
            const middle = x + bar / 2;
            const isCut = middle < LABEL_WIDTH / 2;
            return (
              <g key={day}>
                <title>{`${dayName(day)}: ${shown + others} people, ${crashes} crashes`}</title>
                <rect data-of="shown" x={x} width={bar} y={y(shown)} height={y(0) - y(shown)} />
                <rect data-of="others" x={x} width={bar} y={y(shown + others)} height={y(shown) - y(shown + others)} />
                {at % every === 0 && (at === 0 || middle + LABEL_WIDTH / 2 < width) ? (
                  <text x={isCut ? 0 : middle} y={HEIGHT - 4} textAnchor={isCut ? 'start' : 'middle'}>
                    {dayName(day)}
                  </text>
                ) : null}
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}

function Table({ rows, shown, hasOthers }: { rows: readonly Day[]; shown: string; hasOthers: boolean }) {
  return (
    // a list that scrolls is reached by the keyboard
    <section className={styles.scroll} tabIndex={0} aria-label="People and crashes by day">
      <table className={styles.table}>
        <caption className="sr-only">People by the day of their first crash, the newest first</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">People on {shown}</th>
            {hasOthers ? <th scope="col">On others</th> : null}
            <th scope="col">Crashes</th>
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((row) => (
            <tr key={row.day}>
              <th scope="row">{dayName(row.day)}</th>
              <td className="figures">{row.shown.toLocaleString('en')}</td>
              {hasOthers ? <td className="figures">{row.others.toLocaleString('en')}</td> : null}
              <td className="figures">{row.crashes.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
