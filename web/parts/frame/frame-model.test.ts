import { describe, expect, test } from 'vitest';
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import { ageText, frameOf, headlineOf, limitText, rowAge, rowSource, secondLine, spokenCell } from './frame-model.ts';

const now = '2024-10-01T12:20:00.000Z';

const cell = (parts: Partial<Cell> & Pick<Cell, 'track' | 'instance'>): Cell => ({
  kind: parts.instance,
  title: 'Blocking bugs',
  state: 'clear',
  colour: 'green',
  headline: '0 open',
  aside: null,
  clause: 'None since branching',
  because: 'No blocker is open.',
  turnsGreen: null,
  value: null,
  limit: null,
  limitIs: 'at-most',
  range: null,
  sample: null,
  baseline: null,
  progress: null,
  since: '2024-09-30T19:14:00.000Z',
  dueAt: null,
  who: [],
  evidence: [],
  sources: [],
  sourceNames: [],
  readAt: null,
  freshForMinutes: null,
  nextReadAt: null,
  holds: null,
  gates: ['submit'],
  neededNow: true,
  passes: true,
  informing: false,
  setUp: true,
  waivable: true,
  waiver: null,
  ...parts,
});

const head = (version: string, platform: string, stage: TrackHead['stage'] = 'stabilising'): TrackHead => ({
  id: `music/${version}/${platform}`,
  app: 'music',
  version,
  platform,
  kind: 'regular',
  stage,
  station: stage === 'developing' ? 'On main' : 'Branched',
  since: now,
  revision: 1,
  percent: null,
  candidate: null,
  train: null,
  branch: null,
  next: 'submit',
  nextInWords: 'submission',
  passing: 0,
  needed: 1,
  signal: { is: 'none', count: 0, text: '' },
  robot: { is: 'holding', sentence: '', short: '', willStop: null, missing: [] },
  robotPaused: null,
  stages: [],
  rollout: [1, 100],
  reached: {},
  planned: { branch: null, candidate: null, submit: null, start: null, finish: null },
  lateMs: null,
  percents: [],
  forecast: null,
  watchUntil: null,
  back: null,
  pending: null,
  haltedWhy: null,
  successor: null,
  ended: null,
  storefronts: [],
});

type Part = ControlRoom['releases'][number]['part'];

const room = (releases: readonly (readonly [string, Part, readonly TrackHead[]])[], cells: readonly Cell[]): ControlRoom => ({
  version: 1,
  at: now,
  app: {
    id: 'music',
    name: 'Music',
    timezone: 'UTC',
    platforms: ['android', 'ios'],
    robotPaused: null,
    sample: false,
    clock: { speed: 1, until: null },
  },
  summary: { text: '', parts: [], worst: 'green' },
  releases: releases.map(([version, part, tracks]) => ({
    version,
    part,
    kind: 'regular',
    base: null,
    manager: null,
    bornAt: now,
    planned: { branch: null, candidate: null, submit: null, start: null, finish: null },
    imported: false,
    bigFeature: null,
    channel: null,
    watchUntil: null,
    tracks: tracks.map(({ id }) => id),
  })),
  tracks: releases.flatMap(([, , tracks]) => tracks),
  rows: [
    { title: 'Release candidate', instances: ['latest-build-complete', 'tests-passed'], sources: ['ci'] },
    { title: 'Nightly', instances: ['nightly-fresh'], sources: ['ci'] },
  ],
  cells: [...cells],
  needs: [],
  activity: [],
  sources: [],
  setUp: [],
  twoBranches: [],
  counts: { withoutTeam: 0, nominated: 0, signOffs: {}, cherryPicks: 0 },
});

const ios = 'music/8.9.2/ios';

