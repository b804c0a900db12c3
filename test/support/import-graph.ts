import { readdirSync, readFileSync } from "node:fs";
import { join, posix, relative } from "node:path";
import ts from "typescript";

/** Source files by their path from the project's root, as `src/policy/decide.ts`. */
export type Tree = ReadonlyMap<string, string>;

export interface Import {
  /** The file it leads to, or the package's name; `(computed)` where only running it would tell. */
  readonly target: string;
  readonly local: boolean;
  /** Nothing of it is left when the program runs. */
  readonly typeOnly: boolean;
}

export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

/** Reads every `.ts` file below `folder`. */
export function readTree(root: string, folder: string): Tree {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
  return new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
}

/** What each file imports: by `import`, `export … from`, `import()`, `require()` and `import("…")` types. */
export function importGraph(tree: Tree): ImportGraph {
  return new Map([...tree].map(([file, text]) => [file, importsOf(file, text)]));
}

/** Everything that `file` leads to, each with the way there: the files passed, then the target. */
export function reachable(graph: ImportGraph, file: string): ReadonlyMap<string, readonly string[]> {
  const ways = new Map<string, readonly string[]>([[file, [file]]]);
  for (const [at, way] of ways) {
    for (const { target } of graph.get(at) ?? []) {
      if (!ways.has(target)) ways.set(target, [...way, target]);
    }
  }
  ways.delete(file);
  return ways;
}

/** Every node of `file`'s syntax tree that `matches`, as `file:line`. */
export function places(file: string, text: string, matches: (node: ts.Node) => boolean): string[] {
  const source = parse(file, text);
  return descendants(source)
    .filter(matches)
    .map((node) => `${file}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`);
}

/** The first circle in a graph of names, as `a → b → a`; `null` if there is none. */
export function findCycle(edges: ReadonlyMap<string, ReadonlySet<string>>): string | null {
  const done = new Set<string>();
  const visit = (node: string, way: readonly string[]): string | null => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node].join(" → ");
    if (done.has(node)) return null;
    for (const next of edges.get(node) ?? []) {
      const cycle = visit(next, [...way, node]);
      if (cycle !== null) return cycle;
    }
    done.add(node);
    return null;
  };
  for (const node of edges.keys()) {
    const cycle = visit(node, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

const parse = (file: string, text: string): ts.SourceFile =>
  ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);

function descendants(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (inner: ts.Node): void => {
    found.push(inner);
    ts.forEachChild(inner, visit);
  };
  visit(node);
  return found;
}

function importsOf(file: string, text: string): Import[] {
  return descendants(parse(file, text)).flatMap((node) => {
    const found = specifierOf(node);
    if (found === null) return [];
    const { specifier, typeOnly } = found;
    const local = specifier.startsWith(".");
    return [{ target: local ? resolve(file, specifier) : packageOf(specifier), local, typeOnly }];
  });
}

function specifierOf(node: ts.Node): { specifier: string; typeOnly: boolean } | null {
  if (ts.isImportDeclaration(node)) {
    return { specifier: textOf(node.moduleSpecifier), typeOnly: node.importClause?.phaseModifier === TYPE };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { specifier: textOf(node.moduleSpecifier), typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: textOf(node.argument.literal), typeOnly: true };
  }
  if (!ts.isCallExpression(node)) return null;
  const imports = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const requires = ts.isIdentifier(node.expression) && node.expression.text === "require";
  return imports || requires ? { specifier: textOf(node.arguments[0]), typeOnly: false } : null;
}

const TYPE = ts.SyntaxKind.TypeKeyword;
const textOf = (node: ts.Node | undefined): string =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : "(computed)";

const resolve = (file: string, specifier: string): string =>
  posix.join(posix.dirname(file), specifier).replace(/\.js$/, ".ts");

/** `@scope/name/deep` → `@scope/name`; Node's own modules keep their whole name. */
function packageOf(specifier: string): string {
  if (specifier.startsWith("node:") || specifier === "(computed)") return specifier;
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
