/** The commits of a repository in memory: who descends from whom, and the walks that releases are read from. Commits are small numbers here. */

export type CommitRecord = {
  sha: string;
  parents: readonly string[];
  /** Seconds since 1970. */
  committedAt: number;
  subject: string;
  /** Ids that `cherry picked from commit …` lines of the message name. */
  pickedFrom: readonly string[];
  /** Numbers that the body names as `#123`. */
  bodyReferences: readonly number[];
};

export type CommitGraph = {
  size: number;
  /** The number of a commit, or undefined where the repository lacks it. */
  indexOf(sha: string): number | undefined;
  sha(commit: number): string;
  committedAt(commit: number): number;
  subject(commit: number): string;
  pickedFrom(commit: number): readonly string[];
  bodyReferences(commit: number): readonly number[];
  parentCount(commit: number): number;
  parent(commit: number, nth: number): number;
  /** The first parent, -1 at a root. */
  firstParent(commit: number): number;
  /** One more than the highest of its parents: descendants are always higher. */
  generation(commit: number): number;
};

/** Builds a graph from records in any order. */
export function graphBuilder(): { add(record: CommitRecord): void; build(): CommitGraph } {
  const shas: string[] = [];
  const index = new Map<string, number>();
  const parentShas: (readonly string[])[] = [];
  const times: number[] = [];
  const subjects: string[] = [];
  const picks = new Map<number, readonly string[]>();
  const references = new Map<number, readonly number[]>();

  function add(record: CommitRecord): void {
    if (index.has(record.sha)) return;
    const at = shas.length;
    index.set(record.sha, at);
    shas.push(record.sha);
    parentShas.push(record.parents);
    times.push(record.committedAt);
    subjects.push(record.subject);
    if (record.pickedFrom.length > 0) picks.set(at, record.pickedFrom);
    if (record.bodyReferences.length > 0) references.set(at, record.bodyReferences);
  }

  function build(): CommitGraph {
    const size = shas.length;
    const start = new Int32Array(size + 1);
    const flat: number[] = [];
    parentShas.forEach((parents, commit) => {
      start[commit] = flat.length;
      // A parent that is not there lies beyond a shallow boundary: history begins here.
      for (const sha of parents) {
        const parent = index.get(sha);
        if (parent !== undefined) flat.push(parent);
      }
    });
    start[size] = flat.length;
    parentShas.length = 0;
    const parents = Int32Array.from(flat);
    const generations = generationsOf(size, start, parents);
    const at = (array: Int32Array, place: number) => array[place] ?? 0;
    return {
      size,
      indexOf: (sha) => index.get(sha),
      sha: (commit) => shas[commit] ?? '',
      committedAt: (commit) => times[commit] ?? 0,
      subject: (commit) => subjects[commit] ?? '',
      pickedFrom: (commit) => picks.get(commit) ?? [],
      bodyReferences: (commit) => references.get(commit) ?? [],
      parentCount: (commit) => at(start, commit + 1) - at(start, commit),
      parent: (commit, nth) => at(parents, at(start, commit) + nth),
      firstParent: (commit) => (at(start, commit + 1) > at(start, commit) ? at(parents, at(start, commit)) : -1),
      generation: (commit) => at(generations, commit),
    };
  }

  return { add, build };
}

function generationsOf(size: number, start: Int32Array, parents: Int32Array): Int32Array {
  const generations = new Int32Array(size);
  const stack: number[] = [];
  for (let root = 0; root < size; root++) {
    if (generations[root] !== 0) continue;
    stack.push(root);
    while (stack.length > 0) {
      const commit = stack[stack.length - 1] ?? 0;
      let highest = 0;
      let waiting = false;
      for (let place = start[commit] ?? 0; place < (start[commit + 1] ?? 0); place++) {
        const parent = parents[place] ?? 0;
        const generation = generations[parent] ?? 0;
        if (generation === 0) {
          stack.push(parent);
          waiting = true;
        } else if (generation > highest) highest = generation;
      }
      if (waiting) continue;
      generations[commit] = highest + 1;
      stack.pop();
    }
  }
  return generations;
}

