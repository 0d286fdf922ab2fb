import { expect, test } from 'vitest';
import type { Verdict } from '#domain/criteria/criterion.ts';
import { parseInstance } from '#domain/criteria/index.ts';
import { aPolicy, aTrack } from '#domain/criteria/testing.ts';
import { judgeTrack } from '#domain/criteria/verdicts.ts';
import { aWorld } from '#domain/release/playing.ts';
import { changedVerdicts } from './verdicts.ts';
import type { Printed } from './verdicts.ts';

const judged = (): readonly Verdict[] => {
  const track = aTrack('stabilising');
  const submit = ['no-blocking-bugs', 'signed-off', 'tests-passed', 'latest-build-complete'].map((id) => parseInstance({ id }));
  return judgeTrack(aWorld(track, { policy: aPolicy({ before: { submit } }) }), track);
};

/** What stays of verdicts when they are committed. */
const committed = (verdicts: readonly Verdict[]): readonly Printed[] =>
  changedVerdicts([], verdicts).write.map(({ verdict: { instance }, print }) => ({ instance, print }));

const instances = (changed: ReturnType<typeof changedVerdicts>) => changed.write.map(({ verdict }) => verdict.instance);

test('what is judged again from the same world is no news', () => {
  expect(judged().length).toBeGreaterThan(2);
  expect(changedVerdicts(committed(judged()), judged())).toEqual({ write: [], gone: [] });
});

test('a verdict that says one word otherwise is written, and no other', () => {
  const [first, second, ...rest] = judged();
  if (first === undefined || second === undefined) throw new Error('too few verdicts');
  const anew = [first, { ...second, because: `${second.because} Or so.` }, ...rest];
  expect(instances(changedVerdicts(committed(judged()), anew))).toEqual([second.instance]);
});

test('a verdict that is new, one that stands elsewhere, and one that no longer counts are each seen', () => {
  const [first, second, third] = judged();
  if (first === undefined || second === undefined || third === undefined) throw new Error('too few verdicts');
  expect(changedVerdicts(committed([first, second]), [third, second])).toMatchObject({
    write: [{ verdict: third, position: 0 }],
    gone: [first.instance],
  });
  expect(instances(changedVerdicts(committed([first, second]), [second, first]))).toEqual([second.instance, first.instance]);
});

test('a verdict that was written before there were prints is written anew', () => {
  const verdicts = judged();
  expect(
    instances(
      changedVerdicts(
        verdicts.map(({ instance }) => ({ instance, print: null })),
        verdicts,
      ),
    ),
  ).toEqual(verdicts.map(({ instance }) => instance));
});
