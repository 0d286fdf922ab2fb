import { describe, expect, test } from 'vitest';
import type { Verdict } from '#domain/criteria/criterion.ts';
import type { Track } from '#domain/release/track.ts';
import { trainOf } from './heads.ts';

const verdict = (...builds: readonly [build: string, at: string][]): Pick<Verdict, 'evidence'> => ({
  evidence: builds.map(([build, at]) => ({ kind: 'build' as const, label: `build ${build}`, url: null, at, build })),
});
const branched = { stage: 'stabilising' } as Track;

describe('a train', () => {
  test('carries the newest RC that a criterion speaks of, and the candidate once it is chosen', () => {
    const verdicts = [verdict(['1049', '2024-10-01T11:58:00.000Z'], ['1044', '2024-09-30T10:00:00.000Z']), verdict()];
    expect(trainOf(branched, verdicts)).toBe('1049');
    expect(trainOf({ stage: 'candidate', candidate: { build: '1044' } } as Track, verdicts)).toBe('1044');
  });

  test('carries no build before there is one', () => {
    expect(trainOf(branched, [verdict()])).toBeNull();
    expect(trainOf({ stage: 'developing' } as Track, [verdict(['12', '2024-09-20T10:00:00.000Z'])])).toBeNull();
  });
});
