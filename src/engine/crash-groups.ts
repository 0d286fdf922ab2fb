/**
 * Crash groups judged: each on every live version that has it, on the counts as they lie, so that judging again changes nothing. What changed is written into the journal
 * of its track; a group that is worth it gets its one ticket through the outbox; and where the low end alone is grave, the ticket is nominated for people to decide.
 */
import { createHash } from 'node:crypto';
import { appIds, raiseApp } from '#db/apps.ts';
import { canonical, digest, unstorable } from '#db/canonical.ts';
import { trunkHeadOf } from '#db/git.ts';
import {
  daysOfGroups,
  groupsToJudge,
  groupToJudge,
  judgementsOf,
  lockGroup,
  noiseOf,
  noteJudged,
  noteNominated,
  noteTicketOrder,
  noteTicketState,
  ticketsOf,
  ticketsToTryAgain,
  touchGroups,
  useByDay,
  versionsOf,
  versionsOfGroups,
  writeDecision,
  writeJudgements,
  writeOwner,
} from '#db/health/crash-groups.ts';
import type { DayOfGroup, DayOfUse, GroupToJudge, Judgement, Ticket, VersionOfGroup, VersionOfPlatform } from '#db/health/crash-groups.ts';
import { appendEntries, signatureOf, stampOf } from '#db/journal.ts';
import { actionOf, orderActions } from '#db/outbox.ts';
import type { GroupDecision } from '#db/schema.ts';
import { inTransaction, isInTheWay } from '#db/transaction.ts';
import type { Tx } from '#db/transaction.ts';
import type { Action } from '#domain/actions.ts';
import { audiences } from '#domain/facts.ts';
import {
  GROUP_DEFAULTS,
  isNoise,
  isWorthTelling,
  judgeGroup,
  OTHER_GROUP,
  releaseLineOf,
  shownLevel,
  ticketStep,
} from '#domain/health/crash-groups.ts';
import type { GroupInAudience, GroupSettings, TicketState, TicketStep, Told } from '#domain/health/crash-groups.ts';
import type { Bucket } from '#domain/health/ratio.ts';
import { flowWeight, ticketUsers } from '#domain/health/severity.ts';
import { referenceOf, ticketDraft } from '#domain/health/ticket-words.ts';
import { ownerOf } from '#domain/owners/by-path.ts';
import type { CodeOwnership, Owner, OwningTeam } from '#domain/owners/by-path.ts';
import { orderedEvent } from '#domain/release/orders.ts';
import type { Event } from '#domain/release/events.ts';
import type { Actor } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import { commitRecord, robotActor, tell, tellAll } from './commit.ts';
import type { Line } from './commit.ts';
import { connectedOf, gitHostOf, ticketsOf as trackerOf } from './connections.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { judgeSoon } from './judge-soon.ts';
import { GIT_LIMIT_MS, within } from './limit.ts';
import type { Rules } from './policy-book.ts';
import { noSuchApp, refuse } from './refuse.ts';
import type { Change, EngineRefusal, GroupTicket, GroupWord, Result } from './types.ts';

/** Groups of one pass: what is left is judged in the next, at once. */
const IN_PASS = 200;
const EVERY_MS = 3_600_000;
/** Completed releases that a group is held against. */
const BASELINES = 3;

/** Judges what is due to be judged of an app; answers in how many milliseconds it is due again, and null where there is no such app any more. */
export async function judgeGroups(context: Context, app: string): Promise<number | null> {
  const known = await knownApp(context, app);
  if (known === null) return null;
  const now = appNow(context, app);
  const groups = await groupsToJudge(context.db, app, now, IN_PASS);
  if (groups.length === 0) return EVERY_MS;
  const rules = await context.policies.rulesOf(context.db, app, known.policyRevision);
  const owned = await withOwners(context, app, rules, groups);
  const around = await gather(context, app, rules, owned, now);
  const told: JudgedGroup[] = [];
  for (const group of owned) told.push(await judged(context, around, group));
  await write(context, around, told);
  return groups.length < IN_PASS ? EVERY_MS : 0;
}

