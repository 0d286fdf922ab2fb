import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseInstance } from '../criteria/index.ts';
import type { Verdict } from '../criteria/criterion.ts';
import { aPolicy, aTrack, sampleNow, samplePlan } from '../criteria/testing.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import { stages } from '../release/track.ts';
import type { Stage, Track } from '../release/track.ts';
import { plusMinutes, plusMs } from '../time.ts';
import type { Instant } from '../time.ts';
import { forecast } from './forecast.ts';
import type { ForecastQuestion } from './forecast.ts';
import { noHistory } from './history.ts';
import type { History, PastTrack } from './history.ts';

const HOUR = 60;
const DAY = 24 * HOUR;

/** A finished track whose way took these minutes. */
function aPast(id: string, platform: string, way: { toCandidate: number; toSubmit: number; review: number; toAll: number }): PastTrack {
  const cut = '2024-08-30T07:10:00.000Z';
  const candidate = plusMinutes(cut, way.toCandidate);
  const submitted = plusMinutes(candidate, way.toSubmit);
  const approved = plusMinutes(submitted, way.review);
  const released = plusMinutes(approved, way.toAll);
  return {
    id,
    platform,
    kind: 'regular',
    reached: {
      developing: plusMinutes(cut, -7 * DAY),
      stabilising: cut,
      candidate,
      'in-review': submitted,
      'store-approved': approved,
      'rolling-out': approved,
      released,
    },
    percents: [
      { percent: 1, at: approved },
      { percent: 100, at: released },
    ],
  };
}

function threeOf(platform: string, review = 14 * HOUR): PastTrack[] {
  return [-30, 0, 30].map((spread, at) =>
    aPast(`music/8.8.${at}/${platform}`, platform, {
      toCandidate: 3 * DAY + 30 + spread,
      toSubmit: 165 + spread,
      review: review + spread,
      toAll: DAY + spread,
    }),
  );
}

const history: History = {
  tracks: threeOf('ios', 17.5 * HOUR),
  builds: [40, 43, 50].map((minutes) => ({ platform: 'ios', ms: minutes * 60_000 })),
};

const officeHours = { days: [1, 2, 3, 4], from: 8 * 60, to: 17 * 60 };
const soakAndWindow: Partial<TrackPolicy> = {
  before: {
    '1%': [parseInstance({ id: 'window-open' })],
    '100%': [parseInstance({ id: 'soaked', settings: '24h' }), parseInstance({ id: 'window-open' })],
  },
  windows: { start: officeHours, finish: officeHours },
};

function aVerdict(overrides: Partial<Verdict>): Verdict {
  return {
    instance: 'blocking-bugs',
    kind: 'no-blocking-bugs',
    title: 'Blocking bugs',
    colour: 'red',
    headline: '1 open',
    because: 'One blocker is open.',
    clause: 'PLAY-1 is open',
    aside: null,
    turnsGreen: 'when it is fixed',
    evidence: [],
    who: [],
    setUp: true,
    informing: false,
    waivable: false,
    gates: ['candidate', 'submit'],
    holds: 'submit',
    neededNow: true,
    since: '2024-09-30T19:14:00.000Z',
    freshAt: null,
    freshForMinutes: null,
    nextReadAt: null,
    sources: [],
    waiver: null,
    ...overrides,
  };
}

function asked(overrides: Partial<ForecastQuestion> & { track: Track }): ForecastQuestion {
  return {
    policy: aPolicy(soakAndWindow),
    planned: samplePlan,
    verdicts: [],
    storefronts: [],
    paused: null,
    coming: null,
    history,
    now: sampleNow,
    ...overrides,
  };
}

/** Station, time and reason as a person reads them, in UTC. */
function told(question: ForecastQuestion): readonly string[] {
  return (forecast(question)?.stations ?? []).map(({ station, at, by, because }) => `${station} ${at.slice(5, 16)} ${by}: ${because}`);
}

const wentBack = aTrack('stabilising', {
  since: '2024-10-01T11:31:00.000Z',
  back: { from: 'candidate', at: '2024-10-01T11:31:00.000Z', why: 'a commit after the candidate' },
  reached: { stabilising: '2024-09-27T07:12:00.000Z', candidate: '2024-09-30T10:40:00.000Z' },
});

