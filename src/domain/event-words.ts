/** Each event of the journal as a sentence a person reads, without its subject: `halted the rollout at 1%: crashes on start`. */
import { teamName } from './criteria/words.ts';
import { entryOf } from './entry.ts';
import type { Colour, SignOff } from './facts.ts';
import { noveltyWords } from './health/crash-groups.ts';
import { platformName, sourceName, stepInWords } from './names.ts';
import type { Granted, InstanceEvent } from './people/events.ts';
import { roleName } from './roles.ts';
import { capabilities, namesOf } from './rollout/storefronts.ts';
import type { AppEvent, Event } from './release/events.ts';

type Words<E extends { is: string }> = { [Is in E['is']]: (event: Extract<E, { is: Is }>) => string };

const because = (why: string | null | undefined): string => (why === null || why === undefined || why === '' ? '' : `: ${why}`);
const by = (byStorefront: boolean): string => (byStorefront ? ' by the storefront itself' : '');

const verdictWords: Readonly<Record<Colour, string>> = {
  green: 'is clear',
  yellow: 'is at caution',
  red: 'is at stop',
  unknown: 'is unknown',
};

const signOffWords: Readonly<Record<SignOff['state'], string>> = {
  pending: 'took back the word of',
  testing: 'began to test for',
  signed: 'signed off for',
  rejected: 'could not sign off for',
  withdrawn: 'withdrew the sign-off of',
};

/** `crash-rate` → `crash rate` */
const spaced = (slug: string): string => slug.replaceAll('-', ' ');

const words: Words<Event> = {
  born: ({ kind, stage }) => `began as a ${kind} release, ${stage}`,
  'development-started': () => 'started development on trunk',
  cut: ({ cut }) => `cut ${cut.branch} at ${cut.sha.slice(0, 10)}${cut.inferred ? ' (inferred)' : ''}`,
  'cut-again': ({ cut, why }) => `cut ${cut.branch} again at ${cut.sha.slice(0, 10)}${because(why)}`,
  'candidate-chosen': ({ candidate }) => `chose build ${candidate.build} as final candidate`,
  'went-back': ({ why }) => `went back${because(why)}`,
  submitted: ({ candidate }) => `submitted build ${candidate.build}`,
  approved: () => 'was approved by the storefront',
  rejected: ({ kind, why }) => `was rejected for its ${kind}${because(why)}`,
  withdrawn: ({ why }) => `withdrew the submission${because(why)}`,
  'live-in-part': ({ storefront, percent, byStorefront }) =>
    `went live on ${capabilities[storefront].inSentence} at ${percent}%${by(byStorefront)}, before the others`,
  'rollout-started': ({ percent, byStorefront }) => `started the rollout at ${percent}%${by(byStorefront)}`,
  'percent-observed': ({ percent, byStorefront }) => `reached ${percent}%${by(byStorefront)}`,
  'halt-ordered': ({ why }) => `ordered a halt${because(why)}`,
  halted: ({ percent, why }) => `halted the rollout at ${percent}%${because(why)}`,
  'resume-ordered': ({ why }) => `ordered to resume${because(why)}`,
  resumed: ({ percent, byStorefront, late, inPart }) =>
    late === undefined
      ? `resumed the rollout at ${percent}%${inPart === undefined ? '' : ` on ${namesOf(inPart.storefronts)}`}${by(byStorefront)}`
      : `found it live again at ${percent}%: an order that was broken off for the halt arrived after it`,
  released: () => 'reached everyone',
  completed: ({ why }) => `completed${because(why)}`,
  canceled: ({ why }) => `canceled the release${because(why)}`,
  superseded: (event) => `was superseded by ${event.by}${because(event.why)}`,
  shadowed: ({ step, note }) => `would have taken ${stepInWords(step)} now (shadow)${because(note)}`,
  asked: ({ step, note }) => `asked whether to take ${stepInWords(step)}${because(note)}`,
  'red-latched': ({ title, because: why }) =>
    `keeps ${title} at stop until it is cleared or another build comes${because(firstSentence(why))}`,
  'red-cleared': ({ title, why }) => `cleared the stop of ${title}; it is counted anew${because(why)}`,
  'action-ordered': ({ effect, why }) => `ordered ${effect.replaceAll('-', ' ')}${because(why)}`,
  'action-ended': ({ state, outcome }) =>
    state === 'done'
      ? `done${because(outcome)}`
      : state === 'refused'
        ? `was refused${because(outcome)}`
        : `dropped an order${because(outcome)}`,
  held: (event) => `held ${stepInWords(event.step)}: ${counted(event.by.length, 'criterion', 'criteria')} not green`,
  'verdict-changed': ({ to, because: why, clause }) => `${verdictWords[to]}${because(clause ?? firstSentence(why))}`,
  'bug-decided': ({ bug, decision, reason }) => `decided ${bug}: ${decision.replaceAll('-', ' ')}${because(reason)}`,
  'bug-nominated': ({ bug, reason }) => `nominated ${bug} as a blocker${because(reason)}`,
  'bug-assigned': ({ bug, team }) => `assigned ${bug} to ${team}`,
  'crash-group-judged': ({ title, from, to, novelty, users }) =>
    `judged ${quoted(title)} ${to}${from === null || from === to ? '' : `, ${from} before`}, ${noveltyWords[novelty]}: ${counted(users, 'person', 'people')} hit`,
  'sign-off-given': ({ team, state, build, note }) =>
    `${signOffWords[state]} ${teamName(team)}${build === null ? '' : `, on build ${build}`}${because(note)}`,
  'approval-given': ({ instance, answer, note }) => `${answer} ${spaced(instance)}${because(note)}`,
  ticked: ({ instance, answer, note }) => `${answer === 'done' ? 'ticked' : 'refused'} ${spaced(instance)}${because(note)}`,
  'waiver-asked': ({ waiver }) => `${waiver.state === 'active' ? 'waived' : 'asked to waive'} ${spaced(waiver.instance)}: ${waiver.reason}`,
  'waiver-approved': ({ waiver }) => `approved the waiver ${waiver}`,
  'waiver-ended': ({ instance, why }) => `the waiver of ${spaced(instance)} ended${because(why)}`,
  'waiver-revoked': ({ instance, why }) => `revoked the waiver of ${spaced(instance)}${because(why)}`,
  'cherry-pick-asked': ({ pick }) => `asked to cherry-pick ${pick.commit.slice(0, 10)}: ${pick.title}`,
  'cherry-pick-answered': ({ answer, why }) => `${answer} a cherry-pick${because(why)}`,
  'robot-paused': ({ scope, pause }) =>
    `paused the robot of the ${scope}${pause.until === null ? '' : ` until ${pause.until}`}${because(pause.why)}`,
  'robot-unpaused': ({ scope, why }) => `let the robot of the ${scope} go on${because(why)}`,
  nudged: ({ whom, instance, note }) => `nudged ${whom}${instance === null ? '' : ` about ${spaced(instance)}`}${because(note)}`,
  'action-retried': ({ key }) => `asked for another try of ${key}`,
  corrected: ({ field, from, to, why }) => `corrected ${field}${from === null ? '' : ` from ${from}`} to ${to}${because(why)}`,
};

