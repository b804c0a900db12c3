import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";

const run = promisify(execFile);

/** A PostgreSQL server, for tests and benchmarks. */
export interface PostgresServer {
  /** A new database, as a URL. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL server of one's own on loopback, whose databases are empty; or uses the one of
 * COUNTERSIGN_TEST_DATABASE_URL. For what asks that a server goes away, or that nothing is in it: others share one
 * (`shared.ts`). A commit survives a crash of the machine only with `durable`; tests have no use for that.
 */
export async function startPostgres({ durable = false } = {}): Promise<PostgresServer> {
  const given = process.env["COUNTERSIGN_TEST_DATABASE_URL"];
  if (given !== undefined) return databasesOn(given, () => Promise.resolve());

  const folder = await mkdtemp(join(tmpdir(), "countersign-pg-"));
  const { program, args, url } = await prepareServer(folder, durable);
  const server = spawn(program, args, { stdio: "ignore" });
  const exited = new Promise<void>((resolve) =>
    server.once("exit", () => {
      resolve();
    }),
  );
  await untilReady(url);
  return databasesOn(url, async () => {
    server.kill("SIGINT");
    await exited;
    await rm(folder, { recursive: true, force: true });
  });
}

/** How a server that was prepared is started, and where it is then. */
export interface PreparedServer {
  readonly program: string;
  readonly args: readonly string[];
  readonly url: string;
}

const NOTHING_OUTLIVES_IT = ["fsync=off", "full_page_writes=off", "synchronous_commit=off"];
const AS_IN_SERVICE = ["fsync=on", "full_page_writes=on", "synchronous_commit=on"];

/** Makes a server's data in `folder`, which is then PostgreSQL's. */
export async function prepareServer(folder: string, durable = false): Promise<PreparedServer> {
  const binaries = await findBinaries();
  await chmod(folder, 0o755);
  if (isRoot()) await run("chown", ["postgres", folder]);
  const data = join(folder, "data");
  const cluster = ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"];
  const [initdb, initArgs] = command(join(binaries, "initdb"), cluster);
  await run(initdb, initArgs, { cwd: "/" });
  const port = await freePort();
  const settings = [...(durable ? AS_IN_SERVICE : NOTHING_OUTLIVES_IT), "max_connections=300"];
  const [program, args] = command(join(binaries, "postgres"), [
    ...["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder],
    ...settings.flatMap((setting) => ["-c", setting]),
  ]);
  return { program, args, url: `postgres://postgres@127.0.0.1:${port}/postgres` };
}

/** Databases on the server at `url`, each a copy of `template`, or empty. */
export function databasesOn(
  url: string,
  stop: () => Promise<void>,
  template: string | null = null,
): PostgresServer {
  const created: string[] = [];
  const like = template === null ? "" : ` TEMPLATE ${template}`;
  return {
    createDatabase: async () => {
      const name = `countersign_test_${randomBytes(6).toString("hex")}`;
      await administer(url, `CREATE DATABASE ${name}${like}`);
      created.push(name);
      return databaseAt(url, name);
    },
    stop: async () => {
      for (const name of created) await administer(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await stop();
    },
  };
}

/** The URL of another database of the same server. */
export function databaseAt(url: string, name: string): string {
  const database = new URL(url);
  database.pathname = `/${name}`;
  return database.href;
}

/** Runs one statement on the server at `url`. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function findBinaries(): Promise<string> {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? await readdir(debian) : [];
  const newestFirst = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(debian, version, "bin"));
  const folders = [...newestFirst, ...(process.env["PATH"] ?? "").split(delimiter)];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")));
  if (found !== undefined) return found;
  throw new Error(
    "The tests need a PostgreSQL server (13 or newer). Install it, on Debian or Ubuntu with " +
      "`apt-get install postgresql`, or set COUNTERSIGN_TEST_DATABASE_URL to one that may create databases.",
  );
}

function isRoot(): boolean {
  return userInfo().uid === 0;
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
function command(file: string, args: string[]): [string, string[]] {
  if (!isRoot()) return [file, args];
  return ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", file, ...args]];
}

/** A port of 127.0.0.1 that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Resolves when the server at `url` takes connections. @throws after half a minute */
export async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
