/** Whatever is known of a track, each criterion says all that a release manager needs. A field that is missing fails here. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audiences, bugDecisions, colours, commitCategories, signOffStates, storefrontStates } from '../facts.ts';
import type { Build, TrackFacts } from '../facts.ts';
import { storefrontKinds } from '../rollout/storefronts.ts';
import { stages } from '../release/track.ts';
import type { Stage, Step, Track } from '../release/track.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import type { Release, Sibling } from '../release/release.ts';
import type { Finding } from './criterion.ts';
import type { Instance } from './instance.ts';
import { criteria, criterionOf, healthQuestionsOf, judge, parseInstance, readSettings } from './index.ts';
import {
  aBranch,
  aBug,
  aBuild,
  aCheck,
  aCommit,
  aDecision,
  aDistribution,
  aPolicy,
  aRelease,
  aSibling,
  aSignOff,
  aStorefrontState,
  aTeam,
  aTestRun,
  aTrack,
  anApp,
  answering,
  sampleNow,
  samplePlan,
  sampleShas,
  someFacts,
} from './testing.ts';
import type { Told } from './testing.ts';

const shas = Object.values(sampleShas);
const sha = fc.constantFrom(...shas);
const build = fc.constantFrom('1041', '1047', '1049', 'nightly-7');
const instant = fc
  .integer({ min: -6 * 24 * 60, max: 2 * 24 * 60 })
  .map((minutes) => new Date(Date.parse(sampleNow) + minutes * 60_000).toISOString());
const mostly = <T>(value: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> => fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, other);
const version = mostly('8.9.2', fc.constantFrom('8.9.1', '8.9.3'));
const platform = mostly('ios', fc.constant('android'));
const team = fc.constantFrom('player', 'car-mode', 'Search & Browse');
const few = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 4 });
const orNull = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null });
const orAbsent = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });
const words = fc.constantFrom('the queue is slow', 'All good.', 'p95 is over the limit', 'too slow');

const someBuild = fc
  .record({
    number: build,
    state: fc.constantFrom<Build['state'][]>('queued', 'building', 'succeeded', 'failed'),
    commit: sha,
    candidate: orNull(fc.integer({ min: 1, max: 5 })),
    at: instant,
    kind: mostly<Build['kind']>('release-candidate', fc.constant('nightly')),
    version,
    platform,
    startedAt: orAbsent(instant),
    finishedAt: orAbsent(instant),
    expectedAt: orAbsent(instant),
  })
  .map((of) => aBuild({ ...of, kind: of.kind }));

const someBug = fc
  .record({
    key: fc.constantFrom('PLAY-1', 'PLAY-2', 'CAR-3', 'SEA-4', 'SEA-5'),
    state: fc.constantFrom('open', 'closed'),
    versions: fc.constantFrom<string[][]>(['8.9.2'], ['8.9.1'], ['8.9.1', '8.9.2']),
    platforms: fc.constantFrom<string[][]>([], ['ios'], ['android']),
    team: orNull(team),
    flow: orNull(fc.constantFrom('login', 'settings')),
    severity: orNull(fc.constantFrom('low', 'critical')),
    nominated: fc.boolean(),
    fixedBy: few(sha),
    verifiedOn: few(build),
    at: instant,
    decision: orNull(fc.constantFrom(...bugDecisions).map((is) => aDecision(is))),
    nominatedBy: orNull(fc.constant({ name: 'A. Member', at: sampleNow, reason: 'it is bad' })),
    ownerlessSince: orNull(instant),
  })
  .map((of) => aBug(of));

const facts: fc.Arbitrary<TrackFacts> = fc
  .record({
    branch: orNull(sha.map((head) => aBranch(head))),
    commits: fc
      .subarray(shas)
      .chain((chosen) =>
        fc.tuple(
          ...chosen.map((each) =>
            fc.record({ category: fc.constantFrom(...commitCategories), at: instant }).map((of) => aCommit({ sha: each, ...of })),
          ),
        ),
      ),
    builds: few(someBuild),
    nightlies: few(someBuild.map((each) => ({ ...each, kind: 'nightly' as const }))),
    missing: fc.dictionary(sha, fc.subarray(shas)),
    testRuns: few(
      fc
        .record({
          build,
          suite: fc.constantFrom('ui', 'unit'),
          state: fc.constantFrom('running', 'passed', 'failed'),
          attempts: fc.integer({ min: 1, max: 3 }),
          version,
          platform,
          at: instant,
          passed: orAbsent(fc.nat(20_000)),
          failed: orAbsent(fc.nat(9)),
        })
        .map((of) => aTestRun(of)),
    ),
    distributions: few(
      fc
        .record({
          build,
          audience: fc.constantFrom(...audiences),
          state: fc.constantFrom('pending', 'in-progress', 'delivered', 'failed'),
          version,
          platform,
          at: instant,
          dueAt: orAbsent(instant),
          people: orAbsent(fc.nat(9999)),
        })
        .map((of) => aDistribution(of)),
    ),
    bugs: few(someBug),
    signOffs: few(
      fc
        .record({ team, state: fc.constantFrom(...signOffStates), build: orNull(build), at: instant, note: orNull(words) })
        .map((of) => aSignOff(of)),
    ),
    checks: few(
      fc
        .record({
          key: fc.constantFrom('ITGC-1', 'ITGC-2'),
          state: fc.constantFrom('open', 'closed', 'failed'),
          team: orNull(team),
          dueAt: orAbsent(instant),
          version,
          platform,
        })
        .map((of) => aCheck(of)),
    ),
    approvals: few(
      fc.record({
        instance: fc.constantFrom('approved-by', 'other'),
        by: fc.constantFrom('M. Lind', 'T. Becker'),
        byId: fc.constantFrom('p1', 'p2', 'p3'),
        role: fc.constantFrom('release-team', 'admin'),
        answer: fc.constantFrom('approved' as const, 'refused' as const),
        at: instant,
        build: orNull(build),
        note: orNull(words),
      }),
    ),
    ticks: few(
      fc.record({
        instance: fc.constantFrom('manual', 'other'),
        by: fc.constant('M. Lind'),
        answer: fc.constantFrom('done' as const, 'refused' as const),
        at: instant,
        build: orNull(build),
        note: orNull(words),
      }),
    ),
    storefronts: few(
      fc
        .record({
          storefront: fc.constantFrom(...storefrontKinds),
          version,
          platform,
          state: fc.constantFrom(...storefrontStates),
          percent: fc.integer({ min: 0, max: 100 }),
        })
        .map((of) => aStorefrontState(of)),
    ),
    reports: few(
      fc.record({
        instance: fc.constantFrom('other', 'custom'),
        platform,
        version,
        colour: fc.constantFrom(...colours),
        because: words,
        turnsGreen: orAbsent(words),
        value: orAbsent(fc.constant({ amount: 0.23, unit: 'per 1,000 h' })),
        limit: orAbsent(fc.constant({ amount: 0.25, unit: 'per 1,000 h' })),
        limitIs: orAbsent(fc.constantFrom('at-most' as const, 'at-least' as const)),
        range: orAbsent(fc.constantFrom<[number, number][]>([0.1, 0.2], [0.2, 0.3], [0.3, 0.4])),
        sample: orAbsent(fc.constant({ amount: 520_000, unit: 'h played' })),
        baseline: orAbsent(fc.constant({ amount: 0.24, unit: 'per 1,000 h' })),
        clause: orAbsent(fc.constant('Only on tablets.')),
        at: instant,
        source: fc.constant('monitor'),
      }),
    ),
    customAnswers: few(
      fc.record({
        instance: fc.constantFrom('custom', 'other'),
        colour: fc.constantFrom(...colours),
        because: words,
        turnsGreen: orNull(words),
        url: fc.constant(null),
        at: instant,
      }),
    ),
  })
  .map((of) => someFacts(of));

/** What says how much usage is enough. */
const aRate = parseInstance({ id: 'crash-rate', kind: 'rate-below', settings: { 'limit-per-1000-hours': 0.4 } });

