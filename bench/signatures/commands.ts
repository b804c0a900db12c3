import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run, runText } from "../../test/support/run.js";
import { ROOT } from "../built.js";
import { EVALUATED_AT } from "./commit.js";
import type { History } from "./history.js";

const PEAK_MEMORY = new URL("peak-memory.mjs", import.meta.url).href;
/** Arguments of one git command: well below what systems allow, and enough that its start does not count. */
const OIDS_A_COMMAND = 1000;

export interface Verification {
  readonly seconds: number;
  /** Largest resident size of the process, its threads included, in MiB. */
  readonly peak: number;
}

/** The newest `commits` of a history, as git takes them. */
export function newest({ commits: all }: History, commits: number): string {
  return commits < all ? `main~${commits}..main` : "main";
}

/** What a run may use; left out, the command decides as it does for users. */
export interface Resources {
  readonly threads?: number;
  /** The one core that the command and the git that it starts have to share. */
  readonly core?: number;
}

/** `countersign verify` as users run it, over the newest `commits`, all of which must be good. */
export async function countersignVerify(
  history: History,
  commits: number,
  { threads, core }: Resources = {},
): Promise<Verification> {
  const { repository, keyring, allowedSigners } = history;
  const peakFile = join(repository, "peak");
  const trust = ["--keyring", keyring, "--allowed-signers", allowedSigners];
  const options = ["--json", "--at", EVALUATED_AT.toISOString()];
  const pool = threads === undefined ? [] : ["--threads", String(threads)];
  // A revision alone would be one commit.
  const range = commits < history.commits ? [newest(history, commits)] : ["--all"];
  const start = performance.now();
  const pinned = core === undefined ? [] : ["taskset", "--cpu-list", String(core)];
  const node = [process.execPath, "--import", PEAK_MEMORY, join(ROOT, "bin", "countersign.js")];
  const command = [...node, "verify", "--repo", repository, ...trust, ...options, ...pool, ...range];
  const [program = "", ...args] = [...pinned, ...command];
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, COUNTERSIGN_BENCH_PEAK: peakFile },
  });
  let lines = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    for (let at = chunk.indexOf("\n"); at !== -1; at = chunk.indexOf("\n", at + 1)) lines += 1;
  });
  const [code] = (await once(child, "close")) as [number | null];
  const seconds = (performance.now() - start) / 1000;
  if (code !== 0 || lines !== commits)
    throw new Error(
      `countersign verify ended with ${code ?? "a signal"} after ${lines} of ${commits} commits`,
    );
  return { seconds, peak: Number(await readFile(peakFile, "utf8")) / 1024 };
}

/** `git verify-commit` over the newest `commits`, all of which must be good; in seconds. */
export async function gitVerify(history: History, commits: number): Promise<number> {
  const { repository, gpgHome } = history;
  const start = performance.now();
  const listed = await runText("git", ["-C", repository, "rev-list", newest(history, commits)]);
  const oids = listed.split("\n");
  for (let at = 0; at < oids.length; at += OIDS_A_COMMAND) {
    const chunk = oids.slice(at, at + OIDS_A_COMMAND);
    await run("git", ["-C", repository, "verify-commit", ...chunk], { env: { GNUPGHOME: gpgHome } });
  }
  return (performance.now() - start) / 1000;
}
