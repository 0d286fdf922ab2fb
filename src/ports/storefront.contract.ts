/** The suite that every storefront adapter passes, for each kind of storefront that it serves. Run by test/contracts.test.ts. */
import { afterEach, describe, expect, test } from 'vitest';
import { capabilities } from '#domain/rollout/storefronts.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import type { Outcome, PortRefused } from './outcome.ts';
import type { Storefront } from './storefront.ts';
import { Trouble } from './trouble.ts';

/** What goes wrong with the next call. `lie`: it answers as if it had done it. */
export type StorefrontFault = 'error-before' | 'error-after' | 'no-answer' | 'too-many-calls' | 'key-expired' | 'nonsense' | 'lie';

/** A storefront of one kind with an empty listing, and levers for what the vendor and people there do. */
export type StorefrontHarness = {
  storefront: Storefront;
  app: string;
  platform: string;
  approve: (version: string) => Promise<void>;
  reject: (version: string, kind: 'binary' | 'metadata', why: string) => Promise<void>;
  /** A person does it in the vendor's console. */
  byHand: (version: string, deed: 'halt' | 'pause' | 'raise' | 'withdraw', percent?: number) => Promise<void>;
  passDays: (days: number) => Promise<void>;
  /** `too-many-calls` asks for a pause of 7 s. */
  fail: (how: StorefrontFault, calls: 'reads' | 'writes') => Promise<void>;
  /** How many live objects carry this action's key. */
  liveObjects: (actionKey: string) => Promise<number>;
  close: () => Promise<void>;
};

const OLD = { version: '8.9.1', build: '1040' };
const NEW = { version: '8.9.2', build: '1047' };

/** A line of the contract that only some kinds of storefront have to keep. */
function where(applies: boolean, name: string, run: () => Promise<void>): void {
  if (applies) test(name, run);
}

function whereAll(applies: boolean, name: string, run: () => void): void {
  if (!applies) return;
  describe(name, () => {
    run();
  });
}

