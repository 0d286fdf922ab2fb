/** One chart: lines with a band, a limit, what was before, and now. Strokes and labels tell the lines apart; colour only repeats what the limit says. */
import { useState } from 'react';
import type { PointerEvent } from 'react';
import { useWidth } from '../../hooks/useWidth.ts';
import { areaPath, bandPath, linePath, nearest, placed, scaleOf, standsAt, ticksTo, topOf } from './chart-model.ts';
import type { ChartLine, ChartPoint } from './chart-model.ts';
import styles from './HealthChart.module.css';

/** `y` with what stands at it: `limit 0.40`. `below`: it is the least that shall be reached. */
export type Mark = { y: number; label: string; kind: 'limit' | 'minimum' };

export type HealthChartProps = {
  /** One sentence that says what the picture shows, for who does not see it. */
  summary: string;
  /** The one that is looked at comes last, over the others. */
  lines: readonly ChartLine[];
  mark?: Mark | null;
  /** From and to, with what is written under it. */
  x: { from: number; to: number; ticks: readonly { x: number; label: string }[] };
  /** Where now is; null: not in this picture. */
  now?: number | null;
  /** The top of the scale, where it is known: 1 for shares. */
  top?: number;
  tone?: 'plain' | 'caution' | 'stop';
  height: number;
  /** Room for the labels at the ends of the lines; 0: they have none. */
  labelWidth?: number;
  /** A number of the scale in words; `step` lies between two of them. */
  tick: (value: number, step: number) => string;
  /** What is said of a place that is pointed at. */
  told: (x: number, at: readonly { line: ChartLine; point: ChartPoint }[]) => string;
};

const LEFT = 40;
const TOP = 8;
const FOOT = 18;
const LABEL_HEIGHT = 13;
/** How wide a letter of a label is, about. */
const GLYPH = 6;

export function HealthChart({
  summary,
  lines,
  mark = null,
  x,
  now = null,
  top,
  tone = 'plain',
  height,
  labelWidth = 0,
  tick,
  told,
}: HealthChartProps) {
  const [ref, width] = useWidth();
  const [pointed, setPointed] = useState<number | null>(null);
  const lead = lines.at(-1);
  const ticks = ticksTo(top ?? topOf(lines, mark === null ? [] : [mark.y]), height > 180 ? 5 : 4);
  const box = { left: LEFT, right: Math.max(LEFT + 40, (width ?? 0) - 8 - labelWidth), top: TOP, bottom: height - FOOT };
  const xAt = scaleOf([x.from, x.to], [box.left, box.right]);
  const yAt = scaleOf([0, ticks.at(-1) ?? 1], [box.bottom, box.top]);
  const shown = lead?.points ?? [];
  const place = pointed === null ? null : (shown[Math.min(pointed, shown.length - 1)] ?? null);
  const spoken = place ?? shown.at(-1) ?? null;
  const reach = shown.length > 1 ? Math.abs((shown[1]?.x ?? 0) - (shown[0]?.x ?? 0)) : 0;
  const at = (value: number): { line: ChartLine; point: ChartPoint }[] =>
    lines.toReversed().flatMap((line) => {
      const point = standsAt(line.points, value, reach);
      return point === null ? [] : [{ line, point }];
    });
  const point = (event: PointerEvent<SVGSVGElement>): void => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const value = x.from + ((event.clientX - left - box.left) / (box.right - box.left)) * (x.to - x.from);
    setPointed(nearest(shown, value));
  };
  const ends = labelWidth === 0 ? [] : lines.flatMap((line) => endOf(line, xAt, yAt, box));
  return (
    <div ref={ref} className={styles.chart} style={{ minHeight: height }}>
      {width === null ? null : (
        <div className={styles.keys}>
          {/* the keyboard walks along the line that is looked at, and hears what stands there */}
          <input
            type="range"
            className={styles.walk}
            min={0}
            max={Math.max(0, shown.length - 1)}
            value={pointed ?? Math.max(0, shown.length - 1)}
            aria-label={summary}
            aria-valuetext={spoken === null ? 'nothing is told' : told(spoken.x, at(spoken.x))}
            onChange={(event) => setPointed(Number(event.target.value))}
            onFocus={() => setPointed(shown.length - 1)}
            onBlur={() => setPointed(null)}
          />
          <svg width={width} height={height} aria-hidden="true" onPointerMove={point} onPointerLeave={() => setPointed(null)}>
            {ticks.map((value) => (
              <g key={value}>
                <line className={styles.grid} x1={box.left} x2={box.right} y1={yAt(value)} y2={yAt(value)} />
                <text className={styles.text} x={box.left - 6} y={yAt(value) + 3.5} textAnchor="end">
                  {tick(value, ticks[1] ?? 1)}
                </text>
              </g>
            ))}
            {x.ticks.map(({ x: value, label }, place_, all) => (
              <text
                key={value}
                className={styles.text}
                x={xAt(value)}
                y={height - 3}
                textAnchor={
                  place_ === 0 && xAt(value) < box.left + 12
                    ? 'start'
                    : place_ === all.length - 1 && xAt(value) > box.right - 12
                      ? 'end'
                      : 'middle'
                }
              >
                {label}
              </text>
            ))}
            {lines.map((line) => (
              <Line key={line.id} line={line} x={xAt} y={yAt} box={box} tone={line === lead ? tone : 'plain'} />
            ))}
            {mark === null ? null : (
              <g>
                <line className={styles.mark} data-kind={mark.kind} x1={box.left} x2={box.right} y1={yAt(mark.y)} y2={yAt(mark.y)} />
                <text
                  className={styles.markText}
                  data-kind={mark.kind}
                  x={box.right}
                  y={yAt(mark.y) - 5 < box.top + 8 ? yAt(mark.y) + 12 : yAt(mark.y) - 5}
                  textAnchor="end"
                >
                  {mark.label}
                </text>
              </g>
            )}
            {now === null ? null : <line className={styles.now} x1={xAt(now)} x2={xAt(now)} y1={box.top} y2={box.bottom} />}
            {placed(ends, LABEL_HEIGHT, labelWidth, box).map(({ id, label, isLead, x: end, y: height_ }) => (
              <g key={id}>
                {/* what goes on behind a label does not strike it through */}
                <rect className={styles.ground} x={end + 6} y={height_ - 6} width={label.length * GLYPH + 4} height={LABEL_HEIGHT} />
                <text className={styles.end} data-lead={isLead || undefined} x={end + 8} y={height_ + 4}>
                  {label}
                </text>
              </g>
            ))}
            <Dot at={place ?? shown.findLast(({ y }) => y !== null) ?? null} x={xAt} y={yAt} tone={tone} />
            {place === null ? null : <line className={styles.hair} x1={xAt(place.x)} x2={xAt(place.x)} y1={box.top} y2={box.bottom} />}
          </svg>
        </div>
      )}
      <p className={styles.told} data-on={place !== null || undefined} aria-hidden="true">
        {place === null ? '' : told(place.x, at(place.x))}
      </p>
    </div>
  );
}

