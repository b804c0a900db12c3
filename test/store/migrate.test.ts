import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import pg from "pg";
import { systemClock } from "../../src/clock.js";
import { openStore } from "../../src/store/open.js";
import { silentLogger } from "../support/logger.js";
import { openTestStore, type PostgresServer, startPostgres } from "../support/postgres.js";
import { until } from "../support/until.js";
import { aRecord } from "./samples.js";

const MIGRATIONS = [
  "0001_init",
  "0002_break_glass",
  "0003_merge_groups",
  "0004_policy_revisions",
  "0005_protection_audit",
  "0006_rate_budget",
  "0007_accounted_policies",
  "0008_forget_deliveries",
  "0009_compressed_payloads",
  "0010_evaluated_head",
];

describe("migrations", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await server.stop();
  });

  it("leave behind what `prisma migrate deploy` would, so that either can go on after the other", async () => {
    const store = await openTestStore(await server.createDatabase(), "/nonexistent");
    const checksums = await Promise.all(
      MIGRATIONS.map(async (name) => {
        const sql = await readFile(`prisma/migrations/${name}/migration.sql`);
        return createHash("sha256").update(sql).digest("hex");
      }),
    );
    expect(await store.sql("SELECT * FROM _prisma_migrations ORDER BY migration_name")).toEqual(
      MIGRATIONS.map((name, index) => ({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        checksum: checksums[index],
        migration_name: name,
        started_at: expect.any(Date),
        finished_at: expect.any(Date),
        logs: null,
        rolled_back_at: null,
        applied_steps_count: 1,
      })),
    );
    await store.close();
  });

  it("are applied once by many processes that start at the same time, and not again later", async () => {
    const url = await server.createDatabase();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openTestStore(url, "/nonexistent")));
    const again = await openTestStore(url, "/nonexistent");
    expect(await again.sql("SELECT migration_name FROM _prisma_migrations")).toHaveLength(MIGRATIONS.length);
    expect(await again.sql("SELECT id FROM graphile_worker.migrations")).toHaveLength(19);
    await Promise.all([again, ...stores].map((store) => store.close()));
  });

  it("bring a database of an earlier version up to date, with what it holds", async () => {
    const url = await server.createDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(await readFile("prisma/migrations/0001_init/migration.sql", "utf8"));
    const donor = await openTestStore(await server.createDatabase(), "/nonexistent");
    const [applied] = await donor.sql<Record<string, unknown>>(
      "SELECT * FROM _prisma_migrations ORDER BY migration_name LIMIT 1",
    );
    await donor.close();
    await client.query(`CREATE TABLE _prisma_migrations (
      id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL,
      logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0)`);
    await client.query(
      "INSERT INTO _prisma_migrations SELECT * FROM json_populate_record(NULL::_prisma_migrations, $1)",
      [JSON.stringify(applied)],
    );
    const record = aRecord();
    await client.query(
      `INSERT INTO records (tenant_id, kind, change_key, repository_id, repository_owner, repository_name, branch, head_oid,
                            commit_oid, outcome, bypass, controls, occurred_at, observed_at, recorded_at, body, digest)
       VALUES ($1, 'merge', $2, 1, 'octo', 'deploy', 'main', '', '', 'pass', false, '{}', now(), now(), now(), $3, $4)`,
      [record.tenantId, record.changeKey, record.body, record.digest],
    );
    await client.end();

    const store = await openTestStore(url, "/nonexistent");
    expect(await store.sql("SELECT migration_name FROM _prisma_migrations")).toHaveLength(MIGRATIONS.length);
    expect(await store.findRecord(record.tenantId, "merge", record.changeKey)).toMatchObject({ position: 0 });
    expect(await store.listCases(record.tenantId, 1)).toEqual([]);
    await store.close();
  });

  it("say what failed and how to mend it", async () => {
    const url = await server.createDatabase();
    const blank = await openTestStore(url, "/nonexistent");
    // The tables are there, but no note of it: the migration cannot create them a second time.
    await blank.sql("DELETE FROM _prisma_migrations");
    await blank.close();

    await expect(openTestStore(url, "/nonexistent")).rejects.toMatchObject({
      code: "migration-failed",
      message: expect.stringContaining("already exists"),
      remedy: expect.stringContaining("DELETE FROM _prisma_migrations"),
    });
  });

  it("are refused in a database that holds something else", async () => {
    const url = await server.createDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("CREATE TABLE of_another_application (n int)");
    await client.end();
    await expect(openTestStore(url, "/nonexistent")).rejects.toMatchObject({
      code: "migration-failed",
      remedy: expect.stringContaining("a database of its own"),
    });
  });

  it("apply all of a migration or nothing", async () => {
    const url = await server.createDatabase();
    const first = await openTestStore(url, "/nonexistent");
    await first.sql("DELETE FROM _prisma_migrations; DROP TABLE tenants");
    await first.close();
    await expect(openTestStore(url, "/nonexistent")).rejects.toMatchObject({ code: "migration-failed" });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query("SELECT to_regclass('tenants') AS tenants");
    await client.end();
    // `tenants` is created first and was rolled back with the rest.
    expect(rows).toEqual([{ tenants: null }]);
  });

  it("end where the database goes away meanwhile, and do not wait for ever", async () => {
    const url = await server.createDatabase();
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query("SELECT pg_advisory_lock(hashtextextended('countersign.migrate', 0))");
    const opening = expect(openTestStore(url, "/nonexistent")).rejects.toMatchObject({
      code: "store-unavailable",
    });
    await until(
      async () => {
        const { rowCount } = await other.query(
          "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
        );
        return rowCount === 1 ? true : null;
      },
      () => "nobody waits for the lock",
    );
    await opening;
    await other.end();
  });
});

describe("a database that cannot be reached", () => {
  const open = (databaseUrl: string): Promise<unknown> =>
    openStore({ databaseUrl, dataDir: "/nonexistent", logger: silentLogger, clock: systemClock });

  it("is reported with a remedy", async () => {
    await expect(open("postgres://nobody@127.0.0.1:1/none")).rejects.toMatchObject({
      code: "store-unavailable",
      remedy: expect.stringContaining("DATABASE_URL"),
    });
  });

  it("is reported where it goes away later", async () => {
    const server = await startPostgres();
    const store = await openTestStore(await server.createDatabase(), "/nonexistent");
    await store.ping();
    await server.stop();
    await expect(store.ping()).rejects.toMatchObject({ code: "store-unavailable" });
    await expect(store.findTenant(1)).rejects.toMatchObject({ code: "store-unavailable" });
    await expect(store.transaction((tx) => tx.lock("x"))).rejects.toMatchObject({
      code: "store-unavailable",
    });
    await store.close();
  });
});
