import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, ProblemError } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import type { ControlRoom, ControlRoomPatch, SourcesNews } from '#api/control-room.ts';
import { applyPatch } from '#api/patch.ts';
import { sourceWasRead } from '#db/sources.ts';
import { quietLog } from '#lib/log.ts';
import { keepPolicies } from './policies.ts';
import { createStreams } from './stream.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

let room: TestServer;
let client: Client;

beforeAll(async () => {
  room = await testServer();
  client = createClient({ baseUrl: room.url, key: room.admin });
  await client.createApp({
    body: { id: 'music', name: 'Music', platforms: ['android', 'ios'], timezone: 'Europe/Stockholm', process: 'light' },
  });
  await client.planRelease({ params: { app: 'music' }, body: { version: '8.9.2' } });
  await room.engine.settle();
});
afterAll(() => room.close());

const app = { app: 'music' };
const ios = { app: 'music', version: '8.9.2', platform: 'ios' };
const build = {
  platform: 'ios',
  version: '8.9.2',
  number: '1047',
  state: 'succeeded' as const,
  commit: 'abcdef1234',
  at: '2024-10-01T12:20:00.000Z',
  revision: 1,
};

async function refusal(work: Promise<unknown>): Promise<{ code: string; status: number; detail: string; right: string | null }> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemError)) throw new Error(`it was not refused: ${String(error)}`);
  return error.problem;
}

/** Reads events of a stream until `enough` says so. */
async function events(
  path: string,
  headers: Record<string, string>,
  enough: (seen: { event: string; id: string; data: string }[]) => boolean,
): Promise<{ event: string; id: string; data: string }[]> {
  const ending = new AbortController();
  const answer = await fetch(`${room.url}${path}`, {
    headers: { authorization: `Bearer ${room.admin}`, ...headers },
    signal: ending.signal,
  });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const seen: { event: string; id: string; data: string }[] = [];
  let rest = '';
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    rest += chunk;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      if (field('event') !== '') seen.push({ event: field('event'), id: field('id'), data: field('data') });
    }
    if (enough(seen)) break;
  }
  ending.abort();
  return seen;
}

describe('reporting', () => {
  test('stores a build once, however often it is sent with the same key', async () => {
    const send = () => client.reportBuilds({ params: app, body: build, idempotencyKey: 'job-1047' });
    const first = await send();
    expect(first).toMatchObject({ accepted: 1, duplicates: 0, refused: 0 });
    expect(await send()).toEqual(first);
    await room.engine.settle();
    expect((await client.listBuilds({ params: ios })).items).toMatchObject([{ number: '1047', state: 'succeeded', commit: 'abcdef1234' }]);
  });

  test('refuses the same key for another body', async () => {
    expect(
      await refusal(client.reportBuilds({ params: app, body: { ...build, number: '1048' }, idempotencyKey: 'job-1047' })),
    ).toMatchObject({ code: 'key-reused', status: 422 });
  });

  test('keeps the keys of two callers apart', async () => {
    const other = createClient({ baseUrl: room.url, key: await room.keyFor({ roles: ['member'], scopes: ['report'] }) });
    expect(
      await other.reportBuilds({ params: app, body: { ...build, number: '1049', revision: 2 }, idempotencyKey: 'job-1047' }),
    ).toMatchObject({ accepted: 1 });
  });

  test('takes up to 1,000 at once, and names those that it refuses', async () => {
    const items = Array.from({ length: 1000 }, (_, index) => ({
      key: `PLAY-${index}`,
      title: `bug ${index}`,
      state: 'open' as const,
      versions: ['8.9.2'],
      platforms: ['ios'],
      team: 'player',
      revision: 1,
    }));
    expect(await client.reportBugs({ params: app, body: { items } })).toMatchObject({ accepted: 1000, refused: 0 });
    const mixed = await client.reportMany({
      params: app,
      body: {
        items: [
          { kind: 'build', report: { ...build, platform: 'toaster' } },
          { kind: 'build', report: { ...build, number: '1050' } },
        ],
      },
    });
    expect(mixed).toMatchObject({
      accepted: 1,
      refused: 1,
      receipts: [
        { index: 0, accepted: false },
        { index: 1, accepted: true },
      ],
    });
    expect(mixed.receipts[0]?.because).toContain('toaster');
  });

  test('names an app that there is not', async () => {
    expect(await refusal(client.reportBuilds({ params: { app: 'radio' }, body: build }))).toMatchObject({ code: 'not-found', status: 404 });
  });
});