type Drawn = { x: (value: number) => number; y: (value: number) => number };
type BoxOf = { left: number; right: number; top: number; bottom: number };

function Line({ line, x, y, box, tone }: Drawn & { line: ChartLine; box: BoxOf; tone: NonNullable<HealthChartProps['tone']> }) {
  return (
    <g data-look={line.look}>
      {line.area === true ? <path className={styles.area} d={areaPath(line.points, x, y, box.bottom)} /> : null}
      {line.band === true ? (
        <path className={styles.band} data-tone={tone} data-look={line.look} d={bandPath(line.points, x, y, box)} />
      ) : null}
      <path className={styles.line} data-look={line.look} d={linePath(cut(line.points, y, box.top), x, y)} />
    </g>
  );
}

/** A rate of the first hours may lie above the picture: the line begins where it comes into it. */
function cut(points: readonly ChartPoint[], y: Drawn['y'], top: number): ChartPoint[] {
  return points.map((point) => (point.y !== null && y(point.y) < top - 1 ? { ...point, y: null } : point));
}

function Dot({ at, x, y, tone }: Drawn & { at: ChartPoint | null; tone: NonNullable<HealthChartProps['tone']> }) {
  return at === null || at.y === null ? null : <circle className={styles.dot} data-tone={tone} cx={x(at.x)} cy={y(at.y)} r="4" />;
}

function endOf(line: ChartLine, x: Drawn['x'], y: Drawn['y'], { right }: BoxOf) {
  const last = line.points.findLast(({ y: value }) => value !== null);
  if (last === undefined || last.y === null || line.label === null) return [];
  return [{ id: line.id, label: line.label, isLead: line.look === 'lead', x: Math.min(right, x(last.x)), y: y(last.y) }];
}

/** What a line looks like, for a legend beside its name. */
export function Swatch({ look, band = false }: { look: ChartLine['look']; band?: boolean }) {
  return (
    <svg width="22" height="10" className={styles.swatch} aria-hidden="true">
      {band ? <rect className={styles.band} data-tone="plain" x="0" y="0" width="22" height="10" rx="2" /> : null}
      {band && look === 'baseline' ? null : <path className={styles.line} data-look={look} d="M0 5H22" />}
    </svg>
  );
}

export function LimitSwatch() {
  return (
    <svg width="22" height="10" className={styles.swatch} aria-hidden="true">
      <path className={styles.mark} data-kind="limit" d="M0 5H22" />
    </svg>
  );
}
