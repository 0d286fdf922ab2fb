import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '#domain/roles.ts';
import type { Fact } from '#domain/facts.ts';
import { astrid, ci, lightPolicy, must, readyToSubmit, room } from './room.ts';
import type { Room } from './room.ts';

let at: Room;
beforeAll(async () => {
  at = await room();
});
afterAll(() => at.close());

const viewer: Actor = { kind: 'person', id: 'vera', name: 'Vera', roles: ['viewer'], teams: [] };

async function everything(): Promise<string> {
  const tables = ['tracks', 'journal', 'outbox', 'verdicts', 'bug_decisions', 'waivers', 'questions', 'apps', 'policies', 'due'] as const;
  const rows = await Promise.all(tables.map((table) => at.base.db.selectFrom(table).selectAll().execute()));
  return JSON.stringify(rows.map((of) => of.map((row) => JSON.stringify(row)).toSorted()));
}

describe('a command', () => {
  test('of someone who may not is refused, in words and with a code', async () => {
    expect(await at.command({ do: 'pause-robot', scope: 'track', reason: 'just so', until: null }, viewer)).toMatchObject({
      ok: false,
      code: 'not-allowed',
    });
    expect(await at.engine.command('music/9.9.9/android', { do: 'submit' }, astrid)).toMatchObject({ ok: false, code: 'not-found' });
  });

  test('with text that cannot be kept is refused and breaks nothing', async () => {
    expect(await at.command({ do: 'pause-robot', scope: 'track', reason: 'a\u0000b', until: null })).toMatchObject({
      ok: false,
      code: 'invalid',
    });
    expect(await at.command({ do: 'pause-robot', scope: 'track', reason: 'a\ud83d', until: null })).toMatchObject({
      ok: false,
      code: 'invalid',
    });
  });

  test('sent twice with one key is done once; another command under the same key is a conflict', async () => {
    const give = (reason: string) =>
      at.engine.command(at.track, { do: 'pause-robot', scope: 'track', reason, until: null }, astrid, { idempotencyKey: 'k1' });
    const answers = await Promise.all([give('lunch'), give('lunch'), give('lunch')]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ ok: true, changed: true });
    expect(await give('dinner')).toMatchObject({ ok: false, code: 'conflict' });
    expect(await at.base.db.selectFrom('journal').select('seq').where('kind', '=', 'robot-paused').execute()).toHaveLength(1);
    must(await at.command({ do: 'unpause-robot', scope: 'track', reason: 'back' }));
  });

  test('many at the same moment are all carried out, one after the other', async () => {
    await at.report('bug', 'PLAY-1', {
      key: 'PLAY-1',
      title: 'No sound',
      state: 'open',
      platforms: [],
      versions: ['1.1.0'],
      team: 'player',
      flow: null,
      severity: null,
      nominated: false,
      fixedBy: [],
      verifiedOn: [],
    });
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) => at.command({ do: 'nominate-bug', bug: 'PLAY-1', reason: `reason ${index}` })),
    );
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    const said = await at.base.db
      .selectFrom('journal')
      .select('event')
      .where('track', '=', at.track)
      .where('kind', '=', 'bug-nominated')
      .execute();
    expect(new Set(said.map(({ event }) => ('reason' in event ? event.reason : '')))).toEqual(
      new Set([0, 1, 2, 3, 4].map((index) => `reason ${index}`)),
    );
    must(
      await at.command({
        do: 'decide-bug',
        bug: 'PLAY-1',
        decision: 'not-a-blocker',
        reason: 'old phones only',
        risk: null,
        impact: null,
        workaround: null,
      }),
    );
    await at.engine.settle();
  });

  test('pausing the robot for the app holds every track, and stands in the app’s own chain', async () => {
    must(await at.command({ do: 'pause-robot', scope: 'app', reason: 'an incident', until: null }));
    await at.engine.settle();
    expect(
      await at.base.db.selectFrom('journal').select('chain').where('kind', '=', 'robot-paused').where('chain', '=', 'app:music').execute(),
    ).toHaveLength(1);
    await readyToSubmit(at);
    expect(await at.stage()).toBe('stabilising');
    const preview = must(await at.engine.plan(at.track));
    expect(preview.plan.robot.is).toBe('paused');
  });

  test('as a preview tells what would happen and leaves no trace', async () => {
    await at.engine.settle();
    const before = await everything();
    const preview = must(
      await at.engine.plan(at.track, { command: { do: 'unpause-robot', scope: 'app', reason: 'it is over' }, by: astrid }),
    );
    expect(preview.plan.actions.map(({ effect }) => effect.kind)).toEqual(['ensure-submission']);
    expect(await everything()).toBe(before);
    expect(await at.engine.plan(at.track, { command: { do: 'submit' }, by: viewer })).toMatchObject({ ok: false, code: 'not-allowed' });
  });

  test('based on what was seen before the track moved is stale; on an older revision of the same situation it is not', async () => {
    const { revision } = must(await at.engine.plan(at.track));
    must(await at.command({ do: 'nominate-bug', bug: 'PLAY-1', reason: 'again' }));
    const pause = { do: 'pause-robot', scope: 'track', reason: 'lunch', until: null } as const;
    expect(await at.engine.command(at.track, pause, astrid, { basedOn: revision })).toMatchObject({ ok: true });
    must(await at.command({ do: 'unpause-robot', scope: 'track', reason: 'back' }));
    must(await at.command({ do: 'unpause-robot', scope: 'app', reason: 'it is over' }));
    await at.engine.settle();
    must(
      await at.command({
        do: 'decide-bug',
        bug: 'PLAY-1',
        decision: 'not-a-blocker',
        reason: 'old phones only',
        risk: null,
        impact: null,
        workaround: null,
      }),
    );
    await at.engine.settle();
    expect(await at.stage()).toBe('in-review');
    expect(await at.engine.command(at.track, pause, astrid, { basedOn: revision })).toMatchObject({ ok: false, code: 'stale' });
    expect(await at.engine.command(at.track, pause, astrid, { basedOn: 1_000_000 })).toMatchObject({ ok: false, code: 'stale' });
  });
});

