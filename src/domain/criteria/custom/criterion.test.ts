import { describe, expect, test } from 'vitest';
import type { CustomAnswer, Report } from '../../facts.ts';
import { judge, parseInstance } from '../index.ts';
import { aPolicy, aRelease, aTrack, anApp, judged, sampleNow, someFacts } from '../testing.ts';

const url = 'https://user:word@checks.example.com/music';
const answer = (overrides: Partial<CustomAnswer> = {}): CustomAnswer => ({
  instance: 'custom',
  colour: 'green',
  because: 'the backend is ready',
  turnsGreen: null,
  url: null,
  at: '2024-10-01T12:15:00.000Z',
  ...overrides,
});
const on = (customAnswers: readonly CustomAnswer[], reports: readonly Report[] = []) =>
  judged('custom', { track: aTrack('candidate'), step: 'submit', facts: { customAnswers, reports }, settings: url });

describe('custom', () => {
  test('says what the endpoint says, as a sentence', () => {
    expect(on([answer()])).toMatchObject({ colour: 'green', because: 'The backend is ready.', looksAgainAt: '2024-10-01T12:30:00.000Z' });
    expect(on([answer({ colour: 'red', because: 'two queues are stuck', turnsGreen: 'the queues run' })])).toMatchObject({
      colour: 'red',
      turnsGreen: 'when the queues run',
      who: [{ kind: 'source', name: 'checks.example.com' }],
    });
  });

  test('is unknown while it has not answered, and when its answer is too old', () => {
    expect(on([])).toMatchObject({ colour: 'unknown', because: 'The endpoint of “custom” at checks.example.com has not answered yet.' });
    expect(on([answer({ at: '2024-10-01T12:05:00.000Z' })])).toMatchObject({
      colour: 'unknown',
      headline: 'No answer for 15 min',
      because: expect.stringContaining('It said green: The backend is ready.') as string,
    });
  });

  test('the policy’s fresh-for of the instance is how long an answer is believed', () => {
    const instance = parseInstance({ id: 'custom', settings: { url }, freshForMinutes: 3 });
    const at = {
      app: anApp(),
      release: aRelease(),
      track: aTrack('candidate'),
      siblings: [],
      facts: someFacts({ customAnswers: [answer()] }),
      policy: aPolicy(),
      step: null,
      now: sampleNow,
    };
    expect(judge(instance, at).colour).toBe('unknown');
  });

  test('takes the newer of what it answered and what was pushed for it', () => {
    const pushed: Report = {
      instance: 'custom',
      platform: 'ios',
      version: '8.9.2',
      colour: 'red',
      because: 'pushed',
      at: '2024-10-01T12:18:00.000Z',
      source: 'monitor',
    };
    expect(on([answer()], [pushed])).toMatchObject({ colour: 'red', because: 'Pushed.' });
    expect(on([answer({ at: '2024-10-01T12:19:00.000Z' })], [pushed]).colour).toBe('green');
  });

  test('never shows the name and password of an address', () => {
    expect(JSON.stringify([on([]), on([answer({ colour: 'red' })])])).not.toContain('word@');
  });

  test('refuses an address that is none', () => {
    expect(() => judged('custom', { track: aTrack('candidate'), settings: 'ftp://files.example.com' })).toThrow('http:// or https://');
  });
});
