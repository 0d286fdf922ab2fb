import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { kindOfAddress } from './addresses.ts';
import { createReach, OutOfReach, permissionIn } from './reach.ts';
import type { Lookup, Reach, ReachOptions } from './reach.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const each of servers.splice(0)) {
    each.closeAllConnections();
    each.close();
  }
});

/** A server on the loopback; `visits` has the addresses that were asked for. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<{ port: number; visits: string[] }> {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { port: (server.address() as AddressInfo).port, visits };
}

/** A resolver with a zone of its own; each question takes the next answer of its name, and the last one stays. Counts questions. */
function zone(names: Record<string, (string | readonly string[])[]>): { lookup: Lookup; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    lookup: (host, _options, answer) => {
      asked.push(host);
      const answers = names[host];
      const next = answers === undefined ? undefined : answers.length > 1 ? answers.shift() : answers[0];
      if (next === undefined) answer(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), []);
      else
        answer(
          null,
          [next].flat().map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
    },
  };
}

const reach = (addresses: string[], options: Partial<ReachOptions> = {}): Reach =>
  createReach({ permitted: { addresses, directories: [] }, ...options });

const text = async (answer: Promise<Response>): Promise<string> => (await answer).text();

describe('the kinds of addresses', () => {
  test.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['::ffff:8.8.8.8', 'public'],
    ['172.32.0.1', 'public'],
    ['127.255.0.3', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['fd12:3456::1', 'private'],
    ['0.0.0.0', 'never'],
    ['::', 'never'],
    ['169.254.169.254', 'never'],
    ['::ffff:169.254.169.254', 'never'],
    ['100.100.100.200', 'never'],
    ['168.63.129.16', 'never'],
    ['fd00:ec2::254', 'never'],
    ['fe80::1', 'never'],
    ['fe80::1%eth0', 'never'],
    ['::127.0.0.1', 'never'],
    ['64:ff9b::7f00:1', 'never'],
    ['2002:7f00:1::', 'never'],
    ['224.0.0.1', 'never'],
    ['255.255.255.255', 'never'],
    ['localhost', 'never'],
  ])('%s is %s', (address, kind) => {
    expect(kindOfAddress(address)).toBe(kind);
  });
});

describe('an address that is entered', () => {
  // every way to write this machine, its neighbours and the metadata service that a parser of addresses knows
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0177.0.0.1/',
    'http://0x7f.0x0.0x0.0x1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://10.0.0.1/',
    'http://192.168.0.1:8080/',
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://１２７.０.０.１/',
    'http://127。0。0。1/',
  ])('%s is refused before anything is sent', async (url) => {
    await expect(reach([]).fetch(url)).rejects.toThrow(OutOfReach);
  });

  test.each(['http://[fe80::1%25eth0]/', 'http://', 'http://exa mple/', 'http://user:secret@127.0.0.1/', 'nonsense'])(
    '%s is no address to fetch',
    async (url) => {
      await expect(reach(['loopback']).fetch(url)).rejects.toThrow(TypeError);
    },
  );

  test.each(['file:///etc/passwd', 'data:text/plain,x', 'ftp://example.com/', 'gopher://127.0.0.1/'])('%s is not fetched', async (url) => {
    await expect(reach(['loopback']).fetch(url)).rejects.toThrow('is not fetched; http or https');
  });

  test('a name that leads to a private network is refused, with what would permit it', async () => {
    const { lookup } = zone({ 'git.corp.example': ['10.0.0.5'], 'metadata.example': ['169.254.169.254'], 'here.example': ['127.0.0.1'] });
    await expect(reach([], { lookup }).fetch('http://git.corp.example/')).rejects.toThrow(
      'git.corp.example (10.0.0.5) is a private network, which this server may not reach; an address of the internet, or one that its operator permits in ALLOW_PRIVATE_ADDRESSES',
    );
    await expect(reach([], { lookup }).fetch('http://here.example/')).rejects.toThrow('this machine itself');
    // no range and no name permits the metadata service
    await expect(reach(['private', '169.254.0.0/16', 'metadata.example'], { lookup }).fetch('http://metadata.example/')).rejects.toThrow(
      'metadata',
    );
    expect(await reach(['169.254.169.254'], { lookup }).addressesOf('metadata.example')).toEqual(['169.254.169.254']);
  });

  test('a name is reached at those of its addresses that are permitted', async () => {
    const { lookup } = zone({ 'both.example': [['10.0.0.5', '93.184.216.34']], 'nowhere.example': [[]] });
    expect(await reach([], { lookup }).addressesOf('both.example')).toEqual(['93.184.216.34']);
    expect(await reach(['10.0.0.0/8'], { lookup }).addressesOf('BOTH.example.')).toEqual(['10.0.0.5', '93.184.216.34']);
    await expect(reach([], { lookup }).addressesOf('nowhere.example')).rejects.toThrow('has no address');
    await expect(reach([], { lookup }).addressesOf('missing.example')).rejects.toThrow('ENOTFOUND');
  });

  test.each([
    [['loopback'], true],
    [['127.0.0.0/8'], true],
    [['127.0.0.1'], true],
    [['inside.corp.example'], true],
    [['*.corp.example'], true],
    [['INSIDE.corp.example'], true],
    [['corp.example'], false],
    [['*.inside.corp.example'], false],
    [['private'], false],
    [['10.0.0.0/8'], false],
    [['::1/128'], false],
    [[], false],
  ])('%j permits inside.corp.example at 127.0.0.1: %s', async (addresses, isPermitted) => {
    const { lookup } = zone({ 'inside.corp.example': ['127.0.0.1'] });
    const there = reach(addresses, { lookup }).addressesOf('inside.corp.example');
    const found = await there.catch((error: unknown) => (error instanceof OutOfReach ? 'refused' : error));
    expect(found).toEqual(isPermitted ? ['127.0.0.1'] : 'refused');
  });

  test.each([
    ['loopback', 'word'],
    ['private', 'word'],
    ['10.0.0.0/8', 'range'],
    ['fd00::/8', 'range'],
    ['10.0.0.1', 'range'],
    ['git.corp.example', 'host'],
    ['*.corp.example', 'host'],
    ['10.0.0.0/33', null],
    ['10.0.0', null],
    ['http://git', null],
    ['*', null],
    ['', null],
  ])('%s in the setting is a %s', (written, kind) => {
    expect(permissionIn(written)).toBe(kind);
  });
});

