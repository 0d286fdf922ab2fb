import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { provider as providerShape } from '#api/access.ts';
import { appById } from '#db/views/apps.ts';
import type { InstanceEvent } from '#domain/people/events.ts';
import { passwordLeast, passwordMost } from '#domain/people/password.ts';
import { plusMs } from '#domain/time.ts';
import { writeInstance } from '../auth/instance.ts';
import { setVisibility, visibilityOf } from '../auth/access.ts';
import { acceptInvitation, invitations, makeLink, openLink, revokeInvitation, setPassword, spendLink } from '../auth/links.ts';
import type { Link } from '../auth/links.ts';
import { requireGoodPassword } from '../auth/passwords.ts';
import { hasAccount, inTransaction, personById } from '../auth/people.ts';
import type { Provider } from '../auth/providers.ts';
import { endSessions, sessionsOf } from '../auth/sessions.ts';
import type { At, Handlers, Room } from '../context.ts';
import { cursorOf, isInstant, isWord, page, wordsOf } from '../cursor.ts';
import { notFound, refuse } from '../errors.ts';
import { linkTo } from '../links.ts';
import type { Streams } from '../stream.ts';
import { endAndTell } from './people.ts';
import { signInWith, slowDown } from './session.ts';

type Mine =
  | 'listInvitations'
  | 'invite'
  | 'revokeInvitation'
  | 'lookAtInvitation'
  | 'acceptInvitation'
  | 'setPassword'
  | 'listSessions'
  | 'endOtherSessions'
  | 'endSession'
  | 'listProviders'
  | 'setProvider'
  | 'removeProvider'
  | 'checkProvider'
  | 'getAccess'
  | 'setAccess';

const HOUR_MS = 3_600_000;
/** A token of 256 bits is not guessed; many people of one office may come in one minute. */
const LINKS_A_MINUTE = 60;

