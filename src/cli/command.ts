import { parseArgs, type ParseArgsConfig } from "node:util";
import { systemClock } from "../clock.js";
import { loadEnvironmentFile, readDatabaseConfig } from "../config.js";
import { silentLogger } from "../logger.js";
import { openStore } from "../store/open.js";
import type { Store } from "../store/store.js";

/** One command of the command line. */
export interface Command {
  readonly summary: string;
  /** What `--help` prints. */
  readonly usage: string;
  /** Gives the exit code. */
  run(args: readonly string[]): Promise<number>;
}

/** The command line cannot be understood; the message says how it should read. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** `util.parseArgs`, with its complaints as UsageErrors that end in the command's usage. */
export function parseOptions<T extends ParseArgsConfig["options"] & object>(
  args: readonly string[],
  options: T,
  usage: string,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${problem}\n\n${usage}`);
  }
}

/** Opens the database that the environment names, for as long as `work` takes. */
export async function withStore(work: (store: Store) => Promise<number>): Promise<number> {
  loadEnvironmentFile();
  const store = await openStore({ ...readDatabaseConfig(), logger: silentLogger, clock: systemClock });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