describe('a report', () => {
  const build = (number: string, more: Partial<Fact> = {}, payload: object = {}): Fact =>
    ({
      kind: 'build',
      app: 'music',
      source: 'ci',
      key: number,
      revision: 1,
      at: at.clock.now(),
      payload: {
        platform: 'android',
        version: '1.1.0',
        number,
        kind: 'release-candidate',
        state: 'building',
        commit: 'abcdef1',
        ...payload,
      },
      ...more,
    }) as Fact;

  test('stores what is right and names what is not', async () => {
    const facts = [
      build('201'),
      build('202', {}, { platform: 'amiga' }),
      build('203', {}, { version: '7.7.7' }),
      build('204', {}, { state: 'wobbly' }),
      build('205', { at: '2034-01-01T00:00:00.000Z' }),
      build('206', { key: '' }),
      build('207', { kind: 'horoscope' as 'build' }),
      build('208', {}, { branch: 'a\u0000b' }),
      build('201'),
    ];
    const { receipts } = must(await at.engine.report(facts, ci));
    expect(receipts.map(({ accepted, duplicate }) => [accepted, duplicate])).toEqual([
      [true, false],
      ...Array.from({ length: 7 }, () => [false, false]),
      [true, true],
    ]);
    expect(receipts[1]).toMatchObject({ because: 'there is no platform "amiga"', wouldBeRight: "the app's platforms are android" });
    expect(receipts[2]?.because).toContain('there is no release 7.7.7 on android');
    expect(receipts[2]?.wouldBeRight).toContain('1.1.0');
    expect(receipts.slice(1, 8).every(({ because, wouldBeRight }) => because && wouldBeRight)).toBe(true);
  });

  test('sent twice with one key gives the same answer; with another body it is a conflict', async () => {
    const send = (number: string) => at.engine.report([build(number)], ci, { idempotencyKey: 'r1' });
    const [first, second] = await Promise.all([send('301'), send('301')]);
    expect(second).toEqual(first);
    expect(await send('302')).toMatchObject({ ok: false, code: 'conflict' });
  });

  test('from many callers at once loses nothing', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => at.engine.report([build(`4${index}`), build(`5${index}`)], ci).then(must)));
    const rows = await at.base.db
      .selectFrom('builds')
      .select('number')
      .where('number', '>=', '40')
      .where('number', '<', '6')
      .where('version', '=', '1.1.0')
      .execute();
    expect(rows.filter(({ number }) => /^[45]\d{1,2}$/.test(number)).length).toBeGreaterThanOrEqual(40);
  });

  test('of an app that is not there, or of two apps at once, is refused', async () => {
    expect(await at.engine.report([build('1', { app: 'poetry' })], ci)).toMatchObject({ ok: false, code: 'not-found' });
    expect(await at.engine.report([build('1'), build('1', { app: 'poetry' })], ci)).toMatchObject({ ok: false, code: 'invalid' });
  });
});