describe('a name that means another place a moment later', () => {
  test('is asked once for each connection, and the answer is what is connected to', async () => {
    const there = await serve((_request, response) => response.setHeader('connection', 'close').end('good'));
    const names = zone({ 'rebind.example': ['127.0.0.1', '127.0.0.2'] });
    const guarded = reach(['127.0.0.1/32'], { lookup: names.lookup });
    expect(await text(guarded.fetch(`http://rebind.example:${there.port}/`))).toBe('good');
    expect(names.asked).toEqual(['rebind.example']);
    await expect(guarded.fetch(`http://rebind.example:${there.port}/`)).rejects.toThrow(
      'rebind.example (127.0.0.2) is this machine itself',
    );
    expect(there.visits).toEqual([`rebind.example:${there.port}/`]);
  });
});

describe('a redirect', () => {
  test('is followed to where one may go, without what was meant for the first place', async () => {
    const seen: (string | undefined)[] = [];
    const target = await serve((request, response) => {
      seen.push(request.headers.authorization, request.headers.cookie);
      response.end('there');
    });
    const first = await serve((_request, response) =>
      response.writeHead(302, { location: `http://second.example:${target.port}/x` }).end(),
    );
    const { lookup } = zone({ 'first.example': ['127.0.0.1'], 'second.example': ['127.0.0.1'] });
    const answer = await reach(['*.example'], { lookup }).fetch(`http://first.example:${first.port}/`, {
      headers: { authorization: 'Bearer x', cookie: 'a=b' },
    });
    expect({ url: answer.url, redirected: answer.redirected, text: await answer.text() }).toEqual({
      url: `http://second.example:${target.port}/x`,
      redirected: true,
      text: 'there',
    });
    expect(seen).toEqual([undefined, undefined]);
  });

  test.each([
    ['an address', (port: number) => `http://127.0.0.1:${port}/secret`],
    ['another name', (port: number) => `http://inside.test:${port}/secret`],
    ['the metadata service', () => 'http://169.254.169.254/latest/'],
    ['an address in other digits', (port: number) => `http://2130706433:${port}/secret`],
  ])('to %s is refused at its hop, also behind others', async (_what, location) => {
    const secret = await serve((_request, response) => response.end('secret'));
    const { lookup } = zone({ 'first.example': ['127.0.0.1'], 'second.example': ['127.0.0.1'], 'inside.test': ['127.0.0.1'] });
    const second = await serve((_request, response) => response.writeHead(307, { location: location(secret.port) }).end());
    const first = await serve((_request, response) => response.writeHead(301, { location: `http://second.example:${second.port}/` }).end());
    await expect(reach(['*.example'], { lookup }).fetch(`http://first.example:${first.port}/`)).rejects.toThrow(OutOfReach);
    expect(second.visits).toHaveLength(1);
    expect(secret.visits).toEqual([]);
  });

  test.each(['file:///etc/passwd', 'data:text/plain,secret', 'ftp://first.example/'])('to %s is an error', async (location) => {
    const first = await serve((_request, response) => response.writeHead(302, { location }).end());
    const { lookup } = zone({ 'first.example': ['127.0.0.1'] });
    await expect(reach(['first.example'], { lookup }).fetch(`http://first.example:${first.port}/`)).rejects.toThrow(TypeError);
  });

  test('without end is an error, and one that is not wanted too', async () => {
    const around = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end());
    const { lookup } = zone({ 'first.example': ['127.0.0.1'] });
    const guarded = reach(['first.example'], { lookup });
    await expect(guarded.fetch(`http://first.example:${around.port}/`)).rejects.toThrow(TypeError);
    expect(around.visits.length).toBeLessThan(25);
    await expect(guarded.fetch(`http://first.example:${around.port}/`, { redirect: 'error' })).rejects.toThrow(TypeError);
  });
});

