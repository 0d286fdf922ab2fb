import { appById } from '#db/views/apps.ts';
import { createKey, listKeys, revokeKey } from '../auth/keys.ts';
import { createPerson, deletePerson, inTransaction, keepingAnAdmin, people, peopleOfApp, personById, setGrant } from '../auth/people.ts';
import type { PersonRow } from '../auth/people.ts';
import type { Handlers, Room } from '../context.ts';
import { cursorOf, isInstant, isWord, page, wordsOf } from '../cursor.ts';
import { notFound, refuse } from '../errors.ts';

export function peopleHandlers(
  room: Room,
): Handlers<'listPeople' | 'listAppPeople' | 'createPerson' | 'setRoles' | 'removePerson' | 'listKeys' | 'createKey' | 'revokeKey'> {
  const { pool } = room.accounts;

  const person = async (id: string): Promise<PersonRow> =>
    (await personById(pool, id)) ?? notFound(`person "${id}"`, 'see GET /api/people');
  const lastAdmin = (): never => refuse('conflict', 'nobody would be left who is admin of all apps', 'make someone else admin first');

  return {
    listPeople: async ({ query }) => {
      const [after] = wordsOf(query.cursor, isWord) ?? [];
      return page(await people(pool, after ?? null, query.limit + 1), query.limit, (last) => cursorOf(last.email));
    },
    listAppPeople: async ({ params, query }) => {
      if ((await appById(room.db, params.app)) === null) notFound(`app "${params.app}"`, 'see GET /api/apps');
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
    createPerson: async ({ body }, at) => {
      const id = await inTransaction(pool, async (client) => {
        const made = await createPerson(client, room.accounts, body, at.now);
        if (made !== null) for (const grant of body.grants) await setGrant(client, made, grant);
        return made;
      });
      if (id === null) refuse('conflict', `${body.email} has an account already`, 'set their roles instead');
      return person(id);
    },
    setRoles: async ({ params, body }) => {
      await person(params.person);
      if (!(await keepingAnAdmin(pool, (client) => setGrant(client, params.person, { app: params.app, ...body })))) lastAdmin();
      return person(params.person);
    },
    removePerson: async ({ params }) => {
      await person(params.person);
      const removed = await keepingAnAdmin(pool, (client) => deletePerson(client, params.person));
      if (!removed) lastAdmin();
      return null;
    },
    listKeys: async ({ query }) => {
      const [at, id] = wordsOf(query.cursor, isInstant, isWord) ?? [];
      const keys = await listKeys(pool, at === undefined || id === undefined ? null : { at, id }, query.limit + 1);
      return page(keys, query.limit, (last) => cursorOf(last.createdAt, last.id));
    },
    createKey: async ({ body }, at) => {
      if (body.expiresAt !== null && body.expiresAt <= at.now)
        refuse('invalid-input', 'the key would have expired already', 'a moment that is to come');
      const { key, secret } = await createKey(
        pool,
        { ...body, createdBy: { kind: at.known().kind, id: at.known().id, name: at.known().name } },
        at.now,
      );
      return { ...key, key: secret };
    },
    revokeKey: async ({ params }, at) => {
      if (!(await revokeKey(pool, params.key, at.now))) notFound(`key "${params.key}"`, 'see GET /api/keys');
      return null;
    },
  };
}