/** A queue that gives the highest generation first, so that every child of a commit was seen before the commit itself. */
function byGeneration(graph: CommitGraph): { push(commit: number): void; pop(): number | undefined; size(): number } {
  const heap: number[] = [];
  const higher = (one: number, other: number) => graph.generation(heap[one] ?? 0) > graph.generation(heap[other] ?? 0);
  const swap = (one: number, other: number) => {
    const held = heap[one] ?? 0;
    heap[one] = heap[other] ?? 0;
    heap[other] = held;
  };
  return {
    size: () => heap.length,
    push(commit) {
      heap.push(commit);
      for (let at = heap.length - 1; at > 0;) {
        const above = (at - 1) >> 1;
        if (!higher(at, above)) break;
        swap(at, above);
        at = above;
      }
    },
    pop() {
      const top = heap[0];
      const last = heap.pop();
      if (top === undefined || last === undefined || heap.length === 0) return top;
      heap[0] = last;
      for (let at = 0; ;) {
        const left = 2 * at + 1;
        const right = left + 1;
        let best = at;
        if (left < heap.length && higher(left, best)) best = left;
        if (right < heap.length && higher(right, best)) best = right;
        if (best === at) return top;
        swap(at, best);
        at = best;
      }
    },
  };
}

/** The commits that `tip` reaches and none of `without` does (`git rev-list tip --not …`), oldest first. */
export function commitsBetween(graph: CommitGraph, tip: number, without: readonly number[]): number[] {
  const seen = new Map<number, boolean>();
  const queue = byGeneration(graph);
  let wanted = 0;
  const mark = (commit: number, excluded: boolean) => {
    const before = seen.get(commit);
    if (before === undefined) {
      seen.set(commit, excluded);
      queue.push(commit);
      if (!excluded) wanted++;
    } else if (excluded && !before) {
      seen.set(commit, true);
      wanted--;
    }
  };
  for (const commit of without) mark(commit, true);
  mark(tip, false);
  const found: number[] = [];
  while (wanted > 0) {
    const commit = queue.pop();
    if (commit === undefined) break;
    const excluded = seen.get(commit) === true;
    if (!excluded) {
      wanted--;
      found.push(commit);
    }
    for (let nth = 0; nth < graph.parentCount(commit); nth++) mark(graph.parent(commit, nth), excluded);
  }
  return found.reverse();
}

/** Those of the commits that no other of them reaches. */
function tipsOf(graph: CommitGraph, commits: readonly number[]): number[] {
  if (commits.length < 2) return [...commits];
  const lowest = Math.min(...commits.map((commit) => graph.generation(commit)));
  const reached = new Map<number, boolean>();
  const queue = byGeneration(graph);
  for (const commit of commits) {
    reached.set(commit, false);
    queue.push(commit);
  }
  for (let commit = queue.pop(); commit !== undefined; commit = queue.pop()) {
    for (let nth = 0; nth < graph.parentCount(commit); nth++) {
      const parent = graph.parent(commit, nth);
      if (graph.generation(parent) < lowest || reached.get(parent) === true) continue;
      if (!reached.has(parent)) queue.push(parent);
      reached.set(parent, true);
    }
  }
  return commits.filter((commit) => reached.get(commit) === false);
}

export type Trunk = {
  tip: number;
  /** Whether trunk contains the commit. */
  contains(commit: number): boolean;
  /** Place on the first-parent chain, counted from its oldest commit; -1 off the chain. */
  place(commit: number): number;
  /** The chain's commit at a place. */
  at(place: number): number;
  /** The place of the first commit of the chain that contains the commit; -1 where trunk does not. */
  arrival(commit: number): number;
  /** Every commit that trunk contains. */
  commits(): number[];
};

