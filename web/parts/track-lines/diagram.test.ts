import { describe, expect, test } from 'vitest';
import { axisOf, connectors, dueOf, fitLabels, mainTrainX, placeSignal, runOf, SIGNAL_FRAME, spread, textWidth, xOf } from './diagram.ts';
import type { Axis } from './diagram.ts';
import { at, head, noPlan, now, planned, wentBack } from './fixture.ts';
import { stationsOf } from './stations.ts';
import type { TrackHead } from '#api/control-room.ts';

const WIDTH = 760;
const born = at('2024-09-20T09:00');
const axisFor = (track: TrackHead, plan: TrackHead['planned'] = planned, width = WIDTH): Axis =>
  axisOf(spread([stationsOf(track)], width), plan, born, width);
const xAt = (axis: Axis, key: string): number => axis.spots.find((spot) => spot.key === key)?.x ?? Number.NaN;
const run = (track: TrackHead, when = now) =>
  runOf({ stage: track.stage, stations: stationsOf(track), trainWidth: 40 }, axisFor(track, track.planned), when);

describe('the axis', () => {
  test('spreads the stations of a weekly release as the design has them', () => {
    const parts = spread([stationsOf(head())], 1000).map(({ name, x }) => [name, Math.round(x)]);
    expect(parts).toEqual([
      ['On main', 40],
      ['Branched', 200],
      ['Final RC', 380],
      ['In review', 535],
      ['1%', 690],
      ['100%', 930],
    ]);
  });

  test('holds every station of every track of a release, in their order', () => {
    const short = head({ stages: ['planned', 'developing', 'stabilising', 'rolling-out', 'released'], rollout: [100] });
    const long = head({ rollout: [1, 10, 50, 100] });
    expect(spread([stationsOf(short), stationsOf(long)], WIDTH).map(({ key }) => key)).toEqual([
      'main',
      'branch',
      'candidate',
      'review',
      '1%',
      '10%',
      '50%',
      '100%',
    ]);
  });

  test.each([200, 378, 488, 760, 1400])('keeps its stations apart and inside at %i px', (width) => {
    const xs = spread([stationsOf(head({ rollout: [1, 5, 10, 20, 50, 100] }))], width).map(({ x }) => x);
    expect(xs.every((x, index) => x > (xs[index - 1] ?? 0) && x < width)).toBe(true);
  });

  test('places a moment between the planned times around it', () => {
    const axis = axisFor(head());
    expect(xOf(planned.submit, axis)).toBeCloseTo(xAt(axis, 'review'));
    // 14:20 is 5 h 20 min of the day from 1% to 100%
    const part = (5 * 60 + 20) / (24 * 60);
    expect(xOf(now, axis)).toBeCloseTo(xAt(axis, '1%') + part * (xAt(axis, '100%') - xAt(axis, '1%')));
  });

  test('runs past stations that the plan gives no time, such as shares between', () => {
    const track = head({ rollout: [1, 10, 50, 100] });
    const axis = axisFor(track);
    expect(dueOf({ key: '10%', name: '10%', x: 0 }, axis.spots, planned, born)).toBeNull();
    const half = at('2024-10-01T21:00');
    expect(xOf(half, axis)).toBeCloseTo((xAt(axis, '1%') + xAt(axis, '100%')) / 2);
  });

  test('has no Now without a plan', () => {
    expect(xOf(now, axisFor(head(), noPlan))).toBeNull();
  });

  test('keeps Now inside when the plan is long over, or has not begun', () => {
    const axis = axisFor(head());
    expect(xOf(at('2025-10-01T14:20'), axis)).toBe(WIDTH - 2);
    expect(xOf(at('2023-10-01T14:20'), axis)).toBe(2);
  });

  test('does not run backwards where a release was born after its branch, as one read out of history is', () => {
    const axis = axisOf(spread([stationsOf(head())], WIDTH), planned, at('2024-09-29T09:00'), WIDTH);
    const xs = axis.anchors.map(({ x }) => x);
    expect(xs).toEqual([...xs].toSorted((a, b) => a - b));
    expect(xOf(planned.branch, axis)).toBeCloseTo(xAt(axis, 'branch'));
  });
});

describe('the line of a track', () => {
  test('is bright up to the train, and not late while nothing that is ahead was due', () => {
    const axis = axisFor(head());
    expect(run(head())).toMatchObject({ trainX: xAt(axis, '1%'), passedTo: xAt(axis, '1%'), late: null, hasBranched: true });
  });

  test('is late from the train to Now where a station ahead was due', () => {
    const axis = axisFor(wentBack());
    const { late } = run(wentBack());
    expect(late?.from).toBe(xAt(axis, 'branch'));
    expect(late?.to).toBeCloseTo(xOf(now, axis) ?? Number.NaN);
  });

  test('is not late on the way to a station that is due later, though the train stands left of Now', () => {
    const review = head({ stage: 'in-review', station: 'In review', percent: null, percents: [] });
    expect(run(review, at('2024-09-30T20:00')).late).toBeNull();
    expect(run(review, at('2024-10-01T09:01')).late).not.toBeNull();
  });

  test('ends at the train where its life has ended', () => {
    const canceled = head({ stage: 'canceled', ended: 'a reason' });
    expect(run(canceled)).toMatchObject({ to: xAt(axisFor(canceled), '1%'), late: null });
  });

  test('stands past the review with the approval of the store, and before the first share', () => {
    const approved = head({ stage: 'store-approved', percent: null, percents: [] });
    const axis = axisFor(approved);
    const { trainX } = run(approved);
    expect(trainX).toBeGreaterThan(xAt(axis, 'review'));
    expect(trainX).toBeLessThan(xAt(axis, '1%'));
  });

  test('waits before its branch while the track is on main', () => {
    const onMain = head({ stage: 'developing', station: 'On main', percent: null, percents: [], candidate: null, reached: {} });
    const { trainX, hasBranched } = run(onMain, at('2024-09-26T12:00'));
    expect(hasBranched).toBe(false);
    expect(trainX + 20).toBeLessThan(xAt(axisFor(onMain), 'branch') - 6);
  });
});

