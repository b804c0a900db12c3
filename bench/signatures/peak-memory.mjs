// Loaded into a measured process by `--import`: writes its largest resident size, in KiB, to the file that
// COUNTERSIGN_BENCH_PEAK names, when it ends.
import { readFileSync, writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

/** Linux hands a program the largest size of the process that started it, too, except here. */
function peak() {
  try {
    return /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

const file = process.env.COUNTERSIGN_BENCH_PEAK;
if (isMainThread && file !== undefined)
  process.on("exit", () => writeFileSync(file, peak() ?? String(process.resourceUsage().maxRSS)));
