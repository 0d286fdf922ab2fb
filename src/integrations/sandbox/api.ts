/**
 * The sandbox's API as requests and replies, without sockets: the process serves it over HTTP, tests call it directly.
 *
 * - `GET  /v1/storefronts/:kind/:app/:platform/releases`
 * - `POST /v1/storefronts/:kind/:app/:platform/releases` `{ version, build, percent, key }`: submit
 * - `POST /v1/storefronts/:kind/:app/:platform/releases/:version/:call` `{ build?, percent?, key }`: start, raise, halt, resume, pause, complete, withdraw
 * - `GET  /v1/apps/:app/tracker/changes?since=`, `GET /v1/apps/:app/builds/changes?since=`
 * - `POST /v1/apps/:app/tracker/tickets` `{ reference, key, title, team, text, severity, flow, platforms, versions, state }`, `GET …/tickets/:key`
 * - `GET  /v1/apps/:app/messages?key=`, `POST /v1/apps/:app/messages` `{ key, channel, text, urgent }`
 * - `POST /v1/levers` a lever; `GET /v1/state`; `GET /v1/health`
 */
import { z } from 'zod';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';
import type { Instant } from '#domain/time.ts';
import { call, callNames } from './world/calls.ts';
import type { CallInput, CallName } from './world/calls.ts';
import { buildKinds, buildState, changesSince, findItem, trackerKinds } from './world/items.ts';
import { findListing, listingOf, leverSchema } from './world/levers.ts';
import { pausedMsAt } from './world/moves.ts';
import { ensureTicket, ticketInput } from './world/tickets.ts';
import { rulesOf } from './world/rules.ts';
import type { ItemKind, Listing, Release, State } from './world/state.ts';
import type { ApiCall, Effect, Reply, World } from './world/world.ts';

export type Request = { method: string; path: string; query: URLSearchParams; body: unknown };

const word = z.string().trim().min(1).max(200);
const key = z.string().min(1).max(200);
const place = z.object({ storefront: z.enum(storefrontKinds), app: word, platform: word });
const submission = z.object({ version: word, build: word, percent: z.number().nullable().default(null), key });
const change = z.object({ build: word.nullable().default(null), percent: z.number().nullable().default(null), key });
const message = z.object({ key, channel: word.nullable().default(null), text: z.string().max(40_000), urgent: z.boolean().default(false) });
/** Calls that change a release that is there. */
const changeNames = callNames.filter((name) => name !== 'submit');
const ITEMS_A_PAGE = 500;
const LONGEST_MESSAGE = 4000;

type Route = { method: 'GET' | 'POST'; path: RegExp; serve(world: World, parts: readonly string[], request: Request): Reply };

/** Answers a request to the sandbox. Never throws on a request, however bad. */
export function handle(world: World, request: Request): Reply {
  const fitting = routes.filter((route) => route.path.test(request.path));
  const route = fitting.find((each) => each.method === request.method);
  if (!route) {
    return fitting.length > 0
      ? problem(405, 'wrong-method', `${request.method} is not answered here; ${fitting.map((each) => each.method).join(', ')} is`)
      : problem(404, 'unknown-address', `the sandbox has nothing at ${request.path}`);
  }
  try {
    const parts = (route.path.exec(request.path) ?? []).slice(1).map((part) => decodeURIComponent(part));
    return route.serve(world, parts, request);
  } catch (error) {
    if (error instanceof z.ZodError) return problem(400, 'wrong-input', inWords(error));
    if (error instanceof URIError) return problem(400, 'wrong-input', `the address ${request.path} is not well encoded`);
    throw error;
  }
}

