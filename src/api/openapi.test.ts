import { OpenAPIBackend } from 'openapi-backend';
import { describe, expect, test } from 'vitest';
import { contract } from './contract.ts';
import { openApi } from './openapi.ts';
import type { Route } from './route.ts';

const routes: readonly Route[] = contract;
const document = openApi('0.0.0');

describe('the OpenAPI document', () => {
  test('has every reference resolved and every schema sound, so that a stranger can check requests with it', async () => {
    const text = JSON.stringify(document);
    const names = new Set(Object.keys((document['components'] as { schemas: object }).schemas));
    const missing = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)]
      .map(([, name]) => name ?? '')
      .filter((name) => !names.has(name));
    expect(missing).toEqual([]);
    const backend = new OpenAPIBackend({
      definition: structuredClone(document) as never,
      validate: true,
      quick: true,
      ajvOpts: { strict: false },
    });
    await backend.init();
    const command = backend.validator.validateRequest(
      {
        method: 'post',
        path: '/api/apps/music/tracks/8.9.2/ios/commands',
        headers: { 'content-type': 'application/json' },
        body: { command: { do: 'fly' } },
      },
      'giveCommand',
    );
    expect(command.valid).toBe(false);
    const halt = backend.validator.validateRequest(
      {
        method: 'post',
        path: '/api/apps/music/tracks/8.9.2/ios/commands',
        headers: { 'content-type': 'application/json' },
        body: { command: { do: 'halt', reason: 'crashes' } },
      },
      'giveCommand',
    );
    expect(halt.errors ?? []).toEqual([]);
  });

  test('names no schema twice, once for requests and once for answers', () => {
    const names = Object.keys((document['components'] as { schemas: object }).schemas);
    expect(names.filter((name) => /Input|Output|\d$|~/.test(name))).toEqual([]);
    expect(names).toContain('ControlRoom');
    expect(names).toContain('Command');
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  test('describes every route of the contract', () => {
    const paths = document['paths'] as Record<string, Record<string, { operationId: string }>>;
    expect(routes.filter(({ id, path, method }) => paths[path]?.[method]?.operationId !== id)).toEqual([]);
  });
});

describe('the contract', () => {
  test('has no id and no address twice', () => {
    expect(new Set(routes.map(({ id }) => id)).size).toBe(routes.length);
    expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(routes.length);
  });

  test('declares a schema for exactly the parameters in each path', () => {
    const wrong = routes.filter(({ path, params }) => {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).toSorted((a, b) => a.localeCompare(b));
      return JSON.stringify(named) !== JSON.stringify(Object.keys(params?.shape ?? {}).toSorted((a, b) => a.localeCompare(b)));
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  test('lets nobody but who is known write, save for signing in, out and setting up', () => {
    const open = routes.filter(({ method, who }) => method !== 'get' && who === 'public').map(({ id }) => id);
    // a message to wake a connection is signed with the connection's own secret
    expect(open).toEqual([
      'signIn',
      'beginSignIn',
      'signOut',
      'setUp',
      'hearWebhook',
      'lookAtInvitation',
      'acceptInvitation',
      'setPassword',
    ]);
  });
});