describe('the train of main', () => {
  const { spots } = axisFor(head());
  const upcoming = { bornAt: at('2024-09-27T09:00'), branch: at('2024-10-04T09:00') };
  const [main, branch] = [spots[0]?.x ?? 0, spots[1]?.x ?? 0];

  test('is as far as the days to the branch', () => {
    expect(mainTrainX(upcoming, spots, at('2024-09-30T21:00'), 40)).toBeCloseTo((main + branch) / 2);
  });

  test.each([['2024-09-27T09:00'], ['2024-10-04T08:59'], ['2024-10-20T09:00']])('covers no station at %s', (when) => {
    const x = mainTrainX(upcoming, spots, at(when), 58);
    expect(x - 29).toBeGreaterThan(main + 6);
    expect(x + 29).toBeLessThan(branch - 6);
  });
});

describe('the signal', () => {
  const train = { trainX: 200, trainWidth: 40 };

  test('stands in front of the train in its longest words that leave the next station free', () => {
    const place = placeSignal({ ...train, forms: ['Held by 3'] }, [200, 400, 600], WIDTH);
    expect(place).toMatchObject({ side: 'right', x: 226, text: 'Held by 3' });
  });

  test('hides one station wholly before its words are shortened, and never cuts one in half', () => {
    const forms = ['Blind: crash feed of the store', 'Blind'];
    const long = textWidth('Blind: crash feed of the store', 11) + SIGNAL_FRAME;
    expect(placeSignal({ ...train, forms }, [200, 226 + long - 40, 700], WIDTH).text).toBe(forms[0]);
    expect(placeSignal({ ...train, forms }, [200, 226 + long - 2, 700], WIDTH).text).toBe(forms[1]);
  });

  test('never hides the last station', () => {
    const forms = ['Clear, robot moves at Wed 08:05', 'Clear'];
    expect(placeSignal({ ...train, forms }, [200, 300], WIDTH).text).toBe('Clear');
  });

  test('stands behind a train at the end of its line', () => {
    expect(placeSignal({ trainX: 700, trainWidth: 40, forms: ['Waits for 2'] }, [200, 400, 700], WIDTH)).toMatchObject({
      side: 'left',
      x: 674,
    });
  });

  test.each([50, 200, 500, 740])('stays inside of the panel in front of a train at %i px, whatever it says', (trainX) => {
    const forms = ['A very long sentence that no signal would ever have room for, not even on a wide screen of a control room'];
    const { side, x, maxWidth } = placeSignal({ trainX, trainWidth: 40, forms }, [50, 200, 500, 740], WIDTH);
    expect(side === 'right' ? x + maxWidth : x - maxWidth).toBeGreaterThanOrEqual(0);
    expect(side === 'right' ? x + maxWidth : x).toBeLessThanOrEqual(WIDTH);
  });
});

describe('the connectors', () => {
  test.each([1, 2, 3, 6])('of %i tracks share a diagonal and meet their lines before the branch', (count) => {
    const rows = Array.from({ length: count }, (_, row) => row * 56 + 23);
    const ways = connectors(rows, count * 56 + 16, 30, 150);
    const leans = ways.map(({ from, bend }) => (bend[0] - from[0]) / (from[1] - bend[1]));
    expect(Math.max(...leans) - Math.min(...leans)).toBeLessThan(1e-9);
    expect(ways.every(({ to }, row) => to[0] < 150 - 6 && to[1] === rows[row])).toBe(true);
  });
});

describe('labels', () => {
  test('are shortened where neighbours are near, and left out last', () => {
    const forms = ['Mon 30, 12:00', 'Mon 30', ''];
    const fit = (gap: number) =>
      fitLabels(
        [1, 2, 3].map((place) => ({ x: place * gap, forms })),
        { width: gap * 4, size: 11 },
      )[1];
    expect([fit(100), fit(60), fit(20)]).toEqual(['Mon 30, 12:00', 'Mon 30', '']);
  });

  test.each([340, 378, 488, 760])('never touch each other at %i px', (width) => {
    const track = head({ rollout: [1, 10, 50, 100] });
    const spots = spread([stationsOf(track)], width);
    const texts = fitLabels(
      spots.map(({ x }) => ({ x, forms: ['~ Wed 11:00 again', '~ Wed 11:00', '11:00', ''] })),
      { width, size: 11 },
    );
    const edges = spots.map(
      ({ x }, index) => [x - textWidth(texts[index] ?? '', 11) / 2, x + textWidth(texts[index] ?? '', 11) / 2] as const,
    );
    expect(edges.every(([left], index) => index === 0 || left >= (edges[index - 1]?.[1] ?? 0))).toBe(true);
  });
});