/* ---- whose they are ---- */

/** The groups with their owners, found anew where what they are found from has changed. Trouble with the repository leaves them as they are for now. */
async function withOwners(context: Context, app: string, rules: Rules, groups: readonly GroupToJudge[]): Promise<GroupToJudge[]> {
  const teams: OwningTeam[] = Object.entries(rules.document.teams).map(([id, { owns }]) => ({ id, owns }));
  const trunk = await trunkHeadOf(context.db, app);
  const nameOf = (group: GroupToJudge): string => digest(canonical({ code: codeOf(group), trunk, teams }));
  const stale = groups.filter((group) => group.ownerOf !== nameOf(group));
  if (stale.length === 0) return [...groups];
  let repository: CodeOwnership | null;
  try {
    repository = await ownershipOf(context, app, [...new Set(stale.flatMap((group) => codeOf(group).filter((place) => place !== null)))]);
  } catch (error) {
    context.log.info({ err: error, app }, 'whose the code of crash groups is could not be asked');
    return [...groups];
  }
  const found = new Map<number, Owner>();
  for (const group of stale) {
    const owner = ownerOf(codeOf(group), teams, repository);
    await writeOwner(context.db, group.id, owner, nameOf(group));
    found.set(group.id, owner);
  }
  return groups.map((group) => ({ ...group, owner: found.get(group.id) ?? group.owner }));
}

/** The newest sample speaks for its group. */
function codeOf({ samples }: Pick<GroupToJudge, 'samples'>): readonly (string | null)[] {
  return (samples.find(({ code }) => code?.some((place) => place !== null) === true) ?? samples[0])?.code ?? [];
}

async function ownershipOf(context: Context, app: string, asked: readonly string[]): Promise<CodeOwnership | null> {
  const served = gitHostOf(context, await connectedOf(context, app));
  if (served === null) return null;
  return within(GIT_LIMIT_MS, served.connected.integration.name, async (signal) => (await served.open(signal).ownership?.(asked)) ?? null);
}

/* ---- what they are judged on ---- */

type Around = {
  app: string;
  now: Instant;
  settings: GroupSettings;
  filesTickets: boolean;
  versions: readonly VersionOfPlatform[];
  baseOf: ReadonlyMap<string, string | null>;
  days: ReadonlyMap<number, readonly DayOfGroup[]>;
  seen: ReadonlyMap<number, readonly VersionOfGroup[]>;
  use: readonly DayOfUse[];
  before: ReadonlyMap<string, Judgement>;
  tickets: ReadonlyMap<number, readonly Ticket[]>;
};

async function gather(context: Context, app: string, rules: Rules, groups: readonly GroupToJudge[], now: Instant): Promise<Around> {
  const { db } = context;
  const ids = groups.map(({ id }) => id);
  const versions = await versionsOf(db, app);
  const live = versions.filter(({ ended }) => !ended);
  const asked = [...new Set([...live, ...live.flatMap((version) => baselinesOf(version, versions))].map(({ version }) => version))];
  const tickets = await ticketsOf(db, ids);
  const { 'hours-per-user-day': hoursPerUserDay, 'flow-weights': weights, tickets: mode } = rules.document['crash-groups'];
  const tracker = mode === 'auto' ? trackerOf(context, await connectedOf(context, app)) : null;
  return {
    app,
    now,
    settings: { hoursPerUserDay, flowWeights: { ...GROUP_DEFAULTS.flowWeights, ...weights } },
    filesTickets: tracker !== null,
    versions,
    baseOf: new Map(versions.map(({ version, base }) => [version, base])),
    days: Map.groupBy(await daysOfGroups(db, ids, asked), ({ group }) => group),
    seen: Map.groupBy(await versionsOfGroups(db, ids), ({ group }) => group),
    use: await useByDay(db, app, asked),
    before: new Map((await judgementsOf(db, ids)).map((each) => [`${each.group} ${each.version}`, each])),
    tickets: Map.groupBy(tickets, ({ group }) => group),
  };
}

