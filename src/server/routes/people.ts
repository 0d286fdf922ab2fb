import { appById } from '#db/views/apps.ts';
import type { ActorStamp } from '#db/schema.ts';
import type { InstanceEvent } from '#domain/people/events.ts';
import { plusMs } from '#domain/time.ts';
import { writeInstance } from '../auth/instance.ts';
import { createKey, listKeys, revokeKey, revokeKeysOf } from '../auth/keys.ts';
import type { Key, NewKey } from '../auth/keys.ts';
import { makeLink } from '../auth/links.ts';
import { requireGoodPassword } from '../auth/passwords.ts';
import {
  createPerson,
  deletePerson,
  inTransaction,
  keepingAnAdmin,
  people,
  peopleOfApp,
  personById,
  setDeactivated,
  setGrant,
} from '../auth/people.ts';
import type { PersonRow } from '../auth/people.ts';
import { endSessions, sessionsOf } from '../auth/sessions.ts';
import type { At, Handlers, Room } from '../context.ts';
import { cursorOf, isInstant, isWord, page, wordsOf } from '../cursor.ts';
import { notFound, refuse } from '../errors.ts';
import { linkTo } from '../links.ts';
import type { Streams } from '../stream.ts';

type Mine =
  | 'listPeople'
  | 'listAppPeople'
  | 'createPerson'
  | 'setRoles'
  | 'getPerson'
  | 'deactivatePerson'
  | 'reactivatePerson'
  | 'makePasswordLink'
  | 'listPersonSessions'
  | 'endPersonSessions'
  | 'removePerson'
  | 'listKeys'
  | 'createKey'
  | 'revokeKey'
  | 'listReportingKeys'
  | 'createReportingKey'
  | 'revokeReportingKey';

const HOUR_MS = 3_600_000;