const partNames: Readonly<Record<string, string>> = {
  bigFeature: 'big feature',
  channel: 'channel',
  manager: 'release manager',
  whatsNew: "what's new",
  storeNotes: 'store notes',
  reviews: 'notes for reviewers',
  retrospective: 'retrospective',
};

/** Events of an app or of a release as a whole: they are in the app's own chain. */
const ofApps: Words<AppEvent> = {
  'app-created': ({ name, platforms }) => `made the app ${name} for ${listed(platforms.map(platformName))}`,
  'app-renamed': ({ from, to }) => `calls the app ${to}, which was ${from}`,
  'clock-set': ({ from, to }) => `turned the clock from ${clockTime(from.at)} to ${clockTime(to.at)}; ${paceInWords(to.speed)}`,
  'policy-saved': ({ revision, why, proposal }) =>
    proposal === undefined
      ? `saved revision ${revision} of the policy${because(why)}`
      : `approved what ${proposal.by} proposed: revision ${revision} of the policy${because(why)}`,
  'policy-proposed': ({ basedOn, why }) => `proposed another policy than revision ${basedOn}${because(why)}`,
  'policy-proposal-closed': ({ state, why }) => `${state === 'refused' ? 'refused' : 'withdrew'} a proposed policy${because(why)}`,
  'crash-group-decided': ({ title, decision, reason }) =>
    `decided that ${quoted(title)} ${decision === 'undecided' ? 'may have a ticket' : 'is worth no ticket'}${because(reason)}`,
  'rota-set': ({ duty, people, days }) =>
    `set the rota of ${dutyName(duty)}: ${counted(people.length, 'person', 'people')}, ${counted(days, 'day')} each`,
  'rota-removed': ({ duty }) => `removed the rota of ${dutyName(duty)}`,
  connected: ({ integration, serves }) =>
    `connected ${sourceName(integration)}${serves.length === 0 ? '' : ` for ${listed(serves.map(servedName))}`}`,
  disconnected: ({ integration }) => `disconnected ${sourceName(integration)}`,
  'connection-changed': ({ integration, changed }) => `changed the connection to ${sourceName(integration)}: ${listed(changed)}`,
  'chat-tried': ({ integration, ok, answer }) =>
    `${ok ? 'posted a message by' : 'could post no message by'} ${sourceName(integration)} to try it${because(ok ? null : answer)}`,
  'webhook-opened': ({ integration }) => `gave ${sourceName(integration)} a new secret to wake its connection with`,
  'webhook-closed': ({ integration }) => `let ${sourceName(integration)} wake its connection no more`,
  'release-begun': ({ version, after, cutOn }) => `began ${version}: ${after} was cut on ${platformName(cutOn)}`,
  'release-planned': ({ version, kind }) => `planned ${version}${kind === 'regular' ? '' : ` as a ${kind}`}`,
  'release-replanned': ({ version, from, to, why }) =>
    `moved the plan of ${version}: ${Object.entries(to)
      .map(([milestone, at]) => movedInWords(milestone, from[milestone as keyof typeof from] ?? null, at))
      .join(', ')}${because(why)}`,
  'release-described': ({ version, parts }) => `changed ${version}: ${parts.map((part) => entryOf(partNames, part) ?? part).join(', ')}`,
  'decision-noted': ({ version, about, text }) => `noted a decision on ${version}${about === null ? '' : ` about ${about}`}: ${text}`,
  'update-posted': ({ version, channel, text }) => `posted an update on ${version}${channel === null ? '' : ` to ${channel}`}: ${text}`,
  imported: ({ stage, inferred }) =>
    `was read from the history of the repository as ${stage.replaceAll('-', ' ')}${inferred.length === 0 ? '' : `; inferred: ${inferred.join(', ')}`}`,
  'history-imported': ({ releases, tracks, trunk }) =>
    `read the history of ${trunk}: ${counted(releases, 'release')} with ${counted(tracks, 'track')}`,
  restored: ({ takenAt }) => `went back to the backup of ${clockTime(takenAt)}`,
  'robot-paused': words['robot-paused'],
  'robot-unpaused': words['robot-unpaused'],
};

