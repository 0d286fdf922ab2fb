/** The heads of a release for the tests of the diagram: iOS went back for a fix, on a Tuesday afternoon. */
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import { stages } from '#domain/release/track.ts';

export const zone = 'Europe/Stockholm';
/** Stockholm's summer time, as `2024-10-01T14:20`. */
export const at = (local: string): string => new Date(`${local}:00.000+02:00`).toISOString();
export const now = at('2024-10-01T14:20');

export const planned = {
  branch: at('2024-09-27T09:00'),
  candidate: at('2024-09-30T12:00'),
  submit: at('2024-09-30T17:00'),
  start: at('2024-10-01T09:00'),
  finish: at('2024-10-02T09:00'),
};
export const noPlan = { branch: null, candidate: null, submit: null, start: null, finish: null };

export function head(over: Partial<TrackHead> = {}): TrackHead {
  return {
    id: 'music/8.9.2/android',
    app: 'music',
    version: '8.9.2',
    platform: 'android',
    kind: 'regular',
    stage: 'rolling-out',
    station: '1%',
    since: at('2024-10-01T08:05'),
    revision: 1,
    percent: 1,
    candidate: { build: '1047', commit: 'c0ffee1', candidate: 3, chosenAt: at('2024-09-30T09:41'), chosenBy: 'robot' },
    train: '1047',
    branch: 'release/8.9.2',
    next: '100%',
    nextInWords: '100%',
    passing: 6,
    needed: 8,
    signal: { is: 'waits', count: 2, text: 'Waits for 2' },
    robot: { is: 'armed', sentence: '', short: '', willStop: null, missing: [] },
    robotPaused: null,
    stages: [...stages],
    rollout: [1, 100],
    reached: {
      developing: at('2024-09-20T09:00'),
      stabilising: at('2024-09-27T09:12'),
      candidate: at('2024-09-30T09:41'),
      'in-review': at('2024-09-30T11:20'),
      'rolling-out': at('2024-10-01T08:05'),
    },
    percents: [{ percent: 1, at: at('2024-10-01T08:05') }],
    planned,
    forecast: {
      stations: [{ station: '100%', at: at('2024-10-02T08:05'), by: 'robot', because: 'the robot raises it 24 h after 1%' }],
      finish: { at: at('2024-10-02T08:05'), lateMs: -55 * 60_000, because: 'the robot raises it 24 h after 1%' },
    },
    lateMs: null,
    back: null,
    pending: null,
    haltedWhy: null,
    watchUntil: null,
    ended: null,
    successor: null,
    storefronts: [],
    ...over,
  };
}

/** iOS went back from its final candidate for a fix. */
export function wentBack(over: Partial<TrackHead> = {}): TrackHead {
  return head({
    id: 'music/8.9.2/ios',
    platform: 'ios',
    stage: 'stabilising',
    station: 'Branched',
    since: at('2024-10-01T13:31'),
    percent: null,
    percents: [],
    candidate: null,
    train: '1049',
    signal: { is: 'held', count: 3, text: 'Held by 3' },
    reached: { developing: at('2024-09-20T09:00'), stabilising: at('2024-09-27T09:15'), candidate: at('2024-09-30T12:40') },
    back: { from: 'candidate', at: at('2024-10-01T13:31'), why: 'the fix of PLAY-4412 was merged' },
    forecast: {
      stations: [
        { station: 'Final RC', at: at('2024-10-01T14:45'), by: 'due', because: 'a build usually takes 43 min' },
        { station: 'In review', at: at('2024-10-01T17:30'), by: 'due', because: 'the last sign-off is due at 16:00' },
        { station: '1%', at: at('2024-10-02T11:00'), by: 'due', because: 'review usually takes 14 h' },
        { station: '100%', at: at('2024-10-03T11:00'), by: 'due', because: 'a day at 1%' },
      ],
      finish: { at: at('2024-10-03T11:00'), lateMs: 26 * 3_600_000, because: 'a day at 1%' },
    },
    lateMs: 26 * 3_600_000,
    ...over,
  });
}

type Release = ControlRoom['releases'][number];

export function release(over: Partial<Release> = {}): Release {
  return {
    version: '8.9.2',
    kind: 'regular',
    base: null,
    manager: null,
    bornAt: at('2024-09-20T09:00'),
    planned,
    imported: false,
    part: 'current',
    tracks: [],
    bigFeature: null,
    channel: null,
    watchUntil: null,
    ...over,
  };
}