/** What is told of health: few hours or many, of this release and of those before, of use and of harm. */
const someTold = few(
  fc
    .record({
      version,
      audience: fc.constantFrom(...audiences),
      build: orAbsent(build),
      source: mostly('warehouse', fc.constant('sentry')),
      metric: mostly('crashes', fc.constant('anrs')),
      segment: orAbsent(fc.constantFrom('country=BR', 'country=SE', 'arm=a', 'arm=b')),
      from: instant,
      hours: fc.integer({ min: 1, max: 100 }),
      exposure: fc.constantFrom(0, 3, 900, 40_000),
      hit: fc.constantFrom(0, 0, 1, 7, 90),
      people: fc.constantFrom(0, 40, 9000),
    })
    .map(({ hit, segment, build: of, ...told }): Told => ({
      ...told,
      ...(segment === undefined ? {} : { segment }),
      ...(of === undefined ? {} : { build: of }),
      affected: hit,
    })),
);
/** What an instance finds when it is told so, up to some hours ago. */
function judgedWith(instance: Instance, told: readonly Told[], until: string, at: Parameters<typeof judge>[1]): Finding {
  // nothing comes in meanwhile
  const health = answering(told, until, healthQuestionsOf(instance, { ...at, now: sampleNow }) ?? []);
  return judge(instance, { ...at, facts: { ...at.facts, health } });
}