/** The last completed releases of a platform that began before this one (health.md §1.3). */
function baselinesOf(
  { platform, version, bornAt }: VersionOfPlatform,
  versions: readonly VersionOfPlatform[],
): readonly VersionOfPlatform[] {
  return versions
    .filter(
      (other) =>
        other.platform === platform &&
        other.version !== version &&
        other.bornAt <= bornAt &&
        (other.stage === 'completed' || other.stage === 'released'),
    )
    .slice(0, BASELINES);
}

const DAY_MS = 86_400_000;

/** A version beside its baselines in one audience, day by day of the same age. */
function audienceOf(
  around: Around,
  of: VersionOfPlatform,
  audience: (typeof audiences)[number],
  days: readonly DayOfGroup[],
  seen: readonly VersionOfGroup[],
): GroupInAudience {
  const mine = seen.find((each) => each.version === of.version && each.audience === audience);
  const useOf = (version: string): readonly DayOfUse[] =>
    around.use.filter((each) => each.platform === of.platform && each.version === version && each.audience === audience);
  const hitsOf = (version: string) => days.filter((each) => each.version === version && each.audience === audience);
  const aged = (version: string): { uses: Map<number, number>; hits: Map<number, number>; total: number } => {
    const uses = useOf(version);
    const began = Date.parse(uses[0]?.day ?? '');
    const ageOf = (day: string): number => Math.round((Date.parse(day) - began) / DAY_MS);
    const hits = new Map<number, number>();
    for (const { day, users } of hitsOf(version)) hits.set(ageOf(day), (hits.get(ageOf(day)) ?? 0) + users);
    return {
      uses: new Map(uses.map(({ day, exposure }) => [ageOf(day), exposure])),
      hits,
      total: hitsOf(version).reduce((sum, { users }) => sum + users, 0),
    };
  };
  const ours = aged(of.version);
  const theirs = baselinesOf(of, around.versions).map(({ version }) => aged(version));
  const buckets = [...ours.uses].map(([age, newExposure]): Bucket => ({
    newCount: ours.hits.get(age) ?? 0,
    newExposure,
    baseCount: theirs.reduce((sum, { hits }) => sum + (hits.get(age) ?? 0), 0),
    baseExposure: theirs.reduce((sum, { uses }) => sum + (uses.get(age) ?? 0), 0),
  }));
  return {
    audience,
    users: mine?.users ?? 0,
    crashes: mine?.crashes ?? 0,
    exposure: useOf(of.version).reduce((sum, { exposure }) => sum + exposure, 0),
    buckets,
    baseEver: theirs.reduce((sum, { total }) => sum + total, 0),
  };
}

/* ---- judging ---- */

type JudgedGroup = {
  group: GroupToJudge;
  judgements: readonly Judgement[];
  lines: ReadonlyMap<string, readonly Event[]>;
  steps: readonly Step[];
  states: readonly { ticket: Ticket; to: Parameters<typeof noteTicketState>[2] }[];
  nominations: readonly { ticket: Ticket; track: string; version: string; bug: string; judgement: Judgement }[];
};

type Step = { line: string; of: VersionOfPlatform; ticket: Ticket | null; step: TicketStep; told: Told; judgement: Judgement | null };

async function judged(context: Context, around: Around, group: GroupToJudge): Promise<JudgedGroup> {
  const seen = around.seen.get(group.id) ?? [];
  const tickets = around.tickets.get(group.id) ?? [];
  const live = around.versions.filter(
    (of) => !of.ended && of.platform === group.platform && seen.some(({ version }) => version === of.version),
  );
  const judgements: Judgement[] = [];
  const lines = new Map<string, Event[]>();
  for (const of of live) {
    const judgement = await judgedOn(context, around, group, of);
    if (judgement === null) continue;
    judgements.push(judgement);
    const before = around.before.get(`${group.id} ${of.version}`) ?? null;
    if (!isWorthTelling(before, judgement)) continue;
    const { level, novelty, users } = judgement;
    lines.set(of.track, [
      { is: 'crash-group-judged', group: group.id, title: group.title, from: before?.level ?? null, to: level, novelty, users },
    ]);
  }
  return {
    group,
    judgements,
    lines,
    steps: stepsOf(around, group, live, judgements),
    states: tickets.flatMap((ticket) => stateOf(around, ticket)),
    nominations: nominationsOf(around, group, live, judgements),
  };
}