/** Trunk's first-parent chain, and when each commit arrived on it. One walk over trunk's history. */
export function trunkOf(graph: CommitGraph, tip: number): Trunk {
  const chain: number[] = [];
  for (let commit = tip; commit >= 0; commit = graph.firstParent(commit)) chain.push(commit);
  chain.reverse();
  const places = new Int32Array(graph.size).fill(-1);
  chain.forEach((commit, place) => (places[commit] = place));
  const arrivals = new Int32Array(graph.size).fill(-1);
  const stack: number[] = [];
  chain.forEach((link, place) => {
    stack.push(link);
    for (let commit = stack.pop(); commit !== undefined; commit = stack.pop()) {
      if (arrivals[commit] !== -1) continue;
      arrivals[commit] = place;
      for (let nth = 0; nth < graph.parentCount(commit); nth++) stack.push(graph.parent(commit, nth));
    }
  });
  return {
    tip,
    contains: (commit) => (arrivals[commit] ?? -1) >= 0,
    place: (commit) => places[commit] ?? -1,
    at: (place) => chain[place] ?? -1,
    arrival: (commit) => arrivals[commit] ?? -1,
    commits() {
      const all: number[] = [];
      for (let commit = 0; commit < graph.size; commit++) if ((arrivals[commit] ?? -1) >= 0) all.push(commit);
      return all;
    },
  };
}

/** Whether `descendant` contains `ancestor` (a commit contains itself). Trunk's order of arrival answers at once wherever the walk meets trunk. */
export function contains(graph: CommitGraph, trunk: Trunk, descendant: number, ancestor: number): boolean {
  const limit = graph.generation(ancestor);
  const arrival = trunk.arrival(ancestor);
  const seen = new Set<number>();
  const stack = [descendant];
  for (let commit = stack.pop(); commit !== undefined; commit = stack.pop()) {
    if (commit === ancestor) return true;
    if (seen.has(commit) || graph.generation(commit) <= limit) continue;
    seen.add(commit);
    const place = trunk.place(commit);
    if (place >= 0) {
      if (arrival >= 0 && arrival <= place) return true;
      continue;
    }
    // Trunk holds all ancestors of what it holds, so a commit off trunk is not to be found below one on it.
    if (arrival < 0 && trunk.contains(commit)) continue;
    for (let nth = 0; nth < graph.parentCount(commit); nth++) stack.push(graph.parent(commit, nth));
  }
  return false;
}

/** `git merge-base trunk commit`: the newest commit that both contain; -1 for unrelated histories. */
export function mergeBaseWithTrunk(graph: CommitGraph, trunk: Trunk, commit: number): number {
  if (trunk.contains(commit)) return commit;
  const met: number[] = [];
  const seen = new Set<number>([commit]);
  const stack = [commit];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (let nth = 0; nth < graph.parentCount(at); nth++) {
      const parent = graph.parent(at, nth);
      if (seen.has(parent)) continue;
      seen.add(parent);
      if (trunk.contains(parent)) met.push(parent);
      else stack.push(parent);
    }
  }
  // The newest link of the chain that was met contains all that had arrived by then: one comparison each, where a walk would go through all of history.
  const link = met.reduce((best, one) => (trunk.place(one) > trunk.place(best) ? one : best), met[0] ?? -1);
  const reached = link < 0 ? -1 : trunk.place(link);
  return newest(
    graph,
    tipsOf(
      graph,
      met.filter((one) => one === link || trunk.arrival(one) > reached),
    ),
  );
}

/** The first commit on the first-parent walk from `commit` that is on trunk's first-parent chain; -1 when the walk ends before. */
export function firstParentFork(graph: CommitGraph, trunk: Trunk, commit: number): number {
  let at = commit;
  while (at >= 0 && trunk.place(at) < 0) at = graph.firstParent(at);
  return at;
}

/** How many commits of `cut`'s first-parent walk `previous` does not contain (`git rev-list --first-parent previous..cut`), newest first. */
export function firstParentCommitsBetween(graph: CommitGraph, trunk: Trunk, previous: number, cut: number): number[] {
  const found: number[] = [];
  for (let at = cut; at >= 0 && !contains(graph, trunk, previous, at); at = graph.firstParent(at)) found.push(at);
  return found;
}

function newest(graph: CommitGraph, commits: readonly number[]): number {
  let best = -1;
  for (const commit of commits) if (best < 0 || graph.committedAt(commit) > graph.committedAt(best)) best = commit;
  return best;
}
