import { resolve } from "node:path";
import { describe, expect, it } from "@jest/globals";
import ts from "typescript";
import {
  findCycle,
  importGraph,
  type ImportGraph,
  places,
  reachable,
  readTree,
  type Tree,
} from "./support/import-graph.js";

/** The laws of docs/architecture.md, held against what src/ really imports. Each is tried on a planted breach too. */

const ROOT = resolve(import.meta.dirname, "..");
const GENERATED = "src/store/prisma/";

const PURE_FACTS = ["src/facts/facts.ts", "src/facts/control-files.ts", "src/facts/protection.ts"];
const PURE_ROOMS = ["signatures", "policy", "breakglass", "evidence", "deployments", "report"];
const isPure = (file: string): boolean =>
  PURE_FACTS.includes(file) || PURE_ROOMS.some((room) => file.startsWith(`src/${room}/`));

const PURE_PACKAGES = ["asn1js", "openpgp", "sshpk", "yaml", "zod"];
const mayUseCrypto = (file: string): boolean => /^src\/(signatures|evidence)\//.test(file);

/** Modules that the pure rooms build on, and are themselves pure. */
const isPureSupport = (file: string): boolean => file === "src/errors.ts" || file === "src/clock.ts";

/** package → where it may be imported */
const DOORS: readonly (readonly [RegExp, RegExp])[] = [
  [/^openpgp$/, /^src\/signatures\/openpgp\.ts$/],
  [/^sshpk$/, /^src\/signatures\/ssh\.ts$/],
  [/^asn1js$/, /^src\/signatures\/x509\.ts$/],
  [/^undici$/, /^src\/notify\/send\/post\.ts$/],
  [/^nodemailer$/, /^src\/notify\/send\/smtp\.ts$/],
  [/^ipaddr\.js$/, /^src\/notify\/net\/addresses\.ts$/],
  [/^@octokit\/webhooks$/, /^src\/webhooks\//],
  [/^@octokit\/(?!webhooks$)/, /^src\/github\//],
  [/^probot$/, /^src\/(webhooks\/|app\.ts|main\.ts)/],
  [/^(@prisma\/.*|prisma|pg|graphile-worker|@electric-sql\/.*)$/, /^src\/store\//],
  [/^(node:)?process$/, /^$/],
];

/** Files of pure rooms that lead to I/O, each with the way there. */
function impurities(graph: ImportGraph): string[] {
  return [...graph.keys()]
    .filter(isPure)
    .flatMap((file) =>
      [...reachable(graph, file)]
        .filter(([target]) => !isAllowedInPure(graph, file, target))
        .map(([, way]) => way.join(" → ")),
    );
}

function isAllowedInPure(graph: ImportGraph, file: string, target: string): boolean {
  if (target === "node:crypto") return cryptoUsers(graph, file).every(mayUseCrypto);
  return isPure(target) || isPureSupport(target) || PURE_PACKAGES.includes(target);
}

/** The files, `file` included, by which it comes to node:crypto. */
function cryptoUsers(graph: ImportGraph, file: string): string[] {
  return [file, ...reachable(graph, file).keys()].filter((at) =>
    graph.get(at)?.some(({ target }) => target === "node:crypto"),
  );
}

/** Imports of a package by someone who is not its door. */
function trespasses(graph: ImportGraph): string[] {
  return [...graph].flatMap(([file, imports]) =>
    imports
      .filter(({ target }) => DOORS.some(([name, door]) => name.test(target) && !door.test(file)))
      .map(({ target }) => `${file} → ${target}`),
  );
}

/** The room of a file; files beside the rooms, and facts.ts with what it stands on, are rooms of their own. */
function roomOf(file: string): string {
  if (PURE_FACTS.includes(file)) return "src/facts/facts.ts";
  return /^src\/[^/]+(?=\/)/.exec(file)?.[0] ?? file;
}

/** Who needs whom when the program runs. */
function edges(graph: ImportGraph, nameOf: (file: string) => string) {
  const found = new Map<string, Set<string>>();
  for (const [file, imports] of graph) {
    const from = nameOf(file);
    const targets = imports.filter(({ local, typeOnly }) => local && !typeOnly);
    const others = targets.map(({ target }) => nameOf(target)).filter((to) => to !== from);
    found.set(from, new Set([...(found.get(from) ?? []), ...others]));
  }
  return found;
}

const isProperty = (node: ts.Node, object: string, property: string): boolean =>
  (ts.isPropertyAccessExpression(node) &&
    node.expression.getText() === object &&
    node.name.text === property) ||
  (ts.isElementAccessExpression(node) &&
    node.expression.getText() === object &&
    node.argumentExpression.getText().slice(1, -1) === property);

/** The app's own settings, and what git gets of the rest. */
const READS_ENVIRONMENT = ["src/config.ts", "src/git/environment.ts"];

const readsEnvironment = (node: ts.Node): boolean => isProperty(node, "process", "env");

const readsClock = (node: ts.Node): boolean =>
  isProperty(node, "Date", "now") ||
  isProperty(node, "performance", "now") ||
  (ts.isNewExpression(node) && node.expression.getText() === "Date" && !node.arguments?.length) ||
  (ts.isCallExpression(node) && node.expression.getText() === "Date");

const find = (tree: Tree, where: (file: string) => boolean, matches: (node: ts.Node) => boolean): string[] =>
  [...tree].filter(([file]) => where(file)).flatMap(([file, text]) => places(file, text, matches));

const LONGEST = 300;
const tooLong = (tree: Tree): string[] =>
  [...tree].filter(([, text]) => text.trimEnd().split("\n").length > LONGEST).map(([file]) => file);

/** Local imports that lead to no file: the walker would go blind there. */
const dangling = (graph: ImportGraph, tree: Tree): string[] =>
  [...graph].flatMap(([file, imports]) =>
    imports
      .filter(({ local, target }) => local && !tree.has(target) && !target.startsWith(GENERATED))
      .map(({ target }) => `${file} → ${target}`),
  );

describe("the laws of the house", () => {
  const everything = readTree(ROOT, "src");
  const tree: Tree = new Map([...everything].filter(([file]) => !file.startsWith(GENERATED)));
  const graph = importGraph(tree);

  it("are held against all of src/", () => {
    expect(tree.size).toBeGreaterThan(80);
    expect(dangling(graph, tree)).toEqual([]);
    expect([...reachable(graph, "src/main.ts").keys()]).toContain("openpgp");
  });

  it("pure rooms lead to no I/O, by whatever way", () => {
    expect(impurities(graph)).toEqual([]);
  });

  it("each integration has one door", () => {
    expect(trespasses(graph)).toEqual([]);
  });

  it("only the configuration reads the environment", () => {
    expect(find(tree, (file) => !READS_ENVIRONMENT.includes(file), readsEnvironment)).toEqual([]);
    for (const reader of READS_ENVIRONMENT)
      expect(find(tree, (file) => file === reader, readsEnvironment)).not.toEqual([]);
  });

  it("pure rooms are handed the time", () => {
    expect(find(tree, isPure, readsClock)).toEqual([]);
  });

  it("no circle between files or between rooms when the program runs", () => {
    expect(findCycle(edges(graph, (file) => file))).toBeNull();
    expect(findCycle(edges(graph, roomOf))).toBeNull();
  });

  it("no file outgrows its reader", () => {
    expect(tooLong(tree)).toEqual([]);
  });
});

describe("the walker sees", () => {
  const graphOf = (files: Readonly<Record<string, string>>) => importGraph(new Map(Object.entries(files)));

  it.each([
    ["an import", 'import { get } from "node:http";'],
    ["a type", 'import type { Probot } from "probot";'],
    ["a re-export", 'export * from "../store/open.js";'],
    ["an import when it runs", 'const pg = await import("pg");'],
    ["an import of what only running tells", "const x = await import(name);"],
    ["a require", 'const fs = require("fs");'],
    ["a type in passing", 'let x: import("../web/server.js").Routes;'],
    ["crypto where it is not allowed", 'import "node:crypto";'],
  ])("in a pure room %s", (_what, text) => {
    expect(impurities(graphOf({ "src/policy/a.ts": text }))).toHaveLength(1);
    expect(impurities(graphOf({ "src/flows/a.ts": text }))).toEqual([]);
  });

  it("I/O behind a chain of harmless files, and says by which way it came", () => {
    const graph = graphOf({
      "src/report/a.ts": 'import "../errors.js";',
      "src/errors.ts": 'export { b } from "./helper.js";',
      "src/helper.ts": 'import "node:fs/promises";',
    });
    expect(impurities(graph)).toContain("src/report/a.ts → src/errors.ts → src/helper.ts → node:fs/promises");
  });

  it("crypto borrowed from a room that may use it, which is no breach", () => {
    const crypto = { "src/evidence/hash.ts": 'import "node:crypto";' };
    expect(impurities(graphOf({ ...crypto, "src/policy/a.ts": 'import "../evidence/hash.js";' }))).toEqual(
      [],
    );
  });

  it.each([
    ["src/signatures/verify.ts", "openpgp"],
    ["src/signatures/openpgp.ts", "sshpk"],
    ["src/flows/a.ts", "@octokit/rest"],
    ["src/github/a.ts", "@octokit/webhooks"],
    ["src/flows/context.ts", "probot"],
    ["src/flows/a.ts", "@prisma/client/runtime"],
    ["src/web/a.ts", "graphile-worker"],
    ["src/app.ts", "pg"],
    ["src/cli/a.ts", "node:process"],
    ["src/notify/notifier.ts", "undici"],
    ["src/flows/a.ts", "nodemailer"],
    ["src/config.ts", "ipaddr.js"],
  ])("that %s comes to %s by the window", (file, name) => {
    expect(trespasses(graphOf({ [file]: `import x from "${name}";` }))).toHaveLength(1);
  });

  it.each([
    ["process.env.HOME", readsEnvironment],
    ['process["env"]', readsEnvironment],
    ["Date.now()", readsClock],
    ["[1].map(Date.now)", readsClock],
    ["new Date()", readsClock],
    ["new Date", readsClock],
    ["Date()", readsClock],
    ["performance.now()", readsClock],
  ])("%s", (text, matches) => {
    expect(places("src/policy/a.ts", `\n${text};`, matches)).toEqual(["src/policy/a.ts:2"]);
  });

  it("no clock in a date made from another", () => {
    expect(places("src/policy/a.ts", "new Date(at); Date.parse(at);", readsClock)).toEqual([]);
  });

  it("a circle between rooms of which no file is in a circle", () => {
    const graph = graphOf({
      "src/a/one.ts": 'import "../b/one.js";',
      "src/b/one.ts": "export {};",
      "src/b/two.ts": 'import "../a/two.js";',
      "src/a/two.ts": "export {};",
    });
    expect(findCycle(edges(graph, (file) => file))).toBeNull();
    expect(findCycle(edges(graph, roomOf))).toBe("src/a → src/b → src/a");
  });

  it("a circle that is closed by types only, which is none when the program runs", () => {
    const graph = graphOf({
      "src/a/one.ts": 'import type { B } from "../b/one.js";',
      "src/b/one.ts": 'import { a } from "../a/one.js";',
    });
    expect(findCycle(edges(graph, (file) => file))).toBeNull();
    expect(findCycle(edges(graph, roomOf))).toBeNull();
  });

  it("a file that is one line too long, and an import that leads nowhere", () => {
    const lines = (count: number): Tree => new Map([["src/a.ts", "x;\n".repeat(count)]]);
    expect(tooLong(lines(300))).toEqual([]);
    expect(tooLong(lines(301))).toEqual(["src/a.ts"]);
    const tree: Tree = new Map([["src/a.ts", 'import "./b.js";']]);
    expect(dangling(importGraph(tree), tree)).toEqual(["src/a.ts → src/b.ts"]);
  });
});
