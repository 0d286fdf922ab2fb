import { describe, expect, test } from 'vitest';
import { aBranch, aBug, aBuild, aPolicy, aTeam, aTrack, sampleCommits, sampleShas } from '../criteria/testing.ts';
import { parseInstance } from '../criteria/index.ts';
import type { Actor, Role } from '../roles.ts';
import { decide } from './decide.ts';
import { plan } from './plan.ts';
import { aWorld, obeyed, saying, settled, written } from './playing.ts';
import type { Command } from './commands.ts';
import type { World } from './world.ts';

const built = { branch: aBranch(), commits: sampleCommits.slice(0, 2), missing: { [sampleShas.second]: [] }, builds: [aBuild()] };
const person = (...roles: Role[]): Actor => ({ kind: 'person', id: `p-${roles.join('-')}`, name: 'M. Lind', roles, teams: ['player'] });
const manager = person('release-manager');
const quality = parseInstance({ kind: 'custom', waivable: true, id: 'quality', title: 'Quality' });

/** The refusal's code, or 'ok'. */
function answer(command: Command, world: World, by: Actor): string {
  const decision = decide(command, world, by);
  return decision.ok ? 'ok' : decision.code;
}

function rolling(storefront: 'google-play' | 'app-store-connect' | 'microsoft-store' | 'update-feed', percent: number): World {
  const policy = aPolicy({ storefronts: [storefront], rollout: [1, 10, 50, 100] });
  const track = percent === 100 ? aTrack('released') : aTrack('rolling-out', { percent });
  return saying(aWorld(track, { policy, facts: built }), storefront, {
    state: percent === 100 ? 'released' : 'rolling-out',
    build: '1047',
    percent,
  });
}

describe('who may', () => {
  test('a viewer gives no command, and is told who may', () => {
    expect(decide({ do: 'halt', reason: 'it hurts people' }, rolling('google-play', 1), person('viewer'))).toMatchObject({
      ok: false,
      code: 'not-allowed',
      wouldBeRight: 'ask someone who is member of a team or release manager or release team or admin',
    });
  });

  test('any member of a team may halt, and only a release manager or the release team may resume', () => {
    expect(answer({ do: 'halt', reason: 'it hurts people' }, rolling('google-play', 1), person('member'))).toBe('ok');
    const halted = saying(aWorld(aTrack('halted'), { policy: aPolicy({ storefronts: ['google-play'] }), facts: built }), 'google-play', {
      state: 'halted',
      build: '1047',
      percent: 1,
    });
    expect(answer({ do: 'resume', reason: 'the cause is off' }, halted, person('member'))).toBe('not-allowed');
    expect(answer({ do: 'resume', reason: 'the cause is off' }, halted, person('admin'))).toBe('not-allowed');
    expect(answer({ do: 'resume', reason: 'the cause is off' }, halted, person('release-team'))).toBe('ok');
  });

  test('the robot and integrations give no commands', () => {
    expect(answer({ do: 'halt', reason: 'x' }, rolling('google-play', 1), { kind: 'robot', id: 'robot', name: 'Robot' })).toBe(
      'not-allowed',
    );
  });

  test('a team’s word is given by someone of that team', () => {
    const world = aWorld(aTrack('candidate'), { policy: aPolicy({ teams: [aTeam('player'), aTeam('search')] }), facts: built });
    expect(answer({ do: 'sign-off', team: 'player', state: 'signed', note: null }, world, person('member'))).toBe('ok');
    expect(answer({ do: 'sign-off', team: 'search', state: 'signed', note: null }, world, person('member'))).toBe('not-allowed');
    expect(answer({ do: 'sign-off', team: 'nobody', state: 'signed', note: null }, world, person('member'))).toBe('not-found');
    expect(answer({ do: 'sign-off', team: 'player', state: 'rejected', note: null }, world, person('member'))).toBe('reason-too-short');
  });
});

