import { describe, expect, test } from 'vitest';
import type { Need } from '#api/control-room.ts';
import { parseInstance } from '#domain/criteria/index.ts';
import { imperative, isOwed, triageTogether } from './needs.ts';

describe('what somebody would do, as what they are asked to do', () => {
  test.each([
    ['verifies PLAY-4412 on RC 4', 'verify PLAY-4412 on RC 4'],
    ['mends PLAY-4412 and verifies it on an RC', 'mend PLAY-4412 and verify it on an RC'],
    ['brings the fix of PLAY-1 to the release branch and verifies it', 'bring the fix of PLAY-1 to the release branch and verify it'],
    ['chooses RC 4 or a newer RC as the final candidate', 'choose RC 4 or a newer RC as the final candidate'],
    ['decides PLAY-4431', 'decide PLAY-4431'],
    ['has the RC built again', 'have the RC built again'],
  ])('%s', (deed, asked) => {
    expect(imperative(deed)).toBe(asked);
  });
});

describe('bugs without a team', () => {
  const need = (track: string, more: Partial<Need> = {}): Need => ({
    id: `cell ${track} triage-empty`,
    rank: 'watch',
    kind: 'criterion',
    track,
    instance: 'triage-empty',
    title: '1 bug has no team',
    text: 'One has no team.',
    who: 'release manager',
    dueAt: '2024-10-01T15:00:00.000Z',
    since: '2024-10-01T11:00:00.000Z',
    command: 'assign-bug',
    target: 'triage-empty',
    ...more,
  });
  const of = ({ track }: Need): { version: string; bugs: number } => ({
    version: track?.split('/')[1] ?? '',
    bugs: track?.endsWith('ios') === true ? 2 : 1,
  });

  test('are one errand, as urgent as the most urgent of them', () => {
    const other = need('music/8.9.2/ios', { id: 'pick', kind: 'cherry-pick', command: 'answer-cherry-pick' });
    const early = '2024-10-01T14:00:00.000Z';
    const all = [need('music/8.9.2/ios'), other, need('music/8.9.2/desktop', { dueAt: early }), need('music/8.9.3/android')];
    expect(triageTogether(all, of)).toEqual([
      expect.objectContaining({ id: 'triage', track: null, title: '4 bugs have no team', text: '3 of 8.9.2, 1 of 8.9.3.', dueAt: early }),
      other,
    ]);
  });

  test('of one track are said of that track', () => {
    expect(triageTogether([need('music/8.9.2/ios')], of)).toEqual([need('music/8.9.2/ios')]);
  });
});

describe('what a track still owes', () => {
  const signOffs = { instance: 'signed-off' };

  test('is all that holds it on its way, what is watched while everyone has it, and nothing once it has ended', () => {
    expect(isOwed(signOffs, { stage: 'rolling-out' }, undefined)).toBe(true);
    expect(isOwed(signOffs, { stage: 'released' }, { watchWhile: { released: [parseInstance({ id: 'signed-off' })] } })).toBe(true);
    expect(isOwed(signOffs, { stage: 'released' }, { watchWhile: {} })).toBe(false);
    for (const stage of ['completed', 'canceled', 'superseded'] as const) expect(isOwed(signOffs, { stage }, undefined)).toBe(false);
  });
});
