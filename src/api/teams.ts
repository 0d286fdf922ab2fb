/** Teams of an app, and who is on call. Teams themselves stand in the policy; who is in them, under people. */
import { z } from 'zod';
import { rota } from '#domain/people/rota.ts';
import { appPerson } from './people.ts';
import { route } from './route.ts';
import { appParams, moment, nothing } from './words.ts';

const someone = appPerson.pick({ id: true, name: true }).meta({ id: 'OnCallPerson' });

export const turn = z
  .object({ person: someone, from: moment, to: moment, swap: z.boolean().meta({ description: 'They stand in for somebody' }) })
  .meta({ id: 'Turn' });

export const team = z
  .object({
    id: z.string(),
    owns: z.array(z.string()),
    channel: z.string().nullable(),
    testing: z.string().meta({ description: '`manual`, or why they are opted out' }),
    members: z.array(someone).meta({ description: 'Who may give its word; not those who may for all teams' }),
    onCall: turn.nullable(),
  })
  .meta({ id: 'Team' });

/** A rota as it is kept: moments in UTC. */
const rotaOut = z.object({
  people: z.array(z.string()),
  from: z.string(),
  at: z.string(),
  days: z.int(),
  swaps: z.array(z.object({ from: moment, to: moment, person: z.string() })),
});

export const rotaShown = z
  .object({
    duty: z.string().meta({ description: '`release-manager`, or the id of a team' }),
    rota: rotaOut,
    people: z.array(someone.extend({ active: z.boolean().meta({ description: 'False: they are out, or there is no such person' }) })),
    setAt: moment,
    now: turn.nullable(),
    next: z.array(turn).meta({ description: 'The turns that follow' }),
  })
  .meta({ id: 'Rota' });

const rotaParams = appParams.extend({ duty: z.string().min(1).max(100) });

export const teamRoutes = [
  route({
    id: 'listTeams',
    method: 'get',
    path: '/api/apps/{app}/teams',
    summary: 'List the teams of an app, who is in them, and who is on call',
    tag: 'teams',
    who: 'see',
    params: appParams,
    answers: { 200: z.object({ items: z.array(team) }).meta({ id: 'Teams' }) },
  }),
  route({
    id: 'listRotas',
    method: 'get',
    path: '/api/apps/{app}/rotas',
    summary: 'List who is on call now and next, by duty',
    tag: 'teams',
    who: 'see',
    params: appParams,
    answers: { 200: z.object({ items: z.array(rotaShown) }).meta({ id: 'Rotas' }) },
  }),
  route({
    id: 'setRota',
    method: 'put',
    path: '/api/apps/{app}/rotas/{duty}',
    summary: 'Set who is on call for a duty: `release-manager`, or a team',
    tag: 'teams',
    who: 'admin',
    params: rotaParams,
    body: rota,
    answers: { 200: rotaShown },
  }),
  route({
    id: 'removeRota',
    method: 'delete',
    path: '/api/apps/{app}/rotas/{duty}',
    summary: 'Remove a rota',
    tag: 'teams',
    who: 'admin',
    params: rotaParams,
    answers: { 204: nothing },
  }),
] as const;