const policy: fc.Arbitrary<TrackPolicy> = fc
  .record({
    timezone: fc.constantFrom('Europe/Stockholm', 'America/New_York', 'Australia/Lord_Howe'),
    storefronts: fc.constantFrom<TrackPolicy['storefronts'][]>(
      ['app-store-connect'],
      ['google-play'],
      ['microsoft-store', 'update-feed'],
      ['update-feed'],
    ),
    rollout: fc.constantFrom([1, 100], [100], [1, 10, 50, 100]),
    windows: fc.constantFrom<TrackPolicy['windows'][]>(
      {},
      { start: { days: [1, 2, 3, 4], from: 480, to: 1020 }, submit: 'any', raise: { days: [], from: 0, to: 0 } },
    ),
    freezes: fc.constantFrom<TrackPolicy['freezes'][]>([], [{ from: '2024-09-30', to: '2024-10-02', why: 'a holiday' }]),
    ignore: fc.constantFrom<TrackPolicy['ignore'][]>([], ['version-bump', 'translations']),
    teams: few(
      fc
        .tuple(
          team,
          fc.constantFrom<TrackPolicy['teams'][number]['testing'][]>(
            'manual',
            { optedOut: 'automated tests', until: null },
            { optedOut: 'automated tests', until: '2024-10-01' },
          ),
        )
        .map(([id, testing]) => aTeam(id, { testing })),
    ).map((teams) => teams.filter((each, place) => teams.findIndex((other) => other.id === each.id) === place)),
    signOffs: fc.constantFrom<TrackPolicy['signOffs'][]>('all-teams', 'affected-teams', ['player', 'unknown-team'], []),
    bugs: fc.constant({ criticalFlows: ['login'], decide: 'release-manager' as const }),
    before: fc.constantFrom<TrackPolicy['before'][]>({}, { submit: [aRate] }),
  })
  .map((of) => aPolicy(of));

const release: fc.Arbitrary<Release> = fc
  .record({ manager: orNull(fc.constant('M. Lind')), planned: fc.constantFrom(samplePlan, aRelease().planned) })
  .map((of) => aRelease(of));
const siblings: fc.Arbitrary<Sibling[]> = few(
  fc.record({ version: fc.constantFrom('8.9.1', '8.9.3'), platform, stage: fc.constantFrom(...stages) }).map((of) =>
    aSibling({
      ...of,
      reached: {
        developing: '2024-09-13T07:00:00.000Z',
        stabilising: '2024-09-20T07:00:00.000Z',
        'rolling-out': '2024-09-24T06:00:00.000Z',
        released: '2024-09-25T06:00:00.000Z',
      },
      order: of.version === '8.9.1' ? -1 : 1,
    }),
  ),
);
const track: fc.Arbitrary<Track> = fc
  .record({
    stage: fc.constantFrom<Stage[]>(...stages),
    since: instant,
    percent: fc.constantFrom(1, 10, 100),
    percentSince: instant,
    number: build,
    commit: sha,
    candidate: orNull(fc.integer({ min: 1, max: 5 })),
  })
  .map(({ stage, since, percent, percentSince, number, commit, candidate }) =>
    aTrack(stage, { since, percent, percentSince, candidate: { build: number, commit, candidate, chosenAt: since, chosenBy: 'M. Lind' } }),
  );
