import { assert, constantFrom, property, record, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ControlRoom } from './control-room.ts';
import { applyPatch, diffControlRoom } from './patch.ts';

const at = '2024-10-01T12:20:00.000Z';
const cell = (track: string, instance: string, because: string): ControlRoom['cells'][number] => ({
  track,
  instance,
  kind: 'manual',
  title: instance,
  state: 'caution',
  colour: 'yellow',
  headline: '',
  aside: null,
  clause: '',
  because,
  turnsGreen: null,
  value: null,
  limit: null,
  limitIs: 'at-most',
  range: null,
  sample: null,
  baseline: null,
  progress: null,
  since: at,
  dueAt: null,
  who: [],
  evidence: [],
  sources: [],
  sourceNames: [],
  readAt: null,
  freshForMinutes: null,
  nextReadAt: null,
  holds: null,
  gates: [],
  neededNow: true,
  passes: false,
  informing: false,
  setUp: true,
  waivable: true,
  waiver: null,
});
const room = (version: number, cells: ControlRoom['cells'], lines: string[] = []): ControlRoom => ({
  version,
  at,
  app: {
    id: 'music',
    name: 'Music',
    timezone: 'UTC',
    platforms: ['ios'],
    robotPaused: null,
    sample: false,
    clock: { speed: 1, until: null },
  },
  summary: { text: '', parts: [], worst: 'green' },
  releases: [],
  tracks: [],
  rows: [],
  cells,
  needs: [],
  activity: lines.map((id) => ({
    id,
    at,
    actor: { kind: 'robot', id: 'robot', name: 'Robot' },
    app: 'music',
    track: null,
    is: 'held',
    subject: 'Robot',
    what: id,
    where: null,
    text: id,
  })),
  sources: [],
  setUp: [],
  twoBranches: [],
  counts: { withoutTeam: 0, nominated: 0, signOffs: {}, cherryPicks: 0 },
});

describe('a patch of the control room', () => {
  test('carries only the cells that changed, those that are gone, and the new lines', () => {
    const before = room(1, [cell('a', 'x', 'old'), cell('a', 'y', 'same'), cell('b', 'x', 'gone')], ['1']);
    const after = room(2, [cell('a', 'x', 'new'), cell('a', 'y', 'same')], ['2', '1']);
    const patch = diffControlRoom(before, after);
    expect(patch.cells.map(({ track, instance }) => `${track} ${instance}`)).toEqual(['a x']);
    expect(patch.removedCells).toEqual([{ track: 'b', instance: 'x' }]);
    expect(patch.activity.map(({ id }) => id)).toEqual(['2']);
    expect(patch.summary).toBeUndefined();
    expect(applyPatch(before, patch)).toEqual(after);
  });

  test('does not apply to a snapshot that it does not follow on', () => {
    const patch = diffControlRoom(room(5, []), room(9, [cell('a', 'x', 'new')]));
    expect(applyPatch(room(4, []), patch)).toBeNull();
    expect(applyPatch(room(7, [cell('a', 'x', 'in between')]), patch)).toBeNull();
    const newer = room(9, []);
    expect(applyPatch(newer, patch)).toBe(newer);
  });

  test('turns any snapshot into any later one, whatever changed', () => {
    const cells = uniqueArray(
      record({ track: constantFrom('a', 'b', 'c'), instance: constantFrom('x', 'y', 'z'), because: constantFrom('1', '2') }),
      { selector: ({ track, instance }) => `${track} ${instance}` },
    );
    assert(
      property(cells, cells, (first, second) => {
        const before = room(
          1,
          first.map((each) => cell(each.track, each.instance, each.because)),
        );
        const after = room(
          2,
          second.map((each) => cell(each.track, each.instance, each.because)),
        );
        const applied = applyPatch(before, diffControlRoom(before, after));
        const inOrder = (list: ControlRoom['cells']): string[] =>
          list.map((each) => `${each.track} ${each.instance} ${each.because}`).toSorted();
        expect(inOrder(applied?.cells ?? [])).toEqual(inOrder(after.cells));
      }),
    );
  });
});