describe('the interlock', () => {
  test('nobody can submit while a criterion is not met, and the refusal names it with its cure', () => {
    const policy = aPolicy({ before: { submit: [quality] }, robot: { ...aPolicy().robot, submit: 'manual' } });
    const decision = decide({ do: 'submit' }, aWorld(aTrack('candidate'), { policy, facts: built }), manager);
    expect(decision).toMatchObject({ ok: false, code: 'criteria-not-met', holding: ['quality'] });
    expect(decision.ok ? '' : decision.because).toContain('Quality');
  });

  test('a person’s order stands in manual mode, and is void the moment a criterion turns', () => {
    const policy = aPolicy({ before: { submit: [quality] }, robot: { ...aPolicy().robot, submit: 'manual' } });
    const report = (colour: 'green' | 'red') => ({
      instance: 'quality',
      platform: 'ios',
      version: '8.9.2',
      colour,
      because: 'it was said',
      at: '2024-10-01T12:00:00.000Z',
      source: 'sandbox',
    });
    const world = aWorld(aTrack('candidate'), { policy, facts: { ...built, reports: [report('green')] } });
    const decision = decide({ do: 'submit' }, world, manager);
    if (!decision.ok) throw new Error(decision.because);
    const ordered = written(world, decision);
    expect(plan(ordered).voids).toEqual([]);
    const turned = plan({ ...ordered, facts: { ...ordered.facts, reports: [report('red')] } });
    expect(turned.voids.map(({ key }) => key)).toEqual([decision.actions[0]?.key]);
    expect(turned.voids[0]?.why).toContain('Quality');
  });

  test('a share is never skipped and never lowered', () => {
    const world = rolling('google-play', 10);
    expect(answer({ do: 'raise', percent: 50 }, world, manager)).toBe('ok');
    expect(answer({ do: 'raise', percent: 100 }, world, manager)).toBe('out-of-order');
    expect(answer({ do: 'raise', percent: 30 }, world, manager)).toBe('out-of-order');
    expect(answer({ do: 'raise', percent: 1 }, world, manager)).toBe('already-so');
  });

  test('a halt is possible from every share, and from 100 % where the storefront can', () => {
    for (const storefront of ['google-play', 'app-store-connect', 'microsoft-store', 'update-feed'] as const) {
      for (const percent of [1, 10, 50])
        expect([storefront, percent, answer({ do: 'halt', reason: 'it hurts people' }, rolling(storefront, percent), manager)]).toEqual([
          storefront,
          percent,
          'ok',
        ]);
    }
    expect(answer({ do: 'halt', reason: 'it hurts people' }, rolling('google-play', 100), manager)).toBe('ok');
    expect(answer({ do: 'halt', reason: 'it hurts people' }, rolling('update-feed', 100), manager)).toBe('ok');
    expect(answer({ do: 'halt', reason: 'it hurts people' }, rolling('app-store-connect', 100), manager)).toBe('not-supported');
  });

  test('halt, read back, resume, read back', () => {
    const world = rolling('google-play', 10);
    const halt = decide({ do: 'halt', reason: 'Brazil crashes' }, world, person('member'));
    if (!halt.ok) throw new Error(halt.because);
    const stopped = settled(obeyed(world, halt)).world;
    expect(stopped.track).toMatchObject({ stage: 'halted', percent: 10, why: 'Brazil crashes', halts: 1 });
    const resume = decide({ do: 'resume', reason: 'the ad server is mended' }, stopped, manager);
    if (!resume.ok) throw new Error(resume.because);
    const onward = plan(obeyed(stopped, resume));
    expect(onward.track).toMatchObject({ stage: 'rolling-out', percent: 10, halting: null });
  });

  test('a second halt while the first is on its way is told so, and one that was refused can be ordered again', () => {
    const world = rolling('google-play', 10);
    const halt = decide({ do: 'halt', reason: 'Brazil crashes' }, world, manager);
    if (!halt.ok) throw new Error(halt.because);
    const ordered = written(world, halt);
    expect(answer({ do: 'halt', reason: 'again' }, ordered, manager)).toBe('waits-for-read-back');
    const refused: World = {
      ...ordered,
      facts: { ...ordered.facts, actions: ordered.facts.actions.map((action) => ({ ...action, state: 'refused' })) },
    };
    const again = decide({ do: 'halt', reason: 'again' }, refused, manager);
    expect(again.ok && again.actions[0]?.key).toBe(`${halt.actions[0]?.key}#2`);
  });

  test('a rollout is halted before it is canceled', () => {
    expect(answer({ do: 'cancel', reason: '8.9.3 is about to branch' }, rolling('google-play', 10), manager)).toBe('wrong-stage');
    const stopped = aWorld(aTrack('halted'), { facts: built });
    expect(answer({ do: 'cancel', reason: '8.9.3 is about to branch' }, stopped, manager)).toBe('ok');
  });

  test('what a storefront cannot take back is not canceled while it is in review: it would go out with nobody to halt it', () => {
    const policy = aPolicy({ storefronts: ['google-play'] });
    const review = (state: 'in-review' | 'withdrawn'): World =>
      saying(aWorld(aTrack('in-review', { submissions: 1 }), { policy, facts: built }), 'google-play', { state, build: '1047' });
    expect(answer({ do: 'cancel', reason: '8.9.3 is about to branch' }, review('in-review'), manager)).toBe('not-supported');
    expect(answer({ do: 'cancel', reason: '8.9.3 is about to branch' }, review('withdrawn'), manager)).toBe('ok');
  });

  test('a release is not canceled while a submission was sent and has no answer', () => {
    const world = aWorld(aTrack('candidate'), { facts: built });
    const submitted = decide({ do: 'submit' }, world, manager);
    if (!submitted.ok) throw new Error(submitted.because);
    const ordered = written(world, submitted);
    const sent = { ...ordered, facts: { ...ordered.facts, actions: ordered.facts.actions.map((each) => ({ ...each, inDoubt: true })) } };
    expect(answer({ do: 'cancel', reason: '8.9.3 is about to branch' }, ordered, manager)).toBe('ok');
    expect(answer({ do: 'cancel', reason: '8.9.3 is about to branch' }, sent, manager)).toBe('waits-for-read-back');
  });

  test('canceling in review takes the submission back where the storefront can', () => {
    const review = saying(aWorld(aTrack('in-review', { submissions: 1 }), { facts: built }), 'app-store-connect', {
      state: 'in-review',
      build: '1047',
    });
    const decision = decide({ do: 'cancel', reason: '8.9.3 is about to branch' }, review, manager);
    expect(decision.ok && decision.actions.map((action) => action.effect.kind)).toEqual(['ensure-withdrawn']);
    expect(decision.ok && decision.track.stage).toBe('canceled');
    expect(decision.ok && plan(written(review, decision)).voids).toEqual([]);
  });
});