describe('the criteria frame', () => {
  test('columns follow the order of the app, and a platform without a track has an empty column head', () => {
    const frame = frameOf(
      room(
        [
          ['8.9.2', 'current', [head('8.9.2', 'ios')]],
          ['8.9.3', 'upcoming', [head('8.9.3', 'android', 'developing')]],
        ],
        [cell({ track: ios, instance: 'tests-passed' })],
      ),
    );
    expect(frame.platforms).toEqual(['android', 'ios']);
    expect(frame.bands[0]?.tracks.map((track) => track?.platform ?? null)).toEqual([null, 'ios']);
  });

  test('a criterion that holds stands for its row, before a worse one that holds nothing', () => {
    const frame = frameOf(
      room(
        [['8.9.2', 'current', [head('8.9.2', 'ios')]]],
        [
          cell({ track: ios, instance: 'latest-build-complete', state: 'stop', colour: 'red' }),
          cell({ track: ios, instance: 'tests-passed', state: 'caution', colour: 'yellow', holds: 'submit' }),
        ],
      ),
    );
    const slot = frame.bands[0]?.rows[0]?.slots[0];
    expect(slot?.first.instance).toBe('tests-passed');
    expect(slot?.others.map(({ instance }) => instance)).toEqual(['latest-build-complete']);
    expect(frame.bands[0]?.rows[0]?.isQuiet).toBe(false);
  });

  test('an upcoming release shows what its next step needs, a watched one only what is not clear of what people have', () => {
    const tracks = { next: head('8.9.3', 'ios', 'developing'), last: head('8.9.1', 'ios', 'released') };
    const bandsWith = (said: readonly Cell[]) =>
      frameOf(
        room(
          [
            ['8.9.2', 'current', [head('8.9.2', 'ios')]],
            ['8.9.3', 'upcoming', [tracks.next]],
            ['8.9.1', 'watched', [tracks.last]],
          ],
          [
            cell({ track: ios, instance: 'tests-passed' }),
            cell({ track: tracks.next.id, instance: 'nightly-fresh', gates: ['cut'] }),
            cell({ track: tracks.next.id, instance: 'tests-passed', neededNow: false, state: 'stop', colour: 'red' }),
            cell({ track: tracks.last.id, instance: 'tests-passed', neededNow: false, state: 'stop', colour: 'red', gates: ['candidate'] }),
            ...said,
          ],
        ),
      ).bands.map(({ release, rows }) => [release.version, rows.map(({ title }) => title)]);
    const all = [
      ['8.9.2', ['Release candidate']],
      ['8.9.3', ['Nightly']],
    ];
    expect(bandsWith([])).toEqual(all);
    const crash = cell({
      track: tracks.last.id,
      instance: 'nightly-fresh',
      neededNow: false,
      state: 'stop',
      colour: 'red',
      gates: ['100%'],
    });
    expect(bandsWith([crash])).toEqual([...all, ['8.9.1', ['Nightly']]]);
  });

  test('the first release is shown whole even where none is current', () => {
    const track = head('8.9.3', 'ios', 'developing');
    const frame = frameOf(room([['8.9.3', 'upcoming', [track]]], [cell({ track: track.id, instance: 'tests-passed' })]));
    expect(frame.bands[0]).toMatchObject({ isWhole: true, rows: [{ title: 'Release candidate' }] });
  });

  test('what only time turns green has no row, unless it waits for no known moment', () => {
    const rowsWith = (parts: Partial<Cell>) =>
      frameOf({
        ...room(
          [['8.9.2', 'current', [head('8.9.2', 'ios')]]],
          [cell({ track: ios, instance: 'window-open', kind: 'window-open', ...parts })],
        ),
        rows: [{ title: 'Window', instances: ['window-open'], sources: [] }],
      }).bands[0]?.rows.length;
    expect(rowsWith({})).toBe(0);
    expect(rowsWith({ state: 'caution', colour: 'yellow', dueAt: now })).toBe(0);
    expect(rowsWith({ state: 'caution', colour: 'yellow', dueAt: null })).toBe(1);
    expect(rowsWith({ state: 'waived', colour: 'yellow', dueAt: now })).toBe(1);
  });
});

describe('the head of a row', () => {
  const read = { readAt: '2024-10-01T12:18:00.000Z', freshForMinutes: 5, sourceNames: ['Jira'] };

  test('names where it is read, or what a rate is measured in', () => {
    expect(rowSource([cell({ track: ios, instance: 'a', ...read })])).toEqual({ text: 'Jira', isAged: true });
    const rate = { limit: { amount: 0.4, unit: 'per 1,000 h' }, range: [0.2, 0.3] };
    expect(rowSource([cell({ track: ios, instance: 'a', ...read, ...rate })]).text).toBe('per 1,000 h');
    expect(rowSource([cell({ track: ios, instance: 'a' })])).toEqual({ text: 'Signalbox, live', isAged: false });
    expect(rowSource([cell({ track: ios, instance: 'a', ...read, gates: [] })]).text).toBe('Watch only');
    expect(rowSource([cell({ track: ios, instance: 'a', setUp: false })]).text).toBe('Not connected, set up');
  });

  test('is as old as its oldest reading, and ages past half of the time that is fresh', () => {
    const cells = [cell({ track: ios, instance: 'a', ...read }), cell({ track: ios, instance: 'b', ...read, readAt: now })];
    expect(rowAge(cells, now)).toEqual({ readAt: read.readAt, isAgeing: false });
    expect(rowAge(cells, '2024-10-01T12:20:31.000Z').isAgeing).toBe(true);
    expect(ageText(read.readAt, now)).toBe('2 min ago');
  });

  test('is as old as the last word of what is told to us, which says by its silence nothing', () => {
    const told = { ...read, freshForMinutes: null };
    const [early, late] = ['2024-10-01T06:05:00.000Z', '2024-10-01T11:58:00.000Z'];
    const cells = [cell({ track: ios, instance: 'a', ...told, readAt: early }), cell({ track: ios, instance: 'b', ...told, readAt: late })];
    expect(rowAge(cells, now)).toEqual({ readAt: late, isAgeing: false });
    expect(rowAge([...cells, cell({ track: ios, instance: 'c', ...read })], now)).toEqual({ readAt: read.readAt, isAgeing: false });
  });
});

