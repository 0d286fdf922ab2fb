import { describe, expect, test } from 'vitest';
import { entryInWords, eventInWords, lineInWords } from './event-words.ts';
import type { CherryPick, Waiver } from './facts.ts';
import type { InstanceEvent } from './people/events.ts';
import type { AppEvent, Event } from './release/events.ts';
import type { Candidate, Cut } from './release/track.ts';

const at = '2024-10-01T12:20:00.000Z';
const cut: Cut = { branch: 'release/8.9.2', sha: 'a1b2c3d4e5f6a7b8', at, inferred: false };
const candidate: Candidate = { build: '1049', commit: 'a1b2c3d4e5f6a7b8', candidate: 4, chosenAt: at, chosenBy: 'Robot' };
const pause = { by: 'M. Lind', at, why: 'the feed is down', until: null };
const waiver: Waiver = {
  id: 'w1',
  instance: 'crash-rate',
  state: 'asked',
  category: 'fallback-is-on',
  reason: 'only the kids profile',
  askedBy: 'M. Lind',
  askedById: 'lind',
  askedAt: at,
  approvedBy: null,
  until: { at },
  endsIf: [],
  colourWhenAsked: 'red',
  buildWhenAsked: null,
  ended: null,
};
const pick = { id: 'p1', commit: 'a1b2c3d4e5f6a7b8', title: 'Mend the car reconnect' } as CherryPick;

const grace = { person: 'g', name: 'Grace' };

type Any = Event | AppEvent | InstanceEvent;
type Told = { [Is in Any['is']]: { event: Extract<Any, { is: Is }>; says: string } };