describe('the forecast of a track that went back for a fix', () => {
  const ios = asked({
    track: wentBack,
    verdicts: [aVerdict({})],
    coming: { number: '1049', candidate: 4, startedAt: '2024-10-01T11:58:00.000Z', expectedAt: '2024-10-01T12:41:00.000Z' },
  });

  test('waits for the RC on its way, then takes as long as past tracks took, and soaks', () => {
    expect(told(ios)).toEqual([
      'Final RC 10-01T12:45 due: again: RC 4 is expected Tue 14:41',
      'In review 10-01T15:30 past: from the final RC to submission usually takes 2 h 45 min (median of 3)',
      '1% 10-02T09:00 past: review usually takes 17 h 30 min (median of 3)',
      '100% 10-03T09:00 due: soak ends Thu 11:00',
    ]);
  });

  test('is a day and two hours late by its plan', () => {
    expect(forecast(ios)?.finish).toEqual({ at: '2024-10-03T09:00:00.000Z', lateMs: 26 * HOUR * 60_000, because: 'soak ends Thu 11:00' });
  });

  test('takes the usual length of a build where CI names no time', () => {
    const question = { ...ios, coming: { number: '1049', candidate: 4, startedAt: '2024-10-01T11:58:00.000Z', expectedAt: null } };
    expect(told(question)[0]).toBe('Final RC 10-01T12:45 past: again: RC 4 is building, and a build usually takes 43 min (median of 3)');
  });

  test('says that an expected RC is overdue, and expects it now', () => {
    expect(told({ ...ios, now: '2024-10-01T13:00:00.000Z' })[0]).toBe('Final RC 10-01T13:00 due: again: RC 4 was expected Tue 14:41');
  });

  test('is never before the stretch began, where a clock was set back since', () => {
    const coming = { number: '1049', candidate: 4, startedAt: null, expectedAt: '2024-10-01T11:10:00.000Z' };
    expect(told({ ...ios, coming, now: '2024-10-01T11:00:00.000Z' })[0]).toBe(
      'Final RC 10-01T11:31 due: again: RC 4 is expected Tue 13:10',
    );
  });

  test('takes the usual length of a build where none is building, and says so where not even that is known', () => {
    expect(told({ ...ios, coming: null })[0]).toBe('Final RC 10-01T13:05 past: again: a new RC usually takes 43 min (median of 3)');
    expect(told({ ...ios, coming: null, history: { ...history, builds: [] } })[0]).toBe(
      'Final RC 10-01T12:20 robot: again: as soon as a new RC passes; nothing tells how long that takes',
    );
  });
});