describe('waivers', () => {
  const policy = aPolicy({ before: { submit: [quality, parseInstance({ id: 'no-blocking-bugs', title: 'Blocking bugs' })] } });
  const world = aWorld(aTrack('candidate'), { policy, facts: { ...built, bugs: [aBug({ nominated: true })] } });
  const waive = (over: Partial<Extract<Command, { do: 'waive' }>> = {}): Command => ({
    do: 'waive',
    instance: 'quality',
    category: 'known-and-accepted',
    reason: 'only the kids profile is touched',
    endsIf: ['new-candidate', 'worse-colour'],
    ...over,
  });

  test('a reason of less than twenty characters is refused', () => {
    expect(answer(waive({ reason: 'fine by me' }), world, manager)).toBe('reason-too-short');
  });

  test('a blocking bug is not waived: its decision is changed', () => {
    expect(decide(waive({ instance: 'no-blocking-bugs' }), world, manager)).toMatchObject({
      ok: false,
      code: 'not-waivable',
      wouldBeRight: 'change the bug’s decision instead',
    });
  });

  test('the verdict keeps its true colour and the step passes', () => {
    const alone = { ...world, policy: aPolicy({ before: { submit: [quality] } }) };
    const decision = decide(waive(), alone, manager);
    if (!decision.ok) throw new Error(decision.because);
    const after = plan(written(alone, decision));
    expect(after.verdicts[0]).toMatchObject({ colour: 'unknown', waiver: { state: 'active' }, holds: null });
    expect(after.actions.map((action) => action.effect.kind)).toEqual(['ensure-submission']);
  });

  test('where the policy asks for a second person, the one who asks is never the one who approves', () => {
    const strict = { ...world, policy: aPolicy({ before: { submit: [quality] }, waivers: { secondApprover: ['unknown'] } }) };
    const decision = decide(waive(), strict, person('release-manager', 'release-team'));
    if (!decision.ok) throw new Error(decision.because);
    const asked = written(strict, decision);
    expect(plan(asked).actions).toEqual([]);
    const waiver = asked.facts.waivers[0]?.id ?? '';
    expect(answer({ do: 'approve-waiver', waiver }, asked, person('release-manager', 'release-team'))).toBe('own-request');
    expect(answer({ do: 'approve-waiver', waiver }, asked, person('release-manager'))).toBe('not-allowed');
    const approved = decide({ do: 'approve-waiver', waiver }, asked, person('release-team'));
    expect(approved.ok && plan(written(asked, approved)).actions).toHaveLength(1);
  });

  test('a waiver ends by itself at a new candidate, at a worse colour, at its date and at the next step', () => {
    const alone = { ...world, policy: aPolicy({ before: { submit: [quality], '100%': [quality] } }) };
    const decision = decide(waive(), alone, manager);
    if (!decision.ok) throw new Error(decision.because);
    const waived = written(alone, decision);
    const why = (at: World) => plan(at).events.flatMap((event) => (event.is === 'waiver-ended' ? [event.why] : []));
    expect(why(waived)).toEqual([]);
    expect(
      why({
        ...waived,
        track: aTrack('candidate', {
          candidate: { build: '1050', commit: sampleShas.second, candidate: 4, chosenAt: waived.now, chosenBy: 'M. Lind' },
        }),
      }),
    ).toEqual(['a new candidate came: build 1050']);
    const red = {
      instance: 'quality',
      platform: 'ios',
      version: '8.9.2',
      colour: 'red' as const,
      because: 'it fell',
      at: waived.now,
      source: 'sandbox',
    };
    expect(why({ ...waived, facts: { ...waived.facts, reports: [red] } })).toEqual(['it turned from unknown to red']);
    expect(why({ ...waived, track: aTrack('rolling-out') })).toEqual(['the track reached submit']);
    const dated = decide(waive({ until: { at: '2024-10-01T13:00:00.000Z' } }), alone, manager);
    if (!dated.ok) throw new Error(dated.because);
    expect(why({ ...written(alone, dated), now: '2024-10-01T13:00:00.000Z' })).toEqual(['its date came']);
  });
});