export function accessHandlers(room: Room, streams: Streams): Handlers<Mine> {
  const { accounts, providers, oidc } = room;
  const { pool, lengths } = accounts;
  const now = (): string => room.clock.now();

  const shownInvitation = ({ kind: _kind, person: _person, ...rest }: Link) => rest;
  const shownProvider = ({ clientSecret, ...rest }: Provider): z.output<typeof providerShape> => ({
    ...rest,
    hasSecret: clientSecret !== null,
    callback: oidc.callbackOf(rest.id),
  });
  const spentInvitation = (): never =>
    refuse('link-spent', 'this invitation was used or revoked, or its time is over', 'ask an admin for another one');
  const providerOr = async (id: string): Promise<Provider> =>
    (await providers.byId(id)) ?? notFound(`identity provider "${id}"`, 'see GET /api/settings/providers');
  const notOfEnvironment = ({ id, from }: Pick<Provider, 'id' | 'from'>): void => {
    if (from === 'environment')
      refuse('conflict', `the provider "${id}" is set where the server is started`, 'change its environment, and start it again');
  };
  /** Accounts are known by their provider's id and what its issuer calls them: whoever another issuer calls the same would come into them. */
  const sameIssuer = async (id: string, issuer: string): Promise<void> => {
    const { people, issuer: theirs } = await providers.cameBy(id);
    if (people === 0 || theirs === issuer) return;
    const detail = `${people === 1 ? 'one person' : `${people} people`} came in by "${id}" and ${people === 1 ? 'is' : 'are'} known as ${theirs ?? 'its former issuer'} calls them`;
    const right = `${theirs === null ? '' : `the issuer ${theirs}, or `}a provider of another id`;
    refuse('conflict', `body.issuer: ${detail}`, right, { errors: [{ path: 'body.issuer', detail, right }] });
  };
  const mine = (at: At): { id: string; name: string; session: string } =>
    at.caller.kind === 'person' ? at.caller : refuse('not-permitted', 'a key has no sessions', 'sign in as a person');
  const access = async () => ({
    apps: await visibilityOf(pool),
    sessions: { ...lengths },
    passwords: { least: passwordLeast, most: passwordMost },
  });

  return {
    listInvitations: async ({ query }) => {
      const [at, id] = wordsOf(query.cursor, isInstant, isWord) ?? [];
      const found = await invitations(pool, at === undefined || id === undefined ? null : { at, id }, query.limit + 1);
      return page(found.map(shownInvitation), query.limit, (last) => cursorOf(last.createdAt, last.id));
    },
    invite: async ({ body }, at) => {
      for (const { app } of body.grants)
        if (app !== '*' && (await appById(room.db, app)) === null) notFound(`app "${app}"`, 'see GET /api/apps');
      const email = body.email.toLowerCase();
      if (await hasAccount(pool, email)) refuse('conflict', `${email} has an account already`, 'set their roles instead');
      const until = plusMs(now(), body.hours * HOUR_MS);
      const { link, token } = await inTransaction(pool, async (client) => {
        const wanted = { kind: 'invitation' as const, email, name: body.name, person: null, grants: body.grants, expiresAt: until };
        const made = await makeLink(client, wanted, at.stamp(), now());
        await writeInstance(client, at.stamp(), [{ is: 'invited', invitation: made.link.id, email, grants: body.grants, until }], now());
        return made;
      });
      return { invitation: shownInvitation(link), link: linkTo(room, at.request, '/invitation', token) };
    },
    revokeInvitation: async ({ params }, at) => {
      const revoked = await inTransaction(pool, async (client) => {
        const found = await revokeInvitation(client, params.invitation, now());
        if (found !== null)
          await writeInstance(client, at.stamp(), [{ is: 'invitation-revoked', invitation: found.id, email: found.email }], now());
        return found;
      });
      if (revoked === null) notFound(`invitation "${params.invitation}" that waits`, 'see GET /api/invitations');
      return null;
    },
    lookAtInvitation: async ({ body }, at) => {
      slowDown(at, `invitation ${at.request.ip}`, LINKS_A_MINUTE);
      const found = (await openLink(pool, 'invitation', body.token, now())) ?? spentInvitation();
      return { email: found.email, name: found.name, grants: found.grants, until: found.expiresAt };
    },
    acceptInvitation: async ({ body }, at) => {
      slowDown(at, `invitation ${at.request.ip}`, LINKS_A_MINUTE);
      const found = (await openLink(pool, 'invitation', body.token, now())) ?? spentInvitation();
      // told before the link is spent: whatever is wrong with the password, the link stays good
      await requireGoodPassword(body.password, { name: body.name, email: found.email }, 'body.password');
      const made = await inTransaction(pool, async (client) => {
        if (!(await spendLink(client, found.id, now()))) return 'spent' as const;
        const id = await acceptInvitation(client, accounts, found, body, now());
        if (id === null) return null;
        const who = { person: id, name: body.name };
        const events: InstanceEvent[] = [
          { is: 'invitation-accepted', ...who, invitation: found.id, email: found.email },
          { is: 'person-added', ...who, email: found.email, how: 'invitation', grants: found.grants },
        ];
        await writeInstance(client, { kind: 'person', id, name: body.name, address: at.request.ip }, events, now());
        return id;
      });
      if (made === 'spent') spentInvitation();
      if (made === null) refuse('conflict', `${found.email} has an account already`, 'sign in with it');
      return signInWith(room, found.email, body.password, at);
    },
    setPassword: async ({ body }, at) => {
      slowDown(at, `password link ${at.request.ip}`);
      const spent = (): never =>
        refuse('link-spent', 'this link was used or another one took its place, or its time is over', 'ask an admin for another one');
      const found = await openLink(pool, 'password', body.token, now());
      const person = found === null || found.person === null ? null : await personById(pool, found.person);
      if (found === null || person === null || person.deactivated !== null) return spent();
      await requireGoodPassword(body.password, person, 'body.password');
      const isSpent = await inTransaction(pool, async (client) => {
        if (!(await spendLink(client, found.id, now()))) return false;
        await setPassword(client, accounts, person.id, body.password, now());
        const sessions = await endSessions(client, person.id);
        const actor = { kind: 'person' as const, id: person.id, name: person.name, address: at.request.ip };
        await writeInstance(client, actor, [{ is: 'password-set', person: person.id, name: person.name, how: 'link', sessions }], now());
        return true;
      });
      if (!isSpent) spent();
      at.attempts.forget(`email ${person.email}`);
      await streams.check();
      return null;
    },
    listSessions: async (_asked, at) => {
      const { id, session } = mine(at);
      return {
        items: (await sessionsOf(pool, id, now(), lengths.longestHours)).map((each) => ({ ...each, current: each.id === session })),
      };
    },
    endOtherSessions: async (_asked, at) => {
      const me = mine(at);
      const ended = await endAndTell(room, at.stamp(), me, { but: me.session }, 'all but the one in use');
      await streams.check();
      return { ended };
    },
    endSession: async ({ params }, at) => {
      const me = mine(at);
      const ended = await endAndTell(room, at.stamp(), me, { only: params.session }, 'one of their own');
      if (ended === 0) notFound(`session "${params.session}" of yours`, 'see GET /api/sessions');
      await streams.check();
      return null;
    },
    listProviders: async () => ({ items: (await providers.all()).map(shownProvider), callback: oidc.callbackOf('{provider}') }),
    setProvider: async ({ params, body }, at) => {
      const before = await providers.byId(params.provider);
      if (before !== null) notOfEnvironment(before);
      for (const { app } of [...body.grants, ...(body.groups?.grants ?? [])])
        if (app !== '*' && (await appById(room.db, app)) === null) notFound(`app "${app}"`, 'see GET /api/apps');
      const away = await oidc.outOfReach(body.issuer);
      if (away !== null)
        refuse('invalid-input', `body.issuer: ${away.problem}`, away.right, {
          errors: [{ path: 'body.issuer', detail: away.problem, right: away.right }],
        });
      await sameIssuer(params.provider, body.issuer);
      // another issuer is another provider: the old one's secret is not handed to it
      if (body.clientSecret === undefined && before !== null && before.clientSecret !== null && before.issuer !== body.issuer)
        refuse(
          'invalid-input',
          'the issuer is another one, and the client secret was not said',
          'the secret that this issuer knows, or null',
          {
            errors: [
              {
                path: 'body.clientSecret',
                detail: 'it is needed with another issuer',
                right: 'the secret that this issuer knows, or null',
              },
            ],
          },
        );
      const settings = { ...body, clientSecret: body.clientSecret === undefined ? (before?.clientSecret ?? null) : body.clientSecret };
      const changed = Object.entries(settings).flatMap(([name, value]) =>
        isDeepStrictEqual(value, before === null ? undefined : (before as Record<string, unknown>)[name]) ? [] : [name],
      );
      await inTransaction(pool, async (client) => {
        await providers.set(client, params.provider, settings, now());
        if (changed.length > 0)
          await writeInstance(client, at.stamp(), [{ is: 'provider-set', provider: params.provider, issuer: body.issuer, changed }], now());
      });
      return shownProvider(await providerOr(params.provider));
    },
    removeProvider: async ({ params }, at) => {
      const found = await providerOr(params.provider);
      notOfEnvironment(found);
      await inTransaction(pool, async (client) => {
        await providers.remove(client, found.id);
        await writeInstance(client, at.stamp(), [{ is: 'provider-removed', provider: found.id, issuer: found.issuer }], now());
      });
      return null;
    },
    checkProvider: async ({ params }) => {
      const trouble = await oidc.check(await providerOr(params.provider));
      return { ok: trouble === null, problem: trouble?.problem ?? null, right: trouble?.right ?? null };
    },
    getAccess: access,
    setAccess: async ({ body }, at) => {
      const from = await visibilityOf(pool);
      if (from !== body.apps)
        await inTransaction(pool, async (client) => {
          await setVisibility(client, body.apps, now());
          await writeInstance(client, at.stamp(), [{ is: 'access-set', from, to: body.apps }], now());
        });
      await streams.check();
      return access();
    },
  };
}