describe('lists', () => {
  test('page by a cursor without a gap and without a repetition', async () => {
    const keys: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.listBugs({ params: app, query: { limit: 170, cursor } });
      keys.push(...page.items.map(({ key }) => key));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(keys).toHaveLength(1000);
    expect(new Set(keys).size).toBe(1000);
    const lines: string[] = [];
    do {
      const page = await client.listActivity({ params: app, query: { limit: 2, cursor } });
      lines.push(...page.items.map(({ id }) => id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.length).toBeGreaterThan(2);
  });
});

describe('the control room', () => {
  test('has every cell of every live track, with since, source or owner, and a sentence', async () => {
    await room.engine.settle();
    const snapshot = await client.getControlRoom({ params: app });
    expect(snapshot.tracks.map(({ id }) => id).toSorted()).toEqual(['music/8.9.2/android', 'music/8.9.2/ios']);
    expect(snapshot.summary.text).not.toBe('');
    expect(snapshot.summary.parts.map(({ text }) => text).join('')).toBe(snapshot.summary.text);
    for (const cell of snapshot.cells) {
      expect(cell.because).not.toBe('');
      expect(cell.headline).not.toBe('');
      expect(cell.since).toMatch(/Z$/);
    }
    const silent = snapshot.cells.filter(
      ({ colour, setUp, who, turnsGreen }) => colour !== 'green' && setUp && (who.length === 0 || turnsGreen === null),
    );
    expect(silent.map(({ track, instance }) => `${track} ${instance}`)).toEqual([]);
    const placed = snapshot.rows.flatMap(({ instances }) => instances);
    expect(new Set(placed)).toEqual(new Set(snapshot.cells.map(({ instance }) => instance)));
  });

  test('is not sent again to who has it', async () => {
    const ask = (headers: Record<string, string> = {}) =>
      fetch(`${room.url}/api/apps/music/control-room`, { headers: { authorization: `Bearer ${room.admin}`, ...headers } });
    const etag = (await ask()).headers.get('etag') ?? '';
    expect((await ask({ 'if-none-match': etag })).status).toBe(304);
    expect((await ask({ 'if-none-match': '"0"' })).status).toBe(200);
  });
});

describe('the stream', () => {
  test('tells a change as a patch that turns the old snapshot into the new one, and resumes after a break', async () => {
    const before: ControlRoom = await client.getControlRoom({ params: app });
    const path = '/api/apps/music/stream';
    const watching = events(path, { 'last-event-id': String(before.version) }, (seen) => seen.some(({ event }) => event === 'patch'));
    await new Promise((done) => setTimeout(done, 200));
    await client.giveCommand({ params: ios, body: { command: { do: 'pause-robot', scope: 'track', reason: 'the store is down' } } });
    const seen = await watching;
    expect(seen[0]?.event).toBe('hello');
    const patch = JSON.parse(seen.find(({ event }) => event === 'patch')?.data ?? 'null') as ControlRoomPatch;
    expect(patch.from).toBe(before.version);
    const after = applyPatch(before, patch);
    expect(after?.tracks.find(({ id }) => id === 'music/8.9.2/ios')?.robotPaused?.why).toBe('the store is down');

    // who was away gets what they missed, from the patches that are kept
    const back = await events(path, { 'last-event-id': String(before.version) }, (got) => got.length >= 2);
    expect(back[1]).toMatchObject({ event: 'patch' });
    expect((JSON.parse(back[1]?.data ?? 'null') as ControlRoomPatch).from).toBe(before.version);
  });

  test('sends the snapshot to who has a version that no patch goes on from, and the next patch follows on it', async () => {
    const current = await client.getControlRoom({ params: app });
    const watching = events('/api/apps/music/stream?after=1', {}, (got) => got.some(({ event }) => event === 'patch'));
    await new Promise((done) => setTimeout(done, 200));
    await client.giveCommand({ params: ios, body: { command: { do: 'unpause-robot', scope: 'track', reason: 'the store is back' } } });
    const seen = (await watching).filter(({ event }) => event !== 'sources');
    expect(seen.map(({ event }) => event)).toEqual(['hello', 'snapshot', 'patch']);
    const [, told, then] = seen.map(({ data }) => JSON.parse(data) as unknown);
    const snapshot = told as ControlRoom;
    expect(snapshot.version).toBe(current.version);
    expect(snapshot.cells).toEqual(current.cells);
    const after = applyPatch(snapshot, then as ControlRoomPatch);
    expect(after?.tracks.find(({ id }) => id === 'music/8.9.2/ios')?.robotPaused).toBeNull();
    await client.giveCommand({ params: ios, body: { command: { do: 'pause-robot', scope: 'track', reason: 'the store is down' } } });
  });

  test('tells that a source was read once more, and raises no version for it', async () => {
    const before = await client.getControlRoom({ params: app });
    const at = '2026-10-01T12:20:00.000Z';
    const watching = events('/api/apps/music/stream', { 'last-event-id': String(before.version) }, (seen) =>
      seen.some(({ event, data }) => event === 'sources' && data.includes(at)),
    );
    await sourceWasRead(room.database.db, { app: 'music', source: 'read', kinds: ['bug'], at, recordedAt: at, freshForMinutes: 10 });
    const seen = await watching;
    expect(seen.map(({ event }) => event)).not.toContain('patch');
    const told = seen.findLast(({ event }) => event === 'sources');
    expect(told?.id).toBe('');
    expect((JSON.parse(told?.data ?? 'null') as SourcesNews).sources.find(({ source }) => source === 'read')).toMatchObject({
      lastReadAt: at,
    });
    expect((await client.getControlRoom({ params: app })).version).toBe(before.version);
  });

  test('drops a viewer who takes nothing of what they are sent, and no other', async () => {
    const { db } = room.database;
    const streams = createStreams({
      db,
      clock: room.engine.clock,
      engine: room.engine,
      log: quietLog,
      policies: keepPolicies(db),
      mayWatch: () => Promise.resolve([]),
      bufferLimitBytes: 2000,
      heartbeatMs: 20,
    });
    const watcher = { by: 'key', id: 'k', app: 'music' } as const;
    const listening = createServer((_, raw) => void streams.open('music', 1, raw, watcher)).listen(0, '127.0.0.1');
    await new Promise((done) => listening.once('listening', done));
    const taking = await fetch(`http://127.0.0.1:${(listening.address() as AddressInfo).port}/`);
    // an answer that no socket takes up
    const stuck = new ServerResponse(new IncomingMessage(new Socket()));
    await streams.open('music', 1, stuck, watcher);
    expect(stuck.writableLength).toBeGreaterThan(2000);
    expect(streams.viewers()).toBe(2);
    let text = '';
    for await (const chunk of taking.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (stuck.destroyed && text.split(': beat').length > 3) break;
    }
    expect({ isDropped: stuck.destroyed, viewers: streams.viewers() }).toEqual({ isDropped: true, viewers: 1 });
    streams.close();
    listening.close();
  });

  test('beats in the time of the app', async () => {
    const by = { kind: 'person', id: 'lind', name: 'M. Lind', roles: ['admin'], teams: [] } as const;
    const made = await room.engine.createApp(
      {
        id: 'october',
        name: 'October',
        timezone: 'UTC',
        platforms: ['ios'],
        sample: true,
        clock: { at: '2024-10-01T12:20:00.000Z', speed: 0 },
      },
      by,
    );
    expect(made.ok).toBe(true);
    const ending = new AbortController();
    const live = await fetch(`${room.url}/api/apps/october/stream`, {
      headers: { authorization: `Bearer ${room.admin}` },
      signal: ending.signal,
    });
    let text = '';
    for await (const chunk of live.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.includes(': beat')) break;
    }
    ending.abort();
    expect(text).toContain(': beat 2024-10-01T12:20:00.000Z');
  });

  test('beats while nothing happens, and ends for an app that there is not', async () => {
    const answer = await fetch(`${room.url}/api/apps/radio/stream`, { headers: { authorization: `Bearer ${room.admin}` } });
    expect(answer.status).toBe(404);
    const ending = new AbortController();
    const live = await fetch(`${room.url}/api/apps/music/stream`, {
      headers: { authorization: `Bearer ${room.admin}` },
      signal: ending.signal,
    });
    let text = '';
    for await (const chunk of live.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.includes(': beat')) break;
    }
    ending.abort();
    expect(text).toContain(': beat');
  });
});

