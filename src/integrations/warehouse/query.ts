/** The user's own query: where its parameters stand, and what it is asked for. */

export type Parameter = 'since' | 'until';

/** A parameter, or what may hold something that looks like one: strings, quoted names, comments, casts. */
const PIECES = /'(?:[^'\\]|''|\\.)*'|"[^"]*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/|::\w+|:(since|until)\b/g;

/** Which parameters a query has. */
export function parametersOf(query: string): ReadonlySet<Parameter> {
  const found = new Set<Parameter>();
  filled(query, (parameter) => {
    found.add(parameter);
    return '';
  });
  return found;
}

/** The query with each of its parameters replaced; what stands in strings and comments is left alone. */
export function filled(query: string, by: (parameter: Parameter) => string): string {
  return query.replaceAll(PIECES, (piece: string, name: Parameter | undefined) => (name === undefined ? piece : by(name)));
}

/** The query as part of another one: without a semicolon at its end, and a comment there ends with its line. */
export function asPart(query: string): string {
  return `(\n${query.trim().replace(/;\s*$/, '')}\n)`;
}
