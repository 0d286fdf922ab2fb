import { describe, expect, test } from 'vitest';
import { createEventReader } from './sse.ts';

describe('reading server-sent events', () => {
  test('an event is given when its empty line has come, however it was cut', () => {
    const read = createEventReader();
    expect(read('event: pat')).toEqual([]);
    expect(read('ch\nid: 7\ndata: {"a":')).toEqual([]);
    expect(read('1}\n')).toEqual([]);
    expect(read('\n')).toEqual([{ is: 'event', name: 'patch', id: '7', data: '{"a":1}' }]);
  });

  test('comments are seen: they carry the beat of the server', () => {
    expect(createEventReader()(': beat 2024-10-01T12:20:00.000Z\n\n')).toEqual([{ is: 'comment', text: 'beat 2024-10-01T12:20:00.000Z' }]);
  });

  test('fields that nobody knows, and events without data, are passed over', () => {
    const read = createEventReader();
    expect(read('retry: 2000\n\nevent: hello\nid: 3\n\n')).toEqual([]);
    expect(read('data: x\n\n')).toEqual([{ is: 'event', name: 'message', id: null, data: 'x' }]);
  });

  test('lines of data are joined, and carriage returns end lines too', () => {
    const read = createEventReader();
    expect(read('data: a\r')).toEqual([]);
    expect(read('\ndata: b\r\n\r\n')).toEqual([{ is: 'event', name: 'message', id: null, data: 'a\nb' }]);
  });
});
