// Brings a checkout to where it can run: packages as locked, the database client generated, the app built.
// Each step is skipped where its result is already current, so this is cheap to call before every command.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command with this terminal; ends the process with its exit code if it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (error !== undefined) {
    console.error(`${command} could not be started: ${error.message}`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}

/** Runs commands, each with its arguments, at the same time; ends the process where one of them failed. */
export async function runTogether(commands) {
  const runs = commands.map(([command, ...args]) => spawn(command, args, { cwd: root, stdio: "inherit" }));
  const codes = await Promise.all(runs.map(async (one) => (await once(one, "exit"))[0]));
  const failed = codes.find((code) => code !== 0);
  if (failed !== undefined) process.exit(failed ?? 1);
}

const MARKER = `${root}node_modules/.countersign-lock`;

function installPackages() {
  const lock = createHash("sha256")
    .update(readFileSync(`${root}package-lock.json`))
    .digest("hex");
  if (existsSync(MARKER) && readFileSync(MARKER, "utf8") === lock) return;
  console.log("Installing packages…");
  run("npm", ["ci", "--loglevel=error"]);
  writeFileSync(MARKER, lock);
}

/** Makes `dist/` of the sources, and checks their types. */
export const BUILD = [process.execPath, "node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"];

/** Installs packages, generates the database client and, unless told otherwise, builds `dist/`. */
export function prepare({ build = true } = {}) {
  installPackages();
  run(process.execPath, ["scripts/generate-prisma.mjs"]);
  if (!build) return;
  const [command, ...args] = BUILD;
  run(command, args);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) prepare();