const step: fc.Arbitrary<Step | null> = orNull(fc.constantFrom<Step[]>('cut', 'candidate', 'submit', '1%', '10%', '100%'));

/** The least that a policy says of a kind. */
function leastOf(kind: string): unknown {
  if (kind === 'custom') return { url: 'https://checks.example.com/music' };
  return kind === 'rate-below' || kind === 'late-onset' ? { 'limit-per-1000-hours': 0.4 } : {};
}

/** Instances of every kind: with its defaults, and with settings that lead elsewhere. */
const instances: readonly Instance[] = [
  ...criteria.map(({ kind }) => parseInstance({ id: kind, settings: leastOf(kind) })),
  parseInstance({
    id: 'rate-below',
    settings: {
      'limit-per-1000-sessions': 0.02,
      unit: 'orders',
      pool: 'version',
      'warn-from': 0.5,
      'when-too-early': { 'pass-after': '2d' },
      'min-users': 0,
      'min-hours': 0,
      'reports-late-by': '1h',
    },
  }),
  parseInstance({ id: 'rate-below', settings: { 'limit-per-1000-hours': { android: 0.4 }, 'no-worse-than': 'nothing' } }),
  parseInstance({ id: 'enough-usage', settings: { of: ['crash-rate'], 'min-exposure': 1000 } }),
  parseInstance({ id: 'no-bad-segment', settings: { 'no-worse-than': 'last-1-at-same-age', audience: 'beta' } }),
  parseInstance({ id: 'custom', settings: {} }),
  parseInstance({ id: 'latest-build-complete', settings: { within: '30m' } }),
  parseInstance({ id: 'tests-passed', settings: { suites: ['ui', 'e2e'], 'on-retry': 'pass' } }),
  parseInstance({ id: 'nightly-fresh', settings: { audience: 'none', due: '05:30', limit: '20h' } }),
  parseInstance({ id: 'build-distributed', settings: { audience: 'alpha', within: '2h' } }),
  parseInstance({ id: 'no-blocking-bugs', settings: 'critical' }),
  parseInstance({ id: 'signed-off', settings: { 'again-on-new-candidate': 'none', within: '1d' } }),
  parseInstance({ id: 'compliance-closed', settings: { 'at-least': 0 } }),
  parseInstance({ id: 'soaked', settings: '30m' }),
  parseInstance({ id: 'approved-by', settings: { count: 2, 'again-on-new-candidate': 'none' } }),
  parseInstance({ id: 'manual', settings: { ask: 'Read the notes to the store aloud', 'again-on-new-candidate': 'none' } }),
  parseInstance({ id: 'custom', settings: { 'fresh-for': '1h' } }),
];