async function judgedOn(context: Context, around: Around, group: GroupToJudge, of: VersionOfPlatform): Promise<Judgement | null> {
  const { settings, now } = around;
  const days = around.days.get(group.id) ?? [];
  const seen = around.seen.get(group.id) ?? [];
  const found = judgeGroup(
    {
      flow: group.flow,
      audiences: audiences.map((audience) => audienceOf(around, of, audience, days, seen)),
      wasMended: cameBack(around, group, of) !== null,
    },
    settings,
  );
  if (found === null || found.audience === null) return null;
  const before = around.before.get(`${group.id} ${of.version}`) ?? null;
  const { level, belowSince } = shownLevel(before, found.level, now);
  const noise = found.isGrave ? await noiseOf(context.db, group.id, of.version) : null;
  return {
    group: group.id,
    version: of.version,
    level,
    belowSince,
    levelLower: found.levelLower,
    score: found.score,
    scoreLower: found.scoreLower,
    impact: found.impact,
    impactLower: found.impactLower,
    weight: found.weight,
    novelty: found.novelty,
    audience: found.audience,
    users: found.users,
    crashes: found.crashes,
    exposure: found.exposure,
    ticket: found.ticket,
    grave: found.isGrave && !isNoise(noise),
    noise,
    since: before !== null && before.level === level && before.novelty === found.novelty ? before.since : now,
  };
}

/* ---- tickets ---- */

function lineOf(around: Pick<Around, 'baseOf'>, version: string): string {
  return releaseLineOf(version, around.baseOf);
}

const buildName = ({ version, build }: { version: string; build: string }): string => `${version} ${build}`.trim();

/**
 * Whether it is back on a version after a ticket of it was closed: on a build that came after, for enough people. Of the closed ticket of the version's own line those
 * builds count that did not have the group then; one of an earlier line was closed before the group came to this version. Null: it is not.
 */
function cameBack(around: Around, group: GroupToJudge, of: VersionOfPlatform): 'same-line' | 'earlier-line' | null {
  const tickets = around.tickets.get(group.id) ?? [];
  const line = lineOf(around, of.version);
  const weight = flowWeight(group.flow, around.settings.flowWeights);
  const isEnough = (days: readonly DayOfGroup[]): boolean =>
    audiences.some((audience) => {
      const users = days.filter((day) => day.audience === audience).reduce((sum, day) => sum + day.users, 0);
      return users >= ticketUsers(weight, audience === 'employees' ? 'internal' : 'production');
    });
  const mine = (around.days.get(group.id) ?? []).filter(({ version }) => version === of.version);
  const own = tickets.find((ticket) => ticket.line === line);
  if (own !== undefined) {
    const since = own.state === 'closed' ? mine.filter((day) => !own.closedOn.includes(buildName(day))) : [];
    return isEnough(since) || (own.reopened > 0 && own.state === 'open') ? 'same-line' : null;
  }
  const first = (around.seen.get(group.id) ?? [])
    .filter(({ version }) => version === of.version)
    .reduce<Instant | null>((least, { firstAt }) => (least === null || firstAt < least ? firstAt : least), null);
  const wasClosed = tickets.some(({ state, closedAt }) => state === 'closed' && closedAt !== null && first !== null && closedAt < first);
  return wasClosed && isEnough(mine) ? 'earlier-line' : null;
}