describe('the forecast of a rollout', () => {
  const rolling = aTrack('rolling-out', { platform: 'android' });
  const policy = aPolicy({ ...soakAndWindow, platform: 'android', storefronts: ['google-play'] });

  test('is the end of its soak, and 55 minutes early', () => {
    const android = asked({ track: rolling, policy });
    expect(told(android)).toEqual(['100% 10-02T06:05 due: soak ends Wed 08:05']);
    expect(forecast(android)?.finish?.lateMs).toBe(-55 * 60_000);
  });

  test('says on how many criteria it depends', () => {
    const held = [aVerdict({ gates: ['100%'], colour: 'yellow' }), aVerdict({ instance: 'anr', gates: ['100%'], colour: 'yellow' })];
    expect(told(asked({ track: rolling, policy, verdicts: held }))).toEqual([
      '100% 10-02T06:05 due: soak ends Wed 08:05, if 2 criteria turn green',
    ]);
  });

  test('waits for a check that is due after the soak', () => {
    const check = aVerdict({
      title: 'Compliance',
      kind: 'compliance-closed',
      gates: ['100%'],
      colour: 'yellow',
      dueAt: '2024-10-02T11:00:00.000Z',
    });
    expect(told(asked({ track: rolling, policy, verdicts: [check] }))).toEqual([
      '100% 10-02T11:00 due: Compliance is due Wed 13:00, if 1 criterion turns green',
    ]);
  });

  test('is not before the window opens', () => {
    const late = aTrack('rolling-out', { platform: 'android', percentSince: '2024-10-01T16:00:00.000Z' });
    expect(told(asked({ track: late, policy, now: '2024-10-01T16:20:00.000Z' }))).toEqual([
      '100% 10-03T06:00 window: window opens Thu 08:00',
    ]);
  });

  test('is not on a day that is frozen', () => {
    const frozen = { ...policy, freezes: [{ from: '2024-10-02', to: '2024-10-06', why: 'a holiday' }] };
    expect(told(asked({ track: rolling, policy: frozen }))).toEqual(['100% 10-07T06:00 window: window opens Mon 08:00']);
  });

  test('ends nowhere where the window never opens', () => {
    const never = { ...policy, windows: { finish: { days: [], from: 0, to: 60 } } };
    expect(forecast(asked({ track: rolling, policy: never }))).toEqual({ stations: [], finish: null });
  });

  test('does not wait for a window that is waived', () => {
    const waiver = { state: 'active' } as NonNullable<Verdict['waiver']>;
    const frozen = { ...policy, freezes: [{ from: '2024-10-02', to: '2024-10-06', why: 'a holiday' }] };
    const verdicts = [aVerdict({ instance: 'window-open', kind: 'window-open', gates: ['100%'], colour: 'yellow', waiver })];
    expect(told(asked({ track: rolling, policy: frozen, verdicts }))).toEqual(['100% 10-02T06:05 due: soak ends Wed 08:05']);
  });

  test('is not before the robot’s pause ends, and guesses no end of one that has none', () => {
    const paused = { by: 'M. Lind', at: sampleNow, why: 'store outage', until: '2024-10-02T08:00:00.000Z' };
    expect(told(asked({ track: rolling, policy, paused }))).toEqual(['100% 10-02T08:00 robot: the robot is paused until Wed 10:00']);
    expect(told(asked({ track: rolling, policy, paused: { ...paused, until: null } }))).toEqual([
      '100% 10-02T06:05 due: soak ends Wed 08:05, if the robot’s pause has ended',
    ]);
  });

  test('that a criterion holds past its soak takes as long as the slower ones of the past', () => {
    const held = asked({ track: rolling, policy, verdicts: [aVerdict({ gates: ['100%'] })], now: '2024-10-02T06:10:00.000Z' });
    const tracks = threeOf('android').map((past, at) => ({
      ...past,
      percents: past.percents.map((share) => (share.percent === 100 ? { ...share, at: plusMinutes(share.at, at * 5 * HOUR) } : share)),
    }));
    expect(told({ ...held, history: { tracks, builds: [] } })).toEqual([
      '100% 10-02T13:50 past: from 1% to 100% usually takes 31 h 45 min (median of 3), if 1 criterion turns green',
    ]);
  });

  test('by a person takes as long as people usually take', () => {
    const byHand = { ...policy, robot: { ...policy.robot, raise: 'ask' as const } };
    expect(told(asked({ track: rolling, policy: byHand, history: { ...history, tracks: threeOf('android') } }))).toEqual([
      '100% 10-02T06:05 due: soak ends Wed 08:05',
    ]);
  });

  test('goes through the phases that the storefront takes by itself', () => {
    const phased = aPolicy({ rollout: [1, 20, 100] });
    const question = asked({
      track: aTrack('rolling-out'),
      policy: phased,
      history: noHistory,
      storefronts: [{ storefront: 'app-store-connect', nextMove: { at: '2024-10-02T06:05:00.000Z', percent: 2 } }],
    });
    expect(told(question)[0]).toBe('20% 10-05T06:05 storefront: App Store takes its next phase by itself Sat 08:05');
  });

  test('that is halted is foretold by nobody', () => {
    expect(forecast(asked({ track: aTrack('halted') }))).toEqual({ stations: [], finish: null });
  });
});

describe('the forecast of a review', () => {
  const inReview = aTrack('in-review', { since: '2024-09-30T14:48:00.000Z' });

  test('is of those that took longer than this one has', () => {
    const tracks = [10, 14, 20, 23.5, 24].flatMap((hours, at) =>
      threeOf('ios', hours * HOUR)
        .slice(1, 2)
        .map((past) => ({ ...past, id: `music/8.7.${at}/ios` })),
    );
    expect(told(asked({ track: inReview, history: { tracks, builds: [] } }))[0]).toBe(
      '1% 10-01T14:35 past: review usually takes 23 h 45 min (median of 5)',
    );
  });

  test('that has lasted longer than any is expected to end now', () => {
    expect(told(asked({ track: inReview, history: { tracks: threeOf('ios', 10 * HOUR), builds: [] } }))[0]).toBe(
      '1% 10-01T12:20 past: review has taken longer than in 3 past tracks',
    );
  });

  test('ends when it ends, and the rollout starts when the window opens', () => {
    const approved = aTrack('store-approved', { since: '2024-10-01T16:00:00.000Z' });
    expect(told(asked({ track: approved, now: '2024-10-01T16:00:00.000Z' }))[0]).toBe('1% 10-02T06:00 window: window opens Wed 08:00');
  });
});

