import { describe, expect, test } from 'vitest';
import { at, head, noPlan, now, release, wentBack, zone } from './fixture.ts';
import { placeInWords, stationsOf } from './stations.ts';
import { coarseLength, endWords, fineLength, lateInWords, mainWords, placeLine, signalWords, stationWords, trainName } from './words.ts';
import type { TrackHead } from '#api/control-room.ts';

const under = (track: TrackHead): (string | undefined)[] =>
  stationsOf(track).map((station) => stationWords(station, track, now, zone).forms[0]);
const signal = (track: TrackHead) => signalWords(track, now, zone)?.forms;
const clear = { is: 'clear', count: 0, text: 'Clear' } as const;

describe('under the stations', () => {
  test('stand the real times of those that were passed, and nothing under those without a forecast', () => {
    expect(under(head({ forecast: null }))).toEqual(['20 Sep', 'Fri 09:12', 'Mon 09:41', 'Mon 11:20', 'Tue 08:05', '']);
  });

  test('stands when the track went back, and when it is expected to come again', () => {
    expect(under(wentBack()).slice(1)).toEqual(['Back 13:31', '~ 14:45 again', '~ Tue 17:30', '~ Wed 11:00', '~ Thu 11:00']);
  });

  test('a forecast tells its reason, and going back tells its own', () => {
    const [, back, candidate] = stationsOf(wentBack()).map((station) => stationWords(station, wentBack(), now, zone));
    expect(back?.because).toBe('The fix of PLAY-4412 was merged.');
    expect(candidate?.because).toBe('A build usually takes 43 min.');
  });

  test('the time of a candidate after going back is the new one', () => {
    const again = wentBack({ stage: 'candidate', station: 'Final RC', since: at('2024-10-01T14:10') });
    expect(under(again)[2]).toBe('Tue 14:10');
  });

  test('a share in the middle of a rollout has the time when it was seen', () => {
    const track = head({
      rollout: [1, 10, 50, 100],
      percent: 12,
      percents: [
        { percent: 1, at: at('2024-10-01T08:05') },
        { percent: 12, at: at('2024-10-01T12:05') },
      ],
    });
    const shares = stationsOf(track).slice(4);
    expect(shares.map(({ isHere }) => isHere)).toEqual([false, true, false, false]);
    expect(shares[1]?.reachedAt).toBe(at('2024-10-01T12:05'));
  });

  test('a rollout that the storefront still reads as nothing stands at its first share', () => {
    expect(stationsOf(head({ percent: 0, percents: [] })).find(({ isHere }) => isHere)?.name).toBe('1%');
  });

  test('a canceled track stands where it had come to', () => {
    const canceled = head({ stage: 'canceled', percent: null, percents: [], reached: { stabilising: at('2024-09-27T09:12') } });
    expect(stationsOf(canceled).find(({ isHere }) => isHere)?.name).toBe('Branched');
  });
});

describe('in front of a train', () => {
  test.each<[string, TrackHead, string[] | undefined]>([
    ['what holds it', wentBack(), ['Held by 3']],
    ['what it waits for', head(), ['Waits for 2']],
    [
      'what is not known, or only that',
      head({ signal: { is: 'blind', count: 2, text: 'Blind: crash feed' } }),
      ['Blind: crash feed', 'Blind'],
    ],
    ['when the robot moves it', head({ signal: clear }), ['Clear, robot moves at Wed 08:05', 'Clear, Wed 08:05', 'Clear']],
    [
      'no robot where it does not act',
      head({ signal: clear, robot: { is: 'manual', sentence: '', short: '', willStop: null, missing: [] } }),
      ['Clear'],
    ],
    [
      'when an approved build starts',
      head({
        stage: 'store-approved',
        signal: clear,
        forecast: { stations: [{ station: '1%', at: at('2024-10-02T09:00'), by: 'window', because: '' }], finish: null },
      }),
      ['Approved, 1% at Wed 09:00', 'Approved'],
    ],
    [
      'that it is halted, and by what it is held',
      head({ stage: 'halted', signal: { is: 'held', count: 1, text: 'Held by 1' } }),
      ['Halted, held by 1', 'Halted'],
    ],
    ['that it is halted, though nothing holds it', head({ stage: 'halted', signal: clear }), ['Halted']],
    ['an order that was sent', head({ pending: { is: 'halting', at: now, by: 'robot', why: 'crashes' } }), ['Halting, sent', 'Halting']],
    ['why it was canceled', head({ stage: 'canceled', ended: '8.9.3 is about to branch' }), ['8.9.3 is about to branch']],
    ['nothing where nothing stands before a next step', head({ stage: 'released', signal: { is: 'none', count: 0, text: '' } }), undefined],
  ])('stands %s', (_, track, forms) => {
    expect(signal(track)).toEqual(forms);
  });
});

