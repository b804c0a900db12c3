// Called by Jest after the last test file. Where there is a database server, its keeper ends it and removes the folder.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

export default function endRun() {
  const folder = process.env.COUNTERSIGN_TEST_RUN;
  if (folder !== undefined && !existsSync(join(folder, "postgres")))
    rmSync(folder, { recursive: true, force: true });
}