describe('the forecast of a release on trunk', () => {
  const trunk = aTrack('developing', { since: '2024-09-20T07:00:00.000Z' });
  const planned = {
    branch: '2024-10-04T07:00:00.000Z',
    candidate: '2024-10-07T10:00:00.000Z',
    submit: '2024-10-07T15:00:00.000Z',
    start: '2024-10-08T07:00:00.000Z',
    finish: '2024-10-09T07:00:00.000Z',
  };

  test('is its branch day, and then as usual', () => {
    expect(told(asked({ track: trunk, planned })).slice(0, 2)).toEqual([
      'Branched 10-04T07:00 planned: branch day is Fri 09:00',
      'Final RC 10-07T07:30 past: from the branch to the final RC usually takes 3 d (median of 3)',
    ]);
  });

  test('is the plan where too few past tracks tell more', () => {
    expect(told(asked({ track: trunk, planned, policy: aPolicy(), history: { tracks: threeOf('ios').slice(0, 2), builds: [] } }))).toEqual([
      'Branched 10-04T07:00 planned: branch day is Fri 09:00',
      'Final RC 10-07T10:00 planned: planned for Mon 12:00; too few past tracks tell more',
      'In review 10-07T15:00 planned: planned for Mon 7 Oct 17:00; too few past tracks tell more',
      '1% 10-08T07:00 planned: planned for Tue 8 Oct 09:00; too few past tracks tell more',
      '100% 10-08T07:00 robot: the robot raises it as soon as its criteria are met',
    ]);
  });

  test('takes the app’s other platforms where its own has too few', () => {
    const tracks = [...threeOf('ios').slice(0, 1), ...threeOf('android')];
    expect(told(asked({ track: trunk, planned, history: { tracks, builds: [] } }))[1]).toMatch(/ \(median of 4 on all platforms\)$/);
  });

  test('does not take hotfixes for regular releases', () => {
    const tracks = threeOf('ios').map((past) => ({ ...past, kind: 'hotfix' as const }));
    expect(told(asked({ track: trunk, planned, history: { tracks, builds: [] } }))[1]).toMatch(/^Final RC 10-07T10:00 planned/);
  });

  test('is nothing where nothing is planned and nothing is past', () => {
    const nothing = { branch: null, candidate: null, submit: null, start: null, finish: null };
    expect(forecast(asked({ track: trunk, planned: nothing, history: noHistory }))).toEqual({ stations: [], finish: null });
  });

  test('keeps the planned lengths where the plan itself cannot be kept', () => {
    const late = aTrack('stabilising', { since: '2024-10-05T07:00:00.000Z' });
    expect(
      told(asked({ track: late, planned, policy: aPolicy(), history: noHistory, now: '2024-10-07T12:00:00.000Z' })).slice(0, 2),
    ).toEqual([
      'Final RC 10-08T10:00 planned: planned to take 3 d 3 h; too few past tracks tell more',
      'In review 10-08T15:00 planned: planned to take 5 h; too few past tracks tell more',
    ]);
  });
});

describe('the forecast of a track whose way is over', () => {
  test('is none when it has ended', () => {
    for (const stage of ['completed', 'canceled', 'superseded'] as const) expect(forecast(asked({ track: aTrack(stage) }))).toBeNull();
  });
  test('is when everyone had it, while it is watched', () => {
    const released = aTrack('released', { reached: { released: '2024-10-02T06:05:00.000Z' } });
    expect(forecast(asked({ track: released }))).toEqual({
      stations: [],
      finish: { at: '2024-10-02T06:05:00.000Z', lateMs: -55 * 60_000, because: 'everyone has it' },
    });
  });
});

/* ---- what holds of every forecast ---- */

const instant = fc
  .integer({ min: Date.parse('2024-08-01T00:00:00Z'), max: Date.parse('2024-11-01T00:00:00Z') })
  .map((ms) => new Date(ms).toISOString());