describe('words of people', () => {
  const world = aWorld(aTrack('candidate'), { facts: { ...built, bugs: [aBug()] } });

  test('a bug that is not known cannot be decided, and the known ones are named', () => {
    expect(
      decide(
        { do: 'decide-bug', bug: 'PLAY-9', decision: 'blocker', reason: 'it stops playback', risk: null, impact: null, workaround: null },
        world,
        manager,
      ),
    ).toMatchObject({ code: 'not-found', wouldBeRight: 'its bugs are PLAY-1' });
    expect(
      answer(
        { do: 'decide-bug', bug: 'PLAY-1', decision: 'blocker', reason: 'it stops playback', risk: null, impact: null, workaround: null },
        world,
        manager,
      ),
    ).toBe('ok');
  });

  test('a cherry-pick is asked for once and answered by a release manager', () => {
    const ask: Command = {
      do: 'ask-cherry-pick',
      commit: sampleShas.third,
      title: 'Resume after the car reconnects',
      bug: 'PLAY-1',
      risk: 'small: one condition',
    };
    const decision = decide(ask, world, person('member'));
    expect(decision.ok && decision.events.at(-1)).toMatchObject({ is: 'cherry-pick-asked', pick: { state: 'asked', askedBy: 'M. Lind' } });
    expect(answer({ ...ask, bug: 'PLAY-9' }, world, person('member'))).toBe('not-found');
  });

  test('who chose the candidate does not approve it', () => {
    const approval = parseInstance({
      kind: 'approved-by',
      id: 'second-look',
      title: 'Second look',
      settings: { role: 'release-manager', count: 1 },
    });
    const asked = {
      ...world,
      policy: aPolicy({ before: { submit: [approval] } }),
      track: aTrack('candidate', {
        candidate: { build: '1047', commit: sampleShas.second, candidate: 3, chosenAt: world.now, chosenBy: 'M. Lind' },
      }),
    };
    expect(answer({ do: 'approve', instance: 'second-look', answer: 'approved', note: null }, asked, manager)).toBe('own-request');
    expect(
      answer({ do: 'approve', instance: 'second-look', answer: 'approved', note: null }, asked, {
        ...manager,
        id: 'p2',
        name: 'T. Becker',
      } as Actor),
    ).toBe('ok');
    expect(answer({ do: 'approve', instance: 'nothing', answer: 'approved', note: null }, asked, manager)).toBe('not-found');
  });
});