/** What is missing of a finding, in words; none when it carries every field. */
function missingOf(finding: Finding): readonly string[] {
  const missing: string[] = [];
  const { colour, headline, aside, clause, because, turnsGreen, who, evidence } = finding;
  if (!colours.includes(colour)) missing.push('a colour');
  if (headline.trim() === '' || headline.length > 60 || /[.]$/.test(headline)) missing.push(`a headline of a few words (${headline})`);
  if (aside !== null && (aside.length > 40 || /^[A-Z][a-z]|\.$/.test(aside)))
    missing.push(`a few soft words behind the headline (${aside})`);
  if (clause.trim() === '' || /^[a-z]/.test(clause) || /[.;:]$/.test(clause) || /undefined|null|NaN|\[object/.test(clause))
    missing.push(`a second line of one clause (${clause})`);
  if (!/^["“A-Z0-9]/.test(because) || !/[.?…]$/.test(because) || !because.includes(' ')) missing.push(`a full sentence (${because})`);
  if (/undefined|null|NaN|\[object|Invalid/.test(`${headline} ${because} ${turnsGreen ?? ''}`))
    missing.push(`words without holes (${headline} | ${because} | ${turnsGreen})`);
  if (/ {2}|\.\.|,,| \.| ,|;;/.test(`${headline} ${because} ${turnsGreen ?? ''}`))
    missing.push(`clean punctuation (${because} | ${turnsGreen})`);
  if (colour === 'green' && turnsGreen !== null) missing.push('nothing that turns green what is green');
  if (colour !== 'green' && !/^when \S(.*[^.])?$/.test(turnsGreen ?? '')) missing.push(`what turns it green, as a clause (${turnsGreen})`);
  if (colour !== 'green' && who.length === 0) missing.push('who can turn it green');
  if (who.some(({ name, what }) => name.trim() === '' || what.trim() === '')) missing.push('names and deeds of those who can');
  if (evidence.some(({ label }) => label.trim() === '')) missing.push('labels of its evidence');
  for (const at of [finding.dueAt, finding.looksAgainAt]) if (at && Number.isNaN(Date.parse(at))) missing.push(`an instant (${at})`);
  if (finding.progress !== undefined && !(finding.progress >= 0 && finding.progress <= 1))
    missing.push(`progress from 0 to 1 (${finding.progress})`);
  for (const quantity of [finding.value, finding.limit])
    if (quantity && (!Number.isFinite(quantity.amount) || quantity.unit === '')) missing.push('a quantity with its unit');
  return missing;
}

const nothing = { app: anApp(), release: aRelease(), siblings: [], facts: someFacts(), policy: aPolicy(), now: sampleNow };

describe('every criterion, whatever is known of the track', () => {
  test.each(instances.map((instance, place) => [`${instance.kind} (${JSON.stringify(instance.settings)})`, place] as const))(
    '%s says all that a release manager needs',
    (_, place) => {
      const instance = instances[place];
      if (instance === undefined) throw new Error('no such instance');
      fc.assert(
        fc.property(
          fc.record({ facts, policy, release, siblings, track, step, told: someTold, until: instant }),
          ({ facts: known, policy: by, release: of, siblings: beside, track: on, step: before, told, until }) => {
            const finding = judgedWith(instance, told, until, {
              app: anApp(),
              release: of,
              track: on,
              siblings: beside,
              facts: known,
              policy: by,
              step: before,
              now: sampleNow,
            });
            expect(missingOf(finding)).toEqual([]);
          },
        ),
        { numRuns: 300 },
      );
    },
  );

  test.each(instances.map((instance, place) => [`${instance.kind} (${JSON.stringify(instance.settings)})`, place] as const))(
    '%s looks again only in the future, and says the same until then',
    (_, place) => {
      const instance = instances[place];
      if (instance === undefined) throw new Error('no such instance');
      fc.assert(
        fc.property(
          fc.record({ facts, policy, release, siblings, track, step, told: someTold, until: instant }),
          ({ facts: known, policy: by, release: of, siblings: beside, track: on, step: before, told, until }) => {
            const judged = (now: string): Finding =>
              judgedWith(instance, told, until, {
                app: anApp(),
                release: of,
                track: on,
                siblings: beside,
                facts: known,
                policy: by,
                step: before,
                now,
              });
            const now = judged(sampleNow);
            const again = now.looksAgainAt ?? null;
            expect(again === null || again > sampleNow).toBe(true);
            const end = new Date(
              Math.min(again === null ? Number.POSITIVE_INFINITY : Date.parse(again), Date.parse(sampleNow) + 3 * 86_400_000) - 1,
            ).toISOString();
            expect(judged(end > sampleNow ? end : sampleNow).colour).toBe(now.colour);
          },
        ),
        { numRuns: 150 },
      );
    },
  );

  test('an instance about which nothing is known is never green, but where nothing known is nothing wrong', () => {
    const greenOnNothing = criteria
      .map(({ kind }) => parseInstance({ id: kind, settings: leastOf(kind) }))
      .filter(
        (instance) =>
          judge(instance, { ...nothing, track: aTrack('stabilising', { since: sampleNow }), step: 'submit' }).colour === 'green',
      )
      .map((instance) => instance.kind);
    // no bug, no other release, no team, no hours: what these ask for is the absence of something; whether their source is alive is asked before
    expect(greenOnNothing).toEqual(['no-blocking-bugs', 'triage-empty', 'signed-off', 'listing-free', 'window-open']);
  });

  test.each(['latest-build-complete', 'nightly-fresh', 'custom'])('%s is unknown where the facts it speaks of are not there', (kind) => {
    const instance = parseInstance({ id: kind, settings: kind === 'custom' ? { url: 'https://checks.example.com/music' } : {} });
    expect(judge(instance, { ...nothing, track: aTrack('stabilising'), step: 'submit' }).colour).toBe('unknown');
  });

  test('a green that rests on facts shows them', () => {
    const told = { ...nothing, track: aTrack('candidate'), step: 'submit' as const };
    const known = someFacts({
      branch: aBranch(),
      builds: [aBuild()],
      testRuns: [aTestRun()],
      distributions: [aDistribution()],
      checks: [aCheck()],
      signOffs: [aSignOff()],
    });
    for (const kind of ['latest-build-complete', 'tests-passed', 'build-distributed', 'compliance-closed', 'signed-off']) {
      const finding = judge(parseInstance({ id: kind }), { ...told, facts: known, policy: aPolicy({ teams: [aTeam('player')] }) });
      expect({ kind, colour: finding.colour, showsFacts: finding.evidence.length > 0 }).toEqual({
        kind,
        colour: 'green',
        showsFacts: true,
      });
    }
  });
});

describe('the list of criteria', () => {
  test('has the kinds of the domain’s table, each once, with a title, a question and described settings', () => {
    const kinds = criteria.map((criterion) => criterion.kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(kinds).toEqual([
      'latest-build-complete',
      'tests-passed',
      'nightly-fresh',
      'build-distributed',
      'no-blocking-bugs',
      'triage-empty',
      'signed-off',
      'rate-below',
      'enough-usage',
      'late-onset',
      'no-bad-segment',
      'listing-free',
      'compliance-closed',
      'soaked',
      'window-open',
      'approved-by',
      'custom',
      'manual',
    ]);
    for (const criterion of criteria) {
      expect(criterion.title).not.toBe('');
      expect(criterion.asks).toMatch(/^[A-Z].*\.$/);
      const shape =
        'shape' in criterion.settings ? Object.entries(criterion.settings.shape as Record<string, { description?: string }>) : [];
      expect(shape.filter(([, schema]) => !schema.description?.endsWith('.')).map(([setting]) => `${criterion.kind}: ${setting}`)).toEqual(
        [],
      );
      const { shorthand } = criterion;
      expect(shorthand === undefined || shape.some(([setting]) => setting === shorthand)).toBe(true);
    }
  });

  test('may be waived as the domain’s table says', () => {
    const never = criteria.filter((criterion) => criterion.waivable === false).map((criterion) => criterion.kind);
    const byPolicy = criteria.filter((criterion) => criterion.waivable === 'by-policy').map((criterion) => criterion.kind);
    expect(never).toEqual(['latest-build-complete', 'no-blocking-bugs', 'listing-free', 'approved-by']);
    expect(byPolicy).toEqual(['custom', 'manual']);
  });

  test('takes a bare value where a kind has a shorthand', () => {
    expect(parseInstance({ id: 'soaked', settings: '24h' }).settings).toEqual({ for: 1440 });
    expect(parseInstance({ id: 'no-blocking-bugs', settings: 'critical' }).settings).toEqual({ which: 'critical' });
    expect(parseInstance({ id: 'tests-passed', settings: ['ui'] }).settings).toEqual({ suites: ['ui'], 'on-retry': 'caution' });
  });

  test('refuses settings that are no good, naming the setting', () => {
    const triage = criterionOf('triage-empty');
    if (triage === null) throw new Error('triage-empty is missing');
    expect(readSettings(triage, { within: 'soon' })).toMatchObject({ ok: false, issues: [{ path: ['within'] }] });
    expect(readSettings(triage, { witin: '4h' })).toMatchObject({ ok: false, issues: [{ code: 'unrecognized_keys', keys: ['witin'] }] });
    expect(() => parseInstance({ id: 'soaked', settings: { for: 24 } })).toThrow('soaked: for: a length of time with its unit');
    expect(readSettings(criterionOf('window-open') ?? triage, 'any').ok).toBe(false);
  });

  test('refuses a kind that does not exist, naming those that do', () => {
    expect(() => parseInstance({ id: 'features-ready' })).toThrow(
      'there is no criterion of kind "features-ready" (known: latest-build-complete, ',
    );
  });

  test('lets the policy say whether a tick or an endpoint may be waived, and nothing else', () => {
    expect(parseInstance({ id: 'manual' }).waivable).toBe(false);
    expect(parseInstance({ id: 'manual', waivable: true }).waivable).toBe(true);
    expect(parseInstance({ id: 'no-blocking-bugs', waivable: true }).waivable).toBe(false);
  });
});
