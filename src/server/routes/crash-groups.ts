/** Crash groups: the list, one of them, its ticket, and people's word on it. */
import type { CrashGroupLine, CrashJudgement, CrashTicket } from '#api/crash-groups.ts';
import { appById } from '#db/views/apps.ts';
import {
  countsByVersion,
  crashGroup,
  crashGroupsOf,
  daysOfGroup,
  groupChoices,
  historyOfGroup,
  judgementsOf,
  segmentsOfGroup,
  ticketsOfGroup,
  unfinishedTickets,
} from '#db/views/crash-groups.ts';
import type { CountOfVersion, Judgement, ShownGroup, ShownTicket } from '#db/views/crash-groups.ts';
import { eventInWords } from '#domain/event-words.ts';
import { ticketOrderOf } from '#domain/health/crash-groups.ts';
import type { Handlers, Room } from '../context.ts';
import { cursorOf, isNumber, page, wordsOf } from '../cursor.ts';
import { notFound, orRefuse } from '../errors.ts';

/** Versions beside a line of the list. */
const VERSIONS_IN_LINE = 6;
const DAYS = 60;
const HISTORY_MAX = 100;

const isScore = (word: string): boolean => /^-?\d{1,18}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?$/.test(word);

export function crashGroupHandlers(
  room: Room,
): Handlers<'listCrashGroups' | 'getCrashGroup' | 'makeCrashTicket' | 'retryCrashTickets' | 'decideCrashGroup'> {
  const requireApp = async (app: string): Promise<void> => {
    if ((await appById(room.db, app)) === null) notFound(`app "${app}"`, 'see GET /api/apps');
  };
  return {
    listCrashGroups: async ({ params: { app }, query }) => {
      await requireApp(app);
      const [score, id] = wordsOf(query.cursor, isScore, isNumber) ?? [];
      const rows = await crashGroupsOf(room.db, {
        app,
        platform: query.platform ?? null,
        version: query.version ?? null,
        severity: query.severity ?? null,
        novelty: query.novelty ?? null,
        team: query.team ?? null,
        ticket: query.ticket ?? null,
        search: query.search === undefined || query.search === '' ? null : query.search,
        after: score === undefined || id === undefined ? null : { score: Number(score), id: Number(id) },
        limit: query.limit + 1,
      });
      const found = page(rows, query.limit, (last) => cursorOf(String(last.rank), String(last.id)));
      const counts = Map.groupBy(
        await countsByVersion(
          room.db,
          found.items.map((each) => each.id),
        ),
        ({ group }) => group,
      );
      const hasTracker = await room.engine.takesTickets(app);
      return {
        items: found.items.map((group) => lineOf(group, counts.get(group.id) ?? [], hasTracker)),
        next: found.next,
        ...(await groupChoices(room.db, app)),
        tickets: await unfinishedTickets(room.db, app),
      };
    },

    getCrashGroup: async ({ params: { app, group: id }, query }) => {
      await requireApp(app);
      const group =
        (await crashGroup(room.db, app, id, query.version ?? null)) ??
        notFound(
          `crash group ${id} of "${app}"${query.version === undefined ? '' : ` on ${query.version}`}`,
          `see GET /api/apps/${app}/health/groups`,
        );
      const counts = await countsByVersion(room.db, [id]);
      const order = counts.map(({ version }) => version);
      const judgements = (await judgementsOf(room.db, [id])).toSorted((a, b) => order.indexOf(a.version) - order.indexOf(b.version));
      const hasTracker = await room.engine.takesTickets(app);
      const history = await historyOfGroup(room.db, app, id, HISTORY_MAX);
      return {
        ...lineOf(group, counts, hasTracker),
        fingerprint: group.fingerprint,
        judgements: judgements.map(judgementView),
        counts: counts.map(({ version, users, crashes, live, firstAt, lastAt }) => ({ version, users, crashes, live, firstAt, lastAt })),
        segments: await segmentsOfGroup(room.db, id, group.version),
        days: await daysOfGroup(room.db, id, DAYS),
        samples: group.samples.map(({ frames, code, ...sample }) => ({
          ...sample,
          frames: frames.map((frame, at) => ({ frame, code: code?.[at] ?? null })),
        })),
        tickets: (await ticketsOfGroup(room.db, id)).map((ticket) => ticketView(ticket, hasTracker)),
        mayHaveTicket: hasTracker,
        history: history.map(({ at, actor: { kind, id: by, name }, track, event }) => ({
          at,
          actor: { kind, id: by, name },
          text: eventInWords(event),
          track,
        })),
      };
    },

    makeCrashTicket: async ({ params: { app, group }, body }, at) => {
      await requireApp(app);
      const { ticket, ordered } = orRefuse(await room.engine.makeGroupTicket(app, group, body.version ?? null, at.actor(app)));
      return { line: ticket.line, key: ticket.ticket, state: ticket.state, ordered };
    },

    retryCrashTickets: async ({ params: { app } }, at) => {
      await requireApp(app);
      const { ordered, left } = orRefuse(await room.engine.retryGroupTickets(app, at.actor(app)));
      return { ordered, left };
    },

    decideCrashGroup: async ({ params: { app, group }, body }, at) => {
      await requireApp(app);
      const done = orRefuse(await room.engine.decideGroup(app, group, { is: body.decision, reason: body.reason }, at.actor(app)));
      return { decision: done.decision, changed: done.changed };
    },
  };
}

function lineOf(group: ShownGroup, counts: readonly CountOfVersion[], hasTracker: boolean): CrashGroupLine {
  const { id, platform, title, flow, version, live, users, crashes, owner, triage, decision, firstAt, lastAt } = group;
  return {
    id,
    platform,
    title,
    flow,
    version,
    live,
    users,
    crashes,
    judgement: group.judgement === null ? null : judgementView(group.judgement),
    owner,
    ticket: group.ticket === null ? null : ticketView(group.ticket, hasTracker),
    triage,
    decision,
    versions: counts
      .slice(0, VERSIONS_IN_LINE)
      .toReversed()
      .map((count) => ({ version: count.version, users: count.users, crashes: count.crashes })),
    firstAt,
    lastAt,
  };
}

function judgementView(judgement: Judgement): CrashJudgement {
  const { version, level, levelLower, score, scoreLower, impact, impactLower, weight, novelty, audience, users, crashes, exposure } =
    judgement;
  const { grave, noise, since } = judgement;
  return {
    version,
    level,
    levelLower,
    score,
    scoreLower,
    impact,
    impactLower,
    weight,
    novelty,
    audience,
    users,
    crashes,
    exposure,
    grave,
    noise,
    since,
  };
}

function ticketView({ ticket, by, nominatedOn, order, ...rest }: ShownTicket, hasTracker: boolean): CrashTicket {
  return {
    ...rest,
    key: ticket,
    order: ticketOrderOf(order, { hasTracker }),
    by: { kind: by.kind, id: by.id, name: by.name },
    nominatedOn: [...nominatedOn],
  };
}