const routes: readonly Route[] = [
  { method: 'GET', path: /^\/v1\/health$/, serve: (world) => plain(200, { name: 'signalbox sandbox', now: world.now() }) },
  { method: 'GET', path: /^\/v1\/state$/, serve: (world) => plain(200, { now: world.now(), ...world.state() }) },
  {
    method: 'POST',
    path: /^\/v1\/levers$/,
    serve(world, _parts, request) {
      const pulled = world.pull(leverSchema.parse(request.body));
      return pulled.ok
        ? plain(200, pulled)
        : plain(pulled.code === 'wrong-input' ? 400 : 409, {
            code: pulled.code,
            message: pulled.because,
            help: pulled.wouldHelp,
            heldBy: pulled.heldBy,
          });
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/storefronts\/([^/]+)\/([^/]+)\/([^/]+)\/releases$/,
    serve(world, [storefront, app, platform]) {
      const at = place.parse({ storefront, app, platform });
      return world.answer({ on: at.storefront, is: 'read', about: about('list', at.app), run: (state, now) => shown(state, at, now) });
    },
  },
  {
    method: 'POST',
    path: /^\/v1\/storefronts\/([^/]+)\/([^/]+)\/([^/]+)\/releases$/,
    serve(world, [storefront, app, platform], request) {
      const at = place.parse({ storefront, app, platform });
      return world.answer(storefrontCall(at, 'submit', submission.parse(request.body)));
    },
  },
  {
    method: 'POST',
    path: /^\/v1\/storefronts\/([^/]+)\/([^/]+)\/([^/]+)\/releases\/([^/]+)\/([a-z]+)$/,
    serve(world, [storefront, app, platform, version, name], request) {
      const at = place.parse({ storefront, app, platform });
      const which = z.enum(changeNames).parse(name);
      return world.answer(storefrontCall(at, which, { ...change.parse(request.body), version: word.parse(version) }));
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/apps\/([^/]+)\/tracker\/changes$/,
    serve: (world, [app], request) => changes(world, 'tracker', trackerKinds, word.parse(app), request),
  },
  {
    method: 'POST',
    path: /^\/v1\/apps\/([^/]+)\/tracker\/tickets$/,
    serve(world, [name], request) {
      const app = word.parse(name);
      const wanted = ticketInput.parse(request.body);
      return world.answer({
        on: 'tracker',
        is: 'write',
        about: { ...about('ticket', app), key: wanted.key },
        run(state, now) {
          const answer = ensureTicket(state, app, wanted, now);
          return answer.ok
            ? effect(
                200,
                { key: answer.key, did: answer.did },
                `${answer.did} ${answer.key}`,
                answer.did === 'nothing' ? 'already' : 'done',
              )
            : effect(409, { code: answer.code, message: answer.because, help: answer.wouldHelp, heldBy: null }, answer.because, 'refused');
        },
      });
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/apps\/([^/]+)\/tracker\/tickets\/([^/]+)$/,
    serve(world, [name, ticket]) {
      const app = word.parse(name);
      const named = word.parse(ticket);
      return world.answer({
        on: 'tracker',
        is: 'read',
        about: about('ticket', app),
        run(state) {
          const there = findItem(state, app, 'bug', named);
          return there === undefined
            ? effect(404, { code: 'unknown-ticket', message: `the tracker has no ticket ${named}`, help: '', heldBy: null })
            : effect(200, there);
        },
      });
    },
  },
  {
    method: 'GET',
    path: /^\/v1\/apps\/([^/]+)\/builds\/changes$/,
    serve: (world, [app], request) => changes(world, 'builds', buildKinds, word.parse(app), request),
  },
  {
    method: 'GET',
    path: /^\/v1\/apps\/([^/]+)\/messages$/,
    serve(world, [name], request) {
      const app = word.parse(name);
      const only = request.query.get('key');
      const found = (state: State) => state.messages.filter((each) => each.app === app && (only === null || each.key === only));
      return world.answer({ on: 'chat', is: 'read', about: about('list', app), run: (state) => effect(200, { messages: found(state) }) });
    },
  },
  {
    method: 'POST',
    path: /^\/v1\/apps\/([^/]+)\/messages$/,
    serve(world, [name], request) {
      const app = word.parse(name);
      const post = message.parse(request.body);
      return world.answer({
        on: 'chat',
        is: 'write',
        about: { ...about('post', app), key: post.key },
        run: (state, now) => postMessage(state, app, post, now),
      });
    },
  },
];

/* ---- storefronts ---- */

type Place = z.infer<typeof place>;

function storefrontCall(at: Place, name: CallName, input: CallInput & { key: string }): ApiCall {
  const { version, build, percent } = input;
  return {
    on: at.storefront,
    is: 'write',
    about: { call: name, key: input.key, app: at.app, platform: at.platform, version, build, percent },
    run(state, now) {
      const around = {
        buildState: (v: string, b: string) => buildState(state, at.app, at.platform, v, b),
        reviewAfterMinutes: state.reviewAfterMinutes,
      };
      const answer = call(listingOf(state, at), name, { version, build, percent }, { by: 'signalbox', key: input.key, at: now }, around);
      if (!answer.ok)
        return effect(
          409,
          { code: answer.code, message: answer.because, help: answer.wouldHelp, heldBy: answer.heldBy },
          answer.because,
          'refused',
        );
      return effect(
        200,
        releaseView(listingOf(state, at), answer.release, now),
        `${version} is ${answer.release.state} at ${answer.release.percent}%`,
      );
    },
  };
}

function shown(state: State, at: Place, now: Instant): Effect {
  const listing = findListing(state, at);
  return effect(200, { releases: (listing?.releases ?? []).map((release) => releaseView(listing ?? listingOf(state, at), release, now)) });
}

/** A release as the sandbox shows it over its API. */
function releaseView(listing: Listing, release: Release, now: Instant) {
  const phases = rulesOf[listing.storefront].phases;
  const next = release.phase === null ? undefined : phases?.[release.phase.index + 1];
  return {
    version: release.version,
    build: release.build,
    state: release.state,
    percent: release.percent,
    startPercent: release.submissions.at(-1)?.percent ?? null,
    rejection: release.rejection,
    key: release.key,
    submissions: release.submissions,
    nextPhasePercent: next ?? null,
    nextPhaseAt: release.state === 'rolling-out' ? (release.phase?.dueAt ?? null) : null,
    pausedMs: pausedMsAt(release, now),
    replacedBy: release.replaced?.by ?? null,
    managedPublishing: listing.managedPublishing,
  };
}

/* ---- tracker, CI, chat ---- */

function changes(world: World, on: 'tracker' | 'builds', kinds: readonly ItemKind[], app: string, request: Request): Reply {
  const since = request.query.get('since');
  return world.answer({
    on,
    is: 'read',
    about: about('changes', app),
    run: (state) => effect(200, changesSince(state, app, kinds, since, ITEMS_A_PAGE)),
  });
}

function postMessage(state: State, app: string, post: z.infer<typeof message>, now: Instant): Effect {
  if (post.text.trim() === '')
    return effect(
      409,
      { code: 'empty-message', message: 'a message without text', help: 'say something', heldBy: null },
      'empty',
      'refused',
    );
  if (post.text.length > LONGEST_MESSAGE) {
    return effect(
      409,
      { code: 'message-too-long', message: `a message of ${post.text.length} letters`, help: `at most ${LONGEST_MESSAGE}`, heldBy: null },
      'too long',
      'refused',
    );
  }
  const there = state.messages.find((each) => each.app === app && each.key === post.key);
  if (there) return effect(200, { message: there, already: true }, 'stands already', 'already');
  state.revision += 1;
  const posted = {
    id: `m${state.revision}`,
    app,
    channel: post.channel ?? app,
    key: post.key,
    text: post.text,
    urgent: post.urgent,
    at: now,
  };
  state.messages.push(posted);
  return effect(200, { message: posted, already: false }, `posted to ${posted.channel}`);
}

/* ---- small parts ---- */

function about(name: string, app: string): ApiCall['about'] {
  return { call: name, key: null, app, platform: null, version: null, build: null, percent: null };
}

function effect(status: number, body: unknown, text = '', outcome: Effect['outcome'] = 'done'): Effect {
  // the reply must not change when the world does
  return { status, body: structuredClone(body), outcome, note: text };
}

function plain(status: number, body: unknown): Reply {
  return { status, body, retryAfterMs: null, delayMs: 0, hangs: false };
}

/** An answer that is no effect: what was wrong, and what would be right. */
export function problem(status: number, code: string, text: string): Reply {
  return plain(status, { code, message: text, help: '', heldBy: null });
}

function inWords(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.length === 0 ? 'the body' : issue.path.join('.')}: ${issue.message}`)
    .join('; ');
}
