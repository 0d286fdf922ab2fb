/** Each invariant says nothing of a world in which nothing happened, and says what is wrong where it is broken: a check that cannot fail is none. */
import { describe, expect, test } from 'vitest';
import { birth } from '#domain/release/birth.ts';
import { candidateOf } from '#domain/release/track.ts';
import type { Track } from '#domain/release/track.ts';
import { emptyState } from '#integrations/sandbox/world/state.ts';
import type { Release, State, Write } from '#integrations/sandbox/world/state.ts';
import { atRest, invariants } from './invariants.ts';
import type { AtRest } from './invariants.ts';
import type { Line, Observed, SeenAction, SentFact } from './observed.ts';

const AT = '2024-10-01T10:00:00.000Z';
const TRACK = 'app/1.0.0/android';

function seen(more: Partial<Observed> = {}): Observed {
  return {
    app: 'app',
    now: AT,
    step: 100,
    journal: [],
    news: [],
    headsBefore: new Map(),
    marks: new Map(),
    tracks: new Map(),
    outbox: new Map(),
    outboxBefore: new Map(),
    stored: new Map(),
    sent: [],
    health: [],
    deeds: [],
    tries: [],
    vendor: emptyState(AT),
    overlaps: [],
    policies: [{ revision: 1, soakMinutes: 60, sinceStep: 0 }],
    aheadMs: 0,
    ...more,
  };
}

const quiet: AtRest = {
  plans: [],
  questions: [],
  storefronts: new Map(),
  current: [],
  hours: [],
  fleetWide: new Set(),
  audit: { ok: true, problems: [] },
};

function line(event: Line['event'], more: Partial<Line> = {}): Line {
  return {
    chain: `track:${TRACK}`,
    seq: 1,
    prev: '',
    hash: 'h1',
    track: TRACK,
    kind: event.is,
    actor: { kind: 'robot', id: 'robot', name: 'Robot' },
    event,
    stageAfter: null,
    version: 1,
    at: AT,
    step: 1,
    ...more,
  };
}

function action(key: string, more: Partial<SeenAction> = {}): SeenAction {
  return {
    key,
    track: TRACK,
    lane: 'storefront:google-play:app/android',
    urgent: false,
    kind: 'ensure-rollout',
    step: '100%',
    state: 'trying',
    attempts: 1,
    nextTryAt: null,
    orderedAt: AT,
    action: {
      key,
      lane: 'storefront:google-play:app/android',
      urgent: false,
      effect: { kind: 'ensure-rollout', storefront: 'google-play', version: '1.0.0', build: '101', percent: 100 },
      step: '100%',
      expects: { stages: [] },
      why: '',
      orderedBy: { kind: 'robot', id: 'robot', name: 'Robot' },
      orderedAt: AT,
    },
    ...more,
  };
}

function write(more: Partial<Write> = {}): Write {
  return {
    at: AT,
    by: 'signalbox',
    key: 'k',
    on: 'google-play',
    call: 'raise',
    app: 'app',
    platform: 'android',
    version: '1.0.0',
    build: '101',
    percent: 100,
    outcome: 'done',
    note: '',
    ...more,
  };
}

function release(more: Partial<Release> = {}): Release {
  return {
    version: '1.0.0',
    build: '101',
    state: 'rolling-out',
    percent: 1,
    rejection: null,
    key: null,
    submissions: [],
    reviewEndsAt: null,
    startedAt: AT,
    phase: null,
    pausedSince: null,
    pausedMs: 0,
    replaced: null,
    history: [],
    ...more,
  };
}

function vendor(releases: readonly Release[], writes: readonly Write[] = []): State {
  return {
    ...emptyState(AT),
    listings: [
      {
        storefront: 'google-play',
        app: 'app',
        platform: 'android',
        releases: [...releases],
        reviewAfterMinutes: 'world',
        firstReleaseMustBeFull: false,
        managedPublishing: false,
      },
    ],
    writes: [...writes],
  };
}

const born = birth({ app: 'app', version: '1.0.0', platform: 'android', kind: 'regular', at: AT, stage: 'developing' });
const cut = { branch: 'release/1.0.0', sha: 'a'.repeat(40), at: AT, inferred: false };
const candidate = { build: '101', commit: 'a'.repeat(40), candidate: 1, chosenAt: AT, chosenBy: 'Robot' };
const rolling: Track = { ...born, stage: 'rolling-out', cut, candidate, percent: 1, percentSince: AT, startedAt: AT, halting: null };

function row(track: Track, told: Track | null = track): Observed['tracks'] {
  return new Map([[TRACK, { id: TRACK, row: track, told, revision: 1, chain: { seq: 1, hash: '' } }]]);
}

