/** What must never be, whatever the world looks like: properties over random worlds. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { passes } from '../criteria/criterion.ts';
import { aBranch, aBuild, aPolicy, aTrack, sampleCommits, sampleShas } from '../criteria/testing.ts';
import { parseInstance } from '../criteria/index.ts';
import { colours, storefrontStates, type Colour, type Report } from '../facts.ts';
import { robotModes } from '../policy/track-policy.ts';
import type { Actor } from '../roles.ts';
import { capabilities, storefrontKinds } from '../rollout/storefronts.ts';
import { haltable, pendingSteps } from './can.ts';
import { decide } from './decide.ts';
import { isOpen } from './orders.ts';
import { plan } from './plan.ts';
import { aWorld, everything, settled, stateOf, written } from './playing.ts';
import { haltingOf, hasEnded, percentStep, stages } from './track.ts';
import type { World } from './world.ts';

const ids = ['a', 'b', 'c', 'd'] as const;
const manager: Actor = { kind: 'person', id: 'p', name: 'M. Lind', roles: ['release-manager'], teams: [] };

const shares = fc.constantFrom([1, 100], [100], [1, 10, 50, 100], [5, 20, 100]);

const world: fc.Arbitrary<World> = fc
  .record({
    stage: fc.constantFrom(...stages),
    rollout: shares,
    step: fc.nat({ max: 3 }),
    storefronts: fc.uniqueArray(fc.constantFrom(...storefrontKinds), { minLength: 1, maxLength: 2 }),
    said: fc.array(
      fc.record({ state: fc.constantFrom(...storefrontStates), percent: fc.constantFrom(0, 1, 2, 5, 10, 50, 100), moves: fc.boolean() }),
      { minLength: 2, maxLength: 2 },
    ),
    colours: fc.array(fc.constantFrom(...colours), { minLength: 4, maxLength: 4 }),
    modes: fc.record({
      cut: fc.constantFrom(...robotModes),
      candidate: fc.constantFrom(...robotModes),
      submit: fc.constantFrom(...robotModes),
      start: fc.constantFrom(...robotModes),
      raise: fc.constantFrom(...robotModes),
    }),
    halt: fc.constantFrom('auto' as const, 'ask' as const),
    lacks: fc.boolean(),
    paused: fc.boolean(),
    stale: fc.boolean(),
    halting: fc.boolean(),
    back: fc.boolean(),
  })
  .map((drawn): World => {
    const percent = drawn.rollout[Math.min(drawn.step, drawn.rollout.length - 1)] ?? 1;
    const first = percentStep(drawn.rollout[0] ?? 100);
    const [a, b, c, d] = ids.map((id) => parseInstance({ kind: 'custom', waivable: true, id, title: id.toUpperCase(), required: true }));
    if (!a || !b || !c || !d) throw new Error('four instances are made');
    const before = {
      candidate: [a],
      submit: [b],
      [first]: [c],
      ...Object.fromEntries(drawn.rollout.slice(1).map((share) => [percentStep(share), [c, d]])),
    };
    const pending = { key: 'music/8.9.2/ios:halt:1:x', at: '2024-10-01T12:00:00.000Z', by: 'M. Lind', why: 'it hurts' };
    const track = aTrack(drawn.stage, {
      percent: drawn.stage === 'rolling-out' && percent === 100 ? (drawn.rollout[0] ?? 1) : percent,
      halting: drawn.halting ? pending : null,
      resuming: null,
      robotPaused: drawn.paused ? { by: 'M. Lind', at: '2024-10-01T12:00:00.000Z', why: 'drill', until: null } : null,
      back: drawn.back ? { from: 'in-review', at: '2024-10-01T11:00:00.000Z', why: 'rejected' } : null,
    });
    const report = (instance: string, colour: Colour): Report => ({
      instance,
      platform: 'ios',
      version: '8.9.2',
      colour,
      because: 'it was said',
      at: '2024-10-01T12:00:00.000Z',
      source: 'sandbox',
    });
    return aWorld(track, {
      policy: aPolicy({
        storefronts: drawn.storefronts,
        rollout: drawn.rollout,
        before,
        haltsWhileRollingOut: [d],
        robot: { ...drawn.modes, halt: drawn.halt, tag: 'auto' },
      }),
      facts: {
        branch: aBranch(drawn.lacks ? sampleShas.third : sampleShas.second),
        commits: drawn.lacks ? sampleCommits : sampleCommits.slice(0, 2),
        missing: { [sampleShas.second]: drawn.lacks ? [sampleShas.third] : [] },
        builds: [aBuild()],
        reports: ids.map((id, i) => report(id, drawn.colours[i] ?? 'unknown')),
        sources: [drawn.stale ? { ...everything, freshForMinutes: 10, lastReadAt: '2024-10-01T11:00:00.000Z' } : everything],
        storefronts: drawn.storefronts.map((kind, i) =>
          stateOf({ track }, kind, {
            state: drawn.said[i]?.state ?? 'none',
            percent: drawn.said[i]?.percent ?? 0,
            build: '1047',
            nextMove:
              drawn.said[i]?.moves && capabilities[kind].advances === 'by-itself' ? { at: '2024-10-01T12:30:00.000Z', percent: 20 } : null,
          }),
        ),
      },
    });
  });

const advancing = ['ensure-branch', 'ensure-submission', 'ensure-rollout'];

test('planning twice on the same facts, with the first plan written down, adds nothing', () => {
  fc.assert(
    fc.property(world, (at) => {
      const first = plan(at);
      const again = plan(written(at, first));
      expect({ events: again.events, actions: again.actions, voids: again.voids, stage: again.track.stage }).toEqual({
        events: [],
        actions: [],
        voids: [],
        stage: first.track.stage,
      });
    }),
    { numRuns: 1500 },
  );
});

test('the robot advances only when every criterion before the step passes, in the order of the policy, and only where it may', () => {
  fc.assert(
    fc.property(world, (at) => {
      const planned = plan(at);
      for (const action of planned.actions.filter((each) => advancing.includes(each.effect.kind) && each.step !== null)) {
        expect(action.step).toBe(planned.next);
        const pending = pendingSteps(planned.track, at.policy);
        expect(planned.verdicts.filter((verdict) => verdict.gates.some((gate) => pending.includes(gate)) && !passes(verdict))).toEqual([]);
        expect(planned.track.robotPaused).toBeNull();
      }
    }),
    { numRuns: 1500 },
  );
});

test('unknown never counts as green: with any source silent nothing advances', () => {
  fc.assert(
    fc.property(world, (at) => {
      const silent: World = { ...at, facts: { ...at.facts, sources: [{ ...everything, freshForMinutes: 10, lastReadAt: null }] } };
      const planned = plan(silent);
      expect(planned.verdicts.every((verdict) => verdict.colour === 'unknown')).toBe(true);
      const cutOnly = planned.actions.filter((action) => advancing.includes(action.effect.kind) && action.effect.kind !== 'ensure-branch');
      expect(cutOnly).toEqual([]);
    }),
    { numRuns: 800 },
  );
});

test('a rollout can be halted by a person from every share where a storefront shows it as live', () => {
  fc.assert(
    fc.property(world, (at) => {
      const { track } = plan(at);
      if (track.stage === 'released' || haltingOf(track) || !haltable(track.stage, at.facts.storefronts)) return;
      if (!at.facts.storefronts.some((state) => state.state === 'rolling-out')) return;
      const decision = decide({ do: 'halt', reason: 'it hurts people' }, { ...at, track }, manager);
      expect(decision.ok).toBe(true);
      expect(decision.ok && decision.actions.every((action) => action.urgent && action.effect.kind === 'ensure-halted')).toBe(true);
    }),
    { numRuns: 1500 },
  );
});

test('whatever the world says, every track comes to rest or to a question', () => {
  fc.assert(
    fc.property(world, (at) => {
      const { world: rest } = settled(at);
      expect(rest.facts.actions.filter(isOpen)).toEqual([]);
      expect(hasEnded(rest.track) || plan(rest).robot.sentence !== '').toBe(true);
    }),
    { numRuns: 800 },
  );
});

test('100 % is never ordered before the shares that come first', () => {
  fc.assert(
    fc.property(world, (at) => {
      const { actions } = settled(at);
      const before = plan(at).track;
      let reached = 'percent' in before ? before.percent : 0;
      for (const action of actions) {
        if (action.effect.kind !== 'ensure-rollout' || action.step === null) continue;
        const share = Number.parseFloat(action.step);
        const skipped = at.policy.rollout.filter((each) => each > reached && each < share);
        expect(skipped).toEqual([]);
        reached = Math.max(reached, share);
      }
    }),
    { numRuns: 800 },
  );
});
