import { isRefused, quote, refuse, type Refused } from './refused.ts';

/*
 * A small matcher of regular expressions for patterns that users write. JavaScript's own engine can take years for one match of a pattern
 * such as (a+)+$, and the domain can neither stop it nor tell such patterns from good ones. This one tries each place of
 * the pattern at each place of the text at most once, so a match costs at most (size of the pattern) × (length of the text), whatever
 * the pattern; the idea is RE2's BitState (https://swtch.com/~rsc/regexp/regexp3.html). It finds what JavaScript finds, for the
 * subset it reads: characters, escapes, classes, groups, alternatives, quantifiers; no look-around and no back-references.
 */
type CharacterSet = { ranges: [number, number][]; negated: boolean };
type Node =
  | { is: 'empty' }
  | { is: 'character'; set: CharacterSet }
  | { is: 'sequence'; items: Node[] }
  | { is: 'either'; branches: Node[] }
  | { is: 'group'; slot: number; of: Node }
  | { is: 'repeat'; of: Node; least: number; most: number; lazy: boolean }
  | { is: 'edge'; end: boolean };

type Instruction =
  | { do: 'character'; set: CharacterSet }
  | { do: 'split'; first: number; second: number }
  | { do: 'jump'; to: number }
  | { do: 'save'; slot: number }
  | { do: 'edge'; end: boolean }
  | { do: 'match' };

/** A pattern ready to match whole texts; `groups` are its named groups from left to right. */
export type Matcher = { program: Instruction[]; groups: string[] };
/** Where a named group matched: from `start` to before `end`; null for a group in a branch not taken. */
export type Span = { start: number; end: number } | null;

const longestPattern = 200;
const deepestGroups = 20;
/** Counted repeats are written out, so {1000}{1000} must be stopped before it is built. */
const largestProgram = 2000;

const digit: [number, number][] = [[48, 57]];
const word: [number, number][] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const space: [number, number][] = [
  [9, 13],
  [32, 32],
];
const escapes: Record<string, CharacterSet> = {
  d: { ranges: digit, negated: false },
  D: { ranges: digit, negated: true },
  w: { ranges: word, negated: false },
  W: { ranges: word, negated: true },
  s: { ranges: space, negated: false },
  S: { ranges: space, negated: true },
};
const anyCharacter: CharacterSet = {
  ranges: [
    [10, 10],
    [13, 13],
  ],
  negated: true,
};

function complement(ranges: readonly [number, number][]): [number, number][] {
  const inverted: [number, number][] = [];
  let from = 0;
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (low > from) inverted.push([from, low - 1]);
    from = Math.max(from, high + 1);
  }
  return [...inverted, [from, 0xffff]];
}

function has(set: CharacterSet, code: number): boolean {
  return set.ranges.some(([low, high]) => code >= low && code <= high) !== set.negated;
}

/** Reads a pattern by recursive descent. Thrown refusals are caught in `compilePattern`; nothing leaves this file as an exception. */
class Reader {
  readonly groups: string[] = [];
  private readonly source: string;
  private at = 0;
  private depth = 0;

  constructor(source: string) {
    this.source = source;
  }

  read(): Node {
    const node = this.alternatives();
    if (this.at < this.source.length) this.fail('has a ")" that closes nothing', 'a "(" before it, or "\\)"');
    return node;
  }

  private fail(was: string, right: string): never {
    throw new PatternTrouble(refuse('bad-pattern', `the pattern ${quote(this.source)} ${was} (character ${this.at + 1})`, right));
  }

  private peek(): string {
    return this.source.charAt(this.at);
  }

