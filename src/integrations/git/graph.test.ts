import { afterAll, describe, expect, test } from 'vitest';
import {
  commitsBetween,
  contains,
  firstParentCommitsBetween,
  firstParentFork,
  graphBuilder,
  mergeBaseWithTrunk,
  trunkOf,
} from './graph.ts';
import type { CommitGraph, Trunk } from './graph.ts';
import { git } from './client.ts';
import { readGraph } from './history.ts';
import { draw, removePlaces, run } from './testing.ts';
import type { Drawn } from './testing.ts';

afterAll(removePlaces);

/** The same numbers for the same seed. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

/** A tangle: several branches that fork, merge each other and trunk, and one root of its own. */
async function tangle(seed: number): Promise<{ drawn: Drawn; graph: CommitGraph; trunk: Trunk }> {
  const pick = chance(seed);
  const drawing = draw();
  const labels = [drawing.commit('main', 'Begin')];
  labels.push(drawing.commit('stranger', 'Begin elsewhere', { from: null }));
  for (let number = 0; number < 70; number++) {
    const branch = ['main', 'main', 'one', 'two', 'three', 'stranger'][pick(6)] ?? 'main';
    const any = () => labels[pick(labels.length)] ?? '';
    const isNew = !['main', 'stranger'].includes(branch) && pick(5) === 0;
    labels.push(
      drawing.commit(branch, `Commit ${number}`, {
        from: isNew || (number < 6 && branch !== 'main' && branch !== 'stranger') ? any() : undefined,
        merge: pick(3) === 0 ? [any()] : [],
      }),
    );
  }
  for (const [at, label] of labels.entries()) drawing.tag(`t${at}`, label);
  const drawn = await drawing.write();
  const graph = await readGraph(git({ gitDir: drawn.path }));
  return { drawn, graph, trunk: trunkOf(graph, graph.indexOf(drawn.git('rev-parse', 'main')) ?? -1) };
}

describe.each([1, 2, 3, 4])('the graph in memory answers as git does, on tangle %i', (seed) => {
  test('merge bases, containment, ranges and first parents', async () => {
    const { drawn, graph, trunk } = await tangle(seed);
    const all = drawn.git('rev-list', '--all').split('\n');
    expect(graph.size).toBe(all.length);
    const index = (sha: string) => graph.indexOf(sha) ?? -1;
    const pick = chance(seed * 7);
    const some = Array.from({ length: 15 }, () => all[pick(all.length)] ?? '');
    const chain = new Set(drawn.git('rev-list', '--first-parent', 'main').split('\n'));
    for (const sha of some) {
      const bases = mergeBases(drawn, 'main', sha);
      const base = mergeBaseWithTrunk(graph, trunk, index(sha));
      // None is as good as the empty name; of several git's own choice depends on dates, any of them is right.
      expect(bases.length === 0 ? [''] : bases).toContain(graph.sha(base));

      const fork = drawn
        .git('rev-list', '--first-parent', sha)
        .split('\n')
        .find((one) => chain.has(one));
      expect(graph.sha(firstParentFork(graph, trunk, index(sha)))).toBe(fork ?? '');

      const other = all[pick(all.length)] ?? '';
      const third = all[pick(all.length)] ?? '';
      expect(contains(graph, trunk, index(sha), index(other))).toBe(isAncestor(drawn, other, sha));
      const range = drawn
        .git('rev-list', sha, `^${other}`, `^${third}`)
        .split('\n')
        .filter((one) => one !== '');
      expect(
        commitsBetween(graph, index(sha), [index(other), index(third)])
          .map((commit) => graph.sha(commit))
          .sort(),
      ).toEqual(range.sort());
      const walk = drawn
        .git('rev-list', '--first-parent', sha, `^${other}`)
        .split('\n')
        .filter((one) => one !== '');
      expect(firstParentCommitsBetween(graph, trunk, index(other), index(sha)).map((commit) => graph.sha(commit))).toEqual(walk);
    }
  });

  test('a range is oldest first: no commit stands before its parent', async () => {
    const { drawn, graph } = await tangle(seed);
    const range = commitsBetween(graph, graph.indexOf(drawn.git('rev-parse', 'main')) ?? -1, []);
    const place = new Map(range.map((commit, at) => [commit, at]));
    for (const commit of range) {
      for (let nth = 0; nth < graph.parentCount(commit); nth++)
        expect(place.get(graph.parent(commit, nth))).toBeLessThan(place.get(commit) ?? -1);
    }
  });
});

test('a history of a hundred thousand commits in a line does not overflow', () => {
  // fast-import takes seconds for so many; the graph is built from records directly.
  const size = 100_000;
  const id = (number: number) => number.toString(16).padStart(40, '0');
  const builder = graphBuilder();
  for (let number = size; number >= 1; number--) {
    builder.add({
      sha: id(number),
      parents: number === 1 ? [] : [id(number - 1)],
      committedAt: number,
      subject: '',
      pickedFrom: [],
      bodyReferences: [],
    });
  }
  const graph = builder.build();
  const trunk = trunkOf(graph, graph.indexOf(id(size)) ?? -1);
  expect(graph.generation(trunk.tip)).toBe(size);
  expect(contains(graph, trunk, trunk.tip, graph.indexOf(id(1)) ?? -1)).toBe(true);
});

function mergeBases(drawn: Drawn, one: string, other: string): string[] {
  try {
    return drawn.git('merge-base', '--all', one, other).split('\n');
  } catch {
    return [];
  }
}

function isAncestor(drawn: Drawn, ancestor: string, descendant: string): boolean {
  try {
    run([`--git-dir=${drawn.path}`, 'merge-base', '--is-ancestor', ancestor, descendant]);
    return true;
  } catch {
    return false;
  }
}