describe('the end of a line', () => {
  test('says when all have it, without a guess where the robot has set the time', () => {
    expect(endWords(head(), now, zone)).toMatchObject({ title: 'Wed 08:05', note: '55 min early', isLate: false });
  });

  test('marks a forecast as one, and how late it is', () => {
    expect(endWords(wentBack(), now, zone)).toMatchObject({ title: '~ Thu 11:00', note: '26 h late', isLate: true });
  });

  test('says so where nothing tells when, and what was planned', () => {
    const none = { stations: [], finish: null };
    expect(endWords(head({ forecast: none }), now, zone)).toMatchObject({ title: 'No forecast', note: 'planned Wed 09:00' });
    expect(endWords(head({ forecast: none, lateMs: 2 * 3_600_000 }), now, zone)).toMatchObject({ note: '2 h late', isLate: true });
    expect(endWords(head({ forecast: none, planned: noPlan }), now, zone)).toMatchObject({ note: 'no plan' });
  });

  test('of a released track says until when it is watched', () => {
    expect(endWords(head({ stage: 'released', watchUntil: at('2024-10-08T12:00') }), now, zone)).toMatchObject({
      title: 'At 100%',
      note: 'watched until 8 Oct',
    });
  });
});

describe('under the name of a platform', () => {
  test('stands where it is and for how long', () => {
    expect(placeLine(head(), now, zone)).toBe('1%, 6 h 15 m');
    expect(placeLine(head({ stage: 'halted', since: at('2024-10-01T02:44') }), now, zone)).toBe('Halted at 1%, 11 h 36 m');
  });

  test('stands why it is back, while it stands where it went back to', () => {
    expect(placeLine(wentBack(), now, zone)).toBe('Branched, back for a fix');
    const rejected = head({
      stage: 'candidate',
      station: 'Final RC',
      since: now,
      back: { from: 'in-review', at: now, why: 'no test account' },
    });
    expect(placeInWords(rejected)).toBe('Final RC, back from review');
    expect(placeInWords({ ...rejected, since: at('2024-10-01T14:30') })).toBe('Final RC');
  });
});

describe('lengths', () => {
  test('have one unit against the plan, two for how long', () => {
    expect([55 * 60_000, 26.4 * 3_600_000, 73 * 3_600_000].map(coarseLength)).toEqual(['55 min', '26 h', '3 d']);
    expect([49 * 60_000, 6.25 * 3_600_000, 66 * 3_600_000, 48 * 3_600_000].map(fineLength)).toEqual([
      '49 m',
      '6 h 15 m',
      '2 d 18 h',
      '2 d',
    ]);
  });

  test('of less than a quarter of an hour are on plan', () => {
    expect([14, -14, 15, -16].map((minutes) => lateInWords(minutes * 60_000))).toEqual([
      'on plan',
      'on plan',
      '15 min late',
      '16 min early',
    ]);
  });
});

describe('main', () => {
  const upcoming = release({
    version: '8.9.3',
    part: 'upcoming',
    bornAt: at('2024-09-27T09:12'),
    planned: { ...noPlan, branch: at('2024-10-04T09:00'), finish: at('2024-10-09T09:00') },
  });

  test('tells the day of the upcoming release, and how long until it branches', () => {
    expect(mainWords(upcoming, now, zone)).toEqual({
      place: 'On main, day 5 of 7',
      title: 'Wed 9, 09:00',
      note: 'branches in 2 d 18 h',
      isLate: false,
    });
  });

  test('leaves the minutes out of what is still hours ahead', () => {
    expect(mainWords(upcoming, at('2024-10-02T05:01'), zone).note).toBe('branches in 2 d 3 h');
    expect(mainWords(upcoming, at('2024-10-03T05:01'), zone).note).toBe('branches in 27 h');
    expect(mainWords(upcoming, at('2024-10-04T07:40'), zone).note).toBe('branches in 1 h 20 m');
  });

  test('tells when a branch is overdue, and counts no day beyond the plan', () => {
    expect(mainWords(upcoming, at('2024-10-04T12:00'), zone)).toMatchObject({ note: 'branch was due 3 h ago', isLate: true });
    expect(mainWords(upcoming, at('2024-10-06T12:00'), zone).place).toBe('On main');
  });

  test('does not make up a plan', () => {
    expect(mainWords({ ...upcoming, planned: noPlan }, now, zone)).toEqual({
      place: 'On main',
      title: 'No plan',
      note: 'no branch time',
      isLate: false,
    });
  });
});

describe('a train', () => {
  test('carries its build, or what there is before one', () => {
    expect(trainName(head())).toBe('1047');
    expect(trainName(wentBack())).toBe('1049');
    expect(trainName(wentBack({ train: null }))).toBe('8.9.2');
    expect(trainName(head({ train: null, stage: 'developing' }))).toBe('nightly');
    expect(trainName(head({ train: null, stage: 'planned' }))).toBe('planned');
  });
});