  private take(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  private alternatives(): Node {
    const branches = [this.sequence()];
    while (this.take('|')) branches.push(this.sequence());
    return branches.length === 1 ? (branches[0] ?? { is: 'empty' }) : { is: 'either', branches };
  }

  private sequence(): Node {
    const items: Node[] = [];
    while (this.at < this.source.length && this.peek() !== '|' && this.peek() !== ')') items.push(this.quantified());
    return items.length === 0 ? { is: 'empty' } : { is: 'sequence', items };
  }

  private quantified(): Node {
    const of = this.atom();
    const counts = this.quantifier();
    if (counts === null) return of;
    if (of.is === 'edge') this.fail('repeats an edge', '"^" and "$" alone');
    const lazy = this.take('?');
    if ('*+?'.includes(this.peek() || ' ') || /^\{[0-9]/u.test(this.source.slice(this.at))) this.fail('repeats a repeat', 'one quantifier');
    // JavaScript takes no turn of a repeat that matches nothing: it goes back for another way through it, by places that were tried here already
    if (counts[1] > counts[0] && mayBeNothing(of) && prefersNothing(of))
      this.fail('repeats what may be nothing and rather is nothing', 'a repeat of one character at least');
    return { is: 'repeat', of, least: counts[0], most: counts[1], lazy };
  }

  private quantifier(): [number, number] | null {
    if (this.take('*')) return [0, Infinity];
    if (this.take('+')) return [1, Infinity];
    if (this.take('?')) return [0, 1];
    const found = /^\{([0-9]{1,4})(?:(,)([0-9]{1,4})?)?\}/u.exec(this.source.slice(this.at));
    if (!found) return null;
    this.at += found[0].length;
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : found[3] === undefined ? Infinity : Number(found[3]);
    if (most < least) this.fail(`counts from ${least} down to ${most}`, 'the smaller number first');
    return [least, most];
  }

  private atom(): Node {
    if (this.take('(')) return this.group();
    if (this.take('[')) return { is: 'character', set: this.characterClass() };
    if (this.take('.')) return { is: 'character', set: anyCharacter };
    if (this.take('^')) return { is: 'edge', end: false };
    if (this.take('$')) return { is: 'edge', end: true };
    if (this.take('\\')) return { is: 'character', set: this.escape() };
    const character = this.peek();
    if ('*+?{}]'.includes(character))
      this.fail(`has ${quote(character)} where nothing can be repeated`, `"\\${character}" for the character itself`);
    this.at += 1;
    return {
      is: 'character',
      set: { ranges: [[character.charCodeAt(0), character.charCodeAt(0)]], negated: false },
    };
  }

  private group(): Node {
    this.depth += 1;
    if (this.depth > deepestGroups) this.fail('nests groups too deeply', `at most ${deepestGroups} groups in each other`);
    const slot = this.groupSlot();
    const of = this.alternatives();
    if (!this.take(')')) this.fail('has a "(" that is not closed', '")" at the end of the group');
    this.depth -= 1;
    return slot === null ? of : { is: 'group', slot, of };
  }

  private groupSlot(): number | null {
    if (this.take('?:')) return null;
    const named = /^\?<([A-Za-z_][A-Za-z0-9_]*)>/u.exec(this.source.slice(this.at));
    const name = named?.[1];
    if (named && name !== undefined) {
      if (this.groups.includes(name)) this.fail(`names two groups ${name}`, 'a name of its own for each part');
      this.at += named[0].length;
      return this.groups.push(name) - 1;
    }
    if (this.peek() === '?')
      this.fail('has a group this scheme does not know', '(?<name>…) for a part, (?:…) for a group without a name; no look-around');
    return null;
  }

  private escape(): CharacterSet {
    const character = this.peek();
    const known = escapes[character];
    if (known === undefined && (character === '' || /[A-Za-z0-9]/u.test(character))) {
      this.fail(`has the escape ${quote(`\\${character}`)}`, '\\d, \\w, \\s, or a punctuation character such as \\. (no back-references)');
    }
    this.at += 1;
    const code = character.charCodeAt(0);
    return known ?? { ranges: [[code, code]], negated: false };
  }

  private characterClass(): CharacterSet {
    const negated = this.take('^');
    const ranges: [number, number][] = [];
    while (!this.take(']')) {
      if (this.at >= this.source.length) this.fail('has a "[" that is not closed', '"]" at the end of the class');
      ranges.push(...this.classItem());
    }
    return { ranges, negated };
  }

  private classItem(): [number, number][] {
    const first = this.classCharacter();
    if (this.peek() !== '-' || this.source.charAt(this.at + 1) === ']' || this.at + 1 >= this.source.length) return first;
    this.at += 1;
    const last = this.classCharacter();
    const [low, high] = [first[0]?.[0], last[0]?.[0]];
    const single = first.length === 1 && last.length === 1 && low === first[0]?.[1] && high === last[0]?.[1];
    if (!single || low === undefined || high === undefined || low > high)
      this.fail('has a range that does not rise', 'a range such as a-z');
    return [[low, high]];
  }

  private classCharacter(): [number, number][] {
    if (this.take('\\')) {
      const set = this.escape();
      return set.negated ? complement(set.ranges) : set.ranges;
    }
    const code = this.peek().charCodeAt(0);
    this.at += 1;
    return [[code, code]];
  }
}

class PatternTrouble extends Error {
  readonly refused: Refused;
  constructor(refused: Refused) {
    super(refused.was);
    this.refused = refused;
  }
}

function mayBeNothing(node: Node): boolean {
  switch (node.is) {
    case 'empty':
    case 'edge':
      return true;
    case 'character':
      return false;
    case 'sequence':
      return node.items.every(mayBeNothing);
    case 'either':
      return node.branches.some(mayBeNothing);
    case 'group':
      return mayBeNothing(node.of);
    case 'repeat':
      return node.least === 0 || mayBeNothing(node.of);
    default:
      return node satisfies never;
  }
}

/** Whether it may go past characters that it could take: by a lazy repeat, or by a branch that may be nothing before another. */
function prefersNothing(node: Node): boolean {
  switch (node.is) {
    case 'empty':
    case 'edge':
    case 'character':
      return false;
    case 'sequence':
      return node.items.some(prefersNothing);
    case 'either':
      return node.branches.some(prefersNothing) || node.branches.slice(0, -1).some(mayBeNothing);
    case 'group':
      return prefersNothing(node.of);
    case 'repeat':
      return (node.lazy && node.most > node.least) || prefersNothing(node.of);
    default:
      return node satisfies never;
  }
}

function sizeOf(node: Node): number {
  switch (node.is) {
    case 'empty':
      return 0;
    case 'character':
    case 'edge':
      return 1;
    case 'sequence':
      return node.items.reduce((sum, item) => sum + sizeOf(item), 0);
    case 'either':
      return node.branches.reduce((sum, branch) => sum + sizeOf(branch) + 2, 0);
    case 'group':
      return sizeOf(node.of) + 2;
    case 'repeat':
      return (sizeOf(node.of) + 2) * (node.most === Infinity ? node.least + 1 : Math.max(node.most, 1));
    default:
      return node satisfies never;
  }
}

function emit(node: Node, program: Instruction[]): void {
  switch (node.is) {
    case 'empty':
      return;
    case 'character':
      program.push({ do: 'character', set: node.set });
      return;
    case 'edge':
      program.push({ do: 'edge', end: node.end });
      return;
    case 'sequence':
      for (const item of node.items) emit(item, program);
      return;
    case 'group':
      program.push({ do: 'save', slot: node.slot * 2 });
      emit(node.of, program);
      program.push({ do: 'save', slot: node.slot * 2 + 1 });
      return;
    case 'either':
      emitEither(node.branches, program);
      return;
    case 'repeat':
      for (let time = 0; time < node.least; time++) emit(node.of, program);
      if (node.most === Infinity) emitLoop(node.of, node.lazy, program);
      else for (let time = node.least; time < node.most; time++) emitOptional(node.of, node.lazy, program);
      return;
    default:
      return node satisfies never;
  }
}

function split(into: number, past: number, lazy: boolean): Instruction {
  return lazy ? { do: 'split', first: past, second: into } : { do: 'split', first: into, second: past };
}

function emitLoop(of: Node, lazy: boolean, program: Instruction[]): void {
  const start = program.length;
  program.push({ do: 'match' }); // replaced below, when the end is known
  emit(of, program);
  program.push({ do: 'jump', to: start });
  program[start] = split(start + 1, program.length, lazy);
}

function emitOptional(of: Node, lazy: boolean, program: Instruction[]): void {
  const start = program.length;
  program.push({ do: 'match' });
  emit(of, program);
  program[start] = split(start + 1, program.length, lazy);
}

function emitEither(branches: readonly Node[], program: Instruction[]): void {
  const exits: number[] = [];
  for (const [at, branch] of branches.entries()) {
    const last = at === branches.length - 1;
    const start = program.length;
    if (!last) program.push({ do: 'match' });
    emit(branch, program);
    if (last) break;
    exits.push(program.length);
    program.push({ do: 'match' });
    program[start] = { do: 'split', first: start + 1, second: program.length };
  }
  for (const exit of exits) program[exit] = { do: 'jump', to: program.length };
}

/**
 * Prepares a user's pattern. Refuses patterns longer than 200 characters, look-around, back-references, counted repeats that unfold to more
 * than 2,000 steps, repeats of what rather is nothing (`(?:a??)*`), and patterns without a named group.
 */
export function compilePattern(pattern: string): Matcher | Refused {
  if (pattern === '') return refuse('bad-pattern', 'the pattern is empty', 'a pattern such as (?<major>\\d+)\\.(?<minor>\\d+)');
  if (pattern.length > longestPattern) {
    return refuse('bad-pattern', `the pattern has ${pattern.length} characters`, `at most ${longestPattern} characters`);
  }
  const reader = new Reader(pattern);
  const tree = readTree(reader);
  if (isRefused(tree)) return tree;
  if (reader.groups.length === 0) {
    return refuse('bad-pattern', `the pattern ${quote(pattern)} names no part`, 'a named group for each part, such as (?<major>\\d+)');
  }
  if (sizeOf(tree) > largestProgram) {
    return refuse(
      'bad-pattern',
      `the repeats of ${quote(pattern)} unfold to more than ${largestProgram} steps`,
      'smaller counts, or + and *',
    );
  }
  const program: Instruction[] = [];
  emit(tree, program);
  return { program: [...program, { do: 'match' }], groups: reader.groups };
}

function readTree(reader: Reader): Node | Refused {
  try {
    return reader.read();
  } catch (trouble) {
    if (trouble instanceof PatternTrouble) return trouble.refused;
    throw trouble;
  }
}

type Job = { pc: number; at: number } | { slot: number; was: number };

/** Matches a whole text, from its first to its last character; the spans of the named groups in the order of `groups`, or null. */
export function matchWhole({ program, groups }: Matcher, text: string): Span[] | null {
  const tried = new Uint8Array(program.length * (text.length + 1));
  const slots: number[] = Array.from({ length: groups.length * 2 }, () => -1);
  const jobs: Job[] = [{ pc: 0, at: 0 }];
  for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
    if ('slot' in job) slots[job.slot] = job.was;
    else if (follow(program, text, job, jobs, slots, tried)) return spansOf(groups, slots);
  }
  return null;
}

function spansOf(groups: readonly string[], slots: readonly number[]): Span[] {
  return groups.map((_, group) => {
    const [start, end] = [slots[group * 2] ?? -1, slots[group * 2 + 1] ?? -1];
    return start < 0 || end < 0 ? null : { start, end };
  });
}

/** Follows one thread until it fails or matches the whole text, leaving the other branches as jobs. */
function follow(
  program: readonly Instruction[],
  text: string,
  from: { pc: number; at: number },
  jobs: Job[],
  slots: number[],
  tried: Uint8Array,
): boolean {
  let { pc, at } = from;
  for (;;) {
    const key = pc * (text.length + 1) + at;
    const instruction = program[pc];
    if (instruction === undefined || tried[key] === 1) return false;
    tried[key] = 1;
    switch (instruction.do) {
      case 'match':
        if (at === text.length) return true;
        return false;
      case 'character':
        if (at >= text.length || !has(instruction.set, text.charCodeAt(at))) return false;
        at += 1;
        pc += 1;
        break;
      case 'edge':
        if (at !== (instruction.end ? text.length : 0)) return false;
        pc += 1;
        break;
      case 'jump':
        pc = instruction.to;
        break;
      case 'split':
        jobs.push({ pc: instruction.second, at });
        pc = instruction.first;
        break;
      case 'save':
        jobs.push({ slot: instruction.slot, was: slots[instruction.slot] ?? -1 });
        slots[instruction.slot] = at;
        pc += 1;
        break;
      default:
        return instruction satisfies never;
    }
  }
}
