/** What an order, and what is known, rests on may be gone by the time it is to be used. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Authority } from '#domain/release/authority.ts';
import type { Actor } from '#domain/roles.ts';
import { lightPolicy, must, readyToSubmit, room } from './room.ts';
import type { Room } from './room.ts';

const bo: Actor = { kind: 'person', id: 'bo', name: 'Bo', roles: ['release-manager'], teams: [] };

let at: Room;
afterEach(() => at.close());

const submissions = () =>
  at.base.db
    .selectFrom('outbox')
    .select(['state', 'outcome'])
    .where('track', '=', at.track)
    .where('kind', '=', 'ensure-submission')
    .orderBy('ordered_at')
    .execute();

describe('the authority of who gave an order', () => {
  test('is asked again when it fires: who lost their role in between submits nothing, and somebody else may', async () => {
    let authority: Authority = { is: 'held', roles: ['release-manager'] };
    at = await room({ policy: lightPolicy.replace('submit: auto', 'submit: manual'), authority: () => Promise.resolve(authority) });
    await readyToSubmit(at);
    must(await at.command({ do: 'submit', reason: 'it is whole' }));
    authority = { is: 'held', roles: ['viewer'] };
    await at.engine.settle();
    expect(await submissions()).toEqual([
      { state: 'void', outcome: expect.stringContaining('Astrid ordered this and is viewer by now, which may not submit') as string },
    ]);
    expect(
      at.world
        .state()
        .listings.flatMap(({ releases }) => releases)
        .filter(({ version }) => version === '1.1.0'),
    ).toEqual([]);
    expect(await at.stage()).toBe('candidate');
    authority = { is: 'held', roles: ['release-manager'] };
    must(await at.command({ do: 'submit', reason: 'it is whole' }, bo));
    await at.engine.settle();
    expect((await submissions()).map(({ state }) => state)).toEqual(['void', 'done']);
  });
});

describe('the branch of a live release', () => {
  test('that cannot be read any more makes the repository count as unread: what rests on it turns unknown, with the reason', async () => {
    at = await room();
    await readyToSubmit(at);
    const complete = () =>
      at.base.db
        .selectFrom('verdicts')
        .select(['colour', 'verdict'])
        .where('track', '=', at.track)
        .where('instance', '=', 'latest-build-complete')
        .executeTakeFirstOrThrow();
    expect((await complete()).colour).toBe('green');
    writeFileSync(join(at.repo.path, '.git', 'refs', 'heads', 'release', '1.1.0'), `${'a'.repeat(40)}\n`);
    for (let turn = 0; turn < 4; turn++) {
      at.clock.turn(3_600_000);
      await at.engine.settle();
    }
    const source = await at.base.db.selectFrom('sources').select('error').where('source', '=', 'git').executeTakeFirstOrThrow();
    expect(source.error).toMatch(/the branch release\/1\.1\.0 of a live release cannot be read: .*aaaaaaaaaaaa/);
    expect((await complete()).colour).toBe('unknown');
  });
});