describe('an answer', () => {
  test('is broken off when it is too large, also when it was packed', async () => {
    const packed = gzipSync(Buffer.alloc(5_000_000));
    expect(packed.length).toBeLessThan(50_000);
    const there = await serve((request, response) => {
      if (request.url === '/packed') response.setHeader('content-encoding', 'gzip').end(packed);
      else if (request.url === '/small') response.end('x'.repeat(100_000));
      else response.end(Buffer.alloc(5_000_000));
    });
    const guarded = reach(['loopback'], { mostBytes: 100_000 });
    const at = (path: string) => text(guarded.fetch(`http://127.0.0.1:${there.port}${path}`));
    expect(await at('/small')).toHaveLength(100_000);
    await expect(at('/large')).rejects.toThrow('answered more than 100000 bytes');
    await expect(at('/packed')).rejects.toThrow('answered more than 100000 bytes');
  });

  test('that comes in drops without end is broken off, and so is a call that its caller gives up', async () => {
    const there = await serve((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 5);
      response.on('close', () => clearInterval(drip));
    });
    await expect(text(reach(['loopback'], { longestMs: 100 }).fetch(`http://127.0.0.1:${there.port}/`))).rejects.toThrow(/abort|timeout/i);
    const givingUp = new AbortController();
    const asked = text(reach(['loopback']).fetch(`http://127.0.0.1:${there.port}/`, { signal: givingUp.signal }));
    givingUp.abort();
    await expect(asked).rejects.toThrow(/abort/i);
  });

  test('comes through as it is: status, headers, a body that was sent', async () => {
    const there = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.writeHead(409, { 'x-said': body }).end('{"ok":false}'));
    });
    const answer = await reach(['loopback']).fetch(`http://127.0.0.1:${there.port}/`, { method: 'POST', body: 'hello' });
    expect({ status: answer.status, said: answer.headers.get('x-said'), body: await answer.json() }).toEqual({
      status: 409,
      said: 'hello',
      body: { ok: false },
    });
  });
});

describe("a place on the server's own disk", () => {
  const place = mkdtempSync(join(tmpdir(), 'signalbox-reach-'));
  afterAll(() => rmSync(place, { recursive: true }));
  mkdirSync(join(place, 'open', 'music.git'), { recursive: true });
  mkdirSync(join(place, 'open-not'), { recursive: true });
  symlinkSync(join(place, 'open-not'), join(place, 'open', 'link'));
  const inside = createReach({ permitted: { addresses: [], directories: [join(place, 'open')] } });

  test.each(['open/music.git', 'open', 'open/missing.git'])('%s lies in a folder that is permitted', async (path) => {
    await expect(inside.mayRead(join(place, path))).resolves.toBeUndefined();
  });

  test.each(['open-not', 'open/../open-not', 'open/link', '.', '/etc'])('%s does not', async (path) => {
    await expect(inside.mayRead(path.startsWith('/') ? path : join(place, path))).rejects.toThrow('LOCAL_REPOSITORIES');
  });

  test('is anywhere where all is permitted, and nowhere where nothing is', async () => {
    await expect(createReach({ permitted: { addresses: [], directories: 'any' } }).mayRead('/etc')).resolves.toBeUndefined();
    await expect(reach([]).mayRead(place)).rejects.toThrow('reads repositories there nowhere');
  });
});