/** An event of every kind. The type asks for a new one as soon as there is a new kind. */
const told: Told = {
  born: { event: { is: 'born', kind: 'regular', stage: 'developing' }, says: 'began as a regular release, developing' },
  'development-started': { event: { is: 'development-started' }, says: 'started development on trunk' },
  cut: { event: { is: 'cut', cut }, says: 'cut release/8.9.2 at a1b2c3d4e5' },
  'cut-again': {
    event: { is: 'cut-again', cut, why: 'it was made anew' },
    says: 'cut release/8.9.2 again at a1b2c3d4e5: it was made anew',
  },
  'candidate-chosen': { event: { is: 'candidate-chosen', candidate }, says: 'chose build 1049 as final candidate' },
  'went-back': { event: { is: 'went-back', why: 'a commit came' }, says: 'went back: a commit came' },
  submitted: { event: { is: 'submitted', candidate }, says: 'submitted build 1049' },
  approved: { event: { is: 'approved' }, says: 'was approved by the storefront' },
  rejected: { event: { is: 'rejected', kind: 'metadata', why: 'no test account' }, says: 'was rejected for its metadata: no test account' },
  withdrawn: { event: { is: 'withdrawn', why: 'a blocker' }, says: 'withdrew the submission: a blocker' },
  'live-in-part': {
    event: { is: 'live-in-part', storefront: 'google-play', percent: 1, byStorefront: true },
    says: 'went live on Google Play at 1% by the storefront itself, before the others',
  },
  'rollout-started': {
    event: { is: 'rollout-started', percent: 1, candidate, byStorefront: true },
    says: 'started the rollout at 1% by the storefront itself',
  },
  'percent-observed': { event: { is: 'percent-observed', percent: 5, byStorefront: false }, says: 'reached 5%' },
  'halt-ordered': { event: { is: 'halt-ordered', key: 'k', why: 'crashes on start' }, says: 'ordered a halt: crashes on start' },
  halted: { event: { is: 'halted', percent: 1, why: 'crashes on start', by: 'Robot' }, says: 'halted the rollout at 1%: crashes on start' },
  'resume-ordered': { event: { is: 'resume-ordered', key: 'k', why: 'mended' }, says: 'ordered to resume: mended' },
  resumed: { event: { is: 'resumed', percent: 1, byStorefront: false }, says: 'resumed the rollout at 1%' },
  released: { event: { is: 'released', watchUntil: at }, says: 'reached everyone' },
  completed: { event: { is: 'completed', why: 'the week of watching ended' }, says: 'completed: the week of watching ended' },
  canceled: { event: { is: 'canceled', why: '8.9.3 is about to branch' }, says: 'canceled the release: 8.9.3 is about to branch' },
  superseded: { event: { is: 'superseded', by: '8.9.3', why: 'it is out' }, says: 'was superseded by 8.9.3: it is out' },
  shadowed: {
    event: { is: 'shadowed', step: 'submit', note: 'would submit now' },
    says: 'would have taken submission now (shadow): would submit now',
  },
  asked: { event: { is: 'asked', step: '1%', note: 'every criterion is met' }, says: 'asked whether to take 1%: every criterion is met' },
  'red-latched': {
    event: { is: 'red-latched', instance: 'crash-rate', title: 'Crash rate', key: 'k', because: 'The range is over the limit. More.' },
    says: 'keeps Crash rate at stop until it is cleared or another build comes: The range is over the limit',
  },
  'red-cleared': {
    event: { is: 'red-cleared', instance: 'crash-rate', title: 'Crash rate', key: 'k', why: 'the ad server is mended' },
    says: 'cleared the stop of Crash rate; it is counted anew: the ad server is mended',
  },
  'action-ordered': {
    event: { is: 'action-ordered', key: 'k', effect: 'ensure-branch', step: 'cut', why: 'it is branch day' },
    says: 'ordered ensure branch: it is branch day',
  },
  'action-ended': { event: { is: 'action-ended', key: 'k', state: 'refused', outcome: 'no right' }, says: 'was refused: no right' },
  held: { event: { is: 'held', step: 'submit', by: ['Sign-offs', 'Crash rate'] }, says: 'held submission: 2 criteria not green' },
  'verdict-changed': {
    event: { is: 'verdict-changed', instance: 'anr-rate', title: 'ANR rate', from: 'green', to: 'yellow', because: 'the range crosses' },
    says: 'is at caution: the range crosses',
  },
  'bug-decided': {
    event: { is: 'bug-decided', bug: 'PLAY-4412', decision: 'not-a-blocker', reason: 'rare', risk: null, impact: null, workaround: null },
    says: 'decided PLAY-4412: not a blocker: rare',
  },
  'bug-nominated': {
    event: { is: 'bug-nominated', bug: 'PLAY-4412', reason: 'it stops' },
    says: 'nominated PLAY-4412 as a blocker: it stops',
  },
  'crash-group-judged': {
    event: { is: 'crash-group-judged', group: 7, title: 'Crash on sign-up', from: 'S3', to: 'S1', novelty: 'new', users: 7 },
    says: 'judged “Crash on sign-up” S1, S3 before, new: 7 people hit',
  },
  'bug-assigned': { event: { is: 'bug-assigned', bug: 'PLAY-4412', team: 'player', reason: null }, says: 'assigned PLAY-4412 to player' },
  'sign-off-given': {
    event: { is: 'sign-off-given', team: 'car', state: 'withdrawn', build: '1048', note: null },
    says: 'withdrew the sign-off of Car, on build 1048',
  },
  'approval-given': {
    event: { is: 'approval-given', instance: 'legal', answer: 'approved', note: null, build: null, role: 'admin' },
    says: 'approved legal',
  },
  ticked: { event: { is: 'ticked', instance: 'licences', answer: 'done', note: null, build: null }, says: 'ticked licences' },
  'waiver-asked': { event: { is: 'waiver-asked', waiver }, says: 'asked to waive crash rate: only the kids profile' },
  'waiver-approved': { event: { is: 'waiver-approved', waiver: 'w1' }, says: 'approved the waiver w1' },
  'waiver-ended': {
    event: { is: 'waiver-ended', waiver: 'w1', instance: 'crash-rate', why: 'its date came' },
    says: 'the waiver of crash rate ended: its date came',
  },
  'waiver-revoked': {
    event: { is: 'waiver-revoked', waiver: 'w1', instance: 'crash-rate', why: 'worse' },
    says: 'revoked the waiver of crash rate: worse',
  },
  'cherry-pick-asked': { event: { is: 'cherry-pick-asked', pick }, says: 'asked to cherry-pick a1b2c3d4e5: Mend the car reconnect' },
  'cherry-pick-answered': {
    event: { is: 'cherry-pick-answered', pick: 'p1', answer: 'refused', why: 'not critical' },
    says: 'refused a cherry-pick: not critical',
  },
  'robot-paused': { event: { is: 'robot-paused', scope: 'app', pause }, says: 'paused the robot of the app: the feed is down' },
  'robot-unpaused': {
    event: { is: 'robot-unpaused', scope: 'app', why: 'the feed is back' },
    says: 'let the robot of the app go on: the feed is back',
  },
  'action-retried': { event: { is: 'action-retried', key: 'k' }, says: 'asked for another try of k' },
  nudged: {
    event: { is: 'nudged', whom: 'player', instance: 'signed-off', channel: '#player', note: null },
    says: 'nudged player about signed off',
  },
  corrected: {
    event: { is: 'corrected', field: 'cut', from: 'a', to: 'b', why: 'history was rewritten', change: { cut } },
    says: 'corrected cut from a to b: history was rewritten',
  },
  'app-created': {
    event: { is: 'app-created', name: 'Music', platforms: ['android', 'ios', 'desktop'], timezone: 'Europe/Stockholm' },
    says: 'made the app Music for Android, iOS and Desktop',
  },
  'clock-set': {
    event: { is: 'clock-set', from: { at: '2024-09-20T07:00:00.000Z', speed: 600 }, to: { at, speed: 0 } },
    says: 'turned the clock from 2024-09-20 07:00 UTC to 2024-10-01 12:20 UTC; it stands',
  },
  'policy-proposed': {
    event: { is: 'policy-proposed', proposal: 'p1', basedOn: 3, digest: 'd', why: 'soak for a day' },
    says: 'proposed another policy than revision 3: soak for a day',
  },
  'policy-proposal-closed': {
    event: { is: 'policy-proposal-closed', proposal: 'p1', state: 'withdrawn', why: 'not now' },
    says: 'withdrew a proposed policy: not now',
  },
  'rota-set': {
    event: { is: 'rota-set', duty: 'release-manager', people: ['a', 'b'], from: '2024-10-07', days: 7, swaps: 0 },
    says: 'set the rota of release managers: 2 people, 7 days each',
  },
  'crash-group-decided': {
    event: {
      is: 'crash-group-decided',
      group: 7,
      title: 'Crash on sign-up',
      platform: 'ios',
      decision: 'not-worth-a-ticket',
      reason: 'one rooted phone',
    },
    says: 'decided that “Crash on sign-up” is worth no ticket: one rooted phone',
  },
  'rota-removed': { event: { is: 'rota-removed', duty: 'player' }, says: 'removed the rota of player' },
  'person-added': {
    event: {
      is: 'person-added',
      ...grace,
      email: 'g@example.com',
      how: 'invitation',
      grants: [{ app: 'music', roles: ['release-manager'], teams: [] }],
    },
    says: 'added Grace (g@example.com) by invitation; release manager in music',
  },
  'roles-set': {
    event: {
      is: 'roles-set',
      ...grace,
      app: '*',
      from: { roles: [], teams: [] },
      to: { roles: ['member', 'admin'], teams: ['player'] },
      how: 'hand',
    },
    says: 'made Grace member of a team and admin in all apps, for player',
  },
  'person-deactivated': {
    event: { is: 'person-deactivated', ...grace, why: 'left', sessions: 2, keys: 1 },
    says: 'deactivated Grace, and ended 2 sessions and 1 key: left',
  },
  'person-reactivated': { event: { is: 'person-reactivated', ...grace, why: 'is back' }, says: 'let Grace in again: is back' },
  'person-removed': { event: { is: 'person-removed', ...grace, email: 'g@example.com' }, says: 'removed Grace' },
  invited: {
    event: { is: 'invited', invitation: 'i', email: 'g@example.com', grants: [], until: at },
    says: 'invited g@example.com until 2024-10-01 12:20 UTC',
  },
  'invitation-revoked': {
    event: { is: 'invitation-revoked', invitation: 'i', email: 'g@example.com' },
    says: 'revoked the invitation of g@example.com',
  },
  'invitation-accepted': {
    event: { is: 'invitation-accepted', ...grace, invitation: 'i', email: 'g@example.com' },
    says: 'accepted the invitation of g@example.com',
  },
  'password-link-made': {
    event: { is: 'password-link-made', ...grace, until: at },
    says: 'made a link with which Grace may set a new password until 2024-10-01 12:20 UTC',
  },
  'password-set': {
    event: { is: 'password-set', ...grace, how: 'changed', sessions: 1 },
    says: 'changed their password, which ended 1 session',
  },
  'signed-in': { event: { is: 'signed-in', ...grace, how: 'password' }, says: 'signed in by password' },
  'account-linked': { event: { is: 'account-linked', ...grace, provider: 'company' }, says: 'linked their account to company' },
  'sessions-ended': {
    event: { is: 'sessions-ended', ...grace, count: 3, why: 'a lost laptop' },
    says: 'ended 3 sessions of Grace: a lost laptop',
  },
  'key-created': {
    event: { is: 'key-created', key: 'k', name: 'CI', kind: 'report', scopes: ['report'], roles: ['member'], apps: ['music'], until: null },
    says: 'made the reporting key CI (report) for music',
  },
  'key-revoked': { event: { is: 'key-revoked', key: 'k', name: 'CI' }, says: 'revoked the key CI' },
  'provider-set': {
    event: { is: 'provider-set', provider: 'company', issuer: 'https://id.example.com', changed: ['issuer', 'clientSecret'] },
    says: 'set the identity provider company: issuer, client secret',
  },
  'provider-removed': {
    event: { is: 'provider-removed', provider: 'company', issuer: 'https://id.example.com' },
    says: 'removed the identity provider company',
  },
  'access-set': { event: { is: 'access-set', from: 'everyone', to: 'granted' }, says: 'hid apps from those who hold no role in them' },
  'policy-saved': { event: { is: 'policy-saved', revision: 3, digest: 'd' }, says: 'saved revision 3 of the policy' },
  connected: {
    event: { is: 'connected', connection: 'c', integration: 'sandbox', serves: ['gitHost', 'storefront:google-play'] },
    says: 'connected Sandbox for git host and Google Play',
  },
  'app-renamed': { event: { is: 'app-renamed', from: 'Music', to: 'Tunes' }, says: 'calls the app Tunes, which was Music' },
  'connection-changed': {
    event: { is: 'connection-changed', connection: 'c', integration: 'git', changed: ['repo', 'token'] },
    says: 'changed the connection to Git: repo and token',
  },
  'chat-tried': {
    event: { is: 'chat-tried', connection: 'c', integration: 'sandbox', ok: false, answer: 'no such channel' },
    says: 'could post no message by Sandbox to try it: no such channel',
  },
  disconnected: { event: { is: 'disconnected', connection: 'c', integration: 'git' }, says: 'disconnected Git' },
  'webhook-opened': {
    event: { is: 'webhook-opened', connection: 'c', integration: 'git' },
    says: 'gave Git a new secret to wake its connection with',
  },
  'webhook-closed': { event: { is: 'webhook-closed', connection: 'c', integration: 'git' }, says: 'let Git wake its connection no more' },
  'release-begun': {
    event: { is: 'release-begun', version: '8.9.3', after: '8.9.2', cutOn: 'ios', platforms: ['ios'] },
    says: 'began 8.9.3: 8.9.2 was cut on iOS',
  },
  'release-planned': {
    event: { is: 'release-planned', version: '8.9.2.1', kind: 'hotfix', platforms: ['ios'] },
    says: 'planned 8.9.2.1 as a hotfix',
  },
  'release-replanned': {
    event: {
      is: 'release-replanned',
      version: '8.9.3',
      from: { branch: '2024-10-04T07:00:00.000Z', finish: '2024-10-09T07:00:00.000Z' },
      to: { branch: '2024-10-04T12:00:00.000Z', finish: null },
      why: '8.9.2 ends first',
    },
    says: 'moved the plan of 8.9.3: branch from 2024-10-04 07:00 UTC to 2024-10-04 12:00 UTC, no finish any more: 8.9.2 ends first',
  },
  'release-described': {
    event: { is: 'release-described', version: '8.9.2', parts: ['bigFeature', 'channel'], revision: 2, before: {}, after: {} },
    says: 'changed 8.9.2: big feature, channel',
  },
  'decision-noted': {
    event: { is: 'decision-noted', version: '8.9.2', about: 'iOS', text: 'we wait' },
    says: 'noted a decision on 8.9.2 about iOS: we wait',
  },
  'update-posted': {
    event: { is: 'update-posted', version: '8.9.2', channel: '#release', text: 'submitted', key: 'k' },
    says: 'posted an update on 8.9.2 to #release: submitted',
  },
  imported: {
    event: { is: 'imported', version: '8.9.1', platform: 'ios', stage: 'rolling-out', inferred: ['cut'] },
    says: 'was read from the history of the repository as rolling out; inferred: cut',
  },
  'history-imported': {
    event: { is: 'history-imported', releases: 1, tracks: 3, inferred: 2, trunk: 'main' },
    says: 'read the history of main: 1 release with 3 tracks',
  },
  restored: {
    event: { is: 'restored', takenAt: '2024-10-01T02:00:00.000Z' },
    says: 'went back to the backup of 2024-10-01 02:00 UTC',
  },
};

