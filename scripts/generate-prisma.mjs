// Generates the Prisma client into src/store/prisma, unless it is newer than what it is made from.
//
// `prisma generate` looks for a native schema engine that it does not use, and downloads it where it is missing.
// Naming any existing executable keeps it from doing so: a machine that cannot reach that host generates all the same.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const prismaPackage = require.resolve("prisma/package.json");
const client = join(root, "src", "store", "prisma", "client.ts");
const sources = [join(root, "prisma", "schema.prisma"), prismaPackage];

if (!isUpToDate()) {
  const prisma = join(dirname(prismaPackage), require("prisma/package.json").bin.prisma);
  const { status } = spawnSync(process.execPath, [prisma, "generate"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: { DATABASE_URL: "postgres://unused", PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, ...process.env },
  });
  process.exitCode = status ?? 1;
}

function isUpToDate() {
  if (!existsSync(client)) return false;
  const generated = statSync(client).mtimeMs;
  return sources.every((source) => statSync(source).mtimeMs < generated);
}