/** Describes the contract for one kind; `make` gives a fresh harness for each test. */
export function storefrontContract(name: string, kind: StorefrontKind, make: () => Promise<StorefrontHarness>): void {
  const can = capabilities[kind];
  const startsOnApproval = can.startsOn === 'approval';
  const advancesByItself = can.advances === 'by-itself';
  /** What the storefront shows when it was stopped. */
  const stopped = advancesByItself ? 'paused' : 'halted';

  describe(`${name} as a storefront of kind ${kind}`, () => {
    const open: StorefrontHarness[] = [];
    afterEach(async () => {
      await Promise.all(open.splice(0).map((harness) => harness.close()));
    });

    async function listing() {
      const harness = await make();
      open.push(harness);
      const { storefront, app, platform } = harness;
      const at = (release: { version: string }) => ({ app, platform, version: release.version });
      const submit = (release = NEW, percent = 1, actionKey = `submit-${release.version}-${release.build}`) =>
        storefront.ensureSubmission({ ...at(release), build: release.build, percent: startsOnApproval ? percent : null, actionKey });
      const rollOut = (percent: number, release = NEW, actionKey = `roll-${release.version}-${percent}`) =>
        storefront.ensureRollout({ ...at(release), build: release.build, percent, actionKey });
      const halt = (release = NEW, actionKey = `halt-${release.version}`) => storefront.ensureHalted({ ...at(release), actionKey });
      const read = (release = NEW) => storefront.read(at(release));
      /** Submitted, approved, and offered to `percent`. */
      const live = async (percent: number, release = NEW): Promise<void> => {
        isDone(await submit(release, percent));
        if (can.reviews) await harness.approve(release.version);
        if (!startsOnApproval) isDone(await rollOut(percent, release));
      };
      return { harness, storefront, at, submit, rollOut, halt, read, live };
    }

    describe('what it says of itself', () => {
      test('declares what its kind can do, and has no method for what it cannot', async () => {
        const { storefront } = await listing();
        expect(storefront.kind).toBe(kind);
        expect(storefront.capabilities).toEqual(can);
        expect(storefront.ensureHeld !== undefined).toBe(advancesByItself);
        expect(storefront.ensureWithdrawn !== undefined).toBe(can.withdraw);
      });

      test('knows nothing of a version that it never saw', async () => {
        const { harness, storefront, read } = await listing();
        expect(await read()).toMatchObject({
          storefront: kind,
          platform: harness.platform,
          version: NEW.version,
          state: 'none',
          build: null,
          percent: 0,
          actionKey: null,
        });
        expect(await storefront.list({ app: harness.app, platform: harness.platform })).toEqual([]);
      });
    });

    describe('submitting', () => {
      test('a submitted build is read back with its build, its time and the key of the action', async () => {
        const { submit, read } = await listing();
        isDone(await submit(), { already: false });
        const state = await read();
        expect(state).toMatchObject({
          state: can.reviews ? 'in-review' : 'approved',
          build: NEW.build,
          percent: 0,
          rejection: null,
          actionKey: 'submit-8.9.2-1047',
        });
        expect(state.submittedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      });

      test('the same action again changes nothing and says so', async () => {
        const { harness, submit } = await listing();
        isDone(await submit());
        isDone(await submit(), { already: true });
        expect(await harness.liveObjects('submit-8.9.2-1047')).toBe(1);
      });

      test('two tries at the same moment leave one submission', async () => {
        const { harness, submit } = await listing();
        const outcomes = await Promise.all([submit(), submit(), submit()]);
        for (const outcome of outcomes) isDone(outcome);
        expect(await harness.liveObjects('submit-8.9.2-1047')).toBe(1);
      });

      test('a second try after an error finds what the first left', async () => {
        const { harness, submit, read } = await listing();
        await harness.fail('error-after', 'writes');
        await expectTrouble(submit(), { cure: 'again', mayHaveHappened: true });
        isDone(await submit(), { already: true });
        expect(await harness.liveObjects('submit-8.9.2-1047')).toBe(1);
        expect((await read()).build).toBe(NEW.build);
      });

      test('a second try after an error that came first does the work', async () => {
        const { harness, submit } = await listing();
        await harness.fail('error-before', 'writes');
        await expectTrouble(submit(), { cure: 'again', mayHaveHappened: true });
        isDone(await submit(), { already: false });
        expect(await harness.liveObjects('submit-8.9.2-1047')).toBe(1);
      });

      test('a lie is found by reading back', async () => {
        const { harness, submit, read } = await listing();
        await harness.fail('lie', 'writes');
        isDone(await submit());
        expect((await read()).state).toBe('none');
        isDone(await submit());
        expect((await read()).state).toBe(can.reviews ? 'in-review' : 'approved');
      });

      where(can.reviews, 'another build of a version in review is refused, and the refusal says that one is in review', async () => {
        const { submit, read } = await listing();
        isDone(await submit());
        isRefused(await submit({ ...NEW, build: '1049' }), { isAlreadyInReview: true });
        expect((await read()).build).toBe(NEW.build);
      });

      where(can.reviews, 'a rejection is read back with its kind and reason, and the same action does not submit again', async () => {
        const { harness, submit, read } = await listing();
        isDone(await submit());
        await harness.reject(NEW.version, 'metadata', 'test instructions are missing');
        expect(await read()).toMatchObject({ state: 'rejected', rejection: { kind: 'metadata', why: 'test instructions are missing' } });
        isDone(await submit(), { already: true });
        expect((await read()).state).toBe('rejected');
      });

      where(can.reviews, 'after a rejection of its metadata the same build can be submitted again by a new action', async () => {
        const { harness, submit, read } = await listing();
        isDone(await submit());
        await harness.reject(NEW.version, 'metadata', 'test instructions are missing');
        isDone(await submit(NEW, 1, 'second'), { already: false });
        expect(await read()).toMatchObject({ state: 'in-review', rejection: null, actionKey: 'second' });
      });

      where(can.reviews, 'after a rejection of its binary a higher build number is needed', async () => {
        const { harness, submit, read } = await listing();
        isDone(await submit());
        await harness.reject(NEW.version, 'binary', 'it crashes at start');
        isRefused(await submit(NEW, 1, 'second'), { needsHigherBuildNumber: true });
        isDone(await submit({ ...NEW, build: '1049' }, 1, 'third'));
        expect(await read()).toMatchObject({ state: 'in-review', build: '1049' });
      });

      test('what is live is not submitted again', async () => {
        const { submit, live, read } = await listing();
        await live(1);
        isDone(await submit(NEW, 1, 'second'), { already: true });
        isRefused(await submit({ ...NEW, build: '1049' }, 1, 'third'), {});
        expect(await read()).toMatchObject({ state: 'rolling-out', percent: 1, build: NEW.build });
      });
    });

    describe('starting', () => {
      where(can.reviews, 'nothing starts before it is approved', async () => {
        const { submit, rollOut, read } = await listing();
        isRefused(await rollOut(1), {});
        isDone(await submit());
        isRefused(await rollOut(1), { isFinal: false });
        expect(await read()).toMatchObject({ state: 'in-review', percent: 0 });
      });

      where(startsOnApproval, 'goes live at the submitted percentage when it is approved', async () => {
        const { harness, submit, rollOut, read } = await listing();
        isDone(await submit(NEW, 5));
        await harness.approve(NEW.version);
        expect(await read()).toMatchObject({ state: 'rolling-out', percent: 5 });
        isDone(await rollOut(5), { already: true });
      });

      where(startsOnApproval, 'is not taken for submitted when it would start higher than asked for', async () => {
        const { submit } = await listing();
        isDone(await submit(NEW, 20, 'first'));
        isRefused(await submit(NEW, 1, 'second'), { isAlreadyInReview: true });
      });

      where(!startsOnApproval, 'when approved it waits for our word', async () => {
        const { harness, submit, rollOut, read } = await listing();
        isDone(await submit());
        if (can.reviews) await harness.approve(NEW.version);
        await harness.passDays(3);
        expect(await read()).toMatchObject({ state: 'approved', percent: 0 });
        isDone(await rollOut(1), { already: false });
        expect(await read()).toMatchObject({ state: 'rolling-out', percent: 1, actionKey: 'roll-8.9.2-1' });
      });

      test('a build that was not submitted is not rolled out in place of the one that was', async () => {
        const { live, rollOut, read } = await listing();
        await live(1);
        isRefused(await rollOut(100, { ...NEW, build: '1049' }), {});
        expect(await read()).toMatchObject({ percent: 1, build: NEW.build });
      });
    });

    describe('rolling out', () => {
      test('everyone: released, and asking again changes nothing', async () => {
        const { live, rollOut, read } = await listing();
        await live(1);
        isDone(await rollOut(100), { already: false });
        expect(await read()).toMatchObject({ state: 'released', percent: 100, nextMove: null });
        isDone(await rollOut(100), { already: true });
        isDone(await rollOut(1), { already: true });
        expect((await read()).percent).toBe(100);
      });

      test('a rise whose answer was lost is found done', async () => {
        const { harness, live, rollOut, read } = await listing();
        await live(1);
        await harness.fail('no-answer', 'writes');
        await expectTrouble(rollOut(100), { cure: 'again', mayHaveHappened: true });
        isDone(await rollOut(100));
        expect((await read()).percent).toBe(100);
      });

      where(!advancesByItself, 'rises to what is asked for, and never falls', async () => {
        const { harness, live, rollOut, read } = await listing();
        await live(1);
        isDone(await rollOut(20), { already: false });
        isDone(await rollOut(5), { already: true });
        await harness.passDays(10);
        expect(await read()).toMatchObject({ state: 'rolling-out', percent: 20, nextMove: null, actionKey: 'roll-8.9.2-20' });
      });

      where(advancesByItself, 'takes its phases by itself, and says when the next comes', async () => {
        const { harness, live, read } = await listing();
        await live(1);
        for (const [index, percent] of can.phases.entries()) {
          const next = can.phases[index + 1];
          const state = await read();
          expect(state.percent).toBe(percent);
          expect(state.nextMove?.percent).toBe(next);
          await harness.passDays(1);
        }
        expect(await read()).toMatchObject({ state: 'released', percent: 100, nextMove: null });
      });

      where(advancesByItself, 'its next phase need not be asked for, and none can be skipped but to everyone', async () => {
        const { live, rollOut, read } = await listing();
        await live(1);
        const [, second = 0, third = 0] = can.phases;
        isDone(await rollOut(second), { already: true });
        isRefused(await rollOut(third), { isFinal: false });
        expect(await read()).toMatchObject({ state: 'rolling-out', percent: 1 });
      });

      where(!advancesByItself, 'what somebody raised by hand is adopted', async () => {
        const { harness, live, rollOut, read } = await listing();
        await live(1);
        await harness.byHand(NEW.version, 'raise', 50);
        expect(await read()).toMatchObject({ state: 'rolling-out', percent: 50 });
        isDone(await rollOut(20), { already: true });
      });
    });

    describe('halting', () => {
      test('stops a rollout where it stands, and the halt is read back', async () => {
        const { harness, live, halt, read } = await listing();
        await live(1);
        isDone(await halt(), { already: false });
        expect(await read()).toMatchObject({ state: stopped, percent: 1, nextMove: null, actionKey: 'halt-8.9.2' });
        isDone(await halt(), { already: true });
        await harness.passDays(5);
        expect(await read()).toMatchObject({ state: stopped, percent: 1 });
      });

      test('a halt whose answer was lost is found done', async () => {
        const { harness, live, halt, read } = await listing();
        await live(1);
        await harness.fail('error-after', 'writes');
        await expectTrouble(halt(), { cure: 'again' });
        isDone(await halt(), { already: true });
        expect((await read()).state).toBe(stopped);
      });

      test('a halt that was only said to be done is found undone', async () => {
        const { harness, live, halt, read } = await listing();
        await live(1);
        await harness.fail('lie', 'writes');
        isDone(await halt());
        expect((await read()).state).toBe('rolling-out');
        isDone(await halt(), { already: false });
        expect((await read()).state).toBe(stopped);
      });

      test('goes on where it stood when it is rolled out again, and not lower', async () => {
        const { live, rollOut, halt, read } = await listing();
        await live(1);
        if (!advancesByItself) isDone(await rollOut(20));
        const stood = (await read()).percent;
        isDone(await halt());
        isRefused(await rollOut(stood / 2), {});
        expect((await read()).state).toBe(stopped);
        isDone(await rollOut(stood, NEW, 'resume'), { already: false });
        expect(await read()).toMatchObject({ state: 'rolling-out', percent: stood, actionKey: 'resume' });
      });

      where(can.halt.at100, 'stops what everyone is offered, and resumes it', async () => {
        const { live, halt, rollOut, read } = await listing();
        await live(100);
        isDone(await halt(), { already: false });
        expect(await read()).toMatchObject({ state: 'halted', percent: 100 });
        isDone(await rollOut(100), { already: false });
        expect(await read()).toMatchObject({ state: 'released', percent: 100 });
      });

      where(!can.halt.at100, 'refuses to stop what everyone is offered', async () => {
        const { live, halt, read } = await listing();
        await live(100);
        isRefused(await halt(), { isFinal: true });
        expect(await read()).toMatchObject({ state: 'released', percent: 100 });
      });

      test('what nobody receives needs no halt', async () => {
        const { halt } = await listing();
        isDone(await halt(), { already: true });
      });

      where(
        can.reviews,
        'in review there is nothing to halt, unless it will go live by itself: then the halt is refused for now',
        async () => {
          const { submit, halt } = await listing();
          isDone(await submit());
          const outcome = await halt();
          if (startsOnApproval) isRefused(outcome, { isAlreadyInReview: true, isFinal: false });
          else isDone(outcome, { already: true });
        },
      );

      test('what somebody stopped by hand is adopted', async () => {
        const { harness, live, halt, read } = await listing();
        await live(1);
        await harness.byHand(NEW.version, advancesByItself ? 'pause' : 'halt');
        expect((await read()).state).toBe(stopped);
        isDone(await halt(), { already: true });
      });
    });

    whereAll(advancesByItself, 'holding', () => {
      test('stays at its phase until it is rolled out to the next', async () => {
        const { harness, storefront, at, live, rollOut, read } = await listing();
        await live(1);
        const held = await storefront.ensureHeld?.({ ...at(NEW), actionKey: 'hold' });
        isDone(held, { already: false });
        await harness.passDays(2);
        const state = await read();
        expect(state).toMatchObject({ state: 'paused', percent: 1, nextMove: null, actionKey: 'hold' });
        expect(state.pausedDaysUsed).toBeCloseTo(2, 5);
        isDone(await storefront.ensureHeld?.({ ...at(NEW), actionKey: 'hold' }), { already: true });
        isDone(await rollOut(can.phases[1] ?? 0), { already: false });
        await harness.passDays(1);
        expect(await read()).toMatchObject({ state: 'rolling-out', percent: can.phases[1] });
      });

      test('can be completed while it is held', async () => {
        const { storefront, at, live, rollOut, read } = await listing();
        await live(1);
        isDone(await storefront.ensureHeld?.({ ...at(NEW), actionKey: 'hold' }));
        isDone(await rollOut(100), { already: false });
        expect(await read()).toMatchObject({ state: 'released', percent: 100 });
      });

      test('a finished rollout cannot be held', async () => {
        const { storefront, at, live } = await listing();
        await live(100);
        isRefused(await storefront.ensureHeld?.({ ...at(NEW), actionKey: 'hold' }), { isFinal: true });
      });

      where(can.pauseBudgetDays !== null, 'holds no longer in total than it may, and then cannot be held again', async () => {
        const { harness, storefront, at, live, rollOut, read } = await listing();
        const budget = can.pauseBudgetDays ?? 0;
        await live(1);
        isDone(await storefront.ensureHeld?.({ ...at(NEW), actionKey: 'hold-1' }));
        await harness.passDays(budget - 1);
        isDone(await rollOut(1, NEW, 'resume'));
        isDone(await storefront.ensureHeld?.({ ...at(NEW), actionKey: 'hold-2' }));
        await harness.passDays(1.5);
        const state = await read();
        expect(state.state).toBe('rolling-out');
        expect(state.pausedDaysUsed).toBeCloseTo(budget, 5);
        isRefused(await storefront.ensureHeld?.({ ...at(NEW), actionKey: 'hold-3' }), {});
      });
    });

    whereAll(can.withdraw, 'withdrawing', () => {
      test('takes a submission back, before and after the approval, and once', async () => {
        const { harness, storefront, at, submit, read } = await listing();
        const withdraw = (actionKey: string) => storefront.ensureWithdrawn?.({ ...at(NEW), actionKey });
        isDone(await submit());
        isDone(await withdraw('withdraw-1'), { already: false });
        expect(await read()).toMatchObject({ state: 'withdrawn', percent: 0 });
        isDone(await withdraw('withdraw-1'), { already: true });
        isDone(await submit(NEW, 1, 'second'), { already: false });
        if (can.reviews) await harness.approve(NEW.version);
        isDone(await withdraw('withdraw-2'), { already: false });
        expect((await read()).state).toBe('withdrawn');
      });

      test('the action whose submission was withdrawn does not submit again', async () => {
        const { storefront, at, submit, read } = await listing();
        isDone(await submit());
        isDone(await storefront.ensureWithdrawn?.({ ...at(NEW), actionKey: 'withdraw' }));
        isDone(await submit(), { already: true });
        expect((await read()).state).toBe('withdrawn');
      });

      test('where nothing is in the works there is nothing to withdraw', async () => {
        const { storefront, at } = await listing();
        isDone(await storefront.ensureWithdrawn?.({ ...at(NEW), actionKey: 'withdraw' }), { already: true });
      });

      test('what is live cannot be withdrawn', async () => {
        const { storefront, at, live, read } = await listing();
        await live(1);
        isRefused(await storefront.ensureWithdrawn?.({ ...at(NEW), actionKey: 'withdraw' }), {});
        expect((await read()).state).toBe('rolling-out');
      });
    });

    describe('the listing', () => {
      where(can.listing !== 'free', 'a version in review keeps the next one out, and the refusal names it', async () => {
        const { submit, read } = await listing();
        isDone(await submit(OLD));
        isRefused(await submit(NEW), { listingIsHeldBy: OLD.version, isFinal: false });
        expect((await read(NEW)).state).toBe('none');
      });

      where(can.listing !== 'free' && can.withdraw, 'a withdrawn version makes room for the next', async () => {
        const { storefront, at, submit } = await listing();
        isDone(await submit(OLD));
        isDone(await storefront.ensureWithdrawn?.({ ...at(OLD), actionKey: 'withdraw' }));
        isDone(await submit(NEW), { already: false });
      });

      where(can.listing === 'free', 'two versions can be in the works at once', async () => {
        const { submit, read } = await listing();
        isDone(await submit(OLD));
        isDone(await submit(NEW));
        expect([(await read(OLD)).state, (await read(NEW)).state]).toEqual(['approved', 'approved']);
      });

      test('the next version can be submitted while the one before rolls out, and takes its place when it starts', async () => {
        const { harness, storefront, live, rollOut, read } = await listing();
        await live(1, OLD);
        await live(1, NEW);
        expect(await read(OLD)).toMatchObject({ state: 'replaced' });
        expect(await read(NEW)).toMatchObject({ state: 'rolling-out', percent: 1 });
        isRefused(await rollOut(100, OLD), {});
        const all = await storefront.list({ app: harness.app, platform: harness.platform });
        expect(all.map((each) => each.version).toSorted()).toEqual([OLD.version, NEW.version]);
      });

      where(can.rollBack, 'halting the newest serves the one before again', async () => {
        const { live, halt, read } = await listing();
        await live(100, OLD);
        await live(100, NEW);
        expect((await read(OLD)).state).toBe('replaced');
        isDone(await halt());
        expect(await read(OLD)).toMatchObject({ state: 'released', percent: 100 });
      });
    });

    describe('trouble', () => {
      test.each([
        ['too-many-calls', { cure: 'again', afterMs: 7000, mayHaveHappened: false }],
        ['key-expired', { cure: 'person', mayHaveHappened: false }],
        ['error-before', { cure: 'again' }],
        ['no-answer', { cure: 'again' }],
        ['nonsense', { cure: 'again' }],
      ] as const)('%s is thrown by readers and writers, with its cure', async (how, expected) => {
        const { harness, submit, read } = await listing();
        await harness.fail(how, 'reads');
        await expectTrouble(read(), { ...expected, mayHaveHappened: false });
        await harness.fail(how, 'writes');
        await expectTrouble(submit(), expected);
        // and it passes
        isDone(await submit());
      });
    });
  });
}

function isDone(outcome: Outcome | undefined, expected: { already?: boolean } = {}): void {
  expect(outcome).toMatchObject({ ok: true, ...expected });
}

/** Refused, with words for a person; a higher build and a held listing are named only where they are expected. */
function isRefused(outcome: Outcome | undefined, expected: Partial<PortRefused>): void {
  expect(outcome).toMatchObject({ ok: false, needsHigherBuildNumber: false, listingIsHeldBy: null, ...expected });
  if (outcome?.ok !== false) return;
  expect(outcome.because).not.toBe('');
  expect(outcome.wouldHelp).not.toBe('');
}

async function expectTrouble(
  promise: Promise<unknown>,
  expected: Partial<Pick<Trouble, 'cure' | 'afterMs' | 'mayHaveHappened'>>,
): Promise<void> {
  const thrown: unknown = await promise.then(
    (answered) => ({ answered }),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(Trouble);
  expect(thrown).toMatchObject(expected);
}
