import type { z } from 'zod';
import type { rotaShown, turn } from '#api/teams.ts';
import { appById } from '#db/views/apps.ts';
import { policyInForce } from '#db/views/policy.ts';
import { rotasOf } from '#db/views/rotas.ts';
import { onCall, turnsFrom } from '#domain/people/rota.ts';
import type { Rota, Turn } from '#domain/people/rota.ts';
import type { Instant } from '#domain/time.ts';
import { namesOf, peopleOfApp } from '../auth/people.ts';
import type { Handlers, Room } from '../context.ts';
import { notFound, orRefuse, refuse } from '../errors.ts';

type TurnView = z.output<typeof turn>;
type RotaView = z.output<typeof rotaShown>;
type Names = ReadonlyMap<string, { name: string; active: boolean }>;

/** Turns that are told ahead. */
const TURNS_AHEAD = 6;
/** Members of an app that are looked through for its teams. */
const MOST_PEOPLE = 5000;

export function teamHandlers(room: Room): Handlers<'listTeams' | 'listRotas' | 'setRota' | 'removeRota'> {
  const { pool } = room.accounts;
  const appOr = async (app: string) => (await appById(room.db, app)) ?? notFound(`app "${app}"`, 'see GET /api/apps');

  const rotasNow = async (app: string, timezone: string, now: Instant): Promise<RotaView[]> => {
    const rows = await rotasOf(room.db, app);
    const names = await namesOf(pool, [
      ...new Set(rows.flatMap(({ rota }) => [...rota.people, ...rota.swaps.map(({ person }) => person)])),
    ]);
    return rows.map(({ duty, rota, setAt }) => ({ duty, setAt, ...shown(rota, names, timezone, now) }));
  };

  return {
    listTeams: async ({ params }, at) => {
      const { timezone } = await appOr(params.app);
      const inForce = await policyInForce(room.db, params.app);
      const document = inForce === null ? null : await room.policies.documentOf(params.app, inForce.revision);
      const people = await peopleOfApp(pool, params.app, null, null, MOST_PEOPLE);
      const invented = room.sample?.peopleOf(params.app) ?? [];
      const rotas = await rotasNow(params.app, timezone, at.now);
      const items = Object.entries(document?.teams ?? {}).map(([id, { owns, channel, testing }]) => ({
        id,
        owns: [...owns],
        channel,
        testing: testing === 'manual' ? testing : testing['opted-out'],
        members: [...people, ...invented].filter(({ teams }) => teams.includes(id)).map((each) => ({ id: each.id, name: each.name })),
        onCall: rotas.find(({ duty }) => duty === id)?.now ?? null,
      }));
      return { items };
    },
    listRotas: async ({ params }, at) => {
      const { timezone } = await appOr(params.app);
      return { items: await rotasNow(params.app, timezone, at.now) };
    },
    setRota: async ({ params, body }, at) => {
      const { timezone } = await appOr(params.app);
      const names = await namesOf(pool, [...new Set([...body.people, ...body.swaps.map(({ person }) => person)])]);
      const stranger = [...body.people, ...body.swaps.map(({ person }) => person)].find((id) => names.get(id)?.active !== true);
      if (stranger !== undefined)
        refuse('invalid-input', `there is no person "${stranger}" who may sign in`, 'ids of people, as GET /api/people lists them', {
          errors: [{ path: 'body.people', detail: `nobody is "${stranger}"`, right: 'ids of people' }],
        });
      orRefuse(await room.engine.setRota(params.app, params.duty, body, at.actor(params.app)));
      const made = (await rotasNow(params.app, timezone, at.now)).find(({ duty }) => duty === params.duty);
      return made ?? notFound(`rota of "${params.duty}"`, null);
    },
    removeRota: async ({ params }, at) => {
      await appOr(params.app);
      orRefuse(await room.engine.setRota(params.app, params.duty, null, at.actor(params.app)));
      return null;
    },
  };
}

function shown(rota: Rota, names: Names, timezone: string, now: Instant): Omit<RotaView, 'duty' | 'setAt'> {
  const personOf = (id: string) => ({ id, name: names.get(id)?.name ?? id });
  const view = ({ person, from, to, swap }: Turn): TurnView => ({ person: personOf(person), from, to, swap });
  const present = onCall(rota, now, timezone);
  const turns = turnsFrom(rota, now, timezone, TURNS_AHEAD + 1);
  return {
    rota,
    people: rota.people.map((id) => ({ ...personOf(id), active: names.get(id)?.active ?? false })),
    now: present === null ? null : view(present),
    next: (present === null ? turns : turns.slice(1)).slice(0, TURNS_AHEAD).map(view),
  };
}