/** What the tracker says that the ticket is, where it differs from what is known. */
function stateOf(around: Around, ticket: Ticket): JudgedGroup['states'] {
  if (ticket.bug === null || ticket.isBusy || ticket.bug === ticket.state || (ticket.state !== 'open' && ticket.state !== 'closed'))
    return [];
  if (ticket.bug === 'open') return [{ ticket, to: { state: 'open' } }];
  const on = (around.days.get(ticket.group) ?? [])
    .filter(({ version }) => lineOf(around, version) === ticket.line)
    .map((day) => buildName(day));
  return [{ ticket, to: { state: 'closed', at: around.now, on: [...new Set(on)] } }];
}

function stepsOf(
  around: Around,
  group: GroupToJudge,
  live: readonly VersionOfPlatform[],
  judgements: readonly Judgement[],
): readonly Step[] {
  if (!around.filesTickets) return [];
  const lines = Map.groupBy(live, ({ version }) => lineOf(around, version));
  return [...lines].flatMap(([line, members]): Step[] => {
    const worst = worstOf(judgements.filter(({ version }) => members.some((of) => of.version === version)));
    const of = members.find(({ version }) => version === worst?.version) ?? members[0];
    if (worst === null || of === undefined) return [];
    const ticket = (around.tickets.get(group.id) ?? []).find((each) => each.line === line) ?? null;
    // What the tracker tells is taken in first: a ticket that was closed is not updated as if it were open.
    if (ticket !== null && stateOf(around, ticket).length > 0) return [];
    const told = toldOf(around, group, line, worst);
    const step = ticketStep(ticket === null ? null : { state: ticket.state, told: ticket.told, isBusy: ticket.isBusy }, {
      isWorth: judgements.some(({ version, ticket: isWorth }) => isWorth && members.some((each) => each.version === version)),
      isMuted: group.decision !== null,
      cameBack: members.some((each) => cameBack(around, group, each) === 'same-line'),
      told,
    });
    return step === null ? [] : [{ line, of, ticket, step, told, judgement: worst }];
  });
}

function worstOf(judgements: readonly Judgement[]): Judgement | null {
  return judgements.reduce<Judgement | null>((most, each) => (most === null || each.score > most.score ? each : most), null);
}

/** What the ticket of a line says of its group: all of its versions together, the worst severity. */
function toldOf(around: Around, group: GroupToJudge, line: string, worst: Judgement | null): Told {
  const seen = (around.seen.get(group.id) ?? []).filter(({ version }) => lineOf(around, version) === line);
  return {
    level: worst?.level ?? 'S4',
    novelty: worst?.novelty ?? 'known',
    users: seen.reduce((sum, { users }) => sum + users, 0),
    crashes: seen.reduce((sum, { crashes }) => sum + crashes, 0),
    versions: [...new Set(seen.map(({ version }) => version))].toSorted(),
    team: group.owner?.team ?? null,
  };
}

/** Tickets whose group is so bad on a version that even the low end is grave: people are asked to decide. Each version once. */
function nominationsOf(
  around: Around,
  group: GroupToJudge,
  live: readonly VersionOfPlatform[],
  judgements: readonly Judgement[],
): JudgedGroup['nominations'] {
  if (group.decision !== null) return [];
  return judgements.flatMap((judgement) => {
    const of = live.find(({ version }) => version === judgement.version);
    const ticket = (around.tickets.get(group.id) ?? []).find(({ line }) => line === lineOf(around, judgement.version));
    if (!judgement.grave || of === undefined || ticket === undefined || ticket.ticket === null || ticket.state !== 'open') return [];
    if (ticket.nominatedOn.includes(of.version)) return [];
    return [{ ticket, track: of.track, version: of.version, bug: ticket.ticket, judgement }];
  });
}

