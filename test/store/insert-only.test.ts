import { beforeAll, describe, expect, it } from "@jest/globals";
import { sqlStateOf } from "../../src/store/failures.js";
import { eachDatabase, freshId } from "../support/postgres.js";
import { aDecision, aDelivery, aRecord, AT, LARGE, OID } from "./samples.js";
import { aProtectionChange, aSnapshot } from "./tables/samples.js";

/** SQLSTATE restrict_violation, which the triggers raise. */
const REFUSED = "23001";

eachDatabase("evidence in the database", (store) => {
  const delivery = aDelivery();

  beforeAll(async () => {
    await store().acceptDelivery(delivery);
    await store().transaction(async (tx) => {
      await tx.appendRecord(aRecord());
      await tx.insertDecision(aDecision());
      await tx.addSnapshot({ tenantId: 1, repositoryId: LARGE, branch: "main" }, aSnapshot());
      await tx.cover({ tenantId: 1, repositoryId: LARGE, branch: "main" }, [OID], "change");
    });
    await store().noteProtectionChange(aProtectionChange());
    const used = { revision: 1, digest: "d".repeat(64), commitOid: OID, usedAt: "2026-11-24T12:00:00Z" };
    await store().useRevision({ tenantId: 1, of: null }, used);
  });

  const tables = [
    ["records", "outcome"],
    ["decisions", "outcome"],
    ["covered_commits", "change_key"],
    ["protection_changes", "action"],
    ["policy_revisions", "commit_oid"],
    ["protection_snapshots", "protection"],
  ] as const;
  const attempts = tables.flatMap(([table, column]) => [
    `UPDATE ${table} SET ${column} = 'edited'`,
    `UPDATE ${table} SET ${column} = ${column}`,
    `DELETE FROM ${table}`,
    `TRUNCATE ${table}`,
    `TRUNCATE ${table} CASCADE`,
    `WITH gone AS (DELETE FROM ${table} RETURNING *) SELECT count(*) FROM gone`,
    `BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM ${table}; COMMIT`,
    `BEGIN; CREATE TABLE parent_of_${table} (LIKE ${table});
     ALTER TABLE ${table} INHERIT parent_of_${table}; DELETE FROM parent_of_${table}; COMMIT`,
    `DO $$ BEGIN DELETE FROM ${table}; END $$`,
    `INSERT INTO ${table} SELECT * FROM ${table}
       ON CONFLICT ON CONSTRAINT ${table}_pkey DO UPDATE SET ${column} = 'edited'`,
  ]);
  // A second insert gives a record another position, so its conflict is over the change.
  const refusals = attempts.map((sql) =>
    sql.replace("ON CONFLICT ON CONSTRAINT records_pkey", "ON CONFLICT (tenant_id, kind, change_key)"),
  );

  it.each([
    ...refusals,
    "DELETE FROM deliveries",
    "TRUNCATE deliveries",
    "UPDATE deliveries SET payload = ''",
    "UPDATE deliveries SET payload_encoding = 'identity'",
    "UPDATE deliveries SET processed_at = now(), payload_encoding = 'identity'",
    "UPDATE deliveries SET guid = guid || 'x'",
    "UPDATE deliveries SET tenant_id = 0",
    "UPDATE deliveries SET event = 'push'",
    "UPDATE deliveries SET action = NULL",
    "UPDATE deliveries SET installation_id = NULL",
    "UPDATE deliveries SET received_at = now()",
    "UPDATE deliveries SET processed_at = NULL",
    "UPDATE deliveries SET processed_at = now(), action = 'closed'",
  ])("refuses %s", async (sql) => {
    const before = await rows();
    expect(await stateAfter(sql)).toBe(REFUSED);
    expect(await rows()).toEqual(before);
  });

  it("lets a delivery be marked processed, once", async () => {
    await store().markDeliveryProcessed(delivery.guid, AT);
    expect(await stateAfter("UPDATE deliveries SET processed_at = now()")).toBe(REFUSED);
  });

  it("lets a delivery go once it was processed and GitHub delivers it no more, and not before", async () => {
    const now = Date.now();
    const [old, fresh] = [4, 2].map((days) => aDelivery({ receivedAt: new Date(now - days * 86_400_000) }));
    if (old === undefined || fresh === undefined) throw new TypeError("There are two.");
    const gone = (guid: string) => stateAfter(`DELETE FROM deliveries WHERE guid = '${guid}'`);
    for (const one of [old, fresh]) await store().acceptDelivery(one);
    expect(await gone(old.guid)).toBe(REFUSED);
    for (const one of [old, fresh]) await store().markDeliveryProcessed(one.guid, AT);
    expect(await gone(fresh.guid)).toBe(REFUSED);
    expect(await gone(old.guid)).toBeNull();
    expect(await store().storedDeliveries([old.guid, fresh.guid])).toEqual(new Set([fresh.guid]));
  });

  it("lets deliveries be forgotten once they are processed and old, the oldest first, of every account", async () => {
    const day = (days: number): Date => new Date(Date.now() - days * 86_400_000);
    const tenants = [freshId(), freshId()];
    const ages = [40, 35, 31, 5, 1];
    const aged = tenants.flatMap((tenantId) =>
      ages.map((days) => ({ days, row: aDelivery({ tenantId, receivedAt: day(days) }) })),
    );
    const dead = aDelivery({ tenantId: tenants[0] ?? 0, receivedAt: day(50) });
    for (const { row } of [...aged, { row: dead }]) await store().acceptDelivery(row);
    for (const { row } of aged) await store().markDeliveryProcessed(row.guid, AT);
    const guids = [...aged.map(({ row }) => row.guid), dead.guid];
    const left = async () => await store().storedDeliveries(guids);

    // Others of this suite may be older: all are asked for until nothing is left.
    while ((await store().forgetDeliveries(day(30), 4)) === 4);
    expect(await left()).toEqual(
      new Set([...aged.filter(({ days }) => days < 30).map(({ row }) => row.guid), dead.guid]),
    );
    expect(await store().forgetDeliveries(day(30), 4)).toBe(0);

    // Whoever asks for more than may go gets nothing.
    await expect(store().forgetDeliveries(day(0), 100)).rejects.toMatchObject({ code: REFUSED });
    expect((await left()).size).toBe(5);
    expect(await store().forgetDeliveries(day(4), 1)).toBe(1);
    expect((await left()).size).toBe(4);
  });

  describe("positions", () => {
    it("are the database's to give, whatever an INSERT says", async () => {
      await store().sql(`INSERT INTO records SELECT r.* FROM records r, LATERAL (SELECT 1) one WHERE false`);
      const [row] = await store().sql<{ position: string }>(
        `INSERT INTO records (tenant_id, position, kind, change_key, repository_id, repository_owner, repository_name,
             branch, head_oid, commit_oid, outcome, bypass, controls, occurred_at, observed_at, recorded_at, body, digest)
         SELECT tenant_id, 99, kind, 'another', repository_id, repository_owner, repository_name,
             branch, head_oid, commit_oid, outcome, bypass, controls, occurred_at, observed_at, recorded_at, body, digest
           FROM records LIMIT 1
         RETURNING position`,
      );
      expect(row?.position).toBe("1");
    });
  });

  async function stateAfter(sql: string): Promise<string | null> {
    const client = await store().database.pool.connect();
    try {
      await client.query(sql);
      return null;
    } catch (error) {
      await client.query("ROLLBACK");
      return sqlStateOf(error);
    } finally {
      client.release();
    }
  }

  async function rows(): Promise<unknown[]> {
    return store().sql(
      `SELECT (SELECT json_agg(r) FROM records r)::text AS records, (SELECT json_agg(d) FROM decisions d)::text AS decisions,
              (SELECT json_agg(d) FROM deliveries d)::text AS deliveries,
              (SELECT json_agg(c) FROM covered_commits c)::text AS covered_commits,
              (SELECT json_agg(p) FROM protection_changes p)::text AS protection_changes`,
    );
  }
});
