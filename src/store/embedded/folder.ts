import { mkdir, open, readFile, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { CountersignError } from "../../errors.js";

/** The right to use a data folder, until it is given back. */
export interface FolderClaim {
  release(): Promise<void>;
}

const LOCK_FILE = "countersign.lock";
/** Locks that this very process holds. */
const held = new Set<string>();

/**
 * Creates `folder` for the owner alone and claims it for this process. PGlite does not notice a second process on its
 * files and would corrupt them.
 *
 * @throws CountersignError `store-unavailable` where another living process holds the folder, or it cannot be written.
 */
export async function claimFolder(folder: string): Promise<FolderClaim> {
  const lock = resolve(folder, LOCK_FILE);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // A second try: the first may have removed what a killed process left.
    if (!(await writeLock(lock)) && !((await removeIfStale(lock)) && (await writeLock(lock))))
      throw inUse(folder, lock);
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    throw new CountersignError("store-unavailable", `the data folder ${folder} cannot be used`, {
      remedy:
        "Set COUNTERSIGN_DATA_DIR to a folder that this user can write, or DATABASE_URL to a PostgreSQL server.",
      cause: error,
    });
  }
  held.add(lock);
  return {
    release: async () => {
      await rm(lock, { force: true });
      held.delete(lock);
    },
  };
}

/** Creates the lock file with our process id; false where it is there already. */
async function writeLock(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, "wx", 0o600);
    await file.writeFile(`${process.pid}\n`);
    await file.close();
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Removes the lock of a process that is no more; false where its owner lives, or may live. */
async function removeIfStale(lock: string): Promise<boolean> {
  const owner = Number.parseInt(await readFile(lock, "utf8"), 10);
  // A restarted container often gets the process id that its killed predecessor had: our own id is no proof of life.
  const alive = owner === process.pid ? held.has(lock) : Number.isNaN(owner) || isAlive(owner);
  if (alive) return false;
  await rm(lock, { force: true });
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isCode(error, "ESRCH");
  }
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}

function inUse(folder: string, lock: string): CountersignError {
  return new CountersignError("store-unavailable", `the data folder ${folder} is in use by another process`, {
    remedy:
      `Stop the other process, or set COUNTERSIGN_DATA_DIR to another folder. If no other process runs, ` +
      `delete ${lock}. Several processes at once need a PostgreSQL server: set DATABASE_URL.`,
  });
}
