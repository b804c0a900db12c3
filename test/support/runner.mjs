/**
 * A small process that starts programs for a large one, as `run.ts` asks by messages. Starting a program costs more the
 * larger the process that starts it is, and Jest's workers grow to hundreds of megabytes.
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { clearTimeout, setTimeout } from "node:timers";

/** Whoever asks again after that gets another one. */
const IDLE_MS = 3_000;

let running = 0;
let leaving = false;
let idle = setTimeout(leave, IDLE_MS);

/** What comes from here on is given to another one: begun here as well, it would be done twice. */
function leave() {
  leaving = true;
  process.disconnect();
}

process.on("disconnect", () => process.exit(0));
process.on("message", ({ id, program, args, cwd, env, input }) => {
  if (leaving) return;
  clearTimeout(idle);
  running += 1;
  const child = spawn(program, args, { cwd, env });
  const [out, err] = [[], []];
  child.stdout.on("data", (chunk) => out.push(chunk));
  child.stderr.on("data", (chunk) => err.push(chunk));
  // A program that ends without reading its input must fail by its exit code, not by a broken pipe here.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  let failure = null;
  child.on("error", (error) => {
    failure = error.message;
  });
  child.on("close", (code) => {
    process.send({ id, code, failure, out: Buffer.concat(out), err: Buffer.concat(err) });
    running -= 1;
    if (running === 0) idle = setTimeout(leave, IDLE_MS);
  });
});
