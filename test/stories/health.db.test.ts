import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Verdict } from '#domain/criteria/criterion.ts';
import { plusMs } from '#domain/time.ts';
import { astrid, BEGINS, lightPolicy, must, readyToSubmit, room } from './room.ts';
import type { Room } from './room.ts';

/* From an hour of health that comes in to the verdict, to the halt at the storefront, and back by a person's word. */

const HOUR = 3_600_000;
const policy = lightPolicy
  .replace('windows: any', 'windows: any\nhalts-while-rolling-out: [crash-rate]')
  .replace(
    'before submit:',
    'criteria: { crash-rate: { is: rate-below, limit-per-1000-hours: 0.40, min-users: 100, min-hours: 2, reports-late-by: 1h, required: true, fresh-for: 6h } }\nbefore submit:',
  )
  .replace('before finish: [{ soaked: 1m }, no-blocking-bugs]', 'before finish: [{ soaked: 1m }, no-blocking-bugs, crash-rate]');

let at: Room;
beforeAll(async () => {
  at = await room({ policy });
  await readyToSubmit(at);
  at.world.pull({ lever: 'approve', app: 'music', platform: 'android', storefront: 'google-play', version: '1.1.0' });
  at.clock.turn(20_000);
  await at.engine.settle();
});
afterAll(() => at.close());

/** One hour of build 110 in production, `after` the first one. */
const hour = (after: number, affected: number, more: object = {}) => ({
  platform: 'android',
  version: '1.1.0',
  build: '110',
  audience: 'production',
  bucket: plusMs(BEGINS, after * HOUR),
  users: 900,
  newUsers: 300,
  consumption: 4000,
  crashes: { count: affected * 2, affected },
  ...more,
});
async function tell(...hours: readonly object[]): Promise<void> {
  await tellBy('warehouse', ...hours);
}
async function tellBy(source: string, ...hours: readonly object[]): Promise<void> {
  const told = must(
    await at.engine.reportHealth('music', {
      source,
      completeUntil: at.clock.now(),
      rows: hours.map((value, row) => ({ row, value })),
    }),
  );
  expect(told.quarantined).toEqual([]);
  await at.engine.settle();
}
async function crashRate(): Promise<Verdict> {
  const { verdict } = await at.base.db
    .selectFrom('verdicts')
    .select('verdict')
    .where('track', '=', at.track)
    .where('instance', '=', 'crash-rate')
    .executeTakeFirstOrThrow();
  return verdict;
}

test('a rollout waits while nothing is told, and while it is too early to tell', async () => {
  expect(await at.stage()).toBe('rolling-out 1%');
  expect(await crashRate()).toMatchObject({ colour: 'unknown', setUp: true, headline: 'Not connected' });
  at.clock.turn(HOUR);
  await tell(hour(0, 0));
  expect(await crashRate()).toMatchObject({ colour: 'yellow', sources: ['warehouse'], rate: { exposure: 4000, build: '110' } });
  expect(await at.stage()).toBe('rolling-out 1%');
});

test('where a criterion names a source, on all platforms or on this one, its hours alone count and make it fresh', async () => {
  const counted = async (source: string) => {
    must(await at.engine.savePolicy('music', policy.replace('{ is: rate-below,', `{ is: rate-below, ${source}`), astrid));
    await at.engine.settle();
    const { colour, sources, rate } = await crashRate();
    return { colour, sources, exposure: rate?.exposure, affected: rate?.affected, toldUntil: rate?.toldUntil };
  };
  const before = at.clock.now();
  at.clock.turn(HOUR);
  // of the same build and hour, and of one that the warehouse has not come to
  await tellBy('lab', hour(0, 1, { consumption: 50 }), hour(1, 3, { consumption: 50 }));
  const all = await counted('');
  expect(await counted('source: lab,')).toMatchObject({ sources: ['lab'], exposure: 100, affected: 4, toldUntil: at.clock.now() });
  // of all together it counts what each of them has told, as far as both have told everything
  expect(all).toMatchObject({ sources: ['lab', 'warehouse'], exposure: 4100, affected: 4, toldUntil: before });
  expect(await counted('source: nobody,')).toMatchObject({ colour: 'unknown', sources: [], exposure: undefined });
  // and from here on the warehouse alone
  expect(await counted('source: { android: warehouse },')).toMatchObject({
    sources: ['warehouse'],
    exposure: 4000,
    affected: 0,
    toldUntil: before,
  });
});

test('an hour of crashes halts it at the storefront, and pages once', async () => {
  await tell(hour(1, 30));
  expect(await at.stage()).toBe('halted 1%');
  expect(await crashRate()).toMatchObject({
    colour: 'red',
    clause: 'The whole range is over the limit',
    rate: { affected: 30, exposure: 8000, redSince: at.clock.now() },
  });
  const pages = await at.base.db.selectFrom('outbox').select('key').where('kind', '=', 'page').execute();
  expect(pages).toHaveLength(1);
});

test('the red stays however well it goes on, and nothing resumes over it', async () => {
  at.clock.turn(10 * HOUR);
  await tell(...Array.from({ length: 10 }, (_, after) => hour(after + 2, 0, { consumption: 90_000 })));
  expect(await crashRate()).toMatchObject({ colour: 'red', rate: { reason: 'latched' } });
  expect(await at.command({ do: 'resume', reason: 'the ad server is mended' })).toMatchObject({ ok: false, code: 'criteria-not-met' });
});

test('a person clears it with a reason, and it is judged anew by what comes', async () => {
  expect(await at.command({ do: 'clear-red', instance: 'crash-rate', reason: 'fine' })).toMatchObject({ code: 'reason-too-short' });
  must(await at.command({ do: 'clear-red', instance: 'crash-rate', reason: 'an ad server sent empty ads; it was mended at noon' }));
  await at.engine.settle();
  expect(await crashRate()).toMatchObject({ colour: 'yellow', rate: { affected: 0, exposure: 0, redSince: null } });
  const said = await at.base.db.selectFrom('journal').select('event').where('track', '=', at.track).execute();
  expect(JSON.stringify(said)).toContain('an ad server sent empty ads');
  must(await at.command({ do: 'resume', reason: 'the ad server is mended' }));
  await at.engine.settle();
  expect(await at.stage()).toBe('rolling-out 1%');
  at.clock.turn(5 * HOUR);
  await tell(...Array.from({ length: 5 }, (_, after) => hour(after + 12, 0, { consumption: 9000 })));
  expect(await crashRate()).toMatchObject({ colour: 'green', rate: { reason: 'below-limit', affected: 0 } });
  expect(await at.stage()).toBe('released');
});

test('a feed that falls silent makes it unknown when its time is over, with what it said last', async () => {
  at.clock.turn(7 * HOUR);
  await at.engine.settle();
  expect(await crashRate()).toMatchObject({ colour: 'unknown', headline: 'No data for 7 h', value: { amount: 0 } });
});
