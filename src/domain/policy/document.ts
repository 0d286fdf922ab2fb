/**
 * The policy document as text: `parsePolicy` reads one and names every fault with its line. The grammar is in `schema.ts`, what only makes sense across
 * keys in `checks.ts`; `compile.ts` makes the rules of a track out of a document.
 */
import { checkDocument } from './checks.ts';
import { faultsOf, type Path, type Problem } from './problems.ts';
import { mostProblems, readText } from './read.ts';
import { gatherSteps, keysAt, type PolicyDocument, policySchema } from './schema.ts';

export type { PolicyDocument } from './schema.ts';
export type { Problem } from './problems.ts';

export type ParsedPolicy = { ok: true; policy: PolicyDocument } | { ok: false; problems: Problem[] };

/**
 * Reads a policy, YAML or JSON. Everything that is wrong is named, with its line and column (from 1), the path, the reason, and what would be right;
 * never throws. Of very many faults the first are named. Refuses what the robot could not follow to the letter: unknown keys, kinds and ids, rollouts that do not end, halts that never happen.
 */
export function parsePolicy(text: string): ParsedPolicy {
  const read = readText(text);
  if (!read.ok) return read;
  const value = read.value ?? {};
  const parsed = policySchema.safeParse(value);
  const faults = parsed.success ? checkDocument(parsed.data) : faultsOf(parsed.error.issues, gatherAll(value), keysAt);
  if (parsed.success && faults.length === 0) return { ok: true, policy: parsed.data };
  const problems = faults.slice(0, mostProblems).map((fault) => read.place({ ...fault, path: writtenPath(fault.path) }));
  return { ok: false, problems: distinct(problems).toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** Maps that hold layers: the document itself, and the values of these keys. */
const layeredMaps = ['kinds', 'platforms', 'processes'];

/** The document as the schema saw it, to name what stood at a path. */
function gatherAll(value: unknown): unknown {
  const top = gatherSteps(value);
  if (typeof top !== 'object' || top === null || Array.isArray(top)) return top;
  const each = (inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).map(([key, layer]) => [key, gatherSteps(layer)]))
      : inner;
  return Object.fromEntries(Object.entries(top).map(([key, inner]) => [key, layeredMaps.includes(key) ? each(inner) : inner]));
}

/** From a path in the values to the one in the text: `before`, `submit` is the key `before submit` there. */
function writtenPath(path: Path): Path {
  const at = path[0] === 'before' ? 0 : layeredMaps.includes(String(path[0])) && path[2] === 'before' ? 2 : -1;
  if (at < 0 || path.length <= at + 1) return path;
  return [...path.slice(0, at), `before ${path[at + 1]}`.trim(), ...path.slice(at + 2)];
}