/** What befell people, keys and ways in: in the instance's own chain. */
const ofInstance: Words<InstanceEvent> = {
  'person-added': ({ name, email, how, grants }) => `added ${name} (${email}) by ${wayName(how)}${grantsInWords(grants)}`,
  'roles-set': ({ name, app, to }) =>
    to.roles.length === 0
      ? `took all roles in ${appName(app)} from ${name}`
      : `made ${name} ${listed(to.roles.map(roleName))} in ${appName(app)}${to.teams.length === 0 ? '' : `, for ${teamsInWords(to.teams)}`}`,
  'person-deactivated': ({ name, why, sessions, keys }) =>
    `deactivated ${name}, and ended ${counted(sessions, 'session')} and ${counted(keys, 'key')}${because(why)}`,
  'person-reactivated': ({ name, why }) => `let ${name} in again${because(why)}`,
  'person-removed': ({ name }) => `removed ${name}`,
  invited: ({ email, grants, until }) => `invited ${email} until ${clockTime(until)}${grantsInWords(grants)}`,
  'invitation-revoked': ({ email }) => `revoked the invitation of ${email}`,
  'invitation-accepted': ({ email }) => `accepted the invitation of ${email}`,
  'password-link-made': ({ name, until }) => `made a link with which ${name} may set a new password until ${clockTime(until)}`,
  'password-set': ({ how, sessions }) =>
    `${how === 'changed' ? 'changed their password' : 'set a new password with a link'}, which ended ${counted(sessions, 'session')}`,
  'signed-in': ({ how }) => `signed in by ${wayName(how)}`,
  'account-linked': ({ provider }) => `linked their account to ${provider}`,
  'sessions-ended': ({ name, count, why }) => `ended ${counted(count, 'session')} of ${name}${because(why)}`,
  'key-created': ({ name, kind, scopes, apps }) =>
    `made the ${kind === 'key' ? 'key' : 'reporting key'} ${name} (${scopes.join(', ')}) for ${apps === null ? 'all apps' : listed(apps)}`,
  'key-revoked': ({ name }) => `revoked the key ${name}`,
  'provider-set': ({ provider, changed }) =>
    `set the identity provider ${provider}: ${changed.map((each) => providerFields[each] ?? each).join(', ')}`,
  'provider-removed': ({ provider }) => `removed the identity provider ${provider}`,
  'access-set': ({ to }) => (to === 'granted' ? 'hid apps from those who hold no role in them' : 'let everyone see every app'),
};

