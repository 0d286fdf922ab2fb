import { describe, expect, test } from 'vitest';
import type { Approval } from '../../facts.ts';
import { aBuild, aTrack, judged } from '../testing.ts';

const approval = (overrides: Partial<Approval> = {}): Approval => ({
  instance: 'approved-by',
  by: 'T. Becker',
  byId: 'p2',
  role: 'release-team',
  answer: 'approved',
  at: '2024-10-01T08:00:00.000Z',
  build: '1047',
  note: null,
  ...overrides,
});
const on = (approvals: readonly Approval[], settings?: unknown, build = '1047') =>
  judged('approved-by', {
    track: aTrack('candidate', {
      candidate: { build, commit: aBuild().commit, candidate: 3, chosenAt: '2024-09-30T10:40:00.000Z', chosenBy: 'M. Lind' },
    }),
    step: 'submit',
    facts: { builds: [aBuild({ number: build })], approvals },
    settings,
  });

describe('approved-by', () => {
  test('is clear when so many people of the role approved this candidate', () => {
    expect(on([approval({ note: 'looks right' })])).toMatchObject({
      colour: 'green',
      headline: '1 of 1',
      because: 'T. Becker approved RC 3 Tue 10:00 (looks right).',
    });
  });

  test('waits for those that are missing', () => {
    expect(on([approval()], { count: 2 })).toMatchObject({
      colour: 'yellow',
      headline: '1 of 2',
      turnsGreen: 'when one more person of the role release team approves RC 3',
      progress: 0.5,
    });
    expect(on([approval(), approval()], { count: 2 }).headline).toBe('1 of 2');
  });

  test('nobody approves their own choice of the candidate', () => {
    expect(on([approval({ by: 'M. Lind', byId: 'p1' })])).toMatchObject({
      colour: 'yellow',
      because: expect.stringContaining('M. Lind chose the candidate, so that approval does not count.') as string,
    });
  });

  test('stops when one of them refused, until the same person approves', () => {
    const refused = approval({ answer: 'refused', note: 'PLAY-1 is not mended' });
    expect(on([approval({ byId: 'p3', by: 'A. Third' }), refused])).toMatchObject({
      colour: 'red',
      because: 'T. Becker refused RC 3 Tue 10:00 (PLAY-1 is not mended).',
    });
    expect(on([refused, approval({ at: '2024-10-01T09:00:00.000Z' })]).colour).toBe('green');
  });

  test('an approval of another build, role or instance does not count', () => {
    expect(on([approval()], {}, '1049')).toMatchObject({ colour: 'yellow', headline: '0 of 1' });
    expect(on([approval()], { 'again-on-new-candidate': 'none' }, '1049').colour).toBe('green');
    expect(on([approval({ role: 'admin' }), approval({ instance: 'legal' })]).headline).toBe('0 of 1');
    expect(on([approval({ role: 'admin' })], 'admin').colour).toBe('green');
  });
});
