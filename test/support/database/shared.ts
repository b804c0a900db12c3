import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/clock.js";
import { openStore } from "../../../src/store/open.js";
import { silentLogger } from "../logger.js";
import { until } from "../until.js";
import {
  administer,
  databaseAt,
  databasesOn,
  type PostgresServer,
  prepareServer,
  startPostgres,
  untilReady,
} from "./server.js";

/** The folder that all test files of one run share (`begin-run.mjs` makes it). */
const RUN = process.env["COUNTERSIGN_TEST_RUN"];
const TEMPLATE = "countersign_template";

/**
 * The PostgreSQL server of this run, which the first file that asks for it starts. Its databases have their schema
 * already. `stop` drops those that were created through it, and leaves the server to the others.
 */
export async function sharedPostgres(): Promise<PostgresServer> {
  if (RUN === undefined || process.env["COUNTERSIGN_TEST_DATABASE_URL"] !== undefined) return startPostgres();
  const url = await onceARun(RUN, "postgres", async (folder) => {
    const { program, args, url } = await prepareServer(folder);
    // It outlives this test file and this worker, but not the run.
    const keeper = join(import.meta.dirname, "keeper.mjs");
    spawn(process.execPath, [keeper, RUN, program, ...args], { detached: true, stdio: "ignore" }).unref();
    await untilReady(url);
    await administer(url, `CREATE DATABASE ${TEMPLATE}`);
    await migrated({ databaseUrl: databaseAt(url, TEMPLATE), dataDir: "/nonexistent" });
    return url;
  });
  return databasesOn(url, () => Promise.resolve(), TEMPLATE);
}

/** A new folder with an embedded database whose schema is up to date. Making one from nothing takes seconds. */
export async function embeddedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-pglite-"));
  if (RUN === undefined) return folder;
  const made = await onceARun(RUN, "embedded", async (dataDir) => {
    await migrated({ databaseUrl: null, dataDir });
    return dataDir;
  });
  await cp(made, folder, { recursive: true });
  return folder;
}

async function migrated(where: {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
}): Promise<void> {
  const store = await openStore({ ...where, logger: silentLogger, clock: systemClock });
  await store.close();
}

interface Made {
  readonly made?: string;
  readonly failure?: string;
}

/** What `make` gives in a folder of its own: made by the first that asks in this run, while the others wait. */
async function onceARun(
  run: string,
  name: string,
  make: (folder: string) => Promise<string>,
): Promise<string> {
  const folder = join(run, name);
  const result = `${folder}.json`;
  if (await isFirst(folder)) await tell(result, await attempt(() => make(folder)));
  const { made, failure } = await until(
    () => readMade(result),
    () => `nobody made ${folder}`,
  );
  if (made === undefined) throw new Error(failure ?? `${result} says nothing`);
  return made;
}

async function isFirst(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function attempt(make: () => Promise<string>): Promise<Made> {
  try {
    return { made: await make() };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Others read it as soon as it is there, so it comes whole. */
async function tell(result: string, made: Made): Promise<void> {
  await writeFile(`${result}.new`, JSON.stringify(made));
  await rename(`${result}.new`, result);
}

async function readMade(result: string): Promise<Made | null> {
  try {
    return JSON.parse(await readFile(result, "utf8")) as Made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