describe('commands', () => {
  test('are refused in the words of the rules', async () => {
    expect(await refusal(client.giveCommand({ params: ios, body: { command: { do: 'resume', reason: 'why not' } } }))).toMatchObject({
      code: 'wrong-stage',
      status: 409,
    });
    expect(await refusal(client.giveCommand({ params: { ...ios, version: '9.9.9' }, body: { command: { do: 'submit' } } }))).toMatchObject({
      code: 'not-found',
      status: 404,
    });
  });

  test('are written into the journal with who gave them, and the journal holds', async () => {
    const { items } = await client.listAudit({ query: { app: 'music', is: 'robot-paused' } });
    expect(items[0]).toMatchObject({ actor: { kind: 'key' }, event: { is: 'robot-paused' } });
    expect(await client.verifyAudit()).toMatchObject({ ok: true, problems: [] });
  });

  test('are found in the journal by several kinds at once, and by who did them', async () => {
    const both = await client.listAudit({ query: { app: 'music', is: 'robot-paused,born', limit: 200 } });
    expect(new Set(both.items.map(({ event }) => event['is']))).toEqual(new Set(['robot-paused', 'born']));
    const byKeys = await client.listAudit({ query: { app: 'music', by: 'key', limit: 200 } });
    expect(new Set(byKeys.items.map(({ actor }) => actor.kind))).toEqual(new Set(['key']));
    const paused = await client.listActivity({ params: app, query: { is: 'robot-paused', by: 'key' } });
    expect(paused.items).not.toHaveLength(0);
    expect((await client.listActivity({ params: app, query: { is: 'robot-paused', by: 'robot' } })).items).toHaveLength(0);
  });

  test('can be tried without being given', async () => {
    const plan = await client.previewCommand({
      params: ios,
      body: { command: { do: 'unpause-robot', scope: 'track', reason: 'the store is back' } },
    });
    expect(plan.robot.is).not.toBe('paused');
    expect((await client.getTrack({ params: ios })).robotPaused).not.toBeNull();
  });
});

