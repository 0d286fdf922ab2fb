import { describe, expect, test } from 'vitest';
import type { Source } from '../facts.ts';
import type { World } from '../release/world.ts';
import { parseInstance } from './index.ts';
import { anApp, aPolicy, aRelease, aTrack, sampleNow, someFacts } from './testing.ts';
import { judgeTrack } from './verdicts.ts';

const source = (name: string, lastReadAt: string, freshForMinutes: number | null): Source => ({
  source: name,
  kinds: ['bug'],
  connected: true,
  lastReadAt,
  freshForMinutes,
  error: null,
  nextReadAt: null,
});
const [early, late] = ['2024-10-01T06:05:00.000Z', '2024-10-01T12:18:00.000Z'];

/** When what the bugs are judged from was read, with these sources of bugs. */
function readAt(sources: readonly Source[]): string | null | undefined {
  const track = aTrack('candidate');
  const world: World = {
    app: anApp(),
    release: aRelease(),
    track,
    siblings: [],
    policy: aPolicy({ before: { submit: [parseInstance({ id: 'no-blocking-bugs' })] } }),
    facts: someFacts({ sources }),
    previous: [],
    now: sampleNow,
  };
  return judgeTrack(world, track).find(({ instance }) => instance === 'no-blocking-bugs')?.freshAt;
}

describe('the age of a verdict', () => {
  test('is that of the least fresh source that is asked', () => {
    expect(readAt([source('tracker', late, 60), source('archive', '2024-10-01T12:10:00.000Z', 60)])).toBe('2024-10-01T12:10:00.000Z');
  });

  test('is not that of a source that tells by itself, beside one that is asked: its silence says nothing', () => {
    expect(readAt([source('tracker', late, 60), source('webhook', early, null)])).toBe(late);
  });

  test('is that of the last word, where all of them tell by themselves', () => {
    expect(readAt([source('webhook', early, null), source('ci', late, null)])).toBe(late);
  });
});
