/**
 * What goes otherwise: the story is played once, and each variant goes on from the last moment that it has in common with it. The variants wait for the database and
 * for git more than they work, and each has its own: several are played at the same time.
 */
import { beforeAll, describe, test } from 'vitest';
import type { TestContext } from 'vitest';
import { stockholm } from '../../src/sample/moment.ts';
import { player } from '../../src/sample/play.ts';
import type { VariantName } from '../../src/sample/variants.ts';
import type { SampleRoom } from './sample-room.ts';

const LONG_MS = 240_000;

/** The last moments that the story and its variants have in common, in their order. */
const PARTINGS: readonly (readonly [moment: string, variants: readonly VariantName[]])[] = [
  ['09-30 17:00', ['calm']],
  ['10-01 14:20', ['canceled']],
  ['10-01 20:00', ['night', 'late', 'rejected', 'fleet-wide']],
  ['10-03 12:30', ['fallback', 'hotfix']],
];

const rooms = new Map<VariantName, () => Promise<SampleRoom>>();
let parted = 0;

/**
 * Plays the story to a moment. Wherever variants part from it on the way, it is copied for them, and goes on in a copy of its own.
 *
 * @returns the room in which the story stands then
 */
export async function playOn(room: SampleRoom, moment: string): Promise<SampleRoom> {
  let here = room;
  for (; PARTINGS[parted] !== undefined; parted += 1) {
    const [at, variants] = PARTINGS[parted] ?? [moment, []];
    if (at > moment) break;
    await here.to(at);
    const copies = await here.copies(['story', ...variants]);
    for (const [variant, open] of copies) rooms.set(variant, open);
    here = await enterRoom('story');
  }
  await here.to(moment);
  return here;
}

async function enterRoom(variant: VariantName): Promise<SampleRoom> {
  const open = rooms.get(variant);
  if (open === undefined) throw new Error(`no room for ${variant}`);
  return open();
}

/** The room of a variant for one test, which leaves it at its end. */
async function enter(variant: VariantName, onTestFinished: TestContext['onTestFinished']): Promise<SampleRoom> {
  const room = await enterRoom(variant);
  onTestFinished(() => room.close());
  return room;
}
const stages = (room: SampleRoom) => Promise.all(['android', 'ios', 'desktop'].map((platform) => room.stage('8.9.2', platform)));