function actionFor(
  around: Pick<Around, 'app' | 'now'>,
  group: GroupToJudge,
  { line, of, ticket, step, told, judgement }: Step,
  by: Actor,
): Action {
  const sample = group.samples[0];
  const draft = ticketDraft(
    {
      app: around.app,
      group: group.id,
      fingerprint: group.fingerprint,
      line,
      platform: group.platform,
      title: group.title,
      flow: group.flow,
      judged: judgement,
      told,
      owner: group.owner,
      frames: sample?.frames ?? [],
      code: sample?.code ?? [],
    },
    step.do === 'update' ? 'as-it-stands' : 'open',
  );
  const short = createHash('sha256').update(draft.reference).digest('hex').slice(0, 16);
  return {
    key: `${of.track}:ticket:${short}:${step.do}:${(ticket?.orders ?? 0) + 1}`,
    lane: `tracker:${around.app}`,
    urgent: false,
    effect: { kind: 'ensure-ticket', ticket: draft },
    step: null,
    expects: { stages: [] },
    why: `${step.do === 'open' ? 'a ticket for' : step.do === 'reopen' ? 'the ticket again for' : 'the ticket of'} “${group.title.slice(0, 80)}”: ${step.why}`,
    orderedBy: { kind: by.kind === 'person' || by.kind === 'key' ? by.kind : 'robot', id: by.id, name: by.name },
    orderedAt: around.now,
  };
}

async function orderTicket(
  tx: Tx,
  around: Pick<Around, 'app' | 'now'>,
  group: GroupToJudge,
  step: Step,
  by: Actor,
  action: Action,
  recordedAt: Instant,
): Promise<boolean> {
  const { line, of, ticket, told } = step;
  const reference = referenceOf({ platform: group.platform, fingerprint: group.fingerprint, line });
  const isFirst = await noteTicketOrder(tx, {
    group: group.id,
    line,
    version: of.version,
    reference,
    told,
    before: ticket?.orders ?? 0,
    key: action.key,
    does: step.step.do,
    by: stampOf(by),
    at: around.now,
  });
  if (isFirst) await orderActions(tx, around.app, [{ track: of.track, action }], recordedAt);
  return isFirst;
}

/* ---- writing ---- */

const TRIES = 5;

async function write(context: Context, around: Around, all: readonly JudgedGroup[]): Promise<void> {
  for (const { group, judgements, lines, steps, nominations } of all) {
    // The journal has what changed before it is shown as judged: what breaks off here is found and told again.
    for (const [track, events] of lines)
      await commitRecord(
        context,
        track,
        events.map((event) => ({ by: robotActor, event })),
        {
          first: (tx) =>
            writeJudgements(
              tx,
              judgements.filter(({ version }) => track.startsWith(`${around.app}/${version}/`)),
            ),
        },
      );
    for (const step of steps) {
      const action = actionFor(around, group, step, robotActor);
      const line: Line = { by: robotActor, event: orderedEvent(action) };
      const at = context.clock.now();
      await commitRecord(context, step.of.track, [line], { first: (tx) => orderTicket(tx, around, group, step, robotActor, action, at) });
    }
    for (const { ticket, track, version, bug, judgement } of nominations) {
      const reason = `crash group “${group.title.slice(0, 80)}”: even its low end, ${Math.round(judgement.impactLower)} of a million people a day at everyone, is as bad as S1 is`;
      await commitRecord(context, track, [{ by: robotActor, event: { is: 'bug-nominated', bug, reason } }], {
        first: (tx) => noteNominated(tx, ticket, version),
      });
    }
  }
  const told: Change[] = [];
  const changed = all.filter(({ states }) => states.length > 0);
  for (let tries = 1; ; tries++) {
    try {
      await inTransaction(context.db, async (tx) => {
        for (const { states } of all) for (const { ticket, to } of states) await noteTicketState(tx, ticket, to);
        await writeJudgements(
          tx,
          all.flatMap(({ judgements }) => judgements),
        );
        await noteJudged(
          tx,
          all.map(({ group }) => group),
          around.now,
        );
        // A ticket that was closed or opened may have the group come back, or be told of, at once.
        await touchGroups(
          tx,
          changed.map(({ group }) => group.id),
        );
        told.length = 0;
        const raised = all.some((each) => saysAnother(around, each)) ? await raiseApp(tx, around.app) : null;
        if (raised !== null)
          await tell(context, tx, { app: around.app, version: raised.version, tracks: [], kinds: ['facts'], at: around.now }, told);
      });
      break;
    } catch (error) {
      if (tries >= TRIES || !isInTheWay(error)) throw error;
    }
  }
  if (changed.length > 0) await judgeSoon(context, context.db, around.app, 0);
  tellAll(context, told);
}

