import { transformSync } from "@swc/core";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readTree } from "./import-graph.js";

const ROOT = resolve(import.meta.dirname, "../..");
/** Below the packages, so that the built files find them. */
const BUILDS = join(ROOT, "node_modules/.cache/countersign-built");
/** The database client is generated, large, and of no use to what has no database. */
const LEFT_OUT = "src/store/prisma/";

/**
 * The sources as JavaScript files, as `npm run build` makes them but for the checks of types: worker threads and the
 * command line run from files. Gives their folder. The same sources are built once.
 */
export function buildSources(): string {
  known ??= build();
  return known;
}

let known: string | null = null;

function build(): string {
  const tree = [...readTree(ROOT, "src")].filter(([file]) => !file.startsWith(LEFT_OUT));
  const digest = createHash("sha256").update(JSON.stringify(tree)).digest("hex").slice(0, 16);
  const built = join(BUILDS, digest);
  if (existsSync(built)) return built;
  const making = `${built}.${process.pid}`;
  for (const [file, text] of tree) {
    const target = join(making, file.replace(/^src\//, "").replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, compile(text));
  }
  try {
    renameSync(making, built);
  } catch {
    // Another test file has built the same meanwhile.
    rmSync(making, { recursive: true, force: true });
  }
  return built;
}

const compile = (text: string): string =>
  transformSync(text, {
    jsc: { target: "es2022", parser: { syntax: "typescript" } },
    module: { type: "es6" },
  }).code;