const perhaps = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { nil: null, freq: 3 });
const anyPlan = fc.record({
  branch: perhaps(instant),
  candidate: perhaps(instant),
  submit: perhaps(instant),
  start: perhaps(instant),
  finish: perhaps(instant),
});
const anyPast: fc.Arbitrary<PastTrack> = fc.record({
  id: fc.constantFrom('music/8.8.0/ios', 'music/8.8.1/android', 'music/8.9.2/ios'),
  platform: fc.constantFrom('ios', 'android'),
  kind: fc.constantFrom('regular' as const, 'hotfix' as const),
  reached: fc.dictionary(fc.constantFrom<Stage>(...stages), instant),
  percents: fc.array(fc.record({ percent: fc.constantFrom(1, 20, 100), at: instant }), { maxLength: 3 }),
});
const anyHistory = fc.record({
  tracks: fc.array(anyPast, { maxLength: 8 }),
  builds: fc.array(
    fc.record({
      platform: fc.constantFrom('ios', 'android'),
      ms: fc.oneof(fc.integer({ min: -1000, max: 10_000_000 }), fc.constant(Number.NaN)),
    }),
    { maxLength: 5 },
  ),
});
const mode = fc.constantFrom('auto' as const, 'ask' as const, 'manual' as const);
const anyPolicy = fc
  .record({
    storefronts: fc.subarray(['google-play', 'app-store-connect', 'update-feed'] as const),
    rollout: fc.constantFrom([1, 100], [1, 20, 100], [100]),
    without: fc.subarray<Stage>(['candidate', 'in-review', 'store-approved']),
    timed: fc.boolean(),
    submit: mode,
    start: mode,
    raise: mode,
  })
  .map(({ storefronts, rollout, without, timed, submit, start, raise }) =>
    aPolicy({
      ...(timed ? soakAndWindow : {}),
      storefronts,
      rollout,
      stages: stages.filter((stage) => !without.includes(stage)),
      robot: { ...aPolicy().robot, submit, start, raise },
    }),
  );
const anyVerdict = fc
  .record({
    colour: fc.constantFrom('green' as const, 'yellow' as const, 'red' as const, 'unknown' as const),
    gates: fc.subarray(['cut', 'candidate', 'submit', '1%', '100%'] as const),
    dueAt: perhaps(instant),
    kind: fc.constantFrom('signed-off', 'window-open', 'soaked'),
  })
  .map((overrides) => aVerdict(overrides));
const anyQuestion: fc.Arbitrary<ForecastQuestion> = fc
  .record({
    stage: fc.constantFrom<Stage>(...stages),
    since: instant,
    reached: fc.dictionary(fc.constantFrom<Stage>(...stages), instant),
    policy: anyPolicy,
    planned: anyPlan,
    history: anyHistory,
    verdicts: fc.array(anyVerdict, { maxLength: 4 }),
    coming: perhaps(
      fc.record({
        number: fc.constant('1049'),
        candidate: perhaps(fc.constant(4)),
        startedAt: perhaps(instant),
        expectedAt: perhaps(instant),
      }),
    ),
    paused: perhaps(fc.record({ by: fc.constant('M. Lind'), at: instant, why: fc.constant('a reason'), until: perhaps(instant) })),
    nextMove: perhaps(fc.record({ at: instant, percent: fc.constantFrom(2, 5, 100) })),
    now: instant,
  })
  .map(({ stage, since, reached, nextMove, ...rest }) => ({
    ...rest,
    track: aTrack(stage, { since, percentSince: since, reached }),
    storefronts: [{ storefront: 'app-store-connect', nextMove }],
  }));

describe('every forecast', () => {
  test('has stations in the order of the line, none before the one in front of it, none in the past', () => {
    fc.assert(
      fc.property(anyQuestion, (question) => {
        const { stations = [] } = forecast(question) ?? {};
        let before: Instant = question.now;
        for (const { at, because } of stations) {
          expect(Number.isNaN(Date.parse(at))).toBe(false);
          expect(at >= before).toBe(true);
          expect(because).not.toMatch(/NaN|undefined|null|Invalid/);
          before = at;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('seen later, expects nothing earlier', () => {
    fc.assert(
      fc.property(anyQuestion, fc.integer({ min: 0, max: 30 * DAY * 60_000 }), (question, laterMs) => {
        const early = forecast(question)?.stations ?? [];
        const late = forecast({ ...question, now: plusMs(question.now, laterMs) })?.stations ?? [];
        const backwards = early.flatMap((station, place) => {
          const then = late[place];
          return then && then.at < station.at
            ? [`${station.station} ${station.at} (${station.because}), then ${then.at} (${then.because})`]
            : [];
        });
        expect(backwards).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('ends with 100 % or says no finish', () => {
    fc.assert(
      fc.property(anyQuestion, (question) => {
        const expected = forecast(question);
        if (expected === null || question.track.stage === 'released') return;
        expect(expected.finish?.at ?? null).toBe(expected.stations.find(({ station }) => station === '100%')?.at ?? null);
      }),
    );
  });
});
