import { describe, expect, test } from 'vitest';
import type { Tick } from '../../facts.ts';
import { aBuild, aTrack, judged } from '../testing.ts';

const tick = (overrides: Partial<Tick> = {}): Tick => ({
  instance: 'manual',
  by: 'M. Lind',
  answer: 'done',
  at: '2024-10-01T08:00:00.000Z',
  build: '1047',
  note: null,
  ...overrides,
});
const on = (ticks: readonly Tick[], settings: unknown = 'Read the store notes aloud') =>
  judged('manual', { track: aTrack('candidate'), step: 'submit', facts: { builds: [aBuild()], ticks }, settings });

describe('manual', () => {
  test('waits until a person has ticked it, and says what is to be done', () => {
    expect(on([])).toMatchObject({
      colour: 'yellow',
      headline: 'Not ticked yet',
      because: 'Nobody has ticked “Read the store notes aloud” on RC 3 yet.',
      who: [{ name: 'release manager' }],
    });
  });

  test('is clear when it is ticked, and stops when it is refused', () => {
    expect(on([tick()])).toMatchObject({ colour: 'green', because: 'M. Lind ticked “Read the store notes aloud” on RC 3 Tue 10:00.' });
    expect(on([tick(), tick({ answer: 'refused', at: '2024-10-01T09:00:00.000Z', note: 'a typo' })])).toMatchObject({
      colour: 'red',
      because: 'M. Lind refused “Read the store notes aloud” on RC 3 Tue 11:00: a typo.',
    });
  });

  test('a tick on another candidate is asked again, unless the policy lets it count for the version', () => {
    expect(on([tick({ build: '1041' })])).toMatchObject({
      colour: 'yellow',
      because: expect.stringContaining('answered done on build 1041, and is asked again') as string,
    });
    expect(on([tick({ build: '1041' })], { 'again-on-new-candidate': 'none' }).colour).toBe('green');
  });

  test('a tick of another instance does not count', () => {
    expect(on([tick({ instance: 'legal' })]).colour).toBe('yellow');
  });
});
