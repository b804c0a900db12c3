// Called by Jest before the first test file: gives the files of this run a folder in which to share what is slow to make.
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

export default function beginRun() {
  const folder = mkdtempSync(join(tmpdir(), "countersign-run-"));
  // PostgreSQL runs as a user of its own below it.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "owner"), String(process.pid));
  process.env.COUNTERSIGN_TEST_RUN = folder;
}