/** What is set of an identity provider, where its name in the API is no word of people. */
const providerFields: Readonly<Record<string, string>> = {
  clientId: 'client id',
  clientSecret: 'client secret',
  grants: 'what a domain gives',
  linksAccounts: 'whether it takes over accounts',
  groups: 'roles by groups',
};

function wayName(how: string): string {
  return { hand: 'hand', invitation: 'invitation', password: 'password', 'set-up': 'the set-up link' }[how] ?? how;
}

function appName(app: string): string {
  return app === '*' ? 'all apps' : app;
}

function dutyName(duty: string): string {
  return duty === 'release-manager' ? 'release managers' : duty;
}

function teamsInWords(teams: readonly string[]): string {
  return teams.includes('*') ? 'all teams' : listed(teams);
}

function grantsInWords(grants: readonly Granted[]): string {
  return grants.length === 0 ? '' : `; ${grants.map(({ app, roles }) => `${listed(roles.map(roleName))} in ${appName(app)}`).join(', ')}`;
}

/** `iOS`; `Android and iOS`; `Android, iOS and Desktop`. */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length <= 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** `gitHost` → `git host`; `storefront:google-play` → `Google Play`. */
function servedName(port: string): string {
  const [, storefront] = port.split(':');
  return storefront === undefined ? port.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`) : sourceName(storefront);
}

/** A title that was made by a program: as much of it as a line takes. */
function quoted(title: string): string {
  return `“${title.length > 80 ? `${title.slice(0, 79)}…` : title}”`;
}

function counted(count: number, thing: string, things = `${thing}s`): string {
  return `${count} ${count === 1 ? thing : things}`;
}

function firstSentence(text: string): string {
  return /^.+?[.!?](?=\s|$)/.exec(text)?.[0]?.replace(/\.$/, '') ?? text;
}

/** `branch from 2024-10-04 07:00 UTC to 2024-10-04 12:00 UTC` */
function movedInWords(milestone: string, from: string | null, to: string | null): string {
  if (to === null) return `no ${milestone} any more`;
  return `${milestone}${from === null ? '' : ` from ${clockTime(from)}`} to ${clockTime(to)}`;
}

/** `2024-10-01 12:20 UTC` */
function clockTime(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
}

function paceInWords(speed: number): string {
  if (speed === 0) return 'it stands';
  return speed === 1 ? 'it runs' : `it runs at speed ${speed}`;
}

/** The sentence of an event of a track or an app. One that this program does not know, of another version of it, is told by its name. */
export function eventInWords(event: { is: string } & Record<string, unknown>): string {
  const say = ({ ...ofInstance, ...ofApps, ...words } as Readonly<Record<string, ((event: never) => string) | undefined>>)[event.is];
  return say === undefined ? event.is.replaceAll('-', ' ') : say(event as never);
}

/** What befalls a track: the line is about it and not about whoever saw it. */
const ofTheTrack: ReadonlySet<string> = new Set<Event['is']>([
  'born',
  'development-started',
  'went-back',
  'approved',
  'rejected',
  'live-in-part',
  'rollout-started',
  'percent-observed',
  'released',
  'completed',
  'superseded',
]);

/**
 * A line of the feed in parts: `subject` (who, or what), `what` (the sentence without it), and `where` (the track, or the version where the subject is the
 * track's platform; null for an app). `text` is all of it in one: `Robot submitted build 1049, iOS 8.9.2`.
 */
export type LineWords = { subject: string; what: string; where: string | null; text: string };

export function lineInWords(
  actor: string,
  track: { version: string; platform: string } | null,
  event: { is: string } & Record<string, unknown>,
): LineWords {
  const isOfTrack = track !== null && ofTheTrack.has(event.is);
  const subject = subjectOf(isOfTrack ? platformName(track.platform) : actor, event);
  const where = track === null ? null : isOfTrack ? track.version : `${platformName(track.platform)} ${track.version}`;
  const what = eventInWords(event);
  return { subject, what, where, text: `${subject} ${what}${where === null ? '' : isOfTrack ? ` (${where})` : `, ${where}`}` };
}

/** As it reads where nobody stands before it as the one who did it: a verdict names its criterion, `Crash rate is unknown: …`. */
export function entryInWords(event: { is: string } & Record<string, unknown>): string {
  const what = eventInWords(event);
  return event.is === 'verdict-changed' ? `${subjectOf('The verdict', event)} ${what}` : what;
}

/** A verdict's line is about its criterion, and a halt's about who or what halted. */
function subjectOf(otherwise: string, event: { is: string } & Record<string, unknown>): string {
  const named = event.is === 'verdict-changed' ? event['title'] : event.is === 'halted' ? event['by'] : null;
  return typeof named === 'string' && named !== '' ? named.charAt(0).toUpperCase() + named.slice(1) : otherwise;
}