describe('setting up', () => {
  test('refuses what cannot be, and says what would be right', async () => {
    const { engine } = at;
    expect(await engine.createApp({ id: 'music', name: 'Music', timezone: 'UTC', platforms: ['ios'] }, astrid)).toMatchObject({
      ok: false,
      code: 'conflict',
    });
    expect(await engine.createApp({ id: 'No Slug', name: 'x', timezone: 'UTC', platforms: ['ios'] }, astrid)).toMatchObject({
      ok: false,
      code: 'invalid',
    });
    expect(await engine.createApp({ id: 'poetry', name: 'x', timezone: 'Mars/Olympus', platforms: ['ios'] }, astrid)).toMatchObject({
      ok: false,
      code: 'invalid',
    });
    expect(await engine.connect({ app: 'music', integration: 'pigeon', settings: {}, serves: [] }, astrid)).toMatchObject({
      ok: false,
      code: 'not-found',
    });
    expect(
      await engine.connect({ app: 'music', integration: 'sandbox', settings: { url: 'http://example.com' }, serves: [] }, astrid),
    ).toMatchObject({ ok: false, code: 'invalid' });
    expect(await engine.connect({ app: 'music', integration: 'sandbox', settings: {}, serves: ['pager'] }, astrid)).toMatchObject({
      ok: false,
      code: 'invalid',
    });
    expect(await engine.planRelease({ app: 'music', version: '1.1.0', kind: 'regular', platforms: ['android'] }, astrid)).toMatchObject({
      ok: false,
      code: 'conflict',
    });
    expect(await engine.planRelease({ app: 'music', version: 'one', kind: 'regular', platforms: ['android'] }, astrid)).toMatchObject({
      ok: false,
      code: 'invalid',
    });
    expect(await engine.planRelease({ app: 'music', version: '3.0.0', kind: 'regular', platforms: ['amiga'] }, astrid)).toMatchObject({
      ok: false,
      code: 'invalid',
    });
    expect(
      await engine.planRelease({ app: 'music', version: '3.0.0', kind: 'hotfix', base: '2.9.0', platforms: ['android'] }, astrid),
    ).toMatchObject({ ok: false, code: 'not-found' });
  });

  test('a policy is saved once for each revision it is based on, and a dry run tells the plans and saves nothing', async () => {
    await at.engine.settle();
    const before = await everything();
    const dry = must(await at.engine.savePolicy('music', lightPolicy.replace('soaked: 1m', 'soaked: 9h'), astrid, { dryRun: true }));
    expect(dry.plans.map(({ track }) => track)).toEqual(['music/1.1.0/android', 'music/1.2.0/android']);
    expect(await everything()).toBe(before);
    const saves = await Promise.all(
      [1, 2].map((hours) => at.engine.savePolicy('music', lightPolicy.replace('soaked: 1m', `soaked: ${hours}h`), astrid, { basedOn: 1 })),
    );
    expect(saves.map((answer) => String(answer.ok ? answer.revision : answer.code)).toSorted()).toEqual(['2', 'stale']);
    expect(await at.engine.savePolicy('music', 'process: lihgt', astrid)).toMatchObject({ ok: false, code: 'invalid' });
    expect(
      await at.engine.savePolicy('music', lightPolicy.replace('android:', 'ios:').replace('google-play', 'app-store-connect'), astrid),
    ).toMatchObject({ ok: false, code: 'conflict' });
    await at.engine.settle();
    expect(await at.engine.verifyAudit('music')).toMatchObject({ ok: true });
  });
});