/** Whether who looks at the groups sees something else now. */
function saysAnother({ before }: Around, { group, judgements, steps, states, nominations }: JudgedGroup): boolean {
  if (steps.length + states.length + nominations.length > 0) return true;
  return judgements.some((now) => {
    const was = before.get(`${group.id} ${now.version}`);
    return was?.level !== now.level || was.novelty !== now.novelty || was.users !== now.users || was.crashes !== now.crashes;
  });
}

/* ---- people's words ---- */

export async function takesTickets(context: Context, app: string): Promise<boolean> {
  return trackerOf(context, await connectedOf(context, app)) !== null;
}

/**
 * A person asks for the ticket of a group: the one of the release line of `version` (the worst live version where none is said). One that is there stays the only one;
 * a closed one is opened again.
 */
export async function makeGroupTicket(context: Context, app: string, id: number, version: string | null, by: Actor): Promise<GroupTicket> {
  const known = await knownApp(context, app);
  if (known === null) return noSuchApp(app, await appIds(context.db));
  const found = await groupToJudge(context.db, app, id);
  if (found === null) return noSuchGroup(app, id);
  if (found.fingerprint === OTHER_GROUP)
    return refuse('invalid', 'these are crashes of many groups, for which there was no room', 'a ticket for one of the named groups');
  if (found.decision !== null)
    return refuse(
      'conflict',
      `${found.decision.by} decided that it is worth no ticket: ${found.decision.reason}`,
      'take that decision back first',
    );
  if (trackerOf(context, await connectedOf(context, app)) === null)
    return refuse(
      'conflict',
      'no tracker is connected that takes tickets',
      'connect one under Settings, Integrations, with the right to write',
    );
  const rules = await context.policies.rulesOf(context.db, app, known.policyRevision);
  const now = appNow(context, app);
  const [group = found] = await withOwners(context, app, rules, [found]);
  const around = await gather(context, app, rules, [group], now);
  const seen = around.seen.get(group.id) ?? [];
  const having = around.versions.filter((of) => of.platform === group.platform && seen.some((each) => each.version === of.version));
  const judgements = having.flatMap((of) => around.before.get(`${group.id} ${of.version}`) ?? []);
  const wanted =
    version ??
    worstOf(judgements.filter((each) => having.some((of) => !of.ended && of.version === each.version)))?.version ??
    having[0]?.version;
  const of = having.find((each) => each.version === wanted);
  if (of === undefined)
    return refuse(
      'not-found',
      version === null ? 'no release of this app has the group' : `the group was not seen on ${version}`,
      having.length === 0 ? 'a group that a release has' : `one of ${having.map((each) => each.version).join(', ')}`,
    );
  const line = lineOf(around, of.version);
  const ticket = (around.tickets.get(group.id) ?? []).find((each) => each.line === line) ?? null;
  const as = (state: TicketState, ordered: boolean): GroupTicket => ({
    ok: true,
    ticket: { line, state, ticket: ticket?.ticket ?? null },
    ordered,
  });
  if (ticket?.order === 'waiting') return as(ticket.state, await tryAgain(context, of.track, ticket.lastOrder, by));
  const isThere = ticket !== null && ticket.state === 'open' && ticket.bug !== 'closed';
  if (ticket !== null && (ticket.isBusy || (isThere && ticket.order !== 'refused'))) return as(ticket.state, false);
  const judgement = worstOf(judgements.filter((each) => lineOf(around, each.version) === line));
  const isClosed = ticket !== null && ticket.state !== 'refused' && ticket.state !== 'wanted';
  const step: Step = {
    line,
    of,
    ticket,
    step: { do: isThere ? 'update' : isClosed ? 'reopen' : 'open', why: `${by.name} asked for it` },
    told: toldOf(around, group, line, judgement),
    judgement,
  };
  const action = actionFor(around, group, step, by);
  const at = context.clock.now();
  const done = await commitRecord(context, of.track, [{ by, event: orderedEvent(action) }], {
    first: (tx) => orderTicket(tx, around, group, step, by, action, at),
  });
  // Somebody else asked at the same moment: their order is this one.
  return as(isThere ? ticket.state : 'wanted', done);
}