describe('events in words', () => {
  test.each(Object.values(told).map(({ event, says }) => [event.is, event, says] as const))('%s', (_is, event, says) => {
    expect(eventInWords(event)).toBe(says);
  });

  test('an event of another version of the program is told by its name', () => {
    expect(eventInWords({ is: 'something-new' })).toBe('something new');
  });

  test('a line names who it was, what they did, and the track', () => {
    expect(lineInWords('M. Lind', { version: '8.9.2', platform: 'ios' }, { is: 'submitted', candidate: { build: '1049' } })).toEqual({
      subject: 'M. Lind',
      what: 'submitted build 1049',
      where: 'iOS 8.9.2',
      text: 'M. Lind submitted build 1049, iOS 8.9.2',
    });
  });

  test('what befalls a track is told of the track', () => {
    expect(lineInWords('Robot', { version: '8.9.2', platform: 'ios' }, { is: 'approved' }).text).toBe(
      'iOS was approved by the storefront (8.9.2)',
    );
  });

  test('a changed verdict is told of its criterion, in the words of the screen', () => {
    const event = {
      is: 'verdict-changed',
      title: 'ANRs',
      from: 'green',
      to: 'yellow',
      because: 'The range 0.165–0.304 crosses it. It settles.',
    };
    expect(entryInWords(event)).toMatch(/^ANRs is at caution/);
    expect(entryInWords({ is: 'approved' })).toBe(eventInWords({ is: 'approved' }));
    expect(lineInWords('Robot', { version: '8.9.2', platform: 'android' }, event)).toMatchObject({
      subject: 'ANRs',
      what: 'is at caution: The range 0.165–0.304 crosses it',
    });
    expect(lineInWords('Robot', { version: '8.9.2', platform: 'android' }, { ...event, clause: 'Range crosses the limit' }).what).toBe(
      'is at caution: Range crosses the limit',
    );
  });

  test('a halt is told of whoever halted', () => {
    expect(
      lineInWords('Google Play', { version: '8.9.2', platform: 'android' }, { is: 'halted', percent: 1, why: 'crashes', by: 'robot' })
        .subject,
    ).toBe('Robot');
  });

  test('an app has no track to name', () => {
    expect(lineInWords('M. Lind', null, { is: 'policy-saved', revision: 3 }).text).toBe('M. Lind saved revision 3 of the policy');
  });
});
