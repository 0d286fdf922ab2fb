import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '#domain/roles.ts';
import { testDatabase } from '../../test/setup/database.ts';
import { createEngine } from './engine.ts';
import type { Engine } from './types.ts';

const admin: Actor = { kind: 'person', id: 'p', name: 'M. Lind', roles: ['admin', 'release-manager'], teams: [] };
const policy = `app: music
timezone: Europe/Stockholm
cycle: { cadence: weekly, branch: Friday 09:00, submit: Monday 17:00, start: Tuesday 09:00, finish: Wednesday 09:00 }
platforms:
  ios: { storefronts: [app-store-connect], rollout: [1, 100] }
kinds: { regular: { process: weekly-mobile } }
`;

let base: Awaited<ReturnType<typeof testDatabase>>;
let engine: Engine;
beforeAll(async () => {
  base = await testDatabase();
  engine = createEngine({
    connection: base,
    integrations: [],
    clock: { now: () => '2024-09-23T08:00:00.000Z' },
    owner: 'test',
    secret: 'a secret for the tests, of enough length',
    dataDir: '/nowhere',
  });
  const made = await engine.createApp({ id: 'music', name: 'Music', timezone: 'Europe/Stockholm', platforms: ['ios'], policy }, admin);
  if (!made.ok) throw new Error(made.because);
});
afterAll(() => base.close());

const planned = async (version: string, kind: 'regular' | 'hotfix') => {
  const answer = await engine.planRelease(
    { app: 'music', version, kind, base: kind === 'hotfix' ? '8.9.2' : null, platforms: ['ios'] },
    admin,
  );
  return answer.ok ? answer.release.planned : answer;
};

test('a release that is planned gets the times of the next train, and the one after it those of the train after', async () => {
  expect(await planned('8.9.2', 'regular')).toEqual({
    branch: '2024-09-27T07:00:00.000Z',
    candidate: null,
    submit: '2024-09-30T15:00:00.000Z',
    start: '2024-10-01T07:00:00.000Z',
    finish: '2024-10-02T07:00:00.000Z',
  });
  expect(await planned('8.9.3', 'regular')).toMatchObject({ branch: '2024-10-04T07:00:00.000Z', finish: '2024-10-09T07:00:00.000Z' });
});

test('a hotfix rides no train', async () => {
  expect(await planned('8.9.4', 'hotfix')).toEqual({ branch: null, candidate: null, submit: null, start: null, finish: null });
});