export function peopleHandlers(room: Room, streams: Streams): Handlers<Mine> {
  const { pool, lengths } = room.accounts;
  /** Time that people and keys live by: the machine's, whatever an app's clock says. */
  const now = (): string => room.clock.now();

  const person = async (id: string): Promise<PersonRow> =>
    (await personById(pool, id)) ?? notFound(`person "${id}"`, 'see GET /api/people');
  const lastAdmin = (): never => refuse('conflict', 'nobody would be left who is admin of all apps', 'make someone else admin first');
  const requireApp = async (app: string): Promise<void> => {
    if ((await appById(room.db, app)) === null) notFound(`app "${app}"`, 'see GET /api/apps');
  };
  const requireApps = async (apps: readonly string[]): Promise<void> => {
    for (const app of new Set(apps)) if (app !== '*') await requireApp(app);
  };
  const keysAfter = async (cursor: string | undefined, limit: number, app: string | null) => {
    const [at, id] = wordsOf(cursor, isInstant, isWord) ?? [];
    const keys = await listKeys(pool, at === undefined || id === undefined ? null : { at, id }, limit + 1, app);
    return page(keys, limit, (last) => cursorOf(last.createdAt, last.id));
  };
  const makeKey = async (wanted: Omit<NewKey, 'createdBy' | 'actsFor'>, at: At): Promise<Key & { key: string }> => {
    if (wanted.expiresAt !== null && wanted.expiresAt <= now())
      refuse('invalid-input', 'the key would have expired already', 'a moment that is to come', {
        errors: [{ path: 'body.expiresAt', detail: 'it is past', right: 'a moment that is to come' }],
      });
    const by = at.stamp();
    const { key, secret } = await inTransaction(pool, async (client) => {
      const made = await createKey(
        client,
        { ...wanted, createdBy: { kind: by.kind, id: by.id, name: by.name }, actsFor: by.actsFor ?? by.id },
        now(),
      );
      const { id, name, kind, scopes, roles, apps, expiresAt } = made.key;
      await writeInstance(client, by, [{ is: 'key-created', key: id, name, kind, scopes, roles, apps, until: expiresAt }], now());
      return made;
    });
    return { ...key, key: secret };
  };
  const unmakeKey = async (id: string, app: string | null, at: At): Promise<null> => {
    const found = await inTransaction(pool, async (client) => {
      const revoked = await revokeKey(client, id, now(), app);
      if (revoked?.news === true) await writeInstance(client, at.stamp(), [{ is: 'key-revoked', key: id, name: revoked.key.name }], now());
      return revoked;
    });
    if (found === null) notFound(`key "${id}"`, app === null ? 'see GET /api/keys' : `see GET /api/apps/${app}/reporting-keys`);
    await streams.check();
    return null;
  };

  return {
    listPeople: async ({ query }) => {
      const [after] = wordsOf(query.cursor, isWord) ?? [];
      return page(await people(pool, after ?? null, query.limit + 1), query.limit, (last) => cursorOf(last.email));
    },
    listAppPeople: async ({ params, query }) => {
      await requireApp(params.app);
      const [name, id] = wordsOf(query.cursor, isWord, isWord) ?? [];
      const after = name === undefined || id === undefined ? null : { name, id };
      const role = query.role ?? null;
      const found = page(await peopleOfApp(pool, params.app, role, after, query.limit + 1), query.limit, (last) =>
        cursorOf(last.name, last.id),
      );
      if (found.next !== null) return found;
      const invented = (room.sample?.peopleOf(params.app) ?? []).filter(({ roles }) => role === null || roles.includes(role));
      return { items: [...found.items, ...invented], next: null };
    },
    getPerson: async ({ params }) => person(params.person),
    createPerson: async ({ body }, at) => {
      await requireApps(body.grants.map(({ app }) => app));
      await requireGoodPassword(body.password, body, 'body.password');
      const id = await inTransaction(pool, async (client) => {
        const made = await createPerson(client, room.accounts, body, now());
        if (made === null) return null;
        for (const grant of body.grants) await setGrant(client, made, grant);
        const event: InstanceEvent = {
          is: 'person-added',
          person: made,
          name: body.name,
          email: body.email.toLowerCase(),
          how: 'hand',
          grants: body.grants,
        };
        await writeInstance(client, at.stamp(), [event], now());
        return made;
      });
      if (id === null) refuse('conflict', `${body.email} has an account already`, 'set their roles instead');
      return person(id);
    },
    setRoles: async ({ params, body }, at) => {
      const { name, grants } = await person(params.person);
      // a grant in an app that is gone can be taken back; a new one needs the app
      if (body.roles.length > 0) await requireApps([params.app]);
      const from = grants.find(({ app }) => app === params.app) ?? { roles: [], teams: [] };
      const to = { roles: [...new Set(body.roles)], teams: body.roles.length === 0 ? [] : [...new Set(body.teams)] };
      const event: InstanceEvent = {
        is: 'roles-set',
        person: params.person,
        name,
        app: params.app,
        from: { roles: from.roles, teams: from.teams },
        to,
        how: 'hand',
      };
      const stands = await keepingAnAdmin(pool, async (client) => {
        await setGrant(client, params.person, { app: params.app, ...to });
        await writeInstance(client, at.stamp(), [event], now());
      });
      if (!stands) lastAdmin();
      await streams.check();
      return person(params.person);
    },
    deactivatePerson: async ({ params, body }, at) => {
      const { id, name } = await person(params.person);
      const by = at.stamp();
      if (by.id === id || by.actsFor === id) refuse('conflict', 'nobody puts themselves out', 'somebody else who is admin');
      let outcome: { sessions: number; keys: Key[] } | null = null;
      const stands = await keepingAnAdmin(pool, async (client) => {
        if (!(await setDeactivated(client, id, body.why, now()))) return;
        const sessions = await endSessions(client, id);
        const keys = body.keys === 'keep' ? [] : await revokeKeysOf(client, id, now());
        outcome = { sessions, keys };
        const revoked = keys.map((key): InstanceEvent => ({ is: 'key-revoked', key: key.id, name: key.name }));
        await writeInstance(
          client,
          by,
          [{ is: 'person-deactivated', person: id, name, why: body.why, sessions, keys: keys.length }, ...revoked],
          now(),
        );
      });
      if (!stands) lastAdmin();
      const { sessions, keys } =
        (outcome as { sessions: number; keys: Key[] } | null) ?? refuse('already-so', `${name} is out already`, 'nothing is to be done');
      await streams.check();
      return {
        person: await person(id),
        sessionsEnded: sessions,
        keysRevoked: keys.map((key) => ({ id: key.id, name: key.name })),
      };
    },
    reactivatePerson: async ({ params, query }, at) => {
      const { id, name } = await person(params.person);
      const done = await inTransaction(pool, async (client) => {
        const changed = await setDeactivated(client, id, null, now());
        if (changed) await writeInstance(client, at.stamp(), [{ is: 'person-reactivated', person: id, name, why: query.why }], now());
        return changed;
      });
      if (!done) refuse('already-so', `${name} is not out`, 'nothing is to be done');
      return person(id);
    },
    makePasswordLink: async ({ params, body }, at) => {
      const { id, name, email, deactivated } = await person(params.person);
      if (deactivated !== null) refuse('conflict', `${name} is out`, 'let them in again first');
      const until = plusMs(now(), body.hours * HOUR_MS);
      const { token } = await inTransaction(pool, async (client) => {
        const made = await makeLink(client, { kind: 'password', email, name, person: id, grants: [], expiresAt: until }, at.stamp(), now());
        await writeInstance(client, at.stamp(), [{ is: 'password-link-made', person: id, name, until }], now());
        return made;
      });
      return { link: linkTo(room, at.request, '/new-password', token), until };
    },
    listPersonSessions: async ({ params }, at) => {
      const { id } = await person(params.person);
      const own = at.caller.kind === 'person' ? at.caller.session : null;
      return { items: (await sessionsOf(pool, id, now(), lengths.longestHours)).map((each) => ({ ...each, current: each.id === own })) };
    },
    endPersonSessions: async ({ params, query }, at) => {
      const { id, name } = await person(params.person);
      const ended = await endAndTell(room, at.stamp(), { id, name }, query.session === undefined ? {} : { only: query.session }, query.why);
      if (query.session !== undefined && ended === 0)
        notFound(`session "${query.session}" of ${name}`, `see GET /api/people/${id}/sessions`);
      await streams.check();
      return { ended };
    },
    removePerson: async ({ params }, at) => {
      const { id, name, email } = await person(params.person);
      const by = at.stamp();
      const removed = await keepingAnAdmin(pool, async (client) => {
        const keys = await revokeKeysOf(client, id, now());
        await deletePerson(client, id);
        const revoked = keys.map((key): InstanceEvent => ({ is: 'key-revoked', key: key.id, name: key.name }));
        await writeInstance(client, by, [{ is: 'person-removed', person: id, name, email }, ...revoked], now());
      });
      if (!removed) lastAdmin();
      await streams.check();
      return null;
    },
    listKeys: async ({ query }) => keysAfter(query.cursor, query.limit, null),
    createKey: async ({ body }, at) => {
      await requireApps(body.apps ?? []);
      return makeKey({ ...body, kind: 'key' }, at);
    },
    revokeKey: async ({ params }, at) => unmakeKey(params.key, null, at),
    listReportingKeys: async ({ params, query }) => {
      await requireApp(params.app);
      return keysAfter(query.cursor, query.limit, params.app);
    },
    createReportingKey: async ({ params, body }, at) => {
      await requireApp(params.app);
      return makeKey({ ...body, kind: 'report', scopes: ['report'], roles: ['member'], teams: [], apps: [params.app] }, at);
    },
    revokeReportingKey: async ({ params }, at) => unmakeKey(params.key, params.app, at),
  };
}

/** Ends sessions of a person and writes it down; answers how many. */
export async function endAndTell(
  { accounts: { pool }, clock }: Pick<Room, 'accounts' | 'clock'>,
  by: ActorStamp,
  { id, name }: { id: string; name: string },
  which: { only?: string; but?: string },
  why: string,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const count = await endSessions(client, id, which);
    if (count > 0) await writeInstance(client, by, [{ is: 'sessions-ended', person: id, name, count, why }], clock.now());
    return count;
  });
}