/** Defines the tests. `playPast` has the story played to the last parting, where it is not past it yet. */
export function variantsGoOn(playPast: (moment: string) => Promise<void>): void {
  describe.concurrent('a variant', () => {
    beforeAll(() => playPast(PARTINGS.at(-1)?.[0] ?? ''), LONG_MS);

    test('calm: nothing goes wrong, and every track is at 100% on Wednesday', { timeout: LONG_MS }, async ({ expect, onTestFinished }) => {
      const room = await enter('calm', onTestFinished);
      await room.to('10-01 14:20');
      expect(await stages(room)).toEqual(['rolling-out 1%', 'rolling-out 1%', 'rolling-out 1%']);
      await room.to('10-02 10:00');
      expect(await stages(room)).toEqual(['released', 'released', 'released']);
    });

    test(
      'night: the robot halts Android at 1% at 02:44, a person resumes it in the morning',
      { timeout: LONG_MS },
      async ({ expect, onTestFinished }) => {
        const room = await enter('night', onTestFinished);
        await room.to('10-02 02:12');
        expect(await room.verdict('8.9.2', 'android', 'crash-rate')).toMatchObject({ colour: 'yellow' });
        await room.to('10-02 02:41');
        expect(await room.stage('8.9.2', 'android')).toBe('rolling-out 1%');
        await room.to('10-02 02:44');
        expect(await room.stage('8.9.2', 'android')).toBe('halted 1%');
        const halted = await room.track('8.9.2', 'android');
        expect('why' in halted ? halted.why : null).toMatch(
          /^Crash rate 0\.\d+, 0\.\d+ to 0\.\d+, limit 0\.4: the whole range is over the limit\.$/,
        );
        expect(await room.verdict('8.9.2', 'android', 'crash-rate')).toMatchObject({ colour: 'red', rate: { isFleetWide: false } });
        expect(room.place.world.state().messages.some(({ urgent, text }) => urgent && text.includes('Halted'))).toBe(true);
        const ads = await room.base.db.selectFrom('bugs').select('payload').where('bug', '=', 'PLAY-4440').executeTakeFirstOrThrow();
        expect(ads.payload).toMatchObject({ team: 'ads', title: 'Crash on Android: IllegalState in AudioAdPlayer.onCue', state: 'open' });
        await room.to('10-02 07:35');
        expect(await room.stage('8.9.2', 'android')).toBe('rolling-out 1%');
        await room.to('10-03 08:00');
        expect(await room.stage('8.9.2', 'android')).toBe('released');
      },
    );

    test(
      'late: a failed check holds Android until 13:00, also on a machine that comes an hour late to what is due',
      { timeout: LONG_MS },
      async ({ expect, onTestFinished }) => {
        const room = await enter('late', onTestFinished);
        await room.to('10-02 07:30');
        const late = stockholm('10-02 08:50');
        expect(room.story.isDue(late)).toBe(true);
        expect(await room.engine.setClock('music', { at: late }, player)).toMatchObject({ ok: true });
        // iOS is submitted again at 07:45 by a person, who knows at 08:50 what health says then
        await room.story.keepUp(late);
        expect(room.story.isDue(late)).toBe(false);
        expect(await room.stage('8.9.2', 'ios')).toBe('in-review');
        await room.to('10-02 11:00');
        expect(await room.stage('8.9.2', 'android')).toBe('rolling-out 1%');
        expect(await room.verdict('8.9.2', 'android', 'compliance-closed')).toMatchObject({ colour: 'red', holds: '100%' });
        await room.to('10-02 13:00');
        expect((await room.track('8.9.2', 'android')).reached.released).toBe(stockholm('10-02 13:00'));
      },
    );

    test(
      'fallback: everyone is sent to the other arm, and it is written down',
      { timeout: LONG_MS },
      async ({ expect, onTestFinished }) => {
        const room = await enter('fallback', onTestFinished);
        await room.to('10-03 16:20');
        const { contents } = await room.base.db
          .selectFrom('releases')
          .select('contents')
          .where('version', '=', '8.9.2')
          .executeTakeFirstOrThrow();
        expect(contents.decisions?.map(({ about }) => about)).toContain('PLAY-4462');
        expect(contents.updates).toHaveLength(1);
      },
    );

    test(
      'rejected: the binary of iOS is rejected, and a new build takes its way',
      { timeout: LONG_MS },
      async ({ expect, onTestFinished }) => {
        const room = await enter('rejected', onTestFinished);
        await room.to('10-02 06:10');
        expect(await room.stage('8.9.2', 'ios')).toBe('stabilising');
        await room.to('10-02 12:10');
        expect(await room.track('8.9.2', 'ios')).toMatchObject({ stage: 'in-review', candidate: { build: '1052', candidate: 5 } });
        await room.to('10-07 08:00');
        expect(await room.stage('8.9.2', 'ios')).toBe('released');
      },
    );

    test('canceled: 8.9.2 ends on iOS, and goes on elsewhere', { timeout: LONG_MS }, async ({ expect, onTestFinished }) => {
      const room = await enter('canceled', onTestFinished);
      await room.to('10-03 16:00');
      expect(await stages(room)).toEqual(['released', 'canceled', 'released']);
    });

    test(
      'hotfix: 8.9.2.1 goes out on Android alone and takes the place of 8.9.2',
      { timeout: LONG_MS },
      async ({ expect, onTestFinished }) => {
        const room = await enter('hotfix', onTestFinished);
        await room.to('10-07 16:30');
        expect(await room.stage('8.9.2.1', 'android')).toBe('rolling-out 1%');
        await room.to('10-08 16:40');
        expect(await room.stage('8.9.2.1', 'android')).toBe('released');
        expect(await room.track('8.9.2', 'android')).toMatchObject({ stage: 'completed' });
      },
    );

    test(
      'fleet-wide: every version crashes for 36 hours, and the robot holds without halting',
      { timeout: LONG_MS },
      async ({ expect, onTestFinished }) => {
        const room = await enter('fleet-wide', onTestFinished);
        await room.to('10-02 23:00');
        expect((await stages(room))[0]).toBe('rolling-out 1%');
        expect(await room.verdict('8.9.2', 'android', 'crash-rate')).toMatchObject({ colour: 'red', rate: { isFleetWide: true } });
        expect(await room.happened('8.9.2', 'android')).not.toContain('halted');
        // what was before it was cleared counts no more
        await room.to('10-03 08:10');
        expect(await room.verdict('8.9.2', 'android', 'crash-rate')).toMatchObject({ colour: 'yellow' });
        await room.to('10-03 16:10');
        expect(await room.stage('8.9.2', 'android')).toBe('released');
      },
    );
  });
}
