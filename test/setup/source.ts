import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseAst } from 'vite';
import { packageRoot } from '#lib/package-root.ts';

/** One import, export-from, import() or import type of a file. `isLate`: import(), which loads when it is come to. */
export type Import = { specifier: string; isType: boolean; isLate: boolean };

/** Something in a file that some rooms may not do. `at` is file and line. */
export type Trespass = {
  kind: 'clock' | 'chance' | 'network' | 'environment' | 'process' | 'timer' | 'sql' | 'default-export';
  what: string;
  at: string;
};

type Node = { type: string; start: number; [field: string]: unknown };

/** Every file or package that a source text names, with a real parser: text in comments and strings does not count. */
export function importsOf(text: string, file: string): Import[] {
  const found: Import[] = [];
  walk(parse(text, file), (node) => {
    const specifier = specifierOf(node);
    if (specifier !== null)
      found.push({
        specifier,
        isType: node['importKind'] === 'type' || node['exportKind'] === 'type' || node.type === 'TSImportType',
        isLate: node.type === 'ImportExpression',
      });
  });
  return found;
}

/** The file of ours that an import names, relative to the root; null for a package. */
export function targetOf(file: string, specifier: string): string | null {
  const root = packageRoot();
  if (specifier.startsWith('.')) return relative(root, join(root, dirname(file), specifier.replace(/\?.*$/, '')));
  if (specifier === '#config') return 'src/config.ts';
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}`;
  return null;
}

/** All that is loaded before these files can run: files of ours, and packages each with a way to it. What is imported late is not among it. */
export function loadedWith(...start: readonly string[]): { files: string[]; packages: Map<string, string> } {
  const ways = new Map(start.map((file) => [file, file]));
  const packages = new Map<string, string>();
  for (const [each, way] of ways) {
    for (const { specifier, isType, isLate } of importsOf(readFileSync(join(packageRoot(), each), 'utf8'), each)) {
      if (isType || isLate) continue;
      const target = targetOf(each, specifier);
      if (target === null) packages.set(specifier, way);
      else if (!ways.has(target)) ways.set(target, `${way} → ${target}`);
    }
  }
  return { files: [...ways.keys()], packages };
}

/** What a source text does that some rooms may not: the rooms are for the caller to choose. */
export function trespassesOf(text: string, file: string): Trespass[] {
  const found: Trespass[] = [];
  walk(parse(text, file), (node, parent) => {
    const trespass = trespassOf(node, parent);
    if (trespass !== null) found.push({ ...trespass, at: `${file}:${text.slice(0, node.start).split('\n').length}` });
  });
  return found;
}

function parse(text: string, file: string): Node {
  return parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }, file) as unknown as Node;
}

function walk(node: Node, visit: (node: Node, parent: Node | null) => void, parent: Node | null = null): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) walk(child, visit, node);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

const NAMES_A_FILE = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
  'TSExternalModuleReference',
]);

function specifierOf(node: Node): string | null {
  if (!NAMES_A_FILE.has(node.type)) return null;
  const source = node['source'] ?? node['argument'] ?? node['expression'];
  if (!isNode(source)) return null;
  // `import type X from` in a type position wraps its name in a literal type.
  const literal = isNode(source['literal']) ? source['literal'] : source;
  return typeof literal['value'] === 'string' ? literal['value'] : null;
}

type Found = Omit<Trespass, 'at'>;

function trespassOf(node: Node, parent: Node | null): Found | null {
  switch (node.type) {
    case 'ExportDefaultDeclaration':
      return { kind: 'default-export', what: 'export default' };
    case 'NewExpression': {
      const isClockRead = nameOf(node['callee']) === 'Date' && (node['arguments'] as unknown[]).length === 0;
      return isClockRead ? { kind: 'clock', what: 'new Date()' } : null;
    }
    case 'CallExpression':
      return trespassOfCall(node);
    case 'TaggedTemplateExpression':
      return nameOf(node['tag']) === 'sql' ? { kind: 'sql', what: 'sql`…`' } : null;
    case 'MemberExpression':
      return trespassOfMember(node);
    case 'Identifier':
      return isUse(node, parent) ? trespassOfName(String(node['name'])) : null;
    default:
      return null;
  }
}

function trespassOfCall(node: Node): Found | null {
  const callee = node['callee'];
  if (nameOf(callee) === 'Date') return { kind: 'clock', what: 'Date()' };
  if (!isNode(callee) || callee.type !== 'MemberExpression') return null;
  const property = propertyOf(callee);
  // React Query's and the URL's own `query` are no calls with a statement; a database's is.
  const [first] = node['arguments'] as unknown[];
  const isStatement =
    isNode(first) && (first.type === 'TemplateLiteral' || (first.type === 'Literal' && typeof first['value'] === 'string'));
  return property === 'query' && isStatement ? { kind: 'sql', what: '.query(…)' } : null;
}

function trespassOfMember(node: Node): Found | null {
  const object = nameOf(node['object']);
  const property = propertyOf(node);
  if (object === 'Date' && property === 'now') return { kind: 'clock', what: 'Date.now' };
  if (object === 'performance' && property === 'now') return { kind: 'clock', what: 'performance.now' };
  if (object === 'Now' || (property === 'Now' && object === 'Temporal')) return { kind: 'clock', what: 'Temporal.Now' };
  if (object === 'Math' && property === 'random') return { kind: 'chance', what: 'Math.random' };
  if (object === 'crypto' && (property === 'randomUUID' || property === 'getRandomValues'))
    return { kind: 'chance', what: `crypto.${property}` };
  if (object === 'process' && property === 'env') return { kind: 'environment', what: 'process.env' };
  return null;
}

function trespassOfName(name: string): Found | null {
  if (name === 'fetch' || name === 'XMLHttpRequest' || name === 'WebSocket') return { kind: 'network', what: name };
  if (name === 'process') return { kind: 'process', what: 'process' };
  if (name === 'setTimeout' || name === 'setInterval' || name === 'setImmediate') return { kind: 'timer', what: name };
  return null;
}

/** Is the name used as a value of its own, and not as a field (`x.fetch`, `{ fetch: 1 }`), a type's member or a name that is declared here? */
function isUse(node: Node, parent: Node | null): boolean {
  if (parent === null) return true;
  const isComputed = parent['computed'] === true;
  switch (parent.type) {
    case 'MemberExpression':
      return parent['object'] === node || isComputed;
    case 'Property':
      return parent['value'] === node || isComputed;
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent['value'] === node || isComputed;
    case 'VariableDeclarator':
      return parent['init'] === node;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return parent['body'] === node;
    default:
      return (
        !parent.type.startsWith('TS') &&
        !parent.type.startsWith('Import') &&
        !parent.type.startsWith('Export') &&
        !parent.type.startsWith('Label')
      );
  }
}

function nameOf(node: unknown): string | null {
  return isNode(node) && node.type === 'Identifier' ? String(node['name']) : null;
}

function propertyOf(member: Node): string | null {
  const property = member['property'];
  if (!isNode(property)) return null;
  if (property.type === 'Literal') return String(property['value']);
  return member['computed'] === true ? null : nameOf(property);
}