/** What was never looked at. */
const unseen = '0'.repeat(32);

describe('the policy', () => {
  test('is shown, refused with the line of each fault, and saved as a new revision', async () => {
    const now = await client.getPolicy({ params: app });
    expect(now.revision).toBe(1);
    expect(
      await refusal(client.savePolicy({ params: app, body: { text: `${now.text}\nrollout: nonsense\n`, preview: unseen, why: 'try' } })),
    ).toMatchObject({
      code: 'invalid-policy',
      status: 422,
    });
    const text = now.text.replace('Europe/Stockholm', 'Europe/Berlin');
    expect(await refusal(client.savePolicy({ params: app, body: { text, preview: unseen, why: 'the office moved' } }))).toMatchObject({
      code: 'stale',
    });
    const { preview, basedOn, diff, plans } = await client.previewPolicy({ params: app, body: { text } });
    expect({ basedOn, added: diff.added, removed: diff.removed }).toEqual({ basedOn: 1, added: 1, removed: 1 });
    expect(plans.length).toBeGreaterThan(0);
    const saved = await client.savePolicy({ params: app, body: { text, basedOn: 1, preview, why: 'the office moved' } });
    expect(saved.revision).toBe(2);
    expect(await refusal(client.savePolicy({ params: app, body: { text: now.text, basedOn: 1, preview, why: 'back' } }))).toMatchObject({
      status: 409,
    });
    expect(await client.getPolicy({ params: app })).toMatchObject({ why: 'the office moved', proposal: null, approvedBy: null });
    expect(
      (await client.getPolicyDiff({ params: app, query: { to: 2 } })).lines.filter(({ is }) => is === 'removed' || is === 'added'),
    ).toMatchObject([
      { is: 'removed', text: 'timezone: Europe/Stockholm' },
      { is: 'added', text: 'timezone: Europe/Berlin' },
    ]);
    expect((await client.listPolicyRevisions({ params: app })).items.map(({ revision }) => revision)).toEqual([2, 1]);
  });
});
