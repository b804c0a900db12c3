// Keeps a database server for one run of the tests: starts it, and ends it and removes the run's folder when the run is
// no more, also where that was killed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";

const LOOK_EVERY_MS = 500;

const [, , run, program, ...args] = process.argv;
const owner = Number(readFileSync(join(run, "owner"), "utf8"));
const server = spawn(program, args, { stdio: "ignore" });
const ended = once(server, "exit");

function alive() {
  try {
    process.kill(owner, 0);
    return true;
  } catch {
    return false;
  }
}

while (alive() && server.exitCode === null) await setTimeout(LOOK_EVERY_MS);
server.kill("SIGINT");
await ended;
rmSync(run, { recursive: true, force: true });