/** Has an order that waits for its next try tried now; false where it does not wait any more. */
async function tryAgain(context: Context, track: string, key: string, by: Actor): Promise<boolean> {
  const done = await commitRecord(context, track, [{ by, event: { is: 'action-retried', key } }], {
    first: async (tx) => (await actionOf(tx, key))?.state === 'waiting',
  });
  context.wake();
  return done;
}

/** Tickets that one call has tried again; a tracker takes them one after the other. */
const TRIED_AT_ONCE = 200;

/** A person has every ticket tried again that the tracker refused, or whose next try is still to come. `left`: more than one call tries. */
export async function retryGroupTickets(context: Context, app: string, by: Actor): Promise<Result<{ ordered: number; left: boolean }>> {
  if ((await knownApp(context, app)) === null) return noSuchApp(app, await appIds(context.db));
  const found = await ticketsToTryAgain(context.db, app, TRIED_AT_ONCE + 1);
  let ordered = 0;
  for (const { group, version } of found.slice(0, TRIED_AT_ONCE)) {
    const asked = await makeGroupTicket(context, app, group, version, by);
    // without a tracker none of them can be filed; a group that was decided on meanwhile is left out
    if (!asked.ok && !(await takesTickets(context, app))) return asked;
    if (asked.ok && asked.ordered) ordered += 1;
  }
  return { ok: true, ordered, left: found.length > TRIED_AT_ONCE };
}

/** A person decides that a group is worth no ticket, or takes that back. The ticket that it has stays. */
export async function decideGroup(
  context: Context,
  app: string,
  id: number,
  word: GroupWord,
  by: Actor,
): Promise<Result<{ decision: GroupDecision | null; changed: boolean }>> {
  const bad = unstorable(word);
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  if ((await knownApp(context, app)) === null) return noSuchApp(app, await appIds(context.db));
  const told: Change[] = [];
  const answer = await inTransaction(context.db, async (tx): Promise<Result<{ decision: GroupDecision | null; changed: boolean }>> => {
    // The group's row before its app's, as where it is judged.
    const group = await lockGroup(tx, app, id);
    const head = group === null ? null : await raiseApp(tx, app);
    if (head === null || group === null) return noSuchGroup(app, id);
    const at = appNow(context, app);
    const decision: GroupDecision | null = word.is === 'undecided' ? null : { is: word.is, reason: word.reason, by: by.name, at };
    if (decision === null && group.decision === null) return { ok: true, decision: null, changed: false };
    if (decision !== null && group.decision?.is === decision.is && group.decision.reason === decision.reason)
      return { ok: true, decision: group.decision, changed: false };
    await writeDecision(tx, id, decision);
    const { title, platform } = group;
    const event = { is: 'crash-group-decided', group: id, title, platform, decision: word.is, reason: word.reason } as const;
    await appendEntries(tx, { app, track: null, seq: head.seq, hash: head.hash }, [{ actor: signatureOf(by), event, stageAfter: null }], {
      appVersion: head.version,
      at,
      recordedAt: context.clock.now(),
    });
    if (decision === null) {
      await touchGroups(tx, [id]);
      await judgeSoon(context, tx, app, 0);
    }
    await tell(context, tx, { app, version: head.version, tracks: [], kinds: ['journal', 'facts'], at }, told);
    return { ok: true, decision, changed: true };
  });
  tellAll(context, told);
  return answer;
}

function noSuchGroup(app: string, id: number): EngineRefusal {
  return refuse('not-found', `${app} has no crash group ${id}`, 'the number of a group that is listed');
}