describe('the words of a cell', () => {
  const stop = cell({
    track: ios,
    instance: 'no-blocking-bugs',
    state: 'stop',
    colour: 'red',
    headline: '1 open',
    limit: { amount: 0, unit: 'open' },
    holds: 'submit',
    who: [{ kind: 'team', name: 'Player', what: 'mends it', contact: null }],
  });

  test('the name of a cell is a sentence', () => {
    expect(
      spokenCell(
        { platform: 'ios', version: '8.9.2', stage: 'candidate', rollout: [1, 100] },
        'Blocking bugs',
        { first: stop, others: [] },
        now,
      ),
    ).toBe('iOS 8.9.2, Blocking bugs: Stop, 1 open, limit 0, for 17 hours, Player. Holds submission.');
  });

  test('a unit in words is said by the headline, a short one belongs to its number', () => {
    expect(limitText({ limit: { amount: 0, unit: 'without a team' }, limitIs: 'at-most' })).toBe('limit 0');
    expect(limitText({ limit: { amount: 24, unit: 'h' }, limitIs: 'at-most' })).toBe('limit 24 h');
    expect(limitText({ limit: { amount: 171_000, unit: 'h' }, limitIs: 'at-least' })).toBe('min 171,000 h');
    expect(limitText({ limit: { amount: 0.4, unit: 'per 1,000 h' }, limitIs: 'at-most' })).toBe('limit 0.40');
    expect(limitText({ limit: null, limitIs: 'at-most' })).toBeNull();
  });

  test('a waived cell says who and why, and never that it is clear', () => {
    const waived = {
      ...stop,
      state: 'waived' as const,
      waiver: {
        id: 'w1',
        track: ios,
        instance: stop.instance,
        state: 'active' as const,
        category: 'fallback-is-on' as const,
        reason: 'Kids profile only, fallback on',
        askedBy: 'Maja Lind',
        askedAt: now,
        approvedBy: null,
        untilStep: 'submit',
        untilAt: null,
        endsIf: [],
        ended: null,
      },
    };
    expect(headlineOf(waived)).toBe('Waived');
    expect(secondLine({ first: waived, others: [] })).toBe('M. Lind: Kids profile only, fallback on');
  });

  test('a clear cell tells what the others of its row say, unless that is the same', () => {
    const clear = cell({ track: ios, instance: 'a', headline: 'RC 3' });
    expect(secondLine({ first: clear, others: [cell({ track: ios, instance: 'b', headline: '18,412 tests passed' })] })).toBe(
      '18,412 tests passed',
    );
    expect(secondLine({ first: clear, others: [cell({ track: ios, instance: 'b', headline: 'RC 3' })] })).toBe('None since branching');
    // without a figure it says no more than its lamp
    expect(secondLine({ first: clear, others: [cell({ track: ios, instance: 'b', headline: 'Free' })] })).toBe('None since branching');
  });

  test('what gates a later step says which', () => {
    const later = (gate: string) => cell({ track: ios, instance: 'a', state: 'not-needed-yet', gates: [gate] });
    const developing = { rollout: [1, 100], stage: 'developing' as const };
    expect(headlineOf(later('100%'), developing)).toBe('Not needed until 1%');
    expect(headlineOf(later('submit'), developing)).toBe('Not needed until the branch is cut');
    const halted = { rollout: [1, 100], stage: 'halted' as const };
    expect(headlineOf(later('submit'), halted)).toBe('Not needed while halted');
    expect(secondLine({ first: later('submit'), others: [] }, halted)).toBe('Judged again when the rollout goes on');
    expect(
      secondLine({ first: cell({ track: ios, instance: 'a', state: 'not-needed-yet', gates: ['100%'] }), others: [] }, developing),
    ).toBe('Starts with the rollout');
  });
});
