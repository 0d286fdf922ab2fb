import { describe, expect, test } from 'vitest';
import type { Action, Effect } from '../actions.ts';
import { authorityLost, commandBehind } from './authority.ts';

const astrid: Action['orderedBy'] = { kind: 'person', id: 'astrid', name: 'Astrid' };
const on = { storefront: 'google-play', version: '8.9.2' } as const;
const submission: Effect = { ...on, kind: 'ensure-submission', build: '1049', percent: 1 };
const rollout: Effect = { ...on, kind: 'ensure-rollout', build: '1049', percent: 100 };
const order = (effect: Effect, step: Action['step'], orderedBy = astrid): Pick<Action, 'effect' | 'step' | 'orderedBy'> => ({
  effect,
  step,
  orderedBy,
});

describe('an order that fires', () => {
  test('is taken while whoever gave it may still give it', () => {
    expect(authorityLost(order(submission, 'submit'), { is: 'held', roles: ['viewer', 'release-manager'] })).toBeNull();
    expect(authorityLost(order(rollout, '100%'), { is: 'held', roles: ['release-team'] })).toBeNull();
  });

  test('is not taken when they lost the role between arming and firing, and says who may now', () => {
    expect(authorityLost(order(rollout, '100%'), { is: 'held', roles: ['viewer', 'member'] })).toBe(
      'Astrid ordered this and is viewer, member of a team by now, which may not raise: someone who is release manager or release team has to order it',
    );
    expect(authorityLost(order({ kind: 'ensure-branch', branch: 'release/8.9.2', at: null }, 'cut'), { is: 'held', roles: [] })).toContain(
      'is nothing by now, which may not cut',
    );
  });

  test('is not taken when they are gone, and says why', () => {
    expect(authorityLost(order(submission, 'submit'), { is: 'gone', because: 'the account is deactivated' })).toBe(
      'Astrid ordered this, and the account is deactivated: somebody else has to order it',
    );
  });

  test('of the robot is the policy’s to allow, not a role’s', () => {
    expect(
      authorityLost(order(submission, 'submit', { kind: 'robot', id: 'robot', name: 'Robot' }), { is: 'gone', because: 'x' }),
    ).toBeNull();
  });

  test.each([
    [{ ...on, kind: 'ensure-halted' }],
    [{ ...on, kind: 'ensure-held' }],
    [{ ...on, kind: 'ensure-withdrawn' }],
    [{ kind: 'page', text: 'x', reason: 'y' }],
  ] as [Effect][])('that makes things safer is never dropped for want of a role: $kind', (effect) => {
    expect(commandBehind({ effect, step: null })).toBeNull();
    expect(authorityLost(order(effect, null), { is: 'gone', because: 'the account is deactivated' })).toBeNull();
  });

  test('to go on needs the authority to resume', () => {
    expect(commandBehind({ effect: rollout, step: null })).toBe('resume');
  });
});
