import { describe, expect, test } from 'vitest';
import { imperative } from './needs.ts';

describe('what somebody would do, as what they are asked to do', () => {
  test.each([
    ['verifies PLAY-4412 on RC 4', 'verify PLAY-4412 on RC 4'],
    ['mends PLAY-4412 and verifies it on an RC', 'mend PLAY-4412 and verify it on an RC'],
    ['brings the fix of PLAY-1 to the release branch and verifies it', 'bring the fix of PLAY-1 to the release branch and verify it'],
    ['chooses RC 4 or a newer RC as the final candidate', 'choose RC 4 or a newer RC as the final candidate'],
    ['decides PLAY-4431', 'decide PLAY-4431'],
    ['has the RC built again', 'have the RC built again'],
  ])('%s', (deed, asked) => {
    expect(imperative(deed)).toBe(asked);
  });
});
