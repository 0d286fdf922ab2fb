import { describe, expect, test } from 'vitest';
import { aTrack, sampleCandidate } from '../criteria/testing.ts';
import { evolve } from './evolve.ts';
import { percentsOf } from './track.ts';
import type { Track } from './track.ts';

const started = '2024-10-01T06:05:00.000Z';
const raised = '2024-10-01T10:00:00.000Z';
const everyone = '2024-10-02T06:05:00.000Z';

const share = (track: Track, percent: number, at: string): Track =>
  evolve(track, { is: 'percent-observed', percent, byStorefront: false }, at, 'robot');

describe('the shares of a rollout', () => {
  const atOne = evolve(
    aTrack('in-review'),
    { is: 'rollout-started', candidate: sampleCandidate, percent: 1, byStorefront: false },
    started,
    'robot',
  );

  test('keep when each was first reached', () => {
    const released = evolve(share(atOne, 20, raised), { is: 'released', watchUntil: '2024-10-09T06:05:00.000Z' }, everyone, 'robot');
    expect(percentsOf(released)).toEqual([
      { percent: 1, at: started },
      { percent: 20, at: raised },
      { percent: 100, at: everyone },
    ]);
  });

  test('keep their first time through a halt', () => {
    const halted = evolve(
      share(atOne, 20, raised),
      { is: 'halted', percent: 20, why: 'crashes', by: 'robot' },
      '2024-10-01T11:00:00.000Z',
      'robot',
    );
    const resumed = evolve(halted, { is: 'resumed', percent: 20, byStorefront: false }, '2024-10-01T15:00:00.000Z', 'M. Lind');
    expect(percentsOf(share(resumed, 20, '2024-10-01T16:00:00.000Z'))).toEqual([
      { percent: 1, at: started },
      { percent: 20, at: raised },
    ]);
  });

  test('of a track written before they were kept are what its stage tells', () => {
    expect(percentsOf(aTrack('rolling-out'))).toEqual([{ percent: 1, at: started }]);
    expect(percentsOf(aTrack('completed', { reached: { released: everyone } }))).toEqual([{ percent: 100, at: everyone }]);
    expect(percentsOf(aTrack('candidate'))).toEqual([]);
    expect(percentsOf(share(aTrack('rolling-out'), 20, raised))).toEqual([
      { percent: 1, at: started },
      { percent: 20, at: raised },
    ]);
  });

  test('follow when a person sets right when everyone had it', () => {
    const released = evolve(atOne, { is: 'released', watchUntil: '2024-10-09T06:05:00.000Z' }, everyone, 'robot');
    const right = evolve(
      released,
      {
        is: 'corrected',
        field: 'when it was released',
        from: everyone,
        to: raised,
        why: 'read late',
        change: { stage: 'released', at: raised },
      },
      everyone,
      'M. Lind',
    );
    expect(percentsOf(right).at(-1)).toEqual({ percent: 100, at: raised });
  });
});