function sentReport(colour: 'green' | 'red', more: Partial<SentFact> = {}): SentFact {
  return {
    fact: {
      kind: 'report',
      app: 'app',
      source: 'ci',
      key: 'crash-rate',
      revision: 2,
      at: AT,
      payload: { instance: 'crash-rate', platform: 'android', version: '1.0.0', colour, because: 'so' },
    },
    name: 'ci report crash-rate r2',
    acknowledgedAtStep: 10,
    ...more,
  };
}

const submission = (key: string, fate: 'in-review' | 'approved' | 'rejected' = 'in-review') => ({
  key,
  by: 'signalbox',
  build: '101',
  percent: 1,
  at: AT,
  fate,
});
const history = (more: Partial<Release['history'][number]>) => ({
  at: AT,
  by: 'signalbox',
  what: '',
  state: 'rolling-out' as const,
  percent: 1,
  key: null,
  ...more,
});

const key = `red:crashes-told:production:${candidateOf(rolling)?.build ?? ''}`;
const latched = line({ is: 'red-latched', instance: 'crashes-told', title: '', key, because: '' });
const cleared = { is: 'red-cleared', instance: 'crashes-told', title: '', key, why: '' } as const;
const hour = { hour: '1.0.0 android 101 2024-10-01T09', revision: 2, consumption: 20_000, affected: 3 };

/** For each invariant a world that breaks it. */
const breaks: Readonly<Record<string, Observed>> = {
  'every acknowledged fact is there': seen({ sent: [sentReport('green')] }),
  'at most one live object carries an action key at the vendor': seen({
    vendor: vendor([release({ submissions: [submission('k'), submission('k', 'approved')] })]),
  }),
  'nothing is done at a vendor that was not ordered first, and nothing but what was ordered': seen({
    vendor: vendor([release()], [write()]),
  }),
  'the journal explains every change of every track': seen({ tracks: row(rolling, born), news: [line({ is: 'approved' })] }),
  'each journal is one unbroken chain, and the stage after each line is the one that its events lead to': seen({
    news: [line({ is: 'approved' }, { seq: 3 })],
  }),
  'an action ends once, is not opened again but by a person, and the journal tells how it ended': seen({
    outboxBefore: new Map([['k', action('k')]]),
    outbox: new Map([['k', action('k', { state: 'done' })]]),
  }),
  'the same effect is not under way twice': seen({
    outbox: new Map([
      ['k', action('k')],
      ['k#2', action('k#2', { state: 'ordered' })],
    ]),
  }),
  'two writes to one listing are never under way at the same time': seen({
    overlaps: [
      [
        { id: 1, of: 'one', listing: 'l', key: 'a', call: 'raise', sentAtStep: 1 },
        { id: 2, of: 'two', listing: 'l', key: 'b', call: 'halt', sentAtStep: 2 },
      ],
    ],
  }),
  'a halt waits for nothing but the write in flight': seen({
    tries: [{ key: 'k', of: 'one', step: 9, began: 1, at: AT }],
    outbox: new Map([['k', action('k')]]),
    outboxBefore: new Map([['h', action('h', { kind: 'ensure-halted', urgent: true, state: 'ordered' })]]),
  }),
  'a halt that was not tried yet waits behind no order that waits for another try': seen({
    outbox: new Map([['h', action('h', { kind: 'ensure-halted', urgent: true, state: 'ordered', attempts: 0, nextTryAt: null })]]),
  }),
  'halted is shown only after every storefront that can stop was seen to stand still': seen({
    news: [line({ is: 'halted', percent: 1, why: '', by: '' })],
    vendor: vendor([release({ history: [history({})] })]),
  }),
  'a halted track lets nobody new in on our word before a person resumes it': seen({
    journal: [line({ is: 'halted', percent: 1, why: '', by: '' }, { step: 20 })],
    tries: [{ key: 'k', of: 'one', step: 90, began: 50, at: AT }],
    vendor: vendor([release()], [write()]),
  }),
  'no rollout grows on our word against a red report that was known before the try began': seen({
    sent: [sentReport('red')],
    tries: [{ key: 'k', of: 'one', step: 90, began: 50, at: AT }],
    vendor: vendor([release()], [write()]),
  }),
  '100 % is not served on our word before the first share has soaked': seen({
    vendor: vendor([release({ history: [history({})] })], [write()]),
  }),
  'no approval, sign-off, waiver, decision or resume is invented: a person gave each': seen({
    news: [line({ is: 'resume-ordered', key: 'k', why: '' })],
  }),
  'a storefront’s approval is shown only where it approved': seen({
    news: [line({ is: 'approved' })],
    vendor: vendor([release({ submissions: [submission('k')] })]),
  }),
  'a share that was shown is never shown lower': seen({
    journal: [line({ is: 'percent-observed', percent: 50, byStorefront: false })],
    news: [line({ is: 'percent-observed', percent: 1, byStorefront: false }, { seq: 2 })],
  }),
  'a track goes on only as often as a storefront of it went on': seen({
    journal: [line({ is: 'resumed', percent: 1, byStorefront: true })],
    news: [line({ is: 'resumed', percent: 1, byStorefront: true })],
    vendor: vendor([release({ history: [history({ state: 'rolling-out' }), history({ state: 'halted' })] })]),
  }),
  'a command that was acknowledged is in the journal, and one that was sent twice is there once': seen({
    deeds: [{ mark: '#1#', kind: 'canceled', track: TRACK, told: 'done', step: 5 }],
  }),
  'a build that a storefront rejected as a binary is not submitted again': seen({
    vendor: vendor(
      [
        release({
          submissions: [submission('old', 'rejected'), submission('k')],
          history: [history({ what: 'rejected: the binary crashes' })],
        }),
      ],
      [write({ call: 'submit' })],
    ),
  }),
  'a red that stays is there until a person clears it': seen({
    tracks: row(rolling),
    journal: [latched, line({ ...cleared, key: 'red:other' }, { actor: { kind: 'person', id: 'rana', name: 'Rana' } }), line(cleared)],
    news: [line(cleared)],
  }),
  'no rollout grows on our word against a red that stays and was known before the try began': seen({
    tracks: row(rolling),
    journal: [latched],
    tries: [{ key: 'k', of: 'one', step: 90, began: 50, at: AT }],
    vendor: vendor([release()], [write()]),
  }),
  'a robot that is paused orders no step': seen({
    tracks: row({ ...rolling, robotPaused: { by: 'Dora', at: AT, why: '', until: null } }),
    news: [line({ is: 'action-ordered', key: 'k', effect: 'ensure-rollout', step: '100%', why: '' })],
  }),
};

