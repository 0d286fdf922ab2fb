/** What a person (or a key with that authority) asks of a track: accepted with what follows from it, or refused with why and what would be right. */
import { isOfHealth, passes } from '../criteria/criterion.ts';
import { teamName } from '../criteria/words.ts';
import { platformName } from '../names.ts';
import { inWords, msBetween, plusMinutes } from '../time.ts';
import { fullStop } from '../words.ts';
import { judgeTrack } from '../criteria/verdicts.ts';
import type { CherryPick, Waiver } from '../facts.ts';
import { behindOf, isOwn, mayGive, roleName, rolesFor, type Actor } from '../roles.ts';
import { capabilities, namesOf } from '../rollout/storefronts.ts';
import { adopt, isGoing, seenOf } from './adopt.ts';
import { asCandidate, newestBuilt, unfit } from './candidates.ts';
import { firstPercent, haltableStorefronts, nextPercent, nextStep, stageAllows, stagesFor, stepsOf } from './can.ts';
import type { Command } from './commands.ts';
import type { Refused, RefusalCode } from './refusal.ts';
import type { Event, RecordEvent, TrackEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { isOpen, keyFor, order, orderedEvent, wish, type Orderer, type Wish } from './orders.ts';
import { haltingVerdicts, permitted } from './permitted.ts';
import { branchName, cutPoint, haltWishes, wishesForStep } from './robot.ts';
import { candidateOf, cutOf, haltingOf, mayBeLive, percentStep, type Candidate, type Step, type Track } from './track.ts';
import type { Accepted, Decision, World } from './world.ts';

/** Characters a waiver's reason must have at least. */
export const leastReason = 20;

type By = Extract<Actor, { kind: 'person' | 'key' }>;
type Of<D extends Command['do']> = Extract<Command, { do: D }>;

/** Decides a command on the world as it is. `by` must be a person or a key: the robot plans, it does not command. */
export function decide(command: Command, world: World, by: Actor): Decision {
  if (by.kind !== 'person' && by.kind !== 'key')
    return refuse('not-allowed', `${by.name} gives no commands`, 'people and keys with a role do');
  if (!mayGive(by.roles, command.do)) {
    const who = rolesFor[command.do].map(roleName);
    return refuse(
      'not-allowed',
      `${by.name} (${by.roles.map(roleName).join(', ') || 'no role'}) may not ${command.do}`,
      `ask someone who is ${who.join(' or ')}`,
    );
  }
  const { track } = adopt(world);
  if (!stageAllows(track.stage, command.do)) {
    return refuse(
      'wrong-stage',
      `${track.id} is ${track.stage}; ${command.do} is not possible there`,
      `${command.do} is possible while a track is ${stagesFor[command.do].join(', ')}`,
    );
  }
  return carryOut(command, { ...world, track }, track, by);
}

function carryOut(command: Command, world: World, track: Track, by: By): Decision {
  switch (command.do) {
    case 'cut':
      return cut(command, world, track, by);
    case 'choose-candidate':
      return chooseCandidate(command, world, track, by);
    case 'submit':
      return submit(command, world, track, by);
    case 'withdraw':
      return withdraw(command, world, track, by);
    case 'start':
      return takeStep(world, track, by, percentStep(firstPercent(world.policy)), command.reason);
    case 'raise':
      return raise(command, world, track, by);
    case 'halt':
      return halt(command, world, track, by);
    case 'resume':
      return resume(command, world, track, by);
    case 'cancel':
      return cancel(command, world, track, by);
    case 'pause-robot':
      if (command.until !== null && command.until <= world.now)
        return refuse('out-of-order', `the pause would end at ${command.until}, which is past`, 'name an end in the future, or none');
      return accept(world, track, by, [
        { is: 'robot-paused', scope: command.scope, pause: { by: by.name, at: world.now, why: command.reason, until: command.until } },
      ]);
    case 'unpause-robot': {
      const pause = command.scope === 'app' ? world.app.robotPaused : track.robotPaused;
      if (!pause) return refuse('already-so', `the robot is not paused for this ${command.scope}`, 'nothing is to be done');
      return accept(world, track, by, [{ is: 'robot-unpaused', scope: command.scope, why: command.reason }]);
    }
    case 'nominate-bug':
      return onBug(world, command.bug, () => accept(world, track, by, [{ is: 'bug-nominated', bug: command.bug, reason: command.reason }]));
    case 'decide-bug': {
      const { bug, decision, reason, risk, impact, workaround } = command;
      return onBug(world, bug, () => accept(world, track, by, [{ is: 'bug-decided', bug, decision, reason, risk, impact, workaround }]));
    }
    case 'assign-bug':
      return assignBug(command, world, track, by);
    case 'sign-off':
      return signOff(command, world, track, by);
    case 'approve':
      return approve(command, world, track, by);
    case 'tick':
      return onInstance(world, command.instance, 'manual', () =>
        accept(world, track, by, [
          { is: 'ticked', instance: command.instance, answer: command.answer, note: command.note, build: shippingBuild(world, track) },
        ]),
      );
    case 'clear-red':
      return clearRed(command, world, track, by);
    case 'ask-waiver':
      return waive(command, world, track, by, false);
    case 'waive':
      return waive(command, world, track, by, true);
    case 'approve-waiver':
      return approveWaiver(command, world, track, by);
    case 'revoke-waiver':
      return revokeWaiver(command, world, track, by);
    case 'ask-cherry-pick':
      return askCherryPick(command, world, track, by);
    case 'answer-cherry-pick':
      return answerCherryPick(command, world, track, by);
    case 'correct':
      return correct(command, world, track, by);
    case 'nudge':
      return nudge(command, world, track, by);
    case 'retry-action':
      return retry(command, world, track, by);
    default:
      return command satisfies never;
  }
}

/* ---- steps ---- */

function cut(command: Of<'cut'>, world: World, track: Track, by: By): Decision {
  const permission = permitted(world, track, judgeTrack(world, track), 'cut');
  if (!permission.ok) return notPermitted(permission);
  const point = cutPoint(world);
  const at = command.at ?? point.at;
  if (at === null && point.base !== null)
    return refuse(
      'not-found',
      `the commit that ${point.base} shipped on ${platformName(track.platform)} is not known`,
      `name the commit to cut ${track.version} from`,
    );
  const wished = wish.branch(track, command.branch ?? branchName(world), at, command.reason ?? `${by.name} cut the branch`);
  return orderAll(world, track, by, [], [wished]);
}

function chooseCandidate(command: Of<'choose-candidate'>, world: World, track: Track, by: By): Decision {
  const build = world.facts.builds.find((each) => each.number === command.build);
  if (!build) {
    const known = world.facts.builds.filter((each) => each.kind === 'release-candidate').map((each) => each.number);
    return refuse(
      'not-found',
      `${track.id} has no build ${command.build}`,
      known.length > 0 ? `its release candidates are ${known.slice(-8).join(', ')}` : 'report the build first',
    );
  }
  const why = unfit(build, world);
  if (why !== null)
    return refuse('out-of-order', why, 'choose a release candidate that was built whole and has every commit of the branch');
  if (candidateOf(track)?.build === build.number)
    return refuse('already-so', `build ${build.number} is the final candidate already`, 'nothing is to be done');
  if (track.stage === 'stabilising') {
    const permission = permitted(world, track, judgeTrack(world, track), 'candidate');
    if (!permission.ok) return notPermitted(permission);
  }
  return accept(world, track, by, [{ is: 'candidate-chosen', candidate: asCandidate(build, world.now, by) }]);
}

function submit(command: Of<'submit'>, world: World, track: Track, by: By): Decision {
  const events: TrackEvent[] = [];
  let at = track;
  if (track.stage === 'stabilising') {
    // a process without a candidate stage chooses by submitting
    if (world.policy.stages.includes('candidate'))
      return refuse('out-of-order', `${track.id} has no final candidate`, 'choose the final candidate first');
    const build = newestBuilt(track, world);
    if (!build)
      return refuse('not-found', `${track.id} has no release candidate that was built`, 'report a build of the release branch first');
    const why = unfit(build, world);
    if (why !== null) return refuse('out-of-order', why, 'build a release candidate with every commit of the branch');
    const chosen: TrackEvent = { is: 'candidate-chosen', candidate: asCandidate(build, world.now, by) };
    events.push(chosen);
    at = evolve(track, chosen, world.now, by.name);
  }
  const permission = permitted(world, track, judgeTrack(world, track), 'submit');
  if (!permission.ok) return notPermitted(permission);
  const wishes = wishesForStep({ ...world, track: at }, at, 'submit', command.reason ?? `${by.name} submitted it`);
  return orderAll(world, at, by, events, wishes);
}

/** The storefronts that show it live, in words; null where none does. */
function liveNames(world: World): string | null {
  const live = seenOf(world).filter(({ state }) => isGoing(state));
  return live.length === 0 ? null : namesOf(live.map(({ kind }) => kind));
}

/** What users are receiving is halted first: a track that went back, or ended, could be halted by nobody. */
function haltFirst(world: World, track: Track): Refused | null {
  const live = track.stage === 'halted' ? null : liveNames(world);
  return live === null
    ? null
    : refuse('wrong-stage', `${track.version} is live on ${live} already`, 'halt it first, so that nobody new receives it');
}

function withdraw(command: Of<'withdraw'>, world: World, track: Track, by: By): Decision {
  const live = haltFirst(world, track);
  if (live !== null) return live;
  const able = world.policy.storefronts.filter((kind) => capabilities[kind].withdraw);
  if (able.length === 0)
    return refuse(
      'not-supported',
      `${names(world)} cannot take back a submission`,
      'halt the rollout when it starts, or cancel the release',
    );
  return orderAll(
    world,
    track,
    by,
    [],
    able.map((kind) => wish.withdrawal(track, kind, command.reason)),
  );
}

function raise(command: Of<'raise'>, world: World, track: Track, by: By): Decision {
  if (track.stage !== 'rolling-out') return refuse('wrong-stage', `${track.id} is ${track.stage}`, 'raise a rollout that is going on');
  const next = nextPercent(world.policy, track.percent);
  if (next === null || command.percent <= track.percent)
    return refuse(
      'already-so',
      `${track.id} is at ${track.percent}% already; a share is never lowered`,
      next === null ? 'nothing is ahead' : `the next share is ${next}%`,
    );
  if (command.percent !== next)
    return refuse(
      'out-of-order',
      `${command.percent}% is not the next share of this rollout`,
      `the next share is ${next}%; the policy's shares are ${world.policy.rollout.join(', ')}`,
    );
  return takeStep(world, track, by, percentStep(command.percent), command.reason);
}

function takeStep(world: World, track: Track, by: By, step: Step, reason: string | undefined): Decision {
  if (haltingOf(track))
    return refuse('waits-for-read-back', 'the rollout is being halted', 'wait until the halt is read back, then resume');
  const permission = permitted(world, track, judgeTrack(world, track), step);
  if (!permission.ok) return notPermitted(permission);
  return orderAll(world, track, by, [], wishesForStep(world, track, step, reason ?? `${by.name} took the step to ${step}`));
}

/* ---- stop and go on ---- */

function halt(command: Of<'halt'>, world: World, track: Track, by: By): Decision {
  if (!mayBeLive(track)) return refuse('wrong-stage', `${track.id} is ${track.stage}`, 'halt a rollout that is going on');
  if ((track.stage === 'in-review' || track.stage === 'store-approved') && liveNames(world) === null)
    return refuse(
      'wrong-stage',
      `${track.id} is ${track.stage}, and no storefront shows it live`,
      'halt a rollout that is going on; a submission is withdrawn',
    );
  if (haltableStorefronts(track, world.policy).length === 0)
    return refuse('not-supported', `${names(world)} cannot halt a release that is at 100%`, 'release a hotfix, or switch the cause off');
  const halting = haltingOf(track);
  const failed =
    halting !== null &&
    world.facts.actions.some((action) => action.state === 'refused' && action.key.includes(`:halt:${track.halts + 1}:`));
  if (halting && !failed)
    return refuse(
      'waits-for-read-back',
      `a halt by ${halting.by} is on its way since ${halting.at}`,
      'it is shown as halted when the storefront says so',
    );
  const wishes = haltWishes(world, track, command.reason);
  if (wishes.length === 0) return refuse('not-supported', 'no storefront shows this version as live', 'wait until the storefront was read');
  const advancing = world.facts.actions
    .filter((action) => isOpen(action) && action.kind === 'ensure-rollout')
    .map((action) => ({ key: action.key, why: `${by.name} halts the rollout` }));
  const decision = orderAll(world, track, by, [{ is: 'halt-ordered', key: wishes[0]?.prefix ?? '', why: command.reason }], wishes, {
    again: failed,
  });
  return decision.ok ? { ...decision, voids: advancing } : decision;
}

function resume(command: Of<'resume'>, world: World, track: Track, by: By): Decision {
  if (track.stage !== 'halted') return refuse('wrong-stage', `${track.id} is ${track.stage}`, 'resume a track that is halted');
  const stuck = seenOf(world).filter(
    ({ kind, state }) => state && (state.state === 'halted' || state.state === 'paused') && !capabilities[kind].resume,
  );
  if (stuck.length > 0)
    return refuse('not-supported', `${stuck.map(({ kind }) => capabilities[kind].name).join(', ')} cannot resume`, 'release a hotfix');
  const reds = haltingVerdicts(world, judgeTrack(world, track));
  if (reds.length > 0) {
    return {
      ...refuse(
        'criteria-not-met',
        `the robot would halt it again at once: ${reds.map((verdict) => `${verdict.title} (${verdict.headline})`).join(', ')}`,
        'clear it (clear-red) or waive it with a reason, or wait until it is no longer red',
      ),
      holding: reds.map((verdict) => verdict.instance),
    };
  }
  const prefix = `${track.id}:resume:${track.halts}:`;
  const failed =
    track.resuming !== null && world.facts.actions.some((action) => action.state === 'refused' && action.key.startsWith(prefix));
  const wishes: Wish[] = seenOf(world)
    .filter(({ state }) => state?.state === 'halted' || state?.state === 'paused')
    .map(({ kind }) => wish.resume(track, kind, track.percent, command.reason));
  // an order that was done, and that the storefront still does not show, may be given again: its answer may have lied
  const isUnderWay = wishes.every((wished) => keyFor(world, wished) === null);
  if (track.resuming && !failed && isUnderWay)
    return refuse(
      'waits-for-read-back',
      `resuming was ordered by ${track.resuming.by} at ${track.resuming.at}`,
      'it is shown when the storefront says so',
    );
  return orderAll(world, track, by, [{ is: 'resume-ordered', key: wishes[0]?.prefix ?? prefix, why: command.reason }], wishes, {
    again: failed,
  });
}

function cancel(command: Of<'cancel'>, world: World, track: Track, by: By): Decision {
  const stays = haltFirst(world, track) ?? staysInTheWorks(world, track);
  if (stays !== null) return stays;
  const inTheWorks = track.stage === 'in-review' || track.stage === 'store-approved';
  const waiting = seenOf(world).filter(({ state }) => inTheWorks || state?.state === 'in-review' || state?.state === 'approved');
  const wishes = [...(inTheWorks || track.stage === 'halted' ? waiting : [])]
    .filter(({ kind }) => capabilities[kind].withdraw)
    .map(({ kind }) => wish.withdrawal(track, kind, `canceled: ${command.reason}`));
  const voids = world.facts.actions
    .filter((action) => isOpen(action) && action.kind !== 'ensure-halted')
    .map((action) => ({ key: action.key, why: 'the release is canceled' }));
  const decision = orderAll(world, track, by, [{ is: 'canceled', why: command.reason }], wishes, { mayBeEmpty: true, again: false });
  return decision.ok ? { ...decision, voids } : decision;
}

/** What would go out by itself after the release is canceled, with nobody to halt it; null when nothing would. */
function staysInTheWorks(world: World, track: Track): Refused | null {
  const held = seenOf(world).filter(
    ({ kind, state }) => !capabilities[kind].withdraw && (state?.state === 'in-review' || state?.state === 'approved'),
  );
  if (held.length > 0)
    return refuse(
      'not-supported',
      `${track.version} is in the works of ${held.map(({ kind }) => capabilities[kind].name).join(', ')}, which cannot take back a submission: it would go out after the release was canceled`,
      'take it back in the storefront’s own console, or halt it when it starts; then cancel',
    );
  const sent = world.facts.actions.find((action) => isOpen(action) && action.kind === 'ensure-submission' && action.inDoubt === true);
  return sent === undefined
    ? null
    : refuse(
        'waits-for-read-back',
        `a submission of ${track.version} was sent and has no answer yet`,
        'wait until the storefront shows it or it is refused; then cancel',
      );
}

/* ---- words of people ---- */

function assignBug(command: Of<'assign-bug'>, world: World, track: Track, by: By): Decision {
  const teams = world.policy.teams.map((team) => team.id);
  if (teams.length > 0 && !teams.includes(command.team))
    return refuse('not-found', `no team is called ${command.team}`, `the policy's teams are ${teams.join(', ')}`);
  return onBug(world, command.bug, () =>
    accept(world, track, by, [{ is: 'bug-assigned', bug: command.bug, team: command.team, reason: command.reason ?? null }]),
  );
}

function signOff(command: Of<'sign-off'>, world: World, track: Track, by: By): Decision {
  const teams = world.policy.teams.map((team) => team.id);
  if (!teams.includes(command.team))
    return refuse(
      'not-found',
      `no team is called ${command.team}`,
      teams.length > 0 ? `the policy's teams are ${teams.join(', ')}` : 'the policy names no teams',
    );
  if (!by.teams.includes(command.team))
    return refuse(
      'not-allowed',
      `${by.name} is not in ${command.team}`,
      `someone of ${command.team} gives its word${by.teams.length > 0 ? `; you may for ${by.teams.join(', ')}` : ''}`,
    );
  const build = command.build ?? shippingBuild(world, track);
  if (build === null) return refuse('not-found', `${track.id} has no release candidate to sign`, 'wait for a build of the release branch');
  const known = world.facts.builds.find((each) => each.number === build);
  if (!known)
    return refuse(
      'not-found',
      `${track.id} has no build ${build}`,
      `its newest release candidate is ${shippingBuild(world, track) ?? 'not built yet'}`,
    );
  if (command.state === 'rejected' && !command.note)
    return refuse('reason-too-short', 'a rejection says what was found', 'give a note with the bug or what failed');
  if (command.state === 'withdrawn' && world.facts.signOffs.findLast((each) => each.team === command.team)?.state !== 'signed')
    return refuse('already-so', `${command.team} has no sign-off to withdraw`, 'only a sign-off that was given can be withdrawn');
  return accept(world, track, by, [{ is: 'sign-off-given', team: command.team, state: command.state, build, note: command.note }]);
}

function approve(command: Of<'approve'>, world: World, track: Track, by: By): Decision {
  return onInstance(world, command.instance, 'approved-by', (settings) => {
    const role = 'role' in settings && typeof settings.role === 'string' ? settings.role : null;
    if (role !== null && !by.roles.some((held) => held === role))
      return refuse('not-allowed', `${by.name} is not ${role.replace('-', ' ')}`, `someone who is ${role.replace('-', ' ')} approves`);
    const candidate = candidateOf(track);
    if (candidate !== null && choseIt(candidate, by))
      return refuse(
        'own-request',
        `${candidate.chosenBy} chose build ${candidate.build} and cannot approve it too${throughKey(by)}`,
        'somebody else approves',
      );
    return accept(world, track, by, [
      {
        is: 'approval-given',
        instance: command.instance,
        answer: command.answer,
        note: command.note,
        build: shippingBuild(world, track),
        role: role ?? by.roles[0] ?? 'viewer',
      },
    ]);
  });
}

/** Whether this actor, or the person behind a key, chose the candidate. Where only a name was kept, the name tells. */
function choseIt(candidate: Candidate, by: By): boolean {
  return candidate.chosenById === undefined ? candidate.chosenBy === by.name : isOwn(candidate.chosenById, by);
}

/** Said where a key is refused for the person behind it. */
function throughKey(by: By): string {
  return by.kind === 'key' ? `, and the key ${by.name} acts for the same person` : '';
}

/* ---- waivers ---- */

function waive(command: Of<'waive'> | Of<'ask-waiver'>, world: World, track: Track, by: By, active: boolean): Decision {
  const verdict = judgeTrack(world, track).find((each) => each.instance === command.instance);
  if (!verdict) return notFoundInstance(world, command.instance);
  if (command.reason.length < leastReason)
    return refuse(
      'reason-too-short',
      `the reason has ${command.reason.length} characters`,
      `say in at least ${leastReason} characters why it is safe`,
    );
  if (!verdict.waivable)
    return refuse(
      'not-waivable',
      `${verdict.title} cannot be waived`,
      verdict.kind === 'no-blocking-bugs' ? 'change the bug’s decision instead' : (verdict.turnsGreen ?? 'it has to turn green'),
    );
  if (passes(verdict)) return refuse('already-so', `${verdict.title} does not hold anything`, 'nothing is to be waived');
  const steps = stepsOf(world.policy);
  const until = command.until ?? { step: nextStep(track, world.policy) ?? steps.at(-1) ?? '100%' };
  if ('step' in until && !steps.some((step) => step === until.step))
    return refuse('not-found', `no step is called ${until.step}`, `the steps are ${steps.join(', ')}`);
  if ('at' in until && until.at <= world.now)
    return refuse('out-of-order', `the waiver would end at ${until.at}, which is past`, 'name an end in the future');
  const second = needsSecond(world, verdict.instance, verdict.kind, verdict.colour, track);
  const waiver: Waiver = {
    id: `${track.id}:waiver:${command.instance}:${world.facts.waivers.length + 1}`,
    instance: command.instance,
    state: active && !second ? 'active' : 'asked',
    category: command.category,
    reason: command.reason,
    askedBy: by.name,
    askedById: behindOf(by),
    askedAt: world.now,
    approvedBy: active && !second ? by.name : null,
    until,
    endsIf: command.endsIf,
    colourWhenAsked: verdict.colour,
    buildWhenAsked: shippingBuild(world, track),
    ended: null,
  };
  return accept(world, track, by, [{ is: 'waiver-asked', waiver }]);
}

/** Whether the policy wants a second person for waiving this. Words of `second-approver`: an instance, a kind, `unknown`, `rates-during-rollout`, `compliance`. */
function needsSecond(world: World, instance: string, kind: string, colour: string, track: Track): boolean {
  const rolling = track.stage === 'rolling-out' || track.stage === 'halted' || track.stage === 'released';
  return world.policy.waivers.secondApprover.some(
    (word) =>
      word === instance ||
      word === kind ||
      (word === 'unknown' && colour === 'unknown') ||
      (word === 'compliance' && kind === 'compliance-closed') ||
      (word === 'rates-during-rollout' && rolling && (isOfHealth(kind) || kind === 'custom')),
  );
}

/** A red that stays is cleared with a reason, and judged anew by what comes from now on. */
function clearRed(command: Of<'clear-red'>, world: World, track: Track, by: By): Decision {
  const verdicts = judgeTrack(world, track);
  const verdict = verdicts.find(({ instance }) => instance === command.instance);
  const key = verdict?.rate?.latch ?? null;
  if (verdict === undefined || key === null) {
    const red = verdicts.filter(({ rate }) => (rate?.latch ?? null) !== null).map(({ instance }) => instance);
    const known = verdict === undefined ? `${track.id} has no criterion ${command.instance}` : `${verdict.title} has no stop that stays`;
    return refuse('not-found', known, red.length === 0 ? 'nothing of this track is to be cleared' : `name one of ${red.join(', ')}`);
  }
  if (command.reason.trim().length < leastReason)
    return refuse(
      'reason-too-short',
      `the reason has ${command.reason.trim().length} characters`,
      `say in at least ${leastReason} why it may be judged anew`,
    );
  return accept(world, track, by, [{ is: 'red-cleared', instance: verdict.instance, title: verdict.title, key, why: command.reason }]);
}

function approveWaiver(command: Of<'approve-waiver'>, world: World, track: Track, by: By): Decision {
  const waiver = world.facts.waivers.find((each) => each.id === command.waiver);
  if (!waiver) return refuse('not-found', `no waiver is called ${command.waiver}`, openWaivers(world));
  if (waiver.state !== 'asked')
    return refuse('already-so', `that waiver is ${waiver.state}`, 'only a waiver that was asked for can be approved');
  if (isOwn(waiver.askedById, by))
    return refuse('own-request', `${waiver.askedBy} asked for this waiver${throughKey(by)}`, 'somebody else approves it');
  return accept(world, track, by, [{ is: 'waiver-approved', waiver: waiver.id }]);
}

function revokeWaiver(command: Of<'revoke-waiver'>, world: World, track: Track, by: By): Decision {
  const waiver = world.facts.waivers.find((each) => each.id === command.waiver);
  if (!waiver) return refuse('not-found', `no waiver is called ${command.waiver}`, openWaivers(world));
  if (waiver.state !== 'asked' && waiver.state !== 'active')
    return refuse('already-so', `that waiver is ${waiver.state}`, 'nothing is to be revoked');
  return accept(world, track, by, [{ is: 'waiver-revoked', waiver: waiver.id, instance: waiver.instance, why: command.reason }]);
}

function openWaivers(world: World): string {
  const open = world.facts.waivers.filter((waiver) => waiver.state === 'asked' || waiver.state === 'active').map((waiver) => waiver.id);
  return open.length > 0 ? `this track's waivers are ${open.join(', ')}` : 'this track has no waiver';
}

/* ---- cherry-picks ---- */

/** What whoever asks for a pick twice should do in place of it. */
const nextForPick: Readonly<Record<CherryPick['state'], string>> = {
  refused: 'to ask again with what has changed',
  asked: 'nothing more than its answer: it waits to be accepted or refused',
  accepted: 'to merge it to the release branch: it is accepted',
  merged: 'the next build: it is on the release branch',
  'in-build': 'nothing more: it is in a build',
  'back-on-trunk': 'nothing more: it is in a build and on trunk',
};

function askCherryPick(command: Of<'ask-cherry-pick'>, world: World, track: Track, by: By): Decision {
  if (command.bug !== null && !world.facts.bugs.some((bug) => bug.key === command.bug))
    return refuse('not-found', `no bug ${command.bug} of ${track.version} is known`, 'name a bug that was reported, or none');
  const twice = world.facts.cherryPicks.find((pick) => pick.commit === command.commit && pick.state !== 'refused');
  if (twice) return refuse('already-so', `${command.commit.slice(0, 10)} was asked for by ${twice.askedBy}`, nextForPick[twice.state]);
  const pick: CherryPick = {
    id: `${track.id}:pick:${world.facts.cherryPicks.length + 1}`,
    commit: command.commit,
    title: command.title,
    bug: command.bug,
    risk: command.risk,
    askedBy: by.name,
    askedById: behindOf(by),
    askedAt: world.now,
    state: 'asked',
    answeredBy: null,
    answer: null,
  };
  return accept(world, track, by, [{ is: 'cherry-pick-asked', pick }]);
}

function answerCherryPick(command: Of<'answer-cherry-pick'>, world: World, track: Track, by: By): Decision {
  const pick = world.facts.cherryPicks.find((each) => each.id === command.pick);
  if (!pick)
    return refuse(
      'not-found',
      `no cherry-pick is called ${command.pick}`,
      `this track's are ${world.facts.cherryPicks.map((each) => each.id).join(', ') || 'none'}`,
    );
  if (pick.state !== 'asked' && !(pick.state === 'accepted' && command.answer === 'refused'))
    return refuse('already-so', `that cherry-pick is ${pick.state}`, 'only one that waits can be answered');
  return accept(world, track, by, [{ is: 'cherry-pick-answered', pick: pick.id, answer: command.answer, why: command.reason }]);
}

/* ---- what was read out of history ---- */

function correct({ what, reason }: Of<'correct'>, world: World, track: Track, by: By): Decision {
  if (what.at > world.now) return refuse('out-of-order', `${what.at} is in the future`, 'a correction tells what was');
  if ('stage' in what) {
    const from = track.reached[what.stage] ?? null;
    if (from === null)
      return refuse(
        'not-found',
        `${track.id} is not known to have been ${what.stage}`,
        `it was ${Object.keys(track.reached).join(', ') || 'nowhere yet'}`,
      );
    if (from === what.at) return refuse('already-so', `${track.id} was ${what.stage} from then on already`, 'nothing is to be corrected');
    return accept(world, track, by, [
      { is: 'corrected', field: `when it was ${what.stage}`, from, to: what.at, why: reason, change: { stage: what.stage, at: what.at } },
    ]);
  }
  const known = cutOf(track);
  if (known === null) return refuse('wrong-stage', `${track.id} has no release branch yet`, 'a cut is corrected after it was made');
  const cut = { ...known, sha: what.cut, at: what.at, inferred: false };
  return accept(world, track, by, [
    { is: 'corrected', field: 'the cut', from: `${known.sha} at ${known.at}`, to: `${cut.sha} at ${cut.at}`, why: reason, change: { cut } },
  ]);
}

/* ---- asking ---- */

/** Minutes between two nudges of one target on one track: a reminder, not a siren. */
export const nudgeAgainMinutes = 30;

function nudge({ team, instance, note }: Of<'nudge'>, world: World, track: Track, by: By): Decision {
  if (team === null && instance === null) return refuse('not-found', 'nobody is named', 'name a team, or the criterion that waits');
  const teams = world.policy.teams;
  if (team !== null && !teams.some(({ id }) => id === team))
    return refuse(
      'not-found',
      `no team is called ${team}`,
      teams.length > 0 ? `the policy's teams are ${teams.map(({ id }) => id).join(', ')}` : 'the policy names no teams',
    );
  const verdict = instance === null ? null : (judgeTrack(world, track).find((each) => each.instance === instance) ?? null);
  if (instance !== null && verdict === null) return notFoundInstance(world, instance);
  if (verdict !== null && passes(verdict)) return refuse('already-so', `${verdict.title} waits for nobody`, 'nobody is to be nudged');
  const named = verdict?.who[0] ?? null;
  const whom = team === null ? (named?.name ?? 'release manager') : teamName(team);
  const channel = team === null ? (named?.kind === 'team' ? named.contact : null) : (teams.find(({ id }) => id === team)?.channel ?? null);
  const prefix = `${track.id}:nudge:${whom.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}:`;
  const last = world.facts.actions.filter(({ key }) => key.startsWith(prefix)).toSorted((a, b) => (a.orderedAt < b.orderedAt ? 1 : -1))[0];
  const freeAt = last === undefined ? null : plusMinutes(last.orderedAt, nudgeAgainMinutes);
  if (freeAt !== null && freeAt > world.now)
    return refuse(
      'too-soon',
      `${whom} was nudged ${inWords(msBetween(last?.orderedAt ?? world.now, world.now))} ago`,
      `once in ${nudgeAgainMinutes} minutes is enough; again in ${inWords(msBetween(world.now, freeAt))}`,
    );
  const about = verdict === null ? '' : ` ${verdict.title}: ${fullStop(verdict.because)}`;
  const text = `${whom}: ${by.name} asks for your word on ${platformName(track.platform)} ${track.version}.${about}${note === null || note === '' ? '' : ` “${note}”`}`;
  const wished = wish.nudge(track, `${prefix}${world.now}`, text, channel);
  return {
    ...accept(world, track, by, [{ is: 'nudged', whom, instance, channel, note }]),
    actions: [order(wished, wished.prefix, { kind: by.kind, id: by.id, name: by.name }, world.now)],
  };
}

/* ---- actions ---- */

function retry(command: Of<'retry-action'>, world: World, track: Track, by: By): Decision {
  const action = world.facts.actions.find((each) => each.key === command.key);
  if (!action) return refuse('not-found', `no action is called ${command.key}`, 'the track’s page lists its actions with their keys');
  if (action.state !== 'refused' && action.state !== 'waiting')
    return refuse('already-so', `that action is ${action.state}`, 'only one that was refused or waits for its next try can be tried again');
  return accept(world, track, by, [{ is: 'action-retried', key: action.key }]);
}

/* ---- pieces ---- */

function accept(world: World, track: Track, by: By, events: readonly Event[]): Accepted {
  const after = events.reduce((state, event) => evolve(state, event, world.now, by.name), track);
  return { ok: true, track: after, events: [...adopt(world).events, ...events], actions: [], voids: [] };
}

function orderAll(
  world: World,
  track: Track,
  by: By,
  events: readonly TrackEvent[],
  wishes: readonly Wish[],
  options: { again: boolean; mayBeEmpty?: boolean } = { again: false },
): Decision {
  const orderer: Orderer = { kind: by.kind, id: by.id, name: by.name };
  const actions = wishes.flatMap((wished) => {
    const key = keyFor(world, wished, { again: options.again || hasFailed(world, wished) });
    return key === null ? [] : [order(wished, key, orderer, world.now)];
  });
  if (actions.length === 0 && options.mayBeEmpty !== true)
    return refuse('already-so', 'that is under way already', 'wait for the storefront’s answer; `explain` shows the open action');
  const records: RecordEvent[] = actions.map(orderedEvent);
  const moves = events.filter((event) => event.is !== 'candidate-chosen');
  const after = moves.reduce((state, event) => evolve(state, event, world.now, by.name), track);
  return { ok: true, track: after, events: [...events, ...records], actions, voids: [] };
}

function hasFailed(world: World, wished: Wish): boolean {
  return world.facts.actions.some((action) => action.key.startsWith(wished.prefix) && action.state === 'refused');
}

function shippingBuild(world: World, track: Track): string | null {
  return candidateOf(track)?.build ?? newestBuilt(track, world)?.number ?? null;
}

function names(world: World): string {
  return world.policy.storefronts.map((kind) => capabilities[kind].name).join(', ') || 'no storefront';
}

function onBug(world: World, key: string, then: () => Decision): Decision {
  if (world.facts.bugs.some((bug) => bug.key === key)) return then();
  const known = world.facts.bugs.map((bug) => bug.key);
  return refuse(
    'not-found',
    `no bug ${key} of ${world.track.id} is known`,
    known.length > 0 ? `its bugs are ${known.slice(0, 10).join(', ')}` : 'report the bug first',
  );
}

function onInstance(world: World, id: string, kind: string, then: (settings: object) => Decision): Decision {
  const all = Object.values(world.policy.before).flatMap((list) => list ?? []);
  const instance = [...all, ...world.policy.haltsWhileRollingOut].find((each) => each.id === id);
  if (!instance) return notFoundInstance(world, id);
  if (instance.kind !== kind)
    return refuse('not-supported', `${id} is a ${instance.kind} criterion`, `only ${kind} criteria take this command`);
  return then(typeof instance.settings === 'object' && instance.settings !== null ? instance.settings : {});
}

function notFoundInstance(world: World, id: string): Refused {
  const all = new Set(Object.values(world.policy.before).flatMap((list) => (list ?? []).map((each) => each.id)));
  return refuse('not-found', `no criterion of ${world.track.id} is called ${id}`, `its criteria are ${[...all].join(', ')}`);
}

function notPermitted(permission: Extract<ReturnType<typeof permitted>, { ok: false }>): Refused {
  return {
    ok: false,
    code: permission.code,
    because: permission.because,
    wouldBeRight: permission.wouldBeRight,
    holding: permission.holding.map((verdict) => verdict.instance),
  };
}

function refuse(code: RefusalCode, because: string, wouldBeRight: string): Refused {
  return { ok: false, code, because, wouldBeRight };
}
