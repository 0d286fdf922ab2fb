import { describe, expect, test } from 'vitest';
import { createLog } from './log.ts';

function logged(options: { forPeople: boolean }, write: (log: ReturnType<typeof createLog>) => void): string {
  let text = '';
  write(createLog({ level: 'info', ...options, write: (line) => (text += line) }));
  return text;
}

describe('the log', () => {
  test('is one JSON object a line', () => {
    const text = logged({ forPeople: false }, (log) => log.child({ app: 'casts' }).info({ track: 'ios' }, 'looked'));
    expect(JSON.parse(text)).toMatchObject({ level: 30, app: 'casts', track: 'ios', msg: 'looked' });
    expect(text.split('\n')).toHaveLength(2);
  });

  test('leaves out what is below its level', () => {
    expect(logged({ forPeople: false }, (log) => log.debug('detail'))).toBe('');
  });

  test('never shows a secret', () => {
    const text = logged({ forPeople: false }, (log) => log.info({ password: 'hunter2', request: { authorization: 'hunter2' } }, 'x'));
    expect(text).not.toContain('hunter2');
    expect(text).toContain('(hidden)');
  });

  test('is short lines for people, with an error under its line', () => {
    const text = logged({ forPeople: true }, (log) => log.error({ port: 4600, err: new Error('no room') }, 'stopped'));
    expect(text).toMatch(/^\d\d:\d\d:\d\d error stopped port=4600\n {4}Error: no room\n/);
  });

  test('keeps of an error its words, its code and its cause, and nothing that hangs on it', () => {
    const error = Object.assign(new Error('the connection broke', { cause: new Error('reset by the other end') }), {
      code: '57P01',
      client: { connectionParameters: { password: 'hunter2' } },
    });
    const { err } = JSON.parse(logged({ forPeople: false }, (log) => log.warn({ err: error }, 'broke'))) as { err: object };
    expect(err).toMatchObject({
      type: 'Error',
      message: 'the connection broke',
      code: '57P01',
      cause: { message: 'reset by the other end' },
    });
    expect(JSON.stringify(err)).not.toContain('hunter2');
  });
});