describe('an invariant', () => {
  test.each(invariants)('“$sentence” holds where nothing happened', ({ broken }) => {
    expect(broken(seen())).toBeNull();
  });

  test.each(invariants)('“$sentence” says what is wrong where it is broken', ({ sentence, broken }) => {
    const world = breaks[sentence];
    expect(world === undefined ? null : broken(world)).toEqual(expect.any(String));
  });
});

const plan = { track: TRACK, robot: 'holding', sentence: '', events: [], actions: [], voids: [], isWaitingForTime: false };

/** For each invariant of rest a world that breaks it. */
const restless: Readonly<Record<string, readonly [Observed, AtRest]>> = {
  'every track comes to rest or to a question for a person': [
    seen({ tracks: row(rolling) }),
    { ...quiet, plans: [{ ...plan, actions: ['k'] }] },
  ],
  'at rest the control room tells what the storefronts show': [
    seen({ tracks: row(rolling), vendor: vendor([release({ percent: 50 })]) }),
    { ...quiet, storefronts: new Map([[TRACK, ['google-play']]]) },
  ],
  'no halt is lost': [
    seen({ tracks: row({ ...rolling, halting: { key: 'h', at: AT, by: 'Dora', why: '' } }), vendor: vendor([release()]) }),
    quiet,
  ],
  'no storefront of a halted track goes on receiving new users for longer than ten minutes, or a person is asked': [
    seen({
      now: '2024-10-01T10:11:00.000Z',
      tracks: row({ ...rolling, stage: 'halted', resuming: null, halts: 1, why: '', by: '' }),
      vendor: vendor([release()]),
    }),
    quiet,
  ],
  'what was canceled goes out to nobody': [
    seen({
      tracks: row({ ...born, stage: 'canceled', cut: null, candidate: null, why: '', by: 'Rana' }),
      vendor: vendor([release({ state: 'in-review' })]),
    }),
    quiet,
  ],
  'what is red and halts is offered to nobody new, or a person is asked': [
    seen({ tracks: row(rolling), sent: [sentReport('red')], vendor: vendor([release()]) }),
    quiet,
  ],
  'a rollout with a red that stays is halted or on its way to it, or a person is asked, but for a fleet-wide incident': [
    seen({ tracks: row(rolling), journal: [latched] }),
    quiet,
  ],
  'of each hour of health the newest total counts, and it is one that was told': [
    seen({ health: [{ ...hour, acknowledgedAtStep: 10 }] }),
    { ...quiet, hours: [{ ...hour, affected: 6 }] },
  ],
  'of each thing that was reported the newest revision counts': [
    seen({ sent: [sentReport('green')] }),
    { ...quiet, current: [{ source: 'ci', kind: 'report', key: 'crash-rate', revision: 1, payload: '' }] },
  ],
  'the journal verifies': [seen(), { ...quiet, audit: { ok: false, problems: ['entry 3 is missing'] } }],
};

describe('at rest', () => {
  test.each(atRest)('“$sentence” holds where nothing happened', ({ broken }) => {
    expect(broken(seen(), quiet)).toBeNull();
  });

  test.each(atRest)('“$sentence” says what is wrong where it is broken', ({ sentence, broken }) => {
    const [world, rest] = restless[sentence] ?? [seen(), quiet];
    expect(broken(world, rest)).toEqual(expect.any(String));
  });
});
