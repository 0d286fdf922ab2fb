import { expect, test } from 'vitest';
import { haltsInWords, lengthOf, outcomeOf } from './list-model.ts';
import type { LineTrack } from './list-model.ts';

const track = (parts: Partial<LineTrack>): LineTrack => ({
  id: 'music/8.9.1/android',
  platform: 'android',
  stage: 'completed',
  percent: null,
  since: '2024-10-02T07:00:00.000Z',
  reached: { stabilising: '2024-09-20T07:00:00.000Z', released: '2024-09-25T07:20:00.000Z' },
  ended: 'the watch ended',
  halts: 0,
  watchUntil: null,
  ...parts,
});
const planned = { branch: '2024-09-20T07:00:00.000Z', finish: '2024-09-25T07:00:00.000Z' };

test('a track that went out says when everyone had it, not when its watch ended', () => {
  expect(outcomeOf(track({}))).toMatchObject({ lamp: 'clear', text: '100%', at: '2024-09-25T07:20:00.000Z' });
});

test('a canceled track says why, and is not drawn green', () => {
  expect(outcomeOf(track({ stage: 'canceled', ended: '8.9.3 is about to branch' }))).toMatchObject({
    lamp: 'stop',
    why: '8.9.3 is about to branch',
  });
});

test('a track under way says where it stands in the words of the control room, with the lamp of its signal', () => {
  const branched = track({ stage: 'stabilising', ended: null });
  expect(outcomeOf(branched, { is: 'held', text: 'Held by 3' })).toMatchObject({ lamp: 'stop', text: 'Branched', signal: 'held by 3' });
  expect(outcomeOf(branched, { is: 'blind', text: 'Blind: Crash rate' })).toMatchObject({ lamp: 'unknown', signal: 'blind: Crash rate' });
  expect(outcomeOf(branched, { is: 'waits', text: 'Waits for 2' }).lamp).toBe('caution');
  expect(outcomeOf(branched, { is: 'clear', text: 'Clear' }).lamp).toBe('clear');
});

test('a rollout of which no signal is known is not green, and a halted one is not whatever its signal', () => {
  const going = track({ stage: 'rolling-out', percent: 50, ended: null });
  expect(outcomeOf(going)).toMatchObject({ lamp: 'caution', text: '50%', signal: null });
  expect(outcomeOf({ ...going, stage: 'halted' }, { is: 'clear', text: 'Clear' })).toMatchObject({ lamp: 'stop', text: 'Halted at 50%' });
});

test('a track that everyone has says until when it is watched', () => {
  const watchUntil = '2024-10-02T07:20:00.000Z';
  expect(outcomeOf(track({ stage: 'released', ended: null, watchUntil }))).toMatchObject({ text: '100%', until: watchUntil });
});

test('the length of a release is from its first branch to the last of its tracks, against what was planned', () => {
  expect(lengthOf({ version: '8.9.1', planned, tracks: [track({})] })).toEqual({ ms: 432_000_000 + 1_200_000, plannedMs: 432_000_000 });
});

test('a release that is still going, and one of which nobody knows, have no length', () => {
  const going = track({ stage: 'rolling-out', ended: null, reached: { stabilising: '2024-09-20T07:00:00.000Z' } });
  expect(lengthOf({ version: '8.9.2', planned, tracks: [track({}), going] })).toBeNull();
  expect(lengthOf({ version: '8.9.0', planned, tracks: [track({ reached: {} })] })).toBeNull();
});

test('halts are counted over all tracks', () => {
  expect(haltsInWords([{ halts: 0 }, { halts: 0 }])).toBeNull();
  expect(haltsInWords([{ halts: 1 }, { halts: 2 }])).toBe('halted 3 times');
});