describe('what was read out of history', () => {
  const imported = aTrack('stabilising', {
    cut: { branch: 'release/8.9.2', sha: sampleShas.cut, at: '2024-09-27T07:12:00.000Z', inferred: true },
    reached: { stabilising: '2024-09-27T07:12:00.000Z' },
  });
  const right: Command = {
    do: 'correct',
    what: { cut: sampleShas.first, at: '2024-09-26T15:00:00.000Z' },
    reason: 'the branch was cut on Thursday',
  };

  test('a person sets the cut right; it is no longer inferred, and no later inference moves it', () => {
    const world = aWorld(imported, {
      facts: { branch: { ...aBranch(), cut: { sha: sampleShas.cut, at: '2024-09-27T07:12:00.000Z', inferred: true } } },
    });
    const decision = decide(right, world, manager);
    if (!decision.ok) throw new Error(decision.because);
    expect(decision.track).toMatchObject({
      stage: 'stabilising',
      cut: { sha: sampleShas.first, inferred: false },
      reached: { stabilising: '2024-09-26T15:00:00.000Z' },
    });
    expect(plan(written(world, decision)).events.map((event) => event.is)).not.toContain('cut-again');
  });

  test('the time of a stage of a release that ended long ago is set right', () => {
    const world = aWorld(aTrack('completed', { reached: { released: '2024-09-01T07:00:00.000Z' } }));
    const decision = decide(
      { do: 'correct', what: { stage: 'released', at: '2024-09-02T07:00:00.000Z' }, reason: 'the store took a day' },
      world,
      manager,
    );
    expect(decision.ok && decision.track.reached.released).toBe('2024-09-02T07:00:00.000Z');
  });

  test('a future time, a stage that never was and a viewer are refused', () => {
    const world = aWorld(aTrack('completed', { reached: { released: '2024-09-01T07:00:00.000Z' } }));
    const correct = (stage: 'released' | 'halted', at: string): Command => ({ do: 'correct', what: { stage, at }, reason: 'it was so' });
    expect(answer(correct('released', '2030-01-01T00:00:00.000Z'), world, manager)).toBe('out-of-order');
    expect(answer(correct('halted', '2024-09-02T07:00:00.000Z'), world, manager)).toBe('not-found');
    expect(answer(correct('released', '2024-09-02T07:00:00.000Z'), world, person('viewer'))).toBe('not-allowed');
  });
});

describe('cutting a hotfix', () => {
  const hotfix = { ...aWorld(aTrack('developing')).release, kind: 'hotfix' as const, base: '8.9.1' };
  const shipped = {
    id: 'music/8.9.1/ios',
    version: '8.9.1',
    platform: 'ios',
    kind: 'regular' as const,
    stage: 'released' as const,
    since: '2024-09-24T07:00:00.000Z',
    reached: {},
    candidateBuild: '1001',
    candidateCommit: sampleShas.cut,
    percent: 100,
    order: -1,
  };

  test('begins at what its base shipped, and never at trunk', () => {
    const decision = decide({ do: 'cut' }, aWorld(aTrack('developing'), { release: hotfix, siblings: [shipped] }), manager);
    expect(decision.ok && decision.actions.map((action) => action.effect)).toEqual([
      { kind: 'ensure-branch', branch: 'release/8.9.2', at: sampleShas.cut },
    ]);
  });

  test('asks for the commit where that is not known, and takes the one a person names', () => {
    const world = aWorld(aTrack('developing'), { release: hotfix, siblings: [{ ...shipped, candidateCommit: null }] });
    expect(answer({ do: 'cut' }, world, manager)).toBe('not-found');
    const named = decide({ do: 'cut', at: sampleShas.first, branch: 'hotfix/8.9.2' }, world, manager);
    expect(named.ok && plan(written(world, named)).voids).toEqual([]);
    expect(plan({ ...world, release: { ...hotfix, planned: { ...hotfix.planned, branch: '2024-10-01T07:00:00.000Z' } } }).actions).toEqual(
      [],
    );
  });
});

describe('nudging', () => {
  const team = aTeam('player', { channel: '#player' });
  const waiting = (): World =>
    aWorld(aTrack('candidate'), {
      policy: aPolicy({ teams: [team], before: { submit: [parseInstance({ id: 'signed-off' })] } }),
      facts: built,
    });
  const nudged: Command = { do: 'nudge', instance: 'signed-off', team: null, note: 'before four, please' };

  test('asks the team that can turn a criterion green, in its own channel', () => {
    const decision = decide(nudged, waiting(), person('member'));
    if (!decision.ok) throw new Error(decision.because);
    expect(decision.actions).toMatchObject([{ effect: { kind: 'announce', channel: '#player' }, lane: 'chat:music' }]);
    expect(decision.events).toContainEqual({
      is: 'nudged',
      whom: 'Player',
      instance: 'signed-off',
      channel: '#player',
      note: 'before four, please',
    });
    expect(decision.actions[0]?.effect).toMatchObject({ text: expect.stringContaining('“before four, please”') as string });
  });

  test('is refused for half an hour after the last one to the same target, and says when it may be again', () => {
    const world = waiting();
    const first = decide(nudged, world, person('member'));
    if (!first.ok || first.actions[0] === undefined) throw new Error('the first is accepted');
    const ordered = {
      key: first.actions[0].key,
      kind: 'announce',
      step: null,
      orderedBy: 'person' as const,
      state: 'done' as const,
      attempts: 1,
      orderedAt: world.now,
      endedAt: world.now,
      nextTryAt: null,
      outcome: null,
    };
    const after = (minutes: number): World => ({
      ...world,
      facts: { ...world.facts, actions: [ordered] },
      now: new Date(Date.parse(world.now) + minutes * 60_000).toISOString(),
    });
    expect(decide(nudged, after(10), manager)).toMatchObject({ ok: false, code: 'too-soon', because: 'Player was nudged 10 min ago' });
    expect(answer({ ...nudged, instance: null, team: 'player' }, after(29), manager)).toBe('too-soon');
    expect(answer(nudged, after(30), manager)).toBe('ok');
  });

  test('names somebody, of a team or a criterion that is there and waits', () => {
    const ask = (parts: Partial<Extract<Command, { do: 'nudge' }>>): string =>
      answer({ do: 'nudge', instance: null, team: null, note: null, ...parts }, waiting(), manager);
    expect(ask({})).toBe('not-found');
    expect(ask({ team: 'nobody' })).toBe('not-found');
    expect(ask({ instance: 'nothing' })).toBe('not-found');
    expect(answer({ ...nudged, do: 'nudge' }, waiting(), person('viewer'))).toBe('not-allowed');
  });
});
